//! Teams and their tokens: whose they are, who reaches them, and that they end with the team and with nobody else.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Change, Description, Issued, Lifetime, Name, Overlap, Owner, OwnerChoice, Permission, PermissionSet, Rights, Role, State, Status, Team,
    TeamId, TokenQuery, Verdict,
};
use test_database::rounds;
use tokio::sync::Notify;

use super::{Instance, at_once, caller, new_token, notices::taken, on_both, user, way};
use crate::{
    Access, Error, access, members,
    teams::{self, Change as TeamChange},
    token_policy,
    tokens::{self, NewToken},
    verify,
};

on_both![
    is_created_renamed_and_listed,
    an_edit_made_from_what_is_no_longer_so_is_refused,
    names_are_unique_until_a_team_ends,
    there_are_not_too_many,
    needs_the_permissions,
    another_organization_finds_none,
    only_somebody_in_it_generates_its_tokens,
    those_in_it_reach_its_tokens_and_others_do_not,
    admins_see_end_and_switch_and_get_no_secret,
    nobody_gets_more_than_they_hold_by_way_of_a_team,
    its_tokens_outlive_everybody_in_it,
    ends_with_its_tokens_or_not_at_all,
    no_token_comes_into_being_beside_the_end_of_its_team,
    who_was_removed_meanwhile_is_refused,
    a_removal_ends_the_places_in_teams_or_nothing,
    the_policy_holds_for_its_tokens,
    those_in_it_are_told_when_the_policy_ends_one_of_its_tokens,
    nobody_fills_the_inboxes_of_admins,
];

async fn create(instance: &Instance, owner: &Access, name: &str) -> Team {
    teams::create(&instance.console, owner, Name::parse(name).unwrap(), Description::parse("").unwrap()).await.unwrap()
}

async fn add(instance: &Instance, owner: &Access, team: TeamId, email: &str) {
    let id = user(instance, email).await;
    teams::add_member(&instance.console, owner, &team.to_string(), &id).await.unwrap();
}

fn of(team: TeamId, label: &str, role: Role) -> NewToken {
    NewToken { owner: Some(OwnerChoice::Team(team)), ..new_token(label, role) }
}

async fn generate(instance: &Instance, email: &str, team: TeamId, label: &str, role: Role) -> Issued {
    let access = way(instance, email, Permission::API_KEY_CREATE).await;
    tokens::create(&instance.console, &access, of(team, label, role)).await.unwrap()
}

async fn verdict(instance: &Instance, issued: &Issued) -> Verdict {
    let caller = caller();
    let access = access::by_operator(&instance.console, "acme", &caller).await.unwrap();
    verify::verify(&instance.console, access.verifier().unwrap(), &caller, issued.secret.expose(), "cluster:read".parse().ok())
        .await
        .unwrap()
        .verdict
}

/// Payments, with a developer and a viewer in it; another developer and an admin are not.
async fn payments(instance: &Instance) -> TeamId {
    instance.set_up().await;
    for (role, email) in [
        (Role::Admin, "adam@acme.test"),
        (Role::Developer, "dev@acme.test"),
        (Role::Developer, "dora@acme.test"),
        (Role::Viewer, "vi@acme.test"),
    ] {
        instance.member("acme", role, email).await;
    }
    let owner = instance.owner().await;
    let team = create(instance, &owner, "Payments").await;
    for email in ["dev@acme.test", "vi@acme.test"] {
        add(instance, &owner, team.id, email).await;
    }
    team.id
}

