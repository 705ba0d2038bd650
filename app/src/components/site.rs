//! What frames every page: brand, navigation, footer.

use crate::{
    api::auth::SignOut,
    components::form::Form,
    frame::{Viewer, app_name},
    routes,
};
use domain::views::Me;
use leptos::prelude::*;
use leptos_router::components::A;

/// Two people meeting: the mark beside the name.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
            <circle class="mark-back" cx="11.5" cy="16" r="9.5" />
            <circle class="mark-front" cx="20.5" cy="16" r="9.5" />
        </svg>
    }
}

/// Brand and navigation.
#[component]
pub fn SiteHeader() -> impl IntoView {
    let Viewer(viewer) = expect_context();
    view! {
        <header class="site-header">
            <div class="site-header-inner">
                <A href=routes::HOME attr:class="brand">
                    <Mark />
                    <span>{app_name()}</span>
                </A>
                <Suspense fallback=|| ()>
                    {move || Suspend::new(async move {
                        match viewer.await {
                            Ok(Some(me)) => view! { <SignedInNav me /> }.into_any(),
                            Ok(None) => view! { <SignedOutNav /> }.into_any(),
                            Err(_) => ().into_any(),
                        }
                    })}
                </Suspense>
            </div>
        </header>
    }
}

#[component]
fn SignedInNav(me: Me) -> impl IntoView {
    let Form { action, .. } = Form::<SignOut>::new();
    view! {
        <nav class="site-nav" aria-label="Main">
            <ul>
                <li>
                    <A href=routes::DASHBOARD>"Sessions"</A>
                </li>
                <li>
                    <A href=routes::MENTORS>"Mentors"</A>
                </li>
                {me
                    .is_admin
                    .then(|| {
                        view! {
                            <li>
                                <A href=routes::ADMIN_NOTIFICATIONS>"Admin"</A>
                            </li>
                        }
                    })}
                <li>
                    <A href=routes::ACCOUNT>"Account"</A>
                </li>
            </ul>
        </nav>
        <div class="site-out">
            <ActionForm action>
                <button type="submit" class="button button-quiet">
                    "Sign out"
                </button>
            </ActionForm>
        </div>
    }
}

#[component]
fn SignedOutNav() -> impl IntoView {
    view! {
        <nav class="site-nav site-nav-out" aria-label="Main">
            <ul>
                <li>
                    <A href=routes::SIGN_IN>"Sign in"</A>
                </li>
                <li>
                    <A href=routes::SIGN_UP attr:class="button button-primary">
                        "Create account"
                    </A>
                </li>
            </ul>
        </nav>
    }
}

/// The foot of every page.
#[component]
pub fn SiteFooter() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <p>{format!("{} · one-to-one mentoring by video", app_name())}</p>
        </footer>
    }
}
