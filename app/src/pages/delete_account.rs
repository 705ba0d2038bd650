//! What happens to an account that is deleted, and the button.

use super::load::{Load, query};
use crate::{
    api::{deletion::AskDeletion, queries},
    components::{
        fields::SubmitButton, form::PostForm, notes::FormError, passkeys::ConfirmForm,
        time::LocalTime,
    },
    forms::Form,
    routes,
};
use domain::views::DeletionView;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn DeleteAccountPage() -> impl IntoView {
    let page = query(
        || queries::Deletion,
        |deletion| view! { <Deletion deletion /> }.into_any(),
    );
    view! {
        <Title text="Delete your account" />
        <Load page />
    }
}

#[component]
fn Deletion(deletion: DeletionView) -> impl IntoView {
    let DeletionView {
        is_confirmed,
        has_password,
        leaves,
        would_leave,
    } = deletion;
    let (at, again) = (would_leave.clone(), would_leave.clone());
    let content = match (leaves, is_confirmed) {
        (Some(_), _) => view! {
            <p>"You have asked for this already. You can keep your account with the button above."</p>
        }
        .into_any(),
        (None, false) => view! {
            <ConfirmForm
                has_password
                back=routes::DELETE_ACCOUNT
                label="Your password, to delete your account"
            />
        }
        .into_any(),
        (None, true) => view! { <AskForm /> }.into_any(),
    };
    view! {
        <div class="narrow-wide">
            <p class="crumb">
                <a href=routes::ACCOUNT>"Account"</a>
            </p>
            <h1>"Delete your account"</h1>
            <section class="card" aria-labelledby="now-title">
                <h2 id="now-title">"At once"</h2>
                <ul>
                    <li>
                        "Your sessions and requests to come are cancelled, and the other person gets an email. A meeting that has begun goes on."
                    </li>
                    <li>"Mentees no longer see your mentor profile, and you cannot book."</li>
                    <li>
                        "Your other browsers are signed out, and your calendar’s secret address stops working."
                    </li>
                    <li>"You get an email that says how to take it back."</li>
                </ul>
            </section>
            <section class="card" aria-labelledby="until-title">
                <h2 id="until-title">"Until " <LocalTime label=at /></h2>
                <p>
                    "You can change your mind: sign in, and press “Keep my account” at the top of the page. What was cancelled stays cancelled."
                </p>
            </section>
            <section class="card" aria-labelledby="then-title">
                <h2 id="then-title">"Then, for good"</h2>
                <ul>
                    <li>
                        "Your name, your address, your password, passkeys and codes, your mentor profile, and what you wrote – titles, goals, questions, answers, reasons – are overwritten. Nobody can bring them back."
                    </li>
                    <li>
                        "That your sessions took place stays in the other person’s record, with “A former member” in place of your name."
                    </li>
                    <li>
                        "What you reported to those who run this site stays with them until they have looked into it."
                    </li>
                    <li>"You get one last email. You can sign up again, as somebody new."</li>
                </ul>
            </section>
            <section class="card" aria-labelledby="ask-title">
                <h2 id="ask-title">"Delete on " <LocalTime label=again /></h2>
                {content}
            </section>
        </div>
    }
}

#[component]
fn AskForm() -> impl IntoView {
    let form = Form::new::<AskDeletion>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Delete my account" pending class="button button-danger" />
                <a class="button" href=routes::ACCOUNT>
                    "Cancel"
                </a>
            </p>
        </PostForm>
    }
}
