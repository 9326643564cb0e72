//! A console to send requests to, and the callers who send them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Method, Request, StatusCode, header},
};
use domain::{Description, Invited, Label, Lifetime, PermissionSet, Prefix, Role, Timestamp, Token};
use http_body_util::BodyExt as _;
use server::{config::PublicUrl, front::Front, router::Site};
use services::{
    Background, Console, Database, Entropy as _, FixedClock, KeySource, Parameters, Settings, SystemEntropy, access, invitations,
    organizations::{self, Password, SetupForm},
    sessions,
    tokens::{self, NewToken},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use test_database::TestDatabase;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::harness::TestConsole::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::harness::TestConsole::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

pub(crate) const PASSWORD: &str = "a lake behind seven birches";
/// Shorter than in earnest, so that thousands of changes do not wait as long.
pub(crate) const TERM: std::time::Duration = std::time::Duration::from_millis(25);
pub(crate) const ORIGIN: &str = "https://tokens.acme.test";

/// An instance with two organizations: Acme, with a member of each role, and Globex, whose owner is an outsider to Acme.
pub(crate) struct TestConsole {
    pub(crate) console: Console,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) database: Database,
    pub(crate) front: Front,
    pub(crate) site: Site,
    background: Option<Background>,
    /// The table that cannot be written to during the next change that is asked for.
    armed: Mutex<Option<&'static str>>,
    /// What all tables held before and after that.
    watched: Mutex<Option<[Dump; 2]>>,
    folder: tempfile::TempDir,
    /// The last field, because the database goes when it does.
    _made: Option<TestDatabase>,
}

/// What each table holds, by its name.
pub(crate) type Dump = BTreeMap<String, String>;

/// Who sends a request, and what they send along.
#[derive(Clone)]
pub(crate) enum Caller {
    Anonymous,
    /// The cookie of a session.
    Session(String),
    /// A token's secret.
    Token(String),
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// What a page says, without its markup.
    pub(crate) fn text(&self) -> String {
        self.body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
    }

    /// What a page holds, apart from the nonce: that is another one each time.
    pub(crate) fn without_nonce(&self) -> String {
        let nonce = self.header("content-security-policy").split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        nonce.map_or_else(|| self.body.clone(), |nonce| self.body.replace(nonce, "NONCE"))
    }

