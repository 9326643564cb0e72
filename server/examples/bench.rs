//! What `cargo xtask bench` measures: an instance with tokens, and beside it, in the same process and behind the same listener code, a bare
//! axum route that answers a constant of the same size. Prints where they are as one line of JSON and runs until standard input closes.
//!
//! Nothing here is in the `jeton` binary.

use std::{error::Error, io::Read as _, net::TcpListener, path::Path, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
    routing::post,
};
use axum_client_ip::ClientIpSource;
use axum_server::Handle;
use domain::{Description, Kind, Label, Lifetime, Permission, PermissionSet, Prefix, Role, Secret};
use http_body_util::BodyExt as _;
use serde_json::json;
use server::{
    config::PublicUrl,
    router::{Site, router},
    serve::serve,
    telemetry,
};
use services::{
    Caller, Console, Database, Entropy as _, KeySource, Parameters, Settings, SystemClock, SystemEntropy, TERM, access,
    organizations::{self, Password, SetupForm},
    tokens::{self, NewToken},
};
use tower::ServiceExt as _;

/// Tokens that services present again and again.
const HOT: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(folder), Some(database), Some(log)) = (words.next(), words.next(), words.next()) else {
        return Err("usage: bench FOLDER sqlite|postgres://… LOG".into());
    };
    // With "info", as in earnest, every request writes its line, to wherever standard error leads.
    telemetry::start(&log).map_err(|exit| exit.to_string())?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(Path::new(&folder), &database))
}

async fn run(folder: &Path, database: &str) -> Result<(), Box<dyn Error>> {
    let database = match database {
        "sqlite" => Database::Sqlite(folder.join("jeton.sqlite")),
        address => Database::Postgres(address.to_owned()),
    };
    let public_url = PublicUrl::parse("http://127.0.0.1:3000").map_err(|exit| exit.to_string())?;
    let (console, background) = Console::open(Settings {
        database,
        key: KeySource::File(folder.join("jeton.key")),
        prefix: Prefix::default(),
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy),
        passwords: Parameters::default(),
        origin: public_url.origin().to_owned(),
        remembered: 64 << 20,
        term: TERM,
        mailer: None,
    })
    .await?;
    let caller = Caller::command_line("req_bench".to_owned());
    let mut password = [0; 16];
    SystemEntropy.fill(&mut password);
    let set_up = SetupForm {
        organization: "Acme".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: "ada@acme.test".to_owned(),
        password: Password::new(data_encoding::HEXLOWER.encode(&password)),
    };
    organizations::set_up(&console, &caller, &set_up).await?;
    let operator = access::by_operator(&console, "acme", &caller).await?;
    let mut secrets = Vec::new();
    for number in 0..=HOT {
        let permissions = if number == 0 { [Permission::TOKEN_VERIFY].into_iter().collect() } else { PermissionSet::NONE };
        let new = NewToken {
            owner: None,
            label: Label::parse(&format!("service {number}"))?,
            description: Description::parse("")?,
            role: (number > 0).then(|| Role::Viewer.into()),
            permissions,
            lifetime: Lifetime::Never,
            limits: domain::Limits::default(),
        };
        secrets.push(tokens::create(&console, &operator, new).await?.secret.expose().to_owned());
    }
    let site = Site {
        console: console.clone(),
        assets: Arc::new(app::ssr::Assets {
            script: "/assets/a.js".into(),
            module: "/assets/a.wasm".into(),
            style: "/assets/a.css".into(),
        }),
        public_url,
        client_ip: ClientIpSource::ConnectInfo,
        mails_become_files: true,
        entropy: Arc::new(SystemEntropy),
    };
    let routes = router(site);
    let answer = answer(routes.clone(), &secrets[0], &secrets[1]).await?;
    let constant = move || std::future::ready(([(header::CONTENT_TYPE, "application/json")], answer.clone()));
    let (jeton, at) = listen()?;
    let (bare, bare_at) = listen()?;
    let (one, other) = (Handle::new(), Handle::new());
    let whole = tokio::spawn(serve(jeton, routes, one.clone()));
    let bare = tokio::spawn(serve(bare, Router::new().route("/api/v1/verify", post(constant)), other.clone()));
    println!(
        "{}",
        json!({
            "jeton": at, "bare": bare_at, "process": std::process::id(),
            "verifier": secrets[0], "tokens": secrets[1..], "unknown": unknown()?,
        })
    );
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    one.shutdown();
    other.shutdown();
    whole.await??;
    bare.await??;
    background.stop().await;
    Ok(())
}

/// Well-formed secrets that nobody has.
fn unknown() -> Result<Vec<String>, Box<dyn Error>> {
    (0..1_000)
        .map(|number| Ok(Secret::mint(&Prefix::default(), Kind::Organization, &format!("{number:032}"))?.expose().to_owned()))
        .collect()
}

fn listen() -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    Ok((listener, address))
}

/// What the real route answers about a good token: the bare one answers as many bytes.
async fn answer(routes: Router, verifier: &str, token: &str) -> Result<Bytes, Box<dyn Error>> {
    let question = Request::post("/api/v1/verify")
        .header(header::AUTHORIZATION, format!("Bearer {verifier}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!({ "token": token }).to_string()))?;
    let answer = routes.oneshot(question).await?;
    if answer.status() != StatusCode::OK {
        return Err(format!("verification answers {}", answer.status()).into());
    }
    Ok(answer.into_body().collect().await?.to_bytes())
}
