//! What an admin sees and does.

mod actions;
mod console;

pub use actions::perform;
pub use console::console;

use crate::{AppState, Result, login::CurrentLogin, store, zones::Zone};
use domain::{ids::NotificationId, problem::Problem, views::NotificationView};

/// The list of notifications, open ones first.
///
/// # Errors
/// `Problem::Forbidden` unless the reader is an admin.
pub async fn notifications(
    state: &AppState,
    login: &CurrentLogin,
) -> Result<Vec<NotificationView>> {
    login.require_admin()?;
    let zone = Zone::or_utc(&login.me.time_zone);
    let rows = store::notifications::list(state.db.read()).await?;
    let view = |row: store::notifications::NotificationRow| NotificationView {
        id: row.id,
        session: row.session,
        can_retry: row.job.is_some() && row.resolved_at.is_none(),
        title: row.title,
        cause: row.cause,
        raised: zone.label(row.created_at),
        resolved: row.resolved_at.map(|at| zone.label(at)),
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Runs the failing job behind a notification again, now.
///
/// # Errors
/// `Problem::Forbidden`, `Problem::NotFound`, or `Problem::Conflict` when it is settled.
pub async fn retry(state: &AppState, login: &CurrentLogin, id: NotificationId) -> Result<()> {
    login.require_admin()?;
    let found = store::notifications::find(state.db.read(), id)
        .await?
        .ok_or(Problem::NotFound)?;
    let settled =
        || Problem::Conflict("This is settled already; there is nothing to retry.".to_owned());
    let job = found
        .job
        .filter(|_| found.resolved_at.is_none())
        .ok_or_else(settled)?;
    actions::retry_job(state, login, job).await
}
