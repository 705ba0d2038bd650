//! The reader's sessions, and the meeting that was just left.

use super::load::{Load, query};
use crate::{
    api::queries::{self, Sessions},
    components::{left::LeftCard, session_card::SessionCard},
    routes,
    url_words::{LEFT, WHY},
};
use domain::views::SessionView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let address = use_query_map();
    let page = query(
        move || queries::Dashboard {
            left: address.read().get(LEFT),
        },
        move |page| {
            let why = address.read_untracked().get(WHY).unwrap_or_default();
            view! { <SessionLists page why /> }.into_any()
        },
    );
    view! {
        <Title text="Your sessions" />
        <Load page live=true />
    }
}

#[component]
fn SessionLists(page: Sessions, why: String) -> impl IntoView {
    let left = page.left.as_ref().map(|session| session.id);
    let others = move |sessions: Vec<SessionView>| -> Vec<SessionView> {
        sessions
            .into_iter()
            .filter(|session| Some(session.id) != left)
            .collect()
    };
    let (upcoming, past) = (others(page.sessions.upcoming), others(page.sessions.past));
    // What waits for the reader comes first.
    let waits = |session: &SessionView| {
        session.may.answer_request || session.may.tell_more || session.may.finish
    };
    let (waiting, upcoming): (Vec<_>, Vec<_>) = upcoming.into_iter().partition(waits);
    let nobody_waits = waiting.is_empty();
    let nothing_yet = nobody_waits && upcoming.is_empty() && past.is_empty() && left.is_none();
    let no_past = past.is_empty();
    let no_upcoming = upcoming.is_empty() && !nothing_yet;
    view! {
        <div class="page-head">
            <h1>"Your sessions"</h1>
            <a class="button" href=routes::MENTORS>
                "Book a session"
            </a>
        </div>
        {page.left.map(|session| view! { <LeftCard session why /> })}
        {nothing_yet.then(|| view! { <NothingYet /> })}
        <section aria-labelledby="waiting-title" hidden=nobody_waits>
            <h2 id="waiting-title">"Waiting for you"</h2>
            <Cards sessions=waiting />
        </section>
        <section aria-labelledby="upcoming-title" hidden=nothing_yet>
            <h2 id="upcoming-title">"Upcoming"</h2>
            {no_upcoming.then(|| view! { <p class="muted">"You have no upcoming sessions."</p> })}
            <Cards sessions=upcoming />
        </section>
        <section aria-labelledby="past-title" hidden=no_past>
            <h2 id="past-title">"Past"</h2>
            <Cards sessions=past />
        </section>
    }
}

#[component]
fn Cards(sessions: Vec<SessionView>) -> impl IntoView {
    let card = |session| {
        view! {
            <li>
                <SessionCard session />
            </li>
        }
    };
    view! { <ul class="stack">{sessions.into_iter().map(card).collect::<Vec<_>>()}</ul> }
}

#[component]
fn NothingYet() -> impl IntoView {
    view! {
        <section class="empty">
            <h2>"No sessions yet"</h2>
            <p>"Choose a mentor and a time; your session will appear here, with the link to its meeting."</p>
            <p class="actions">
                <a class="button button-primary" href=routes::MENTORS>
                    "Find a mentor"
                </a>
                <a class="button" href=routes::MENTOR_PROFILE>
                    "Become a mentor"
                </a>
            </p>
        </section>
    }
}
