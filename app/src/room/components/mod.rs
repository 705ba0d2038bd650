//! The call's views: each shows a part of the model and sends events; no other logic.

mod chat;
mod controls;
mod devices;
mod icons;
mod lobby;
mod moderation;
mod notices;
mod stage;
mod time_left;

use self::{lobby::Lobby, stage::Stage};
use super::{
    call::Call,
    clock::ServerClock,
    element_ids,
    model::{Door, Event, Phase},
    text,
};
use crate::{
    browser::{self, LocalValue, Watch},
    routes,
};
use domain::{
    access::Access,
    time::Timestamp,
    views::{LiveState, MeetingPage, SessionView},
};
use leptos::prelude::*;
use std::time::Duration;

/// Which of the views is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CallView {
    /// The lobby, the room, or the one before the other.
    Call,
    Failed,
    Left,
}

/// An open meeting: lobby, room, and the way out.
#[component]
pub fn OpenMeeting(
    /// The page as the server decided it.
    page: MeetingPage,
    session: SessionView,
    /// The server's time of `page` as the browser's clock showed it on arrival.
    arrived_at: StoredValue<Option<Timestamp>>,
    /// Called when the meeting closes for somebody who is not in the room.
    on_closed: Callback<LiveState>,
) -> impl IntoView {
    let call = Call::new(&page, &session);
    let watch = LocalValue::<Watch>::new();
    let timer = StoredValue::new(None::<IntervalHandle>);
    let now = page.now;
    Effect::new(move |_| {
        let local = arrived_at.get_value().unwrap_or_else(browser::now);
        call.start(ServerClock::new(now, local));
        call.tick();
        watch.put(Watch::new(call.session, move |state| {
            let inside = call.read(|model| model.phase != Phase::Lobby);
            let open = matches!(state.access, Access::Open { .. });
            call.live(state.clone());
            if !inside && !open {
                on_closed.run(state);
            }
        }));
        timer.set_value(set_interval_with_handle(move || call.tick(), Duration::from_secs(1)).ok());
    });
    on_cleanup(move || {
        call.stop();
        watch.take();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
    let shown = Memo::new(move |_| {
        call.with(|model| match model.phase {
            Phase::Lobby | Phase::Joining | Phase::InRoom => CallView::Call,
            Phase::Failed(_) => CallView::Failed,
            Phase::Left(_) => CallView::Left,
        })
    });
    let in_lobby = Memo::new(move |_| call.with(|model| !model.in_room()));
    // From the door on it is there unseen, so that pictures arrive where they will be shown.
    let has_stage =
        Memo::new(move |_| call.with(|model| model.in_room() || model.door == Door::Open));
    let title = StoredValue::new(session.title);
    move || match shown.get() {
        CallView::Call => view! {
            {move || in_lobby.get().then(|| view! { <Lobby call title=title.get_value() /> })}
            {move || has_stage.get().then(|| view! { <Stage call title=title.get_value() /> })}
        }
        .into_any(),
        CallView::Failed => view! { <ConnectionError call /> }.into_any(),
        CallView::Left => view! {
            <p class="meeting-leaving" role="status">
                "Leaving the meeting…"
            </p>
        }
        .into_any(),
    }
}

/// The call could not be reached.
#[component]
fn ConnectionError(call: Call) -> impl IntoView {
    let cause = move || {
        call.with(|model| match &model.phase {
            Phase::Failed(failure) => text::failure(failure),
            Phase::Lobby | Phase::Joining | Phase::InRoom | Phase::Left(_) => String::new(),
        })
    };
    view! {
        <section class="gate" aria-labelledby=element_ids::FAILURE_TITLE>
            <h1 id=element_ids::FAILURE_TITLE tabindex="-1">
                "Connection Error"
            </h1>
            <p>{cause}</p>
            <p class="actions">
                <button type="button" class="button button-primary" on:click=move |_| call.send(Event::Join)>
                    "Try again"
                </button>
                <a class="button button-quiet" href=routes::DASHBOARD rel="external">
                    "Return to Dashboard"
                </a>
            </p>
        </section>
    }
}
