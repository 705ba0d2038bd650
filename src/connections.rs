//! Connections: how many there may be, how long each may keep us waiting, and what they are served.
//!
//! HTTP/1 only. Browsers speak HTTP/2 to the proxy in front, which speaks HTTP/1 to us; without TLS nobody else would. In
//! exchange every limit below is one of HTTP/1's, and telling the versions apart needs no waiting for a first byte.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use server::config::{Config, Proxies};
use std::{
    collections::HashMap,
    io::Write,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// For whom we wait how long.
const PATIENCE: Patience = Patience {
    head: Duration::from_secs(10),
    taking: Duration::from_secs(30),
};
/// What a connection keeps of what it reads and writes; a larger head of a request is refused.
const BUFFER_MAX: usize = 64 * 1024;
/// The part of all connections that a single peer may have, unless it is a proxy or on this machine.
const PEER_SHARE: usize = 4;
/// Requests under way at shutdown have this long to finish.
pub const GRACE: Duration = Duration::from_secs(10);
/// Refusals are logged at most this often.
const SAY_EVERY: Duration = Duration::from_secs(60);
/// What a connection too many reads.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 57\r\n\r\n\
    There are too many connections. Please try again shortly.";

/// How long a client may keep us waiting.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For its first byte and the rest of a request's head, and as long again for the next request.
    head: Duration,
    /// With an answer of which it takes nothing. Whoever listens for changes, of which there are none, has taken
    /// everything.
    taking: Duration,
}

/// Accepts connections until `shutdown` turns true, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: &Config,
    mut shutdown: watch::Receiver<bool>,
) {
    let http = http(PATIENCE);
    let places = Places::new(config);
    let connections = GracefulShutdown::new();
    let mut services = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut said = None;
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, for example: wait for some to come back.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = shutdown.wait_for(|stopping| *stopping) => break,
        };
        let Some(place) = places.take(peer.ip()) else {
            if said.is_none_or(|said: Instant| said.elapsed() >= SAY_EVERY) {
                tracing::warn!(
                    "connections are refused: there are too many, in all or of one peer (MAX_CONNECTIONS)"
                );
                said = Some(Instant::now());
            }
            refuse(stream);
            continue;
        };
        let _delayed_packets_only = stream.set_nodelay(true);
        let Ok(service) = tower::Service::call(&mut services, peer).await;
        let service = service.map_request(|request: hyper::Request<hyper::body::Incoming>| {
            request.map(axum::body::Body::new)
        });
        let connection =
            http.serve_connection(patient(stream, PATIENCE), TowerToHyperService::new(service));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection closed early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time");
    }
}

fn http(patience: Patience) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(BUFFER_MAX);
    http
}

/// A stream that fails when the other end takes nothing.
fn patient<S: AsyncRead + AsyncWrite>(
    stream: S,
    patience: Patience,
) -> TokioIo<Pin<Box<TimeoutStream<S>>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience.taking));
    TokioIo::new(Box::pin(stream))
}

/// Says why, as far as that goes without waiting.
fn refuse(stream: TcpStream) {
    let said = stream
        .into_std()
        .and_then(|mut stream| stream.write_all(FULL));
    if let Err(error) = said {
        tracing::debug!(%error, "a refused connection was not told why");
    }
}

/// How many connections there may be.
struct Places {
    most: usize,
    proxies: Proxies,
    taken: Arc<Taken>,
}

/// How many there are, in all and of each peer that is one of many.
#[derive(Debug, Default)]
struct Taken(Mutex<(usize, HashMap<IpAddr, usize>)>);

impl Taken {
    fn counts(&self) -> MutexGuard<'_, (usize, HashMap<IpAddr, usize>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place, given back when it ends.
struct Place {
    taken: Arc<Taken>,
    peer: Option<IpAddr>,
}

impl Places {
    fn new(config: &Config) -> Self {
        Self {
            most: usize::try_from(config.limits.max_connections).unwrap_or(usize::MAX),
            proxies: config.limits.trusted_proxies.clone(),
            taken: Arc::default(),
        }
    }

