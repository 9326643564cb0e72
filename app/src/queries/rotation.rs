//! What pages do to give an organization's tokens new secrets.

use domain::{Failure, Organization, Refusals, Timestamp, Token};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// What the page of a token tells about its secrets, and what the person asking may do about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// The overlap that is under way.
    pub rotation: Option<domain::Rotation>,
    /// What was presented although it was dead.
    pub refusals: Vec<Refusals>,
    /// Whether to offer rotating the token and ending an overlap.
    pub may_update: bool,
    /// Whether to offer a replacement when the token is over.
    pub may_create: bool,
    /// The server's time when it answered.
    pub now: Timestamp,
}

/// What the form that rotates a token needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotatable {
    /// Whose token.
    pub organization: Organization,
    /// The token.
    pub token: Token,
    /// The overlap that is under way already.
    pub rotation: Option<domain::Rotation>,
    /// Goes back with the rotation, which is refused if another one has happened meanwhile.
    pub version: String,
    /// The server's time, which ages are counted from.
    pub now: Timestamp,
}

/// What the form that replaces a token shows: what will be copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaceable {
    /// Whose token.
    pub organization: Organization,
    /// The token that is over.
    pub token: Token,
    /// How long the new one would live, in words.
    pub lifetime: String,
    /// When it would end, were it generated now.
    pub ends_at: Option<Timestamp>,
    /// Whether a token in force has the same label.
    pub label_in_use: bool,
    /// Goes back with the form, which generates one token however often it is sent.
    pub form: String,
}

/// What there is to know about the secrets of a token, beside what the token itself says.
pub async fn rotation(organization: String, token: String) -> Result<Secrets, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let services::tokens::Rotating { token, rotation, refusals } =
                services::tokens::rotation(&request.console, &access, &token).await?;
            Ok(Secrets {
                rotation,
                refusals,
                may_update: access.allows_on(domain::Permission::API_KEY_UPDATE, &token),
                may_create: access.allows_on(domain::Permission::API_KEY_CREATE, &token),
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// What the "Rotate token" form needs to know before it is filled in. Refuses who may not rotate the token, and what cannot be rotated.
pub async fn rotate_form(organization: String, token: String) -> Result<Rotatable, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            let (token, rotation) = services::tokens::rotatable(&request.console, &access, &token).await?;
            let (organization, version) = (access.organization().clone(), token.hint.to_string());
            Ok(Rotatable { organization, version, token, rotation, now: request.console.now() })
        }
        .await,
    )
}

/// What a replacement of a token would be. Refuses who may not generate it, and what is still in force.
pub async fn replace_form(organization: String, token: String) -> Result<Replaceable, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_CREATE).await?;
            let services::tokens::Replacement { token, lifetime, label_in_use } =
                services::tokens::replacement(&request.console, &access, &token).await?;
            Ok(Replaceable {
                organization: access.organization().clone(),
                token,
                lifetime: lifetime.in_words(),
                ends_at: lifetime.ends(request.console.now()),
                label_in_use,
                form: services::tokens::form_key(&request.console),
            })
        }
        .await,
    )
}
