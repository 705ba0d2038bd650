//! The reader's mentor profile.

use super::load::{Load, query};
use crate::{
    api::{mentors::SaveMentorProfile, queries},
    components::{
        fields::{SelectField, SubmitButton, TextArea, TextField},
        form::PostForm,
        notes::{DoneNote, FormError},
    },
    forms::Form,
    routes,
};
use domain::{
    availability::LENGTHS_MIN,
    booking::{QUESTION_MAX, QUESTIONS_MAX},
    text::TITLE_MAX,
    views::MentorProfile,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Longest description, in characters, as the server allows it.
const BIO_MAX: usize = 2_000;
/// Longest list of questions, in characters, line breaks included.
const QUESTIONS_LENGTH: usize = QUESTIONS_MAX * (QUESTION_MAX + 2);

/// The page.
#[component]
pub fn MentorProfilePage() -> impl IntoView {
    let page = query(
        || queries::MentorProfile,
        |profile| view! { <ProfileForm profile /> }.into_any(),
    );
    view! {
        <Title text="Mentor profile" />
        <Load page />
    }
}

/// Whether the profile is published.
#[component]
fn PublicationNote(profile: Option<MentorProfile>) -> impl IntoView {
    match profile {
        None => view! {
            <p class="lead">
                "Tell people what you know and when you have time; mentees can then book you."
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
                "Your profile is waiting for an administrator. Mentees will see it once it is published."
            </p>
        }
        .into_any(),
    }
}

#[component]
fn ProfileForm(#[prop(optional_no_strip)] profile: Option<MentorProfile>) -> impl IntoView {
    let form = Form::new::<SaveMentorProfile>();
    let (problem, pending) = (form.problem(), form.pending());
    let (headline, bio, minutes, questions, confirms) = match profile.clone() {
        Some(saved) => (
            saved.card.headline,
            saved.card.bio,
            saved.card.session_minutes,
            saved.card.questions.join("\n"),
            saved.card.confirms,
        ),
        None => (String::new(), String::new(), 45, String::new(), false),
    };
    let confirms = form.has("confirms") || (problem.with_untracked(Option::is_none) && confirms);
    let is_new = profile.is_none();
    let lengths = LENGTHS_MIN
        .iter()
        .map(|n| (n.to_string(), format!("{n} minutes")))
        .collect::<Vec<_>>();
    view! {
        <div class="narrow-wide">
            <h1>"Mentor profile"</h1>
            <DoneNote />
            <PublicationNote profile />
            <PostForm to=form.to>
                <FormError problem fields=&["headline", "bio", "sessionMinutes", "questions"] />
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
                        lines=7
                        value=form.value("bio", bio)
                        problem
                    />
                    <SelectField
                        label="Usual length of a session"
                        name="session_minutes"
                        field="sessionMinutes"
                        options=lengths
                        value=form.value("session_minutes", minutes.to_string())
                        problem
                    />
                </section>
                <section class="card" aria-labelledby="booking-title">
                    <h2 id="booking-title">"When somebody books you"</h2>
                    <TextArea
                        label="Questions"
                        name="questions"
                        hint="What you want to know from everybody who books, one question a line, at most five. Answering is optional."
                        max=QUESTIONS_LENGTH
                        value=form.value("questions", questions)
                        problem
                    />
                    <label class="check">
                        <input type="checkbox" name="confirms" value="true" checked=confirms />
                        "I confirm each booking by hand"
                    </label>
                </section>
                {(!is_new)
                    .then(|| {
                        view! {
                            <section class="card" aria-labelledby="hours-title">
                                <h2 id="hours-title">"When you can be booked"</h2>
                                <p>"Weekly hours, days off, lengths, notice and limits."</p>
                                <p class="actions">
                                    <a class="button" href=routes::AVAILABILITY>
                                        "Change your availability"
                                    </a>
                                </p>
                            </section>
                        }
                    })}
                <p class="actions">
                    <SubmitButton label="Save" pending />
                </p>
            </PostForm>
        </div>
    }
}
