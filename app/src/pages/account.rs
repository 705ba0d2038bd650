//! The reader's account.

use super::load::{Load, query};
use crate::{
    api::{
        account::{
            ChangeAddress, ChangePassword, EndLogin, EndOtherLogins, MakeFeed, RevokeFeed,
            SignOutEverywhere, UpdateAccount,
        },
        queries::{self, AccountSettings},
        safety::Unblock,
    },
    components::{
        codes::Codes,
        data_export::DataExport,
        deletion::DeleteAccount,
        fields::{SelectField, SubmitButton, TextField},
        form::PostForm,
        notes::{DoneNote, FormError},
        passkeys::Passkeys,
        providers::Providers,
        time::zone_options,
    },
    forms::Form,
    routes,
};
use domain::{
    text::{NAME_MAX, PASSWORD_LENGTH},
    views::{BlockedPerson, LoginView, Me},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let page = query(
        || queries::Account,
        |settings| view! { <Settings settings /> }.into_any(),
    );
    view! {
        <Title text="Account" />
        <Load page />
    }
}

#[component]
fn Settings(settings: AccountSettings) -> impl IntoView {
    let AccountSettings {
        me,
        zones,
        has_feed,
        logins,
        blocked,
        keys,
        export,
    } = settings;
    let (mentor_text, mentor_link) = if me.is_mentor {
        (
            "Change what mentees see of you and when you can be booked.",
            "Edit your mentor profile",
        )
    } else {
        (
            "Offer sessions yourself: tell people what you know and when you have time.",
            "Become a mentor",
        )
    };
    let email = me.email.clone();
    let (codes, is_confirmed) = (keys.codes.clone(), keys.is_confirmed);
    view! {
        <div class="narrow-wide">
            <h1>"Account"</h1>
            <DoneNote />
            <ProfileForm me zones />
            <section class="card" aria-labelledby="mentor-title">
                <h2 id="mentor-title">"Mentoring"</h2>
                <p>{mentor_text}</p>
                <p class="actions">
                    <a class="button" href=routes::MENTOR_PROFILE>
                        {mentor_link}
                    </a>
                </p>
            </section>
            <CalendarFeed has_feed />
            <AddressForm email=email.clone() />
            <PasswordForm email />
            <Passkeys keys=keys.clone() />
            <Codes codes is_confirmed />
            <Providers keys />
            <Logins logins />
            {(!blocked.is_empty()).then(|| view! { <BlockedPeople blocked /> })}
            <DataExport export />
            <DeleteAccount />
        </div>
    }
}

#[component]
fn ProfileForm(me: Me, zones: Vec<String>) -> impl IntoView {
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

/// The reader's calendar as an address that calendar programs read.
#[component]
fn CalendarFeed(has_feed: bool) -> impl IntoView {
    let form = Form::new::<MakeFeed>();
    let (problem, pending) = (form.problem(), form.pending());
    let url = form.value("url", "");
    let fresh = (!url.is_empty()).then(|| {
        view! {
            <div class="field">
                <label for="feed-url">"Your calendar’s address"</label>
                <p class="field-hint" id="feed-hint">
                    "Copy it now: it is shown only once. Whoever has it sees your sessions."
                </p>
                <input id="feed-url" type="url" readonly=true value=url aria-describedby="feed-hint" />
            </div>
        }
    });
    let (text, label) = if has_feed {
        (
            "A calendar program that has your secret address shows your sessions. A new address replaces the old one, which then stops working.",
            "Make a new address",
        )
    } else {
        (
            "Subscribe to your sessions in your own calendar program, using a secret address.",
            "Make an address",
        )
    };
    view! {
        <section class="card" aria-labelledby="feed-title">
            <h2 id="feed-title">"Calendar"</h2>
            <p>{text}</p>
            {fresh}
            <PostForm to=form.to>
                <FormError problem />
                <p class="actions">
                    <SubmitButton label pending class="button" />
                </p>
            </PostForm>
            {has_feed.then(|| view! { <RevokeFeedForm /> })}
        </section>
    }
}

#[component]
fn RevokeFeedForm() -> impl IntoView {
    let form = Form::new::<RevokeFeed>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Remove the address" pending class="button button-quiet" />
            </p>
        </PostForm>
    }
}

