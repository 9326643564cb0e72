//! Checking the audit trail.

use app::ssr::Posted;
use axum::{
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::Permission;
use services::{access, audit};

use super::refused;
use crate::pages::Visit;

/// Checks the trail and shows the audit log again, with what was found.
pub(crate) async fn verify(visit: Visit, OriginalUri(uri): OriginalUri, Path(organization): Path<String>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::ORGANIZATION_UPDATE).await?;
        audit::verify(console, &access).await
    };
    let page = log_of(&uri);
    match attempt.await {
        Ok(verified) => visit.render(&page, Some(Posted { verified: Some(verified), ..Posted::default() })).await,
        Err(error) => refused(&visit, &page, std::collections::HashMap::new(), error).await,
    }
}

/// The log that the button stands on, with its filter.
pub(crate) fn log_of(uri: &http::Uri) -> String {
    let page = uri.path().trim_end_matches("/verify");
    uri.query().map_or_else(|| page.to_owned(), |query| format!("{page}?{query}"))
}
