//! Which times can be booked.

use crate::{
    AppState, Result,
    login::CurrentLogin,
    mentors::{self, Mentor},
    store::{self, StoreError, Txn, sessions::SessionRecord},
    zones::Zone,
};
use domain::{
    availability::{Interval, Length, check_start, free_slots},
    ids::{SessionId, UserId},
    problem::Problem,
    session::SeatRole,
    time::{Millis, Timestamp},
    views::{MentorCard, Slot},
};

/// Slots are shown for this long when nobody asks for a range.
const DEFAULT_RANGE: Millis = Millis::days(14);
/// Longest range that can be asked for.
const MAX_RANGE: Millis = Millis::days(31);

/// A time somebody asks for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub mentor: Mentor,
    pub length: Length,
    pub starts_at: Timestamp,
    pub moved: Option<SessionId>,
    pub now: Timestamp,
}

/// Mentors move their own sessions without notice and beyond their own limits.
pub(super) fn eased(mentor: Mentor, role: SeatRole) -> Mentor {
    match role {
        SeatRole::Mentor => mentor.without_min_notice_and_limits(),
        SeatRole::Mentee => mentor,
    }
}

/// A session keeps its length.
pub(super) fn length_of(record: &SessionRecord) -> Option<Length> {
    let Millis(length) = record.facts.ends_at.since(record.facts.scheduled_at);
    Length::parse(u16::try_from(length / 60_000).ok()?).ok()
}

/// The asked time, if the mentor offers it. Whether it is free is for the seats to say. Inside a
/// transaction: limits count what others write, so those who meet a limit take turns.
///
/// # Errors
/// `Problem::Invalid` on `startsAt` with the reason.
pub(super) async fn find_time(txn: &Txn, asked: &Asked) -> Result<Interval> {
    let Mentor {
        card,
        schedule,
        zone,
    } = &asked.mentor;
    let at = Interval {
        from: asked.starts_at,
        to: asked.starts_at + Millis(1),
    };
    let booked = match schedule.booked_range(at) {
        Some(range) => {
            store::mentors::lock(txn, card.id).await?;
            store::sessions::starts(txn, card.id, range, asked.moved, asked.now).await?
        }
        None => Vec::new(),
    };
    check_start(
        schedule,
        asked.length,
        asked.starts_at,
        &booked,
        asked.now,
        zone,
    )
    .map_err(|why| Problem::field("startsAt", why.to_string()).into())
}

/// A mentor's free slots that the reader could take, as text in both zones.
///
/// # Errors
/// `Problem::NotFound` for a mentor who is not published; `Problem::Invalid` for an impossible range
/// or length.
pub async fn slots(
    state: &AppState,
    login: &CurrentLogin,
    mentor: UserId,
    minutes: Option<u16>,
    range: Option<Interval>,
) -> Result<Vec<Slot>> {
    let now = state.clock.now();
    let range = range.unwrap_or(Interval {
        from: now,
        to: now + DEFAULT_RANGE,
    });
    if range.from >= range.to || range.to.since(range.from) > MAX_RANGE {
        return Err(Problem::field("to", "Ask for at least a moment and at most 31 days.").into());
    }
    let mentor = mentors::published(state, mentor).await?;
    let yours = Zone::or_utc(&login.me.time_zone);
    slots_of(state, mentor, minutes, range, (login.me.id, &yours)).await
}

/// A mentor with free slots of one length.
#[derive(Debug, Clone)]
pub struct MentorSlots {
    pub card: MentorCard,
    /// Length of the slots.
    pub minutes: u16,
    /// How many days ahead this mentor takes bookings.
    pub booking_window_days: u32,
    pub slots: Vec<Slot>,
}

/// As [`slots`], with the mentor; slots of the usual length where `minutes` are not offered.
///
/// # Errors
/// `Problem::NotFound` for a mentor who is not published.
pub async fn mentor_slots(
    state: &AppState,
    login: &CurrentLogin,
    mentor: UserId,
    minutes: Option<u16>,
    range: Interval,
) -> Result<MentorSlots> {
    let mentor = mentors::published(state, mentor).await?;
    let card = mentor.card.clone();
    let booking_window_days = mentor.schedule.draft().booking_window;
    let minutes = minutes.filter(|minutes| card.lengths.contains(minutes));
    let minutes = minutes.unwrap_or(card.session_minutes);
    let yours = Zone::or_utc(&login.me.time_zone);
    let slots = slots_of(state, mentor, Some(minutes), range, (login.me.id, &yours)).await?;
    Ok(MentorSlots {
        card,
        minutes,
        booking_window_days,
        slots,
    })
}