async fn is_created_renamed_and_listed(instance: Instance) {
    let console = &instance.console;
    let payments = payments(&instance).await;
    let owner = instance.owner().await;
    for name in ["zebra", "Billing", "argon"] {
        create(&instance, &owner, name).await;
    }
    let names = |page: &domain::TeamPage| page.items.iter().map(|team| team.name.to_string()).collect::<Vec<_>>();
    let first = teams::list(console, &owner, None, 3).await.unwrap();
    assert_eq!(names(&first), ["argon", "Billing", "Payments"]);
    let after = first.next.unwrap().to_string();
    let second = teams::list(console, &owner, Some(&after), 3).await.unwrap();
    assert_eq!((names(&second), second.next), (vec!["zebra".to_owned()], None));
    for wrong in ["x", "team_00000000000000000000000000000000"] {
        assert!(matches!(teams::list(console, &owner, Some(wrong), 3).await, Err(Error::Invalid { field: "after", .. })));
    }
    generate(&instance, "dev@acme.test", payments, "ci", Role::Viewer).await;
    let id = payments.to_string();
    let found = teams::find(console, &owner, &id).await.unwrap();
    assert_eq!((found.members, found.tokens, found.created_by.as_str()), (2, 1, "Ada Lovelace"));
    let people = teams::members(console, &owner, payments).await.unwrap();
    assert_eq!(people.iter().map(|each| each.email.as_ref().unwrap().as_str()).collect::<Vec<_>>(), ["dev@acme.test", "vi@acme.test"]);

    let name = Some(Name::parse("Paying").unwrap());
    teams::edit(console, &owner, &id, None, TeamChange { name, description: None }).await.unwrap();
    let token = tokens::list(console, &owner, &TokenQuery::default()).await.unwrap().page.items.remove(0);
    assert_eq!(token.owner.words(), "Team Paying");
    let before = instance.shape().await;
    teams::edit(console, &owner, &id, None, TeamChange::default()).await.unwrap();
    let vi = user(&instance, "vi@acme.test").await;
    let unchanged = instance.shape().await;
    teams::add_member(console, &owner, &id, &vi).await.unwrap();
    assert_eq!((before[1], instance.shape().await), (unchanged[1], unchanged), "what changes nothing is no event");
    for (action, times) in [("team.create", 4), ("team.add_member", 2), ("team.edit", 1)] {
        let sql = match action {
            "team.create" => "SELECT COUNT(*) FROM events WHERE action = 'team.create'",
            "team.edit" => "SELECT COUNT(*) FROM events WHERE action = 'team.edit'",
            _ => "SELECT COUNT(*) FROM events WHERE action = 'team.add_member'",
        };
        assert_eq!(instance.count(sql).await, times, "{action}");
    }
    teams::remove_member(console, &owner, &id, &vi).await.unwrap();
    assert!(matches!(teams::remove_member(console, &owner, &id, &vi).await, Err(Error::NotFound)));
}

async fn an_edit_made_from_what_is_no_longer_so_is_refused(instance: Instance) {
    let console = &instance.console;
    let id = payments(&instance).await.to_string();
    let owner = instance.owner().await;
    let seen = teams::version(&teams::find(console, &owner, &id).await.unwrap());
    let to = |name: &str| TeamChange { name: Some(Name::parse(name).unwrap()), description: None };
    let first = teams::edit(console, &owner, &id, Some(&seen), to("Billing")).await.unwrap();
    let before = instance.shape().await;
    for late in [seen.as_str(), "", "x"] {
        let refused = teams::edit(console, &owner, &id, Some(late), to("Money")).await;
        assert!(matches!(refused, Err(Error::Conflict(teams::EDITED_MEANWHILE))), "{late:?}");
    }
    assert_eq!(instance.shape().await, before);
    // Who is in it, and its tokens, are no part of what is edited.
    add(&instance, &owner, first.id, "dora@acme.test").await;
    teams::edit(console, &owner, &id, Some(&teams::version(&first)), to("Money")).await.unwrap();
    assert_eq!(teams::edit(console, &owner, &id, None, to("Cash")).await.unwrap().name.as_str(), "Cash");
}

