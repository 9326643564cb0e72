//! What an organization asks of its tokens. `admit` is the one place that holds it against them: generation, replacement and every edit
//! go through it. Nothing here changes a token, but for [`revoke_unused`], which does what the organization asked for.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use domain::{
    Kind, Lifetime, OrganizationId, Owner, Owners, Permission, Status, Timestamp, Token, TokenId,
    audit::Action,
    texts::token_policy as say,
    token_policy::{Impact, Outside, Policy, Refused},
};
use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    Caller, Console,
    access::{Access, Principal},
    error::{Error, Result},
    mails::{self, Letter},
    store::{
        self, Write,
        events::{NewEvent, Target},
        token_policy::{Stored, Unused},
    },
};

/// What the policy has become since it was read.
pub use say::EDITED_MEANWHILE;

/// How often is looked for tokens that nobody uses.
const PERIOD: Duration = Duration::from_hours(1);
/// The most tokens that a preview names.
const NAMED: i64 = 25;
/// The most tokens that one change ends; the others follow in the next.
const AT_ONCE: i64 = 100;

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Invalid { field: refused.field, why: refused.why.0 }
    }
}

/// The policy as a form sends it.
#[derive(Debug, Default)]
pub struct Form {
    /// Days, or empty for no maximum.
    pub max_days: String,
    /// Days, or empty for the usual ones.
    pub default_days: String,
    /// `yes` or `no`.
    pub may_never_expire: String,
    /// See [`domain::token_policy::Creators`].
    pub creators: String,
    /// `yes` or `no`.
    pub user_tokens_allowed: String,
    /// `yes` or `no`.
    pub team_tokens_allowed: String,
    /// Days, or empty for never.
    pub revoke_unused_days: String,
    /// `yes` or `no`.
    pub unique_labels: String,
}

impl Form {
    /// Checks what was typed, field by field; the first that is wrong is named.
    pub fn parse(&self) -> Result<Policy> {
        let number = |field, typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => typed.parse().map(Some).map_err(|_| Error::Invalid { field, why: say::no_days_typed(Policy::LONGEST_DAYS) }),
        };
        let choice = |field, chosen: &str| match chosen {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Error::Invalid { field, why: say::NO_YES_OR_NO.to_owned() }),
        };
        let policy = Policy {
            max_days: number("max_days", &self.max_days)?,
            default_days: number("default_days", &self.default_days)?,
            may_never_expire: choice("may_never_expire", &self.may_never_expire)?,
            creators: self.creators.parse().map_err(Error::in_field("creators"))?,
            user_tokens_allowed: choice("user_tokens_allowed", &self.user_tokens_allowed)?,
            team_tokens_allowed: choice("team_tokens_allowed", &self.team_tokens_allowed)?,
            revoke_unused_days: number("revoke_unused_days", &self.revoke_unused_days)?,
            unique_labels: choice("unique_labels", &self.unique_labels)?,
        };
        Ok(policy.check()?)
    }
}

/// Finds the organization's policy.
pub async fn find(console: &Console, access: &Access) -> Result<Policy> {
    access.require(Permission::ORGANIZATION_READ)?;
    Ok(store::token_policy::find(&console.0.db, access).await?.policy)
}

/// How long a new token lives when nobody chooses, whoever asks.
pub async fn usual_lifetime(console: &Console, access: &Access) -> Result<Lifetime> {
    Ok(store::token_policy::find(&console.0.db, access).await?.policy.usual_lifetime())
}

/// Whether new tokens of a kind are allowed, whoever asks.
pub async fn allows(console: &Console, access: &Access, kind: Kind) -> Result<bool> {
    Ok(store::token_policy::find(&console.0.db, access).await?.policy.allows(kind))
}

/// Whom a token may belong to that the person who asks generates now, by permission and policy.
pub async fn owners(console: &Console, access: &Access) -> Result<Owners> {
    Ok(owners_under(&store::token_policy::find(&console.0.db, access).await?.policy, access))
}

