//! What needs attention: each reason at its very boundaries, who is told of what, and that the list finds the same.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    AfterLeaving, Attention, Description, Issued, Label, Lifetime, Name, Noted, Overlap, Owner, OwnerChoice, Permission, PermissionSet,
    Role, State, TokenId, token_policy::Policy,
};

use super::{Instance, caller, list::explained, new_token, on_both, user, way};
use crate::{
    Access, Error, access,
    members::{self, Decisions},
    store::{
        Pool,
        tokens::{Question, counted, page, walks},
    },
    teams, token_policy,
    tokens::{self, NewToken},
};

on_both![
    expiring_begins_thirty_days_before_the_end_or_in_the_last_third_of_a_shorter_life,
    unused_begins_exactly_ninety_days_after_the_last_use,
    what_never_expires_is_told,
    what_is_dead_counts_as_presented_for_exactly_seven_days,
    an_old_secret_that_is_presented_is_told_and_what_was_switched_on_again_is_not,
    whose_creator_left_needs_a_new_secret,
    a_removal_that_rotates_leaves_nothing_to_do,
    what_breaks_the_policy_is_what_the_list_marks,
    five_are_shown_of_however_many,
    a_thousand_are_counted_at_most,
    everybody_is_told_of_what_they_find_in_the_list,
    what_may_not_be_done_is_not_offered,
    without_tokens_there_is_nothing_yet,
    nothing_is_read_row_by_row,
];

const DAY: u64 = 24 * 60 * 60;

async fn issue(instance: &Instance, access: &Access, label: &str, lifetime: Lifetime, owner: Option<OwnerChoice>) -> Issued {
    tokens::create(&instance.console, access, NewToken { owner, lifetime, ..new_token(label, Role::Viewer) }).await.unwrap()
}

fn days(days: u32) -> Lifetime {
    Lifetime::of(days, 0, 0).unwrap()
}

/// What is told for a reason. On the way it is made sure that for every reason the list finds as many tokens, and the same first ones.
async fn noted(instance: &Instance, access: &Access, attention: Attention) -> Vec<Noted> {
    let needing = tokens::overview(&instance.console, access).await.unwrap().needing;
    assert!(needing.iter().all(|each| !each.tokens.is_empty()));
    for each in Attention::ALL {
        let listed = tokens::export(&instance.console, access, &each.query()).await.unwrap().tokens;
        let found = needing.iter().find(|needing| needing.attention == each);
        assert_eq!(found.map_or(0, |found| found.total), listed.len(), "{each:?}");
        let mut ids: Vec<TokenId> = listed.iter().map(|token| token.id).collect();
        let mut shown: Vec<TokenId> = found.iter().flat_map(|found| &found.tokens).map(|noted| noted.token.id).collect();
        if matches!(each, Attention::OverPresented | Attention::OldPresented) {
            ids.sort_unstable();
            shown.sort_unstable();
        }
        ids.truncate(Attention::SHOWN);
        assert_eq!(shown, ids, "{each:?}");
    }
    needing.into_iter().find(|needing| needing.attention == attention).map_or(Vec::new(), |needing| needing.tokens)
}

async fn labels(instance: &Instance, access: &Access, attention: Attention) -> Vec<String> {
    noted(instance, access, attention).await.iter().map(|noted| noted.token.label.to_string()).collect()
}

/// Presents the secret; tells whether it was accepted. What came of it is written when this returns.
async fn present(instance: &Instance, issued: &Issued) -> bool {
    let presented = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await;
    instance.console.0.usage.settle().await.unwrap();
    presented.is_ok()
}

async fn set(instance: &Instance, access: &Access, policy: Policy) {
    assert_eq!(token_policy::edit(&instance.console, access, None, &policy).await.unwrap(), policy);
}

