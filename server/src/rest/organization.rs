//! `GET /organization`: which organization a token is of. The usual first call, to see whether a token works.

use domain::OrganizationId;
use serde::Serialize;

use super::{extract::OrganizationReader, problem::Document};

/// An organization.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Organization {
    /// Never changes.
    #[schema(value_type = String)]
    id: OrganizationId,
    /// What people call it.
    name: String,
    /// ISO 8601 in UTC with milliseconds.
    created_at: String,
}

/// Finds the organization of the presented token.
#[utoipa::path(
    get,
    path = "/organization",
    responses(
        (status = 200, description = "The organization", body = Organization),
        (status = 400, description = "Two credentials, or a token in the address", body = Document, content_type = "application/problem+json"),
        (status = 401, description = "No good token", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The token lacks organization:read", body = Document, content_type = "application/problem+json"),
    )
)]
pub(super) async fn find(OrganizationReader(access): OrganizationReader) -> axum::response::Response {
    let organization = access.organization();
    let body = Organization { id: organization.id, name: organization.name.as_str().to_owned(), created_at: organization.created_at.iso() };
    super::json(&body)
}
