//! Edit, disable, enable; and that nobody hands on more than they hold, however they go about it.

use domain::{Change, Label, Lifetime, Permission, PermissionSet, Rights, Role, State, Status, Token, Verdict, policy};
use proptest::{
    prelude::any,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{Access, Error, access, tokens, verify};

on_both![
    an_edit_is_true_at_once_and_recorded_as_a_difference,
    what_changes_nothing_is_no_event,
    an_edit_made_from_what_is_no_longer_so_is_refused,
    of_twenty_edits_from_the_same_page_one_is_taken,
    the_dead_are_neither_edited_nor_switched,
    a_token_without_any_permission_is_refused,
    nobody_hands_on_more_than_they_hold_at_create_and_edit,
    nobody_gives_more_than_they_hold_a_longer_life,
    disabled_is_refused_at_once_and_enabled_is_good_again,
    switching_twice_is_one_event_and_the_first_stays_on_record,
    who_may_not_or_is_not_there_changes_nothing,
    nothing_changes_when_the_event_cannot_be_written,
];

async fn issue(instance: &Instance, access: &Access, label: &str, permissions: &str) -> (Token, String) {
    let mut new = new_token(label, Role::Viewer);
    new.role = None;
    new.permissions = permissions.parse().unwrap();
    let issued = tokens::create(&instance.console, access, new).await.unwrap();
    (issued.token, issued.secret.expose().to_owned())
}

async fn bearer(instance: &Instance, secret: &str) -> Access {
    access::by_token(&instance.console, secret, &caller(), Permission::API_KEY_READ).await.unwrap()
}

async fn found(instance: &Instance, owner: &Access, token: &Token) -> Token {
    tokens::find(&instance.console, owner, &token.id.to_string()).await.unwrap()
}

async fn details(instance: &Instance, action: &'static str) -> Vec<serde_json::Value> {
    let details: Vec<String> = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = $1 ORDER BY seq").bind(action).fetch_all(pool).await.unwrap()
    });
    details.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn own(permissions: &str) -> Rights {
    Rights { role: None, permissions: permissions.parse().unwrap() }
}

fn labelled(label: &str) -> Change {
    Change { label: Label::parse(label).ok(), ..Change::default() }
}

async fn an_edit_is_true_at_once_and_recorded_as_a_difference(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, secret) = issue(&instance, &owner, "verifier", "api_key:read token:verify").await;
    let bearer = bearer(&instance, &secret).await;
    let (token, secret) = issue(&instance, &owner, "ci", "billing:read cluster:read").await;
    let id = token.id.to_string();
    let may = async |permission: &str| {
        verify::verify(&instance.console, bearer.verifier().unwrap(), &caller(), &secret, permission.parse().ok()).await.unwrap().verdict
            == Verdict::Valid
    };
    assert!(may("billing:read").await && !may("cluster:update").await);
    instance.advance(60);
    let change = Change {
        label: Label::parse("cd").ok(),
        rights: Some(own("cluster:read cluster:update")),
        lifetime: Some(Lifetime::Never),
        ..Change::default()
    };
    let edited = tokens::edit(&instance.console, &owner, &id, None, change).await.unwrap();
    assert!(!may("billing:read").await && may("cluster:update").await);
    assert_eq!(found(&instance, &owner, &token).await, edited);
    assert_eq!(
        details(&instance, "token.edit").await,
        [serde_json::json!({
            "label": { "from": "ci", "to": "cd" },
            "expires_at": { "from": token.expires_at.unwrap().iso(), "to": null },
            "permissions": ["+cluster:update", "-billing:read"],
        })]
    );
    let change = Change { rights: Some(Rights { role: Some(Role::Viewer.into()), permissions: PermissionSet::NONE }), ..Change::default() };
    tokens::edit(&instance.console, &owner, &id, None, change).await.unwrap();
    let last = details(&instance, "token.edit").await.pop().unwrap();
    assert_eq!(last["role"], serde_json::json!({ "from": null, "to": "viewer" }));
    assert!(last["permissions"].as_array().unwrap().contains(&"-cluster:update".into()) && last.get("label").is_none());
    let narrow = Change { lifetime: Some(Lifetime::Minutes(5)), ..Change::default() };
    let edited = tokens::edit(&instance.console, &owner, &id, None, narrow).await.unwrap();
    instance.clock.advance(edited.expires_at.unwrap().since(instance.console.now()));
    assert!(!may("cluster:read").await, "its new end is its end");
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn what_changes_nothing_is_no_event(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (token, _) = issue(&instance, &owner, "ci", "cluster:read").await;
    let before = instance.shape().await;
    let same = Change { description: Some(token.description.clone()), rights: Some(token.rights()), ..labelled("ci") };
    for change in [Change::default(), same] {
        let edited = tokens::edit(&instance.console, &owner, &token.id.to_string(), Some(&tokens::version(&token)), change).await.unwrap();
        assert_eq!(edited, token);
    }
    assert_eq!(instance.shape().await, before);
}

