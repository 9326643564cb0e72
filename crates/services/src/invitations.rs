//! Invitations: a link that makes one person a member, once, within a week. It goes to them by mail, and is shown once to who invites.

use std::time::Duration;

use domain::{
    Email, Invitation, InvitationId, InvitationLink, Invited, Name, OpenInvitation, Organization, Permission, Standing, Timestamp, UserId,
    audit::Action,
    texts::{invitations as say, lists},
};
use serde_json::json;

use crate::{
    Console,
    access::{Access, Actor, Caller, Principal},
    entropy,
    error::{Error, Result},
    mails::{self, Letter},
    members,
    organizations::Password,
    sessions::{self, Renewed, SignedIn},
    store::{
        self,
        events::{NewEvent, Target},
        invitations::Found,
    },
};

/// How long a link can be used.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The least time between two mails to one address, so that nobody's inbox is filled.
const PAUSE: Duration = Duration::from_mins(1);

/// What somebody types who has no account yet.
pub struct NewPerson {
    /// What they are called.
    pub name: String,
    /// The password they choose.
    pub password: Password,
}

/// Invites somebody, and mails them the link. `page` is the address of the page that takes the code, up to the code. An earlier invitation
/// of the same address is taken back: of two links only the latest works. When that one was mailed less than a minute ago, the mail waits
/// for the rest of it, and is dropped if it is replaced meanwhile. Nobody invites to more than they hold.
pub async fn create(console: &Console, access: &Access, email: &str, role: &str, page: &str) -> Result<Invited> {
    access.require(Permission::INVITATION_CREATE)?;
    let email = Email::parse(email).map_err(Error::in_field("email"))?;
    let mut write = access.begin(console).await?;
    let role = members::check_role(&mut write, access, role).await?;
    if store::members::has_address(&mut write, access, &email).await? {
        return Err(Error::Invalid { field: "email", why: say::A_MEMBER_ALREADY.to_owned() });
    }
    let now = console.now();
    access.recent_to_give(role.permissions(), now)?;
    let before = store::invitations::find_for_address_in(&mut write, access, &email).await?;
    if let Some(before) = &before {
        store::invitations::withdraw(&mut write, access, before.id, now).await?;
    }
    let last = store::invitations::last_mailed_in(&mut write, access, &email).await?;
    // The last one may still wait, and is then dropped: nobody waits for longer than from one mail to the next.
    let mailed_at = last.map_or(now, |last| last.plus(PAUSE).clamp(now, now.plus(PAUSE)));
    let id = InvitationId::new(now, entropy::bytes(&*console.0.entropy));
    let code = console.0.keys.invitation_code(id);
    let invitation = Invitation {
        id,
        email,
        role,
        created_at: now,
        created_by: access.principal().name().to_owned(),
        expires_at: now.plus(LIFETIME),
        mailed_at: Some(mailed_at),
    };
    store::invitations::insert(&mut write, access, &invitation, &console.0.keys.invitation(&code)).await?;
    let details = json!({
        "role": invitation.role.recorded(),
        "expires_at": invitation.expires_at.iso(),
        "replaces": before.map(|before| before.id.to_string()),
    });
    mails::bring_invitation(console, &mut write, access, &invitation, mailed_at).await?;
    mails::tell_admins(console, &mut write, access, now, &Letter::member_invited(console, access, &invitation)).await?;
    write.commit(&console.0.keys, &event(access, now, Action::InvitationCreate, &invitation, details)).await?;
    console.0.mails.notify_one();
    Ok(Invited { invitation, link: InvitationLink::new(page, &code) })
}