async fn expiring_begins_thirty_days_before_the_end_or_in_the_last_third_of_a_shorter_life(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    issue(&instance, &owner, "a hundred days", days(100), None).await;
    issue(&instance, &owner, "a day", days(1), None).await;
    let off = issue(&instance, &owner, "off", days(1), None).await;
    tokens::disable(&instance.console, &owner, &off.token.id.to_string()).await.unwrap();
    let just = Duration::from_micros(1);
    let pass = |hours: u64| instance.clock.advance(Duration::from_hours(hours).saturating_sub(just));
    let expiring = async || labels(&instance, &owner, Attention::Expiring).await;
    pass(16);
    assert!(expiring().await.is_empty(), "it was meant to live for a day");
    instance.clock.advance(just);
    assert_eq!(expiring().await, ["a day"]);
    pass(8);
    assert_eq!(expiring().await, ["a day"]);
    instance.clock.advance(just);
    assert!(expiring().await.is_empty(), "what is over does not expire any more");
    pass(69 * 24);
    assert!(expiring().await.is_empty());
    instance.clock.advance(just);
    issue(&instance, &owner, "forty-five days", days(45), None).await;
    assert_eq!(expiring().await, ["a hundred days"]);
    pass(15 * 24);
    assert_eq!(expiring().await, ["a hundred days"]);
    instance.clock.advance(just);
    assert_eq!(expiring().await, ["a hundred days"], "a third of forty-five days is less than thirty");
    instance.advance(15 * DAY - 1);
    assert_eq!(expiring().await, ["a hundred days"]);
    issue(&instance, &owner, "an hour", Lifetime::Minutes(60), None).await;
    instance.advance(40 * 60);
    assert_eq!(expiring().await, ["an hour", "forty-five days"], "what ends first is first");
}

async fn unused_begins_exactly_ninety_days_after_the_last_use(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    issue(&instance, &owner, "never used", Lifetime::Never, None).await;
    let used = issue(&instance, &owner, "used", Lifetime::Never, None).await;
    instance.advance(DAY);
    assert!(present(&instance, &used).await);
    let unused = async || labels(&instance, &owner, Attention::Unused).await;
    instance.clock.advance(Duration::from_micros(89 * DAY * 1_000_000 - 1));
    assert!(unused().await.is_empty());
    instance.clock.advance(Duration::from_micros(1));
    assert_eq!(unused().await, ["never used"]);
    instance.clock.advance(Duration::from_micros(DAY * 1_000_000 - 1));
    assert_eq!(unused().await, ["never used"]);
    instance.clock.advance(Duration::from_micros(1));
    assert_eq!(unused().await, ["never used", "used"], "the longest unused is first");
    assert!(present(&instance, &used).await);
    assert_eq!(unused().await, ["never used"]);
}

async fn what_never_expires_is_told(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    issue(&instance, &owner, "ends", days(365), None).await;
    issue(&instance, &owner, "first", Lifetime::Never, None).await;
    instance.advance(1);
    let second = issue(&instance, &owner, "second", Lifetime::Never, None).await;
    assert_eq!(labels(&instance, &owner, Attention::NeverExpires).await, ["first", "second"]);
    tokens::revoke(&instance.console, &owner, &second.token.id.to_string(), "second", None).await.unwrap();
    assert_eq!(labels(&instance, &owner, Attention::NeverExpires).await, ["first"]);
}

