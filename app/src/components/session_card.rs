//! A session in a list.

use super::time::LocalTime;
use crate::routes;
use domain::{
    access::Access,
    session::{Booking, EndReason, Room, SeatRole},
    views::SessionView,
};
use leptos::prelude::*;

/// When a session is, in the reader's time and, where it differs, in the other person's.
#[component]
pub fn SessionFacts(
    /// The session.
    session: SessionView,
) -> impl IntoView {
    let minutes = (session.ends_at.0 - session.scheduled_at.0) / 60_000;
    let other = session.other().name.clone();
    let at = session.scheduled_at;
    view! {
        <p class="session-when">
            <LocalTime label=session.starts_label at />
            <span class="muted">{format!(" · {minutes} minutes")}</span>
        </p>
        {session
            .starts_theirs
            .map(|label| {
                view! {
                    <p class="muted small">
                        {format!("For {other}: ")} <LocalTime label at />
                    </p>
                }
            })}
    }
}

/// What a session is now, in a few words, and how it is coloured.
pub fn status(session: &SessionView) -> (&'static str, &'static str) {
    match session.booking {
        Booking::Cancelled { .. } => return ("Cancelled", "tag"),
        Booking::Declined => return ("Declined", "tag"),
        Booking::Held => return ("Booking not finished", "tag tag-warn"),
        Booking::Requested => return ("Waiting for the mentor", "tag tag-warn"),
        Booking::Confirmed => {}
    }
    match (session.room, session.access) {
        (Room::Live, Access::Open { .. }) => ("In progress", "tag tag-accent"),
        (Room::Scheduled | Room::Open | Room::Failed, Access::Open { .. }) => {
            ("Open now", "tag tag-accent")
        }
        (Room::Ended { reason: EndReason::TimeUp, .. }, _) => ("Over", "tag"),
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
    }
}

/// The card.
#[component]
pub fn SessionCard(
    /// The session.
    session: SessionView,
) -> impl IntoView {
    let (words, class) = status(&session);
    let title_id = format!("session-{}", session.id);
    let other = session.other().name.clone();
    let role = match session.role {
        Some(SeatRole::Mentor) => format!("You mentor {other}"),
        Some(SeatRole::Mentee) => format!("With {other}, your mentor"),
        None => format!("{} and {}", session.mentor.name, session.mentee.name),
    };
    let open = matches!(session.access, Access::Open { .. });
    let opens = match session.access {
        Access::TooEarly { opens_at, .. } => Some((session.opens_label.clone(), opens_at)),
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Open { .. } => None,
    };
    let meeting = routes::meeting(session.id);
    let details = routes::session(session.id);
    // Says which session a link is about, without changing its name.
    let (of_card, of_join, of_details) = (title_id.clone(), title_id.clone(), title_id.clone());
    view! {
        <article class="card session-card" class:is-open=open aria-labelledby=of_card>
            <div class="session-head">
                <h3 id=title_id>{session.title.clone()}</h3>
                <span class=class>{words}</span>
            </div>
            <p>{role}</p>
            <SessionFacts session />
            {opens
                .map(|(label, at)| {
                    view! {
                        <p class="muted small">"Opens " <LocalTime label at /></p>
                    }
                })}
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
                    "Details"
                </a>
            </p>
        </article>
    }
}
