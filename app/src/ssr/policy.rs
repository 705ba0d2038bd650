//! The pages' Content-Security-Policy.

use http::HeaderValue;
use url::{Position, Url};

/// For answers that are no page.
pub const NOTHING: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// For a page whose scripts carry `nonce`; only the meeting page also talks to `media`, the
/// address of LiveKit. No `strict-dynamic`: it would block the module preloads.
pub fn page(nonce: &str, media: Option<&str>) -> Option<HeaderValue> {
    let media = media.map(origins).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; connect-src 'self'{media}; img-src 'self' data: blob:; \
         media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}

/// The same host as ws(s), for the call, and as http(s), for livekit-client's own check of why a
/// connection failed.
fn origins(address: &str) -> String {
    let Ok(url) = Url::parse(address) else {
        return String::new();
    };
    let host = &url[Position::BeforeHost..Position::AfterPort];
    if matches!(url.scheme(), "wss" | "https") {
        format!(" wss://{host} https://{host}")
    } else {
        format!(" ws://{host} http://{host}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_meeting_page_may_talk_to_livekit() {
        let text = |media| {
            let value = page("abc", media).expect("a header value");
            value.to_str().expect("text").to_owned()
        };
        assert!(text(None).contains("connect-src 'self';"));
        assert!(
            text(Some("wss://lk.example:7880/x"))
                .contains("connect-src 'self' wss://lk.example:7880 https://lk.example:7880;")
        );
        assert!(
            text(Some("ws://127.0.0.1:7880"))
                .contains("connect-src 'self' ws://127.0.0.1:7880 http://127.0.0.1:7880;")
        );
    }
}