async fn what_is_dead_counts_as_presented_for_exactly_seven_days(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let revoked = issue(&instance, &owner, "revoked", Lifetime::Never, None).await;
    let expired = issue(&instance, &owner, "expired", Lifetime::Minutes(60), None).await;
    let quiet = issue(&instance, &owner, "quiet", Lifetime::Never, None).await;
    for (token, label) in [(&revoked, "revoked"), (&quiet, "quiet")] {
        tokens::revoke(&instance.console, &owner, &token.token.id.to_string(), label, None).await.unwrap();
    }
    assert!(!present(&instance, &revoked).await);
    instance.advance(3600);
    assert!(!present(&instance, &expired).await);
    let over = noted(&instance, &owner, Attention::OverPresented).await;
    assert_eq!(over[0].presented_at, Some(instance.console.now()));
    let over = async || labels(&instance, &owner, Attention::OverPresented).await;
    assert_eq!(over().await, ["expired", "revoked"], "what was presented last is first");
    instance.advance(7 * DAY - 3600);
    assert_eq!(over().await, ["expired", "revoked"]);
    instance.clock.advance(Duration::from_micros(1));
    assert_eq!(over().await, ["expired"]);
    assert!(labels(&instance, &owner, Attention::OldPresented).await.is_empty());
}

async fn an_old_secret_that_is_presented_is_told_and_what_was_switched_on_again_is_not(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (rotated, off) =
        (issue(&instance, &owner, "rotated", Lifetime::Never, None).await, issue(&instance, &owner, "off", Lifetime::Never, None).await);
    let new = tokens::rotate(&instance.console, &owner, &rotated.token.id.to_string(), Overlap::Hour).await.unwrap();
    assert!(present(&instance, &rotated).await && present(&instance, &new).await);
    let old = async || labels(&instance, &owner, Attention::OldPresented).await;
    assert!(old().await.is_empty(), "both secrets are good");
    instance.advance(3600);
    tokens::disable(&instance.console, &owner, &off.token.id.to_string()).await.unwrap();
    assert!(!present(&instance, &rotated).await && !present(&instance, &off).await);
    assert_eq!(old().await.len(), 2);
    tokens::enable(&instance.console, &owner, &off.token.id.to_string()).await.unwrap();
    assert_eq!(old().await, ["rotated"]);
    assert!(labels(&instance, &owner, Attention::OverPresented).await.is_empty());
}

/// Acme, with the admin Bob in a team; he has generated a token of Acme, one of the team and one of his own.
async fn bob(instance: &Instance) -> (Access, String, [Issued; 3]) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let owner = instance.owner().await;
    let team =
        teams::create(&instance.console, &owner, Name::parse("Payments").unwrap(), Description::parse("").unwrap()).await.unwrap().id;
    let id = user(instance, "bob@acme.test").await;
    teams::add_member(&instance.console, &owner, &team.to_string(), &id).await.unwrap();
    let bob = way(instance, "bob@acme.test", Permission::API_KEY_CREATE).await;
    let mut issued = Vec::new();
    for (label, choice) in [("acme's", OwnerChoice::Organization), ("team's", OwnerChoice::Team(team)), ("bob's", OwnerChoice::Me)] {
        issued.push(issue(instance, &bob, label, days(365), Some(choice)).await);
        instance.advance(1);
    }
    (owner, id, issued.try_into().unwrap_or_else(|_| panic!("three")))
}

async fn whose_creator_left_needs_a_new_secret(instance: Instance) {
    let (owner, id, [acmes, ..]) = bob(&instance).await;
    issue(&instance, &owner, "ada's", days(365), None).await;
    let left = async || labels(&instance, &owner, Attention::CreatorLeft).await;
    assert!(left().await.is_empty(), "he is still here");
    // A new secret of before he left he may know as well.
    tokens::rotate(&instance.console, &owner, &acmes.token.id.to_string(), Overlap::Now).await.unwrap();
    instance.advance(1);
    members::remove_deciding(&instance.console, &owner, &id, &Decisions::all(Some(AfterLeaving::Keep))).await.unwrap();
    assert_eq!(left().await, ["acme's", "team's"], "what was his own is over");
    instance.advance(1);
    tokens::rotate(&instance.console, &owner, &acmes.token.id.to_string(), Overlap::Now).await.unwrap();
    assert_eq!(left().await, ["team's"]);
}

