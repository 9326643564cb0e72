//! `/api/v1/organizations/{organization}/invitations`: who is asked to become a member.

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use services::invitations;

use super::{
    extract::{InvitationCreator, InvitationReader, InvitationWithdrawer, Json},
    json,
    names::MemberRoleName,
    paging::Paging,
    problem::Problem,
};
use crate::router::Site;

/// Some invitations, and where the next ones begin.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct InvitationPage {
    /// The invitations, the newest first.
    items: Vec<Invitation>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// An invitation that can be accepted. It never holds its link.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Invitation {
    /// Names it; it is not the code in its link.
    id: String,
    /// Whom it is for: nobody else can accept it.
    email: String,
    /// As what they will belong to the organization.
    #[schema(value_type = MemberRoleName)]
    role: String,
    /// ISO 8601 in UTC with milliseconds, like all times.
    #[schema(format = DateTime)]
    created_at: String,
    /// Who made it, by name: a person, or the label of a token.
    created_by: String,
    /// From when on it is refused.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When the latest mail with its link goes out, or went; null for one from before there were such mails.
    #[schema(format = DateTime)]
    mailed_at: Option<String>,
    /// What becomes of its mails: `smtp`, they go to a mail server; `file`, none is named and nobody gets them.
    #[schema(pattern = "^(smtp|file)$")]
    delivery: &'static str,
}

impl Invitation {
    fn new(invitation: domain::Invitation, site: &Site) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.as_str().to_owned(),
            role: invitation.role.to_string(),
            created_at: invitation.created_at.iso(),
            created_by: invitation.created_by,
            expires_at: invitation.expires_at.iso(),
            mailed_at: invitation.mailed_at.map(domain::Timestamp::iso),
            delivery: if site.mails_become_files { "file" } else { "smtp" },
        }
    }
}

/// An invitation that was just made. This answer is the only one that holds the link.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Invited<'a> {
    #[serde(flatten)]
    invitation: Invitation,
    /// The address that accepts it, once. The person gets it by mail; where there is no mail server, hand it to them now: it is not shown
    /// again.
    link: &'a str,
}

/// An invitation to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub(super) struct Wanted {
    /// Whom it is for.
    #[schema(max_length = 254)]
    email: String,
    /// As what they will belong to the organization.
    #[schema(value_type = MemberRoleName)]
    role: String,
}

