//! Reporting and blocking a person: reached from their profile, a session, and the call.

use super::load::{Load, query};
use crate::{
    api::{
        queries,
        safety::{Block, Report, Unblock},
    },
    components::{
        fields::{SelectField, SubmitButton, TextArea},
        form::PostForm,
        notes::{DoneNote, FormError},
    },
    forms::Form,
    routes,
    url_words::SESSION,
};
use domain::{
    ids::SessionId,
    safety::{REPORT_MAX, ReportCategory},
    views::SafetyPage as Page,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page.
#[component]
pub fn SafetyPage() -> impl IntoView {
    let (params, address) = (use_params_map(), use_query_map());
    let page = query(
        move || queries::Safety {
            about: params.read().get("id").unwrap_or_default(),
            session: address.read().get(SESSION),
        },
        |page| view! { <Person page /> }.into_any(),
    );
    view! {
        <Title text="Report or block" />
        <Load page not_found="Nobody is here" instead=(routes::DASHBOARD, "Go to your sessions") />
    }
}

#[component]
fn Person(page: Page) -> impl IntoView {
    let Page {
        about,
        name,
        session,
        is_blocked,
    } = page;
    let of_session = session.as_ref().map(|(id, title)| {
        let (href, title) = (routes::session(*id), title.clone());
        view! {
            <p class="crumb">
                <a href=href>{title}</a>
            </p>
        }
    });
    let session = session.map(|(id, _)| id);
    let about = about.to_string();
    view! {
        <div class="narrow-wide">
            {of_session}
            <h1>"Report or block " <bdi>{name.clone()}</bdi></h1>
            <DoneNote />
            <ReportForm about=about.clone() session />
            <BlockForm about name session is_blocked />
        </div>
    }
}

/// The session, where there is one.
#[component]
fn OfSession(session: Option<SessionId>) -> impl IntoView {
    session.map(|id| view! { <input type="hidden" name="session" value=id.to_string() /> })
}

#[component]
fn ReportForm(about: String, session: Option<SessionId>) -> impl IntoView {
    let form = Form::new::<Report>();
    let (problem, pending) = (form.problem(), form.pending());
    let options = ReportCategory::ALL
        .iter()
        .map(|category| (category.as_str().to_owned(), category.text().to_owned()))
        .collect();
    view! {
        <section class="card" aria-labelledby="report-title">
            <h2 id="report-title">"Report a concern"</h2>
            <p>
                "Those who run this site read it, and nobody else; the other person is not told. If somebody is in danger now, call the emergency services first."
            </p>
            <PostForm to=form.to>
                <FormError problem fields=&["words"] />
                <input type="hidden" name="about" value=about />
                <OfSession session />
                <SelectField
                    label="What is it about?"
                    name="category"
                    field="category"
                    options
                    value=form.value("category", "")
                    problem
                />
                <TextArea
                    label="What happened?"
                    name="words"
                    hint="Optional. What was said or done, and when."
                    max=REPORT_MAX
                    value=form.value("words", "")
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Send report" pending />
                </p>
            </PostForm>
        </section>
    }
}

#[component]
fn BlockForm(
    about: String,
    name: String,
    session: Option<SessionId>,
    is_blocked: bool,
) -> impl IntoView {
    let (block, unblock) = (Form::new::<Block>(), Form::new::<Unblock>());
    let content = if is_blocked {
        view! {
            <p>"You have blocked " <bdi>{name}</bdi> "."</p>
            <PostForm to=unblock.to>
                <FormError problem=unblock.problem() />
                <input type="hidden" name="about" value=about />
                <p class="actions">
                    <SubmitButton label="Unblock" pending=unblock.pending() class="button" />
                </p>
            </PostForm>
        }
        .into_any()
    } else {
        view! {
            <p>
                "Neither of you can book the other any more: your times look taken. Requests that wait are declined. Nobody is told, and no reason is given. You can undo it in your account."
            </p>
            <PostForm to=block.to>
                <FormError problem=block.problem() />
                <input type="hidden" name="about" value=about />
                <OfSession session />
                <p class="actions">
                    <SubmitButton
                        label="Block this person"
                        pending=block.pending()
                        class="button button-danger"
                    />
                </p>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="block-title">
            <h2 id="block-title">"Block"</h2>
            {content}
        </section>
    }
}
