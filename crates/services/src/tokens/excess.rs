//! Which tokens may do more than they are used for. Decision 47.

use std::time::Duration;

use domain::{Permission, PermissionSet, PermissionUse, Role, Timestamp, UsageHistory, policy};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use crate::{
    Console,
    error::Result,
    store::{self, tokens::Used},
};

/// How often a server looks whether the day's judgement is made.
const PERIOD: Duration = Duration::from_hours(1);
/// Tokens that are judged at once.
const AT_ONCE: i64 = 500;
/// What the judgement is called among the things that are done once a day.
const TASK: &str = "excess";

/// Judges every token of every organization, unless a server has begun to do so on this day. What has been used meanwhile for what it was not, is still
/// told of until the next day; what has been edited is not.
pub async fn judge(console: &Console, now: Timestamp) -> Result<()> {
    let db = &console.0.db;
    if !store::daily::begin(db, TASK, now.day()).await? {
        return Ok(());
    }
    let judged = judge_all(console, now).await;
    if judged.is_err()
        && let Err(error) = store::daily::give_back(db, TASK, now.day()).await
    {
        tracing::warn!(%error, "which tokens may do more than they are used for is judged again tomorrow only");
    }
    judged
}

async fn judge_all(console: &Console, now: Timestamp) -> Result<()> {
    let db = &console.0.db;
    let today = now.day();
    let since = store::daily::since(db, "catalogue ", &catalogue(), today).await?;
    store::tokens::forget_excess_to_come(db, now).await?;
    while store::tokens::forget_uses_of_dead(db, now, AT_ONCE).await? {}
    let mut after = None;
    loop {
        let ids = store::tokens::known_since(db, after, today - UsageHistory::JUDGED_DAYS, AT_ONCE).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        let used = store::tokens::used(db, &ids).await?;
        let excess: Vec<(&Used, PermissionSet)> =
            used.iter().map(|used| (used, beyond(used, since, today))).filter(|(_, excess)| !excess.is_empty()).collect();
        store::tokens::upsert_excess(db, &excess, now).await?;
    }
    store::tokens::forget_excess(db, now).await
}

/// What permissions there are and which of them the built-in roles allow, in one word. When that changes, so may what a token may do.
fn catalogue() -> String {
    let all: PermissionSet = Permission::all().collect();
    super::fingerprint(&json!([all, Role::FOR_TOKENS.map(policy::grants)]))
}

/// What the token may do beyond what it is used for. What it was given later, or may do only since the catalogue is as it is, has had no time to be used.
/// Nothing is said of a person's token: what it may do changes with its owner.
fn beyond(used: &Used, since: i64, today: i64) -> PermissionSet {
    if used.token.owner.person().is_some() {
        return PermissionSet::NONE;
    }
    let given = used.rights_changed_at.map_or(since, |at| since.max(at.day()));
    let known: Vec<PermissionUse> = used.uses.iter().map(|each| PermissionUse { first_day: each.first_day.max(given), ..*each }).collect();
    UsageHistory::excess(used.token.effective(), &known, today)
}

/// Judges in the background, for as long as the instance is open.
pub(crate) async fn run(console: Console, mut stop: mpsc::Receiver<()>) {
    loop {
        if let Err(error) = judge(&console, console.now()).await {
            tracing::warn!(%error, "which tokens may do more than they are used for could not be judged");
        }
        if timeout(PERIOD, stop.recv()).await.is_ok() {
            return;
        }
    }
}
