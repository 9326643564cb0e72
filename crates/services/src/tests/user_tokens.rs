//! Tokens of people: whose they are, who reaches them, and that they never do more than their owner may at the moment of use.

use std::collections::BTreeMap;

use domain::{Change, Issued, Lifetime, Overlap, Owner, OwnerChoice, Permission, Rights, Role, State, TeamId, TokenQuery, Verdict};

use super::{Instance, caller, new_token, notices::taken, on_both, way};
use crate::{
    Error, access, mails, members,
    tokens::{self, NewToken},
    verify,
};

on_both![
    belongs_to_who_generates_it,
    a_member_sees_exactly_their_own,
    admins_see_and_end_those_of_others_and_nothing_more,
    a_demotion_bites_at_once,
    nobody_gives_their_token_more_than_they_hold,
    without_a_membership_it_opens_nothing,
    ends_with_the_membership,
    stays_when_the_removal_fails,
    a_bearer_is_asked_again_inside_each_change,
    its_end_is_announced_to_its_owner,
    who_leaves_is_asked_about_what_their_tokens_generated,
    nobody_fills_the_inboxes_of_admins,
    the_owner_is_told_who_ended_it,
    what_is_told_of_a_token_stays_in_its_organization,
];

async fn generate(instance: &Instance, email: &str, label: &str, role: Role) -> Issued {
    let access = way(instance, email, Permission::API_KEY_CREATE).await;
    let new = NewToken { owner: Some(OwnerChoice::Me), ..new_token(label, role) };
    tokens::create(&instance.console, &access, new).await.unwrap()
}

/// What a service hears that asks about this token.
async fn verdict(instance: &Instance, issued: &Issued, asked: &str) -> Verdict {
    let owner = instance.owner().await;
    verify::verify(&instance.console, owner.verifier().unwrap(), &caller(), issued.secret.expose(), asked.parse().ok())
        .await
        .unwrap()
        .verdict
}

async fn people(instance: &Instance) {
    instance.set_up().await;
    for (role, email) in [
        (Role::Admin, "adam@acme.test"),
        (Role::Developer, "dev@acme.test"),
        (Role::Developer, "dora@acme.test"),
        (Role::Viewer, "vi@acme.test"),
    ] {
        instance.member("acme", role, email).await;
    }
}

async fn edit_role(instance: &Instance, email: &str, role: &str) {
    let owner = instance.owner().await;
    let all = members::list(&instance.console, &owner).await.unwrap();
    let id = all.iter().find(|member| member.email.as_str() == email).unwrap().user.to_string();
    members::edit(&instance.console, &owner, &id, role).await.unwrap();
}

