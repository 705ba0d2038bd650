//! Live updates: `GET /api/events?session=` sends the full state of a session whenever it changes;
//! without `session`, `GET /api/events` names those of the caller's sessions that changed. Pages have streams of their
//! own at [`PAGES_PATH`], in the form in which they read everything else.

mod shapes;

use super::{
    answer::Failure,
    auth::{self, Login},
    bodies::Watched,
    extract::{Params, parse_id},
    openapi::{Refuses, Usual},
};
use crate::{AppState, Result, live::Update, login::CurrentLogin, meetings, sessions};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header},
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use domain::{
    access::Access,
    ids::{LoginId, SessionId},
    problem::Problem,
    time::{Millis, Timestamp},
    views::{LiveState, MyChanges},
};
use futures::{Stream, stream};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::Instant,
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where pages listen.
const PAGES_PATH: &str = "/live";
/// A comment is sent, and the login looked at again, this often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Streams one login may hold open; a browser keeps one per visible tab.
const PER_LOGIN: usize = 8;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(watch_session))
        .route(PAGES_PATH, get(watch_for_page))
        .layer(Extension(Open::default()))
}

/// The live state of a session, or what changed among the caller's sessions, as server-sent events.
///
/// With `session`, each event is called `state`; its data is a JSON object with `access` (the join
/// decision), `now`, `present` and `late`. Without, each event is called
/// `sessions`; its data is a JSON object with `now` and `sessions`, the ids of those that changed,
/// or whose meeting opened or closed. The first event comes at once, with what changed within `age`.
#[utoipa::path(
    get, path = "/api/events", tag = "meetings", params(Watched),
    responses(
        (status = 200, description = "A stream of events", body = String, content_type = "text/event-stream"),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<422>, Refuses::<429>, Usual,
    )
)]
async fn watch_session(
    State(state): State<AppState>,
    login: Login,
    open: Extension<Open>,
    watched: Params<Watched>,
    headers: HeaderMap,
) -> std::result::Result<impl IntoResponse, Failure> {
    watch(state, login, open, watched, headers, Reader::Program).await
}

/// As [`watch_session`], for our own pages.
async fn watch_for_page(
    State(state): State<AppState>,
    login: Login,
    open: Extension<Open>,
    watched: Params<Watched>,
    headers: HeaderMap,
) -> std::result::Result<impl IntoResponse, Failure> {
    watch(state, login, open, watched, headers, Reader::Page).await
}

async fn watch(
    state: AppState,
    Login(login): Login,
    Extension(open): Extension<Open>,
    Params(watched): Params<Watched>,
    headers: HeaderMap,
    reader: Reader,
) -> std::result::Result<impl IntoResponse, Failure> {
    let topic = match watched.session {
        Some(session) => Topic::One(parse_id(&session)?),
        None => Topic::Mine,
    };
    let age = watched.age.map_or(Duration::ZERO, Duration::from_millis);
    let place = open.take(login.login)?;
    let watcher = Watcher::start(state, headers, login, topic, age, place).await?;
    let quiet = [
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let beat = KeepAlive::new().interval(HEARTBEAT);
    let stream = watcher.into_stream(reader);
    Ok((quiet, Sse::new(stream).keep_alive(beat)))
}

/// Counts open streams by login.
#[derive(Clone, Default)]
struct Open(Arc<Mutex<HashMap<LoginId, usize>>>);

/// One open stream; leaving gives the place back.
struct Place {
    open: Open,
    login: LoginId,
}

impl Open {
    fn take(&self, login: LoginId) -> std::result::Result<Place, Problem> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(login).or_default();
        if *count >= PER_LOGIN {
            return Err(Problem::TooMany { retry_after_s: 5 });
        }
        *count += 1;
        Ok(Place {
            open: self.clone(),
            login,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.login) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.login);
            }
        }
    }
}

