//! Free slots, and why a start is not one.

use super::{
    Interval,
    length::Length,
    schedule::Schedule,
    union,
    wall::{Day, LocalTime},
};
use crate::time::{Millis, Timestamp};

/// Free slots of `length` whose start lies in [`range.from`, `range.to`), earliest first; none
/// overlap. How a time is cut into ranges makes no difference.
///
/// - `busy`: the mentor's taken time in [`Schedule::busy_range`], in any order, other sessions with
///   their own buffers. A slot with its buffers must not meet it.
/// - `booked`: starts of the mentor's active sessions in [`Schedule::booked_range`], for the limits.
///   They count on the mentor's local date and ISO week.
/// - `zone`: the mentor's.
///
/// There are none while the schedule is paused, and none of a length that is not offered.
pub fn free_slots(
    schedule: &Schedule,
    length: Length,
    busy: &[Interval],
    booked: &[Timestamp],
    range: Interval,
    now: Timestamp,
    zone: &impl LocalTime,
) -> Vec<Interval> {
    if schedule.draft().paused || !schedule.lengths().contains(&length) {
        return Vec::new();
    }
    let within = Interval {
        from: range.from.max(schedule.earliest(now)),
        to: range.to.min(schedule.latest(now)),
    };
    let booked = Booked::of(schedule, booked, zone);
    let busy = union(busy.iter().map(|b| (b.from, b.to)).collect());
    let mut busy = busy.into_iter().peekable();
    let mut slots = grid(schedule, length, within, zone);
    slots.retain(|slot| {
        let seat = schedule.seat(*slot);
        // Slots are in order: what ends before this one's seat is over for the later ones, too.
        while busy.next_if(|(_, to)| *to <= seat.from).is_some() {}
        busy.peek().is_none_or(|(from, _)| *from >= seat.to) && booked.full(slot.from).is_none()
    });
    slots
}

/// The slot of `length` that starts at exactly `start`, if the mentor offers it at `now`. Whether
/// the mentor is free then is another question. For the arguments see [`free_slots`].
///
/// # Errors
/// Why it is not offered.
pub fn check_start(
    schedule: &Schedule,
    length: Length,
    start: Timestamp,
    booked: &[Timestamp],
    now: Timestamp,
    zone: &impl LocalTime,
) -> Result<Interval, NotBookable> {
    if schedule.draft().paused {
        return Err(NotBookable::Paused);
    }
    if !schedule.lengths().contains(&length) {
        return Err(NotBookable::Length);
    }
    if start < now {
        return Err(NotBookable::Past);
    }
    if start < schedule.earliest(now) {
        return Err(NotBookable::Notice {
            minutes: schedule.draft().min_notice,
        });
    }
    if start >= schedule.latest(now) {
        return Err(NotBookable::Horizon {
            days: schedule.draft().booking_window,
        });
    }
    let only = Interval {
        from: start,
        to: start + Millis(1),
    };
    let slot = grid(schedule, length, only, zone).into_iter().next();
    let slot = slot.ok_or(NotBookable::OutsideHours)?;
    match Booked::of(schedule, booked, zone).full(start) {
        Some(full) => Err(full),
        None => Ok(slot),
    }
}

/// Why a start is not offered, as text for the mentee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBookable {
    /// The mentor takes no bookings for now.
    #[error("This mentor takes no bookings at the moment.")]
    Paused,
    /// Not one of the mentor's lengths.
    #[error("This mentor does not offer sessions of that length.")]
    Length,
    /// Before now.
    #[error("That time has passed. Choose a later one.")]
    Past,
    /// Sooner than the mentor's minimum notice allows.
    #[error("This mentor needs {} notice. Choose a later time.", in_words(*.minutes))]
    Notice {
        /// The minimum notice.
        minutes: u32,
    },
    /// Beyond the mentor's booking window.
    #[error("This mentor takes bookings up to {days} days ahead. Choose an earlier time.")]
    Horizon {
        /// The booking window.
        days: u32,
    },
    /// Not the start of a slot of the mentor's hours on that date.
    #[error("The mentor does not offer this time.")]
    OutsideHours,
    /// The date has as many sessions as the mentor wants.
    #[error("This mentor takes no more sessions that day. Choose another day.")]
    DayFull,
    /// The week has as many sessions as the mentor wants.
    #[error("This mentor takes no more sessions that week. Choose another week.")]
    WeekFull,
}

