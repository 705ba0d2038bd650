//! What is sent of one's own camera and microphone: copies of the captured tracks, each behind a
//! gate. Shut, it sends black or silence, while the preview goes on and the capture stays as it is;
//! opening it needs neither a negotiation nor a key frame.

use super::{
    Client,
    registry::{Sender, drop_later},
    sdk::{
        self, Gate, Listener, LocalAudioTrack, LocalVideoTrack, Room, Track, source, track_event,
    },
};
use crate::room::model::{CaptureState, DeviceProblem, Event, InputKind};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStreamTrack, MediaStreamTrackState};

impl Client {
    /// Sends real picture and sound from now on, or black and silence.
    pub(super) fn transmit(&self, on: bool) {
        self.with(|registry| {
            registry.transmits = on;
            let devices = [&registry.camera, &registry.microphone];
            let senders = devices.iter().filter_map(|capture| capture.sender.as_ref());
            for gate in senders
                .map(|sender| &sender.gate)
                .chain(&registry.screen_gates)
            {
                gate.open(on);
            }
        });
    }

    /// A copy of what is captured, behind a gate.
    fn copy_of(&self, captured: &Track) -> Result<(MediaStreamTrack, Gate), JsValue> {
        let media = MediaStreamTrack::clone(&captured.media_stream_track());
        let gate = Gate::new(&media, self.with(|registry| registry.transmits))?;
        media.set_enabled(true);
        Ok((media, gate))
    }

    /// Publishes a copy of what is captured.
    pub(super) async fn publish(&self, kind: InputKind, room: Room, captured: &Track) {
        let is_published = match self.sender(kind, captured) {
            Ok((track, source)) => {
                let options = sdk::publish_options(source);
                let me = room.local_participant();
                me.publish_track(&track, &options).await.is_ok()
            }
            Err(_) => false,
        };
        // When the connection broke, the copy stays until that is told, so that it is not tried in a loop.
        if !is_published && self.with(|registry| registry.room().is_some()) {
            self.release(kind);
            self.report(kind, CaptureState::Failed(DeviceProblem::Other), None);
        }
    }

    fn sender(&self, kind: InputKind, captured: &Track) -> Result<(Track, &'static str), JsValue> {
        let (media, gate) = self.copy_of(captured)?;
        let (track, source): (Track, _) = match kind {
            InputKind::Camera => {
                let track = LocalVideoTrack::new(&media, &JsValue::UNDEFINED, true);
                (track.unchecked_into(), source::CAMERA)
            }
            InputKind::Microphone => {
                let track = LocalAudioTrack::new(&media, &JsValue::UNDEFINED, true);
                (track.unchecked_into(), source::MICROPHONE)
            }
        };
        let client = self.clone();
        let listener = Listener::new(move |_, _, _| client.sender_muted(kind));
        track.on(track_event::MUTED, listener.as_ref().unchecked_ref());
        let sender = Sender {
            track: track.clone(),
            gate,
            listener,
        };
        self.with(|registry| registry.capture(kind).sender = Some(sender));
        Ok((track, source))
    }

    /// The capture has another track: a copy of it is what is sent from now on.
    pub(super) async fn follow_capture(&self, kind: InputKind) {
        let (sender, captured) = self.with(|registry| {
            let capture = registry.capture(kind);
            (capture.sending(), capture.track.clone())
        });
        let (Some(sender), Some(captured)) = (sender, captured) else {
            return;
        };
        let Ok((media, gate)) = self.copy_of(&captured) else {
            return;
        };
        let old = sender.media_stream_track();
        // Before livekit-client touches it, so that it can be shut meanwhile.
        let old_gate = self.with(|registry| {
            let sender = registry.capture(kind).sender.as_mut()?;
            Some(std::mem::replace(&mut sender.gate, gate))
        });
        if sender.replace_track(&media, true).await.is_err() {
            media.stop();
        }
        old.stop();
        drop_later(old_gate);
    }

    pub(super) async fn mute_sender(&self, kind: InputKind, muted: bool) {
        let Some(sender) = self.with(|registry| registry.capture(kind).sending()) else {
            return;
        };
        // Fails when the connection broke; the next one is told anew.
        let _ = match muted {
            true => sender.mute().await,
            false => sender.unmute().await,
        };
    }

    /// What was sent was muted, by us or by the mentor.
    fn sender_muted(&self, kind: InputKind) {
        let (busy, sender) = self.with(|registry| {
            let capture = registry.capture(kind);
            (capture.busy, capture.sending())
        });
        // livekit-client also mutes what has ended; the capture's own end is reported by itself.
        let is_live = sender.is_some_and(|sender| {
            sender.media_stream_track().ready_state() == MediaStreamTrackState::Live
        });
        if !busy && is_live {
            self.emit(Event::MutedRemotely(kind));
        }
    }

    /// Lets go of what was sent; the capture stays.
    pub(super) fn drop_sender(&self, kind: InputKind) {
        let sender = self.with(|registry| registry.capture(kind).sender.take());
        let Some(sender) = sender else { return };
        let listener = sender.listener.as_ref().unchecked_ref();
        sender.track.off(track_event::MUTED, listener);
        sender.track.media_stream_track().stop();
        drop_later(sender);
    }
}
