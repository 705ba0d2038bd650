//! `xtask stack`: the servers of the browser tests, owned by one process. It prints where they are as one line of JSON
//! and ends them when its standard input does, so that a test run that dies leaves nothing behind.
//!
//! Tests ask for more at the address `control`: a line with a JSON list of words, answered by a line of JSON.
//! `["seed", …]` runs the product's own command, `["start", NAME]`, `["stop", NAME]` (as an update) and
//! `["kill", NAME]` (as a crash) are for one server.

mod cluster;

use crate::stack::{App, LiveKit, Output, Plan, ports, secrets, signals};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
    fs::{self, DirBuilder},
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Servers {
    /// The laid-out build: `young-minds` and `site/`.
    #[arg(long)]
    dist: PathBuf,
    /// Where logs go; what is there is removed.
    #[arg(long)]
    logs: PathBuf,
    /// Lose LiveKit's webhooks.
    #[arg(long)]
    lose_webhooks: bool,
    /// Three apps on PostgreSQL behind HAProxy, and two LiveKit nodes with a Redis, instead of one of each.
    #[arg(long, requires = "postgres")]
    cluster: bool,
    /// The database of the cluster.
    #[arg(long, env = "YM_CLUSTER_POSTGRES_URL", hide_env_values = true)]
    postgres: Option<String>,
    /// livekit-server.
    #[arg(long, env = "LIVEKIT_SERVER_BIN")]
    livekit: PathBuf,
    /// Where databases and emails of the run are made.
    #[arg(long, env = "YM_SCRATCH")]
    scratch: Option<PathBuf>,
}

/// The program with its settings.
struct Product {
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
}

impl Product {
    /// Nothing of a developer's own settings gets through.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear();
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Where the browser tests start an OpenID provider, if they do; the apps are told of it beforehand.
struct Provider {
    issuer: String,
    secret: String,
}

impl Provider {
    /// What it calls the product.
    const CLIENT: &'static str = "young-minds";

    fn new() -> Result<Self> {
        Ok(Self {
            issuer: format!("http://127.0.0.1:{}", ports::free_tcp()?),
            secret: secrets::random_hex(16)?,
        })
    }

    /// For `OIDC_PROVIDERS`.
    fn settings(&self) -> Value {
        json!([{
            "name": "test",
            "label": "Test",
            "issuer": self.issuer,
            "client_id": Self::CLIENT,
            "client_secret": self.secret,
        }])
    }

    /// For the tests.
    fn report(&self) -> Value {
        json!({ "issuer": self.issuer, "clientId": Self::CLIENT, "clientSecret": self.secret })
    }
}

/// An app that can be started again.
struct Place {
    name: String,
    address: SocketAddr,
    log: PathBuf,
    app: Option<App>,
}

impl Place {
    fn new(name: &str, logs: &Path) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            address: (Ipv4Addr::LOCALHOST, ports::free_tcp()?).into(),
            log: logs.join(format!("{name}.log")),
            app: None,
        })
    }

    /// Starts it; does not wait.
    fn start(&mut self, product: &Product) -> Result<&mut App> {
        self.app = None;
        let output = Output::Log(self.log.clone());
        let app = App::start(&self.name, product.command(), self.address, output)?;
        Ok(self.app.insert(app))
    }

    fn stop(&mut self) {
        if let Some(mut app) = self.app.take() {
            app.stop();
        }
    }
}

/// Everything that runs.
struct Running {
    apps: Vec<Place>,
    nodes: Vec<LiveKit>,
    cluster: Option<cluster::Shared>,
}

impl Running {
    /// What others need goes last.
    fn stop(&mut self) {
        if let Some(cluster) = &mut self.cluster {
            cluster.stop_proxy();
        }
        self.apps.iter_mut().for_each(Place::stop);
        self.nodes.iter_mut().for_each(LiveKit::stop);
        self.cluster = None;
    }

    /// Starts or ends one server.
    fn order(&mut self, order: &str, name: &str, product: &Product) -> Result<()> {
        if let Some(place) = self.apps.iter_mut().find(|place| place.name == name) {
            match order {
                "start" => place.start(product)?.ready()?,
                "stop" => place.stop(),
                "kill" => place.app = None,
                _ => bail!("no such order: {order}"),
            }
        } else if let Some(node) = self.nodes.iter_mut().find(|node| node.name() == name) {
            match order {
                "start" => node.start_again()?,
                "stop" => node.stop(),
                "kill" => node.kill(),
                _ => bail!("no such order: {order}"),
            }
        } else {
            bail!("no such server: {name}");
        }
        Ok(())
    }
}

/// Runs them until standard input ends or a signal comes.
///
/// # Errors
/// When something does not start.
pub fn run(servers: Servers) -> Result<()> {
    signals::heed()?;
    if servers.logs.exists() {
        fs::remove_dir_all(&servers.logs).context("removing the logs of the last run")?;
    }
    fs::create_dir_all(&servers.logs).context("making a folder for logs")?;
    let scratch = servers.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let folder = scratch.join(format!("young-minds-servers-{}", std::process::id()));
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("making {}", folder.display()))?;
    let outcome = run_in(&servers, &folder);
    let removed = fs::remove_dir_all(&folder).context("removing the folder of the run");
    outcome.and(removed)
}

fn run_in(servers: &Servers, folder: &Path) -> Result<()> {
    let gone = stdin_ends();
    let (product, running, mut report) = bring_up(servers, folder)?;
    let (product, running) = (Arc::new(product), Arc::new(Mutex::new(running)));
    report["control"] = control(&product, &running)?.to_string().into();
    println!("{report}");
    while !gone.load(Ordering::Acquire) && signals::came().is_none() {
        thread::sleep(Duration::from_millis(50));
    }
    lock(&running).stop();
    Ok(())
}

