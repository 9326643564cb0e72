//! What `cargo xtask bench` measures: an instance with tokens, and beside it, in the same process and behind the same listener code, a bare
//! axum route that answers a constant of the same size. Prints where they are as one line of JSON and runs until standard input closes. An
//! instance that was set up before is only served.
//!
//! Nothing here is in the `jeton` binary.

use std::{
    error::Error,
    io::Read as _,
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
    routing::{get, post},
};
use axum_client_ip::ClientIpSource;
use axum_server::Handle;
use domain::{Description, Kind, Label, Lifetime, Permission, PermissionSet, Prefix, Role, Secret, Verdict};
use http_body_util::BodyExt as _;
use serde_json::json;
use server::{config::PublicUrl, demo, front::Front, router::Site, serve::serve, telemetry};
use services::{
    Caller, Console, Database, Entropy as _, KeySource, Parameters, Settings, SystemClock, SystemEntropy, TERM, access,
    organizations::{self, Password, SetupForm},
    sessions,
    tokens::{self, NewToken},
    verify,
};
use tower::ServiceExt as _;
use tracing_subscriber::{Layer, filter::filter_fn, layer::Context, prelude::*};

/// Tokens that services present again and again, unless told otherwise.
const HOT: usize = 100;

/// How often each of them is decided about in process.
const DECISIONS: usize = 1_000;

/// Statements that the databases were sent, while they are counted.
static STATEMENTS: AtomicU64 = AtomicU64::new(0);

struct Counting;

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(folder), Some(database), Some(log)) = (words.next(), words.next(), words.next()) else {
        return Err("usage: bench FOLDER sqlite|postgres://… LOG|statements [TOKENS HOT]".into());
    };
    if log == "statements" {
        let count = Counting.with_filter(filter_fn(|metadata| metadata.target() == "sqlx::query"));
        tracing_subscriber::registry().with(count).init();
    } else {
        // With "info", as in earnest, every request writes its line, to wherever standard error leads.
        telemetry::start(&log).map_err(|exit| exit.to_string())?;
    }
    let stored = match (words.next(), words.next()) {
        (Some(tokens), Some(hot)) => Some((tokens.parse()?, hot.parse()?)),
        _ => None,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(Path::new(&folder), &database, stored))
}

async fn run(folder: &Path, database: &str, stored: Option<(u32, usize)>) -> Result<(), Box<dyn Error>> {
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
    let set_up = if organizations::is_set_up(&console).await? { None } else { Some(set_up(&console, stored).await?) };
    let site = Site {
        console: console.clone(),
        assets: Arc::new(app::ssr::Assets {
            script: "/assets/a.js".into(),
            module: "/assets/a.wasm".into(),
            style: "/assets/a.css".into(),
            sheet: String::new(),
        }),
        public_url,
        client_ip: ClientIpSource::ConnectInfo,
        mails_become_files: true,
        entropy: Arc::new(SystemEntropy),
    };
    let routes = Front::new(site);
    let answer = match &set_up {
        Some(made) => answer(routes.clone(), &made.verifier, &made.hot[0]).await?,
        None => Bytes::new(),
    };
    let constant = move || std::future::ready(([(header::CONTENT_TYPE, "application/json")], answer.clone()));
    let (jeton, at) = listen()?;
    let (bare, bare_at) = listen()?;
    let (one, other) = (Handle::new(), Handle::new());
    let whole = tokio::spawn(serve(jeton, move |peer| routes.connected(peer), one.clone()));
    let statements = get(|| std::future::ready(STATEMENTS.load(Ordering::Relaxed).to_string()));
    let beside = Router::new().route("/api/v1/verify", post(constant)).route("/statements", statements);
    let bare = tokio::spawn(serve(bare, move |_| beside.clone(), other.clone()));
    let mut told = json!({ "jeton": at, "bare": bare_at, "process": std::process::id() });
    if let Some(made) = set_up {
        if stored.is_none() {
            told["decision_nanos"] = decision(&console, &made).await?.into();
        }
        told["verifier"] = made.verifier.into();
        told["tokens"] = made.hot.into();
        told["unknown"] = unknown()?.into();
        told["session"] = made.session.into();
        told["seeded_seconds"] = made.seconds.into();
    }
    println!("{told}");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    one.shutdown();
    other.shutdown();
    whole.await??;
    bare.await??;
    background.stop().await;
    Ok(())
}

/// What an instance was made with.
struct Made {
    /// A token that may ask about others.
    verifier: String,
    /// Those that it asks about.
    hot: Vec<String>,
    /// The cookie of its owner.
    session: String,
    /// How long it took to add many tokens.
    seconds: f64,
}

/// Sets an instance up, with a few tokens that are generated or with many that are made up, the first of which are hot.
async fn set_up(console: &Console, stored: Option<(u32, usize)>) -> Result<Made, Box<dyn Error>> {
    let caller = Caller::command_line("req_bench");
    let mut random = [0; 16];
    SystemEntropy.fill(&mut random);
    let password = || Password::new(data_encoding::HEXLOWER.encode(&random));
    let email = "ada@acme.test";
    let form =
        SetupForm { organization: "Acme".to_owned(), name: "Ada Lovelace".to_owned(), email: email.to_owned(), password: password() };
    organizations::set_up(console, &caller, &form).await?;
    let operator = access::by_operator(console, "acme", &caller).await?;
    let mut secrets = Vec::new();
    for number in 0..=if stored.is_some() { 0 } else { HOT } {
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
        secrets.push(tokens::create(console, &operator, new).await?.secret.expose().to_owned());
    }
    let began = Instant::now();
    if let Some((tokens, hot)) = stored {
        let issued = demo::seed(console, &caller, "acme", tokens, hot).await?;
        secrets.extend(issued.iter().map(|issued| issued.secret.expose().to_owned()));
    }
    let seconds = began.elapsed().as_secs_f64();
    let session = sessions::sign_in(console, &caller, email, &password(), None).await?.session.as_str().to_owned();
    let hot = secrets.split_off(1);
    Ok(Made { verifier: secrets.remove(0), hot, session, seconds })
}

/// How many nanoseconds a decision takes, half the time and 99 times of 100 at most: reading what is presented, its digest, finding it, the verdict and
/// noting the use. Nothing of HTTP is in it; to read the clock that times it is.
async fn decision(console: &Console, made: &Made) -> Result<[u64; 2], Box<dyn Error>> {
    let caller = Caller::new("req_bench", Some([127, 0, 0, 1].into()), "bench");
    let verifier = access::to_verify(console, &made.verifier, &caller).await?;
    let mut nanos = Vec::with_capacity(DECISIONS * made.hot.len());
    // The first time each is read from the database.
    for round in 0..=DECISIONS {
        for secret in &made.hot {
            let began = Instant::now();
            let found = verify::verify(console, verifier, &caller, secret, None).await?;
            let took = began.elapsed();
            if found.verdict != Verdict::Valid {
                return Err("a good token is refused".into());
            }
            if round > 0 {
                nanos.push(u64::try_from(took.as_nanos())?);
            }
        }
    }
    nanos.sort_unstable();
    Ok([nanos[nanos.len() / 2], nanos[nanos.len() * 99 / 100]])
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
async fn answer(routes: Front, verifier: &str, token: &str) -> Result<Bytes, Box<dyn Error>> {
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
