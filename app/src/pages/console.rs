//! The admin console. All its tabs have the same shape (`domain::console`), so one page shows them.

use super::{
    admin::AdminHead,
    load::{Load, query},
};
use crate::{
    api::{admin::AdminAction, queries},
    components::{form::PostForm, notes::FormError},
    forms::{Form, Submission},
    routes,
    url_words::{FILTER, PAGE},
};
use domain::console::{Action, Console, Entry, Filter, Section, Tab};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// The page.
#[component]
pub fn ConsolePage() -> impl IntoView {
    let params = use_params_map();
    let address = use_query_map();
    let tab_in = |params: &ParamsMap| Tab::parse(params.get_str("tab").unwrap_or_default());
    let page = query(
        move || {
            let address = address.read();
            queries::Console {
                tab: tab_in(&params.read()),
                filter: address.get(FILTER).unwrap_or_default(),
                page: address
                    .get_str(PAGE)
                    .and_then(|number| number.parse().ok())
                    .unwrap_or_default(),
            }
        },
        move |console| {
            let tab = tab_in(&params.read_untracked());
            let path = tab.map_or_else(|| routes::ADMIN.to_owned(), routes::admin);
            view! { <ConsoleView console path /> }.into_any()
        },
    );
    view! { <Load page /> }
}

#[component]
fn ConsoleView(console: Console, path: String) -> impl IntoView {
    let form = Form::new::<AdminAction>();
    let to = form.to;
    let counts = console.counts.into_iter().map(|(name, count)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{count}</dd>
            </div>
        }
    });
    let counts = counts.collect_view();
    let filter_value = console.filter.as_ref().map(|filter| filter.value.clone());
    let sections = console
        .sections
        .into_iter()
        .map(|section| view! { <SectionList section to /> })
        .collect_view();
    view! {
        <Title text=console.title.clone() />
        <AdminHead title=console.title />
        <FormError problem=form.problem() />
        {(!counts.is_empty()).then(|| view! { <dl class="console-counts">{counts}</dl> })}
        {console.filter.map(|filter| view! { <FilterForm filter path=path.clone() /> })}
        {sections}
        <PageButtons path filter_value=filter_value.unwrap_or_default() page=console.page has_older=console.has_older />
    }
}

/// Filters the list; also without JavaScript.
#[component]
fn FilterForm(filter: Filter, path: String) -> impl IntoView {
    let field = if filter.choices.is_empty() {
        view! { <input id="narrow" name=FILTER type="search" value=filter.value maxlength="100" /> }
            .into_any()
    } else {
        let choices = filter.choices.into_iter().map(|(value, text)| {
            let selected = value == filter.value;
            view! {
                <option value=value selected=selected>
                    {text}
                </option>
            }
        });
        view! {
            <select id="narrow" name=FILTER>
                {choices.collect_view()}
            </select>
        }
        .into_any()
    };
    view! {
        <form class="console-filter" method="get" action=path role="search">
            <label for="narrow">{filter.label}</label>
            {field}
            <button class="button" type="submit">
                "Show"
            </button>
        </form>
    }
}

#[component]
fn PageButtons(path: String, filter_value: String, page: u32, has_older: bool) -> impl IntoView {
    let turn = |to: u32, text: &'static str| {
        view! {
            <form method="get" action=path.clone()>
                <input type="hidden" name=FILTER value=filter_value.clone() />
                <button class="button" type="submit" name=PAGE value=to.to_string()>
                    {text}
                </button>
            </form>
        }
    };
    let newer = (page > 0).then(|| turn(page - 1, "Newer"));
    let older = has_older.then(|| turn(page + 1, "Older"));
    view! { <div class="actions">{newer} {older}</div> }
}

#[component]
fn SectionList(section: Section, to: Submission) -> impl IntoView {
    let none = section.entries.is_empty();
    let entries = section
        .entries
        .into_iter()
        .map(|entry| view! { <EntryCard entry to /> })
        .collect_view();
    view! {
        <section>
            <h2>{section.title}</h2>
            {section.action.map(|action| view! { <ActionButton action about=String::new() to /> })}
            {none.then(|| view! { <p class="muted">{section.empty}</p> })}
            <ul class="stack" hidden=none>
                {entries}
            </ul>
        </section>
    }
}

#[component]
fn EntryCard(entry: Entry, to: Submission) -> impl IntoView {
    let facts = entry.facts.into_iter().map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    let about = entry.title.clone();
    view! {
        <li>
            <article class="card">
                <h3>{entry.title}</h3>
                <dl class="console-facts">{facts.collect_view()}</dl>
                {entry
                    .body
                    .map(|body| {
                        view! {
                            <details>
                                <summary>"Message as received (may contain people’s names; for admins only)"</summary>
                                <pre class="console-body" tabindex="0">
                                    {body}
                                </pre>
                            </details>
                        }
                    })}
                {entry
                    .session
                    .map(|id| {
                        view! {
                            <p class="actions">
                                <a class="button" href=routes::session(id)>
                                    "Session details"
                                </a>
                            </p>
                        }
                    })}
                {entry
                    .actions
                    .into_iter()
                    .map(|action| view! { <ActionButton action about=about.clone() to /> })
                    .collect_view()}
            </article>
        </li>
    }
}

/// A button, behind a confirmation where there is something to read first.
#[component]
fn ActionButton(action: Action, about: String, to: Submission) -> impl IntoView {
    let confirmed = !action.meaning.is_empty();
    let is_choice = action.choices.len() > 1;
    let label = action.label.clone();
    let choices = action.choices.into_iter().map(|(what, text)| {
        if is_choice {
            view! {
                <label class="console-choice">
                    <input type="radio" name="what" value=what required />
                    {text}
                </label>
            }
            .into_any()
        } else {
            view! { <input type="hidden" name="what" value=what /> }.into_any()
        }
    });
    let choices = if is_choice {
        view! {
            <fieldset>
                <legend>{format!("What was the outcome of {about}?")}</legend>
                {choices.collect_view()}
            </fieldset>
        }
        .into_any()
    } else {
        choices.collect_view().into_any()
    };
    let class = if confirmed {
        "button button-danger"
    } else {
        "button"
    };
    let form = view! {
        <PostForm to>
            <input type="hidden" name="id" value=action.id />
            {choices}
            <p class="actions">
                <button type="submit" class=class>
                    {label}
                </button>
            </p>
        </PostForm>
    };
    if confirmed {
        view! {
            <details>
                <summary>{format!("{}…", action.label)}</summary>
                <p>{action.meaning}</p>
                {form}
            </details>
        }
        .into_any()
    } else {
        form.into_any()
    }
}
