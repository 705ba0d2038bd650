//! The connection to the room.

use super::{
    Client,
    registry::{Connection, drop_later},
    room_events::peers,
    screen_lock::keep_screen_on,
    sdk::{self, Listener, Room, room_event},
};
use crate::room::model::{Event, InputKind};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

impl Client {
    pub(super) fn connect(&self, url: String, token: String) {
        self.disconnect();
        let generation = self.with(|registry| {
            registry.generation += 1;
            registry.generation
        });
        let client = self.clone();
        spawn_local(async move {
            if sdk::load().await.is_err() {
                client.emit(Event::SdkNotLoaded);
                return;
            }
            if client.with(|registry| registry.generation != generation || registry.stopped) {
                return;
            }
            let room = client.prepare_room(generation);
            let result = room.connect(&url, &token, &sdk::connect_options()).await;
            let current = client.with(|registry| {
                let current = registry.generation == generation && !registry.stopped;
                if current
                    && result.is_ok()
                    && let Some(connection) = &mut registry.connection
                {
                    connection.open = true;
                }
                current
            });
            match result {
                Ok(()) if current => {
                    client.emit(Event::Connected(peers(&room)));
                    client.reconcile(InputKind::Camera);
                    client.reconcile(InputKind::Microphone);
                }
                Ok(()) => {
                    let _ = room.disconnect(false).await;
                }
                Err(error) if current => {
                    client.emit(Event::NotConnected(sdk::connect_failure(&error)));
                }
                Err(_) => {}
            }
        });
    }

    pub(super) fn enter(&self) {
        self.0.tab_lock.enter();
        let (room, screen) = self.with(|registry| {
            registry.entered = true;
            (registry.room(), registry.screen.clone())
        });
        let Some(room) = room else { return };
        self.with(|registry| registry.meter.take());
        self.attach_tracks();
        self.reconcile(InputKind::Camera);
        self.reconcile(InputKind::Microphone);
        keep_screen_on();
        self.emit(Event::AudioBlocked(!room.can_playback_audio()));
        if !screen.is_empty() {
            // Sharing continues after a reconnect.
            let client = self.clone();
            spawn_local(async move { client.publish_screen(room, screen).await });
        }
    }

    /// The connection ended by itself; devices and the shared screen stay for the next one.
    pub(super) fn connection_lost(&self) {
        let old = self.with(|registry| {
            registry.entered = false;
            registry.remote_tracks.clear();
            registry.connection.take()
        });
        for kind in [InputKind::Camera, InputKind::Microphone] {
            self.drop_sender(kind);
        }
        if let Some(connection) = old {
            for (event, listener) in &connection.listeners {
                connection
                    .room
                    .off(event, listener.as_ref().unchecked_ref());
            }
            drop_later(connection);
        }
        self.attach_tracks();
    }

    pub(super) fn disconnect(&self) {
        let room = self.with(|registry| {
            registry.generation += 1;
            registry
                .connection
                .as_ref()
                .map(|connection| connection.room.clone())
        });
        self.connection_lost();
        if let Some(room) = room {
            spawn_local(async move {
                let _ = room.disconnect(false).await;
            });
        }
    }

    fn prepare_room(&self, generation: u32) -> Room {
        let room = Room::new(&sdk::room_options(&self.0.audio.speaker()));
        let mut listeners: Vec<(&'static str, Listener)> = Vec::new();
        for event in [
            room_event::SIGNAL_RECONNECTING,
            room_event::RECONNECTING,
            room_event::RECONNECTED,
            room_event::DISCONNECTED,
            room_event::PARTICIPANT_CONNECTED,
            room_event::PARTICIPANT_DISCONNECTED,
            room_event::PARTICIPANT_ATTRIBUTES_CHANGED,
            room_event::PARTICIPANT_ACTIVE,
            room_event::TRACK_SUBSCRIBED,
            room_event::TRACK_UNSUBSCRIBED,
            room_event::TRACK_PUBLISHED,
            room_event::TRACK_UNPUBLISHED,
            room_event::TRACK_MUTED,
            room_event::TRACK_UNMUTED,
            room_event::LOCAL_TRACK_UNPUBLISHED,
            room_event::ACTIVE_SPEAKERS_CHANGED,
            room_event::CONNECTION_QUALITY_CHANGED,
            room_event::AUDIO_PLAYBACK_CHANGED,
            room_event::DATA_RECEIVED,
        ] {
            let client = self.clone();
            let listener = Listener::new(move |first, second, third| {
                client.room_event(generation, event, first, second, third);
            });
            room.on(event, listener.as_ref().unchecked_ref());
            listeners.push((event, listener));
        }
        let client = self.clone();
        let chat = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |reader, sender| {
            client.receive_message(generation, reader, &sender);
        });
        room.register_text_stream_handler(sdk::CHAT_TOPIC, chat.as_ref().unchecked_ref());
        self.with(|registry| {
            registry.connection = Some(Connection {
                room: room.clone(),
                listeners,
                _chat: chat,
                open: false,
            });
        });
        room
    }
}
