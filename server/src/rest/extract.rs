//! Extractors whose rejections are problem documents.

use core::{fmt, marker::PhantomData, net::IpAddr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use domain::{Invalid, Permission};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use services::{Access, Caller, Rotator, access};
use zeroize::Zeroizing;

use super::{credentials, problem::Problem, verify};
use crate::router::Site;

fn caller(parts: &Parts) -> Result<&Caller, Problem> {
    parts.extensions.get::<Caller>().ok_or_else(Problem::internal)
}

/// The caller's access to its own organization, through the token it presents.
async fn authenticate(parts: &mut Parts, site: &Site, permission: Permission) -> Result<Access, Problem> {
    let presented = credentials::presented(&parts.headers)?;
    access::by_token(&site.console, presented, caller(parts)?, permission).await.map_err(|error| Problem::refusing(error, permission))
}

/// The organization that the address names.
async fn organization(parts: &mut Parts, site: &Site) -> Result<String, Problem> {
    let params = RawPathParams::from_request_parts(parts, site).await.map_err(|_| Problem::not_found())?;
    Ok(params.iter().find(|(name, _)| *name == "organization").map_or_else(String::new, |(_, value)| value.to_owned()))
}

/// The caller's access to the organization that the address names, which has to be its own.
async fn authenticate_to(parts: &mut Parts, site: &Site, permission: Permission) -> Result<Access, Problem> {
    credentials::presented(&parts.headers)?;
    let organization = organization(parts, site).await?;
    let presented = credentials::presented(&parts.headers)?;
    access::by_token_to(&site.console, presented, caller(parts)?, &organization, permission)
        .await
        .map_err(|error| Problem::refusing(error, permission))
}

/// Writes the extractor of a caller who holds a permission.
macro_rules! callers {
    ($how:ident: $($(#[$doc:meta])* $name:ident = $permission:ident;)*) => {$(
        $(#[$doc])*
        pub(super) struct $name(pub(super) Access);

        impl FromRequestParts<Site> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
                $how(parts, site, Permission::$permission).await.map(Self)
            }
        }
    )*};
}

callers! { authenticate:
    /// Who may see the organization of the token they present.
    OwnOrganizationReader = ORGANIZATION_READ;
    /// Who may ask what became of tokens that were presented to them.
    Verifier = TOKEN_VERIFY;
}

callers! { authenticate_to:
    /// Who may see the organization in the address.
    OrganizationReader = ORGANIZATION_READ;
    /// Who may change the organization in the address, and what it asks of its tokens.
    OrganizationEditor = ORGANIZATION_UPDATE;
    /// Who may see what was done in the organization in the address.
    AuditReader = ORGANIZATION_UPDATE;
    /// Who may see the teams of the organization in the address.
    TeamReader = TEAMS_READ;
    /// Who may create teams there.
    TeamCreator = TEAMS_CREATE;
    /// Who may change teams there, and who is in them.
    TeamEditor = TEAMS_UPDATE;
    /// Who may end teams there.
    TeamEnder = TEAMS_DELETE;
    /// Who may see the roles of the organization in the address.
    RoleReader = ROLE_READ;
    /// Who may make roles in the organization in the address.
    RoleCreator = ROLE_CREATE;
    /// Who may edit roles of the organization in the address.
    RoleEditor = ROLE_UPDATE;
    /// Who may delete roles of the organization in the address.
    RoleDeleter = ROLE_DELETE;
    /// Who may see the tokens of the organization in the address.
    TokenReader = API_KEY_READ;
    /// Who may generate tokens of the organization in the address.
    TokenCreator = API_KEY_CREATE;
    /// Who may revoke tokens of the organization in the address.
    TokenRevoker = API_KEY_DELETE;
    /// Who may change tokens of the organization in the address.
    TokenEditor = API_KEY_UPDATE;
    /// Who may see who belongs to the organization in the address.
    MemberReader = USER_READ;
    /// Who may change the roles of its members.
    MemberEditor = USER_UPDATE;
    /// Who may remove its members.
    MemberRemover = USER_DELETE;
    /// Who may see who is invited to the organization in the address.
    InvitationReader = INVITATION_READ;
    /// Who may invite people to it.
    InvitationCreator = INVITATION_CREATE;
    /// Who may take invitations to it back.
    InvitationWithdrawer = INVITATION_DELETE;
}

/// Who may generate tokens in the organization in the address; with a token of a person also ones of that person and of their teams.
pub(super) struct TokenGenerator(pub(super) Access);

impl FromRequestParts<Site> for TokenGenerator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        credentials::presented(&parts.headers)?;
        let organization = organization(parts, site).await?;
        let presented = credentials::presented(&parts.headers)?;
        let access = access::by_token_to_generate(&site.console, presented, caller(parts)?, &organization).await;
        access.map(Self).map_err(|error| Problem::refusing(error, Permission::API_KEY_CREATE))
    }
}

/// The bearer of any good token, who may see and end that token.
pub(super) struct Bearer(pub(super) Access);

impl FromRequestParts<Site> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let presented = credentials::presented(&parts.headers)?;
        Ok(Self(access::by_token_to_itself(&site.console, presented, caller(parts)?).await?))
    }
}

