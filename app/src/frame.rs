//! The frame around every page: context, navigation, routes.

use crate::{
    api::wire::Wire,
    browser,
    components::{
        deletion::Leaves,
        site::{AddressFails, SiteFooter, SiteHeader},
    },
    element_ids,
    page_context::PageContext,
    pages::{
        account::AccountPage,
        admin::{AdminMentorsPage, AdminNotificationsPage},
        availability::AvailabilityPage,
        book::BookPage,
        check_email::CheckEmailPage,
        console::ConsolePage,
        dashboard::DashboardPage,
        delete_account::DeleteAccountPage,
        home::HomePage,
        legal::{PrivacyPage, TermsPage},
        links::{ConfirmAddressPage, ConfirmPage, ForgotPage, ResetPage, SignInLinkPage},
        meeting::MeetingPage,
        mentor_profile::MentorProfilePage,
        mentors::{MentorPage, MentorsPage},
        not_found::NotFoundPage,
        reschedule::ReschedulePage,
        safety::SafetyPage,
        second_factor::{CodePage, CodesPage, SecondFactorPage},
        session::SessionPage,
        sign_in::SignInPage,
        sign_up::SignUpPage,
    },
};
use domain::text::isolated;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};

/// Every page: what the server renders.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Frame base="">
            <FlatRoutes fallback=NotFoundPage>
                <SitePages />
                <Route path=path!("/meeting/:id") view=MeetingPage ssr=SsrMode::Async />
            </FlatRoutes>
        </Frame>
    }
}

/// Every page except the meeting, for the browser.
///
/// The meeting is a program of its own ([`Meeting`]), so that whoever follows a link in an email loads nothing
/// else, and the dashboard does not load the call.
#[component]
pub fn Site() -> impl IntoView {
    view! {
        <Frame base="">
            <FlatRoutes fallback=NotFoundPage>
                <SitePages />
                <Route path=path!("/meeting/:id") view=WholePage />
            </FlatRoutes>
        </Frame>
    }
}

/// The meeting alone, for the browser. Links to other pages are outside its base, so the browser follows them itself.
#[component]
pub fn Meeting() -> impl IntoView {
    view! {
        <Frame base="/meeting">
            <FlatRoutes fallback=WholePage>
                <Route path=path!("/:id") view=MeetingPage />
            </FlatRoutes>
        </Frame>
    }
}

/// What surrounds every page; the same for all three, or hydration would fail.
#[component]
fn Frame(
    /// First segments of the paths that the router takes care of.
    base: &'static str,
    /// The routes.
    children: Children,
) -> impl IntoView {
    provide_meta_context();
    browser::load_whole_pages_on_redirect();
    let page: SharedValue<PageContext, Wire> =
        SharedValue::new_with_encoding(|| use_context().unwrap_or_default());
    let page = page.into_inner();
    let name = page.app_name.clone();
    provide_context(page);
    let (is_routing, set_is_routing) = signal(false);

    view! {
        <Title formatter=move |title: String| {
            let whole = match title.is_empty() {
                true => name.clone(),
                false => format!("{} · {name}", isolated(&title)),
            };
            browser::raw_text(whole)
        } />
        <Router base=base set_is_routing=set_is_routing>
            <a class="skip-link" href=element_ids::MAIN_LINK rel="external">
                "Skip to the content"
            </a>
            <div class="progress" class:is-on=is_routing aria-hidden="true"></div>
            <SiteHeader />
            <main id=element_ids::MAIN class="site-main" tabindex="-1">
                <FocusOnNavigation />
                <AddressFails />
                <Leaves />
                {children()}
            </main>
            <SiteFooter />
        </Router>
    }
}

/// The routes of every page except the meeting.
#[component(transparent)]
fn SitePages() -> AnyNestedRoute {
    view! {
        <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
        <Route path=path!("/privacy") view=PrivacyPage ssr=SsrMode::Async />
        <Route path=path!("/terms") view=TermsPage ssr=SsrMode::Async />
        <Route path=path!("/auth/signin") view=SignInPage ssr=SsrMode::Async />
        <Route path=path!("/auth/signup") view=SignUpPage ssr=SsrMode::Async />
        <Route path=path!("/auth/check-email") view=CheckEmailPage ssr=SsrMode::Async />
        <Route path=path!("/auth/confirm") view=ConfirmPage ssr=SsrMode::Async />
        <Route path=path!("/auth/forgot") view=ForgotPage ssr=SsrMode::Async />
        <Route path=path!("/auth/reset") view=ResetPage ssr=SsrMode::Async />
        <Route path=path!("/auth/link") view=SignInLinkPage ssr=SsrMode::Async />
        <Route path=path!("/auth/address") view=ConfirmAddressPage ssr=SsrMode::Async />
        <Route path=path!("/auth/code") view=CodePage ssr=SsrMode::Async />
        <Route path=path!("/mentors") view=MentorsPage ssr=SsrMode::Async />
        <Route path=path!("/mentors/:id") view=MentorPage ssr=SsrMode::Async />
        <Route path=path!("/dashboard") view=DashboardPage ssr=SsrMode::Async />
        <Route path=path!("/sessions/:id") view=SessionPage ssr=SsrMode::Async />
        <Route path=path!("/sessions/:id/reschedule") view=ReschedulePage ssr=SsrMode::Async />
        <Route path=path!("/safety/:id") view=SafetyPage ssr=SsrMode::Async />
        <Route path=path!("/book/:id") view=BookPage ssr=SsrMode::Async />
        <Route path=path!("/availability") view=AvailabilityPage ssr=SsrMode::Async />
        <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
        <Route path=path!("/account/delete") view=DeleteAccountPage ssr=SsrMode::Async />
        <Route path=path!("/account/codes") view=CodesPage ssr=SsrMode::Async />
        <Route
            path=path!("/account/second-factor")
            view=SecondFactorPage
            ssr=SsrMode::Async
        />
        <Route path=path!("/mentor-profile") view=MentorProfilePage ssr=SsrMode::Async />
        <Route
            path=path!("/admin/notifications")
            view=AdminNotificationsPage
            ssr=SsrMode::Async
        />
        <Route path=path!("/admin/mentors") view=AdminMentorsPage ssr=SsrMode::Async />
        <Route path=path!("/admin") view=ConsolePage ssr=SsrMode::Async />
        <Route path=path!("/admin/:tab") view=ConsolePage ssr=SsrMode::Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// A page of the other program: the browser loads the whole page.
#[component]
fn WholePage() -> impl IntoView {
    let location = use_location();
    Effect::new(move |_| {
        let (path, search) = (location.pathname.get(), location.search.get());
        let query = if search.is_empty() { "" } else { "?" };
        browser::go(&[path.as_str(), query, &search].concat());
    });
}

/// Moves the keyboard and the screen reader to the new page after a navigation inside the browser.
#[component]
fn FocusOnNavigation() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            browser::focus(element_ids::MAIN);
        }
        now
    });
}
