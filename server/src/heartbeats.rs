//! Signs of life of the tasks that work in the background.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// When each task last showed that it lives, and until when the next sign has to come. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Heartbeats(Arc<Mutex<BTreeMap<&'static str, Instant>>>);

impl Heartbeats {
    /// `task` lives; it says so again within `limit`.
    pub fn beat(&self, task: &'static str, limit: Duration) {
        self.due().insert(task, Instant::now() + limit);
    }

    /// A task that should have shown a sign of life by now.
    pub fn overdue(&self) -> Option<&'static str> {
        let now = Instant::now();
        let due = self.due();
        let overdue = due.iter().find(|(_, due)| **due < now);
        overdue.map(|(task, _)| *task)
    }

    fn due(&self) -> MutexGuard<'_, BTreeMap<&'static str, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_overdue_once_its_limit_has_passed_and_until_it_beats_again() {
        let heartbeats = Heartbeats::default();
        assert_eq!(heartbeats.overdue(), None);
        heartbeats.beat("quick", Duration::from_secs(60));
        assert_eq!(heartbeats.overdue(), None);
        heartbeats.beat("stuck", Duration::ZERO);
        while heartbeats.overdue().is_none() {
            std::thread::yield_now();
        }
        assert_eq!(heartbeats.overdue(), Some("stuck"));
        heartbeats.beat("stuck", Duration::from_secs(60));
        assert_eq!(heartbeats.overdue(), None);
    }
}
