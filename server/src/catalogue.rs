//! The operator's permission catalogue: a TOML file, checked whole before anything else happens.

use std::{fs, path::Path};

use domain::catalogue::{Catalogue, Category};
use serde::Deserialize;
use toml::Spanned;

use crate::Exit;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Whether it adds to the built-in catalogue; otherwise it is all there is.
    #[serde(default)]
    extend: bool,
    #[serde(default)]
    category: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Spanned<String>,
    title: Option<String>,
    actions: Vec<Spanned<String>>,
    developer: Option<Vec<String>>,
    viewer: Option<Vec<String>>,
}

/// Reads and checks the file; says which line is wrong and why.
pub(crate) fn load(path: &Path) -> Result<Catalogue, Exit> {
    let text = fs::read_to_string(path)
        .map_err(|error| Exit::config(format!("The permission catalogue {} cannot be read: {error}.", path.display())))?;
    parse(&text).map_err(|(line, why)| Exit::config(format!("The permission catalogue {}, line {line}: {why}", path.display())))
}

fn parse(text: &str) -> Result<Catalogue, (usize, String)> {
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let file: File = toml::from_str(text)
        .map_err(|error| (error.span().map_or(1, |span| line(span.start)), format!("{}.", error.message().trim_end_matches('.'))))?;
    let written: Vec<Category> = file
        .category
        .iter()
        .map(|category| Category {
            name: category.name.get_ref().clone(),
            title: category.title.clone(),
            actions: category.actions.iter().map(|action| action.get_ref().clone()).collect(),
            developer: category.developer.clone(),
            viewer: category.viewer.clone(),
        })
        .collect();
    Catalogue::new(file.extend, &written).map_err(|refused| {
        let place = refused.at.and_then(|(category, action)| {
            let category = file.category.get(category)?;
            let named = action.and_then(|action| category.actions.get(action)).unwrap_or(&category.name);
            Some(named.span().start)
        });
        // What is missing from the whole file is missing at its end.
        (line(place.unwrap_or(text.trim_end().len())), refused.why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_file_is_refused_with_its_line() {
        for (text, line, why) in [
            ("extend = true\n[[category]]\nname = \"a\"\nactions = [\n  \"read\",\n  \"Write\",\n]\n", 6, "1 to 32"),
            ("extend = true\n[[category]]\nname = \"a\"\nactions = [\n  \"read\",\n  \"read\",\n]\n", 6, "twice"),
            ("extend = true\n\n[[category]]\nname = \"A\"\nactions = [\"read\"]\n", 4, "1 to 32"),
            ("[[category]]\nname = \"a\"\nactions = [\"read\"]\n\n", 3, "api_key:create is missing"),
            ("extend = true\n[[category]]\nname = \"a\"\naction = [\"read\"]\n", 4, "unknown field"),
            ("extend = true\n[[category]\n", 2, ""),
        ] {
            let (at, told) = parse(text).err().unwrap();
            assert!(at == line && told.contains(why), "line {at}: {told}\n{text}");
        }
    }

    #[test]
    fn a_good_file_is_taken() {
        let text = "extend = true\n[[category]]\nname = \"warehouse\"\ntitle = \"Warehouse\"\nactions = [\"read\", \"write\"]\nviewer = [\"read\"]\n";
        assert!(parse(text).is_ok_and(|catalogue| catalogue.names().any(|name| name == "warehouse:write")));
    }
}
