//! Loads what a page shows, on the server first.

use crate::{
    api::{
        error::ApiError,
        pages::page as load,
        queries::{Answer, Ask, Query},
        wire::Wire,
    },
    browser::{self, LocalValue, Watch},
    components::notes::{ErrorNote, Loading},
    routes,
};
use domain::problem::Problem;
use leptos::{prelude::*, task::spawn_local};

/// A page's question, and how its answer is shown; the same type for every question, so that what
/// loads pages is compiled once.
pub struct PageQuery {
    ask: Memo<Ask>,
    show: Callback<Answer, AnyView>,
}

/// Asks a question, again when it changes, and shows its answer.
pub fn query<Q: Query>(
    question: impl Fn() -> Q + Send + Sync + 'static,
    show: impl Fn(Q::Page) -> AnyView + Send + Sync + 'static,
) -> PageQuery {
    PageQuery {
        ask: Memo::new(move |_| question().into_ask()),
        show: Callback::new(move |answer| Q::read(answer).map_or_else(unexpected, &show)),
    }
}

/// Asks, waits, and shows the answer or what went wrong.
#[component]
pub fn Load(
    /// What is asked and shown.
    page: PageQuery,
    /// Heading where nothing was found.
    #[prop(default = "Page not found")]
    not_found: &'static str,
    /// Where to look instead, and what the link says.
    #[prop(default = (routes::HOME, "Go to the start page"))]
    instead: (&'static str, &'static str),
    /// Whether to ask again when one of the reader's sessions changed.
    #[prop(optional)]
    live: bool,
) -> impl IntoView {
    let PageQuery { ask, show } = page;
    let fresh = RwSignal::new(None::<(Ask, Answer)>);
    let is_stale = RwSignal::new(false);
    if live {
        keep_fresh(ask, fresh, is_stale);
    }
    // Blocking: the status and the title depend on the answer.
    let answer: Resource<Result<Answer, ApiError>, Wire> =
        Resource::new_with_options(move || ask.get(), load, true);
    view! {
        {live
            .then(|| {
                view! {
                    <div role="status">
                        {move || is_stale.get().then(|| view! { <Changed /> })}
                    </div>
                }
            })}
        <Suspense fallback=Loading>
            {move || {
                let newer = fresh
                    .get()
                    .and_then(|(question, answer)| (question == ask.get()).then_some(answer));
                Suspend::new(async move {
                    match newer.map_or(answer.await, Ok) {
                        Ok(answer) => show.run(answer),
                        Err(error) => view! { <ErrorNote problem=error.0 not_found instead /> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// Shown instead of redrawing a page that somebody is using.
#[component]
fn Changed() -> impl IntoView {
    view! {
        <p class="note">
            "Something changed. "
            <a href="" rel="external">
                "Show it"
            </a>
        </p>
    }
}

/// Asks again whenever one of the reader's sessions changed; while they are busy with a form, it is
/// only said that something did.
fn keep_fresh(ask: Memo<Ask>, fresh: RwSignal<Option<(Ask, Answer)>>, is_stale: RwSignal<bool>) {
    let watch = LocalValue::<Watch>::new();
    let came_with_the_document =
        Owner::current_shared_context().is_some_and(|context| context.during_hydration());
    let known_at = if came_with_the_document {
        browser::asked_for_at()
    } else {
        browser::now()
    };
    Effect::new(move |_| {
        watch.put(Watch::mine(known_at, move || {
            let Some(question) = ask.try_get_untracked() else {
                return;
            };
            spawn_local(async move {
                // The page stays as it is when the server does not answer.
                if let Ok(answer) = load(question.clone()).await {
                    if browser::is_busy_with_a_form() {
                        is_stale.try_set(true);
                    } else {
                        is_stale.try_set(false);
                        fresh.try_set(Some((question, answer)));
                    }
                }
            });
        }));
    });
    on_cleanup(move || {
        watch.take();
    });
}

/// Shown when the answer belongs to another question, as after an update of the server.
fn unexpected() -> AnyView {
    let problem =
        Problem::Malformed("This page is older than the server. Please reload it.".to_owned());
    view! { <ErrorNote problem /> }.into_any()
}
