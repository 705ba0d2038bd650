//! What the server pushes: one stream while the tab is visible.

use super::{clock::now, json::from_json};
use domain::{
    ids::SessionId,
    time::Timestamp,
    views::{LiveState, MyChanges},
};
use futures::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use leptos::{
    prelude::{document, set_timeout},
    task::spawn_local,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::VisibilityState;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// A subscription; dropping it closes the stream.
pub struct Watch {
    shared: Rc<Shared>,
    visibility: Closure<dyn FnMut()>,
}

struct Shared {
    url: Box<dyn Fn() -> String>,
    /// Name of the stream's events.
    name: &'static str,
    on_data: Box<dyn Fn(&str)>,
    stream: RefCell<Option<EventSource>>,
    /// Counts openings and closings, so that what belongs to an older one can tell.
    number: Cell<u32>,
    wait: Cell<Duration>,
}

impl Watch {
    /// Calls back with the full state at once and after every change.
    pub fn new(session: SessionId, on_state: impl Fn(LiveState) + 'static) -> Self {
        let url = ["/live?session=", &session.to_string()].concat();
        let url = move || url.clone();
        let on_data = move |data: &str| {
            if let Ok(state) = from_json(data) {
                on_state(state);
            }
        };
        Self::open(Box::new(url), "state", Box::new(on_data))
    }

    /// Calls back whenever one's own sessions may have changed since `known_at`, by the browser's
    /// clock.
    pub fn mine(known_at: Timestamp, on_change: impl Fn() + 'static) -> Self {
        let is_first = Cell::new(true);
        let on_data = move |data: &str| {
            // The first event names what was missed; after a pause it is unknown what was.
            let changed = from_json(data).is_ok_and(|c: MyChanges| !c.sessions.is_empty());
            if !is_first.replace(false) || changed {
                on_change();
            }
        };
        let url = move || ["/live?age=", &now().since(known_at).0.max(0).to_string()].concat();
        Self::open(Box::new(url), "sessions", Box::new(on_data))
    }

    fn open(url: Box<dyn Fn() -> String>, name: &'static str, on_data: Box<dyn Fn(&str)>) -> Self {
        let shared = Rc::new(Shared {
            url,
            name,
            on_data,
            stream: RefCell::new(None),
            number: Cell::new(0),
            wait: Cell::new(FIRST_WAIT),
        });
        let watched = Rc::clone(&shared);
        let visibility = Closure::<dyn FnMut()>::new(move || {
            watched.wait.set(FIRST_WAIT);
            open_if_visible(&watched);
        });
        let _ = document().add_event_listener_with_callback(
            "visibilitychange",
            visibility.as_ref().unchecked_ref(),
        );
        open_if_visible(&shared);
        Self { shared, visibility }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = document().remove_event_listener_with_callback(
            "visibilitychange",
            self.visibility.as_ref().unchecked_ref(),
        );
        close(&self.shared);
    }
}

/// Closes the stream, if any, and invalidates whatever belonged to it.
fn close(shared: &Shared) -> u32 {
    let number = shared.number.get() + 1;
    shared.number.set(number);
    // Dropped outside of the borrow: closing calls back into the stream's listeners.
    let old = shared.stream.borrow_mut().take();
    drop(old);
    number
}

fn open_if_visible(shared: &Rc<Shared>) {
    let number = close(shared);
    if document().visibility_state() == VisibilityState::Visible {
        open(shared, number);
    }
}

fn open(shared: &Rc<Shared>, number: u32) {
    let Ok(mut source) = EventSource::new(&(shared.url)()) else {
        return again_later(shared, number);
    };
    let Ok(mut states) = source.subscribe(shared.name) else {
        return again_later(shared, number);
    };
    shared.stream.replace(Some(source));
    let shared = Rc::clone(shared);
    spawn_local(async move {
        // An error ends it; while the browser reconnects by itself, nothing arrives.
        while let Some(Ok((_, message))) = states.next().await {
            if shared.number.get() != number {
                return;
            }
            if let Some(data) = message.data().as_string() {
                shared.wait.set(FIRST_WAIT);
                (shared.on_data)(&data);
            }
        }
        drop(states);
        if shared.number.get() == number {
            let number = close(&shared);
            again_later(&shared, number);
        }
    });
}

fn again_later(shared: &Rc<Shared>, number: u32) {
    let wait = shared.wait.get();
    shared.wait.set((wait * 2).min(LONGEST_WAIT));
    let shared = Rc::clone(shared);
    set_timeout(
        move || {
            if shared.number.get() == number {
                open_if_visible(&shared);
            }
        },
        wait,
    );
}
