//! The sign-up form.

use super::{
    load::{Load, query},
    sign_in::callback,
};
use crate::{
    api::{auth::SignUp, queries},
    browser,
    components::{
        fields::{SelectField, SubmitButton, TextField},
        form::PostForm,
        notes::FormError,
        time::zone_options,
    },
    forms::Form,
    page_context::app_name,
    routes,
};
use domain::text::{NAME_MAX, PASSWORD_LENGTH};
use leptos::{html::Select, prelude::*};
use leptos_meta::Title;

/// The zone of people whose zone is unknown.
const UTC: &str = "UTC";

/// The page.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let page = query(
        || queries::TimeZones,
        |zones| view! { <SignUpForm zones /> }.into_any(),
    );
    view! {
        <Title text="Create account" />
        <Load page />
    }
}

#[component]
fn SignUpForm(zones: Vec<String>) -> impl IntoView {
    let form = Form::new::<SignUp>();
    let (problem, pending) = (form.problem(), form.pending());
    let callback = callback();
    let sign_in = callback.as_ref().map_or_else(
        || routes::SIGN_IN.to_owned(),
        |path| routes::with_callback(routes::SIGN_IN, path),
    );
    let zone = form.value("time_zone", UTC);
    let select = NodeRef::<Select>::new();
    let known = zones.clone();
    let untouched = zone == UTC;
    Effect::new(move |_| {
        let found = browser::time_zone().filter(|zone| untouched && known.contains(zone));
        if let (Some(select), Some(zone)) = (select.get(), found) {
            select.set_value(&zone);
        }
    });
    view! {
        <div class="narrow card form-card">
            <h1>"Create account"</h1>
            <p class="lead">
                {format!("{} brings you together with a mentor, one to one, by video.", app_name())}
            </p>
            <PostForm to=form.to>
                <FormError problem fields=&["name", "email", "password", "timeZone"] />
                <TextField
                    label="Name"
                    name="name"
                    autocomplete="name"
                    hint="As others should see it."
                    max=NAME_MAX
                    value=form.value("name", "")
                    problem
                />
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
                    autocomplete="new-password"
                    hint="At least 12 characters. A few unrelated words work well."
                    min=*PASSWORD_LENGTH.start()
                    max=*PASSWORD_LENGTH.end()
                    problem
                />
                <SelectField
                    label="Time zone"
                    name="time_zone"
                    field="timeZone"
                    hint="All times are shown in this zone."
                    options=zone_options(zones)
                    value=zone
                    node=select
                    problem
                />
                {callback
                    .map(|path| {
                        view! { <input type="hidden" name="callback" value=path.as_str().to_owned() /> }
                    })}
                <p class="muted">
                    "With an account you agree to the " <a href=routes::TERMS>"terms"</a>
                    ". What is kept about you is said under " <a href=routes::PRIVACY>"privacy"</a>
                    "."
                </p>
                <p class="actions">
                    <SubmitButton label="Create account" pending />
                </p>
            </PostForm>
            <p class="muted">
                "Already have an account? " <a href=sign_in>"Sign in"</a>
            </p>
        </div>
    }
}
