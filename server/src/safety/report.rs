//! Concerns: from anybody, about somebody they have a session with or a mentor whom they see, to admins and nobody else.

use super::record;
use crate::{
    AppState, Error, Result,
    accounts::{CurrentLogin, limits},
    emails::notify_admins,
    store::{
        self, ScopedFutureExt, StoreError, Txn, blocks, notifications,
        reports::{self, NewReport},
    },
};
use domain::{
    audit::AuditAction,
    ids::{NotificationId, ReportId, SessionId, UserId},
    problem::Problem,
    safety::{REPORT_MAX, ReportCategory},
    text::paragraph,
    time::Timestamp,
    views::SafetyPage,
};
use uuid::Uuid;

/// The kind of the admins' entry.
const KIND: &str = "concerns";

/// What somebody reports.
#[derive(Debug, Clone)]
pub struct Report {
    pub about: UserId,
    /// The session it arose in, if it did in one.
    pub session: Option<SessionId>,
    pub category: ReportCategory,
    /// May be empty.
    pub words: String,
}

/// The person whom a reader may report or block, with the session they share.
///
/// # Errors
/// `Problem::NotFound` for oneself, for somebody with whom the reader shares no session and who is no published mentor,
/// and for a session of others.
pub async fn page(
    state: &AppState,
    login: &CurrentLogin,
    about: UserId,
    session: Option<SessionId>,
) -> Result<SafetyPage> {
    let title = related(state, login, about, session).await?;
    let names = store::users::names(state.db.read(), &[about]).await?;
    let name = names.get(&about).cloned().ok_or(Problem::NotFound)?;
    Ok(SafetyPage {
        about,
        name,
        session: session.zip(title),
        is_blocked: blocks::is_blocked(state.db.read(), login.me.id, about).await?,
    })
}

/// Checks that the reader has to do with `about`; the title of the session.
async fn related(
    state: &AppState,
    login: &CurrentLogin,
    about: UserId,
    session: Option<SessionId>,
) -> Result<Option<String>> {
    let (db, me) = (state.db.read(), login.me.id);
    let stranger = || Err(Problem::NotFound.into());
    if me == about {
        return stranger();
    }
    if let Some(id) = session {
        let record = store::sessions::find(db, id).await?;
        let is_theirs = |r: &store::sessions::SessionRecord| {
            r.facts.role_of(me).is_some() && r.facts.role_of(about).is_some()
        };
        return match record.filter(is_theirs) {
            Some(record) => Ok(Some(record.title)),
            None => stranger(),
        };
    }
    let profile = store::mentors::find(db, about).await?;
    let is_seen = profile.is_some_and(|profile| profile.published);
    if is_seen || store::sessions::have_met(db, me, about).await? {
        return Ok(None);
    }
    stranger()
}

/// Tells admins about a concern.
///
/// # Errors
/// As [`page`]; `Problem::Invalid` on `words`; `Problem::TooMany` after ten in an hour.
pub async fn report(state: &AppState, login: &CurrentLogin, report: Report) -> Result<()> {
    related(state, login, report.about, report.session).await?;
    let words =
        paragraph(&report.words, REPORT_MAX).map_err(|why| Problem::field("words", why.0))?;
    limits::take(state, &[limits::of_report(state, login.me.id)]).await?;
    let now = state.clock.now();
    let new = NewReport {
        id: ReportId(Uuid::new_v4()),
        reporter: login.me.id,
        about: report.about,
        session: report.session,
        category: report.category,
        words,
        now,
    };
    let writing = state.db.write(|txn| {
        let new = &new;
        async move {
            reports::insert(txn, new).await?;
            let (pair, category) = ((new.reporter, new.about), new.category.as_str());
            record(txn, AuditAction::Reported, pair, category, now).await?;
            if let Some(entry) = tell(txn, now).await? {
                notify_admins(txn, entry, None, now).await?;
            }
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    writing.await?;
    tracing::info!(report.id = %new.id, "a concern was reported");
    Ok(())
}

/// Brings the admins' entry up to date; its id when it is new.
async fn tell(
    txn: &Txn,
    now: Timestamp,
) -> std::result::Result<Option<NotificationId>, StoreError> {
    match reports::open(txn).await? {
        0 => {
            notifications::resolve_kind(txn, KIND, now).await?;
            Ok(None)
        }
        open => {
            let cause = format!("Open concerns: {open}. Read them at /admin/reports.");
            notifications::raise_kind(txn, KIND, "Somebody reported a concern", &cause, now).await
        }
    }
}

/// Closes a concern that was looked into.
///
/// # Errors
/// `Problem::Forbidden` unless the person is an admin; `Problem::Conflict` when it is not open.
pub async fn close(state: &AppState, login: &CurrentLogin, id: ReportId) -> Result<()> {
    login.require_admin()?;
    let (admin, now) = (login.me.id, state.clock.now());
    let closing = state.db.write(|txn| {
        async move {
            let closed = reports::close(txn, id, admin, now).await?;
            let settled = || Problem::Conflict("This concern is closed already.".to_owned());
            let about = closed.ok_or_else(settled)?;
            record(txn, AuditAction::ClosedReport, (admin, about), "", now).await?;
            tell(txn, now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    closing.await
}
