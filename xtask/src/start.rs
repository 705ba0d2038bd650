//! What `./start` does when everything is built: a database, LiveKit, the app, and where to go. Where nobody else reaches
//! the app, the database has demo people whose passwords everybody knows; elsewhere it is another one, with one admin.

use crate::stack::{
    App, LiveKit, Output, Plan, from_here,
    ports::{self, Wish},
    secrets, signals,
};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    net::{IpAddr, SocketAddr},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// The app's port, when it is free.
const PORT: u16 = 3000;
/// Between two looks at whether everything runs.
const LOOK: Duration = Duration::from_millis(200);

/// Folders come from `./start`; settings from the environment, where an empty one counts as none.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// The laid-out build: `young-minds` and `site/`.
    #[arg(long)]
    dist: PathBuf,
    /// The folder of the database, emails, logs and secrets.
    #[arg(long)]
    run: PathBuf,
    /// Forget the database and the emails first.
    #[arg(long)]
    reset: bool,
    /// Seconds that installing and building took.
    #[arg(long, default_value_t = 0)]
    after: u64,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, clap::Args)]
struct Settings {
    #[arg(long, env = "PORT")]
    port: Option<String>,
    #[arg(long, env = "LISTEN")]
    listen: Option<String>,
    #[arg(long, env = "APP_URL")]
    app_url: Option<String>,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[arg(long, env = "MAIL_URL", hide_env_values = true)]
    mail_url: Option<String>,
    #[arg(long, env = "LIVEKIT_WS_URL")]
    livekit_ws_url: Option<String>,
    #[arg(long, env = "LIVEKIT_SERVER_BIN")]
    livekit_server_bin: Option<PathBuf>,
    #[arg(long, env = "LIVEKIT_API_KEY", hide_env_values = true)]
    livekit_api_key: Option<String>,
    #[arg(long, env = "LIVEKIT_API_SECRET", hide_env_values = true)]
    livekit_api_secret: Option<String>,
}

fn said(setting: &Option<String>) -> Option<String> {
    setting.clone().filter(|text| !text.is_empty())
}

/// What `seed --demo --json` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Demo {
    accounts: Vec<Account>,
    session_id: String,
}

#[derive(Deserialize)]
struct Account {
    role: String,
    email: String,
    password: String,
}

/// Runs everything until a signal comes.
///
/// # Errors
/// When something does not start, or ends by itself.
pub fn run(start: &Start) -> Result<()> {
    signals::heed()?;
    let outcome = run_until_asked(start);
    // What a signal interrupts may fail on the way.
    if let Some(number) = signals::came() {
        std::process::exit(128 + number);
    }
    outcome
}

