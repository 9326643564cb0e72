//! What services are told that remember verdicts: all of it, at once, and nothing that is not theirs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::{Change as Edit, Overlap, Permission, PermissionSet, Rights, Role, TokenId};
use tokio::task::{JoinHandle, JoinSet};

use super::{Instance, caller, new_token, on_both, way};
use crate::{
    Access, Console, Error, access, members,
    revocations::{self, Changes, Cursor, What},
    roles::{self, Definition},
    tokens,
};

on_both![
    it_begins_with_nothing_remembered,
    each_change_is_told_as_what_it_is,
    what_is_of_another_organization_is_not_told,
    who_waits_is_called_by_whichever_server,
    nothing_is_skipped_and_nothing_is_told_twice,
    much_that_is_nobodys_news_hides_nothing,
    a_place_that_this_trail_does_not_have_is_gone,
    a_place_that_is_far_behind_is_gone,
    who_loses_the_right_while_waiting_is_told_nothing,
    who_goes_away_leaves_a_place,
    a_server_that_ends_lets_nobody_wait,
];

/// Longer than any change takes to be told, shorter than the longest wait: who is answered within it was called.
const SOON: Duration = Duration::from_secs(15);
const NO_WAIT: Duration = Duration::ZERO;

async fn issue(instance: &Instance, access: &Access, label: &str) -> TokenId {
    tokens::create(&instance.console, access, new_token(label, Role::Viewer)).await.unwrap().token.id
}

/// A token that may verify, and its way in on a server.
async fn verifier(instance: &Instance, owner: &Access, console: &Console) -> (TokenId, Access) {
    let new = tokens::NewToken { permissions: [Permission::TOKEN_VERIFY].into_iter().collect(), ..new_token("gateway", Role::Viewer) };
    let issued = tokens::create(&instance.console, owner, new).await.unwrap();
    let access = access::by_token(console, issued.secret.expose(), &caller(), Permission::TOKEN_VERIFY).await.unwrap();
    (issued.token.id, access)
}

async fn read(console: &Console, access: &Access, after: Option<Cursor>) -> Changes {
    revocations::list(console, access, after, NO_WAIT).await.unwrap().expect("the place is known")
}

fn told(changes: &Changes) -> Vec<(Option<TokenId>, What)> {
    changes.changes.iter().map(|change| (change.token, change.what)).collect()
}

/// Waits on a server, and answers once somebody does.
async fn waiting(console: &Console, access: Access, after: Cursor) -> JoinHandle<crate::Result<Option<Changes>>> {
    let organization = access.organization().id;
    let waiting = tokio::spawn({
        let console = console.clone();
        async move { revocations::list(&console, &access, Some(after), revocations::LONGEST_WAIT).await }
    });
    while console.0.waiting.count(organization) == 0 {
        assert!(!waiting.is_finished(), "there is nothing to be told yet");
        tokio::task::yield_now().await;
    }
    waiting
}

async fn answer(waiting: JoinHandle<crate::Result<Option<Changes>>>) -> crate::Result<Option<Changes>> {
    tokio::time::timeout(SOON, waiting).await.expect("nobody called").unwrap()
}

