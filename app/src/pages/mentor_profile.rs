//! One's own mentor profile.

use super::load::{Load, unexpected};
use crate::{
    api::{
        mentors::SaveMentorProfile,
        pages::{Answer, Ask},
    },
    components::{
        fields::{SelectField, SubmitButton, TextArea, TextField, message_for},
        form::{Form, PostForm},
        hours::{HoursInputs, entered},
        notes::{DoneNote, FormError},
        time::zone_words,
    },
    routes,
};
use domain::{
    availability::LENGTHS_MIN,
    text::TITLE_MAX,
    views::{Me, MentorProfile},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Longest description, in characters, as the server allows it.
const BIO_MAX: usize = 2_000;

/// The page.
#[component]
pub fn MentorProfilePage() -> impl IntoView {
    let query = use_query_map();
    let done = Signal::derive(move || match query.read().get_str("done") {
        Some("saved") => Some("Saved."),
        Some(_) | None => None,
    });
    let show = Callback::new(move |answer| {
        let Answer::MentorProfile(profile, me) = answer else {
            return unexpected();
        };
        view! { <Editor profile=profile.map(|profile| *profile) me=*me done /> }.into_any()
    });
    view! {
        <Title text="Mentor profile" />
        <Load ask=Signal::stored(Ask::MentorProfile) show />
    }
}

/// What becomes of the profile.
#[component]
fn Standing(profile: Option<MentorProfile>) -> impl IntoView {
    match profile {
        None => view! {
            <p class="lead">
                "Say what you know and when you have time; mentees can then book you."
            </p>
        }
        .into_any(),
        Some(profile) if profile.published => {
            let link = routes::mentor(profile.card.id);
            view! {
                <p class="note note-ok">
                    "Your profile is published. " <a href=link>"See it as mentees do"</a>
                </p>
            }
            .into_any()
        }
        Some(_) => view! {
            <p class="note">
                "Your profile waits for an administrator. Mentees see it as soon as it is published."
            </p>
        }
        .into_any(),
    }
}

#[component]
fn Editor(
    profile: Option<MentorProfile>,
    me: Me,
    done: Signal<Option<&'static str>>,
) -> impl IntoView {
    let form = Form::new::<SaveMentorProfile>();
    let (problem, pending) = (form.problem(), form.pending());
    let saved = profile.clone();
    let (headline, bio, minutes, hours) = match saved {
        Some(saved) => (
            saved.card.headline,
            saved.card.bio,
            saved.card.session_minutes,
            saved.hours,
        ),
        None => (String::new(), String::new(), 45, Vec::new()),
    };
    let rows = entered(&form, &hours);
    let lengths = LENGTHS_MIN
        .iter()
        .map(|n| (n.to_string(), format!("{n} minutes")))
        .collect::<Vec<_>>();
    let hours_message = message_for(problem, "hours");
    view! {
        <div class="narrow-wide">
            <h1>"Mentor profile"</h1>
            <DoneNote words=done />
            <Standing profile />
            <PostForm to=form.to>
                <FormError problem fields=&["headline", "bio", "sessionMinutes", "hours"] />
                <section class="card" aria-labelledby="words-title">
                    <h2 id="words-title">"What mentees read"</h2>
                    <TextField
                        label="Headline"
                        name="headline"
                        hint="One line, for example: Backend engineering and first jobs."
                        max=TITLE_MAX
                        value=form.value("headline", headline)
                        problem
                    />
                    <TextArea
                        label="About you"
                        name="bio"
                        hint="What you have done, what you like to help with, how you work. Up to 2,000 characters."
                        max=BIO_MAX
                        value=form.value("bio", bio)
                        problem
                    />
                    <SelectField
                        label="Length of a session"
                        name="session_minutes"
                        field="sessionMinutes"
                        options=lengths
                        value=form.value("session_minutes", minutes.to_string())
                        problem
                    />
                </section>
                <fieldset class="card" aria-describedby="hours-hint hours-error">
                    <legend class="card-legend">"Weekly hours"</legend>
                    <p class="field-hint" id="hours-hint">
                        {format!(
                            "When you can be booked, in your time zone, {}. Up to two stretches a day; leave a line empty if you need no more. For the end of the day enter 00:00. ",
                            zone_words(&me.time_zone),
                        )}
                        <a href=routes::ACCOUNT>"Change your time zone"</a>
                    </p>
                    <p class="field-error" id="hours-error">
                        {hours_message}
                    </p>
                    <HoursInputs rows />
                </fieldset>
                <p class="actions">
                    <SubmitButton label="Save" pending />
                </p>
            </PostForm>
        </div>
    }
}
