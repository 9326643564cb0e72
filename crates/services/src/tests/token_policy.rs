//! Token policies: what they refuse, whom, from when on; and that they change nothing that is there.

use std::{sync::Arc, time::Duration};

use domain::{
    Change, Label, Lifetime, Permission, PermissionSet, Role, State, Status, Token,
    token_policy::{Creators, Impact, Outside, Policy},
};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{
    Access, Error, access, store, token_policy,
    tokens::{self, NewToken},
};

on_both![
    without_a_policy_everything_is_as_it_was,
    an_edit_is_recorded_as_a_difference_and_holds_at_once,
    what_changes_nothing_is_no_event,
    an_edit_made_from_what_is_no_longer_so_is_refused,
    what_cannot_be_or_may_not_changes_nothing,
    nothing_changes_when_the_event_cannot_be_written,
    new_tokens_keep_to_the_policy,
    a_life_is_made_longer_inside_the_policy_and_shorter_always,
    tightening_changes_no_token_and_tells_which_are_outside,
    a_preview_names_some_tokens_to_who_may_see_them,
    a_replacement_keeps_to_the_policy,
    only_admins_generate_where_that_is_asked_for,
    of_twenty_tokens_with_one_label_one_is_generated,
    labels_are_unique_among_tokens_in_force_only,
    other_organizations_keep_their_own_policy,
    unused_tokens_end_on_time_and_no_sooner,
    days_without_use_count_from_the_decision,
    unused_tokens_stay_when_their_end_cannot_be_recorded,
];

const DAY: u64 = 24 * 60 * 60;

fn strict() -> Policy {
    Policy { max_days: Some(30), may_never_expire: false, ..Policy::default() }
}

fn lasting(label: &str, lifetime: Lifetime) -> NewToken {
    NewToken { lifetime, ..new_token(label, Role::Viewer) }
}

fn days(days: u32) -> Lifetime {
    Lifetime::of(days, 0, 0).unwrap()
}

fn ends(lifetime: Lifetime) -> Change {
    Change { lifetime: Some(lifetime), ..Change::default() }
}

async fn set(instance: &Instance, access: &Access, policy: Policy) {
    assert_eq!(token_policy::edit(&instance.console, access, None, &policy).await.unwrap(), policy);
}

async fn found(instance: &Instance, access: &Access, token: &Token) -> Token {
    tokens::find(&instance.console, access, &token.id.to_string()).await.unwrap()
}

async fn issue(instance: &Instance, access: &Access, new: NewToken) -> Token {
    tokens::create(&instance.console, access, new).await.unwrap().token
}

/// The access of a bearer who has exactly these permissions.
async fn bearer(instance: &Instance, owner: &Access, permissions: &str) -> Access {
    let mut new = lasting("bearer", Lifetime::Never);
    new.role = None;
    new.permissions = permissions.parse().unwrap();
    let issued = tokens::create(&instance.console, owner, new).await.unwrap();
    access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap()
}

async fn details(instance: &Instance, action: &'static str) -> Vec<serde_json::Value> {
    let details: Vec<String> = store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = $1 ORDER BY seq").bind(action).fetch_all(pool).await.unwrap()
    });
    details.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn invalid<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Invalid { field, .. }) => field,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    }
}

async fn without_a_policy_everything_is_as_it_was(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    assert_eq!(token_policy::find(&instance.console, &owner).await.unwrap(), Policy::default());
    for lifetime in [Lifetime::Never, days(3650)] {
        issue(&instance, &owner, lasting("same", lifetime)).await;
    }
    let all = tokens::list_all(&instance.console, &owner, &domain::TokenFilter::default(), 100).await.unwrap().items;
    assert_eq!(token_policy::breaches(&instance.console, &owner, &all).await.unwrap(), []);
    instance.advance(3000 * DAY);
    assert_eq!(token_policy::revoke_unused(&instance.console, instance.console.now()).await.unwrap(), 0);
}

