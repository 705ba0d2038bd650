//! The landing page.

use crate::{
    components::site::Mark,
    frame::{Viewer, app_name},
    routes,
};
use domain::views::Me;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// The page.
#[component]
pub fn HomePage() -> impl IntoView {
    let Viewer(viewer) = expect_context();
    view! {
        <Title text="" />
        <Meta
            name="description"
            content="Find a mentor, choose a time that suits you both, and meet one to one by video in your browser."
        />
        <section class="hero">
            <div class="hero-words">
                <h1>"Somebody who has been there, an hour of their time, and your question."</h1>
                <p class="lead">
                    {format!(
                        "{} brings you together with a mentor for a conversation by video. Choose a person, choose a time, and meet in your browser.",
                        app_name(),
                    )}
                </p>
                <Suspense fallback=|| ()>
                    {move || Suspend::new(async move {
                        view! { <NextStep me=viewer.await.ok().flatten() /> }
                    })}
                </Suspense>
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
                        "Your meeting opens 15 minutes early. Check camera and microphone, go in, and share your screen when it helps. There is nothing to install."
                    </p>
                </li>
            </ol>
        </section>
        <section class="promise">
            <h2>"Just the two of you"</h2>
            <p>
                "Only you and your mentor can enter your meeting, and only around its time. When the mentor ends it, it is over for good. Your session's page keeps who was there and for how long."
            </p>
        </section>
        <section class="promise">
            <h2>"Would you like to mentor?"</h2>
            <p>
                "Any account can become a mentor's: write a line about what you know, set your weekly hours and the length of a session, and mentees can book you."
            </p>
        </section>
    }
}

#[component]
fn NextStep(me: Option<Me>) -> impl IntoView {
    let (first, second) = match me {
        Some(_) => (("Your sessions", routes::DASHBOARD), ("Find a mentor", routes::MENTORS)),
        None => (("Create account", routes::SIGN_UP), ("Sign in", routes::SIGN_IN)),
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
                <rect class="p-stage" x="10" y="20" width="400" height="280" rx="28" />
                <circle class="p-glow" cx="190" cy="150" r="96" />
                <path class="p-body-a" d="M92 268c6-58 46-88 98-88s92 30 98 88z" />
                <circle class="p-skin-a" cx="190" cy="128" r="46" />
                <path
                    class="p-hair-a"
                    d="M142 130c-4-42 22-62 50-62s52 20 46 60c-10-8-18-20-22-30-16 14-48 20-66 16-4 4-6 10-8 16z"
                />
                <rect class="p-tile" x="282" y="176" width="108" height="104" rx="18" />
                <path class="p-body-b" d="M296 280c4-26 20-40 40-40s36 14 40 40z" />
                <circle class="p-skin-b" cx="336" cy="216" r="20" />
                <path class="p-hair-b" d="M314 216c-2-20 10-28 22-28s24 8 22 28c-6-12-12-14-22-14s-16 2-22 14z" />
                <rect class="p-bar" x="120" y="282" width="140" height="34" rx="17" />
                <circle class="p-dot" cx="150" cy="299" r="8" />
                <circle class="p-dot" cx="190" cy="299" r="8" />
                <circle class="p-dot-end" cx="230" cy="299" r="8" />
            </svg>
            <span class="picture-mark">
                <Mark />
            </span>
        </div>
    }
}
