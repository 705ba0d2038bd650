//! `/meeting/{id}`: the join decision as a page, and behind an open gate the call.

use crate::{
    api::{error::ApiError, meeting::meeting_page, wire::Wire},
    browser::{self, LocalValue, Watch},
    components::{late::Late, time::LocalTime},
    room::{SDK_SCRIPT, clock::ServerClock, components::OpenMeeting},
    routes,
};
use domain::{
    access::{Access, Awaiting},
    problem::Problem,
    session::SeatRole,
    text::isolated,
    time::{Millis, Timestamp, clock_face},
    views::{LiveState, MeetingPage as PageData, SessionView},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// Without JavaScript the page reloads by itself.
const REFRESH: &str = "<meta http-equiv=\"refresh\" content=\"30\"><p class=\"note\">This page looks again every 30 seconds. The call itself needs JavaScript: please switch it on for this site.</p>";
/// This far ahead a countdown in seconds is of little use.
const FAR: Millis = Millis::hours(24);

/// The meeting page.
#[component]
pub fn MeetingPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let page: Resource<_, Wire> = Resource::new_with_options(id, meeting_page, true);
    view! {
        <Suspense fallback=|| {
            view! {
                <p class="meeting-loading" role="status">
                    "Loading the meeting…"
                </p>
            }
        }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <MeetingGate page /> }.into_any(),
                    Err(problem) => view! { <LoadError problem /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// What the gate shows; a change of it redraws the page, a change within it does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GateState {
    Open,
    Closed(Access),
}

impl GateState {
    fn from_access(access: Access) -> Self {
        match access {
            Access::Open { .. } => Self::Open,
            Access::NotFound
            | Access::NotYours
            | Access::Cancelled { .. }
            | Access::NotConfirmed { .. }
            | Access::Ended { .. }
            | Access::Closed { .. }
            | Access::Removed { .. }
            | Access::TooEarly { .. } => Self::Closed(access),
        }
    }
}

/// The decision, and every later one: the gate opens and closes without a reload.
#[component]
fn MeetingGate(page: PageData) -> impl IntoView {
    browser::set_status(page.access.page_status());
    // When the answer arrived by the browser's clock; on the first page, when it was hydrated.
    let arrived_at = StoredValue::new(None::<Timestamp>);
    Effect::new(move |_| {
        if arrived_at.get_value().is_none() {
            arrived_at.set_value(Some(browser::now()));
        }
    });
    let page = RwSignal::new(page);
    let state = Memo::new(move |_| page.with(|page| GateState::from_access(page.access)));
    let reload = Callback::new(move |()| {
        let id = page.with_untracked(|page| page.session.as_ref().map(|s| s.id.to_string()));
        spawn_local(async move {
            if let Some(id) = id
                && let Ok(fresh) = meeting_page(id).await
            {
                arrived_at.try_set_value(Some(browser::now()));
                page.try_set(fresh);
            }
        });
    });
    let on_closed = Callback::new(move |state: LiveState| {
        // Moved to a later time: the texts about the time have to be loaded again as well.
        if matches!(state.access, Access::TooEarly { .. }) {
            return reload.run(());
        }
        page.try_update(|page| {
            page.access = state.access;
            page.now = state.now;
        });
    });
    let late = Memo::new(move |_| page.with(|page| page.session.as_ref().map(|s| s.late.clone())));
    move || {
        let state = state.get();
        if matches!(state, GateState::Closed(_)) {
            late.track();
        }
        let page = page.get_untracked();
        match (state, page.session.clone()) {
            (GateState::Open, Some(session)) => view! {
                <Title text=session.title.clone() />
                <link rel="preload" href=SDK_SCRIPT r#as="script" />
                <OpenMeeting page session arrived_at on_closed />
            }
            .into_any(),
            (GateState::Closed(access), Some(session)) => view! {
                <ClosedGate access session now=page.now arrived_at reload />
            }
            .into_any(),
            (GateState::Closed(access), None) => view! { <AccessDenied access /> }.into_any(),
            // The server never opens a session that it does not show.
            (GateState::Open, None) => {
                view! { <AccessDenied access=Access::NotFound /> }.into_any()
            }
        }
    }
}

fn heading(access: Access) -> &'static str {
    match access {
        Access::NotFound => "Session Not Found",
        Access::NotYours => "Access Denied",
        Access::Cancelled { .. } => "Session Cancelled",
        Access::NotConfirmed { .. } => "Not Confirmed Yet",
        Access::Ended { .. } | Access::Closed { .. } => "Meeting Has Ended",
        Access::Removed { .. } => "You Were Removed",
        Access::TooEarly { .. } | Access::Open { .. } => "Meeting Not Started Yet",
    }
}

