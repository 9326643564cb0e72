//! Tokens: a file a verb, and here what the verbs share.

mod create;
mod list;
mod revoke;
mod revoke_many;

use domain::{Description, Label, Lifetime, PermissionSet, Role, Token, audit::Action};

pub use create::create;
pub use list::{CHOSEN, EXPORT, Exported, Listed, PAGE, export, find, find_many, label_in_use, list};
pub use revoke::revoke;
pub use revoke_many::revoke_many;

use crate::{
    access::Access,
    error::{Error, Result},
    store::events::{NewEvent, Target},
};

/// The form "Generate token" as it was typed.
#[derive(Debug, Default)]
pub struct Form {
    /// See [`Label`].
    pub label: String,
    /// See [`Description`].
    pub description: String,
    /// One of [`Role::FOR_TOKENS`].
    pub role: String,
    /// See [`Lifetime::from_form`], also for the next three.
    pub expiry: String,
    /// Of a custom lifetime.
    pub days: String,
    /// Of a custom lifetime.
    pub hours: String,
    /// Of a custom lifetime.
    pub minutes: String,
}

/// A token about to be generated.
#[derive(Debug)]
pub struct NewToken {
    /// What it is recognised by.
    pub label: Label,
    /// What it is for.
    pub description: Description,
    /// What it may do, as one word; none when it gets only permissions of its own.
    pub role: Option<Role>,
    /// What it may do beside its role.
    pub permissions: PermissionSet,
    /// How long it lives.
    pub lifetime: Lifetime,
}

impl Form {
    /// Checks what was typed, field by field; the first that is wrong is named.
    pub fn parse(&self) -> Result<NewToken> {
        Ok(NewToken {
            label: Label::parse(&self.label).map_err(Error::in_field("label"))?,
            description: Description::parse(&self.description).map_err(Error::in_field("description"))?,
            role: Some(self.role.parse().map_err(Error::in_field("role"))?),
            permissions: PermissionSet::NONE,
            lifetime: Lifetime::from_form(&self.expiry, &self.days, &self.hours, &self.minutes).map_err(Error::in_field("expiry"))?,
        })
    }
}

/// The event that something was done to a token.
fn event<'a>(access: &'a Access, at: domain::Timestamp, action: Action, token: &Token, details: serde_json::Value) -> NewEvent<'a> {
    NewEvent {
        at,
        organization: Some(access.organization().id),
        actor: access.principal(),
        action,
        target: Target { kind: "token", id: token.id.to_string(), name: token.label.as_str().to_owned() },
        details,
        caller: access.caller(),
    }
}
