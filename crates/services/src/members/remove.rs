//! Removing a member: everything of theirs ends in one change, and what they generated is decided about in it. Decision 24.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    AfterLeaving, Issued, Kind, Member, OldSecret, Overlap, Owner, OwnerTeam, Permission, Reason, Team, TeamId, Timestamp, Token, TokenId,
    UserId, audit::Action, team::MOST, texts::members as say,
};
use serde_json::{Value, json};

use super::{
    NEEDS_AN_OWNER,
    decisions::{Decisions, may_pass_on, refused},
    event, keep_an_owner, may_remove, parse, withdraw_invitations,
};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    mails::{self, Letter},
    store::{
        self, Write,
        events::NewEvent,
        tokens::{OfLeaver, rotation},
    },
    token_policy,
    tokens::{
        self,
        rotate::{Turned, exchange, may_rotate},
    },
};

/// How long a token goes on working when it is let expire.
const NOTICE: Duration = Duration::from_hours(7 * 24);
/// The most tokens that are listed to decide about them one by one; about those after them is decided together. A form of more fields than
/// that would be larger than what is read of one.
const LISTED: usize = 100;
/// As many where there are many teams, since each of them is a choice at each token.
const LISTED_AMONG_MANY_TEAMS: usize = 25;
/// The most tokens that are rotated with one removal: somebody has to put each secret where it belongs.
const ROTATED: usize = 100;

/// What is decided when somebody is removed: they, and their tokens that are not over.
#[derive(Debug)]
pub struct Offboarding {
    /// Who would leave.
    pub member: Member,
    /// What they generated, newest first, as many as one can decide about one by one; none for who may not see tokens.
    pub tokens: Vec<Token>,
    /// How many there are beside those.
    pub more: usize,
    /// Which of `tokens` can be neither moved nor rotated by who asks: those of teams, and those that may do more than they.
    pub fixed: Vec<TokenId>,
    /// The old secrets of `tokens` that are still accepted and end at once if the token is rotated.
    pub rotating: Vec<(TokenId, OldSecret)>,
    /// The tokens that belong to them and end with their membership, newest first; none for who may not see tokens.
    pub own: Vec<Token>,
    /// Where tokens can be moved to, by name; none for who may not do that.
    pub teams: Vec<OwnerTeam>,
    /// Whether tokens can be rotated: not by who leaves, since they would take the new secrets with them.
    pub may_rotate: bool,
}

/// Somebody who was removed.
pub struct Removed {
    /// Who they were.
    pub member: Member,
    /// The tokens that were rotated, newest first. Their secrets are here and nowhere else.
    pub rotated: Vec<Issued>,
}

/// Tells what there is to decide before a member is removed.
pub async fn offboarding(console: &Console, access: &Access, id: &str) -> Result<Offboarding> {
    access.require(Permission::USER_DELETE)?;
    let member = store::members::find(&console.0.db, access, parse(id)?).await?.ok_or(Error::NotFound)?;
    if !may_remove(access, &member) {
        return Err(Error::Forbidden);
    }
    if store::members::is_only_owner(&console.0.db, access, member.user).await? {
        return Err(NEEDS_AN_OWNER);
    }
    let (tokens, own) = if access.allows(Permission::API_KEY_READ) {
        let OfLeaver { generated, own } = store::tokens::list_of_leaver(&console.0.db, access, member.user, console.now()).await?;
        (generated, own)
    } else {
        (Vec::new(), Vec::new())
    };
    let may_move = [Permission::API_KEY_UPDATE, Permission::TEAMS_READ, Permission::TEAMS_UPDATE].iter().all(|each| access.allows(*each));
    let may_move = may_move && token_policy::allows(console, access, Kind::Team).await?;
    let teams = if may_move && tokens.iter().any(|token| token.owner == Owner::Organization) {
        let all = store::teams::list(&console.0.db, access, None, MOST, console.now()).await?;
        all.into_iter().map(|team| OwnerTeam { id: team.id, name: team.name, is_ended: false }).collect()
    } else {
        Vec::new()
    };
    let most = if teams.len() > LISTED { LISTED_AMONG_MANY_TEAMS } else { LISTED };
    let more = tokens.len().saturating_sub(most);
    let tokens: Vec<Token> = tokens.into_iter().take(most).collect();
    let fixed = tokens.iter().filter(|token| may_pass_on(access, token).is_err()).map(|token| token.id).collect();
    let may_rotate = access.allows(Permission::API_KEY_UPDATE) && !is_of_leaver(access, member.user, &own);
    let ids: Vec<TokenId> = tokens.iter().map(|token| token.id).collect();
    if !ids.is_empty() {
        // As at any rotation, a use of a moment ago counts.
        console.0.usage.settle().await?;
    }
    let rotating = store::tokens::rotation::ended_by_rotating(&console.0.db, access, &ids, console.now()).await?;
    Ok(Offboarding { member, tokens, more, fixed, rotating, own, teams, may_rotate })
}

