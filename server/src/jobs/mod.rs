//! The outbox's work: what jobs there are, who runs them, and what happens when they fail.

pub mod schedule;

use crate::{
    AppState, Error, Result, emails, meetings, sign_in_limits,
    store::{
        self, StoreError, Txn,
        jobs::{ClaimedJob, Kinds, NewJob},
    },
    webhooks,
};
use domain::{
    ids::{EmailId, NotificationId, RoomName, SessionId, UserId},
    job::{EMAIL_MAX_ATTEMPTS, MAX_ATTEMPTS, NOTIFY_AFTER, backoff},
    time::{Millis, Timestamp},
};
use scoped_futures::ScopedFutureExt;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet};

/// A worker holds a job for this long; a job whose worker died becomes due again afterwards.
const LEASE: Millis = Millis::seconds(60);
/// Jobs run at the same time by one process, emails aside.
const AT_ONCE: usize = 8;
/// Emails sent at the same time by one process. They have slots of their own, so that a mail server
/// that hangs delays no room.
const LETTERS_AT_ONCE: usize = 2;
/// The kind of jobs that make rooms.
pub(crate) const CREATE_ROOM: &str = "create_room";
/// The kind of jobs that end what is left of rooms.
const CLOSE_WINDOW: &str = "close_window";
/// The kind of jobs that warn before that.
const WARN_CLOSING: &str = "warn_closing";
/// The kind of jobs that decide what came of a session.
const DECIDE_OUTCOME: &str = "decide_outcome";
/// The kind of jobs that send emails.
const SEND_MAIL: &str = "send_mail";
/// The runner looks at the table at least this often, should an announcement be lost.
const POLL: Duration = Duration::from_secs(1);
/// Done jobs and LiveKit's messages are kept this long, for people who look.
const KEEP_DONE: Millis = Millis::days(7);

/// Work that must happen although its cause is long committed. Every job may run more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Create a session's room at LiveKit.
    CreateRoom {
        /// Whose room.
        session: SessionId,
    },
    /// Delete a room at LiveKit until it is gone.
    DeleteRoom {
        /// Which room.
        room: RoomName,
        /// Whose room.
        session: SessionId,
    },
    /// End what is left of a session's room when its window has closed.
    CloseWindow {
        /// Whose room.
        session: SessionId,
    },
    /// Warn people inside that the window closes soon.
    WarnClosing {
        /// Whose room.
        session: SessionId,
    },
    /// Throw out everybody who must not be in a room.
    Evict {
        /// Which room.
        room: RoomName,
        /// Whose room.
        session: SessionId,
    },
    /// Decide what came of a session.
    DecideOutcome {
        /// Which.
        session: SessionId,
    },
    /// Apply what LiveKit's messages say about a room.
    ProcessWebhooks {
        /// Which room.
        room: RoomName,
        /// Whose room.
        session: SessionId,
    },
    /// Tell an admin by mail what needs attention.
    NotifyAdmin {
        /// The entry of the list.
        notification: NotificationId,
        /// Who is told.
        admin: UserId,
        /// The session concerned.
        session: Option<SessionId>,
    },
    /// Send an email, unless it is void by then.
    SendEmail {
        /// Which email.
        mail: EmailId,
        /// The session it is about.
        session: SessionId,
    },
}

