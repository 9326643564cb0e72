//! Which tokens may do more than they are used for: when that can be said, what is forgotten, and who judges.

use std::time::Duration;

use domain::{Attention, Change, Issued, Lifetime, Permission, PermissionSet, Remedy, Rights, Role, TokenQuery, UsageHistory, Verdict};

use super::{Instance, caller, new_token, on_both, user};
use crate::{
    Access, access,
    roles::{self, Definition},
    store,
    tokens::{self, NewToken},
    verify::{Asked, verify},
};

on_both![
    what_nobody_asked_for_is_told_after_a_hundred_days,
    who_names_no_permission_may_have_used_any,
    who_is_shown_the_token_may_have_used_any,
    an_edit_is_true_at_once_and_what_is_new_has_its_time,
    a_role_that_changes_is_like_an_edit,
    one_server_judges_once_a_day,
    a_judgement_that_fails_is_made_again,
    a_use_is_written_once_a_day,
    what_is_passed_on_may_be_used_for_any,
    a_persons_token_is_not_judged,
    what_the_catalogue_gives_has_its_time,
    an_old_judgement_is_told_no_more,
    time_that_was_set_back_leaves_no_claim,
    a_use_of_a_day_to_come_is_kept_as_one_of_today,
    a_clock_that_was_ahead_holds_nobody_back,
    the_same_rights_from_elsewhere_begin_anew,
    what_was_switched_off_had_no_time,
    what_it_may_not_do_any_more_is_not_told,
    another_organization_sees_nothing,
];

const DAY: u64 = 24 * 60 * 60;
const HELD: &str = "billing:read cluster:read cluster:update";

/// Servers judge from the first day on: what permissions there are is known since then.
async fn set_up(instance: &Instance) {
    instance.set_up().await;
    judge(instance).await;
}

async fn issue(instance: &Instance, owner: &Access, label: &str) -> Issued {
    let new = NewToken { role: None, permissions: set(HELD), lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) };
    tokens::create(&instance.console, owner, new).await.unwrap()
}

fn set(names: &str) -> PermissionSet {
    names.parse().unwrap()
}

/// Asks about the token as a service does.
async fn ask(instance: &Instance, owner: &Access, issued: &Issued, permission: Option<&str>) {
    let permission: Option<Permission> = permission.map(|name| name.parse().unwrap());
    let told = verify(&instance.console, owner.verifier().unwrap(), &caller(), issued.secret.expose(), permission).await.unwrap();
    assert_eq!(told.verdict, Verdict::Valid);
    instance.console.0.usage.settle().await.unwrap();
}

async fn judge(instance: &Instance) {
    tokens::judge_excess(&instance.console, instance.console.now()).await.unwrap();
}

async fn history(instance: &Instance, owner: &Access, issued: &Issued) -> UsageHistory {
    tokens::usage(&instance.console, owner, &issued.token.id.to_string()).await.unwrap()
}

/// What is told of the token on its page; the overview tells the same, and the list finds it for that.
async fn excess(instance: &Instance, owner: &Access, issued: &Issued) -> String {
    let found = history(instance, owner, issued).await.excess;
    let id = issued.token.id;
    let needing = tokens::overview(&instance.console, owner).await.unwrap().needing;
    let noted = needing.into_iter().find(|each| each.attention == Attention::WiderThanUsed).map(|each| each.tokens).unwrap_or_default();
    let noted = noted.into_iter().find(|noted| noted.token.id == id);
    assert_eq!(noted.as_ref().map_or(PermissionSet::NONE, |noted| noted.excess), found);
    assert!(noted.is_none_or(|noted| noted.may_act && Attention::WiderThanUsed.remedy() == Remedy::Edit));
    let query = TokenQuery::parse("finding=wider").unwrap();
    let listed = tokens::list(&instance.console, owner, &query).await.unwrap().page.items;
    assert_eq!(listed.iter().any(|token| token.id == id), !found.is_empty());
    found.stored()
}

async fn what_nobody_asked_for_is_told_after_a_hundred_days(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let (issued, quiet) = (issue(&instance, &owner, "ci").await, issue(&instance, &owner, "quiet").await);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    ask(&instance, &owner, &quiet, Some("cluster:read")).await;
    instance.advance(99 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    assert_eq!(excess(&instance, &owner, &quiet).await, "", "what nobody used is told for another reason");
    let known = history(&instance, &owner, &issued).await;
    assert_eq!((known.permissions.stored().as_str(), known.is_untold), ("cluster:read", false));
    // What was used since is not told, although it is judged tomorrow.
    ask(&instance, &owner, &issued, Some("billing:read")).await;
    assert_eq!(history(&instance, &owner, &issued).await.excess.stored(), "cluster:update");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "cluster:update");
    ask(&instance, &owner, &issued, Some("cluster:update")).await;
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    // A revoked one may do nothing.
    instance.advance(120 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "ci", None).await.unwrap();
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_excess").await, 0);
    assert_eq!(instance.count("SELECT COUNT(DISTINCT token_id) FROM token_permission_uses").await, 1, "of what is over nothing is kept");
    instance.run(format!("UPDATE tokens SET expires_at = {} WHERE id = '{}'", instance.console.now().as_micros(), quiet.token.id)).await;
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_permission_uses").await, 0);
}

