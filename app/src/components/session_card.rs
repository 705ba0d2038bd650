//! A session in a list.

use super::{
    late::Late,
    time::{LocalTime, iso_utc, zone_name},
};
use crate::routes;
use domain::{
    access::Access,
    session::{Booking, EndReason, Outcome, Room, SeatRole},
    text::isolated,
    views::SessionView,
};
use leptos::prelude::*;

/// When a session is, in the reader's time and, where it differs, in the other person's.
#[component]
pub fn SessionFacts(session: SessionView) -> impl IntoView {
    let minutes = minutes(&session);
    let at = session.scheduled_at;
    view! {
        <p class="session-when">
            <LocalTime label=session.starts_label.clone() at />
            <span class="muted">{format!(" · {minutes} minutes")}</span>
        </p>
        <OtherTime session />
    }
}

/// Whether the other person is in the room, or at its door.
#[component]
pub fn InTheRoom(session: SessionView) -> impl IntoView {
    let place = if session.other_is_present() {
        Some(" is in the room.")
    } else if session.other_is_at_door() {
        Some(" is at the door.")
    } else {
        None
    };
    place.map(|place| {
        let name = session.other().name.clone();
        view! {
            <p class="in-the-room">
                <bdi>{name}</bdi>
                {place}
            </p>
        }
    })
}

/// Planned length.
fn minutes(session: &SessionView) -> i64 {
    (session.ends_at.0 - session.scheduled_at.0) / 60_000
}

/// The start for the other person, where it differs.
#[component]
fn OtherTime(session: SessionView) -> impl IntoView {
    let other = isolated(&session.other().name);
    session.starts_theirs.map(|mut label| {
        let same_date = label.date == session.starts_label.date;
        let date = std::mem::take(&mut label.date);
        let date = (!same_date).then(|| format!("{date}, "));
        let zone = zone_name(&label.zone);
        view! {
            <p class="muted small">{format!("For {other}: ")} {date} {label.time} " " {zone}</p>
        }
    })
}

/// A session's status in a few words, and its CSS class.
pub fn status(session: &SessionView) -> (&'static str, &'static str) {
    match session.booking {
        Booking::Cancelled { .. } => return ("Cancelled", "tag"),
        Booking::Declined => return ("Declined", "tag"),
        Booking::Held => return ("Booking not finished", "tag tag-warn"),
        Booking::Requested => {
            return match session.role {
                Some(SeatRole::Mentor) => ("Waiting for your answer", "tag tag-warn"),
                Some(SeatRole::Mentee) if session.asked.is_some() => {
                    ("Your mentor has a question", "tag tag-warn")
                }
                Some(SeatRole::Mentee) | None => ("Waiting for the mentor", "tag tag-warn"),
            };
        }
        Booking::Confirmed => {}
    }
    match (session.room, session.access) {
        (Room::Live, Access::Open { .. }) => ("In progress", "tag tag-accent"),
        (Room::Scheduled | Room::Open | Room::Failed, Access::Open { .. }) => {
            ("Open now", "tag tag-accent")
        }
        (Room::Ended { .. }, _) if session.outcome == Outcome::Completed => {
            ("Took place", "tag tag-ok")
        }
        (Room::Ended { .. }, _) if session.outcome.is_missed() => ("Missed", "tag tag-warn"),
        (Room::Ended { .. }, _) if session.outcome == Outcome::Disputed => {
            ("Contested", "tag tag-warn")
        }
        (
            Room::Ended {
                reason: EndReason::TimeUp,
                ..
            },
            _,
        ) => ("Over", "tag"),
        (Room::Ended { .. }, _) => ("Ended", "tag"),
        (Room::Scheduled | Room::Open | Room::Failed | Room::Live, Access::Closed { .. }) => {
            ("Over", "tag")
        }
        (
            Room::Scheduled | Room::Open | Room::Failed | Room::Live,
            Access::NotFound
            | Access::NotYours
            | Access::Cancelled { .. }
            | Access::NotConfirmed { .. }
            | Access::Ended { .. }
            | Access::TooEarly { .. },
        ) => ("Confirmed", "tag tag-ok"),
        (Room::Scheduled | Room::Open | Room::Failed | Room::Live, Access::Removed { .. }) => {
            ("You were removed", "tag tag-warn")
        }
    }
}

/// The card.
#[component]
pub fn SessionCard(session: SessionView) -> impl IntoView {
    let (text, class) = status(&session);
    let title_id = format!("session-{}", session.id);
    // Says which session a link is about, without changing its name.
    let (of_card, of_join, of_details) = (title_id.clone(), title_id.clone(), title_id.clone());
    let other = isolated(&session.other().name);
    let minutes = minutes(&session);
    let role = match session.role {
        Some(SeatRole::Mentor) => format!("You mentor {other} · {minutes} minutes"),
        Some(SeatRole::Mentee) => format!("With {other}, your mentor · {minutes} minutes"),
        None => format!(
            "{} and {} · {minutes} minutes",
            isolated(&session.mentor.name),
            isolated(&session.mentee.name)
        ),
    };
    let open = matches!(session.access, Access::Open { .. });
    let opens = match session.access {
        Access::TooEarly { .. } => Some(opens_text(&session)),
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. }
        | Access::Open { .. } => None,
    };
    let meeting = routes::meeting(session.id);
    let (details, details_label) = if session.booking == Booking::Held {
        (routes::book(session.id), "Finish booking")
    } else {
        (routes::session(session.id), "Details")
    };
    let title = session.heading();
    let starts = session.starts_label.clone();
    let datetime = iso_utc(session.scheduled_at);
    view! {
        <article class="card session-card" class:is-open=open aria-labelledby=of_card>
            <p class="session-time">
                <time datetime=datetime>
                    <span class="session-date">{starts.date}</span>
                    <span class="visually-hidden">", "</span>
                    <span class="session-clock">{starts.time}</span>
                    <span class="session-zone">" " {zone_name(&starts.zone)}</span>
                </time>
            </p>
            <div class="session-body">
                <div class="session-head">
                    <h3 id=title_id>{title}</h3>
                    <span class=class>{text}</span>
                </div>
                <p>{role}</p>
                <OtherTime session=session.clone() />
                <InTheRoom session=session.clone() />
                <Late session />
                {opens.map(|text| view! { <p class="muted small">{text}</p> })}
            </div>
            <p class="actions">
                {open
                    .then(|| {
                        view! {
                            <a
                                class="button button-primary"
                                href=meeting
                                rel="external"
                                aria-describedby=of_join
                            >
                                "Join"
                            </a>
                        }
                    })}
                <a class="button" href=details aria-describedby=of_details>
                    {details_label}
                </a>
            </p>
        </article>
    }
}

/// When the meeting opens; the date only where it is another one than the start's.
fn opens_text(session: &SessionView) -> String {
    let opens = &session.opens_label;
    if opens.date == session.starts_label.date {
        format!("The meeting opens at {}", opens.time)
    } else {
        format!("The meeting opens {}, {}", opens.date, opens.time)
    }
}
