//! What mails tell of beside generating: each in the transaction of its change, without a secret, one a change.

use std::collections::BTreeMap;

use domain::{AfterLeaving, Change, Lifetime, Overlap, OwnerChoice, Permission, Rights, Role};

use super::{Instance, PASSWORD, caller, mails::Post, new_token, on_both, user, way};
use crate::{
    Access, Caller, Error, access, account, invitations,
    mails::{self, Outgoing},
    members,
    organizations::Password,
    sessions, teams, token_policy,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
};

on_both![
    admins_are_told_whose_a_new_token_is,
    admins_are_told_when_an_edit_gives_more,
    who_owns_what_the_policy_ends_is_told,
    admins_are_told_of_a_rotation,
    admins_get_one_mail_for_all_tokens_of_a_revocation,
    admins_are_told_of_a_secret_that_was_replaced,
    admins_are_told_who_is_invited_and_who_is_removed,
    a_person_is_told_of_a_new_password,
    a_person_is_told_of_a_sign_in_from_a_new_place,
    nothing_changes_when_the_mail_cannot_be_written,
];

/// What has come since this was last asked, in the order of the recipients.
pub(super) async fn taken(instance: &Instance) -> Vec<Outgoing> {
    let post = Post::default();
    mails::deliver(&instance.console, &post).await.unwrap();
    let mut taken = post.taken();
    taken.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    taken
}

fn says(mail: &Outgoing, all: &[&str]) {
    for said in all {
        assert!(mail.text.contains(said) && mail.html.contains(said), "{said}: {} {}", mail.text, mail.html);
    }
}

fn hides(mail: &Outgoing, secret: &str) {
    assert!(!mail.subject.contains(secret) && !mail.text.contains(secret) && !mail.html.contains(secret));
}

async fn admins_are_told_whose_a_new_token_is(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    let owner = instance.owner().await;
    let (name, description) = (domain::Name::parse("Payments <b>").unwrap(), domain::Description::parse("").unwrap());
    let team = teams::create(&instance.console, &owner, name, description).await.unwrap().id;
    teams::add_member(&instance.console, &owner, &team.to_string(), &user(&instance, "vi@acme.test").await).await.unwrap();
    let vi = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let generate = async |access: &Access, owner| {
        tokens::create(&instance.console, access, NewToken { owner: Some(owner), ..new_token("ci", Role::Viewer) }).await.unwrap();
        taken(&instance).await.remove(0)
    };
    let mail = generate(&vi, OwnerChoice::Team(team)).await;
    assert!(mail.text.starts_with("vi@acme.test generated an API token for team Payments <b> of Acme."), "{}", mail.text);
    assert!(mail.text.contains("Belongs to: Team Payments <b>") && mail.html.contains("Team Payments &lt;b&gt;"), "{}", mail.html);
    let mail = generate(&vi, OwnerChoice::Me).await;
    assert!(mail.text.starts_with("vi@acme.test generated an API token for vi@acme.test in Acme."), "{}", mail.text);
    says(&mail, &["Belongs to"]);
    let mail = generate(&owner, OwnerChoice::Organization).await;
    assert!(mail.text.starts_with("Ada Lovelace generated an API token for Acme.") && !mail.text.contains("Belongs to"), "{}", mail.text);
}

