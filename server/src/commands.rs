//! The commands of `jeton`.

use std::{
    fs::File,
    io::{IsTerminal as _, Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
    sync::Arc,
};

use axum_client_ip::ClientIpSource;
use axum_server::Handle;
use clap::{Args, Parser, Subcommand};
use data_encoding::HEXLOWER;
use domain::{Description, Label, Lifetime, Limits, Networks, Permission, PermissionSet, RateLimit, Role};
use serde_json::json;
use services::{
    Background, Caller, Console, Database, Entropy as _, KeySource, Mailer, Parameters, Settings, SystemClock, SystemEntropy, TERM, access,
    organizations::{self, Password, SetUp, SetupForm},
    tokens::{self, NewToken},
};

use crate::{
    Exit, assets,
    config::{self, Instance, Options, PublicUrl, ServeOptions},
    demo::{self, Demo},
    front::Front,
    mail::Post,
    router::Site,
    serve, telemetry,
};

/// A self-hosted console for your organization's API tokens.
///
/// Every setting can be a flag, a JETON_… environment variable, or a line in a TOML file; the first that says something wins. The instance
/// key is in the data folder, or in `JETON_KEY` (64 hexadecimal digits) when several servers share a database.
#[derive(Debug, Parser)]
#[command(name = "jeton", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the console and the API
    Serve(ServeOptions),
    /// Look at Jeton with a month of made-up data, in a folder of its own
    Demo(Demo),
    /// Set an instance up without a browser: an organization and its owner
    Init(Init),
    /// Work with organizations as the operator
    #[command(subcommand)]
    Organization(OrganizationCommand),
    /// Work with tokens as the operator
    #[command(subcommand)]
    Token(TokenCommand),
    /// Work with the audit trail
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the version
    Version,
}

#[derive(Debug, Args)]
struct Init {
    /// The organization's name
    #[arg(long)]
    organization: String,
    /// The owner's name
    #[arg(long)]
    name: String,
    /// The owner's e-mail address
    #[arg(long)]
    email: String,
    /// Read the owner's password from standard input (a newline at the end is dropped)
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Debug, Subcommand)]
enum OrganizationCommand {
    /// Add an organization beside the first one
    Create(CreateOrganization),
}

#[derive(Debug, Args)]
struct CreateOrganization {
    /// The organization's name
    #[arg(long)]
    name: String,
    /// The e-mail address of its owner, who has an account already
    #[arg(long, value_name = "EMAIL")]
    owner: String,
}

// On SQLite a server beside the command does not learn of what it does: a command may add, and what takes something away from a token has to
// be done by the server. docs/revocation.md.
#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Generate a token; prints it with its secret, once, as JSON
    Create(CreateToken),
}

#[derive(Debug, Args)]
struct CreateToken {
    /// The organization's slug
    #[arg(long)]
    organization: String,
    /// What the token is recognised by
    #[arg(long)]
    label: String,
    /// What the token is for
    #[arg(long, default_value = "")]
    description: String,
    /// viewer, developer or admin
    #[arg(long, default_value = "viewer")]
    role: String,
    /// A permission beside the role, as in token:verify; may be given several times
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<String>,
    /// How long it lives: 90d, 12h, 30m, 1d12h or never
    #[arg(long, default_value = "90d", value_name = "LIFETIME")]
    expires: String,
    /// A network it may be used from, as in 10.0.0.0/8; may be given several times, from everywhere without
    #[arg(long, value_name = "CIDR")]
    allowed_network: Vec<String>,
    /// How often it may be used, as in 100/minute; as often as somebody likes without
    #[arg(long, value_name = "LIMIT")]
    rate_limit: Option<RateLimit>,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check every event since the first; ends with 65 when one was tampered with
    Verify {
        /// What an earlier check printed as "checkpoint", kept elsewhere: shows whether the end was cut off since
        #[arg(long, value_name = "NUMBER:CODE")]
        checkpoint: Option<String>,
    },
}

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<(), Exit> {
    if matches!(cli.command, Command::Version) {
        println!("jeton {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::internal(error.to_string()))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => {
                let (mut instance, options) = config::load(cli.options, options)?;
                install(&mut instance)?;
                run_server(instance, options).await
            }
            Command::Demo(demo) => {
                let prepared = demo.prepare().await?;
                // Whatever else is configured is of another instance.
                let own = Options { data: Some(prepared.folder.clone()), log: cli.options.log, ..Options::default() };
                let (mut instance, options) = config::load(own, ServeOptions { listen: demo.listen, ..ServeOptions::default() })?;
                instance.key = KeySource::File(prepared.folder.join("jeton.key"));
                instance.database = prepared.database.clone();
                demo::announce(&prepared)?;
                run_server(instance, options).await
            }
            command => {
                let (mut instance, serve) = config::load(cli.options, ServeOptions::default())?;
                install(&mut instance)?;
                telemetry::start("warn")?;
                check_owner(&instance.data)?;
                // What commands tell of is delivered by the server.
                let (console, background) = open(instance, SystemClock::default(), &serve.public_url, 0, None).await?;
                let done = act(&console, command).await;
                background.stop().await;
                done
            }
        }
    })
}

