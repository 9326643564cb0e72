//! Policies about whose tokens there may be: what they refuse, and that they leave what is there as it is.

use domain::{
    Change, Issued, Label, Lifetime, Overlap, OwnerChoice, Permission, Role, TeamId, Verdict,
    token_policy::{Creators, Impact, Policy},
};

use super::{Instance, caller, new_token, on_both, way};
use crate::{
    Access, Error, access, members, teams, token_policy,
    tokens::{self, NewToken},
    verify,
};

on_both![
    none_of_a_kind_that_is_not_allowed_is_generated,
    those_that_are_there_go_on_and_live_no_longer,
    what_is_there_is_counted_and_marked,
    nothing_stands_in_for_what_is_not_allowed_any_more,
    the_form_is_told_what_is_left,
    none_is_generated_after_the_decision,
];

const DAY: u64 = 24 * 60 * 60;

fn no_people() -> Policy {
    Policy { user_tokens_allowed: false, ..Policy::default() }
}

fn no_teams() -> Policy {
    Policy { team_tokens_allowed: false, ..Policy::default() }
}

/// Acme with a viewer who is alone in a team.
async fn payments(instance: &Instance) -> TeamId {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    let owner = instance.owner().await;
    let (name, description) = (domain::Name::parse("Payments").unwrap(), domain::Description::parse("").unwrap());
    let team = teams::create(&instance.console, &owner, name, description).await.unwrap().id;
    let all = members::list(&instance.console, &owner).await.unwrap();
    let vi = all.iter().find(|member| member.email.as_str() == "vi@acme.test").unwrap().user;
    teams::add_member(&instance.console, &owner, &team.to_string(), &vi.to_string()).await.unwrap();
    team
}

async fn set(instance: &Instance, policy: Policy) {
    token_policy::edit(&instance.console, &instance.owner().await, None, &policy).await.unwrap();
}

fn of(owner: OwnerChoice, label: &str) -> NewToken {
    NewToken { owner: Some(owner), lifetime: Lifetime::of(30, 0, 0).unwrap(), ..new_token(label, Role::Viewer) }
}

