//! What can be done with a session on its page.

use crate::{
    api::{
        meeting::{AllowBack, DisputeSession},
        sessions::{AnswerMentor, AskMentee, CancelSession, ConfirmSession, DeclineSession},
    },
    components::{
        fields::{SubmitButton, TextArea, reason_hint},
        form::PostForm,
        notes::FormError,
    },
    forms::Form,
};
use domain::{booking::NOTE_MAX, ids::SessionId, text::isolated};
use leptos::prelude::*;

/// The mentor's three answers to a request.
#[component]
pub fn AnswerRequest(id: SessionId, mentee: String) -> impl IntoView {
    let (ask, decline) = (Form::new::<AskMentee>(), Form::new::<DeclineSession>());
    view! {
        <section class="card" aria-labelledby="request-title">
            <h2 id="request-title">{format!("{} is waiting for your answer", isolated(&mentee))}</h2>
            <p>"The time is reserved for both of you until you answer."</p>
            <Confirm id />
            <NoteForm
                form=ask
                id
                summary="Ask for more information…"
                field="question"
                label="Your question"
                hint="The mentee gets an email and answers here."
                button="Send question"
                button_class="button"
            />
            <NoteForm
                form=decline
                id
                summary="Decline…"
                field="reason"
                label="A message to the mentee"
                hint="Optional. The time becomes free again; this cannot be undone."
                button="Decline"
                button_class="button button-danger"
            />
        </section>
    }
}

/// Lets a removed mentee in again.
#[component]
pub fn AllowBackIn(id: SessionId, name: String) -> impl IntoView {
    let name = isolated(&name);
    let form = Form::new::<AllowBack>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="removed-title">
            <h2 id="removed-title">{format!("{name} is kept out")}</h2>
            <p>{format!("You removed {name} from this meeting.")}</p>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name="id" value=id.to_string() />
                <p class="actions">
                    <SubmitButton label="Allow back in" pending />
                </p>
            </PostForm>
        </section>
    }
}

/// Calls the session off.
#[component]
pub fn Cancel(
    id: SessionId,
    /// Name of the other person.
    other: String,
    /// Whether a reason has to be given.
    reason_needed: bool,
) -> impl IntoView {
    let form = Form::new::<CancelSession>();
    let other = isolated(&other);
    let meaning = format!(
        "The time becomes free again and the meeting cannot be entered any more, by you or by {other}. This cannot be undone.",
    );
    view! {
        <NoteForm
            form
            id
            summary="Cancel this session…"
            meaning=Some(meaning)
            field="reason"
            label=format!("Why? {other} will read this")
            hint=reason_hint(reason_needed)
            button="Cancel session"
            button_class="button button-danger"
            class="card confirm"
        />
    }
}

/// Disputes the outcome.
#[component]
pub fn Contest(id: SessionId) -> impl IntoView {
    let form = Form::new::<DisputeSession>();
    view! {
        <NoteForm
            form
            id
            summary="This is not what happened…"
            meaning=Some("An administrator will read what you write and decide. You can do this only once.".to_owned())
            field="reason"
            label="What happened instead?"
            hint="Both of you and the administrators can read this."
            button="Contest the outcome"
            button_class="button"
        />
    }
}

#[component]
fn Confirm(id: SessionId) -> impl IntoView {
    let form = Form::new::<ConfirmSession>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <PostForm to=form.to>
            <FormError problem />
            <input type="hidden" name="id" value=id.to_string() />
            <p class="actions">
                <SubmitButton label="Confirm" pending />
            </p>
        </PostForm>
    }
}

/// A form with one text field, folded into a `details`, which needs no JavaScript.
#[component]
fn NoteForm(
    /// Where it is sent.
    form: Form,
    id: SessionId,
    /// What opens it.
    summary: &'static str,
    /// What it means, where that is not plain.
    #[prop(optional_no_strip)]
    meaning: Option<String>,
    /// Name of the form field.
    field: &'static str,
    /// What the field is called.
    #[prop(into)]
    label: String,
    /// What to enter.
    hint: &'static str,
    /// What the button says.
    button: &'static str,
    /// The button's CSS classes.
    button_class: &'static str,
    /// CSS classes of the whole.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let (problem, pending) = (form.problem(), form.pending());
    let is_open = problem.with_untracked(Option::is_some);
    view! {
        <details class=class open=is_open>
            <summary>{summary}</summary>
            {meaning.map(|meaning| view! { <p>{meaning}</p> })}
            <PostForm to=form.to>
                <FormError problem fields=&["question", "reason"] />
                <input type="hidden" name="id" value=id.to_string() />
                <TextArea
                    label
                    name=field
                    hint
                    max=NOTE_MAX
                    lines=3
                    value=form.value(field, "")
                    problem
                />
                <p class="actions">
                    <SubmitButton label=button pending class=button_class />
                </p>
            </PostForm>
        </details>
    }
}

/// The mentee's answer to the mentor's question.
#[component]
pub fn TellMore(id: SessionId, question: String) -> impl IntoView {
    let form = Form::new::<AnswerMentor>();
    let (problem, pending) = (form.problem(), form.pending());
    view! {
        <section class="card" aria-labelledby="asked-title">
            <h2 id="asked-title">"Your mentor would like to know"</h2>
            <PostForm to=form.to>
                <FormError problem fields=&["answer"] />
                <input type="hidden" name="id" value=id.to_string() />
                <TextArea
                    label=question
                    name="answer"
                    hint="Your mentor will read this and then confirm or decline."
                    max=NOTE_MAX
                    value=form.value("answer", "")
                    problem
                />
                <p class="actions">
                    <SubmitButton label="Send answer" pending />
                </p>
            </PostForm>
        </section>
    }
}
