//! Table `webhook_events`: LiveKit's messages as they came.

use super::{StoreError, Txn, entity::webhook_events as table};
use domain::{ids::RoomName, time::Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DeriveValueType, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// What became of a message.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
    DeriveValueType,
)]
#[strum(serialize_all = "snake_case")]
#[sea_orm(value_type = "String")]
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

domain::words!(EventState);

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
        EventState::Processed | EventState::Ignored | EventState::Parked => Some(new.received_at),
    };
    let inserted = table::Entity::insert(table::ActiveModel {
        id: Set(new.id.clone()),
        event: Set(new.event.clone()),
        room_name: Set(new.room.clone()),
        body: Set(new.body.clone()),
        state: Set(new.state),
        error: Set(new.error.clone()),
        received_at: Set(new.received_at),
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
    let rows: Vec<(String, String, EventState)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::Body, table::Column::State])
        .filter(table::Column::RoomName.eq(room.as_str()))
        .filter(table::Column::State.is_in([EventState::Received, EventState::Processed]))
        .into_tuple()
        .all(db)
        .await?;
    let event = |(id, body, state): (String, String, EventState)| StoredEvent {
        id,
        body,
        is_waiting: state == EventState::Received,
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
        .col_expr(table::Column::State, state.into())
        .col_expr(table::Column::ProcessedAt, now.into())
        .filter(table::Column::Id.is_in(ids))
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
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct EventRow {
    /// LiveKit's word for what happened.
    pub event: String,
    /// The room concerned, when it is one of ours.
    #[sea_orm(from_alias = "room_name")]
    pub room: Option<RoomName>,
    /// The message as it came.
    pub body: String,
    /// What became of it.
    pub state: EventState,
    /// Why it was not understood.
    pub error: Option<String>,
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
        query = query.filter(table::Column::State.eq(state));
    }
    Ok(query
        .order_by_desc(table::Column::ReceivedAt)
        .limit(100)
        .into_model()
        .all(db)
        .await?)
}

/// How many messages were not understood.
///
/// # Errors
/// When the database does not answer.
pub async fn parked(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let parked = table::Column::State.eq(EventState::Parked);
    Ok(table::Entity::find().filter(parked).count(db).await?)
}