/// The reader's own free slots of the usual length as a mentee in `zone` sees them, published or not.
///
/// # Errors
/// `Problem::NotFound` before there is a profile.
pub async fn preview(
    state: &AppState,
    login: &CurrentLogin,
    zone: &str,
    range: Interval,
) -> Result<Vec<Slot>> {
    let mentor = mentors::any(state, login.me.id).await?;
    let mentor = mentor.ok_or(Problem::NotFound)?;
    let zone = Zone::or_utc(zone);
    slots_of(state, mentor, None, range, (login.me.id, &zone)).await
}

async fn slots_of(
    state: &AppState,
    mentor: Mentor,
    minutes: Option<u16>,
    range: Interval,
    (reader, yours): (UserId, &Zone),
) -> Result<Vec<Slot>> {
    let theirs = mentor.zone.clone();
    let asked = Asked {
        length: mentor.length(minutes)?,
        mentor,
        starts_at: range.from,
        moved: None,
        now: state.clock.now(),
    };
    let free = free(state, &asked, range, reader).await?;
    Ok(labelled(free, yours, &theirs))
}

/// Times to which a session could be moved.
#[derive(Debug, Clone, Default)]
pub struct OtherSlots {
    pub slots: Vec<Slot>,
    /// How many days ahead the mentor takes bookings; 0 where there is no profile any more.
    pub booking_window_days: u32,
}

/// Free times to which the reader could move a session, as [`slots`].
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Conflict` when the mentor's profile is gone.
pub async fn slots_to_move(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    range: Interval,
) -> Result<OtherSlots> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let role = record.as_ref().and_then(|r| r.facts.role_of(login.me.id));
    let (Some(record), Some(role)) = (record, role) else {
        return Err(Problem::NotFound.into());
    };
    let mentor = mentors::any(state, record.facts.mentor).await?;
    let asked = mentor
        .zip(length_of(&record))
        .map(|(mentor, length)| Asked {
            mentor: eased(mentor, role),
            length,
            starts_at: range.from,
            moved: Some(id),
            now: state.clock.now(),
        });
    let Some(asked) = asked else {
        return Ok(OtherSlots::default());
    };
    // Both people's other sessions count, whoever moves it.
    let free = free(state, &asked, range, record.facts.mentee).await?;
    let yours = Zone::or_utc(&login.me.time_zone);
    let other = match role {
        SeatRole::Mentor => Zone::or_utc(&record.people.mentee.time_zone),
        SeatRole::Mentee => asked.mentor.zone.clone(),
    };
    Ok(OtherSlots {
        slots: labelled(free, &yours, &other),
        booking_window_days: asked.mentor.schedule.draft().booking_window,
    })
}

/// Free times of `asked`'s mentor within `range`, without those at which `reader` is busy.
pub(super) async fn free(
    state: &AppState,
    asked: &Asked,
    range: Interval,
    reader: UserId,
) -> std::result::Result<Vec<Interval>, StoreError> {
    let db = state.db.read();
    let Mentor {
        card,
        schedule,
        zone,
    } = &asked.mentor;
    let (moved, now) = (asked.moved, asked.now);
    // Whoever is blocked is not told so.
    if reader != card.id && store::blocks::between(db, reader, card.id).await? {
        return Ok(Vec::new());
    }
    let around = schedule.busy_range(asked.length, range);
    let busy = store::sessions::busy(db, card.id, around, moved, now).await?;
    let booked = match schedule.booked_range(range) {
        Some(range) => store::sessions::starts(db, card.id, range, moved, now).await?,
        None => Vec::new(),
    };
    let mut free = free_slots(schedule, asked.length, &busy, &booked, range, now, zone);
    if reader != card.id {
        let own = store::sessions::busy(db, reader, around, moved, now).await?;
        free.retain(|slot| !own.iter().any(|busy| busy.overlaps(*slot)));
    }
    Ok(free)
}

/// Slots as text for the reader and, where the clocks differ, for the mentor.
pub(super) fn labelled(slots: Vec<Interval>, yours: &Zone, theirs: &Zone) -> Vec<Slot> {
    let label = |slot: Interval| Slot {
        starts_at: slot.from,
        ends_at: slot.to,
        yours: yours.label(slot.from),
        theirs: (!yours.agrees_with(theirs, slot.from)).then(|| theirs.label(slot.from)),
    };
    slots.into_iter().map(label).collect()
}
