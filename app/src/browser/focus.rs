//! The keyboard focus.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    move_to(document().get_element_by_id(id));
}

/// Moves the focus to the first field that was refused, once the page shows it as such.
pub fn focus_first_refused() {
    request_animation_frame(|| {
        let refused = document().query_selector("[aria-invalid=true]");
        move_to(refused.ok().flatten());
    });
}

fn move_to(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