/// What the decision means, for somebody who may know about the session.
fn explanation(access: Access, session: &SessionView) -> String {
    match access {
        Access::NotFound | Access::NotYours => String::new(),
        Access::Cancelled { by } => match (by, session.role) {
            (Some(by), Some(mine)) if by == mine => "You cancelled this session.".to_owned(),
            (Some(SeatRole::Mentor), _) => [&isolated(&session.mentor.name), " cancelled this session."].concat(),
            (Some(SeatRole::Mentee), _) => [&isolated(&session.mentee.name), " cancelled this session."].concat(),
            (None, _) => "This session was cancelled.".to_owned(),
        },
        Access::NotConfirmed { awaiting } => match awaiting {
            Awaiting::Booking => "The booking of this session is not finished.".to_owned(),
            Awaiting::Mentor => [
                &isolated(&session.mentor.name),
                " has not confirmed this session yet. This page opens by itself once it is confirmed and the time has come.",
            ]
            .concat(),
            Awaiting::Declined => [
                &isolated(&session.mentor.name),
                " declined this session. You can choose another time or another mentor.",
            ]
            .concat(),
        },
        Access::Ended { reason, .. } => reason.sentence().to_owned(),
        Access::Closed { .. } => {
            "The time in which this meeting could be joined is over.".to_owned()
        }
        Access::Removed { .. } => [
            &isolated(&session.mentor.name),
            " removed you from this meeting. If they allow you back in, this page opens by itself.",
        ]
        .concat(),
        Access::TooEarly { .. } | Access::Open { .. } => {
            "This page opens by itself when the time has come.".to_owned()
        }
    }
}

/// A gate that is closed to one of the session's people.
#[component]
fn ClosedGate(
    access: Access,
    session: SessionView,
    now: Timestamp,
    arrived_at: StoredValue<Option<Timestamp>>,
    reload: Callback<()>,
) -> impl IntoView {
    let may_open_later = matches!(
        access,
        Access::TooEarly { .. }
            | Access::Removed { .. }
            | Access::NotConfirmed {
                awaiting: Awaiting::Booking | Awaiting::Mentor
            }
    );
    let opens_at = match access {
        Access::TooEarly { opens_at, .. } => Some(opens_at),
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. }
        | Access::Open { .. } => None,
    };
    let time = RwSignal::new(now);
    if may_open_later {
        keep_gate_current(&session, access, opens_at, time, arrived_at, reload);
    }
    let left = move || {
        opens_at
            .map(|opens_at| opens_at.since(time.get()))
            .map(|left| {
                if left >= FAR {
                    let days = left.0 / Millis::days(1).0;
                    let unit = if days == 1 { " day" } else { " days" };
                    [&days.to_string(), unit].concat()
                } else {
                    clock_face(left)
                }
            })
    };
    let heading = heading(access);
    let record = routes::session(session.id);
    view! {
        <Title text=heading />
        <section class="gate" aria-labelledby="gate-title">
            <h1 id="gate-title">{heading}</h1>
            <p class="gate-session">
                <b>
                    <bdi>{session.title.clone()}</bdi>
                </b>
                " with "
                <bdi>{session.other().name.clone()}</bdi>
            </p>
            <p>{explanation(access, &session)}</p>
            {opens_at
                .is_some()
                .then(|| {
                    view! {
                        <p class="countdown">
                            "Opens in "
                            <span class="countdown-face" role="timer">
                                {left}
                            </span>
                        </p>
                        <dl class="gate-times">
                            <dt>"The door opens"</dt>
                            <dd>
                                <LocalTime label=session.opens_label.clone() at=session.opens_at />
                            </dd>
                            <dt>"The session starts"</dt>
                            <dd>
                                <LocalTime label=session.starts_label.clone() at=session.scheduled_at />
                            </dd>
                            {session
                                .starts_theirs
                                .clone()
                                .map(|theirs| {
                                    view! {
                                        <dt>"For " <bdi>{session.other().name.clone()}</bdi></dt>
                                        <dd>
                                            <LocalTime label=theirs at=session.scheduled_at />
                                        </dd>
                                    }
                                })}
                        </dl>
                    }
                })}
            <Late session=session.clone() />
            {may_open_later.then(|| view! { <noscript inner_html=REFRESH></noscript> })}
            <p class="actions">
                <a class="button button-primary" href=routes::DASHBOARD rel="external">
                    "Return to Dashboard"
                </a>
                <a class="button button-quiet" href=record rel="external">
                    "See this session"
                </a>
            </p>
        </section>
    }
}