/// Mails the link of an invitation again: the same link, which ends when it would have. An invitation is mailed once a minute at most;
/// who asks sooner is told how long to wait.
pub async fn send(console: &Console, access: &Access, id: &str) -> Result<Invitation> {
    access.require(Permission::INVITATION_CREATE)?;
    let id: InvitationId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let found = store::invitations::find_in(&mut write, access, id).await?.filter(|found| found.expires_at > now);
    let found = found.ok_or(Error::NotFound)?;
    if let Some(next) = found.mailed_at.map(|last| last.plus(PAUSE)).filter(|next| *next > now) {
        return Err(Error::TooMany { wait: next.since(now) });
    }
    let invitation = Invitation { mailed_at: Some(now), ..found };
    let digest = console.0.keys.invitation(&console.0.keys.invitation_code(id));
    store::invitations::set_mailed(&mut write, access, id, now, &digest).await?;
    mails::bring_invitation(console, &mut write, access, &invitation, now).await?;
    let details = json!({ "role": invitation.role.recorded(), "expires_at": invitation.expires_at.iso() });
    write.commit(&console.0.keys, &event(access, now, Action::InvitationSend, &invitation, details)).await?;
    console.0.mails.notify_one();
    Ok(invitation)
}

/// Rows on a page of the list.
pub const PAGE: u32 = 25;

/// Lists the invitations that can still be accepted, newest first: at most `limit` of those older than the one with this id, which may be over.
/// Tells before which the next ones were made, if there are.
pub async fn list(console: &Console, access: &Access, after: Option<&str>, limit: u32) -> Result<(Vec<Invitation>, Option<InvitationId>)> {
    access.require(Permission::INVITATION_READ)?;
    let after = after.map(|id| id.parse().map_err(|_| Error::Invalid { field: "after", why: lists::NO_PLACE.to_owned() })).transpose()?;
    let mut invitations = store::invitations::list(&console.0.db, access, console.now(), after, limit + 1).await?;
    let more = invitations.len() > limit as usize;
    invitations.truncate(limit as usize);
    let next = invitations.last().filter(|_| more).map(|invitation| invitation.id);
    Ok((invitations, next))
}

/// Finds an invitation that can still be accepted.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Invitation> {
    access.require(Permission::INVITATION_READ)?;
    let id: InvitationId = id.parse().map_err(|_| Error::NotFound)?;
    store::invitations::find(&console.0.db, access, id, console.now()).await?.ok_or(Error::NotFound)
}

/// Takes an invitation back. One that was accepted or taken back before is not found.
pub async fn withdraw(console: &Console, access: &Access, id: &str) -> Result<Invitation> {
    access.require(Permission::INVITATION_DELETE)?;
    let id: InvitationId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = access.begin(console).await?;
    let invitation = store::invitations::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    store::invitations::withdraw(&mut write, access, id, now).await?;
    let details = json!({ "role": invitation.role.recorded() });
    write.commit(&console.0.keys, &event(access, now, Action::InvitationWithdraw, &invitation, details)).await?;
    Ok(invitation)
}

/// Tells what a code invites to, and what has to be done to accept it. Reading uses nothing up. The code is the credential: without a good
/// one nobody learns anything, with one its holder learns whether the address it was made for has an account.
pub async fn open(console: &Console, actor: Option<&Actor>, code: &str) -> Result<OpenInvitation> {
    let Found { invitation, organization } = find_by_code(console, code).await?;
    let standing = match actor {
        Some(actor) if actor.email == invitation.email => Standing::Join,
        Some(_) => Standing::SomebodyElse,
        None if store::users::find_credentials(&console.0.db, &invitation.email).await?.is_some() => Standing::SignIn,
        None => Standing::New,
    };
    Ok(OpenInvitation {
        organization: organization.name,
        email: invitation.email,
        role: invitation.role,
        created_by: invitation.created_by,
        expires_at: invitation.expires_at,
        standing,
    })
}

