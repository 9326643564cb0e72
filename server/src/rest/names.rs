//! The words that the API takes and gives, as closed lists in its document: they come from `domain` and cannot lag behind it.

use domain::{
    Cause, Overlap, Role, RoleId, TeamId,
    attention::Finding,
    rate_limit::Period,
    token_policy::Creators,
    token_query::{Grant, Owned},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).enum_values(Some(words)).build().into()
}

/// A word of a built-in role, or the id of one that an organization has made.
fn role(description: &str, words: &str) -> RefOr<Schema> {
    let pattern = format!("^({words}|{}_[0-9a-f]{{32}})$", RoleId::PREFIX);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern))
        .examples([serde_json::json!("viewer")])
        .build()
        .into()
}

/// One of the catalogue's permissions.
pub(super) struct PermissionName;

impl PartialSchema for PermissionName {
    fn schema() -> RefOr<Schema> {
        words("A permission of the catalogue, as in `user:read`.", domain::catalogue::in_force().names())
    }
}

impl ToSchema for PermissionName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Permission".into()
    }
}

/// One of the roles a token may have.
pub(super) struct RoleName;

impl PartialSchema for RoleName {
    fn schema() -> RefOr<Schema> {
        role(
            "A role that a token may have: a built-in one, or the id of one that the organization has made.",
            &Role::FOR_TOKENS.map(Role::as_str).join("|"),
        )
    }
}

impl ToSchema for RoleName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Role".into()
    }
}

/// One of the roles a member may have.
pub(super) struct MemberRoleName;

impl PartialSchema for MemberRoleName {
    fn schema() -> RefOr<Schema> {
        role(
            "A role that a person may have: a built-in one, or the id of one that the organization has made.",
            &Role::FOR_MEMBERS.map(Role::as_str).join("|"),
        )
    }
}

impl ToSchema for MemberRoleName {
    fn name() -> std::borrow::Cow<'static, str> {
        "MemberRole".into()
    }
}

/// What becomes of the tokens that somebody generated who leaves.
pub(super) struct AfterLeavingName;

impl PartialSchema for AfterLeavingName {
    fn schema() -> RefOr<Schema> {
        let words = domain::AfterLeaving::ALL.map(domain::AfterLeaving::as_str).join("|");
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "They go on working, get new secrets, end in 7 days (or at their own end if that is sooner), end at once, or are moved to \
                 the team with this id.",
            ))
            .pattern(Some(format!("^({words}|{}_[0-9a-f]{{32}})$", TeamId::PREFIX)))
            .examples([serde_json::json!("keep")])
            .build()
            .into()
    }
}

impl ToSchema for AfterLeavingName {
    fn name() -> std::borrow::Cow<'static, str> {
        "AfterLeaving".into()
    }
}

/// Who may generate tokens of an organization.
pub(super) struct CreatorsName;

impl PartialSchema for CreatorsName {
    fn schema() -> RefOr<Schema> {
        let description = "`permitted`: whoever holds `api_key:create`; `admins`: of those, who may do all that an admin may.";
        words(description, Creators::ALL.map(Creators::as_str))
    }
}

impl ToSchema for CreatorsName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Creators".into()
    }
}

/// What a token may be at a given time.
pub(super) struct StatusName;

impl PartialSchema for StatusName {
    fn schema() -> RefOr<Schema> {
        use domain::Status::{Active, Disabled, Expired, Revoked};
        words("Only an `active` token is accepted.", [Active, Disabled, Expired, Revoked].map(domain::Status::as_str))
    }
}

impl ToSchema for StatusName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Status".into()
    }
}

/// What verification may find.
pub(super) struct VerdictName;

impl PartialSchema for VerdictName {
    fn schema() -> RefOr<Schema> {
        let words = [
            "VALID",
            "NOT_FOUND",
            "EXPIRED",
            "REVOKED",
            "DISABLED",
            "IP_NOT_ALLOWED",
            "IP_UNKNOWN",
            "RATE_LIMITED",
            "INSUFFICIENT_PERMISSIONS",
        ];
        self::words("`VALID`, or why not.", words)
    }
}

