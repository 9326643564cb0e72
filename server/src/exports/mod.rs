//! What can be taken along as a file.

mod audit;
mod tokens;

pub(crate) use audit::{audit_csv, audit_json_lines};
pub(crate) use tokens::tokens_csv;
