//! Chat messages, as LiveKit's text streams.

use super::{
    Client,
    sdk::{self, TextReader},
};
use crate::{browser::time_of_day, room::model::Event};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

impl Client {
    pub(super) fn send_message(&self, id: String, text: String) {
        let room = self.with(|registry| registry.room());
        let client = self.clone();
        spawn_local(async move {
            let sent = match room {
                Some(room) => room
                    .local_participant()
                    .send_text(&text, &sdk::text_options(&id))
                    .await
                    .is_ok(),
                None => false,
            };
            client.emit(Event::MessageSent { id, sent });
        });
    }

    pub(super) fn receive_message(&self, generation: u32, reader: JsValue, sender: &JsValue) {
        if self.with(|registry| registry.generation != generation) {
            return;
        }
        let reader: TextReader = reader.unchecked_into();
        let identity = js_sys::Reflect::get(sender, &"identity".into())
            .ok()
            .and_then(|identity| identity.as_string())
            .unwrap_or_default();
        let client = self.clone();
        spawn_local(async move {
            let id = reader.info().sender_id();
            // An incomplete text is dropped; its sender sees that it was not sent.
            if let Some(text) = reader
                .read_all()
                .await
                .ok()
                .and_then(|text| text.as_string())
            {
                client.emit(Event::MessageReceived {
                    id,
                    identity,
                    text,
                    time: time_of_day(),
                });
            }
        });
    }
}