/// Lists the invitations that can be accepted.
///
/// Newest first; `next` leads to the page after. Needs `invitation:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/invitations",
    operation_id = "invitation_list",
    tag = "Invitations",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many invitations, 25 unless told.", minimum = 1, maximum = 100, example = 25),
        ("after" = Option<String>, Query, description = "Where the page begins: `next` of the page before.",
            min_length = 1, example = "inv_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "A page of invitations.", body = InvitationPage,
            example = json!({ "items": [example()], "next": null })),
        (status = 403, description = "The token lacks `invitation:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn list(
    State(site): State<Site>,
    InvitationReader(access): InvitationReader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Paging { limit, after } = Paging::parse(query.as_deref())?;
    let (items, next) = invitations::list(&site.console, &access, after.as_deref(), limit).await?;
    Ok(json(&InvitationPage {
        items: items.into_iter().map(|each| Invitation::new(each, &site)).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// Invites somebody.
///
/// They get the link by mail; the answer is the only one that holds it. It is good for seven days and once. An earlier invitation of the
/// same address is taken back, so a request whose answer was lost can be sent again: of two links only the latest works. An address is
/// mailed once a minute at most: the mail waits for so long. Needs `invitation:create`, and
/// that the token that asks may do all that the role allows.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/invitations",
    operation_id = "invitation_create",
    tag = "Invitations",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("A developer" = (value = json!({ "email": "grace@acme.test", "role": "developer" }))),
    )),
    responses(
        (status = 201, description = "The invitation, with its link.", headers(
            ("Location" = String, description = "The address of the invitation.")
        ), body = Invited<'static>, example = json!(invited_example())),
        (status = 403, description = "The token lacks `invitation:create`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 422, description = "A member is missing, unknown or wrong, the role may do more than the token that asks, or somebody \
            with this address is a member already."),
    )
)]
pub(super) async fn create(
    State(site): State<Site>,
    InvitationCreator(access): InvitationCreator,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let page = format!("{}{}", site.public_url.origin(), app::paths::accept(""));
    let invited = invitations::create(&site.console, &access, &wanted.email, &wanted.role, &page).await?;
    let location = format!("/api/v1/organizations/{}/invitations/{}", access.organization().slug, invited.invitation.id);
    let answer = json(&Invited { invitation: Invitation::new(invited.invitation, &site), link: invited.link.expose() });
    let mut response = (StatusCode::CREATED, answer).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// Finds an invitation that can be accepted.
///
/// Needs `invitation:read`. Its link is not shown again.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/invitations/{invitation}",
    operation_id = "invitation_find",
    tag = "Invitations",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("invitation" = String, Path, description = "The invitation's id.", example = "inv_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "The invitation.", body = Invitation, example = json!(example())),
        (status = 403, description = "The token lacks `invitation:read`."),
        (status = 404, description = "There is no such invitation, it is used up or over, or the token is of another organization."),
    )
)]
pub(super) async fn find(
    State(site): State<Site>,
    InvitationReader(access): InvitationReader,
    Path((_organization, invitation)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(json(&Invitation::new(invitations::find(&site.console, &access, &invitation).await?, &site)))
}

/// Mails the link of an invitation again.
///
/// It is the same link, and ends when it would have. An invitation is mailed once a minute at most. Where no mail server is named, nobody gets the
/// mail (`delivery`): invite anew, and hand over the link in the answer. Needs `invitation:create`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/invitations/{invitation}/send",
    operation_id = "invitation_send",
    tag = "Invitations",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("invitation" = String, Path, description = "The invitation's id.", example = "inv_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 200, description = "The invitation, whose mail goes out within a minute; with `delivery` `file` nobody gets it.", body = Invitation, example = json!(example())),
        (status = 403, description = "The token lacks `invitation:create`."),
        (status = 404, description = "There is no such invitation, it is used up or over, or the token is of another organization."),
        (status = 429, description = "`too_many_requests`: it was mailed less than a minute ago, or waits to be. `Retry-After` says how \
            long to wait."),
    )
)]
pub(super) async fn send(
    State(site): State<Site>,
    InvitationCreator(access): InvitationCreator,
    Path((_organization, invitation)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(json(&Invitation::new(invitations::send(&site.console, &access, &invitation).await?, &site)))
}

/// Takes an invitation back.
///
/// When this answers, its link is refused. One that was accepted or taken back before is not found. Needs `invitation:delete`.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/invitations/{invitation}",
    operation_id = "invitation_withdraw",
    tag = "Invitations",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("invitation" = String, Path, description = "The invitation's id.", example = "inv_019aa3c4f1a07d3e8000000000000004"),
    ),
    responses(
        (status = 204, description = "It is taken back."),
        (status = 403, description = "The token lacks `invitation:delete`."),
        (status = 404, description = "There is no such invitation, it is used up, or the token is of another organization."),
    )
)]
pub(super) async fn withdraw(
    State(site): State<Site>,
    InvitationWithdrawer(access): InvitationWithdrawer,
    Path((_organization, invitation)): Path<(String, String)>,
) -> Result<Response, Problem> {
    invitations::withdraw(&site.console, &access, &invitation).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "inv_019aa3c4f1a07d3e8000000000000004",
        "email": "grace@acme.test",
        "role": "developer",
        "created_at": "2026-11-22T09:05:00.000Z",
        "created_by": "Ada Lovelace",
        "expires_at": "2026-11-29T09:05:00.000Z",
        "mailed_at": "2026-11-22T09:05:00.000Z",
        "delivery": "smtp",
    })
}

fn invited_example() -> serde_json::Value {
    let mut example = example();
    // No address and no code: the page that shows this leads nowhere.
    example["link"] = "…/invitations/accept?code=Xk3…".into();
    example
}
