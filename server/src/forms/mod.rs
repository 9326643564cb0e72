//! The forms of the console, as browsers send them, with scripts and without.
//!
//! Each ends in a redirect, or in the page it came from with what was typed and why it was refused. A new secret is rendered straight into
//! the answer and nowhere else: such a page is not to be stored, and posting it again makes another token, as the browser says.

mod account;
mod audit;
mod confirm;
mod edit;
mod invitations;
mod members;
mod policy;
mod resets;
mod revoke_many;
mod roles;
mod rotation;
mod session;
mod setup;
mod teams;
mod tokens;

use std::{collections::HashMap, time::Duration};

use app::ssr::{Posted, status};
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use domain::{CURRENT_PASSWORD, Failure};
use services::Error;

pub(crate) use account::{change_password, edit as edit_account, end_other_sessions, end_session, prefer};
pub(crate) use audit::{log_of as audit_log_of, verify as verify_audit};
pub(crate) use edit::{disable as disable_token, edit as edit_token, enable as enable_token};
pub(crate) use invitations::{
    accept as accept_invitation, create as create_invitation, send as send_invitation, withdraw as withdraw_invitation,
};
pub(crate) use members::{edit as edit_member, remove as remove_member, sign_out as sign_out_member};
pub(crate) use policy::edit as edit_policy;
pub(crate) use resets::{request as request_reset, reset as reset_password};
pub(crate) use revoke_many::revoke_many;
pub(crate) use roles::{create as create_role, delete as delete_role, edit as edit_role};
pub(crate) use rotation::{end_overlap, replace as replace_token, rotate as rotate_token};
pub(crate) use session::{sign_in, sign_out};
pub(crate) use setup::set_up;
pub(crate) use teams::{
    add_member as add_team_member, create as create_team, edit as edit_team, end as end_team, remove_member as remove_team_member,
};
pub(crate) use tokens::{ask_revoke, create as create_token, revoke as revoke_token, segment};

use crate::pages::Visit;

/// Why something was refused, and how long to wait before it is tried again.
#[derive(Clone)]
pub(crate) struct Refusal {
    failure: Failure,
    wait: Option<Duration>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let wait = match error {
            Error::TooMany { wait } => Some(wait),
            Error::Unavailable(_) => Some(Duration::ZERO),
            _ => None,
        };
        Self { failure: error.into(), wait }
    }
}

/// The page again, with what was typed and why it was refused. Where that was for want of a password and one came along, what was wrong with it.
async fn refused(visit: &Visit, address: &str, fields: HashMap<String, String>, error: Error) -> Response {
    refused_with(visit, address, Posted { fields, ..Posted::default() }, error).await
}

/// The same where more than what was typed comes along.
async fn refused_with(visit: &Visit, address: &str, posted: Posted, error: Error) -> Response {
    let refusal = Refusal::from(error);
    let unconfirmed = visit.unconfirmed.clone().filter(|_| refusal.failure.field.as_deref() == Some(CURRENT_PASSWORD));
    let Refusal { failure, wait } = unconfirmed.unwrap_or(refusal);
    let code = status(failure.code);
    let mut response = visit.render(address, Some(Posted { failure: Some(failure), ..posted })).await;
    *response.status_mut() = code;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    response
}
