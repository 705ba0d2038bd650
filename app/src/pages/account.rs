//! One's own account.

use super::{
    load::{Load, unexpected},
    sign_up::zone_options,
};
use crate::{
    api::{
        account::{ChangePassword, SignOutEverywhere, UpdateAccount},
        pages::{Answer, Ask},
    },
    components::{
        fields::{SelectField, SubmitButton, TextField},
        form::{Form, PostForm},
        notes::{DoneNote, FormError},
    },
    routes,
};
use domain::{
    text::{NAME_MAX, PASSWORD_LENGTH},
    views::Me,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let query = use_query_map();
    let ask = Signal::stored(Ask::Account);
    let done = Signal::derive(move || match query.read().get_str("done") {
        Some("saved") => Some("Saved."),
        Some("password") => Some("Your password is changed. Other browsers are signed out."),
        Some(_) | None => None,
    });
    let show = Callback::new(move |answer| {
        let Answer::Account(me, zones) = answer else {
            return unexpected();
        };
        view! { <Parts me=*me zones done /> }.into_any()
    });
    view! {
        <Title text="Account" />
        <Load ask show />
    }
}

#[component]
fn Parts(me: Me, zones: Vec<String>, done: Signal<Option<&'static str>>) -> impl IntoView {
    let (mentor_words, mentor_link) = if me.is_mentor {
        (
            "Change what mentees see of you and when you can be booked.",
            "Edit your mentor profile",
        )
    } else {
        (
            "Offer sessions yourself: say what you know and when you have time.",
            "Become a mentor",
        )
    };
    let email = me.email.clone();
    view! {
        <div class="narrow-wide">
            <h1>"Account"</h1>
            <DoneNote words=done />
            <Person me zones />
            <section class="card" aria-labelledby="mentor-title">
                <h2 id="mentor-title">"Mentoring"</h2>
                <p>{mentor_words}</p>
                <p class="actions">
                    <a class="button" href=routes::MENTOR_PROFILE>
                        {mentor_link}
                    </a>
                </p>
            </section>
            <Password email />
            <Everywhere />
        </div>
    }
}

#[component]
fn Person(me: Me, zones: Vec<String>) -> impl IntoView {
    let form = Form::new::<UpdateAccount>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="person-title">
            <h2 id="person-title">"You"</h2>
            <p class="muted">{format!("You sign in as {}.", me.email)}</p>
            <PostForm to=form.to>
                <FormError problem fields=&["name", "timeZone"] />
                <TextField
                    label="Name"
                    name="name"
                    autocomplete="name"
                    hint="As others see it."
                    max=NAME_MAX
                    value=form.value("name", me.name)
                    problem
                />
                <SelectField
                    label="Time zone"
                    name="time_zone"
                    field="timeZone"
                    hint="All times are shown in this zone. Your weekly hours as a mentor are in it, too."
                    options=zone_options(zones)
                    value=form.value("time_zone", me.time_zone)
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Save" pending />
                </p>
            </PostForm>
        </section>
    }
}

#[component]
fn Password(email: String) -> impl IntoView {
    let form = Form::new::<ChangePassword>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="password-title">
            <h2 id="password-title">"Password"</h2>
            <PostForm to=form.to>
                <FormError problem fields=&["currentPassword", "newPassword"] />
                // Tells password managers whose password it is; without a name it is not sent.
                <input type="email" autocomplete="username" value=email hidden=true />
                <TextField
                    label="Current password"
                    name="current_password"
                    field="currentPassword"
                    kind="password"
                    autocomplete="current-password"
                    problem
                />
                <TextField
                    label="New password"
                    name="new_password"
                    field="newPassword"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 10 characters. Other browsers will be signed out."
                    min=*PASSWORD_LENGTH.start()
                    max=*PASSWORD_LENGTH.end()
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Change password" pending />
                </p>
            </PostForm>
        </section>
    }
}

#[component]
fn Everywhere() -> impl IntoView {
    let form = Form::new::<SignOutEverywhere>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="everywhere-title">
            <h2 id="everywhere-title">"Sign out everywhere"</h2>
            <p>"Signs out every browser you ever signed in with, this one too."</p>
            <PostForm to=form.to>
                <FormError problem />
                <p class="actions">
                    <SubmitButton label="Sign out everywhere" pending class="button" />
                </p>
            </PostForm>
        </section>
    }
}
