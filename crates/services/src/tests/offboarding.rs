//! Removal: everything of theirs ends in one change, and what they generated is kept, moved, rotated, let expire or revoked in it.

use std::collections::BTreeMap;

use domain::{
    AfterLeaving, Description, Issued, Lifetime, Name, Overlap, Owner, OwnerChoice, Permission, Role, State, Status, TeamId, TokenId,
    Verdict, token_policy::Policy,
};

use super::{Instance, caller, new_token, notices::taken, on_both, user, way};
use crate::{
    Access, Error, access, invitations,
    members::{self, Decisions},
    sessions,
    store::on_db,
    teams, token_policy,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
    verify,
};

on_both![
    a_token_is_moved_to_a_team_as_it_is,
    a_rotated_token_answers_its_secret_once_and_the_old_one_lives_on,
    what_the_leaver_knows_ends_when_was_chosen,
    a_key_from_before_gets_no_secret_of_a_team,
    nobody_hands_on_more_than_they_hold,
    what_a_team_has_is_neither_moved_nor_rotated,
    a_team_that_is_not_there_takes_nothing,
    labels_stay_unique_in_a_team,
    no_token_becomes_a_teams_where_teams_have_none,
    who_leaves_gets_no_new_secret,
    about_those_that_are_not_listed_is_decided_together,
    the_same_goes_for_all_that_can_be_handed_on,
    nothing_changes_when_it_cannot_be_recorded,
    everything_of_theirs_ends_whatever_is_chosen,
];

async fn team(instance: &Instance, owner: &Access, name: &str, people: &[&str]) -> TeamId {
    let team = teams::create(&instance.console, owner, Name::parse(name).unwrap(), Description::parse("").unwrap()).await.unwrap().id;
    for email in people {
        teams::add_member(&instance.console, owner, &team.to_string(), &user(instance, email).await).await.unwrap();
    }
    team
}

async fn generate(instance: &Instance, access: &Access, label: &str, role: Role, owner: Option<OwnerChoice>) -> Issued {
    let new = NewToken { owner, lifetime: Lifetime::Never, ..new_token(label, role) };
    tokens::create(&instance.console, access, new).await.unwrap()
}

async fn verdict(instance: &Instance, secret: &str) -> Verdict {
    let caller = caller();
    let access = access::by_operator(&instance.console, "acme", &caller).await.unwrap();
    verify::verify(&instance.console, access.verifier().unwrap(), &caller, secret, "cluster:read".parse().ok()).await.unwrap().verdict
}

/// Acme, with the admin Bob, who is going to leave, and the viewer Vi, who is in Payments with him.
async fn bob(instance: &Instance) -> (Access, Access, String, TeamId) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    let owner = instance.owner().await;
    let team = team(instance, &owner, "Payments", &["bob@acme.test", "vi@acme.test"]).await;
    (owner, way(instance, "bob@acme.test", Permission::API_KEY_CREATE).await, user(instance, "bob@acme.test").await, team)
}

fn one(token: TokenId, choice: AfterLeaving) -> Decisions {
    Decisions::each(BTreeMap::from([(token, choice)]))
}

/// That this removal is refused for what was chosen, and that nothing happened; tells why.
async fn refused(instance: &Instance, access: &Access, id: &str, decisions: &Decisions) -> String {
    let before = instance.shape().await;
    let why = match members::remove_deciding(&instance.console, access, id, decisions).await {
        Err(Error::Invalid { field: "tokens", why }) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("{decisions:?} has to be refused"),
    };
    assert_eq!(instance.shape().await, before, "{why}");
    why
}

