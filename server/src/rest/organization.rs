//! Organizations. `GET /organization` tells which one a token is of: the usual first call, to see whether a token works.

use axum::response::Response;
use domain::OrganizationId;
use serde::Serialize;

use super::{
    extract::{OrganizationReader, OwnOrganizationReader},
    json,
};

/// An organization, as older clients know it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OwnOrganization {
    /// Never changes.
    #[schema(value_type = String)]
    id: OrganizationId,
    /// What people call it.
    name: String,
    /// ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    created_at: String,
}

/// An organization.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Organization {
    /// Never changes.
    id: String,
    /// The part of its addresses; ids are taken there as well.
    slug: String,
    /// What people call it.
    name: String,
    /// ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&domain::Organization> for Organization {
    fn from(organization: &domain::Organization) -> Self {
        Self {
            id: organization.id.to_string(),
            slug: organization.slug.to_string(),
            name: organization.name.to_string(),
            created_at: organization.created_at.iso(),
        }
    }
}

/// Finds the organization of the presented token.
///
/// The usual first call, to see whether a token works. Needs `organization:read`, which every role has.
#[utoipa::path(
    get,
    path = "/organization",
    operation_id = "own_organization_find",
    tag = "Organizations",
    responses(
        (status = 200, description = "The organization.", body = OwnOrganization,
            example = json!({ "id": "org_019aa3c4f1a07d3e8000000000000001", "name": "Acme", "created_at": "2026-11-22T09:05:00.000Z" })),
        (status = 403, description = "The token lacks `organization:read`."),
    )
)]
pub(super) async fn find_own(OwnOrganizationReader(access): OwnOrganizationReader) -> Response {
    let organization = access.organization();
    json(&OwnOrganization { id: organization.id, name: organization.name.as_str().to_owned(), created_at: organization.created_at.iso() })
}

/// Finds an organization.
///
/// A token finds its own organization, by id or slug, and no other. Needs `organization:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}",
    operation_id = "organization_find",
    tag = "Organizations",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    responses(
        (status = 200, description = "The organization.", body = Organization,
            example = json!({
                "id": "org_019aa3c4f1a07d3e8000000000000001", "slug": "acme", "name": "Acme", "created_at": "2026-11-22T09:05:00.000Z"
            })),
        (status = 403, description = "The token lacks `organization:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn find(OrganizationReader(access): OrganizationReader) -> Response {
    json(&Organization::from(access.organization()))
}