/// What a stream is about.
enum Topic {
    /// The full state of one session.
    One(SessionId),
    /// Which of the caller's sessions changed.
    Mine,
}

/// What is sent.
enum Said {
    State(LiveState),
    Sessions(MyChanges),
}

/// Who reads a stream.
#[derive(Debug, Clone, Copy)]
enum Reader {
    /// A program, which reads times in RFC 3339.
    Program,
    /// A page of ours, which reads milliseconds.
    Page,
}

impl Said {
    fn event(&self, reader: Reader) -> Option<Event> {
        let event = Event::default();
        match (self, reader) {
            (Self::State(state), Reader::Page) => event.event("state").json_data(state),
            (Self::State(state), Reader::Program) => event
                .event("state")
                .json_data(shapes::LiveState::from(state)),
            (Self::Sessions(changes), Reader::Page) => event.event("sessions").json_data(changes),
            (Self::Sessions(changes), Reader::Program) => event
                .event("sessions")
                .json_data(shapes::Changes::from(changes)),
        }
        .ok()
    }
}

/// What a stream remembers between two events.
struct Watcher {
    state: AppState,
    /// The cookie, for looking at the login again.
    headers: HeaderMap,
    login: CurrentLogin,
    topic: Topic,
    changes: broadcast::Receiver<Update>,
    shutdown: watch::Receiver<bool>,
    /// The state that is sent next, while there is one.
    unsent: Option<Said>,
    /// When join decisions change by themselves.
    edges: Vec<(Timestamp, SessionId)>,
    checked_at: Instant,
    _place: Place,
}

/// Why a watcher woke up.
enum Woken {
    /// This session; `None` when it may be any.
    Changed(Option<SessionId>),
    /// The first of the edges has come.
    Edge,
    Heartbeat,
    Stopping,
}

impl Watcher {
    /// Subscribes first and reads then, so that no change falls between the two.
    async fn start(
        state: AppState,
        headers: HeaderMap,
        login: CurrentLogin,
        topic: Topic,
        age: Duration,
        place: Place,
    ) -> std::result::Result<Self, Failure> {
        let (changes, shutdown) = (state.events.subscribe(), state.shutdown.clone());
        let mut watcher = Self {
            state,
            headers,
            login,
            topic,
            changes,
            shutdown,
            unsent: None,
            edges: Vec::new(),
            checked_at: Instant::now(),
            _place: place,
        };
        let missed = watcher.state.events.within(age);
        let mut first = watcher.look(Woken::Changed(None)).await?;
        match &mut first {
            Said::State(state) => {
                if matches!(state.access, Access::NotFound | Access::NotYours) {
                    return Err(Problem::NoAccess(state.access).into());
                }
            }
            Said::Sessions(changes) => changes
                .sessions
                .retain(|session| missed.iter().any(|change| change.concerns(*session))),
        }
        watcher.unsent = Some(first);
        Ok(watcher)
    }

