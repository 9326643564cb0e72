//! A real nginx in front, set up as docs/operating.md says: who gets through to what is behind it, and what it is told of them.
//!
//! nginx is not optional: without it these tests fail. `cargo xtask test` brings one and names it in `NGINX`.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use domain::{Lifetime, Limits, Networks, RateLimit, Role};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    harness::{TERM, TestConsole, on_both},
    introspect,
};

on_both![
    lets_the_right_ones_through,
    what_a_client_says_of_itself_is_not_believed,
    requirements_hold_whoever_asks,
    a_gateway_that_is_set_up_wrong_lets_nobody_through,
    limits_hold_where_the_client_is_and_not_where_it_says,
    without_jeton_nobody_gets_through,
];

/// The part of the documentation that operators copy: the first one is of a gateway, the second makes 429 of a request too many, the
/// third is of several servers. `here` is what is other
/// in a test than in the documentation.
pub(crate) fn documented(which: usize, here: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md")).unwrap();
    let mut snippet =
        text.split("```nginx\n").nth(which).and_then(|rest| rest.split("```").next()).expect("a snippet for nginx").to_owned();
    for (from, to) in here {
        assert!(snippet.contains(from), "the documentation has no {from:?} any more");
        snippet = snippet.replace(from, &to);
    }
    snippet
}

/// nginx with a configuration of its own.
pub(crate) struct Nginx {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Nginx {
    /// Runs nginx with these servers, in a folder that may hold more of its files, until it answers at the address.
    pub(crate) async fn start(folder: tempfile::TempDir, servers: &str, address: SocketAddr) -> Self {
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {};\n", folder.path().join(what).display()))
            .concat();
        let configuration = format!(
            "daemon off;\nmaster_process off;\npid {};\nerror_log stderr crit;\nevents {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{temporary}{servers}}}\n",
            folder.path().join("pid").display()
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration).unwrap();
        let nginx = std::env::var("NGINX").unwrap_or_else(|_| "/usr/sbin/nginx".to_owned());
        let process = Command::new(&nginx)
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{nginx}: {error}. These tests need nginx; run cargo xtask test, or name it in NGINX."));
        let mut it = Self { process, _folder: folder };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return it;
            }
            assert!(it.process.try_wait().unwrap().is_none(), "nginx did not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nginx does not answer");
    }
}

/// A server behind nginx, and what reached it.
#[derive(Clone, Default)]
struct Behind(Arc<Mutex<Vec<(Method, HeaderMap)>>>);

impl Behind {
    /// What reached it since it was asked last.
    fn seen(&self) -> Vec<(Method, HeaderMap)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = self.0.clone();
        // It takes bodies whole, so that nginx can hand them over.
        let answer = move |method: Method, headers: HeaderMap, _: Bytes| async move {
            seen.lock().unwrap().push((method, headers));
            "behind"
        };
        let router = Router::new().fallback(answer);
        tokio::spawn(server::serve::serve(listener, move |_| router.clone(), axum_server::Handle::new()));
        address
    }
}

