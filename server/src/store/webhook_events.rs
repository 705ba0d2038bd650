//! Table `webhook_events`: LiveKit's messages as they came.

use super::{StoreError, Txn, entity::webhook_events as table};
use domain::{ids::RoomName, time::Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventState {
    /// Stored, a job will apply it.
    Received,
    /// Applied.
    Processed,
    /// Understood, and of no use to us.
    Ignored,
    /// Not understood; kept for a person to look at.
    Parked,
}

impl EventState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Received, Self::Processed, Self::Ignored, Self::Parked];

    /// The word stored in `webhook_events.state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Parked => "parked",
        }
    }
}

/// A message to be stored.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// LiveKit's id of the event.
    pub id: String,
    /// LiveKit's word for what happened.
    pub event: String,
    /// The room concerned, when it is one of ours.
    pub room: Option<RoomName>,
    /// The message as it came.
    pub body: String,
    /// What becomes of it.
    pub state: EventState,
    /// Why it was not understood.
    pub error: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// LiveKit's id of the event.
    pub id: String,
    /// The message as it came.
    pub body: String,
    /// Whether it still waits to be applied.
    pub is_waiting: bool,
}

/// Stores a message; `false` when its id is known, in which case nothing changes.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, new: &NewEvent) -> Result<bool, StoreError> {
    let settled = match new.state {
        EventState::Received => None,
        EventState::Processed | EventState::Ignored | EventState::Parked => Some(new.received_at.0),
    };
    let inserted = table::Entity::insert(table::ActiveModel {
        id: Set(new.id.clone()),
        event: Set(new.event.clone()),
        room_name: Set(new.room.as_ref().map(|room| room.as_str().to_owned())),
        body: Set(new.body.clone()),
        state: Set(new.state.as_str().to_owned()),
        error: Set(new.error.clone()),
        received_at: Set(new.received_at.0),
        processed_at: Set(settled),
    })
    .on_conflict(
        OnConflict::column(table::Column::Id)
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(txn)
    .await?;
    Ok(inserted > 0)
}

/// All understood messages about a room, in no particular order.
///
/// # Errors
/// When the database does not answer.
pub async fn of_room(
    db: &impl ConnectionTrait,
    room: &RoomName,
) -> Result<Vec<StoredEvent>, StoreError> {
    let rows: Vec<(String, String, String)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::Body, table::Column::State])
        .filter(table::Column::RoomName.eq(room.as_str()))
        .filter(table::Column::State.is_in([
            EventState::Received.as_str(),
            EventState::Processed.as_str(),
        ]))
        .into_tuple()
        .all(db)
        .await?;
    let event = |(id, body, state): (String, String, String)| StoredEvent {
        id,
        body,
        is_waiting: state == EventState::Received.as_str(),
    };
    Ok(rows.into_iter().map(event).collect())
}

/// Records what became of messages.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(
    txn: &Txn,
    ids: &[String],
    state: EventState,
    now: Timestamp,
) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::State, state.as_str().into())
        .col_expr(table::Column::ProcessedAt, now.0.into())
        .filter(table::Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    Ok(())
}

/// Removes messages that came before `before`; what they said is in other tables.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(txn: &Txn, before: Timestamp) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::ReceivedAt.lt(before.0))
        .filter(table::Column::State.ne(EventState::Received.as_str()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Whether a message about the room has come in.
///
/// # Errors
/// When the database does not answer.
pub async fn mentions(db: &impl ConnectionTrait, room: &RoomName) -> Result<bool, StoreError> {
    let id: Option<String> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::RoomName.eq(room.as_str()))
        .into_tuple()
        .one(db)
        .await?;
    Ok(id.is_some())
}

/// A message as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// LiveKit's word for what happened.
    pub event: String,
    /// The room concerned, when it is one of ours.
    pub room: Option<RoomName>,
    /// The message as it came.
    pub body: String,
    /// What became of it, as stored.
    pub state: String,
    /// Why it was not understood.
    pub error: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// The latest 100 messages, of one state or of all.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(
    db: &impl ConnectionTrait,
    state: Option<EventState>,
) -> Result<Vec<EventRow>, StoreError> {
    let mut query = table::Entity::find();
    if let Some(state) = state {
        query = query.filter(table::Column::State.eq(state.as_str()));
    }
    let rows = query
        .order_by_desc(table::Column::ReceivedAt)
        .limit(100)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| EventRow {
            room: row
                .room_name
                .and_then(|name| RoomName::parse(&name))
                .map(|(name, ..)| name),
            event: row.event,
            body: row.body,
            state: row.state,
            error: row.error,
            received_at: Timestamp(row.received_at),
        })
        .collect())
}

/// How many messages were not understood.
///
/// # Errors
/// When the database does not answer.
pub async fn parked(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let parked = table::Column::State.eq(EventState::Parked.as_str());
    Ok(table::Entity::find().filter(parked).count(db).await?)
}
