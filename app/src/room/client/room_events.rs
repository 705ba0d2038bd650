//! What livekit-client reports about the room and the people in it.

use super::{
    Client,
    registry::RemoteTrack,
    screen::is_live,
    sdk::{self, Participant, Publication, Room, Track, room_event, source},
};
use crate::{
    browser::from_json,
    room::model::{DisconnectReason, Event, Peer},
};
use domain::door::{STANDING, Standing};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

impl Client {
    pub(super) fn room_event(
        &self,
        generation: u32,
        event: &str,
        first: JsValue,
        second: JsValue,
        third: JsValue,
    ) {
        let (current, room) =
            self.with(|registry| (registry.generation == generation, registry.room()));
        // Before the connection is open, the answer of `connect` says what happened.
        let Some(room) = room.filter(|_| current) else {
            if current && event == room_event::TRACK_SUBSCRIBED {
                self.add_track(first, third);
            }
            return;
        };
        match event {
            room_event::SIGNAL_RECONNECTING => self.emit(Event::SignalReconnecting),
            room_event::RECONNECTING => self.emit(Event::Reconnecting),
            room_event::RECONNECTED => self.emit(Event::Reconnected(peers(&room))),
            room_event::DISCONNECTED => {
                let reason = first.as_f64().map(|reason| reason as u32);
                self.connection_lost();
                self.emit(Event::Disconnected(DisconnectReason::from_code(reason)));
            }
            room_event::PARTICIPANT_CONNECTED => self.peer(first),
            room_event::PARTICIPANT_ATTRIBUTES_CHANGED => self.peer(second),
            room_event::PARTICIPANT_ACTIVE => self.emit(Event::PeerActive),
            room_event::PARTICIPANT_DISCONNECTED => {
                let identity = first.unchecked_into::<Participant>().identity();
                self.with(|registry| {
                    registry
                        .remote_tracks
                        .retain(|remote| remote.identity != identity)
                });
                self.attach_tracks();
                self.emit(Event::PeerLeft { identity });
            }
            room_event::TRACK_SUBSCRIBED => {
                self.add_track(first, third.clone());
                self.peer(third);
            }
            room_event::TRACK_UNSUBSCRIBED => {
                let track: Track = first.unchecked_into();
                self.with(|registry| {
                    registry
                        .remote_tracks
                        .retain(|remote| remote.track != track)
                });
                self.attach_tracks();
                self.peer(third);
            }
            room_event::TRACK_PUBLISHED
            | room_event::TRACK_UNPUBLISHED
            | room_event::TRACK_MUTED
            | room_event::TRACK_UNMUTED => self.peer(second),
            room_event::LOCAL_TRACK_UNPUBLISHED => {
                // Also emitted for tracks that a reconnect publishes again: only a capture that ended
                // was stopped from the browser's own bar.
                let publication: Publication = first.unchecked_into();
                let screen = self.with(|registry| registry.screen.clone());
                if publication.source() == source::SCREEN && !screen.iter().all(is_live) {
                    self.end_screen(None);
                    self.emit(Event::ScreenShareChanged(false));
                }
            }
            room_event::ACTIVE_SPEAKERS_CHANGED => {
                let speakers = Array::from(&first)
                    .iter()
                    .map(|speaker| speaker.unchecked_into::<Participant>().identity())
                    .collect();
                self.emit(Event::ActiveSpeakers(speakers));
            }
            room_event::CONNECTION_QUALITY_CHANGED => {
                let participant: Participant = second.unchecked_into();
                self.emit(Event::ConnectionQuality {
                    identity: (!participant.is_local()).then(|| participant.identity()),
                    quality: sdk::quality(&first),
                });
            }
            // From our server: whatever a participant sends names the participant.
            room_event::DATA_RECEIVED if second.is_undefined() => {
                let notice = String::from_utf8(Uint8Array::new(&first).to_vec())
                    .ok()
                    .and_then(|json| from_json(&json).ok());
                if let Some(notice) = notice {
                    self.emit(Event::Notice(notice));
                }
            }
            room_event::AUDIO_PLAYBACK_CHANGED => {
                self.emit(Event::AudioBlocked(!room.can_playback_audio()));
            }
            _ => {}
        }
    }

    fn add_track(&self, track: JsValue, participant: JsValue) {
        let track: Track = track.unchecked_into();
        let identity = participant.unchecked_into::<Participant>().identity();
        self.with(|registry| {
            registry.remote_tracks.retain(|remote| {
                remote.identity != identity || remote.track.source() != track.source()
            });
            registry.remote_tracks.push(RemoteTrack { identity, track });
        });
        self.attach_tracks();
    }

    fn peer(&self, participant: JsValue) {
        let participant: Participant = participant.unchecked_into();
        if !participant.is_local() {
            self.emit(Event::PeerChanged(peer(&participant)));
        }
    }
}

pub(super) fn peers(room: &Room) -> Vec<Peer> {
    room.remote_participants().iter().map(peer).collect()
}

fn peer(participant: &Participant) -> Peer {
    let sends = |source: &str| {
        participant
            .track_publication(source)
            .is_some_and(|publication| !publication.is_muted())
    };
    let arrives = |source: &str| {
        participant
            .track_publication(source)
            .is_some_and(|publication| !publication.is_muted() && publication.track().is_some())
    };
    let identity = participant.identity();
    let standing = participant.attribute(STANDING);
    Peer {
        is_in: Standing::of_attribute(standing.as_deref()) == Standing::In,
        name: participant
            .name()
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| identity.clone()),
        camera: arrives(source::CAMERA),
        microphone: sends(source::MICROPHONE),
        screen: arrives(source::SCREEN),
        identity,
        ..Peer::default()
    }
}