/// nginx, Jeton and what is behind, each on a port of its own.
struct Gateway {
    address: SocketAddr,
    behind: Behind,
    jeton: axum_server::Handle<SocketAddr>,
    jeton_address: SocketAddr,
    verifier: String,
    _nginx: Nginx,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Gateway {
    async fn start(it: &TestConsole) -> Self {
        Self::start_with(it, &[]).await
    }

    /// The same, with the documented configuration changed here and there.
    async fn start_with(it: &TestConsole, changes: &[(&'static str, &str)]) -> Self {
        let behind = Behind::default();
        let behind_address = behind.serve();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let jeton_address = listener.local_addr().unwrap();
        let jeton = axum_server::Handle::new();
        let front = it.front.clone();
        tokio::spawn(server::serve::serve(listener, move |peer| front.connected(peer), jeton.clone()));

        let folder = tempfile::tempdir().unwrap();
        let (_, verifier) = it.issue("acme", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await;
        let include = folder.path().join("jeton-verifier.conf");
        std::fs::write(&include, format!("proxy_set_header X-Jeton-Verifier \"{verifier}\";\n")).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let here = [
            ("127.0.0.1:3000", jeton_address.to_string()),
            ("127.0.0.1:8080", behind_address.to_string()),
            ("listen 80;", format!("listen {address};")),
            ("/etc/nginx/jeton-verifier.conf", include.display().to_string()),
        ];
        let changes = changes.iter().map(|(from, to)| (*from, (*to).to_owned()));
        let servers = documented(1, here.into_iter().chain(changes));
        let nginx = Nginx::start(folder, &servers, address).await;
        Self { address, behind, jeton, jeton_address, verifier, _nginx: nginx }
    }

    /// Sends a request through nginx; answers the status and how many requests got through.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, usize) {
        let answer = exchange(self.address, &written(method, path, headers, body)).await;
        (status(&answer), self.behind.seen().len())
    }

    async fn get(&self, headers: &[(&str, &str)]) -> (u16, usize) {
        self.send("GET", "/", headers, "").await
    }
}

pub(crate) fn written(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let headers: String = headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    format!("{method} {path} HTTP/1.1\r\nHost: api.acme.test\r\nConnection: close\r\n{headers}{length}\r\n{body}")
}

/// Sends bytes and reads until the connection is closed.
pub(crate) async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut ends the answer as well.
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// What it is, the headers, and the status with how many requests got through.
type Case<'a> = (&'a str, Vec<(&'a str, String)>, (u16, usize));

async fn lets_the_right_ones_through(it: TestConsole) {
    let gateway = Gateway::start(&it).await;
    let issue = async |permissions: &[&str], role| it.issue("acme", "ci", role, permissions, Lifetime::Never).await.1;
    let good = issue(&[], Role::Viewer).await;
    let weak = issue(&["billing:read"], Role::Viewer).await;
    it.execute("UPDATE tokens SET role = NULL WHERE permissions = 'billing:read'").await;
    let of_person = introspect::generated_by(&it, "viewer", "user").await;
    let bearer = format!("Bearer {good}");
    let through = (200, 1);
    let cases: Vec<Case> = vec![
        ("Bearer", vec![("Authorization", bearer.clone())], through),
        ("bearer", vec![("authorization", format!("bearer {good}"))], through),
        ("Token", vec![("Authorization", format!("Token {good}"))], through),
        ("Api-Key", vec![("Authorization", format!("Api-Key {good}"))], through),
        ("X-API-Key", vec![("X-API-Key", good.clone())], through),
        ("x-api-key", vec![("x-api-key", good.clone())], through),
        ("secret-token:", vec![("Authorization", format!("Bearer secret-token:{good}"))], through),
        ("with a cookie", vec![("Authorization", bearer.clone()), ("Cookie", "__Host-sid=x".into())], through),
        ("of a person", vec![("Authorization", format!("Bearer {of_person}"))], through),
        ("nothing", vec![], (401, 0)),
        ("a cookie", vec![("Cookie", format!("token={good}"))], (401, 0)),
        ("Basic", vec![("Authorization", format!("Basic {good}"))], (401, 0)),
        ("Digest", vec![("Authorization", format!("Digest {good}"))], (401, 0)),
        ("no scheme", vec![("Authorization", good.clone())], (401, 0)),
        ("two spaces", vec![("Authorization", format!("Bearer  {good}"))], (401, 0)),
        ("no token", vec![("Authorization", "Bearer".into())], (401, 0)),
        ("a scheme in the wrong header", vec![("X-API-Key", bearer.clone())], (401, 0)),
        ("two headers", vec![("Authorization", bearer.clone()), ("X-API-Key", good.clone())], (401, 0)),
        ("cut short", vec![("Authorization", bearer[..bearer.len() - 1].into())], (401, 0)),
        ("too long", vec![("Authorization", format!("{bearer}0"))], (401, 0)),
        ("small letters", vec![("Authorization", bearer.to_lowercase())], (401, 0)),
        ("very long", vec![("Authorization", format!("Bearer {}", "x".repeat(7_000)))], (401, 0)),
        ("without the permission", vec![("Authorization", format!("Bearer {weak}"))], (403, 0)),
        ("the gateway's own", vec![("X-Jeton-Verifier", gateway.verifier.clone())], (401, 0)),
    ];
    for (what, headers, expected) in cases {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(gateway.get(&headers).await, expected, "{what}");
    }
    // nginx takes one such header, and one only.
    assert_eq!(gateway.get(&[("Authorization", &bearer), ("Authorization", &bearer)]).await, (400, 0));
    // In the address it is no credential.
    assert_eq!(gateway.send("GET", &format!("/?token={good}&permission=x"), &[], "").await, (401, 0));
    for (method, body) in [("POST", "x".repeat(300_000)), ("PUT", "{}".into()), ("DELETE", String::new()), ("OPTIONS", String::new())] {
        assert_eq!(gateway.send(method, "/clusters/1?x=%ff", &[("Authorization", &bearer)], &body).await, through, "{method}");
        assert_eq!(gateway.send(method, "/clusters/1", &[], &body).await, (401, 0), "{method}");
    }
    for path in ["/_jeton", "/_jeton?permission=x"] {
        assert_eq!(gateway.send("GET", path, &[("Authorization", &bearer)], "").await, (404, 0), "{path}");
    }
    for (cause, secret) in introspect::dead(&it).await {
        assert_eq!(gateway.get(&[("Authorization", &format!("Bearer {secret}"))]).await, (401, 0), "{cause}");
    }
    let refused = exchange(gateway.address, &written("GET", "/", &[], "")).await;
    assert!(refused.to_ascii_lowercase().contains("\r\nwww-authenticate: bearer realm=\"jeton\"\r\n"), "{refused}");
}

async fn what_a_client_says_of_itself_is_not_believed(it: TestConsole) {
    let gateway = Gateway::start(&it).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let lies = [
        "X-Jeton-Token",
        "X-Jeton-Organization",
        "X-Jeton-Kind",
        "X-Jeton-Subject",
        "X-Jeton-Permissions",
        "X-Jeton-Verifier",
        "X-Jeton-Require",
        "x-jeton-token",
        "X-JETON-PERMISSIONS",
        "X_Jeton_Permissions",
    ]
    .map(|name| (name, "lie"));
    let bearer = format!("Bearer {secret}");
    for headers in [&lies[..], &[&lies[..], &lies[..]].concat()] {
        let headers = [headers, &[("Authorization", bearer.as_str())]].concat();
        assert_eq!(status(&exchange(gateway.address, &written("GET", "/", &headers, "")).await), 200);
        let seen = gateway.behind.seen();
        let (_, headers) = &seen[0];
        assert!(headers.values().all(|value| value != "lie" && !value.to_str().unwrap().contains(&secret)), "{headers:?}");
        let told = |name: &str| headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(",");
        assert_eq!((told("x-jeton-token"), told("x-jeton-kind")), (token.id.to_string(), "organization".to_owned()));
        assert!(told("x-jeton-permissions").contains("cluster:read") && told("x-jeton-subject") == told("x-jeton-organization"));
    }
    assert_eq!(gateway.get(&lies).await, (401, 0));
}

async fn requirements_hold_whoever_asks(it: TestConsole) {
    let (_, of_organization) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let of_person = introspect::generated_by(&it, "viewer", "user").await;
    for (requirement, organization, person) in [
        ("?kind=organization", 200, 403),
        ("?kind=user", 403, 200),
        ("?kind=user+organization", 200, 200),
        ("?permission=cluster:read&kind=organization", 200, 403),
        ("?permission=cluster:read+cluster:delete", 403, 403),
        ("", 200, 200),
        ("?permission=", 403, 403),
        ("?permission=cluster:fly", 403, 403),
        ("?scope=cluster:read", 403, 403),
    ] {
        let gateway = Gateway::start_with(&it, &[("?permission=cluster:read", requirement)]).await;
        for (secret, status) in [(&of_organization, organization), (&of_person, person)] {
            let expected = (status, usize::from(status == 200));
            // More cannot be taken away by the client.
            let headers = [("X-API-Key", secret.as_str()), ("X-Jeton-Require", "permission=cluster:read")];
            assert_eq!(gateway.send("GET", "/?permission=cluster:read&kind=user", &headers, "").await, expected, "{requirement}");
        }
    }
}

async fn a_gateway_that_is_set_up_wrong_lets_nobody_through(it: TestConsole) {
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    let client = [("X-API-Key", secret.as_str()), ("X-Jeton-Verifier", &secret)];
    let gateway = Gateway::start(&it).await;
    assert_eq!(gateway.get(&client).await, (200, 1));
    it.disable("gateway").await;
    assert_eq!(gateway.get(&client).await, (403, 0));
    for (from, to) in [
        ("        include /", "        # /"),
        ("        include /", "        proxy_set_header X-Jeton-Verifier \"\"; # /"),
        ("        include /", "        proxy_set_header X-Jeton-Verifier nonsense; # /"),
        ("/auth/verify?", "/auth/verifi?"),
        ("/auth/verify?", "/?"),
        ("/auth/verify?", "/sign-out?"),
    ] {
        let gateway = Gateway::start_with(&it, &[(from, to)]).await;
        let (status, through) = gateway.get(&client).await;
        assert!(through == 0 && [401, 403, 500].contains(&status), "{to}: {status}");
    }
}

async fn limits_hold_where_the_client_is_and_not_where_it_says(it: TestConsole) {
    let it = it.behind_a_proxy();
    let too_many = documented(2, []);
    let (inside, beside) = too_many.split_once("    location @refused").unwrap();
    let asked = "        auth_request /_jeton;\n";
    let own = "    location = /_jeton {";
    let changes = [(asked, format!("{asked}{inside}")), (own, format!("    location @refused{beside}{own}"))];
    let gateway = Gateway::start_with(&it, &changes.each_ref().map(|(from, to)| (*from, to.as_str()))).await;
    let limited = async |networks: &str, rate: &str| {
        let limits = Limits { networks: Networks::parse(networks).unwrap(), rate: RateLimit::parse(rate).unwrap() };
        it.issue_limited("acme", "ci", Role::Viewer, &[], Lifetime::Never, limits).await.1
    };
    let (here, elsewhere, slow) = (limited("127.0.0.0/8", "").await, limited("10.0.0.0/8", "").await, limited("", "1/hour").await);
    let lie = [("X-Forwarded-For", "10.1.2.3"), ("X-Real-IP", "10.1.2.3"), ("Forwarded", "for=10.1.2.3")];
    for (secret, expected) in [(&here, (200, 1)), (&elsewhere, (403, 0))] {
        assert_eq!(gateway.get(&[("X-API-Key", secret)]).await, expected);
        let headers = [&lie[..], &[("X-API-Key", secret)]].concat();
        assert_eq!(gateway.get(&headers).await, expected, "whatever the client says of itself");
    }
    assert_eq!(gateway.get(&[("X-API-Key", &slow)]).await, (200, 1));
    let over = exchange(gateway.address, &written("GET", "/", &[("X-API-Key", &slow)], "")).await;
    assert_eq!((status(&over), gateway.behind.seen().len()), (429, 0));
    assert!(over.to_ascii_lowercase().contains("\r\nretry-after: 3600\r\n"), "{over}");
}

async fn without_jeton_nobody_gets_through(mut it: TestConsole) {
    let cut = it.wire().await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let (_, unknown) = it.issue("acme", "cd", Role::Viewer, &[], Lifetime::Never).await;
    let bearer = format!("Bearer {secret}");
    let client = [("Authorization", bearer.as_str())];
    let gateway = Gateway::start(&it).await;
    assert_eq!(gateway.get(&client).await, (200, 1));
    // A body that never comes is not waited for.
    let half =
        format!("POST /auth/verify HTTP/1.1\r\nHost: x\r\nX-Jeton-Verifier: {}\r\n{}", gateway.verifier, "Content-Length: 9\r\n\r\n");
    let mut direct = TcpStream::connect(gateway.jeton_address).await.unwrap();
    direct.write_all(half.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    direct.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 401");

    // The database stops.
    match cut {
        Some(cut) => cut.send(()).unwrap(),
        None => it.stop().await,
    }
    // On PostgreSQL others may change what is remembered, so a lease later nobody passes with it. On SQLite nobody can: there it is the one who
    // was not asked about yet that nothing is known of.
    tokio::time::sleep(TERM * 2).await;
    let bearer = if it.is_sqlite() { format!("Bearer {unknown}") } else { bearer };
    let client = [("Authorization", bearer.as_str())];
    for _ in 0..3 {
        assert_eq!(gateway.get(&client).await, (500, 0), "nginx makes 500 of 503");
    }
    let direct = written("GET", "/auth/verify", &[("X-Jeton-Verifier", &gateway.verifier), ("Authorization", &bearer)], "");
    let answer = exchange(gateway.jeton_address, &direct).await;
    assert!(status(&answer) == StatusCode::SERVICE_UNAVAILABLE.as_u16() && answer.contains("retry-after: 1\r\n"), "{answer}");
    // Jeton stops.
    gateway.jeton.shutdown();
    while TcpStream::connect(gateway.jeton_address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(gateway.get(&client).await, (500, 0));
}