fn bring_up(servers: &Servers, folder: &Path) -> Result<(Product, Running, Value)> {
    let (key, secret) = (
        format!("test{}", secrets::random_hex(6)?),
        secrets::random_hex(32)?,
    );
    let site = servers.dist.join("site");
    let provider = Provider::new()?;
    let providers = folder.join("providers.json");
    fs::write(&providers, provider.settings().to_string()).context("writing the providers")?;
    let mut product = Product {
        program: servers.dist.join("young-minds"),
        settings: vec![
            ("TZ", "UTC".to_owned()),
            (
                "MAIL_URL",
                format!("file:{}", folder.join("mail").display()),
            ),
            ("LEPTOS_SITE_ROOT", site.display().to_string()),
            ("LIVEKIT_API_KEY", key.clone()),
            ("LIVEKIT_API_SECRET", secret.clone()),
            ("OIDC_PROVIDERS", providers.display().to_string()),
            // All tests come from one address.
            ("SIGN_IN_FAILURES_PER_ADDRESS", "100000".to_owned()),
            ("ACCOUNT_REQUESTS_PER_ADDRESS", "100000".to_owned()),
            ("OPEN_BOOKINGS_PER_PAIR", "1000".to_owned()),
            ("RUST_BACKTRACE", "1".to_owned()),
            ("NO_COLOR", "1".to_owned()),
        ],
    };
    let plan = |name: &str, webhooks: &str| Plan {
        name: name.to_owned(),
        program: servers.livekit.clone(),
        key: key.clone(),
        secret: secret.clone(),
        webhook: Some(format!("{webhooks}/api/livekit/webhook")),
        ports: [0; 3],
        flags: Vec::new(),
        output: Output::Log(servers.logs.join(format!("{name}.log"))),
    };
    let mut report = json!({ "livekitKey": key, "livekitSecret": secret });
    report["provider"] = provider.report();
    let running = match &servers.postgres {
        Some(postgres) if servers.cluster => cluster::bring_up(
            &servers.logs,
            folder,
            postgres,
            &mut product,
            plan,
            &mut report,
        )?,
        _ => one_of_each(servers, folder, &mut product, plan, &mut report)?,
    };
    report["apps"] = running
        .apps
        .iter()
        .map(|app| app.address.to_string())
        .collect();
    report["nodes"] = running
        .nodes
        .iter()
        .map(|node| node.address().to_string())
        .collect();
    Ok((product, running, report))
}

fn one_of_each(
    servers: &Servers,
    folder: &Path,
    product: &mut Product,
    plan: impl Fn(&str, &str) -> Plan,
    report: &mut Value,
) -> Result<Running> {
    let mut place = Place::new("app", &servers.logs)?;
    let app_url = format!("http://{}", place.address);
    // Lost webhooks go to a port that nobody listens on.
    let webhooks = match servers.lose_webhooks {
        true => format!("http://127.0.0.1:{}", ports::free_tcp()?),
        false => app_url.clone(),
    };
    let node = LiveKit::start(plan("livekit", &webhooks))?;
    let database = folder.join("browser.sqlite");
    product.settings.extend([
        ("APP_URL", app_url.clone()),
        ("DATABASE_URL", format!("sqlite://{}", database.display())),
        ("LIVEKIT_WS_URL", node.ws_url()),
    ]);
    let app = place.start(product)?;
    app.ready()?;
    report["appPid"] = app.process().id().into();
    report["appUrl"] = app_url.into();
    Ok(Running {
        apps: vec![place],
        nodes: vec![node],
        cluster: None,
    })
}

/// Turns true when whoever started this process has gone.
fn stdin_ends() -> Arc<AtomicBool> {
    let gone = Arc::new(AtomicBool::new(false));
    let say = Arc::clone(&gone);
    thread::spawn(move || {
        // A broken pipe is an end too.
        let _ended = io::copy(&mut io::stdin(), &mut io::sink());
        say.store(true, Ordering::Release);
    });
    gone
}

/// Answers tests from now on; where.
fn control(product: &Arc<Product>, running: &Arc<Mutex<Running>>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("a port for control")?;
    let address = listener.local_addr().context("a port for control")?;
    let (product, running) = (Arc::clone(product), Arc::clone(running));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (product, running) = (Arc::clone(&product), Arc::clone(&running));
            // A test that has gone away needs no answer.
            thread::spawn(move || serve(&stream, &product, &running));
        }
    });
    Ok(address)
}

fn serve(mut stream: &TcpStream, product: &Product, running: &Mutex<Running>) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let answer = match answer(&line, product, running) {
        Ok(text) => json!({ "ok": text }),
        Err(error) => json!({ "error": format!("{error:#}") }),
    };
    writeln!(stream, "{answer}")
}

fn answer(line: &str, product: &Product, running: &Mutex<Running>) -> Result<String> {
    let words: Vec<String> = serde_json::from_str(line).context("not a list of words")?;
    let (order, rest) = words.split_first().context("no words")?;
    if order == "seed" {
        let made = product
            .command()
            .args(&words)
            .output()
            .context("running seed")?;
        let log = String::from_utf8_lossy(&made.stderr);
        ensure!(made.status.success(), "{}: {log}", words.join(" "));
        return String::from_utf8(made.stdout).context("what seed printed");
    }
    let [name] = rest else {
        bail!("{order} is for one server")
    };
    lock(running).order(order, name, product)?;
    Ok(String::new())
}

/// A panic in another thread fails a test; the servers are ended all the same.
fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