/// Puts the operator's permission catalogue in force, before anything reads a permission.
fn install(instance: &mut Instance) -> Result<(), Exit> {
    let Some(catalogue) = instance.catalogue.take() else { return Ok(()) };
    domain::catalogue::install(catalogue).map_err(|invalid| Exit::internal(invalid.0))
}

async fn act(console: &Console, command: Command) -> Result<(), Exit> {
    let mut id = [0; 16];
    SystemEntropy.fill(&mut id);
    let caller = Caller::command_line(format!("cmd_{}", HEXLOWER.encode(&id)));
    match command {
        Command::Serve(_) | Command::Demo(_) | Command::Version => unreachable!("done by run"),
        Command::Init(init) => initialize(console, &caller, init).await,
        Command::Organization(OrganizationCommand::Create(create)) => {
            print_json(&made(&organizations::create(console, &caller, &create.name, &create.owner).await?))
        }
        Command::Token(TokenCommand::Create(create)) => create_token(console, &caller, create).await,
        Command::Audit(AuditCommand::Verify { checkpoint }) => {
            let since = checkpoint.map(|text| text.parse()).transpose().map_err(|invalid: domain::Invalid| Exit::input(invalid.0))?;
            match console.verify_events(since.as_ref()).await? {
                Ok(now) => print_json(&json!({ "events": now.events, "intact": true, "checkpoint": now.to_string() })),
                Err(first) => Err(Exit::input(format!("The audit trail is not what was recorded, from event {first} on."))),
            }
        }
    }
}

async fn initialize(console: &Console, caller: &Caller, init: Init) -> Result<(), Exit> {
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password).map_err(|error| Exit::input(format!("The password cannot be read: {error}.")))?;
    let typed = password.strip_suffix('\n').map_or(password.as_str(), |line| line.strip_suffix('\r').unwrap_or(line)).to_owned();
    let form = SetupForm { organization: init.organization, name: init.name, email: init.email, password: Password::new(typed) };
    print_json(&made(&organizations::set_up(console, caller, &form).await?))
}

/// An organization that was just made, as commands print it.
fn made(made: &SetUp) -> serde_json::Value {
    json!({ "organization_id": made.organization.id, "organization_slug": made.organization.slug, "user_id": made.user })
}

async fn create_token(console: &Console, caller: &Caller, create: CreateToken) -> Result<(), Exit> {
    let typed = |field: &'static str| move |invalid: domain::Invalid| Exit::input(format!("{field}: {}", invalid.0));
    let permissions: Result<PermissionSet, Exit> =
        create.permission.iter().map(|name| name.parse::<Permission>().map_err(typed("permission"))).collect();
    let new = NewToken {
        owner: None,
        label: Label::parse(&create.label).map_err(typed("label"))?,
        description: Description::parse(&create.description).map_err(typed("description"))?,
        role: Some(create.role.parse::<Role>().map_err(typed("role"))?.into()),
        permissions: permissions?,
        lifetime: create.expires.parse::<Lifetime>().map_err(typed("expires"))?,
        limits: Limits {
            networks: Networks::new(create.allowed_network.iter().map(String::as_str)).map_err(typed("allowed-network"))?,
            rate: create.rate_limit,
        },
    };
    let access = access::by_operator(console, &create.organization, caller).await?;
    let issued = tokens::create(console, &access, new).await?;
    let printed = print_json(&json!({
        "id": issued.token.id,
        "label": issued.token.label,
        "hint": issued.token.hint,
        "role": issued.token.role,
        "permissions": issued.token.effective(),
        "created_at": issued.token.created_at.iso(),
        "expires_at": issued.token.expires_at.map(domain::Timestamp::iso),
        "allowed_networks": issued.token.limits.networks,
        "rate_limit": issued.token.limits.rate,
        "secret": issued.secret.expose(),
    }));
    if printed.is_err() {
        // Nobody has the secret, and nobody ever will.
        tokens::revoke(console, &access, &issued.token.id.to_string(), issued.token.label.as_str(), None).await?;
    }
    printed
}

/// Prints the answer of a command.
fn print_json(value: &serde_json::Value) -> Result<(), Exit> {
    let mut out = std::io::stdout();
    writeln!(out, "{value}").and_then(|()| out.flush()).map_err(|error| Exit::output(format!("The answer cannot be written: {error}.")))
}