async fn admins_are_told_when_an_edit_gives_more(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let owner = instance.owner().await;
    let new = NewToken {
        role: None,
        permissions: "billing:read cluster:read".parse().unwrap(),
        lifetime: Lifetime::of(30, 0, 0).unwrap(),
        ..new_token("ci", Role::Viewer)
    };
    let id = tokens::create(&instance.console, &owner, new).await.unwrap().token.id.to_string();
    taken(&instance).await;
    let edit = async |change| tokens::edit(&instance.console, &owner, &id, None, change).await;
    let rights = |role: Option<Role>, permissions: &str| Change {
        rights: Some(Rights { role: role.map(Into::into), permissions: permissions.parse().unwrap() }),
        ..Change::default()
    };
    let ends = |lifetime| Change { lifetime: Some(lifetime), ..Change::default() };
    // What cannot be told is not done.
    instance.break_inserts("mails").await;
    let before = instance.shape().await;
    assert!(matches!(edit(rights(None, "cluster:read cluster:update")).await, Err(Error::Internal(_))));
    assert!(matches!(edit(ends(Lifetime::Never)).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    assert_eq!(tokens::find(&instance.console, &owner, &id).await.unwrap().permissions, "billing:read cluster:read".parse().unwrap());
    // What takes away, or calls it something else, is not told and so still done.
    edit(rights(None, "billing:read")).await.unwrap();
    edit(ends(Lifetime::of(20, 0, 0).unwrap())).await.unwrap();
    edit(Change { label: domain::Label::parse("cd").ok(), ..Change::default() }).await.unwrap();
    instance.mend("mails").await;
    assert!(taken(&instance).await.is_empty());

    edit(rights(None, "agent:read cluster:update")).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test"]);
    assert_eq!(mails[0].subject, "API token “cd” may do more in Acme");
    for line in
        ["Added: agent:read, cluster:update", "Taken away: billing:read", "Edited by: Ada Lovelace", "Edited: Sun 22 Nov 2026, 09:05 UTC"]
    {
        assert!(mails[0].text.contains(&format!("{line}\n")), "{line}: {}", mails[0].text);
    }
    says(&mails[0], &["agent:read, cluster:update", &format!("https://tokens.acme.test/orgs/acme/tokens/{id}")]);
    assert!(!mails[0].text.contains("Expires:") && !mails[0].text.contains("Role:"));
    edit(ends(Lifetime::of(40, 0, 0).unwrap())).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (2, "API token “cd” lives longer in Acme"));
    says(&mails[0], &["Fri 1 Jan 2027, 09:05 UTC, before Sat 12 Dec 2026, 09:05 UTC"]);
    assert!(!mails[0].text.contains("Added:"));
    edit(Change { lifetime: Some(Lifetime::Never), ..rights(Some(Role::Developer), "") }).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (2, "API token “cd” may do more and lives longer in Acme"));
    says(&mails[0], &["Developer, before Custom", "Never, before Fri 1 Jan 2027, 09:05 UTC"]);
    edit(rights(Some(Role::Viewer), "")).await.unwrap();
    assert!(taken(&instance).await.is_empty(), "a role down adds nothing");
    edit(rights(Some(Role::Viewer), "")).await.unwrap();
    assert!(taken(&instance).await.is_empty(), "nothing was changed");
}

async fn who_owns_what_the_policy_ends_is_told(instance: Instance) {
    instance.set_up().await;
    for (role, email) in [(Role::Admin, "adam@acme.test"), (Role::Viewer, "vi@acme.test"), (Role::Developer, "dev@acme.test")] {
        instance.member("acme", role, email).await;
    }
    let owner = instance.owner().await;
    let policy = domain::token_policy::Policy { revoke_unused_days: Some(1), ..Default::default() };
    token_policy::edit(&instance.console, &owner, None, &policy).await.unwrap();
    let lasting = |label| NewToken { lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) };
    tokens::create(&instance.console, &owner, lasting("shared")).await.unwrap();
    for (email, labels) in [("adam@acme.test", &["of adam"][..]), ("vi@acme.test", &["one", "two"])] {
        let access = way(&instance, email, Permission::API_KEY_CREATE).await;
        for label in labels {
            tokens::create(&instance.console, &access, NewToken { owner: Some(OwnerChoice::Me), ..lasting(label) }).await.unwrap();
        }
    }
    taken(&instance).await;
    instance.advance(24 * 60 * 60);
    let look = async || token_policy::revoke_unused(&instance.console, instance.console.now()).await;
    instance.break_inserts("mails").await;
    let before = instance.shape().await;
    assert!(look().await.is_err());
    assert_eq!(instance.shape().await, before);
    instance.mend("mails").await;
    assert_eq!(look().await.unwrap(), 4);
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test", "vi@acme.test"]);
    assert_eq!(
        (mails[1].subject.as_str(), mails[2].subject.as_str()),
        ("4 API tokens were revoked in Acme", "2 API tokens were revoked in Acme")
    );
    says(&mails[2], &["one (", "two (", "The token policy of Acme: unused for 1 day."]);
    assert!(!mails[2].text.contains("shared") && !mails[2].text.contains("of adam"), "{}", mails[2].text);
}

