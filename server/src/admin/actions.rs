//! What an admin does in the console. Each action writes its entry of the audit log in its own
//! transaction.

use crate::{
    AppState, Error, Result,
    accounts::end_logins,
    deletion,
    login::CurrentLogin,
    meetings, mentors, safety,
    store::{self, StoreError, audit::AuditEntry},
};
use domain::{
    audit::AuditAction,
    console::{AdminAction, is_verdict},
    ids::{JobId, SessionId, UserId},
    problem::Problem,
    session::Outcome,
    time::Timestamp,
};
use scoped_futures::ScopedFutureExt;

fn entry(login: &CurrentLogin, action: AuditAction, now: Timestamp) -> AuditEntry {
    AuditEntry::of(now, Some(login.me.id), action, None)
}

/// Does what an admin asks for.
///
/// # Errors
/// `Problem::Forbidden` unless the person is an admin; `Problem::NotFound` or `Problem::Conflict`
/// when there is nothing to do it to.
pub async fn perform(state: &AppState, login: &CurrentLogin, action: AdminAction) -> Result<()> {
    login.require_admin()?;
    match action {
        AdminAction::EndRoom(session) => meetings::end_room(state, login, session).await,
        AdminAction::RetryJob(job) => retry_job(state, login, job).await,
        AdminAction::RetryAll => retry_all(state, login).await,
        AdminAction::Settle(session, verdict) => {
            settle_outcome(state, login, session, verdict).await
        }
        AdminAction::SignOut(user) => sign_out(state, login, user).await,
        AdminAction::Suspend(user) => safety::suspend(state, login, user).await,
        AdminAction::Reinstate(user) => safety::reinstate(state, login, user).await,
        AdminAction::Unpublish(user) => mentors::unpublish(state, login, user).await,
        AdminAction::DeleteAccount(user) => deletion::ask_for(state, login, user).await,
        AdminAction::KeepAccount(user) => deletion::keep_for(state, login, user).await,
        AdminAction::CloseReport(report) => safety::close(state, login, report).await,
    }
}

/// Runs a failed job again, now.
pub(super) async fn retry_job(state: &AppState, login: &CurrentLogin, job: JobId) -> Result<()> {
    let now = state.clock.now();
    let entry = entry(login, AuditAction::RetriedJob, now);
    let retried = state
        .db
        .write(|txn| {
            let entry = &entry;
            async move {
                let Some(found) = store::jobs::find_failed(txn, job).await? else {
                    return Ok(false);
                };
                if !store::jobs::retry(txn, job, now).await? {
                    return Ok(false);
                }
                let entry = AuditEntry {
                    session: found.session,
                    detail: found.kind,
                    ..entry.clone()
                };
                store::audit::record(txn, &entry).await?;
                Ok(true)
            }
            .scope_boxed()
        })
        .await;
    let conflict = |words: &str| Err(Problem::Conflict(words.to_owned()).into());
    match retried {
        Ok(true) => {}
        Ok(false) => return conflict("This is settled already; there is nothing to retry."),
        Err(StoreError::Duplicate { .. }) => return conflict("The same work is waiting already."),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(admin.id = %login.me.id, job.id = %job, "job {job} retried by an admin");
    Ok(())
}

/// One transaction for each job: one whose work is waiting already does not hold up the others.
async fn retry_all(state: &AppState, login: &CurrentLogin) -> Result<()> {
    for job in store::jobs::failing(state.db.read(), true).await? {
        match retry_job(state, login, job.id).await {
            Ok(()) | Err(Error::Problem(Problem::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn settle_outcome(
    state: &AppState,
    login: &CurrentLogin,
    session: SessionId,
    verdict: Outcome,
) -> Result<()> {
    if !is_verdict(verdict) {
        return Err(Problem::Malformed("This is not a decision.".to_owned()).into());
    }
    let now = state.clock.now();
    let mut entry = entry(login, AuditAction::DecidedOutcome, now);
    entry.session = Some(session);
    entry.detail = verdict.as_str().to_owned();
    let settled = state
        .db
        .write(|txn| {
            let entry = &entry;
            async move {
                let settled = store::sessions::settle(txn, session, verdict, now).await?;
                if settled {
                    store::audit::record(txn, entry).await?;
                }
                Ok::<_, StoreError>(settled)
            }
            .scope_boxed()
        })
        .await?;
    if !settled {
        let words = "The outcome of this session is decided already.";
        return Err(Problem::Conflict(words.to_owned()).into());
    }
    Ok(())
}

async fn sign_out(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<()> {
    if store::users::names(state.db.read(), &[user])
        .await?
        .is_empty()
    {
        return Err(Problem::NotFound.into());
    }
    let now = state.clock.now();
    let mut entry = entry(login, AuditAction::SignedOutEverywhere, now);
    entry.subject = Some(user);
    Ok(state
        .db
        .write(|txn| {
            let entry = &entry;
            async move {
                end_logins(txn, user, |_| true, now).await?;
                store::audit::record(txn, entry).await
            }
            .scope_boxed()
        })
        .await?)
}
