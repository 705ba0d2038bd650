//! Notifications and mentor profiles, for admins.

use super::load::{Load, query};
use crate::{
    api::{
        admin::{Publish, Refuse, Retry},
        queries,
    },
    components::{
        fields::SubmitButton,
        form::PostForm,
        notes::{DoneNote, FormError},
        time::{LocalTime, zone_name},
    },
    forms::{Form, Submission},
    routes,
};
use domain::{
    console::Tab,
    views::{NotificationView, PendingMentor},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// The tabs: their addresses, and what they are called.
fn tabs() -> [(String, &'static str); 9] {
    let console = |tab, label| (routes::admin(tab), label);
    [
        console(Tab::Rooms, "Rooms"),
        console(Tab::Jobs, "Jobs"),
        console(Tab::Webhooks, "Webhooks"),
        console(Tab::Users, "Users"),
        console(Tab::Disputes, "Disputes"),
        console(Tab::Reports, "Concerns"),
        (routes::ADMIN_NOTIFICATIONS.to_owned(), "Notifications"),
        (routes::ADMIN_MENTORS.to_owned(), "Mentor profiles"),
        console(Tab::Audit, "Audit log"),
    ]
}

/// Heading, tabs, and what was just done.
#[component]
pub fn AdminHead(
    /// The heading.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    let tabs = tabs().into_iter().map(|(href, label)| {
        view! {
            <li>
                <A href=href exact=true>
                    {label}
                </A>
            </li>
        }
    });
    view! {
        <h1>{title}</h1>
        <nav class="tabs" aria-label="Admin">
            <ul>{tabs.collect_view()}</ul>
        </nav>
        <DoneNote />
    }
}

/// What keeps failing, with its cause and a Retry button.
#[component]
pub fn AdminNotificationsPage() -> impl IntoView {
    let page = query(
        || queries::Notifications,
        |entries| view! { <Notifications entries /> }.into_any(),
    );
    view! {
        <Title text="Notifications" />
        <Load page />
    }
}

#[component]
fn Notifications(entries: Vec<NotificationView>) -> impl IntoView {
    let (open, resolved): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|e| e.resolved.is_none());
    let form = Form::new::<Retry>();
    let to = form.to;
    let (no_open, no_resolved) = (open.is_empty(), resolved.is_empty());
    let list = move |entries: Vec<NotificationView>| {
        entries
            .into_iter()
            .map(|entry| view! { <Notification entry to /> })
            .collect::<Vec<_>>()
    };
    view! {
        <AdminHead title="Notifications" />
        <FormError problem=form.problem() />
        {no_open
            .then(|| {
                view! {
                    <section class="empty">
                        <h2>"All is well"</h2>
                        <p>"Nothing needs your attention."</p>
                    </section>
                }
            })}
        <section aria-labelledby="open-title" hidden=no_open>
            <h2 id="open-title">"Needs attention"</h2>
            <ul class="stack">{list(open)}</ul>
        </section>
        <section aria-labelledby="resolved-title" hidden=no_resolved>
            <h2 id="resolved-title">"Resolved"</h2>
            <ul class="stack">{list(resolved)}</ul>
        </section>
    }
}

#[component]
fn Notification(entry: NotificationView, to: Submission) -> impl IntoView {
    let pending = to.pending.into();
    let resolved = entry.resolved.is_some();
    view! {
        <li>
            <article class="card" class:is-resolved=resolved>
                <div class="session-head">
                    <h3>{entry.title}</h3>
                    {resolved.then(|| view! { <span class="tag tag-ok">"Resolved"</span> })}
                </div>
                <p class="cause">
                    <strong>"Cause: "</strong>
                    {entry.cause}
                </p>
                <p class="muted small">"Raised " <LocalTime label=entry.raised /></p>
                {entry
                    .resolved
                    .map(|label| view! { <p class="muted small">"Resolved " <LocalTime label /></p> })}
                <div class="actions">
                    {entry
                        .can_retry
                        .then(|| {
                            view! {
                                <PostForm to>
                                    <input type="hidden" name="id" value=entry.id.to_string() />
                                    <SubmitButton label="Retry" pending />
                                </PostForm>
                            }
                        })}
                    {entry
                        .session
                        .map(|id| {
                            view! {
                                <a class="button" href=routes::session(id)>
                                    "Session details"
                                </a>
                            }
                        })}
                </div>
            </article>
        </li>
    }
}

/// Mentor profiles waiting to be published.
#[component]
pub fn AdminMentorsPage() -> impl IntoView {
    let page = query(
        || queries::PendingMentors,
        |waiting| view! { <Waiting waiting /> }.into_any(),
    );
    view! {
        <Title text="Mentor profiles" />
        <Load page />
    }
}

#[component]
fn Waiting(waiting: Vec<PendingMentor>) -> impl IntoView {
    let (publish, refuse) = (Form::new::<Publish>(), Form::new::<Refuse>());
    let (to_publish, to_refuse) = (publish.to, refuse.to);
    let none = waiting.is_empty();
    let entries: Vec<_> = waiting
        .into_iter()
        .map(|profile| view! { <WaitingProfile profile to_publish to_refuse /> })
        .collect();
    view! {
        <AdminHead title="Mentor profiles" />
        <FormError problem=publish.problem() />
        <FormError problem=refuse.problem() />
        {none
            .then(|| {
                view! {
                    <section class="empty">
                        <h2>"Nobody is waiting"</h2>
                        <p>
                            "New mentor profiles, and changes of published ones, appear here until you publish them."
                        </p>
                    </section>
                }
            })}
        <ul class="stack">{entries}</ul>
    }
}

/// A profile that is new, or one that mentees see and that its mentor wants to change.
#[component]
fn WaitingProfile(
    profile: PendingMentor,
    to_publish: Submission,
    to_refuse: Submission,
) -> impl IntoView {
    let PendingMentor {
        card,
        published,
        revision,
    } = profile;
    let facts = format!(
        "{} minutes · {}",
        card.session_minutes,
        zone_name(&card.time_zone)
    );
    let wanted = revision.map(|revision| {
        let line = |label: &'static str, text: Option<String>| {
            text.map(|text| {
                view! {
                    <dt>{label}</dt>
                    <dd class="prose-lines">{text}</dd>
                }
            })
        };
        view! {
            <h3>"Wants to be shown instead"</h3>
            <dl class="console-facts">
                {line("Name", revision.name)} {line("Headline", revision.headline)}
                {line("About", revision.bio)}
            </dl>
        }
    });
    let label = if published {
        "Publish the change"
    } else {
        "Publish"
    };
    let (id, same_id) = (card.id.to_string(), card.id.to_string());
    view! {
        <li>
            <article class="card">
                <h2>{card.name}</h2>
                <p class="muted small">{facts}</p>
                <p>{card.headline}</p>
                <p class="prose-lines">{card.bio}</p>
                {wanted}
                <PostForm to=to_publish>
                    <input type="hidden" name="id" value=id />
                    <p class="actions">
                        <SubmitButton label pending=to_publish.pending.into() />
                    </p>
                </PostForm>
                {published
                    .then(|| {
                        view! {
                            <PostForm to=to_refuse>
                                <input type="hidden" name="id" value=same_id />
                                <p class="actions">
                                    <SubmitButton
                                        label="Refuse the change"
                                        pending=to_refuse.pending.into()
                                        class="button"
                                    />
                                </p>
                            </PostForm>
                        }
                    })}
            </article>
        </li>
    }
}
