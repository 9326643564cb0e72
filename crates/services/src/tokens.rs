//! Tokens: list, find, create, revoke.

use domain::{
    Cursor, Description, Issued, Kind, Label, Lifetime, Page, Permission, PermissionSet, Role, Secret, State, Token, TokenId,
    audit::Action, policy,
};
use serde_json::json;

use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    store::{
        self,
        events::{NewEvent, Target},
    },
};

/// Rows on a page of the list.
pub const PAGE: u32 = 25;

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
    /// What it may do, as one word.
    pub role: Role,
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
            role: self.role.parse().map_err(Error::in_field("role"))?,
            permissions: PermissionSet::NONE,
            lifetime: Lifetime::from_form(&self.expiry, &self.days, &self.hours, &self.minutes).map_err(Error::in_field("expiry"))?,
        })
    }
}

/// Lists the organization's tokens, newest first, [`PAGE`] at a time, those after a [`Cursor`] (empty: from the first).
pub async fn list(console: &Console, access: &Access, after: &str) -> Result<Page<Token>> {
    access.require(Permission::API_KEY_READ)?;
    let after: Option<Cursor> = if after.is_empty() { None } else { Some(after.parse().map_err(Error::in_field("after"))?) };
    // One more than a page holds tells whether there is a next one.
    let mut items = store::tokens::list(&console.0.db, access, after, i64::from(PAGE) + 1).await?;
    let page = PAGE as usize;
    let more = items.len() > page;
    items.truncate(page);
    let next = items.last().filter(|_| more).map(|last| Cursor { created_at: last.created_at, id: last.id });
    Ok(Page { items, next })
}

/// Finds one of the organization's tokens.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Token> {
    access.require(Permission::API_KEY_READ)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)
}

/// Whether a token in force has this label already, so that the form can warn. A label that is not valid is in nobody's use.
pub async fn label_in_use(console: &Console, access: &Access, label: &str) -> Result<bool> {
    access.require(Permission::API_KEY_CREATE)?;
    match Label::parse(label) {
        Ok(label) => store::tokens::label_in_use(&console.0.db, access, &label, console.now()).await,
        Err(_) => Ok(false),
    }
}

/// Generates an organization token. Nobody hands on more than they hold; Owner is a role for people.
pub async fn create(console: &Console, access: &Access, new: NewToken) -> Result<Issued> {
    access.require(Permission::API_KEY_CREATE)?;
    if !Role::FOR_TOKENS.contains(&new.role) {
        let why = "A token can be a viewer, developer or admin; owner is for people.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    if !access.covers(policy::grants(new.role).union(new.permissions)) {
        let why = "This role may do more than you; choose one that does not.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    let mut write = console.0.db.begin_write().await?;
    let now = console.now();
    let secret =
        Secret::mint(&console.0.prefix, Kind::Organization, &entropy::secret_body(&*console.0.entropy)).map_err(Error::internal)?;
    let digest = console.0.keys.token(&secret);
    let token = Token {
        id: TokenId::new(now, entropy::bytes(&*console.0.entropy)),
        kind: Kind::Organization,
        label: new.label,
        description: new.description,
        hint: secret.hint(),
        role: new.role,
        permissions: new.permissions,
        created_at: now,
        created_by: access.principal().name().to_owned(),
        expires_at: new.lifetime.ends(now),
        last_used_at: None,
        state: State::Active,
    };
    let issued = Issued { token, secret };
    store::tokens::insert(&mut write, access, &issued, &digest).await?;
    let details = json!({
        "hint": issued.token.hint.as_str(),
        "role": issued.token.role.as_str(),
        "permissions": issued.token.permissions.stored(),
        "expires_at": issued.token.expires_at.map(domain::Timestamp::iso),
    });
    write.commit(&console.0.keys, &event(access, now, Action::TokenCreate, &issued.token, details)).await?;
    Ok(issued)
}

/// Ends one of the organization's tokens for good. `typed` has to be its label, so that nobody ends the wrong one. When this returns, the
/// token is refused everywhere. Ending it again changes nothing and is no error, whoever ended it first stays on record.
pub async fn revoke(console: &Console, access: &Access, id: &str, typed: &str) -> Result<Token> {
    access.require(Permission::API_KEY_DELETE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = console.0.db.begin_write().await?;
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    if Label::parse(typed).ok().as_ref() != Some(&token.label) {
        return Err(Error::Invalid { field: "label", why: "Type the label of the token exactly as it is shown.".to_owned() });
    }
    let now = console.now();
    let before = token.clone();
    let Ok(token) = token.revoke(now, access.principal().name().to_owned()) else { return Ok(before) };
    store::tokens::revoke(&mut write, access, id, now).await?;
    let details = json!({ "hint": token.hint.as_str(), "last_used_at": token.last_used_at.map(domain::Timestamp::iso) });
    write.commit(&console.0.keys, &event(access, now, Action::TokenRevoke, &token, details)).await?;
    Ok(token)
}

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