fn run_until_asked(start: &Start) -> Result<()> {
    let began = Instant::now();
    let settings = &start.settings;
    let wanted = said(&settings.port)
        .map(|text| text.parse::<u16>().context("PORT is not a port"))
        .transpose()?;
    let [port, ws_port, tcp_port, udp_port] = ports::free([
        Wish::Tcp(wanted.unwrap_or(PORT)),
        Wish::Tcp(7880),
        Wish::Tcp(7881),
        Wish::Udp(7882),
    ])?;
    if let Some(wanted) = wanted {
        ensure!(
            port == wanted,
            "port {wanted} is taken by another program; choose another with PORT=…"
        );
    } else if port != PORT {
        println!("Port {PORT} is taken by another program; using {port}.");
    }
    let listen = said(&settings.listen).unwrap_or_else(|| format!("127.0.0.1:{port}"));
    let address: SocketAddr = listen
        .parse()
        .context("LISTEN is not an address with a port")?;
    let run = start.run.display();
    let app_url =
        said(&settings.app_url).unwrap_or_else(|| format!("http://127.0.0.1:{}", address.port()));
    let is_open = !(address.ip().is_loopback() && is_this_machine(&app_url));
    let mail_url = said(&settings.mail_url).unwrap_or_else(|| format!("file:{run}/mail"));
    let (key, secret) = livekit_key(start)?;
    if start.reset {
        forget(&start.run)?;
    }
    let (app_log, livekit_log) = (start.run.join("app.log"), start.run.join("livekit.log"));
    for log in [&app_log, &livekit_log] {
        fs::write(log, "").with_context(|| format!("writing {}", log.display()))?;
    }

    let mut livekit = None;
    let livekit_url = match said(&settings.livekit_ws_url) {
        Some(url) => url,
        None => {
            let program = settings.livekit_server_bin.clone();
            let started = livekit.insert(LiveKit::start(Plan {
                name: "LiveKit".to_owned(),
                program: program.context("LIVEKIT_SERVER_BIN is not set")?,
                key: key.clone(),
                secret: secret.clone(),
                webhook: Some(format!("http://{}/api/livekit/webhook", from_here(address))),
                ports: [ws_port, tcp_port, udp_port],
                flags: Vec::new(),
                output: Output::Log(livekit_log),
            })?);
            started.ws_url()
        }
    };
    let product = || {
        let name = match is_open {
            true => "young-minds-open",
            false => "young-minds",
        };
        let database = format!("sqlite://{run}/{name}.sqlite");
        let database = said(&settings.database_url).unwrap_or(database);
        let mut command = Command::new(start.dist.join("young-minds"));
        command
            .env("LISTEN", &listen)
            .env("APP_URL", &app_url)
            .env("DATABASE_URL", database)
            .env("MAIL_URL", &mail_url)
            .env("LIVEKIT_WS_URL", &livekit_url)
            .env("LIVEKIT_API_KEY", &key)
            .env("LIVEKIT_API_SECRET", &secret)
            .env("LEPTOS_SITE_ROOT", start.dist.join("site"))
            .env("LEPTOS_SITE_PKG_DIR", "pkg")
            .env("LEPTOS_OUTPUT_NAME", "young-minds")
            .env("LEPTOS_SITE_ADDR", &listen);
        command
    };
    let filled = match is_open {
        true => fill_with_an_admin(product, &app_log)?,
        false => where_to_go(&fill(product, &app_log)?, &app_url),
    };
    let mut app = App::start("the app", product(), address, Output::Log(app_log))?;
    app.ready()?;

    print!("\nYoung Minds is running:  {app_url}\n\n{filled}\n");
    match mail_url.strip_prefix("file:") {
        Some(folder) if is_open => println!("Mail: files in {folder}, which nobody else sees"),
        Some(_) => println!("Mail: {app_url}/dev/mail"),
        None => {}
    }
    let seconds = start.after + began.elapsed().as_secs();
    println!(
        "LiveKit: {livekit_url}   Logs: .run/app.log, .run/livekit.log   Ready after {seconds} s"
    );
    println!("Ctrl-C stops everything.");
    watch(&mut app, livekit.as_mut())?;
    println!("\nStopping …");
    app.stop();
    if let Some(livekit) = &mut livekit {
        livekit.stop();
    }
    Ok(())
}

