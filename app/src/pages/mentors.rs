//! Mentors, and one mentor with free times to book.

use super::load::{Load, unexpected};
use crate::{
    api::{
        bookings::Book,
        mentors::{DAYS_SHOWN, LAST_STRETCH, MentorTimes},
        pages::{Answer, Ask},
    },
    components::{
        fields::{SubmitButton, TextField},
        form::{Form, PostForm},
        notes::FormError,
        time::zone_words,
    },
    routes,
};
use domain::{
    text::TITLE_MAX,
    views::{MentorCard, Slot},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// All published mentors.
#[component]
pub fn MentorsPage() -> impl IntoView {
    let show = Callback::new(|answer| {
        let Answer::Mentors(mentors) = answer else {
            return unexpected();
        };
        view! { <MentorList mentors /> }.into_any()
    });
    view! {
        <Title text="Mentors" />
        <Load ask=Signal::stored(Ask::Mentors) show />
    }
}

#[component]
fn MentorList(mentors: Vec<MentorCard>) -> impl IntoView {
    let empty = mentors.is_empty();
    let cards: Vec<_> = mentors
        .into_iter()
        .map(|mentor| view! { <MentorItem mentor /> })
        .collect();
    view! {
        <div class="page-head">
            <h1>"Mentors"</h1>
        </div>
        {empty
            .then(|| {
                view! {
                    <section class="empty">
                        <h2>"No mentors yet"</h2>
                        <p>"Nobody offers sessions at the moment. Perhaps you would like to?"</p>
                        <p class="actions">
                            <a class="button button-primary" href=routes::MENTOR_PROFILE>
                                "Become a mentor"
                            </a>
                        </p>
                    </section>
                }
            })}
        <ul class="cards">{cards}</ul>
    }
}

#[component]
fn MentorItem(mentor: MentorCard) -> impl IntoView {
    let id = format!("mentor-{}", mentor.id);
    let (of_card, of_link) = (id.clone(), id.clone());
    let link = routes::mentor(mentor.id);
    view! {
        <li>
            <article class="card mentor-card" aria-labelledby=of_card>
                <div class="mentor-head">
                    <Initials name=mentor.name.clone() />
                    <div>
                        <h2 id=id>
                            <a href=link.clone()>{mentor.name}</a>
                        </h2>
                        <p class="muted small">
                            {format!(
                                "{} minutes · {}",
                                mentor.session_minutes,
                                zone_words(&mentor.time_zone),
                            )}
                        </p>
                    </div>
                </div>
                <p>{mentor.headline}</p>
                <p class="actions">
                    <a class="button" href=link aria-describedby=of_link>
                        "See free times"
                    </a>
                </p>
            </article>
        </li>
    }
}

/// A person's first letters, in place of a picture.
#[component]
pub fn Initials(
    /// The person's name.
    name: String,
) -> impl IntoView {
    let mut letters: Vec<char> = name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .collect();
    if letters.len() > 2 {
        letters = vec![letters[0], letters[letters.len() - 1]];
    }
    let letters: String = letters.into_iter().flat_map(char::to_uppercase).collect();
    view! {
        <span class="initials" aria-hidden="true">
            {letters}
        </span>
    }
}

/// One mentor.
#[component]
pub fn MentorPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let ask = Memo::new(move |_| {
        let id = params.read().get("id").unwrap_or_default();
        let stretch = query.read().get_str("later").and_then(|n| n.parse().ok());
        let stretch = stretch.unwrap_or_default();
        Ask::Mentor { id, stretch }
    });
    let show = Callback::new(|answer| {
        let Answer::Mentor(page) = answer else {
            return unexpected();
        };
        view! { <Mentor page=*page /> }.into_any()
    });
    view! { <Load ask show not_found="Mentor not found" /> }
}

