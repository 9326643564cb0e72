//! Two servers on one PostgreSQL behind a real nginx, set up as docs/operating.md says: the binary itself, twice.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use services::{Entropy as _, SystemEntropy};
use sqlx::{Connection as _, PgConnection};
use test_database::TestDatabase;
use tokio::task::JoinSet;

use crate::{
    harness::PASSWORD,
    nginx::{Nginx, documented, exchange, free_port, status, written},
};

/// What the servers have in common.
struct Fleet {
    database: TestDatabase,
    key: String,
    public: SocketAddr,
    /// Where commands keep what they make.
    folder: tempfile::TempDir,
    servers: Vec<Server>,
    _nginx: Nginx,
}

/// One server, which shares nothing with the others but the database and the key.
struct Server {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.head, self.body))
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

impl Fleet {
    /// Sets the instance up, starts two servers at once, and nginx in front of them.
    async fn start() -> Self {
        let mut key = [0; 32];
        SystemEntropy.fill(&mut key);
        let (public, addresses) = (local(free_port()), [local(free_port()), local(free_port())]);
        let (database, key) = (TestDatabase::create().await, data_encoding::HEXLOWER.encode(&key));
        let here = [
            ("10.0.0.11:3000", addresses[0].to_string()),
            ("10.0.0.12:3000", addresses[1].to_string()),
            ("    server 10.0.0.13:3000 fail_timeout=2s;\n", String::new()),
            ("listen 80;", format!("listen {public};")),
        ];
        let nginx = Nginx::start(tempfile::tempdir().unwrap(), &documented(3, here), public).await;
        let mut it = Self { database, key, public, folder: tempfile::tempdir().unwrap(), servers: Vec::new(), _nginx: nginx };
        let mut init = it
            .command(&["init", "--organization", "Acme", "--name", "Ada", "--email", "ada@acme.test", "--password-stdin"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        init.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(init.wait().unwrap().success());
        for address in addresses {
            let server = it.serve(address);
            it.servers.push(server);
        }
        for server in &mut it.servers {
            server.listens(public);
        }
        it
    }

    /// The binary with what all servers are told.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jeton"));
        command
            .args(arguments)
            .env("JETON_KEY", &self.key)
            .env("JETON_DATABASE", self.database.url())
            .env("JETON_DATA", self.folder.path());
        command
    }

    fn serve(&self, address: SocketAddr) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let process = self
            .command(&["serve", "--listen", &address.to_string(), "--public-url", &format!("http://{}", self.public)])
            .args(["--client-ip", "RightmostXForwardedFor", "--data"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Server { process, address, _folder: folder }
    }

    /// Generates a token at the command line.
    fn token(&self, label: &str, more: &[&str]) -> (String, String) {
        let create = [&["token", "create", "--organization", "acme", "--expires", "never", "--label", label], more].concat();
        let Output { status, stdout, stderr } = self.command(&create).output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        let made: Value = serde_json::from_slice(&stdout).unwrap();
        (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
    }
}

impl Server {
    /// Asks it to end, and waits: within its grace it ends well.
    fn end(&mut self) {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    /// Waits until it listens.
    fn listens(&mut self, public: SocketAddr) {
        let mut line = String::new();
        BufReader::new(self.process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, format!("Console: http://{public}\n"));
    }
}

async fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let answer = exchange(to, &written(method, path, headers, body)).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: no answer: {answer:?}"));
    // nginx hands on what has no length in chunks; everything that is read here is short, and one chunk.
    let body =
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") { body.lines().nth(1).unwrap_or_default() } else { body };
    Answer { status: status(&answer), head: head.to_owned(), body: body.to_owned() }
}

/// With a token.
async fn api(to: SocketAddr, secret: &str, method: &str, path: &str, body: &str) -> Answer {
    let authorization = format!("Bearer {secret}");
    send(to, method, path, &[("Authorization", &authorization), ("Content-Type", "application/json")], body).await
}

/// The verdict on a token.
async fn verdict(to: SocketAddr, verifier: &str, secret: &str) -> String {
    let answer = api(to, verifier, "POST", "/api/v1/verify", &json!({ "token": secret }).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    answer.json()["code"].as_str().unwrap().to_owned()
}

const TOKENS: &str = "/api/v1/organizations/acme/tokens";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_behind_nginx_are_one() {
    let mut fleet = Fleet::start().await;
    let (public, both) = (fleet.public, [fleet.servers[0].address, fleet.servers[1].address]);
    let (_, verifier) = fleet.token("gateway", &["--permission", "token:verify"]);
    let (_, admin) = fleet.token("admin", &["--role", "admin"]);

    // Whoever signs in through the balancer is signed in everywhere.
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs([("email", "ada@acme.test"), ("password", PASSWORD)]).finish();
    let headers = [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/x-www-form-urlencoded")];
    let signed_in = send(public, "POST", "/sign-in", &headers, &form).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.head);
    let session = signed_in.head.split("__Host-sid=").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    let cookie = format!("__Host-sid={session}");
    let page = async |to| send(to, "GET", "/orgs/acme/members", &[("Cookie", &cookie)], "").await.status;
    for to in [both[0], both[1], public, public, public, public] {
        assert_eq!(page(to).await, 200);
    }
    assert_eq!(send(public, "GET", "/orgs/acme/members", &[], "").await.status, 303);

    // What is generated at one is good at the other at once, and what is revoked at one is refused by the other at once.
    for round in 0..10 {
        let (here, there) = (both[round % 2], both[(round + 1) % 2]);
        let made = api(here, &admin, "POST", TOKENS, &format!("{{\"label\":\"ci {round}\",\"role\":\"viewer\"}}")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        for _ in 0..3 {
            assert_eq!(verdict(there, &verifier, secret).await, "VALID");
        }
        assert_eq!(verdict(here, &verifier, secret).await, "VALID");
        let begun = api(there, &verifier, "GET", "/api/v1/revocations", "").await.json();
        let path = format!("/api/v1/revocations?after={}", begun["next"].as_str().unwrap());
        let asks = if round % 3 == 0 { public } else { there };
        let waiting = async { api(asks, &verifier, "GET", &path, "").await.json() };
        let revoking = async {
            assert_eq!(api(here, &admin, "DELETE", &format!("{TOKENS}/{id}"), "").await.status, 200);
            for to in [there, here, public] {
                assert_eq!(verdict(to, &verifier, secret).await, "REVOKED", "round {round}");
            }
        };
        let (told, ()) = tokio::join!(waiting, revoking);
        assert_eq!(told["items"], json!([{ "concerns": "token", "token": id, "change": "revoked" }]));
    }

    // One is killed, and nobody notices: neither people, nor services that ask, nor somebody who revokes.
    let (last, secret) = fleet.token("last", &[]);
    for _ in 0..4 {
        assert_eq!(verdict(public, &verifier, &secret).await, "VALID");
    }
    let first = &mut fleet.servers[0];
    first.process.kill().unwrap();
    first.process.wait().unwrap();
    for _ in 0..20 {
        assert_eq!(page(public).await, 200);
        assert_eq!(verdict(public, &verifier, &secret).await, "VALID");
    }
    assert_eq!(api(public, &admin, "DELETE", &format!("{TOKENS}/{last}"), "").await.status, 200);
    assert_eq!(verdict(public, &verifier, &secret).await, "REVOKED");

    // It comes back, and knows what happened meanwhile.
    fleet.servers[0] = fleet.serve(both[0]);
    fleet.servers[0].listens(public);
    assert_eq!(verdict(both[0], &verifier, &secret).await, "REVOKED");
    assert_eq!(page(both[0]).await, 200);
}

/// How often a token was used, as far as that is written.
async fn uses(fleet: &Fleet, token: &str) -> i64 {
    let mut connection = PgConnection::connect(fleet.database.url()).await.unwrap();
    let sql = "SELECT COUNT(*) FROM token_usage WHERE token_id = $1";
    sqlx::query_scalar(sql).bind(token).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_told_to_end_answers_who_waits_for_revocations() {
    let mut fleet = Fleet::start().await;
    let to = fleet.servers[0].address;
    let (_, verifier) = fleet.token("gateway", &["--permission", "token:verify"]);
    let next = api(to, &verifier, "GET", "/api/v1/revocations", "").await.json()["next"].as_str().unwrap().to_owned();
    let (id, waits) = fleet.token("waits", &["--permission", "token:verify"]);
    let waiting = tokio::spawn({
        let path = format!("/api/v1/revocations?after={next}");
        async move { api(to, &waits, "GET", &path, "").await }
    });
    // That it asks is written within a second or so.
    while uses(&fleet, &id).await == 0 {
        assert!(!waiting.is_finished(), "nothing is to be told");
    }
    let begun = Instant::now();
    fleet.servers[0].end();
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status, &answer.json()["items"]), (200, &json!([])));
    assert!(begun.elapsed() < Duration::from_secs(9), "neither was it cut off after its grace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_are_replaced_one_after_the_other_and_no_question_fails() {
    let mut fleet = Fleet::start().await;
    let public = fleet.public;
    let (_, verifier) = fleet.token("gateway", &["--permission", "token:verify"]);
    let (_, secret) = fleet.token("ci", &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for _ in 0..4 {
        let (stop, verifier, secret) = (stop.clone(), verifier.clone(), secret.clone());
        asking.spawn(async move {
            let mut answers = 0;
            while !stop.load(Ordering::SeqCst) {
                assert_eq!(verdict(public, &verifier, &secret).await, "VALID", "after {answers} answers");
                answers += 1;
            }
            answers
        });
    }
    for one in 0..2 {
        let address = fleet.servers[one].address;
        fleet.servers[one].end();
        fleet.servers[one] = fleet.serve(address);
        fleet.servers[one].listens(public);
        // For so long nginx believes that it is gone.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    stop.store(true, Ordering::SeqCst);
    let answers: u64 = asking.join_all().await.into_iter().sum();
    assert!(answers > 100, "{answers} questions were asked");
}
