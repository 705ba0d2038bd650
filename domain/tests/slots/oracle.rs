//! The same slots found slowly, from nothing but what a clock on the wall shows each minute.
//!
//! It knows the policy of `domain::availability` and shares no code with it. The server's tests use
//! this file, too, with the zones of the tz database.

use domain::{
    availability::{Day, Interval, OverrideKind, ScheduleDraft},
    time::Timestamp,
};
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440;

/// Minutes of real time one after another, each with what the wall shows then.
pub struct Walk {
    /// Minutes from 1970-01-01T00:00Z to the first one.
    first: i64,
    /// Minutes from 1970-01-01T00:00 on the wall.
    wall: Vec<i64>,
    /// The latest that the wall has shown so far.
    reached: Vec<i64>,
}

impl Walk {
    /// All minutes in which a moment of `range` lies, and four days on both sides.
    pub fn around(range: Interval, wall: impl Fn(i64) -> i64) -> Self {
        let first = range.from.0.div_euclid(MINUTE) - 4 * DAY;
        let last = range.to.0.div_euclid(MINUTE) + 4 * DAY;
        let wall: Vec<i64> = (first..last).map(wall).collect();
        let mut latest = i64::MIN;
        let reached = wall.iter().map(|shown| {
            latest = latest.max(*shown);
            latest
        });
        let reached = reached.collect();
        Self {
            first,
            wall,
            reached,
        }
    }

    /// When the wall shows `shown` or more for the first time.
    fn index_of(&self, shown: i64) -> usize {
        let index = self.reached.partition_point(|reached| *reached < shown);
        assert!(
            index > 0 && index < self.wall.len(),
            "the walk is too short"
        );
        index
    }

    /// When the wall shows exactly `shown` for the first time; where it jumps over it, as long
    /// after the jump as `shown` is after the last time shown before.
    fn index_shown(&self, shown: i64) -> usize {
        let index = self.index_of(shown);
        let jumped = shown - (self.wall[index - 1] + 1);
        match self.wall[index] == shown {
            true => index,
            false => index + usize::try_from(jumped).expect("a jump forward"),
        }
    }

    fn index_at(&self, at: Timestamp) -> Option<usize> {
        let index = usize::try_from(at.0.div_euclid(MINUTE) - self.first).ok()?;
        (index < self.wall.len()).then_some(index)
    }

    fn at(&self, index: usize) -> Timestamp {
        Timestamp((self.first + i64::try_from(index).expect("small")) * MINUTE)
    }

    fn date_at(&self, index: usize) -> Day {
        date(self.wall[index])
    }

    /// Whether the wall may show another time than the hours say: it shows one again, or it has
    /// just jumped.
    fn is_near_change(&self, index: usize) -> bool {
        let again = |i: usize| self.wall[i] <= self.reached[i - 1];
        let jump = |i: usize| self.wall[i] - self.wall[i - 1] - 1;
        let longest = usize::try_from(DAY).expect("small");
        let first = index.saturating_sub(longest).max(1);
        again(index) || (first..=index).any(|i| jump(i) > i64::try_from(index - i).expect("small"))
    }
}

fn date(wall: i64) -> Day {
    Day(i32::try_from(wall.div_euclid(DAY)).expect("a date"))
}

/// Whether the mentor's hours hold a minute of the wall.
fn is_offered(draft: &ScheduleDraft, wall: i64) -> bool {
    let (day, minute) = (
        date(wall),
        u16::try_from(wall.rem_euclid(DAY)).expect("small"),
    );
    let of_day = || draft.overrides.iter().filter(|o| o.covers(day));
    let off = of_day().any(|o| o.kind == OverrideKind::Off);
    let weekly = draft
        .hours
        .iter()
        .any(|h| h.weekday == day.weekday() && (h.from_min..h.to_min).contains(&minute));
    let extra = of_day().any(|o| match o.kind {
        OverrideKind::Off => false,
        OverrideKind::Extra { from_min, to_min } => (from_min..to_min).contains(&minute),
    });
    (weekly && !off) || extra
}