async fn who_names_no_permission_may_have_used_any(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(DAY);
    ask(&instance, &owner, &issued, None).await;
    instance.advance(99 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    assert!(history(&instance, &owner, &issued).await.is_untold);
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
}

async fn who_is_shown_the_token_may_have_used_any(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    // Jeton's own API names what it takes.
    access::by_token(&instance.console, issued.secret.expose(), &caller(), "billing:read".parse().unwrap()).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    let known = history(&instance, &owner, &issued).await;
    assert_eq!((known.allowed(), known.permissions.stored().as_str(), known.is_untold), (2, "billing:read cluster:read", false));
    // A service that was handed it may ask with it what it may do.
    access::by_token_to_itself(&instance.console, issued.secret.expose(), &caller()).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    let known = history(&instance, &owner, &issued).await;
    assert_eq!((known.allowed(), known.is_untold), (3, true));
}

/// A token that was found to be wider than used.
async fn wide(instance: &Instance, owner: &Access) -> Issued {
    let issued = issue(instance, owner, "ci").await;
    ask(instance, owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(instance, owner, &issued, Some("cluster:read")).await;
    judge(instance).await;
    assert_eq!(excess(instance, owner, &issued).await, "billing:read cluster:update");
    issued
}

async fn an_edit_is_true_at_once_and_what_is_new_has_its_time(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = wide(&instance, &owner).await;
    let id = issued.token.id.to_string();
    // What it is called has nothing to do with it.
    let named = Change { label: Some(domain::Label::parse("deploy").unwrap()), ..Change::default() };
    tokens::edit(&instance.console, &owner, &id, None, named).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    let rights = |permissions: &str| Change { rights: Some(Rights { role: None, permissions: set(permissions) }), ..Change::default() };
    tokens::edit(&instance.console, &owner, &id, None, rights("cluster:read billing:read")).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(99 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read");
}

async fn a_role_that_changes_is_like_an_edit(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let define = |name: &str, permissions: &str| Definition::parse(name, "", permissions).unwrap();
    let role = roles::create(&instance.console, &owner, define("Keeper", HELD)).await.unwrap();
    let new = NewToken { role: Some(role.role.clone().into()), lifetime: Lifetime::Never, ..new_token("ci", Role::Viewer) };
    let issued = tokens::create(&instance.console, &owner, new).await.unwrap();
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    // Who signed in so long ago is asked for the password.
    let owner = instance.owner().await;
    let id = role.role.id.to_string();
    roles::edit(&instance.console, &owner, &id, None, define("Renamed", HELD)).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    roles::edit(&instance.console, &owner, &id, None, define("Renamed", "cluster:read cluster:update")).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(99 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "cluster:update");
}

async fn one_server_judges_once_a_day(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    judge(&instance).await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "", "it was judged before the use");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
}

async fn a_judgement_that_fails_is_made_again(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.break_inserts("token_excess").await;
    assert!(tokens::judge_excess(&instance.console, instance.console.now()).await.is_err());
    instance.mend("token_excess").await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    let day = instance.console.now().day();
    assert!(!store::daily::begin(&instance.console.0.db, "excess", day).await.unwrap());
    assert!(store::daily::begin(&instance.console.0.db, "excess", day + 1).await.unwrap());
}

async fn a_use_is_written_once_a_day(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    let rows = async || instance.count("SELECT COUNT(*) FROM token_permission_uses").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    ask(&instance, &owner, &issued, None).await;
    assert_eq!(rows().await, 2);
    instance.execute("DELETE FROM token_permission_uses").await.unwrap();
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    assert_eq!(rows().await, 0, "what is written is remembered");
    ask(&instance, &owner, &issued, Some("cluster:update")).await;
    assert_eq!(rows().await, 1);
    instance.advance(DAY);
    for permission in [Some("cluster:read"), Some("cluster:update")] {
        ask(&instance, &owner, &issued, permission).await;
    }
    assert_eq!(rows().await, 2);
    assert_eq!(instance.count("SELECT CAST(SUM(last_day - first_day) AS BIGINT) FROM token_permission_uses").await, 1);
}

async fn what_is_passed_on_may_be_used_for_any(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    let asked = Asked { permission: "cluster:read".parse().ok(), passed_on: true, ..Asked::default() };
    verify(&instance.console, owner.verifier().unwrap(), &caller(), issued.secret.expose(), asked).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    assert!(history(&instance, &owner, &issued).await.is_untold);
}

async fn a_persons_token_is_not_judged(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    let ada = user(&instance, "ada@acme.test").await;
    instance.run(format!("UPDATE tokens SET kind = 'user', user_id = '{ada}' WHERE id = '{}'", issued.token.id)).await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
}

async fn what_the_catalogue_gives_has_its_time(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    // Until the second day there was another one.
    instance.execute("UPDATE daily_tasks SET name = 'catalogue before' WHERE name LIKE 'catalogue %'").await.unwrap();
    instance.advance(DAY);
    judge(&instance).await;
    instance.advance(99 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
}

async fn an_old_judgement_is_told_no_more(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = wide(&instance, &owner).await;
    instance.advance(2 * DAY - 1);
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    instance.advance(1);
    assert_eq!(excess(&instance, &owner, &issued).await, "");
}

async fn time_that_was_set_back_leaves_no_claim(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = wide(&instance, &owner).await;
    let now = instance.console.now().minus(Duration::from_secs(DAY));
    store::time::set_back(&instance.console.0.db, now).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    assert_eq!(instance.count("SELECT COUNT(*) FROM daily_tasks WHERE name = 'excess'").await, 0, "so that it is judged on this day");
}

async fn a_use_of_a_day_to_come_is_kept_as_one_of_today(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    let today = instance.console.now();
    // The clock is ahead for a moment, in which something else is asked.
    instance.advance(DAY);
    ask(&instance, &owner, &issued, Some("billing:read")).await;
    store::time::set_back(&instance.console.0.db, today).await.unwrap();
    tokens::judge_excess(&instance.console, today).await.unwrap();
    assert_eq!(history(&instance, &owner, &issued).await.excess.stored(), "cluster:update");
}

async fn a_clock_that_was_ahead_holds_nobody_back(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("billing:read")).await;
    // A month ahead `billing:read` is the only one that was used in a hundred days.
    let now = instance.console.now();
    tokens::judge_excess(&instance.console, now.plus(Duration::from_secs(30 * DAY))).await.unwrap();
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_excess").await, 1);
    assert_eq!(excess(&instance, &owner, &issued).await, "", "what was judged in time to come is not told");
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "cluster:update", "and is judged anew");
}

async fn the_same_rights_from_elsewhere_begin_anew(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let role = roles::create(&instance.console, &owner, Definition::parse("Keeper", "", HELD).unwrap()).await.unwrap();
    let new = NewToken { role: Some(role.role.clone().into()), lifetime: Lifetime::Never, ..new_token("ci", Role::Viewer) };
    let issued = tokens::create(&instance.console, &owner, new).await.unwrap();
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    instance.advance(100 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
    let owner = instance.owner().await;
    let own = Change { rights: Some(Rights { role: None, permissions: set(HELD) }), ..Change::default() };
    tokens::edit(&instance.console, &owner, &issued.token.id.to_string(), None, own).await.unwrap();
    assert_eq!(excess(&instance, &owner, &issued).await, "", "when its role had changed is not known any more");
}

async fn what_was_switched_off_had_no_time(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = issue(&instance, &owner, "ci").await;
    let id = issued.token.id.to_string();
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    tokens::disable(&instance.console, &owner, &id).await.unwrap();
    instance.advance(95 * DAY);
    let owner = instance.owner().await;
    tokens::enable(&instance.console, &owner, &id).await.unwrap();
    instance.advance(5 * DAY);
    ask(&instance, &owner, &issued, Some("cluster:read")).await;
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "");
    instance.advance(95 * DAY);
    judge(&instance).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read cluster:update");
}

async fn what_it_may_not_do_any_more_is_not_told(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = wide(&instance, &owner).await;
    // As if the catalogue gave less from today on, and no server had judged since.
    instance.run(format!("UPDATE tokens SET permissions = 'billing:read cluster:read' WHERE id = '{}'", issued.token.id)).await;
    assert_eq!(excess(&instance, &owner, &issued).await, "billing:read");
}

async fn another_organization_sees_nothing(instance: Instance) {
    set_up(&instance).await;
    let owner = instance.owner().await;
    let issued = wide(&instance, &owner).await;
    instance.member("umbrella", Role::Owner, "eve@umbrella.test").await;
    let eve = instance.actor("eve@umbrella.test").await;
    let eve = access::to_organization(&instance.console, Some(&eve), &caller(), "umbrella", Permission::API_KEY_READ).await.unwrap();
    assert!(tokens::overview(&instance.console, &eve).await.unwrap().needing.is_empty());
    assert!(store::tokens::excess(&instance.console.0.db, &eve, &[issued.token.id], instance.console.now()).await.unwrap().is_empty());
    let (permissions, is_untold) = store::tokens::used_for(&instance.console.0.db, &eve, issued.token.id, 0).await.unwrap();
    assert!(permissions.is_empty() && !is_untold);
}
