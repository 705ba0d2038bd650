//! A livekit-server of a test's own: started from `deploy/livekit.yaml`, and gone with the test.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use std::{
    env,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

/// Name of the key that `deploy/livekit.yaml` signs webhooks with.
pub const KEY: &str = "young-minds";
/// Its secret here.
pub const SECRET: &str = "0123456789abcdef-not-a-secret-0123456789";
/// The webhook address in `deploy/livekit.yaml`.
const WEBHOOK_URL: &str = "http://127.0.0.1:3000/api/livekit/webhook";

/// A message as it came.
pub struct Webhook {
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

struct Ports {
    http: u16,
    tcp: u16,
    udp: u16,
}

/// A running server; killed when dropped.
pub struct LiveKitServer {
    ports: Ports,
    config: Config,
    child: Option<Child>,
}

#[derive(Clone)]
enum Config {
    /// The file itself.
    File,
    /// The file's text with another webhook address.
    Text(String),
}

impl LiveKitServer {
    /// Starts from the file as it is. Make no rooms: its webhooks go where the file says.
    pub async fn start() -> Self {
        Self::start_from(Config::File).await
    }

    /// Starts from the file, with webhooks going nowhere.
    pub async fn start_silent() -> Self {
        // A port that nobody listens on: free a moment ago and not given to anybody.
        let nowhere = format!("http://127.0.0.1:{}/", free_tcp_port());
        Self::start_from(Config::Text(config_text(&nowhere))).await
    }

    /// Starts from the file, with webhooks going to the receiver.
    pub async fn start_with_webhooks() -> (Self, mpsc::UnboundedReceiver<Webhook>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = Router::new()
            .route("/webhook", post(take))
            .with_state(sender);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let server = Self::start_from(Config::Text(config_text(&format!(
            "http://{address}/webhook"
        ))))
        .await;
        (server, receiver)
    }

    async fn start_from(config: Config) -> Self {
        // Another process may take a port between our look and LiveKit's: then again with others.
        for _ in 0..3 {
            let ports = Ports {
                http: free_tcp_port(),
                tcp: free_tcp_port(),
                udp: free_udp_port(),
            };
            let mut server = Self {
                ports,
                child: None,
                config: config.clone(),
            };
            if server.launch().await {
                return server;
            }
        }
        panic!("livekit-server does not start; see its output above");
    }

    /// Starts the process and waits until it serves; `false` when it ended instead.
    async fn launch(&mut self) -> bool {
        let mut command = Command::new(binary());
        match &self.config {
            Config::File => command.arg("--config").arg(config_path()),
            Config::Text(text) => command.arg("--config-body").arg(text),
        };
        command
            .args(["--bind", "127.0.0.1", "--node-ip", "127.0.0.1"])
            .args([
                "--rtc.use_external_ip=false",
                "--rtc.enable_loopback_candidate",
            ])
            .args(["--port", &self.ports.http.to_string()])
            .args(["--rtc.tcp_port", &self.ports.tcp.to_string()])
            .args([
                "--rtc.udp_port.start",
                &self.ports.udp.to_string(),
                "--rtc.udp_port.end",
                "0",
            ])
            .args(["--prometheus.port", "0", "--logging.level", "error"])
            // Every setting can come from the environment, and proxies too.
            .env_clear()
            .env("LIVEKIT_KEYS", format!("{KEY}: {SECRET}"))
            .stdin(Stdio::null());
        self.child = Some(command.spawn().expect("LIVEKIT_SERVER_BIN names a program"));
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if self
                .child
                .as_mut()
                .is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_some()))
            {
                return false;
            }
            if TcpStream::connect(self.address()).await.is_ok()
                && self.get("/").await == (200, "OK".to_owned())
            {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// Kills the server, as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _killed = child.kill();
            let _status = child.wait();
        }
    }

    /// Starts the server again on the same ports.
    pub async fn start_again(&mut self) {
        assert!(self.launch().await, "livekit-server starts again");
    }

    /// Sends a signal to the server, and only to it.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("the server runs").id();
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(id.to_string())
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "kill -{name} {id}"
        );
    }

    /// Makes the server hang until [`LiveKitServer::signal`] tells it to go on with `CONT`. A signal is delivered
    /// some time after `kill` returns, and the threads stop one after the other: waits until all of them stand.
    pub async fn hang(&self) {
        self.signal("STOP");
        let id = self.child.as_ref().expect("the server runs").id();
        for _ in 0..500 {
            // One line a thread on Linux, one for the process elsewhere.
            let threads: &[&str] = if cfg!(target_os = "linux") {
                &["-L"]
            } else {
                &[]
            };
            let states = Command::new("ps")
                .args(threads)
                .args(["-o", "state=", "-p", &id.to_string()])
                .output()
                .expect("ps runs");
            let states = String::from_utf8_lossy(&states.stdout);
            if !states.trim().is_empty()
                && states.lines().all(|state| state.trim().starts_with('T'))
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server goes on although it was stopped");
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.http).into()
    }

    /// Where clients connect.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address())
    }

    /// Status and body of a GET request.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address())
            .await
            .expect("the server listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address()
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let body = answer
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned());
        (status, body.unwrap_or_default())
    }
}

impl Drop for LiveKitServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn take(
    State(sender): State<mpsc::UnboundedSender<Webhook>>,
    headers: HeaderMap,
    body: Bytes,
) {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    // The test may be over already.
    let _sent = sender.send(Webhook {
        authorization: header("authorization"),
        content_type: header("content-type"),
        body: body.to_vec(),
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn binary() -> PathBuf {
    match env::var("LIVEKIT_SERVER_BIN") {
        Ok(path) if !path.is_empty() => PathBuf::from(path),
        _ => panic!(
            "LIVEKIT_SERVER_BIN is not set: it must name a livekit-server binary; ./test sets it"
        ),
    }
}

fn config_path() -> PathBuf {
    // The root package's tests use this file as well.
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut files = folders.map(|folder| folder.join("deploy/livekit.yaml"));
    files
        .find(|file| file.is_file())
        .expect("deploy/livekit.yaml")
}

/// The production file with another webhook address and nothing else changed.
fn config_text(webhook_url: &str) -> String {
    let text = std::fs::read_to_string(config_path()).expect("deploy/livekit.yaml");
    assert_eq!(
        text.matches(WEBHOOK_URL).count(),
        1,
        "deploy/livekit.yaml names {WEBHOOK_URL} once"
    );
    text.replace(WEBHOOK_URL, webhook_url)
}

fn free_tcp_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn free_udp_port() -> u16 {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.local_addr().expect("an address").port()
}
