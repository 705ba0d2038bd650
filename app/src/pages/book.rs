//! The form that books a held time.

use super::load::{Load, unexpected};
use crate::{
    api::{
        bookings::{FinishBooking, ReleaseHold},
        pages::{Answer, Ask},
    },
    components::{
        countdown::HeldFor,
        fields::{SubmitButton, TextArea, TextField},
        form::{Form, PostForm},
        notes::FormError,
        session_card::SessionFacts,
    },
    routes,
};
use domain::{
    booking::{Answered, NOTE_MAX},
    text::TITLE_MAX,
    views::SessionView,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn BookPage() -> impl IntoView {
    let params = use_params_map();
    let ask = Memo::new(move |_| Ask::Session {
        id: params.read().get("id").unwrap_or_default(),
    });
    let show = Callback::new(|answer| {
        let Answer::Session(session) = answer else {
            return unexpected();
        };
        view! { <Booking session=*session /> }.into_any()
    });
    view! {
        <Title text="Book a session" />
        <Load ask show not_found="This time is no longer held" />
    }
}

#[component]
fn Booking(session: SessionView) -> impl IntoView {
    if !session.may.finish {
        let link = routes::session(session.id);
        return view! {
            <div class="narrow-wide">
                <h1>"This time is no longer held"</h1>
                <p class="lead">"It is booked already, or the ten minutes are over."</p>
                <p class="actions">
                    <a class="button button-primary" href=link>
                        "See the session"
                    </a>
                    <a class="button" href=routes::mentor(session.mentor.id)>
                        "Choose another time"
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let mentor = session.mentor.clone();
    let lead = format!("With {}, your mentor.", mentor.name);
    let (held_until, now) = (session.held_until, session.now);
    let (id, answers) = (session.id, session.answers.clone());
    view! {
        <div class="narrow-wide">
            <p class="crumb">
                <a href=routes::mentor(mentor.id)>{mentor.name}</a>
            </p>
            <h1>"Book a session"</h1>
            <section class="card" aria-label="The time">
                <p>{lead}</p>
                <SessionFacts session />
                {held_until.map(|until| view! { <HeldFor until now /> })}
            </section>
            <WishForm id answers />
            <GiveBack mentor=mentor.id />
        </div>
    }
    .into_any()
}

#[component]
fn WishForm(id: domain::ids::SessionId, answers: Vec<Answered>) -> impl IntoView {
    let form = Form::new::<FinishBooking>();
    let (problem, pending) = (form.problem(), form.pending());
    let questions: Vec<_> = answers
        .into_iter()
        .enumerate()
        .map(|(n, answered)| {
            let name = format!("answers[{n}]");
            let value = form.value(&name, "");
            view! { <TextArea label=answered.question name value hint="Optional." max=NOTE_MAX problem /> }
        })
        .collect();
    view! {
        <PostForm to=form.to>
            <FormError problem fields=&["title", "goal"] />
            <section class="card" aria-label="What it is about">
                <input type="hidden" name="id" value=id.to_string() />
                <TextField
                    label="What would you like to talk about?"
                    name="title"
                    hint="A few words, so that your mentor can prepare."
                    max=TITLE_MAX
                    value=form.value("title", "")
                    problem
                />
                <TextArea
                    label="What should come of it?"
                    name="goal"
                    hint="Optional. A goal helps both of you to use the time well."
                    max=NOTE_MAX
                    value=form.value("goal", "")
                    problem
                />
                {questions}
            </section>
            <p class="actions">
                <SubmitButton label="Book this time" pending />
            </p>
        </PostForm>
    }
}

#[component]
fn GiveBack(mentor: domain::ids::UserId) -> impl IntoView {
    let form = Form::new::<ReleaseHold>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <input type="hidden" name="mentor" value=mentor.to_string() />
            <p class="actions">
                <SubmitButton label="Give this time back" pending class="button button-quiet" />
            </p>
        </PostForm>
    }
}