async fn belongs_to_who_generates_it(instance: Instance) {
    people(&instance).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let issued = tokens::create(&instance.console, &access, new_token("script", Role::Viewer)).await.unwrap();
    assert!(issued.secret.expose().starts_with("jtu_"));
    let Owner::User(person) = &issued.token.owner else { panic!("{:?}", issued.token.owner) };
    assert_eq!((person.name.as_str(), person.role.clone()), ("vi@acme.test", Some(Role::Viewer.into())));
    let before = instance.shape().await;
    let for_organization = NewToken { owner: Some(OwnerChoice::Organization), ..new_token("script", Role::Viewer) };
    assert!(matches!(tokens::create(&instance.console, &access, for_organization).await, Err(Error::Forbidden)));
    let for_team =
        NewToken { owner: Some(OwnerChoice::Team(TeamId::new(instance.console.now(), [7; 10]))), ..new_token("script", Role::Viewer) };
    assert!(matches!(tokens::create(&instance.console, &access, for_team).await, Err(Error::Invalid { field: "owner", .. })));
    assert_eq!(instance.shape().await, before);

    let admin = way(&instance, "adam@acme.test", Permission::API_KEY_CREATE).await;
    let issued = tokens::create(&instance.console, &admin, new_token("pipeline", Role::Viewer)).await.unwrap();
    assert_eq!(issued.token.owner, Owner::Organization, "who may do both means the organization when they do not say");
    // A token is nobody, so there is nobody for one of its own to belong to.
    let minter = tokens::create(&instance.console, &admin, new_token("minter", Role::Admin)).await.unwrap();
    let bearer = access::by_token(&instance.console, minter.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    let for_user = NewToken { owner: Some(OwnerChoice::Me), lifetime: Lifetime::Minutes(1), ..new_token("script", Role::Viewer) };
    assert!(matches!(tokens::create(&instance.console, &bearer, for_user).await, Err(Error::Invalid { field: "owner", .. })));
}

async fn a_member_sees_exactly_their_own(instance: Instance) {
    people(&instance).await;
    let owner = instance.owner().await;
    let shared = tokens::create(&instance.console, &owner, new_token("shared", Role::Viewer)).await.unwrap().token.id.to_string();
    let theirs = generate(&instance, "dora@acme.test", "theirs", Role::Viewer).await.token.id.to_string();
    let mine = generate(&instance, "dev@acme.test", "mine", Role::Viewer).await.token.id.to_string();
    let console = &instance.console;
    let read = way(&instance, "dev@acme.test", Permission::API_KEY_READ).await;
    let listed = tokens::list(console, &read, &TokenQuery::default()).await.unwrap();
    let labels = |page: &[domain::Token]| page.iter().map(|token| token.label.to_string()).collect::<Vec<_>>();
    assert_eq!((labels(&listed.page.items), listed.creators), (vec!["mine".to_owned()], vec!["dev@acme.test".to_owned()]));
    assert_eq!(labels(&tokens::list_all(console, &read, &domain::TokenFilter::default(), 100).await.unwrap().items), ["mine"]);
    assert_eq!(labels(&tokens::export(console, &read, &TokenQuery::default()).await.unwrap().tokens), ["mine"]);
    assert!(tokens::label_in_use(console, &read, "mine").await.unwrap());
    assert!(!tokens::label_in_use(console, &read, "theirs").await.unwrap());
    assert_eq!(tokens::find(console, &read, &mine).await.unwrap().label.as_str(), "mine");

    let update = way(&instance, "dev@acme.test", Permission::API_KEY_UPDATE).await;
    let delete = way(&instance, "dev@acme.test", Permission::API_KEY_DELETE).await;
    let before = instance.shape().await;
    let gone = |answer: Error| matches!(answer, Error::NotFound);
    for (id, label) in [(&shared, "shared"), (&theirs, "theirs")] {
        assert!(gone(tokens::find(console, &read, id).await.unwrap_err()));
        assert!(gone(tokens::find_many(console, &read, [id.as_str(), mine.as_str()]).await.unwrap_err()));
        assert!(gone(tokens::rotation(console, &read, id).await.unwrap_err()));
        assert!(gone(tokens::editable(console, &update, id).await.unwrap_err()));
        assert!(gone(tokens::edit(console, &update, id, None, Change::default()).await.unwrap_err()));
        assert!(gone(tokens::disable(console, &update, id).await.unwrap_err()));
        assert!(gone(tokens::enable(console, &update, id).await.unwrap_err()));
        assert!(gone(tokens::rotatable(console, &update, id).await.unwrap_err()));
        assert!(gone(tokens::rotate(console, &update, id, Overlap::Now).await.err().unwrap()));
        assert!(gone(tokens::end_overlap(console, &update, id).await.unwrap_err()));
        assert!(gone(tokens::replace(console, &update, id).await.err().unwrap()));
        assert!(gone(tokens::revoke(console, &delete, id, label, None).await.unwrap_err()));
        assert!(gone(tokens::revoke_many(console, &delete, [id.as_str(), mine.as_str()], "2", None).await.unwrap_err()));
    }
    assert_eq!(instance.shape().await, before);

    // Their own is theirs to do anything to.
    assert!(matches!(tokens::disable(console, &update, &mine).await.unwrap().state, State::Disabled { .. }));
    assert_eq!(tokens::enable(console, &update, &mine).await.unwrap().state, State::Active);
    let rights = Some(Rights { role: Some(Role::Developer.into()), permissions: domain::PermissionSet::NONE });
    let wider = tokens::edit(console, &update, &mine, None, Change { rights, ..Change::default() }).await.unwrap();
    assert_eq!(wider.role, Some(Role::Developer.into()));
    assert!(tokens::rotate(console, &update, &mine, Overlap::Now).await.unwrap().secret.expose().starts_with("jtu_"));
    assert!(matches!(tokens::revoke(console, &delete, &mine, "mine", None).await.unwrap().state, State::Revoked { .. }));
    let again = tokens::replace(console, &way(&instance, "dev@acme.test", Permission::API_KEY_CREATE).await, &mine).await.unwrap();
    assert_eq!(again.token.owner, wider.owner);
}

async fn admins_see_and_end_those_of_others_and_nothing_more(instance: Instance) {
    people(&instance).await;
    let id = generate(&instance, "dev@acme.test", "script", Role::Viewer).await.token.id.to_string();
    let console = &instance.console;
    let admin = async |permission| way(&instance, "adam@acme.test", permission).await;
    let read = admin(Permission::API_KEY_READ).await;
    let found = tokens::find(console, &read, &id).await.unwrap();
    assert!(read.allows_on(Permission::API_KEY_DELETE, &found) && !read.allows_on(Permission::API_KEY_UPDATE, &found));
    let people = TokenQuery::parse("owner=user").unwrap();
    assert_eq!(tokens::list(console, &read, &people).await.unwrap().page.items, [found]);
    for (query, count) in [("owner=organization", 0), ("owner=me", 0), ("", 1)] {
        assert_eq!(tokens::list(console, &read, &TokenQuery::parse(query).unwrap()).await.unwrap().page.items.len(), count, "{query}");
    }
    let update = admin(Permission::API_KEY_UPDATE).await;
    let before = instance.shape().await;
    let forbidden = |answer: Error| matches!(answer, Error::Forbidden);
    assert!(forbidden(tokens::editable(console, &update, &id).await.unwrap_err()));
    assert!(forbidden(tokens::edit(console, &update, &id, None, Change::default()).await.unwrap_err()));
    assert!(forbidden(tokens::disable(console, &update, &id).await.unwrap_err()));
    assert!(forbidden(tokens::enable(console, &update, &id).await.unwrap_err()));
    assert!(forbidden(tokens::rotatable(console, &update, &id).await.unwrap_err()));
    assert!(forbidden(tokens::rotate(console, &update, &id, Overlap::Now).await.err().unwrap()));
    assert!(forbidden(tokens::end_overlap(console, &update, &id).await.unwrap_err()));
    assert_eq!(instance.shape().await, before);
    let delete = admin(Permission::API_KEY_DELETE).await;
    assert!(matches!(tokens::revoke(console, &delete, &id, "script", None).await.unwrap().state, State::Revoked { .. }));
    assert!(forbidden(tokens::replace(console, &admin(Permission::API_KEY_CREATE).await, &id).await.err().unwrap()));
}

async fn a_demotion_bites_at_once(instance: Instance) {
    people(&instance).await;
    let issued = generate(&instance, "dev@acme.test", "script", Role::Developer).await;
    assert_eq!(verdict(&instance, &issued, "cluster:create").await, Verdict::Valid);
    edit_role(&instance, "dev@acme.test", "viewer").await;
    assert_eq!(verdict(&instance, &issued, "cluster:create").await, Verdict::InsufficientPermissions);
    assert_eq!(verdict(&instance, &issued, "cluster:read").await, Verdict::Valid);
    let read = way(&instance, "dev@acme.test", Permission::API_KEY_READ).await;
    let now = tokens::find(&instance.console, &read, &issued.token.id.to_string()).await.unwrap();
    assert_eq!(now.effective(), domain::policy::grants(Role::Viewer));
    assert_eq!(now.given(), domain::policy::grants(Role::Developer), "what it was given stays, and counts again when they may");
    edit_role(&instance, "dev@acme.test", "admin").await;
    assert_eq!(verdict(&instance, &issued, "cluster:create").await, Verdict::Valid);
    assert_eq!(verdict(&instance, &issued, "cluster:delete").await, Verdict::InsufficientPermissions, "a promotion adds nothing");
}

async fn nobody_gives_their_token_more_than_they_hold(instance: Instance) {
    people(&instance).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let before = instance.shape().await;
    let refused = tokens::create(&instance.console, &access, new_token("script", Role::Developer)).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "role", .. })));
    assert_eq!(instance.shape().await, before);
}

