//! Sends an email about a session, unless it is void by then.

use crate::{
    AppState, Result,
    emails::{
        compose::compose,
        deliver::{Delivery, deliver_composed},
        kind::is_overtaken,
        undeliverable::undeliverable,
    },
    jobs::{Alert, Job, Lane, enqueue},
    store::{
        ScopedFutureExt, appointments,
        emails::{self, EmailRow, End},
    },
};
use domain::{
    ids::{EmailId, SessionId, UserId},
    job::EMAIL_MAX_ATTEMPTS,
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How long an email waits whose reader got many within the hour.
const LATER: Millis = Millis::minutes(10);

/// Send an email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendEmail {
    /// Which email. Jobs of earlier releases call it `mail`.
    #[serde(alias = "mail")]
    pub email: EmailId,
    /// The session it is about.
    pub session: SessionId,
    /// Its reader; jobs of earlier releases do not say.
    #[serde(default)]
    pub user: Option<UserId>,
}

impl Job for SendEmail {
    const KIND: &'static str = "send_email";
    const LANE: Lane = Lane::Emails;
    const MAX_ATTEMPTS: u32 = EMAIL_MAX_ATTEMPTS;
    const TITLE: &'static str = "Send an email";
    const FAILING: &'static str = "An email cannot be sent";
    const ALERT: Alert = Alert::List;

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn owner(&self) -> Option<String> {
        self.user.map(|user| user.to_string())
    }

    fn key(&self) -> String {
        self.email.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (db, id) = (state.db.read(), self.email);
        let Some(row) = emails::find(db, id).await? else {
            return Ok(());
        };
        let about = appointments::find(db, row.session).await?;
        let Some(about) = about.filter(|_| !row.is_settled) else {
            return Ok(());
        };
        let now = state.clock.now();
        let reader = about.role_of(row.user).map(|role| &about.people[role]);
        let is_void =
            reader.is_none_or(|reader| reader.email.is_none()) || is_overtaken(&row, &about, now);
        if is_void {
            return settle(state, id, End::Void).await;
        }
        if !row.kind.is_reminder() {
            let most = u64::from(state.config.limits.emails_per_person);
            if emails::sent_since(db, row.user, now - Millis::hours(1)).await? >= most {
                return self.later(state, now).await;
            }
        }
        let composed = compose(&state.config, &row, &about, now);
        match deliver_composed(state, composed).await? {
            Delivery::Taken => {}
            // Their address is at fault: no other attempt, and no admin, can change that.
            Delivery::BadRecipient(error) => {
                tracing::warn!(email.id = %id, %error, "email {id} cannot be delivered");
                return give_up(state, &row).await;
            }
        }
        tracing::info!(email.id = %id, email.kind = row.kind.as_str(), session.id = %row.session, "email {id} sent");
        settle(state, id, End::Sent).await
    }
}

impl SendEmail {
    /// Nobody's mailbox is flooded: what is overtaken until then is not sent at all.
    async fn later(&self, state: &AppState, now: Timestamp) -> Result<()> {
        let postponing = state
            .db
            .write(|txn| async move { enqueue(txn, self, now + LATER, now).await }.scope_boxed());
        Ok(postponing.await?)
    }
}

async fn give_up(state: &AppState, row: &EmailRow) -> Result<()> {
    let (id, user, now) = (row.id, row.user, state.clock.now());
    let giving_up = state.db.write(|txn| {
        async move {
            undeliverable(txn, user, now).await?;
            emails::settle(txn, id, End::Void, now).await
        }
        .scope_boxed()
    });
    Ok(giving_up.await?)
}

async fn settle(state: &AppState, id: EmailId, end: End) -> Result<()> {
    let now = state.clock.now();
    let settling = state
        .db
        .write(|txn| async move { emails::settle(txn, id, end, now).await }.scope_boxed());
    Ok(settling.await?)
}