/// The same under a policy that was found before.
pub(crate) fn owners_under(policy: &Policy, access: &Access) -> Owners {
    Owners::under(policy, access.allows(Permission::API_KEY_CREATE), |asked| access.covers(asked), access.teams())
}

/// Refuses a token in the place of one of this owner when the policy allows no such token, whoever asks or just them.
pub(crate) async fn may_replace(console: &Console, access: &Access, owner: &Owner) -> Result<()> {
    may_replace_under(&store::token_policy::find(&console.0.db, access).await?.policy, access, owner)
}

/// The same under a policy that was found before.
pub(crate) fn may_replace_under(policy: &Policy, access: &Access, owner: &Owner) -> Result<()> {
    match owner.kind() {
        Kind::Organization if !policy.creators.include(|asked| access.covers(asked)) => Err(Error::Forbidden),
        kind if policy.allows(kind) => Ok(()),
        Kind::Team => Err(Error::Conflict(say::NO_REPLACEMENT_OF_TEAMS)),
        _ => Err(Error::Conflict(say::NO_REPLACEMENT_OF_PEOPLE)),
    }
}

/// The lifetime, or what comes nearest to it inside the policy.
pub(crate) async fn limit(console: &Console, access: &Access, lifetime: Lifetime) -> Result<Lifetime> {
    Ok(store::token_policy::find(&console.0.db, access).await?.policy.limit(lifetime, console.now()))
}

/// What is outside of the policy about each of these tokens, in words; those that are dead or inside of it are left out.
pub async fn breaches(console: &Console, access: &Access, tokens: &[Token]) -> Result<Vec<(TokenId, String)>> {
    let policy = store::token_policy::find(&console.0.db, access).await?.policy;
    breaches_under(&policy, console, access, tokens).await
}

/// The same under a policy that was found before.
pub(crate) async fn breaches_under(
    policy: &Policy,
    console: &Console,
    access: &Access,
    tokens: &[Token],
) -> Result<Vec<(TokenId, String)>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let now = console.now();
    let living: Vec<&Token> = tokens.iter().filter(|token| matches!(token.status_at(now), Status::Active | Status::Disabled)).collect();
    let sharing = if policy.unique_labels {
        let ids: Vec<TokenId> = living.iter().map(|token| token.id).collect();
        store::token_policy::find_sharing_labels(&console.0.db, access, &ids, now).await?
    } else {
        std::collections::HashSet::new()
    };
    let in_words = |token: &Token| {
        let shares = sharing.contains(&token.id).then(|| say::SHARES_ITS_LABEL.to_owned());
        let breaches: Vec<String> = policy.breaches(token).into_iter().chain(shares).collect();
        (!breaches.is_empty()).then(|| (token.id, breaches.join(", ")))
    };
    Ok(living.into_iter().filter_map(in_words).collect())
}

/// When a token will be ended by [`revoke_unused`] if nobody uses it before; none where that is later than its own end.
pub async fn unused_until(console: &Console, access: &Access, token: &Token) -> Result<Option<Timestamp>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let until = store::token_policy::unused_until(&console.0.db, access, token.id, console.now()).await?;
    Ok(until.filter(|until| token.expires_at.is_none_or(|end| *until < end)))
}

/// What a policy would mean for the tokens that are there; a few of them are named. Nothing is changed.
pub async fn preview(console: &Console, access: &Access, policy: &Policy) -> Result<Impact> {
    access.require(Permission::ORGANIZATION_UPDATE)?;
    let policy = policy.check()?;
    let now = console.now();
    let impact = store::token_policy::impact(&console.0.db, access, &policy, now).await?;
    if impact.tokens == 0 || !access.allows(Permission::API_KEY_READ) {
        return Ok(impact);
    }
    let ids = store::token_policy::find_breaking(&console.0.db, access, &policy, now, NAMED).await?;
    let mut tokens = store::tokens::find_many(&console.0.db, access, &ids).await?;
    tokens.sort_by_key(|token| ids.iter().position(|id| *id == token.id));
    let breaches: HashMap<TokenId, String> = breaches_under(&policy, console, access, &tokens).await?.into_iter().collect();
    // What was ended between the questions is outside of nothing.
    let named = tokens.into_iter().filter_map(|token| breaches.get(&token.id).cloned().map(|why| Outside { token, why })).collect();
    Ok(Impact { named, ..impact })
}