async fn an_edit_made_from_what_is_no_longer_so_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (token, _) = issue(&instance, &owner, "ci", "cluster:read").await;
    let (id, seen) = (token.id.to_string(), tokens::version(&token));
    let edited = tokens::edit(&instance.console, &owner, &id, Some(&seen), labelled("cd")).await.unwrap();
    assert_ne!(tokens::version(&edited), seen);
    let before = instance.shape().await;
    for stale in [seen.as_str(), "", "x"] {
        let change = Change { rights: Some(own("cluster:delete")), ..Change::default() };
        let refused = tokens::edit(&instance.console, &owner, &id, Some(stale), change).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{stale}");
    }
    assert_eq!(found(&instance, &owner, &token).await, edited);
    assert_eq!(instance.shape().await, before);
    // Whoever looks anew may; being switched off and on meanwhile is no other version.
    tokens::disable(&instance.console, &owner, &id).await.unwrap();
    let seen = tokens::version(&edited);
    assert!(tokens::edit(&instance.console, &owner, &id, Some(&seen), labelled("ce")).await.is_ok());
}

async fn of_twenty_edits_from_the_same_page_one_is_taken(instance: Instance) {
    instance.set_up().await;
    let owner = std::sync::Arc::new(instance.owner().await);
    for round in 1..=rounds(10, 200) {
        let (token, _) = issue(&instance, &owner, "ci", "cluster:read").await;
        let answers = at_once(20, |number| {
            let (console, owner, token) = (instance.console.clone(), owner.clone(), token.clone());
            async move {
                let seen = tokens::version(&token);
                tokens::edit(&console, &owner, &token.id.to_string(), Some(&seen), labelled(&format!("ci {number}"))).await
            }
        });
        let mut accepted = Vec::new();
        for answer in answers.await {
            match answer {
                Ok(edited) => accepted.push(edited),
                Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error}"),
            }
        }
        assert_eq!(accepted, [found(&instance, &owner, &token).await]);
        assert_eq!(details(&instance, "token.edit").await.len(), round);
    }
}

async fn the_dead_are_neither_edited_nor_switched(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (revoked, _) = issue(&instance, &owner, "revoked", "cluster:read").await;
    tokens::revoke(&instance.console, &owner, &revoked.id.to_string(), "revoked", None).await.unwrap();
    let (expired, _) = issue(&instance, &owner, "expired", "cluster:read").await;
    instance.clock.advance(expired.expires_at.unwrap().since(instance.console.now()));
    let before = instance.shape().await;
    for token in [revoked, expired] {
        let (id, was) = (token.id.to_string(), found(&instance, &owner, &token).await);
        let change = Change { lifetime: Some(Lifetime::Never), ..Change::default() };
        assert!(matches!(tokens::editable(&instance.console, &owner, &id).await, Err(Error::Conflict(_))));
        assert!(matches!(tokens::edit(&instance.console, &owner, &id, None, change).await, Err(Error::Conflict(_))));
        assert!(matches!(tokens::disable(&instance.console, &owner, &id).await, Err(Error::Conflict(_))));
        assert!(matches!(tokens::enable(&instance.console, &owner, &id).await, Err(Error::Conflict(_))));
        assert_eq!(found(&instance, &owner, &token).await, was);
    }
    assert_eq!(instance.shape().await, before);
}

async fn a_token_without_any_permission_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (token, _) = issue(&instance, &owner, "ci", "cluster:read").await;
    let before = instance.shape().await;
    let mut new = new_token("nothing", Role::Viewer);
    new.role = None;
    let refused = tokens::create(&instance.console, &owner, new).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "permissions", .. })));
    let change = Change { rights: Some(own("")), ..Change::default() };
    let refused = tokens::edit(&instance.console, &owner, &token.id.to_string(), None, change).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "permissions", .. })));
    assert_eq!((instance.shape().await, found(&instance, &owner, &token).await), (before, token));
}

