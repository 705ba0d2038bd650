//! The landing page.

use crate::{
    page_context::{Viewer, app_name, viewer},
    routes,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text="" />
        <section class="hero">
            <div class="hero-words">
                <h1>"An hour with someone who has been there"</h1>
                <p class="lead">
                    {format!(
                        "{} brings you together with a mentor for a conversation by video. Choose a person, choose a time, and meet in your browser.",
                        app_name(),
                    )}
                </p>
                <NextStep />
            </div>
            <Picture />
        </section>
        <section class="steps" aria-labelledby="steps-title">
            <h2 id="steps-title">"How it works"</h2>
            <ol>
                <li>
                    <h3>"Choose a mentor"</h3>
                    <p>
                        "Read what each mentor knows and offers. Their free times are shown in your own time zone, next to theirs."
                    </p>
                </li>
                <li>
                    <h3>"Book a time"</h3>
                    <p>
                        "Say in a few words what you would like to talk about. The session is yours as soon as you book it, and either of you can cancel."
                    </p>
                </li>
                <li>
                    <h3>"Meet in your browser"</h3>
                    <p>
                        "Your meeting opens a little early. Check camera and microphone, go in, and share your screen when it helps. There is nothing to install."
                    </p>
                </li>
            </ol>
        </section>
        <div class="promises">
        <section class="promise">
            <h2>"Just the two of you"</h2>
            <p>
                "Only you and your mentor can enter your meeting, and only around its time. When the mentor ends it, it is over for good. Your session’s page records who was there and for how long."
            </p>
        </section>
        <section class="promise">
            <h2>"Would you like to mentor?"</h2>
            <p>
                "Anyone can become a mentor: write a line about what you know, set your weekly hours and the length of a session, and mentees can book you."
            </p>
        </section>
        </div>
    }
}

#[component]
fn NextStep() -> impl IntoView {
    let (first, second) = match viewer() {
        Viewer::SignedIn(_) => (
            ("Your sessions", routes::DASHBOARD),
            ("Find a mentor", routes::MENTORS),
        ),
        Viewer::SignedOut | Viewer::Unknown => (
            ("Create account", routes::SIGN_UP),
            ("Sign in", routes::SIGN_IN),
        ),
    };
    view! {
        <p class="actions">
            <a class="button button-primary button-large" href=first.1>
                {first.0}
            </a>
            <a class="button button-large" href=second.1>
                {second.0}
            </a>
        </p>
    }
}

/// Two people in a call, as a quiet drawing.
#[component]
fn Picture() -> impl IntoView {
    view! {
        <div class="picture" aria-hidden="true">
            <svg viewBox="0 0 420 320" role="presentation">
                <rect class="p-stage" x="10" y="10" width="400" height="280" rx="28" />
                <circle class="p-glow" cx="176" cy="150" r="104" />
                <path class="p-body-a" d="M64 290c4-70 46-106 112-106s108 36 112 106z" />
                <path class="p-neck-a" d="M156 158h40v34c-6 12-34 12-40 0z" />
                <circle class="p-skin-a" cx="176" cy="130" r="44" />
                <path
                    class="p-hair-a"
                    d="M130 134c-6-44 20-64 47-64s52 20 45 64c-6-8-14-20-18-32-16 12-42 16-58 14-6 4-12 10-16 18z"
                />
                <rect class="p-tile" x="288" y="166" width="102" height="104" rx="18" />
                <path class="p-body-b" d="M303 270c2-26 14-40 36-40s34 14 36 40z" />
                <circle class="p-skin-b" cx="339" cy="209" r="19" />
                <path class="p-hair-b" d="M318 209c-2-20 9-28 21-28s23 8 21 28c-6-11-12-13-21-13s-15 2-21 13z" />
                <rect class="p-bar" x="110" y="272" width="132" height="36" rx="18" />
                <circle class="p-dot" cx="142" cy="290" r="8" />
                <circle class="p-dot" cx="176" cy="290" r="8" />
                <circle class="p-dot-end" cx="210" cy="290" r="8" />
            </svg>
        </div>
    }
}