    fn into_stream(
        self,
        reader: Reader,
    ) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
        stream::unfold(self, move |mut watcher| async move {
            let said = watcher.next().await?;
            Some((Ok(said.event(reader)?), watcher))
        })
    }

    /// What to send next; `None` ends the stream, and the browser asks again if it may.
    async fn next(&mut self) -> Option<Said> {
        if let Some(first) = self.unsent.take() {
            return Some(first);
        }
        loop {
            let woken = self.wait().await;
            let is_heartbeat = match woken {
                Woken::Stopping => return None,
                Woken::Heartbeat => true,
                Woken::Changed(_) | Woken::Edge => false,
            };
            if !self.still_signed_in().await {
                return None;
            }
            if !is_heartbeat {
                return self.look(woken).await.ok();
            }
        }
    }

    /// Reads what is to be sent now, and when decisions change next.
    async fn look(&mut self, woken: Woken) -> Result<Said> {
        match self.topic {
            Topic::One(session) => {
                let state = meetings::live_state(&self.state, &self.login, session).await?;
                let edge = next_edge(state.access).map(|edge| (edge, session));
                self.edges = edge.into_iter().collect();
                Ok(Said::State(state))
            }
            Topic::Mine => {
                let now = self.state.clock.now();
                let decisions = sessions::decisions(&self.state, &self.login).await?;
                let sessions = match woken {
                    Woken::Changed(Some(session)) => vec![session],
                    Woken::Changed(None) => decisions.iter().map(|(id, _)| *id).collect(),
                    Woken::Edge | Woken::Heartbeat | Woken::Stopping => {
                        let due = |edge: &&(Timestamp, SessionId)| edge.0 <= now;
                        self.edges.iter().filter(due).map(|edge| edge.1).collect()
                    }
                };
                let edge = |(id, decision)| next_edge(decision).map(|edge| (edge, id));
                self.edges = decisions.into_iter().filter_map(edge).collect();
                Ok(Said::Sessions(MyChanges { now, sessions }))
            }
        }
    }

    /// Whether an update is one to tell of, and of which session.
    fn concerned(&self, update: Update) -> Option<Woken> {
        let Some(changed) = update.what() else {
            return Some(Woken::Changed(None));
        };
        let is_ours = match self.topic {
            Topic::One(own) => own == changed.session,
            Topic::Mine => changed.people.contains(&self.login.me.id),
        };
        is_ours.then_some(Woken::Changed(Some(changed.session)))
    }

    async fn wait(&mut self) -> Woken {
        loop {
            let heartbeat = self.checked_at + HEARTBEAT;
            let edge = self.edges.iter().map(|edge| edge.0).min();
            let to_edge = edge.map_or(HEARTBEAT, |edge| {
                real_time(edge.since(self.state.clock.now()))
            });
            let update = tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|stopping| *stopping) => return Woken::Stopping,
                update = self.changes.recv() => match update {
                    Ok(update) => update,
                    // Too many at once: ours may have been among them.
                    Err(RecvError::Lagged(_)) => Update::Unknown,
                    Err(RecvError::Closed) => return Woken::Stopping,
                },
                () = tokio::time::sleep(to_edge) => {
                    if edge.is_some_and(|edge| self.state.clock.now() >= edge) {
                        return Woken::Edge;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(heartbeat) => return Woken::Heartbeat,
            };
            if let Some(woken) = self.concerned(update) {
                return woken;
            }
        }
    }

    async fn still_signed_in(&mut self) -> bool {
        self.checked_at = Instant::now();
        match auth::current_login(&self.state, &self.headers).await {
            Ok(Some(login)) => login.login == self.login.login,
            Ok(None) => false,
            // Not knowing is no reason to disconnect; asking for the state will tell.
            Err(_) => true,
        }
    }
}

/// At least a millisecond, so that a clock which stands still makes no busy loop.
fn real_time(length: Millis) -> Duration {
    Duration::from_millis(u64::try_from(length.0).unwrap_or(0).max(1))
}

/// The first moment at which the join decision is another one by itself.
fn next_edge(access: Access) -> Option<Timestamp> {
    match access {
        Access::TooEarly { opens_at, .. } => Some(opens_at),
        // The last millisecond still belongs to the window.
        Access::Open { closes_at, .. } => Some(closes_at + Millis(1)),
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_holds_only_so_many_streams_and_gets_places_back() {
        let open = Open::default();
        let login = LoginId(uuid::Uuid::from_u128(1));
        let mut places: Vec<Place> = (0..PER_LOGIN)
            .map(|_| open.take(login).expect("a place"))
            .collect();
        assert!(open.take(login).is_err());
        assert!(open.take(LoginId(uuid::Uuid::from_u128(2))).is_ok());
        places.pop();
        assert!(open.take(login).is_ok());
        places.clear();
        assert!(open.0.lock().expect("not poisoned").is_empty());
    }
}
