//! Secrets stay out of addresses, which histories and logs keep: whoever has found one looks for its token by its mask.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

/// As many letters and digits behind a prefix are taken for a secret: of the 32 random ones and 6 of its checksum a few may be missing. An id has 32.
const LENGTH: usize = 33;

/// Puts the mask of a secret in its place in a field whose form asks for an address.
pub(super) fn put(event: &Event) {
    let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
    if field.form().is_some_and(|form| form.method() == "get")
        && let Some(mask) = masked(&field.value())
    {
        field.set_value(&mask);
    }
}

/// The mask of the first word in a text that looks like a secret, whosever it is. Nothing else is checked, so that one with a typing error is
/// kept out as well.
fn masked(text: &str) -> Option<String> {
    let is_of_a_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_of_a_word(c)).find_map(|word| {
        let (prefix, body) = word.split_at(word.rfind('_').map_or(0, |at| at + 1));
        (body.len() >= LENGTH).then(|| format!("{prefix}{}…{}", &body[..4], &body[body.len() - 4..]))
    })
}

#[cfg(test)]
mod tests {
    use domain::{Kind, Prefix, Secret};

    use super::*;

    #[test]
    fn a_secret_in_a_text_becomes_its_mask() {
        let secret = Secret::mint(&Prefix::default(), Kind::Organization, "Ab1cdefghijklmnopqrstuvwxyz01234").unwrap();
        let (good, mask) = (secret.expose(), secret.hint().as_str().to_owned());
        for text in [good.to_owned(), format!(" {good}\n"), format!("export JETON_TOKEN='{good}'"), format!("secret-token:{good}")] {
            assert_eq!(masked(&text).as_ref(), Some(&mask), "{text}");
        }
        // One that is nobody's too; but not a mask, nor what people call things.
        assert_eq!(masked(&"a".repeat(33)).as_deref(), Some("aaaa…aaaa"));
        for text in ["", &mask, "deploy-bot 1", "é…_", &format!("tok_{}", "0".repeat(32)), &"aaaa-".repeat(20)] {
            assert_eq!(masked(text), None, "{text}");
        }
    }
}