/// For any editor, any token and any wish: it is granted exactly when the editor holds everything that would be added, and then it is what
/// the token may do. Roles are wishes like any other.
async fn nobody_hands_on_more_than_they_hold_at_create_and_edit(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut runner = TestRunner::deterministic();
    // Few or many of the catalogue, by how many coins have to agree.
    let sets = (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c)| {
        let bits = match c % 3 {
            0 => a & b & c,
            1 => a,
            _ => a | b,
        };
        Permission::all()
            .enumerate()
            .filter(|(place, _)| bits >> place & 1 == 1)
            .map(|(_, permission)| permission)
            .collect::<PermissionSet>()
    });
    let roles = (0..6_usize).prop_map(|number| Role::FOR_TOKENS.get(number).copied());
    let all = (sets, roles, any::<(bool, bool)>());
    let mut next = move || all.new_tree(&mut runner).unwrap().current();
    let (mut granted, mut refused) = (0, 0);
    for round in 0..40 {
        let (held, _, _) = next();
        let needed = "api_key:create api_key:read api_key:update".parse::<PermissionSet>().unwrap();
        let held = held.union(needed);
        let (_, secret) = issue(&instance, &owner, "editor", &held.stored()).await;
        let editor = bearer(&instance, &secret).await;
        let (wish, role, (within, at_edit)) = next();
        // Half of the wishes stay within what the editor holds.
        let wish = if within { wish.without(wish.without(held)) } else { wish };
        let rights = Rights { role: role.map(Into::into), permissions: wish };
        let (had, before) = if at_edit {
            let (had, _, _) = next();
            let had = had.union("cluster:read".parse().unwrap());
            (had, Some(issue(&instance, &owner, "edited", &had.stored()).await.0))
        } else {
            (PermissionSet::NONE, None)
        };
        let allowed = held.covers(rights.effective().without(had)) && !rights.effective().is_empty();
        let shape = instance.shape().await;
        let answer = if let Some(token) = &before {
            let change = Change { rights: Some(rights.clone()), ..Change::default() };
            tokens::edit(&instance.console, &editor, &token.id.to_string(), None, change).await
        } else {
            let mut new = new_token("created", Role::Viewer);
            (new.role, new.permissions) = (role.map(Into::into), wish);
            tokens::create(&instance.console, &editor, new).await.map(|issued| issued.token)
        };
        match answer {
            Ok(token) => {
                granted += 1;
                assert!(allowed, "round {round}: {rights:?} was handed on by {held:?} to one that had {had:?}");
                assert_eq!(found(&instance, &owner, &token).await.effective(), rights.effective());
            }
            Err(error) => {
                refused += 1;
                assert!(!allowed && matches!(error, Error::Invalid { field: "role" | "permissions", .. }), "round {round}: {error}");
                assert_eq!(instance.shape().await, shape);
                if let Some(token) = &before {
                    assert_eq!(found(&instance, &owner, token).await, *token);
                }
            }
        }
    }
    assert!(granted > 5 && refused > 5, "{granted} granted, {refused} refused");
    // Taking away needs no more than the right to edit, also from what one could not have given.
    let (_, secret) = issue(&instance, &owner, "editor", "api_key:read api_key:update").await;
    let editor = bearer(&instance, &secret).await;
    let strong = tokens::create(&instance.console, &owner, new_token("strong", Role::Admin)).await.unwrap().token;
    let change = Change { rights: Some(Rights { role: Some(Role::Viewer.into()), permissions: PermissionSet::NONE }), ..Change::default() };
    let weak = tokens::edit(&instance.console, &editor, &strong.id.to_string(), None, change).await.unwrap();
    assert_eq!(weak.effective(), policy::grants(Role::Viewer));
    let back = Change { rights: Some(strong.rights()), ..Change::default() };
    let refused = tokens::edit(&instance.console, &editor, &strong.id.to_string(), None, back).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "role", .. })), "and there is no way back for them");
}

async fn disabled_is_refused_at_once_and_enabled_is_good_again(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, secret) = issue(&instance, &owner, "verifier", "api_key:read token:verify").await;
    let bearer = bearer(&instance, &secret).await;
    let (token, secret) = issue(&instance, &owner, "ci", "organization:read").await;
    let id = token.id.to_string();
    let (other, background) = instance.second().await;
    let judged = async |console| verify::verify(console, bearer.verifier().unwrap(), &caller(), &secret, None).await.unwrap().verdict;
    let presented = async || access::by_token(&instance.console, &secret, &caller(), Permission::ORGANIZATION_READ).await;
    assert_eq!(judged(&instance.console).await, Verdict::Valid);
    let off = tokens::disable(&instance.console, &owner, &id).await.unwrap();
    assert_eq!((judged(&instance.console).await, judged(&other).await), (Verdict::Disabled, Verdict::Disabled));
    assert!(matches!(presented().await, Err(Error::Unauthenticated)));
    assert_eq!((off.status_at(instance.console.now()), found(&instance, &owner, &token).await), (Status::Disabled, off));
    assert!(tokens::edit(&instance.console, &owner, &id, None, labelled("cd")).await.is_ok(), "it can be edited meanwhile");
    assert_eq!(judged(&instance.console).await, Verdict::Disabled);
    tokens::enable(&instance.console, &owner, &id).await.unwrap();
    assert_eq!((judged(&instance.console).await, judged(&other).await), (Verdict::Valid, Verdict::Valid));
    assert!(presented().await.is_ok());
    // What is revoked while it is off stays revoked.
    tokens::disable(&instance.console, &owner, &id).await.unwrap();
    tokens::revoke(&instance.console, &owner, &id, "cd", None).await.unwrap();
    assert_eq!(judged(&instance.console).await, Verdict::Revoked);
    assert!(matches!(tokens::enable(&instance.console, &owner, &id).await, Err(Error::Conflict(_))));
    if let Some(background) = background {
        background.stop().await;
    }
}

