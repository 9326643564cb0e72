//! What the database promises: its settings, its key, its schema, and that it holds no secret.

use domain::Role;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, migrate::Migrate as _};

use super::{Instance, caller, form, new_token, on_both};
use crate::{
    Database, DatabaseError, Error, KeyError, OpenError, access, invitations, organizations,
    store::{self, Db, Pool, on_db},
    tokens,
};

on_both![
    two_servers_that_start_together_migrate_once,
    a_newer_schema_is_refused,
    another_key_is_refused_and_a_missing_one_is_not_replaced,
    no_table_holds_a_secret,
    a_planted_digest_verifies_nothing,
    a_begin_that_is_cancelled_leaves_no_transaction_open,
    a_write_that_touches_nothing_is_undone,
];

async fn two_servers_that_start_together_migrate_once(instance: Instance) {
    let (first, second) = tokio::join!(instance.again(), instance.again());
    for opened in [first, second] {
        opened.unwrap().1.stop().await;
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM _sqlx_migrations").await, i64::try_from(store::MIGRATIONS.iter().count()).unwrap());
    assert_eq!(instance.count("SELECT COUNT(*) FROM head").await, 1);
}

/// A migration may take longer than anybody waits for a lock; who comes meanwhile waits for its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_starts_during_a_long_migration_waits_for_it() {
    let instance = Instance::postgres().await;
    let Database::Postgres(address) = &instance.database else { unreachable!() };
    let mut migrating = sqlx::PgConnection::connect(address).await.unwrap();
    migrating.lock().await.unwrap();
    let opening = instance.again();
    let watching = async {
        let waits = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let mut seen = std::collections::BTreeSet::new();
        // The first gave up after four seconds; that there is a second one shows that it is tried again.
        while seen.len() < 2 {
            let pids: Vec<i32> = sqlx::query_scalar(waits).fetch_all(&mut migrating).await.unwrap();
            seen.extend(pids);
        }
        migrating.unlock().await.unwrap();
    };
    let (opened, watched) = tokio::join!(opening, tokio::time::timeout(std::time::Duration::from_mins(1), watching));
    watched.expect("it was not tried again");
    opened.unwrap().1.stop().await;
}

async fn a_newer_schema_is_refused(instance: Instance) {
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  SELECT 9999, 'the future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(instance.execute(future).await.unwrap(), 1);
    let Err(OpenError::Database(DatabaseError::NewerSchema { found, known })) = instance.again().await else {
        panic!("it has to be refused")
    };
    assert_eq!((found, Some(known)), (9999, store::MIGRATIONS.iter().map(|migration| migration.version).max()));
}

async fn another_key_is_refused_and_a_missing_one_is_not_replaced(instance: Instance) {
    let path = instance.folder.path().join("jeton.key");
    let key = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(instance.again().await, Err(OpenError::Key(KeyError::Missing(_)))));
    assert!(!path.exists());
    let other: String = key.trim().chars().rev().collect();
    std::fs::write(&path, other).unwrap();
    std::os::unix::fs::chown(&path, None, None).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert!(matches!(instance.again().await, Err(OpenError::Key(KeyError::Wrong(_)))));
}

/// Every value of every table, as text.
pub(super) async fn dump(db: &Db) -> String {
    let mut all = String::new();
    let tables = [
        "settings",
        "head",
        "organizations",
        "users",
        "memberships",
        "teams",
        "team_members",
        "roles",
        "setup_links",
        "sessions",
        "invitations",
        "tokens",
        "token_secrets",
        "token_usage",
        "idempotency_keys",
        "token_secret_users",
        "token_refusals",
        "token_days",
        "token_addresses",
        "throttles",
        "password_resets",
        "mails",
        "expiry_digests",
        "refusal_reports",
        "token_policies",
        "events",
    ];
    for table in tables {
        match &db.pool {
            Pool::Postgres(pool) => {
                let rows: Vec<String> =
                    sqlx::query_scalar(AssertSqlSafe(format!("SELECT t::text FROM {table} t"))).fetch_all(pool).await.unwrap();
                all.push_str(&rows.join("\n"));
            }
            Pool::Sqlite(pool) => {
                let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")))
                    .fetch_all(pool)
                    .await
                    .unwrap();
                for column in columns {
                    let sql = format!(
                        "SELECT COALESCE(CASE WHEN typeof({column}) = 'blob' THEN hex({column}) ELSE CAST({column} AS TEXT) END, '') FROM {table}"
                    );
                    let values: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
                    all.push_str(&values.join("\n"));
                }
            }
        }
    }
    all.to_lowercase()
}