async fn without_a_membership_it_opens_nothing(instance: Instance) {
    people(&instance).await;
    let issued = generate(&instance, "dev@acme.test", "script", Role::Viewer).await;
    instance.execute("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = 'dev@acme.test')").await.unwrap();
    assert_eq!(verdict(&instance, &issued, "cluster:read").await, Verdict::Revoked);
    let entered = access::by_token_to_itself(&instance.console, issued.secret.expose(), &caller()).await;
    assert!(matches!(entered, Err(Error::Unauthenticated)));
}

async fn id_of(instance: &Instance, email: &str) -> String {
    let all = members::list(&instance.console, &instance.owner().await).await.unwrap();
    all.iter().find(|member| member.email.as_str() == email).unwrap().user.to_string()
}

async fn ends_with_the_membership(instance: Instance) {
    people(&instance).await;
    let issued = generate(&instance, "dev@acme.test", "script", Role::Viewer).await;
    let others = generate(&instance, "dora@acme.test", "hers", Role::Viewer).await;
    let owner = instance.owner().await;
    let id = id_of(&instance, "dev@acme.test").await;
    let offboarding = members::offboarding(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(offboarding.own.iter().map(|token| token.id).collect::<Vec<_>>(), [issued.token.id]);
    assert!(offboarding.tokens.is_empty());
    taken(&instance).await;
    members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.unwrap();
    assert_eq!(verdict(&instance, &issued, "cluster:read").await, Verdict::Revoked);
    assert_eq!(verdict(&instance, &others, "cluster:read").await, Verdict::Valid);
    let gone = tokens::find(&instance.console, &owner, &issued.token.id.to_string()).await.unwrap();
    assert!(matches!(&gone.state, State::Revoked { by, .. } if by == "Ada Lovelace"), "{gone:?}");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 1);
    assert!(taken(&instance).await.iter().all(|mail| mail.text.contains("script")), "admins are told what ended");
    // Who comes back comes without them.
    instance
        .execute(
            "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT t.organization_id, t.user_id, 'owner', 1 FROM \
             tokens t WHERE t.label = 'script'",
        )
        .await
        .unwrap();
    assert_eq!(verdict(&instance, &issued, "cluster:read").await, Verdict::Revoked);
}

