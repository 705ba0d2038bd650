//! Table `livekit_rooms`.

use super::{
    StoreError, Txn, coverage,
    entity::{livekit_rooms, sessions},
};
use domain::{
    attendance::UNSEEN,
    ids::{RoomId, RoomName, SessionId},
    session::{EndReason, Room, RoomWord},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// A room's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRecord {
    pub id: RoomId,
    pub session: SessionId,
    /// Name at LiveKit.
    pub name: RoomName,
    /// When LiveKit last confirmed that it exists.
    pub ensured_at: Option<Timestamp>,
    /// When LiveKit last said who is in it.
    pub reconciled_at: Option<Timestamp>,
    /// Whether it was ended.
    pub is_ended: bool,
    /// Whether LiveKit confirmed its deletion.
    pub is_deleted: bool,
}

impl From<livekit_rooms::Model> for RoomRecord {
    fn from(row: livekit_rooms::Model) -> Self {
        Self {
            id: row.id,
            session: row.session_id,
            name: row.name,
            ensured_at: row.ensured_at,
            reconciled_at: row.reconciled_at,
            is_ended: row.ended_at.is_some(),
            is_deleted: row.deleted_at.is_some(),
        }
    }
}

/// Inserts the record of a session's room of `generation`.
///
/// # Errors
/// [`StoreError::Duplicate`] when it exists.
pub async fn insert(
    txn: &Txn,
    session: SessionId,
    generation: u32,
    now: Timestamp,
) -> Result<RoomRecord, StoreError> {
    let id = RoomId(Uuid::new_v4());
    let name = RoomName::new(session, generation);
    livekit_rooms::Entity::insert(livekit_rooms::ActiveModel {
        id: Set(id),
        session_id: Set(session),
        name: Set(name.clone()),
        generation: Set(i32::try_from(generation).unwrap_or(i32::MAX)),
        status: Set(RoomWord::Scheduled),
        livekit_sid: Set(None),
        ensured_at: Set(None),
        ended_at: Set(None),
        end_reason: Set(None),
        deleted_at: Set(None),
        created_at: Set(now),
        reconciled_at: Set(None),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(RoomRecord {
        id,
        session,
        name,
        ensured_at: None,
        reconciled_at: None,
        is_ended: false,
        is_deleted: false,
    })
}

/// The newest generation of a session's room.
///
/// # Errors
/// When the database does not answer.
pub async fn current(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Option<RoomRecord>, StoreError> {
    let newest = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::SessionId.eq(session))
        .order_by_desc(livekit_rooms::Column::Generation)
        .one(db)
        .await?;
    Ok(newest.map(RoomRecord::from))
}

/// Finds a room by its name, and when it was ended.
///
/// # Errors
/// When the database does not answer.
pub async fn by_name(
    db: &impl ConnectionTrait,
    name: &RoomName,
) -> Result<Option<(RoomRecord, Option<Timestamp>)>, StoreError> {
    let found = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::Name.eq(name.as_str()))
        .one(db)
        .await?;
    Ok(found.map(|row| {
        let ended_at = row.ended_at;
        (row.into(), ended_at)
    }))
}

/// Records that LiveKit has the room; `false` when the room was ended meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn ensured(
    txn: &Txn,
    room: RoomId,
    sid: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = livekit_rooms::Entity::update_many()
        .col_expr(livekit_rooms::Column::LivekitSid, sid.into())
        .col_expr(livekit_rooms::Column::EnsuredAt, now.into())
        .filter(livekit_rooms::Column::Id.eq(room))
        .filter(livekit_rooms::Column::EndedAt.is_null())
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Rooms that LiveKit has as far as we know: confirmed, not lost and not ended. Only those whose mentor
/// removed somebody, when `guarded`.
///
/// # Errors
/// When the database does not answer.
pub async fn running(
    db: &impl ConnectionTrait,
    with_removals: bool,
) -> Result<Vec<RoomRecord>, StoreError> {
    let mut query = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::EndedAt.is_null())
        .filter(livekit_rooms::Column::EnsuredAt.is_not_null());
    if with_removals {
        let removed = sessions::Entity::find()
            .select_only()
            .column(sessions::Column::Id)
            .filter(sessions::Column::MenteeRemovedAt.is_not_null())
            .into_query();
        query = query.filter(livekit_rooms::Column::SessionId.in_subquery(removed));
    }
    let running = query.all(db).await?;
    Ok(running.into_iter().map(RoomRecord::from).collect())
}

