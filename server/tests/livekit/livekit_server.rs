//! A livekit-server of a test's own: started from `deploy/livekit.yaml`, and gone with the test.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use std::{
    env,
    net::Ipv4Addr,
    ops::{Deref, DerefMut},
    path::PathBuf,
    process::Command,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use xtask::stack::{LiveKit, Output, Plan, ports};

/// Name of the key that `deploy/livekit.yaml` signs webhooks with.
pub const KEY: &str = "young-minds";
/// Its secret here.
pub const SECRET: &str = "0123456789abcdef-not-a-secret-0123456789";

/// A message as it came.
pub struct Webhook {
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// A running server; killed when dropped. What it can do is in the launcher; starting waits in the thread, which is the
/// test's own.
pub struct LiveKitServer(LiveKit);

impl LiveKitServer {
    /// Starts from the file as it is. Make no rooms: its webhooks go where the file says.
    pub fn start() -> Self {
        Self::start_from(None)
    }

    /// Starts from the file, with webhooks going nowhere.
    pub fn start_silent() -> Self {
        // A port that nobody listens on: free a moment ago and not given to anybody.
        let port = ports::free_tcp().expect("a port");
        Self::start_from(Some(format!("http://127.0.0.1:{port}/")))
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
        let server = Self::start_from(Some(format!("http://{address}/webhook")));
        (server, receiver)
    }

    fn start_from(webhook: Option<String>) -> Self {
        let plan = Plan {
            name: "livekit-server".to_owned(),
            program: binary(),
            key: KEY.to_owned(),
            secret: SECRET.to_owned(),
            webhook,
            ports: [0; 3],
            flags: vec!["--logging.level".to_owned(), "error".to_owned()],
            output: Output::Shared,
        };
        Self(LiveKit::start(plan).expect("livekit-server starts"))
    }

    /// Sends a signal to the server, and only to it.
    pub fn signal(&self, name: &str) {
        let process = self.0.process().expect("the server runs");
        process.signal(name).expect("sent");
    }

    /// Makes the server hang until [`LiveKitServer::signal`] tells it to go on with `CONT`. A signal is delivered
    /// some time after `kill` returns, and the threads stop one after the other: waits until all of them stand.
    pub async fn hang(&self) {
        self.signal("STOP");
        let id = self.0.process().expect("the server runs").id();
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

impl Deref for LiveKitServer {
    type Target = LiveKit;

    fn deref(&self) -> &LiveKit {
        &self.0
    }
}

impl DerefMut for LiveKitServer {
    fn deref_mut(&mut self) -> &mut LiveKit {
        &mut self.0
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