/// What of theirs would be revoked by these decisions, newest first, beside what ends with them anyway; nothing for who may not see tokens.
pub async fn revoked_by(console: &Console, access: &Access, id: &str, decisions: &Decisions) -> Result<Vec<Token>> {
    access.require(Permission::USER_DELETE)?;
    if !access.allows(Permission::API_KEY_READ) {
        return Ok(Vec::new());
    }
    let OfLeaver { generated, .. } = store::tokens::list_of_leaver(&console.0.db, access, parse(id)?, console.now()).await?;
    Ok(generated.into_iter().filter(|token| matches!(decisions.about(access, token), Ok(AfterLeaving::Revoke))).collect())
}

/// Removes a member, and with them, in the same change, the tokens that belong to them, their places in teams, the invitations they made and, when they belong to
/// no other organization, their sessions. Tokens they generated belong to the organization or to a team and stay, but for those that `choices` says something else about. The last
/// owner stays.
pub async fn remove(console: &Console, access: &Access, id: &str, choices: &BTreeMap<TokenId, AfterLeaving>) -> Result<Removed> {
    remove_deciding(console, access, id, &Decisions::each(choices.clone())).await
}

/// The same with all that can be decided about those tokens. Nobody moves or rotates a token that may do more than they.
pub async fn remove_deciding(console: &Console, access: &Access, id: &str, decisions: &Decisions) -> Result<Removed> {
    access.require(Permission::USER_DELETE)?;
    for needed in decisions.needed() {
        access.require(needed)?;
    }
    let rotates = decisions.chosen().any(|choice| choice == AfterLeaving::Rotate);
    if rotates {
        // As at any rotation, a use of a moment ago counts.
        console.0.usage.settle().await?;
    }
    let mut write = access.begin(console).await?;
    let member = store::members::find_in(&mut write, access, parse(id)?).await?.ok_or(Error::NotFound)?;
    if !may_remove(access, &member) {
        return Err(Error::Forbidden);
    }
    keep_an_owner(&mut write, access, &member).await?;
    let now = console.now();
    let OfLeaver { generated, own } = store::tokens::list_of_leaver_in(&mut write, access, member.user, now).await?;
    let is_unknown = |id: &TokenId| !generated.iter().any(|token| token.id == *id);
    if decisions.each.iter().any(|(id, choice)| *choice != AfterLeaving::Keep && is_unknown(id)) {
        return Err(Error::Conflict(say::TOKENS_CHANGED));
    }
    if rotates && is_of_leaver(access, member.user, &own) {
        return refused(say::NO_NEW_SECRETS);
    }
    let choices: Vec<(&Token, AfterLeaving)> =
        generated.iter().map(|token| Ok((token, decisions.about(access, token)?))).collect::<Result<_>>()?;
    let revoked: Vec<&Token> = choices.iter().filter(|(_, choice)| *choice == AfterLeaving::Revoke).map(|(token, _)| *token).collect();
    decisions.confirm(&revoked)?;
    let recent = access.recent(now)?;
    let mut change = Change {
        console,
        access,
        now,
        overlap: decisions.overlap,
        why: tokens::revoke::known(&say::was_removed(&member.name)),
        teams: teams(&mut write, access, decisions, now).await?,
        done: Done::default(),
    };
    let mut decided = Vec::new();
    for (token, choice) in choices {
        change.apply(&mut write, token, choice).await?;
        let team = change.team(choice).map(|team| team.name.as_str());
        let mut line = json!({ "id": token.id.to_string(), "label": token.label.as_str(), "choice": choice.as_str() });
        if let Some(team) = team {
            line["team"] = team.into();
        }
        decided.push(line);
    }
    // What belongs to them ends with them, whoever removes them and whatever else is chosen.
    for token in &own {
        change.apply(&mut write, token, AfterLeaving::Revoke).await?;
    }
    let Change { done: Done { mut events, told, moved, rotated }, teams, .. } = change;
    let withdrawn = withdraw_invitations(&mut write, access, member.user, now, |_| true).await?;
    let places = store::teams::remove_from_all(&mut write, access, member.user).await?;
    let elsewhere = store::members::remove(&mut write, access, &recent, member.user).await?;
    let sessions = if elsewhere { 0 } else { store::sessions::end_all(&mut write, member.user, None, now).await? };
    let details = json!({
        "email": member.email.as_str(),
        "role": member.role.recorded(),
        "tokens": decided,
        "own_tokens_revoked": own.len(),
        "teams_left": places,
        "invitations_withdrawn": withdrawn,
        "sessions_ended": sessions,
    });
    mails::tell_admins(console, &mut write, access, now, &Letter::member_removed(console, access, &member, now, &told)).await?;
    // Whoever leaves is in no team any more, and is not told.
    for (team, tokens) in &moved {
        if let Some(team) = teams.get(team) {
            let letter = Letter::tokens_moved(console, access, team, now, tokens);
            mails::tell_team(console, &mut write, access, team.id, now, &letter).await?;
        }
    }
    events.insert(0, event(access, now, Action::MemberRemove, &member, details));
    write.commit_all(&console.0.keys, &events).await?;
    console.0.mails.notify_one();
    Ok(Removed { member, rotated })
}

