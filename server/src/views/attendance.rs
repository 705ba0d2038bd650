//! When people were in a meeting, as pages show it and as outcomes are decided by.

use super::seat_holder;
use crate::{
    store::{participants::StayRow, sessions::SessionRecord},
    zones::Zone,
};
use domain::{
    attendance::{together, total, union},
    availability::Interval,
    session::{Room, SeatRole},
    time::{Millis, Timestamp},
    views::{Attendance, AttendanceReport, Presence},
};

/// Until when stays that go on are counted: now, or the end of the room.
pub(crate) fn counted_until(record: &SessionRecord, now: Timestamp) -> Timestamp {
    match record.facts.room {
        Room::Ended { at, .. } => at.min(now),
        Room::Scheduled | Room::Open | Room::Live | Room::Failed => now,
    }
}

/// The stays of the person in a seat with their times, as far as their beginning is known.
fn stays_of<'a>(
    record: &'a SessionRecord,
    stays: &'a [StayRow],
    role: SeatRole,
    until: Timestamp,
) -> impl Iterator<Item = (&'a StayRow, Interval)> {
    stays.iter().filter_map(move |stay| {
        let (user, from) = (stay.user?, stay.joined_at?);
        let to = stay.left_at.unwrap_or(until).max(from);
        (record.facts.role_of(user) == Some(role)).then_some((stay, Interval { from, to }))
    })
}

/// When the person in a seat was there.
pub(crate) fn presence(
    record: &SessionRecord,
    stays: &[StayRow],
    role: SeatRole,
    until: Timestamp,
) -> Vec<Interval> {
    let times = stays_of(record, stays, role, until).map(|(_, time)| time);
    union(times, Millis(0))
}

/// Who was there and for how long, for a reader in `zone`.
pub(crate) fn attendance_report(
    record: &SessionRecord,
    stays: &[StayRow],
    now: Timestamp,
    zone: &Zone,
) -> AttendanceReport {
    let until = counted_until(record, now);
    let of = |role| presence(record, stays, role, until);
    let stay = |(row, time): (&StayRow, Interval)| Presence {
        from: time.from,
        to: time.to,
        goes_on: row.left_at.is_none(),
        is_estimated: row.is_estimated,
        reason: row.left_reason.clone(),
        from_label: zone.label(time.from),
        to_label: zone.label(time.to),
    };
    let person = |role| Attendance {
        person: seat_holder(record, role),
        role,
        total: total(&of(role)),
        stays: stays_of(record, stays, role, until).map(stay).collect(),
    };
    AttendanceReport {
        session: record.facts.id,
        scheduled_at: record.facts.scheduled_at,
        ends_at: record.facts.ends_at,
        outcome: record.outcome,
        together: together(&of(SeatRole::Mentor), &of(SeatRole::Mentee)),
        people: vec![person(SeatRole::Mentor), person(SeatRole::Mentee)],
    }
}
