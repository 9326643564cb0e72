//! Mails: written into the outbox in the transaction of what they tell of, delivered afterwards by whichever server is free.
//!
//! A mail is never sent for what did not happen, and never lost: it is delivered at least once, and twice only when a server dies between
//! handing it over and writing that down (both have the same Message-ID). It never holds a secret; the code of a password reset or of an
//! invitation is put into it as it is handed over; if that has ended by then, the mail is not handed over at all.

mod deliver;
mod letter;
mod report;

use std::{future::Future, pin::Pin, time::Duration};

use domain::{Invitation, InvitationId, Mail, MailId, OrganizationId, PasswordResetId, Permission, TeamId, Timestamp, UserId};
use zeroize::Zeroizing;

pub(crate) use deliver::Worker;
pub use deliver::{Delivered, deliver};
pub(crate) use letter::Letter;
pub(crate) use report::run as report;
pub use report::{report_expiring, report_refused};

use crate::{
    Console,
    access::Access,
    entropy,
    error::Result,
    keys::Keys,
    store::{self, Write},
};

/// A mail as it is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Becomes the Message-ID.
    pub id: MailId,
    /// Whom it goes to.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// The body for programs that show no HTML.
    pub text: String,
    /// The same as HTML, without anything that is loaded from elsewhere.
    pub html: String,
    /// When what it tells of happened; becomes the Date.
    pub created_at: Timestamp,
}

/// That whose link a mail brings. Its id stands where its code belongs until the mail is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linked {
    Reset(PasswordResetId),
    Invitation(InvitationId),
}

impl Linked {
    /// What stands in the outbox, and what is put in its place.
    fn id_and_code(self, keys: &Keys) -> (String, Zeroizing<String>) {
        match self {
            Self::Reset(id) => (id.to_string(), keys.reset_code(id)),
            Self::Invitation(id) => (id.to_string(), keys.invitation_code(id)),
        }
    }
}

/// Why a mail could not be handed over. The text is shown to administrators and holds no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Later it may work.
    ForNow(String),
    /// It never will.
    ForGood(String),
}

/// The promise to hand a mail over, or to say why not.
pub type Handing<'a> = Pin<Box<dyn Future<Output = core::result::Result<(), Refused>> + Send + 'a>>;

/// Takes mails over: an SMTP server, or a folder.
pub trait Mailer: Send + Sync + 'static {
    /// Hands one mail over. Returns once somebody else answers for it.
    fn hand_over<'a>(&'a self, mail: &'a Outgoing) -> Handing<'a>;
}

/// How long a mail that was given up stays before all others.
const TOLD: Duration = Duration::from_hours(7 * 24);

/// The latest mails of an organization, newest first, 50 of them; those that were given up in the last seven days come first.
pub async fn list(console: &Console, access: &Access) -> Result<Vec<Mail>> {
    access.require(Permission::ORGANIZATION_UPDATE)?;
    store::mails::list(&console.0.db, access, console.now().minus(TOLD), 50).await
}

/// Writes a letter to every owner and admin of the organization, as part of the change it tells of.
pub(crate) async fn tell_admins(console: &Console, write: &mut Write, access: &Access, at: Timestamp, letter: &Letter) -> Result<()> {
    tell_admins_of(console, write, access.organization().id, at, letter).await
}

/// The same for what the server does by itself.
pub(crate) async fn tell_admins_of(
    console: &Console,
    write: &mut Write,
    organization: OrganizationId,
    at: Timestamp,
    letter: &Letter,
) -> Result<()> {
    let admins = store::mails::find_admins(write, organization).await?;
    post(console, write, organization, admins, at, letter).await
}

