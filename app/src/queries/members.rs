//! What pages do with an organization's members. They are changed by plain forms: whoever changes a role or ends a membership may be changing what
//! they see themselves, so they get a new page. Only a removal with which tokens get new secrets is not: a live page shows those.

use domain::{
    Failure, Invitation, InvitationId, Member, MemberPlace, MemberQuery, Offered, OldSecret, Organization, OwnerTeam, Removal, Timestamp,
    Token, TokenId,
};
use serde::{Deserialize, Serialize};

use services::members::Decisions;

use crate::{
    posted,
    ssr::{reply, request},
};

/// An organization's members, who is invited, and what the person asking may do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberList {
    /// Whose members.
    pub organization: Organization,
    /// What was asked for.
    pub query: MemberQuery,
    /// By name, those of one page.
    pub members: Vec<Listed>,
    /// Where the next page begins; none on the last one.
    pub next: Option<MemberPlace>,
    /// Who is invited and has not accepted yet, newest first, those of one page; none for who may not see it, and on later pages of members.
    pub invitations: Vec<Invitation>,
    /// Whether the page of invitations is a later one.
    pub invited_before: bool,
    /// Before which invitation the next page of them begins; none on the last one.
    pub next_invited: Option<InvitationId>,
    /// Whether to offer "Invite", and mailing an invitation again.
    pub may_invite: bool,
    /// Whether to offer taking an invitation back.
    pub may_withdraw: bool,
    /// Whether mails become files because no mail server is named.
    pub mails_become_files: bool,
    /// Whom the person asking has just removed, and what became of their tokens.
    pub removal: Option<Removal>,
    /// The server's time when it answered, which relative times are counted from.
    pub now: Timestamp,
}

/// One member, in the eyes of the person asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The member.
    pub member: Member,
    /// Whether it is the person asking.
    pub you: bool,
    /// Whether to offer another role.
    pub may_edit: bool,
    /// Whether to offer removing them.
    pub may_remove: bool,
}

/// One member, for their page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whose member.
    pub organization: Organization,
    /// The member.
    pub listed: Listed,
    /// The roles that the person asking may give.
    pub roles: Offered,
    /// See [`MemberList::now`].
    pub now: Timestamp,
}

/// What is decided before a member is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Whose member.
    pub organization: Organization,
    /// Who would be removed.
    pub member: Member,
    /// Whether it is the person asking.
    pub you: bool,
    /// The tokens they generated that are not over, newest first, as many as one can decide about one by one.
    pub tokens: Vec<Token>,
    /// How many there are beside those; about them is decided together.
    pub more: usize,
    /// Which of `tokens` the person asking can neither move nor rotate.
    pub fixed: Vec<TokenId>,
    /// Their old secrets that are still accepted, and would end at once if the token were rotated.
    pub rotating: Vec<(TokenId, OldSecret)>,
    /// The tokens that belong to them and end with their membership, newest first.
    pub own: Vec<Token>,
    /// The teams to offer moving a token to, by name.
    pub teams: Vec<OwnerTeam>,
    /// Whether to offer a new secret for a token.
    pub may_rotate: bool,
    /// Whether to offer letting a token expire.
    pub may_expire: bool,
    /// Whether to offer revoking it.
    pub may_revoke: bool,
    /// What the form that was posted would revoke, newest first, beside what ends anyway.
    pub revoked: Vec<Token>,
    /// See [`MemberList::now`].
    pub now: Timestamp,
}

fn listed(request: &crate::ssr::Request, access: &services::Access, member: Member) -> Listed {
    Listed {
        you: request.actor.as_ref().is_some_and(|actor| actor.id() == member.user),
        may_edit: services::members::may_edit(access, &member),
        may_remove: services::members::may_remove(access, &member),
        member,
    }
}

/// Lists 25 of the members, by name, and 25 of the open invitations. `q` is what the name or the address of those asked for holds, `after` where
/// the page begins, `invited` before which invitation that of the invitations does, `removed` who was removed a moment ago.
pub async fn list(organization: String, q: String, after: String, invited: String, removed: String) -> Result<MemberList, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::USER_READ).await?;
            let query = MemberQuery::parse(&q, &after)?;
            let (members, next) = services::members::page(&request.console, &access, &query).await?;
            let invited = Some(invited.as_str()).filter(|invited| !invited.is_empty());
            let (invitations, next_invited) = if query.after.is_none() && access.allows(domain::Permission::INVITATION_READ) {
                services::invitations::list(&request.console, &access, invited, services::invitations::PAGE).await?
            } else {
                (Vec::new(), None)
            };
            // An address that somebody wrote themselves tells nothing rather than something else.
            let removal = if removed.is_empty() {
                None
            } else {
                services::members::removal(&request.console, &access, &removed).await.ok().flatten()
            };
            Ok(MemberList {
                organization: access.organization().clone(),
                query,
                members: members.into_iter().map(|member| listed(&request, &access, member)).collect(),
                next,
                invitations,
                invited_before: invited.is_some(),
                next_invited,
                may_invite: access.allows(domain::Permission::INVITATION_CREATE),
                may_withdraw: access.allows(domain::Permission::INVITATION_DELETE),
                mails_become_files: request.mails_become_files,
                removal,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Finds one member.
pub async fn find(organization: String, user: String) -> Result<Found, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::USER_READ).await?;
            let member = services::members::find(&request.console, &access, &user).await?;
            Ok(Found {
                organization: access.organization().clone(),
                listed: listed(&request, &access, member),
                roles: services::roles::offered(&request.console, &access).await?,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Tells what there is to decide before a member is removed. Refuses who may not remove them.
pub async fn offboarding(organization: String, user: String) -> Result<Leaving, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::USER_DELETE).await?;
            let found = services::members::offboarding(&request.console, &access, &user).await?;
            // What cannot be read was refused, which the page tells.
            let typed =
                posted::fields().and_then(|typed| Decisions::parse(typed.iter().map(|(name, value)| (name.as_str(), value.as_str()))).ok());
            let revoked = match typed {
                Some(decisions) => services::members::revoked_by(&request.console, &access, &user, &decisions).await?,
                None => Vec::new(),
            };
            Ok(Leaving {
                organization: access.organization().clone(),
                you: request.actor.as_ref().is_some_and(|actor| actor.id() == found.member.user),
                member: found.member,
                tokens: found.tokens,
                more: found.more,
                fixed: found.fixed,
                rotating: found.rotating,
                own: found.own,
                teams: found.teams,
                may_rotate: found.may_rotate,
                may_expire: access.allows(domain::Permission::API_KEY_UPDATE),
                may_revoke: access.allows(domain::Permission::API_KEY_DELETE),
                revoked,
                now: request.console.now(),
            })
        }
        .await,
    )
}
