//! The roles that somebody may hand out.

/// Of a role that nobody has described.
pub const NOT_DESCRIBED: &str = "A role of this organization.";

pub fn allows(permissions: usize) -> String {
    match permissions {
        1 => "Allows 1 permission".to_owned(),
        many => format!("Allows {many} permissions"),
    }
}