async fn admins_are_told_of_a_rotation(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    taken(&instance).await;
    let rotated = tokens::rotate(&instance.console, &owner, &id, Overlap::Hour).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!(mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test"]);
    assert_eq!(mails[0].subject, "API token “ci” was rotated in Acme");
    says(
        &mails[0],
        &[
            "Ada Lovelace",
            rotated.token.hint.as_str(),
            issued.token.hint.as_str(),
            "22 Nov 2026, 10:05 UTC",
            &format!("https://tokens.acme.test/orgs/acme/tokens/{id}"),
        ],
    );
    hides(&mails[0], rotated.secret.expose());
    hides(&mails[0], issued.secret.expose());
    tokens::rotate(&instance.console, &owner, &id, Overlap::Now).await.unwrap();
    says(&taken(&instance).await[0], &["No longer accepted"]);
}

async fn admins_get_one_mail_for_all_tokens_of_a_revocation(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut ids = Vec::new();
    for label in ["one", "two", "three"] {
        let issued = tokens::create(&instance.console, &owner, new_token(label, Role::Viewer)).await.unwrap();
        ids.push(issued.token.id.to_string());
    }
    taken(&instance).await;
    tokens::revoke(&instance.console, &owner, &ids[0], "one", None).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "API token “one” was revoked in Acme"));
    says(&mails[0], &["Ada Lovelace", &format!("https://tokens.acme.test/orgs/acme/tokens/{}", ids[0])]);
    // One that is over already is neither ended nor told of again.
    tokens::revoke(&instance.console, &owner, &ids[0], "one", None).await.unwrap();
    assert!(taken(&instance).await.is_empty());
    assert!(tokens::revoke_many(&instance.console, &owner, ids.iter().map(String::as_str), "2", None).await.is_err());
    assert!(taken(&instance).await.is_empty());
    tokens::revoke_many(&instance.console, &owner, ids.iter().map(String::as_str), "3", None).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "2 API tokens were revoked in Acme"));
    says(&mails[0], &["two (", "three ("]);
    assert!(!mails[0].text.contains("one ("));
}

async fn admins_are_told_of_a_secret_that_was_replaced(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let key = IdempotencyKey::parse(b"once").unwrap();
    let attempt = async || tokens::create_once(&instance.console, &owner, new_token("ci", Role::Viewer), &key, b"{}").await.unwrap();
    let Outcome::Created(lost) = attempt().await else { panic!("it has to be generated") };
    taken(&instance).await;
    let Outcome::Reissued(issued) = attempt().await else { panic!("it has to be replaced") };
    let mails = taken(&instance).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "The secret of API token “ci” was replaced in Acme"));
    says(&mails[0], &[issued.token.hint.as_str(), lost.token.hint.as_str()]);
    hides(&mails[0], issued.secret.expose());
    hides(&mails[0], lost.secret.expose());
}