async fn open(
    instance: Instance,
    clock: SystemClock,
    public_url: &PublicUrl,
    remembered: u64,
    mailer: Option<Arc<dyn Mailer>>,
) -> Result<(Console, Background), Exit> {
    make_folder(&instance.data)?;
    // Migrations of a SQLite file are not safe against another process that migrates: one at a time. PostgreSQL has a lock for that.
    let _lock = match &instance.database {
        Database::Sqlite(path) => {
            let lock = lock_file(path, "migrate.lock")?;
            lock.lock().map_err(|error| Exit::unavailable(format!("The database {} cannot be locked: {error}.", path.display())))?;
            Some(lock)
        }
        Database::Postgres(_) => None,
    };
    Ok(Console::open(Settings {
        database: instance.database,
        key: instance.key,
        prefix: instance.prefix,
        clock: Arc::new(clock),
        entropy: Arc::new(SystemEntropy),
        passwords: Parameters::default(),
        origin: public_url.origin().to_owned(),
        remembered,
        term: TERM,
        mailer,
    })
    .await?)
}

/// A file beside a SQLite database to hold a lock on, whatever folder the rest of the data is in.
fn lock_file(database: &Path, end: &str) -> Result<File, Exit> {
    // By whatever name the file is called, its lock is one: a link to it must not make it look like another database.
    let path = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned()).with_added_extension(end);
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| Exit::config(format!("The file {} cannot be made: {error}. Is the folder yours?", path.display())))
}

/// Makes the folder of the data, for its owner only.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Exit> {
    let trouble =
        |error| Exit::config(format!("The data folder {} cannot be made: {error}. Choose another with --data.", folder.display()));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(trouble)
}

/// Refuses to work as somebody else than the folder's owner: files made by root would be closed to the server.
fn check_owner(folder: &Path) -> Result<(), Exit> {
    let (Ok(folder_of), Ok(process)) = (std::fs::metadata(folder), std::fs::metadata("/proc/self")) else { return Ok(()) };
    if folder_of.uid() == process.uid() {
        return Ok(());
    }
    let user = folder_of.uid();
    Err(Exit::config(format!(
        "The data folder {} belongs to user {user}. Run this as that user, as in: sudo -u '#{user}' jeton …",
        folder.display()
    )))
}

async fn run_server(instance: Instance, options: config::Serve) -> Result<(), Exit> {
    telemetry::start(&instance.log)?;
    if options.public_url.is_https() && options.client_ip == ClientIpSource::ConnectInfo {
        tracing::warn!("if a proxy is in front, all clients share one address and one budget of sign-in attempts; set --client-ip");
    }
    let assets = assets::find().ok_or_else(|| Exit::internal("The console's files are missing. Build with: cargo xtask build"))?;
    let listener = TcpListener::bind(options.listen).map_err(|error| {
        let listen = options.listen;
        Exit::unavailable(format!(
            "Port {} of {} cannot be listened on: {error}. Choose another with --listen {}:PORT.",
            listen.port(),
            listen.ip(),
            listen.ip()
        ))
    })?;
    make_folder(&instance.data)?;
    let post = if let Some(url) = &options.smtp_url {
        Post::smtp(url, &options.mail_from)?
    } else {
        let folder = instance.data.join("mail");
        tracing::warn!(folder = %folder.display(), "no mail server is named: mails become files; set --smtp-url");
        Post::folder(&folder, &options.mail_from)?
    };
    // Held until the process ends, and taken before the database is touched. Two servers on one SQLite file would each believe to be the
    // only one.
    let _lock = match &instance.database {
        Database::Sqlite(path) => {
            let lock = lock_file(path, "lock")?;
            lock.try_lock().map_err(|_| {
                Exit::unavailable(format!("Another server is running on {}. Stop it, or use PostgreSQL for several.", path.display()))
            })?;
            Some(lock)
        }
        Database::Postgres(_) => None,
    };
    let clock = if options.set_time_back { SystemClock::that_may_go_back() } else { SystemClock::default() };
    let (console, background) = open(instance, clock, &options.public_url, options.remembered, Some(Arc::new(post))).await?;
    let code = organizations::setup_code(&console).await?;
    let site = Site {
        console: console.clone(),
        assets: Arc::new(assets),
        public_url: options.public_url.clone(),
        client_ip: options.client_ip,
        mails_become_files: options.smtp_url.is_none(),
        entropy: Arc::new(SystemEntropy),
    };
    let front = Front::new(site);
    let handle = Handle::new();
    serve::end_when_told(handle.clone(), move || console.stop_waiting());
    announce(options.public_url.origin(), code.as_deref());
    let served = serve::serve(listener, |peer| front.connected(peer), handle).await;
    background.stop().await;
    served.map_err(|error| Exit::internal(format!("The server stopped: {error}.")))
}

/// Tells where the console is. On a terminal for people; otherwise as a line that a script can read.
fn announce(address: &str, code: Option<&str>) {
    tracing::info!(address, "listening");
    let greeting = if std::io::stdout().is_terminal() { "\n  Jeton is running.\n\n" } else { "" };
    let link = code.map(|code| format!("Set it up, once, within a day: {address}/setup?code={code}\n")).unwrap_or_default();
    #[expect(clippy::print_stdout, reason = "the address and the link are the answer of the command")]
    {
        print!("{greeting}Console: {address}\n{link}");
    }
}