#[component]
fn PasswordForm(email: String) -> impl IntoView {
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
                    hint="At least 12 characters. Other browsers will be signed out."
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
fn AddressForm(email: String) -> impl IntoView {
    let form = Form::new::<ChangeAddress>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="address-title">
            <h2 id="address-title">"Email address"</h2>
            <p>
                "You sign in, and get emails, as " <strong>{email}</strong>
                ". We send a link to a new address; your account has it once you open the link."
            </p>
            <PostForm to=form.to>
                <FormError problem fields=&["newEmail", "password"] />
                <TextField
                    label="New email address"
                    name="new_email"
                    field="newEmail"
                    kind="email"
                    autocomplete="email"
                    value=form.value("new_email", "")
                    problem
                />
                <TextField
                    label="Your password"
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Change address" pending />
                </p>
            </PostForm>
        </section>
    }
}

/// Where the reader is signed in, and how to end that.
#[component]
fn Logins(logins: Vec<LoginView>) -> impl IntoView {
    let has_others = logins.len() > 1;
    let rows: Vec<_> = logins
        .into_iter()
        .map(|login| view! { <LoginRow login /> })
        .collect();
    view! {
        <section class="card" aria-labelledby="logins-title">
            <h2 id="logins-title">"Where you are signed in"</h2>
            <ul class="logins">{rows}</ul>
            {has_others.then(|| view! { <EndOtherLoginsForm /> })}
            <SignOutEverywhereForm />
        </section>
    }
}

#[component]
fn LoginRow(login: LoginView) -> impl IntoView {
    let form = Form::new::<EndLogin>();
    let (problem, pending) = (form.problem(), form.pending());
    let LoginView {
        id,
        is_this,
        browser,
        network,
        began,
        last_seen,
    } = login;
    let name = match browser.as_str() {
        "" => "A browser".to_owned(),
        _ => browser,
    };
    let place = match network.as_str() {
        "" => String::new(),
        network => format!(", over {network}"),
    };
    let used = if is_this {
        "This browser".to_owned()
    } else {
        format!("Last used {}, {}", last_seen.date, last_seen.time)
    };
    let since = format!("signed in {}, {}{place}", began.date, began.time);
    let label_id = format!("login-{id}");
    view! {
        <li class="login">
            <div>
                <p id=label_id.clone()>
                    <strong>{name}</strong>
                </p>
                <p class="muted">{used} " · " {since}</p>
            </div>
            {(!is_this)
                .then(|| {
                    view! {
                        <PostForm to=form.to>
                            <FormError problem />
                            <input type="hidden" name="login" value=id.to_string() />
                            <SubmitButton label="Sign out" pending class="button button-quiet" />
                        </PostForm>
                    }
                })}
        </li>
    }
}

/// Whom the reader blocked.
#[component]
fn BlockedPeople(blocked: Vec<BlockedPerson>) -> impl IntoView {
    let form = Form::new::<Unblock>();
    let (problem, to) = (form.problem(), form.to);
    let rows: Vec<_> = blocked
        .into_iter()
        .map(|person| {
            view! {
                <li class="login">
                    <p>
                        <bdi>{person.name}</bdi>
                    </p>
                    <PostForm to>
                        <input type="hidden" name="about" value=person.id.to_string() />
                        <SubmitButton
                            label="Unblock"
                            pending=to.pending.into()
                            class="button button-quiet"
                        />
                    </PostForm>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card" aria-labelledby="blocked-title">
            <h2 id="blocked-title">"People you blocked"</h2>
            <FormError problem />
            <ul class="logins">{rows}</ul>
        </section>
    }
}

#[component]
fn EndOtherLoginsForm() -> impl IntoView {
    let form = Form::new::<EndOtherLogins>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Sign out all others" pending class="button" />
            </p>
        </PostForm>
    }
}

#[component]
fn SignOutEverywhereForm() -> impl IntoView {
    let form = Form::new::<SignOutEverywhere>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <div>
            <p>"Sign out of every browser, including this one:"</p>
            <PostForm to=form.to>
                <FormError problem />
                <p class="actions">
                    <SubmitButton label="Sign out everywhere" pending class="button" />
                </p>
            </PostForm>
        </div>
    }
}
