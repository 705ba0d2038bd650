//! Asking the browser for a passkey. Options and answers are JSON, which the browser itself turns into its own objects.

use super::{
    forms::{call, post, unreadable},
    page::go,
};
use crate::forms::{Passkey, PasskeyUse, Submission};
use domain::problem::Problem;
use leptos::{
    ev::SubmitEvent,
    prelude::{Set, window},
    task::spawn_local,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CredentialCreationOptions, CredentialRequestOptions, HtmlFormElement, HtmlInputElement,
    PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
};

// web-sys has these only behind its flag for unstable APIs.
#[wasm_bindgen]
extern "C" {
    type PublicKeyCredential;

    #[wasm_bindgen(catch, static_method_of = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn parse_creation_options(
        options: &JsValue,
    ) -> Result<PublicKeyCredentialCreationOptions, JsValue>;

    #[wasm_bindgen(catch, static_method_of = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn parse_request_options(
        options: &JsValue,
    ) -> Result<PublicKeyCredentialRequestOptions, JsValue>;

    #[wasm_bindgen(catch, method, js_name = toJSON)]
    fn to_json(this: &PublicKeyCredential) -> Result<JsValue, JsValue>;
}

/// Asks the browser for a passkey, and sends the form with its answer in the field `credential`.
pub fn send_with_passkey(event: &SubmitEvent, to: Submission, passkey: Passkey) {
    event.prevent_default();
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    to.pending.set(true);
    spawn_local(async move {
        let sent = ask_and_post(to.path, &form, passkey).await;
        to.pending.set(false);
        match sent {
            Ok(Some(location)) => go(&location),
            Ok(None) => to.problem.set(None),
            Err(problem) => to.problem.set(Some(problem)),
        }
    });
}

async fn ask_and_post(
    path: &str,
    form: &HtmlFormElement,
    passkey: Passkey,
) -> Result<Option<String>, Problem> {
    let options = call(passkey.start).await?;
    let credential = credential(&options, passkey.to)
        .await
        .map_err(|error| refused(&error))?;
    let field = form
        .get_with_name("credential")
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    field.ok_or_else(unreadable)?.set_value(&credential);
    post(path, form).await
}

/// The browser's answer to `options`, JSON within a string of JSON.
async fn credential(options: &str, to: PasskeyUse) -> Result<String, JsValue> {
    let options = js_sys::JSON::parse(options)?;
    let options = js_sys::JSON::parse(&options.as_string().unwrap_or_default())?;
    let credentials = window().navigator().credentials();
    let asked = match to {
        PasskeyUse::Add => {
            let options = PublicKeyCredential::parse_creation_options(&options)?;
            let wanted = CredentialCreationOptions::new();
            wanted.set_public_key(&options);
            credentials.create_with_options(&wanted)?
        }
        PasskeyUse::SignIn => {
            let options = PublicKeyCredential::parse_request_options(&options)?;
            let wanted = CredentialRequestOptions::new();
            wanted.set_public_key(&options);
            credentials.get_with_options(&wanted)?
        }
    };
    let credential: PublicKeyCredential = JsFuture::from(asked).await?.unchecked_into();
    let json = js_sys::JSON::stringify(&credential.to_json()?)?;
    Ok(json.into())
}

fn refused(error: &JsValue) -> Problem {
    let name = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.name()));
    Problem::Malformed(
        match name.as_deref().unwrap_or_default() {
            "NotAllowedError" | "AbortError" => {
                "Nothing was done: you cancelled, or there is no passkey for this site here."
            }
            "InvalidStateError" => "This device has a passkey for your account already.",
            _ => "This browser cannot use passkeys here. Please sign in another way.",
        }
        .to_owned(),
    )
}
