//! What a removal did, told to whoever did it.

use domain::{AfterLeaving, Permission, Removal, audit::Action};

use super::parse;
use crate::{Console, access::Access, audit::Filter, error::Result, store};

/// The latest removal of this person, as the audit trail has it, if it was done by who asks; nothing else of the trail is told to those who
/// may not read it.
pub async fn removal(console: &Console, access: &Access, user: &str) -> Result<Option<Removal>> {
    access.require(Permission::USER_DELETE)?;
    let filter = Filter {
        action: Some(Action::MemberRemove),
        actor: access.principal().id(),
        target: parse(user)?.to_string(),
        ..Filter::default()
    };
    let found = store::events::list(&console.0.db, access, &filter, 1).await?;
    Ok(found.into_iter().next().map(|recorded| {
        let chosen = recorded.details["tokens"].as_array().map(Vec::as_slice).unwrap_or_default();
        let count = |choice: &str| chosen.iter().filter(|token| token["choice"] == choice).count();
        Removal {
            moved: count("move"),
            rotated: count(AfterLeaving::Rotate.as_str()),
            expiring: count(AfterLeaving::Expire.as_str()),
            revoked: count(AfterLeaving::Revoke.as_str()),
            own: recorded.details["own_tokens_revoked"].as_u64().and_then(|own| usize::try_from(own).ok()).unwrap_or_default(),
            name: recorded.event.target.name,
        }
    }))
}
