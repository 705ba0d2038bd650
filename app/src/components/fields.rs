//! Labelled inputs with their hints and errors.

use crate::browser;
use domain::problem::Problem;
use leptos::prelude::*;

/// A refusal next to its field.
#[component]
fn FieldError(id: String, message: Signal<Option<String>>) -> impl IntoView {
    view! {
        <p class="field-error" id=id>
            {message}
        </p>
    }
}

/// The message for `field`, if it was refused.
pub fn message_for(
    problem: Signal<Option<Problem>>,
    field: &'static str,
) -> Signal<Option<String>> {
    Signal::derive(move || {
        problem.with(|problem| problem.as_ref()?.for_field(field).map(ToOwned::to_owned))
    })
}

/// A one-line input.
#[component]
pub fn TextField(
    /// What it is called on the page.
    label: &'static str,
    /// Name of the form field.
    name: &'static str,
    /// Name of the field in a refusal, where it is another one.
    #[prop(optional)]
    field: Option<&'static str>,
    /// What was refused.
    problem: Signal<Option<Problem>>,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// Kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// Value of `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What to enter.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// Minimum number of characters.
    #[prop(optional)]
    min: Option<usize>,
    /// Maximum number of characters.
    #[prop(optional)]
    max: Option<usize>,
) -> impl IntoView {
    let message = message_for(problem, field.unwrap_or(name));
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = match hint {
        Some(_) => format!("{hint_id} {error_id}"),
        None => error_id.clone(),
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            <input
                id=name
                name=name
                type=kind
                value=value
                required=true
                autocomplete=autocomplete
                minlength=min.map(|n| n.to_string())
                maxlength=max.map(|n| n.to_string())
                aria-describedby=described
                aria-invalid=move || message.with(Option::is_some).then_some("true")
            />
            <FieldError id=error_id message />
        </div>
    }
}

/// A whole number that may be left empty.
#[component]
pub fn NumberField(
    /// What it is called on the page.
    label: &'static str,
    /// Name of the form field.
    name: &'static str,
    /// Name of the field in a refusal.
    field: &'static str,
    /// The maximum.
    most: u32,
    /// What it holds at first.
    value: String,
    /// What was refused.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let message = message_for(problem, field);
    let error_id = format!("{name}-error");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type="number"
                inputmode="numeric"
                min="0"
                max=most.to_string()
                value=value
                aria-describedby=error_id.clone()
                aria-invalid=move || message.with(Option::is_some).then_some("true")
            />
            <FieldError id=error_id message />
        </div>
    }
}

/// An input of several lines.
#[component]
pub fn TextArea(
    /// What it is called on the page.
    #[prop(into)]
    label: String,
    /// Name of the form field.
    #[prop(into)]
    name: String,
    /// What was refused.
    problem: Signal<Option<Problem>>,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// What to enter.
    hint: &'static str,
    /// Maximum number of characters.
    max: usize,
    /// Number of lines.
    #[prop(default = 4)]
    lines: u8,
) -> impl IntoView {
    let field = name.clone();
    let message = Signal::derive(move || {
        problem.with(|problem| problem.as_ref()?.for_field(&field).map(ToOwned::to_owned))
    });
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <p class="field-hint" id=hint_id.clone()>{hint}</p>
            <textarea
                id=name.clone()
                name=name
                rows=lines.to_string()
                maxlength=max.to_string()
                aria-describedby=format!("{hint_id} {error_id}")
                aria-invalid=move || message.with(Option::is_some).then_some("true")
            >
                {browser::raw_text(value)}
            </textarea>
            <FieldError id=error_id message />
        </div>
    }
}

/// A select.
#[component]
pub fn SelectField(
    /// What it is called on the page.
    label: &'static str,
    /// Name of the form field.
    name: &'static str,
    /// Name of the field in a refusal.
    field: &'static str,
    /// What was refused.
    problem: Signal<Option<Problem>>,
    /// Values and their labels.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(into)]
    value: String,
    /// What to choose.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// The element, for prefilling.
    #[prop(optional)]
    node: NodeRef<leptos::html::Select>,
) -> impl IntoView {
    let message = message_for(problem, field);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = match hint {
        Some(_) => format!("{hint_id} {error_id}"),
        None => error_id.clone(),
    };
    let options: Vec<_> = options
        .into_iter()
        .map(|(option, text)| {
            let selected = option == value;
            view! { <option value=option selected=selected>{text}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            <select
                id=name
                name=name
                required=true
                node_ref=node
                aria-describedby=described
                aria-invalid=move || message.with(Option::is_some).then_some("true")
            >
                {options}
            </select>
            <FieldError id=error_id message />
        </div>
    }
}

/// What a field that asks for a reason says about it.
pub fn reason_hint(needed: bool) -> &'static str {
    if needed {
        "Required: the session starts in less than a day."
    } else {
        "Optional."
    }
}

/// The button that sends a form; it says so while an attempt is on its way.
#[component]
pub fn SubmitButton(
    /// What it does.
    #[prop(into)]
    label: String,
    /// Whether an attempt is on its way.
    pending: Signal<bool>,
    /// CSS classes.
    #[prop(default = "button button-primary")]
    class: &'static str,
) -> impl IntoView {
    // Not `disabled`: that would take the focus away, and a second press is harmless.
    view! {
        <button type="submit" class=class aria-busy=move || pending.get().then_some("true")>
            {label}
        </button>
    }
}
