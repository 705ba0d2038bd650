//! What admins do.

use super::error::ApiError;
use leptos::prelude::*;

/// Runs the failing job behind a notification again, now.
#[server(prefix = "/api/fn", endpoint = "admin_retry")]
pub async fn retry(id: domain::ids::NotificationId) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    request.answer(server::admin::retry(&request.state, request.login()?, id).await)?;
    crate::ssr::redirect(&format!(
        "{}?done=retried",
        crate::routes::ADMIN_NOTIFICATIONS
    ));
    Ok(())
}

/// Publishes a mentor profile.
#[server(prefix = "/api/fn", endpoint = "admin_publish")]
pub async fn publish(id: domain::ids::UserId) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    request.answer(server::mentors::publish(&request.state, request.login()?, id).await)?;
    crate::ssr::redirect(&format!("{}?done=published", crate::routes::ADMIN_MENTORS));
    Ok(())
}

/// Does something in the console; `what` and `id` as in `domain::console::AdminAction::parse`.
#[server(prefix = "/api/fn", endpoint = "admin_action")]
pub async fn admin_action(what: String, id: String) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    let action = domain::console::AdminAction::parse(&what, &id)
        .ok_or(domain::problem::Problem::NotFound)?;
    request.answer(server::admin::perform(&request.state, login, action).await)?;
    let tab = crate::routes::admin(action.tab().as_str());
    crate::ssr::redirect(&format!("{tab}?done=acted"));
    Ok(())
}
