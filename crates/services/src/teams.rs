//! Teams: people of an organization who share tokens. Decision 18.

use domain::{
    Description, Name, Permission, Team, TeamId, TeamMember, TeamPage, Timestamp, Token, UserId,
    audit::Action,
    team::MOST,
    texts::{lists, teams as say},
};
use serde_json::{Map, Value, json};

use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    mails::{self, Letter},
    store::{
        self, Write,
        events::{NewEvent, Target},
    },
    tokens,
};

/// Rows on a page of the list.
pub const PAGE: u32 = 50;
/// The most tokens that a team's page lists; the inventory has all.
pub const TOKENS: usize = 100;

/// The form for a team as it was typed.
#[derive(Debug, Default)]
pub struct Form {
    /// See [`Name`].
    pub name: String,
    /// See [`Description`].
    pub description: String,
}

/// What is changed about a team; what is none stays.
#[derive(Debug, Default)]
pub struct Change {
    /// Its new name.
    pub name: Option<Name>,
    /// Its new description.
    pub description: Option<Description>,
}

impl Form {
    /// Checks what was typed, field by field; the first that is wrong is named.
    pub fn parse(&self) -> Result<(Name, Description)> {
        Ok((
            Name::parse(&self.name).map_err(Error::in_field("name"))?,
            Description::parse(&self.description).map_err(Error::in_field("description"))?,
        ))
    }
}

/// Lists the organization's teams by name, so many after this one.
pub async fn list(console: &Console, access: &Access, after: Option<&str>, size: u32) -> Result<TeamPage> {
    access.require(Permission::TEAMS_READ)?;
    let unknown = || Error::Invalid { field: "after", why: lists::NO_PLACE_OF_BEFORE.to_owned() };
    let after: Option<TeamId> = after.map(str::parse).transpose().map_err(|_| unknown())?;
    if let Some(after) = after
        && !store::teams::is_known(&console.0.db, access, after).await?
    {
        return Err(unknown());
    }
    // One more than a page holds tells whether there is a next one.
    let size = size.clamp(1, 100);
    let mut items = store::teams::list(&console.0.db, access, after, i64::from(size) + 1, console.now()).await?;
    let more = items.len() > size as usize;
    items.truncate(size as usize);
    let next = items.last().filter(|_| more).map(|last| last.id);
    Ok(TeamPage { items, next })
}

/// Finds one of the organization's teams.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Team> {
    access.require(Permission::TEAMS_READ)?;
    store::teams::find(&console.0.db, access, parse(id)?, console.now()).await?.ok_or(Error::NotFound)
}

/// Lists who is in a team, by name.
pub async fn members(console: &Console, access: &Access, team: TeamId) -> Result<Vec<TeamMember>> {
    access.require(Permission::TEAMS_READ)?;
    let mut members = store::teams::members(&console.0.db, access, team).await?;
    if !access.allows(Permission::USER_READ) {
        for member in &mut members {
            member.email = None;
        }
    }
    Ok(members)
}

/// Lists a team's tokens that are not over, newest first, [`TOKENS`] at most: for those in it, and for who may see all tokens.
pub async fn list_tokens(console: &Console, access: &Access, team: TeamId) -> Result<Vec<Token>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let most = i64::try_from(TOKENS).unwrap_or(i64::MAX);
    store::tokens::list_of_team(&console.0.db, access, team, console.now(), most).await
}

/// Creates a team; nobody is in it yet.
pub async fn create(console: &Console, access: &Access, name: Name, description: Description) -> Result<Team> {
    access.require(Permission::TEAMS_CREATE)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    if store::teams::count_in(&mut write, access).await? >= MOST {
        return Err(Error::Conflict(say::TOO_MANY));
    }
    let team = Team {
        id: TeamId::new(now, entropy::bytes(&*console.0.entropy)),
        name,
        description,
        created_at: now,
        created_by: access.principal().name().to_owned(),
        members: 0,
        tokens: 0,
    };
    keep_names_apart(&mut write, access, &team).await?;
    store::teams::insert(&mut write, access, &team).await?;
    let details = json!({ "description": team.description.as_str() });
    write.commit(&console.0.keys, &event(access, now, Action::TeamCreate, &team, details)).await?;
    Ok(team)
}

/// Says that an edit was made from what the team no longer is.
pub use say::EDITED_MEANWHILE;

/// A fingerprint of everything about a team that can be edited, as that of a token.
pub fn version(team: &Team) -> String {
    tokens::fingerprint(&json!([team.name, team.description]))
}

/// Gives a team another name or description. `seen` is the [`version`] that the change was made from, none to change whatever is there. What
/// changes nothing is no event.
pub async fn edit(console: &Console, access: &Access, id: &str, seen: Option<&str>, change: Change) -> Result<Team> {
    access.require(Permission::TEAMS_UPDATE)?;
    let id = parse(id)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let before = store::teams::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    if seen.is_some_and(|seen| seen != version(&before)) {
        return Err(Error::Conflict(EDITED_MEANWHILE));
    }
    let Change { name, description } = change;
    let team = Team {
        name: name.unwrap_or_else(|| before.name.clone()),
        description: description.unwrap_or_else(|| before.description.clone()),
        ..before.clone()
    };
    if team == before {
        return Ok(before);
    }
    keep_names_apart(&mut write, access, &team).await?;
    store::teams::edit(&mut write, access, &team).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TeamEdit, &team, difference(&before, &team))).await?;
    Ok(team)
}

