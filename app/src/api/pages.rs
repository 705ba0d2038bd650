//! The server function from which all pages load what they show.

use super::{
    error::ApiError,
    queries::{Answer, Ask},
    wire::Sent,
};
use leptos::prelude::*;

/// Answers a page's question.
#[server(prefix = "/api/fn", endpoint = "page", input = Sent, output = Sent)]
pub async fn page(ask: Ask) -> Result<Answer, ApiError> {
    crate::api::backend::queries::answer(&crate::api::backend::request()?, ask).await
}
