//! Short notices that go away by themselves.

use crate::room::model::{Effect, RoomModel, Toast};

impl RoomModel {
    pub(super) fn toast(&mut self, text: String) -> Vec<Effect> {
        self.toast_about(text, false)
    }

    pub(super) fn toast_about(&mut self, text: String, is_message: bool) -> Vec<Effect> {
        let id = self.next_toast;
        self.next_toast += 1;
        self.toasts.push(Toast {
            id,
            text,
            is_message,
        });
        vec![Effect::ExpireToast(id)]
    }
}
