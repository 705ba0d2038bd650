//! People's copies of everything that is kept about them: asked for, made by a job, kept for a week, downloaded by
//! nobody but their own person.

mod archive;
pub mod jobs;

use crate::{
    AppState, Error, Result,
    accounts::limits,
    jobs::enqueue,
    login::CurrentLogin,
    store::{
        ScopedFutureExt, StoreError, Txn,
        audit::{self, AuditEntry},
        data_exports::{self, ExportRow},
        users,
    },
    zones::Zone,
};
use domain::{
    audit::AuditAction,
    export::{ExportState, ExportView, LatestExport},
    ids::{DataExportId, UserId},
    problem::Problem,
    time::Timestamp,
};
use jobs::make_export::MakeExport;
use uuid::Uuid;

/// What has become of the reader's copy, and when they may ask for another one.
///
/// # Errors
/// When the database does not answer.
pub async fn view(state: &AppState, login: &CurrentLogin) -> Result<ExportView> {
    let (now, zone) = (state.clock.now(), Zone::or_utc(&login.me.time_zone));
    let found = data_exports::of_user(state.db.read(), login.me.id).await?;
    let found = found.filter(|row| is_kept(row, now));
    let next = found.and_then(|row| row.export.next_at());
    let latest = |row: ExportRow| match row.export.state {
        ExportState::BeingMade => LatestExport::BeingMade {
            since: zone.label(row.export.asked_at),
        },
        ExportState::Ready { at } => LatestExport::Ready {
            id: row.id,
            bytes: row.bytes,
            until: zone.label(row.export.until().unwrap_or(at)),
        },
        ExportState::Failed => LatestExport::Failed,
    };
    Ok(ExportView {
        is_confirmed: login.is_confirmed(state),
        latest: found.map(latest),
        next: next.filter(|next| now < *next).map(|next| zone.label(next)),
    })
}

/// Whether a copy is not too old.
fn is_kept(row: &ExportRow, now: Timestamp) -> bool {
    row.export.until().is_none_or(|until| now < until)
}

/// Asks for a copy; it takes the place of the one before.
///
/// # Errors
/// `Problem::Conflict` while one is being made, within a day of the one before, or when the person did not say who they
/// are a moment ago.
pub async fn ask(state: &AppState, login: &CurrentLogin) -> Result<()> {
    login.require_confirmed(state)?;
    let (user, now) = (login.me.id, state.clock.now());
    let id = DataExportId(Uuid::new_v4());
    let asking = state.db.write(|txn| {
        async move {
            // The lock: of two who ask at the same moment, the second one sees what the first one asked for.
            users::lock_password(txn, user)
                .await?
                .ok_or(Problem::SignedOut)?;
            if let Some(before) = data_exports::of_user(txn, user).await? {
                may_replace(&before, login, now)?;
            }
            data_exports::replace(txn, user, id, now).await?;
            enqueue(txn, &MakeExport { export: id }, now, now).await?;
            record(txn, AuditAction::DataExportAsked, user, now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    asking.await
}

fn may_replace(before: &ExportRow, login: &CurrentLogin, now: Timestamp) -> Result<()> {
    let why = match before.export.next_at() {
        None => "A copy is being made already. You get an email as soon as it is ready.".to_owned(),
        Some(next) if now < next => {
            let next = Zone::or_utc(&login.me.time_zone).label(next);
            format!(
                "You can ask for one copy a day. The next one is possible on {}, {} ({}).",
                next.date, next.time, next.zone
            )
        }
        Some(_) => return Ok(()),
    };
    Err(Problem::Conflict(why).into())
}

/// The reader's copy, a zip file; `None` when they have to say who they are first.
///
/// # Errors
/// `Problem::NotFound` when it is not theirs, not there or too old; `Problem::TooMany`.
pub async fn download(
    state: &AppState,
    login: &CurrentLogin,
    id: DataExportId,
) -> Result<Option<Vec<u8>>> {
    let (db, user, now) = (state.db.read(), login.me.id, state.clock.now());
    let own = data_exports::of_user(db, user).await?;
    own.filter(|row| row.id == id && is_kept(row, now) && row.export.until().is_some())
        .ok_or(Problem::NotFound)?;
    if !login.is_confirmed(state) {
        return Ok(None);
    }
    limits::take(state, &[limits::of_download(state, user)]).await?;
    let archive = data_exports::archive(db, id).await?;
    let archive = archive.ok_or(Problem::NotFound)?;
    let noting = state.db.write(|txn| {
        async move { record(txn, AuditAction::DataExportDownloaded, user, now).await }.scope_boxed()
    });
    noting.await?;
    Ok(Some(archive))
}

async fn record(
    txn: &Txn,
    action: AuditAction,
    user: UserId,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let entry = AuditEntry::of(now, Some(user), action, Some(user));
    audit::record(txn, &entry).await
}
