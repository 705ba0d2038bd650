//! Running late: who is, and the one click that says it.

use super::{fields::SubmitButton, form::PostForm, notes::FormError};
use crate::{api::meeting::RunningLate, forms::Form};
use domain::{text::isolated, views::SessionView};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Who is running late, and the reader's own button while it makes sense.
#[component]
pub fn Late(session: SessionView) -> impl IntoView {
    let is_late = session.reader_is_late();
    let theirs = session
        .other_is_late()
        .then(|| [&isolated(&session.other().name), " is running late."].concat());
    let mine = is_late.then(|| {
        [
            &isolated(&session.other().name),
            " sees that you are running late.",
        ]
        .concat()
    });
    view! {
        {theirs.map(|text| view! { <p class="running-late">{text}</p> })}
        {mine.map(|text| view! { <p class="running-late">{text}</p> })}
        {session
            .may_say_late
            .then(|| view! { <SayLate id=session.id is_late /> })}
    }
}

#[component]
fn SayLate(id: domain::ids::SessionId, is_late: bool) -> impl IntoView {
    let form = Form::new::<RunningLate>();
    let (problem, pending) = (form.problem(), form.pending());
    let back = use_location().pathname;
    let label = if is_late {
        "I am on time after all"
    } else {
        "I am running late"
    };
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="late" value=(!is_late).to_string() />
            <input type="hidden" name="back" value=move || back.get() />
            <SubmitButton label class="button" pending />
        </PostForm>
    }
}
