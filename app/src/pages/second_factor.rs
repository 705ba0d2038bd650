//! The second half of signing in: giving a code, setting an app up, and the page for admins who have neither an app
//! nor a passkey.

use super::load::{Load, query};
use crate::{
    api::{
        auth::EnterCode,
        queries::{self, AccountSettings},
    },
    components::{
        codes::{Codes, SetUpCodes},
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::FormError,
        passkeys::{PasskeySignIn, Passkeys},
    },
    forms::Form,
    routes,
};
use domain::views::{CodesSetup, SecondFactorView};
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks for the second factor.
#[component]
pub fn CodePage() -> impl IntoView {
    let page = query(
        || queries::SecondFactor,
        |waiting| match waiting {
            Some(waiting) => view! { <CodeForm waiting /> }.into_any(),
            None => view! { <Over /> }.into_any(),
        },
    );
    view! {
        <Title text="Sign in" />
        <Load page />
    }
}

#[component]
fn CodeForm(waiting: SecondFactorView) -> impl IntoView {
    let form = Form::new::<EnterCode>();
    let (problem, pending) = (form.problem(), form.pending());
    let callback = super::sign_in::callback();
    let for_passkey = callback.clone();
    view! {
        <div class="narrow card form-card">
            <h1>"One more step"</h1>
            <p class="lead">"Signing in as " <strong>{waiting.email}</strong> "."</p>
            {waiting
                .has_codes
                .then(|| {
                    view! {
                        <PostForm to=form.to>
                            <FormError problem fields=&["code"] />
                            <TextField
                                label="Code"
                                name="code"
                                autocomplete="one-time-code"
                                hint="The one that your authenticator app shows now, or a recovery code."
                                problem
                            />
                            {callback
                                .map(|path| {
                                    view! {
                                        <input
                                            type="hidden"
                                            name="callback"
                                            value=path.as_str().to_owned()
                                        />
                                    }
                                })}
                            <p class="actions">
                                <SubmitButton label="Sign in" pending />
                            </p>
                        </PostForm>
                    }
                })}
            {waiting.has_passkeys.then(|| view! { <PasskeySignIn callback=for_passkey /> })}
            <p class="muted">
                <a href=routes::SIGN_IN>"Begin again"</a>
            </p>
        </div>
    }
}

/// Nobody waits to give a code.
#[component]
fn Over() -> impl IntoView {
    view! {
        <div class="narrow card form-card">
            <h1>"Sign in"</h1>
            <p class="lead">"That took too long. Please begin again."</p>
            <p class="actions">
                <a class="button button-primary" href=routes::SIGN_IN>
                    "Sign in"
                </a>
            </p>
        </div>
    }
}

/// Sets an authenticator app up.
#[component]
pub fn CodesPage() -> impl IntoView {
    let page = query(
        || queries::CodesSetUp,
        |setup| view! { <SetUp setup /> }.into_any(),
    );
    view! {
        <Title text="Authenticator app" />
        <Load page />
    }
}

#[component]
fn SetUp(setup: Option<CodesSetup>) -> impl IntoView {
    let content = match setup {
        Some(setup) => view! { <SetUpCodes setup /> }.into_any(),
        None => view! {
            <p>"No app is being set up."</p>
            <p class="actions">
                <a class="button" href=routes::ACCOUNT>
                    "Go to your account"
                </a>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="narrow card form-card">
            <h1>"Set up an authenticator app"</h1>
            {content}
        </div>
    }
}

/// All that an admin without a second factor may see.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let page = query(
        || queries::Account,
        |settings| view! { <Choose settings /> }.into_any(),
    );
    view! {
        <Title text="Protect your account" />
        <Load page />
    }
}

#[component]
fn Choose(settings: AccountSettings) -> impl IntoView {
    let keys = settings.keys;
    let (codes, is_confirmed) = (keys.codes.clone(), keys.is_confirmed);
    view! {
        <div class="narrow-wide">
            <h1>"Protect your account"</h1>
            <p class="lead">
                "Administrators need more than a password. Add a passkey, or set up an authenticator app; then you can go on."
            </p>
            <Passkeys keys back=routes::SECOND_FACTOR />
            <Codes codes is_confirmed />
        </div>
    }
}
