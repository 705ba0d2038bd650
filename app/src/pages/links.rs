//! Links by email: asking for one, and what it leads to. Opening a link changes nothing, since mail scanners open links,
//! too; the button does.

use super::load::{Load, query};
use crate::{
    api::{
        auth::{
            ConfirmAddress, ConfirmSignUp, EmailSignInLink, ForgotPassword, ResetPassword,
            SignInByLink,
        },
        queries,
    },
    browser,
    components::{
        fields::{SubmitButton, TextField},
        form::PostForm,
        notes::{DoneNote, FormError},
    },
    forms::Form,
    routes,
    url_words::TOKEN,
};
use domain::{account::AccountEmail, text::PASSWORD_LENGTH, views::LinkView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The secret in the address.
fn token() -> Option<String> {
    use_query_map().read_untracked().get(TOKEN)
}

/// Asks what the link in the address is about, and shows it.
#[component]
fn Opened(
    kind: AccountEmail,
    /// Shows what can be done with it, and its secret.
    show: fn(LinkView, String) -> AnyView,
    /// Where to ask for another one, and what the link there says.
    instead: (&'static str, &'static str),
) -> impl IntoView {
    let secret = token().unwrap_or_default();
    let asked = secret.clone();
    let page = query(
        move || queries::EmailLink {
            kind,
            token: asked.clone(),
        },
        move |link| match link {
            Some(link) => show(link, secret.clone()),
            None => view! { <Unusable instead /> }.into_any(),
        },
    );
    view! { <Load page /> }
}

/// A link that does not work.
#[component]
fn Unusable(instead: (&'static str, &'static str)) -> impl IntoView {
    browser::set_status(410);
    let (href, label) = instead;
    view! {
        <section class="empty" role="alert">
            <h1>"This link does not work any more"</h1>
            <p>"It was used already, it is too old, or a newer one took its place."</p>
            <p class="actions">
                <a class="button button-primary" href=href>
                    {label}
                </a>
            </p>
        </section>
    }
}

/// The page to which the link of a sign-up leads.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    view! {
        <Title text="Confirm your address" />
        <Opened
            kind=AccountEmail::SignUp
            show=|link, token| view! { <ConfirmForm link token /> }.into_any()
            instead=(routes::CHECK_EMAIL, "Get a new link")
        />
    }
}

#[component]
fn ConfirmForm(link: LinkView, token: String) -> impl IntoView {
    let form = Form::new::<ConfirmSignUp>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div class="narrow card form-card">
            <h1>"Confirm your address"</h1>
            <p class="lead">"This is " <strong>{link.email}</strong> "."</p>
            <PostForm to=form.to>
                <FormError problem fields=&["password"] />
                <input type="hidden" name=TOKEN value=token />
                {link
                    .needs_password
                    .then(|| {
                        view! {
                            <TextField
                                label="Password"
                                name="password"
                                kind="password"
                                autocomplete="current-password"
                                hint="The one you chose when you signed up, because this is another browser. If you did not sign up, close this page: there is no account then."
                                problem
                            />
                        }
                    })}
                <p class="actions">
                    <SubmitButton label="Confirm" pending />
                </p>
            </PostForm>
        </div>
    }
}

/// The page that asks for a link to choose a new password.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let form = Form::new::<ForgotPassword>();
    view! {
        <Title text="Forgot your password" />
        <AskForLink
            form
            heading="Forgot your password?"
            lead="We email you a link with which you choose a new one."
        />
    }
}

/// Asks for an address to which a link is emailed.
#[component]
fn AskForLink(form: Form, heading: &'static str, lead: &'static str) -> impl IntoView {
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div class="narrow card form-card">
            <h1>{heading}</h1>
            <DoneNote />
            <p class="lead">{lead}</p>
            <PostForm to=form.to>
                <FormError problem fields=&["email"] />
                <TextField
                    label="Email"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    value=form.value("email", "")
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Email me a link" pending />
                </p>
            </PostForm>
            <p class="muted">
                <a href=routes::SIGN_IN>"Back to sign-in"</a>
            </p>
        </div>
    }
}

/// The page to which that link leads.
#[component]
pub fn ResetPage() -> impl IntoView {
    view! {
        <Title text="Choose a new password" />
        <Opened
            kind=AccountEmail::ResetPassword
            show=|link, token| view! { <ResetForm link token /> }.into_any()
            instead=(routes::FORGOT, "Get a new link")
        />
    }
}

#[component]
fn ResetForm(link: LinkView, token: String) -> impl IntoView {
    let form = Form::new::<ResetPassword>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div class="narrow card form-card">
            <h1>"Choose a new password"</h1>
            <PostForm to=form.to>
                <FormError problem fields=&["newPassword"] />
                <input type="hidden" name=TOKEN value=token />
                // Tells password managers whose password it is; without a name it is not sent.
                <input type="email" autocomplete="username" value=link.email hidden=true />
                <TextField
                    label="New password"
                    name="new_password"
                    field="newPassword"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters. A few unrelated words work well. All browsers will be signed out."
                    min=*PASSWORD_LENGTH.start()
                    max=*PASSWORD_LENGTH.end()
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Change password" pending />
                </p>
            </PostForm>
        </div>
    }
}

/// The page that asks for a link to sign in, and to which it leads.
#[component]
pub fn SignInLinkPage() -> impl IntoView {
    let content = if token().is_some() {
        view! {
            <Opened
                kind=AccountEmail::SignIn
                show=|link, token| view! { <SignInForm link token /> }.into_any()
                instead=(routes::SIGN_IN_LINK, "Get a new link")
            />
        }
        .into_any()
    } else {
        let form = Form::new::<EmailSignInLink>();
        view! {
            <AskForLink
                form
                heading="Sign in with a link"
                lead="We email you a link with which you sign in once, without a password."
            />
        }
        .into_any()
    };
    view! {
        <Title text="Sign in with a link" />
        {content}
    }
}

#[component]
fn SignInForm(link: LinkView, token: String) -> impl IntoView {
    let form = Form::new::<SignInByLink>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div class="narrow card form-card">
            <h1>"Sign in"</h1>
            <p class="lead">"As " <strong>{link.email}</strong> "."</p>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name=TOKEN value=token />
                <p class="actions">
                    <SubmitButton label="Sign in" pending />
                </p>
            </PostForm>
        </div>
    }
}

/// The page to which the link to a new address leads.
#[component]
pub fn ConfirmAddressPage() -> impl IntoView {
    view! {
        <Title text="Confirm your new address" />
        <Opened
            kind=AccountEmail::ChangeAddress
            show=|link, token| view! { <ConfirmAddressForm link token /> }.into_any()
            instead=(routes::ACCOUNT, "Go to your account")
        />
    }
}

#[component]
fn ConfirmAddressForm(link: LinkView, token: String) -> impl IntoView {
    let form = Form::new::<ConfirmAddress>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div class="narrow card form-card">
            <h1>"Confirm your new address"</h1>
            <p class="lead">
                "Your account has the address " <strong>{link.email}</strong> " from then on."
            </p>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name=TOKEN value=token />
                <p class="actions">
                    <SubmitButton label="Confirm" pending />
                </p>
            </PostForm>
        </div>
    }
}
