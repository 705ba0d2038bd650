//! Tells an admin by email what needs attention, unless it is settled.

use crate::{
    AppState, Result,
    emails::{compose::admin_alert, deliver::deliver},
    jobs::{Alert, Job, Lane, enqueue},
    store::{StoreError, Txn, notifications, users},
};
use domain::{
    ids::{EmailId, NotificationId, SessionId, UserId},
    job::EMAIL_MAX_ATTEMPTS,
    time::Timestamp,
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Tell an admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyAdmin {
    /// The entry of the list.
    pub notification: NotificationId,
    /// Who is told.
    pub admin: UserId,
    /// The session concerned.
    pub session: Option<SessionId>,
}

impl Job for NotifyAdmin {
    const KIND: &'static str = "notify_admin";
    const LANE: Lane = Lane::Emails;
    const MAX_ATTEMPTS: u32 = EMAIL_MAX_ATTEMPTS;
    const TITLE: &'static str = "Tell an admin what needs attention";
    const FAILING: &'static str = "Admins cannot be told by email";
    const ALERT: Alert = Alert::Nobody;

    fn session(&self) -> Option<SessionId> {
        self.session
    }

    fn key(&self) -> String {
        format!("{}:{}", self.notification, self.admin)
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let entry = notifications::find(state.db.read(), self.notification).await?;
        let admins = users::admins(state.db.read()).await?;
        let reader = admins.into_iter().find(|reader| reader.id == self.admin);
        let (Some(entry), Some(reader)) = (entry.filter(|e| e.resolved_at.is_none()), reader)
        else {
            return Ok(());
        };
        let (address, now) = ((&*reader.email, &*reader.name), state.clock.now());
        let email = admin_alert(&state.config, self.email_id(), address, &entry, now)?;
        deliver(state, &email).await?;
        tracing::info!(notification.id = %self.notification, "an admin was told by email");
        Ok(())
    }
}

impl NotifyAdmin {
    /// The same email again has the same id.
    fn email_id(&self) -> EmailId {
        let name = [self.notification.0.into_bytes(), self.admin.0.into_bytes()].concat();
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(name)[..16]);
        EmailId(uuid::Builder::from_custom_bytes(id).into_uuid())
    }
}

/// Sends a new entry of the list to every admin.
pub(crate) fn notify_admins(
    txn: &Txn,
    notification: NotificationId,
    session: Option<SessionId>,
    now: Timestamp,
) -> BoxFuture<'_, std::result::Result<(), StoreError>> {
    Box::pin(async move {
        for admin in users::admins(txn).await? {
            let job = NotifyAdmin {
                notification,
                admin: admin.id,
                session,
            };
            enqueue(txn, &job, now, now).await?;
        }
        Ok(())
    })
}
