//! Teams, and who is in them.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use domain::{Description, Name, Timestamp};
use serde::{Deserialize, Serialize};
use services::{Access, Error, teams};

use super::{
    extract::{Json, TeamCreator, TeamEditor, TeamEnder, TeamReader},
    json,
    problem::Problem,
    tokens::{body::present, edit::version},
};
use crate::router::Site;

/// A team: people who share tokens.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Team {
    /// Never changes.
    id: String,
    /// What it is called; unique in the organization, in small and capital letters alike.
    name: String,
    /// What it is for.
    description: String,
    /// ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    created_at: String,
    /// Who created it, by name.
    created_by: String,
    /// How many people are in it.
    member_count: u32,
    /// How many tokens it has that are neither expired nor revoked.
    live_tokens: u32,
}

/// Somebody who is in a team.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TeamMember {
    /// Their id.
    id: String,
    /// What they are called.
    name: String,
    /// Since when they are in it: ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    since: String,
}

/// A team and who is in it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TeamAndMembers {
    #[serde(flatten)]
    team: Team,
    /// Who is in it, by name.
    members: Vec<TeamMember>,
}

/// Some teams, and where the next ones begin.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TeamPage)]
pub(super) struct Teams {
    /// The teams, by name.
    items: Vec<Team>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// A team that has ended.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct EndedTeam {
    /// Which.
    id: String,
    /// What it was called.
    name: String,
    /// How many tokens were revoked with it.
    tokens_revoked: u32,
}

/// A team to create.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTeam)]
pub(super) struct Wanted {
    /// What it is called: 1 to 64 characters on one line.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What it is for; may have several lines.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
}

/// What is to become another in a team. A member that is absent leaves its part as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TeamChange)]
pub(super) struct Changed {
    /// What it is called: 1 to 64 characters on one line.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 64)]
    name: Option<String>,
    /// What it is for; may have several lines.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 500)]
    description: Option<String>,
}

impl From<&domain::Team> for Team {
    fn from(team: &domain::Team) -> Self {
        Self {
            id: team.id.to_string(),
            name: team.name.to_string(),
            description: team.description.as_str().to_owned(),
            created_at: team.created_at.iso(),
            created_by: team.created_by.clone(),
            member_count: team.members,
            live_tokens: team.tokens,
        }
    }
}

/// Names the member that a value came from.
fn wrong(field: &'static str) -> impl Fn(domain::Invalid) -> Problem {
    move |invalid| Problem::from(Error::Invalid { field, why: invalid.0 })
}

/// Which part of the list is asked for.
fn asked(query: &str) -> Result<(Option<String>, u32), Problem> {
    let refused = |field, why: &str| Err(Problem::from(Error::Invalid { field, why: why.to_owned() }));
    let (mut after, mut limit) = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "after" if after.is_none() => after = Some(value.into_owned()),
            "limit" if limit.is_none() => match value.parse().ok().filter(|number| (1..=100).contains(number)) {
                Some(number) => limit = Some(number),
                None => return refused("limit", "A page has 1 to 100 teams."),
            },
            "after" => return refused("after", "This is in the address twice."),
            "limit" => return refused("limit", "This is in the address twice."),
            _ => return refused("parameters", "A parameter is unknown; there are: limit, after."),
        }
    }
    Ok((after, limit.unwrap_or(teams::PAGE)))
}

/// A team as an answer, with who is in it.
async fn answer(site: &Site, access: &Access, team: &domain::Team) -> Result<Response, Problem> {
    // Whoever may change teams need not be allowed to see who is in them.
    let members =
        if access.allows(domain::Permission::TEAMS_READ) { teams::members(&site.console, access, team.id).await? } else { Vec::new() };
    let members = members.into_iter().map(|member| TeamMember {
        id: member.user.to_string(),
        name: member.name.to_string(),
        since: Timestamp::iso(member.since),
    });
    Ok(json(&TeamAndMembers { team: team.into(), members: members.collect() }))
}

