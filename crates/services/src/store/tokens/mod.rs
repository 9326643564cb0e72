//! Tokens and the digests of their secrets.

mod edit;
pub(crate) mod rotation;

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

use bytes::Bytes;
use domain::{
    AssignedRole, Description, Hint, Issued, Kind, Label, Limits, Name, Networks, Organization, Overlap, Owner, OwnerTeam, PermissionSet,
    Person, Reason, Slug, State, Timestamp, Token, TokenId,
};

use super::{Db, Write, exactly_one, on_db, on_tx, roles, stored};
use crate::{
    access::Access,
    error::{Error, Result},
    keys::Digest,
};

pub(crate) use edit::{edit, switch};

/// What is read of a token, with its current secret's mask and its last use.
macro_rules! select {
    ($($rest:tt)*) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM tokens t JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL LEFT JOIN token_usage u ON u.token_id = t.id ",
            $($rest)*
        )
    };
}

/// The columns of a [`Row`]. What belongs to them in other tables is asked for column by column: nine joined tables have so many orders that
/// PostgreSQL takes twenty times as long to choose one as to follow it.
macro_rules! columns {
    () => {
        concat!(
            "t.id, t.kind, t.user_id, (SELECT p.name FROM users p WHERE p.id = t.user_id) AS user_name, (SELECT ",
            role_of!("pm", "pr"),
            " FROM memberships pm LEFT JOIN roles pr ON pr.id = pm.role_id WHERE pm.organization_id = t.organization_id \
             AND pm.user_id = t.user_id) AS user_role, t.team_id, (SELECT g.name FROM teams g WHERE g.id = t.team_id) AS team_name, \
             (SELECT g.ended_at FROM teams g WHERE g.id = t.team_id) AS team_ended_at, t.label, t.description, s.hint, \
             COALESCE((SELECT ",
            role_of!("t", "r"),
            " FROM roles r WHERE r.id = t.role_id), t.role) AS role, t.permissions, t.created_at, t.created_by_name, t.expires_at, \
             t.allowed_networks, t.rate_limit, t.disabled_at, t.disabled_by_name, t.revoked_at, t.revoked_by_name, t.revoked_why, \
             u.last_used_at, CASE WHEN t.created_by_kind = 'member' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE \
             m.organization_id = t.organization_id AND m.user_id = t.created_by_id) THEN 1 ELSE 0 END AS created_by_left"
        )
    };
}

/// Leaves out what the access does not reach: all but the tokens of the person bound to the parameter, and of the teams they are in. With
/// nobody bound nothing is left out.
macro_rules! reaches {
    ($table:literal, $person:literal) => {
        concat!(
            "AND (CAST(",
            $person,
            " AS TEXT) IS NULL OR ",
            $table,
            "user_id = ",
            $person,
            " OR ",
            $table,
            "team_id IN \
             (SELECT r.team_id FROM team_members r WHERE r.organization_id = $1 AND r.user_id = ",
            $person,
            ")) "
        )
    };
}

mod attention;
mod excess;
mod facets;
mod list;
mod of_team;
mod offboard;
mod replacements;
mod seed;
mod walk;

pub(crate) use attention::{Spotted, spot};
pub(crate) use excess::{
    Used, excess, forget_excess, forget_excess_to_come, forget_uses_of_dead, known_since, upsert_excess, used, used_for,
};
pub(crate) use facets::{Facets, any, facets};
pub(crate) use list::{find_many, find_many_in, found_by_earlier};
pub(crate) use seed::{Plantation, Planted};
pub(crate) use walk::{Listed, Question, list};
#[cfg(test)]
pub(crate) use walk::{counted, page, walks};

pub(crate) use of_team::{list_of_team, list_of_team_in};
pub(crate) use offboard::{OfLeaver, expire, list_of_leaver, list_of_leaver_in, move_to_team};
pub(crate) use replacements::{replaced, replacing};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    user_id: Option<String>,
    user_name: Option<String>,
    user_role: Option<String>,
    team_id: Option<String>,
    team_name: Option<String>,
    team_ended_at: Option<i64>,
    label: String,
    description: String,
    hint: String,
    role: Option<String>,
    permissions: String,
    created_at: i64,
    created_by_name: String,
    expires_at: Option<i64>,
    allowed_networks: Option<String>,
    rate_limit: Option<String>,
    disabled_at: Option<i64>,
    disabled_by_name: Option<String>,
    revoked_at: Option<i64>,
    revoked_by_name: Option<String>,
    revoked_why: Option<String>,
    last_used_at: Option<i64>,
    created_by_left: i32,
}