/// A token of the viewer and one of the team.
async fn both(instance: &Instance, team: TeamId) -> [Issued; 2] {
    let access = way(instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let generate = async |new| tokens::create(&instance.console, &access, new).await.unwrap();
    [generate(of(OwnerChoice::Me, "script")).await, generate(of(OwnerChoice::Team(team), "deploy")).await]
}

fn invalid<T>(result: Result<T, Error>) -> (&'static str, String) {
    match result {
        Err(Error::Invalid { field, why }) => (field, why),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    }
}

async fn none_of_a_kind_that_is_not_allowed_is_generated(instance: Instance) {
    let team = payments(&instance).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let ada = way(&instance, "ada@acme.test", Permission::API_KEY_CREATE).await;
    let create = async |access: &Access, new| tokens::create(&instance.console, access, new).await;
    set(&instance, no_people()).await;
    let before = instance.shape().await;
    for (access, new) in [
        (&access, of(OwnerChoice::Me, "ci")),
        (&access, NewToken { owner: None, ..of(OwnerChoice::Me, "ci") }),
        (&ada, of(OwnerChoice::Me, "ci")),
    ] {
        let (field, why) = invalid(create(access, new).await);
        assert!(field == "owner" && why.contains("no tokens of people; choose another owner"), "{field}: {why}");
    }
    assert_eq!(instance.shape().await, before);
    create(&access, of(OwnerChoice::Team(team), "ci")).await.unwrap();
    create(&ada, of(OwnerChoice::Organization, "ci")).await.unwrap();
    set(&instance, no_teams()).await;
    let before = instance.shape().await;
    let (field, why) = invalid(create(&access, of(OwnerChoice::Team(team), "cd")).await);
    assert!(field == "owner" && why.contains("no tokens of teams"), "{field}: {why}");
    assert_eq!(instance.shape().await, before);
    create(&access, of(OwnerChoice::Me, "cd")).await.unwrap();
    set(&instance, Policy::default()).await;
    create(&access, of(OwnerChoice::Team(team), "cd")).await.unwrap();
}

async fn those_that_are_there_go_on_and_live_no_longer(instance: Instance) {
    let console = &instance.console;
    let tokens = both(&instance, payments(&instance).await).await;
    set(&instance, Policy { team_tokens_allowed: false, ..no_people() }).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_UPDATE).await;
    let owner = instance.owner().await;
    for issued in &tokens {
        let id = issued.token.id.to_string();
        let asked = verify::verify(console, owner.verifier().unwrap(), &caller(), issued.secret.expose(), None).await.unwrap();
        assert_eq!(asked.verdict, Verdict::Valid);
        let edit = async |change| tokens::edit(console, &access, &id, None, change).await;
        let lasting = |days| Change { lifetime: Lifetime::of(days, 0, 0).ok(), ..Change::default() };
        let before = instance.shape().await;
        for longer in [lasting(31), Change { lifetime: Some(Lifetime::Never), ..Change::default() }] {
            let (field, why) = invalid(edit(longer).await);
            assert!(field == "expiry" && why.contains("goes on as it is"), "{field}: {why}");
        }
        assert_eq!(instance.shape().await, before);
        edit(Change { label: Label::parse(&format!("{} renamed", issued.token.label)).ok(), ..Change::default() }).await.unwrap();
        edit(lasting(20)).await.unwrap();
        // A new secret and the way back from being switched off are no new tokens.
        let rotated = tokens::rotate(console, &access, &id, Overlap::Hour).await.unwrap();
        tokens::disable(console, &access, &id).await.unwrap();
        tokens::enable(console, &access, &id).await.unwrap();
        for secret in [&issued.secret, &rotated.secret] {
            let asked = verify::verify(console, owner.verifier().unwrap(), &caller(), secret.expose(), None).await.unwrap();
            assert_eq!(asked.verdict, Verdict::Valid);
        }
    }
}

