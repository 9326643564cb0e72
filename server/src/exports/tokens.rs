//! The list of tokens as a file of comma-separated values.

use app::paths;
use axum::{
    extract::{OriginalUri, Path},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Owner, Permission, State, Timestamp, Token, TokenQuery};
use services::{Error, access, tokens};

use crate::{csv, forms::segment, pages::Visit};

/// The columns of the file.
const COLUMNS: [&str; 18] = [
    "label",
    "description",
    "hint",
    "owner",
    "role",
    "permissions",
    "created",
    "created by",
    "expires",
    "last used",
    "status",
    "allowed networks",
    "rate limit",
    "disabled",
    "disabled by",
    "revoked",
    "revoked by",
    "revoked because",
];

/// Answers with everything the query finds, at most [`tokens::EXPORT`] rows; the last row says when there are more. A refusal is the page
/// of the list, which says why.
pub(crate) async fn tokens_csv(visit: Visit, OriginalUri(uri): OriginalUri, Path(organization): Path<String>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let query = uri.query().unwrap_or_default();
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_READ).await?;
        let exported = tokens::export(console, &access, &TokenQuery::parse(query)?).await?;
        Ok::<_, Error>((access.organization().slug.to_string(), exported))
    };
    match attempt.await {
        Ok((slug, exported)) => {
            let name = HeaderValue::from_str(&format!("attachment; filename=\"{slug}-tokens.csv\""));
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
                (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (headers, file(&exported, console.now())).into_response()
        }
        Err(error) => {
            let mut response = visit.render(&paths::tokens_at(&segment(&organization), query), None).await;
            // What the page itself does not meet, such as a database that just went away.
            if response.status() == StatusCode::OK {
                *response.status_mut() = app::ssr::status(domain::Failure::from(error).code);
            }
            response
        }
    }
}

fn file(exported: &tokens::Exported, now: Timestamp) -> String {
    let mut file = String::new();
    csv::record(&mut file, COLUMNS);
    for token in &exported.tokens {
        let cells = cells(token, now);
        csv::record(&mut file, cells.iter().map(String::as_str));
    }
    if exported.cut {
        let said = format!("Only the first {} tokens are in this file. Narrow the list to export the others.", tokens::EXPORT);
        let mut more = [""; COLUMNS.len()];
        more[0] = &said;
        csv::record(&mut file, more);
    }
    file
}

fn cells(token: &Token, now: Timestamp) -> [String; COLUMNS.len()] {
    let time = |at: Option<Timestamp>| at.map(Timestamp::iso).unwrap_or_default();
    let [disabled_at, disabled_by, revoked_at, revoked_by, why] = match &token.state {
        State::Active => [const { String::new() }; 5],
        State::Disabled { at, by } => [at.iso(), by.clone(), String::new(), String::new(), String::new()],
        State::Revoked { at, by, why } => {
            [String::new(), String::new(), at.iso(), by.clone(), why.as_ref().map(ToString::to_string).unwrap_or_default()]
        }
    };
    [
        token.label.to_string(),
        token.description.to_string(),
        token.hint.to_string(),
        match &token.owner {
            Owner::Organization => "organization".to_owned(),
            owner => owner.words(),
        },
        token.role.as_ref().map_or("custom", domain::AssignedRole::recorded).to_owned(),
        token.effective().stored(),
        time(Some(token.created_at)),
        token.creator(),
        time(token.expires_at),
        time(token.last_used_at),
        token.status_at(now).as_str().to_owned(),
        token.limits.networks.words().join(" "),
        token.limits.rate.map(|rate| rate.to_string()).unwrap_or_default(),
        disabled_at,
        disabled_by,
        revoked_at,
        revoked_by,
        why,
    ]
}