/// The teams that tokens are to be moved to. One that has ended meanwhile, or is of another organization, is none.
async fn teams(write: &mut Write, access: &Access, decisions: &Decisions, now: Timestamp) -> Result<BTreeMap<TeamId, Team>> {
    let chosen = decisions.chosen().filter_map(|choice| if let AfterLeaving::Move(team) = choice { Some(team) } else { None });
    let mut teams = BTreeMap::new();
    for id in chosen.collect::<BTreeSet<_>>() {
        match store::teams::find_in(write, access, id, now).await? {
            Some(team) => teams.insert(id, team),
            None => return refused(say::NO_TEAM),
        };
    }
    Ok(teams)
}

/// What was done to tokens in a removal.
#[derive(Default)]
struct Done<'a> {
    events: Vec<NewEvent<'a>>,
    /// What the mail to admins tells.
    told: Vec<(&'static str, String)>,
    moved: BTreeMap<TeamId, Vec<Token>>,
    rotated: Vec<Issued>,
}

/// A removal under way.
struct Change<'a> {
    console: &'a Console,
    access: &'a Access,
    now: Timestamp,
    overlap: Overlap,
    /// Why what is revoked with it is.
    why: Option<Reason>,
    teams: BTreeMap<TeamId, Team>,
    done: Done<'a>,
}