async fn it_begins_with_nothing_remembered(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let before = issue(&instance, &owner, "before").await;
    tokens::revoke_by_id(&instance.console, &owner, &before.to_string(), None).await.unwrap();
    let first = revocations::list(&instance.console, &gateway, None, revocations::LONGEST_WAIT).await.unwrap().unwrap();
    assert!(first.changes.is_empty(), "what was before is in nobody's memory");
    let again = read(&instance.console, &gateway, Some(first.next)).await;
    assert_eq!((told(&again), again.next), (vec![], first.next));
    assert_eq!(first.next.to_string().parse(), Ok(first.next));
    let viewer = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let viewer = access::by_token(&instance.console, viewer.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(matches!(revocations::list(&instance.console, &viewer, None, NO_WAIT).await, Err(Error::Forbidden)));
}

async fn each_change_is_told_as_what_it_is(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let owner = way(&instance, "ada@acme.test", Permission::API_KEY_UPDATE).await;
    let console = &instance.console;
    let (_, gateway) = verifier(&instance, &owner, console).await;
    let dev = super::user(&instance, "dev@acme.test").await;
    let definition = |permissions: &str| Definition::parse("Deployer", "", permissions).unwrap();
    let mut after = read(console, &gateway, None).await.next;
    let mut news = async || {
        let changes = read(console, &gateway, Some(after)).await;
        after = changes.next;
        told(&changes)
    };
    let id = issue(&instance, &owner, "ci").await;
    let text = id.to_string();
    let role = roles::create(console, &owner, definition("cluster:read")).await.unwrap();
    instance.actor("ada@acme.test").await;
    assert_eq!(news().await, [], "what is new takes nothing away");
    tokens::disable(console, &owner, &text).await.unwrap();
    assert_eq!(news().await, [(Some(id), What::Disabled)]);
    tokens::enable(console, &owner, &text).await.unwrap();
    assert_eq!(news().await, [(Some(id), What::Changed)]);
    let narrow = Edit { label: Some(domain::Label::parse("cd").unwrap()), ..Edit::default() };
    tokens::edit(console, &owner, &text, None, narrow).await.unwrap();
    assert_eq!(news().await, [(Some(id), What::Changed)]);
    tokens::rotate(console, &owner, &text, Overlap::Hour).await.unwrap();
    tokens::end_overlap(console, &owner, &text).await.unwrap();
    assert_eq!(news().await, [(Some(id), What::SecretEnded), (Some(id), What::SecretEnded)]);
    tokens::revoke_by_id(console, &owner, &text, None).await.unwrap();
    assert_eq!(news().await, [(Some(id), What::Revoked)]);
    roles::edit(console, &owner, &role.role.id.to_string(), None, definition("billing:read")).await.unwrap();
    members::remove(console, &owner, &dev, &BTreeMap::new()).await.unwrap();
    assert_eq!(news().await, [(None, What::Changed), (None, What::Changed)], "of everything that they had");
}

async fn what_is_of_another_organization_is_not_told(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let start = read(&instance.console, &gateway, None).await.next;
    let globex = access::by_operator(&instance.console, "globex", &caller()).await.unwrap();
    let theirs = issue(&instance, &globex, "theirs").await;
    tokens::revoke_by_id(&instance.console, &globex, &theirs.to_string(), None).await.unwrap();
    let changes = read(&instance.console, &gateway, Some(start)).await;
    assert!(changes.changes.is_empty() && changes.next != start, "it is passed over for good");
    let waiting = waiting(&instance.console, gateway, changes.next).await;
    let theirs = issue(&instance, &globex, "theirs too").await;
    tokens::revoke_by_id(&instance.console, &globex, &theirs.to_string(), None).await.unwrap();
    let ours = issue(&instance, &owner, "ours").await;
    tokens::revoke_by_id(&instance.console, &owner, &ours.to_string(), None).await.unwrap();
    assert_eq!(told(&answer(waiting).await.unwrap().unwrap()), [(Some(ours), What::Revoked)]);
}

async fn who_waits_is_called_by_whichever_server(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (other, background) = instance.second().await;
    for (waits_at, changes_at) in [(&instance.console, &other), (&other, &instance.console), (&other, &other)] {
        let (_, gateway) = verifier(&instance, &owner, waits_at).await;
        let start = read(waits_at, &gateway, None).await.next;
        let id = issue(&instance, &owner, "ci").await;
        let waiting = waiting(waits_at, gateway, start).await;
        tokens::revoke_by_id(changes_at, &owner, &id.to_string(), None).await.unwrap();
        assert_eq!(told(&answer(waiting).await.unwrap().unwrap()), [(Some(id), What::Revoked)]);
    }
    if let Some(background) = background {
        background.stop().await;
    }
}

async fn nothing_is_skipped_and_nothing_is_told_twice(instance: Instance) {
    const TOKENS: usize = 80;
    instance.set_up().await;
    let owner = instance.owner().await;
    let (other, background) = instance.second().await;
    let (_, gateway) = verifier(&instance, &owner, &other).await;
    let start = read(&other, &gateway, None).await.next;
    let mut ids = Vec::new();
    for number in 0..TOKENS {
        ids.push(issue(&instance, &owner, &format!("t{number}")).await);
    }
    let ids = Arc::new(ids);
    // On both servers, several at a time, while somebody reads on the second one.
    let mut revoking = JoinSet::new();
    for task in 0..4 {
        let (console, ids) = (if task % 2 == 0 { instance.console.clone() } else { other.clone() }, ids.clone());
        revoking.spawn(async move {
            let access = access::by_operator(&console, "acme", &caller()).await.unwrap();
            for id in ids.iter().skip(task).step_by(4) {
                tokens::revoke_by_id(&console, &access, &id.to_string(), None).await.unwrap();
            }
        });
    }
    let (mut seen, mut after, mut answers) = (Vec::new(), start, 0);
    while seen.len() < TOKENS {
        let changes = revocations::list(&other, &gateway, Some(after), SOON).await.unwrap().unwrap();
        assert!(!changes.changes.is_empty(), "{} of {TOKENS} were told", seen.len());
        (after, answers) = (changes.next, answers + 1);
        seen.extend(changes.changes.iter().filter_map(|change| change.token));
    }
    revoking.join_all().await;
    assert!(answers > 1, "it was read while things changed");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>(), ids.iter().collect::<BTreeSet<_>>());
    assert_eq!(seen.len(), TOKENS);
    let whole = read(&instance.console, &gateway, Some(start)).await;
    assert_eq!(whole.changes.iter().filter_map(|change| change.token).collect::<Vec<_>>(), seen, "in the same order for who comes later");
    if let Some(background) = background {
        background.stop().await;
    }
}