/// Puts a policy in the place of the one before; from then on it holds for what is generated and edited. `seen` is the
/// [`Policy::fingerprint`] that the change was made from, none to change whatever is there. What changes nothing is no event.
pub async fn edit(console: &Console, access: &Access, seen: Option<&str>, policy: &Policy) -> Result<Policy> {
    access.require(Permission::ORGANIZATION_UPDATE)?;
    let policy = policy.check()?;
    let mut write = access.begin(console).await?;
    let Stored { policy: before, unused_since } = store::token_policy::find_in(&mut write, access.organization().id).await?;
    if seen.is_some_and(|seen| seen != before.fingerprint()) {
        return Err(Error::Conflict(EDITED_MEANWHILE));
    }
    if policy == before {
        write.unchanged().await;
        return Ok(before);
    }
    let now = console.now();
    // Days without use count from the decision on: nobody loses a token at once for what was allowed until now.
    let unused_since = match policy.revoke_unused_days {
        None => None,
        same if same == before.revoke_unused_days => unused_since.or(Some(now)),
        Some(_) => Some(now),
    };
    let recent = access.recent(now)?;
    store::token_policy::edit(&mut write, access, &recent, &policy, unused_since, now).await?;
    let organization = access.organization();
    let event = NewEvent {
        at: now,
        organization: Some(organization.id),
        actor: access.principal(),
        action: Action::PolicyEdit,
        target: Target { kind: "organization", id: organization.id.to_string(), name: organization.name.as_str().to_owned() },
        details: difference(&before, &policy),
        caller: access.caller(),
    };
    write.commit(&console.0.keys, &event).await?;
    Ok(policy)
}

/// What an edit changed: for each part what it was and what it is.
fn difference(before: &Policy, after: &Policy) -> Value {
    let parts = |policy: &Policy| {
        [
            ("max_days", json!(policy.max_days)),
            ("default_days", json!(policy.default_days)),
            ("may_never_expire", json!(policy.may_never_expire)),
            ("creators", json!(policy.creators)),
            ("user_tokens_allowed", json!(policy.user_tokens_allowed)),
            ("team_tokens_allowed", json!(policy.team_tokens_allowed)),
            ("revoke_unused_days", json!(policy.revoke_unused_days)),
            ("unique_labels", json!(policy.unique_labels)),
        ]
    };
    let changed = parts(before).into_iter().zip(parts(after)).filter(|((_, from), (_, to))| from != to);
    Value::Object(changed.map(|((name, from), (_, to))| (name.to_owned(), json!({ "from": from, "to": to }))).collect::<Map<_, _>>())
}

/// Refuses a token that the policy does not allow: one about to be generated, or what an edit would make of the one `before`. A shorter life
/// is always allowed, and what is left as it was is not judged again; a label is, where it comes among those of another owner. Nothing is
/// asked here of a new secret or of switching a token on: what runs goes on, and can be kept safe (decision 23).
pub(crate) async fn admit(write: &mut Write, access: &Access, before: Option<&Token>, token: &Token, now: Timestamp) -> Result<()> {
    let Stored { policy, .. } = store::token_policy::find_in(write, access.organization().id).await?;
    let kind = token.owner.kind();
    if before.is_none_or(|before| before.owner != token.owner) {
        policy.judge_new(kind).map_err(Error::in_field("owner"))?;
    }
    if before.is_none() && kind == Kind::Organization && !policy.creators.include(|asked| access.covers(asked)) {
        return Err(Error::Forbidden);
    }
    if before.is_none_or(|before| token.is_extended_from(before)) {
        // Programs send the end under another name than forms.
        let field = if access.own_token().is_ok() { "expires_at" } else { "expiry" };
        policy.judge_extension(kind).map_err(Error::in_field(field))?;
        policy.judge(token.created_at, token.expires_at).map_err(Error::in_field(field))?;
    }
    if policy.asks_for_unique_labels(kind)
        && before.is_none_or(|before| before.label != token.label || before.owner != token.owner)
        && store::token_policy::label_in_use_in(write, access, &token.owner, &token.label, token.id, now).await?
    {
        return Err(Error::Invalid { field: "label", why: say::LABEL_IN_USE.to_owned() });
    }
    Ok(())
}

