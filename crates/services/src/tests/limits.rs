//! From where a token may be used, and how often: at verification, at the doors of this server, and when it is changed.

use std::net::IpAddr;

use domain::{Change, Issued, Lifetime, Limits, Networks, Overlap, Permission, RateLimit, Role, Token, Verdict, network::Outside};
use serde_json::{Value, json};

use super::{Instance, caller, new_token, notices::taken, on_both};
use crate::{
    Access, Caller, Console, Error, access, roles,
    tokens::{self, NewToken},
    verify::{self, Asked, Verification},
};

on_both![
    a_token_is_good_in_its_networks_and_nowhere_else,
    a_narrower_network_is_true_at_once_on_every_server,
    a_change_that_was_begun_from_what_is_no_longer_so_is_refused,
    so_many_uses_in_a_period_and_no_more,
    a_changed_limit_goes_on_with_what_was_counted,
    whoever_presents_a_limited_token_here_is_counted_too,
    limits_are_kept_recorded_and_told,
    who_widens_gives_all_that_the_token_may_do,
    a_bound_token_gives_nobody_a_way_around_its_networks,
    what_stands_in_the_database_and_is_no_network_lets_nobody_in,
];

const INSIDE: &str = "10.1.2.3";
const OUTSIDE: &str = "192.0.2.7";

fn limits(networks: &str, rate: &str) -> Limits {
    Limits { networks: Networks::parse(networks).unwrap(), rate: RateLimit::parse(rate).unwrap() }
}

fn to(networks: &str, rate: &str) -> Change {
    Change { limits: Some(limits(networks, rate)), ..Change::default() }
}

async fn issue(instance: &Instance, access: &Access, label: &str, role: Role, limits: Limits) -> Issued {
    let new = NewToken { lifetime: Lifetime::Never, limits, ..new_token(label, role) };
    tokens::create(&instance.console, access, new).await.unwrap()
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

async fn ask(console: &Console, issued: &Issued, from: &str, permission: &str) -> Verification {
    let access = access::by_operator(console, "acme", &caller()).await.unwrap();
    let asked = Asked { permission: permission.parse().ok(), address: address(from), ..Asked::default() };
    verify::verify(console, access.verifier().unwrap(), &caller(), issued.secret.expose(), asked).await.unwrap()
}

async fn verdict(console: &Console, issued: &Issued, from: &str) -> Verdict {
    ask(console, issued, from, "").await.verdict
}

/// Presents the token to this server itself.
async fn enter(instance: &Instance, issued: &Issued, from: &str) -> Result<Access, Error> {
    let from = Caller::new("req".to_owned(), address(from), "tests");
    access::by_token(&instance.console, issued.secret.expose(), &from, Permission::ORGANIZATION_READ).await
}

/// How often it was accepted and refused.
async fn counts(instance: &Instance, owner: &Access, token: &Token) -> (u64, u64) {
    instance.console.0.usage.settle().await.unwrap();
    let history = tokens::usage(&instance.console, owner, &token.id.to_string()).await.unwrap();
    (history.allowed(), history.refused())
}

async fn details(instance: &Instance, action: &'static str) -> Value {
    let details: String = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = $1 ORDER BY seq DESC LIMIT 1")
            .bind(action)
            .fetch_one(pool)
            .await
            .unwrap()
    });
    serde_json::from_str(&details).unwrap()
}

async fn a_token_is_good_in_its_networks_and_nowhere_else(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let bound = issue(&instance, &owner, "bound", Role::Viewer, limits("10.0.0.0/8 2001:db8::/32", "")).await;
    let free = issue(&instance, &owner, "free", Role::Viewer, Limits::default()).await;
    let console = &instance.console;
    for (from, expected) in [
        (INSIDE, Verdict::Valid),
        ("::ffff:10.1.2.3", Verdict::Valid),
        ("2001:db8::1", Verdict::Valid),
        (OUTSIDE, Verdict::IpNotAllowed),
        ("::1", Verdict::IpNotAllowed),
        ("", Verdict::IpUnknown),
    ] {
        assert_eq!(verdict(console, &bound, from).await, expected, "{from:?}");
        assert_eq!(verdict(console, &free, from).await, Verdict::Valid, "{from:?}");
    }
    let outside = ask(console, &bound, OUTSIDE, "cluster:delete").await;
    assert_eq!((outside.verdict, outside.subject.is_none()), (Verdict::IpNotAllowed, true), "outside comes before weak");
    assert_eq!(ask(console, &bound, INSIDE, "cluster:delete").await.verdict, Verdict::InsufficientPermissions);
    // Here the address is that of whoever presents it.
    assert!(enter(&instance, &bound, INSIDE).await.is_ok() && enter(&instance, &free, OUTSIDE).await.is_ok());
    assert!(matches!(enter(&instance, &bound, OUTSIDE).await, Err(Error::Outside(Outside::NotAllowed))));
    assert!(matches!(enter(&instance, &bound, "").await, Err(Error::Outside(Outside::Unknown))));
    assert_eq!(counts(&instance, &owner, &bound.token).await, (4, 6), "refusals are counted");
    // A dead token is dead, wherever it is.
    tokens::revoke(console, &owner, &bound.token.id.to_string(), "bound", None).await.unwrap();
    assert_eq!(verdict(console, &bound, OUTSIDE).await, Verdict::Revoked);
    assert!(matches!(enter(&instance, &bound, OUTSIDE).await, Err(Error::Unauthenticated)));
}

