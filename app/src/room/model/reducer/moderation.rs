//! What the mentor does to the meeting, on both sides.

use crate::room::{
    model::{CaptureState, Effect, RoomModel},
    text,
};
use domain::{notice::Notice, permissions::Moderation};

impl RoomModel {
    pub(super) fn notice(&mut self, notice: Notice) -> Vec<Effect> {
        match notice {
            Notice::Closing { closes_at } => self.closes(closes_at),
            Notice::Muted => self.toast(text::muted_by(&self.other.name)),
            Notice::UnmuteAsked => {
                self.unmute_requested = self.microphone.capture != CaptureState::On;
                Vec::new()
            }
        }
    }

    pub(super) fn moderated(&mut self, what: Moderation) -> Vec<Effect> {
        self.moderating = false;
        match what {
            Moderation::Mute => return Vec::new(),
            Moderation::AskToUnmute => {}
            Moderation::Remove => self.mentee_removed = true,
            Moderation::AllowBack => self.mentee_removed = false,
        }
        self.toast(text::moderated(what, &self.other.name))
    }
}
