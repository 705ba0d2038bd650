//! What admins do.

use super::error::ApiError;
use leptos::prelude::*;

/// Runs the failing job behind a notification again, now.
#[server(prefix = "/api/fn", endpoint = "admin_retry")]
pub async fn retry(id: domain::ids::NotificationId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::admin::retry(&request.state, request.login()?, id).await)?;
    crate::api::backend::redirect(&routes::done(routes::ADMIN_NOTIFICATIONS, Done::Retried));
    Ok(())
}

/// Publishes a mentor profile.
#[server(prefix = "/api/fn", endpoint = "admin_publish")]
pub async fn publish(id: domain::ids::UserId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::mentors::publish(&request.state, request.login()?, id).await)?;
    crate::api::backend::redirect(&routes::done(routes::ADMIN_MENTORS, Done::Published));
    Ok(())
}

/// Refuses the change of a published mentor profile.
#[server(prefix = "/api/fn", endpoint = "admin_refuse")]
pub async fn refuse(id: domain::ids::UserId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::mentors::refuse(&request.state, request.login()?, id).await)?;
    crate::api::backend::redirect(&routes::done(routes::ADMIN_MENTORS, Done::ActionTaken));
    Ok(())
}

/// Takes an action of the console; `what` and `id` as in `domain::console::AdminAction::parse`.
#[server(prefix = "/api/fn", endpoint = "admin_action")]
pub async fn admin_action(what: String, id: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let action = domain::console::AdminAction::parse(&what, &id)
        .ok_or(domain::problem::Problem::NotFound)?;
    request.answer(server::admin::perform(&request.state, login, action).await)?;
    let tab = routes::admin(action.tab());
    crate::api::backend::redirect(&routes::done(&tab, Done::ActionTaken));
    Ok(())
}
