//! Permissions.

pub const NO_PERMISSION: &str = "This permission is not in the catalogue; they are written as cluster:read.";