async fn a_token_is_moved_to_a_team_as_it_is(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    taken(&instance).await;
    let offered = members::offboarding(console, &owner, &id).await.unwrap();
    assert_eq!(offered.teams.iter().map(|team| team.id).collect::<Vec<_>>(), [payments]);
    assert!(offered.fixed.is_empty() && offered.may_rotate && offered.more == 0);
    members::remove_deciding(console, &owner, &id, &one(issued.token.id, AfterLeaving::Move(payments))).await.unwrap();

    let moved = tokens::find(console, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!((moved.owner.words().as_str(), moved.effective()), ("Team Payments", issued.token.effective()));
    assert_eq!((moved.hint, moved.expires_at, moved.created_by_left), (issued.token.hint, None, true));
    assert_eq!(verdict(&instance, issued.secret.expose()).await, Verdict::Valid);
    let details: String = on_db!(&console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = 'token.edit' AND target_name = 'ci'").fetch_one(pool).await.unwrap()
    });
    let details: serde_json::Value = serde_json::from_str(&details).unwrap();
    assert_eq!(details["owner"], serde_json::json!({ "from": "Organization", "to": "Team Payments" }));
    assert_eq!(details["team_id"], payments.to_string());
    let mails = taken(&instance).await;
    let told: Vec<_> = mails.iter().map(|mail| (mail.recipient.as_str(), mail.subject.as_str())).collect();
    let to_team = "API token “ci” was moved to team “Payments” in Acme";
    assert_eq!(told, [("ada@acme.test", "bob@acme.test was removed from Acme"), ("vi@acme.test", to_team)], "not to who left");
    assert!(mails[0].text.contains(", to team Payments"), "{}", mails[0].text);

    // Those in the team can do everything with it, and it ends with the team.
    let vi = way(&instance, "vi@acme.test", Permission::API_KEY_UPDATE).await;
    let rotated = tokens::rotate(console, &vi, &issued.token.id.to_string(), Overlap::Hour).await.unwrap();
    assert!(rotated.secret.expose().starts_with("jtt_"), "the next secret says whose it is");
    teams::end(console, &owner, &payments.to_string(), "Payments").await.unwrap();
    for secret in [issued.secret.expose(), rotated.secret.expose()] {
        assert_eq!(verdict(&instance, secret).await, Verdict::Revoked);
    }
}

async fn a_rotated_token_answers_its_secret_once_and_the_old_one_lives_on(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, _) = bob(&instance).await;
    let first = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    instance.advance(1);
    let second = generate(&instance, &bob, "cron", Role::Viewer, None).await;
    generate(&instance, &bob, "kept", Role::Viewer, None).await;
    taken(&instance).await;
    let each = [&first, &second].map(|issued| (issued.token.id, AfterLeaving::Rotate));
    let decisions = Decisions { overlap: Overlap::SixHours, ..Decisions::each(each.into_iter().collect()) };
    let removed = members::remove_deciding(console, &owner, &id, &decisions).await.unwrap();
    assert_eq!(removed.rotated.len(), 2);
    for (old, new) in [(&first, &removed.rotated[1]), (&second, &removed.rotated[0])] {
        assert_eq!((old.token.id, &old.token.label), (new.token.id, &new.token.label), "newest first");
        assert_ne!(old.token.hint, new.token.hint);
        for secret in [old.secret.expose(), new.secret.expose()] {
            assert_eq!(verdict(&instance, secret).await, Verdict::Valid);
        }
    }
    let mails = taken(&instance).await;
    assert_eq!(mails.len(), 1, "one mail for all of it");
    let said = format!("Rotated token: ci ({}), the old secret {} is accepted until", removed.rotated[1].token.hint, first.token.hint);
    assert!(mails[0].text.contains(&said), "{}", mails[0].text);
    for issued in &removed.rotated {
        assert!(!mails[0].text.contains(issued.secret.expose()));
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 2);
    instance.advance(6 * 3600);
    assert_eq!(verdict(&instance, first.secret.expose()).await, Verdict::NotFound);
    assert_eq!(verdict(&instance, removed.rotated[1].secret.expose()).await, Verdict::Valid);
    assert!(console.verify_events(None).await.unwrap().is_ok());
}