    /// The secrets that a page shows, each with the id of what it is a secret of.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let shown = self.body.split("<textarea").filter(|field| field.contains("data-secret=\""));
        let between = |field: &str, from: &str, to| field.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
        shown.map(|field| (between(field, " data-secret=\"", '"'), between(field, ">", '<'))).collect()
    }

    /// What the browser would run, or hand to what it runs: the page's scripts, and what its islands are told.
    pub(crate) fn scripts(&self) -> String {
        let scripts = self.body.split("<script").skip(1).filter_map(|rest| rest.split("</script>").next());
        let islands = self.body.split("<leptos-island").skip(1).filter_map(|rest| rest.split('>').next());
        scripts.chain(islands).collect()
    }

    /// The session whose cookie it brings, if it does.
    pub(crate) fn session(&self) -> Option<Caller> {
        let mut cookies = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        let session = cookies.find_map(|cookie| cookie.strip_prefix("__Host-sid="))?;
        Some(Caller::Session(session.split(';').next().unwrap().to_owned()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn open_console(folder: &tempfile::TempDir, database: &Database, clock: &Arc<FixedClock>, term: Duration) -> (Console, Background) {
    let settings = Settings {
        database: database.clone(),
        key: KeySource::File(folder.path().join("jeton.key")),
        prefix: Prefix::default(),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        passwords: Parameters { memory: 64, passes: 1, parallel: 2 },
        origin: ORIGIN.into(),
        remembered: 1 << 20,
        term,
        mailer: None,
    };
    Console::open(settings).await.unwrap()
}

impl TestConsole {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("jeton.sqlite"));
        Self::open(folder, database, None).await
    }

    pub(crate) async fn postgres() -> Self {
        let made = TestDatabase::create().await;
        Self::open(tempfile::tempdir().unwrap(), Database::Postgres(made.url().to_owned()), Some(made)).await
    }

    async fn open(folder: tempfile::TempDir, database: Database, made: Option<TestDatabase>) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp::from_micros(1_795_338_300_000_000)));
        let (console, background) = open_console(&folder, &database, &clock, TERM).await;
        let site = Site {
            console: console.clone(),
            assets: Arc::new(app::ssr::Assets {
                script: "/assets/a.js".into(),
                module: "/assets/a.wasm".into(),
                style: "/assets/a.css".into(),
                sheet: "main{color:red}".into(),
            }),
            public_url: PublicUrl::parse(ORIGIN).ok().unwrap(),
            client_ip: axum_client_ip::ClientIpSource::ConnectInfo,
            mails_become_files: true,
            entropy: Arc::new(SystemEntropy),
        };
        let it = Self {
            console,
            clock,
            database,
            front: Front::new(site.clone()),
            site,
            background: Some(background),
            armed: Mutex::default(),
            watched: Mutex::default(),
            folder,
            _made: made,
        };
        it.populate().await;
        it
    }

    /// Reaches PostgreSQL by way of a wire from now on, and answers what cuts it. None on SQLite, which is no server.
    pub(crate) async fn wire(&mut self) -> Option<watch::Sender<()>> {
        let Database::Postgres(url) = &self.database else { return None };
        let (address, cut) = crate::wire::to(url).await;
        let (console, background) = open_console(&self.folder, &Database::Postgres(address), &self.clock, TERM).await;
        self.stop().await;
        (self.console, self.site.console, self.background) = (console.clone(), console, Some(background));
        self.front = Front::new(self.site.clone());
        Some(cut)
    }

    /// Sends requests to another server on the same database from now on, which asks for what was changed in another term.
    pub(crate) async fn turn_to_another(&mut self, term: Duration) -> Background {
        let (console, background) = open_console(&self.folder, &self.database, &self.clock, term).await;
        self.front = Front::new(Site { console, ..self.site.clone() });
        background
    }

    /// The same, where a header says from where clients come, as behind a proxy.
    pub(crate) fn behind_a_proxy(mut self) -> Self {
        self.site.client_ip = axum_client_ip::ClientIpSource::RightmostXForwardedFor;
        self.front = Front::new(self.site.clone());
        self
    }

    /// The same, where a mail server is named.
    pub(crate) fn with_mail_server(mut self) -> Self {
        self.site.mails_become_files = false;
        self.front = Front::new(self.site.clone());
        self
    }

    async fn populate(&self) {
        let form = SetupForm {
            organization: "Acme".into(),
            name: "Ada Lovelace".into(),
            email: "owner@acme.test".into(),
            password: Password::new(PASSWORD.into()),
        };
        let made = organizations::set_up(&self.console, &command_line(), &form).await.unwrap();
        // By hand: invitations and their passwords would cost every test time.
        self.execute(
            "INSERT INTO organizations (id, slug, name, created_at) VALUES ('org_00000000000000000000000000000001', 'globex', 'Globex', 1)",
        )
        .await;
        let acme = made.organization.id.to_string();
        for (number, (organization, role)) in
            [(acme.as_str(), "admin"), (&acme, "developer"), (&acme, "viewer"), ("org_00000000000000000000000000000001", "owner")]
                .into_iter()
                .enumerate()
        {
            let user = format!("usr_0000000000000000000000000000000{number}");
            let email = if organization == acme { format!("{role}@acme.test") } else { "outsider@globex.test".to_owned() };
            // Everybody has Ada's password.
            self.execute(&format!(
                "INSERT INTO users (id, email, name, password_hash, created_at) SELECT '{user}', '{email}', '{role}', password_hash, 1 FROM users \
                 WHERE email = 'owner@acme.test'"
            ))
            .await;
            self.execute(&format!(
                "INSERT INTO memberships (organization_id, user_id, role, created_at) VALUES ('{organization}', '{user}', '{role}', 1)"
            ))
            .await;
        }
    }

    /// Makes Acme a member who is there to be changed and removed, unless they are there.
    pub(crate) async fn rejoin(&self) {
        self.execute(
            "INSERT INTO users (id, email, name, password_hash, created_at) SELECT 'usr_00000000000000000000000000000009', \
             'leaver@acme.test', 'leaver', 'none', 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = 'leaver@acme.test')",
        )
        .await;
        self.execute(
            "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT id, 'usr_00000000000000000000000000000009', 'viewer', 1 FROM organizations WHERE slug = 'acme' \
             ON CONFLICT DO NOTHING",
        )
        .await;
    }

    pub(crate) async fn execute(&self, sql: &str) {
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
                sqlx::query("PRAGMA busy_timeout = 5000").execute(&mut connection).await.unwrap();
                sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Database::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
            }
            Database::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Makes every event impossible to write, as a full disk would.
    pub(crate) async fn break_events(&self) {
        self.break_inserts("events").await;
    }

    async fn break_inserts(&self, table: &str) {
        match &self.database {
            Database::Sqlite(_) => {
                self.execute(&format!("CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END")).await;
            }
            Database::Postgres(_) => {
                let function =
                    "CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault'; END $$";
                self.execute(function).await;
                self.execute(&format!("CREATE TRIGGER fault BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fault()")).await;
            }
        }
    }

    async fn mend(&self, table: &str) {
        match &self.database {
            Database::Sqlite(_) => self.execute("DROP TRIGGER fault").await,
            Database::Postgres(_) => self.execute(&format!("DROP TRIGGER fault ON {table}")).await,
        }
    }

    /// Makes a table impossible to write to during the next request that is not a GET, and only then.
    pub(crate) fn arm(&self, table: &'static str) {
        *self.armed.lock().unwrap() = Some(table);
    }

    /// What all tables held before and after that request, if there was one.
    pub(crate) fn watched(&self) -> Option<[Dump; 2]> {
        self.watched.lock().unwrap().take()
    }

    /// Everything in the database, but the time of the first use of secrets, which a worker writes when it comes to it.
    async fn dump(&self) -> Dump {
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
                let columns: Vec<(String, String)> = sqlx::query_as(
                    "SELECT t.name, group_concat('quote(\"' || c.name || '\")', ' || '','' || ') FROM sqlite_master t, pragma_table_info(t.name) c \
                     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.name <> 'first_used_at' GROUP BY t.name",
                )
                .fetch_all(&mut connection)
                .await
                .unwrap();
                let mut dump = Dump::new();
                for (table, row) in columns {
                    let sql = format!("SELECT COALESCE(group_concat(r, '\n'), '') FROM (SELECT {row} AS r FROM \"{table}\" ORDER BY 1)");
                    dump.insert(table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap());
                }
                dump
            }
            Database::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let tables: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                let each = tables.iter().map(|table| {
                    format!(
                        "SELECT '{table}', (SELECT COALESCE(string_agg(r, E'\\n' ORDER BY r), '') FROM \
                         (SELECT (to_jsonb(t) - 'first_used_at')::text AS r FROM \"{table}\" t) AS rows)"
                    )
                });
                let sql = each.collect::<Vec<_>>().join(" UNION ALL ");
                let dump: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
                dump.into_iter().collect()
            }
        }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Writes the last uses and closes the database.
    pub(crate) async fn stop(&mut self) {
        self.background.take().unwrap().stop().await;
    }

    /// Whether the instance is the only one its database can have.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.database, Database::Sqlite(_))
    }

    /// Switches the tokens of Acme with this label off, as the operator: what is done behind the back of the server is not noticed by it.
    pub(crate) async fn disable(&self, label: &str) {
        let operator = access::by_operator(&self.console, "acme", &command_line()).await.unwrap();
        let all = tokens::list_all(&self.console, &operator, &domain::TokenFilter::default(), 100).await.unwrap();
        for token in all.items.iter().filter(|token| token.label.as_str() == label) {
            tokens::disable(&self.console, &operator, &token.id.to_string()).await.unwrap();
        }
    }

    /// Signs one of the members in: `owner`, `admin`, `developer`, `viewer`, `outsider`.
    pub(crate) async fn session(&self, who: &str) -> Caller {
        let email = if who == "outsider" { "outsider@globex.test".to_owned() } else { format!("{who}@acme.test") };
        let signed_in = sessions::sign_in(&self.console, &command_line(), &email, &Password::new(PASSWORD.into()), None).await.unwrap();
        Caller::Session(signed_in.session.to_string())
    }

    /// Generates a token of an organization.
    pub(crate) async fn issue(
        &self,
        organization: &str,
        label: &str,
        role: Role,
        permissions: &[&str],
        lifetime: Lifetime,
    ) -> (Token, String) {
        self.issue_limited(organization, label, role, permissions, lifetime, domain::Limits::default()).await
    }

    /// The same within limits.
    pub(crate) async fn issue_limited(
        &self,
        organization: &str,
        label: &str,
        role: Role,
        permissions: &[&str],
        lifetime: Lifetime,
        limits: domain::Limits,
    ) -> (Token, String) {
        let access = access::by_operator(&self.console, organization, &command_line()).await.unwrap();
        let new = NewToken {
            owner: None,
            label: Label::parse(label).unwrap(),
            description: Description::parse("").unwrap(),
            role: Some(role.into()),
            permissions: permissions.iter().map(|name| name.parse().unwrap()).collect::<PermissionSet>(),
            lifetime,
            limits,
        };
        let issued = tokens::create(&self.console, &access, new).await.unwrap();
        (issued.token, issued.secret.expose().to_owned())
    }

    /// A role that an organization makes, which nobody has. Each is called like no other.
    pub(crate) async fn role(&self, organization: &str, permissions: &str) -> domain::DefinedRole {
        let access = services::access::by_operator(&self.console, organization, &command_line()).await.unwrap();
        let name = format!("Role {}", self.count("SELECT seq FROM head").await);
        let role = services::roles::Definition::parse(&name, "", permissions).unwrap();
        services::roles::create(&self.console, &access, role).await.unwrap()
    }

    /// Invites somebody to an organization.
    pub(crate) async fn invite(&self, organization: &str, email: &str, role: Role) -> Invited {
        let access = access::by_operator(&self.console, organization, &command_line()).await.unwrap();
        let page = format!("{ORIGIN}/invitations/accept?code=");
        invitations::create(&self.console, &access, email, role.as_str(), &page).await.unwrap()
    }

    pub(crate) async fn token(&self, organization: &str, role: Role, permissions: &[&str]) -> Caller {
        Caller::Token(self.issue(organization, "caller", role, permissions, Lifetime::Never).await.1)
    }

    /// A token of one of the members, or of a team that they are in, as they generate it on its page; `owner` is as the form sends it.
    pub(crate) async fn token_of(&self, who: &str, owner: &str, role: Role) -> Caller {
        let fields = [("owner", owner), ("label", who), ("label_warned", who), ("role", role.as_str()), ("expiry", "90")];
        let made = self.post_form(&self.session(who).await, "/orgs/acme/tokens/new", &fields).await;
        let [(_, secret)] = &made.secrets()[..] else { panic!("{}", made.text()) };
        Caller::Token(secret.clone())
    }

    /// Another token with the role and permissions of this one, and of the same owner. Everybody in a team that has one may generate it; here
    /// the admin does.
    pub(crate) async fn like(&self, secret: &str) -> Caller {
        let record = self.get(&Caller::Token(secret.to_owned()), "/api/v1/token").await.json();
        let role = record["role"].as_str().unwrap().parse().unwrap();
        match record["owner"]["kind"].as_str() {
            Some("user") => return self.token_of(record["owner"]["name"].as_str().unwrap(), "user", role).await,
            Some("team") => return self.token_of("admin", record["owner"]["id"].as_str().unwrap(), role).await,
            _ => {}
        }
        let permissions: Vec<&str> = record["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let organization = self.get(&Caller::Token(secret.to_owned()), "/organization").await.json();
        self.token(&organization["name"].as_str().unwrap().to_lowercase(), role, &permissions).await
    }

    pub(crate) async fn delete(&self, caller: &Caller, path: &str) -> Answer {
        self.send(caller, request(Method::DELETE, path, "")).await
    }

    pub(crate) async fn get(&self, caller: &Caller, path: &str) -> Answer {
        self.send(caller, request(Method::GET, path, "")).await
    }

    /// Posts a form as a browser does from one of our pages.
    pub(crate) async fn post_form(&self, caller: &Caller, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(caller, form(path, fields)).await
    }

    pub(crate) async fn post_json(&self, caller: &Caller, path: &str, body: &str) -> Answer {
        let mut post = request(Method::POST, path, body);
        post.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        self.send(caller, post).await
    }

    pub(crate) async fn put_json(&self, caller: &Caller, path: &str, body: &str) -> Answer {
        let mut put = request(Method::PUT, path, body);
        put.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        self.send(caller, put).await
    }

    pub(crate) async fn send(&self, caller: &Caller, mut request: Request<Body>) -> Answer {
        match caller {
            Caller::Anonymous => {}
            Caller::Session(cookie) => {
                request.headers_mut().insert(header::COOKIE, format!("other=1; __Host-sid={cookie}").parse().unwrap());
            }
            Caller::Token(secret) => {
                request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
            }
        }
        let armed = if request.method() == Method::GET { None } else { self.armed.lock().unwrap().take() };
        if let Some(table) = armed {
            let before = self.dump().await;
            self.break_inserts(table).await;
            let answer = self.answer(request).await;
            self.mend(table).await;
            *self.watched.lock().unwrap() = Some([before, self.dump().await]);
            return answer;
        }
        self.answer(request).await
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.front.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub(crate) fn request(method: Method, path: &str, body: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).header(header::HOST, "tokens.acme.test").body(Body::from(body.to_owned())).unwrap()
}

/// A form as a browser posts it from one of our pages.
pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html"), ("sec-fetch-site", "same-origin")];
    with(request(Method::POST, path, &body), &headers)
}

pub(crate) fn with(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        request.headers_mut().append(HeaderName::from_static(name), value.parse().unwrap());
    }
    request
}

pub(crate) fn command_line() -> services::Caller {
    let mut id = [0; 4];
    SystemEntropy.fill(&mut id);
    services::Caller::command_line(format!("req_{id:?}"))
}
