//! The JSON API. It takes tokens and no cookies; its errors are problem documents (RFC 9457).

pub(crate) mod audit;
pub(crate) mod busy;
mod credentials;
mod extract;
pub(crate) mod gate;
pub(crate) mod health;
mod introspect;
mod invitations;
mod members;
mod names;
mod number;
pub mod openapi;
mod organization;
mod paging;
mod policy;
pub(crate) mod problem;
mod rate_limit;
mod reference;
mod revocations;
mod revoke;
mod roles;
mod switches;
mod teams;
mod token;
mod tokens;
mod verify;
mod verify_batch;

use axum::Router;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::reference::page as reference;
use crate::router::Site;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Jeton",
        description = "Work with your organization's API tokens, and ask whether a token that was presented to you is good."
    ),
    tags(
        (name = "Organizations", description = "Whose tokens they are."),
        (name = "Tokens", description = "The tokens of an organization."),
        (name = "Own token", description = "The token that is presented, whatever it may do."),
        (name = "Teams", description = "People who share tokens."),
        (name = "Roles", description = "The roles that an organization has made itself."),
        (name = "Members", description = "Who belongs to an organization."),
        (name = "Invitations", description = "Who is asked to belong to it."),
        (name = "Policy", description = "What an organization asks of its tokens."),
        (name = "Audit", description = "What was done, by whom."),
        (name = "Verification", description = "For services that tokens are presented to."),
    ),
    // Mounted by the router apart from the others: see `busy` and `gate`.
    paths(gate::verify, verify::verify, verify_batch::verify, introspect::introspect),
    components(schemas(problem::Document<'static>, names::AfterLeavingName, names::FindingName, names::GrantName, names::NeverName, names::OwnedName, names::SortName, names::StatusName))
)]
struct Document;

/// The API's routes and the document that describes them, out of the same declarations: a route cannot be missing from it.
pub fn router() -> (Router<Site>, OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(organization::find_own))
        .routes(routes!(organization::find))
        .routes(routes!(tokens::list::list, tokens::create::create))
        .routes(routes!(tokens::find::find, tokens::edit::edit, tokens::revoke::revoke))
        .routes(routes!(tokens::revoke_many::revoke_many))
        .routes(routes!(tokens::rotate::rotate))
        .routes(routes!(tokens::replace::replace))
        .routes(routes!(tokens::usage::find))
        .routes(routes!(switches::disable))
        .routes(routes!(switches::enable))
        .routes(routes!(switches::end_overlap))
        .routes(routes!(token::find, token::revoke))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::find, teams::edit, teams::end))
        .routes(routes!(teams::add_member, teams::remove_member))
        .routes(routes!(members::list))
        .routes(routes!(members::find, members::edit, members::remove))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::find, invitations::withdraw))
        .routes(routes!(invitations::send))
        .routes(routes!(policy::find, policy::edit))
        .routes(routes!(policy::preview))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::find, roles::edit, roles::delete))
        .routes(routes!(tokens::rotate::rotate_itself))
        .routes(routes!(audit::list))
        .routes(routes!(revocations::list))
        .routes(routes!(revoke::revoke))
        .split_for_parts()
}

/// A JSON answer.
fn json<T: serde::Serialize>(body: &T) -> axum::response::Response {
    axum::response::IntoResponse::into_response(axum::Json(body))
}
