//! The handlers: authenticate, parse, one call, map.

mod accounts;
mod health;
mod livekit;
mod mentors;
mod moderation;
mod sessions;

use super::{openapi, sse};
use crate::AppState;
use utoipa_axum::router::OpenApiRouter;

/// Every documented route.
pub(super) fn all() -> OpenApiRouter<AppState> {
    openapi::base()
        .merge(accounts::routes())
        .merge(mentors::routes())
        .merge(sessions::routes())
        .merge(livekit::routes())
        .merge(moderation::routes())
        .merge(sse::routes())
        .merge(health::routes())
}