/// Those of the named rooms that we ended.
///
/// # Errors
/// When the database does not answer.
pub async fn ended_among(
    db: &impl ConnectionTrait,
    names: &[RoomName],
) -> Result<Vec<RoomRecord>, StoreError> {
    let ended = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::Name.is_in(names.iter().map(RoomName::as_str)))
        .filter(livekit_rooms::Column::EndedAt.is_not_null())
        .all(db)
        .await?;
    Ok(ended.into_iter().map(RoomRecord::from).collect())
}

/// Records that LiveKit said at `now` who is in these rooms; for how long it did so, see [`coverage`].
///
/// # Errors
/// When the database does not answer.
pub async fn reconciled(txn: &Txn, rooms: &[RoomId], now: Timestamp) -> Result<(), StoreError> {
    coverage::add(txn, rooms, UNSEEN, now).await?;
    livekit_rooms::Entity::update_many()
        .col_expr(livekit_rooms::Column::ReconciledAt, now.into())
        .filter(livekit_rooms::Column::Id.is_in(rooms.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records that LiveKit no longer has a room that it had at `ensured_at`; `false` when it was made
/// anew since.
///
/// # Errors
/// When the database does not answer.
pub async fn lost_since(
    txn: &Txn,
    room: RoomId,
    ensured_at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = livekit_rooms::Entity::update_many()
        .col_expr(
            livekit_rooms::Column::EnsuredAt,
            Option::<Timestamp>::None.into(),
        )
        .filter(livekit_rooms::Column::Id.eq(room))
        .filter(livekit_rooms::Column::EnsuredAt.eq(ensured_at))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Records that LiveKit no longer has the room, so that the next join creates it.
///
/// # Errors
/// When the database does not answer.
pub async fn lost(txn: &Txn, name: &RoomName) -> Result<(), StoreError> {
    livekit_rooms::Entity::update_many()
        .col_expr(
            livekit_rooms::Column::EnsuredAt,
            Option::<Timestamp>::None.into(),
        )
        .filter(livekit_rooms::Column::Name.eq(name.as_str()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Writes the status of a session's rooms that have not ended.
///
/// # Errors
/// When the database does not answer.
pub async fn set_status(txn: &Txn, session: SessionId, room: Room) -> Result<(), StoreError> {
    livekit_rooms::Entity::update_many()
        .col_expr(livekit_rooms::Column::Status, RoomWord::from(room).into())
        .filter(livekit_rooms::Column::SessionId.eq(session))
        .filter(livekit_rooms::Column::EndedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Ends every room of a session that has not ended, and returns their names.
///
/// # Errors
/// When the database does not answer.
pub async fn end(
    txn: &Txn,
    session: SessionId,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<RoomName>, StoreError> {
    let running = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::SessionId.eq(session))
        .filter(livekit_rooms::Column::EndedAt.is_null())
        .all(txn)
        .await?;
    livekit_rooms::Entity::update_many()
        .col_expr(livekit_rooms::Column::Status, RoomWord::Ended.into())
        .col_expr(livekit_rooms::Column::EndedAt, now.into())
        .col_expr(livekit_rooms::Column::EndReason, reason.into())
        .filter(livekit_rooms::Column::SessionId.eq(session))
        .filter(livekit_rooms::Column::EndedAt.is_null())
        .exec(txn)
        .await?;
    Ok(running.into_iter().map(|row| row.name).collect())
}

/// Records that LiveKit confirmed the deletion.
///
/// # Errors
/// When the database does not answer.
pub async fn deleted(txn: &Txn, name: &RoomName, now: Timestamp) -> Result<(), StoreError> {
    livekit_rooms::Entity::update_many()
        .col_expr(livekit_rooms::Column::DeletedAt, now.into())
        .filter(livekit_rooms::Column::Name.eq(name.as_str()))
        .exec(txn)
        .await?;
    Ok(())
}
