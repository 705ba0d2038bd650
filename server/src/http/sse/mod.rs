//! Live updates: `GET /api/events?session=` sends the full state of a session whenever it changes;
//! without `session`, `GET /api/events` names those of the caller's sessions that changed. Pages have streams of their
//! own at [`PAGES_PATH`], in the form in which they read everything else.

mod hub;
mod places;
mod shapes;

use self::{
    hub::{HEARTBEAT, Hubs, Member, Topic},
    places::{Place, Places},
    shapes::{Reader, Rendered},
};
use super::{
    answer::Failure,
    auth::{self, Login},
    bodies::Watched,
    extract::{Params, parse_id},
    openapi::{Refuses, Usual},
};
use crate::{AppState, Result, accounts::Client, login::CurrentLogin, meetings, sessions};
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
use domain::{access::Access, ids::SessionId, problem::Problem, views::MyChanges};
use futures::{Stream, stream};
use std::{convert::Infallible, time::Duration};
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where pages listen.
const PAGES_PATH: &str = "/live";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(watch_session))
        .route(PAGES_PATH, get(watch_for_page))
        .layer(Extension(Shared::default()))
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
    from: Client,
    shared: Extension<Shared>,
    watched: Params<Watched>,
    headers: HeaderMap,
) -> std::result::Result<impl IntoResponse, Failure> {
    watch(
        state,
        (login, from, headers),
        shared,
        watched,
        Reader::Program,
    )
    .await
}

/// As [`watch_session`], for our own pages.
async fn watch_for_page(
    State(state): State<AppState>,
    login: Login,
    from: Client,
    shared: Extension<Shared>,
    watched: Params<Watched>,
    headers: HeaderMap,
) -> std::result::Result<impl IntoResponse, Failure> {
    watch(state, (login, from, headers), shared, watched, Reader::Page).await
}

/// What the streams of this process share.
#[derive(Debug, Clone, Default)]
struct Shared {
    places: Places,
    hubs: Hubs,
}

async fn watch(
    state: AppState,
    (Login(login), from, headers): (Login, Client, HeaderMap),
    Extension(shared): Extension<Shared>,
    Params(watched): Params<Watched>,
    reader: Reader,
) -> std::result::Result<impl IntoResponse, Failure> {
    let topic = match watched.session {
        Some(session) => Topic::One(parse_id(&session)?),
        None => Topic::Mine,
    };
    let age = watched.age.map_or(Duration::ZERO, Duration::from_millis);
    let limits = state.stream_limits;
    let place = shared
        .places
        .take(limits, login.login, login.me.id, from.address)?;
    let member = shared.hubs.join(&state, &login, headers.clone(), topic);
    let mut watcher = Watcher {
        state,
        headers,
        login,
        topic,
        unsent: None,
        member,
        _place: place,
    };
    watcher.begin(age).await?;
    let quiet = [
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let beat = KeepAlive::new().interval(HEARTBEAT);
    let stream = watcher.into_stream(reader);
    Ok((quiet, Sse::new(stream).keep_alive(beat)))
}

/// What a stream remembers between two events.
struct Watcher {
    state: AppState,
    /// The cookie, for looking at the login again.
    headers: HeaderMap,
    login: CurrentLogin,
    topic: Topic,
    /// The event that is sent next, while there is one.
    unsent: Option<Rendered>,
    member: Member,
    _place: Place,
}

impl Watcher {
    /// Reads what is shown first. The stream belongs to its hub already, so that no change falls between the two.
    async fn begin(&mut self, age: Duration) -> std::result::Result<(), Failure> {
        let missed = self.state.events.within(age);
        let is_missed = |id: &SessionId| missed.iter().any(|change| change.concerns(*id));
        self.unsent = Some(self.look(is_missed).await?);
        Ok(())
    }

    /// The state now; of a list, those sessions for which `is_named` holds.
    async fn look(&self, is_named: impl Fn(&SessionId) -> bool) -> Result<Rendered> {
        match self.topic {
            Topic::One(session) => {
                let state = meetings::live_state(&self.state, &self.login, session).await?;
                if matches!(state.access, Access::NotFound | Access::NotYours) {
                    return Err(Problem::NoAccess(state.access).into());
                }
                self.member.learn(&[(session, state.access)]);
                Ok(Rendered::state(&state))
            }
            Topic::Mine => {
                let now = self.state.clock.now();
                let decisions = sessions::decisions(&self.state, &self.login).await?;
                self.member.learn(&decisions);
                let ids = decisions.into_iter().map(|(id, _)| id);
                let sessions = ids.filter(is_named).collect();
                Ok(Rendered::sessions(&MyChanges { now, sessions }))
            }
        }
    }

    fn into_stream(
        self,
        reader: Reader,
    ) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
        stream::unfold(self, move |mut watcher| async move {
            let event = watcher.next(reader).await?;
            Some((Ok(event), watcher))
        })
    }

    /// What to send next; `None` ends the stream, and the browser asks again if it may.
    async fn next(&mut self, reader: Reader) -> Option<Event> {
        if let Some(first) = self.unsent.take() {
            return first.event(reader);
        }
        loop {
            match self.member.told.recv().await {
                Ok(told) if told.gone.contains(&self.login.login) => return None,
                Ok(told) => {
                    if let Some(said) = told.about(self.topic) {
                        return said.event(reader);
                    }
                }
                // Read too slowly: what was told meanwhile is told again, all at once.
                Err(RecvError::Lagged(_)) => {
                    self.member.told = self.member.told.resubscribe();
                    if !self.still_signed_in().await {
                        return None;
                    }
                    return self.look(|_| true).await.ok()?.event(reader);
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn still_signed_in(&self) -> bool {
        match auth::current_login(&self.state, &self.headers).await {
            Ok(Some(login)) => login.login == self.login.login,
            Ok(None) => false,
            // Not knowing is no reason to disconnect; asking for the state will tell.
            Err(_) => true,
        }
    }
}
