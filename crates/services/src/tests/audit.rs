//! The audit trail: whole, chained, append-only, and a condition of every change.

use domain::Role;
use sqlx::AssertSqlSafe;

use super::{Instance, caller, form, new_token, on_both};
use crate::{
    Error,
    organizations::{self, Password},
    sessions,
    store::Pool,
    tokens,
};

on_both![
    every_change_is_an_event_and_the_chain_holds,
    nothing_changes_when_the_event_cannot_be_written,
    events_can_neither_be_changed_nor_deleted,
    every_tampering_is_found_where_it_begins,
];

async fn every_change_is_an_event_and_the_chain_holds(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "ci", None).await.unwrap();
    let actor = instance.actor("ada@acme.test").await;
    sessions::sign_out(&instance.console, &caller(), &actor).await.unwrap();
    let actions: Vec<String> = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT action FROM events ORDER BY seq").fetch_all(pool).await.unwrap()
    });
    assert_eq!(actions, ["organization.create", "session.create", "token.create", "token.revoke", "session.create", "session.end"]);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(6));
    let details: String = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = 'token.create'").fetch_one(pool).await.unwrap()
    });
    assert!(!details.contains(issued.secret.expose()));
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    assert!(matches!(organizations::set_up(&instance.console, &caller(), &form("Acme")).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before, "set up");
    instance.mend("events").await;

    instance.set_up().await;
    let owner = instance.owner().await;
    let actor = instance.actor("ada@acme.test").await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    assert!(matches!(tokens::create(&instance.console, &owner, new_token("two", Role::Viewer)).await, Err(Error::Internal(_))));
    assert!(matches!(tokens::revoke(&instance.console, &owner, &id, "ci", None).await, Err(Error::Internal(_))));
    let presented = tokens::revoke_presented(&instance.console, &owner, issued.secret.expose()).await;
    assert!(matches!(presented, Err(Error::Internal(_))));
    assert!(matches!(sessions::sign_out(&instance.console, &caller(), &actor).await, Err(Error::Internal(_))));
    let password = Password::new(super::PASSWORD.to_owned());
    let refused = sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password, None).await;
    assert!(matches!(refused, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    instance.mend("events").await;
    assert!(tokens::revoke(&instance.console, &owner, &id, "ci", None).await.is_ok(), "and everything works again");
    assert!(instance.console.verify_events(None).await.unwrap().map(|now| now.events).is_ok());
}

async fn events_can_neither_be_changed_nor_deleted(instance: Instance) {
    instance.set_up().await;
    for sql in ["UPDATE events SET actor_name = 'Eve'", "DELETE FROM events"] {
        let refused = instance.execute(sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

/// What somebody who owns the database could do, once the triggers are out of the way.
async fn every_tampering_is_found_where_it_begins(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for number in 0..8 {
        tokens::create(&instance.console, &owner, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
    }
    match &instance.console.0.db.pool {
        Pool::Sqlite(pool) => {
            for name in ["events_no_update", "events_no_delete"] {
                sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(pool).await.unwrap();
            }
        }
        Pool::Postgres(pool) => {
            sqlx::query("DROP TRIGGER events_append_only ON events").execute(pool).await.unwrap();
        }
    }
    let count = instance.count("SELECT COUNT(*) FROM events").await;
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(count));
    let texts = "organization_id actor_kind actor_id actor_name action target_kind target_id target_name details address request_id";
    let mut tamperings: Vec<(String, String, i64)> = texts
        .split(' ')
        .map(|column| {
            let change = format!("UPDATE events SET {column} = COALESCE({column}, '') || 'x' WHERE seq = 5");
            let back = format!("UPDATE events SET {column} = SUBSTR({column}, 1, LENGTH({column}) - 1) WHERE seq = 5");
            (change, back, 5)
        })
        .collect();
    tamperings.push(("UPDATE events SET at = at + 1 WHERE seq = 3".into(), "UPDATE events SET at = at - 1 WHERE seq = 3".into(), 3));
    tamperings.push(("UPDATE events SET seq = 99 WHERE seq = 4".into(), "UPDATE events SET seq = 4 WHERE seq = 99".into(), 4));
    tamperings.push(("UPDATE events SET seq = -1 WHERE seq = 1".into(), "UPDATE events SET seq = 1 WHERE seq = -1".into(), 1));
    let run = async |sql: String| {
        crate::store::on_db!(&instance.console.0.db, |pool| {
            sqlx::query(AssertSqlSafe(sql)).execute(pool).await.map(|done| done.rows_affected()).unwrap()
        })
    };
    for (change, back, first) in tamperings {
        assert_eq!(run(change.clone()).await, 1);
        assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Err(first), "{change}");
        assert_eq!(run(back).await, 1);
        assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(count), "{change} was taken back");
    }
    let seen = instance.console.verify_events(None).await.unwrap().unwrap();
    let forge = "INSERT INTO events SELECT seq + 1, at, organization_id, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
                 target_name, details, address, request_id, mac FROM events WHERE seq = ";
    assert_eq!(run(format!("{forge}{count}")).await, 1);
    assert_eq!(instance.console.verify_events(None).await.unwrap(), Err(count + 1), "an event nobody recorded");
    assert_eq!(run(format!("DELETE FROM events WHERE seq = {}", count + 1)).await, 1);
    assert_eq!(run(format!("DELETE FROM events WHERE seq = {count}")).await, 1);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Err(count), "the tail is cut");
    // Whoever cuts the tail and sets the head back leaves a chain that is whole; what was seen before tells.
    let back = format!("UPDATE head SET seq = {0}, mac = (SELECT mac FROM events WHERE seq = {0})", count - 1);
    assert_eq!(run(back).await, 1);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(count - 1));
    assert_eq!(instance.console.verify_events(Some(&seen)).await.unwrap(), Err(count), "the checkpoint is beyond the end");
}
