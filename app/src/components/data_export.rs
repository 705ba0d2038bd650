//! A copy of everything that is kept about the reader.

use crate::{
    api::privacy::AskExport,
    components::{fields::SubmitButton, form::PostForm, notes::FormError},
    forms::Form,
    routes,
};
use domain::{
    export::{ExportView, LatestExport},
    ids::DataExportId,
    views::LocalLabel,
};
use leptos::prelude::*;

/// What has become of the copy, and how to ask for one.
#[component]
pub fn DataExport(
    /// What there is.
    export: ExportView,
) -> impl IntoView {
    let ExportView {
        is_confirmed,
        latest,
        next,
    } = export;
    let is_being_made = matches!(latest, Some(LatestExport::BeingMade { .. }));
    let state = latest.map(|latest| view! { <Latest latest is_confirmed /> });
    let more = match (is_confirmed, is_being_made, next) {
        (_, true, _) => ().into_any(),
        (_, false, Some(next)) => view! {
            <p class="muted">
                {format!("Another copy is possible from {}, {} ({}).", next.date, next.time, next.zone)}
            </p>
        }
        .into_any(),
        (false, false, None) => view! {
            <p class="muted">"To get a copy, confirm under “Passkeys” that it is you."</p>
        }
        .into_any(),
        (true, false, None) => view! { <AskForm /> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="data-title">
            <h2 id="data-title">"Your data"</h2>
            <p>
                "Get a copy of everything that is kept about you, as a zip file: your account, your sessions with what was written in them, and a calendar. What it is kept for is said under "
                <a href=routes::PRIVACY>"privacy"</a> "."
            </p>
            {state}
            {more}
        </section>
    }
}

#[component]
fn Latest(latest: LatestExport, is_confirmed: bool) -> impl IntoView {
    match latest {
        LatestExport::BeingMade { since } => view! {
            <p class="note" role="status">
                {format!("Your copy is being made since {}. You get an email when it is ready. ", since.time)}
                <a href=routes::ACCOUNT rel="external">
                    "Look again"
                </a>
            </p>
        }
        .into_any(),
        LatestExport::Ready { id, bytes, until } => {
            view! { <Ready id bytes until is_confirmed /> }.into_any()
        }
        LatestExport::Failed => view! {
            <p class="note note-danger">
                "Your copy could not be made, and those who run this site know of it. You can ask for it again."
            </p>
        }
        .into_any(),
    }
}

#[component]
fn Ready(id: DataExportId, bytes: u64, until: LocalLabel, is_confirmed: bool) -> impl IntoView {
    let text = format!(
        "Your copy is ready ({}). You can download it until {}, {} ({}).",
        size(bytes),
        until.date,
        until.time,
        until.zone,
    );
    let how = if is_confirmed {
        view! {
            <p class="actions">
                <a class="button button-primary" href=routes::data_export(id) rel="external">
                    "Download your data"
                </a>
            </p>
        }
        .into_any()
    } else {
        view! { <p class="muted">"To download it, confirm under “Passkeys” that it is you."</p> }
            .into_any()
    };
    view! {
        <p>{text}</p>
        {how}
    }
}

#[component]
fn AskForm() -> impl IntoView {
    let form = Form::new::<AskExport>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <p class="actions">
                <SubmitButton label="Get a copy of your data" pending class="button" />
            </p>
        </PostForm>
    }
}

/// A size in words, rounded up.
fn size(bytes: u64) -> String {
    match bytes.div_ceil(1_000) {
        kilobytes @ 0..1_000 => format!("{kilobytes} KB"),
        kilobytes => format!("{} MB", kilobytes.div_ceil(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_words() {
        for (bytes, words) in [
            (1, "1 KB"),
            (12_001, "13 KB"),
            (999_001, "1 MB"),
            (7_000_001, "8 MB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
