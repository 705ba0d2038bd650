//! The card of the meeting that was just left: why it ended, and what can be done now.

use super::{session_card::SessionFacts, stays::WhoWasThere};
use crate::routes;
use domain::{
    access::Access,
    session::{EndReason, SeatRole},
    views::SessionView,
};
use leptos::prelude::*;

/// Why somebody is no longer in the meeting; `why` is the word from the address.
fn words(session: &SessionView, why: &str) -> &'static str {
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
    match why {
        "ended_by_mentor" => by_mentor,
        "ended_by_admin" => EndReason::EndedByAdmin.sentence(),
        "time_up" => EndReason::TimeUp.sentence(),
        "cancelled" => EndReason::Cancelled.sentence(),
        "rescheduled" => "The session was moved to another time, so this meeting closed.",
        "removed" => "You were removed from the meeting.",
        "moved" => {
            "You joined this meeting on another device or in another browser, so this one left it."
        }
        "other_tab" => "The meeting goes on in another tab of this browser.",
        "network" => "The connection to the meeting was lost.",
        "server" => "The video server ended the connection.",
        _ => "You left the meeting.",
    }
}

/// The card.
#[component]
pub fn LeftCard(
    /// The session.
    session: SessionView,
    /// The word from the address.
    why: String,
) -> impl IntoView {
    let reason = words(&session, &why);
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
                    <p>{format!("With {other}")}</p>
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
