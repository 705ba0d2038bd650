//! For monitoring.

use crate::{
    AppState,
    http::{
        answer::{Answer, Reply},
        openapi::Refuses,
        views::Health,
    },
};
use axum::extract::State;
use domain::problem::{Dependency, Problem};
use std::{sync::atomic::Ordering, time::Duration};
use utoipa_axum::{router::OpenApiRouter, routes};

/// A database that takes longer than this is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
}

/// The process runs.
#[utoipa::path(
    get, path = "/healthz", tag = "health", security(()),
    responses((status = 200, description = "It runs", body = Answer<Health>))
)]
async fn healthz() -> Answer<Health> {
    Answer::of(Health::OK)
}

/// The process can do its work: the database answers, its background tasks live, and it is not about to stop.
#[utoipa::path(
    get, path = "/readyz", tag = "health", security(()),
    responses((status = 200, description = "It is ready", body = Answer<Health>), Refuses::<503>)
)]
async fn readyz(State(state): State<AppState>) -> Reply<Health> {
    if state.leaving.load(Ordering::Relaxed) || *state.shutdown.borrow() {
        return Err(Problem::Unavailable(Dependency::Capacity).into());
    }
    if let Some(task) = state.heartbeats.overdue() {
        tracing::error!(task, "no sign of life from the {task}");
        return Err(Problem::Unavailable(Dependency::Capacity).into());
    }
    match tokio::time::timeout(PATIENCE, state.db.ping()).await {
        Ok(Ok(())) => Ok(Answer::of(Health::OK)),
        Ok(Err(_)) | Err(_) => Err(Problem::Unavailable(Dependency::Database).into()),
    }
}
