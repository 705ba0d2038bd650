//! One look for all streams of a person. Whatever concerns them wakes one task, which asks the database once and tells
//! every stream; the first change at once, what follows within a second together. Streams ask for nothing themselves
//! but what they show first.

use super::shapes::Rendered;
use crate::{
    AppState, Result, http::auth, live::Update, login::CurrentLogin, meetings, sessions,
    store::open_logins,
};
use axum::http::HeaderMap;
use domain::{
    access::Access,
    ids::{LoginId, SessionId, UserId},
    time::{Millis, Timestamp},
    views::MyChanges,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{
        Notify,
        broadcast::{self, error::RecvError},
    },
    task::AbortHandle,
    time::Instant,
};

/// Logins are looked at again, and nothing else, this often.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two looks at least this much time passes.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is told is kept this often for a stream that is slow to read; one that is slower looks for itself.
const KEPT: usize = 16;
/// More sessions that changed at once are looked at all together, as if any had.
const ONE_BY_ONE: usize = 32;

/// What a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The full state of one session.
    One(SessionId),
    /// Which of the caller's sessions changed.
    Mine,
}

/// What the streams of a person are told together.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Logins that have ended; so do their streams.
    pub(crate) gone: HashSet<LoginId>,
    /// What changed among their sessions.
    list: Option<Rendered>,
    /// The state of those that have streams of their own.
    states: HashMap<SessionId, Rendered>,
}

impl Told {
    /// What it says about a topic, if anything.
    pub(crate) fn about(&self, topic: Topic) -> Option<&Rendered> {
        match topic {
            Topic::One(session) => self.states.get(&session),
            Topic::Mine => self.list.as_ref(),
        }
    }
}

/// What the streams of a person are about, and when that changes by itself.
#[derive(Debug, Default)]
struct Wanted {
    lists: usize,
    sessions: HashMap<SessionId, usize>,
    /// With the cookie of one stream of each, for looking at the login again.
    logins: HashMap<LoginId, (HeaderMap, usize)>,
    /// When join decisions change by themselves.
    edges: BTreeMap<SessionId, Timestamp>,
}

impl Wanted {
    fn learn(&mut self, session: SessionId, access: Access) {
        match next_edge(access) {
            Some(edge) => self.edges.insert(session, edge),
            None => self.edges.remove(&session),
        };
    }
}

#[derive(Debug)]
struct Shared {
    /// Never read, only copied: its end is the task's, also when that panics.
    told: broadcast::Receiver<Arc<Told>>,
    wanted: Mutex<Wanted>,
    /// The edges are others than they were.
    learned: Notify,
}

impl Shared {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All hubs of this process, by person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hubs(Arc<Mutex<HashMap<UserId, Weak<Hub>>>>);

/// Looks for one person as long as one of their streams is open.
#[derive(Debug)]
struct Hub {
    shared: Arc<Shared>,
    task: AbortHandle,
    user: UserId,
    hubs: Hubs,
}

impl Hubs {
    fn all(&self) -> MutexGuard<'_, HashMap<UserId, Weak<Hub>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the person's other streams. Whatever changes from now on is told.
    pub(crate) fn join(
        &self,
        state: &AppState,
        login: &CurrentLogin,
        headers: HeaderMap,
        topic: Topic,
    ) -> Member {
        let user = login.me.id;
        let mut all = self.all();
        let running = all.get(&user).and_then(Weak::upgrade);
        let hub = running.filter(|hub| !hub.task.is_finished());
        let hub = hub.unwrap_or_else(|| {
            let hub = Arc::new(Hub::start(self.clone(), state.clone(), login.clone()));
            all.insert(user, Arc::downgrade(&hub));
            hub
        });
        drop(all);
        let told = hub.shared.told.resubscribe();
        let mut wanted = hub.shared.wanted();
        match topic {
            Topic::One(session) => *wanted.sessions.entry(session).or_default() += 1,
            Topic::Mine => wanted.lists += 1,
        }
        wanted.logins.entry(login.login).or_insert((headers, 0)).1 += 1;
        drop(wanted);
        Member {
            hub,
            topic,
            login: login.login,
            told,
        }
    }
}

impl Hub {
    fn start(hubs: Hubs, state: AppState, login: CurrentLogin) -> Self {
        let (sender, told) = broadcast::channel(KEPT);
        let shared = Arc::new(Shared {
            told,
            wanted: Mutex::default(),
            learned: Notify::new(),
        });
        let user = login.me.id;
        let looker = Looker {
            changes: state.events.subscribe(),
            state,
            login,
            shared: Arc::clone(&shared),
            due: Due::default(),
        };
        let task = tokio::spawn(looker.run(sender)).abort_handle();
        Self {
            shared,
            task,
            user,
            hubs,
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.task.abort();
        let mut all = self.hubs.all();
        // Somebody may have begun anew meanwhile.
        if all
            .get(&self.user)
            .is_some_and(|hub| hub.strong_count() == 0)
        {
            all.remove(&self.user);
        }
    }
}

/// One stream among those of its person.
#[derive(Debug)]
pub(crate) struct Member {
    hub: Arc<Hub>,
    topic: Topic,
    login: LoginId,
    /// Closed once nobody looks any more.
    pub(crate) told: broadcast::Receiver<Arc<Told>>,
}

impl Member {
    /// Adds what this stream saw of when decisions change.
    pub(crate) fn learn(&self, decisions: &[(SessionId, Access)]) {
        let mut wanted = self.hub.shared.wanted();
        for (session, access) in decisions {
            wanted.learn(*session, *access);
        }
        drop(wanted);
        self.hub.shared.learned.notify_one();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut wanted = self.hub.shared.wanted();
        match self.topic {
            Topic::One(session) => {
                if let Some(count) = wanted.sessions.get_mut(&session) {
                    *count -= 1;
                    if *count == 0 {
                        wanted.sessions.remove(&session);
                    }
                }
            }
            Topic::Mine => wanted.lists -= 1,
        }
        if let Some((_, count)) = wanted.logins.get_mut(&self.login) {
            *count -= 1;
            if *count == 0 {
                wanted.logins.remove(&self.login);
            }
        }
    }
}

/// Sessions to look at.
#[derive(Debug, Clone, Default)]
struct Due {
    sessions: BTreeSet<SessionId>,
    /// Whether any may have changed.
    any: bool,
}

impl Due {
    fn is_empty(&self) -> bool {
        !self.any && self.sessions.is_empty()
    }

