//! What stands around pages.

/// Before the name of the organization, for those who do not see where it stands.
pub const ORGANIZATION: &str = "Organization: ";
/// The menu of them, and the button that opens it where the page is of none.
pub const ORGANIZATIONS: &str = "Organizations";
pub const YOUR_ACCOUNT: &str = "Your account";
pub const BREADCRUMB: &str = "Breadcrumb";

/// The button that opens the menu of organizations.
pub fn organization(name: &str) -> String {
    format!("Organization: {name}")
}

/// The button that opens the menu of the person's own account.
pub fn account(name: &str) -> String {
    format!("Account: {name}")
}