async fn names_are_unique_until_a_team_ends(instance: Instance) {
    let console = &instance.console;
    instance.set_up().await;
    let owner = instance.owner().await;
    let team = create(&instance, &owner, "Größe").await;
    let other = create(&instance, &owner, "Other").await;
    let before = instance.shape().await;
    let (name, description) = (Name::parse("GRÖSSE").unwrap(), Description::parse("").unwrap());
    assert_ne!(Team::key(&name), Team::key(&team.name), "ß has a capital of its own");
    let name = Name::parse("GRÖße").unwrap();
    let refused = teams::create(console, &owner, name.clone(), description.clone()).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "name", .. })));
    let change = TeamChange { name: Some(name.clone()), description: None };
    assert!(matches!(teams::edit(console, &owner, &other.id.to_string(), None, change).await, Err(Error::Invalid { field: "name", .. })));
    assert_eq!(instance.shape().await, before);
    // Its own name in other letters is no other team's.
    let change = TeamChange { name: Some(name.clone()), description: None };
    assert_eq!(teams::edit(console, &owner, &team.id.to_string(), None, change).await.unwrap().name, name);
    teams::end_by_id(console, &owner, &team.id.to_string()).await.unwrap();
    assert_ne!(teams::create(console, &owner, name, description).await.unwrap().id, team.id);
}

async fn there_are_not_too_many(instance: Instance) {
    instance.set_up().await;
    instance
        .execute(
            "INSERT INTO teams (id, organization_id, name, name_key, description, created_at, created_by_kind, created_by_id, created_by_name) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
             SELECT 'team_' || i, o.id, 'Team ' || i, 'team ' || i, '', 0, 'operator', '', 'Operator' FROM n, organizations o",
        )
        .await
        .unwrap();
    let before = instance.shape().await;
    let (name, description) = (Name::parse("One more").unwrap(), Description::parse("").unwrap());
    let owner = instance.owner().await;
    let seen = instance.shape().await;
    assert!(matches!(teams::create(&instance.console, &owner, name, description).await, Err(Error::Conflict(_))));
    assert_eq!((before[1], instance.shape().await), (seen[1] - 1, seen), "only the session came");
}

