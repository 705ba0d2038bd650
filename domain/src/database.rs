//! Our ids, times and words as columns of tables. For the server alone.

use crate::{
    account::AccountEmail,
    audit::AuditAction,
    availability::{Day, OverrideWord},
    booking::ChangeKind,
    email::EmailKind,
    ids::{
        DataExportId, EmailId, JobId, LoginId, NotificationId, PasskeyId, ReportId, RoomId,
        RoomName, SessionId, SignUpId, UserId,
    },
    safety::ReportCategory,
    session::{BookingWord, EndReason, Outcome, RoomWord, SeatRole},
    time::{Millis, Timestamp},
};
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use std::sync::Arc;
use uuid::Uuid;

/// A column says something our code never writes.
#[derive(Debug, thiserror::Error)]
#[error("column {column} says {text:?}")]
struct Foreign {
    column: String,
    text: String,
}

/// Stores a type as another one: how it is written, and how it is read.
macro_rules! column {
    ($name:ty, $stored:ty, $write:expr, $read:expr) => {
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                let write: fn($name) -> $stored = $write;
                write(value).into()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
                let stored = <$stored>::try_get_by(row, column)?;
                let read: fn(&$stored) -> Option<Self> = $read;
                read(&stored).ok_or_else(|| {
                    let foreign = Foreign {
                        column: format!("{column:?}"),
                        text: stored.to_string(),
                    };
                    TryGetError::DbErr(DbErr::TryIntoErr {
                        from: stringify!($stored),
                        into: stringify!($name),
                        source: Arc::new(foreign),
                    })
                })
            }
        }

        impl ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                let read: fn(&$stored) -> Option<Self> = $read;
                read(&<$stored as ValueType>::try_from(value)?).ok_or(ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ArrayType {
                <$stored>::array_type()
            }

            fn column_type() -> ColumnType {
                <$stored>::column_type()
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                <$stored>::null()
            }
        }
    };
}

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        column!($name, Uuid, |id| id.0, |id| Some($name(*id)));

        /// Asked for by every primary key; only keys that the database counts up have numbers.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

macro_rules! words {
    ($($name:ident),+ $(,)?) => {$(
        column!($name, String, |value| value.as_str().to_owned(), |word| $name::parse(word));
    )+};
}

ids!(
    DataExportId,
    EmailId,
    JobId,
    LoginId,
    NotificationId,
    ReportId,
    PasskeyId,
    RoomId,
    SessionId,
    SignUpId,
    UserId
);
column!(Timestamp, i64, |at| at.0, |at| Some(Timestamp(*at)));
column!(Millis, i64, |length| length.0, |length| Some(Millis(
    *length
)));
column!(Day, i32, |day| day.0, |day| Some(Day(*day)));
column!(RoomName, String, |room| room.into(), |name| {
    RoomName::parse(name)
});
words!(
    AccountEmail,
    AuditAction,
    BookingWord,
    ChangeKind,
    EmailKind,
    EndReason,
    Outcome,
    OverrideWord,
    ReportCategory,
    RoomWord,
    SeatRole,
);