async fn a_narrower_network_is_true_at_once_on_every_server(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let bound = issue(&instance, &owner, "bound", Role::Viewer, Limits::default()).await;
    let (second, background) = instance.second().await;
    let id = bound.token.id.to_string();
    for (networks, here) in
        [("", Verdict::Valid), ("10.0.0.0/8", Verdict::Valid), ("10.2.0.0/16", Verdict::IpNotAllowed), ("10.0.0.0/8", Verdict::Valid)]
    {
        tokens::edit(&instance.console, &owner, &id, None, to(networks, "")).await.unwrap();
        for console in [&instance.console, &second] {
            assert_eq!(verdict(console, &bound, INSIDE).await, here, "{networks}");
        }
    }
    if let Some(background) = background {
        background.stop().await;
    }
}

async fn a_change_that_was_begun_from_what_is_no_longer_so_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let bound = issue(&instance, &owner, "bound", Role::Admin, limits("10.0.0.0/8", "")).await;
    let entered = enter(&instance, &bound, INSIDE).await.unwrap();
    tokens::edit(&instance.console, &owner, &bound.token.id.to_string(), None, to("192.0.2.0/24", "")).await.unwrap();
    let before = instance.shape().await;
    let new = NewToken { limits: limits("10.0.0.0/8", ""), ..new_token("late", Role::Viewer) };
    assert!(matches!(tokens::create(&instance.console, &entered, new).await, Err(Error::Conflict(_))));
    assert_eq!(instance.shape().await, before);
}

async fn so_many_uses_in_a_period_and_no_more(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let limited = issue(&instance, &owner, "limited", Role::Viewer, limits("", "3/minute")).await;
    let console = &instance.console;
    for left in [2, 1] {
        let found = ask(console, &limited, "", "").await;
        let budget = found.budget.unwrap();
        assert_eq!((found.verdict, budget.left, budget.wait_seconds()), (Verdict::Valid, left, 60));
    }
    instance.advance(20);
    let weak = ask(console, &limited, "", "cluster:delete").await;
    assert_eq!((weak.verdict, weak.budget.unwrap().left), (Verdict::InsufficientPermissions, 0), "what is tried is counted");
    let over = ask(console, &limited, "", "").await;
    assert_eq!((over.verdict, over.subject.is_none()), (Verdict::RateLimited, true));
    assert_eq!((over.budget.unwrap().left, over.budget.unwrap().wait_seconds()), (0, 40));
    // Another server counts for itself.
    let (second, background) = instance.second().await;
    let elsewhere = ask(&second, &limited, "", "").await.verdict;
    assert_eq!(elsewhere, if background.is_some() { Verdict::Valid } else { Verdict::RateLimited });
    if let Some(background) = background {
        background.stop().await;
    }
    instance.advance(39);
    assert_eq!(verdict(console, &limited, "").await, Verdict::RateLimited);
    instance.advance(1);
    assert_eq!(verdict(console, &limited, "").await, Verdict::Valid, "what was refused is not counted");
    let free = ask(console, &issue(&instance, &owner, "free", Role::Viewer, Limits::default()).await, "", "").await;
    assert_eq!((free.verdict, free.budget), (Verdict::Valid, None));
}

async fn a_changed_limit_goes_on_with_what_was_counted(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let limited = issue(&instance, &owner, "limited", Role::Viewer, limits("", "5/hour")).await;
    let id = limited.token.id.to_string();
    let console = &instance.console;
    let edit = async |rate| tokens::edit(console, &owner, &id, None, to("", rate)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(verdict(console, &limited, "").await, Verdict::Valid);
    }
    edit("3/hour").await;
    assert_eq!(verdict(console, &limited, "").await, Verdict::RateLimited, "a narrower limit is true at once");
    edit("4/hour").await;
    assert_eq!(verdict(console, &limited, "").await, Verdict::Valid);
    assert_eq!(verdict(console, &limited, "").await, Verdict::RateLimited);
    // A new secret is no new budget.
    let rotated = tokens::rotate(console, &owner, &id, Overlap::Hour).await.unwrap();
    assert_eq!(verdict(console, &rotated, "").await, Verdict::RateLimited);
    edit("").await;
    assert_eq!(verdict(console, &limited, "").await, Verdict::Valid);
}

