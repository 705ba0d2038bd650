//! The reader's account.

use super::error::ApiError;
use leptos::prelude::*;

/// Changes name and time zone.
#[server(prefix = "/api/fn", endpoint = "update_account")]
pub async fn update_account(name: String, time_zone: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let saved = server::accounts::update_account(&request.state, login, &name, &time_zone).await;
    request.answer(saved)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::Saved));
    Ok(())
}

/// Changes the password; other browsers are signed out.
#[server(prefix = "/api/fn", endpoint = "change_password")]
pub async fn change_password(
    current_password: String,
    new_password: String,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let changed =
        server::accounts::change_password(&request.state, login, &current_password, &new_password);
    let login = request.answer(changed.await)?;
    request.sign_in(&login);
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::PasswordChanged));
    Ok(())
}

/// Signs all browsers out, including this one.
#[server(prefix = "/api/fn", endpoint = "sign_out_everywhere")]
pub async fn sign_out_everywhere() -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    request.answer(server::accounts::sign_out_everywhere(&request.state, login).await)?;
    request.sign_out();
    crate::api::backend::redirect(crate::routes::SIGN_IN);
    Ok(())
}

/// Makes a secret address for the reader's calendar, replaces the old one, and shows it once.
#[server(prefix = "/api/fn", endpoint = "make_feed")]
pub async fn make_feed() -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let url = request.answer(server::calendar::feed_create(&request.state, login).await)?;
    crate::api::backend::show_once::<MakeFeed>("url", url);
    crate::api::backend::redirect(crate::routes::ACCOUNT);
    Ok(())
}

/// Revokes the secret address of the reader's calendar.
#[server(prefix = "/api/fn", endpoint = "revoke_feed")]
pub async fn revoke_feed() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    request.answer(server::calendar::feed_revoke(&request.state, login).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::FeedRevoked));
    Ok(())
}