#[component]
fn Mentor(page: MentorTimes) -> impl IntoView {
    let card = page.card.clone();
    let paragraphs: Vec<_> = card
        .bio
        .split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(|line| view! { <p>{line.to_owned()}</p> })
        .collect();
    view! {
        <Title text=card.name.clone() />
        <p class="crumb">
            <a href=routes::MENTORS>"Mentors"</a>
        </p>
        <div class="mentor-page">
            <section class="mentor-about">
                <div class="mentor-head">
                    <Initials name=card.name.clone() />
                    <div>
                        <h1>{card.name}</h1>
                        <p class="muted">
                            {format!("{} minutes · {}", card.session_minutes, zone_words(&card.time_zone))}
                        </p>
                    </div>
                </div>
                <p class="lead">{card.headline}</p>
                <div class="prose">{paragraphs}</div>
            </section>
            {if page.is_own {
                view! {
                    <section class="card">
                        <h2>"This is you"</h2>
                        <p>"So it looks to mentees, who choose from your free times here."</p>
                        <p class="actions">
                            <a class="button" href=routes::MENTOR_PROFILE>
                                "Edit your mentor profile"
                            </a>
                        </p>
                    </section>
                }
                    .into_any()
            } else {
                view! { <Booking page /> }.into_any()
            }}
        </div>
    }
}

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

#[component]
fn Booking(page: MentorTimes) -> impl IntoView {
    let form = Form::new::<Book>();
    let (problem, pending) = (form.problem(), form.pending());
    let chosen = form.value("starts_at", "");
    let title = form.value("title", "");
    let none = page.slots.is_empty();
    let differs = page.slots.iter().any(|slot| slot.theirs.is_some());
    let days: Vec<_> = by_day(page.slots)
        .into_iter()
        .map(|day| view! { <DayTimes day mentor=page.card.name.clone() chosen=chosen.clone() /> })
        .collect();
    let whose = format!(
        "Times are in your time zone, {}",
        zone_words(&page.reader_zone)
    );
    let theirs = differs.then(|| format!(", with {}’s time below", page.card.name));
    let mentor = page.card.id.to_string();
    view! {
        <section class="card booking" aria-labelledby="times-title">
            <h2 id="times-title">"Book a session"</h2>
            <p class="muted">
                {whose} {theirs} ". " <a href=routes::ACCOUNT>"Change your time zone"</a>
            </p>
            <PostForm to=form.to>
                <FormError problem fields=&["title"] />
                <input type="hidden" name="mentor" value=mentor />
                <input type="hidden" name="key" value=page.key />
                {if none {
                    view! { <NoTimes stretch=page.stretch /> }.into_any()
                } else {
                    view! {
                        <TextField
                            label="What would you like to talk about?"
                            name="title"
                            hint="A few words, so that your mentor can prepare."
                            max=TITLE_MAX
                            value=title
                            problem
                        />
                        <div class="days">{days}</div>
                        <p class="actions booking-bar">
                            <SubmitButton label="Book this time" pending />
                        </p>
                    }
                        .into_any()
                }}
            </PostForm>
            <Stretches id=page.card.id stretch=page.stretch />
        </section>
    }
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
                        <span class="visually-hidden">{format!(", for {mentor} ")}</span>
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

#[component]
fn NoTimes(stretch: u8) -> impl IntoView {
    let when = match stretch {
        0 => format!("No free times in the next {DAYS_SHOWN} days."),
        _ => format!("No free times in these {DAYS_SHOWN} days."),
    };
    view! { <p class="note">{when} " You can look at another stretch of time."</p> }
}

#[component]
fn Stretches(id: domain::ids::UserId, stretch: u8) -> impl IntoView {
    let link = move |stretch: u8| format!("{}?later={stretch}", routes::mentor(id));
    view! {
        <nav class="stretches" aria-label="Other times">
            {(stretch > 0)
                .then(|| {
                    view! {
                        <a class="button button-quiet" href=link(stretch.saturating_sub(1))>
                            "Earlier times"
                        </a>
                    }
                })}
            {(stretch < LAST_STRETCH)
                .then(|| {
                    view! {
                        <a class="button button-quiet" href=link(stretch + 1)>
                            "Later times"
                        </a>
                    }
                })}
        </nav>
    }
}