/// Adds a member of the organization to a team: they reach its tokens from their next request on. Adding them again changes nothing.
pub async fn add_member(console: &Console, access: &Access, id: &str, user: &str) -> Result<Team> {
    access.require(Permission::TEAMS_UPDATE)?;
    let (id, user) = (parse(id)?, parse_user(user)?);
    let mut write = access.begin(console).await?;
    let now = console.now();
    let team = store::teams::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    let member = store::members::find_in(&mut write, access, user).await?.ok_or(Error::NotFound)?;
    if store::teams::has_member_in(&mut write, access, id, user).await? {
        return Ok(team);
    }
    store::teams::insert_member(&mut write, access, id, user, now).await?;
    let details = json!({ "member": member.name.as_str(), "member_id": user.to_string() });
    write.commit(&console.0.keys, &event(access, now, Action::TeamAddMember, &team, details)).await?;
    Ok(Team { members: team.members + 1, ..team })
}

/// Removes somebody from a team: they no longer reach its tokens, which stay. Whoever is not in it is not found.
pub async fn remove_member(console: &Console, access: &Access, id: &str, user: &str) -> Result<Team> {
    access.require(Permission::TEAMS_UPDATE)?;
    let (id, user) = (parse(id)?, parse_user(user)?);
    let mut write = access.begin(console).await?;
    let now = console.now();
    let team = store::teams::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    let member = store::members::find_in(&mut write, access, user).await?.ok_or(Error::NotFound)?;
    if !store::teams::has_member_in(&mut write, access, id, user).await? {
        return Err(Error::NotFound);
    }
    store::teams::remove_member(&mut write, access, id, user).await?;
    let details = json!({ "member": member.name.as_str(), "member_id": user.to_string() });
    write.commit(&console.0.keys, &event(access, now, Action::TeamRemoveMember, &team, details)).await?;
    Ok(Team { members: team.members.saturating_sub(1), ..team })
}

/// Ends a team for good, and with it, in the same change, every token of it. `typed` has to be its name, so that nobody ends the wrong one.
/// When this returns, its tokens are refused everywhere.
pub async fn end(console: &Console, access: &Access, id: &str, typed: &str) -> Result<Team> {
    end_named(console, access, id, Some(typed)).await
}

/// The same for a program, which names the team by its id and cannot mistype.
pub async fn end_by_id(console: &Console, access: &Access, id: &str) -> Result<Team> {
    end_named(console, access, id, None).await
}

async fn end_named(console: &Console, access: &Access, id: &str, typed: Option<&str>) -> Result<Team> {
    access.require(Permission::TEAMS_DELETE)?;
    let id = parse(id)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let team = store::teams::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    if typed.is_some_and(|typed| Name::parse(typed).ok().as_ref() != Some(&team.name)) {
        return Err(Error::Invalid { field: "typed", why: say::TYPE_THE_NAME.to_owned() });
    }
    let ended = store::tokens::list_of_team_in(&mut write, access, id, now).await?;
    let letter = Letter::team_ended(console, access, &team, now, &ended);
    mails::tell_admins(console, &mut write, access, now, &letter).await?;
    mails::tell_team(console, &mut write, access, id, now, &letter).await?;
    let details = json!({ "members": team.members, "tokens_revoked": ended.len() });
    let mut events = vec![event(access, now, Action::TeamEnd, &team, details)];
    let why = tokens::revoke::known(&say::ended(&team.name));
    for token in &ended {
        store::tokens::revoke(&mut write, access, token.id, why.as_ref(), now).await?;
        events.push(tokens::event(access, now, Action::TokenRevoke, token, tokens::revoke::details(token, why.as_ref())));
    }
    store::teams::end(&mut write, access, id, now).await?;
    write.commit_all(&console.0.keys, &events).await?;
    console.0.mails.notify_one();
    Ok(team)
}

/// Refuses a name that another team of the organization has. Asked inside the change, which follows all others.
async fn keep_names_apart(write: &mut Write, access: &Access, team: &Team) -> Result<()> {
    match store::teams::named_in(write, access, &team.name).await? {
        Some(other) if other != team.id => Err(Error::Invalid { field: "name", why: say::NAME_IN_USE.to_owned() }),
        _ => Ok(()),
    }
}

/// What an edit changed: for each field what it was and what it is.
fn difference(before: &Team, after: &Team) -> Value {
    let fields = |team: &Team| [("name", json!(team.name)), ("description", json!(team.description))];
    let changed = fields(before).into_iter().zip(fields(after)).filter(|((_, from), (_, to))| from != to);
    Value::Object(changed.map(|((name, from), (_, to))| (name.to_owned(), json!({ "from": from, "to": to }))).collect::<Map<_, _>>())
}

fn parse(id: &str) -> Result<TeamId> {
    id.parse().map_err(|_| Error::NotFound)
}

fn parse_user(id: &str) -> Result<UserId> {
    id.parse().map_err(|_| Error::NotFound)
}

/// The event that something was done to a team.
fn event<'a>(access: &'a Access, at: Timestamp, action: Action, team: &Team, details: Value) -> NewEvent<'a> {
    NewEvent {
        at,
        organization: Some(access.organization().id),
        actor: access.principal(),
        action,
        target: Target { kind: "team", id: team.id.to_string(), name: team.name.as_str().to_owned() },
        details,
        caller: access.caller(),
    }
}
