//! Comma-separated values (RFC 4180) that a spreadsheet cannot mistake for formulas.

use std::borrow::Cow;

/// Adds a record: its cells, each guarded, and the end of the line.
pub(crate) fn record<'a>(file: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            file.push(',');
        }
        file.push_str(&quoted(&guarded(cell)));
    }
    file.push_str("\r\n");
}

/// A cell that begins as a formula does gets an apostrophe before it, which spreadsheets take for "this is text". What people type as a
/// label must never run on the machine of whoever opens the file.
fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// A cell that holds what separates cells or lines is put in quotes.
fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\r', '\n']) { Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut file = String::new();
        record(&mut file, cells.iter().copied());
        file
    }

    #[test]
    fn what_could_be_a_formula_is_text() {
        for start in ["=", "+", "-", "@", "\t"] {
            let cell = format!("{start}cmd|'/C calc'!A0");
            assert_eq!(written(&[&cell]), format!("'{cell}\r\n"));
        }
        assert_eq!(written(&["\rx"]), "\"'\rx\"\r\n");
        assert_eq!(written(&["a=b", "1-2", "'x", ""]), "a=b,1-2,'x,\r\n", "only the beginning counts");
    }

    #[test]
    fn what_separates_is_quoted() {
        assert_eq!(written(&["a,b", "say \"hi\"", "two\nlines", "plain"]), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\r\n");
        assert_eq!(written(&["=HYPERLINK(\"x\",\"y\")"]), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n");
    }
}
