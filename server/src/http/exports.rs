//! Downloads of people's copies of their data.

use super::{answer::Failure, auth::current_login};
use crate::{AppState, exports};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::problem::Problem;

/// Where people say who they are, and find the download.
const ACCOUNT: &str = "/account#data-title";

/// One route. Its address alone gives nothing away: it is asked who asks.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/account/data/{id}", get(download))
}

async fn download(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let login = current_login(&state, &headers).await?;
    // The account's page asks who it is, in as many steps as it needs.
    let Some(login) = login.filter(|login| !login.lacks_second_factor) else {
        return Ok(Redirect::to(ACCOUNT).into_response());
    };
    let archive = exports::download(&state, &login, id).await?;
    let own = archive.map(|zip| Archive(zip).into_response());
    Ok(own.unwrap_or_else(|| Redirect::to(ACCOUNT).into_response()))
}

/// A zip file to be saved.
struct Archive(Vec<u8>);

impl IntoResponse for Archive {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "application/zip"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"my-data.zip\"",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, self.0).into_response()
    }
}
