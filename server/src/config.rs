//! The configuration: flags, then `JETON_…` variables, then one TOML file, then defaults.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc};

use axum_client_ip::ClientIpSource;
use clap::Args;
use domain::{Prefix, catalogue::Catalogue};
use serde::Deserialize;
use services::{Database, KeySource};
use url::{Host, Url};

use crate::{Exit, catalogue};

/// Where the instance is kept; every command needs it.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// TOML file with any of these settings, spelled as the flags with `_` for `-`
    #[arg(long, env = "JETON_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Folder for the database file, the instance key and the lock [default: ./data]
    #[arg(long, env = "JETON_DATA", value_name = "FOLDER", global = true)]
    pub data: Option<PathBuf>,

    /// <postgres://USER:PASSWORD@HOST/NAME>, or <sqlite://FILE> [default: sqlite in the data folder]
    #[arg(long, env = "JETON_DATABASE", value_name = "URL", global = true, hide_env_values = true)]
    pub database: Option<String>,

    /// What token secrets begin with, 2 to 8 small letters [default: jt]
    #[arg(long, env = "JETON_TOKEN_PREFIX", value_name = "LETTERS", global = true)]
    pub token_prefix: Option<String>,

    /// TOML file that extends or replaces the permission catalogue [default: the built-in catalogue]
    #[arg(long, env = "JETON_CATALOGUE", value_name = "FILE", global = true)]
    pub catalogue: Option<PathBuf>,

    /// Which messages to log, as in `info,sqlx=warn` [default: info]
    #[arg(long, env = "JETON_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
}

/// What only the server needs.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeOptions {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "JETON_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// The address people type, as in <https://tokens.example.org> [default: http:// and the listening address]
    #[arg(long, env = "JETON_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Where a client's address is read from: `ConnectInfo`, `RightmostXForwardedFor`, `XRealIp`, … Name a header only if your proxy
    /// always sets it [default: `ConnectInfo`]
    #[arg(long, env = "JETON_CLIENT_IP", value_name = "SOURCE")]
    pub client_ip: Option<String>,

    /// How many MiB verification may use to remember tokens, some 1,400 in each; 0 looks every token up [default: 64]
    #[arg(long, env = "JETON_MEMORY_MIB", value_name = "MIB")]
    pub memory_mib: Option<u32>,

    /// The mail server: <smtps://USER:PASSWORD@HOST>, or <smtp://HOST:PORT?tls=required> [default: none, mails become files in the data
    /// folder]
    #[arg(long, env = "JETON_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Who mails are from [default: Jeton <jeton@HOST>, with the host of the public URL]
    #[arg(long, env = "JETON_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,

    /// Start though the time on record is later than it is; once, when a clock was wrong
    #[arg(long)]
    #[serde(skip)]
    pub set_time_back: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    token_prefix: Option<String>,
    catalogue: Option<PathBuf>,
    log: Option<String>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    client_ip: Option<String>,
    memory_mib: Option<u32>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
}

/// The settings of an instance, checked.
pub struct Instance {
    /// The folder for everything that is a file.
    pub data: PathBuf,
    /// Where the records are.
    pub database: Database,
    /// Where the key is.
    pub key: KeySource,
    /// What secrets begin with.
    pub prefix: Prefix,
    /// What can be allowed at all; none for the built-in catalogue.
    pub catalogue: Option<Catalogue>,
    /// Which messages to log.
    pub log: String,
}

/// The settings of a server, checked.
#[derive(Clone)]
pub struct Serve {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What people type, without a slash at the end.
    pub public_url: PublicUrl,
    /// Where a client's address is read from.
    pub client_ip: ClientIpSource,
    /// How many bytes verification may use to remember tokens.
    pub remembered: u64,
    /// The mail server, if there is one; the address may hold a password.
    pub smtp_url: Option<String>,
    /// Who mails are from.
    pub mail_from: String,
    /// Whether the time on record is wrong.
    pub set_time_back: bool,
}

/// The address people type: `https://…`, or `http://` on this machine. Session cookies are `Secure`, so plain HTTP over a network
/// cannot sign anyone in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Arc<str>);

impl PublicUrl {
    /// Checks an address, and brings it into the form browsers send as origin: in small letters, without the usual port.
    pub fn parse(text: &str) -> Result<Self, Exit> {
        let url = Url::parse(text).map_err(|_| wrong_url(text, "is not an address"))?;
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(wrong_url(text, "is not an address")),
        };
        match url.scheme() {
            _ if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
                Err(wrong_url(text, "has a path; Jeton needs a host of its own"))
            }
            _ if !url.username().is_empty() || url.password().is_some() => Err(wrong_url(text, "names a user")),
            "https" => Ok(Self(url.origin().ascii_serialization().into())),
            "http" if local => Ok(Self(url.origin().ascii_serialization().into())),
            "http" => Err(wrong_url(text, "is plain HTTP over a network, where browsers refuse the session cookie")),
            _ => Err(wrong_url(text, "is not an address")),
        }
    }

    /// The origin, as browsers send it.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// Whether people reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

