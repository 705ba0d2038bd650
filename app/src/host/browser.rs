//! The browser's half of what pages need from their surroundings.

use crate::PageContext;
use leptos::{
    prelude::{request_animation_frame, window},
    server_fn::redirect::set_redirect_hook,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Only the server knows it; the browser reads the server's answer from the page.
pub fn page_context() -> PageContext {
    PageContext::default()
}

/// The page was answered long ago.
pub fn set_status(_status: u16) {}

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

/// The IANA zone this browser is set to.
pub fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()?
        .as_string()
}
