//! The browser's half of what pages need from their surroundings.

use crate::forms::Sending;
pub use crate::page_context::set_status;
use domain::problem::Problem;
use leptos::{
    ev::SubmitEvent,
    prelude::{
        IntoView, Set, Write, WriteSignal, document, on_cleanup, request_animation_frame,
        set_interval_with_handle, window,
    },
    server_fn::redirect::{REDIRECT_HEADER, set_redirect_hook},
    task::spawn_local,
};
use serde::de::DeserializeOwned;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FormData, Headers, HtmlElement, HtmlFormElement, Request, RequestInit, Response,
    UrlSearchParams,
};

/// Brings the server's page to life and marks it, so that tests know when the first click counts.
pub fn hydrate<V: IntoView + 'static>(app: impl FnOnce() -> V + 'static) {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// After a server function redirects, the whole page is loaded anew: cookies, headers and the
/// signed-in person may have changed.
pub fn load_whole_pages_on_redirect() {
    // Fails when it is set already, which is as good.
    let _ = set_redirect_hook(|location| {
        let _ = window().location().assign(location);
    });
}

/// Moves the focus to the page's main part.
pub fn focus_main() {
    let main = window()
        .document()
        .and_then(|document| document.get_element_by_id("main"));
    if let Some(main) = main.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

/// Moves the focus to the first field that was refused, once the page shows it as such.
pub fn focus_first_refused() {
    request_animation_frame(|| {
        let refused = window().document().and_then(|document| {
            document
                .query_selector("[aria-invalid=true]")
                .ok()
                .flatten()
        });
        if let Some(field) = refused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}

/// Whether the page's person is busy with a form: one has the focus, is unfolded, or was edited.
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

/// The IANA zone this browser is set to.
pub fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()?
        .as_string()
}

/// Sends a form as the browser would, and stays on the page when it is refused.
pub fn send(event: &SubmitEvent, to: Sending) {
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
                let _ = window().location().assign(&location);
            }
            Ok(None) => to.problem.set(None),
            Err(problem) => to.problem.set(Some(problem)),
        }
    });
}

/// Where the form leads when it is accepted.
async fn post(path: &str, form: &HtmlFormElement) -> Result<Option<String>, Problem> {
    let request = request(path, form).map_err(|_| unreadable())?;
    let response = JsFuture::from(window().fetch_with_request(&request)).await;
    let response: Response = response
        .and_then(JsCast::dyn_into)
        .map_err(|_| unreachable())?;
    if response.ok() {
        let headers = response.headers();
        let leads_on = headers.has(REDIRECT_HEADER).unwrap_or_default();
        return Ok(headers.get("location").ok().flatten().filter(|_| leads_on));
    }
    let text = match response.text() {
        Ok(text) => JsFuture::from(text)
            .await
            .ok()
            .and_then(|text| text.as_string()),
        Err(_) => None,
    };
    let refused = from_json::<Problem>(&text.unwrap_or_default());
    Err(refused.unwrap_or_else(|_| unreadable()))
}

fn request(path: &str, form: &HtmlFormElement) -> Result<Request, JsValue> {
    let fields = FormData::new_with_form(form)?;
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

fn unreadable() -> Problem {
    Problem::Malformed(
        "The answer could not be read. Please reload the page and try again.".to_owned(),
    )
}

/// Reads JSON.
///
/// # Errors
/// When it is none, or no `T`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = js_sys::JSON::parse(text).map_err(|_| "not JSON".to_owned())?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// Counts the seconds since the page was hydrated, until it is left; also those that pass while a
/// browser rests a page in the background.
pub fn count_seconds(seconds: WriteSignal<i64>) {
    let began = js_sys::Date::now();
    let tick = move || {
        if let Some(mut seconds) = seconds.try_write() {
            *seconds = ((js_sys::Date::now() - began) / 1_000.0) as i64;
        }
    };
    if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || handle.clear());
    }
}
