//! Changing what an organization asks of its tokens, in two steps.

use std::collections::HashMap;

use app::{paths, ssr::Posted};
use axum::{
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::{CURRENT_PASSWORD, Permission, token_policy::Impact};
use services::{Error, access, token_policy};

use super::{confirm::Confirming, refused, refused_with, tokens::segment};
use crate::pages::{Visit, see};

/// Says to the page that other values were looked at before.
const ANEW: &str = "anew";

/// Saves the policy if what comes along says that these very values were shown with what they mean; otherwise shows that.
pub(crate) async fn edit(
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Confirming { visit, mut typed }: Confirming,
) -> Response {
    let console = &visit.site.console;
    let confirmed = typed.remove("confirmed").unwrap_or_default();
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::ORGANIZATION_UPDATE).await?;
        let policy = form(&typed).parse()?;
        if confirmed != policy.fingerprint() {
            return token_policy::preview(console, &access, &policy).await.map(|impact| Some((policy.fingerprint(), impact)));
        }
        let version = typed.get("version").map(String::as_str).unwrap_or_default();
        token_policy::edit(console, &access, Some(version), &policy).await.map(|_| None::<(String, Impact)>)
    };
    match attempt.await {
        Ok(None) => see(&format!("{}?done=saved", paths::policies(&segment(&organization)))),
        Ok(Some((fingerprint, impact))) => {
            // What was to be saved is not what was shown: that is said, or it looks as if nothing had happened.
            if !confirmed.is_empty() {
                typed.insert(ANEW.to_owned(), "yes".to_owned());
            }
            typed.insert("confirmed".to_owned(), fingerprint);
            visit.render(uri.path(), Some(Posted { fields: typed, impact: Some(impact), ..Posted::default() })).await
        }
        // Asked for their password, they go on from where they were: what is to be saved was shown, and is again.
        Err(error) if matches!(error, Error::Invalid { field: CURRENT_PASSWORD, .. }) => {
            let impact = shown(&visit, &organization, &typed).await;
            typed.insert("confirmed".to_owned(), confirmed);
            refused_with(&visit, uri.path(), Posted { fields: typed, impact, ..Posted::default() }, error).await
        }
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// What the policy that was typed would mean.
async fn shown(visit: &Visit, organization: &str, typed: &HashMap<String, String>) -> Option<Impact> {
    let console = &visit.site.console;
    let access =
        access::to_organization(console, visit.actor.as_ref(), &visit.caller, organization, Permission::ORGANIZATION_UPDATE).await.ok()?;
    token_policy::preview(console, &access, &form(typed).parse().ok()?).await.ok()
}

fn form(typed: &HashMap<String, String>) -> token_policy::Form {
    let field = |name: &str| typed.get(name).cloned().unwrap_or_default();
    token_policy::Form {
        max_days: field("max_days"),
        default_days: field("default_days"),
        may_never_expire: field("may_never_expire"),
        creators: field("creators"),
        user_tokens_allowed: field("user_tokens_allowed"),
        team_tokens_allowed: field("team_tokens_allowed"),
        revoke_unused_days: field("revoke_unused_days"),
        unique_labels: field("unique_labels"),
    }
}
