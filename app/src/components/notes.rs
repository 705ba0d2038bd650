//! Notes for when something went wrong, went well, or is missing.

use crate::{browser, routes, url_words::Done};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// A refused form: what was refused beyond the fields that say so themselves.
#[component]
pub fn FormError(
    /// What was refused.
    problem: Signal<Option<Problem>>,
    /// Fields that show their own refusal.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    let text =
        move || problem.with(|problem| problem.as_ref().map(|problem| summary(problem, fields)));
    Effect::new(move |_| {
        if problem.with(Option::is_some) {
            browser::focus_first_refused();
        }
    });
    view! {
        <div role="alert" class="form-alert">
            {move || text().map(|text| view! { <p class="note note-danger">{text}</p> })}
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
        | Problem::Suspended
        | Problem::Forbidden
        | Problem::SecondFactorNeeded
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
    problem: Problem,
    /// Heading where nothing was found.
    #[prop(default = "Page not found")]
    not_found: &'static str,
    /// Where to look instead, and what the link says.
    #[prop(default = (routes::HOME, "Go to the start page"))]
    instead: (&'static str, &'static str),
) -> impl IntoView {
    browser::set_status(problem.status());
    let heading = match &problem {
        Problem::SignedOut | Problem::WrongCredentials => "Please sign in",
        Problem::Forbidden | Problem::Suspended | Problem::SecondFactorNeeded => "Access denied",
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
    let (home, home_label) = match problem {
        Problem::NotFound => instead,
        Problem::Malformed(_)
        | Problem::SignedOut
        | Problem::WrongCredentials
        | Problem::InvalidSignature
        | Problem::Suspended
        | Problem::Forbidden
        | Problem::SecondFactorNeeded
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
                            {home_label}
                        </a>
                    }
                }}
            </p>
        </section>
    }
}

/// Says what the form that led here did.
#[component]
pub fn DoneNote() -> impl IntoView {
    let address = use_query_map();
    let text = Memo::new(move |_| Done::read(&address.read()).map(done_text));
    view! {
        <div role="status">
            {move || text.get().map(|text| view! { <p class="note note-ok">{text}</p> })}
        </div>
    }
}

fn done_text(done: Done) -> &'static str {
    match done {
        Done::Saved => "Saved.",
        Done::ProfileMade => "Your profile is saved. Now say when you can be booked.",
        Done::ScheduleSaved => "Saved. Mentees see it at once.",
        Done::FeedRevoked => {
            "The address is gone. Calendar programs that used it no longer see your sessions."
        }
        Done::PasswordChanged => "Your password is changed. Other browsers are signed out.",
        Done::PasswordReset => "Your password is changed. Sign in with the new one.",
        Done::LinkSent => {
            "If there is an account with this address, a link is on its way. Look into the spam folder, too."
        }
        Done::SentAgain => "The link is on its way.",
        Done::AddressAsked => {
            "We have sent a link to the new address. Your account has it once you open the link."
        }
        Done::AddressChanged => "Your address is changed. Sign in with the new one from now on.",
        Done::LoginsEnded => "Signed out there.",
        Done::Reported => {
            "Thank you. Those who run this site read your report, look into it, and write to you if they need to know more. The other person is not told. If somebody is in danger now, call the emergency services."
        }
        Done::Blocked => {
            "Blocked. Neither of you can book the other, and nobody is told. Sessions that are booked stay: cancel them on their pages."
        }
        Done::Unblocked => "Unblocked.",
        Done::PasskeyAdded => "Your passkey is added. From now on you can sign in with it.",
        Done::PasskeyRenamed => "The passkey has its new name.",
        Done::CodesOn => "Codes are switched on. You are asked for one when you sign in.",
        Done::CodesOff => "You are not asked for codes any more.",
        Done::ProviderLinked => "Linked. From now on you can sign in there, too.",
        Done::ProviderUnlinked => "Unlinked. You do not sign in there any more.",
        Done::DataAsked => "A copy of your data is being made. You get an email when it is ready.",
        Done::RecoveryCodes => "The old recovery codes do not work any more.",
        Done::PasskeyRemoved => "The passkey is removed. You can delete it from your device, too.",
        Done::DeletionAsked => {
            "Your account is to be deleted. You get an email that says when, and how to take it back."
        }
        Done::AccountKept => {
            "Your account stays, and your mentor profile is seen again if you have one. What was cancelled stays cancelled."
        }
        Done::Booked => "Booked. The time is yours.",
        Done::Requested => "Sent. You will get an email when the mentor confirms or declines.",
        Done::Confirmed => "Confirmed. Both of you will get an email.",
        Done::Declined => "Declined. The mentee will get an email.",
        Done::Asked => "Your question is sent.",
        Done::Answered => "Your answer is sent.",
        Done::Moved => "Moved. Both of you will get an email.",
        Done::Cancelled => "The session is cancelled.",
        Done::AllowedBack => "The mentee may come back in.",
        Done::Disputed => "Noted. An administrator will decide.",
        Done::Retried => "Trying again now. The entry disappears once it works.",
        Done::Published => "Published. Mentees can book this mentor now.",
        Done::ActionTaken => "Done. The audit log has an entry about it.",
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
