//! What the server reports by itself: once a day and person, once an hour and token, whoever looks and however often.

use std::time::Duration;

use domain::{Lifetime, Permission, Role, Timestamp, audit::Verified};

use super::{Instance, caller, new_token, notices::taken, on_both};
use crate::{
    Access, Console, access, audit, mails,
    tokens::{self, NewToken},
};

on_both![
    owners_and_admins_get_one_digest_a_day,
    a_day_without_a_server_is_made_up_for,
    a_person_gets_one_digest_for_all_their_organizations,
    a_digest_names_some_and_counts_the_rest,
    two_servers_report_once,
    nothing_is_noted_when_the_mail_cannot_be_written,
    a_dead_token_is_reported_once_an_hour,
    dead_tokens_of_an_organization_make_one_mail,
];

/// Generates a token that ends so many days after this one, in the evening.
async fn ending(instance: &Instance, access: &Access, label: &str, days: u64) -> String {
    let end = instance.console.now().plus(Duration::from_hours(24 * days + 8));
    let new = NewToken { lifetime: Lifetime::Until(end), ..new_token(label, Role::Viewer) };
    tokens::create(&instance.console, access, new).await.unwrap().token.id.to_string()
}

async fn report(instance: &Instance) -> usize {
    mails::report_expiring(&instance.console, instance.console.now()).await.unwrap()
}

const TOMORROW: u64 = 24 * 60 * 60;

async fn owners_and_admins_get_one_digest_a_day(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let owner = instance.owner().await;
    let mut ids = Vec::new();
    for (label, days) in [("zero", 1), ("one", 2), ("seven", 8), ("thirty", 31), ("two", 3), ("many", 32), ("gone", 2)] {
        ids.push(ending(&instance, &owner, label, days).await);
    }
    tokens::create(&instance.console, &owner, NewToken { lifetime: Lifetime::Never, ..new_token("always", Role::Viewer) }).await.unwrap();
    tokens::revoke(&instance.console, &owner, &ids[6], "gone", None).await.unwrap();
    ending(&instance, &owner, "fresh", 0).await;
    assert_eq!(report(&instance).await, 0, "whoever generated it today knows");
    instance.advance(TOMORROW);
    taken(&instance).await;
    assert_eq!(report(&instance).await, 2);
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test"]);
    assert_eq!(mails[0].subject, "4 API tokens expire");
    for line in [
        "Expires today: zero in Acme, Mon 23 Nov 2026, 17:05 UTC\n",
        "Expires tomorrow: one in Acme, Tue 24 Nov 2026",
        "Expires in 7 days: seven in Acme",
        "Expires in 30 days: thirty in Acme",
    ] {
        assert!(mails[0].text.contains(line), "{line}: {}", mails[0].text);
    }
    for id in &ids[..4] {
        let link = format!("https://tokens.acme.test/orgs/acme/tokens/{id}");
        assert!(mails[0].text.contains(&link) && mails[0].html.contains(&link));
    }
    assert_eq!(mails[0].text.matches("/tokens/tok_").count(), 4, "no other token is told of");
    assert_eq!(report(&instance).await, 0, "once a day");
    let (again, background) = instance.again().await.unwrap();
    assert_eq!(mails::report_expiring(&again, again.now()).await.unwrap(), 0, "nor after a restart");
    background.stop().await;
    instance.advance(12 * 60 * 60);
    assert_eq!(report(&instance).await, 0, "nor later on the day");
    instance.advance(12 * 60 * 60);
    assert_eq!(report(&instance).await, 2);
    let mails = taken(&instance).await;
    assert_eq!(mails[0].subject, "3 API tokens expire");
    for line in ["Expires today: one", "Expires tomorrow: two", "Expires in 30 days: many"] {
        assert!(mails[0].text.contains(line), "{line}: {}", mails[0].text);
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'expiry.report'").await, 4);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn a_day_without_a_server_is_made_up_for(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for (label, days) in [("month", 33), ("week", 10), ("brief", 20)] {
        ending(&instance, &owner, label, days).await;
    }
    // The ends of two of them come near on the third day; nobody looks before the fifth.
    instance.advance(5 * TOMORROW);
    taken(&instance).await;
    assert_eq!(report(&instance).await, 1);
    let mails = taken(&instance).await;
    assert_eq!(mails[0].subject, "2 API tokens expire", "one that lives for less than a month is told of in its last week");
    for line in ["Expires within 7 days: week in Acme, Wed 2 Dec 2026", "Expires within 30 days: month in Acme, Fri 25 Dec 2026"] {
        assert!(mails[0].text.contains(line), "{line}: {}", mails[0].text);
    }
    for _ in 0..3 {
        instance.advance(TOMORROW);
        assert_eq!(report(&instance).await, 0, "once");
    }
    // Whoever has become an admin meanwhile has been told of nothing.
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    assert_eq!(report(&instance).await, 1);
    taken(&instance).await;
    instance.advance(TOMORROW);
    assert_eq!(report(&instance).await, 2, "the last day of the week's is on time again");
    assert!(taken(&instance).await[0].text.contains("Expires tomorrow: week"));
}

