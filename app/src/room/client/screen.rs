//! Sharing the screen.

use super::{
    Client,
    registry::drop_later,
    sdk::{self, Gate, Room, Track},
};
use crate::room::model::Event;
use js_sys::Array;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::MediaStreamTrackState;

impl Client {
    pub(super) fn share(&self) {
        let Some(room) = self.with(|registry| registry.room()) else {
            return;
        };
        let client = self.clone();
        spawn_local(async move {
            let me = room.local_participant();
            match me.create_screen_tracks(&sdk::screen_options()).await {
                Ok(tracks) => {
                    let tracks: Vec<Track> = Array::from(&tracks)
                        .iter()
                        .map(JsCast::unchecked_into)
                        .collect();
                    let transmits = client.with(|registry| registry.transmits);
                    let gates = tracks
                        .iter()
                        .filter_map(|track| Gate::new(&track.media_stream_track(), transmits).ok());
                    let gates: Vec<Gate> = gates.collect();
                    client.with(|registry| {
                        registry.screen.clone_from(&tracks);
                        registry.screen_gates = gates;
                    });
                    client.publish_screen(room, tracks).await;
                }
                Err(error) if sdk::was_dismissed(&error) => {
                    client.emit(Event::ScreenShareChanged(false))
                }
                Err(_) => client.emit(Event::ScreenShareFailed),
            }
        });
    }

    pub(super) async fn publish_screen(&self, room: Room, tracks: Vec<Track>) {
        if !tracks.iter().all(is_live) {
            self.stop_sharing();
            return;
        }
        for track in &tracks {
            let options = sdk::publish_options(&track.source());
            let me = room.local_participant();
            if me.publish_track(track, &options).await.is_err() {
                self.end_screen(None);
                self.emit(Event::ScreenShareFailed);
                return;
            }
        }
        self.emit(Event::ScreenShareChanged(true));
    }

    pub(super) fn stop_sharing(&self) {
        self.end_screen(self.with(|registry| registry.room()));
        self.emit(Event::ScreenShareChanged(false));
    }

    /// Ends the capture of the screen, and its publication in `room`.
    pub(super) fn end_screen(&self, room: Option<Room>) {
        let (tracks, gates) = self.with(|registry| {
            let gates = std::mem::take(&mut registry.screen_gates);
            (std::mem::take(&mut registry.screen), gates)
        });
        drop_later(gates);
        for track in tracks {
            track.stop();
            if let Some(room) = room.clone() {
                spawn_local(async move {
                    // Fails when the connection broke, which unpublishes as well.
                    let _ = room.local_participant().unpublish_track(&track, true).await;
                });
            }
        }
    }
}

pub(super) fn is_live(track: &Track) -> bool {
    track.media_stream_track().ready_state() == MediaStreamTrackState::Live
}