async fn nobody_hands_on_more_than_they_hold(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let (strong, weak) =
        (generate(&instance, &bob, "strong", Role::Admin, None).await, generate(&instance, &bob, "weak", Role::Viewer, None).await);
    members::edit(console, &owner, &id, "viewer").await.unwrap();
    let bearer = async |more: &str, lifetime: Lifetime| {
        let new = NewToken { permissions: more.parse().unwrap(), lifetime, ..new_token("bearer", Role::Viewer) };
        let issued = tokens::create(console, &owner, new).await.unwrap();
        access::by_token(console, issued.secret.expose(), &caller(), Permission::USER_DELETE).await.unwrap()
    };
    let narrow = bearer("user:delete api_key:update api_key:read teams:update", Lifetime::Never).await;
    let fixed = members::offboarding(console, &narrow, &id).await.unwrap().fixed;
    assert_eq!(fixed, [strong.token.id], "what would be refused is not offered");
    for choice in [AfterLeaving::Move(payments), AfterLeaving::Rotate] {
        for decisions in [one(strong.token.id, choice), Decisions::all(Some(choice))] {
            assert!(refused(&instance, &narrow, &id, &decisions).await.contains("“strong” may do more than you"));
        }
    }
    let short = bearer("user:delete api_key:update", Lifetime::Minutes(60)).await;
    assert!(refused(&instance, &short, &id, &one(weak.token.id, AfterLeaving::Rotate)).await.contains("outlives"));
    // And who may not do it to any token does it to none.
    let before = instance.shape().await;
    let poor = bearer("user:delete api_key:update", Lifetime::Never).await;
    let poorer = bearer("user:delete", Lifetime::Never).await;
    let after = instance.shape().await;
    assert_ne!(before, after);
    for (access, choice) in [(&poor, AfterLeaving::Move(payments)), (&poorer, AfterLeaving::Rotate), (&poorer, AfterLeaving::Expire)] {
        let refused = members::remove_deciding(console, access, &id, &Decisions::all(Some(choice))).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{choice:?}");
    }
    assert_eq!(instance.shape().await, after);
    let removed = members::remove_deciding(console, &narrow, &id, &one(weak.token.id, AfterLeaving::Rotate)).await.unwrap();
    assert_eq!(removed.rotated.len(), 1);
}

async fn what_a_team_has_is_neither_moved_nor_rotated(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let theirs = generate(&instance, &bob, "theirs", Role::Viewer, Some(OwnerChoice::Team(payments))).await;
    let ours = generate(&instance, &bob, "ours", Role::Viewer, None).await;
    let orbits = team(&instance, &owner, "Orbits", &[]).await;
    assert_eq!(members::offboarding(console, &owner, &id).await.unwrap().fixed, [theirs.token.id]);
    for choice in [AfterLeaving::Move(orbits), AfterLeaving::Move(payments), AfterLeaving::Rotate] {
        assert!(refused(&instance, &owner, &id, &one(theirs.token.id, choice)).await.contains("“theirs” belongs to a team"));
    }
    members::remove_deciding(console, &owner, &id, &Decisions::all(Some(AfterLeaving::Move(orbits)))).await.unwrap();
    for (issued, words) in [(&theirs, "Team Payments"), (&ours, "Team Orbits")] {
        assert_eq!(tokens::find(console, &owner, &issued.token.id.to_string()).await.unwrap().owner.words(), words);
    }
}

async fn a_team_that_is_not_there_takes_nothing(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let eve = instance.actor("eve@globex.test").await;
    let eve = access::to_organization(console, Some(&eve), &caller(), "globex", Permission::TEAMS_CREATE).await.unwrap();
    let foreign = team(&instance, &eve, "Payments", &[]).await;
    teams::end(console, &owner, &payments.to_string(), "Payments").await.unwrap();
    for absent in [foreign, payments, "team_00000000000000000000000000000000".parse().unwrap()] {
        let choice = AfterLeaving::Move(absent);
        for decisions in [one(issued.token.id, choice), Decisions::all(Some(choice))] {
            assert!(refused(&instance, &owner, &id, &decisions).await.starts_with("There is no such team."));
        }
    }
    assert!(members::offboarding(console, &owner, &id).await.unwrap().teams.is_empty());
}

async fn labels_stay_unique_in_a_team(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    token_policy::edit(console, &owner, None, &Policy { unique_labels: true, ..Policy::default() }).await.unwrap();
    generate(&instance, &bob, "CI", Role::Viewer, Some(OwnerChoice::Team(payments))).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    let why = refused(&instance, &owner, &id, &one(issued.token.id, AfterLeaving::Move(payments))).await;
    assert!(why.contains("“ci” cannot be moved") && why.contains("Team Payments"), "{why}");
    let orbits = team(&instance, &owner, "Orbits", &[]).await;
    members::remove_deciding(console, &owner, &id, &one(issued.token.id, AfterLeaving::Move(orbits))).await.unwrap();
}

