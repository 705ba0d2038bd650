//! What every use case is given.

use crate::{
    clock::Clock,
    config::Config,
    credentials::Passwords,
    heartbeats::Heartbeats,
    identity::{Identities, Oidc},
    live::{Events, StreamLimits},
    mail::{self, MailServer},
    media::MediaServer,
    store::{Db, logins::FoundLogin, recent::Recent, rooms::RoomRecord, sessions::SessionRecord},
    write_limits::WriteLimits,
};
use std::sync::{Arc, atomic::AtomicBool};
use tokio::sync::{Notify, watch};

/// The parts of a running server; clones share them.
#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    /// Source of time.
    pub clock: Arc<dyn Clock>,
    /// LiveKit or its fake.
    pub media: Arc<dyn MediaServer>,
    /// Mail server, folder or fake: what the settings name, until a test puts its own here.
    pub mail: Arc<dyn MailServer>,
    /// Other providers where people sign in, or a fake.
    pub identities: Arc<dyn Identities>,
    /// Validated settings.
    pub config: Arc<Config>,
    /// Live updates.
    pub events: Events,
    /// How many streams of live updates may be open.
    pub stream_limits: StreamLimits,
    /// How often one person may do what pages are told of.
    pub(crate) write_limits: Arc<WriteLimits>,
    /// Bounded password hashing.
    pub passwords: Arc<Passwords>,
    /// Signs of life of the tasks in the background.
    pub heartbeats: Heartbeats,
    /// Wakes the job runner as soon as a job was written.
    pub jobs_waiting: Arc<Notify>,
    /// Logins by the hash of their token.
    pub(crate) recent_logins: Arc<Recent<FoundLogin>>,
    /// Sessions with their rooms, by id.
    pub(crate) recent_sessions: Arc<Recent<(SessionRecord, Option<RoomRecord>)>>,
    /// The process will stop soon: it is not ready any more, and goes on as before until `shutdown`.
    pub leaving: Arc<AtomicBool>,
    /// Turns true when the server is stopping; long answers end then.
    pub shutdown: watch::Receiver<bool>,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        media: Arc<dyn MediaServer>,
        config: Arc<Config>,
        shutdown: watch::Receiver<bool>,
    ) -> Self {
        let (events, jobs_waiting) = (Events::default(), Arc::new(Notify::new()));
        db.on_commit(events.after_commit(Arc::clone(&jobs_waiting)));
        Self {
            db,
            clock,
            media,
            events,
            stream_limits: StreamLimits::default(),
            write_limits: Arc::default(),
            passwords: Arc::new(Passwords::new(config.limits.password_hashing)),
            mail: mail::connect(&config.mail, &config.app_url),
            identities: Arc::new(Oidc::default()),
            heartbeats: Heartbeats::default(),
            jobs_waiting,
            recent_logins: Arc::default(),
            recent_sessions: Arc::default(),
            config,
            leaving: Arc::default(),
            shutdown,
        }
    }
}