/// The same, and a tag that an edit may be made to depend on.
async fn tagged(site: &Site, access: &Access, team: &domain::Team) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", teams::version(team));
    let mut response = answer(site, access, team).await?;
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// Lists the organization's teams.
///
/// By name; `next` leads to the page after. Needs `teams:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/teams",
    operation_id = "team_list",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many teams, 50 unless told.", minimum = 1, maximum = 100, example = 50),
        ("after" = Option<String>, Query, description = "Where the page begins: `next` of the page before.",
            min_length = 1, example = "team_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "A page of teams.", body = Teams, example = json!({ "items": [listed()], "next": null })),
        (status = 403, description = "The token lacks `teams:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn list(State(site): State<Site>, TeamReader(access): TeamReader, uri: Uri) -> Result<Response, Problem> {
    let (after, limit) = asked(uri.query().unwrap_or_default())?;
    let page = teams::list(&site.console, &access, after.as_deref(), limit).await?;
    Ok(json(&Teams { items: page.items.iter().map(Team::from).collect(), next: page.next.map(|next| next.to_string()) }))
}

/// Creates a team.
///
/// Nobody is in it yet. An organization can have 1,000 teams. Needs `teams:create`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/teams",
    operation_id = "team_create",
    tag = "Teams",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("Team" = (value = json!({ "name": "Payments", "description": "Everything about money." }))),
    )),
    responses(
        (status = 201, description = "The team.", headers(("Location" = String, description = "The address of the team.")),
            body = TeamAndMembers, example = json!(example())),
        (status = 403, description = "The token lacks `teams:create`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "There are 1,000 teams already, or what the token may do was changed meanwhile."),
        (status = 422, description = "A member is missing, unknown or wrong, or another team has this name."),
    )
)]
pub(super) async fn create(
    State(site): State<Site>,
    TeamCreator(access): TeamCreator,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let name = Name::parse(&wanted.name).map_err(wrong("name"))?;
    let description = Description::parse(&wanted.description).map_err(wrong("description"))?;
    let team = teams::create(&site.console, &access, name, description).await?;
    let location = format!("/api/v1/organizations/{}/teams/{}", access.organization().slug, team.id);
    let mut response = (StatusCode::CREATED, answer(&site, &access, &team).await?).into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// Finds a team.
///
/// Tells also who is in it. Its tokens are in the list of tokens. Needs `teams:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/teams/{team}",
    operation_id = "team_find",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("team" = String, Path, description = "The team's id.", example = "team_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "The team.", headers(
            ("ETag" = String, description = "Stands for everything about the team that can be edited.")
        ), body = TeamAndMembers, example = json!(example())),
        (status = 403, description = "The token lacks `teams:read`."),
        (status = 404, description = "There is no such team, it has ended, or it is of another organization."),
    )
)]
pub(super) async fn find(
    State(site): State<Site>,
    TeamReader(access): TeamReader,
    Path((_organization, team)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let team = teams::find(&site.console, &access, &team).await?;
    tagged(&site, &access, &team).await
}

/// Edits a team.
///
/// Gives it another name or description; what is absent stays. Needs `teams:update`. With `If-Match`, and the `ETag` that came with the team, an
/// edit that was made from something older is refused.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{organization}/teams/{team}",
    operation_id = "team_edit",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("team" = String, Path, description = "The team's id.", example = "team_019aa3c4f1a07d3e8000000000000004"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the team that the edit was made from, or `*`.",
            pattern = "^(\\*|(W/)?\"[!#-~]*\")$", example = "*"),
    ),
    request_body(content = Changed, examples(("Another name" = (value = json!({ "name": "Billing" }))))),
    responses(
        (status = 200, description = "The team, as it is now.", headers(
            ("ETag" = String, description = "Stands for everything about the team that can be edited.")
        ), body = TeamAndMembers, example = json!(example())),
        (status = 403, description = "The token lacks `teams:update`."),
        (status = 404, description = "There is no such team, it has ended, or it is of another organization."),
        (status = 412, description = "`precondition_failed`: the team was edited since the `ETag` in `If-Match` came. Nothing was changed."),
        (status = 422, description = "A member is unknown or wrong, or another team has this name."),
    )
)]
pub(super) async fn edit(
    State(site): State<Site>,
    TeamEditor(access): TeamEditor,
    Path((_organization, team)): Path<(String, String)>,
    headers: HeaderMap,
    Json(changed): Json<Changed>,
) -> Result<Response, Problem> {
    let seen = version(&headers)?;
    let change = teams::Change {
        name: changed.name.map(|text| Name::parse(&text)).transpose().map_err(wrong("name"))?,
        description: changed.description.map(|text| Description::parse(&text)).transpose().map_err(wrong("description"))?,
    };
    let team = teams::edit(&site.console, &access, &team, seen, change).await.map_err(|error| match error {
        Error::Conflict(teams::EDITED_MEANWHILE) => Problem::precondition_failed(),
        other => Problem::from(other),
    })?;
    tagged(&site, &access, &team).await
}

