//! Forms: sending them, and whether somebody is filling one in.

use super::{json::from_json, page::go};
use crate::forms::Submission;
use domain::problem::Problem;
use leptos::{
    ev::SubmitEvent,
    prelude::{Set, document, window},
    server_fn::redirect::REDIRECT_HEADER,
    task::spawn_local,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FormData, Headers, HtmlFormElement, Request, RequestInit, Response, UrlSearchParams,
};

/// Whether somebody is filling in a form: one has the focus, is unfolded, or was edited.
pub fn is_busy_with_a_form() -> bool {
    // One question each: a browser that does not know a selector refuses all of its list.
    [
        "main form:focus-within",
        "main details[open] form",
        "main :user-valid:not(form, fieldset, button)",
        "main :user-invalid:not(form, fieldset, button)",
    ]
    .into_iter()
    .any(|busy| {
        document()
            .query_selector(busy)
            .is_ok_and(|found| found.is_some())
    })
}

/// Sends a form as the browser would, and stays on the page when it is refused.
pub fn send(event: &SubmitEvent, to: Submission) {
    event.prevent_default();
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    to.pending.set(true);
    spawn_local(async move {
        let sent = post(to.path, &form).await;
        to.pending.set(false);
        match sent {
            Ok(Some(location)) => {
                go(&location);
            }
            Ok(None) => to.problem.set(None),
            Err(problem) => to.problem.set(Some(problem)),
        }
    });
}

/// Where the form leads when it is accepted.
pub(super) async fn post(path: &str, form: &HtmlFormElement) -> Result<Option<String>, Problem> {
    let headers = answer(path, Some(form)).await?.headers();
    let leads_on = headers.has(REDIRECT_HEADER).unwrap_or_default();
    Ok(headers.get("location").ok().flatten().filter(|_| leads_on))
}

/// What a server function without arguments answers, as JSON.
pub(super) async fn call(path: &str) -> Result<String, Problem> {
    Ok(text(&answer(path, None).await?).await)
}

async fn answer(path: &str, form: Option<&HtmlFormElement>) -> Result<Response, Problem> {
    let request = request(path, form).map_err(|_| unreadable())?;
    let response = JsFuture::from(window().fetch_with_request(&request)).await;
    let response: Response = response
        .and_then(JsCast::dyn_into)
        .map_err(|_| unreachable())?;
    if response.ok() {
        return Ok(response);
    }
    let refused = from_json::<Problem>(&text(&response).await);
    Err(refused.unwrap_or_else(|_| unreadable()))
}

async fn text(response: &Response) -> String {
    let text = match response.text() {
        Ok(text) => JsFuture::from(text)
            .await
            .ok()
            .and_then(|text| text.as_string()),
        Err(_) => None,
    };
    text.unwrap_or_default()
}

fn request(path: &str, form: Option<&HtmlFormElement>) -> Result<Request, JsValue> {
    let fields = match form {
        Some(form) => FormData::new_with_form(form)?,
        None => FormData::new()?,
    };
    let body = UrlSearchParams::new_with_str_sequence_sequence(&fields)?;
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body);
    init.set_headers(&headers);
    Request::new_with_str_and_init(path, &init)
}

fn unreachable() -> Problem {
    Problem::Malformed(
        "We could not reach the server. Please check your connection and try again.".to_owned(),
    )
}

pub(super) fn unreadable() -> Problem {
    Problem::Malformed(
        "The answer could not be read. Please reload the page and try again.".to_owned(),
    )
}
