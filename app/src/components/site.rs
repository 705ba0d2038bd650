//! Header and footer of every page.

use crate::{
    api::auth::SignOut,
    components::form::PostForm,
    forms::Form,
    page_context::{Viewer, app_name, viewer},
    routes,
};
use domain::views::Me;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

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
    let nav = match viewer() {
        Viewer::SignedIn(me) => view! { <SignedInNav me /> }.into_any(),
        Viewer::SignedOut => view! { <SignedOutNav /> }.into_any(),
        Viewer::Unknown => ().into_any(),
    };
    view! {
        <header class="site-header">
            <div class="site-header-inner">
                <a href=routes::HOME class="brand">
                    <Mark />
                    <span>{app_name()}</span>
                </a>
                {nav}
            </div>
        </header>
    }
}

/// What the reader has to know on every page: their address does not work.
#[component]
pub fn AddressFails() -> impl IntoView {
    let fails = matches!(viewer(), Viewer::SignedIn(me) if me.email_fails);
    fails.then(|| {
        view! {
            <p class="note note-danger" role="status">
                "Emails to your address do not arrive. "
                <a href=routes::ACCOUNT rel="external">
                    "Please change it in your account"
                </a> "."
            </p>
        }
    })
}

/// A link that is marked while its page is shown. The router's own `A` would put the meeting's base before each address.
#[component]
fn NavLink(href: &'static str, children: Children) -> impl IntoView {
    let path = use_location().pathname;
    let is_here = move || {
        path.with(|path| {
            path.strip_prefix(href)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    view! {
        <a href=href aria-current=move || is_here().then_some("page")>
            {children()}
        </a>
    }
}

#[component]
fn SignedInNav(me: Me) -> impl IntoView {
    let form = Form::new::<SignOut>();
    view! {
        <nav class="site-nav" aria-label="Main">
            <ul>
                <li>
                    <NavLink href=routes::DASHBOARD>"Sessions"</NavLink>
                </li>
                <li>
                    <NavLink href=routes::MENTORS>"Mentors"</NavLink>
                </li>
                {me
                    .is_admin
                    .then(|| {
                        view! {
                            <li>
                                <NavLink href=routes::ADMIN>"Admin"</NavLink>
                            </li>
                        }
                    })}
                <li>
                    <NavLink href=routes::ACCOUNT>"Account"</NavLink>
                </li>
            </ul>
        </nav>
        <div class="site-out">
            <PostForm to=form.to>
                <button type="submit" class="button button-quiet">
                    "Sign out"
                </button>
            </PostForm>
        </div>
    }
}

#[component]
fn SignedOutNav() -> impl IntoView {
    view! {
        <nav class="site-nav site-nav-out" aria-label="Main">
            <ul>
                <li>
                    <NavLink href=routes::SIGN_IN>"Sign in"</NavLink>
                </li>
                <li>
                    <NavLink href=routes::SIGN_UP attr:class="button button-primary">
                        "Create account"
                    </NavLink>
                </li>
            </ul>
        </nav>
    }
}

/// The footer.
#[component]
pub fn SiteFooter() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <p>{format!("{} · one-to-one mentoring by video", app_name())}</p>
            <ul>
                <li>
                    <a href=routes::PRIVACY>"Privacy"</a>
                </li>
                <li>
                    <a href=routes::TERMS>"Terms"</a>
                </li>
            </ul>
        </footer>
    }
}
