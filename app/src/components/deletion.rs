//! The way out, and the way back.

use crate::{
    api::deletion::KeepAccount,
    components::{fields::SubmitButton, form::PostForm, notes::FormError, time::LocalTime},
    forms::Form,
    page_context::{Viewer, viewer},
    routes,
};
use domain::views::LocalLabel;
use leptos::prelude::*;

/// What somebody reads on every page who asked for their account to be deleted.
#[component]
pub fn Leaves() -> impl IntoView {
    let label = match viewer() {
        Viewer::SignedIn(me) => me.leaves,
        Viewer::SignedOut | Viewer::Unknown => None,
    };
    label.map(|label| view! { <LeavesAt label /> })
}

#[component]
fn LeavesAt(label: LocalLabel) -> impl IntoView {
    let form = Form::new::<KeepAccount>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="note note-danger leaves" aria-label="Your account is to be deleted">
            <p>"Your account will be deleted on " <LocalTime label /> "."</p>
            <PostForm to=form.to>
                <FormError problem />
                <SubmitButton label="Keep my account" pending class="button" />
            </PostForm>
        </section>
    }
}

/// The section of the account's page.
#[component]
pub fn DeleteAccount() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete your account"</h2>
            <p>
                "Your sessions to come are cancelled, and after some days in which you can change your mind, who you were is forgotten for good."
            </p>
            <p class="actions">
                <a class="button" href=routes::DELETE_ACCOUNT>
                    "Delete my account"
                </a>
            </p>
        </section>
    }
}
