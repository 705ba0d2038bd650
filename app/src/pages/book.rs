//! The form that books a held time.

use super::load::{Load, query};
use crate::{
    api::{
        queries,
        sessions::{FinishBooking, ReleaseHold},
    },
    components::{
        countdown::HeldFor,
        fields::{SubmitButton, TextArea, TextField},
        form::PostForm,
        notes::FormError,
        session_card::SessionFacts,
    },
    forms::Form,
    routes,
};
use domain::{
    booking::NOTE_MAX,
    session::Booking as State,
    text::{TITLE_MAX, isolated},
    views::SessionView,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn BookPage() -> impl IntoView {
    let params = use_params_map();
    let page = query(
        move || queries::Session {
            id: params.read().get("id").unwrap_or_default(),
        },
        |session| view! { <Booking session /> }.into_any(),
    );
    view! {
        <Title text="Book a session" />
        <Load
            page
            not_found="This time is no longer held"
            instead=(routes::MENTORS, "Choose another time")
        />
    }
}

#[component]
fn Booking(session: SessionView) -> impl IntoView {
    if !session.may.finish {
        return view! { <NotHeld session /> }.into_any();
    }
    let mentor = session.mentor.clone();
    let lead = if session.mentor_confirms {
        format!(
            "With {}, who confirms each session by hand.",
            isolated(&mentor.name)
        )
    } else {
        format!("With {}, your mentor.", isolated(&mentor.name))
    };
    let now = session.now;
    let held = session.held_until.zip(session.held_label.clone());
    view! {
        <div class="narrow-wide">
            <p class="crumb">
                <a href=routes::mentor(mentor.id)>{mentor.name}</a>
            </p>
            <h1>"Book a session"</h1>
            <section class="card" aria-label="The time">
                <p>{lead}</p>
                <SessionFacts session=session.clone() />
                {held.map(|(until, label)| view! { <HeldFor until label now /> })}
            </section>
            <BookingForm session />
            <ReleaseForm mentor=mentor.id />
        </div>
    }
    .into_any()
}

/// Shown when there is nothing left to finish.
#[component]
fn NotHeld(session: SessionView) -> impl IntoView {
    let (heading, text, exists) = match session.booking {
        State::Held => (
            "This time is no longer held",
            "The ten minutes are over, so the time is free again.",
            false,
        ),
        State::Requested | State::Confirmed => (
            "This time is booked",
            "You have already sent the form.",
            true,
        ),
        State::Declined | State::Cancelled { .. } => (
            "This session will not take place",
            "You can choose another time.",
            true,
        ),
    };
    view! {
        <section class="empty">
            <h1>{heading}</h1>
            <p>{text}</p>
            <p class="actions">
                {exists
                    .then(|| {
                        view! {
                            <a class="button button-primary" href=routes::session(session.id)>
                                "See the session"
                            </a>
                        }
                    })}
                <a class="button" href=routes::mentor(session.mentor.id)>
                    "Choose another time"
                </a>
            </p>
        </section>
    }
}

#[component]
fn BookingForm(session: SessionView) -> impl IntoView {
    let form = Form::new::<FinishBooking>();
    let (problem, pending) = (form.problem(), form.pending());
    let questions: Vec<_> = session
        .answers
        .into_iter()
        .enumerate()
        .map(|(n, answered)| {
            let name = format!("answers[{n}]");
            let value = form.value(&name, "");
            view! { <TextArea label=answered.question name value hint="Optional." max=NOTE_MAX problem /> }
        })
        .collect();
    let label = if session.mentor_confirms {
        "Request this time"
    } else {
        "Book this time"
    };
    view! {
        <PostForm to=form.to>
            <FormError problem fields=&["title", "goal"] />
            <section class="card" aria-label="What it is about">
                <input type="hidden" name="id" value=session.id.to_string() />
                <TextField
                    label="What would you like to talk about?"
                    name="title"
                    hint="A few words, so that your mentor can prepare."
                    max=TITLE_MAX
                    value=form.value("title", "")
                    problem
                />
                <TextArea
                    label="What would you like to achieve?"
                    name="goal"
                    hint="Optional. A goal helps both of you to use the time well."
                    max=NOTE_MAX
                    value=form.value("goal", "")
                    problem
                />
                {questions}
            </section>
            <p class="actions">
                <SubmitButton label pending />
            </p>
        </PostForm>
    }
}

#[component]
fn ReleaseForm(mentor: domain::ids::UserId) -> impl IntoView {
    let form = Form::new::<ReleaseHold>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <input type="hidden" name="mentor" value=mentor.to_string() />
            <p class="actions">
                <SubmitButton label="Release this time" pending class="button button-quiet" />
            </p>
        </PostForm>
    }
}
