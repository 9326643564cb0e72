//! The document around the console.

/// The name of the console, also of a page that does not name itself.
pub const JETON: &str = "Jeton";
/// For search engines and whatever else describes a page by it.
pub const DESCRIPTION: &str = "Generate, hand out and revoke the API tokens of your organization.";
pub const SKIP_TO_CONTENT: &str = "Skip to content";
