//! PostgreSQL's announcements (LISTEN and NOTIFY) between processes.

use super::{StoreError, statement};
use sea_orm::{ConnectionTrait, DatabaseConnection, sqlx::postgres::PgListener};

/// Name of the channel.
const CHANNEL: &str = "ym_changed";

/// Sends messages to every listener, this process included.
///
/// # Errors
/// When the database does not answer.
pub async fn send(db: &DatabaseConnection, messages: &[String]) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let all = super::json(messages)?;
    let sql = "SELECT pg_notify($1, value) FROM json_array_elements_text($2::json)";
    let values = [CHANNEL.into(), all.into()];
    db.query_all_raw(statement(db, sql, values)).await?;
    Ok(())
}

/// A connection that listens; it comes back by itself when it breaks.
#[derive(Debug)]
pub struct Listener(PgListener);

/// Starts to listen on the server at `url`.
///
/// # Errors
/// When the database does not answer.
pub async fn listen(url: &str) -> Result<Listener, StoreError> {
    let unreachable = |error: sea_orm::sqlx::Error| StoreError::Unreachable(error.to_string());
    let mut listener = PgListener::connect(url).await.map_err(unreachable)?;
    listener.listen(CHANNEL).await.map_err(unreachable)?;
    Ok(Listener(listener))
}

impl Listener {
    /// The next message; `None` when the connection broke, so that messages may have been lost.
    ///
    /// # Errors
    /// When the connection is gone for good.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let said = self.0.try_recv().await;
        let said = said.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(said.map(|message| message.payload().to_owned()))
    }
}