async fn whoever_presents_a_limited_token_here_is_counted_too(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let limited = issue(&instance, &owner, "limited", Role::Viewer, limits("10.0.0.0/8", "2/day")).await;
    assert!(enter(&instance, &limited, INSIDE).await.is_ok());
    // Whoever is outside takes nothing from those who are inside.
    assert!(matches!(enter(&instance, &limited, OUTSIDE).await, Err(Error::Outside(_))));
    assert_eq!(verdict(&instance.console, &limited, INSIDE).await, Verdict::Valid);
    let Err(Error::RateLimited(budget)) = enter(&instance, &limited, INSIDE).await else { panic!("a third use") };
    assert_eq!((budget.left, budget.wait_seconds()), (0, 86_400));
    let failure = domain::Failure::from(Error::RateLimited(budget));
    assert_eq!(failure.message, "This token is limited to 2 per day. Try again in 86400 seconds.");
    assert_eq!(counts(&instance, &owner, &limited.token).await, (2, 2));
}

async fn limits_are_kept_recorded_and_told(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let console = &instance.console;
    let token = issue(&instance, &owner, "ci", Role::Viewer, limits("2001:db8::/32, 10.0.0.0/8", "100 per minute")).await.token;
    let id = token.id.to_string();
    let created = details(&instance, "token.create").await;
    assert_eq!((&created["allowed_networks"], &created["rate_limit"]), (&json!(["10.0.0.0/8", "2001:db8::/32"]), &json!("100 per minute")));
    assert_eq!(tokens::find(console, &owner, &id).await.unwrap(), token);
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE allowed_networks = '10.0.0.0/8 2001:db8::/32'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE rate_limit = '100/minute'").await, 1);
    taken(&instance).await;

    // The same in other words is no edit.
    let seen = tokens::version(&token);
    let before = instance.shape().await;
    tokens::edit(console, &owner, &id, Some(&seen), to("10.0.0.0/8 2001:db8::/32 10.0.0.0/8", "100/min")).await.unwrap();
    assert_eq!(instance.shape().await, before);

    let narrow = tokens::edit(console, &owner, &id, Some(&seen), to("10.1.0.0/16", "10/minute")).await.unwrap();
    assert_eq!(
        details(&instance, "token.edit").await,
        json!({
            "allowed_networks": ["+10.1.0.0/16", "-10.0.0.0/8", "-2001:db8::/32"],
            "rate_limit": { "from": "100 per minute", "to": "10 per minute" },
        })
    );
    assert!(taken(&instance).await.is_empty(), "what takes away is not told");
    let stale = tokens::edit(console, &owner, &id, Some(&seen), to("", "")).await;
    assert!(matches!(stale, Err(Error::Conflict(tokens::EDITED_MEANWHILE))), "limits are part of what an edit is made from");
    let other = tokens::edit(console, &owner, &id, None, Change { label: domain::Label::parse("cd").ok(), ..Change::default() }).await;
    assert_eq!(other.unwrap().limits, narrow.limits, "what is not named stays");

    tokens::edit(console, &owner, &id, None, to("", "10/second")).await.unwrap();
    let mail = taken(&instance).await.remove(0);
    assert_eq!(mail.subject, "API token “cd” may be used from more networks and may be used more often in Acme");
    for line in ["Allowed networks: All, before 10.1.0.0/16\n", "Rate limit: 10 per second, before 10 per minute\n"] {
        assert!(mail.text.contains(line), "{line}: {}", mail.text);
    }
    tokens::edit(console, &owner, &id, None, to("10.0.0.0/8", "20/second")).await.unwrap();
    let mail = taken(&instance).await.remove(0);
    assert_eq!(mail.subject, "API token “cd” may be used more often in Acme", "the networks became fewer");

    tokens::revoke(console, &owner, &id, "cd", None).await.unwrap();
    let replaced = tokens::replace(console, &owner, &id).await.unwrap().token;
    assert_eq!(replaced.limits, limits("10.0.0.0/8", "20/second"));
    assert!(console.verify_events(None).await.unwrap().is_ok());
}

