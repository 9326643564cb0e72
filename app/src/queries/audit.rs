//! What pages do with the audit log. None of it changes anything.

use domain::{
    Failure, Organization,
    audit::{Detail, Event},
};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// An event and what it tells, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// Its details, a line each.
    pub details: Vec<Detail>,
}

/// A page of an organization's audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Whose log.
    pub organization: Organization,
    /// The events, newest first.
    pub entries: Vec<Entry>,
    /// The number before which the next page begins; none on the last one.
    pub next: Option<i64>,
}

impl From<services::audit::Recorded> for Entry {
    fn from(recorded: services::audit::Recorded) -> Self {
        Self { details: recorded.readable(), event: recorded.event }
    }
}

/// Lists 50 events, newest first, as far as the filter lets them through. Empty fields ask for nothing; `before` is the number of an event.
pub async fn list(
    organization: String,
    action: String,
    actor: String,
    target: String,
    from: String,
    to: String,
    before: String,
) -> Result<Log, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ORGANIZATION_UPDATE).await?;
            let filter = services::audit::Form { action, actor, target, from, to, before }.parse()?;
            let events = services::audit::list(&request.console, &access, &filter, services::audit::PAGE).await?;
            Ok(Log {
                organization: access.organization().clone(),
                entries: events.items.into_iter().map(Entry::from).collect(),
                next: events.next,
            })
        }
        .await,
    )
}

/// The latest five events about a token, for its page. None when the person asking may see tokens but not the audit log.
pub async fn recent(organization: String, token: String) -> Result<Option<Vec<Entry>>, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let token = services::tokens::find(&request.console, &access, &token).await?;
            if !access.allows(domain::Permission::ORGANIZATION_UPDATE) {
                return Ok(None);
            }
            let filter = services::audit::Filter { target: token.id.to_string(), ..Default::default() };
            let events = services::audit::list(&request.console, &access, &filter, 5).await?;
            Ok(Some(events.items.into_iter().map(Entry::from).collect()))
        }
        .await,
    )
}
