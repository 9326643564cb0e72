//! What each kind of change concerns. The audit trail is the feed of changes, so a new action has to be put in its place here.

use domain::{OrganizationId, audit::Action};

use super::Concerns;

impl Concerns {
    /// What an event of the trail is about. What a newer server has recorded, and this one does not know, concerns everything.
    pub(crate) fn of(organization: Option<OrganizationId>, action: &str, target: &str) -> Self {
        let Ok(action) = action.parse::<Action>() else { return Self::Everything };
        let in_organization = organization.map_or(Self::Everything, Self::Organization);
        match action {
            // Verification asks for no session, password or invitation.
            Action::ExpiryReport
            | Action::InvitationCreate
            | Action::InvitationSend
            | Action::InvitationWithdraw
            | Action::MemberSignOut
            | Action::PasswordChange
            | Action::PasswordRequestReset
            | Action::PasswordReset
            | Action::RefusalReport
            | Action::SessionConfirm
            | Action::SessionCreate
            | Action::SessionEnd => Self::Nothing,
            Action::OrganizationCreate | Action::RoleCreate | Action::TeamCreate | Action::TokenCreate | Action::TokenSeed => Self::Unknown,
            // A person owns tokens in several organizations, under their name.
            Action::AccountEdit => target.parse().map_or(Self::Everything, Self::Person),
            Action::InvitationAccept
            | Action::MemberEdit
            | Action::MemberRemove
            | Action::PolicyEdit
            | Action::RoleEdit
            | Action::RoleDelete
            | Action::TeamAddMember
            | Action::TeamEdit
            | Action::TeamEnd
            | Action::TeamRemoveMember => in_organization,
            Action::TokenEdit
            | Action::TokenDisable
            | Action::TokenEnable
            | Action::TokenRotate
            | Action::TokenEndOverlap
            | Action::TokenReissue
            | Action::TokenReuse
            | Action::TokenRevoke => match (organization, target.parse()) {
                (Some(organization), Ok(token)) => Self::Token(organization, token),
                _ => in_organization,
            },
        }
    }

    /// Whether somebody may hold something against it that was true before: then a change is answered only when nobody does any more.
    pub(crate) fn ends_something(self) -> bool {
        !matches!(self, Self::Nothing | Self::Unknown)
    }
}
