//! Reading the audit trail: an organization sees its own part, filtered and paged, and may have the whole chain checked.

use domain::{
    Permission, Role, Timestamp,
    audit::{Action, Verified},
};
use sqlx::AssertSqlSafe;

use super::{Instance, caller, new_token, on_both};
use crate::{
    Access, Error, access,
    audit::{self, Filter, Form},
    store::{self, Pool},
    tokens,
};

on_both![
    events_are_read_back_as_they_were_recorded,
    pages_follow_one_another_without_gap_or_repetition,
    another_organizations_events_and_sign_ins_stay_unseen,
    each_filter_lets_through_what_it_says,
    names_are_data_and_never_patterns,
    who_may_not_change_the_organization_may_not_read_its_log,
    what_a_token_does_is_recorded_under_its_label,
    reading_and_checking_write_nothing,
    a_check_tells_where_the_trail_is_broken,
    one_check_at_a_time,
];

/// Ada's access to Acme, as the log asks for it.
async fn owner(instance: &Instance) -> Access {
    let actor = instance.actor("ada@acme.test").await;
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::ORGANIZATION_UPDATE).await.unwrap()
}

async fn list(instance: &Instance, access: &Access, form: &Form) -> Vec<(String, String)> {
    let events = audit::list(&instance.console, access, &form.parse().unwrap(), audit::PAGE).await.unwrap();
    events.items.into_iter().map(|recorded| (recorded.event.action, recorded.event.target.name)).collect()
}

fn names(events: &[(String, String)]) -> Vec<&str> {
    events.iter().map(|(_, name)| name.as_str()).collect()
}

async fn events_are_read_back_as_they_were_recorded(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let events = audit::list(&instance.console, &owner, &Filter::default(), audit::PAGE).await.unwrap();
    assert_eq!((events.items.len(), events.next), (2, None));
    let newest = &events.items[0];
    assert_eq!((newest.event.seq, newest.event.at, newest.event.title().as_str()), (3, instance.console.now(), "Generated token"));
    assert_eq!((newest.event.actor.kind.as_str(), newest.event.actor.name.as_str()), ("member", "Ada Lovelace"));
    assert_eq!((newest.event.target.id.as_str(), newest.event.target.name.as_str()), (issued.token.id.to_string().as_str(), "ci"));
    assert_eq!((newest.event.request_id.as_str(), newest.event.address.as_str()), ("req_test", ""));
    assert_eq!(newest.details["hint"], issued.token.hint.as_str());
    assert!(newest.readable().iter().any(|detail| detail.name == "Expires at"));
    assert_eq!(events.items[1].event.action, Action::OrganizationCreate.as_str());
}

async fn pages_follow_one_another_without_gap_or_repetition(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    for number in 0..7 {
        tokens::create(&instance.console, &owner, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
    }
    let (mut seen, mut filter) = (Vec::new(), Filter::default());
    loop {
        let page = audit::list(&instance.console, &owner, &filter, 3).await.unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.into_iter().map(|recorded| recorded.event.seq));
        let Some(next) = page.next else { break };
        filter.before = next;
        // What happens meanwhile is newer than every page to come.
        tokens::create(&instance.console, &owner, new_token("meanwhile", Role::Viewer)).await.unwrap();
    }
    assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 1], "the second one is a sign-in");
    filter.before = 1;
    let beyond = audit::list(&instance.console, &owner, &filter, 3).await.unwrap();
    assert!(beyond.items.is_empty() && beyond.next.is_none());
}

async fn another_organizations_events_and_sign_ins_stay_unseen(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let acme = owner(&instance).await;
    let hank = instance.actor("hank@globex.test").await;
    let globex =
        access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::ORGANIZATION_UPDATE).await.unwrap();
    let issued = tokens::create(&instance.console, &acme, new_token("acme only", Role::Viewer)).await.unwrap();
    tokens::create(&instance.console, &globex, new_token("globex only", Role::Viewer)).await.unwrap();
    let everything = Form::default();
    assert_eq!(names(&list(&instance, &acme, &everything).await), ["acme only", "Acme"]);
    assert_eq!(names(&list(&instance, &globex, &everything).await), ["globex only", ""]);
    let foreign = Form { target: issued.token.id.to_string(), ..Form::default() };
    assert_eq!(list(&instance, &acme, &foreign).await.len(), 1);
    assert!(list(&instance, &globex, &foreign).await.is_empty());
    for form in [&everything, &foreign] {
        assert!(list(&instance, &acme, form).await.iter().all(|(action, _)| !action.starts_with("session.")));
    }
}