async fn a_removal_that_rotates_leaves_nothing_to_do(instance: Instance) {
    let (owner, id, [acmes, ..]) = bob(&instance).await;
    let decisions =
        Decisions { others: Some(AfterLeaving::Revoke), ..Decisions::each(BTreeMap::from([(acmes.token.id, AfterLeaving::Rotate)])) };
    let removed = members::remove_deciding(&instance.console, &owner, &id, &decisions).await.unwrap();
    assert_eq!(removed.rotated.len(), 1);
    assert!(labels(&instance, &owner, Attention::CreatorLeft).await.is_empty());
}

async fn what_breaks_the_policy_is_what_the_list_marks(instance: Instance) {
    let (owner, ..) = bob(&instance).await;
    for (label, lifetime) in [("endless", Lifetime::Never), ("30 days", days(30)), ("30 days, 1 minute", Lifetime::Minutes(30 * 1440 + 1))]
    {
        issue(&instance, &owner, label, lifetime, None).await;
        instance.advance(1);
    }
    for label in ["twin", "TWIN", "only"] {
        issue(&instance, &owner, label, days(10), None).await;
        instance.advance(1);
    }
    let ended = issue(&instance, &owner, "only", Lifetime::Never, None).await;
    tokens::revoke(&instance.console, &owner, &ended.token.id.to_string(), "only", None).await.unwrap();
    let outside = async || labels(&instance, &owner, Attention::OutsidePolicy).await;
    assert!(outside().await.is_empty(), "without a policy nothing breaks it");
    for policy in [
        Policy { may_never_expire: false, ..Policy::default() },
        Policy { max_days: Some(30), may_never_expire: false, ..Policy::default() },
        Policy { user_tokens_allowed: false, ..Policy::default() },
        Policy { team_tokens_allowed: false, ..Policy::default() },
        Policy { unique_labels: true, ..Policy::default() },
        Policy {
            max_days: Some(5),
            may_never_expire: false,
            user_tokens_allowed: false,
            team_tokens_allowed: false,
            unique_labels: true,
            ..Policy::default()
        },
    ] {
        set(&instance, &owner, policy).await;
        let all = tokens::export(&instance.console, &owner, &"status=active&sort=created".to_owned().try_into().unwrap()).await.unwrap();
        let marked = token_policy::breaches(&instance.console, &owner, &all.tokens).await.unwrap();
        assert!(!marked.is_empty(), "{policy:?}");
        let needing = tokens::overview(&instance.console, &owner).await.unwrap().needing;
        let found = needing.into_iter().find(|each| each.attention == Attention::OutsidePolicy).unwrap();
        assert_eq!(found.total, marked.len(), "{policy:?}");
        let told: Vec<_> = found.tokens.into_iter().map(|noted| (noted.token.id, noted.outside.unwrap())).collect();
        assert_eq!(told, marked[..marked.len().min(5)], "{policy:?}");
    }
    set(&instance, &owner, Policy { max_days: Some(30), may_never_expire: false, ..Policy::default() }).await;
    assert_eq!(outside().await, ["acme's", "team's", "bob's", "endless", "30 days, 1 minute"]);
    set(&instance, &owner, Policy { unique_labels: true, ..Policy::default() }).await;
    assert_eq!(outside().await, ["twin", "TWIN"]);
}

async fn five_are_shown_of_however_many(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for number in 0..7 {
        issue(&instance, &owner, &format!("t{number}"), days(97 - number), None).await;
    }
    instance.advance(70 * DAY);
    let needing = tokens::overview(&instance.console, &owner).await.unwrap().needing;
    assert_eq!(needing.len(), 1);
    assert_eq!((needing[0].attention, needing[0].total), (Attention::Expiring, 7));
    assert_eq!(labels(&instance, &owner, Attention::Expiring).await, ["t6", "t5", "t4", "t3", "t2"]);
}

