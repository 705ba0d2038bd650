//! Answers that were read a moment ago and still hold.

use super::{Db, Engine, StoreError};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An answer is given again for this long. Only another process that writes to the same file, such
/// as the command line, can make it wrong meanwhile: every write of this process ends it at once.
const KEPT: Duration = Duration::from_secs(2);
/// Answers kept at most.
const MOST: usize = 10_000;

/// Keeps what was found under a key until anything is written. Handing a query to SQLite's thread
/// and back costs thirty times the query itself (0.2 ms against 7 µs), which matters on paths that
/// every request takes. On PostgreSQL other processes write all the time: there nothing is kept.
#[derive(Debug)]
pub(crate) struct Recent<V> {
    kept: Mutex<Kept<V>>,
}

#[derive(Debug)]
struct Kept<V> {
    writes: u64,
    answers: HashMap<String, (Instant, V)>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        let kept = Kept {
            writes: 0,
            answers: HashMap::new(),
        };
        Self {
            kept: Mutex::new(kept),
        }
    }
}

impl<V: Clone> Recent<V> {
    /// What `load` finds under `key`, or found a moment ago. That nothing was found is not kept.
    ///
    /// # Errors
    /// What `load` returns.
    pub(crate) async fn read(
        &self,
        db: &Db,
        key: &str,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<V>, StoreError> {
        if db.engine() == Engine::Postgres {
            return load.await;
        }
        // Before loading: a write that comes in between makes the loaded answer old at once.
        let writes = db.writes();
        if let Some(found) = self.get(key, writes) {
            return Ok(Some(found));
        }
        let found = load.await?;
        if let Some(found) = &found {
            self.put(key, writes, found.clone());
        }
        Ok(found)
    }

    fn get(&self, key: &str, writes: u64) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, found) = kept.answers.get(key)?;
        (kept.writes == writes && at.elapsed() < KEPT).then(|| found.clone())
    }

    fn put(&self, key: &str, writes: u64, found: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.writes != writes || kept.answers.len() >= MOST {
            kept.answers.clear();
            kept.writes = writes;
        }
        kept.answers.insert(key.to_owned(), (Instant::now(), found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scoped_futures::ScopedFutureExt;

    #[tokio::test]
    async fn an_answer_is_kept_until_anything_is_written() {
        let file = std::env::temp_dir().join(format!("ym_recent_{}", uuid::Uuid::new_v4()));
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let db = Db::connect(&url).await.expect("opens");
        let recent = Recent::default();
        let read = async |answer: Option<u8>| {
            recent
                .read(&db, "key", async move { Ok(answer) })
                .await
                .expect("reads")
        };
        assert_eq!(read(None).await, None);
        assert_eq!(
            read(Some(1)).await,
            Some(1),
            "that nothing was found is not kept"
        );
        assert_eq!(read(Some(2)).await, Some(1));
        db.write(|_| async { Ok::<_, StoreError>(()) }.scope_boxed())
            .await
            .expect("writes");
        assert_eq!(read(Some(3)).await, Some(3));
        // Loaded before a write, put away after it.
        let slow = async {
            db.write(|_| async { Ok::<_, StoreError>(()) }.scope_boxed())
                .await?;
            Ok(Some(4))
        };
        assert_eq!(
            recent.read(&db, "other", slow).await.expect("reads"),
            Some(4)
        );
        let other = recent.read(&db, "other", async { Ok(Some(5)) }).await;
        assert_eq!(other.expect("reads"), Some(5));
        db.close().await.expect("closes");
        std::fs::remove_file(file).expect("the file goes");
    }
}
