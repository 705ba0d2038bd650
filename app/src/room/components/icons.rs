//! Icons for buttons. Decoration only: every button has a label.

use leptos::prelude::*;

pub const MICROPHONE: &str = r#"<svg viewBox="0 0 24 24"><rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/></svg>"#;
pub const CAMERA: &str = r#"<svg viewBox="0 0 24 24"><rect x="3" y="6" width="12" height="12" rx="2"/><path d="m15 11 6-4v10l-6-4z"/></svg>"#;
pub const SCREEN: &str = r#"<svg viewBox="0 0 24 24"><rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 13V8m-2.500 2.500L12 8l2.500 2.500"/></svg>"#;
pub const CHAT: &str = r#"<svg viewBox="0 0 24 24"><path d="M4 5h16v11H9l-5 4z"/></svg>"#;
pub const DEVICES: &str = r#"<svg viewBox="0 0 24 24"><path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/></svg>"#;
pub const PEOPLE: &str = r#"<svg viewBox="0 0 24 24"><circle cx="12" cy="8" r="4"/><path d="M4 21a8 8 0 0 1 16 0"/></svg>"#;
pub const LEAVE: &str =
    r#"<svg viewBox="0 0 24 24"><path d="M10 4H5v16h5M14 8l4 4-4 4M18 12H9"/></svg>"#;
pub const CLOSE: &str = r#"<svg viewBox="0 0 24 24"><path d="m6 6 12 12M18 6 6 18"/></svg>"#;

/// An icon, hidden from screen readers.
#[component]
pub fn Icon(drawing: &'static str) -> impl IntoView {
    view! { <span class="icon" aria-hidden="true" inner_html=drawing></span> }
}
