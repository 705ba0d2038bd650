//! What admins see and do.

use super::error::ApiError;
use domain::views::{NotificationView, PendingMentor};
use leptos::prelude::*;

/// What needs attention, open entries first.
#[server(prefix = "/api/fn", endpoint = "admin_notifications")]
pub async fn notifications() -> Result<Vec<NotificationView>, ApiError> {
    let request = crate::ssr::request()?;
    request.answer(server::admin::notifications(&request.state, request.login()?).await)
}

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

/// Mentor profiles waiting to be published.
#[server(prefix = "/api/fn", endpoint = "admin_mentors")]
pub async fn pending_mentors() -> Result<Vec<PendingMentor>, ApiError> {
    let request = crate::ssr::request()?;
    request.answer(server::mentors::pending(&request.state, request.login()?).await)
}

/// Publishes a mentor profile.
#[server(prefix = "/api/fn", endpoint = "admin_publish")]
pub async fn publish(id: domain::ids::UserId) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    request.answer(server::mentors::publish(&request.state, request.login()?, id).await)?;
    crate::ssr::redirect(&format!("{}?done=published", crate::routes::ADMIN_MENTORS));
    Ok(())
}
