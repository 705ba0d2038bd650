//! The page as a whole.

use leptos::{
    prelude::{IntoView, document, window},
    server_fn::redirect::set_redirect_hook,
};

/// Brings the server's page to life and marks it, so that tests know when the first click counts.
pub fn hydrate<V: IntoView + 'static>(app: impl FnOnce() -> V + 'static) {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// Loads another page.
pub fn go(path: &str) {
    let _ = window().location().assign(path);
}

/// Scrolls the element with this id to its end.
pub fn scroll_to_end(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.set_scroll_top(element.scroll_height());
    }
}

/// A browser takes a title and what a text area holds as text.
pub fn raw_text(text: String) -> String {
    text
}

/// The page was answered long ago.
pub fn set_status(_status: u16) {}

/// After a server function redirects, the whole page is loaded anew: cookies, headers and the
/// signed-in person may have changed.
pub fn load_whole_pages_on_redirect() {
    // Fails when it is set already, which is as good.
    let _ = set_redirect_hook(|location| {
        go(location);
    });
}
