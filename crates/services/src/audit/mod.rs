//! The audit log: reading an organization's part of the trail, and checking the whole of it.
//!
//! Nothing here writes. The catalogue has no category of its own for the trail, so reading it takes `organization:update`.

mod details;
mod filter;
mod verify;

use domain::{Permission, audit::Event};

pub use filter::{Filter, Form};
pub(crate) use verify::Verifying;
pub use verify::verify;

use crate::{Console, access::Access, error::Result, store};

/// Events on a page of the log.
pub const PAGE: u32 = 50;
/// Events in one file, so that nobody makes the server hold the trail of years in memory.
pub const EXPORT: u32 = 10_000;

/// An event with its details.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// What the action put down beside it: a JSON object.
    pub details: serde_json::Value,
}

impl Recorded {
    /// The details for people, a line each.
    pub fn readable(&self) -> Vec<domain::audit::Detail> {
        details::readable(&self.details)
    }
}

/// Some events, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// The events.
    pub items: Vec<Recorded>,
    /// The number before which the next ones lie; none at the end of the trail.
    pub next: Option<i64>,
}

/// Lists the organization's events that a filter lets through, newest first, `limit` at most.
pub async fn list(console: &Console, access: &Access, filter: &Filter, limit: u32) -> Result<Events> {
    access.require(Permission::ORGANIZATION_UPDATE)?;
    // One more than asked for tells whether there is a next page.
    let mut items = store::events::list(&console.0.db, access, filter, i64::from(limit) + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| last.event.seq);
    Ok(Events { items, next })
}