async fn a_person_gets_one_digest_for_all_their_organizations(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let both = "INSERT INTO memberships (organization_id, user_id, role, created_at) \
                SELECT o.id, u.id, 'admin', 0 FROM organizations o, users u WHERE o.slug = 'globex' AND u.email = 'ada@acme.test'";
    assert_eq!(instance.execute(both).await.unwrap(), 1);
    let hank = instance.actor("hank@globex.test").await;
    let create = Permission::API_KEY_CREATE;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", create).await.unwrap();
    ending(&instance, &globex, "theirs", 1).await;
    ending(&instance, &instance.owner().await, "ours", 1).await;
    instance.advance(TOMORROW);
    taken(&instance).await;
    assert_eq!(report(&instance).await, 2);
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "hank@globex.test"]);
    assert!(mails[0].text.contains("ours in Acme") && mails[0].text.contains("theirs in globex"));
    assert!(!mails[1].text.contains("ours") && mails[1].text.contains("theirs in globex"), "only what they administer");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'expiry.report'").await, 3, "one for each organization");
}

/// However many end, a mail stays one that is read, and the change that writes it keeps nobody waiting.
async fn a_digest_names_some_and_counts_the_rest(instance: Instance) {
    instance.set_up().await;
    let ada = super::user(&instance, "ada@acme.test").await.parse().unwrap();
    let now = instance.console.now();
    let seed = |number: u64| tokens::Seed {
        owner: domain::Owner::Organization,
        label: domain::Label::parse(&format!("token {number:03}")).unwrap(),
        description: domain::Description::parse("").unwrap(),
        role: Some(Role::Viewer.into()),
        permissions: domain::PermissionSet::NONE,
        created_at: now,
        creator: (ada, domain::Name::parse("Ada").unwrap()),
        expires_at: Some(now.plus(Duration::from_mins(24 * 60 + number))),
        last_used_at: None,
        state: domain::State::Active,
    };
    let operator = access::by_operator(&instance.console, "acme", &caller()).await.unwrap();
    tokens::seed(&instance.console, &operator, (0..300).map(seed), 0).await.unwrap();
    instance.advance(TOMORROW);
    assert_eq!(report(&instance).await, 1);
    let mail = taken(&instance).await.pop().unwrap();
    assert_eq!(mail.subject, "300 API tokens expire");
    assert_eq!(mail.text.matches(" in Acme, ").count(), 50, "{}", mail.text);
    for text in ["token 000 in Acme", "token 049 in Acme", "And: 250 more in Acme\n", "/orgs/acme/tokens?expiring=30&sort=expires\n"] {
        assert!(mail.text.contains(text), "{text}: {}", mail.text);
    }
    let told = "SELECT COUNT(*) FROM events WHERE action = 'expiry.report' AND details LIKE '%, token 049 and 250 more\"%'";
    assert_eq!(instance.count(told).await, 1);
    assert_eq!(report(&instance).await, 0, "whoever was told of some was told of all");
}

async fn dead_tokens_of_an_organization_make_one_mail(instance: Instance) {
    const BY_ANOTHER: &str =
        "UPDATE refusal_reports SET reported_at = reported_at + 3600000000 WHERE token_id = (SELECT id FROM tokens WHERE label = 't1')";
    instance.set_up().await;
    let owner = instance.owner().await;
    let generate = async |label: String| tokens::create(&instance.console, &owner, new_token(&label, Role::Viewer)).await.unwrap();
    let mut dead = Vec::new();
    for number in 0..53 {
        // One after the other, as their ids say.
        instance.advance(1);
        let issued = generate(format!("t{number}")).await;
        tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), &format!("t{number}"), None).await.unwrap();
        dead.push(issued);
    }
    taken(&instance).await;
    for issued in &dead {
        present(&instance, issued.secret.expose()).await;
    }
    present(&instance, dead[0].secret.expose()).await;
    let look = async || mails::report_refused(&instance.console, instance.console.now()).await.unwrap();
    assert_eq!(look().await, 53);
    let mails = taken(&instance).await;
    assert_eq!(mails.len(), 1);
    let (subject, text) = (&mails[0].subject, &mails[0].text);
    assert_eq!(subject, "53 API tokens of Acme are still being tried with secrets that are refused");
    let first = format!("Revoked: t0 ({}), 2 times, latest", dead[0].token.hint);
    for said in
        [&*first, "from 10.0.0.7, client cron", "t49 (", "And: 3 more\n", &format!("/tokens/{}\n", dead[49].token.id), "/orgs/acme\n"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("t50 (") && !dead.iter().any(|issued| text.contains(issued.secret.expose())));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'refusal.report'").await, 53);
    // Of one that another server has told of meanwhile nothing is told here, and of the rest as before.
    instance.advance(60 * 60);
    for issued in &dead[..3] {
        present(&instance, issued.secret.expose()).await;
    }
    instance.execute(BY_ANOTHER).await.unwrap();
    assert_eq!(look().await, 2);
    assert!(matches!(audit::verify(&instance.console, &owner).await.unwrap(), Verified::Intact { .. }));
}

