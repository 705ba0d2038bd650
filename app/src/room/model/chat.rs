//! The chat's messages.

use super::{command::Command, effect::Effect};

/// Longest chat message in characters.
pub const CHAT_MAX: usize = 2_000;

/// Chat messages kept; older ones are dropped.
pub(super) const CHAT_KEPT: usize = 500;

/// Whether a message has been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Arrived at LiveKit, or received.
    Sent,
    /// On its way.
    Sending,
    /// Is sent when the other person is there.
    Waiting,
    /// Could not be sent.
    Failed,
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Made by the sender.
    pub id: String,
    /// Whether it is one's own.
    pub mine: bool,
    /// Sender's name.
    pub from: String,
    /// Plain text.
    pub text: String,
    /// Time of day, for people.
    pub time: String,
    /// Whether it has been sent.
    pub delivery: Delivery,
}

/// The chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chat {
    /// Whether it is shown.
    pub open: bool,
    /// Messages that arrived while it was not.
    pub unread: u32,
    /// In order of arrival.
    pub messages: Vec<Message>,
}

impl Chat {
    /// Adds a message; one with a known id only confirms the first. Returns whether it is new.
    pub(super) fn merge(&mut self, message: Message) -> bool {
        if let Some(known) = self.find(&message.id) {
            known.delivery = Delivery::Sent;
            return false;
        }
        if !message.mine && !self.open {
            self.unread += 1;
        }
        if self.messages.len() >= CHAT_KEPT {
            self.messages.remove(0);
        }
        self.messages.push(message);
        true
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|known| known.id == id)
    }

    /// Marks all waiting messages as being sent and returns the commands to send them.
    pub(super) fn send_waiting(&mut self) -> Vec<Effect> {
        self.messages
            .iter_mut()
            .filter(|message| message.mine && message.delivery == Delivery::Waiting)
            .map(|message| {
                message.delivery = Delivery::Sending;
                Effect::Client(Command::SendMessage {
                    id: message.id.clone(),
                    text: message.text.clone(),
                })
            })
            .collect()
    }
}