/// First minute and end of each stretch of the date's hours, as indices of the walk.
fn stretches(draft: &ScheduleDraft, walk: &Walk, day: Day) -> Vec<(usize, usize)> {
    let midnight = i64::from(day.0) * DAY;
    let offered: Vec<bool> = (midnight..midnight + DAY)
        .map(|minute| is_offered(draft, minute))
        .collect();
    let offered = |minute: i64| {
        usize::try_from(minute).is_ok_and(|minute| offered.get(minute).is_some_and(|is| *is))
    };
    let starts = (0..DAY).filter(|m| offered(*m) && !offered(m - 1));
    let ends = (1..=DAY).filter(|m| !offered(*m) && offered(m - 1));
    let over = walk.index_of(midnight + DAY);
    // The minutes of real time that are in a stretch.
    let mut minutes = BTreeSet::new();
    for (start, end) in starts.zip(ends) {
        let start = walk.index_shown(midnight + start);
        let end = walk.index_shown(midnight + end).min(over);
        minutes.extend(start..end);
    }
    let holds = |minute: usize| minutes.contains(&minute);
    let starts = minutes.iter().filter(|m| !holds(*m - 1)).copied();
    let ends = minutes.iter().filter(|m| !holds(*m + 1)).map(|m| m + 1);
    starts.zip(ends).collect()
}

/// What `free_slots` has to find.
pub fn slots(
    draft: &ScheduleDraft,
    minutes: u16,
    busy: &[Interval],
    booked: &[Timestamp],
    range: Interval,
    now: Timestamp,
    walk: &Walk,
) -> Vec<Interval> {
    let mut found = Vec::new();
    if draft.paused || !draft.lengths.contains(&minutes) || range.from >= range.to {
        return found;
    }
    let booked: Vec<Day> = booked
        .iter()
        .map(|at| walk.date_at(walk.index_at(*at).expect("booked within the walk")))
        .collect();
    let min_notice = i64::from(draft.min_notice) * MINUTE;
    let booking_window = i64::from(draft.booking_window) * DAY * MINUTE;
    let (before, after) = (
        i64::from(draft.buffer_before) * MINUTE,
        i64::from(draft.buffer_after) * MINUTE,
    );
    // Wide enough for dates that a zone skips or repeats.
    let dates = (walk
        .date_at(walk.index_at(range.from).expect("in the walk"))
        .0
        - 2)
        ..=(walk
            .date_at(walk.index_at(range.to).expect("in the walk"))
            .0
            + 2);
    for day in dates {
        for (start, end) in stretches(draft, walk, Day(day)) {
            for from in (start..end).step_by(usize::from(minutes)) {
                let to = from + usize::from(minutes);
                let slot = Interval {
                    from: walk.at(from),
                    to: walk.at(to),
                };
                let date = walk.date_at(from);
                let that_day = booked.iter().filter(|d| **d == date).count();
                let week = |day: Day| (day.0 + 3).div_euclid(7);
                let that_week = booked.iter().filter(|d| week(**d) == week(date)).count();
                let full = |count: usize, limit: Option<u32>| {
                    limit.is_some_and(|limit| count >= usize::try_from(limit).expect("small"))
                };
                let meets = |b: &Interval| {
                    b.from < b.to && b.from.0 < slot.to.0 + after && slot.from.0 - before < b.to.0
                };
                if to <= end
                    && slot.from >= range.from
                    && slot.from < range.to
                    && slot.from.0 >= now.0 + min_notice
                    && slot.from.0 < now.0 + booking_window
                    && !full(that_day, draft.max_per_day)
                    && !full(that_week, draft.max_per_week)
                    && !busy.iter().any(meets)
                {
                    found.push(slot);
                }
            }
        }
    }
    found.sort_unstable();
    found
}

/// What holds for every list of slots; the first thing that does not, in words.
pub fn fault(
    draft: &ScheduleDraft,
    minutes: u16,
    found: &[Interval],
    walk: &Walk,
) -> Option<String> {
    if let Some(pair) = found.windows(2).find(|pair| pair[0].to > pair[1].from) {
        return Some(format!("two slots overlap or are out of order: {pair:?}"));
    }
    for slot in found {
        if slot.to.since(slot.from).0 != i64::from(minutes) * MINUTE {
            return Some(format!("a slot has another length: {slot:?}"));
        }
        let start = walk.index_at(slot.from)?;
        for minute in start..start + usize::from(minutes) {
            if !is_offered(draft, walk.wall[minute]) && !walk.is_near_change(minute) {
                return Some(format!("a slot leaves the hours: {slot:?}"));
            }
        }
    }
    None
}
