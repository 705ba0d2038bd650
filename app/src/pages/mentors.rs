//! Mentors, and one mentor with free times to book.

use super::load::{Load, query};
use crate::{
    api::{
        queries::{self, MentorTimes},
        sessions::Hold,
    },
    components::{
        fields::SubmitButton,
        form::PostForm,
        notes::FormError,
        time::zone_name,
        times::{NoTimes, Times, WeekLinks, times_hint},
    },
    forms::Form,
    routes,
    url_words::{MINUTES, Week},
};
use domain::views::MentorCard;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// All published mentors.
#[component]
pub fn MentorsPage() -> impl IntoView {
    let page = query(
        || queries::Mentors,
        |mentors| view! { <MentorList mentors /> }.into_any(),
    );
    view! {
        <Title text="Mentors" />
        <Load page />
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
    let about = format!(
        "{} · {}",
        lengths_text(&mentor),
        zone_name(&mentor.time_zone)
    );
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
                            {about}
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

/// For example `25, 45 or 60 minutes`.
fn lengths_text(card: &MentorCard) -> String {
    match card.lengths.split_last() {
        Some((last, [])) => format!("{last} minutes"),
        Some((last, others)) => {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            format!("{} or {last} minutes", others.join(", "))
        }
        None => String::new(),
    }
}

/// A person's initials, in place of a picture.
#[component]
pub fn Initials(
    /// The person's name.
    name: String,
) -> impl IntoView {
    let mut initials: Vec<char> = name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .collect();
    if initials.len() > 2 {
        initials = vec![initials[0], initials[initials.len() - 1]];
    }
    let initials: String = initials.into_iter().flat_map(char::to_uppercase).collect();
    view! {
        <span class="initials" aria-hidden="true">
            {initials}
        </span>
    }
}

/// One mentor.
#[component]
pub fn MentorPage() -> impl IntoView {
    let params = use_params_map();
    let address = use_query_map();
    let page = query(
        move || {
            let address = address.read();
            queries::Mentor {
                id: params.read().get("id").unwrap_or_default(),
                week: Week::read(&address),
                minutes: address.get_str(MINUTES).and_then(|n| n.parse().ok()),
            }
        },
        |page| view! { <Mentor page /> }.into_any(),
    );
    view! { <Load page not_found="Mentor not found" /> }
}

#[component]
fn Mentor(page: MentorTimes) -> impl IntoView {
    let card = page.card.clone();
    let about = format!("{} · {}", lengths_text(&card), zone_name(&card.time_zone));
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
                            {about}
                        </p>
                    </div>
                </div>
                <p class="lead">{card.headline}</p>
                <div class="prose">{paragraphs}</div>
                {(!page.is_own)
                    .then(|| {
                        view! {
                            <p class="muted small">
                                <a href=routes::safety(page.card.id, None)>"Report or block"</a>
                            </p>
                        }
                    })}
            </section>
            {if page.is_own {
                view! {
                    <section class="card">
                        <h2>"This is you"</h2>
                        <p>"This is what mentees see. They choose from your free times here."</p>
                        <p class="actions">
                            <a class="button" href=routes::MENTOR_PROFILE>
                                "Edit your mentor profile"
                            </a>
                            <a class="button" href=routes::AVAILABILITY>
                                "Change when you can be booked"
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

#[component]
fn Booking(page: MentorTimes) -> impl IntoView {
    let form = Form::new::<Hold>();
    let (problem, pending) = (form.problem(), form.pending());
    let chosen = form.value("starts_at", "");
    let none = page.slots.is_empty();
    let name = page.card.name.clone();
    let hint = times_hint(&page.slots, &page.reader_zone, &name);
    let path = routes::mentor_times(page.card.id, page.minutes);
    view! {
        <section class="card booking" aria-labelledby="times-title">
            <h2 id="times-title">"Book a session"</h2>
            <Lengths card=page.card.clone() minutes=page.minutes />
            <p class="muted">{hint} " " <a href=routes::ACCOUNT>"Change your time zone"</a></p>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name="mentor" value=page.card.id.to_string() />
                <input type="hidden" name="minutes" value=page.minutes.to_string() />
                <input type="hidden" name="key" value=page.key />
                {if none {
                    view! { <NoTimes week=page.week /> }.into_any()
                } else {
                    view! {
                        <Times slots=page.slots other=name chosen />
                        <p class="actions booking-bar">
                            <SubmitButton label="Continue with this time" pending />
                        </p>
                    }
                        .into_any()
                }}
            </PostForm>
            <WeekLinks path week=page.week last=page.last_week />
        </section>
    }
}

/// The lengths to choose from, where there is a choice.
#[component]
fn Lengths(card: MentorCard, minutes: u16) -> impl IntoView {
    let lengths: Vec<_> = card
        .lengths
        .iter()
        .map(|length| {
            let current = (*length == minutes).then_some("page");
            view! {
                <li>
                    <a class="choice" href=routes::mentor_times(card.id, *length) aria-current=current>
                        {format!("{length} minutes")}
                    </a>
                </li>
            }
        })
        .collect();
    (lengths.len() > 1).then(|| {
        view! {
            <nav aria-label="Length">
                <ul class="choices">{lengths}</ul>
            </nav>
        }
    })
}