async fn much_that_is_nobodys_news_hides_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let start = read(&instance.console, &gateway, None).await.next;
    let head = instance.count("SELECT seq FROM head").await;
    // As many sign-ins as fit into two answers and a half.
    instance
        .run(format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO events SELECT {head} + i, at, NULL, \
             actor_kind, actor_id, actor_name, 'session.create', target_kind, target_id, target_name, details, address, request_id, mac \
             FROM events, n WHERE seq = {head}"
        ))
        .await;
    instance.run(format!("UPDATE head SET seq = {head} + 2500")).await;
    let id = issue(&instance, &owner, "ci").await;
    tokens::revoke_by_id(&instance.console, &owner, &id.to_string(), None).await.unwrap();
    assert_eq!(told(&read(&instance.console, &gateway, Some(start)).await), [(Some(id), What::Revoked)]);
}

async fn a_place_that_this_trail_does_not_have_is_gone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let here = read(&instance.console, &gateway, None).await.next.to_string();
    let (number, code) = here.split_once('-').unwrap();
    let number: i64 = number.parse().unwrap();
    let list = async |cursor: String| {
        revocations::list(&instance.console, &gateway, Some(cursor.parse().unwrap()), revocations::LONGEST_WAIT).await.unwrap()
    };
    let other: String = code.chars().rev().collect();
    // Ahead of the trail, and of another trail: a backup was put in the place of what was there.
    for gone in [format!("{}-{code}", number + 1), format!("{number}-{other}"), format!("{}-{code}", number - 1), format!("0-{code}")] {
        assert!(list(gone.clone()).await.is_none(), "{gone}");
    }
    issue(&instance, &owner, "ci").await;
    let from_the_first = format!("0-{}", "00".repeat(8)).parse().unwrap();
    assert!(revocations::list(&instance.console, &gateway, Some(from_the_first), NO_WAIT).await.unwrap().is_some());
    assert!(revocations::list(&instance.console, &gateway, Some(here.parse().unwrap()), NO_WAIT).await.unwrap().is_some());
}

async fn a_place_that_is_far_behind_is_gone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let start = read(&instance.console, &gateway, None).await.next;
    // The head alone, as if there were so many events: they are not looked for.
    instance.execute("UPDATE head SET seq = seq + 100000").await.unwrap();
    assert_eq!(told(&read(&instance.console, &gateway, Some(start)).await), [], "as far as anybody may be behind");
    instance.execute("UPDATE head SET seq = seq + 1").await.unwrap();
    assert!(revocations::list(&instance.console, &gateway, Some(start), revocations::LONGEST_WAIT).await.unwrap().is_none());
    let from_the_first = format!("0-{}", "00".repeat(8)).parse().unwrap();
    assert!(revocations::list(&instance.console, &gateway, Some(from_the_first), NO_WAIT).await.unwrap().is_none());
}

async fn who_loses_the_right_while_waiting_is_told_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = way(&instance, "ada@acme.test", Permission::API_KEY_UPDATE).await;
    let console = &instance.console;
    for narrows in [false, true] {
        let (id, gateway) = verifier(&instance, &owner, console).await;
        let start = read(console, &gateway, None).await.next;
        let waiting = waiting(console, gateway, start).await;
        if narrows {
            let edit =
                Edit { rights: Some(Rights { role: Some(Role::Viewer.into()), permissions: PermissionSet::NONE }), ..Edit::default() };
            tokens::edit(console, &owner, &id.to_string(), None, edit).await.unwrap();
        } else {
            tokens::revoke_by_id(console, &owner, &id.to_string(), None).await.unwrap();
        }
        match answer(waiting).await {
            Err(Error::Forbidden) if narrows => {}
            Err(Error::Unauthenticated) if !narrows => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn who_goes_away_leaves_a_place(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let start = read(&instance.console, &gateway, None).await.next;
    let waiting = waiting(&instance.console, gateway, start).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(instance.console.0.waiting.count(owner.organization().id), 0);
}

async fn a_server_that_ends_lets_nobody_wait(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let start = read(&instance.console, &gateway, None).await.next;
    let waiting = waiting(&instance.console, gateway, start).await;
    instance.console.stop_waiting();
    let answered = answer(waiting).await.unwrap().unwrap();
    assert_eq!((told(&answered), answered.next), (vec![], start));
    // Nor whoever comes now.
    let (_, gateway) = verifier(&instance, &owner, &instance.console).await;
    let late = revocations::list(&instance.console, &gateway, Some(start), revocations::LONGEST_WAIT);
    assert!(tokio::time::timeout(SOON, late).await.expect("it waits").unwrap().is_some());
}
