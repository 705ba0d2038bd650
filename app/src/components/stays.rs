//! Who was there, and for how long.

use super::time::{duration_text, zone_name};
use domain::{
    session::{Outcome, SeatRole},
    text::isolated,
    time::Timestamp,
    views::{Attendance, AttendanceReport, Presence, SessionView},
};
use leptos::prelude::*;

/// A session's outcome in a sentence; `None` while it is open.
pub fn outcome_text(session: &SessionView) -> Option<String> {
    let missed = |name: &str| format!("{} did not come.", isolated(name));
    match session.outcome {
        Outcome::Pending => None,
        Outcome::Completed => Some("The session took place.".to_owned()),
        Outcome::MissedByMentor => Some(missed(&session.mentor.name)),
        Outcome::MissedByMentee => Some(missed(&session.mentee.name)),
        Outcome::MissedByBoth => Some("Neither of them came.".to_owned()),
        Outcome::Unknown => Some(
            "We cannot tell what came of this session, so it counts against nobody.".to_owned(),
        ),
        Outcome::Disputed => Some("The outcome is contested; an administrator decides.".to_owned()),
    }
}

/// Each person of the session with the time they were there, a bar of it, and their stays.
#[component]
pub fn WhoWasThere(
    /// The session, with its attendance.
    session: SessionView,
) -> impl IntoView {
    let zone = zone_name(&session.starts_label.zone);
    let report = session.attendance;
    let Some(report) = report.filter(|r| r.people.iter().any(|p| !p.stays.is_empty())) else {
        return view! { <p class="muted">"Nobody has been in the meeting."</p> }.into_any();
    };
    let scale = Scale::of(&report);
    let estimated = report.people.iter().flat_map(|p| &p.stays);
    let estimated = estimated.filter(|stay| stay.is_estimated).count() > 0;
    let people: Vec<_> = report
        .people
        .into_iter()
        .map(|person| person_line(person, scale))
        .collect();
    let together = format!(
        "Both at the same time: {}.",
        duration_text(report.together.0)
    );
    view! {
        <ul class="stays">{people}</ul>
        <p class="small">{together}</p>
        <p class="muted small">{format!("Times in {zone}. The bars show the whole session.")}</p>
        {estimated
            .then(|| {
                view! {
                    <p class="muted small">
                        "“About” means that the video server did not report when the person left; they were there at least until then."
                    </p>
                }
            })}
    }
    .into_any()
}

fn person_line(person: Attendance, scale: Scale) -> impl IntoView {
    let role = match person.role {
        SeatRole::Mentor => "Mentor",
        SeatRole::Mentee => "Mentee",
    };
    let total = match person.stays.is_empty() {
        true => "was not there".to_owned(),
        false => duration_text(person.total.0),
    };
    let bars: Vec<_> = person
        .stays
        .iter()
        .map(|stay| {
            let (x, width) = scale.part(stay);
            view! { <rect x=format!("{x}%") y="0" width=format!("{width}%") height="100%"></rect> }
        })
        .collect();
    let lines: Vec<_> = person
        .stays
        .iter()
        .map(|stay| view! { <li>{line(stay)}</li> })
        .collect();
    view! {
        <li class="stay">
            <p class="stay-person">
                <strong>
                    <bdi>{person.person.name}</bdi>
                </strong>
                <span class="muted">{format!(" · {role} · {total}")}</span>
            </p>
            <svg class="stay-bar" aria-hidden="true">
                {bars}
            </svg>
            <ul class="stay-lines">{lines}</ul>
        </li>
    }
}

/// What the bars span: the session, and whatever lies outside of it.
#[derive(Clone, Copy)]
struct Scale {
    from: Timestamp,
    to: Timestamp,
}

impl Scale {
    fn of(report: &AttendanceReport) -> Self {
        let stays = || report.people.iter().flat_map(|person| &person.stays);
        let first = stays().map(|stay| stay.from);
        let last = stays().map(|stay| stay.to);
        Self {
            from: first.fold(report.scheduled_at, Timestamp::min),
            to: last.fold(report.ends_at, Timestamp::max),
        }
    }

    /// Where a stay begins and how long it is, in percent; a short one can still be seen.
    fn part(self, stay: &Presence) -> (i64, i64) {
        let whole = (self.to.0 - self.from.0).max(1);
        let x = (stay.from.0 - self.from.0) * 100 / whole;
        let width = (stay.to.0 - stay.from.0) * 100 / whole;
        (x.min(99), width.max(1))
    }
}

fn line(stay: &Presence) -> String {
    let (from, to) = (&stay.from_label.time, &stay.to_label.time);
    match (stay.goes_on, stay.is_estimated) {
        (true, _) => format!("since {from}, still there"),
        (false, true) => format!("{from} to about {to}"),
        (false, false) => format!("{from} to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::views::LocalLabel;

    fn stay(from: i64, to: i64) -> Presence {
        let label = |time: i64| LocalLabel {
            date: String::new(),
            time: time.to_string(),
            zone: "UTC".to_owned(),
        };
        Presence {
            from: Timestamp(from),
            to: Timestamp(to),
            goes_on: false,
            is_estimated: false,
            reason: None,
            from_label: label(from),
            to_label: label(to),
        }
    }

    #[test]
    fn bars_lie_within_the_whole_and_can_always_be_seen() {
        let scale = Scale {
            from: Timestamp(1_000),
            to: Timestamp(2_000),
        };
        assert_eq!(scale.part(&stay(1_000, 2_000)), (0, 100));
        assert_eq!(scale.part(&stay(1_500, 1_750)), (50, 25));
        assert_eq!(scale.part(&stay(2_000, 2_000)), (99, 1));
    }

    #[test]
    fn a_line_says_what_is_only_concluded() {
        assert_eq!(line(&stay(1, 2)), "1 to 2");
        let mut concluded = stay(1, 2);
        concluded.is_estimated = true;
        assert_eq!(line(&concluded), "1 to about 2");
        concluded.goes_on = true;
        assert_eq!(line(&concluded), "since 1, still there");
    }
}
