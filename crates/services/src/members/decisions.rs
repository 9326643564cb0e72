//! What is decided about the tokens of somebody who leaves. Decision 24.

use std::collections::BTreeMap;

use domain::{AfterLeaving, Overlap, Owner, Permission, Token, TokenId, texts::members as say, token::confirmation};

use crate::{
    access::Access,
    error::{Error, Result},
    tokens,
};

/// What is to become of the tokens that somebody who leaves has generated.
#[derive(Debug, Clone)]
pub struct Decisions {
    /// Token by token.
    pub each: BTreeMap<TokenId, AfterLeaving>,
    /// For all that are not named; none refuses when there are some. Tokens of teams stay where this would move or rotate them: they are
    /// moved nowhere, and a secret of them is for those in the team.
    pub others: Option<AfterLeaving>,
    /// The same for every token, whatever is said of it; where it would move or rotate one that who asks can neither move nor rotate, what is
    /// said of that one holds. None decides nothing.
    pub same: Option<AfterLeaving>,
    /// When the old secrets of those end that are rotated.
    pub overlap: Overlap,
    /// What somebody typed to confirm what is revoked, as [`confirmation`] says; none asks nobody: a program cannot mistype.
    pub typed: Option<String>,
}

impl Decisions {
    /// Token by token; those that are not named stay.
    pub fn each(choices: BTreeMap<TokenId, AfterLeaving>) -> Self {
        Self { each: choices, ..Self::all(Some(AfterLeaving::Keep)) }
    }

    /// Reads the fields of a form: `token-ID` for each token, `others`, who stay unless told, `same`, empty for none, `overlap`, and
    /// `typed`, which a form has to have before it revokes something. Other fields are somebody else's.
    pub fn parse<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut decisions = Self { typed: Some(String::new()), ..Self::each(BTreeMap::new()) };
        for (name, value) in fields {
            if let Some(id) = name.strip_prefix("token-") {
                let why = || Error::Invalid { field: "tokens", why: say::NOT_THEIR_TOKEN.to_owned() };
                decisions.each.insert(id.parse().map_err(|_| why())?, value.parse().map_err(Error::in_field("tokens"))?);
            } else if name == "others" {
                decisions.others = Some(value.parse().map_err(Error::in_field("others"))?);
            } else if name == "same" {
                decisions.same =
                    Some(value).filter(|value| !value.is_empty()).map(str::parse).transpose().map_err(Error::in_field("same"))?;
            } else if name == "overlap" {
                decisions.overlap = tokens::chosen_overlap(value)?;
            } else if name == "typed" {
                decisions.typed = Some(value.to_owned());
            }
        }
        Ok(decisions)
    }

    /// The same for all that are not named.
    pub fn all(choice: Option<AfterLeaving>) -> Self {
        Self { each: BTreeMap::new(), others: choice, same: None, overlap: Overlap::DEFAULT, typed: None }
    }

    /// Everything that was chosen, for whichever token.
    pub(super) fn chosen(&self) -> impl Iterator<Item = AfterLeaving> {
        self.each.values().copied().chain(self.others).chain(self.same)
    }

    /// What is decided about this token.
    pub(super) fn about(&self, access: &Access, token: &Token) -> Result<AfterLeaving> {
        let passes_on = |choice| matches!(choice, AfterLeaving::Move(_) | AfterLeaving::Rotate);
        if let Some(same) = self.same.filter(|same| !passes_on(*same) || may_pass_on(access, token).is_ok()) {
            return Ok(same);
        }
        if let Some(choice) = self.each.get(&token.id) {
            return Ok(*choice);
        }
        match self.others {
            Some(AfterLeaving::Move(_) | AfterLeaving::Rotate) if token.owner.team().is_some() => Ok(AfterLeaving::Keep),
            Some(choice) => Ok(choice),
            None => refused(say::SAY_WHAT_BECOMES_OF_THEIRS),
        }
    }

    /// Refuses to revoke what nobody said they meant to: what is typed is the label of one token, the number of several, so it also tells when
    /// there are more by now than were shown.
    pub(super) fn confirm(&self, revoked: &[&Token]) -> Result<()> {
        let Some(typed) = self.typed.as_deref().filter(|_| !revoked.is_empty()) else { return Ok(()) };
        let asked = confirmation(revoked);
        if typed.trim() == asked {
            return Ok(());
        }
        Err(Error::Invalid { field: "typed", why: say::type_to_confirm(&asked) })
    }

    /// What it takes to decide like this, beside the right to remove the member.
    pub fn needed(&self) -> Vec<Permission> {
        let mut needed = Vec::new();
        for choice in self.chosen() {
            match choice {
                AfterLeaving::Keep => {}
                AfterLeaving::Rotate | AfterLeaving::Expire => needed.push(Permission::API_KEY_UPDATE),
                AfterLeaving::Move(_) => needed.extend([Permission::API_KEY_UPDATE, Permission::TEAMS_UPDATE]),
                AfterLeaving::Revoke => needed.push(Permission::API_KEY_DELETE),
            }
        }
        needed
    }
}

/// Refuses to hand a token on, to a team or as a new secret: nobody gives, or gets, more than they hold, and what a team has is for those in it.
pub(super) fn may_pass_on(access: &Access, token: &Token) -> Result<()> {
    if token.owner != Owner::Organization {
        return refused(&say::is_of_a_team(&token.label));
    }
    if access.covers(token.effective()) { Ok(()) } else { refused(&say::is_beyond_you(&token.label)) }
}

/// Nothing is done: something about the tokens is wrong.
pub(super) fn refused<T>(why: &str) -> Result<T> {
    Err(Error::Invalid { field: "tokens", why: why.to_owned() })
}
