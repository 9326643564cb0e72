//! Who uses a token, and who presents what is dead of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{Permission, Refusals, Rotation, SecretUser, SeenAddress, Timestamp, UsageDay};
use serde::Serialize;
use services::tokens;

use super::super::{extract::TokenReader, json, names::CauseName, problem::Problem};
use crate::router::Site;

/// How a token is used. Everything here is a few seconds coarse.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenUsage)]
pub(crate) struct Usage {
    /// When it was last accepted; null when it never was.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// What the program that used it last calls itself; null when it says nothing, and when nobody has.
    last_user_agent: Option<String>,
    /// The latest 30 days in UTC, those without a use too, the first one first.
    days: Vec<Counts>,
    /// The latest five distinct addresses it was accepted from, the last one first.
    addresses: Vec<Address>,
    /// The permissions that it was used for in 100 days, as far as they were named.
    permissions: Vec<&'static str>,
    /// Whether it was also verified without one being named, so that it may have been used for any.
    without_permission: bool,
    /// The permissions that it holds and was not used for in 100 days, as found once a day; empty while that cannot be said, and never what guards
    /// Jeton itself.
    unused_permissions: Vec<&'static str>,
    /// The overlap of a rotation, while one is under way.
    overlap: Option<Overlapping>,
    /// What of it was presented although it was dead, by cause.
    refusals: Vec<Refused>,
}

/// How often it was presented on one day.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = UsageDay)]
struct Counts {
    /// The day, in UTC.
    #[schema(format = Date)]
    day: String,
    /// How often it was accepted.
    allowed: u64,
    /// How often it was refused because it, or the secret that was presented, is dead.
    refused: u64,
}

/// Where it was accepted from: for a token that a service verifies, its `remote_addr`, or else the service.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SeenAddress)]
struct Address {
    /// The network address.
    address: String,
    /// When last.
    #[schema(format = DateTime)]
    last_seen_at: String,
}

/// Two secrets that are accepted, and who still uses the older one.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RotationOverlap)]
struct Overlapping {
    /// The old secret, masked.
    old_hint: String,
    /// The new secret, masked.
    new_hint: String,
    /// When the new one was generated.
    #[schema(format = DateTime)]
    since: String,
    /// From when on the old one is refused, at the latest.
    #[schema(format = DateTime)]
    ends_at: String,
    /// Whether it ends earlier when the new one is first used.
    until_first_use: bool,
    /// Whether the new one has been used.
    new_is_used: bool,
    /// Who used the old one since it was replaced, the latest first, 20 at most.
    old_secret_users: Vec<Straggler>,
}

/// Somebody who presented a secret: for a token that a service verifies, the service, with its `remote_addr` if it sends one.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SecretUser)]
struct Straggler {
    /// The network address; null when it is not known.
    address: Option<String>,
    /// What it calls itself; null when it says nothing.
    user_agent: Option<String>,
    /// When it did so last.
    #[schema(format = DateTime)]
    last_used_at: String,
    /// How often.
    times: u64,
}

/// That something of a token was presented although it was dead.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenRefusals)]
struct Refused {
    /// Why it was refused.
    #[schema(value_type = CauseName)]
    cause: &'static str,
    /// How often.
    times: u64,
    /// When last.
    #[schema(format = DateTime)]
    last_at: String,
    /// Which secret it was last, masked.
    hint: String,
    /// From where last; null when it is not known.
    address: Option<String>,
    /// By whom last; null when it said nothing.
    user_agent: Option<String>,
}

fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

impl From<UsageDay> for Counts {
    fn from(UsageDay { day, allowed, refused }: UsageDay) -> Self {
        Self { day: day.iso().chars().take(10).collect(), allowed, refused }
    }
}

impl From<SeenAddress> for Address {
    fn from(SeenAddress { address, last_seen_at }: SeenAddress) -> Self {
        Self { address, last_seen_at: last_seen_at.iso() }
    }
}

impl From<Rotation> for Overlapping {
    fn from(rotation: Rotation) -> Self {
        Self {
            old_hint: rotation.old.to_string(),
            new_hint: rotation.new.to_string(),
            since: rotation.since.iso(),
            ends_at: rotation.ends_at.iso(),
            until_first_use: rotation.until_first_use,
            new_is_used: rotation.new_is_used,
            old_secret_users: rotation.users.into_iter().map(Straggler::from).collect(),
        }
    }
}

impl From<SecretUser> for Straggler {
    fn from(SecretUser { address, user_agent, last_used_at, times }: SecretUser) -> Self {
        Self { address: said(address), user_agent: said(user_agent), last_used_at: last_used_at.iso(), times }
    }
}

impl From<Refusals> for Refused {
    fn from(Refusals { cause, times, last_at, hint, address, user_agent }: Refusals) -> Self {
        let (address, user_agent) = (said(address), said(user_agent));
        Self { cause: cause.as_str(), times, last_at: last_at.iso(), hint: hint.to_string(), address, user_agent }
    }
}

/// Tells how one of the organization's tokens is used.
///
/// When last, how often on which day, from where, what for, who still uses the old secret while a rotation overlaps, and how often what is dead of it is presented all the same. Needs
/// `api_key:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/tokens/{token}/usage",
    operation_id = "usage_find",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "How it is used.", body = Usage, example = json!({
            "last_used_at": "2026-11-22T09:35:00.000Z",
            "last_user_agent": "deploy/2.1",
            "days": [{ "day": "2026-11-21", "allowed": 0, "refused": 3 }, { "day": "2026-11-22", "allowed": 14, "refused": 0 }],
            "addresses": [{ "address": "192.0.2.7", "last_seen_at": "2026-11-22T09:35:00.000Z" }],
            "permissions": ["cluster:read"],
            "without_permission": false,
            "unused_permissions": ["cluster:update"],
            "overlap": {
                "old_hint": "jto_Ab1c…9xYz", "new_hint": "jto_Kq4d…7mNo", "since": "2026-11-22T09:05:00.000Z",
                "ends_at": "2026-11-22T10:05:00.000Z", "until_first_use": false, "new_is_used": true,
                "old_secret_users": [
                    { "address": "192.0.2.7", "user_agent": "deploy/2.1", "last_used_at": "2026-11-22T09:35:00.000Z", "times": 12 }
                ]
            },
            "refusals": [{
                "cause": "ended", "times": 3, "last_at": "2026-11-21T17:20:00.000Z", "hint": "jto_Pz8w…2aBc",
                "address": "192.0.2.9", "user_agent": "curl/8.11"
            }]
        })),
        (status = 403, description = "The token that asks lacks `api_key:read`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
    )
)]
pub(crate) async fn find(
    State(site): State<Site>,
    TokenReader(access): TokenReader,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let rotating = tokens::rotation(&site.console, &access, &token).await?;
    let history = tokens::usage(&site.console, &access, &token).await?;
    Ok(json(&Usage {
        last_used_at: rotating.token.last_used_at.map(Timestamp::iso),
        last_user_agent: history.user_agent.and_then(said),
        days: history.days.into_iter().map(Counts::from).collect(),
        addresses: history.addresses.into_iter().map(Address::from).collect(),
        permissions: history.permissions.iter().map(Permission::as_str).collect(),
        without_permission: history.is_untold,
        unused_permissions: history.excess.iter().map(Permission::as_str).collect(),
        overlap: rotating.rotation.map(Overlapping::from),
        refusals: rotating.refusals.into_iter().map(Refused::from).collect(),
    }))
}