    fn add(&mut self, session: SessionId) {
        self.sessions.insert(session);
        if self.sessions.len() > ONE_BY_ONE {
            self.any = true;
        }
    }
}

/// The task of a hub.
struct Looker {
    state: AppState,
    /// Any of the person's: what is asked for depends on the person alone.
    login: CurrentLogin,
    changes: broadcast::Receiver<Update>,
    shared: Arc<Shared>,
    due: Due,
}

/// Why the task woke up.
enum Woken {
    /// Something is due, or may be once the pause is over.
    Due,
    Heartbeat,
    Stopping,
}

impl Looker {
    async fn run(mut self, sender: broadcast::Sender<Arc<Told>>) {
        let mut heartbeat = Instant::now() + HEARTBEAT;
        let mut not_before = Instant::now();
        loop {
            // A change is told at once and alone, if the last look was long enough ago.
            if !self.due.is_empty() && Instant::now() >= not_before {
                not_before = Instant::now() + LOOK_EVERY;
                match self.look().await {
                    Ok(told) => {
                        self.due = Due::default();
                        // An error only means that everybody has just left.
                        let _listeners = sender.send(Arc::new(told));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "open pages could not be told of a change; it is tried again");
                    }
                }
            }
            match self.wait(heartbeat, not_before).await {
                Woken::Due => {}
                Woken::Heartbeat => {
                    heartbeat = Instant::now() + HEARTBEAT;
                    let gone = self.signed_out().await;
                    if !gone.is_empty() {
                        let told = Told {
                            gone,
                            ..Told::default()
                        };
                        let _listeners = sender.send(Arc::new(told));
                    }
                }
                Woken::Stopping => return,
            }
        }
    }

    async fn wait(&mut self, heartbeat: Instant, not_before: Instant) -> Woken {
        let next = self.shared.wanted().edges.values().min().copied();
        let to_edge = next.map_or(HEARTBEAT, |edge| {
            real_time(edge.since(self.state.clock.now()))
        });
        let is_waiting = !self.due.is_empty();
        let mut shutdown = self.state.shutdown.clone();
        tokio::select! {
            biased;
            _ = shutdown.wait_for(|stopping| *stopping) => return Woken::Stopping,
            update = self.changes.recv() => match update {
                Ok(update) => self.hear(update),
                // Too many at once: ours may have been among them.
                Err(RecvError::Lagged(_)) => self.due.any = true,
                Err(RecvError::Closed) => return Woken::Stopping,
            },
            () = tokio::time::sleep_until(not_before), if is_waiting => {}
            () = tokio::time::sleep(to_edge) => self.pass_edges(),
            () = self.shared.learned.notified() => {}
            () = tokio::time::sleep_until(heartbeat) => return Woken::Heartbeat,
        }
        Woken::Due
    }

