//! `GET /api/v1/organizations/{organization}/audit`: what was done in an organization, for programs that keep or watch it.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use domain::audit::Party;
use serde::Serialize;
use services::{
    Error,
    audit::{self, Form, Recorded},
};

use super::{extract::AuditReader, json, problem::Problem};
use crate::router::Site;

/// Events in an answer when nobody says how many.
const LIMIT: u32 = 50;
/// The most events in an answer.
const MOST: u32 = 100;

/// Some events, newest first.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Events<'a> {
    items: Vec<Item<'a>>,
    /// Give it as `before` to get the next ones; null at the end of the log.
    next: Option<i64>,
}

/// An event.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Event)]
pub(crate) struct Item<'a> {
    /// Its place in the trail of the instance.
    seq: i64,
    /// ISO 8601 in UTC with milliseconds.
    at: String,
    actor: Named<'a>,
    /// The noun, a dot, the verb, as in `token.create`.
    action: &'a str,
    target: Named<'a>,
    /// What the action put down beside it.
    #[schema(value_type = Object)]
    details: &'a serde_json::Value,
    /// Where the request came from; null at the command line.
    address: Option<&'a str>,
    /// The request's id.
    request_id: &'a str,
}

/// Who did something, or what it was done to, by the name of that time.
#[derive(Serialize, utoipa::ToSchema)]
struct Named<'a> {
    /// `member`, `token`, `operator`, `organization`, …
    kind: &'a str,
    /// Null for the operator.
    id: Option<&'a str>,
    name: &'a str,
}

impl<'a> Item<'a> {
    /// An event as it is told to programs.
    pub(crate) fn of(Recorded { event, details }: &'a Recorded) -> Self {
        Self {
            seq: event.seq,
            at: event.at.iso(),
            actor: Named::of(&event.actor),
            action: &event.action,
            target: Named::of(&event.target),
            details,
            address: some(&event.address),
            request_id: &event.request_id,
        }
    }
}

impl<'a> Named<'a> {
    fn of(Party { kind, id, name }: &'a Party) -> Self {
        Self { kind, id: some(id), name }
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Lists what was done in the organization.
///
/// Newest first. Needs `organization:update`. What concerns the whole instance, such as signing in, is not in it.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/audit",
    operation_id = "audit_list",
    tag = "Audit",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many events, 50 unless told.", minimum = 1, maximum = 100, example = 50),
        ("before" = Option<i64>, Query, description = "Only events before this one: `next` of the answer before.", minimum = 0, example = 120),
        ("action" = Option<String>, Query, description = "Only this action, as in `token.create`.", example = "token.create"),
        ("actor" = Option<String>, Query, description = "Who: an id, or how the name begins.", example = "Ada"),
        ("target" = Option<String>, Query, description = "On what: an id, or how the name begins.", example = "deploy"),
        ("from" = Option<String>, Query, description = "The first day in UTC.", format = Date, example = "2026-11-22"),
        ("to" = Option<String>, Query, description = "The last day in UTC.", format = Date, example = "2026-11-30"),
    ),
    responses(
        (status = 200, description = "The events.", body = Events, example = json!(example())),
        (status = 403, description = "The token lacks `organization:update`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 422, description = "A parameter is unknown or wrong."),
    )
)]
pub(super) async fn list(
    State(site): State<Site>,
    AuditReader(access): AuditReader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (form, limit) = asked(query.as_deref().unwrap_or_default())?;
    let events = audit::list(&site.console, &access, &form.parse()?, limit).await?;
    Ok(json(&Events { items: events.items.iter().map(Item::of).collect(), next: events.next }))
}

/// A page of events as the document shows one.
fn example() -> serde_json::Value {
    serde_json::json!({
        "items": [{
            "seq": 119,
            "at": "2026-11-22T09:05:00.000Z",
            "actor": { "kind": "member", "id": "usr_019aa3c4f1a07d3e8000000000000003", "name": "Ada Lovelace" },
            "action": "token.create",
            "target": { "kind": "token", "id": "tok_019aa3c4f1a07d3e8000000000000002", "name": "deploy-bot" },
            "details": { "role": "viewer" },
            "address": "192.0.2.7",
            "request_id": "req_a5b0c1d2e3f405162738495a6b7c8d9e",
        }],
        "next": 119,
    })
}

/// The parameters. An unknown one is refused: a misspelt filter would let everything through.
fn asked(query: &str) -> Result<(Form, u32), Error> {
    let (mut form, mut limit) = (Form::default(), LIMIT);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.into_owned();
        if value.is_empty() {
            let why = format!("The parameter {name} is empty; leave it out instead.");
            return Err(Error::Invalid { field: "parameters", why });
        }
        match &*name {
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=MOST).contains(number));
                let why = || format!("Ask for 1 to {MOST} events.");
                limit = number.ok_or_else(|| Error::Invalid { field: "limit", why: why() })?;
            }
            "before" => form.before = value,
            "action" => form.action = value,
            "actor" => form.actor = value,
            "target" => form.target = value,
            "from" => form.from = value,
            "to" => form.to = value,
            _ => {
                let why = "A parameter is unknown; there are: limit, before, action, actor, target, from, to.".to_owned();
                return Err(Error::Invalid { field: "parameters", why });
            }
        }
    }
    Ok((form, limit))
}
