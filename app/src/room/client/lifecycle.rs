//! From the page's start to its end.

use super::{
    Client,
    registry::{PageListener, drop_later},
    screen_lock::keep_screen_on,
    sdk,
    web_audio::can_choose_speaker,
};
use crate::room::model::{CaptureState, DeviceProblem, Event, InputKind};
use leptos::{
    prelude::{TimeoutHandle, document, set_timeout_with_handle, window},
    task::spawn_local,
};
use std::time::Duration;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::VisibilityState;

/// A hidden page lets go of the door after this time.
const UNWATCHED_AFTER: Duration = Duration::from_mins(10);

impl Client {
    pub(super) fn start(&self) {
        self.emit(Event::Capabilities {
            share: can_share(),
            speaker: can_choose_speaker(),
        });
        self.0.tab_lock.watch();
        self.watch_visibility();
        let client = self.clone();
        self.listen(window().unchecked_into(), "online", move || {
            client.emit(Event::Online);
        });
        if !sdk::is_secure() {
            for kind in [InputKind::Camera, InputKind::Microphone] {
                self.report(kind, CaptureState::Failed(DeviceProblem::Insecure), None);
            }
            return;
        }
        if let Ok(devices) = window().navigator().media_devices() {
            let client = self.clone();
            self.listen(devices.unchecked_into(), "devicechange", move || {
                client.look_at_devices();
            });
        }
        let client = self.clone();
        spawn_local(async move {
            if sdk::load().await.is_err() {
                client.emit(Event::SdkNotLoaded);
                return;
            }
            client.emit(Event::SdkLoaded);
            client.look_at_devices();
            client.reconcile(InputKind::Camera);
            client.reconcile(InputKind::Microphone);
        });
    }

    pub(super) fn stop(&self) {
        self.with(|registry| registry.stopped = true);
        self.0.tab_lock.stop();
        self.end_screen(None);
        self.disconnect();
        for kind in [InputKind::Camera, InputKind::Microphone] {
            self.release(kind);
        }
        self.0.audio.close();
        let page = self.with(|registry| std::mem::take(&mut registry.page));
        for listener in &page {
            let _ = listener.target.remove_event_listener_with_callback(
                listener.event,
                listener.closure.as_ref().unchecked_ref(),
            );
        }
        drop_later(page);
    }

    fn listen(
        &self,
        target: web_sys::EventTarget,
        event: &'static str,
        then: impl FnMut() + 'static,
    ) {
        let closure = Closure::<dyn FnMut()>::new(then);
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        self.with(|registry| {
            registry.page.push(PageListener {
                target,
                event,
                closure,
            });
        });
    }

    /// The browser releases the screen lock when the tab is hidden; and who does not look at the lobby for long does
    /// not wait at the door.
    fn watch_visibility(&self) {
        let client = self.clone();
        let mut unwatched: Option<TimeoutHandle> = None;
        self.listen(document().unchecked_into(), "visibilitychange", move || {
            if let Some(timer) = unwatched.take() {
                timer.clear();
            }
            if document().visibility_state() == VisibilityState::Visible {
                if client.with(|registry| registry.entered) {
                    keep_screen_on();
                }
                client.emit(Event::Watched);
            } else {
                let client = client.clone();
                let rest = move || client.emit(Event::Unwatched);
                unwatched = set_timeout_with_handle(rest, UNWATCHED_AFTER).ok();
            }
        });
    }
}

fn can_share() -> bool {
    window()
        .navigator()
        .media_devices()
        .is_ok_and(|devices| sdk::has(&devices, "getDisplayMedia"))
}