impl Row {
    fn into_token(self) -> Result<Token> {
        let owner = match stored("tokens.kind", self.kind.parse::<Kind>())? {
            Kind::Organization => Owner::Organization,
            Kind::User => Owner::User(Person {
                id: stored("tokens.user_id", self.user_id.unwrap_or_default().parse())?,
                name: stored("users.name", Name::parse(&self.user_name.unwrap_or_default()))?,
                role: self.user_role.map(|role| roles::read("memberships.role", &role)).transpose()?,
            }),
            Kind::Team => Owner::Team(OwnerTeam {
                id: stored("tokens.team_id", self.team_id.unwrap_or_default().parse())?,
                name: stored("teams.name", Name::parse(&self.team_name.unwrap_or_default()))?,
                is_ended: self.team_ended_at.is_some(),
            }),
        };
        Ok(Token {
            id: stored("tokens.id", self.id.parse())?,
            owner,
            label: stored("tokens.label", Label::parse(&self.label))?,
            description: stored("tokens.description", Description::parse(&self.description))?,
            hint: Hint::from_stored(self.hint),
            role: self.role.map(|role| roles::read("tokens.role", &role)).transpose()?,
            permissions: PermissionSet::from_stored(&self.permissions),
            created_at: Timestamp::from_micros(self.created_at),
            created_by: self.created_by_name,
            created_by_left: self.created_by_left != 0,
            expires_at: self.expires_at.map(Timestamp::from_micros),
            limits: Limits {
                networks: stored("tokens.allowed_networks", Networks::parse(&self.allowed_networks.unwrap_or_default()))?,
                rate: self.rate_limit.map(|text| stored("tokens.rate_limit", text.parse())).transpose()?,
            },
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
            state: match (self.revoked_at, self.disabled_at) {
                (Some(at), _) => State::Revoked {
                    at: Timestamp::from_micros(at),
                    by: self.revoked_by_name.unwrap_or_default(),
                    why: self.revoked_why.map(|why| stored("tokens.revoked_why", Reason::parse(&why))).transpose()?,
                },
                (None, Some(at)) => State::Disabled { at: Timestamp::from_micros(at), by: self.disabled_by_name.unwrap_or_default() },
                (None, None) => State::Active,
            },
        })
    }
}

/// One of the organization's tokens.
pub(crate) async fn find(db: &Db, access: &Access, id: TokenId) -> Result<Option<Token>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("WHERE t.organization_id = $1 AND t.id = $2 ", reaches!("t.", "$3")))
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .bind(access.only_of())
            .fetch_optional(pool)
            .await?
    });
    row.map(Row::into_token).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_in(write: &mut Write, access: &Access, id: TokenId) -> Result<Option<Token>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("WHERE t.organization_id = $1 AND t.id = $2 ", reaches!("t.", "$3")))
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .bind(access.only_of())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_token).transpose()
}

/// Whether a token that is in force at `now` has this label, in small or capital letters.
pub(crate) async fn label_in_use(db: &Db, access: &Access, label: &Label, now: Timestamp) -> Result<bool> {
    let found: Option<i64> = on_db!(db, |pool| {
        sqlx::query_scalar(concat!(
            "SELECT created_at FROM tokens WHERE organization_id = $1 AND LOWER(label) = LOWER($2) AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > $3) ",
            reaches!("", "$4"),
            "LIMIT 1"
        ))
        .bind(access.organization().id.to_string())
        .bind(label.as_str())
        .bind(now.as_micros())
        .bind(access.only_of())
        .fetch_optional(pool)
        .await?
    });
    Ok(found.is_some())
}