/// Ends a team.
///
/// For good, and every token of it is revoked in the same moment. Needs `teams:delete`.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/teams/{team}",
    operation_id = "team_end",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("team" = String, Path, description = "The team's id.", example = "team_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "The team, which has ended.", body = EndedTeam,
            example = json!({ "id": "team_019aa3c4f1a07d3e8000000000000004", "name": "Payments", "tokens_revoked": 3 })),
        (status = 403, description = "The token lacks `teams:delete`."),
        (status = 404, description = "There is no such team, it has ended before, or it is of another organization."),
    )
)]
pub(super) async fn end(
    State(site): State<Site>,
    TeamEnder(access): TeamEnder,
    Path((_organization, team)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let team = teams::end_by_id(&site.console, &access, &team).await?;
    Ok(json(&EndedTeam { id: team.id.to_string(), name: team.name.to_string(), tokens_revoked: team.tokens }))
}

/// Adds somebody to a team.
///
/// They are a member of the organization, and reach the team's tokens from then on. Adding them again changes nothing. Needs
/// `teams:update`.
#[utoipa::path(
    put,
    path = "/api/v1/organizations/{organization}/teams/{team}/members/{user}",
    operation_id = "team_member_add",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("team" = String, Path, description = "The team's id.", example = "team_019aa3c4f1a07d3e8000000000000004"),
        ("user" = String, Path, description = "The member's id.", example = "usr_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 200, description = "The team, as it is now.", body = TeamAndMembers, example = json!(example())),
        (status = 403, description = "The token lacks `teams:update`."),
        (status = 404, description = "There is no such team, or no such member of the organization."),
    )
)]
pub(super) async fn add_member(
    State(site): State<Site>,
    TeamEditor(access): TeamEditor,
    Path((_organization, team, user)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let team = teams::add_member(&site.console, &access, &team, &user).await?;
    answer(&site, &access, &team).await
}

/// Removes somebody from a team.
///
/// They no longer reach its tokens, which stay as they are. Needs `teams:update`.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/teams/{team}/members/{user}",
    operation_id = "team_member_remove",
    tag = "Teams",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("team" = String, Path, description = "The team's id.", example = "team_019aa3c4f1a07d3e8000000000000004"),
        ("user" = String, Path, description = "The member's id.", example = "usr_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 200, description = "The team, as it is now.", body = TeamAndMembers, example = json!(example())),
        (status = 403, description = "The token lacks `teams:update`."),
        (status = 404, description = "There is no such team, or this person is not in it."),
    )
)]
pub(super) async fn remove_member(
    State(site): State<Site>,
    TeamEditor(access): TeamEditor,
    Path((_organization, team, user)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let team = teams::remove_member(&site.console, &access, &team, &user).await?;
    answer(&site, &access, &team).await
}

/// A team as the document shows one in a list.
fn listed() -> serde_json::Value {
    serde_json::json!({
        "id": "team_019aa3c4f1a07d3e8000000000000004",
        "name": "Payments",
        "description": "Everything about money.",
        "created_at": "2026-11-22T09:05:00.000Z",
        "created_by": "Ada Lovelace",
        "member_count": 1,
        "live_tokens": 3,
    })
}

/// The same with who is in it.
fn example() -> serde_json::Value {
    let mut example = listed();
    example["members"] =
        serde_json::json!([{ "id": "usr_019aa3c4f1a07d3e8000000000000003", "name": "Ada Lovelace", "since": "2026-11-22T09:05:00.000Z" }]);
    example
}
