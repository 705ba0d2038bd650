//! Calendar files, and the feeds that calendar programs subscribe to.

use super::answer::Failure;
use crate::{AppState, calendar};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::problem::Problem;
use sha2::{Digest, Sha256};

const TYPE: &str = "text/calendar; charset=utf-8";

/// The feeds. The last part of their address is a secret: nothing may log more than the pattern.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/calendar/{file}", get(feed))
}

/// A calendar to be saved or opened.
pub(super) struct CalendarFile(pub(super) String);

impl IntoResponse for CalendarFile {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, TYPE),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"session.ics\"",
            ),
        ];
        (headers, self.0).into_response()
    }
}

async fn feed(
    State(state): State<AppState>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let token = file.strip_suffix(".ics").ok_or(Problem::NotFound)?;
    let ics = calendar::feed_by_token(&state, token).await?;
    Ok(unless_known(ics, &headers))
}

/// Programs ask often and mostly get what they have.
fn unless_known(ics: String, asked: &HeaderMap) -> Response {
    let tag = format!("\"{:x}\"", Sha256::digest(ics.as_bytes()));
    let knows = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim().ends_with(&tag)));
    let headers = [
        (header::CONTENT_TYPE, TYPE),
        (header::CACHE_CONTROL, "private, max-age=300"),
        (header::ETAG, &tag),
    ];
    if knows {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, ics).into_response()
    }
}