    fn hear(&mut self, update: Update) {
        match update.what() {
            None => self.due.any = true,
            Some(changed) if changed.people.contains(&self.login.me.id) => {
                self.due.add(changed.session);
            }
            Some(_) => {}
        }
    }

    /// Makes those sessions due whose decision is another one by now.
    fn pass_edges(&mut self) {
        let now = self.state.clock.now();
        let mut wanted = self.shared.wanted();
        let is_due = |edge: &Timestamp| *edge <= now;
        let passed: Vec<SessionId> = wanted
            .edges
            .iter()
            .filter(|(_, edge)| is_due(edge))
            .map(|(session, _)| *session)
            .collect();
        wanted.edges.retain(|_, edge| !is_due(edge));
        drop(wanted);
        for session in passed {
            self.due.add(session);
        }
    }

    /// Reads what is due, once for all streams.
    async fn look(&self) -> Result<Told> {
        self.state.events.looked();
        let (has_lists, watched, logins) = {
            let wanted = self.shared.wanted();
            let watched: Vec<SessionId> = wanted.sessions.keys().copied().collect();
            let logins: Vec<LoginId> = wanted.logins.keys().copied().collect();
            (wanted.lists > 0, watched, logins)
        };
        let mut told = Told {
            gone: self.ended(&logins).await,
            ..Told::default()
        };
        let is_due = |session: &SessionId| self.due.any || self.due.sessions.contains(session);
        let mut decisions = Vec::new();
        for session in watched.into_iter().filter(is_due) {
            let state = meetings::live_state(&self.state, &self.login, session).await?;
            decisions.push((session, state.access));
            told.states.insert(session, Rendered::state(&state));
        }
        if has_lists {
            let now = self.state.clock.now();
            let sessions = if self.due.any {
                let all = sessions::decisions(&self.state, &self.login).await?;
                let ids = all.iter().map(|(id, _)| *id).collect();
                decisions.extend(all);
                ids
            } else {
                let all: Vec<SessionId> = self.due.sessions.iter().copied().collect();
                let is_new = |id: &&SessionId| decisions.iter().all(|(known, _)| known != *id);
                let rest: Vec<SessionId> = all.iter().filter(is_new).copied().collect();
                let rest = sessions::decisions_about(&self.state, &self.login, &rest).await?;
                decisions.extend(rest);
                all
            };
            told.list = Some(Rendered::sessions(&MyChanges { now, sessions }));
        }
        let mut wanted = self.shared.wanted();
        for (session, access) in decisions {
            wanted.learn(session, access);
        }
        Ok(told)
    }

    /// Which of these logins have ended, by one question for all.
    async fn ended(&self, logins: &[LoginId]) -> HashSet<LoginId> {
        let now = self.state.clock.now();
        match open_logins::of_user(self.state.db.read(), self.login.me.id, now).await {
            Ok(open) => {
                let is_gone = |login: &&LoginId| !open.contains(login);
                logins.iter().filter(is_gone).copied().collect()
            }
            // Not knowing is no reason to disconnect.
            Err(error) => {
                tracing::debug!(%error, "whether logins still hold is not known");
                HashSet::new()
            }
        }
    }

    /// Which logins do not hold any more, each looked at as a request's is: that also says that it is in use.
    async fn signed_out(&self) -> HashSet<LoginId> {
        let logins: Vec<(LoginId, HeaderMap)> = {
            let wanted = self.shared.wanted();
            let known = wanted.logins.iter();
            known
                .map(|(id, (headers, _))| (*id, headers.clone()))
                .collect()
        };
        let mut gone = HashSet::new();
        for (id, headers) in logins {
            match auth::current_login(&self.state, &headers).await {
                Ok(Some(login)) if login.login == id => {}
                Ok(_) => {
                    gone.insert(id);
                }
                Err(error) => tracing::debug!(%error, "whether a login still holds is not known"),
            }
        }
        gone
    }
}

/// At least a millisecond, so that a clock which stands still makes no busy loop.
fn real_time(length: Millis) -> Duration {
    Duration::from_millis(u64::try_from(length.0).unwrap_or(0).max(1))
}

/// The first moment at which the join decision is another one by itself.
fn next_edge(access: Access) -> Option<Timestamp> {
    match access {
        Access::TooEarly { opens_at, .. } => Some(opens_at),
        // The last millisecond still belongs to the window.
        Access::Open { closes_at, .. } => Some(closes_at + Millis(1)),
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. } => None,
    }
}