async fn each_filter_lets_through_what_it_says(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    let bot = tokens::create(&instance.console, &owner, new_token("Deploy bot", Role::Viewer)).await.unwrap().token.id.to_string();
    tokens::create(&instance.console, &owner, new_token("backup", Role::Viewer)).await.unwrap();
    instance.advance(24 * 60 * 60);
    tokens::revoke(&instance.console, &owner, &bot, "Deploy bot", None).await.unwrap();
    let ask = async |form: Form| list(&instance, &owner, &form).await;
    let all = ask(Form::default()).await;
    assert_eq!(names(&all), ["Deploy bot", "backup", "Deploy bot", "Acme"]);
    let created = ask(Form { action: "token.create".into(), ..Form::default() }).await;
    assert_eq!(names(&created), ["backup", "Deploy bot"]);
    for actor in ["Ada", "ada lovelace", "ADA L"] {
        assert_eq!(names(&ask(Form { actor: actor.into(), ..Form::default() }).await), ["Deploy bot", "backup", "Deploy bot"], "{actor}");
    }
    assert_eq!(names(&ask(Form { actor: "operator".into(), ..Form::default() }).await), ["Acme"]);
    assert!(ask(Form { actor: "Lovelace".into(), ..Form::default() }).await.is_empty(), "names are compared from their beginning");
    for target in ["deploy", "Deploy bot", bot.as_str()] {
        assert_eq!(ask(Form { target: target.into(), ..Form::default() }).await.len(), 2, "{target}");
    }
    let both = Form { action: "token.revoke".into(), target: bot.clone(), ..Form::default() };
    assert_eq!(names(&ask(both).await), ["Deploy bot"]);
    let first_day = Form { from: "2026-11-22".into(), to: "2026-11-22".into(), ..Form::default() };
    assert_eq!(names(&ask(first_day).await), ["backup", "Deploy bot", "Acme"]);
    assert_eq!(names(&ask(Form { from: "2026-11-23".into(), ..Form::default() }).await), ["Deploy bot"]);
    assert!(ask(Form { to: "2026-11-21".into(), ..Form::default() }).await.is_empty());
    // A microsecond decides.
    let at = instance.console.now();
    let edge = |from, until| Filter { from, until, ..Filter::default() };
    for (filter, found) in [
        (edge(at, Timestamp::from_micros(at.as_micros() + 1)), 1),
        (edge(Timestamp::from_micros(at.as_micros() + 1), Timestamp::from_micros(i64::MAX)), 0),
        (edge(Timestamp::from_micros(0), at), 3),
    ] {
        assert_eq!(audit::list(&instance.console, &owner, &filter, 10).await.unwrap().items.len(), found);
    }
}

async fn names_are_data_and_never_patterns(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    for label in ["100%", "a_b", "'; DROP TABLE events; --", "Émile"] {
        tokens::create(&instance.console, &owner, new_token(label, Role::Viewer)).await.unwrap();
    }
    for (target, found) in
        [("%", 0), ("1%", 0), ("100%", 1), ("_", 0), ("a_", 1), ("a%b", 0), ("'; drop", 1), ("Ém", 1), ("\\", 0), ("$1", 0), ("𝕏", 0)]
    {
        let events = list(&instance, &owner, &Form { target: target.into(), ..Form::default() }).await;
        assert_eq!(events.len(), found, "{target}");
    }
}

