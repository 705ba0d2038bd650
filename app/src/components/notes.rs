//! What is said when something went wrong, went well, or is not there.

use crate::{host, routes};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// A refused form: what was refused beyond the fields that say so themselves.
#[component]
pub fn FormError(
    /// What was refused.
    problem: Signal<Option<Problem>>,
    /// Fields that show their own refusal.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    let words =
        move || problem.with(|problem| problem.as_ref().map(|problem| summary(problem, fields)));
    Effect::new(move |_| {
        if problem.with(Option::is_some) {
            host::focus_first_refused();
        }
    });
    view! {
        <div role="alert" class="form-alert">
            {move || words().map(|words| view! { <p class="note note-danger">{words}</p> })}
        </div>
    }
}

fn summary(problem: &Problem, shown: &[&str]) -> String {
    match problem {
        Problem::Invalid(refused) => {
            let elsewhere: Vec<&str> = refused
                .iter()
                .filter(|refused| !shown.contains(&refused.field.as_str()))
                .map(|refused| refused.message.as_str())
                .collect();
            if elsewhere.is_empty() {
                "Please check the marked fields.".to_owned()
            } else {
                elsewhere.join(" ")
            }
        }
        Problem::SignedOut => "You are signed out. Please sign in and try again.".to_owned(),
        Problem::Malformed(_)
        | Problem::WrongCredentials
        | Problem::InvalidSignature
        | Problem::Forbidden
        | Problem::NotFound
        | Problem::NoAccess(_)
        | Problem::Conflict(_)
        | Problem::Elsewhere
        | Problem::TooMany { .. }
        | Problem::Unavailable(_)
        | Problem::Internal { .. } => problem.to_string(),
    }
}

/// A page that cannot be shown: says why and what to do next, with the HTTP status.
#[component]
pub fn ErrorNote(
    /// Why.
    problem: Problem,
    /// Heading where nothing was found.
    #[prop(default = "Page not found")]
    not_found: &'static str,
    /// Where else to look then, and what the link says.
    #[prop(default = (routes::HOME, "Go to the start page"))]
    instead: (&'static str, &'static str),
) -> impl IntoView {
    host::set_status(problem.status());
    let heading = match &problem {
        Problem::SignedOut | Problem::WrongCredentials => "Please sign in",
        Problem::Forbidden => "Access denied",
        Problem::NotFound => not_found,
        Problem::Unavailable(_) | Problem::TooMany { .. } => "Not available right now",
        Problem::Malformed(_)
        | Problem::InvalidSignature
        | Problem::NoAccess(_)
        | Problem::Conflict(_)
        | Problem::Elsewhere
        | Problem::Invalid(_)
        | Problem::Internal { .. } => "Something went wrong",
    };
    let again = matches!(
        problem,
        Problem::Unavailable(_)
            | Problem::TooMany { .. }
            | Problem::Malformed(_)
            | Problem::Internal { .. }
    );
    let sign_in = problem == Problem::SignedOut;
    let (home, home_words) = match problem {
        Problem::NotFound => instead,
        Problem::Malformed(_)
        | Problem::SignedOut
        | Problem::WrongCredentials
        | Problem::InvalidSignature
        | Problem::Forbidden
        | Problem::NoAccess(_)
        | Problem::Conflict(_)
        | Problem::Elsewhere
        | Problem::Invalid(_)
        | Problem::TooMany { .. }
        | Problem::Unavailable(_)
        | Problem::Internal { .. } => (routes::DASHBOARD, "Go to your sessions"),
    };
    view! {
        <Title text=heading />
        <section class="empty" role="alert">
            <h1>{heading}</h1>
            <p>{problem.to_string()}</p>
            <p class="actions">
                {again
                    .then(|| {
                        view! {
                            <a class="button button-primary" href="" rel="external">
                                "Try again"
                            </a>
                        }
                    })}
                {if sign_in {
                    view! {
                        <a class="button button-primary" href=routes::SIGN_IN rel="external">
                            "Sign in"
                        </a>
                    }
                } else {
                    view! {
                        <a class="button" href=home rel="external">
                            {home_words}
                        </a>
                    }
                }}
            </p>
        </section>
    }
}

/// Says that something was done; `done` is the word from the address.
#[component]
pub fn DoneNote(
    /// What was done, if it is one of ours.
    #[prop(into)]
    words: Signal<Option<&'static str>>,
) -> impl IntoView {
    view! {
        <div role="status">
            {move || words.get().map(|words| view! { <p class="note note-ok">{words}</p> })}
        </div>
    }
}

/// Shown while a page is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="loading" role="status">
            <span class="visually-hidden">"Loading…"</span>
            <span class="loading-bar" aria-hidden="true"></span>
            <span class="loading-bar" aria-hidden="true"></span>
            <span class="loading-bar" aria-hidden="true"></span>
        </div>
    }
}
