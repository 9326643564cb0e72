//! An organization's audit log.

mod entry;
mod filters;
pub mod list;
mod verify;

use leptos_router::params::ParamsMap;

use crate::paths;

/// Which part of the log an address asks for, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    action: String,
    actor: String,
    target: String,
    from: String,
    to: String,
    before: String,
}

impl Asked {
    fn of(query: &ParamsMap) -> Self {
        let field = |name| query.get_str(name).unwrap_or_default().to_owned();
        Self {
            action: field("action"),
            actor: field("actor"),
            target: field("target"),
            from: field("from"),
            to: field("to"),
            before: field("before"),
        }
    }

    /// The filter without the place in the log.
    fn newest(&self) -> Self {
        Self { before: String::new(), ..self.clone() }
    }

    fn is_filtered(&self) -> bool {
        self.newest() != Self::default()
    }

    /// The address that asks for this, of the log itself or of what is below it.
    fn address(&self, page: &str) -> String {
        let fields = [
            ("action", &self.action),
            ("actor", &self.actor),
            ("target", &self.target),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &self.before),
        ];
        paths::with_fields(page, fields)
    }
}