async fn switching_twice_is_one_event_and_the_first_stays_on_record(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let owner = instance.owner().await;
    let adam = instance.actor("adam@acme.test").await;
    let admin = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_UPDATE).await.unwrap();
    let (token, _) = issue(&instance, &owner, "ci", "cluster:read").await;
    let id = token.id.to_string();
    let first = tokens::disable(&instance.console, &owner, &id).await.unwrap();
    assert!(matches!(&first.state, State::Disabled { by, .. } if by == "Ada Lovelace"));
    instance.advance(60);
    assert_eq!(tokens::disable(&instance.console, &admin, &id).await.unwrap(), first);
    for _ in 0..2 {
        assert_eq!(tokens::enable(&instance.console, &admin, &id).await.unwrap(), token);
    }
    assert_eq!((details(&instance, "token.disable").await.len(), details(&instance, "token.enable").await.len()), (1, 1));
}

async fn nobody_gives_more_than_they_hold_a_longer_life(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let (owner, adam) = (instance.owner().await, instance.actor("adam@acme.test").await);
    let admin = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_UPDATE).await.unwrap();
    let (token, _) = issue(&instance, &owner, "strong", "organization:delete").await;
    let id = token.id.to_string();
    let lasts = |lifetime| Change { lifetime: Some(lifetime), ..Change::default() };
    for longer in [Lifetime::Never, Lifetime::Minutes(61)] {
        let refused = tokens::edit(&instance.console, &admin, &id, None, lasts(longer)).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "expiry", .. })));
    }
    tokens::edit(&instance.console, &admin, &id, None, lasts(Lifetime::Minutes(50))).await.unwrap();
    tokens::disable(&instance.console, &admin, &id).await.unwrap();
    assert!(matches!(tokens::enable(&instance.console, &admin, &id).await, Err(Error::Conflict(_))));
    assert_eq!(found(&instance, &owner, &token).await.status_at(instance.console.now()), Status::Disabled);
    tokens::enable(&instance.console, &owner, &id).await.unwrap();
    tokens::edit(&instance.console, &owner, &id, None, lasts(Lifetime::Never)).await.unwrap();
}

async fn who_may_not_or_is_not_there_changes_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let (token, secret) = issue(&instance, &owner, "ci", "api_key:read api_key:create api_key:delete").await;
    let reader = bearer(&instance, &secret).await;
    let before = instance.shape().await;
    let id = token.id.to_string();
    for (who, id, forbidden) in [(&reader, id.as_str(), true), (&globex, &id, false), (&owner, "tok_0", false)] {
        let answers = [
            tokens::editable(&instance.console, who, id).await,
            tokens::edit(&instance.console, who, id, None, labelled("cd")).await,
            tokens::disable(&instance.console, who, id).await,
            tokens::enable(&instance.console, who, id).await,
        ];
        for answer in answers {
            let as_expected = if forbidden { matches!(answer, Err(Error::Forbidden)) } else { matches!(answer, Err(Error::NotFound)) };
            assert!(as_expected, "{answer:?}");
        }
    }
    assert_eq!((instance.shape().await, found(&instance, &owner, &token).await), (before, token));
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (on, _) = issue(&instance, &owner, "on", "cluster:read").await;
    let (off, _) = issue(&instance, &owner, "off", "cluster:read").await;
    let off = tokens::disable(&instance.console, &owner, &off.id.to_string()).await.unwrap();
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    assert!(matches!(tokens::edit(&instance.console, &owner, &on.id.to_string(), None, labelled("x")).await, Err(Error::Internal(_))));
    assert!(matches!(tokens::disable(&instance.console, &owner, &on.id.to_string()).await, Err(Error::Internal(_))));
    assert!(matches!(tokens::enable(&instance.console, &owner, &off.id.to_string()).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    assert_eq!((found(&instance, &owner, &on).await, found(&instance, &owner, &off).await), (on, off));
    instance.mend("events").await;
}
