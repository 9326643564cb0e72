//! Whose a token is, enumerated: every operation on one token, on each that stands in another relation to whoever asks. Decisions 16 and 18.
//!
//! [`crate::access`] asks for the same operations on a token of the organization. The operations come from the router, so none is left out.

use std::fmt::Write as _;

use domain::{Description, Label, Lifetime, OwnerChoice, PermissionSet, Role};
use services::{
    access, sessions,
    tokens::{self, NewToken},
};

use crate::{
    access::{cell, is_api, names_tokens, sample},
    callers::{ADMIN, MATE, callers},
    harness::{Caller, TestConsole, command_line, on_both},
    routes::{leads_on, operations},
    teams,
};

on_both![pages_and_forms_are_what_the_golden_table_says, the_api_is_what_the_golden_table_says];

/// Who asks by hand, and who over the API; [`crate::access`] shows that neither gets in the other's way.
const BY_HAND: [&str; 6] = ["outsider", "viewer", "in the team", "custom role", "admin", "owner"];
const BY_API: [&str; 6] = ["Globex's", "token", "plain token", "team's", "developer's", "admin's"];

/// How a token may stand to who asks.
const RELATIONS: [&str; 4] = ["own", "own team's", "another's", "another team's"];

/// Generates a token as a person does by hand. How many they generate in a while is limited, which is not what is asked here.
async fn generate(it: &TestConsole, session: &Caller, owner: OwnerChoice) -> String {
    let Caller::Session(cookie) = session else { panic!("a person generates it") };
    it.execute("DELETE FROM throttles").await;
    let actor = sessions::find(&it.console, cookie).await.unwrap();
    let way = access::to_tokens(&it.console, actor.as_ref(), &command_line(), "acme", domain::Permission::API_KEY_CREATE).await.unwrap();
    let new = NewToken {
        owner: Some(owner),
        label: Label::parse("target").unwrap(),
        description: Description::parse("").unwrap(),
        role: Some(Role::Viewer.into()),
        permissions: PermissionSet::NONE,
        // Shorter than that of the tokens that ask: nothing outlives what gives it, which is not what is asked here.
        lifetime: Lifetime::of(30, 0, 0).unwrap(),
        limits: domain::Limits::default(),
    };
    tokens::create(&it.console, &way, new).await.unwrap().token.id.to_string()
}

async fn pages_and_forms_are_what_the_golden_table_says(it: TestConsole) {
    let table = table(&it, &BY_HAND, |operation| !is_api(operation)).await;
    let (golden, _) = include_str!("access_targets.txt").split_once("\n\n").unwrap();
    assert_eq!(table, format!("{golden}\n"), "\n{table}");
}

async fn the_api_is_what_the_golden_table_says(it: TestConsole) {
    let table = table(&it, &BY_API, is_api).await;
    let (_, golden) = include_str!("access_targets.txt").split_once("\n\n").unwrap();
    assert_eq!(table, golden, "\n{table}");
}

/// Asks for each of these operations on each kind of token.
async fn table(it: &TestConsole, asking: &[&str], is_asked: fn(&str) -> bool) -> String {
    let mut operations = operations(it).await;
    operations.retain(|operation, answer| names_tokens(operation) && is_asked(operation) && !leads_on(operation, answer));
    assert!(operations.len() >= 10, "{:?}", operations.keys());
    let (all, team) = callers(it).await;
    let caller = |name: &str| all.iter().find(|(each, _)| *each == name).unwrap().1.clone();
    let (mate, admin) = (caller("in the team"), caller("admin"));
    // One team that everybody who asks is in, and two with one person each.
    let operator = access::by_operator(&it.console, "acme", &command_line()).await.unwrap();
    for who in ["viewer", "developer", "custom role", "owner"] {
        let Caller::Session(cookie) = caller(who) else { panic!("a person has a session") };
        let user = sessions::find(&it.console, &cookie).await.unwrap().unwrap().id();
        services::teams::add_member(&it.console, &operator, &team, &user.to_string()).await.unwrap();
    }
    let everybodys = OwnerChoice::Team(team.parse().unwrap());
    let mates = OwnerChoice::Team(teams::create(it, &teams::unused_name(), &[MATE]).await);
    let admins = OwnerChoice::Team(teams::create(it, &teams::unused_name(), &[ADMIN]).await);
    // A person's token stands to tokens as that person does, and a team's belongs to the team that everybody is in.
    let target = async |who: &str, relation: &str| -> Option<String> {
        let (maker, owner) = match (relation, who.strip_suffix("'s").unwrap_or(who)) {
            ("own" | "own team's", "outsider" | "Globex" | "token" | "plain token") | ("own", "team") => return None,
            ("own", person) => (caller(person), OwnerChoice::Me),
            ("own team's", _) => (mate.clone(), everybodys),
            ("another's", "in the team") => (admin.clone(), OwnerChoice::Me),
            ("another's", _) => (mate.clone(), OwnerChoice::Me),
            (_, "in the team") => (admin.clone(), admins),
            (_, _) => (mate.clone(), mates),
        };
        Some(generate(it, &maker, owner).await)
    };

    let mut table = format!("{:<44}{:<16}", "operation", "on a token");
    for who in asking {
        write!(table, "{who:<12}").unwrap();
    }
    let mut table = format!("{}\n", table.trim_end());
    for operation in operations.keys() {
        for relation in RELATIONS {
            let mut line = format!("{:<44}{relation:<16}", operation.replace("organizations/{organization}", "…"));
            for who in asking {
                let answered = match target(who, relation).await {
                    Some(target) => cell(&sample(it, operation, &caller(who), &target).await),
                    None => "-".to_owned(),
                };
                write!(line, "{answered:<12}").unwrap();
            }
            writeln!(table, "{}", line.trim_end()).unwrap();
        }
    }
    table
}