/// Adds a token and the digest of its secret.
pub(crate) async fn insert(write: &mut Write, access: &Access, issued: &Issued, digest: &Digest, replaces: Option<TokenId>) -> Result<()> {
    let token = &issued.token;
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO tokens (id, organization_id, kind, label, description, role, permissions, created_at, created_by_kind, \
             created_by_id, created_by_name, expires_at, user_id, team_id, role_id, allowed_networks, rate_limit, replaces) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        )
        .bind(token.id.to_string())
        .bind(access.organization().id.to_string())
        .bind(token.owner.kind().as_str())
        .bind(token.label.as_str())
        .bind(token.description.as_str())
        .bind(token.role.as_ref().map(|role| role.stored().as_str()))
        .bind(token.permissions.stored())
        .bind(token.created_at.as_micros())
        .bind(access.principal().kind())
        .bind(access.principal().id())
        .bind(access.principal().name())
        .bind(token.expires_at.map(Timestamp::as_micros))
        .bind(token.owner.person().map(|person| person.id.to_string()))
        .bind(token.owner.team().map(|team| team.id.to_string()))
        .bind(token.role.as_ref().and_then(AssignedRole::id).map(|id| id.to_string()))
        .bind(networks(&token.limits))
        .bind(token.limits.rate.map(|rate| rate.to_string()))
        .bind(replaces.map(|replaced| replaced.to_string()))
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)?;
    insert_secret(write, access, token, digest, token.created_at).await
}

/// From where a token may be used, as it is stored.
fn networks(limits: &Limits) -> Option<String> {
    (!limits.networks.are_everywhere()).then(|| limits.networks.words().join(" "))
}

/// Adds the digest of a secret to a token that has no current one.
pub(crate) async fn insert_secret(write: &mut Write, access: &Access, token: &Token, digest: &Digest, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO token_secrets (digest, organization_id, token_id, hint, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(digest.as_slice())
            .bind(access.organization().id.to_string())
            .bind(token.id.to_string())
            .bind(token.hint.as_str())
            .bind(at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Puts another secret in the place of a token's current one, if that is still the one with digest `old` and nobody
/// has used it; tells whether it was.
pub(crate) async fn replace_secret(
    write: &mut Write,
    access: &Access,
    id: TokenId,
    old: &[u8],
    new: &Digest,
    hint: &Hint,
    at: Timestamp,
) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE token_secrets SET digest = $1, hint = $2, created_at = $3 \
             WHERE organization_id = $4 AND token_id = $5 AND digest = $6 AND ends_at IS NULL AND first_used_at IS NULL",
        )
        .bind(new.as_slice())
        .bind(hint.as_str())
        .bind(at.as_micros())
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .bind(old)
        .execute(connection)
        .await?
        .rows_affected()
    });
    // The digest is the key of the table: there are never two.
    if touched == 0 { Ok(false) } else { exactly_one(touched).map(|()| true) }
}

/// Ends a token for good.
pub(crate) async fn revoke(write: &mut Write, access: &Access, id: TokenId, why: Option<&Reason>, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET revoked_at = $1, revoked_by_kind = $2, revoked_by_id = $3, revoked_by_name = $4, revoked_why = $5 \
             WHERE organization_id = $6 AND id = $7 AND revoked_at IS NULL",
        )
        .bind(at.as_micros())
        .bind(access.principal().kind())
        .bind(access.principal().id())
        .bind(access.principal().name())
        .bind(why.map(Reason::as_str))
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// A token found by one of its secrets, with the organization it is of. The mask is that of the secret that was presented.
pub(crate) struct Found {
    pub(crate) token: Token,
    pub(crate) organization: Arc<Organization>,
    pub(crate) secret: FoundSecret,
    /// What is answered about it while it is good, once somebody has written that down.
    pub(crate) answer: OnceLock<Bytes>,
}

/// The secret a token was found by.
pub(crate) struct FoundSecret {
    pub(crate) digest: Digest,
    /// When it ends, or ended; none for a token's current secret, which ends with the token.
    pub(crate) ends_at: Option<Timestamp>,
    /// Whether somebody has ended it before its time. Then it is ended whatever the clock says: that of another server may be behind.
    pub(crate) was_ended: bool,
    /// Whether a use of it has been written before. What is found may be remembered, and told of the use that was first.
    pub(crate) is_used: AtomicBool,
}

impl FoundSecret {
    /// Whether a rotation has replaced it.
    pub(crate) fn is_replaced(&self) -> bool {
        self.ends_at.is_some()
    }