/// More are told as more: to count them all would take longer the more there are.
async fn a_thousand_are_counted_at_most(instance: Instance) {
    instance.set_up().await;
    let operator = access::by_operator(&instance.console, "acme", &caller()).await.unwrap();
    let ada = user(&instance, "ada@acme.test").await.parse().unwrap();
    let seed = |number: usize| tokens::Seed {
        owner: Owner::Organization,
        label: Label::parse(&format!("t{number}")).unwrap(),
        description: Description::parse("").unwrap(),
        role: Some(Role::Viewer.into()),
        permissions: PermissionSet::NONE,
        created_at: instance.console.now(),
        creator: (ada, Name::parse("Ada").unwrap()),
        expires_at: None,
        last_used_at: None,
        state: State::Active,
    };
    let owner = instance.owner().await;
    for (more, total) in [(1_000, 1_000), (1, 1_001), (500, 1_001)] {
        tokens::seed(&instance.console, &operator, (0..more).map(seed), 0).await.unwrap();
        let needing = tokens::overview(&instance.console, &owner).await.unwrap().needing;
        let found: Vec<_> = needing.iter().map(|each| (each.attention, each.total, each.tokens.len())).collect();
        assert_eq!(found, [(Attention::NeverExpires, total, 5)]);
    }
}

