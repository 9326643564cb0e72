//! Tokens: a file a verb, and here what the verbs share.

mod attention;
mod create;
mod disable;
mod edit;
pub(crate) mod excess;
mod list;
mod once;
mod replace;
pub(crate) mod reuse;
pub(crate) mod revoke;
mod revoke_many;
mod rights;
pub(crate) mod rotate;
mod rotate_itself;
mod rotate_once;
mod seed;
mod usage;

use domain::{
    AssignedRole, Change, Description, Label, Lifetime, Limits, Networks, OwnerChoice, PermissionSet, RateLimit, Rights, Token,
    audit::Action,
    change::{CUSTOM, KEEP},
};

pub use attention::{Overview, overview};
pub use create::{create, create_by_form, refuse_sent};
pub use disable::{disable, enable};
pub(crate) use edit::fingerprint;
pub use edit::{EDITED_MEANWHILE, edit, edit_with, editable, version};
pub use excess::judge as judge_excess;
pub use list::{
    CHOSEN, EXPORT, Exported, Listed, PAGE, export, find, find_itself, find_many, just_generated, label_in_use, list, list_all,
};
pub use once::{IdempotencyKey, Outcome, create_once, form_key};
pub use replace::{Replacement, replace, replace_by_form, replacement, replacements};
pub use revoke::{nothing_left, reason, revoke, revoke_by_id, revoke_itself, revoke_presented};
pub use revoke_many::{revoke_many, revoke_many_by_id};
pub use rights::may_be_given;
pub(crate) use rotate::end_on_first_use;
pub use rotate::{Rotating, STILL_USED, chosen_overlap, end_overlap, end_overlap_if, rotatable, rotate, rotate_seen, rotation};
pub use rotate_itself::rotate_itself;
pub use rotate_once::rotate_once;
pub use seed::{Seed, seed};
pub use usage::{excess as excess_of, usage};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    roles,
    store::events::{NewEvent, Target},
};

/// The form "Generate token" or "Edit token" as it was typed.
#[derive(Debug, Default)]
pub struct Form {
    /// `organization`, `user` or the id of a team; empty: see [`NewToken::owner`]. Not of an edit: a token keeps its owner.
    pub owner: String,
    /// See [`Label`].
    pub label: String,
    /// See [`Description`].
    pub description: String,
    /// One of [`domain::Role::FOR_TOKENS`], or the id of a role that the organization has made; [`CUSTOM`] for permissions of its own; at an edit also [`KEEP`].
    pub role: String,
    /// The permissions of its own, with spaces between. They count only if that is chosen: toggles may still be on when a role is.
    pub permissions: String,
    /// See [`Lifetime::from_form`], also for the next three; at an edit also [`KEEP`].
    pub expiry: String,
    /// Of a custom lifetime.
    pub days: String,
    /// Of a custom lifetime.
    pub hours: String,
    /// Of a custom lifetime.
    pub minutes: String,
    /// See [`Networks::parse`]. None when the form has no such field: what is there stays.
    pub allowed_networks: Option<String>,
    /// See [`RateLimit::parse`]; it comes with the networks.
    pub rate_limit: Option<String>,
}

/// A token about to be generated.
#[derive(Debug)]
pub struct NewToken {
    /// Whom it shall belong to. None: the organization, if whoever generates it may do that, else themselves.
    pub owner: Option<OwnerChoice>,
    /// What it is recognised by.
    pub label: Label,
    /// What it is for.
    pub description: Description,
    /// What it may do, as one word; none when it gets only permissions of its own.
    pub role: Option<AssignedRole>,
    /// What it may do beside its role.
    pub permissions: PermissionSet,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// From where it may be used, and how often.
    pub limits: Limits,
}

impl Form {
    /// Checks what was typed for a new token, field by field; the first that is wrong is named.
    pub async fn parse(&self, console: &Console, access: &Access) -> Result<NewToken> {
        let (label, description) = self.texts()?;
        let Rights { role, permissions } = self.rights(console, access).await?;
        let owner = self.owner.trim();
        let owner = if owner.is_empty() { None } else { Some(owner.parse().map_err(Error::in_field("owner"))?) };
        Ok(NewToken {
            owner,
            label,
            description,
            role,
            permissions,
            lifetime: self.lifetime()?,
            limits: self.limits()?.unwrap_or_default(),
        })
    }

    /// Checks what was typed to edit a token, in the same way.
    pub async fn parse_change(&self, console: &Console, access: &Access) -> Result<Change> {
        let (label, description) = self.texts()?;
        Ok(Change {
            label: Some(label),
            description: Some(description),
            rights: if self.role == KEEP { None } else { Some(self.rights(console, access).await?) },
            lifetime: if self.expiry == KEEP { None } else { Some(self.lifetime()?) },
            limits: self.limits()?,
        })
    }

    fn texts(&self) -> Result<(Label, Description)> {
        Ok((
            Label::parse(&self.label).map_err(Error::in_field("label"))?,
            Description::parse(&self.description).map_err(Error::in_field("description"))?,
        ))
    }

    async fn rights(&self, console: &Console, access: &Access) -> Result<Rights> {
        if self.role == CUSTOM {
            return Ok(Rights { role: None, permissions: self.permissions.parse().map_err(Error::in_field("permissions"))? });
        }
        Ok(Rights { role: Some(roles::named(console, access, &self.role).await?), permissions: PermissionSet::NONE })
    }

    fn limits(&self) -> Result<Option<Limits>> {
        let (Some(networks), Some(rate)) = (&self.allowed_networks, &self.rate_limit) else { return Ok(None) };
        Ok(Some(Limits {
            networks: Networks::parse(networks).map_err(Error::in_field("allowed_networks"))?,
            rate: RateLimit::parse(rate).map_err(Error::in_field("rate_limit"))?,
        }))
    }

    fn lifetime(&self) -> Result<Lifetime> {
        Lifetime::from_form(&self.expiry, &self.days, &self.hours, &self.minutes).map_err(Error::in_field("expiry"))
    }
}

/// The event that something was done to a token.
pub(crate) fn event<'a>(
    access: &'a Access,
    at: domain::Timestamp,
    action: Action,
    token: &Token,
    details: serde_json::Value,
) -> NewEvent<'a> {
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
