//! One's own camera and microphone.

use super::{
    Client,
    registry::{Registry, drop_later},
    sdk::{self, Listener, Room, Track, track_event},
};
use crate::room::model::{CaptureState, DeviceProblem, Event, InputKind};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

/// The next step to bring a track to the state it should have.
enum Step {
    Create { device: String },
    Publish(Room, Track),
    Unmute(Track),
    Mute(Track),
    Release,
    Change(Track, String),
    Nothing,
}

impl Registry {
    fn next_step(&mut self, kind: InputKind) -> Step {
        let (stopped, room) = (self.stopped, self.room());
        let capture = self.capture(kind);
        let Some(track) = capture.track.clone() else {
            return match &capture.target {
                Some(device) if !stopped => {
                    capture.change = None;
                    Step::Create {
                        device: device.clone(),
                    }
                }
                Some(_) | None => Step::Nothing,
            };
        };
        let wanted = capture.target.is_some();
        if stopped || (!wanted && capture.sender.is_none()) {
            return Step::Release;
        }
        if let Some(device) = capture.change.take() {
            return Step::Change(track, device);
        }
        match (wanted, track.is_muted()) {
            (true, true) => Step::Unmute(track),
            (false, false) => Step::Mute(track),
            (true, false) => match room {
                Some(room) if capture.sender.is_none() => Step::Publish(room, track),
                _ => Step::Nothing,
            },
            (false, true) => Step::Nothing,
        }
    }
}

impl Client {
    pub(super) fn report(&self, kind: InputKind, capture: CaptureState, device: Option<String>) {
        self.emit(Event::CaptureChanged {
            kind,
            capture,
            device,
        });
    }

    /// Brings a camera or microphone to the state it should have, one step after the other.
    pub(super) fn reconcile(&self, kind: InputKind) {
        let busy = self.with(|registry| std::mem::replace(&mut registry.capture(kind).busy, true));
        if busy {
            return;
        }
        let client = self.clone();
        spawn_local(async move {
            loop {
                let step = client.with(|registry| {
                    let step = registry.next_step(kind);
                    if matches!(step, Step::Nothing) {
                        registry.capture(kind).busy = false;
                    }
                    step
                });
                match step {
                    Step::Nothing => break,
                    step => client.run_step(kind, step).await,
                }
            }
        });
    }