async fn stays_when_the_removal_fails(instance: Instance) {
    people(&instance).await;
    let issued = generate(&instance, "dev@acme.test", "script", Role::Viewer).await;
    let (owner, id) = (instance.owner().await, id_of(&instance, "dev@acme.test").await);
    let before = instance.shape().await;
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.is_err());
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    assert_eq!(verdict(&instance, &issued, "cluster:read").await, Verdict::Valid);
}

async fn a_bearer_is_asked_again_inside_each_change(instance: Instance) {
    people(&instance).await;
    let issued = generate(&instance, "adam@acme.test", "script", Role::Admin).await;
    let enter = async || access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::API_KEY_CREATE).await;
    let short = || NewToken { lifetime: Lifetime::Minutes(1), ..new_token("late", Role::Viewer) };
    let bearer = enter().await.unwrap();
    edit_role(&instance, "adam@acme.test", "viewer").await;
    let before = instance.shape().await;
    assert!(matches!(tokens::create(&instance.console, &bearer, short()).await, Err(Error::Conflict(_))));
    assert!(matches!(enter().await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
}

async fn its_end_is_announced_to_its_owner(instance: Instance) {
    people(&instance).await;
    generate(&instance, "dev@acme.test", "script", Role::Viewer).await;
    let access = way(&instance, "dora@acme.test", Permission::API_KEY_CREATE).await;
    let lasting = NewToken { lifetime: Lifetime::Minutes(3 * 24 * 60), ..new_token("hers", Role::Viewer) };
    tokens::create(&instance.console, &access, lasting).await.unwrap();
    taken(&instance).await;
    instance.advance(2 * 24 * 60 * 60);
    assert_eq!(mails::report_expiring(&instance.console, instance.console.now()).await.unwrap(), 1);
    let written = taken(&instance).await;
    assert_eq!(written.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["dora@acme.test"]);
    assert!(written[0].text.contains("hers"), "{}", written[0].text);
}

async fn who_leaves_is_asked_about_what_their_tokens_generated(instance: Instance) {
    people(&instance).await;
    let access = way(&instance, "adam@acme.test", Permission::API_KEY_CREATE).await;
    let minter = NewToken { owner: Some(OwnerChoice::Me), lifetime: Lifetime::Never, ..new_token("minter", Role::Admin) };
    let minter = tokens::create(&instance.console, &access, minter).await.unwrap();
    let bearer = access::by_token(&instance.console, minter.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    let made = tokens::create(&instance.console, &bearer, new_token("made by it", Role::Viewer)).await.unwrap();
    assert_eq!(made.token.owner, Owner::Organization);
    let (owner, id) = (instance.owner().await, id_of(&instance, "adam@acme.test").await);
    let offboarding = members::offboarding(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(offboarding.tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [made.token.id]);
    assert_eq!(offboarding.own.iter().map(|token| token.id).collect::<Vec<_>>(), [minter.token.id]);
}

async fn nobody_fills_the_inboxes_of_admins(instance: Instance) {
    people(&instance).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    for number in 0..20 {
        tokens::create(&instance.console, &access, new_token(&format!("script {number}"), Role::Viewer)).await.unwrap();
    }
    let before = instance.shape().await;
    let refused = tokens::create(&instance.console, &access, new_token("one more", Role::Viewer)).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })));
    assert_eq!(instance.shape().await, before);
    generate(&instance, "dev@acme.test", "of somebody else", Role::Viewer).await;
    instance.advance(5 * 60);
    tokens::create(&instance.console, &access, new_token("later", Role::Viewer)).await.unwrap();
}