impl ToSchema for VerdictName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Verdict".into()
    }
}

/// What became of a token that somebody may remember.
pub(super) struct WhatName;

impl PartialSchema for WhatName {
    fn schema() -> RefOr<Schema> {
        words(
            "`revoked`: never good again; `disabled`: not until it is switched on; `secret_ended`: one of its secrets has ended, or has an end now; \
             `changed`: anything else.",
            services::revocations::What::ALL.map(services::revocations::What::as_str),
        )
    }
}

impl ToSchema for WhatName {
    fn name() -> std::borrow::Cow<'static, str> {
        "WhatChanged".into()
    }
}

/// How long an old secret may live on.
pub(super) struct OverlapName;

impl PartialSchema for OverlapName {
    fn schema() -> RefOr<Schema> {
        words("When the old secret ends; `first_use`: when the new one is first used.", Overlap::ALL.map(Overlap::as_str))
    }
}

impl ToSchema for OverlapName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Overlap".into()
    }
}

/// The same without an end at once.
pub(super) struct LastingOverlapName;

impl PartialSchema for LastingOverlapName {
    fn schema() -> RefOr<Schema> {
        words("When the old secret ends; `first_use`: when the new one is first used.", Overlap::LASTING.map(Overlap::as_str))
    }
}

impl ToSchema for LastingOverlapName {
    fn name() -> std::borrow::Cow<'static, str> {
        "LastingOverlap".into()
    }
}

/// Why something that was once good is refused.
pub(super) struct CauseName;

impl PartialSchema for CauseName {
    fn schema() -> RefOr<Schema> {
        words("`ended`: a rotation replaced the secret; or what the token is.", Cause::ALL.map(Cause::as_str))
    }
}

impl ToSchema for CauseName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Cause".into()
    }
}

/// In what time the requests of a rate limit are counted.
pub(super) struct PeriodName;

impl PartialSchema for PeriodName {
    fn schema() -> RefOr<Schema> {
        words("In what time requests are counted.", Period::ALL.map(Period::as_str))
    }
}

impl ToSchema for PeriodName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
}

/// What tokens may do, as one word to look for.
pub(super) struct GrantName;

impl PartialSchema for GrantName {
    fn schema() -> RefOr<Schema> {
        role(
            "A built-in role, the id of one that the organization has made, or `custom` for none.",
            &Grant::ALL.map(|grant| grant.to_string()).join("|"),
        )
    }
}

impl ToSchema for GrantName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Grant".into()
    }
}

/// Whom tokens belong to, as one word to look for.
pub(super) struct OwnedName;

impl PartialSchema for OwnedName {
    fn schema() -> RefOr<Schema> {
        words("The organization, teams, or people.", Owned::FOR_PROGRAMS.map(Owned::as_str))
    }
}

impl ToSchema for OwnedName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Owned".into()
    }
}

/// What can be the matter with tokens.
pub(super) struct FindingName;

impl PartialSchema for FindingName {
    fn schema() -> RefOr<Schema> {
        let meaning = "`presented`: in the last seven days though it, or an earlier secret of it, is dead; `left`: whoever generated it has left; \
            `policy`: it breaks the organization's policy; `wider`: it may do more than it was used for in 100 days, as far as services name a \
            permission when they verify it.";
        words(meaning, Finding::ALL.map(Finding::as_str))
    }
}

impl ToSchema for FindingName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Finding".into()
    }
}

/// The one word for what does not happen.
pub(super) struct NeverName;

impl PartialSchema for NeverName {
    fn schema() -> RefOr<Schema> {
        words("Not once.", ["never"])
    }
}

impl ToSchema for NeverName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Never".into()
    }
}

/// The orders of the list of tokens.
pub(super) struct SortName;

impl PartialSchema for SortName {
    fn schema() -> RefOr<Schema> {
        let words = ["label", "-label", "created", "-created", "expires", "-expires", "last_used", "-last_used"];
        self::words("A column; with a minus the greatest is first.", words)
    }
}

impl ToSchema for SortName {
    fn name() -> std::borrow::Cow<'static, str> {
        "Sort".into()
    }
}
