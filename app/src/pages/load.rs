//! Loads what a page shows, on the server first.

use crate::{
    api::{
        error::ApiError,
        pages::{Answer, Ask, page},
        wire::Wire,
    },
    components::notes::{ErrorNote, Loading},
    routes,
};
use domain::problem::Problem;
use leptos::prelude::*;

/// Asks, waits, and shows the answer or what went wrong.
#[component]
pub fn Load(
    /// The question; asked again when it changes.
    #[prop(into)]
    ask: Signal<Ask>,
    /// Shows the answer.
    show: Callback<Answer, AnyView>,
    /// Heading where nothing was found.
    #[prop(default = "Page not found")]
    not_found: &'static str,
    /// Where else to look then, and what the link says.
    #[prop(default = (routes::HOME, "Go to the start page"))]
    instead: (&'static str, &'static str),
) -> impl IntoView {
    // Blocking: the status and the title depend on the answer.
    let answer: Resource<Result<Answer, ApiError>, Wire> =
        Resource::new_with_options(move || ask.get(), page, true);
    view! {
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match answer.await {
                    Ok(answer) => show.run(answer),
                    Err(error) => view! { <ErrorNote problem=error.0 not_found instead /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// Shown when an answer fits no question, as after an update of the server.
pub fn unexpected() -> AnyView {
    let problem =
        Problem::Malformed("This page is older than the server. Please reload it.".to_owned());
    view! { <ErrorNote problem /> }.into_any()
}
