//! There is nothing at this address.

use crate::components::notes::ErrorNote;
use domain::problem::Problem;
use leptos::prelude::*;

/// The page, with status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <ErrorNote problem=Problem::NotFound /> }
}