    /// A place for one more connection of `peer`, if there is one.
    fn take(&self, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let is_one_of_many = !peer.is_loopback() && !self.proxies.trust(peer);
        let peer = is_one_of_many.then_some(peer);
        let (in_all, by_peer) = &mut *self.taken.counts();
        if *in_all >= self.most {
            return None;
        }
        if let Some(peer) = peer {
            let theirs = by_peer.entry(peer).or_default();
            if *theirs >= (self.most / PEER_SHARE).max(1) {
                return None;
            }
            *theirs += 1;
        }
        *in_all += 1;
        let taken = Arc::clone(&self.taken);
        Some(Place { taken, peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (in_all, by_peer) = &mut *self.taken.counts();
        *in_all -= 1;
        let Some(peer) = self.peer else { return };
        if let Some(theirs) = by_peer.get_mut(&peer) {
            *theirs -= 1;
            if *theirs == 0 {
                by_peer.remove(&peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, http::Request, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
        task::JoinHandle,
    };

    /// A connection on which nobody is waited for for long.
    fn connection() -> (DuplexStream, JoinHandle<hyper::Result<()>>) {
        let patience = Patience {
            head: Duration::from_millis(300),
            taking: Duration::from_millis(300),
        };
        let (ours, theirs) = tokio::io::duplex(1_024);
        let router = Router::new()
            .route("/", get(async || "hello"))
            .route("/large", get(async || "large ".repeat(100_000)));
        let service =
            router.map_request(|request: Request<hyper::body::Incoming>| request.map(Body::new));
        let connection = http(patience)
            .serve_connection(patient(ours, patience), TowerToHyperService::new(service));
        (theirs, tokio::spawn(connection))
    }

    /// All that is answered to what is sent, until the connection ends.
    async fn send(text: &str) -> String {
        let (mut client, _serving) = connection();
        // What is refused is not taken to its end.
        let _cut_short = client.write_all(text.as_bytes()).await;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("text");
        answer
    }

    #[tokio::test]
    async fn whoever_says_nothing_or_half_of_it_is_left_after_a_while() {
        let half = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Half";
        for said in ["", "G", "PRI * HT", half] {
            let answer = send(said).await;
            assert!(!answer.contains("200 OK"), "{said} {answer}");
        }
        // The same holds for the next request.
        let answer = send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    }

    #[tokio::test]
    async fn whoever_takes_nothing_of_an_answer_is_left_after_a_while() {
        let (mut client, serving) = connection();
        let ask = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.write_all(ask).await.expect("sent");
        let left = serving.await.expect("no panic");
        assert!(left.is_err(), "{left:?}");
    }

    #[tokio::test]
    async fn heads_that_are_too_large_are_refused() {
        for head in [
            format!("GET / HTTP/1.1\r\nX-Large: {}", "a".repeat(BUFFER_MAX)),
            format!("GET / HTTP/1.1\r\n{}\r\n", "X-Many: a\r\n".repeat(101)),
        ] {
            let answer = send(&head).await;
            assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        }
    }

    #[test]
    fn a_peer_has_its_share_and_proxies_and_this_machine_all_that_is_left() {
        let places = Places {
            most: 8,
            proxies: "10.0.0.0/8".parse().expect("networks"),
            taken: Arc::default(),
        };
        let take = |peer: &str| places.take(peer.parse().expect("an address"));
        let theirs = [take("192.0.2.7"), take("::ffff:192.0.2.7")];
        assert!(theirs.iter().all(Option::is_some));
        assert!(take("192.0.2.7").is_none(), "a quarter of eight");
        let rest: Vec<_> = (0..3)
            .flat_map(|_| [take("10.1.1.1"), take("127.0.0.1")])
            .collect();
        assert!(rest.iter().all(Option::is_some));
        assert!(take("127.0.0.1").is_none() && take("192.0.2.8").is_none());
        drop(theirs);
        assert!(take("192.0.2.7").is_some(), "given back");
        drop(rest);
        let (in_all, by_peer) = &*places.taken.counts();
        assert!(*in_all == 0 && by_peer.is_empty(), "{in_all} {by_peer:?}");
    }

    #[test]
    fn a_refusal_says_its_own_length() {
        let text = std::str::from_utf8(FULL).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
    }
}