/// The bearer of any good token, who may end that token wherever it is and however often it is used.
pub(super) struct Ender(pub(super) Access);

impl FromRequestParts<Site> for Ender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let presented = credentials::presented(&parts.headers)?;
        Ok(Self(access::by_token_to_end_itself(&site.console, presented, caller(parts)?).await?))
    }
}

/// The bearer of a token who may give it a new secret. Presenting an ended secret here ends its token.
pub(super) struct SelfRotator(pub(super) Rotator);

impl FromRequestParts<Site> for SelfRotator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let presented = credentials::presented(&parts.headers)?;
        let rotator = access::to_rotate_itself(&site.console, presented, caller(parts)?).await;
        rotator.map(Self).map_err(|error| Problem::refusing(error, Permission::TOKEN_ROTATE_SELF))
    }
}

/// A JSON body. Says which member is wrong; never repeats what was sent, which may be a secret.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Site> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        JsonAndBytes::from_request(request, site).await.map(|JsonAndBytes(value, _)| Self(value))
    }
}

/// The same, and the bytes it was written in.
pub(super) struct JsonAndBytes<T>(pub(super) T, pub(super) Bytes);

impl<T: DeserializeOwned> FromRequest<Site> for JsonAndBytes<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        be_json(request.headers())?;
        let body = body(request, site).await?;
        Ok(Self(object(&body)?, body))
    }
}

/// Reads a JSON object. Says which member is wrong; never repeats what was sent, which may be a secret.
pub(super) fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde also reads the members of an object from a list, in their order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", "The body has to be a JSON object."));
    }
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => named(&error.to_string()),
            _ => "The body is not valid JSON".to_owned(),
        };
        let message = format!("{what} (line {}, column {}).", error.line(), error.column());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", &message)
    })
}

/// Refuses a body that does not say that it is JSON.
pub(super) fn be_json(headers: &HeaderMap) -> Result<(), Problem> {
    be(headers, "application/json", "Send the body as JSON, with the header \"Content-Type: application/json\".")
}

/// Refuses a body that does not say that it is a form.
pub(super) fn be_form(headers: &HeaderMap) -> Result<(), Problem> {
    let message = "Send the body as a form, with the header \"Content-Type: application/x-www-form-urlencoded\".";
    be(headers, "application/x-www-form-urlencoded", message)
}

fn be(headers: &HeaderMap, wanted: &str, otherwise: &str) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", otherwise))
}

async fn body(request: Request, site: &Site) -> Result<Bytes, Problem> {
    Bytes::from_request(request, site).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => Problem::broken_off(),
    })
}

/// An element of a list that has to be a JSON object: serde would also read its members from a list, in their order.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

/// The `token` in the form of an OAuth request. Everything else in it is ignored, as RFC 6749 says of what is unknown: `token_type_hint`,
/// since there is one kind of token, and credentials, which belong in a header.
pub(super) struct TokenForm(pub(super) Zeroizing<String>);

impl FromRequest<Site> for TokenForm {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        be_form(request.headers())?;
        token_in(&body(request, site).await?).map(Self)
    }
}

/// The same with the parameter `remote_addr`: RFC 7662 lets a server take more of the context than the token.
pub(super) fn token_and_address(form: &[u8]) -> Result<(Zeroizing<String>, Option<IpAddr>), Problem> {
    let token = token_in(form)?;
    let mut addresses = form_urlencoded::parse(form).filter(|(name, _)| name == "remote_addr");
    match (addresses.next(), addresses.next()) {
        (None, _) => Ok((token, None)),
        (Some((_, address)), None) => {
            let address = verify::address(&address).map_err(|Invalid(why)| Problem::invalid_parameter("remote_addr", &why))?;
            Ok((token, Some(address)))
        }
        (_, Some(_)) => Err(Problem::invalid_parameter("remote_addr", "Send the parameter \"remote_addr\" once.")),
    }
}

fn token_in(form: &[u8]) -> Result<Zeroizing<String>, Problem> {
    let mut tokens = form_urlencoded::parse(form).filter(|(name, _)| name == "token").map(|(_, token)| Zeroizing::new(token.into_owned()));
    match (tokens.next().filter(|token| !token.is_empty()), tokens.next()) {
        (Some(token), None) => Ok(token),
        (None, None) => Err(Problem::invalid_parameter("token", "Send the token in the parameter \"token\".")),
        (_, Some(_)) => Err(Problem::invalid_parameter("token", "Send the parameter \"token\" once.")),
    }
}

/// The part of serde's message that names what was expected. What was sent stays unsaid: it may be a secret in the wrong place.
fn named(message: &str) -> String {
    let names = |text: &str| text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ");
    if let Some(missing) = message.strip_prefix("missing field ") {
        format!("This member is missing: {}", names(missing))
    } else if let Some((_, expected)) = message.strip_prefix("unknown field ").and_then(|rest| rest.rsplit_once(", expected ")) {
        format!("A member is unknown; there are: {}", names(expected))
    } else if message.starts_with("duplicate field") {
        "A member is there twice".to_owned()
    } else {
        "A member has the wrong type".to_owned()
    }
}
