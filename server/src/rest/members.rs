//! `/api/v1/organizations/{organization}/members`: who belongs to an organization, as what, and how that ends.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{AfterLeaving, Overlap, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use services::{
    Error,
    members::{self, Decisions, Removed},
};

use super::{
    extract::{Json, MemberEditor, MemberReader, MemberRemover},
    json,
    names::{AfterLeavingName, MemberRoleName, OverlapName},
    paging::{Paging, invalid},
    problem::Problem,
    tokens::{IssuedToken, edit::version, issued_example, wrong},
};
use crate::router::Site;

/// The most tokens that are decided about one by one with a removal, as in the console.
const MOST: usize = 100;

/// Some members, and where the next ones begin.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MemberPage {
    /// The members; who has the older account is first.
    items: Vec<Member>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// A person who belongs to the organization.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Member {
    /// The person's.
    id: String,
    /// What they are called.
    name: String,
    /// What they sign in with.
    email: String,
    /// As what they belong to it.
    #[schema(value_type = MemberRoleName)]
    role: String,
    /// Since when: ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    since: String,
    /// When they last did something in the console, a minute coarse; null when they have never signed in.
    #[schema(format = DateTime)]
    last_seen_at: Option<String>,
}

impl From<domain::Member> for Member {
    fn from(member: domain::Member) -> Self {
        Self {
            id: member.user.to_string(),
            name: member.name.as_str().to_owned(),
            email: member.email.as_str().to_owned(),
            role: member.role.to_string(),
            since: member.since.iso(),
            last_seen_at: member.last_seen_at.map(Timestamp::iso),
        }
    }
}

/// What is to become another in a member.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MemberChange)]
pub(super) struct Wanted {
    /// As what they belong to the organization from now on.
    #[schema(value_type = MemberRoleName)]
    role: String,
}

/// Lists the organization's members.
///
/// `next` leads to the page after. Needs `user:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/members",
    operation_id = "member_list",
    tag = "Members",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many members, 25 unless told.", minimum = 1, maximum = 100, example = 25),
        ("after" = Option<String>, Query, description = "Where the page begins: `next` of the page before.",
            min_length = 1, example = "usr_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 200, description = "A page of members.", body = MemberPage, example = json!({ "items": [example()], "next": null })),
        (status = 403, description = "The token lacks `user:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn list(
    State(site): State<Site>,
    MemberReader(access): MemberReader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Paging { limit, after } = Paging::parse(query.as_deref())?;
    let (items, next) = members::list_after(&site.console, &access, after.as_deref(), limit).await?;
    Ok(json(&MemberPage { items: items.into_iter().map(Member::from).collect(), next: next.map(|next| next.to_string()) }))
}

/// Finds a member.
///
/// Needs `user:read`. The `ETag` that comes along is what an edit may be made to depend on.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/members/{user}",
    operation_id = "member_find",
    tag = "Members",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("user" = String, Path, description = "The person's id.", example = "usr_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 200, description = "The member.", headers(
            ("ETag" = String, description = "Stands for everything about the member that can be edited.")
        ), body = Member, example = json!(example())),
        (status = 403, description = "The token lacks `user:read`."),
        (status = 404, description = "There is no such organization or member, or the token is of another organization."),
    )
)]
pub(super) async fn find(
    State(site): State<Site>,
    MemberReader(access): MemberReader,
    Path((_organization, user)): Path<(String, String)>,
) -> Result<Response, Problem> {
    tagged(members::find(&site.console, &access, &user).await?)
}

/// Gives a member another role.
///
/// It holds from their next request on, also for the tokens that belong to them. Needs `user:update`, and that the token that asks may do
/// all that the role they had and the one they get allow. An organization always has an owner. With `If-Match`, and the `ETag` that came
/// with the member, a change that was made from something older is refused.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{organization}/members/{user}",
    operation_id = "member_edit",
    tag = "Members",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("user" = String, Path, description = "The person's id.", example = "usr_019aa3c4f1a07d3e8000000000000003"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the member that the change was made from, or `*`.",
            pattern = "^(\\*|(W/)?\"[!#-~]*\")$", example = "*"),
    ),
    request_body(content = Wanted, examples(("Another role" = (value = json!({ "role": "developer" }))))),
    responses(
        (status = 200, description = "The member, as they are now.", headers(
            ("ETag" = String, description = "Stands for everything about the member that can be edited.")
        ), body = Member, example = json!(example())),
        (status = 403, description = "The token that asks lacks `user:update`; or `forbidden`: the member may do more than it."),
        (status = 404, description = "There is no such member, or the token is of another organization."),
        (status = 409, description = "`conflict`: they are the only owner, or what the presented token may do was changed meanwhile."),
        (status = 412, description = "`precondition_failed`: the member was changed since the `ETag` in `If-Match` came."),
    )
)]
pub(super) async fn edit(
    State(site): State<Site>,
    MemberEditor(access): MemberEditor,
    Path((_organization, user)): Path<(String, String)>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let seen = version(&headers)?;
    let edited = members::edit_if(&site.console, &access, &user, &wanted.role, seen).await.map_err(|error| match error {
        Error::Conflict(members::EDITED_MEANWHILE) => Problem::precondition_failed(),
        other => refusing(other),
    })?;
    tagged(edited)
}

/// The tokens that were rotated when somebody was removed, with their new secrets. This answer is the only one that holds them.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Rotated<'a> {
    /// The tokens, newest first.
    rotated: Vec<IssuedToken<'a>>,
}

