//! The form element.

use crate::{browser, forms::Submission};
use leptos::{ev::SubmitEvent, prelude::*};

/// The form element.
#[component]
pub fn PostForm(
    /// Where it is sent.
    to: Submission,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let send = move |event: SubmitEvent| browser::send(&event, to);
    view! {
        <form method="post" action=to.path on:submit=send>
            {children()}
        </form>
    }
}
