//! A session's history.

use super::time::LocalTime;
use domain::{booking::ChangeKind, text::isolated, views::HistoryEntry};
use leptos::prelude::*;

/// The list, oldest first.
#[component]
pub fn History(history: Vec<HistoryEntry>) -> impl IntoView {
    let items: Vec<_> = history
        .into_iter()
        .map(|entry| {
            let text = sentence(&entry);
            let note = (!entry.note.is_empty()).then_some(entry.note);
            view! {
                <li>
                    <p>{text}</p>
                    {note.map(|note| view! { <blockquote class="prose">{note}</blockquote> })}
                    <p class="muted small">
                        <LocalTime label=entry.at />
                    </p>
                </li>
            }
        })
        .collect();
    view! { <ol class="history">{items}</ol> }
}

/// What happened, in a sentence.
fn sentence(entry: &HistoryEntry) -> String {
    let who = entry
        .by
        .as_ref()
        .map_or_else(|| "Somebody".to_owned(), |by| isolated(&by.name));
    let starts = &entry.starts;
    match (entry.kind, &entry.previous) {
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