async fn everybody_is_told_of_what_they_find_in_the_list(instance: Instance) {
    let (owner, _, [acmes, teams, bobs]) = bob(&instance).await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    teams::add_member(&instance.console, &owner, &teams.token.owner.team().unwrap().id.to_string(), &user(&instance, "vi@acme.test").await)
        .await
        .unwrap();
    let vi = way(&instance, "vi@acme.test", Permission::API_KEY_READ).await;
    issue(&instance, &vi, "vi's", days(7), None).await;
    for token in [&acmes, &teams, &bobs] {
        tokens::disable(&instance.console, &way(&instance, "bob@acme.test", Permission::API_KEY_UPDATE).await, &token.token.id.to_string())
            .await
            .unwrap();
        assert!(!present(&instance, token).await);
    }
    instance.advance(5 * DAY);
    let told = async |access: &Access| {
        let mut labels = labels(&instance, access, Attention::OldPresented).await;
        labels.extend(self::labels(&instance, access, Attention::Expiring).await);
        labels.sort_unstable();
        labels
    };
    assert_eq!(told(&owner).await, ["acme's", "bob's", "team's", "vi's"]);
    assert_eq!(told(&vi).await, ["team's", "vi's"], "their own and their team's");
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_tokens(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let elsewhere = tokens::overview(&instance.console, &globex).await.unwrap();
    assert!(elsewhere.needing.is_empty() && elsewhere.nothing_yet);
    let refused = access::to_tokens(&instance.console, Some(&hank), &caller(), "acme", Permission::API_KEY_READ).await;
    assert!(matches!(refused, Err(Error::NotFound)));
    let reader = issue(&instance, &owner, "reads nothing", days(365), None).await;
    let reader = access::by_token(&instance.console, reader.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(matches!(tokens::overview(&instance.console, &reader).await, Err(Error::Forbidden)));
}

async fn what_may_not_be_done_is_not_offered(instance: Instance) {
    let (owner, ..) = bob(&instance).await;
    let offered = async |access: &Access, attention: Attention| {
        let noted = noted(&instance, access, attention).await;
        noted.into_iter().map(|noted| (noted.token.label.to_string(), noted.may_act)).collect::<Vec<_>>()
    };
    let each = |acmes: bool, teams: bool, bobs: bool| {
        [("acme's", acmes), ("team's", teams), ("bob's", bobs)].map(|(label, may)| (label.to_owned(), may))
    };
    let sorted = |mut offered: Vec<(String, bool)>| {
        offered.sort_unstable();
        offered
    };
    instance.advance(340 * DAY);
    let (owner_now, bob) = (instance.owner().await, way(&instance, "bob@acme.test", Permission::API_KEY_READ).await);
    // Nobody rotates what is somebody else's, or of a team they are not in; both can be ended.
    assert_eq!(offered(&owner_now, Attention::Expiring).await, each(true, false, false));
    assert_eq!(offered(&owner_now, Attention::Unused).await, each(true, true, true));
    assert_eq!(offered(&bob, Attention::Expiring).await, each(true, true, true));
    instance.advance(26 * DAY);
    let (owner_now, bob) = (instance.owner().await, way(&instance, "bob@acme.test", Permission::API_KEY_READ).await);
    let mut over = each(true, false, false);
    over.sort_unstable();
    instance
        .execute(
            "INSERT INTO token_refusals (organization_id, token_id, cause, hint, times, last_at, address, user_agent) \
                      SELECT organization_id, id, 'expired', 'x', 1, expires_at + 86400000000, '', '' FROM tokens",
        )
        .await
        .unwrap();
    assert_eq!(sorted(offered(&owner_now, Attention::OverPresented).await), over);
    assert_eq!(sorted(offered(&bob, Attention::OverPresented).await), over.clone().map(|(label, _)| (label, true)));
    // What the policy does not allow to replace is not offered to be replaced.
    set(&instance, &owner_now, Policy { team_tokens_allowed: false, ..Policy::default() }).await;
    let mut but_teams = each(true, false, true);
    but_teams.sort_unstable();
    assert_eq!(sorted(offered(&bob, Attention::OverPresented).await), but_teams);
    drop(owner);
}

async fn without_tokens_there_is_nothing_yet(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let overview = tokens::overview(&instance.console, &owner).await.unwrap();
    assert!(overview.nothing_yet && overview.needing.is_empty() && overview.owners.organization);
    let issued = issue(&instance, &owner, "ci", days(90), None).await;
    for _ in 0..2 {
        let overview = tokens::overview(&instance.console, &owner).await.unwrap();
        assert!(!overview.nothing_yet && overview.needing.is_empty(), "{overview:?}");
        tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "ci", None).await.unwrap_or_else(|_| issued.token.clone());
    }
}

/// Every table is entered by an index: in both plans nothing is read from its first row to its last. Of so few rows PostgreSQL finds one
/// index as good as another, so which one it is is asked of SQLite.
async fn nothing_is_read_row_by_row(instance: Instance) {
    let (owner, ..) = bob(&instance).await;
    let now = instance.console.now();
    for access in [owner, way(&instance, "bob@acme.test", Permission::API_KEY_READ).await] {
        let mut plan = String::new();
        for attention in Attention::ALL {
            let query = attention.query();
            let question = Question::Person(&query);
            for (walk, after) in walks(&access, question) {
                plan +=
                    &explained(&instance, || page(&access, question, walk, after, now, 6), || page(&access, question, walk, after, now, 6))
                        .await;
                let all = || counted(&access, question, walk, now, 1_001);
                plan += &explained(&instance, all, || counted(&access, question, walk, now, 1_001)).await;
            }
        }
        let is_sqlite = matches!(instance.console.0.db.pool, Pool::Sqlite(_));
        // By the token, not by the week: that would read all refusals for each token that has one.
        assert!(!is_sqlite || (plan.contains("SEARCH f USING") && !plan.contains("SEARCH f USING INDEX token_refusals_by_time")), "{plan}");
        if is_sqlite && access.only_of().is_none() {
            for index in ["tokens_by_expiry", "token_refusals_by_time", "events_by_target"] {
                assert!(plan.contains(index), "{index}: {plan}");
            }
        }
        let tables = ["t", "s", "u", "f", "m", "e", "y", "o", "r"].map(|table| format!("SCAN {table}"));
        let whole = |line: &str| {
            line.contains("Seq Scan") || tables.iter().any(|scan| format!("{} ", line.trim()).starts_with(&format!("{scan} ")))
        };
        assert!(!plan.lines().any(whole), "{plan}");
    }
}
