//! What happened to a session.

use super::time::LocalTime;
use domain::{booking::ChangeKind, views::Happening};
use leptos::prelude::*;

/// The list, oldest first.
#[component]
pub fn History(
    /// What happened.
    history: Vec<Happening>,
) -> impl IntoView {
    let items: Vec<_> = history
        .into_iter()
        .map(|happening| {
            let words = words(&happening);
            let note = (!happening.note.is_empty()).then_some(happening.note);
            view! {
                <li>
                    <p>{words}</p>
                    {note.map(|note| view! { <blockquote class="prose">{note}</blockquote> })}
                    <p class="muted small">
                        <LocalTime label=happening.at />
                    </p>
                </li>
            }
        })
        .collect();
    view! { <ol class="history">{items}</ol> }
}

/// What happened, in a sentence.
fn words(happening: &Happening) -> String {
    let who = happening.by.as_ref().map_or("Somebody", |by| &by.name);
    let starts = &happening.starts;
    match (happening.kind, &happening.previous) {
        (ChangeKind::Booked, _) => format!("{who} booked the session."),
        (ChangeKind::Requested, _) => format!("{who} asked for the session."),
        (ChangeKind::Confirmed, _) => format!("{who} confirmed it."),
        (ChangeKind::Declined, _) => format!("{who} declined it."),
        (ChangeKind::Asked, _) => format!("{who} asked for more information."),
        (ChangeKind::Answered, _) => format!("{who} answered."),
        (ChangeKind::Cancelled, _) => format!("{who} cancelled it."),
        (ChangeKind::Rescheduled, Some(previous)) => format!(
            "{who} moved it from {}, {} to {}, {}.",
            previous.date, previous.time, starts.date, starts.time
        ),
        (ChangeKind::Rescheduled, None) => {
            format!("{who} moved it to {}, {}.", starts.date, starts.time)
        }
    }
}