/// Removes a member.
///
/// Their own tokens, their invitations and, if they belong to no other organization, their sessions end with that. What they generated for
/// the organization or for a team is yours to decide about: `decision` says what becomes of one of those tokens, `tokens` what becomes of all
/// others. There has to be a decision about each that is not over. Needs `user:delete`, that the token that asks may do all
/// that the member may, and `api_key:update` for `rotate` and `expire`, `api_key:delete` for `revoke`, `api_key:update` and `teams:update` for
/// a team. An organization always has an owner.
///
/// Tokens of teams stay where `tokens` would rotate or move them, and a `decision` that would is refused. The others are rotated or moved only if the
/// token that asks may do all that each of them may. With `rotate` the answer is 200 and holds the new secrets, of 100 tokens at most; if it gets lost, rotate each of them.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/members/{user}",
    operation_id = "member_remove",
    tag = "Members",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("user" = String, Path, description = "The person's id.", example = "usr_019aa3c4f1a07d3e8000000000000003"),
        ("tokens" = Option<AfterLeavingName>, Query, description = "What becomes of the tokens that they generated.",
            example = "keep"),
        ("decision" = Option<Vec<String>>, Query, description = "What becomes of one of them instead, as id:choice; once a token, for 100 of them \
            at most.", max_items = 100, example = json!(["tok_019aa3c4f1a07d3e8000000000000002:rotate"])),
        ("overlap" = Option<OverlapName>, Query, description = "When the old secrets end of tokens that are rotated; after an hour unless told.",
            example = "1h"),
    ),
    responses(
        (status = 200, description = "They are no longer a member, and with `rotate` these tokens have new secrets.", body = Rotated<'static>,
            example = json!({ "rotated": [issued_example()] })),
        (status = 204, description = "They are no longer a member."),
        (status = 403, description = "The token that asks lacks `user:delete` or what `tokens` or `decision` needs; or `forbidden`: the member may do more than it."),
        (status = 404, description = "There is no such member, or the token is of another organization."),
        (status = 409, description = "`conflict`: they are the only owner, `decision` names a token that they did not generate or that is over, or \
            what the presented token may do was changed meanwhile."),
        (status = 422, description = "They generated tokens that are not over and nothing says what becomes of one of them, or \
            it cannot be done; or a parameter is unknown or wrong."),
    )
)]
pub(super) async fn remove(
    State(site): State<Site>,
    MemberRemover(access): MemberRemover,
    Path((_organization, user)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let decisions = decided(query.as_deref().unwrap_or_default())?;
    if let Some(lacking) = decisions.needed().into_iter().find(|needed| !access.allows(*needed)) {
        return Err(Problem::insufficient(lacking));
    }
    let answers_secrets = rotates(&decisions);
    let Removed { rotated, .. } = members::remove_deciding(&site.console, &access, &user, &decisions).await.map_err(refusing)?;
    if !answers_secrets {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let now = site.console.now();
    let rotated = rotated.iter().map(|issued| IssuedToken::new(issued, access.organization(), now)).collect();
    let mut response = json(&Rotated { rotated });
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What the parameters decide about the tokens.
fn decided(query: &str) -> Result<Decisions, Problem> {
    let (mut tokens, mut overlap, mut each) = (None, None, BTreeMap::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "tokens" if tokens.is_none() => tokens = Some(value.parse().map_err(wrong("tokens"))?),
            "overlap" if overlap.is_none() => overlap = Some(value.parse().map_err(wrong("overlap"))?),
            "decision" => {
                let (id, choice) = one(&value)?;
                if each.insert(id, choice).is_some() {
                    return Err(invalid("decision", format!("What becomes of {id} is said twice.")));
                }
            }
            _ => return Err(invalid("parameters", "There are the parameters tokens and overlap, once each, and decision.".to_owned())),
        }
    }
    if each.len() > MOST {
        return Err(invalid("decision", format!("Name {MOST} tokens at most; tokens decides about the others.")));
    }
    let decisions = Decisions { each, overlap: overlap.unwrap_or(Overlap::DEFAULT), ..Decisions::all(tokens) };
    if overlap.is_some() && !rotates(&decisions) {
        return Err(invalid("overlap", "Only where a token is rotated there is an old secret that ends.".to_owned()));
    }
    Ok(decisions)
}

/// What is decided about one token, as `id:choice`.
fn one(text: &str) -> Result<(TokenId, AfterLeaving), Problem> {
    let (id, choice) =
        text.split_once(':').ok_or_else(|| invalid("decision", "Say which token and what becomes of it, as in tok_…:keep.".to_owned()))?;
    let id =
        id.parse().map_err(|_| invalid("decision", "A token has an id like tok_ and 32 digits and letters from a to f.".to_owned()))?;
    Ok((id, choice.parse().map_err(wrong("decision"))?))
}

/// Whether new secrets are asked for.
fn rotates(decisions: &Decisions) -> bool {
    decisions.each.values().chain(&decisions.others).any(|choice| *choice == AfterLeaving::Rotate)
}

/// Who may do this in general and not to this member is told why.
fn refusing(error: Error) -> Problem {
    match error {
        Error::Forbidden => Problem::new(StatusCode::FORBIDDEN, "forbidden", "This member may do more than the token that asks."),
        other => Problem::from(other),
    }
}

/// A member, and a tag that an edit may be made to depend on.
fn tagged(member: domain::Member) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", members::version(&member));
    let mut response = json(&Member::from(member));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Problem::internal())?);
    Ok(response)
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "usr_019aa3c4f1a07d3e8000000000000003",
        "name": "Ada Lovelace",
        "email": "ada@acme.test",
        "role": "developer",
        "since": "2026-11-22T09:05:00.000Z",
        "last_seen_at": null,
    })
}
