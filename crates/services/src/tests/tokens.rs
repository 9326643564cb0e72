//! Generate, list, verify, revoke.

use domain::{Permission, PermissionSet, Role, Status, Verdict};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{Access, Error, Verifier, access, tokens, verify};

on_both![
    is_verified_until_its_very_last_microsecond,
    is_refused_once_the_revocation_is_answered,
    revoking_twice_is_one_event_and_the_first_stays_on_record,
    the_wrong_label_revokes_nothing,
    another_organization_finds_nothing,
    members_without_the_right_are_refused_and_outsiders_find_nothing,
    nobody_hands_on_more_than_they_hold,
    a_caller_without_the_right_to_verify_is_refused,
    insufficient_permissions_are_told_apart,
    malformed_ones_cost_no_lookup,
    a_label_in_use_is_noticed_whatever_its_case,
    twenty_at_once_are_twenty,
    twenty_revocations_at_once_are_one,
    use_is_written_later_and_never_backwards,
];

async fn verifier(instance: &Instance, owner: &Access) -> Verifier {
    let mut new = new_token("verifier", Role::Viewer);
    new.permissions = [Permission::TOKEN_VERIFY].into_iter().collect();
    let issued = tokens::create(&instance.console, owner, new).await.unwrap();
    access::to_verify(&instance.console, issued.secret.expose(), &caller()).await.unwrap()
}

async fn judge(instance: &Instance, verifier: Verifier, presented: &str) -> Verdict {
    verify::verify(&instance.console, verifier, &caller(), presented, None).await.unwrap().verdict
}

async fn is_verified_until_its_very_last_microsecond(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut new = new_token("verifier", Role::Admin);
    new.lifetime = domain::Lifetime::Never;
    let lasting = tokens::create(&instance.console, &owner, new).await.unwrap();
    let verifier = access::to_verify(&instance.console, lasting.secret.expose(), &caller()).await.unwrap();
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let end = issued.token.expires_at.unwrap();
    instance.clock.advance(end.since(instance.console.now()).checked_sub(std::time::Duration::from_micros(1)).unwrap());
    assert_eq!(judge(&instance, verifier, issued.secret.expose()).await, Verdict::Valid);
    instance.clock.advance(std::time::Duration::from_micros(1));
    assert_eq!(judge(&instance, verifier, issued.secret.expose()).await, Verdict::Expired);
    let listed = tokens::find(&instance.console, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!(listed.status_at(instance.console.now()), Status::Expired);
    let refused = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)));
}

async fn is_refused_once_the_revocation_is_answered(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let secret = issued.secret.expose();
    assert_eq!(judge(&instance, verifier, secret).await, Verdict::Valid);
    assert_eq!(judge(&instance, verifier, &format!("secret-token:{secret}")).await, Verdict::Valid);
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "ci", None).await.unwrap();
    assert_eq!(judge(&instance, verifier, secret).await, Verdict::Revoked);
    // A second server on the same database agrees, with nothing to tell it.
    let (other, background) = instance.again().await.unwrap();
    assert_eq!(verify::verify(&other, verifier, &caller(), secret, None).await.unwrap().verdict, Verdict::Revoked);
    background.stop().await;
}

async fn revoking_twice_is_one_event_and_the_first_stays_on_record(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    let first = tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    instance.advance(60);
    let second = tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    assert_eq!(first.state, second.state);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 1);
}

async fn the_wrong_label_revokes_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let before = instance.shape().await;
    for typed in ["", "CI", "c", "ci2"] {
        let refused = tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), typed, None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "label", .. })), "{typed}");
    }
    assert_eq!(instance.shape().await, before);
}

async fn another_organization_finds_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    assert!(matches!(tokens::find(&instance.console, &globex, &id).await, Err(Error::NotFound)));
    assert!(matches!(tokens::revoke(&instance.console, &globex, &id, "ci", None).await, Err(Error::NotFound)));
    assert!(!tokens::label_in_use(&instance.console, &globex, "ci").await.unwrap());
    let foreign = verifier(&instance, &globex).await;
    assert_eq!(judge(&instance, foreign, issued.secret.expose()).await, Verdict::NotFound);
    tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    assert_eq!(judge(&instance, foreign, issued.secret.expose()).await, Verdict::NotFound);
}

async fn members_without_the_right_are_refused_and_outsiders_find_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let developer = instance.actor("dev@acme.test").await;
    let outsider = instance.actor("hank@globex.test").await;
    let to = |actor, organization| access::to_organization(&instance.console, actor, caller_ref(), organization, Permission::API_KEY_READ);
    assert!(matches!(to(None, "acme").await, Err(Error::Unauthenticated)));
    assert!(matches!(to(Some(&developer), "acme").await, Err(Error::Forbidden)));
    assert!(matches!(to(Some(&outsider), "acme").await, Err(Error::NotFound)));
    assert!(matches!(to(Some(&outsider), "nowhere").await, Err(Error::NotFound)));
    assert!(matches!(to(Some(&outsider), "../acme").await, Err(Error::NotFound)));
}

