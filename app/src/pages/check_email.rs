//! What somebody who signed up has to do next.

use super::load::{Load, query};
use crate::{
    api::{
        auth::{CorrectSignUp, SendSignUpAgain},
        queries,
    },
    components::{
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::{DoneNote, FormError},
    },
    forms::Form,
    routes,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn CheckEmailPage() -> impl IntoView {
    let page = query(
        || queries::SignUpWaiting,
        |email| match email {
            Some(email) => view! { <Waiting email /> }.into_any(),
            None => view! { <NothingWaits /> }.into_any(),
        },
    );
    view! {
        <Title text="Check your email" />
        <Load page />
    }
}

#[component]
fn Waiting(email: String) -> impl IntoView {
    let again = Form::new::<SendSignUpAgain>();
    let (again_problem, again_pending) = (again.problem(), again.pending());
    let correct = Form::new::<CorrectSignUp>();
    let (problem, pending) = (correct.problem(), correct.pending());
    view! {
        <div class="narrow card form-card">
            <h1>"Check your email"</h1>
            <DoneNote />
            <p class="lead">
                "We have sent a link to " <strong>{email}</strong>
                ". Open it to finish; nobody can use your account before."
            </p>
            <p>"The link works for a day. If it does not arrive, look into the spam folder."</p>
            <PostForm to=again.to>
                <FormError problem=again_problem />
                <p class="actions">
                    <SubmitButton label="Send it again" pending=again_pending class="button" />
                </p>
            </PostForm>
            <h2>"Another address?"</h2>
            <PostForm to=correct.to>
                <FormError problem fields=&["email"] />
                <TextField
                    label="Email"
                    name="email"
                    kind="email"
                    autocomplete="email"
                    value=correct.value("email", "")
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Send the link there" pending class="button" />
                </p>
            </PostForm>
        </div>
    }
}

#[component]
fn NothingWaits() -> impl IntoView {
    view! {
        <div class="narrow card form-card">
            <h1>"Check your email"</h1>
            <p class="lead">"This browser has no sign-up that waits for a link."</p>
            <p class="actions">
                <a class="button button-primary" href=routes::SIGN_UP>
                    "Create an account"
                </a>
                <a class="button" href=routes::SIGN_IN>
                    "Sign in"
                </a>
            </p>
        </div>
    }
}
