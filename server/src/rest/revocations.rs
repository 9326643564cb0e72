//! `GET /api/v1/revocations`: what services have to forget that remember verdicts themselves. It waits for news.

use std::time::Duration;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde::Serialize;
use services::{
    Error,
    revocations::{self, Change, Cursor, LONGEST_WAIT},
};

use super::{extract::Verifier, json, names::WhatName, problem::Problem};
use crate::router::Site;

/// What was changed, the first first.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Revocations {
    /// Up to 1,000 of them; none when nothing was changed for as long as was waited.
    items: Vec<Revocation>,
    /// Give it as `after` the next time.
    next: String,
}

/// What has to be forgotten.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Revocation {
    /// `token`: everything about this one; `organization`: everything about any token.
    concerns: &'static str,
    /// The token's id, as verification and introspection (`jti`) tell it; null when all of them are meant.
    token: Option<String>,
    /// What became of it.
    #[schema(value_type = WhatName)]
    change: &'static str,
}

impl From<Change> for Revocation {
    fn from(Change { token, what }: Change) -> Self {
        Self {
            concerns: if token.is_some() { "token" } else { "organization" },
            token: token.map(|id| id.to_string()),
            change: what.as_str(),
        }
    }
}

/// Tells what changed about the organization's tokens, and waits for it.
///
/// For services that remember verdicts. Ask without `after` first, while nothing is remembered; then again and again with `next`. The answer comes
/// at once when something was changed since, else when something is, or after `wait` seconds. Nothing that is committed before an answer is
/// ever skipped. What just runs out is not in it: an answer may be remembered until its `good_until`. After 410 forget everything, and begin again.
/// Needs `token:verify`.
#[utoipa::path(
    get,
    path = "/api/v1/revocations",
    operation_id = "revocation_list",
    tag = "Verification",
    params(
        ("after" = Option<String>, Query, description = "`next` of the answer before; without it the answer says where to begin.", example = "120-3f000102030405ff"),
        ("wait" = Option<u64>, Query, description = "How many seconds to wait for news, 25 unless told.", minimum = 0, maximum = 25, example = 25),
    ),
    responses(
        (status = 200, description = "What was changed.", body = Revocations, example = json!({
            "items": [
                { "concerns": "token", "token": "tok_019aa3c4f1a07d3e8000000000000002", "change": "revoked" },
                { "concerns": "organization", "token": null, "change": "changed" },
            ],
            "next": "122-8be01c2a99d0e4f7"
        })),
        (status = 403, description = "The caller's token lacks `token:verify`."),
        (status = 410, description = "The place is not known, because the database was put back to an earlier state, or more than 100,000 changes ago. Forget everything, and begin again."),
        (status = 422, description = "A parameter is unknown or wrong."),
        (status = 429, description = "64 requests of the organization wait at this server already."),
    )
)]
pub(super) async fn list(State(site): State<Site>, Verifier(access): Verifier, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let (after, wait) = asked(query.as_deref().unwrap_or_default())?;
    let changes = revocations::list(&site.console, &access, after, wait).await?.ok_or_else(Problem::cursor_gone)?;
    Ok(json(&Revocations { items: changes.changes.into_iter().map(Revocation::from).collect(), next: changes.next.to_string() }))
}

/// The parameters. An unknown one is refused: a misspelt `after` would begin anew and skip what was changed.
fn asked(query: &str) -> Result<(Option<Cursor>, Duration), Error> {
    let (mut after, mut wait) = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let is_first = match &*name {
            "after" => after
                .replace(value.parse().map_err(|invalid: domain::Invalid| Error::Invalid { field: "after", why: invalid.0 })?)
                .is_none(),
            "wait" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds <= LONGEST_WAIT.as_secs());
                let why = || format!("Wait 0 to {} seconds.", LONGEST_WAIT.as_secs());
                wait.replace(seconds.ok_or_else(|| Error::Invalid { field: "wait", why: why() })?).is_none()
            }
            _ => {
                let why = "A parameter is unknown; there are: after, wait.".to_owned();
                return Err(Error::Invalid { field: "parameters", why });
            }
        };
        if !is_first {
            return Err(Error::Invalid { field: "parameters", why: format!("The parameter {name} is there twice.") });
        }
    }
    Ok((after, wait.map_or(LONGEST_WAIT, Duration::from_secs)))
}
