//! The card of the meeting that was just left: why it ended, and what can be done now.

use super::{session_card::SessionFacts, stays::WhoWasThere};
use crate::{leave_reason::LeaveReason, routes};
use domain::{
    access::Access,
    session::{EndReason, SeatRole},
    views::SessionView,
};
use leptos::prelude::*;

/// Why somebody is no longer in the meeting, in one sentence.
fn sentence(session: &SessionView, reason: LeaveReason) -> &'static str {
    let by_mentor = match session.role {
        Some(SeatRole::Mentor) => "You ended the meeting for everyone.",
        Some(SeatRole::Mentee) | None => EndReason::EndedByMentor.sentence(),
    };
    // What the record says comes first: an address can be old or made up.
    match session.access {
        Access::Ended {
            reason: EndReason::EndedByMentor,
            ..
        } => return by_mentor,
        Access::Ended { reason, .. } => return reason.sentence(),
        Access::Cancelled { .. } => return EndReason::Cancelled.sentence(),
        Access::Closed { .. } => return EndReason::TimeUp.sentence(),
        Access::Removed { .. } => return "You were removed from the meeting.",
        Access::NotFound
        | Access::NotYours
        | Access::NotConfirmed { .. }
        | Access::TooEarly { .. }
        | Access::Open { .. } => {}
    }
    match reason {
        LeaveReason::Left => "You left the meeting.",
        LeaveReason::EndedByMentor => by_mentor,
        LeaveReason::EndedByAdmin => EndReason::EndedByAdmin.sentence(),
        LeaveReason::TimeUp => EndReason::TimeUp.sentence(),
        LeaveReason::Cancelled => EndReason::Cancelled.sentence(),
        LeaveReason::Rescheduled => {
            "The session was moved to another time, so this meeting closed."
        }
        LeaveReason::Removed => "You were removed from the meeting.",
        LeaveReason::OtherDevice => {
            "You joined this meeting on another device or in another browser, so this one left it."
        }
        LeaveReason::OtherTab => "The meeting goes on in another tab of this browser.",
        LeaveReason::Network => "The connection to the meeting was lost.",
        LeaveReason::Server => "The video server ended the connection.",
    }
}

/// The card.
#[component]
pub fn LeftCard(
    session: SessionView,
    /// Why it was left.
    reason: LeaveReason,
) -> impl IntoView {
    let reason = sentence(&session, reason);
    let open = matches!(session.access, Access::Open { .. });
    let meeting = routes::meeting(session.id);
    let details = routes::session(session.id);
    let other = session.other().name.clone();
    view! {
        <section class="card left-card" aria-labelledby="left-title">
            <p class="left-reason" role="status">
                {reason}
            </p>
            <div class="left-parts">
                <div>
                    <h2 id="left-title">{session.title.clone()}</h2>
                    <p>"With " <bdi>{other}</bdi></p>
                    <SessionFacts session=session.clone() />
                    {open
                        .then(|| {
                            view! { <p>"The meeting is still open, so you can go back in."</p> }
                        })}
                    <p class="actions">
                        {open
                            .then(|| {
                                view! {
                                    <a class="button button-primary" href=meeting rel="external">
                                        "Rejoin"
                                    </a>
                                }
                            })}
                        <a class="button" href=details>
                            "Session details"
                        </a>
                    </p>
                </div>
                <div>
                    <h3>"Who was there"</h3>
                    <WhoWasThere session />
                </div>
            </div>
        </section>
    }
}