async fn an_edit_is_recorded_as_a_difference_and_holds_at_once(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    set(&instance, &owner, Policy { unique_labels: true, ..strict() }).await;
    assert_eq!(token_policy::find(&instance.console, &owner).await.unwrap(), Policy { unique_labels: true, ..strict() });
    let all = Policy {
        max_days: None,
        default_days: Some(7),
        may_never_expire: false,
        creators: Creators::Admins,
        user_tokens_allowed: false,
        team_tokens_allowed: false,
        revoke_unused_days: Some(60),
        unique_labels: false,
    };
    set(&instance, &owner, all).await;
    assert_eq!(token_policy::find(&instance.console, &owner).await.unwrap(), all);
    assert_eq!(
        details(&instance, "policy.edit").await,
        [
            serde_json::json!({
                "max_days": { "from": null, "to": 30 },
                "may_never_expire": { "from": true, "to": false },
                "unique_labels": { "from": false, "to": true },
            }),
            serde_json::json!({
                "max_days": { "from": 30, "to": null },
                "default_days": { "from": null, "to": 7 },
                "creators": { "from": "permitted", "to": "admins" },
                "user_tokens_allowed": { "from": true, "to": false },
                "team_tokens_allowed": { "from": true, "to": false },
                "revoke_unused_days": { "from": null, "to": 60 },
                "unique_labels": { "from": true, "to": false },
            }),
        ]
    );
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
    set(&instance, &owner, Policy::default()).await;
    issue(&instance, &owner, lasting("free again", Lifetime::Never)).await;
}

async fn what_changes_nothing_is_no_event(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let before = instance.shape().await;
    set(&instance, &owner, Policy::default()).await;
    assert_eq!(instance.shape().await, before);
    set(&instance, &owner, strict()).await;
    let before = instance.shape().await;
    set(&instance, &owner, strict()).await;
    assert_eq!(instance.shape().await, before);
}

async fn an_edit_made_from_what_is_no_longer_so_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let seen = Policy::default().fingerprint();
    token_policy::edit(&instance.console, &owner, Some(&seen), &strict()).await.unwrap();
    let before = instance.shape().await;
    let late = Policy { unique_labels: true, ..Policy::default() };
    let refused = token_policy::edit(&instance.console, &owner, Some(&seen), &late).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    assert_eq!(instance.shape().await, before);
    assert_eq!(token_policy::find(&instance.console, &owner).await.unwrap(), strict());
}

async fn what_cannot_be_or_may_not_changes_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    instance.member("acme", Role::Viewer, "viewer@acme.test").await;
    instance.member("globex", Role::Owner, "outsider@globex.test").await;
    let viewer = instance.actor("viewer@acme.test").await;
    let viewer = access::to_organization(&instance.console, Some(&viewer), &caller(), "acme", Permission::ORGANIZATION_READ).await.unwrap();
    let outsider = instance.actor("outsider@globex.test").await;
    let before = instance.shape().await;
    let edit = async |access: &Access, policy| token_policy::edit(&instance.console, access, None, &policy).await;
    assert!(matches!(edit(&viewer, strict()).await, Err(Error::Forbidden)));
    assert!(matches!(token_policy::preview(&instance.console, &viewer, &strict()).await, Err(Error::Forbidden)));
    assert!(token_policy::find(&instance.console, &viewer).await.is_ok());
    let refused = access::to_organization(&instance.console, Some(&outsider), &caller(), "acme", Permission::ORGANIZATION_READ).await;
    assert!(matches!(refused, Err(Error::NotFound)));
    assert_eq!(invalid(edit(&owner, Policy { max_days: Some(0), ..strict() }).await), "max_days");
    assert_eq!(invalid(edit(&owner, Policy { default_days: Some(31), ..strict() }).await), "default_days");
    assert_eq!(invalid(edit(&owner, Policy { may_never_expire: true, ..strict() }).await), "may_never_expire");
    assert_eq!(instance.shape().await, before);
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    set(&instance, &owner, strict()).await;
    let before = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(token_policy::edit(&instance.console, &owner, None, &Policy::default()).await.is_err());
    assert_eq!(instance.shape().await, before);
    assert_eq!(token_policy::find(&instance.console, &owner).await.unwrap(), strict());
    instance.mend("events").await;
    set(&instance, &owner, Policy::default()).await;
}