impl Job {
    fn kind(&self) -> &'static str {
        match self {
            Self::CreateRoom { .. } => CREATE_ROOM,
            Self::DeleteRoom { .. } => "delete_room",
            Self::CloseWindow { .. } => CLOSE_WINDOW,
            Self::WarnClosing { .. } => WARN_CLOSING,
            Self::Evict { .. } => "evict",
            Self::DecideOutcome { .. } => DECIDE_OUTCOME,
            Self::ProcessWebhooks { .. } => "process_webhooks",
            // Emails, both: they share the slots that a mail server may hold up.
            Self::SendEmail { .. } | Self::NotifyAdmin { .. } => SEND_MAIL,
        }
    }

    fn session(&self) -> Option<SessionId> {
        match self {
            Self::NotifyAdmin { session, .. } => *session,
            Self::CreateRoom { session }
            | Self::DeleteRoom { session, .. }
            | Self::CloseWindow { session }
            | Self::WarnClosing { session }
            | Self::Evict { session, .. }
            | Self::DecideOutcome { session }
            | Self::ProcessWebhooks { session, .. }
            | Self::SendEmail { session, .. } => Some(*session),
        }
    }

    /// Two waiting jobs with the same key are one.
    fn dedupe_key(&self) -> String {
        match self {
            Self::DeleteRoom { room, .. }
            | Self::Evict { room, .. }
            | Self::ProcessWebhooks { room, .. } => format!("{}:{room}", self.kind()),
            Self::SendEmail { mail, .. } => format!("{SEND_MAIL}:{mail}"),
            Self::NotifyAdmin {
                notification,
                admin,
                ..
            } => format!("notify_admin:{notification}:{admin}"),
            Self::CreateRoom { session }
            | Self::CloseWindow { session }
            | Self::WarnClosing { session }
            | Self::DecideOutcome { session } => {
                format!("{}:{session}", self.kind())
            }
        }
    }

    /// What an admin reads when the job keeps failing.
    fn failing_title(&self) -> &'static str {
        match self {
            Self::CreateRoom { .. } => "A meeting room cannot be created",
            Self::DeleteRoom { .. } => "An ended meeting room cannot be deleted",
            Self::CloseWindow { .. } => "A meeting whose time is up cannot be ended",
            Self::WarnClosing { .. } => "People cannot be warned that their meeting closes",
            Self::Evict { .. } => "Somebody who was removed cannot be put out of a meeting",
            Self::DecideOutcome { .. } => "What came of a session cannot be decided",
            Self::ProcessWebhooks { .. } => "Messages from the video server cannot be processed",
            Self::SendEmail { .. } => "An email cannot be sent",
            Self::NotifyAdmin { .. } => "Admins cannot be told by mail",
        }
    }

    /// Attempts after which it is dead.
    fn max_attempts(&self) -> u32 {
        match self {
            Self::SendEmail { .. } | Self::NotifyAdmin { .. } => EMAIL_MAX_ATTEMPTS,
            Self::CreateRoom { .. }
            | Self::DeleteRoom { .. }
            | Self::CloseWindow { .. }
            | Self::WarnClosing { .. }
            | Self::Evict { .. }
            | Self::DecideOutcome { .. }
            | Self::ProcessWebhooks { .. } => MAX_ATTEMPTS,
        }
    }
}

/// Writes `job` in the caller's transaction, to run at `run_at`; the same job waits only once.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue(
    txn: &Txn,
    job: &Job,
    run_at: Timestamp,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let new = NewJob {
        kind: job.kind(),
        payload: store::json(job)?,
        session: job.session(),
        run_at,
        dedupe_key: Some(job.dedupe_key()),
        now,
    };
    store::jobs::insert(txn, &new).await
}

/// Forgets when a session's room was to open and close: the session is off, or has another time.
pub(crate) async fn void_window(
    txn: &Txn,
    session: SessionId,
) -> std::result::Result<(), StoreError> {
    let kinds = [CREATE_ROOM, CLOSE_WINDOW, WARN_CLOSING, DECIDE_OUTCOME];
    store::jobs::void(txn, session, &kinds).await
}

/// Forgets when a session's room was to close: it closes at another time.
pub(crate) async fn void_close(
    txn: &Txn,
    session: SessionId,
) -> std::result::Result<(), StoreError> {
    store::jobs::void(txn, session, &[CLOSE_WINDOW, WARN_CLOSING]).await
}

/// Forgets when a session's outcome was to be decided: it is decided at another time.
pub(crate) async fn void_outcome(
    txn: &Txn,
    session: SessionId,
) -> std::result::Result<(), StoreError> {
    store::jobs::void(txn, session, &[DECIDE_OUTCOME]).await
}

