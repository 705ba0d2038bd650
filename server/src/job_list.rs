//! All kinds of jobs, once.

use crate::{
    accounts::jobs::{leave_calls::LeaveCalls, send_account_email::SendAccountEmail},
    deletion::jobs::delete_account::DeleteAccount,
    emails::jobs::{
        notify_admin::{NotifyAdmin, notify_admins},
        send_email::SendEmail,
    },
    exports::jobs::make_export::MakeExport,
    jobs::Registry,
    meetings::jobs::{
        close_window::CloseWindow, create_room::CreateRoom, decide_outcome::DecideOutcome,
        delete_room::DeleteRoom, evict::Evict, warn_closing::WarnClosing,
    },
    webhooks::jobs::process_webhooks::ProcessWebhooks,
};
use std::sync::LazyLock;

/// All kinds of jobs.
pub fn job_list() -> &'static Registry {
    static LIST: LazyLock<Registry> = LazyLock::new(|| {
        Registry::new(notify_admins)
            .with::<CreateRoom>()
            .with::<DeleteRoom>()
            .with::<CloseWindow>()
            .with::<WarnClosing>()
            .with::<Evict>()
            .with::<DecideOutcome>()
            .with::<ProcessWebhooks>()
            .with::<SendEmail>()
            .with::<NotifyAdmin>()
            .with::<SendAccountEmail>()
            .with::<LeaveCalls>()
            .with::<MakeExport>()
            .with::<DeleteAccount>()
    });
    &LIST
}
