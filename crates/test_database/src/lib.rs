//! A PostgreSQL database for the length of one test, and for how long that is.
//!
//! Each takes about 10 MB, and a run makes hundreds: kept until the cluster goes, they filled a disk.

use std::{env, thread};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A database that nobody else knows, empty at first. Dropping it drops the database, whoever is still connected.
pub struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Makes one on the server that `TEST_POSTGRES_URL` names, and panics without: PostgreSQL is not optional in tests.
    pub async fn create() -> Self {
        let server = env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL names a throwaway PostgreSQL; run cargo xtask test");
        let name = format!("jeton_{}", data_encoding::HEXLOWER.encode(&rand::random::<[u8; 8]>()));
        run(&server, format!("CREATE DATABASE {name}")).await.expect("the server makes databases");
        let (base, _) = server.rsplit_once('/').expect("the address names a database");
        let url = format!("{base}/{name}");
        Self { server, name, url }
    }

    /// How it is reached, as `Database::parse` reads it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        // A test is often inside a runtime when it ends, and one runtime does not wait within another.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(run(&server, statement))
        });
        match dropped.join() {
            Ok(Ok(())) => {}
            // No panic: the test may be panicking already, and that is what its reader must see.
            Ok(Err(error)) => eprintln!("the database {} stays: {error}", self.name),
            Err(_) => eprintln!("the database {} stays", self.name),
        }
    }
}

async fn run(server: &str, statement: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

/// How often a test goes round whose outcome the order of things decides: as is usual, or as often as it takes to trust the answer where
/// `THOROUGH` is set, as `cargo xtask test --thorough` sets it.
pub fn rounds(usual: usize, thorough: usize) -> usize {
    if env::var_os("THOROUGH").is_some_and(|set| set == "1") { thorough } else { usual }
}
