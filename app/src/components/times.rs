//! Free times to choose from.

use super::time::zone_name;
use crate::{routes, url_words::Week};
use domain::{text::isolated, views::Slot};
use leptos::prelude::*;

/// Slots of one date in the reader's zone.
struct Day {
    date: String,
    slots: Vec<Slot>,
}

fn by_day(slots: Vec<Slot>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for slot in slots {
        match days.last_mut() {
            Some(day) if day.date == slot.yours.date => day.slots.push(slot),
            Some(_) | None => days.push(Day {
                date: slot.yours.date.clone(),
                slots: vec![slot],
            }),
        }
    }
    days
}

/// Whose clock the times show.
pub fn times_hint(slots: &[Slot], reader_zone: &str, other: &str) -> String {
    let yours = zone_name(reader_zone);
    if slots.iter().any(|slot| slot.theirs.is_some()) {
        format!(
            "Times are in your time zone, {yours}, with {}’s time below.",
            isolated(other)
        )
    } else {
        format!("Times are in your time zone, {yours}.")
    }
}

/// Radio buttons named `starts_at`, by day.
#[component]
pub fn Times(
    slots: Vec<Slot>,
    /// Name of the person whose time stands below.
    other: String,
    /// The one chosen before.
    chosen: String,
) -> impl IntoView {
    let days: Vec<_> = by_day(slots)
        .into_iter()
        .map(|day| view! { <DayTimes day mentor=other.clone() chosen=chosen.clone() /> })
        .collect();
    view! { <div class="days">{days}</div> }
}

#[component]
fn DayTimes(day: Day, mentor: String, chosen: String) -> impl IntoView {
    let slots: Vec<_> = day
        .slots
        .into_iter()
        .map(|slot| {
            let value = slot.starts_at.0.to_string();
            let checked = value == chosen;
            let theirs = slot.theirs.map(|label| {
                let other_day = (label.date != slot.yours.date).then(|| format!(" {}", label.date));
                view! {
                    <span class="slot-theirs">
                        <span class="visually-hidden">{format!(", for {} ", isolated(&mentor))}</span>
                        {label.time}
                        {other_day.map(|date| view! { <span class="visually-hidden">{date}</span> })}
                    </span>
                }
            });
            view! {
                <label class="slot">
                    <input type="radio" name="starts_at" value=value required=true checked=checked />
                    <span class="slot-face">
                        <span class="slot-yours">{slot.yours.time}</span>
                        {theirs}
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="day">
            <legend>{day.date}</legend>
            <div class="slots">{slots}</div>
        </fieldset>
    }
}

/// Shown when there is none.
#[component]
pub fn NoTimes(
    /// The week asked for.
    week: Week,
) -> impl IntoView {
    let these = if week == Week::FIRST {
        "the next"
    } else {
        "these"
    };
    let text = format!(
        "No free times in {these} {} days. You can look at another week.",
        Week::DAYS
    );
    view! { <p class="note">{text}</p> }
}

/// Links to the weeks before and after.
#[component]
pub fn WeekLinks(
    /// Address of the page.
    path: String,
    /// The week shown.
    week: Week,
    /// The last that can hold free times.
    last: Week,
) -> impl IntoView {
    let earlier = routes::in_week(&path, week.earlier());
    let later = routes::in_week(&path, week.later());
    view! {
        <nav class="week-links" aria-label="Other times">
            {(week > Week::FIRST)
                .then(|| {
                    view! {
                        <a class="button button-quiet" href=earlier>
                            "Earlier times"
                        </a>
                    }
                })}
            {(week < last)
                .then(|| {
                    view! {
                        <a class="button button-quiet" href=later>
                            "Later times"
                        </a>
                    }
                })}
        </nav>
    }
}

/// Times to look at, by day.
#[component]
pub fn Preview(slots: Vec<Slot>) -> impl IntoView {
    if slots.is_empty() {
        return view! { <NoTimes week=Week::FIRST /> }.into_any();
    }
    let days: Vec<_> = by_day(slots)
        .into_iter()
        .map(|day| {
            let times: Vec<_> = day.slots.into_iter().map(|slot| slot.yours.time).collect();
            view! {
                <dt>{day.date}</dt>
                <dd>{times.join(" · ")}</dd>
            }
        })
        .collect();
    view! { <dl class="seen-times">{days}</dl> }.into_any()
}
