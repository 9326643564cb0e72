//! `/api/v1/organizations/{organization}/policy`: what an organization asks of its tokens.

use axum::{extract::State, response::Response};
use domain::token_policy::{Creators, Policy};
use serde::{Deserialize, Serialize};
use services::{Error, token_policy};

use super::{
    extract::{Json, OrganizationEditor, OrganizationReader},
    json,
    names::CreatorsName,
    number::Whole,
    problem::Problem,
};
use crate::router::Site;

/// What an organization asks of its tokens.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Policy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(super) struct Answer {
    /// The most days a token may live, from when it is generated; null for no maximum.
    max_days: Option<u32>,
    /// The days a token lives when nobody chooses; null for 90, or the maximum if that is less.
    default_days: Option<u32>,
    /// Whether a token may have no end; never beside a maximum.
    may_never_expire: bool,
    /// Who may generate tokens of the organization.
    #[schema(value_type = CreatorsName)]
    creators: &'static str,
    /// Whether a new token may belong to a person.
    user_tokens_allowed: bool,
    /// Whether a new token may belong to a team.
    team_tokens_allowed: bool,
    /// After so many days without use a token is revoked; null for never.
    revoke_unused_days: Option<u32>,
    /// Whether two tokens in force may not share a label.
    unique_labels: bool,
}

impl From<Policy> for Answer {
    fn from(policy: Policy) -> Self {
        Self {
            max_days: policy.max_days,
            default_days: policy.default_days,
            may_never_expire: policy.may_never_expire,
            creators: policy.creators.as_str(),
            user_tokens_allowed: policy.user_tokens_allowed,
            team_tokens_allowed: policy.team_tokens_allowed,
            revoke_unused_days: policy.revoke_unused_days,
            unique_labels: policy.unique_labels,
        }
    }
}

/// The whole policy. What is left out is as in an organization without one.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedPolicy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(super) struct Wanted {
    /// The most days a token may live, from when it is generated; beside it `may_never_expire` has to be false.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    max_days: Option<Whole>,
    /// The days a token lives when nobody chooses; not more than `max_days`.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    default_days: Option<Whole>,
    /// Whether a token may have no end; true unless told.
    #[serde(default = "yes")]
    #[schema(required = false)]
    may_never_expire: bool,
    /// Who may generate tokens of the organization; `permitted` unless told.
    #[serde(default = "permitted")]
    #[schema(value_type = CreatorsName, required = false)]
    creators: String,
    /// Whether a new token may belong to a person; true unless told. Those that are there go on.
    #[serde(default = "yes")]
    #[schema(required = false)]
    user_tokens_allowed: bool,
    /// Whether a new token may belong to a team; true unless told. Those that are there go on.
    #[serde(default = "yes")]
    #[schema(required = false)]
    team_tokens_allowed: bool,
    /// After so many days without use a token is revoked. Days count from when this is first asked for.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    revoke_unused_days: Option<Whole>,
    /// Whether two tokens in force may not share a label; false unless told.
    #[serde(default)]
    #[schema(required = false)]
    unique_labels: bool,
}

const fn yes() -> bool {
    true
}

fn permitted() -> String {
    Creators::default().to_string()
}

/// What is too large for a number of days is left to the policy to refuse, which names the member.
fn days(wanted: Option<Whole>) -> Option<u32> {
    wanted.map(|Whole(days)| u32::try_from(days).unwrap_or(u32::MAX))
}

impl Wanted {
    fn parse(self) -> Result<Policy, Problem> {
        let creators = self
            .creators
            .parse()
            .map_err(|invalid: domain::Invalid| Problem::from(Error::Invalid { field: "creators", why: invalid.0 }))?;
        Ok(Policy {
            max_days: days(self.max_days),
            default_days: days(self.default_days),
            may_never_expire: self.may_never_expire,
            creators,
            user_tokens_allowed: self.user_tokens_allowed,
            team_tokens_allowed: self.team_tokens_allowed,
            revoke_unused_days: days(self.revoke_unused_days),
            unique_labels: self.unique_labels,
        })
    }
}

/// Finds the policy.
///
/// What the organization asks of its tokens. Needs `organization:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/policy",
    operation_id = "policy_find",
    tag = "Policy",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    responses(
        (status = 200, description = "The policy.", body = Answer, example = json!(example())),
        (status = 403, description = "The token lacks `organization:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn find(State(site): State<Site>, OrganizationReader(access): OrganizationReader) -> Result<Response, Problem> {
    Ok(json(&Answer::from(token_policy::find(&site.console, &access).await?)))
}

/// Replaces the policy.
///
/// It holds for what is generated and edited from then on, and changes no token that is there. What is sent is the whole policy. Needs
/// `organization:update`.
#[utoipa::path(
    put,
    path = "/api/v1/organizations/{organization}/policy",
    operation_id = "policy_edit",
    tag = "Policy",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("A maximum" = (value = json!({ "max_days": 90, "default_days": 30, "may_never_expire": false }))),
        ("Tokens of the organization alone" = (value = json!({ "user_tokens_allowed": false, "team_tokens_allowed": false }))),
        ("None" = (value = json!({}))),
    )),
    responses(
        (status = 200, description = "The policy that holds now.", body = Answer, example = json!(example())),
        (status = 403, description = "The token lacks `organization:update`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "What the token may do was changed meanwhile, and nothing was done."),
        (status = 422, description = "A member is unknown or wrong, or does not go together with another one."),
    )
)]
pub(super) async fn edit(
    State(site): State<Site>,
    OrganizationEditor(access): OrganizationEditor,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let policy = token_policy::edit(&site.console, &access, None, &wanted.parse()?).await?;
    Ok(json(&Answer::from(policy)))
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "max_days": 90,
        "default_days": 30,
        "may_never_expire": false,
        "creators": "admins",
        "user_tokens_allowed": true,
        "team_tokens_allowed": false,
        "revoke_unused_days": 180,
        "unique_labels": true,
    })
}
