//! The binary itself: exit codes, sentences, and what standard output holds.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use test_database::TestDatabase;

use crate::harness::PASSWORD;

/// Which database a command is told to use.
enum Where {
    Sqlite,
    Postgres(TestDatabase),
}

struct Jeton {
    folder: tempfile::TempDir,
    database: Where,
}

impl Jeton {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jeton"));
        command.args(arguments).arg("--data").arg(self.folder.path().join("data")).env_remove("JETON_KEY").env_remove("JETON_DATABASE");
        if let Where::Postgres(made) = &self.database {
            command.args(["--database", made.url()]);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn init(&self) -> Output {
        let mut child = self
            .command(&["init", "--organization", "Acme", "--name", "Ada", "--email", "ada@acme.test", "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Starts the server and reads what it announces, to the line that a browser is sent to.
    fn serve(&self) -> (Child, String) {
        let listen = format!("127.0.0.1:{}", free_port());
        let mut child = self.command(&["serve", "--listen", &listen]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, format!("Console: http://{listen}\n"));
        (child, listen)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn sqlite() -> Jeton {
    Jeton { folder: tempfile::tempdir().unwrap(), database: Where::Sqlite }
}

async fn postgres() -> Jeton {
    Jeton { folder: tempfile::tempdir().unwrap(), database: Where::Postgres(TestDatabase::create().await) }
}

fn says(output: &Output, code: i32, sentence: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(error.contains(sentence), "{error}");
    assert!(!error.contains("panicked"), "{error}");
}

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn sets_up_and_generates(jeton: &Jeton) {
    let made = json(&jeton.init());
    assert_eq!(made["organization_slug"], "acme");
    assert!(made["organization_id"].as_str().unwrap().starts_with("org_") && made["user_id"].as_str().unwrap().starts_with("usr_"));
    says(&jeton.init(), 69, "set up already");
    let created = json(&jeton.run(&[
        "token",
        "create",
        "--organization",
        "acme",
        "--label",
        "ci",
        "--role",
        "developer",
        "--permission",
        "token:verify",
    ]));
    assert!(created["secret"].as_str().unwrap().starts_with("jto_"));
    assert_eq!(created["role"], "developer");
    assert!(created["permissions"].as_array().unwrap().contains(&"token:verify".into()));
    let second = json(&jeton.run(&["organization", "create", "--name", "Globex", "--owner", "ada@acme.test"]));
    assert_eq!((&second["organization_slug"], &second["user_id"]), (&"globex".into(), &made["user_id"]));
    let audit = json(&jeton.run(&["audit", "verify"]));
    assert_eq!((audit["events"].as_i64(), audit["intact"].as_bool()), (Some(3), Some(true)));
}

#[test]
fn sqlite_sets_up_and_generates() {
    sets_up_and_generates(&sqlite());
}

#[tokio::test]
async fn postgres_sets_up_and_generates() {
    sets_up_and_generates(&postgres().await);
}

#[test]
fn bad_input_is_65_and_names_the_field() {
    let jeton = sqlite();
    jeton.init();
    let create = |more: &[&str]| jeton.run(&[&["token", "create", "--label", "x"], more].concat());
    says(&create(&["--organization", "nowhere"]), 65, "organization:");
    says(&create(&["--organization", "acme", "--role", "owner"]), 65, "role:");
    says(&create(&["--organization", "acme", "--expires", "soon"]), 65, "expires:");
    says(&create(&["--organization", "acme", "--permission", "cluster:fly"]), 65, "permission:");
    says(&jeton.run(&["token", "create", "--organization", "acme", "--label", ""]), 65, "label:");
    says(&jeton.run(&["organization", "create", "--name", "Acme", "--owner", "ada@acme.test"]), 65, "name:");
    says(&jeton.run(&["organization", "create", "--name", "Globex", "--owner", "bob@acme.test"]), 65, "owner:");
    says(&jeton.run(&["nonsense"]), 2, "unrecognized subcommand");
}

#[test]
fn trouble_at_start_is_a_sentence_and_a_code() {
    let jeton = sqlite();
    jeton.init();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    says(&jeton.run(&["serve", "--listen", &listen]), 69, "cannot be listened on");
    says(&jeton.run(&["serve", "--database", "postgres://nobody@127.0.0.1:1/none"]), 69, "database cannot be reached");
    says(&jeton.run(&["serve", "--database", "postgres://127.0.0.1/none"]), 78, "does not name a user");
    says(&jeton.run(&["serve", "--database", "mysql://x"]), 78, "postgres://");
    says(&jeton.run(&["serve", "--public-url", "http://tokens.example.org"]), 78, "https://");
    says(&jeton.run(&["serve", "--token-prefix", "J"]), 78, "2 to 8 small letters");
    says(&jeton.run(&["serve", "--config", "/nonexistent.toml"]), 78, "cannot be read");
    let key = jeton.folder.path().join("data/jeton.key");
    let text = std::fs::read_to_string(&key).unwrap();
    set_mode(&key, 0o644);
    says(&jeton.run(&["serve"]), 78, "chmod 600");
    set_mode(&key, 0o600);
    std::fs::write(&key, "00".repeat(32)).unwrap();
    says(&jeton.run(&["serve"]), 78, "not the one this database was set up with");
    std::fs::remove_file(&key).unwrap();
    says(&jeton.run(&["serve"]), 78, "does not exist");
    assert!(!key.exists());
    std::fs::write(&key, text).unwrap();
    set_mode(&key, 0o600);
    assert!(jeton.run(&["audit", "verify"]).status.success(), "and with the original key all is well");
}

#[test]
fn a_wrong_catalogue_is_told_with_its_line_and_nothing_is_made() {
    let jeton = sqlite();
    let file = jeton.folder.path().join("catalogue.toml");
    std::fs::write(&file, "extend = true\n\n[[category]]\nname = \"warehouse\"\nactions = [\"read\", \"read\"]\n").unwrap();
    let file = file.to_str().unwrap();
    for command in [&["serve", "--catalogue", file][..], &["audit", "verify", "--catalogue", file]] {
        says(&jeton.run(command), 78, "line 5: warehouse:read is there twice.");
    }
    says(&jeton.run(&["serve", "--catalogue", "/nonexistent.toml"]), 78, "cannot be read");
    assert!(!jeton.folder.path().join("data").exists());
}

/// What the bearer of a token is told about it by a server with these settings.
fn own_record(jeton: &Jeton, settings: &[&str], secret: &str) -> serde_json::Value {
    let listen = format!("127.0.0.1:{}", free_port());
    let mut server =
        jeton.command(&[&["serve", "--listen", &listen], settings].concat()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let mut stream = std::net::TcpStream::connect(&listen).unwrap();
    let request = format!("GET /api/v1/token HTTP/1.1\r\nHost: {listen}\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    stop(&mut server);
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    serde_json::from_str(body).unwrap()
}

/// A permission that disappears is gone and takes nothing else with it; one that comes back is whose name is still written down.
fn shrinks_and_grows(jeton: &Jeton) {
    jeton.init();
    let file = jeton.folder.path().join("catalogue.toml");
    std::fs::write(&file, "extend = true\n[[category]]\nname = \"warehouse\"\nactions = [\"read\", \"write\"]\nviewer = [\"read\"]\n")
        .unwrap();
    let catalogue = ["--catalogue", file.to_str().unwrap()];
    let create =
        ["token", "create", "--organization", "acme", "--label", "x", "--permission", "warehouse:write", "--permission", "token:verify"];
    says(&jeton.run(&create), 65, "permission:");
    let created = json(&jeton.run(&[&create[..], &catalogue].concat()));
    let secret = created["secret"].as_str().unwrap();
    let own = |settings: &[&str]| own_record(jeton, settings, secret);
    let grown = own(&catalogue);
    assert_eq!(grown["permissions"], serde_json::json!(["token:verify", "warehouse:write"]));
    assert!(grown["effective_permissions"].as_array().unwrap().contains(&"warehouse:read".into()), "the file gives it to viewers");
    let shrunk = own(&[]);
    assert_eq!(shrunk["permissions"], serde_json::json!(["token:verify"]));
    assert!(!shrunk["effective_permissions"].to_string().contains("warehouse"));
    // Another one that would have the same place in a set gets nobody's right.
    std::fs::write(&file, "extend = true\n[[category]]\nname = \"door\"\nactions = [\"open\", \"close\"]\n").unwrap();
    assert_eq!(own(&catalogue)["effective_permissions"], shrunk["effective_permissions"]);
    std::fs::write(&file, "extend = true\n[[category]]\nname = \"warehouse\"\nactions = [\"write\"]\n").unwrap();
    assert_eq!(own(&catalogue)["permissions"], grown["permissions"]);
}

#[test]
fn a_dropped_permission_widens_nobody_sqlite() {
    shrinks_and_grows(&sqlite());
}

#[tokio::test]
async fn a_dropped_permission_widens_nobody_postgres() {
    shrinks_and_grows(&postgres().await);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn one_server_a_sqlite_file_and_commands_beside_it() {
    let jeton = sqlite();
    jeton.init();
    let (mut server, _) = jeton.serve();
    says(&jeton.run(&["serve", "--listen", &format!("127.0.0.1:{}", free_port())]), 69, "Another server is running");
    json(&jeton.run(&["token", "create", "--organization", "acme", "--label", "ci"]));
    stop(&mut server);
}

#[tokio::test]
async fn two_servers_share_one_postgres() {
    let jeton = postgres().await;
    jeton.init();
    let (mut first, _) = jeton.serve();
    let (mut second, _) = jeton.serve();
    stop(&mut first);
    stop(&mut second);
}

#[test]
fn the_data_folder_is_for_its_owner_only() {
    let jeton = sqlite();
    jeton.init();
    let mode = |path: &Path| std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777;
    let data = jeton.folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("jeton.key")), 0o600);
}

/// Serves, sends each request on a connection of its own, and ends: what was answered, and everything that was logged meanwhile.
fn logged(jeton: &Jeton, level: &str, requests: &[String]) -> (Vec<String>, String) {
    let listen = format!("127.0.0.1:{}", free_port());
    let mut server =
        jeton.command(&["serve", "--listen", &listen, "--log", level]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let ask = |request: &String| {
        let mut stream = std::net::TcpStream::connect(&listen).unwrap();
        stream.write_all(request.replacen("\r\n", &format!("\r\nHost: {listen}\r\nConnection: close\r\n"), 1).as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    };
    let answers = requests.iter().map(ask).collect();
    assert!(Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap().success());
    (answers, String::from_utf8(server.wait_with_output().unwrap().stderr).unwrap())
}

#[test]
fn logs_are_json_lines_that_hold_no_secret() {
    let jeton = sqlite();
    jeton.init();
    let created = json(&jeton.run(&["token", "create", "--organization", "acme", "--label", "{\"a\":"]));
    let secret = created["secret"].as_str().unwrap().to_owned();
    let request = format!("GET /organization?x=%0a HTTP/1.1\r\nAuthorization: Bearer {secret}\r\nUser-Agent: evil\"}}\r\n\r\n");
    let (answers, log) = logged(&jeton, "trace", &[request]);
    assert!(answers[0].starts_with("HTTP/1.1 200"), "{answers:?}");
    let id = answers[0].lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    assert!(!log.contains(&secret) && !log.contains(PASSWORD));
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert!(log.lines().any(|line| line.contains(id) && line.contains("\"status\":200") && line.contains("\"/organization\"")));
}

#[test]
fn a_verification_is_not_worth_a_line_in_the_log() {
    let jeton = sqlite();
    jeton.init();
    let asked = ["POST /api/v1/verify", "POST /api/v1/verify/batch", "POST /oauth2/introspect", "GET /auth/verify", "GET /organization"];
    let requests = asked.map(|what| format!("{what} HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
    let lines = |level| {
        let (answers, log) = logged(&jeton, level, &requests);
        assert!(answers.iter().all(|answer| answer.starts_with("HTTP/1.1 4")), "{answers:?}");
        log.lines().filter(|line| line.contains("\"answered\"")).map(str::to_owned).collect::<Vec<_>>()
    };
    let usual = lines("info");
    assert!(usual.len() == 1 && usual[0].contains("\"/organization\""), "{usual:?}");
    assert_eq!(lines("info,server=debug").len(), 5, "each can be had");
}

#[test]
fn the_demo_has_a_month_behind_it_and_a_folder_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("demo");
    let demo = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jeton"));
        command.args(["demo", "--listen", &format!("127.0.0.1:{}", free_port()), "--folder"]).arg(folder);
        // Neither an instance that is configured nor its key is touched.
        command.env("JETON_DATA", home.path().join("other")).env("JETON_KEY", "00".repeat(32)).env("JETON_DATABASE", "postgres://nowhere");
        command
    };
    let secrets = home.path().join("secrets");
    let crowd = |command: &mut Command, more: &[&str]| {
        command.args(["--tokens", "300"]).args(more);
    };
    for number in ["0", "-3", "many", "10000001"] {
        says(&demo(&folder).arg(format!("--tokens={number}")).output().unwrap(), 2, "--tokens <N>");
    }
    says(&demo(&folder).arg("--secrets").arg(&secrets).output().unwrap(), 2, "--tokens <N>");
    says(&demo(&folder).args(["--postgres", "sqlite://x"]).output().unwrap(), 65, "begin with postgres://");
    assert!(!folder.exists() && !secrets.exists());
    for begins in ["Sign in as ada@acme.example with the password ", "This demo was made before"] {
        let errors = home.path().join("errors");
        let mut command = demo(&folder);
        let made = folder.exists();
        let wanted = ["--secrets", secrets.to_str().unwrap()];
        crowd(&mut command, if made { &[] } else { &wanted });
        let mut server = command.stdout(Stdio::piped()).stderr(std::fs::File::create(&errors).unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with(begins), "{first} {}", std::fs::read_to_string(&errors).unwrap());
        if !made {
            let added = lines.next().unwrap();
            assert!(
                added.starts_with("300 made-up tokens were added to Acme in ") && added.ends_with(secrets.to_str().unwrap()),
                "{added}"
            );
        }
        let console = lines.next().unwrap();
        let address = console.strip_prefix("Console: http://").unwrap();
        // Those that were written down are good.
        let allowed = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secrets).unwrap().permissions());
        let text = std::fs::read_to_string(&secrets).unwrap();
        assert_eq!(allowed & 0o777, 0o600);
        assert!((200..300).contains(&text.lines().count()), "{}", text.lines().count());
        for secret in text.lines().take(3) {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            write!(stream, "GET /api/v1/token HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n")
                .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        stop(&mut server);
    }
    says(&demo(&folder).args(["--tokens", "299"]).output().unwrap(), 65, "with 300 tokens added");
    let mut known = demo(&folder);
    crowd(&mut known, &["--secrets", home.path().join("more").to_str().unwrap()]);
    says(&known.output().unwrap(), 65, "nobody knows its secrets any more");
    says(&demo(&folder).args(["--postgres", "postgres://me@127.0.0.1/x"]).output().unwrap(), 65, "leave --postgres out");
    let mut there = demo(&home.path().join("another"));
    crowd(&mut there, &["--secrets", secrets.to_str().unwrap()]);
    says(&there.output().unwrap(), 65, "is not there yet");
    let verify =
        Command::new(env!("CARGO_BIN_EXE_jeton")).args(["audit", "verify", "--data"]).arg(&folder).env_remove("JETON_KEY").output();
    let audit = json(&verify.unwrap());
    assert!(audit["intact"] == true && audit["events"].as_i64().unwrap() > 100, "{audit}");
    assert!(!home.path().join("other").exists());
    // There is one of everything to look at, also of what limits refuse.
    let count = |sql: &str| {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let url = format!("sqlite://{}", folder.join("jeton.sqlite").display());
            let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
            sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut database).await.unwrap()
        })
    };
    for (limited, refused) in
        [("t.allowed_networks IS NOT NULL", true), ("t.rate_limit = '3/hour'", true), ("t.rate_limit = '10/second'", false)]
    {
        let sql = format!("SELECT COUNT(*) FROM tokens t WHERE {limited}");
        assert!(count(&sql) > 0, "{limited}");
        let sql = format!("SELECT COUNT(*) FROM tokens t JOIN token_days d ON d.token_id = t.id WHERE d.refused > 0 AND {limited}");
        assert_eq!(count(&sql) > 0, refused, "{limited}");
    }

    assert_eq!(count("SELECT COUNT(*) FROM events WHERE action = 'token.seed' AND details LIKE '%300%'"), 1);
    for some in
        ["kind = 'user'", "kind = 'team'", "role IS NULL", "revoked_at IS NOT NULL", "disabled_at IS NOT NULL", "expires_at IS NULL"]
    {
        assert!(count(&format!("SELECT COUNT(*) FROM tokens WHERE {some}")) > 2, "{some}");
    }

    std::fs::create_dir(home.path().join("taken")).unwrap();
    std::fs::write(home.path().join("taken/letter"), "dear").unwrap();
    says(&demo(&home.path().join("taken")).output().unwrap(), 65, "holds something else");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_can_be_in_postgresql() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("demo");
    let database = TestDatabase::create().await;
    let demo = |folder: &Path, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jeton"));
        command.args(["demo", "--listen", &format!("127.0.0.1:{}", free_port()), "--folder"]).arg(folder).args(more);
        command
    };
    let mut server =
        demo(&folder, &["--tokens", "50", "--postgres", database.url()]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines: Vec<String> = BufReader::new(server.stdout.as_mut().unwrap()).lines().map_while(Result::ok).take(3).collect();
    assert!(lines[1].starts_with("50 made-up tokens") && lines[2].starts_with("Console: "), "{lines:?}");
    stop(&mut server);
    assert!(!folder.join("jeton.sqlite").exists());
    says(&demo(&folder, &[]).output().unwrap(), 65, "name its database with --postgres");
    says(&demo(&home.path().join("other"), &["--postgres", database.url()]).output().unwrap(), 65, "Name an empty one");
}

/// Asks the server to end and waits: within its grace it ends well.
fn stop(server: &mut Child) {
    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.wait().unwrap().success());
}

#[test]
fn the_version_and_the_help_are_there_without_a_database() {
    let jeton = sqlite();
    let version = Command::new(env!("CARGO_BIN_EXE_jeton")).arg("version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&version.stdout), format!("jeton {}\n", env!("CARGO_PKG_VERSION")));
    let help = Command::new(env!("CARGO_BIN_EXE_jeton")).arg("--help").output().unwrap();
    for word in ["serve", "init", "token", "audit", "JETON_DATA", "JETON_KEY"] {
        assert!(String::from_utf8_lossy(&help.stdout).contains(word), "{word}");
    }
    assert!(!jeton.folder.path().join("data").exists());
}
