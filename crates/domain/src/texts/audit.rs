//! The audit log.

use crate::audit::Action;

pub const NO_ACTION: &str = "This is no action of the audit log; choose one of the list, such as token.create.";
pub const NO_PLACE: &str = "This is no place in the audit log; start at the newest event.";
pub const NO_CHECKPOINT: &str = "A checkpoint is written as 12:0f3a…, the way it was printed.";
pub const NO_DAY: &str = "Type a day as year-month-day, as in 2026-11-22.";
pub const ENDS_BEFORE_IT_BEGINS: &str = "The last day lies before the first; change one of the two.";
pub const NO_NAME: &str = "Type a name or an id without control characters.";

/// What the details of an event are called that have no names.
pub const DETAILS: &str = "Details";
/// Values of a detail.
pub const NONE: &str = "none";
pub const YES: &str = "yes";
pub const NO: &str = "no";

pub fn too_long(longest: usize, length: usize) -> String {
    format!("Type {longest} characters at most; this has {length}.")
}

/// What somebody did.
pub const fn action(action: Action) -> &'static str {
    match action {
        Action::AccountEdit => "Changed profile",
        Action::ExpiryReport => "Reported expiring tokens",
        Action::InvitationCreate => "Invited",
        Action::InvitationAccept => "Joined",
        Action::InvitationSend => "Sent invitation again",
        Action::InvitationWithdraw => "Withdrew invitation",
        Action::MemberEdit => "Changed role",
        Action::MemberRemove => "Removed member",
        Action::MemberSignOut => "Signed out everywhere",
        Action::OrganizationCreate => "Created organization",
        Action::PasswordChange => "Changed password",
        Action::PasswordRequestReset => "Asked for password reset",
        Action::PasswordReset => "Reset password",
        Action::PolicyEdit => "Changed token policy",
        Action::RefusalReport => "Reported refused use",
        Action::RoleCreate => "Created role",
        Action::RoleEdit => "Edited role",
        Action::RoleDelete => "Deleted role",
        Action::SessionCreate => "Signed in",
        Action::SessionConfirm => "Confirmed identity",
        Action::SessionEnd => "Ended session",
        Action::TeamAddMember => "Added to team",
        Action::TeamCreate => "Created team",
        Action::TeamEdit => "Edited team",
        Action::TeamEnd => "Ended team",
        Action::TeamRemoveMember => "Removed from team",
        Action::TokenCreate => "Generated token",
        Action::TokenSeed => "Seeded tokens",
        Action::TokenEdit => "Edited token",
        Action::TokenDisable => "Disabled token",
        Action::TokenEnable => "Enabled token",
        Action::TokenRotate => "Rotated token",
        Action::TokenEndOverlap => "Ended old secret",
        Action::TokenReissue => "Replaced lost secret",
        Action::TokenReuse => "Detected reuse of ended secret",
        Action::TokenRevoke => "Revoked token",
    }
}
