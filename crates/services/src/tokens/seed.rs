//! Made-up tokens by the thousand, for demos and measurements: decision 40.

use std::time::Duration;

use domain::{
    AssignedRole, Description, Issued, Label, Limits, Name, Owner, PermissionSet, State, Status, Timestamp, Token, TokenId, UserId,
    audit::Action,
};
use serde_json::json;

use super::create::mint;
use crate::{
    Console,
    access::{Access, Principal},
    entropy,
    error::{Error, Result},
    store::{
        events::{NewEvent, Target},
        tokens::{Plantation, Planted},
    },
};

/// Tokens that are made before they are written.
const BATCH: usize = 10_000;
/// Those whose secrets are given do not end sooner.
const LASTING: Duration = Duration::from_hours(24);

/// A token as if somebody had generated it some day, and others had used and ended it since. Its secret is made anew.
#[derive(Debug)]
pub struct Seed {
    /// Whom it belongs to.
    pub owner: Owner,
    /// What it is recognised by.
    pub label: Label,
    /// What it is for.
    pub description: Description,
    /// What it may do, as one word; none when it gets only permissions of its own.
    pub role: Option<AssignedRole>,
    /// What it may do beside its role.
    pub permissions: PermissionSet,
    /// When it is said to have been generated.
    pub created_at: Timestamp,
    /// Who is said to have generated it, and to have ended it.
    pub creator: (UserId, Name),
    /// When it ends; none means never.
    pub expires_at: Option<Timestamp>,
    /// When it is said to have been used last.
    pub last_used_at: Option<Timestamp>,
    /// What is said to have been decided about it.
    pub state: State,
}

/// Adds made-up tokens, all or none, and gives the first `kept` of those that are good for a day, with their secrets; the secrets of the others
/// are known to nobody. They are asked nothing that tokens are asked, nobody gets a mail, and one event says how many there are: so only the
/// operator may do this, who decides what an instance is for. Nothing else is written meanwhile.
pub async fn seed(
    console: &Console,
    access: &Access,
    seeds: impl IntoIterator<Item = Seed, IntoIter: Send>,
    kept: usize,
) -> Result<Vec<Issued>> {
    if !matches!(access.principal(), Principal::Operator) {
        return Err(Error::Forbidden);
    }
    let now = console.now();
    let mut seeds = seeds.into_iter();
    let mut issued = Vec::new();
    let mut plantation = Plantation::open(access.begin(console).await?, access).await?;
    loop {
        let mut planted = Vec::with_capacity(BATCH);
        for seed in seeds.by_ref().take(BATCH) {
            let (secret, digest) = mint(console, seed.owner.kind())?;
            let token = Token {
                id: TokenId::new(seed.created_at, entropy::bytes(&*console.0.entropy)),
                owner: seed.owner,
                label: seed.label,
                description: seed.description,
                hint: secret.hint(),
                role: seed.role,
                permissions: seed.permissions,
                created_at: seed.created_at,
                created_by: seed.creator.1.as_str().to_owned(),
                created_by_left: false,
                expires_at: seed.expires_at,
                limits: Limits::default(),
                last_used_at: seed.last_used_at,
                state: seed.state,
            };
            if issued.len() < kept && token.status_at(now.plus(LASTING)) == Status::Active {
                issued.push(Issued { token: token.clone(), secret });
            }
            planted.push(Planted { token, digest, creator: seed.creator.0 });
        }
        if planted.is_empty() {
            break;
        }
        plantation.add(&planted).await?;
    }
    let (write, tokens) = plantation.close().await?;
    let organization = access.organization();
    let event = NewEvent {
        at: now,
        organization: Some(organization.id),
        actor: access.principal(),
        action: Action::TokenSeed,
        target: Target { kind: "organization", id: organization.id.to_string(), name: organization.name.as_str().to_owned() },
        details: json!({ "tokens": tokens }),
        caller: access.caller(),
    };
    write.commit(&console.0.keys, &event).await?;
    Ok(issued)
}
