//! What people agree to, and what is kept about them.

use super::load::{Load, query};
use crate::api::queries;
use domain::legal::{LegalPage, LegalText};
use leptos::prelude::*;
use leptos_meta::Title;

/// What is kept about people.
#[component]
pub fn PrivacyPage() -> impl IntoView {
    view! { <LegalTextPage page=LegalPage::Privacy /> }
}

/// What people agree to.
#[component]
pub fn TermsPage() -> impl IntoView {
    view! { <LegalTextPage page=LegalPage::Terms /> }
}

#[component]
fn LegalTextPage(page: LegalPage) -> impl IntoView {
    let page = query(
        move || queries::Legal { page },
        |text| view! { <Text text /> }.into_any(),
    );
    view! { <Load page /> }
}

/// The server made the HTML, and made sure that it only shows text.
#[component]
fn Text(text: LegalText) -> impl IntoView {
    view! {
        <Title text=text.title />
        <article class="prose legal" inner_html=text.html></article>
    }
}