async fn no_table_holds_a_secret(mut instance: Instance) {
    let code = organizations::setup_code(&instance.console).await.unwrap().unwrap();
    let (_, first) = organizations::set_up_with_code(&instance.console, &caller(), &code, &form("Acme")).await.unwrap();
    let signed_in = instance.sign_in("ada@acme.test").await;
    let owner = instance.owner().await;
    let invited = invitations::create(&instance.console, &owner, "grace@acme.test", "viewer", "").await.unwrap();
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    access::by_token(&instance.console, issued.secret.expose(), &caller(), domain::Permission::ORGANIZATION_READ).await.unwrap();
    let (other, background) = instance.again().await.unwrap();
    instance.stop().await;
    let dumped = dump(&other.0.db).await;
    assert!(
        dumped.contains("ada@acme.test") && dumped.contains(&issued.token.hint.as_str().to_lowercase()),
        "the dump holds what it should"
    );
    let key = std::fs::read_to_string(instance.folder.path().join("jeton.key")).unwrap();
    let secrets = [
        issued.secret.expose(),
        &issued.secret.expose()[4..],
        &signed_in.session,
        &first.session,
        &code,
        invited.link.expose(),
        super::PASSWORD,
        key.trim(),
    ];
    for secret in secrets {
        let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
        let base64 = data_encoding::BASE64_NOPAD.encode(secret.as_bytes()).to_lowercase();
        for form in [secret.to_lowercase(), hex, base64] {
            assert!(!dumped.contains(&form), "a secret is stored");
        }
    }
    background.stop().await;
    // The files too, whatever table or journal they hold.
    for file in std::fs::read_dir(instance.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "key") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
        }
    }
}

/// Whoever can write to the database but does not have the key cannot make a token of their own.
async fn a_planted_digest_verifies_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("ci", Role::Admin)).await.unwrap();
    let body = crate::entropy::secret_body(&crate::SystemEntropy);
    let forged = domain::Secret::mint(instance.console.prefix(), domain::Kind::Organization, &body).unwrap();
    let planted = Sha256::digest(forged.expose().as_bytes()).to_vec();
    let touched = on_db!(&instance.console.0.db, |pool| {
        sqlx::query("UPDATE token_secrets SET digest = $1").bind(planted).execute(pool).await.unwrap().rows_affected()
    });
    assert_eq!(touched, 1);
    let refused = access::by_token(&instance.console, forged.expose(), &caller(), domain::Permission::ORGANIZATION_READ).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)));
}

/// axum drops a handler when its client hangs up. With sqlx 0.9.0 a dropped `begin` would leave its transaction open on a pooled
/// connection, and the next one to get it would hang or fail.
async fn a_begin_that_is_cancelled_leaves_no_transaction_open(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for micros in 0..200 {
        let begin = instance.console.0.db.begin_write();
        let _ = tokio::time::timeout(std::time::Duration::from_micros(micros * 5), begin).await;
    }
    for number in 0..20 {
        tokens::create(&instance.console, &owner, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
    }
    if let Pool::Postgres(pool) = &instance.console.0.db.pool {
        let stuck = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
        let count: i64 = sqlx::query_scalar(stuck).fetch_one(pool).await.unwrap();
        assert_eq!(count, 0);
    }
}

async fn a_write_that_touches_nothing_is_undone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let before = instance.shape().await;
    let mut write = instance.console.0.db.begin_write().await.unwrap();
    let unknown = domain::TokenId::new(instance.console.now(), super::random());
    let refused = store::tokens::revoke(&mut write, &owner, unknown, None, instance.console.now()).await;
    assert!(matches!(refused, Err(Error::Internal(_))));
    drop(write);
    assert_eq!(instance.shape().await, before);
}

/// Every pooled connection of SQLite keeps what was committed, whatever happens to the power.
#[tokio::test]
async fn sqlite_is_set_to_lose_nothing() {
    let instance = Instance::sqlite().await;
    let Pool::Sqlite(pool) = &instance.console.0.db.pool else { unreachable!() };
    let mut connections = Vec::new();
    for _ in 0..8 {
        connections.push(pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        let ask = async |connection: &mut sqlx::SqliteConnection, sql: &'static str| -> String {
            sqlx::query_scalar::<_, String>(sql).fetch_one(connection).await.unwrap()
        };
        assert_eq!(ask(connection, "SELECT journal_mode FROM pragma_journal_mode").await, "wal");
        for (sql, expected) in [
            ("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "2"),
            ("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys", "1"),
            ("SELECT CAST(timeout AS TEXT) FROM pragma_busy_timeout", "5000"),
            ("SELECT CAST(trusted_schema AS TEXT) FROM pragma_trusted_schema", "0"),
        ] {
            assert_eq!(ask(connection, sql).await, expected, "{sql}");
        }
    }
}