async fn needs_the_permissions(instance: Instance) {
    let console = &instance.console;
    let id = payments(&instance).await.to_string();
    let dev = way(&instance, "dev@acme.test", Permission::API_KEY_READ).await;
    let vi = user(&instance, "vi@acme.test").await;
    assert!(teams::find(console, &dev, &id).await.is_ok(), "every member sees the teams");
    let before = instance.shape().await;
    let (name, description) = (Name::parse("Mine").unwrap(), Description::parse("").unwrap());
    assert!(matches!(teams::create(console, &dev, name, description).await, Err(Error::Forbidden)));
    assert!(matches!(teams::edit(console, &dev, &id, None, TeamChange::default()).await, Err(Error::Forbidden)));
    assert!(matches!(teams::add_member(console, &dev, &id, &vi).await, Err(Error::Forbidden)));
    assert!(matches!(teams::remove_member(console, &dev, &id, &vi).await, Err(Error::Forbidden)));
    assert!(matches!(teams::end(console, &dev, &id, "Payments").await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
}

async fn another_organization_finds_none(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let id = team.to_string();
    let issued = generate(&instance, "dev@acme.test", team, "ci", Role::Viewer).await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let actor = instance.actor("eve@globex.test").await;
    let eve = access::to_tokens(console, Some(&actor), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let (adam, own) = (user(&instance, "adam@acme.test").await, actor.id().to_string());
    let mine = teams::create(console, &eve, Name::parse("Payments").unwrap(), Description::parse("").unwrap()).await.unwrap();
    let before = instance.shape().await;
    let gone = |error: Error| matches!(error, Error::NotFound);
    assert!(gone(teams::find(console, &eve, &id).await.unwrap_err()));
    assert!(gone(teams::edit(console, &eve, &id, None, TeamChange::default()).await.unwrap_err()));
    assert!(gone(teams::add_member(console, &eve, &id, &own).await.unwrap_err()));
    assert!(gone(teams::add_member(console, &eve, &mine.id.to_string(), &adam).await.unwrap_err()));
    assert!(gone(teams::remove_member(console, &eve, &id, &own).await.unwrap_err()));
    assert!(gone(teams::end(console, &eve, &id, "Payments").await.unwrap_err()));
    assert!(gone(tokens::find(console, &eve, &issued.token.id.to_string()).await.unwrap_err()));
    assert!(teams::members(console, &eve, team).await.unwrap().is_empty());
    assert!(teams::list_tokens(console, &eve, team).await.unwrap().is_empty());
    assert_eq!(teams::list(console, &eve, None, 50).await.unwrap().items.len(), 1);
    assert!(matches!(teams::list(console, &eve, Some(&id), 50).await, Err(Error::Invalid { field: "after", .. })));
    assert_eq!(instance.shape().await, before);
}

async fn only_somebody_in_it_generates_its_tokens(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let issued = generate(&instance, "dev@acme.test", team, "ci", Role::Developer).await;
    assert!(issued.secret.expose().starts_with("jtt_"));
    assert_eq!((issued.token.owner.words().as_str(), issued.token.owner.ceiling()), ("Team Payments", None));
    let minter = tokens::create(console, &instance.owner().await, new_token("minter", Role::Admin)).await.unwrap();
    let bearer = access::by_token(console, minter.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    // A token of a person in it is not that person.
    let own = NewToken { owner: Some(OwnerChoice::Me), permissions: "api_key:create".parse().unwrap(), ..new_token("own", Role::Viewer) };
    add(&instance, &instance.owner().await, team, "adam@acme.test").await;
    let own = tokens::create(console, &way(&instance, "adam@acme.test", Permission::API_KEY_CREATE).await, own).await.unwrap();
    let own = access::by_token(console, own.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    let dora = way(&instance, "dora@acme.test", Permission::API_KEY_CREATE).await;
    let owner = way(&instance, "ada@acme.test", Permission::API_KEY_CREATE).await;
    let before = instance.shape().await;
    for access in [&dora, &owner, &bearer, &own] {
        let new = NewToken { lifetime: Lifetime::Minutes(1), ..of(team, "late", Role::Viewer) };
        assert!(matches!(tokens::create(console, access, new).await, Err(Error::Invalid { field: "owner", .. })));
    }
    assert_eq!(instance.shape().await, before);
}

async fn those_in_it_reach_its_tokens_and_others_do_not(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let id = generate(&instance, "dev@acme.test", team, "ci", Role::Viewer).await.token.id.to_string();
    let labels = async |email: &str| {
        let read = way(&instance, email, Permission::API_KEY_READ).await;
        let listed = tokens::list(console, &read, &TokenQuery::default()).await.unwrap();
        let of_team = teams::list_tokens(console, &read, team).await.unwrap();
        let label = |token: &domain::Token| token.label.to_string();
        (listed.page.items.iter().map(label).collect::<Vec<_>>(), of_team.iter().map(label).collect::<Vec<_>>(), listed.creators)
    };
    let ci = || vec!["ci".to_owned()];
    assert_eq!(labels("vi@acme.test").await, (ci(), ci(), vec!["dev@acme.test".to_owned()]));
    assert_eq!(labels("dora@acme.test").await, (vec![], vec![], vec![]));
    assert_eq!(labels("adam@acme.test").await, (ci(), ci(), vec!["dev@acme.test".to_owned()]));

    let dora = async |permission| way(&instance, "dora@acme.test", permission).await;
    let (read, update, delete) =
        (dora(Permission::API_KEY_READ).await, dora(Permission::API_KEY_UPDATE).await, dora(Permission::API_KEY_DELETE).await);
    let before = instance.shape().await;
    let gone = |error: Error| matches!(error, Error::NotFound);
    assert!(gone(tokens::find(console, &read, &id).await.unwrap_err()));
    assert!(gone(tokens::find_many(console, &read, [id.as_str()]).await.unwrap_err()));
    assert!(!tokens::label_in_use(console, &update, "ci").await.unwrap());
    assert!(gone(tokens::edit(console, &update, &id, None, Change::default()).await.unwrap_err()));
    assert!(gone(tokens::disable(console, &update, &id).await.unwrap_err()));
    assert!(gone(tokens::rotate(console, &update, &id, Overlap::Now).await.err().unwrap()));
    assert!(gone(tokens::revoke(console, &delete, &id, "ci", None).await.unwrap_err()));
    assert!(gone(tokens::revoke_many(console, &delete, [id.as_str()], "ci", None).await.unwrap_err()));
    assert_eq!(instance.shape().await, before);

    // Whoever is in it did not need to generate it, nor to hold anything on tokens.
    let vi = async |permission| way(&instance, "vi@acme.test", permission).await;
    let update = vi(Permission::API_KEY_UPDATE).await;
    assert!(tokens::label_in_use(console, &update, "ci").await.unwrap());
    let change = Change { label: domain::Label::parse("renamed").ok(), ..Change::default() };
    assert_eq!(tokens::edit(console, &update, &id, None, change).await.unwrap().label.as_str(), "renamed");
    assert!(matches!(tokens::disable(console, &update, &id).await.unwrap().state, State::Disabled { .. }));
    assert_eq!(tokens::enable(console, &update, &id).await.unwrap().state, State::Active);
    assert!(tokens::rotate(console, &update, &id, Overlap::Now).await.unwrap().secret.expose().starts_with("jtt_"));
    tokens::revoke(console, &vi(Permission::API_KEY_DELETE).await, &id, "renamed", None).await.unwrap();
    let again = tokens::replace(console, &vi(Permission::API_KEY_CREATE).await, &id).await.unwrap();
    assert_eq!(again.token.owner.team().map(|team| team.id), Some(team));
}

async fn admins_see_end_and_switch_and_get_no_secret(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let issued = generate(&instance, "dev@acme.test", team, "ci", Role::Viewer).await;
    let id = issued.token.id.to_string();
    let admin = async |permission| way(&instance, "adam@acme.test", permission).await;
    let (update, create) = (admin(Permission::API_KEY_UPDATE).await, admin(Permission::API_KEY_CREATE).await);
    let found = tokens::find(console, &update, &id).await.unwrap();
    assert!(update.allows_switching(&found) && !update.allows_on(Permission::API_KEY_UPDATE, &found));
    let before = instance.shape().await;
    assert!(matches!(tokens::rotate(console, &update, &id, Overlap::Now).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::edit(console, &update, &id, None, Change::default()).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    tokens::disable(console, &update, &id).await.unwrap();
    assert_eq!(verdict(&instance, &issued).await, Verdict::Disabled);
    tokens::enable(console, &update, &id).await.unwrap();
    taken(&instance).await;
    tokens::revoke(console, &admin(Permission::API_KEY_DELETE).await, &id, "ci", None).await.unwrap();
    assert!(matches!(tokens::replace(console, &create, &id).await, Err(Error::Forbidden)));
    // Those in the team are told, as admins are.
    let told: Vec<_> = taken(&instance).await.into_iter().map(|mail| mail.recipient).collect();
    assert_eq!(told, ["ada@acme.test", "adam@acme.test", "dev@acme.test", "vi@acme.test"]);
}

async fn nobody_gets_more_than_they_hold_by_way_of_a_team(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let vi = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let issued = generate(&instance, "dev@acme.test", team, "deploys", Role::Developer).await;
    let id = issued.token.id.to_string();
    tokens::disable(console, &vi, &id).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(tokens::create(console, &vi, of(team, "late", Role::Developer)).await, Err(Error::Invalid { field: "role", .. })));
    assert!(matches!(tokens::rotate(console, &vi, &id, Overlap::Now).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::enable(console, &vi, &id).await, Err(Error::Conflict(_))));
    let rights = Some(Rights { role: Some(Role::Admin.into()), permissions: PermissionSet::NONE });
    assert!(matches!(tokens::edit(console, &vi, &id, None, Change { rights, ..Change::default() }).await, Err(Error::Invalid { .. })));
    let lifetime = Some(Lifetime::Never);
    assert!(matches!(tokens::edit(console, &vi, &id, None, Change { lifetime, ..Change::default() }).await, Err(Error::Invalid { .. })));
    assert_eq!(instance.shape().await, before);
    // To take away is everybody's in the team.
    let rights = Some(Rights { role: Some(Role::Viewer.into()), permissions: PermissionSet::NONE });
    assert_eq!(
        tokens::edit(console, &vi, &id, None, Change { rights, ..Change::default() }).await.unwrap().role,
        Some(Role::Viewer.into())
    );
}

async fn its_tokens_outlive_everybody_in_it(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let issued = generate(&instance, "dev@acme.test", team, "ci", Role::Developer).await;
    let (owner, dev) = (instance.owner().await, user(&instance, "dev@acme.test").await);
    let asked = members::offboarding(console, &owner, &dev).await.unwrap();
    assert_eq!((asked.tokens.len(), asked.own.len()), (1, 0), "it is asked about like those of the organization");
    members::remove(console, &owner, &dev, &BTreeMap::new()).await.unwrap();
    let vi = user(&instance, "vi@acme.test").await;
    teams::remove_member(console, &owner, &team.to_string(), &vi).await.unwrap();
    assert_eq!(verdict(&instance, &issued).await, Verdict::Valid);
    let found = tokens::find(console, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!((found.creator().as_str(), found.effective()), ("dev@acme.test (left)", domain::policy::grants(Role::Developer)));
}

async fn ends_with_its_tokens_or_not_at_all(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let id = team.to_string();
    let first = generate(&instance, "dev@acme.test", team, "ci", Role::Viewer).await;
    let second = generate(&instance, "vi@acme.test", team, "cron", Role::Viewer).await;
    let owner = instance.owner().await;
    let elsewhere = create(&instance, &owner, "Elsewhere").await;
    add(&instance, &owner, elsewhere.id, "vi@acme.test").await;
    let other = generate(&instance, "vi@acme.test", elsewhere.id, "unrelated", Role::Viewer).await;
    taken(&instance).await;
    let before = instance.shape().await;
    for wrong in ["", "payments", "Elsewhere"] {
        assert!(matches!(teams::end(console, &owner, &id, wrong).await, Err(Error::Invalid { field: "typed", .. })), "{wrong}");
    }
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(matches!(teams::end(console, &owner, &id, "Payments").await, Err(Error::Internal(_))));
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    for issued in [&first, &second] {
        assert_eq!(verdict(&instance, issued).await, Verdict::Valid);
    }
    let head = instance.count("SELECT seq FROM head").await;
    teams::end(console, &owner, &id, " Payments ").await.unwrap();
    for issued in [&first, &second] {
        assert_eq!(verdict(&instance, issued).await, Verdict::Revoked);
        let found = tokens::find(console, &owner, &issued.token.id.to_string()).await.unwrap();
        assert!(matches!(found.owner, Owner::Team(domain::OwnerTeam { is_ended: true, .. })));
    }
    assert_eq!(verdict(&instance, &other).await, Verdict::Valid);
    assert_eq!(instance.count("SELECT seq FROM head").await, head + 3, "one change, an event for the team and one for each token");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'team.end'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM team_members").await, 1);
    let mails = taken(&instance).await;
    let told: Vec<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(told, ["ada@acme.test", "adam@acme.test", "dev@acme.test", "vi@acme.test"]);
    assert!(mails.iter().all(|mail| mail.text.contains("cron") && mail.text.contains("ci (") && !mail.text.contains("unrelated")));
    assert!(matches!(teams::find(console, &owner, &id).await, Err(Error::NotFound)));
    assert!(matches!(teams::end_by_id(console, &owner, &id).await, Err(Error::NotFound)));
    // One that stayed by a mistake opens nothing, and those who were in it reach nothing.
    instance.execute("UPDATE tokens SET revoked_at = NULL, revoked_by_name = NULL WHERE label = 'ci'").await.unwrap();
    assert_eq!(verdict(&instance, &first).await, Verdict::Revoked);
    let read = way(&instance, "dev@acme.test", Permission::API_KEY_READ).await;
    assert!(matches!(tokens::find(console, &read, &first.token.id.to_string()).await, Err(Error::NotFound)));
    let status = first.token.status_at(console.now());
    assert_eq!(status, Status::Active, "as it was when it was generated");
}

/// Whichever comes first: a token that was generated ends with the team, or there is none.
async fn no_token_comes_into_being_beside_the_end_of_its_team(instance: Instance) {
    let console = &instance.console;
    payments(&instance).await;
    let owner = instance.owner().await;
    let actor = instance.actor("dev@acme.test").await;
    let owner = Arc::new(owner);
    let (mut generated, mut refused) = (0, 0);
    for round in 0..rounds(20, 200) {
        let team = create(&instance, &owner, &format!("Round {round}")).await.id;
        add(&instance, &owner, team, "dev@acme.test").await;
        // So many would be too many for one person.
        instance.execute("DELETE FROM throttles").await.unwrap();
        let access = access::to_tokens(console, Some(&actor), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
        let access = Arc::new(access);
        let made = Arc::new(Notify::new());
        let answers = at_once(10, |number| {
            let (console, owner, access, made) = (console.clone(), owner.clone(), access.clone(), made.clone());
            async move {
                if number == 0 {
                    // Every other time not before one was generated, or the end would always come first: it has less to do.
                    if round % 2 == 1 {
                        made.notified().await;
                    }
                    return teams::end_by_id(&console, &owner, &team.to_string()).await.map(|_| None);
                }
                let issued = tokens::create(&console, &access, of(team, "late", Role::Viewer)).await?;
                made.notify_one();
                Ok(Some(issued))
            }
        });
        for answer in answers.await {
            match answer {
                Ok(made) => generated += i64::from(made.is_some()),
                Err(Error::Conflict(_)) => refused += 1,
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        let left = "SELECT COUNT(*) FROM tokens t JOIN teams g ON g.id = t.team_id WHERE g.ended_at IS NOT NULL AND t.revoked_at IS NULL";
        assert_eq!(instance.count(left).await, 0, "round {round}");
    }
    let recorded = async |action: &'static str| instance.count(action).await;
    assert_eq!(recorded("SELECT COUNT(*) FROM events WHERE action = 'token.create'").await, generated);
    assert_eq!(recorded("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, generated, "each ended with its team");
    assert!(generated > 0 && refused > 0, "the end came neither always first nor always last: {generated}, {refused}");
    assert!(console.verify_events(None).await.unwrap().is_ok());
}

async fn who_was_removed_meanwhile_is_refused(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let id = team.to_string();
    let token = generate(&instance, "dev@acme.test", team, "ci", Role::Viewer).await.token.id.to_string();
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_UPDATE).await;
    let vi = user(&instance, "vi@acme.test").await;
    let owner = instance.owner().await;
    teams::remove_member(console, &owner, &id, &vi).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(tokens::create(console, &access, of(team, "late", Role::Viewer)).await, Err(Error::Conflict(_))));
    assert!(matches!(tokens::rotate(console, &access, &token, Overlap::Now).await, Err(Error::Conflict(_))));
    assert!(matches!(tokens::disable(console, &access, &token).await, Err(Error::Conflict(_))));
    assert!(matches!(tokens::revoke(console, &access, &token, "ci", None).await, Err(Error::Conflict(_))));
    assert_eq!(instance.shape().await, before);

    // The same when the whole team has ended.
    let access = way(&instance, "dev@acme.test", Permission::API_KEY_CREATE).await;
    teams::end(console, &owner, &id, "Payments").await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(tokens::create(console, &access, of(team, "late", Role::Viewer)).await, Err(Error::Conflict(_))));
    assert_eq!(instance.shape().await, before);
}

async fn a_removal_ends_the_places_in_teams_or_nothing(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let (owner, vi) = (instance.owner().await, user(&instance, "vi@acme.test").await);
    let before = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(members::remove(console, &owner, &vi, &BTreeMap::new()).await.is_err());
    instance.mend("events").await;
    assert_eq!(instance.shape().await, before);
    members::remove(console, &owner, &vi, &BTreeMap::new()).await.unwrap();
    assert_eq!(instance.count("SELECT COUNT(*) FROM team_members").await, 1);
    // Who comes back is in no team.
    instance
        .execute(
            "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 1 FROM organizations o, users u \
             WHERE u.email = 'vi@acme.test'",
        )
        .await
        .unwrap();
    assert!(!way(&instance, "vi@acme.test", Permission::API_KEY_READ).await.is_in(team));
    // Nor is anybody left in one whom an older server removed.
    instance.execute("DELETE FROM memberships WHERE user_id IN (SELECT id FROM users WHERE email = 'dev@acme.test')").await.unwrap();
    assert_eq!(instance.count("SELECT COUNT(*) FROM team_members").await, 0);
}

async fn the_policy_holds_for_its_tokens(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let policy = domain::token_policy::Policy {
        max_days: Some(1),
        may_never_expire: false,
        unique_labels: true,
        ..domain::token_policy::Policy::default()
    };
    token_policy::edit(console, &instance.owner().await, None, &policy).await.unwrap();
    let access = way(&instance, "dev@acme.test", Permission::API_KEY_CREATE).await;
    tokens::create(console, &access, of(team, "ci", Role::Viewer)).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(tokens::create(console, &access, of(team, "CI", Role::Viewer)).await, Err(Error::Invalid { field: "label", .. })));
    let forever = NewToken { lifetime: Lifetime::Never, ..of(team, "cron", Role::Viewer) };
    assert!(matches!(tokens::create(console, &access, forever).await, Err(Error::Invalid { field: "expiry", .. })));
    assert_eq!(instance.shape().await, before);
}

async fn those_in_it_are_told_when_the_policy_ends_one_of_its_tokens(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let developer = way(&instance, "dev@acme.test", Permission::API_KEY_CREATE).await;
    let new = NewToken { lifetime: Lifetime::Never, ..of(team, "ci", Role::Viewer) };
    let issued = tokens::create(console, &developer, new).await.unwrap();
    let policy = domain::token_policy::Policy { revoke_unused_days: Some(1), ..domain::token_policy::Policy::default() };
    token_policy::edit(console, &instance.owner().await, None, &policy).await.unwrap();
    taken(&instance).await;
    instance.clock.advance(core::time::Duration::from_hours(25));
    assert_eq!(token_policy::revoke_unused(console, console.now()).await.unwrap(), 1);
    assert_eq!(verdict(&instance, &issued).await, Verdict::Revoked);
    let told: Vec<_> = taken(&instance).await.into_iter().map(|mail| mail.recipient).collect();
    assert_eq!(told, ["ada@acme.test", "adam@acme.test", "dev@acme.test", "vi@acme.test"]);
}

async fn nobody_fills_the_inboxes_of_admins(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    for number in 0..20 {
        tokens::create(console, &access, of(team, &format!("script {number}"), Role::Viewer)).await.unwrap();
    }
    let before = instance.shape().await;
    let refused = [of(team, "one more", Role::Viewer), new_token("own", Role::Viewer)];
    for new in refused {
        assert!(matches!(tokens::create(console, &access, new).await, Err(Error::TooMany { .. })));
    }
    assert_eq!(instance.shape().await, before);
}
