//! The HTML document around the application.

use super::{policy, programs::program_of_page};
use crate::{
    api::backend::Visitor,
    browser::PageStatus,
    frame::App,
    page_context::{PageContext, Viewer, app_name},
    routes,
};
use http::{HeaderName, StatusCode, header, request::Parts};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags};
use server::AppState;

/// What search engines show.
const DESCRIPTION: &str = "Find a mentor, choose a time that suits you both, and meet one to one \
                           by video in your browser.";

/// The document, with the headers that belong to this very rendering.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    set_policy();
    set_context();
    let app_name = app_name();
    let parts = use_context::<Parts>();
    let path = parts.as_ref().map_or("", |parts| parts.uri.path());
    let program = program_of_page(path, options.clone());
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="application-name" content=app_name />
                <meta name="description" content=DESCRIPTION />
                <meta
                    name="theme-color"
                    content="#faf7f2"
                    media="(prefers-color-scheme: light)"
                />
                <meta
                    name="theme-color"
                    content="#171513"
                    media="(prefers-color-scheme: dark)"
                />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options />
                <HydrationScripts options=program />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

fn set_policy() {
    let (Some(response), Some(nonce), Some(parts), Some(state)) = (
        use_context::<ResponseOptions>(),
        use_nonce(),
        use_context::<Parts>(),
        use_context::<AppState>(),
    ) else {
        return;
    };
    let media =
        routes::is_meeting(parts.uri.path()).then_some(state.config.media.public_ws_url.as_str());
    let name: HeaderName = header::CONTENT_SECURITY_POLICY;
    if let Some(value) = policy::page(&nonce, media) {
        response.insert_header(name, value);
    }
}

/// What pages are told of their request, and what they may say about their answer.
fn set_context() {
    provide_context(page_context());
    if let Some(response) = use_context::<ResponseOptions>() {
        provide_context(PageStatus::new(move |status| {
            if let Ok(status) = StatusCode::from_u16(status) {
                response.set_status(status);
            }
        }));
    }
}

fn page_context() -> PageContext {
    let parts = use_context::<Parts>();
    let extensions = parts.as_ref().map(|parts| &parts.extensions);
    let visitor = extensions.and_then(|extensions| extensions.get::<Visitor>());
    let state = use_context::<AppState>();
    let providers = state.map(|state| state.config.providers.clone());
    let names = |provider: server::config::Provider| (provider.name, provider.label);
    PageContext {
        providers: providers
            .unwrap_or_default()
            .into_iter()
            .map(names)
            .collect(),
        app_name: use_context::<AppState>()
            .map(|state| state.config.app_name.clone())
            .unwrap_or_default(),
        viewer: match visitor {
            Some(Visitor(Ok(Some(login)))) => Viewer::SignedIn(login.me.clone()),
            Some(Visitor(Ok(None))) => Viewer::SignedOut,
            Some(Visitor(Err(_))) | None => Viewer::Unknown,
        },
        flash: extensions.and_then(|extensions| extensions.get().cloned()),
    }
}