async fn new_tokens_keep_to_the_policy(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issuer = bearer(&instance, &owner, "api_key:create organization:read").await;
    set(&instance, &owner, strict()).await;
    let before = instance.shape().await;
    let long = |label: &str| lasting(label, Lifetime::Minutes(30 * 1440 + 1));
    assert_eq!(invalid(tokens::create(&instance.console, &owner, lasting("ci", Lifetime::Never)).await), "expiry");
    assert_eq!(invalid(tokens::create(&instance.console, &owner, long("ci")).await), "expiry");
    // A program is told the name of the member that it sent, and a key to try again with changes nothing about it.
    let wanted = || {
        let mut new = lasting("ci", Lifetime::Never);
        (new.role, new.permissions) = (None, PermissionSet::from_stored("organization:read"));
        new
    };
    assert_eq!(invalid(tokens::create(&instance.console, &issuer, wanted()).await), "expires_at");
    let key = tokens::IdempotencyKey::parse(b"k").unwrap();
    assert_eq!(invalid(tokens::create_once(&instance.console, &issuer, wanted(), &key, b"{}").await), "expires_at");
    assert_eq!(instance.shape().await, before);
    let token = issue(&instance, &owner, lasting("ci", days(30))).await;
    assert_eq!(token_policy::breaches(&instance.console, &owner, &[token]).await.unwrap(), []);
    assert_eq!(token_policy::usual_lifetime(&instance.console, &owner).await.unwrap(), days(30));
}

async fn a_life_is_made_longer_inside_the_policy_and_shorter_always(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let [short, long, endless] = [days(10), days(90), Lifetime::Never].map(|lifetime| lasting("ci", lifetime));
    let (short, long, endless) =
        (issue(&instance, &owner, short).await, issue(&instance, &owner, long).await, issue(&instance, &owner, endless).await);
    set(&instance, &owner, strict()).await;
    instance.advance(5 * DAY);
    let edit = async |token: &Token, change: Change| tokens::edit(&instance.console, &owner, &token.id.to_string(), None, change).await;
    let before = instance.shape().await;
    assert_eq!(invalid(edit(&short, ends(days(26))).await), "expiry");
    assert_eq!(invalid(edit(&short, ends(Lifetime::Never)).await), "expiry");
    assert_eq!(invalid(edit(&long, ends(days(86))).await), "expiry");
    assert_eq!(instance.shape().await, before);
    // Thirty days from when it was generated, five of which are over.
    edit(&short, ends(days(25))).await.unwrap();
    for (token, shorter) in [(&long, 80), (&endless, 3000)] {
        let label = Change { label: Label::parse("renamed").ok(), ..Change::default() };
        edit(token, label).await.unwrap();
        edit(token, ends(days(shorter))).await.unwrap();
    }
}

