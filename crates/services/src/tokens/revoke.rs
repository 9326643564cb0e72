//! Ending a token for good.

use std::collections::BTreeMap;

use domain::{
    AssignedRole, Label, Owner, Permission, PresentedSecret, Reason, Role, Status, TeamId, Timestamp, Token, TokenId, UserId,
    audit::Action, texts::tokens as say,
};
use serde_json::{Value, json};

use super::event;
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    mails::{self, Letter},
    store::{self, Write},
};

/// Ends one of the organization's tokens for good. `typed` has to be its label, so that nobody ends the wrong one. When this returns, the
/// token is refused everywhere. Ending it again changes nothing and is no error, whoever ended it first stays on record.
pub async fn revoke(console: &Console, access: &Access, id: &str, typed: &str, why: Option<Reason>) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_DELETE)?;
    end(console, access, id.parse().map_err(|_| Error::NotFound)?, Some(typed), why).await
}

/// The same for a program, which names the token by its id and cannot mistype.
pub async fn revoke_by_id(console: &Console, access: &Access, id: &str, why: Option<Reason>) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_DELETE)?;
    end(console, access, id.parse().map_err(|_| Error::NotFound)?, None, why).await
}

/// Ends the token that asks for it: whoever finds a token somewhere can make it worthless.
pub async fn revoke_itself(console: &Console, access: &Access) -> Result<Token> {
    end(console, access, access.own_token()?, None, None).await
}

/// Ends the token of which this is a secret that is in force, whichever of two while a rotation overlaps: the token that asks always, another
/// of the organization for who may revoke it. Anything else changes nothing (RFC 7009), and nobody is told what it was: no secret, ended by a
/// rotation, revoked before, or of another organization.
pub async fn revoke_presented(console: &Console, access: &Access, presented: &str) -> Result<()> {
    let Ok(secret) = PresentedSecret::parse(presented, &console.0.prefix) else { return Ok(()) };
    let found = console.recognize(&console.0.keys.token(secret)).await?;
    let now = console.now();
    if let Some(found) = found.filter(|found| found.organization.id == access.organization().id && !found.secret.is_ended(now))
        && found.token.status_at(now) != Status::Revoked
    {
        return end(console, access, found.token.id, None, known(say::PRESENTED_TO_END_IT)).await.map(drop);
    }
    nothing_left(console).await;
    Ok(())
}

/// Waits before somebody is told that what they presented is good for nothing: if it was revoked just now on another server, this answer has to
/// be as true as that one.
pub async fn nothing_left(console: &Console) {
    console.0.db.memory.wait_until_forgotten().await;
}

async fn end(console: &Console, access: &Access, id: TokenId, typed: Option<&str>, why: Option<Reason>) -> Result<Token> {
    let mut write = access.begin(console).await?;
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    if access.own_token().ok() != Some(id) {
        access.require_on(Permission::API_KEY_DELETE, &token)?;
    }
    if typed.is_some_and(|typed| Label::parse(typed).ok().as_ref() != Some(&token.label)) {
        return Err(Error::Invalid { field: "label", why: say::TYPE_THE_LABEL.to_owned() });
    }
    let now = console.now();
    let before = token.clone();
    let Ok(token) = token.revoke(now, access.principal().name().to_owned(), why.clone()) else {
        write.unchanged().await;
        return Ok(before);
    };
    store::tokens::revoke(&mut write, access, id, why.as_ref(), now).await?;
    tell(console, &mut write, access, core::slice::from_ref(&token), now).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TokenRevoke, &token, details(&token, why.as_ref()))).await?;
    console.0.mails.notify_one();
    Ok(token)
}

/// Tells admins what was ended, and each person whose own, or whose team's, it was, if somebody else did it.
pub(super) async fn tell(console: &Console, write: &mut Write, access: &Access, ended: &[Token], now: Timestamp) -> Result<()> {
    mails::tell_admins(console, write, access, now, &Letter::tokens_revoked(console, access, ended, now)).await?;
    // One mail each, however many of theirs were ended.
    let (mut of_people, mut of_teams) = (BTreeMap::<UserId, Vec<Token>>::new(), BTreeMap::<TeamId, Vec<Token>>::new());
    for token in ended {
        match &token.owner {
            Owner::Organization => {}
            Owner::Team(team) => of_teams.entry(team.id).or_default().push(token.clone()),
            Owner::User(owner) => {
                // Admins know already.
                let is_admin = |role: &AssignedRole| matches!(role.built_in(), Some(Role::Owner | Role::Admin));
                if !owner.role.as_ref().is_none_or(is_admin) && !access.is_of(owner.id) {
                    of_people.entry(owner.id).or_default().push(token.clone());
                }
            }
        }
    }
    for (person, tokens) in of_people {
        mails::tell_member(console, write, access, person, now, &Letter::tokens_revoked(console, access, &tokens, now)).await?;
    }
    for (team, tokens) in of_teams {
        mails::tell_team(console, write, access, team, now, &Letter::tokens_revoked(console, access, &tokens, now)).await?;
    }
    Ok(())
}

/// Why somebody wants to end something, if they typed that.
pub fn reason(typed: &str) -> Result<Option<Reason>> {
    let said = Some(typed.trim()).filter(|typed| !typed.is_empty());
    said.map(Reason::parse).transpose().map_err(Error::in_field("why"))
}

/// A reason that Jeton gives itself, cut to what one may have.
pub(crate) fn known(why: &str) -> Option<Reason> {
    Reason::parse(&why.chars().take(Reason::LONGEST).collect::<String>()).ok()
}

/// What the event tells of the token that is ended, and why.
pub(crate) fn details(token: &Token, why: Option<&Reason>) -> Value {
    let mut details = json!({ "hint": token.hint.as_str(), "last_used_at": token.last_used_at.map(Timestamp::iso) });
    if let Some(why) = why {
        details["reason"] = why.as_str().into();
    }
    details
}