async fn perform(state: &AppState, job: Job) -> Result<()> {
    match job {
        Job::CreateRoom { session } => meetings::create_due(state, session).await,
        Job::DeleteRoom { room, .. } => meetings::attendance::delete_at_livekit(state, &room).await,
        Job::CloseWindow { session } => meetings::close_window(state, session).await,
        Job::WarnClosing { session } => meetings::moderate::warn_closing(state, session).await,
        Job::Evict { room, session } => meetings::reconcile::evict(state, &room, session).await,
        Job::DecideOutcome { session } => meetings::attendance::decide(state, session).await,
        Job::ProcessWebhooks { room, .. } => webhooks::process(state, &room).await,
        Job::SendEmail { mail, .. } => emails::send(state, mail).await,
        Job::NotifyAdmin {
            notification,
            admin,
            ..
        } => emails::alert(state, notification, admin).await,
    }
}

async fn claim(state: &AppState, kinds: Kinds, limit: usize) -> Result<Vec<ClaimedJob>> {
    let now = state.clock.now();
    let worker = format!("process-{}", std::process::id());
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    Ok(state
        .db
        .write(|txn| {
            let worker = &worker;
            async move { store::jobs::claim(txn, kinds, &worker, now, now + LEASE, limit).await }
                .scope_boxed()
        })
        .await?)
}

/// Runs one claimed job and records what came of it.
async fn run(state: &AppState, claimed: ClaimedJob) {
    let id = claimed.id();
    let parsed = serde_json::from_str::<Job>(&claimed.payload);
    let result = match &parsed {
        Ok(job) => perform(state, job.clone()).await,
        Err(error) => Err(Error::Other(format!("unreadable job: {error}"))),
    };
    let now = state.clock.now();
    let recorded = match &result {
        Ok(()) => {
            state
                .db
                .write(|txn| {
                    async move {
                        store::jobs::done(txn, id, now).await?;
                        store::notifications::resolve(txn, id, now).await
                    }
                    .scope_boxed()
                })
                .await
        }
        Err(error) => {
            let attempts = claimed.attempts();
            let patience = parsed.as_ref().map_or(0, Job::max_attempts);
            let dead = attempts >= patience || error.is_final();
            let run_at = (!dead).then(|| now + backoff(attempts, rand::random()));
            let title = parsed
                .as_ref()
                .map_or("A job cannot be read", Job::failing_title);
            let session = claimed.session();
            let key = parsed.as_ref().ok().map(Job::dedupe_key);
            let cause = error.to_string();
            tracing::warn!(job.id = %id, job.attempts = attempts, job.dead = dead, error = %cause, "job failed");
            // What tells of failures does not tell of its own.
            let raise = (dead || attempts >= NOTIFY_AFTER)
                && !matches!(parsed, Ok(Job::NotifyAdmin { .. }));
            // A mail server that is away cannot tell of itself.
            let by_mail = dead || !matches!(parsed, Ok(Job::SendEmail { .. }));
            let room_given_up = match &parsed {
                Ok(Job::CreateRoom { session }) if dead => Some(*session),
                _ => None,
            };
            state
                .db
                .write(|txn| {
                    let (cause, key) = (&cause, &key);
                    async move {
                        store::jobs::failed(txn, id, key.as_deref(), &cause, run_at, now).await?;
                        if raise {
                            let raised =
                                store::notifications::raise(txn, id, session, title, &cause, now)
                                    .await?;
                            if let Some(notification) = raised.filter(|_| by_mail) {
                                tell_admins(txn, notification, session, now).await?;
                            }
                        }
                        if let Some(session) = room_given_up {
                            meetings::creation_given_up(txn, session, now).await?;
                        }
                        Ok::<_, StoreError>(())
                    }
                    .scope_boxed()
                })
                .await
        }
    };
    if let Err(error) = recorded {
        // The lease runs out and the job runs again: jobs are idempotent.
        tracing::error!(job.id = %id, %error, "could not record a job's result");
    }
}

/// Sends a new entry of the list to every admin.
async fn tell_admins(
    txn: &Txn,
    notification: NotificationId,
    session: Option<SessionId>,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    for admin in store::users::admins(txn).await? {
        let email = Job::NotifyAdmin {
            notification,
            admin: admin.id,
            session,
        };
        enqueue(txn, &email, now, now).await?;
    }
    Ok(())
}

