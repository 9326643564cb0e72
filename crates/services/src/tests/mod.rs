//! The contract of the services, each case on both databases under its own name.
//!
//! PostgreSQL is not optional: without `TEST_POSTGRES_URL` these tests fail. `cargo xtask test` starts a throwaway cluster and sets it.

mod account;
mod attention;
mod audit;
mod audit_log;
mod begin;
mod by_token;
mod confirm;
mod create_organization;
mod edit;
mod excess;
mod invitation_mails;
mod invitations;
mod limits;
mod list;
mod mails;
mod members;
mod memory;
mod model;
mod news;
mod notices;
mod offboarding;
mod once;
mod races;
mod races_of_people;
mod renewal;
mod reports;
mod resets;
mod revocations;
mod revoke_many;
mod rights;
mod roles;
mod rotate_itself;
mod rotate_once;
mod rotation;
mod servers;
mod sessions;
mod sign_out;
mod statements;
mod storage;
mod teams;
mod time;
mod token_owners;
mod token_policy;
mod tokens;
mod usage;
mod user_tokens;
mod walks;
mod wire;

use std::{sync::Arc, time::Duration};

use domain::{Email, Label, Lifetime, Name, Organization, OrganizationId, Permission, PermissionSet, Role, Slug, Timestamp, UserId};
use sqlx::AssertSqlSafe;
use test_database::TestDatabase;

use crate::{
    Access, Actor, Background, Caller, Console, Database, Entropy as _, FixedClock, KeySource, OpenError, Parameters, Settings,
    SystemEntropy, access,
    access::Principal,
    organizations::{self, Password, SetUp, SetupForm},
    sessions::{self as session, SignedIn},
    store::{
        self,
        events::{NewEvent, Target},
        on_db,
    },
    tokens::NewToken,
};

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::tests::Instance::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::tests::Instance::postgres().await).await;
            })*
        }
    };
}
use on_both;

/// Shorter than in earnest, so that thousands of changes do not wait as long; the checker of revocations takes the real one.
pub(super) const TERM: Duration = Duration::from_millis(25);

pub(super) const PASSWORD: &str = "a lake behind seven birches";

/// An instance of its own, with a clock that stands still.
pub(super) struct Instance {
    pub(super) console: Console,
    pub(super) background: Option<Background>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) database: Database,
    pub(super) folder: tempfile::TempDir,
    /// The last field, because the database goes when it does.
    _made: Option<TestDatabase>,
}

impl Instance {
    pub(super) async fn sqlite() -> Self {
        Self::sqlite_with(TERM).await
    }

