//! What came of a session, and who was there.

use crate::{
    AppState, Result,
    login::CurrentLogin,
    store::{
        self, ScopedFutureExt, StoreError,
        audit::AuditEntry,
        participants::{self, StayRow},
        sessions::SessionRecord,
    },
    views::{self, counted_until, presence},
    zones::Zone,
};
use domain::{
    attendance::{Evidence, decided_at, may_contest, outcome},
    audit::AuditAction,
    availability::Interval,
    booking::NOTE_MAX,
    ids::SessionId,
    permissions::may_see,
    problem::Problem,
    seats::Seats,
    session::{Outcome, Room},
    text::paragraph,
    time::Timestamp,
    views::AttendanceReport,
};

/// The outcome, once it can be told: when the room has ended, or when the time is over and nobody is
/// inside whom somebody could still come to meet. `observed` is when LiveKit said who is there.
pub(super) fn decision(
    record: &SessionRecord,
    stays: &[StayRow],
    observed: &[Interval],
    now: Timestamp,
) -> Option<Outcome> {
    let facts = &record.facts;
    let until = counted_until(record, now);
    let there = Seats::from_fn(|role| presence(record, stays, role, until));
    let outcome = outcome(&Evidence {
        starts_at: facts.scheduled_at,
        stays: Seats {
            mentor: &there.mentor,
            mentee: &there.mentee,
        },
        observed,
        kept_out_at: record.kept_out_at,
        room: facts.room,
    });
    let ended = matches!(facts.room, Room::Ended { .. });
    let is_due = now >= decided_at(facts.scheduled_at, facts.ends_at);
    let somebody_waits = stays
        .iter()
        .any(|stay| stay.left_at.is_none() && stay.joined_at.is_some());
    let is_clear = ended || outcome == Outcome::Completed || (is_due && !somebody_waits);
    is_clear.then_some(outcome)
}

/// Who was there and for how long; for the session's people and admins.
///
/// # Errors
/// `Problem::NotFound`, also for outsiders.
pub async fn report(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
) -> Result<AttendanceReport> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    let stays = participants::of_session(state.db.read(), id).await?;
    let zone = Zone::or_utc(&login.me.time_zone);
    Ok(views::attendance_report(
        &record,
        &stays,
        state.clock.now(),
        &zone,
    ))
}