    async fn run_step(&self, kind: InputKind, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Create { device } => {
                self.report(kind, CaptureState::Starting, None);
                let mut made = create(kind, &device).await;
                if !device.is_empty()
                    && let Err(error) = &made
                    && sdk::device_problem(error) == DeviceProblem::Missing
                {
                    // The remembered device is not connected now: any other one will do.
                    made = create(kind, "").await;
                }
                match made {
                    Ok(track) => {
                        self.created(kind, track);
                        self.sends_again(kind).await;
                    }
                    Err(error) => self.capture_failed(kind, &error),
                }
                // Device names are known once the first permission is given.
                self.look_at_devices();
            }
            Step::Publish(room, track) => self.publish(kind, room, &track).await,
            Step::Unmute(track) => {
                self.report(kind, CaptureState::Starting, None);
                match track.unmute().await {
                    Ok(_) => {
                        self.capture_started(kind);
                        self.sends_again(kind).await;
                    }
                    Err(error) => self.capture_failed(kind, &error),
                }
            }
            Step::Mute(track) => {
                self.mute_sender(kind, true).await;
                let _ = track.mute().await;
                self.report(kind, CaptureState::Off, None);
                self.attach_tracks();
            }
            Step::Release => {
                self.release(kind);
                self.report(kind, CaptureState::Off, None);
            }
            Step::Change(track, device) => {
                let muted = track.is_muted();
                match track.set_device_id(&sdk::device(&device)).await {
                    Ok(_) if muted => {}
                    Ok(_) => {
                        self.capture_started(kind);
                        self.follow_capture(kind).await;
                    }
                    Err(error) => self.capture_failed(kind, &error),
                }
            }
        }
    }

    /// A capture that stood still runs again: what is sent follows.
    async fn sends_again(&self, kind: InputKind) {
        self.follow_capture(kind).await;
        self.mute_sender(kind, false).await;
    }

    fn created(&self, kind: InputKind, track: Track) {
        let mut listeners: Vec<(&'static str, Listener)> = Vec::new();
        for event in [track_event::ENDED, track_event::RESTARTED] {
            let client = self.clone();
            let listener = Listener::new(move |_, _, _| client.track_changed(kind, event));
            track.on(event, listener.as_ref().unchecked_ref());
            listeners.push((event, listener));
        }
        self.with(|registry| {
            let capture = registry.capture(kind);
            capture.track = Some(track);
            capture.listeners = listeners;
        });
        self.capture_started(kind);
    }

    /// The capture runs: says with which device, shows and measures it.
    fn capture_started(&self, kind: InputKind) {
        let track = self.with(|registry| registry.capture(kind).track.clone());
        let Some(track) = track else { return };
        let media = track.media_stream_track();
        // A device that is about to be changed is no longer the chosen one.
        let changes = self.with(|registry| registry.capture(kind).change.is_some());
        let device = media.get_settings().get_device_id().filter(|_| !changes);
        if kind == InputKind::Microphone {
            self.measure();
        }
        self.report(kind, CaptureState::On, device);
        self.attach_tracks();
    }

    /// A track changed without a command of ours.
    fn track_changed(&self, kind: InputKind, event: &str) {
        let busy = self.with(|registry| registry.capture(kind).busy);
        match event {
            track_event::ENDED => {
                self.release_capture(kind);
                self.emit(Event::DeviceLost(kind));
            }
            track_event::RESTARTED if !busy => {
                self.capture_started(kind);
                let client = self.clone();
                spawn_local(async move { client.follow_capture(kind).await });
            }
            _ => {}
        }
    }

    fn capture_failed(&self, kind: InputKind, error: &JsValue) {
        let published = self.with(|registry| registry.capture(kind).sender.is_some());
        // A published track is muted once the model, told below, stops the capture.
        if !published {
            self.release(kind);
        }
        self.report(kind, CaptureState::Failed(sdk::device_problem(error)), None);
        self.attach_tracks();
    }

    /// Releases the device, and what was sent of it.
    pub(super) fn release(&self, kind: InputKind) {
        self.drop_sender(kind);
        self.release_capture(kind);
    }

    /// Releases the device; what is sent waits for another one.
    fn release_capture(&self, kind: InputKind) {
        let (track, listeners, meter) = self.with(|registry| {
            let meter = match kind {
                InputKind::Microphone => registry.meter.take(),
                InputKind::Camera => None,
            };
            let capture = registry.capture(kind);
            (
                capture.track.take(),
                std::mem::take(&mut capture.listeners),
                meter,
            )
        });
        if meter.is_some() {
            (self.0.level)(0);
        }
        drop(meter);
        if let Some(track) = track {
            for (event, listener) in &listeners {
                track.off(event, listener.as_ref().unchecked_ref());
            }
            track.stop();
        }
        drop_later(listeners);
        self.attach_tracks();
    }

    /// Measures the microphone while in the lobby.
    fn measure(&self) {
        let (track, old, in_lobby) = self.with(|registry| {
            (
                registry.microphone.track.clone(),
                registry.meter.take(),
                !registry.entered,
            )
        });
        drop(old);
        let Some(track) = track.filter(|_| in_lobby) else {
            return;
        };
        let client = self.clone();
        let meter = self
            .0
            .audio
            .measure(&track.media_stream_track(), move |level| {
                (client.0.level)(level)
            });
        self.with(|registry| registry.meter = meter);
    }
}

async fn create(kind: InputKind, device: &str) -> Result<Track, JsValue> {
    let track = match kind {
        InputKind::Camera => sdk::create_local_video_track(&sdk::camera_options(device)).await,
        InputKind::Microphone => {
            sdk::create_local_audio_track(&sdk::microphone_options(device)).await
        }
    };
    track.map(JsCast::unchecked_into)
}
