//! What is known about the request that the current task answers.

use axum::http::HeaderValue;
use std::fmt;
use uuid::Uuid;

/// Names one request in the answer (`x-request-id`, `requestId`) and in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id; one that a client sends is never used, so that it cannot write into our log.
    pub(crate) fn draw() -> Self {
        Self(Uuid::new_v4())
    }

    pub(crate) fn header(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The request being answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Current {
    pub(crate) id: RequestId,
    /// A program asks, not a person with a page.
    pub(crate) is_api: bool,
}

tokio::task_local! {
    static CURRENT: Current;
}

/// Runs `work` as the answer to `current`.
pub(crate) async fn answering<T>(current: Current, work: impl Future<Output = T>) -> T {
    CURRENT.scope(current, work).await
}

/// The request being answered by this task; a fresh one outside of any request.
pub(crate) fn current() -> Current {
    CURRENT.try_get().unwrap_or_else(|_| Current {
        id: RequestId::draw(),
        is_api: true,
    })
}
