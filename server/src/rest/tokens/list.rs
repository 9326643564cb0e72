//! Listing tokens.

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use domain::TokenFilter;
use serde::Serialize;
use services::tokens;

use super::{
    super::{
        extract::TokenReader,
        json,
        names::{FindingName, GrantName, NeverName, OwnedName, SortName, StatusName},
        problem::Problem,
    },
    Token, example, invalid,
};
use crate::router::Site;

/// Some tokens, and where the next ones begin.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct TokenPage {
    /// The tokens, in the order that was asked for.
    items: Vec<Token>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// Which part of the list is asked for.
fn asked(query: &str) -> Result<(TokenFilter, u32), Problem> {
    let mut limit = None;
    let mut filters = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "limit" {
            filters.push((name, value));
            continue;
        }
        if limit.is_some() {
            return Err(invalid("limit", "This is in the address twice."));
        }
        let number = value.parse().ok().filter(|number| (1..=100).contains(number));
        limit = Some(number.ok_or_else(|| invalid("limit", "A page has 1 to 100 tokens."))?);
    }
    let filter = TokenFilter::from_pairs(filters).map_err(|refused| match refused.field {
        "parameters" => {
            let known = TokenFilter::FIELDS.join(", ");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &format!("{} There are: limit, {known}.", refused.why))
        }
        field => invalid(field, &refused.why.0),
    })?;
    Ok((filter, limit.unwrap_or(tokens::PAGE)))
}

/// Lists the organization's tokens.
///
/// Newest first and whatever their status, unless told; `next` leads to the page after, with the same parameters. Needs `api_key:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/tokens",
    operation_id = "token_list",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many tokens, 25 unless told.", minimum = 1, maximum = 100, example = 25),
        ("after" = Option<String>, Query, description = "Where the page begins: `next` of the page before, in the same order.",
            min_length = 1, example = "-created.1795338300000000.tok_019aa3c4f1a07d3e8000000000000002"),
        ("status" = Option<StatusName>, Query, description = "What the tokens are.", example = "active"),
        ("q" = Option<String>, Query, description = "What label, description or the hint of a secret hold, of an earlier one too; never a secret.",
            min_length = 1, max_length = 100, example = "deploy"),
        ("role" = Option<GrantName>, Query, description = "What they may do; `custom`: permissions of their own alone.", example = "viewer"),
        ("owner" = Option<OwnedName>, Query, description = "Whom they belong to.", example = "organization"),
        ("expires" = Option<NeverName>, Query, description = "Only what does not expire by itself.", example = "never"),
        ("expiring_before" = Option<String>, Query, description = "Only what ends before this time, or has ended.",
            format = DateTime, example = "2026-12-01T00:00:00Z"),
        ("used" = Option<NeverName>, Query, description = "Only what was not used once.", example = "never"),
        ("unused_since" = Option<String>, Query, description = "Only what was not used since; what was never used counts from its creation.",
            format = DateTime, example = "2026-10-01T00:00:00Z"),
        ("created_by" = Option<String>, Query, description = "Who generated them, by the exact name.",
            min_length = 1, max_length = 64, example = "Ada Lovelace"),
        ("finding" = Option<FindingName>, Query, description = "What is the matter with them; of all but `presented` only what may still be accepted.",
            example = "presented"),
        ("sort" = Option<SortName>, Query, description = "In which order; with a minus the greatest is first.", example = "-created"),
    ),
    responses(
        (status = 200, description = "A page of tokens.", body = TokenPage, example = json!({ "items": [example()], "next": null })),
        (status = 403, description = "The token lacks `api_key:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(crate) async fn list(State(site): State<Site>, TokenReader(access): TokenReader, uri: Uri) -> Result<Response, Problem> {
    let (filter, limit) = asked(uri.query().unwrap_or_default())?;
    let page = tokens::list_all(&site.console, &access, &filter, limit).await?;
    let now = site.console.now();
    Ok(json(&TokenPage {
        items: page.items.iter().map(|token| Token::new(token, access.organization(), now)).collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}
