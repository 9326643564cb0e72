//! `/api/v1/organizations/{organization}/policy`: what an organization asks of its tokens.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use domain::token_policy::{Creators, Policy};
use serde::{Deserialize, Serialize};
use services::{Error, token_policy};

use super::{
    extract::{Json, OrganizationEditor, OrganizationReader},
    json,
    names::CreatorsName,
    number::Whole,
    problem::Problem,
    tokens::edit::version,
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
/// What the organization asks of its tokens. Needs `organization:read`. The `ETag` that comes along is what a change may be made to depend on.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/policy",
    operation_id = "policy_find",
    tag = "Policy",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    responses(
        (status = 200, description = "The policy.", headers(
            ("ETag" = String, description = "Stands for the whole policy.")
        ), body = Answer, example = json!(example())),
        (status = 403, description = "The token lacks `organization:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn find(State(site): State<Site>, OrganizationReader(access): OrganizationReader) -> Result<Response, Problem> {
    tagged(token_policy::find(&site.console, &access).await?)
}

/// How many tokens of somebody, or of a team.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Share {
    /// By name.
    name: String,
    /// How many tokens that are outside.
    tokens: u64,
}

impl Share {
    fn all(shares: Vec<(String, u64)>) -> Vec<Self> {
        shares.into_iter().map(|(name, tokens)| Self { name, tokens }).collect()
    }
}

/// What a policy would mean for the tokens that are there.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PolicyImpact)]
pub(super) struct Impact {
    /// How many tokens in force would not be let through today. They go on as they are, and are marked.
    tokens: u64,
    /// How many of these were used in the last seven days.
    used: u64,
    /// Who generated these, those with most of them first.
    creators: Vec<Share>,
    /// The teams that some of these belong to, likewise.
    teams: Vec<Share>,
    /// How many tokens have gone unused for as long as the policy allows. Their days count from the change.
    unused: u64,
}

/// Tells what a policy would mean.
///
/// Changes nothing: it counts the tokens that the policy would not let through today. What is sent is the whole policy. Needs
/// `organization:update`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/policy/preview",
    operation_id = "policy_preview",
    tag = "Policy",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("A maximum" = (value = json!({ "max_days": 90, "default_days": 30, "may_never_expire": false }))),
    )),
    responses(
        (status = 200, description = "What it would mean.", body = Impact, example = json!({
            "tokens": 14, "used": 6, "creators": [{ "name": "Ada Lovelace", "tokens": 14 }], "teams": [], "unused": 2,
        })),
        (status = 403, description = "The token lacks `organization:update`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 422, description = "A member is unknown or wrong, or does not go together with another one."),
    )
)]
pub(super) async fn preview(
    State(site): State<Site>,
    OrganizationEditor(access): OrganizationEditor,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let impact = token_policy::preview(&site.console, &access, &wanted.parse()?).await?;
    let (creators, teams) = (Share::all(impact.creators), Share::all(impact.teams));
    Ok(json(&Impact { tokens: impact.tokens, used: impact.used, creators, teams, unused: impact.unused }))
}

/// Replaces the policy.
///
/// It holds for what is generated and edited from then on, and changes no token that is there. What is sent is the whole policy. Needs
/// `organization:update`. With `If-Match`, and the `ETag` that came with the policy, a change that was made from something older is refused.
#[utoipa::path(
    put,
    path = "/api/v1/organizations/{organization}/policy",
    operation_id = "policy_edit",
    tag = "Policy",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the policy that the change was made from, or `*`.", example = "*"),
    ),
    request_body(content = Wanted, examples(
        ("A maximum" = (value = json!({ "max_days": 90, "default_days": 30, "may_never_expire": false }))),
        ("Tokens of the organization alone" = (value = json!({ "user_tokens_allowed": false, "team_tokens_allowed": false }))),
        ("None" = (value = json!({}))),
    )),
    responses(
        (status = 200, description = "The policy that holds now.", headers(
            ("ETag" = String, description = "Stands for the whole policy.")
        ), body = Answer, example = json!(example())),
        (status = 403, description = "The token lacks `organization:update`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "What the token may do was changed meanwhile, and nothing was done."),
        (status = 412, description = "`precondition_failed`: the policy was changed since the `ETag` in `If-Match` came. Nothing was changed."),
        (status = 422, description = "A member is unknown or wrong, or does not go together with another one."),
    )
)]
pub(super) async fn edit(
    State(site): State<Site>,
    OrganizationEditor(access): OrganizationEditor,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let (seen, policy) = (version(&headers)?, wanted.parse()?);
    let edited = token_policy::edit(&site.console, &access, seen, &policy).await.map_err(|error| match error {
        Error::Conflict(token_policy::EDITED_MEANWHILE) => Problem::precondition_failed(),
        other => Problem::from(other),
    })?;
    tagged(edited)
}

/// The policy, and a tag that a change may be made to depend on.
fn tagged(policy: Policy) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", policy.fingerprint());
    let mut response = json(&Answer::from(policy));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Problem::internal())?);
    Ok(response)
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
