//! The sign-in form.

use crate::{
    api::auth::SignIn,
    components::{
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::{DoneNote, FormError},
        passkeys::PasskeySignIn,
        providers::ProvidersSignIn,
    },
    forms::Form,
    page_context::PageContext,
    routes,
    url_words::CALLBACK,
};
use domain::{problem::Problem, text::ReturnPath};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Where to go after signing in or up, out of the address.
pub fn callback() -> Option<ReturnPath> {
    let asked = use_query_map().read_untracked().get(CALLBACK)?;
    ReturnPath::parse(&asked)
}

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let form = Form::new::<SignIn>();
    let (problem, pending) = (form.problem(), form.pending());
    let callback = callback();
    let sign_up = callback.as_ref().map_or_else(
        || routes::SIGN_UP.to_owned(),
        |path| routes::with_callback(routes::SIGN_UP, path),
    );
    let for_passkey = callback.clone();
    // A form sent from another page after the login had ended.
    let was_signed_out = use_context::<PageContext>()
        .and_then(|page| page.flash)
        .is_some_and(|flash| flash.problem == Some(Problem::SignedOut));
    let for_meeting = callback
        .as_ref()
        .is_some_and(|path| path.as_str().starts_with("/meeting/"));
    view! {
        <Title text="Sign in" />
        <div class="narrow card form-card">
            <h1>"Sign in"</h1>
            <DoneNote />
            {was_signed_out
                .then(|| {
                    view! {
                        <p class="note">
                            "You were signed out, so what you sent was not saved. Sign in and try again."
                        </p>
                    }
                })}
            {for_meeting.then(|| view! { <p class="lead">"Sign in to go to your meeting."</p> })}
            <PostForm to=form.to>
                <FormError problem fields=&["email", "password"] />
                <TextField
                    label="Email"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    value=form.value("email", "")
                    problem
                />
                <TextField
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                    problem
                />
                {callback
                    .map(|path| {
                        view! { <input type="hidden" name="callback" value=path.as_str().to_owned() /> }
                    })}
                <p class="actions">
                    <SubmitButton label="Sign in" pending />
                </p>
            </PostForm>
            <PasskeySignIn callback=for_passkey.clone() />
            <ProvidersSignIn callback=for_passkey />
            <p class="muted">
                <a href=routes::FORGOT>"Forgot your password?"</a>
                " · "
                <a href=routes::SIGN_IN_LINK>"Sign in with a link by email"</a>
            </p>
            <p class="muted">
                "New here? " <a href=sign_up>"Create an account"</a>
            </p>
        </div>
    }
}