/// Counts down and reloads when the time has come or the server says that something changed.
fn keep_gate_current(
    session: &SessionView,
    access: Access,
    opens_at: Option<Timestamp>,
    time: RwSignal<Timestamp>,
    arrived_at: StoredValue<Option<Timestamp>>,
    reload: Callback<()>,
) {
    let (id, late) = (session.id, session.late.clone());
    let began = time.get_untracked();
    let watch = LocalValue::<Watch>::new();
    let timer = StoredValue::new(None::<IntervalHandle>);
    Effect::new(move |_| {
        let local = arrived_at.get_value().unwrap_or_else(browser::now);
        let clock = StoredValue::new(ServerClock::new(began, local));
        let late = late.clone();
        watch.put(Watch::new(id, move |state| {
            clock.try_update_value(|clock| clock.update(state.now, browser::now()));
            if state.access != access || late != state.late {
                reload.run(());
            }
        }));
        let seconds = StoredValue::new(0_u32);
        let every_second = move || {
            let Some(clock) = clock.try_get_value() else {
                return;
            };
            let now = clock.at(browser::now());
            time.try_set(now);
            if opens_at.is_some_and(|opens_at| now >= opens_at) {
                // At once, and then every few seconds should the server not agree yet.
                let waited = seconds.try_get_value().unwrap_or_default();
                if waited.is_multiple_of(3) {
                    reload.run(());
                }
                seconds.try_set_value(waited + 1);
            }
        };
        timer.set_value(set_interval_with_handle(every_second, Duration::from_secs(1)).ok());
    });
    on_cleanup(move || {
        watch.take();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
}

/// A gate that says nothing about what is behind it.
#[component]
fn AccessDenied(access: Access) -> impl IntoView {
    let heading = heading(access);
    let explanation = match access {
        Access::NotYours => {
            "You do not have a seat in this session. If somebody sent you the link, ask them to book with you."
        }
        Access::NotFound
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. }
        | Access::TooEarly { .. }
        | Access::Open { .. } => {
            "There is no session at this address. Check the link, or find the session on your dashboard."
        }
    };
    view! {
        <Title text=heading />
        <section class="gate" aria-labelledby="gate-title">
            <h1 id="gate-title">{heading}</h1>
            <p>{explanation}</p>
            <p class="actions">
                <a class="button button-primary" href=routes::DASHBOARD rel="external">
                    "Return to Dashboard"
                </a>
            </p>
        </section>
    }
}

/// The decision could not be loaded.
#[component]
fn LoadError(problem: ApiError) -> impl IntoView {
    browser::set_status(problem.0.status());
    let signed_out = problem.0 == Problem::SignedOut;
    view! {
        <Title text="Connection Error" />
        <section class="gate" aria-labelledby="gate-title">
            <h1 id="gate-title">
                {if signed_out { "Please Sign In" } else { "Connection Error" }}
            </h1>
            <p>{problem.to_string()}</p>
            <p class="actions">
                <a class="button button-primary" href="" rel="external">
                    "Try again"
                </a>
                <a class="button button-quiet" href=routes::DASHBOARD rel="external">
                    "Return to Dashboard"
                </a>
            </p>
        </section>
    }
}