async fn tightening_changes_no_token_and_tells_which_are_outside(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    instance.member("acme", Role::Admin, "grace@acme.test").await;
    let grace = instance.actor("grace@acme.test").await;
    let grace = access::to_organization(&instance.console, Some(&grace), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    let endless = tokens::create(&instance.console, &owner, lasting("endless", Lifetime::Never)).await.unwrap();
    let long = issue(&instance, &owner, lasting("long", days(31))).await;
    let of_grace = issue(&instance, &grace, lasting("Long", days(30))).await;
    let dead = issue(&instance, &grace, lasting("dead", Lifetime::Never)).await;
    tokens::revoke(&instance.console, &grace, &dead.id.to_string(), "dead", None).await.unwrap();
    let use_it = async || {
        access::by_token(&instance.console, endless.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
        instance.console.0.usage.settle().await.unwrap();
    };
    use_it().await;
    let preview = async |policy: Policy| token_policy::preview(&instance.console, &owner, &policy).await.unwrap();
    let impact = async |policy: Policy| Impact { named: Vec::new(), ..preview(policy).await };
    let before = instance.shape().await;
    assert_eq!(preview(Policy::default()).await, Impact::default());
    let told = async |policy: Policy| {
        let named = preview(policy).await.named;
        named.into_iter().map(|Outside { token, why }| (token.label.to_string(), why)).collect::<Vec<_>>()
    };
    let why = |label: &str, why: &str| (label.to_owned(), why.to_owned());
    let first = why("endless", "never expires");
    assert_eq!(told(strict()).await, [first.clone(), why("long", "lives longer than 30 days")], "what was used is first, whatever its age");
    let sharing = told(Policy { unique_labels: true, ..strict() }).await;
    let both = why("long", "lives longer than 30 days, shares its label with another one");
    assert!(sharing.len() == 3 && sharing[0] == first && sharing.contains(&both), "by the policy that is wanted: {sharing:?}");
    let two = Impact { tokens: 2, used: 1, creators: vec![("Ada Lovelace".to_owned(), 2)], ..Impact::default() };
    assert_eq!(impact(strict()).await, two);
    let three = Impact { tokens: 3, creators: vec![("Ada Lovelace".to_owned(), 2), ("grace@acme.test".to_owned(), 1)], ..two.clone() };
    assert_eq!(impact(Policy { unique_labels: true, ..strict() }).await, three);
    assert_eq!(instance.shape().await, before, "looking changes nothing");
    instance.advance(8 * DAY);
    assert_eq!(impact(strict()).await.used, 0, "that was more than a week ago");
    assert_eq!(impact(Policy { revoke_unused_days: Some(8), ..Policy::default() }).await.unused, 3);
    use_it().await;
    assert_eq!(impact(Policy { revoke_unused_days: Some(8), ..Policy::default() }).await.unused, 2);

    set(&instance, &instance.owner().await, Policy { unique_labels: true, ..strict() }).await;
    use_it().await;
    let all = tokens::list_all(&instance.console, &owner, &domain::TokenFilter::default(), 100).await.unwrap().items;
    let mut outside = token_policy::breaches(&instance.console, &owner, &all).await.unwrap();
    outside.sort_by_key(|(id, _)| [endless.token.id, long.id, of_grace.id].iter().position(|known| known == id));
    let words = ["never expires", "lives longer than 30 days, shares its label with another one", "shares its label with another one"];
    let expected: Vec<_> = [endless.token.id, long.id, of_grace.id].into_iter().zip(words.map(str::to_owned)).collect();
    assert_eq!(outside, expected);
    for token in [&endless.token, &long, &of_grace] {
        let now = found(&instance, &owner, token).await;
        assert_eq!((now.expires_at, now.state), (token.expires_at, State::Active));
    }
}

async fn a_preview_names_some_tokens_to_who_may_see_them(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for number in 0..27 {
        instance.advance(1);
        issue(&instance, &owner, lasting(&format!("endless {number}"), Lifetime::Never)).await;
    }
    issue(&instance, &owner, lasting("short", days(30))).await;
    let preview = token_policy::preview(&instance.console, &owner, &strict()).await.unwrap();
    let names: Vec<&str> = preview.named.iter().map(|outside| outside.token.label.as_str()).collect();
    let newest: Vec<String> = (2..27).rev().map(|number| format!("endless {number}")).collect();
    assert_eq!((preview.tokens, names), (27, newest.iter().map(String::as_str).collect()));
    let mut new = new_token("clerk", Role::Viewer);
    new.role = None;
    new.permissions = [Permission::ORGANIZATION_UPDATE].into_iter().collect();
    let clerk = tokens::create(&instance.console, &owner, new).await.unwrap();
    let clerk = access::by_token(&instance.console, clerk.secret.expose(), &caller(), Permission::ORGANIZATION_UPDATE).await.unwrap();
    let preview = token_policy::preview(&instance.console, &clerk, &strict()).await.unwrap();
    assert_eq!((preview.tokens, preview.named), (27, vec![]), "how many there are is all they are told");
}

async fn a_replacement_keeps_to_the_policy(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let old = issue(&instance, &owner, lasting("ci", Lifetime::Never)).await;
    tokens::revoke(&instance.console, &owner, &old.id.to_string(), "ci", None).await.unwrap();
    set(&instance, &owner, Policy { unique_labels: true, ..strict() }).await;
    let id = old.id.to_string();
    assert_eq!(tokens::replacement(&instance.console, &owner, &id).await.unwrap().lifetime, days(30));
    let new = tokens::replace(&instance.console, &owner, &id).await.unwrap().token;
    assert_eq!(new.expires_at, days(30).ends(instance.console.now()));
    let before = instance.shape().await;
    assert_eq!(invalid(tokens::replace(&instance.console, &owner, &id).await), "label");
    assert_eq!(instance.shape().await, before);
}

async fn only_admins_generate_where_that_is_asked_for(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issuer = bearer(&instance, &owner, "api_key:create api_key:read organization:read").await;
    let wanted = || NewToken { role: None, permissions: PermissionSet::from_stored("organization:read"), ..lasting("ci", Lifetime::Never) };
    issue(&instance, &issuer, wanted()).await;
    set(&instance, &owner, Policy { creators: Creators::Admins, ..Policy::default() }).await;
    let before = instance.shape().await;
    assert!(!token_policy::owners(&instance.console, &issuer).await.unwrap().organization);
    assert!(matches!(tokens::create(&instance.console, &issuer, wanted()).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    assert!(token_policy::owners(&instance.console, &owner).await.unwrap().organization);
    instance.member("acme", Role::Admin, "grace@acme.test").await;
    let grace = instance.actor("grace@acme.test").await;
    let grace = access::to_organization(&instance.console, Some(&grace), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    for access in [&owner, &grace] {
        issue(&instance, access, wanted()).await;
    }
}

async fn of_twenty_tokens_with_one_label_one_is_generated(instance: Instance) {
    instance.set_up().await;
    let owner = Arc::new(instance.owner().await);
    set(&instance, &owner, Policy { unique_labels: true, ..Policy::default() }).await;
    for round in 1..=i64::try_from(rounds(20, 200)).unwrap() {
        let answers = at_once(20, |number| {
            let (console, owner) = (instance.console.clone(), owner.clone());
            let label = format!("{} {round}", if number % 2 == 0 { "the one" } else { "The One" });
            async move { tokens::create(&console, &owner, new_token(&label, Role::Viewer)).await }
        });
        let mut generated = 0;
        for answer in answers.await {
            match answer {
                Ok(_) => generated += 1,
                Err(Error::Invalid { field: "label", .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((generated, instance.count("SELECT COUNT(*) FROM tokens").await), (1, round));
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.create'").await, round);
    }
}

async fn labels_are_unique_among_tokens_in_force_only(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let first = issue(&instance, &owner, lasting("ci", days(1))).await;
    let second = issue(&instance, &owner, lasting("cd", Lifetime::Never)).await;
    set(&instance, &owner, Policy { unique_labels: true, ..Policy::default() }).await;
    let label = |label: &str| Change { label: Label::parse(label).ok(), ..Change::default() };
    let edit = async |token: &Token, to: &str| tokens::edit(&instance.console, &owner, &token.id.to_string(), None, label(to)).await;
    let before = instance.shape().await;
    assert_eq!(invalid(edit(&second, "CI").await), "label");
    assert_eq!(instance.shape().await, before);
    edit(&second, "CD").await.unwrap();
    instance.advance(DAY);
    assert_eq!(found(&instance, &owner, &first).await.status_at(instance.console.now()), Status::Expired);
    edit(&second, "ci").await.unwrap();
}

async fn other_organizations_keep_their_own_policy(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let hank = instance.actor("hank@globex.test").await;
    let hank = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_CREATE).await.unwrap();
    let token = issue(&instance, &hank, lasting("ci", Lifetime::Never)).await;
    set(&instance, &owner, Policy { revoke_unused_days: Some(1), unique_labels: true, ..strict() }).await;
    assert_eq!(token_policy::find(&instance.console, &hank).await.unwrap(), Policy::default());
    assert_eq!(token_policy::preview(&instance.console, &owner, &strict()).await.unwrap(), Impact::default());
    issue(&instance, &owner, lasting("ci", days(30))).await;
    issue(&instance, &hank, lasting("ci", Lifetime::Never)).await;
    instance.advance(2 * DAY);
    assert_eq!(token_policy::revoke_unused(&instance.console, instance.console.now()).await.unwrap(), 1);
    assert_eq!(found(&instance, &hank, &token).await.state, State::Active);
}

async fn unused_tokens_end_on_time_and_no_sooner(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    set(&instance, &owner, Policy { revoke_unused_days: Some(30), ..Policy::default() }).await;
    let never_used = issue(&instance, &owner, lasting("never used", Lifetime::Never)).await;
    let used = tokens::create(&instance.console, &owner, lasting("used", Lifetime::Never)).await.unwrap();
    let rotated = issue(&instance, &owner, lasting("rotated", Lifetime::Never)).await;
    let off = issue(&instance, &owner, lasting("off", Lifetime::Never)).await;
    tokens::disable(&instance.console, &owner, &off.id.to_string()).await.unwrap();
    instance.advance(10 * DAY);
    // Not settled here: the look itself has to know of a use of a moment ago.
    access::by_token(&instance.console, used.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    tokens::rotate(&instance.console, &owner, &rotated.id.to_string(), domain::Overlap::Now).await.unwrap();
    let young = issue(&instance, &owner, lasting("young", Lifetime::Never)).await;
    instance.advance(20 * DAY - 1);
    let look = async || token_policy::revoke_unused(&instance.console, instance.console.now()).await.unwrap();
    let before = instance.shape().await;
    assert_eq!(look().await, 0);
    assert_eq!(instance.shape().await, before);
    // Before it happens, the token's page says when.
    let says = async |token: &Token| token_policy::unused_until(&instance.console, &instance.owner().await, token).await.unwrap();
    let in_days = |days: u64| instance.console.now().plus(Duration::from_secs(days * DAY + 1));
    assert_eq!(says(&never_used).await, Some(in_days(0)));
    for token in [&used.token, &rotated, &young] {
        assert_eq!(says(token).await, Some(in_days(10)), "{}", token.label);
    }
    assert_eq!(says(&off).await, None, "it cannot be used now");
    instance.advance(1);
    assert_eq!(look().await, 1);
    assert_eq!(look().await, 0, "once");
    assert_eq!(says(&never_used).await, None, "it is over");
    let State::Revoked { at, by, why } = found(&instance, &owner, &never_used).await.state else { panic!("{}", never_used.label) };
    assert_eq!((at, by.as_str(), why.unwrap().as_str()), (instance.console.now(), "Jeton", "unused for 30 days"));
    // What is switched off cannot be used: its days count from when it is switched on again.
    assert!(matches!(found(&instance, &owner, &off).await.state, State::Disabled { .. }));
    tokens::enable(&instance.console, &owner, &off.id.to_string()).await.unwrap();
    assert_eq!(look().await, 0);
    for token in [&used.token, &rotated, &young] {
        assert_eq!(found(&instance, &owner, token).await.state, State::Active, "{}", token.label);
    }
    let revoked = details(&instance, "token.revoke").await;
    assert_eq!(revoked.len(), 1);
    assert!(revoked.iter().all(|details| details["reason"] == "unused for 30 days" && details["last_used_at"].is_null()));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke' AND actor_kind = 'system'").await, 1);
    let told = "SELECT COUNT(*) FROM mails WHERE subject LIKE 'API token % was revoked in Acme' AND text_body LIKE '%never used%'";
    assert_eq!(instance.count(told).await, 1);
    instance.clock.advance(Duration::from_secs(10 * DAY));
    assert_eq!(look().await, 3);
    assert_eq!(found(&instance, &owner, &off).await.state, State::Active);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn days_without_use_count_from_the_decision(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let token = issue(&instance, &owner, lasting("old", Lifetime::Never)).await;
    instance.advance(100 * DAY);
    let look = async || token_policy::revoke_unused(&instance.console, instance.console.now()).await.unwrap();
    let wanted = Policy { revoke_unused_days: Some(30), ..Policy::default() };
    assert_eq!(token_policy::unused_until(&instance.console, &instance.owner().await, &token).await.unwrap(), None);
    set(&instance, &instance.owner().await, wanted).await;
    let until = token_policy::unused_until(&instance.console, &instance.owner().await, &token).await.unwrap();
    assert_eq!(until, Some(instance.console.now().plus(Duration::from_secs(30 * DAY))));
    let brief = issue(&instance, &instance.owner().await, lasting("brief", Lifetime::Minutes(60))).await;
    let until = token_policy::unused_until(&instance.console, &instance.owner().await, &brief).await.unwrap();
    assert_eq!(until, None, "it ends sooner by itself");
    assert_eq!(look().await, 0);
    instance.advance(20 * DAY);
    // Another part of the policy is another decision; other days are a new one.
    set(&instance, &instance.owner().await, Policy { unique_labels: true, ..wanted }).await;
    instance.advance(9 * DAY);
    set(&instance, &instance.owner().await, Policy { revoke_unused_days: Some(5), ..wanted }).await;
    assert_eq!(look().await, 0);
    set(&instance, &instance.owner().await, Policy::default()).await;
    instance.advance(100 * DAY);
    assert_eq!(look().await, 0, "nobody asks for it any more");
    set(&instance, &instance.owner().await, wanted).await;
    instance.advance(20 * DAY);
    set(&instance, &instance.owner().await, Policy { unique_labels: true, ..wanted }).await;
    instance.advance(10 * DAY);
    assert_eq!(look().await, 1);
    assert_eq!(found(&instance, &owner, &token).await.status_at(instance.console.now()), Status::Revoked);
}

async fn unused_tokens_stay_when_their_end_cannot_be_recorded(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    set(&instance, &owner, Policy { revoke_unused_days: Some(1), ..Policy::default() }).await;
    issue(&instance, &owner, lasting("unused", Lifetime::Never)).await;
    instance.advance(DAY);
    let before = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(token_policy::revoke_unused(&instance.console, instance.console.now()).await.is_err());
    assert_eq!(instance.shape().await, before);
    instance.mend("events").await;
    assert_eq!(token_policy::revoke_unused(&instance.console, instance.console.now()).await.unwrap(), 1);
}
