//! Mentors and their free slots.

use crate::{
    AppState,
    http::{
        answer::{Answer, Reply},
        auth::Login,
        bodies::SlotRange,
        extract::{Id, Params},
        openapi::{Refuses, Usual},
        views::{Mentor, Slot},
    },
    mentors, sessions,
};
use axum::extract::State;
use domain::{
    availability::Interval,
    ids::UserId,
    time::{Millis, Timestamp},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(slots))
}

/// Published mentors.
#[utoipa::path(
    get, path = "/api/mentors", tag = "mentors", operation_id = "list_mentors",
    responses((status = 200, description = "Published mentors", body = Answer<Vec<Mentor>>), Usual)
)]
async fn list(State(state): State<AppState>, Login(login): Login) -> Reply<Vec<Mentor>> {
    let cards = mentors::list(&state, &login).await?;
    Ok(Answer::of(
        cards.into_iter().map(Mentor::from).collect::<Vec<_>>(),
    ))
}

/// A mentor's free slots.
#[utoipa::path(
    get, path = "/api/mentors/{id}/slots", tag = "mentors",
    params(("id" = Uuid, Path, description = "The mentor"), SlotRange),
    responses(
        (status = 200, description = "Free slots, earliest first", body = Answer<Vec<Slot>>),
        Refuses::<400>, Refuses::<404>, Refuses::<422>, Usual,
    )
)]
async fn slots(
    State(state): State<AppState>,
    Login(login): Login,
    Id(mentor): Id<UserId>,
    Params(range): Params<SlotRange>,
) -> Reply<Vec<Slot>> {
    let (minutes, range) = (range.minutes, range.interval(state.clock.now()));
    let slots = sessions::slots(&state, &login, mentor, minutes, Some(range)).await?;
    Ok(Answer::of(
        slots.into_iter().map(Slot::from).collect::<Vec<_>>(),
    ))
}

/// Asked for when `to` is left out.
const DEFAULT_RANGE: Millis = Millis::days(14);

impl SlotRange {
    fn interval(&self, now: Timestamp) -> Interval {
        let from = self.from.map_or(now, |from| from.0);
        Interval {
            from,
            to: self.to.map_or(from + DEFAULT_RANGE, |to| to.0),
        }
    }
}
