//! The headers of each class of answer, to the byte.

use std::{convert::Infallible, net::SocketAddr, task::Poll};

use axum::{
    body::{Body, Bytes},
    http::Method,
};
use domain::{Limits, Networks};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![
    are_what_was_decided,
    a_panic_is_a_500_with_an_id_and_nothing_else,
    a_panic_in_front_of_the_router_is_the_same,
    an_answer_to_a_service_is_framed_on_the_wire,
    who_asks_is_held_to_the_networks_of_their_token,
];

async fn are_what_was_decided(it: TestConsole) {
    let page = it.get(&Caller::Anonymous, "/sign-in").await;
    let nonce = page.header("content-security-policy").split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(
        page.header("content-security-policy"),
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; \
             font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
             object-src 'none'; require-trusted-types-for 'script'; trusted-types default; report-to csp; report-uri /csp-report"
        )
    );
    for (name, value) in [
        ("reporting-endpoints", "csp=\"/csp-report\""),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
        ("origin-agent-cluster", "?1"),
        ("cache-control", "no-store"),
        ("vary", "Accept-Encoding, Sec-Fetch-Site, Origin, Cookie"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(
        page.header("permissions-policy")
            .ends_with("clipboard-write=(self), publickey-credentials-get=(self), publickey-credentials-create=(self)")
    );
    let again = it.get(&Caller::Anonymous, "/sign-in").await;
    assert!(!again.header("content-security-policy").contains(nonce), "a nonce is used once");
    assert_ne!(again.header("x-request-id"), page.header("x-request-id"));

    for path in ["/organization", "/nowhere", "/healthz", "/api/v1/organizations/acme/tokens"] {
        let answer = it.get(&Caller::Anonymous, path).await;
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'; sandbox", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        for absent in ["server", "access-control-allow-origin", "x-powered-by"] {
            assert_eq!(answer.header(absent), "", "{path} {absent}");
        }
    }
}

async fn a_panic_is_a_500_with_an_id_and_nothing_else(mut it: TestConsole) {
    async fn broken() -> &'static str {
        panic!("the secret recipe")
    }
    let routes = axum::Router::new().route("/broken", axum::routing::get(broken));
    let routes = server::router::layered(routes.merge(server::rest::router().0), it.site.clone());
    it.front = server::front::Front::before(routes, it.site.clone());
    says_nothing_of_a_panic(&it.get(&Caller::Anonymous, "/broken").await);
    let token = it.token("acme", domain::Role::Viewer, &[]).await;
    assert_eq!(it.get(&token, "/organization").await.status, 200, "and life goes on");
}

fn says_nothing_of_a_panic(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (500, Some("internal")));
    assert_eq!(answer.json()["instance"], answer.header("x-request-id"));
    assert!(!answer.body.contains("recipe") && !answer.body.contains("panic"));
}

/// What services ask has a guard of its own: no layer of the router is around it.
async fn a_panic_in_front_of_the_router_is_the_same(it: TestConsole) {
    let asks = it.token("acme", domain::Role::Viewer, &["token:verify"]).await;
    for (path, kind) in [
        ("/api/v1/verify", "application/json"),
        ("/api/v1/verify/batch", "application/json"),
        ("/oauth2/introspect", "application/x-www-form-urlencoded"),
    ] {
        let broken = futures_util::stream::poll_fn(|_| -> Poll<Option<Result<Bytes, Infallible>>> { panic!("the secret recipe") });
        let mut question = with(request(Method::POST, path, ""), &[("content-type", kind)]);
        *question.body_mut() = Body::from_stream(broken);
        says_nothing_of_a_panic(&it.send(&asks, question).await);
        let question = with(request(Method::POST, path, ""), &[("content-type", kind)]);
        assert!(it.send(&asks, question).await.status.is_client_error(), "{path}: and life goes on");
    }
}

const OF_EVERY_ANSWER: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

/// What the connection adds, which the other tests do not see: they ask without one.
async fn an_answer_to_a_service_is_framed_on_the_wire(it: TestConsole) {
    let (_, secret) = it.issue("acme", "asks", domain::Role::Viewer, &["token:verify"], domain::Lifetime::Never).await;
    let server = Listening::start(&it);
    let question = format!("{{\"token\":\"{secret}\"}}");
    for (method, body, status) in [("POST", question.as_str(), 200), ("GET", "", 405), ("HEAD", "", 405), ("OPTIONS", "", 405)] {
        let answer = server.ask(method, "/api/v1/verify", &secret, body).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{method}: {head}");
        assert_eq!(header("allow"), (status == 405).then_some("POST"), "{method}");
        assert_eq!(header("transfer-encoding"), None, "{method}");
        // What is answered at once has the headers of every other answer.
        for (name, value) in OF_EVERY_ANSWER {
            assert_eq!(header(name), Some(value), "{method}: {head}");
        }
        let names: Vec<&str> = head.lines().filter_map(|line| line.strip_prefix("x-request-id: ")).collect();
        assert!(matches!(names[..], [name] if name.starts_with("req_") && name.len() == 36), "{method}: {head}");
        let length: usize = header("content-length").expect("a length").parse().unwrap();
        assert!(length > 0 && body.len() == if method == "HEAD" { 0 } else { length }, "{method}: {answer}");
    }
    server.end().await;
}

/// From where somebody asks is known of their connection, also where nothing is around the route.
async fn who_asks_is_held_to_the_networks_of_their_token(it: TestConsole) {
    let server = Listening::start(&it);
    for (label, networks, status) in [("near", "127.0.0.0/8", 200), ("far", "192.0.2.0/24", 403)] {
        let limits = Limits { networks: Networks::parse(networks).unwrap(), ..Limits::default() };
        let (_, secret) = it.issue_limited("acme", label, domain::Role::Viewer, &["token:verify"], domain::Lifetime::Never, limits).await;
        let question = format!("{{\"token\":\"{secret}\",\"remote_addr\":\"127.0.0.1\"}}");
        for (path, body) in [("/api/v1/verify", question.clone()), ("/api/v1/verify/batch", format!("{{\"questions\":[{question}]}}"))] {
            let answer = server.ask("POST", path, &secret, &body).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{label}, {path}: {answer}");
        }
        // The router knows the connection as well.
        let answer = server.ask("GET", "/api/v1/token", &secret, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{label}: {answer}");
    }
    server.end().await;
}

/// The front behind a socket.
struct Listening {
    address: SocketAddr,
    handle: axum_server::Handle<SocketAddr>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    fn start(it: &TestConsole) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handle = axum_server::Handle::new();
        let front = it.front.clone();
        let served = tokio::spawn(server::serve::serve(listener, move |peer| front.connected(peer), handle.clone()));
        Self { address, handle, served }
    }

    /// Asks on a connection of its own, and reads all that comes.
    async fn ask(&self, method: &str, path: &str, secret: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        let asked = format!(
            "{method} {path} HTTP/1.1\r\nhost: jeton\r\nauthorization: Bearer {secret}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(asked.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn end(self) {
        self.handle.shutdown();
        self.served.await.unwrap().unwrap();
    }
}