impl Change<'_> {
    /// The team that somebody chose.
    fn team(&self, choice: AfterLeaving) -> Option<&Team> {
        if let AfterLeaving::Move(team) = choice { self.teams.get(&team) } else { None }
    }

    /// Does with a token what was chosen.
    async fn apply(&mut self, write: &mut Write, token: &Token, choice: AfterLeaving) -> Result<()> {
        let (action, details) = match choice {
            AfterLeaving::Keep => return Ok(()),
            AfterLeaving::Move(_) => (Action::TokenEdit, self.hand_over(write, token, choice).await?),
            AfterLeaving::Rotate => (Action::TokenRotate, self.rotate(write, token).await?),
            AfterLeaving::Expire => {
                let end = self.now.plus(NOTICE);
                if token.expires_at.is_some_and(|sooner| sooner <= end) {
                    return Ok(());
                }
                store::tokens::expire(write, self.access, token.id, end).await?;
                self.tell(say::EXPIRING_TOKEN, say::token(&token.label, &token.hint));
                (Action::TokenEdit, json!({ "expires_at": { "from": token.expires_at.map(Timestamp::iso), "to": end.iso() } }))
            }
            AfterLeaving::Revoke => {
                store::tokens::revoke(write, self.access, token.id, self.why.as_ref(), self.now).await?;
                self.tell(say::REVOKED_TOKEN, say::token(&token.label, &token.hint));
                (Action::TokenRevoke, tokens::revoke::details(token, self.why.as_ref()))
            }
        };
        self.done.events.push(tokens::event(self.access, self.now, action, token, details));
        Ok(())
    }

    /// Makes a token of the organization one of a team.
    async fn hand_over(&mut self, write: &mut Write, token: &Token, choice: AfterLeaving) -> Result<Value> {
        may_pass_on(self.access, token)?;
        let team = self.team(choice).ok_or_else(|| Error::internal("a team that was not looked up"))?.clone();
        let moved = Token { owner: Owner::Team(OwnerTeam { id: team.id, name: team.name.clone(), is_ended: false }), ..token.clone() };
        token_policy::admit(write, self.access, Some(token), &moved, self.now).await.map_err(|error| match error {
            Error::Invalid { field: "owner", .. } => Error::Invalid { field: "tokens", why: say::no_tokens_of_teams(&token.label) },
            Error::Invalid { .. } => Error::Invalid { field: "tokens", why: say::label_in_use(&token.label, &moved.owner.words()) },
            other => other,
        })?;
        store::tokens::move_to_team(write, self.access, token.id, team.id).await?;
        self.tell(say::MOVED_TOKEN, say::moved_token(&token.label, &token.hint, &team.name));
        let details = json!({ "owner": { "from": token.owner.words(), "to": moved.owner.words() }, "team_id": team.id.to_string() });
        self.done.moved.entry(team.id).or_default().push(moved);
        Ok(details)
    }

    /// Gives a token a new secret.
    async fn rotate(&mut self, write: &mut Write, token: &Token) -> Result<Value> {
        may_pass_on(self.access, token)?;
        if may_rotate(self.access, token, self.now).is_err() {
            return refused(&say::outlives_who_asks(&token.label));
        }
        if self.done.rotated.len() == ROTATED {
            return refused(&say::too_many_to_rotate(ROTATED));
        }
        // Whoever leaves may have rotated it a moment ago, for as long as could be: what they know ends no later than was chosen now.
        let end = self.overlap.ends(self.now);
        for old in rotation::live_in(write, self.access, token.id, self.now).await? {
            if old.ends_at().is_some_and(|later| later > end) {
                rotation::set_end(write, self.access, token.id, &old, end, self.overlap).await?;
            }
        }
        let live = rotation::live_in(write, self.access, token.id, self.now).await?;
        let Turned { issued, details, old, .. } =
            exchange(self.console, self.access, write, token.clone(), live, self.overlap, self.now).await?;
        let old = old.as_ref().filter(|(_, ends_at)| *ends_at > self.now).map(|(hint, ends_at)| (hint.as_str(), *ends_at));
        self.tell(say::ROTATED_TOKEN, say::rotated_token(&issued.token.label, &issued.token.hint, old));
        self.done.rotated.push(issued);
        Ok(details)
    }

    fn tell(&mut self, what: &'static str, token: String) {
        self.done.told.push((what, token));
    }
}

/// Whether it is the one who leaves who asks, by hand or with a token of theirs.
fn is_of_leaver(access: &Access, user: UserId, own: &[Token]) -> bool {
    access.is_of(user) || access.own_token().is_ok_and(|id| own.iter().any(|token| token.id == id))
}