/// For example `5 minutes'`, `1 hour's`.
fn in_words(minutes: u32) -> String {
    let (n, unit) = match minutes {
        n if n % 1_440 == 0 => (n / 1_440, "day"),
        n if n % 60 == 0 => (n / 60, "hour"),
        n => (n, "minute"),
    };
    match n {
        1 => format!("1 {unit}'s"),
        _ => format!("{n} {unit}s'"),
    }
}

/// All slots that start in `range`, in order, as if nobody had booked any. Steps of the policy are
/// those of the module's documentation.
fn grid(
    schedule: &Schedule,
    length: Length,
    range: Interval,
    zone: &impl LocalTime,
) -> Vec<Interval> {
    let mut slots = Vec::new();
    if range.from >= range.to {
        return slots;
    }
    // Dates before this one are over: each ends where the next begins, and this one has begun.
    let mut day = zone.day_of(range.from);
    let mut begins = zone.start_of(day);
    // A zone that knows no such date ends the search.
    while let Some(start) = begins.filter(|start| *start < range.to) {
        let next = zone.start_of(day.next()).filter(|end| *end >= start);
        for (from, to) in next.map_or_else(Vec::new, |end| stretches(schedule, day, end, zone)) {
            let mut slot = Interval {
                from,
                to: from + length.millis(),
            };
            while slot.to <= to {
                if range.from <= slot.from && slot.from < range.to {
                    slots.push(slot);
                }
                slot = Interval {
                    from: slot.to,
                    to: slot.to + length.millis(),
                };
            }
        }
        day = day.next();
        begins = next;
    }
    slots
}

/// The date's hours in real time, in order, with time between them. The date ends at `end`.
fn stretches(
    schedule: &Schedule,
    day: Day,
    end: Timestamp,
    zone: &impl LocalTime,
) -> Vec<(Timestamp, Timestamp)> {
    let real = |(from, to): (u16, u16)| Some((zone.at(day, from)?, zone.at(day, to)?.min(end)));
    union(
        schedule
            .hours_on(day)
            .into_iter()
            .filter_map(real)
            .collect(),
    )
}

/// The mentor's sessions by local date, for the limits.
struct Booked<'a, Z> {
    schedule: &'a Schedule,
    zone: &'a Z,
    /// Sorted; empty when there are no limits.
    days: Vec<Day>,
}

impl<'a, Z: LocalTime> Booked<'a, Z> {
    fn of(schedule: &'a Schedule, starts: &[Timestamp], zone: &'a Z) -> Self {
        let draft = schedule.draft();
        let limited = draft.max_per_day.is_some() || draft.max_per_week.is_some();
        let counted = starts.iter().filter(|_| limited);
        let mut days: Vec<_> = counted.map(|start| zone.day_of(*start)).collect();
        days.sort_unstable();
        Self {
            schedule,
            zone,
            days,
        }
    }

    /// Which limit a session at `start` would break.
    fn full(&self, start: Timestamp) -> Option<NotBookable> {
        // Every limit is at least one.
        if self.days.is_empty() {
            return None;
        }
        let (day, draft) = (self.zone.day_of(start), self.schedule.draft());
        let monday = day.monday();
        let reaches = |count: usize, limit: Option<u32>| {
            limit.is_some_and(|limit| u32::try_from(count).is_ok_and(|count| count >= limit))
        };
        if reaches(self.count(day, day.next()), draft.max_per_day) {
            Some(NotBookable::DayFull)
        } else if reaches(
            self.count(monday, Day(monday.0.saturating_add(7))),
            draft.max_per_week,
        ) {
            Some(NotBookable::WeekFull)
        } else {
            None
        }
    }

    /// Sessions from a date to another, excluded.
    fn count(&self, from: Day, to: Day) -> usize {
        let before = |limit: Day| self.days.partition_point(|day| *day < limit);
        before(to) - before(from)
    }
}

#[cfg(test)]
mod tests;