    /// Whether it was replaced and its overlap is over: nobody is let in with it. The token's own state is for the caller to judge.
    pub(crate) fn is_ended(&self, now: Timestamp) -> bool {
        self.was_ended || self.ends_at.is_some_and(|end| end <= now)
    }
}

impl Found {
    /// About how many bytes it takes to remember it, with its answer, whether that is written down yet or not.
    pub(crate) fn size(&self) -> usize {
        // Names of members, ids, times; and how much the name of a permission takes.
        const ANSWER: usize = 512;
        const PERMISSION: usize = 22;
        let Self { token, organization, .. } = self;
        let told = token.label.as_str().len() + organization.slug.as_str().len() + organization.name.as_str().len();
        let owner = match &token.owner {
            Owner::Organization => 0,
            Owner::User(person) => person.name.as_str().len() + person.role.as_ref().map_or(0, |role| role.stored().as_str().len()),
            Owner::Team(team) => team.name.as_str().len(),
        };
        // With the counters of the organization's Arc.
        size_of::<Self>()
            + size_of::<Organization>()
            + 16
            + ANSWER
            + PERMISSION * token.effective().iter().count()
            + 2 * (owner + told)
            + token.description.as_str().len()
            + token.hint.as_str().len()
            + token.created_by.len()
            + size_of_val(token.limits.networks.as_slice())
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    token: Row,
    organization_id: String,
    slug: String,
    organization_name: String,
    organization_created_at: i64,
    digest: Vec<u8>,
    ends_at: Option<i64>,
    overlap: Option<String>,
    first_used_at: Option<i64>,
}

/// Finds a token by the digest of a secret: the look-up of verification, so it asks for no proof of access. Nothing of it depends on the
/// time, so that it can be remembered. It leaves last use and whether the creator left out. Ask `memory` for it.
pub(crate) async fn find_by_digest(db: &Db, digest: &Digest) -> Result<Option<Found>> {
    let row: Option<FoundRow> = on_db!(db, |pool| {
        sqlx::query_as(concat!(
            "SELECT t.id, t.kind, t.user_id, p.name AS user_name, ",
            role_of!("pm", "pr"),
            " AS user_role, t.team_id, g.name AS team_name, g.ended_at AS team_ended_at, t.label, t.description, s.hint, ",
            role_of!("t", "r"),
            " AS role, t.permissions, t.created_at, t.created_by_name, t.expires_at, t.allowed_networks, t.rate_limit, t.disabled_at, \
             t.disabled_by_name, t.revoked_at, t.revoked_by_name, t.revoked_why, CAST(NULL AS BIGINT) AS last_used_at, 0 AS created_by_left, t.organization_id, o.slug, \
             o.name AS organization_name, o.created_at AS organization_created_at, s.digest, s.ends_at, s.overlap, s.first_used_at \
             FROM token_secrets s \
             JOIN tokens t ON t.id = s.token_id JOIN organizations o ON o.id = t.organization_id \
             LEFT JOIN users p ON p.id = t.user_id LEFT JOIN teams g ON g.id = t.team_id \
             LEFT JOIN memberships pm ON pm.organization_id = t.organization_id AND pm.user_id = t.user_id \
             LEFT JOIN roles r ON r.id = t.role_id LEFT JOIN roles pr ON pr.id = pm.role_id WHERE s.digest = $1",
        ))
        .bind(digest.as_slice())
        .fetch_optional(pool)
        .await?
    });
    let Some(row) = row else { return Ok(None) };
    // What is found is remembered, and a connection that was left in the middle of an answer must not give somebody else's.
    if row.digest != digest {
        return Err(Error::internal("the database answered about another secret"));
    }
    Ok(Some(Found {
        organization: Arc::new(Organization {
            id: stored("organizations.id", row.organization_id.parse())?,
            slug: stored("organizations.slug", Slug::parse(&row.slug))?,
            name: stored("organizations.name", domain::Name::parse(&row.organization_name))?,
            created_at: Timestamp::from_micros(row.organization_created_at),
        }),
        token: row.token.into_token()?,
        secret: FoundSecret {
            digest: *digest,
            ends_at: row.ends_at.map(Timestamp::from_micros),
            was_ended: row.overlap.as_deref() == Some(Overlap::Now.as_str()),
            is_used: AtomicBool::new(row.first_used_at.is_some()),
        },
        answer: OnceLock::new(),
    }))
}
