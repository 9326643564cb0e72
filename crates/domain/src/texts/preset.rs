//! Presets of permissions.

use crate::Preset;

pub const fn title(preset: Preset) -> &'static str {
    match preset {
        Preset::Admin => "Admin",
        Preset::Read => "Read",
        Preset::Deploy => "Deploy",
        Preset::Write => "Write",
        Preset::Verify => "Verify",
    }
}

pub const fn summary(preset: Preset) -> &'static str {
    match preset {
        Preset::Admin => "Full access to all resources",
        Preset::Read => "Read-only access to resources",
        Preset::Deploy => "Can trigger deployments",
        Preset::Write => "Can create and update resources",
        Preset::Verify => "For services that ask whether a token is good",
    }
}
