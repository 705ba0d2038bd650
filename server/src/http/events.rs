//! Live updates: `GET /api/events?session=` sends the full state of a session whenever it changes.

use super::{
    answer::Failure,
    auth::{self, Login},
    bodies::Watched,
    extract::{Params, parse_id},
    openapi::{Refuses, Usual},
};
use crate::{AppState, accounts::CurrentLogin, events::Change, rooms};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header},
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use domain::{
    access::Access,
    ids::{LoginId, SessionId},
    problem::Problem,
    time::{Millis, Timestamp},
    views::LiveState,
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

/// A comment is sent, and the login looked at again, this often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Streams one login may hold open; a browser keeps one per visible tab.
const PER_LOGIN: usize = 8;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(watch_session))
        .layer(Extension(Open::default()))
}

/// The live state of a session, as server-sent events.
///
/// Each event is called `state`; its data is a JSON object with `access` (the join decision, times
/// in milliseconds since 1970), `now` and `present`. The first event comes at once.
#[utoipa::path(
    get, path = "/api/events", tag = "meetings", params(Watched),
    responses(
        (status = 200, description = "A stream of events", body = String, content_type = "text/event-stream"),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<422>, Refuses::<429>, Usual,
    )
)]
async fn watch_session(
    State(state): State<AppState>,
    Login(login): Login,
    Extension(open): Extension<Open>,
    Params(watched): Params<Watched>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    let session = parse_id(&watched.session)?;
    let place = open.take(login.login)?;
    let watcher = Watcher::start(state, headers, login, session, place).await?;
    let quiet = [
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let beat = KeepAlive::new().interval(HEARTBEAT);
    Ok((quiet, Sse::new(watcher.into_stream()).keep_alive(beat)))
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
    fn take(&self, login: LoginId) -> Result<Place, Problem> {
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

/// What a stream remembers between two events.
struct Watcher {
    state: AppState,
    /// The cookie, for looking at the login again.
    headers: HeaderMap,
    login: CurrentLogin,
    session: SessionId,
    changes: broadcast::Receiver<Change>,
    shutdown: watch::Receiver<bool>,
    /// The state that is sent next, while there is one.
    unsent: Option<LiveState>,
    /// When the join decision changes by itself.
    edge: Option<Timestamp>,
    checked_at: Instant,
    _place: Place,
}

/// Why a watcher woke up.
enum Woken {
    Changed,
    Heartbeat,
    Stopping,
}

impl Watcher {
    /// Subscribes first and reads then, so that no change falls between the two.
    async fn start(
        state: AppState,
        headers: HeaderMap,
        login: CurrentLogin,
        session: SessionId,
        place: Place,
    ) -> Result<Self, Failure> {
        let changes = state.events.subscribe();
        let first = rooms::live_state(&state, &login, session).await?;
        if matches!(first.access, Access::NotFound | Access::NotYours) {
            return Err(Problem::NoAccess(first.access).into());
        }
        let shutdown = state.shutdown.clone();
        let edge = next_edge(first.access);
        let checked_at = Instant::now();
        Ok(Self {
            state,
            headers,
            login,
            session,
            changes,
            shutdown,
            unsent: Some(first),
            edge,
            checked_at,
            _place: place,
        })
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut watcher| {
            let state = watcher.next().await?;
            let event = Event::default().event("state").json_data(&state).ok()?;
            Some((Ok(event), watcher))
        })
    }

    /// The next state to send; `None` ends the stream, and the browser asks again if it may.
    async fn next(&mut self) -> Option<LiveState> {
        if let Some(first) = self.unsent.take() {
            return Some(first);
        }
        loop {
            let woken = self.wait().await;
            match woken {
                Woken::Stopping => return None,
                Woken::Changed => {}
                Woken::Heartbeat => {
                    if !self.still_signed_in().await {
                        return None;
                    }
                    continue;
                }
            }
            if !self.still_signed_in().await {
                return None;
            }
            let now = rooms::live_state(&self.state, &self.login, self.session)
                .await
                .ok()?;
            self.edge = next_edge(now.access);
            return Some(now);
        }
    }

    async fn wait(&mut self) -> Woken {
        loop {
            let heartbeat = self.checked_at + HEARTBEAT;
            let to_edge = self.edge.map_or(HEARTBEAT, |edge| {
                real_time(edge.since(self.state.clock.now()))
            });
            tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|stopping| *stopping) => return Woken::Stopping,
                change = self.changes.recv() => match change {
                    Ok(change) if change.concerns(self.session) => return Woken::Changed,
                    Ok(_of_another) => {}
                    // Too many at once: ours may have been among them.
                    Err(RecvError::Lagged(_)) => return Woken::Changed,
                    Err(RecvError::Closed) => return Woken::Stopping,
                },
                () = tokio::time::sleep(to_edge) => {
                    if self.edge.is_some_and(|edge| self.state.clock.now() >= edge) {
                        self.edge = None;
                        return Woken::Changed;
                    }
                }
                () = tokio::time::sleep_until(heartbeat) => return Woken::Heartbeat,
            }
        }
    }

    async fn still_signed_in(&mut self) -> bool {
        self.checked_at = Instant::now();
        match auth::current_login(&self.state, &self.headers).await {
            Ok(Some(login)) => login.login == self.login.login,
            Ok(None) => false,
            // Not knowing is no reason to hang up; asking for the state will tell.
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