async fn who_widens_gives_all_that_the_token_may_do(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let console = &instance.console;
    let strong = issue(&instance, &owner, "strong", Role::Admin, limits("10.0.0.0/8", "10/minute")).await.token;
    let own = "api_key:update organization:read".parse().unwrap();
    let new = NewToken { role: None, permissions: own, lifetime: Lifetime::Never, ..new_token("editor", Role::Viewer) };
    let editor = tokens::create(console, &owner, new).await.unwrap();
    let editor = enter(&instance, &editor, "").await.unwrap();
    let id = strong.id.to_string();
    for (change, field) in [
        (to("", "10/minute"), "allowed_networks"),
        (to("10.0.0.0/8 192.0.2.0/24", "10/minute"), "allowed_networks"),
        (to("10.0.0.0/8", ""), "rate_limit"),
        (to("10.1.0.0/16", "11/minute"), "rate_limit"),
    ] {
        let before = instance.shape().await;
        let refused = tokens::edit(console, &editor, &id, None, change).await;
        assert!(matches!(refused, Err(Error::Invalid { field: named, .. }) if named == field), "{refused:?}");
        assert_eq!(instance.shape().await, before);
    }
    tokens::edit(console, &editor, &id, None, to("10.1.0.0/16", "5/minute")).await.unwrap();

    // Whoever lets a token that administers be used from elsewhere shows that it is they.
    instance.advance(11 * 60);
    let unproved = tokens::edit(console, &owner, &id, None, to("10.0.0.0/8", "5/minute")).await;
    assert!(matches!(unproved, Err(Error::Invalid { field: domain::CURRENT_PASSWORD, .. })), "{unproved:?}");
    tokens::edit(console, &owner, &id, None, to("10.1.1.0/24", "5/minute")).await.unwrap();
}

async fn a_bound_token_gives_nobody_a_way_around_its_networks(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let console = &instance.console;
    let bound = issue(&instance, &owner, "bound", Role::Admin, limits("10.0.0.0/8", "")).await;
    let free = issue(&instance, &owner, "free", Role::Viewer, Limits::default()).await.token.id.to_string();
    let role = roles::create(console, &owner, roles::Definition::parse("Reader", "", "cluster:read").unwrap()).await.unwrap();
    let access = enter(&instance, &bound, INSIDE).await.unwrap();
    let generate = async |networks| {
        let new = NewToken { limits: limits(networks, ""), ..new_token("made", Role::Viewer) };
        tokens::create(console, &access, new).await
    };
    for networks in ["", "0.0.0.0/0", "10.0.0.0/8 192.0.2.1"] {
        let before = instance.shape().await;
        assert!(matches!(generate(networks).await, Err(Error::Invalid { field: "allowed_networks", .. })), "{networks}");
        assert_eq!(instance.shape().await, before);
    }
    let made = generate("10.1.0.0/16").await.unwrap().token.id.to_string();
    let before = instance.shape().await;
    let wider = tokens::edit(console, &access, &made, None, to("10.0.0.0/8 192.0.2.1", "")).await;
    assert!(matches!(wider, Err(Error::Invalid { field: "allowed_networks", .. })), "{wider:?}");
    // What it adds to another token would be used from elsewhere, and so would a secret that it takes.
    let rights = Some(domain::Rights { role: Some(Role::Developer.into()), permissions: domain::PermissionSet::NONE });
    let more = tokens::edit(console, &access, &free, None, Change { rights, ..Change::default() }).await;
    assert!(matches!(more, Err(Error::Forbidden)), "{more:?}");
    assert!(matches!(tokens::rotate(console, &access, &free, Overlap::Hour).await, Err(Error::Forbidden)));
    let wider = roles::Definition::parse("Reader", "", "cluster:read agent:read").unwrap();
    assert!(matches!(roles::edit(console, &access, &role.role.id.to_string(), None, wider).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    // It narrows as it likes, switches off, and does everything to what stays within its own.
    tokens::edit(console, &access, &free, None, to("192.0.2.0/24", "")).await.unwrap();
    tokens::disable(console, &access, &free).await.unwrap();
    assert!(matches!(tokens::enable(console, &access, &free).await, Err(Error::Conflict(_))));
    tokens::edit(console, &access, &made, None, to("10.0.0.0/8", "")).await.unwrap();
    tokens::rotate(console, &access, &made, Overlap::Hour).await.unwrap();
}

async fn what_stands_in_the_database_and_is_no_network_lets_nobody_in(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let bound = issue(&instance, &owner, "bound", Role::Viewer, limits("10.0.0.0/8", "")).await;
    assert!(instance.execute("UPDATE tokens SET allowed_networks = ''").await.is_err(), "no list is no empty list");
    instance.execute("UPDATE tokens SET allowed_networks = 'office'").await.unwrap();
    assert!(matches!(enter(&instance, &bound, INSIDE).await, Err(Error::Internal(_))));
}