/// Makes an account for the invited person, who becomes a member and is signed in. An account that exists is never touched.
pub async fn accept_as_new(console: &Console, caller: &Caller, code: &str, person: &NewPerson) -> Result<(Organization, SignedIn)> {
    let Found { invitation, organization } = find_by_code(console, code).await?;
    let name = Name::parse(&person.name).map_err(Error::in_field("name"))?;
    let known = [organization.name.as_str(), name.as_str(), invitation.email.as_str()];
    person.password.check(&known).map_err(Error::in_field("password"))?;
    let hash = console.0.hasher.hash(&person.password, &*console.0.entropy).await?;
    let mut write = console.0.db.begin_write().await?;
    let now = console.now();
    let digest = console.0.keys.invitation(code);
    let found = store::invitations::find_by_digest_in(&mut write, &digest, now).await?.ok_or(Error::Unauthenticated)?;
    if store::users::find_id_in(&mut write, &found.invitation.email).await?.is_some() {
        return Err(Error::Conflict(say::HAS_AN_ACCOUNT));
    }
    let user = UserId::new(now, entropy::bytes(&*console.0.entropy));
    store::users::insert(&mut write, user, &found.invitation.email, &name, &hash, now).await?;
    join(console, caller, write, found, user, &name).await?;
    let signed_in = sessions::begin(console, caller, console.0.db.begin_write().await?, user, &name, false).await?;
    Ok((organization, signed_in))
}

/// Makes the person who is signed in a member, if the invitation is for them. Since they have got more rights, this session goes on under
/// another cookie, and their others will.
pub async fn accept(console: &Console, caller: &Caller, actor: &Actor, code: &str) -> Result<(Organization, Renewed)> {
    let mut write = actor.begin(console).await?;
    let digest = console.0.keys.invitation(code);
    let found = store::invitations::find_by_digest_in(&mut write, &digest, console.now()).await?.ok_or(Error::Unauthenticated)?;
    if found.invitation.email != actor.email {
        return Err(Error::Forbidden);
    }
    let organization = found.organization.clone();
    store::sessions::ask_to_renew(&mut write, actor.user, console.now()).await?;
    let renewed = sessions::renew_in(console, &mut write, actor, None).await?;
    join(console, caller, write, found, actor.user, &actor.name).await?;
    Ok((organization, renewed))
}

/// Uses the invitation up and makes the person a member, which ends the change.
async fn join(console: &Console, caller: &Caller, mut write: store::Write, found: Found, user: UserId, name: &Name) -> Result<()> {
    let now = console.now();
    let Found { invitation, organization } = &found;
    if store::organizations::is_member(&mut write, organization, user).await? {
        return Err(Error::Conflict(say::YOU_ARE_A_MEMBER));
    }
    store::invitations::accept(&mut write, &found, now).await?;
    store::organizations::insert_member(&mut write, organization, user, &invitation.role, now).await?;
    let actor = Principal::Member { id: user.to_string(), name: name.as_str().to_owned() };
    let event = NewEvent {
        at: now,
        organization: Some(organization.id),
        actor: &actor,
        action: Action::InvitationAccept,
        target: Target { kind: "member", id: user.to_string(), name: name.as_str().to_owned() },
        details: json!({
            "invitation": invitation.id.to_string(),
            "email": invitation.email.as_str(),
            "role": invitation.role.recorded(),
            "invited_by": invitation.created_by,
        }),
        caller,
    };
    write.commit(&console.0.keys, &event).await
}

async fn find_by_code(console: &Console, code: &str) -> Result<Found> {
    let digest = console.0.keys.invitation(code);
    store::invitations::find_by_digest(&console.0.db, &digest, console.now()).await?.ok_or(Error::Unauthenticated)
}

/// The event that something was done to an invitation.
fn event<'a>(access: &'a Access, at: Timestamp, action: Action, invitation: &Invitation, details: serde_json::Value) -> NewEvent<'a> {
    NewEvent {
        at,
        organization: Some(access.organization().id),
        actor: access.principal(),
        action,
        target: Target { kind: "invitation", id: invitation.id.to_string(), name: invitation.email.as_str().to_owned() },
        details,
        caller: access.caller(),
    }
}
