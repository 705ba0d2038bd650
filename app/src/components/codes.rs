//! Codes of an authenticator app: on, off, and the recovery codes.

use crate::{
    api::keys::{NewRecoveryCodes, StartCodes, TurnCodesOff, TurnCodesOn},
    components::{
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::FormError,
        passkeys::ConfirmFirst,
    },
    forms::Form,
    routes,
};
use domain::views::{CodesSetup, CodesView};
use leptos::prelude::*;

/// Whether the reader is asked for codes at sign-in, and how to change that.
#[component]
pub fn Codes(
    /// What there is.
    codes: CodesView,
    /// Whether the reader may change it.
    is_confirmed: bool,
) -> impl IntoView {
    let text = if codes.is_on {
        format!(
            "You are asked for a code of your app when you sign in with your password, a link or another provider. Recovery codes left: {}.",
            codes.recovery_left
        )
    } else {
        "An app on your phone shows a new code every 30 seconds. With it switched on, your password alone signs nobody in."
            .to_owned()
    };
    let change = match (is_confirmed, codes.is_on) {
        (false, _) => view! { <ConfirmFirst /> }.into_any(),
        (true, false) => view! { <StartForm /> }.into_any(),
        (true, true) => view! {
            <NewRecoveryCodesForm />
            <TurnOffForm />
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="codes-title">
            <h2 id="codes-title">"Codes of an authenticator app"</h2>
            <p>{text}</p>
            <RecoveryCodes />
            {change}
        </section>
    }
}

#[component]
fn StartForm() -> impl IntoView {
    let form = Form::new::<StartCodes>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Set up an app" pending class="button" />
            </p>
        </PostForm>
    }
}

#[component]
fn NewRecoveryCodesForm() -> impl IntoView {
    let form = Form::new::<NewRecoveryCodes>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Make new recovery codes" pending class="button" />
            </p>
        </PostForm>
    }
}

#[component]
fn TurnOffForm() -> impl IntoView {
    let form = Form::new::<TurnCodesOff>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Stop asking for codes" pending class="button button-quiet" />
            </p>
        </PostForm>
    }
}

/// Recovery codes that were just made; shown once.
#[component]
fn RecoveryCodes() -> impl IntoView {
    let codes = Form::new::<NewRecoveryCodes>().value("codes", "");
    (!codes.is_empty()).then(|| {
        let rows: Vec<_> = codes
            .split(' ')
            .map(|code| view! { <li>{code.to_owned()}</li> })
            .collect();
        view! {
            <p class="note">
                "Keep these recovery codes in a safe place now: they are shown only once. Each signs you in once when you do not have your app."
            </p>
            <ul class="recovery-codes" aria-label="Recovery codes">
                {rows}
            </ul>
        }
    })
}

/// What the app is told, and the form that asks whether it was told right.
#[component]
pub fn SetUpCodes(
    /// What the app is told.
    setup: CodesSetup,
) -> impl IntoView {
    let form = Form::new::<TurnCodesOn>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <p>"Scan this with your authenticator app, or type the secret in."</p>
        <img class="qr-code" src=setup.picture alt="QR code with the secret below" />
        <p>"Secret: " <code>{setup.secret}</code></p>
        <PostForm to=form.to>
            <FormError problem fields=&["code"] />
            <TextField
                label="Code that the app shows"
                name="code"
                autocomplete="one-time-code"
                problem
            />
            <p class="actions">
                <SubmitButton label="Switch codes on" pending />
                <a class="button" href=routes::ACCOUNT>
                    "Cancel"
                </a>
            </p>
        </PostForm>
    }
}