fn caller_ref() -> &'static crate::Caller {
    static CALLER: std::sync::OnceLock<crate::Caller> = std::sync::OnceLock::new();
    CALLER.get_or_init(caller)
}

async fn nobody_hands_on_more_than_they_hold(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let adam = instance.actor("adam@acme.test").await;
    let admin = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    assert!(tokens::create(&instance.console, &admin, new_token("ok", Role::Admin)).await.is_ok());
    let before = instance.shape().await;
    let refused = tokens::create(&instance.console, &admin, new_token("no", Role::Owner)).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "role", .. })));
    let mut more = new_token("no", Role::Viewer);
    more.permissions = "organization:delete".parse().into_iter().collect();
    assert_ne!(more.permissions, PermissionSet::NONE);
    let refused = tokens::create(&instance.console, &admin, more).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "permissions", .. })));
    assert_eq!(instance.shape().await, before);
}

async fn a_caller_without_the_right_to_verify_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Developer)).await.unwrap();
    let refused = access::to_verify(&instance.console, issued.secret.expose(), &caller()).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let reader = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(matches!(reader.verifier(), Err(Error::Forbidden)));
    assert!(matches!(tokens::create(&instance.console, &reader, new_token("x", Role::Viewer)).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::revoke(&instance.console, &reader, &issued.token.id.to_string(), "ci", None).await, Err(Error::Forbidden)));
}

async fn insufficient_permissions_are_told_apart(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let ask = async |permission: &str| {
        let asked = Some(permission.parse().unwrap());
        verify::verify(&instance.console, verifier, &caller(), issued.secret.expose(), asked).await.unwrap()
    };
    assert_eq!(ask("cluster:read").await.verdict, Verdict::Valid);
    let refused = ask("cluster:delete").await;
    assert_eq!(refused.verdict, Verdict::InsufficientPermissions);
    assert!(refused.subject.is_none());
}

async fn malformed_ones_cost_no_lookup(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    // With the database gone, everything that would look something up fails.
    instance.console.0.db.close().await;
    for presented in ["", "x", "jto_", "jto_00000000000000000000000000000000000000", &"j".repeat(1 << 20)] {
        assert_eq!(judge(&instance, verifier, presented).await, Verdict::NotFound);
    }
    let body = crate::entropy::secret_body(&crate::SystemEntropy);
    let unknown = domain::Secret::mint(instance.console.prefix(), domain::Kind::Organization, &body).unwrap();
    let refused = verify::verify(&instance.console, verifier, &caller(), unknown.expose(), None).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "no database is no verdict");
}

async fn a_label_in_use_is_noticed_whatever_its_case(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("Deploy bot", Role::Viewer)).await.unwrap();
    let in_use = async |label: &str| tokens::label_in_use(&instance.console, &owner, label).await.unwrap();
    assert!(in_use("deploy BOT ").await);
    assert!(!in_use("deploy").await && !in_use("").await && !in_use("deploy%").await);
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "Deploy bot", None).await.unwrap();
    assert!(!in_use("Deploy bot").await);
}

async fn twenty_at_once_are_twenty(instance: Instance) {
    instance.set_up().await;
    let owner = std::sync::Arc::new(instance.owner().await);
    let before = instance.count("SELECT seq FROM head").await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (console, owner) = (instance.console.clone(), owner.clone());
            tokio::spawn(async move { tokens::create(&console, &owner, new_token("ci", Role::Viewer)).await.map(|_| ()) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(instance.count("SELECT seq FROM head").await, before + 20);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(before + 20));
}

async fn twenty_revocations_at_once_are_one(instance: Instance) {
    instance.set_up().await;
    let owner = std::sync::Arc::new(instance.owner().await);
    for round in 1..=i64::try_from(rounds(20, 200)).unwrap() {
        let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
        let answers = at_once(20, |_| {
            let (console, owner, id) = (instance.console.clone(), owner.clone(), issued.token.id.to_string());
            async move { tokens::revoke(&console, &owner, &id, "ci", None).await.map(|_| ()) }
        });
        for answer in answers.await {
            answer.unwrap();
        }
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, round);
    }
}

async fn use_is_written_later_and_never_backwards(mut instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let used = instance.console.now();
    for _ in 0..50 {
        access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    }
    let (other, other_background) = instance.again().await.unwrap();
    instance.stop().await;
    let listed = tokens::find(&other, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!(listed.last_used_at, Some(used));
    // A server that lags behind must not undo what a quicker one wrote.
    let late = crate::usage::Use {
        organization: owner.organization().id,
        token: issued.token.id,
        at: used.minus(std::time::Duration::from_mins(1)),
        address: String::new(),
        user_agent: String::new(),
    };
    crate::store::usage::upsert(&other.0.db, &[late]).await.unwrap();
    let listed = tokens::find(&other, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!(listed.last_used_at, Some(used));
    other_background.stop().await;
}
