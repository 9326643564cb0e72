//! Generating a token.

use domain::{Issued, Kind, Permission, PermissionSet, Role, Secret, State, Timestamp, Token, TokenId, audit::Action, policy};
use serde_json::json;

use super::{NewToken, event};
use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    store,
};

/// Generates an organization token. Nobody hands on more than they hold; Owner is a role for people.
pub async fn create(console: &Console, access: &Access, new: NewToken) -> Result<Issued> {
    access.require(Permission::API_KEY_CREATE)?;
    if new.role.is_some_and(|role| !Role::FOR_TOKENS.contains(&role)) {
        let why = "A token can be a viewer, developer or admin; owner is for people.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    if !access.covers(new.role.map_or(PermissionSet::NONE, policy::grants).union(new.permissions)) {
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
        created_by_left: false,
        expires_at: new.lifetime.ends(now),
        last_used_at: None,
        state: State::Active,
    };
    let issued = Issued { token, secret };
    store::tokens::insert(&mut write, access, &issued, &digest).await?;
    let details = json!({
        "hint": issued.token.hint.as_str(),
        "role": issued.token.role.map(Role::as_str),
        "permissions": issued.token.permissions.stored(),
        "expires_at": issued.token.expires_at.map(Timestamp::iso),
    });
    write.commit(&console.0.keys, &event(access, now, Action::TokenCreate, &issued.token, details)).await?;
    Ok(issued)
}
