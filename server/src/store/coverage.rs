//! Table `livekit_coverage`: when LiveKit said who is in a room. Answers that came often enough are one row, from the
//! first to the last; a row for each pause would be one for each failure of ours.

use super::{
    StoreError, Txn,
    entity::{livekit_coverage as table, livekit_rooms},
};
use domain::{
    availability::Interval,
    ids::{RoomId, SessionId},
    time::{Millis, Timestamp},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::OnConflict,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows that one statement inserts; far below the number of values that it takes.
const AT_ONCE: usize = 1_000;

/// Records that LiveKit said at `now` who is in these rooms; an answer at most `bridge` after the last one continues
/// it.
///
/// # Errors
/// When the database does not answer.
pub async fn add(
    txn: &Txn,
    rooms: &[RoomId],
    bridge: Millis,
    now: Timestamp,
) -> Result<(), StoreError> {
    let continued = Condition::all()
        .add(table::Column::RoomId.is_in(rooms.iter().copied()))
        .add(table::Column::FromAt.lte(now))
        .add(table::Column::ToAt.gte(now - bridge));
    table::Entity::update_many()
        .col_expr(table::Column::ToAt, now.into())
        .filter(continued.clone())
        // After a jump of the clock the row may end later than now.
        .filter(table::Column::ToAt.lt(now))
        .exec(txn)
        .await?;
    let known: Vec<RoomId> = table::Entity::find()
        .select_only()
        .column(table::Column::RoomId)
        .filter(continued)
        .into_tuple()
        .all(txn)
        .await?;
    let known: BTreeSet<RoomId> = known.into_iter().collect();
    let begun: Vec<_> = rooms
        .iter()
        .filter(|room| !known.contains(room))
        .map(|room| table::ActiveModel {
            id: Set(Uuid::new_v4()),
            room_id: Set(*room),
            from_at: Set(now),
            to_at: Set(now),
        })
        .collect();
    for some in begun.chunks(AT_ONCE) {
        table::Entity::insert_many(some.iter().cloned())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// When LiveKit said who is in the rooms of a session, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn of_session(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<Interval>, StoreError> {
    let rooms = livekit_rooms::Entity::find()
        .select_only()
        .column(livekit_rooms::Column::Id)
        .filter(livekit_rooms::Column::SessionId.eq(session))
        .into_query();
    let rows = table::Entity::find()
        .filter(table::Column::RoomId.in_subquery(rooms))
        .order_by_asc(table::Column::FromAt)
        .all(db)
        .await?;
    let interval = |row: table::Model| Interval {
        from: row.from_at,
        to: row.to_at,
    };
    Ok(rows.into_iter().map(interval).collect())
}