fn wrong_url(text: &str, why: &str) -> Exit {
    Exit::config(format!("The public URL “{text}” {why}. Put TLS in front and set --public-url https://…, or use http://127.0.0.1:PORT."))
}

/// Brings the sources together.
pub fn load(options: Options, serve: ServeOptions) -> Result<(Instance, Serve), Exit> {
    let file = match &options.config {
        None => File::default(),
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|error| Exit::config(format!("The configuration file {} cannot be read: {error}.", path.display())))?;
            toml::from_str(&text).map_err(|error| {
                // The error would show the line, which may hold the database's password.
                let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
                Exit::config(format!("The configuration file {}, line {line}: {}.", path.display(), error.message()))
            })?
        }
    };
    let data = options.data.or(file.data).unwrap_or_else(|| PathBuf::from("data"));
    let database = match options.database.or(file.database) {
        None => Database::Sqlite(data.join("jeton.sqlite")),
        Some(url) => database(&url)?,
    };
    let key = match std::env::var("JETON_KEY") {
        Ok(key) => KeySource::Given(key.into()),
        Err(_) => KeySource::File(data.join("jeton.key")),
    };
    let prefix = options.token_prefix.or(file.token_prefix).unwrap_or_else(|| Prefix::default().as_str().to_owned());
    let prefix = prefix.parse().map_err(|invalid: domain::Invalid| Exit::config(invalid.0))?;
    let catalogue = options.catalogue.or(file.catalogue).map(|path| catalogue::load(&path)).transpose()?;
    let listen = serve.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
    let public_url = match serve.public_url.or(file.public_url) {
        Some(url) => PublicUrl::parse(&url)?,
        // Listening everywhere says nothing about what people type; this machine can always be typed.
        None if listen.ip().is_unspecified() => PublicUrl::parse(&format!("http://localhost:{}", listen.port()))?,
        None => PublicUrl::parse(&format!("http://{listen}"))?,
    };
    let client_ip = serve.client_ip.or(file.client_ip).unwrap_or_else(|| "ConnectInfo".to_owned());
    let client_ip = client_ip.parse().map_err(|_| {
        Exit::config(format!("“{client_ip}” is no source of client addresses. Use ConnectInfo, RightmostXForwardedFor or XRealIp."))
    })?;
    let host = Url::parse(public_url.origin()).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    // An IP address is no domain of a sender.
    let host = if host.contains(|c: char| c.is_ascii_alphabetic()) && !host.contains(':') { host } else { "localhost".to_owned() };
    let mail_from = serve.mail_from.or(file.mail_from).unwrap_or_else(|| format!("Jeton <jeton@{host}>"));
    let smtp_url = serve.smtp_url.or(file.smtp_url);
    let remembered = u64::from(serve.memory_mib.or(file.memory_mib).unwrap_or(64)) << 20;
    let log = options.log.or(file.log).unwrap_or_else(|| "info".to_owned());
    let set_time_back = serve.set_time_back;
    Ok((
        Instance { data, database, key, prefix, catalogue, log },
        Serve { listen, public_url, client_ip, remembered, smtp_url, mail_from, set_time_back },
    ))
}

fn database(url: &str) -> Result<Database, Exit> {
    match url.split_once("://") {
        Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(url.to_owned())),
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
        _ => Err(Exit::config("The database address has to begin with postgres:// or sqlite://.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_https_or_local() {
        for good in [
            "https://tokens.example.org",
            "https://tokens.example.org:8443/",
            "http://127.0.0.1:3000",
            "http://localhost",
            "http://[::1]:3000",
        ] {
            assert!(PublicUrl::parse(good).is_ok(), "{good}");
        }
        assert_eq!(PublicUrl::parse("https://Tokens.Example.org:443/").ok().unwrap().origin(), "https://tokens.example.org");
        for bad in [
            "https://ada@tokens.example.org",
            "http://tokens.example.org",
            "tokens.example.org",
            "ftp://a",
            "https://a/b",
            "https://a/?b",
            "",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_file_fills_what_flags_leave_open_and_may_not_misspell() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jeton.toml");
        fs::write(&path, "data = '/srv/jeton'\nlisten = '127.0.0.1:4000'\ntoken_prefix = 'acme'").unwrap();
        let options = || Options { config: Some(path.clone()), ..Options::default() };
        let flags = ServeOptions { listen: Some(SocketAddr::from(([127, 0, 0, 1], 5000))), ..ServeOptions::default() };
        let (instance, serve) = load(options(), flags).ok().unwrap();
        assert_eq!(instance.data, PathBuf::from("/srv/jeton"));
        assert_eq!(instance.prefix.as_str(), "acme");
        assert_eq!(serve.public_url.origin(), "http://127.0.0.1:5000");
        fs::write(&path, "lissten = '127.0.0.1:4000'").unwrap();
        let error = load(options(), ServeOptions::default()).err().unwrap().to_string();
        assert!(error.contains("lissten"), "{error}");
    }
}
