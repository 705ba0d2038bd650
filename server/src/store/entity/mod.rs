//! One file per table, columns as the migration makes them: ids, times and words as domain types, what belongs
//! together in one value as the columns that hold it. The functions of `store` put those together.

pub mod account_emails;
pub mod admin_notifications;
pub mod audit_log;
pub mod availability;
pub mod availability_overrides;
pub mod blocks;
pub mod calendar_feeds;
pub mod emails;
pub mod jobs;
pub mod livekit_coverage;
pub mod livekit_participants;
pub mod livekit_rooms;
pub mod logins;
pub mod mentees;
pub mod mentors;
pub mod reports;
pub mod session_changes;
pub mod session_seats;
pub mod sessions;
pub mod sign_ups;
pub mod users;
pub mod webhook_events;