async fn who_leaves_gets_no_new_secret(instance: Instance) {
    let console = &instance.console;
    let (_, bob, id, payments) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    let own = generate(&instance, &bob, "own", Role::Admin, Some(OwnerChoice::Me)).await;
    let bearer = access::by_token(console, own.secret.expose(), &caller(), Permission::USER_DELETE).await.unwrap();
    for access in [&bob, &bearer] {
        assert!(!members::offboarding(console, access, &id).await.unwrap().may_rotate);
        let why = refused(&instance, access, &id, &one(issued.token.id, AfterLeaving::Rotate)).await;
        assert!(why.starts_with("Who leaves gets no new secrets."), "{why}");
    }
    members::remove_deciding(console, &bob, &id, &one(issued.token.id, AfterLeaving::Move(payments))).await.unwrap();
    assert_eq!(verdict(&instance, issued.secret.expose()).await, Verdict::Valid);
}

async fn about_those_that_are_not_listed_is_decided_together(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, _) = bob(&instance).await;
    for number in 0..103 {
        generate(&instance, &bob, &format!("script {number}"), Role::Viewer, None).await;
    }
    let shown = members::offboarding(console, &owner, &id).await.unwrap();
    assert_eq!((shown.tokens.len(), shown.more), (100, 3));
    assert!(refused(&instance, &owner, &id, &Decisions::all(Some(AfterLeaving::Rotate))).await.contains("at most 100 tokens"));
    assert!(refused(&instance, &owner, &id, &Decisions::all(None)).await.contains("Say what becomes of them"));
    let each = shown.tokens.iter().map(|token| (token.id, AfterLeaving::Keep)).collect();
    let decisions = Decisions { others: Some(AfterLeaving::Revoke), ..Decisions::each(each) };
    members::remove_deciding(console, &owner, &id, &decisions).await.unwrap();
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL").await, 100);
}

