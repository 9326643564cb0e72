//! Changing what a token is called, what it may do and how long it lives.

use data_encoding::HEXLOWER;
use domain::{
    AssignedRole, Change, Dead, Permission, PermissionSet, RateLimit, Rights, Timestamp, Token, TokenId, audit::Action,
    texts::tokens as say,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    event,
    rights::{may_give, may_last, may_reach},
};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    mails::{self, Letter},
    roles, store, token_policy,
};

impl From<Dead> for Error {
    fn from(dead: Dead) -> Self {
        Self::Conflict(dead.as_str())
    }
}

/// Says that an edit was made from what the token no longer is.
pub use say::EDITED_MEANWHILE;

/// A fingerprint of everything about a token that can be edited. An edit carries the one of what its form showed, so that it cannot undo
/// an edit made meanwhile.
pub fn version(token: &Token) -> String {
    let Token { label, description, role, permissions, expires_at, limits, .. } = token;
    fingerprint(&json!([label, description, role.as_ref().map(AssignedRole::to_string), permissions, expires_at, limits]))
}

/// Stands for these values: other values have another.
pub(crate) fn fingerprint(values: &Value) -> String {
    HEXLOWER.encode(&Sha256::digest(values.to_string().as_bytes())[..16])
}

/// Finds a token to edit it; refuses one that is dead.
pub async fn editable(console: &Console, access: &Access, id: &str) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let token = store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)?;
    access.require_on(Permission::API_KEY_UPDATE, &token)?;
    Ok(token.living(console.now())?)
}

/// Changes one of the organization's tokens; when this returns, what it may do has changed everywhere. Whoever edits needs to hold what
/// they add, not what is there already; whoever extends a token's life, or lets it be used from elsewhere or more often, gives all that it may
/// do anew, and needs to hold that. `seen` is the [`version`] that the change was made from, none to change whatever is there. What
/// changes nothing is no event. Owners and admins get a mail when the token has more than before: rights, time, networks or requests.
pub async fn edit(console: &Console, access: &Access, id: &str, seen: Option<&str>, change: Change) -> Result<Token> {
    edit_with(console, access, id, seen, |_| change).await
}

/// The same with a change that depends on what the token is, after every change before this one.
pub async fn edit_with(
    console: &Console,
    access: &Access,
    id: &str,
    seen: Option<&str>,
    change: impl FnOnce(&Token) -> Change + Send,
) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = access.begin(console).await?;
    let before = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    access.require_on(Permission::API_KEY_UPDATE, &before)?;
    let now = console.now();
    let before = before.living(now)?;
    if seen.is_some_and(|seen| seen != version(&before)) {
        return Err(Error::Conflict(EDITED_MEANWHILE));
    }
    let mut change = change(&before);
    if let Some(Rights { role: Some(role), .. }) = &mut change.rights {
        *role = roles::assigned_in(&mut write, access, role).await?;
    }
    if let Some(rights) = change.rights.as_ref().filter(|rights| **rights != before.rights()) {
        // A role can be edited later, so that it adds nothing now is no reason to give it.
        if rights.role != before.role && matches!(rights.role, Some(AssignedRole::Custom(_))) {
            let role = Rights { role: rights.role.clone(), permissions: PermissionSet::NONE };
            may_give(access, &role, PermissionSet::NONE)?;
        }
        may_give(access, rights, held(&before, rights))?;
        // What is added would live on in the other token after the end of the one that adds it, or be used from where that may not.
        let is_kept = access.is_outlived_by(before.expires_at) || access.is_outreached_by(&before.limits.networks);
        if !before.effective().covers(rights.effective()) && is_kept {
            return Err(Error::Forbidden);
        }
    }
    let token = before.clone().edit(change, now)?;
    if token == before {
        write.unchanged().await;
        return Ok(before);
    }
    if token.expires_at != before.expires_at {
        may_last(access, token.expires_at)?;
        if token.is_extended_from(&before) && !access.covers(token.effective()) {
            return Err(Error::Invalid { field: "expiry", why: say::EXTENDS_BEYOND_YOU.to_owned() });
        }
    }
    if !token.limits.networks.are_within(&before.limits.networks) {
        may_reach(access, &token.limits.networks)?;
    }
    if token.is_loosened_from(&before) && !access.covers(token.effective()) {
        let field = if token.limits.networks.are_within(&before.limits.networks) { "rate_limit" } else { "allowed_networks" };
        return Err(Error::Invalid { field, why: say::WIDENS_BEYOND_YOU.to_owned() });
    }
    token_policy::admit(&mut write, access, Some(&before), &token, now).await?;
    if token.is_extended_from(&before) || token.is_loosened_from(&before) || !before.given().covers(token.given()) {
        access.recent_to_give(token.given(), now)?;
    }
    // Also where they come from another place and are the same: when those of a role have changed is on record with the role alone.
    let rights_changed_at = (token.rights() != before.rights()).then_some(now);
    store::tokens::edit(&mut write, access, &token, rights_changed_at).await?;
    let widened = Letter::token_widened(console, access, &before, &token, now);
    if let Some(letter) = &widened {
        mails::tell_admins(console, &mut write, access, now, letter).await?;
    }
    write.commit(&console.0.keys, &event(access, now, Action::TokenEdit, &token, difference(&before, &token))).await?;
    if widened.is_some() {
        console.0.mails.notify_one();
    }
    Ok(token)
}

/// What counts as given already, which whoever edits need not hold. What comes from a role that the organization has made counts only while it
/// goes on coming from it: as a permission of the token's own, a narrower role would no longer take it away.
fn held(before: &Token, rights: &Rights) -> PermissionSet {
    if !matches!(before.role, Some(AssignedRole::Custom(_))) {
        return before.effective();
    }
    let by_role = if rights.role == before.role { before.effective() } else { PermissionSet::NONE };
    by_role.without(rights.permissions).union(before.permissions)
}

/// What an edit changed: for each field what it was and what it is, and each permission and network that came or went.
fn difference(before: &Token, after: &Token) -> Value {
    let fields = |token: &Token| {
        [
            ("label", json!(token.label)),
            ("description", json!(token.description)),
            ("role", json!(token.role.as_ref().map(AssignedRole::recorded))),
            ("expires_at", json!(token.expires_at.map(Timestamp::iso))),
            ("rate_limit", json!(token.limits.rate.map(RateLimit::in_words))),
        ]
    };
    let mut details = Map::new();
    for ((name, from), (_, to)) in fields(before).into_iter().zip(fields(after)) {
        if from != to {
            details.insert(name.to_owned(), json!({ "from": from, "to": to }));
        }
    }
    let permissions = before.effective().changes(after.effective());
    if !permissions.is_empty() {
        details.insert("permissions".to_owned(), json!(permissions));
    }
    let networks = before.limits.networks.changes(&after.limits.networks);
    if !networks.is_empty() {
        details.insert("allowed_networks".to_owned(), json!(networks));
    }
    Value::Object(details)
}