/// Writes to people by their addresses what the server did by itself to what is theirs; owners and admins are told all of it anyway.
pub(crate) async fn tell_others_of(
    console: &Console,
    write: &mut Write,
    organization: OrganizationId,
    at: Timestamp,
    letters: Vec<(&str, Letter)>,
) -> Result<()> {
    let admins = store::mails::find_admins(write, organization).await?;
    for (recipient, letter) in letters {
        if !admins.iter().any(|admin| admin == recipient) {
            post(console, write, organization, [recipient.to_owned()], at, &letter).await?;
        }
    }
    Ok(())
}

/// Writes a letter to a member about what is theirs in the organization, as part of the change it tells of. It is filed there: admins of
/// another organization of theirs are not to read what tokens are called in this one.
pub(crate) async fn tell_member(
    console: &Console,
    write: &mut Write,
    access: &Access,
    user: UserId,
    at: Timestamp,
    letter: &Letter,
) -> Result<()> {
    if let Some(member) = store::members::find_in(write, access, user).await? {
        post(console, write, access.organization().id, [member.email.as_str().to_owned()], at, letter).await?;
    }
    Ok(())
}

/// Writes a letter to everybody in a team about what is the team's, but for owners and admins, who are told anyway, and for who did it.
pub(crate) async fn tell_team(
    console: &Console,
    write: &mut Write,
    access: &Access,
    team: TeamId,
    at: Timestamp,
    letter: &Letter,
) -> Result<()> {
    let who = access.person_id();
    let everybody = store::teams::addresses_in(write, access.organization().id, team).await?;
    let others = everybody.into_iter().filter(|(user, _)| who.as_deref() != Some(user.as_str())).map(|(_, recipient)| recipient);
    post(console, write, access.organization().id, others, at, letter).await
}

/// Writes a letter to a person about their own account, as part of the change it tells of. It is filed with the organization in which they
/// have been longest, whose admins see that it was sent; somebody in none gets no mail, since there is nothing they could reach.
pub(crate) async fn tell_person(console: &Console, write: &mut Write, user: UserId, at: Timestamp, letter: &Letter) -> Result<()> {
    if let Some((organization, recipient)) = store::mails::find_person(write, user).await? {
        post(console, write, organization, [recipient], at, letter).await?;
    }
    Ok(())
}

/// The same for the letter that brings the link of a password reset. Tells whether there is somebody it can be written to.
pub(crate) async fn bring_reset(
    console: &Console,
    write: &mut Write,
    user: UserId,
    at: Timestamp,
    letter: &Letter,
    reset: PasswordResetId,
) -> Result<bool> {
    let Some((organization, recipient)) = store::mails::find_person(write, user).await? else { return Ok(false) };
    store::mails::insert(write, organization, &[outgoing(console, recipient, at, letter)], Some(Linked::Reset(reset))).await?;
    Ok(true)
}

/// Writes the letter that brings an invitation's link to the person who is invited, to go out at `at`.
pub(crate) async fn bring_invitation(
    console: &Console,
    write: &mut Write,
    access: &Access,
    invitation: &Invitation,
    at: Timestamp,
) -> Result<()> {
    let letter = Letter::invitation(console, access, invitation);
    let mail = outgoing(console, invitation.email.as_str().to_owned(), at, &letter);
    store::mails::insert(write, access.organization().id, &[mail], Some(Linked::Invitation(invitation.id))).await
}

/// Puts a letter to some people into the outbox.
async fn post(
    console: &Console,
    write: &mut Write,
    organization: OrganizationId,
    recipients: impl IntoIterator<Item = String>,
    at: Timestamp,
    letter: &Letter,
) -> Result<()> {
    let mails: Vec<_> = recipients.into_iter().map(|recipient| outgoing(console, recipient, at, letter)).collect();
    store::mails::insert(write, organization, &mails, None).await
}

fn outgoing(console: &Console, recipient: String, at: Timestamp, letter: &Letter) -> Outgoing {
    Outgoing {
        id: MailId::new(at, entropy::bytes(&*console.0.entropy)),
        recipient,
        subject: letter.subject.clone(),
        text: letter.text(),
        html: letter.html(),
        created_at: at,
    }
}
