//! Who was there, and for how long.

use super::time::{minutes_words, zone_words};
use domain::{
    availability::Interval,
    ids::UserId,
    time::Timestamp,
    views::{SessionView, Stay},
};
use leptos::prelude::*;

/// Time somebody was there: the union of their stays, one still going on counted until `now`.
pub fn attended(stays: &[Stay], who: UserId, now: Timestamp) -> i64 {
    let mut times: Vec<Interval> = stays
        .iter()
        .filter(|stay| stay.person.id == who)
        .filter_map(|stay| {
            Some(Interval {
                from: stay.joined_at?,
                to: stay.left_at.unwrap_or(now),
            })
        })
        .collect();
    times.sort_unstable();
    let mut until = Timestamp(i64::MIN);
    let mut total = 0;
    for time in times {
        let from = time.from.max(until);
        total += (time.to.0 - from.0).max(0);
        until = until.max(time.to);
    }
    total
}

/// Each person of the session with the time they were there and their stays.
#[component]
pub fn WhoWasThere(
    /// The session, with its stays.
    session: SessionView,
) -> impl IntoView {
    if session.stays.is_empty() {
        return view! { <p class="muted">"Nobody has been in the meeting."</p> }.into_any();
    }
    let people = [(&session.mentor, "Mentor"), (&session.mentee, "Mentee")];
    let people: Vec<_> = people
        .into_iter()
        .map(|(person, role)| {
            let of_person = |stay: &&Stay| stay.person.id == person.id;
            let stays: Vec<Stay> = session.stays.iter().filter(of_person).cloned().collect();
            let total = match stays.is_empty() {
                true => "was not there".to_owned(),
                false => minutes_words(attended(&stays, person.id, session.now)),
            };
            let lines: Vec<_> = stays
                .into_iter()
                .map(|stay| view! { <li>{line(&stay)}</li> })
                .collect();
            view! {
                <li class="stay">
                    <p class="stay-person">
                        <strong>{person.name.clone()}</strong>
                        <span class="muted">{format!(" · {role} · {total}")}</span>
                    </p>
                    <ul class="stay-lines">{lines}</ul>
                </li>
            }
        })
        .collect();
    let zone = zone_words(&session.starts_label.zone);
    view! {
        <ul class="stays">{people}</ul>
        <p class="muted small">{format!("Times in {zone}.")}</p>
    }
    .into_any()
}

fn line(stay: &Stay) -> String {
    let time =
        |label: &Option<domain::views::LocalLabel>| label.as_ref().map(|label| label.time.clone());
    match (time(&stay.joined_label), time(&stay.left_label)) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("since {from}, still there"),
        (None, Some(to)) => format!("until {to}"),
        (None, None) => "at an unknown time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{session::SeatRole, views::Person};

    fn stay(from: i64, to: Option<i64>) -> Stay {
        Stay {
            person: Person {
                id: who(),
                name: "Ada".to_owned(),
            },
            role: SeatRole::Mentor,
            joined_at: Some(Timestamp(from)),
            left_at: to.map(Timestamp),
            left_reason: None,
            joined_label: None,
            left_label: None,
        }
    }

    fn who() -> UserId {
        "00000000-0000-0000-0000-000000000001"
            .parse()
            .expect("an id")
    }

    #[test]
    fn overlapping_stays_count_once_and_one_going_on_counts_until_now() {
        let stays = [
            stay(100, Some(200)),
            stay(0, Some(150)),
            stay(300, None),
            stay(120, Some(130)),
        ];
        assert_eq!(attended(&stays, who(), Timestamp(350)), 250);
        assert_eq!(attended(&[], who(), Timestamp(350)), 0);
    }
}