async fn who_may_not_change_the_organization_may_not_read_its_log(instance: Instance) {
    instance.set_up().await;
    for (role, email) in [(Role::Developer, "dev@acme.test"), (Role::Viewer, "viewer@acme.test")] {
        instance.member("acme", role, email).await;
        let actor = instance.actor(email).await;
        let refused = access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::ORGANIZATION_UPDATE).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        let reader =
            access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::ORGANIZATION_READ).await.unwrap();
        assert!(matches!(audit::list(&instance.console, &reader, &Filter::default(), 1).await, Err(Error::Forbidden)));
        assert!(matches!(audit::verify(&instance.console, &reader).await, Err(Error::Forbidden)));
    }
}

async fn what_a_token_does_is_recorded_under_its_label(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    let admin = tokens::create(&instance.console, &owner, new_token("terraform", Role::Admin)).await.unwrap();
    let by_token = access::by_token(&instance.console, admin.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    tokens::create(&instance.console, &by_token, new_token("made by a token", Role::Viewer)).await.unwrap();
    for actor in ["terraform".to_owned(), admin.token.id.to_string()] {
        let filter = Form { actor, ..Form::default() }.parse().unwrap();
        let events = audit::list(&instance.console, &by_token, &filter, 10).await.unwrap().items;
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].event.actor.kind.as_str(), events[0].event.target.name.as_str()), ("token", "made by a token"));
    }
}

async fn reading_and_checking_write_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    let before = instance.shape().await;
    audit::list(&instance.console, &owner, &Filter::default(), audit::PAGE).await.unwrap();
    let Verified::Intact { events, checkpoint } = audit::verify(&instance.console, &owner).await.unwrap() else {
        panic!("nobody has touched it")
    };
    assert_eq!(events, 2);
    let seen = checkpoint.parse().unwrap();
    assert!(instance.console.verify_events(Some(&seen)).await.unwrap().is_ok(), "the checkpoint is one the command takes");
    assert_eq!(instance.shape().await, before);
}

async fn a_check_tells_where_the_trail_is_broken(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    for number in 0..3 {
        tokens::create(&instance.console, &owner, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
    }
    let guard = match &instance.console.0.db.pool {
        Pool::Sqlite(_) => "DROP TRIGGER events_no_update",
        Pool::Postgres(_) => "DROP TRIGGER events_append_only ON events",
    };
    instance.execute(guard).await.unwrap();
    assert_eq!(instance.execute("UPDATE events SET actor_name = 'Eve' WHERE seq = 4").await.unwrap(), 1);
    assert_eq!(audit::verify(&instance.console, &owner).await.unwrap(), Verified::Broken { from: 4 });
}

async fn one_check_at_a_time(instance: Instance) {
    instance.set_up().await;
    let owner = owner(&instance).await;
    let place = instance.console.0.verifying.take();
    assert!(matches!(audit::verify(&instance.console, &owner).await, Err(Error::TooMany { .. })));
    assert!(!list(&instance, &owner, &Form::default()).await.is_empty(), "the log is read meanwhile");
    drop(place);
    assert!(audit::verify(&instance.console, &owner).await.is_ok());
    assert!(audit::verify(&instance.console, &owner).await.is_ok(), "and gives its place back");
}

/// Neither text may read the events of other organizations, or sort.
#[tokio::test]
async fn sqlite_lists_by_index() {
    let instance = Instance::sqlite().await;
    let id = domain::TokenId::new(instance.console.now(), super::random()).to_string();
    for (target, index) in [("", "events_by_organization"), ("ci", "events_by_organization"), (id.as_str(), "events_by_target")] {
        let sql = format!("EXPLAIN QUERY PLAN {}", store::events::listing(target));
        let plan: Vec<(i64, i64, i64, String)> = match &instance.console.0.db.pool {
            Pool::Sqlite(pool) => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap(),
            Pool::Postgres(_) => unreachable!(),
        };
        let plan: Vec<String> = plan.into_iter().map(|(.., step)| step).collect();
        assert_eq!(plan.len(), 1, "{plan:?}");
        assert!(plan[0].starts_with("SEARCH events") && plan[0].contains(index) && plan[0].contains("seq<?"), "{target}: {plan:?}");
    }
}