async fn two_servers_report_once(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    ending(&instance, &owner, "ci", 1).await;
    let issued = tokens::create(&instance.console, &owner, new_token("dead", Role::Viewer)).await.unwrap();
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "dead", None).await.unwrap();
    instance.advance(TOMORROW);
    present(&instance, issued.secret.expose()).await;
    taken(&instance).await;
    let (other, background) = instance.again().await.unwrap();
    let look = |console: Console, now: Timestamp| {
        tokio::spawn(
            async move { (mails::report_expiring(&console, now).await.unwrap(), mails::report_refused(&console, now).await.unwrap()) },
        )
    };
    let now = instance.console.now();
    let looks: Vec<_> = (0..4).flat_map(|_| [look(instance.console.clone(), now), look(other.clone(), now)]).collect();
    let (mut expiring, mut refused) = (0, 0);
    for each in looks {
        let (one, two) = each.await.unwrap();
        expiring += one;
        refused += two;
    }
    assert_eq!((expiring, refused, taken(&instance).await.len()), (1, 1, 2));
    background.stop().await;
}

async fn nothing_is_noted_when_the_mail_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    ending(&instance, &owner, "ci", 1).await;
    let issued = tokens::create(&instance.console, &owner, new_token("dead", Role::Viewer)).await.unwrap();
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "dead", None).await.unwrap();
    instance.advance(TOMORROW);
    present(&instance, issued.secret.expose()).await;
    let now = instance.console.now();
    for table in ["mails", "events", "expiry_digests", "refusal_reports"] {
        let before = instance.shape().await;
        instance.break_inserts(table).await;
        assert!(table == "refusal_reports" || mails::report_expiring(&instance.console, now).await.is_err(), "{table}");
        assert!(table == "expiry_digests" || mails::report_refused(&instance.console, now).await.is_err(), "{table}");
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    assert_eq!((report(&instance).await, mails::report_refused(&instance.console, now).await.unwrap()), (1, 1));
}

/// Presents a secret that is no longer good, and waits until that is written.
async fn present(instance: &Instance, secret: &str) {
    let from = crate::Caller::new("req_test".to_owned(), "10.0.0.7".parse().ok(), "cron <b>job</b>");
    assert!(access::by_token(&instance.console, secret, &from, Permission::ORGANIZATION_READ).await.is_err());
    instance.console.0.usage.settle().await.unwrap();
}

async fn a_dead_token_is_reported_once_an_hour(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    instance.member("acme", Role::Viewer, "vera@acme.test").await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    taken(&instance).await;
    let look = async || mails::report_refused(&instance.console, instance.console.now()).await.unwrap();
    assert_eq!(look().await, 0, "nobody presented it");
    for _ in 0..20 {
        present(&instance, issued.secret.expose()).await;
    }
    assert_eq!(look().await, 1);
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test"]);
    assert_eq!(mails[0].subject, "The revoked API token “ci” of Acme is still being tried");
    for said in ["The token is revoked", "20 times", "10.0.0.7", issued.token.hint.as_str(), &id] {
        assert!(mails[0].text.contains(said) && mails[0].html.contains(said), "{said}: {}", mails[0].text);
    }
    assert!(!mails[0].text.contains(issued.secret.expose()) && !mails[0].html.contains("<b>job"));
    instance.advance(60 * 60 - 1);
    present(&instance, issued.secret.expose()).await;
    assert_eq!(look().await, 0, "not within the hour");
    instance.advance(1);
    assert_eq!(look().await, 1, "what came within the hour is told of after it");
    assert!(taken(&instance).await[0].text.contains("21 times"));
    instance.advance(60 * 60);
    assert_eq!(look().await, 0, "nothing new");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'refusal.report'").await, 2);
}
