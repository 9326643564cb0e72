//! Revoking several tokens.

use std::collections::HashMap;

use app::paths;
use axum::{
    Form,
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::Permission;
use services::{access, tokens};

use super::{
    refused,
    tokens::{place, segment},
};
use crate::pages::{Visit, see};

/// Leads to the page that asks, for the tokens that were chosen in the list; what is posted from there ends them and leads back.
pub(crate) async fn revoke_many(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let place = place(&uri);
    let slug = segment(&organization);
    let chosen: Vec<&str> = fields.iter().filter(|(name, _)| name == "token").map(|(_, value)| value.as_str()).collect();
    let typed = fields.iter().find(|(name, _)| name == "typed").map(|(_, value)| value.as_str());
    let said = fields.iter().find(|(name, _)| name == "why").map(|(_, value)| value.as_str());
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_DELETE).await?;
        match typed {
            Some(typed) => tokens::revoke_many(console, &access, chosen.iter().copied(), typed, tokens::reason(said.unwrap_or_default())?)
                .await
                .map(Ok),
            None => tokens::find_many(console, &access, chosen.iter().copied()).await.map(Err),
        }
    };
    let ask = |tokens: &[&str]| {
        let tokens: Vec<String> = tokens.iter().copied().map(segment).collect();
        paths::ask_revoke_many(&slug, &place, tokens.iter().map(String::as_str))
    };
    match attempt.await {
        Ok(Ok(revoked)) => see(&paths::revoked(&slug, &place, revoked.iter().map(|token| token.id))),
        // One is asked about as its bin does.
        Ok(Err(found)) => match found.as_slice() {
            [one] => see(&paths::ask_revoke(&slug, &place, one.id)),
            _ => see(&ask(&chosen)),
        },
        Err(error) => {
            let typed = [("typed", typed), ("why", said)];
            let fields: HashMap<String, String> =
                typed.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.to_owned()))).collect();
            refused(&visit, &ask(&chosen), fields, error).await
        }
    }
}
