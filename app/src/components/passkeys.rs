//! How people sign in with a passkey, and where they keep theirs.

use crate::{
    api::keys::{
        AddPasskey, ConfirmSelf, RemovePasskey, RenamePasskey, SignInWithPasskey, StartPasskey,
        StartPasskeySignIn,
    },
    browser,
    components::{
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::FormError,
    },
    forms::{Form, Passkey, PasskeyUse, Submission},
    routes,
};
use domain::{
    ids::PasskeyId,
    text::{NAME_MAX, ReturnPath},
    views::{KeysView, PasskeyView},
};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};

/// A form that the browser asks for a passkey first. It is of no use without JavaScript, and not shown then.
#[component]
fn PasskeyForm(
    /// Where it is sent.
    to: Submission,
    /// What the browser is asked for.
    passkey: Passkey,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let send = move |event: SubmitEvent| browser::send_with_passkey(&event, to, passkey);
    view! {
        <form method="post" action=to.path class="needs-script" on:submit=send>
            <input type="hidden" name="credential" />
            {children()}
        </form>
    }
}

/// The other way to sign in, beside the password's form.
#[component]
pub fn PasskeySignIn(
    /// Where to go afterwards.
    callback: Option<ReturnPath>,
) -> impl IntoView {
    let form = Form::new::<SignInWithPasskey>();
    let (problem, pending) = (form.problem(), form.pending());
    let passkey = Passkey {
        start: StartPasskeySignIn::PATH,
        to: PasskeyUse::SignIn,
    };
    view! {
        <PasskeyForm to=form.to passkey>
            <FormError problem />
            {callback
                .map(|path| {
                    view! { <input type="hidden" name="callback" value=path.as_str().to_owned() /> }
                })}
            <p class="actions">
                <SubmitButton label="Use a passkey" pending class="button" />
            </p>
        </PasskeyForm>
        <p class="muted without-script">"To use a passkey, switch JavaScript on."</p>
    }
}

/// The reader's passkeys.
#[component]
pub fn Passkeys(
    /// How they sign in.
    keys: KeysView,
    /// The page this is on.
    #[prop(default = routes::ACCOUNT)]
    back: &'static str,
) -> impl IntoView {
    let KeysView {
        is_confirmed,
        has_password,
        has_passkeys,
        passkeys,
        ..
    } = keys;
    let rows: Vec<_> = passkeys
        .into_iter()
        .map(|passkey| view! { <PasskeyRow passkey can_change=is_confirmed /> })
        .collect();
    // Once on a page, for everything that needs it: its field has an id.
    let change = match (is_confirmed, has_passkeys) {
        (false, _) => view! { <ConfirmForm has_password back /> }.into_any(),
        (true, true) => view! { <AddForm /> }.into_any(),
        (true, false) => {
            view! { <p>"Passkeys need an address with a name; this site has a number."</p> }
                .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="passkeys-title">
            <h2 id="passkeys-title">"Passkeys"</h2>
            <p>
                "A passkey signs you in with your finger, your face or your device’s PIN, without a password. Nobody can guess it, and no other site can ask for it."
            </p>
            {(!rows.is_empty()).then(|| view! { <ul class="logins">{rows}</ul> })}
            {change}
            <p class="muted without-script">
                "Passkeys need JavaScript. Your password and links by email work without."
            </p>
        </section>
    }
}

#[component]
fn PasskeyRow(passkey: PasskeyView, can_change: bool) -> impl IntoView {
    let form = Form::new::<RemovePasskey>();
    let (problem, pending) = (form.problem(), form.pending());
    let renamed = (passkey.id, passkey.name.clone());
    let PasskeyView {
        id,
        name,
        added,
        last_used,
    } = passkey;
    let used = last_used.map_or_else(
        || "Not used yet".to_owned(),
        |at| format!("Last used {}, {}", at.date, at.time),
    );
    let added = format!("added {}", added.date);
    view! {
        <li class="login">
            <div>
                <p>
                    <strong>
                        <bdi>{name}</bdi>
                    </strong>
                </p>
                <p class="muted">{used} " · " {added}</p>
                {can_change.then(|| view! { <RenameForm id=renamed.0 name=renamed.1 /> })}
            </div>
            {can_change
                .then(|| {
                    view! {
                        <PostForm to=form.to>
                            <FormError problem />
                            <input type="hidden" name="passkey" value=id.to_string() />
                            <SubmitButton label="Remove" pending class="button button-quiet" />
                        </PostForm>
                    }
                })}
        </li>
    }
}

/// Gives a passkey another name.
#[component]
fn RenameForm(id: PasskeyId, name: String) -> impl IntoView {
    let form = Form::new::<RenamePasskey>();
    let id = id.to_string();
    // Without JavaScript all rows are told what became of one.
    let is_refused = form.value("passkey", "") == id;
    if !is_refused {
        form.to.problem.set(None);
    }
    let (problem, pending) = (form.problem(), form.pending());
    let entered = match is_refused {
        true => form.value("passkey_name", ""),
        false => name.clone(),
    };
    view! {
        <details open=is_refused>
            <summary>"Rename"</summary>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name="passkey" value=id />
                <input
                    name="passkey_name"
                    aria-label=format!("New name of {name}")
                    required=true
                    maxlength=NAME_MAX.to_string()
                    autocomplete="off"
                    value=entered
                />
                <SubmitButton label="Save the name" pending class="button button-quiet" />
            </PostForm>
        </details>
    }
}

#[component]
fn AddForm() -> impl IntoView {
    let form = Form::new::<AddPasskey>();
    let (problem, pending) = (form.problem(), form.pending());
    let passkey = Passkey {
        start: StartPasskey::PATH,
        to: PasskeyUse::Add,
    };
    view! {
        <PasskeyForm to=form.to passkey>
            <FormError problem fields=&["passkeyName"] />
            <TextField
                label="Name of the passkey"
                name="passkey_name"
                field="passkeyName"
                hint="So that you know it again, for example “Phone”."
                max=NAME_MAX
                value=form.value("passkey_name", "")
                problem
            />
            <p class="actions">
                <SubmitButton label="Add a passkey" pending class="button" />
            </p>
        </PasskeyForm>
    }
}

/// Asks who somebody is before they may change how they sign in, or leave.
#[component]
pub fn ConfirmForm(
    /// Whether there is a password to ask for.
    has_password: bool,
    /// Where to go on.
    back: &'static str,
    /// What the password is asked for.
    #[prop(default = "Your password, to change how you sign in")]
    label: &'static str,
) -> impl IntoView {
    let form = Form::new::<ConfirmSelf>();
    let (problem, pending) = (form.problem(), form.pending());
    if !has_password {
        return view! {
            <p>"To do this, sign out and in again first: it was some time ago that you did."</p>
        }
        .into_any();
    }
    view! {
        <PostForm to=form.to>
            <FormError problem fields=&["ownPassword"] />
            <input type="hidden" name="back" value=back />
            <TextField
                label
                name="own_password"
                field="ownPassword"
                kind="password"
                autocomplete="current-password"
                problem
            />
            <p class="actions">
                <SubmitButton label="Confirm that it is you" pending class="button" />
            </p>
        </PostForm>
    }
    .into_any()
}

/// Where it is confirmed.
#[component]
pub fn ConfirmFirst() -> impl IntoView {
    view! { <p class="muted">"To change this, confirm under “Passkeys” that it is you."</p> }
}
