//! Generating a token.

use domain::{Issued, Kind, Permission, PermissionSet, Rights, Role, Secret, State, Timestamp, Token, TokenId, audit::Action};
use serde_json::json;

use super::{NewToken, event, rights::may_give};
use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    mails::{self, Letter},
    store,
};

/// Generates an organization token. Nobody hands on more than they hold; Owner is a role for people.
pub async fn create(console: &Console, access: &Access, new: NewToken) -> Result<Issued> {
    access.require(Permission::API_KEY_CREATE)?;
    may_give(access, Rights { role: new.role, permissions: new.permissions }, PermissionSet::NONE)?;
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
    mails::tell_admins(console, &mut write, access, now, &Letter::token_created(console, access, &issued.token)).await?;
    let details = json!({
        "hint": issued.token.hint.as_str(),
        "role": issued.token.role.map(Role::as_str),
        "permissions": issued.token.permissions.stored(),
        "expires_at": issued.token.expires_at.map(Timestamp::iso),
    });
    write.commit(&console.0.keys, &event(access, now, Action::TokenCreate, &issued.token, details)).await?;
    console.0.mails.notify_one();
    Ok(issued)
}