async fn admins_are_told_who_is_invited_and_who_is_removed(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let owner = instance.owner().await;
    let invited = invitations::create(&instance.console, &owner, "grace@acme.test", "viewer", "https://x.test/?code=").await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!(
        mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(),
        ["ada@acme.test", "adam@acme.test", "grace@acme.test"]
    );
    assert_eq!(mails[0].subject, "grace@acme.test was invited to Acme");
    says(&mails[0], &["Viewer", "Ada Lovelace", "https://tokens.acme.test/orgs/acme/members"]);
    let link = invited.link.expose();
    hides(&mails[0], link.rsplit('=').next().unwrap());

    let adam = instance.actor("adam@acme.test").await;
    let create = Permission::API_KEY_CREATE;
    let access = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", create).await.unwrap();
    let mut choices = BTreeMap::new();
    for (label, choice) in [("kept", AfterLeaving::Keep), ("ended", AfterLeaving::Revoke), ("running", AfterLeaving::Expire)] {
        let new = NewToken { lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) };
        choices.insert(tokens::create(&instance.console, &access, new).await.unwrap().token.id, choice);
    }
    taken(&instance).await;
    instance.break_inserts("mails").await;
    let before = instance.shape().await;
    let id = adam.id().to_string();
    assert!(matches!(members::remove(&instance.console, &owner, &id, &choices).await, Err(Error::Internal(_))));
    assert!(matches!(invitations::create(&instance.console, &owner, "eve@acme.test", "viewer", "").await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    instance.mend("mails").await;
    members::remove(&instance.console, &owner, &id, &choices).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!(mails.len(), 1, "one mail for the member and the tokens, to who is left");
    assert_eq!(mails[0].subject, "adam@acme.test was removed from Acme");
    for said in ["Revoked token: ended (", "Token that will expire: running ("] {
        assert!(mails[0].text.contains(said), "{said}: {}", mails[0].text);
    }
    assert!(!mails[0].text.contains("kept"));
}

async fn a_person_is_told_of_a_new_password(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let bob = instance.actor("bob@acme.test").await;
    let new = "nine herons over a mill";
    let (present, new_password) = (Password::new(PASSWORD.to_owned()), Password::new(new.to_owned()));
    account::change_password(&instance.console, &caller(), &bob, &present, &new_password).await.unwrap();
    let mails = taken(&instance).await;
    assert_eq!(mails.len(), 1, "nobody else is told");
    assert_eq!((mails[0].recipient.as_str(), mails[0].subject.as_str()), ("bob@acme.test", "Your password was changed"));
    says(&mails[0], &["bob@acme.test", "22 Nov 2026, 09:05 UTC", "https://tokens.acme.test/account"]);
    hides(&mails[0], new);
    hides(&mails[0], PASSWORD);
}

async fn a_person_is_told_of_a_sign_in_from_a_new_place(instance: Instance) {
    instance.set_up().await;
    let from = |address: &str, browser: &str| Caller::new("req_test".to_owned(), address.parse().ok(), browser);
    let sign_in = async |from: &Caller, device: Option<&str>| {
        sessions::sign_in(&instance.console, from, "ada@acme.test", &Password::new(PASSWORD.to_owned()), device).await.unwrap()
    };
    sign_in(&caller(), None).await;
    assert!(taken(&instance).await.is_empty(), "as when the instance was set up");
    let there = sign_in(&from("10.0.0.7", "Firefox"), None).await;
    let mails = taken(&instance).await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].recipient.as_str(), mails[0].subject.as_str()), ("ada@acme.test", "New sign-in to your account"));
    says(&mails[0], &["10.0.0.7", "Firefox", "https://tokens.acme.test/account"]);
    hides(&mails[0], &there.session);
    sign_in(&from("10.0.0.7", "Firefox"), None).await;
    sign_in(&from("10.0.0.8", "Firefox 2"), Some(&there.device)).await;
    assert!(taken(&instance).await.is_empty(), "the same place, and the same browser elsewhere");
    sign_in(&from("10.0.0.9", "Firefox"), None).await;
    sign_in(&from("10.0.0.7", "curl"), Some("made up")).await;
    assert_eq!(taken(&instance).await.len(), 2);
    // The first sign-in of an account has nothing to differ from.
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    instance.sign_in("bob@acme.test").await;
    assert!(taken(&instance).await.is_empty());
}

async fn nothing_changes_when_the_mail_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let actor = instance.actor("ada@acme.test").await;
    let key = IdempotencyKey::parse(b"once").unwrap();
    let once = async || tokens::create_once(&instance.console, &owner, new_token("lost", Role::Viewer), &key, b"{}").await;
    let Ok(Outcome::Created(lost)) = once().await else { panic!("it has to be generated") };
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let ids = [issued.token.id.to_string(), lost.token.id.to_string()];
    let password = || Password::new(PASSWORD.to_owned());
    instance.break_inserts("mails").await;
    let before = instance.shape().await;
    let failed = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Internal(_))));
    failed(tokens::rotate(&instance.console, &owner, &ids[0], Overlap::Hour).await.map(drop));
    failed(tokens::revoke(&instance.console, &owner, &ids[0], "ci", None).await.map(drop));
    failed(tokens::revoke_many(&instance.console, &owner, ids.iter().map(String::as_str), "2", None).await.map(drop));
    failed(once().await.map(drop));
    let new = Password::new("nine herons over a mill".to_owned());
    failed(account::change_password(&instance.console, &caller(), &actor, &password(), &new).await.map(drop));
    let elsewhere = Caller::new("req_test".to_owned(), "10.0.0.7".parse().ok(), "elsewhere");
    failed(sessions::sign_in(&instance.console, &elsewhere, "ada@acme.test", &password(), None).await.map(drop));
    assert_eq!(instance.shape().await, before);
    instance.mend("mails").await;
    tokens::revoke_many(&instance.console, &owner, ids.iter().map(String::as_str), "2", None).await.unwrap();
    assert_eq!(taken(&instance).await.len(), 3, "two generated, one for both revoked");
}