    pub(super) async fn sqlite_with(term: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("jeton.sqlite"));
        Self::open(folder, database, None, term).await
    }

    pub(super) async fn postgres() -> Self {
        Self::postgres_with(TERM).await
    }

    pub(super) async fn postgres_with(term: Duration) -> Self {
        let made = TestDatabase::create().await;
        Self::open(tempfile::tempdir().unwrap(), Database::Postgres(made.url().to_owned()), Some(made), term).await
    }

    async fn open(folder: tempfile::TempDir, database: Database, made: Option<TestDatabase>, term: Duration) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp::from_micros(1_795_338_300_000_000)));
        let settings = settings(&folder, &database, clock.clone(), term);
        let (console, background) = Console::open(settings).await.unwrap();
        Self { console, background: Some(background), clock, database, folder, _made: made }
    }

    /// A new instance, on the same kind of database.
    pub(super) async fn another(&self) -> Self {
        match self.database {
            Database::Sqlite(_) => Self::sqlite().await,
            Database::Postgres(_) => Self::postgres().await,
        }
    }

    /// Opens the same instance once more, as a second server would.
    pub(super) async fn again(&self) -> Result<(Console, Background), OpenError> {
        self.again_at(&self.database, TERM).await
    }

    /// Another server on the same database, where there can be one: on SQLite a lock forbids it, and this is the one there is.
    pub(super) async fn second(&self) -> (Console, Option<Background>) {
        match self.database {
            Database::Sqlite(_) => (self.console.clone(), None),
            Database::Postgres(_) => self.again().await.map(|(console, background)| (console, Some(background))).unwrap(),
        }
    }

    /// The same instance, by way of another address of its database.
    pub(super) async fn again_at(&self, database: &Database, term: Duration) -> Result<(Console, Background), OpenError> {
        Console::open(settings(&self.folder, database, self.clock.clone(), term)).await
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Sets the instance up: Acme, owned by Ada.
    pub(super) async fn set_up(&self) -> SetUp {
        organizations::set_up(&self.console, &caller(), &form("Acme")).await.unwrap()
    }

    pub(super) async fn sign_in(&self, email: &str) -> SignedIn {
        session::sign_in(&self.console, &caller(), email, &Password::new(PASSWORD.to_owned()), None).await.unwrap()
    }

    pub(super) async fn actor(&self, email: &str) -> Actor {
        let signed_in = self.sign_in(email).await;
        session::find(&self.console, &signed_in.session).await.unwrap().unwrap()
    }

    /// Ada's access to Acme.
    pub(super) async fn owner(&self) -> Access {
        let actor = self.actor("ada@acme.test").await;
        access::to_organization(&self.console, Some(&actor), &caller(), "acme", Permission::API_KEY_READ).await.unwrap()
    }

    /// Adds a member to an organization, which is made when missing. Without an invitation, which would cost a test two more steps.
    pub(super) async fn member(&self, organization: &str, role: Role, email: &str) {
        let inner = &self.console.0;
        // Before the change, which is undone when it stands still.
        let hash = inner.hasher.hash(&Password::new(PASSWORD.to_owned()), &SystemEntropy).await.unwrap();
        let mut write = inner.db.begin_write().await.unwrap();
        let now = self.console.now();
        let slug = Slug::parse(organization).unwrap();
        let found = store::organizations::find_for_operator(&inner.db, &slug).await.unwrap();
        let organization = if let Some(found) = found {
            found
        } else {
            let made =
                Organization { id: OrganizationId::new(now, random()), slug, name: Name::parse(organization).unwrap(), created_at: now };
            store::organizations::insert(&mut write, &made).await.unwrap();
            made
        };
        let user = UserId::new(now, random());
        store::users::insert(&mut write, user, &Email::parse(email).unwrap(), &Name::parse(email).unwrap(), &hash, now).await.unwrap();
        store::organizations::insert_member(&mut write, &organization, user, &role.into(), now).await.unwrap();
        let event = NewEvent {
            at: now,
            organization: Some(organization.id),
            actor: &Principal::Operator,
            action: domain::audit::Action::OrganizationCreate,
            target: Target { kind: "test", id: String::new(), name: String::new() },
            details: serde_json::json!({}),
            caller: &caller(),
        };
        write.commit(&inner.keys, &event).await.unwrap();
    }

    /// Runs a statement that no use case would.
    pub(super) async fn execute(&self, sql: &'static str) -> Result<u64, sqlx::Error> {
        on_db!(&self.console.0.db, |pool| sqlx::query(sql).execute(pool).await.map(|done| done.rows_affected()))
    }

    /// Runs a statement that is not the same on both databases.
    pub(super) async fn run(&self, sql: String) {
        on_db!(&self.console.0.db, |pool| sqlx::query(AssertSqlSafe(sql)).execute(pool).await.map(|_| ()).unwrap());
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        on_db!(&self.console.0.db, |pool| sqlx::query_scalar(sql).fetch_one(pool).await.unwrap())
    }

    /// Makes every INSERT into a table fail, as a full disk would, until [`Self::mend`].
    pub(super) async fn break_inserts(&self, table: &str) {
        match &self.console.0.db.pool {
            store::Pool::Sqlite(pool) => {
                let sql = format!("CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END");
                sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap();
            }
            store::Pool::Postgres(pool) => {
                let function =
                    "CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault'; END $$";
                sqlx::query(function).execute(pool).await.unwrap();
                let sql = format!("CREATE TRIGGER fault BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fault()");
                sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap();
            }
        }
    }

    pub(super) async fn mend(&self, table: &str) {
        match &self.console.0.db.pool {
            store::Pool::Sqlite(pool) => sqlx::query("DROP TRIGGER fault").execute(pool).await.map(|_| ()).unwrap(),
            store::Pool::Postgres(pool) => {
                sqlx::query(AssertSqlSafe(format!("DROP TRIGGER fault ON {table}"))).execute(pool).await.map(|_| ()).unwrap();
            }
        }
    }

    /// How many rows each table holds, and where the head stands: what a refused change must leave as it was.
    pub(super) async fn shape(&self) -> Vec<i64> {
        vec![
            self.count("SELECT seq FROM head").await,
            self.count("SELECT COUNT(*) FROM events").await,
            self.count("SELECT COUNT(*) FROM organizations").await,
            self.count("SELECT COUNT(*) FROM users").await,
            self.count("SELECT COUNT(*) FROM memberships").await,
            self.count("SELECT COUNT(*) FROM sessions").await,
            self.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM setup_links").await,
            self.count("SELECT COUNT(*) FROM invitations").await,
            self.count("SELECT COUNT(*) FROM invitations WHERE accepted_at IS NULL AND withdrawn_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM tokens").await,
            self.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM token_secrets").await,
            self.count("SELECT COUNT(*) FROM mails").await,
            self.count("SELECT COUNT(*) FROM password_resets").await,
            self.count("SELECT COUNT(*) FROM password_resets WHERE used_at IS NULL AND ended_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM expiry_digests").await,
            self.count("SELECT COUNT(*) FROM refusal_reports").await,
            self.count("SELECT COUNT(*) FROM idempotency_keys").await,
            self.count("SELECT COUNT(*) FROM token_secrets WHERE ends_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM token_policies").await,
            self.count("SELECT COUNT(*) FROM teams").await,
            self.count("SELECT COUNT(*) FROM teams WHERE ended_at IS NULL").await,
            self.count("SELECT COUNT(*) FROM team_members").await,
            self.count("SELECT COUNT(*) FROM roles").await,
            self.count("SELECT COUNT(*) FROM roles WHERE deleted_at IS NULL").await,
        ]
    }

    pub(super) async fn stop(&mut self) {
        self.background.take().unwrap().stop().await;
    }
}

