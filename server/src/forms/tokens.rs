//! Generating and revoking tokens.

use std::collections::HashMap;

use app::{paths, ssr::Posted};
use axum::{
    Form,
    extract::{OriginalUri, Path},
    http::{HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use domain::{Permission, TokenQuery};
use services::{access, tokens};

use super::{confirm::Confirming, refused, refused_with};
use crate::pages::{Visit, of_token, see};

/// What was typed about a token. A toggle comes under the name of its permission, and only if it is on.
pub(super) fn form(typed: &HashMap<String, String>) -> tokens::Form {
    let field = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let toggled: Vec<&str> = typed.keys().map(String::as_str).filter(|name| name.contains(':')).collect();
    tokens::Form {
        owner: field("owner"),
        label: field("label"),
        description: field("description"),
        role: field("role"),
        permissions: toggled.join(" "),
        expiry: field("expiry"),
        days: field("days"),
        hours: field("hours"),
        minutes: field("minutes"),
        allowed_networks: typed.get("allowed_networks").cloned(),
        rate_limit: typed.get("rate_limit").cloned(),
    }
}

/// Generates a token and shows its secret, in this answer only.
pub(crate) async fn create(
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Confirming { visit, mut typed }: Confirming,
) -> Response {
    let warned = typed.remove("label_warned");
    let form = form(&typed);
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_CREATE).await?;
        let new = form.parse(console, &access).await?;
        let marked = typed.get("form").map(String::as_str).unwrap_or_default();
        if warned.as_deref() != Some(form.label.as_str()) && tokens::label_in_use(console, &access, &form.label).await? {
            // Whoever reloads the page with the secret is not to generate another token because the first one has that label.
            tokens::refuse_sent(console, &access, marked).await?;
            return Ok(None);
        }
        tokens::create_by_form(console, &access, new, marked).await.map(Some)
    };
    match attempt.await {
        Ok(Some(issued)) => {
            let mut response = visit.render(uri.path(), Some(Posted { issued: Some(issued), ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => {
            let mut response = visit.render(uri.path(), Some(Posted { fields: typed, label_in_use: true, ..Posted::default() })).await;
            *response.status_mut() = StatusCode::CONFLICT;
            response
        }
        // Whoever was warned and went on, to be asked for their password, is not warned anew.
        Err(error) => {
            let is_sent = matches!(error, services::Error::Overtaken(_));
            let label_in_use = !is_sent && warned.is_some_and(|warned| !warned.is_empty() && warned == form.label);
            refused_with(&visit, uri.path(), Posted { fields: typed, label_in_use, ..Posted::default() }, error).await
        }
    }
}

/// Ends a token and leads back to where it was asked for, the list or the token's page, which says so.
pub(crate) async fn revoke(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let label = typed.get("label").cloned().unwrap_or_default();
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_DELETE).await?;
        tokens::revoke(console, &access, &token, &label, tokens::reason(typed.get("why").map_or("", String::as_str))?).await
    };
    match attempt.await {
        Ok(_) if is_on_page(&uri) => see(&paths::revoked_on_page(&of_token(&organization, &token))),
        Ok(revoked) => see(&paths::revoked(&segment(&organization), &place(&uri), [revoked.id])),
        Err(error) => refused(&visit, &ask_revoke(&uri, &organization, &token), typed, error).await,
    }
}

/// The page with the dialog whose form posts to this address, from what stands in it, which may be anything.
pub(crate) fn ask_revoke(uri: &Uri, organization: &str, token: &str) -> String {
    if is_on_page(uri) {
        return paths::ask_revoke_on_page(&of_token(organization, token));
    }
    let query: String = form_urlencoded::Serializer::new(place(uri)).append_pair("revoke", token).finish();
    format!("{}?{query}", paths::tokens(&segment(organization)))
}

/// Whether it is the dialog on the page of a token that posts to this address.
fn is_on_page(uri: &Uri) -> bool {
    uri.query() == Some(paths::ON_PAGE)
}

/// The place in the list that an address holds; its beginning when it holds none.
pub(super) fn place(uri: &Uri) -> String {
    TokenQuery::parse(uri.query().unwrap_or_default()).unwrap_or_default().to_query()
}

/// A part of a path as it was typed, fit to stand in an address.
pub(crate) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