async fn the_same_goes_for_all_that_can_be_handed_on(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let ours = generate(&instance, &bob, "ours", Role::Viewer, None).await;
    let other = generate(&instance, &bob, "other", Role::Viewer, None).await;
    let of_team = generate(&instance, &bob, "of the team", Role::Viewer, Some(OwnerChoice::Team(payments))).await;
    let fields = |same: &str| {
        let each =
            [(&ours, "keep"), (&of_team, "revoke")].map(|(issued, choice)| (format!("token-{}", issued.token.id), choice.to_owned()));
        let others = [("same", same), ("typed", "of the team")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fields: Vec<(String, String)> = each.into_iter().chain(others).collect();
        Decisions::parse(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    for wrong in ["burn", "team_x", " "] {
        assert!(matches!(fields(wrong), Err(Error::Invalid { field: "same", .. })), "{wrong:?}");
    }
    assert_eq!(fields("").unwrap().same, None, "nothing is chosen for all");
    let decisions = fields("rotate").unwrap();
    assert_eq!(decisions.needed(), [Permission::API_KEY_DELETE, Permission::API_KEY_UPDATE], "of all that is chosen");
    let removed = members::remove_deciding(console, &owner, &id, &decisions).await.unwrap();
    let mut rotated: Vec<TokenId> = removed.rotated.iter().map(|issued| issued.token.id).collect();
    rotated.sort();
    let mut expected = [ours.token.id, other.token.id];
    expected.sort();
    assert_eq!(rotated, expected, "whatever stands beside them");
    let state = tokens::find(console, &owner, &of_team.token.id.to_string()).await.unwrap().state;
    assert!(matches!(state, State::Revoked { .. }), "what cannot be rotated here is as it was chosen");
}

async fn nothing_changes_when_it_cannot_be_recorded(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let (moved, rotated) =
        (generate(&instance, &bob, "moved", Role::Viewer, None).await, generate(&instance, &bob, "rotated", Role::Viewer, None).await);
    let choices = [(moved.token.id, AfterLeaving::Move(payments)), (rotated.token.id, AfterLeaving::Rotate)];
    let decisions = Decisions::each(choices.into());
    let state = async || (instance.shape().await, instance.count("SELECT COUNT(*) FROM tokens WHERE team_id IS NOT NULL").await);
    let before = state().await;
    for table in ["events", "mails", "token_secrets"] {
        instance.break_inserts(table).await;
        assert!(matches!(members::remove_deciding(console, &owner, &id, &decisions).await, Err(Error::Internal(_))), "{table}");
        instance.mend(table).await;
        assert_eq!(state().await, before, "{table}");
    }
    members::remove_deciding(console, &owner, &id, &decisions).await.unwrap();
    assert_eq!(state().await.1, 1);
}

/// Ten people with more or less of everything leave one after the other, and something else is chosen for each token: what is theirs
/// ends, what they generated is what was chosen, and what is another's stays.
async fn everything_of_theirs_ends_whatever_is_chosen(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, _, payments) = bob(&instance).await;
    let his = generate(&instance, &bob, "his", Role::Viewer, Some(OwnerChoice::Me)).await;
    let stays = instance.sign_in("vi@acme.test").await;
    invitations::create(console, &owner, "stays@new.test", "viewer", "/").await.unwrap();
    let choices = [AfterLeaving::Keep, AfterLeaving::Move(payments), AfterLeaving::Rotate, AfterLeaving::Expire, AfterLeaving::Revoke];
    let mut state = 7_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    for number in 0..10 {
        let email = format!("leaver{number}@acme.test");
        instance.member("acme", [Role::Admin, Role::Owner][below(2)], &email).await;
        let id = user(&instance, &email).await;
        let signed_in = instance.sign_in(&email).await;
        let actor = sessions::find(console, &signed_in.session).await.unwrap();
        let access = access::to_tokens(console, actor.as_ref(), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
        if below(2) == 1 {
            teams::add_member(console, &owner, &payments.to_string(), &id).await.unwrap();
        }
        let mut own = Vec::new();
        for place in 0..below(3) {
            own.push(generate(&instance, &access, &format!("own {number} {place}"), Role::Viewer, Some(OwnerChoice::Me)).await);
        }
        for place in 0..below(3) {
            invitations::create(console, &access, &format!("n{number}{place}@new.test"), "viewer", "/").await.unwrap();
        }
        let (mut generated, mut each) = (Vec::new(), BTreeMap::new());
        for place in 0..below(6) {
            let issued = generate(&instance, &access, &format!("made {number} {place}"), Role::Viewer, None).await;
            let choice = choices[below(choices.len())];
            each.insert(issued.token.id, choice);
            generated.push((issued, choice));
        }
        let removed = members::remove_deciding(console, &owner, &id, &Decisions::each(each)).await.unwrap();
        assert_eq!(removed.rotated.len(), generated.iter().filter(|(_, choice)| *choice == AfterLeaving::Rotate).count());

        assert!(sessions::find(console, &signed_in.session).await.unwrap().is_none());
        for issued in &own {
            assert_eq!(verdict(&instance, issued.secret.expose()).await, Verdict::Revoked);
        }
        for (issued, choice) in &generated {
            let token = tokens::find(console, &owner, &issued.token.id.to_string()).await.unwrap();
            let accepted = verdict(&instance, issued.secret.expose()).await == Verdict::Valid;
            let moved = token.owner != Owner::Organization;
            let is = (accepted, moved, token.expires_at.is_some(), token.hint != issued.token.hint);
            let expected = match choice {
                AfterLeaving::Keep => (true, false, false, false),
                AfterLeaving::Move(_) => (true, true, false, false),
                AfterLeaving::Rotate => (true, false, false, true),
                AfterLeaving::Expire => (true, false, true, false),
                AfterLeaving::Revoke => (false, false, false, false),
            };
            assert_eq!(is, expected, "{choice:?}");
            assert_eq!(matches!(token.state, State::Revoked { .. }), *choice == AfterLeaving::Revoke);
        }
        for (what, left) in [
            ("members", instance.count("SELECT COUNT(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email LIKE 'leaver%'").await),
            ("places", instance.count("SELECT COUNT(*) FROM team_members m JOIN users u ON u.id = m.user_id WHERE u.email LIKE 'leaver%'").await),
            (
                "sessions",
                instance
                    .count(
                        "SELECT COUNT(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email LIKE 'leaver%' AND s.ended_at IS NULL",
                    )
                    .await,
            ),
            (
                "invitations",
                instance.count("SELECT COUNT(*) FROM invitations WHERE email LIKE 'n%' AND withdrawn_at IS NULL AND accepted_at IS NULL").await,
            ),
            (
                "tokens",
                instance
                    .count(
                        "SELECT COUNT(*) FROM tokens t JOIN users u ON u.id = t.user_id WHERE u.email LIKE 'leaver%' AND t.revoked_at IS NULL",
                    )
                    .await,
            ),
        ] {
            assert_eq!(left, 0, "{what}");
        }
        instance.advance(60);
    }
    // What is another's is as it was.
    assert_eq!(verdict(&instance, his.secret.expose()).await, Verdict::Valid);
    assert!(sessions::find(console, &stays.session).await.unwrap().is_some());
    assert_eq!(instance.count("SELECT COUNT(*) FROM team_members").await, 2);
    assert_eq!(invitations::list(console, &owner, None, 100).await.unwrap().0.len(), 1);
    assert!(console.verify_events(None).await.unwrap().is_ok());
    assert_eq!(tokens::find(console, &owner, &his.token.id.to_string()).await.unwrap().status_at(console.now()), Status::Active);
}

async fn no_token_becomes_a_teams_where_teams_have_none(instance: Instance) {
    let (owner, bob, id, payments) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    let policy = Policy { team_tokens_allowed: false, ..Policy::default() };
    token_policy::edit(&instance.console, &owner, None, &policy).await.unwrap();
    assert!(members::offboarding(&instance.console, &owner, &id).await.unwrap().teams.is_empty());
    let why = refused(&instance, &owner, &id, &one(issued.token.id, AfterLeaving::Move(payments))).await;
    assert_eq!(why, "“ci” cannot be moved: the policy allows no tokens of teams. Choose something else for it.");
}

async fn what_the_leaver_knows_ends_when_was_chosen(instance: Instance) {
    let (owner, bob, id, _) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    // The newest is never used: a rotation after this one takes it for lost, and the one before keeps its week.
    let newest = tokens::rotate(&instance.console, &bob, &issued.token.id.to_string(), Overlap::Week).await.unwrap();
    let removed = members::remove_deciding(&instance.console, &owner, &id, &one(issued.token.id, AfterLeaving::Rotate)).await.unwrap();
    let secrets = [&issued, &newest, &removed.rotated[0]].map(|issued| issued.secret.expose());
    let verdicts =
        async || [verdict(&instance, secrets[0]).await, verdict(&instance, secrets[1]).await, verdict(&instance, secrets[2]).await];
    assert_eq!(verdicts().await, [Verdict::Valid, Verdict::NotFound, Verdict::Valid]);
    instance.advance(3600);
    assert_eq!(verdicts().await, [Verdict::NotFound, Verdict::NotFound, Verdict::Valid], "an hour, not a week");
}

async fn a_key_from_before_gets_no_secret_of_a_team(instance: Instance) {
    let console = &instance.console;
    let (owner, bob, id, payments) = bob(&instance).await;
    let issued = generate(&instance, &bob, "ci", Role::Viewer, None).await;
    let rotator = generate(&instance, &owner, "rotator", Role::Admin, None).await;
    let rotator = access::by_token(console, rotator.secret.expose(), &caller(), Permission::API_KEY_UPDATE).await.unwrap();
    let key = IdempotencyKey::parse(b"k").unwrap();
    let token = issued.token.id.to_string();
    let attempt = async || tokens::rotate_once(console, &rotator, &token, Overlap::Hour, &key, b"{}").await;
    assert!(matches!(attempt().await, Ok(Outcome::Created(_))));
    members::remove_deciding(console, &owner, &id, &one(issued.token.id, AfterLeaving::Move(payments))).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(attempt().await, Err(Error::Forbidden)), "its secret is for those in the team");
    assert_eq!(instance.shape().await, before);
}