fn settings(folder: &tempfile::TempDir, database: &Database, clock: Arc<dyn crate::Clock>, term: Duration) -> Settings {
    Settings {
        database: database.clone(),
        key: KeySource::File(folder.path().join("jeton.key")),
        prefix: domain::Prefix::default(),
        clock,
        entropy: Arc::new(SystemEntropy),
        passwords: Parameters { memory: 64, passes: 1, parallel: 2 },
        origin: "https://tokens.acme.test".to_owned(),
        remembered: 1 << 20,
        term,
        mailer: None,
    }
}

/// The way of a member of Acme to tokens, as the console asks for it.
pub(super) async fn way(instance: &Instance, email: &str, permission: Permission) -> Access {
    let actor = instance.actor(email).await;
    access::to_tokens(&instance.console, Some(&actor), &caller(), "acme", permission).await.unwrap()
}

/// The id of a person, without signing in, which is limited.
pub(super) async fn user(instance: &Instance, email: &str) -> String {
    on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT id FROM users WHERE email = $1").bind(email).fetch_one(pool).await.unwrap()
    })
}

/// Asks so many times at once, each time told which it is, and answers in this order what came of it.
pub(super) async fn at_once<F>(times: usize, ask: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: Vec<_> = (0..times).map(|number| tokio::spawn(ask(number))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

pub(super) fn random() -> [u8; 10] {
    let mut bytes = [0; 10];
    SystemEntropy.fill(&mut bytes);
    bytes
}

pub(super) fn caller() -> Caller {
    Caller::new("req_test".to_owned(), None, "tests")
}

pub(super) fn form(organization: &str) -> SetupForm {
    SetupForm {
        organization: organization.to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: "ada@acme.test".to_owned(),
        password: Password::new(PASSWORD.to_owned()),
    }
}

pub(super) fn new_token(label: &str, role: Role) -> NewToken {
    NewToken {
        owner: None,
        label: Label::parse(label).unwrap(),
        description: domain::Description::parse("").unwrap(),
        role: Some(role.into()),
        permissions: PermissionSet::NONE,
        lifetime: Lifetime::Minutes(60),
        limits: domain::Limits::default(),
    }
}