/// Contests what came of a session, once, by one of its people; an admin decides then.
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Forbidden` for admins; `Problem::Conflict` when there
/// is nothing to contest; `Problem::Invalid` on `reason`.
pub async fn dispute(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    reason: &str,
) -> Result<()> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    record
        .facts
        .role_of(login.me.id)
        .ok_or(Problem::Forbidden)?;
    let words = paragraph(reason, NOTE_MAX).map_err(|e| Problem::field("reason", e.to_string()))?;
    if words.is_empty() {
        return Err(Problem::field("reason", "Say what was different.").into());
    }
    let nothing = || Problem::Conflict("There is nothing to contest any more.".to_owned());
    let (now, by) = (state.clock.now(), login.me.id);
    if !may_contest(&record.facts, record.outcome, now) {
        return Err(nothing().into());
    }
    let entry = AuditEntry {
        at: now,
        actor: Some(by),
        action: AuditAction::Disputed,
        session: Some(id),
        subject: None,
        detail: record.outcome.as_str().to_owned(),
        times: 1,
    };
    let contested = state.db.write(|txn| {
        let (words, entry) = (&words, &entry);
        async move {
            let new = store::sessions::dispute(txn, id, by, words, now).await?;
            if new {
                store::audit::record(txn, entry).await?;
            }
            Ok::<_, StoreError>(new)
        }
        .scope_boxed()
    });
    if !contested.await? {
        return Err(nothing().into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        Interval, Outcome, Room, Seats, SessionId, SessionRecord, StayRow, Timestamp, Zone,
    };
    use crate::store::sessions::PersonRow;
    use crate::views::attendance_report;
    use domain::{
        access::SessionFacts,
        ids::UserId,
        session::{Booking, EndReason},
        time::Millis,
    };
    use uuid::Uuid;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn record(room: Room) -> SessionRecord {
        let person = |n| PersonRow {
            id: user(n),
            name: "Ada".to_owned(),
            time_zone: "UTC".to_owned(),
        };
        SessionRecord {
            facts: SessionFacts {
                id: SessionId(Uuid::from_u128(1)),
                mentor: user(10),
                mentee: user(20),
                scheduled_at: START,
                ends_at: START + Millis::minutes(60),
                booking: Booking::Confirmed,
                room,
                extended: Millis(0),
                mentee_removed_at: None,
            },
            title: "First steps".to_owned(),
            outcome: Outcome::Pending,
            meeting_url: String::new(),
            people: Seats {
                mentor: person(10),
                mentee: person(20),
            },
            version: 0,
            held_until: None,
            goal: String::new(),
            answers: Vec::new(),
            asked: None,
            reason: String::new(),
            dispute: None,
            kept_out_at: None,
            late_at: Seats::default(),
        }
    }

    fn stay(who: u128, from: i64, to: Option<i64>) -> StayRow {
        let at = |minute| START + Millis::minutes(minute);
        StayRow {
            user: Some(user(who)),
            door_at: None,
            joined_at: Some(at(from)),
            left_at: to.map(at),
            left_reason: None,
            is_estimated: false,
        }
    }

    /// As [`super::decision`], of a room that LiveKit was asked about all the time.
    fn decision(record: &SessionRecord, stays: &[StayRow], now: Timestamp) -> Option<Outcome> {
        let observed = Interval {
            from: START - Millis::minutes(15),
            to: now,
        };
        super::decision(record, stays, &[observed], now)
    }

    #[test]
    fn nothing_is_decided_while_somebody_waits_inside_an_open_room() {
        let waiting = [stay(10, 0, None)];
        let late = START + Millis::minutes(70);
        assert_eq!(decision(&record(Room::Live), &waiting, late), None);
        let ended = Room::Ended {
            by: None,
            at: late,
            reason: EndReason::TimeUp,
        };
        let decided = decision(&record(ended), &waiting, late);
        assert_eq!(decided, Some(Outcome::MissedByMentee));
    }

    #[test]
    fn nothing_is_decided_before_the_end_and_an_empty_room_is_decided_at_it() {
        let gone = [stay(10, 0, Some(20))];
        let end = START + Millis::minutes(60);
        let open = record(Room::Live);
        assert_eq!(decision(&open, &gone, end - Millis(1)), None);
        assert_eq!(decision(&open, &gone, end), Some(Outcome::MissedByMentee));
    }

    #[test]
    fn a_meeting_is_completed_as_soon_as_both_met() {
        let both = [stay(10, 0, None), stay(20, 5, None)];
        let at = |minutes| decision(&record(Room::Live), &both, START + Millis::minutes(minutes));
        assert_eq!(at(5), None);
        assert_eq!(at(6), Some(Outcome::Completed));
    }

    #[test]
    fn a_report_counts_a_stay_that_goes_on_until_now_and_not_past_the_end() {
        let utc = Zone::or_utc("UTC");
        let stays = [stay(10, 0, Some(10)), stay(10, 5, None), stay(20, 30, None)];
        let report = attendance_report(
            &record(Room::Live),
            &stays,
            START + Millis::minutes(40),
            &utc,
        );
        let totals: Vec<_> = report.people.iter().map(|p| p.total).collect();
        assert_eq!(totals, [Millis::minutes(40), Millis::minutes(10)]);
        assert_eq!(report.together, Millis::minutes(10));
        let ended = Room::Ended {
            by: None,
            at: START + Millis::minutes(35),
            reason: EndReason::EndedByMentor,
        };
        let report = attendance_report(&record(ended), &stays, START + Millis::minutes(400), &utc);
        assert_eq!(report.people[0].total, Millis::minutes(35));
    }
}
