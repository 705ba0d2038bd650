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
    let (state, login, client) = (&request.state, request.login()?, request.client()?);
    let (old, new) = (&current_password, &new_password);
    let login = server::accounts::change_password(state, login, old, new, &client).await;
    request.sign_in(&request.answer(login)?);
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::PasswordChanged));
    Ok(())
}

/// Emails a link to a new address; the account has it once the link was opened.
#[server(prefix = "/api/fn", endpoint = "change_address")]
pub async fn change_address(new_email: String, password: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (state, login, client) = (&request.state, request.login()?, request.client()?);
    let asked = server::accounts::change_address(state, login, &new_email, &password, &client);
    request.answer(asked.await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::AddressAsked));
    Ok(())
}

/// Signs one of the reader's browsers out.
#[server(prefix = "/api/fn", endpoint = "end_login")]
pub async fn end_login(login: domain::ids::LoginId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let own = request.login()?;
    request.answer(server::accounts::end_login(&request.state, own, login).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::LoginsEnded));
    Ok(())
}

/// Signs all of the reader's browsers out but this one.
#[server(prefix = "/api/fn", endpoint = "end_other_logins")]
pub async fn end_other_logins() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let own = request.login()?;
    request.answer(server::accounts::end_other_logins(&request.state, own).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::LoginsEnded));
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
