//! Presets: permissions that often belong together, to begin from when a token gets permissions of its own.
//!
//! A preset fills the toggles of the form and is forgotten: the token keeps the permissions, not the preset's name.

use crate::{Permission, PermissionSet, Role, policy, texts::preset as say};

/// A set of toggles that one click turns on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// What the role Admin allows.
    Admin,
    /// Reading what is not confidential.
    Read,
    /// Triggering deployments and learning which organization it is for; nothing else.
    Deploy,
    /// Reading, creating and updating what one builds with; not deleting it.
    Write,
    /// Asking whether presented tokens are good, and giving itself a new secret; nothing else.
    Verify,
}

impl Preset {
    /// All presets, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Admin, Self::Read, Self::Deploy, Self::Write, Self::Verify];

    /// Those that turn on what their sentence says: without `deployment:trigger` in the catalogue there is nothing to deploy with.
    pub fn offered() -> impl Iterator<Item = Self> {
        let deploys = "deployment:trigger".parse::<Permission>().is_ok();
        Self::ALL.into_iter().filter(move |preset| deploys || *preset != Self::Deploy)
    }

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Read => "read",
            Self::Deploy => "deploy",
            Self::Write => "write",
            Self::Verify => "verify",
        }
    }

    /// The preset with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == word)
    }

    /// The word on the screen.
    pub const fn title(self) -> &'static str {
        say::title(self)
    }

    /// What it is for, in a sentence.
    pub const fn summary(self) -> &'static str {
        say::summary(self)
    }

    /// What it turns on.
    pub fn permissions(self) -> PermissionSet {
        match self {
            Self::Admin => policy::grants(Role::Admin),
            Self::Read => policy::grants(Role::Viewer),
            Self::Deploy => {
                Permission::all().filter(|permission| matches!(permission.as_str(), "organization:read" | "deployment:trigger")).collect()
            }
            Self::Verify => PermissionSet::NONE.with(Permission::TOKEN_VERIFY).with(Permission::TOKEN_ROTATE_SELF),
            Self::Write => {
                policy::grants(Role::Developer).iter().filter(|permission| permission.as_str() != "deployment:trigger").collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admin_reaches_tokens_and_people() {
        for preset in [Preset::Read, Preset::Deploy, Preset::Write] {
            for permission in preset.permissions().iter() {
                let (category, action) = permission.as_str().split_once(':').unwrap();
                let guards = matches!(category, "api_key" | "invitation" | "organization" | "role" | "saml_integration" | "teams" | "user");
                assert!(category != "token" && (!guards || action == "read"), "{preset:?} turns {permission} on");
            }
        }
        assert_eq!(Preset::Admin.permissions(), policy::grants(Role::Admin));
    }

    #[test]
    fn each_turns_on_what_its_sentence_says() {
        let [read, deploy, write] = [Preset::Read, Preset::Deploy, Preset::Write].map(Preset::permissions);
        assert!(read.iter().all(|permission| permission.as_str().ends_with(":read")));
        assert_eq!(deploy.stored(), "organization:read deployment:trigger");
        assert!(write.covers(read) && write.covers("cluster:create cluster:update".parse().unwrap()));
        assert!(write.iter().all(|permission| !permission.as_str().ends_with(":delete")));
        assert_eq!(Preset::Verify.permissions().stored(), "token:verify token:rotate_self");
        assert!(Preset::offered().eq(Preset::ALL));
        for preset in Preset::ALL {
            assert_eq!(Preset::named(preset.as_str()), Some(preset));
        }
    }
}
