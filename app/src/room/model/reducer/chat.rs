//! Messages arrive and are sent.

use crate::room::{
    model::{CHAT_MAX, ConnectionState, Delivery, Effect, Message, RoomModel},
    text,
};
use domain::text::message;

impl RoomModel {
    pub(super) fn message_received(
        &mut self,
        id: String,
        identity: &str,
        text: &str,
        time: String,
    ) -> Vec<Effect> {
        let Some(text) = clean(text) else {
            return Vec::new();
        };
        let from = self
            .peers
            .iter()
            .find(|peer| peer.identity == identity)
            .map_or_else(|| self.other.name.clone(), |peer| peer.name.clone());
        let notice = text::message_from(&from, &text);
        let new = self.chat.merge(Message {
            id,
            mine: false,
            from,
            text,
            time,
            delivery: Delivery::Sent,
        });
        if new && !self.chat.open {
            self.toast_about(notice, true)
        } else {
            Vec::new()
        }
    }

    pub(super) fn send_message(&mut self, id: String, text: &str, time: String) -> Vec<Effect> {
        let Some(text) = clean(text) else {
            return Vec::new();
        };
        let from = self.my_name.clone();
        self.chat.merge(Message {
            id,
            mine: true,
            from,
            text,
            time,
            delivery: Delivery::Waiting,
        });
        self.send_waiting_messages()
    }

    pub(super) fn send_waiting_messages(&mut self) -> Vec<Effect> {
        if self.connection == ConnectionState::Connected && self.transmits() {
            self.chat.send_waiting()
        } else {
            Vec::new()
        }
    }

    pub(super) fn message_sent(&mut self, id: &str, sent: bool) -> Vec<Effect> {
        let unsteady = self.connection != ConnectionState::Connected;
        if let Some(message) = self.chat.find(id) {
            message.delivery = match (sent, unsteady) {
                (true, _) => Delivery::Sent,
                (false, true) => Delivery::Waiting,
                (false, false) => Delivery::Failed,
            };
        }
        Vec::new()
    }
}

/// A chat text that can be shown: no disruptive characters, not empty, bounded.
fn clean(raw: &str) -> Option<String> {
    let short: String = raw.chars().take(CHAT_MAX).collect();
    Some(message(&short)).filter(|text| !text.is_empty())
}
