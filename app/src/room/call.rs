//! Passes events to the model and carries out its effects.

use super::{
    client::Client,
    clock::ServerClock,
    element_ids,
    model::{Command, Effect, Event, FocusTarget, RoomModel},
};
use crate::{
    api::{
        error::ApiError,
        meeting::{end_room, enter, extend, join, moderate},
    },
    browser::{self, LocalValue},
    routes,
};
use domain::{
    access::{Access, Entry},
    ids::SessionId,
    problem::Problem,
    session::SeatRole,
    text::isolated,
    views::{LiveState, MeetingPage, SessionView},
};
use leptos::{prelude::*, task::spawn_local};
use std::{ops::Deref, time::Duration};

/// Where this browser keeps the choices of devices.
const CHOICES: &str = "young-minds.devices";
/// How long a notice stays.
const TOAST_TIME: Duration = Duration::from_secs(7);

/// One person's call, a handle that components copy around.
#[derive(Clone, Copy)]
pub struct Call {
    /// What is shown.
    pub model: RwSignal<RoomModel>,
    /// The microphone's level, 0 to 100.
    pub level: RwSignal<u8>,
    /// Fires every second. The model changes with every second too, but only what shows the
    /// time has to be drawn again for it.
    pub second: Trigger,
    pub session: SessionId,
    clock: StoredValue<ServerClock>,
    client: LocalValue<Client>,
}

impl Call {
    /// The lobby of an open meeting.
    pub fn new(page: &MeetingPage, session: &SessionView) -> Self {
        let role = match page.access {
            Access::Open { role, .. } => Some(role),
            _ => session.role,
        };
        let mut model = RoomModel::new(
            role.unwrap_or(SeatRole::Mentee),
            page.me.name.clone(),
            session.other().clone(),
            session.ends_at,
            session.closes_at,
            page.now,
        );
        model.mentee_removed = session.mentee_is_removed;
        Self {
            model: RwSignal::new(model),
            level: RwSignal::new(0),
            second: Trigger::new(),
            session: session.id,
            clock: StoredValue::new(ServerClock::new(page.now, page.now)),
            client: LocalValue::new(),
        }
    }

    /// The other person's name, for the middle of a sentence.
    pub fn other_name(self) -> String {
        self.read(|model| isolated(&model.other.name))
    }

    /// Starts the client; only in the browser.
    pub fn start(self, clock: ServerClock) {
        self.clock.set_value(clock);
        let client = Client::new(
            self.session,
            move |event| self.send(event),
            move |level| {
                self.level.try_set(level);
            },
        );
        self.client.put(client);
        self.send(Event::ChoicesLoaded(
            browser::remembered(CHOICES).unwrap_or_default(),
        ));
    }

    /// Releases devices and connection; what is reported afterwards goes nowhere.
    pub fn stop(self) {
        if let Some(client) = self.client.take() {
            client.send(Command::Stop);
        }
    }

    /// Reads the model without subscribing to it.
    pub fn read<T>(self, look: impl FnOnce(&RoomModel) -> T) -> T {
        look(&self.untracked())
    }

    /// Reads the model and subscribes to it.
    pub fn with<T>(self, look: impl FnOnce(&RoomModel) -> T) -> T {
        look(&self.tracked())
    }

    // The two halves of `read` and `with` that need not be compiled for each of their many callers.

    #[inline(never)]
    fn untracked(self) -> impl Deref<Target = RoomModel> {
        self.model.read_untracked()
    }

    #[inline(never)]
    fn tracked(self) -> impl Deref<Target = RoomModel> {
        self.model.read()
    }

    /// A second passed.
    pub fn tick(self) {
        let Some(clock) = self.clock.try_get_value() else {
            return;
        };
        let event = Event::Tick(clock.at(browser::now()));
        let effects = self.model.try_update_untracked(|model| model.apply(event));
        let effects = effects.unwrap_or_default();
        self.second.notify();
        if !effects.is_empty() {
            self.model.notify();
        }
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// The server pushed the session's state.
    pub fn live(self, state: LiveState) {
        self.clock
            .try_update_value(|clock| clock.update(state.now, browser::now()));
        self.send(Event::Live(state));
    }

    /// Takes an event into account and carries out what follows.
    pub fn send(self, event: Event) {
        // The page may be gone by the time something arrives.
        let effects = self.model.try_update(|model| model.apply(event));
        for effect in effects.unwrap_or_default() {
            self.carry_out(effect);
        }
    }

    fn carry_out(self, effect: Effect) {
        match effect {
            Effect::Client(command) => {
                if let Some(client) = self.client.get() {
                    client.send(command);
                }
            }
            Effect::RequestJoinToken(entry) => spawn_local(async move {
                self.send(match join(self.session, entry).await {
                    Ok(token) => Event::JoinTokenReceived(token),
                    // The server never calls these arguments malformed: its answer did not arrive.
                    Err(ApiError(Problem::Malformed(_))) => Event::NoResponse,
                    Err(ApiError(problem)) => Event::JoinRefused(problem),
                });
            }),
            Effect::RequestDoor => spawn_local(async move {
                self.send(match join(self.session, Entry::Door).await {
                    Ok(token) => Event::DoorTokenReceived(token),
                    Err(_) => Event::DoorRefused,
                });
            }),
            Effect::EnterRoom => spawn_local(async move {
                self.send(match enter(self.session).await {
                    Ok(()) => Event::Entered,
                    Err(ApiError(Problem::Malformed(_))) => Event::NoResponse,
                    Err(ApiError(problem)) => Event::EntryRefused(problem),
                });
            }),
            Effect::EnsureRoom => spawn_local(async move {
                // Whether it helped shows when livekit-client connects or fails to.
                let _ = join(self.session, Entry::Rejoin).await;
            }),
            Effect::Moderate(what) => spawn_local(async move {
                self.send(match moderate(self.session, what).await {
                    Ok(()) => Event::Moderated(what),
                    Err(problem) => Event::RequestFailed(problem.to_string()),
                });
            }),
            Effect::Extend { closes_at } => spawn_local(async move {
                self.send(match extend(self.session, closes_at).await {
                    Ok(closes_at) => Event::Extended(closes_at),
                    Err(problem) => Event::RequestFailed(problem.to_string()),
                });
            }),
            Effect::EndRoom => spawn_local(async move {
                self.send(match end_room(self.session).await {
                    Ok(()) => Event::RoomEnded,
                    Err(problem) => Event::EndRoomFailed(problem.to_string()),
                });
            }),
            Effect::RetryAfter { after_ms, attempt } => set_timeout(
                move || self.send(Event::RetryDue(attempt)),
                Duration::from_millis(after_ms.into()),
            ),
            Effect::ExpireToast(id) => {
                set_timeout(move || self.send(Event::ToastOver(id)), TOAST_TIME);
            }
            Effect::SaveChoices(choices) => browser::remember(CHOICES, &choices),
            Effect::Focus(target) => {
                // Once the element has been rendered.
                set_timeout(
                    move || browser::focus(element_id(target)),
                    Duration::from_millis(30),
                );
            }
            Effect::LeavePage(reason) => browser::go(&routes::left(self.session, reason)),
        }
    }
}

/// The element that a target means.
fn element_id(target: FocusTarget) -> &'static str {
    match target {
        FocusTarget::Call => element_ids::CALL_TITLE,
        FocusTarget::Message => element_ids::CHAT_MESSAGE,
        FocusTarget::ChatButton => element_ids::CHAT_BUTTON,
        FocusTarget::Failure => element_ids::FAILURE_TITLE,
        FocusTarget::MoveHere => element_ids::MOVE_HERE,
    }
}
