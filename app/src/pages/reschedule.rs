//! Another time for a session.

use super::load::{Load, query};
use crate::{
    api::{
        queries::{self, SessionTimes},
        sessions::RescheduleSession,
    },
    components::{
        fields::{SubmitButton, TextArea, reason_hint},
        form::PostForm,
        notes::FormError,
        session_card::SessionFacts,
        times::{NoTimes, Times, WeekLinks, times_hint},
    },
    forms::Form,
    routes,
    url_words::Week,
};
use domain::{booking::NOTE_MAX, text::isolated};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page.
#[component]
pub fn ReschedulePage() -> impl IntoView {
    let params = use_params_map();
    let address = use_query_map();
    let page = query(
        move || queries::OtherTimes {
            id: params.read().get("id").unwrap_or_default(),
            week: Week::read(&address.read()),
        },
        |page| view! { <Reschedule page /> }.into_any(),
    );
    view! {
        <Title text="Move a session" />
        <Load page not_found="Session not found" />
    }
}

#[component]
fn Reschedule(page: SessionTimes) -> impl IntoView {
    let session = page.session;
    let back = routes::session(session.id);
    let path = routes::reschedule(session.id);
    let other = session.other().name.clone();
    let hint = times_hint(&page.slots, &session.starts_label.zone, &other);
    let (may, reason_needed, id) = (
        session.may.reschedule,
        session.may.reason_needed,
        session.id,
    );
    let (slots, week, last) = (page.slots, page.week, page.last_week);
    view! {
        <div class="narrow-wide">
            <p class="crumb">
                <a href=back>{session.title.clone()}</a>
            </p>
            <h1>"Move this session"</h1>
            <section class="card" aria-label="The current time">
                <p class="muted">"Current time:"</p>
                <SessionFacts session />
            </section>
            {if may {
                view! {
                    <section class="card booking" aria-labelledby="times-title">
                        <h2 id="times-title">"Another time"</h2>
                        <p class="muted">{hint} " The link to the meeting stays the same."</p>
                        <MoveForm id slots other week reason_needed />
                        <WeekLinks path week last />
                    </section>
                }
                    .into_any()
            } else {
                view! { <p class="note">"This session can no longer be moved."</p> }.into_any()
            }}
        </div>
    }
}

#[component]
fn MoveForm(
    id: domain::ids::SessionId,
    slots: Vec<domain::views::Slot>,
    other: String,
    week: Week,
    reason_needed: bool,
) -> impl IntoView {
    let form = Form::new::<RescheduleSession>();
    let (problem, pending) = (form.problem(), form.pending());
    if slots.is_empty() {
        return view! { <NoTimes week /> }.into_any();
    }
    let chosen = form.value("starts_at", "");
    let label = format!("Why? {} will read this", isolated(&other));
    view! {
        <PostForm to=form.to>
            <FormError problem fields=&["reason"] />
            <input type="hidden" name="id" value=id.to_string() />
            <Times slots other chosen />
            <TextArea
                label
                name="reason"
                hint=reason_hint(reason_needed)
                max=NOTE_MAX
                lines=3
                value=form.value("reason", "")
                problem
            />
            <p class="actions booking-bar">
                <SubmitButton label="Move to this time" pending />
            </p>
        </PostForm>
    }
    .into_any()
}
