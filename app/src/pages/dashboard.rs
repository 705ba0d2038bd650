//! The reader's sessions, and the meeting that was just left.

use super::load::{Load, query};
use crate::{
    api::queries::{self, Sessions},
    components::{left::LeftCard, session_card::SessionCard},
    leave_reason::LeaveReason,
    routes,
    url_words::{LEFT, PAST_PAGE, UPCOMING_PAGE},
};
use domain::views::{ListPages, SessionView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The page.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let address = use_query_map();
    let page = query(
        move || queries::Dashboard {
            left: address.read().get(LEFT),
            pages: pages_in(&address.read()),
        },
        move |page| {
            // Of an unknown word only the leaving is certain.
            let reason = LeaveReason::read(&address.read_untracked()).unwrap_or(LeaveReason::Left);
            view! { <SessionLists page reason /> }.into_any()
        },
    );
    view! {
        <Title text="Your sessions" />
        <Load page live=true />
    }
}

/// The pages that an address asks for; the first ones where it makes no sense.
fn pages_in(address: &ParamsMap) -> ListPages {
    let page = |name| address.get_str(name).and_then(|page| page.parse().ok());
    ListPages {
        upcoming: page(UPCOMING_PAGE).unwrap_or_default(),
        past: page(PAST_PAGE).unwrap_or_default(),
    }
}

#[component]
fn SessionLists(page: Sessions, reason: LeaveReason) -> impl IntoView {
    let left = page.left.as_ref().map(|session| session.id);
    let (pages, has_later, has_earlier) = (
        page.sessions.pages,
        page.sessions.has_later,
        page.sessions.has_earlier,
    );
    let turned = pages != ListPages::default();
    let others = move |sessions: Vec<SessionView>| -> Vec<SessionView> {
        sessions
            .into_iter()
            .filter(|session| Some(session.id) != left)
            .collect()
    };
    let (upcoming, past) = (others(page.sessions.upcoming), others(page.sessions.past));
    let with_upcoming = move |upcoming| routes::dashboard(ListPages { upcoming, ..pages });
    let with_past = move |past| routes::dashboard(ListPages { past, ..pages });
    // What waits for the reader comes first.
    let waits = |session: &SessionView| {
        session.may.answer_request || session.may.tell_more || session.may.finish
    };
    let (waiting, upcoming): (Vec<_>, Vec<_>) = upcoming.into_iter().partition(waits);
    let nobody_waits = waiting.is_empty();
    let nothing_yet =
        nobody_waits && upcoming.is_empty() && past.is_empty() && left.is_none() && !turned;
    let no_past = past.is_empty() && pages.past == 0;
    let no_upcoming = upcoming.is_empty() && !nothing_yet;
    view! {
        <div class="page-head">
            <h1>"Your sessions"</h1>
            <a class="button" href=routes::MENTORS>
                "Book a session"
            </a>
        </div>
        {page.left.map(|session| view! { <LeftCard session reason /> })}
        {nothing_yet.then(|| view! { <NothingYet /> })}
        <section aria-labelledby="waiting-title" hidden=nobody_waits>
            <h2 id="waiting-title">"Waiting for you"</h2>
            <Cards sessions=waiting />
        </section>
        <section aria-labelledby="upcoming-title" hidden=nothing_yet>
            <h2 id="upcoming-title">"Upcoming"</h2>
            {no_upcoming.then(|| view! { <p class="muted">"You have no upcoming sessions."</p> })}
            <Cards sessions=upcoming />
            <PageLinks
                label="Pages of upcoming sessions"
                back=(pages.upcoming > 0).then(|| ("Sooner sessions", with_upcoming(pages.upcoming - 1)))
                on=has_later.then(|| ("Later sessions", with_upcoming(pages.upcoming + 1)))
            />
        </section>
        <section aria-labelledby="past-title" hidden=no_past>
            <h2 id="past-title">"Past"</h2>
            <Cards sessions=past />
            <PageLinks
                label="Pages of past sessions"
                back=(pages.past > 0).then(|| ("More recent sessions", with_past(pages.past - 1)))
                on=has_earlier.then(|| ("Earlier sessions", with_past(pages.past + 1)))
            />
        </section>
    }
}

/// Links to the neighbours of a list's page.
#[component]
fn PageLinks(
    /// What the links are, for screen readers.
    label: &'static str,
    /// The page before, and what its link says.
    back: Option<(&'static str, String)>,
    /// The page after.
    on: Option<(&'static str, String)>,
) -> impl IntoView {
    let link =
        |(text, path): (&'static str, String)| view! { <a class="button" href=path>{text}</a> };
    (back.is_some() || on.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label=label>
                {back.map(link)}
                {on.map(link)}
            </nav>
        }
    })
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