async fn the_owner_is_told_who_ended_it(instance: Instance) {
    people(&instance).await;
    let theirs = generate(&instance, "vi@acme.test", "theirs", Role::Viewer).await.token.id.to_string();
    let of_admin = generate(&instance, "adam@acme.test", "of an admin", Role::Viewer).await.token.id.to_string();
    let own = generate(&instance, "dev@acme.test", "by themselves", Role::Viewer).await.token.id.to_string();
    let recipients = async || taken(&instance).await.into_iter().map(|mail| mail.recipient).collect::<std::collections::BTreeSet<_>>();
    recipients().await;
    let admins = ["ada@acme.test".to_owned(), "adam@acme.test".to_owned()];
    let delete = way(&instance, "ada@acme.test", Permission::API_KEY_DELETE).await;
    tokens::revoke(&instance.console, &delete, &theirs, "theirs", None).await.unwrap();
    assert_eq!(recipients().await, admins.iter().cloned().chain(["vi@acme.test".to_owned()]).collect());
    tokens::revoke_many(&instance.console, &delete, [of_admin.as_str()], "of an admin", None).await.unwrap();
    assert_eq!(recipients().await, admins.iter().cloned().collect());
    let delete = way(&instance, "dev@acme.test", Permission::API_KEY_DELETE).await;
    tokens::revoke(&instance.console, &delete, &own, "by themselves", None).await.unwrap();
    assert_eq!(recipients().await, admins.into_iter().collect());
}

/// Who belongs to two organizations may have been longer in the other one, whose admins see the mails that are filed there.
async fn what_is_told_of_a_token_stays_in_its_organization(instance: Instance) {
    people(&instance).await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    instance
        .execute(
            "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 0 FROM organizations o, users u \
             WHERE o.slug = 'globex' AND u.email = 'vi@acme.test'",
        )
        .await
        .unwrap();
    let id = generate(&instance, "vi@acme.test", "secret project", Role::Viewer).await.token.id.to_string();
    let delete = way(&instance, "ada@acme.test", Permission::API_KEY_DELETE).await;
    tokens::revoke(&instance.console, &delete, &id, "secret project", None).await.unwrap();
    let told = "SELECT COUNT(*) FROM mails WHERE recipient = 'vi@acme.test' AND subject LIKE '%secret project%'";
    assert_eq!(instance.count(told).await, 1);
    let elsewhere = "SELECT COUNT(*) FROM mails m JOIN organizations o ON o.id = m.organization_id WHERE o.slug = 'globex' AND m.subject LIKE '%secret%'";
    assert_eq!(instance.count(elsewhere).await, 0);
}