async fn what_is_there_is_counted_and_marked(instance: Instance) {
    let console = &instance.console;
    let [script, deploy] = both(&instance, payments(&instance).await).await;
    let owner = instance.owner().await;
    tokens::create(console, &owner, of(OwnerChoice::Organization, "ci")).await.unwrap();
    access::by_token(console, script.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    console.0.usage.settle().await.unwrap();
    let before = instance.shape().await;
    let preview = async |policy: Policy| token_policy::preview(console, &owner, &policy).await.unwrap();
    let impact = async |policy: Policy| Impact { named: Vec::new(), ..preview(policy).await };
    let vi = |count| vec![("vi@acme.test".to_owned(), count)];
    let people = Impact { tokens: 1, used: 1, creators: vi(1), ..Impact::default() };
    assert_eq!(impact(no_people()).await, people);
    let teams = vec![("Payments".to_owned(), 1)];
    assert_eq!(impact(no_teams()).await, Impact { used: 0, teams: teams.clone(), ..people.clone() });
    let neither = Policy { team_tokens_allowed: false, ..no_people() };
    assert_eq!(impact(neither).await, Impact { tokens: 2, creators: vi(2), teams, ..people });
    let names: Vec<String> = preview(neither).await.named.iter().map(|outside| outside.token.owner.words()).collect();
    assert_eq!(names, [&script, &deploy].map(|issued| issued.token.owner.words()), "whomever they belong to");
    assert_eq!(instance.shape().await, before, "looking changes nothing");
    set(&instance, Policy { max_days: Some(7), may_never_expire: false, ..neither }).await;
    let all = tokens::list_all(console, &owner, &domain::TokenFilter::default(), 100).await.unwrap().items;
    let outside = token_policy::breaches(console, &owner, &all).await.unwrap();
    let words = |id| outside.iter().find(|(outside, _)| *outside == id).map(|(_, words)| words.as_str());
    assert_eq!(words(script.token.id), Some("belongs to a person, lives longer than 7 days"));
    assert_eq!(words(deploy.token.id), Some("belongs to a team, lives longer than 7 days"));
    // What is over breaks nothing.
    instance.advance(31 * DAY);
    let owner = instance.owner().await;
    assert_eq!(token_policy::breaches(console, &owner, &all).await.unwrap(), []);
    assert_eq!(token_policy::preview(console, &owner, &neither).await.unwrap(), Impact::default());
}

async fn nothing_stands_in_for_what_is_not_allowed_any_more(instance: Instance) {
    let console = &instance.console;
    let tokens = both(&instance, payments(&instance).await).await;
    let access = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    for Issued { token, .. } in &tokens {
        tokens::revoke(console, &access, &token.id.to_string(), token.label.as_str(), None).await.unwrap();
    }
    set(&instance, Policy { team_tokens_allowed: false, ..no_people() }).await;
    let before = instance.shape().await;
    for (Issued { token, .. }, kind) in tokens.iter().zip(["of people any more", "of teams any more"]) {
        let id = token.id.to_string();
        let Err(Error::Conflict(why)) = tokens::replacement(console, &access, &id).await else { panic!("{kind}") };
        assert!(why.contains(kind), "{why}");
        assert!(matches!(tokens::replace(console, &access, &id).await, Err(Error::Conflict(_))));
    }
    assert_eq!(instance.shape().await, before);
    set(&instance, Policy::default()).await;
    for Issued { token, .. } in &tokens {
        tokens::replace(console, &access, &token.id.to_string()).await.unwrap();
    }
}

async fn the_form_is_told_what_is_left(instance: Instance) {
    let console = &instance.console;
    let team = payments(&instance).await;
    let vi = way(&instance, "vi@acme.test", Permission::API_KEY_CREATE).await;
    let ada = way(&instance, "ada@acme.test", Permission::API_KEY_CREATE).await;
    let left = async |access: &Access| {
        let owners = token_policy::owners(console, access).await.unwrap();
        (owners.choices(), owners.limit)
    };
    let (organization, me, ours) = (OwnerChoice::Organization, OwnerChoice::Me, OwnerChoice::Team(team));
    assert_eq!(left(&vi).await, (vec![ours, me], String::new()));
    assert_eq!(left(&ada).await, (vec![organization, me], String::new()));
    set(&instance, Policy { creators: Creators::Admins, ..no_people() }).await;
    for (access, choices) in [(&vi, vec![ours]), (&ada, vec![organization])] {
        let (left, limit) = left(access).await;
        assert_eq!(left, choices);
        assert_eq!(limit, "The organization's policy allows no tokens of people.");
    }
    set(&instance, Policy { team_tokens_allowed: false, ..no_people() }).await;
    let (choices, limit) = left(&vi).await;
    assert_eq!((choices, limit.as_str()), (vec![], "The organization's policy allows no tokens of people or teams."));
}

/// Whichever comes first: a token was there when it was decided, or there is none.
async fn none_is_generated_after_the_decision(instance: Instance) {
    let console = &instance.console;
    payments(&instance).await;
    let owner = instance.owner().await;
    let actor = instance.actor("vi@acme.test").await;
    let closed = no_people();
    for round in 0..6 {
        let access = access::to_tokens(console, Some(&actor), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
        let (decided, made) =
            tokio::join!(token_policy::edit(console, &owner, None, &closed), tokens::create(console, &access, of(OwnerChoice::Me, "late")));
        decided.unwrap();
        assert!(matches!(made, Ok(_) | Err(Error::Invalid { field: "owner", .. })));
        let late = "SELECT COUNT(*) FROM events WHERE action = 'token.create' AND seq > (SELECT MAX(seq) FROM events WHERE action = 'policy.edit')";
        assert_eq!(instance.count(late).await, 0, "round {round}");
        token_policy::edit(console, &owner, None, &Policy::default()).await.unwrap();
    }
}