/// Ends the tokens that were not used for as long as their organization allows, with an event each, one mail to the organization's admins, and
/// one to each person about those that belonged to them. Days count
/// from the last use, from when the token or its present secret was made, and at the earliest from when the organization asked for this.
/// Returns how many were ended.
pub async fn revoke_unused(console: &Console, now: Timestamp) -> Result<usize> {
    let organizations = store::token_policy::find_with_unused(&console.0.db, now).await?;
    if organizations.is_empty() {
        return Ok(0);
    }
    let mut revoked = 0;
    for organization in organizations {
        revoked += revoke_unused_of(console, organization, now).await?;
    }
    if revoked > 0 {
        console.0.mails.notify_one();
    }
    Ok(revoked)
}

async fn revoke_unused_of(console: &Console, organization: OrganizationId, now: Timestamp) -> Result<usize> {
    let mut revoked = 0;
    loop {
        // A use of a moment ago counts.
        console.0.usage.settle().await?;
        let mut write = console.0.db.begin_write().await?;
        let Stored { policy, unused_since } = store::token_policy::find_in(&mut write, organization).await?;
        let (Some(allowed), Some(since)) = (policy.revoke_unused_days, unused_since) else { return Ok(revoked) };
        if now.since(since) < Duration::from_hours(24) * allowed {
            return Ok(revoked);
        }
        let unused = store::token_policy::find_unused_in(&mut write, organization, allowed, now, AT_ONCE).await?;
        if unused.is_empty() {
            return Ok(revoked);
        }
        let cause = say::unused(allowed);
        let caller = Caller::new(String::new(), None, "jeton");
        let mut events = Vec::new();
        for token in &unused {
            store::token_policy::revoke_unused(&mut write, organization, token.id, &cause, now).await?;
            events.push(NewEvent {
                at: now,
                organization: Some(organization),
                actor: &Principal::System,
                action: Action::TokenRevoke,
                target: Target { kind: "token", id: token.id.to_string(), name: token.label.clone() },
                details: json!({ "hint": token.hint, "last_used_at": token.last_used_at.map(Timestamp::iso), "reason": cause }),
                caller: &caller,
            });
        }
        let (name, slug) = store::token_policy::find_organization_in(&mut write, organization).await?;
        let letter = |tokens: &[&Unused]| Letter::unused_revoked(console, (&name, &slug), tokens, &cause, now);
        mails::tell_admins_of(console, &mut write, organization, now, &letter(&unused.iter().collect::<Vec<_>>())).await?;
        // One mail each, of what is theirs and of what their teams had.
        let mut of_people = BTreeMap::<String, Vec<&Unused>>::new();
        for token in &unused {
            if let Some(owner) = &token.owner {
                of_people.entry(owner.clone()).or_default().push(token);
            }
            if let Some(team) = token.team {
                for (_, address) in store::teams::addresses_in(&mut write, organization, team).await? {
                    of_people.entry(address).or_default().push(token);
                }
            }
        }
        let letters = of_people.iter().map(|(person, tokens)| (person.as_str(), letter(tokens))).collect();
        mails::tell_others_of(console, &mut write, organization, now, letters).await?;
        write.commit_all(&console.0.keys, &events).await?;
        revoked += unused.len();
    }
}

/// Looks in the background, for as long as the instance is open.
pub(crate) async fn run(console: Console, mut stop: mpsc::Receiver<()>) {
    loop {
        if let Err(error) = revoke_unused(&console, console.now()).await {
            tracing::warn!(%error, "unused tokens could not be revoked");
        }
        if timeout(PERIOD, stop.recv()).await.is_ok() {
            return;
        }
    }
}