/// Runs everything that is due, until nothing is; returns how many jobs ran. For tests and tools.
///
/// # Errors
/// When jobs cannot be claimed.
pub async fn run_due(state: &AppState) -> Result<usize> {
    let mut count = 0;
    loop {
        let claimed = claim(state, Kinds::All, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        count += claimed.len();
        for job in claimed {
            run(state, job).await;
        }
    }
}

/// Runs jobs until the server stops, then lets running ones finish for up to 5 seconds.
pub async fn run_forever(state: AppState) {
    let lanes = [
        (Kinds::Except(SEND_MAIL), AT_ONCE),
        (Kinds::Only(SEND_MAIL), LETTERS_AT_ONCE),
    ]
    .map(|(kinds, slots)| (kinds, Arc::new(Semaphore::new(slots))));
    let mut running = JoinSet::new();
    let mut shutdown = state.shutdown.clone();
    let mut swept_at = Timestamp(0);
    loop {
        while running.try_join_next().is_some() {}
        if state.clock.now().since(swept_at) >= Millis::hours(1) {
            swept_at = state.clock.now();
            let (now, before) = (swept_at, swept_at - KEEP_DONE);
            let sweep = state.db.write(|txn| {
                async move {
                    store::jobs::sweep(txn, before).await?;
                    store::sessions::release_expired(txn, now).await?;
                    let forgotten = now - sign_in_limits::WINDOW;
                    store::sign_in_failures::sweep(txn, forgotten).await?;
                    store::webhook_events::sweep(txn, before).await
                }
                .scope_boxed()
            });
            if let Err(error) = sweep.await {
                tracing::warn!(%error, "could not remove old jobs and messages");
            }
        }
        let mut pause = POLL;
        for (kinds, slots) in &lanes {
            match start_due(&state, *kinds, slots, &mut running).await {
                Ok(soon) => pause = pause.min(soon),
                Err(error) => tracing::warn!(%error, "could not claim jobs"),
            }
        }
        tokio::select! {
            () = state.jobs_waiting.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = shutdown.wait_for(|stopping| *stopping) => break,
        }
    }
    let finish = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(5), finish)
        .await
        .is_err()
    {
        tracing::warn!(
            "jobs were still running at shutdown; their leases run out and they run again"
        );
    }
}

/// Starts what is due in free slots; says how long to wait for the next look.
async fn start_due(
    state: &AppState,
    kinds: Kinds,
    slots: &Arc<Semaphore>,
    running: &mut JoinSet<()>,
) -> Result<Duration> {
    // Reading first: an idle server writes nothing.
    let Some(due) = store::jobs::next_due(state.db.read(), kinds).await? else {
        return Ok(POLL);
    };
    let now = state.clock.now();
    if due > now {
        let wait = u64::try_from(due.since(now).0).unwrap_or(u64::MAX);
        return Ok(Duration::from_millis(wait).min(POLL));
    }
    let free = slots.available_permits();
    if free == 0 {
        return Ok(Duration::from_millis(50));
    }
    for job in claim(state, kinds, free).await? {
        let Ok(permit) = slots.clone().acquire_owned().await else {
            break;
        };
        let state = state.clone();
        running.spawn(async move {
            let _slot = permit;
            run(&state, job).await;
        });
    }
    Ok(Duration::from_millis(50))
}

/// What a stored kind is called.
pub(crate) fn kind_title(kind: &str) -> &'static str {
    match kind {
        CREATE_ROOM => "Create a meeting room",
        CLOSE_WINDOW => "End a meeting whose time is up",
        SEND_MAIL => "Send an email",
        WARN_CLOSING => "Tell people that a meeting closes soon",
        DECIDE_OUTCOME => "Decide what came of a session",
        "delete_room" => "Delete an ended meeting room",
        "evict" => "Put somebody out of a room",
        "process_webhook" => "Apply a message from the video server",
        _ => "Unknown job",
    }
}
