//! Why there is no instance key to work with, for operators.

use std::{io, path::Path};

pub fn exposed(file: &Path) -> String {
    let file = file.display();
    format!("The key file {file} can be read by others. Type: chmod 600 {file}")
}

pub fn malformed(name: &str) -> String {
    format!("The key in {name} is not 64 hexadecimal digits. Put the original key back; without it no token can be verified.")
}

pub fn missing(file: &Path) -> String {
    let file = file.display();
    format!(
        "This database was set up with a key, and {file} does not exist. Put the original key file there; a new key would make every token unknown."
    )
}

pub fn wrong(name: &str) -> String {
    format!("The key in {name} is not the one this database was set up with. Put the original key there.")
}

pub fn unusable(file: &Path, cause: &io::Error) -> String {
    format!("The key file {} cannot be used: {cause}", file.display())
}