/// Waits for a signal.
///
/// # Errors
/// When something ends by itself.
fn watch(app: &mut App, mut livekit: Option<&mut LiveKit>) -> Result<()> {
    while signals::came().is_none() {
        let others = livekit.as_mut().and_then(|livekit| livekit.process_mut());
        for (name, process) in [("the app", Some(app.process())), ("LiveKit", others)] {
            let Some(process) = process else { continue };
            if let Some(status) = process.ended() {
                bail!(
                    "{name} has ended by itself ({status}){}",
                    process.last_words()
                );
            }
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

/// Brings the database up to date and puts the demo people into it.
fn fill(product: impl Fn() -> Command, log: &Path) -> Result<Demo> {
    migrate(&product, log)?;
    let demo = ["seed", "--demo", "--json"];
    let seeded = run_once(&product, log, &demo, "the demo people could not be made")?;
    serde_json::from_slice(&seeded).context("what seed printed")
}

/// Brings the database up to date and makes an admin, if there is none; what to say about that. A password that was drawn
/// is said this once and written down nowhere.
fn fill_with_an_admin(product: impl Fn() -> Command, log: &Path) -> Result<String> {
    migrate(&product, log)?;
    let mut admin = vec!["admin", "create", "--first"];
    admin.extend(["--email", "admin@example.org", "--name", "Administrator"]);
    let made = run_once(&product, log, &admin, "the administrator could not be made")?;
    let made = String::from_utf8(made).context("what admin create printed")?;
    Ok(format!(
        "Others may reach it, so it has no demo people but a database of its own.\n{made}"
    ))
}

fn migrate(product: &impl Fn() -> Command, log: &Path) -> Result<()> {
    let migrated = run_once(product, log, &["migrate"], "the database is not ready")?;
    OpenOptions::new()
        .append(true)
        .open(log)
        .and_then(|mut log| log.write_all(&migrated))
        .context("writing the log")
}

/// Runs one of the product's commands; what it printed.
///
/// # Errors
/// With `otherwise` and the log, when it fails.
fn run_once(
    product: &impl Fn() -> Command,
    log: &Path,
    arguments: &[&str],
    otherwise: &str,
) -> Result<Vec<u8>> {
    let file = OpenOptions::new().append(true).open(log);
    let file = file.with_context(|| format!("opening {}", log.display()))?;
    let done = product().args(arguments).stderr(file).output();
    let done = done.context("running the program")?;
    ensure!(
        done.status.success(),
        "{otherwise}\n{}",
        fs::read_to_string(log).unwrap_or_default()
    );
    Ok(done.stdout)
}

/// Whether nobody but this machine reaches an address; where we are wrong, `seed` refuses.
fn is_this_machine(app_url: &str) -> bool {
    let host = app_url.split_once("://").map_or(app_url, |(_, host)| host);
    let ip = host.parse::<SocketAddr>().map(|address| address.ip());
    let name = host.split(':').next();
    match ip.or_else(|_| host.parse::<IpAddr>()) {
        Ok(ip) => ip.is_loopback(),
        Err(_) => name == Some("localhost"),
    }
}

/// Key and secret of this machine, made once; each can be given instead.
fn livekit_key(start: &Start) -> Result<(String, String)> {
    let file = start.run.join("secrets.env");
    if !file.exists() {
        let text = format!(
            "LIVEKIT_API_KEY=dev{}\nLIVEKIT_API_SECRET={}\n",
            secrets::random_hex(6)?,
            secrets::random_hex(32)?
        );
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&file)
            .and_then(|mut made| made.write_all(text.as_bytes()))
            .with_context(|| format!("writing {}", file.display()))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let made: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let one = |given: &Option<String>, name: &str| {
        said(given)
            .or_else(|| made.get(name).map(|&text| text.to_owned()))
            .with_context(|| format!("{} lacks {name}", file.display()))
    };
    let settings = &start.settings;
    Ok((
        one(&settings.livekit_api_key, "LIVEKIT_API_KEY")?,
        one(&settings.livekit_api_secret, "LIVEKIT_API_SECRET")?,
    ))
}

/// Removes the databases, with the files that SQLite keeps beside it, and the emails.
fn forget(run: &Path) -> Result<()> {
    for entry in fs::read_dir(run).context("reading the run folder")? {
        let path = entry.context("reading the run folder")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let removed = match &*name {
            "mail" => fs::remove_dir_all(&path),
            name if name.starts_with("young-minds") && name.contains(".sqlite") => {
                fs::remove_file(&path)
            }
            _ => Ok(()),
        };
        removed.with_context(|| format!("removing {}", path.display()))?;
    }
    Ok(())
}

/// The demo people, and what to do with them.
fn where_to_go(demo: &Demo, app_url: &str) -> String {
    let mut text = "Demo log-ins\n".to_owned();
    for Account {
        role,
        email,
        password,
    } in &demo.accounts
    {
        text += &format!("  {role:<9} {email:<24} {password}\n");
    }
    let session = &demo.session_id;
    text + &format!(
        "\nA session that is open now: {app_url}/meeting/{session}\n  \
         Sign in as the mentor in one browser and as the mentee in another (or in a private window), and open it in both.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_this_machine() {
        for here in [
            "http://127.0.0.1:3000",
            "http://127.0.0.1",
            "http://localhost:3000",
            "https://localhost",
            "http://[::1]:3000",
        ] {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in [
            "https://minds.example.org",
            "http://192.168.0.7:3000",
            "http://0.0.0.0:3000",
            "https://localhost.example.org",
            "",
        ] {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
