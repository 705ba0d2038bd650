//! Signing up, in and out, and links by email.

use super::error::ApiError;
use leptos::prelude::*;

/// Keeps what was entered until its address is proved.
#[server(prefix = "/api/fn", endpoint = "sign_up")]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    time_zone: String,
    callback: Option<String>,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let form = server::accounts::SignUp {
        name,
        email,
        password,
        time_zone,
    };
    let (state, client) = (&request.state, request.client()?);
    let callback = callback.and_then(|path| domain::text::ReturnPath::parse(&path));
    let waiting = server::accounts::sign_up(state, form, callback.as_ref(), &client).await;
    request.remember_sign_up(Some(&request.answer(waiting)?));
    crate::api::backend::redirect(crate::routes::CHECK_EMAIL);
    Ok(())
}

/// Sends the link of this browser's sign-up once more.
#[server(prefix = "/api/fn", endpoint = "send_sign_up_again")]
pub async fn send_sign_up_again() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (browser, client) = (request.sign_up(), request.client()?);
    let sent = server::accounts::send_again(&request.state, browser.as_deref(), &client).await;
    request.answer(sent)?;
    crate::api::backend::redirect(&routes::done(routes::CHECK_EMAIL, Done::SentAgain));
    Ok(())
}

/// Corrects the address of this browser's sign-up.
#[server(prefix = "/api/fn", endpoint = "correct_sign_up")]
pub async fn correct_sign_up(email: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (state, browser, client) = (&request.state, request.sign_up(), request.client()?);
    let sent = server::accounts::correct_address(state, browser.as_deref(), &email, &client).await;
    request.answer(sent)?;
    crate::api::backend::redirect(&routes::done(routes::CHECK_EMAIL, Done::SentAgain));
    Ok(())
}

/// Makes the account of a sign-up whose address is proved, signs it in, and leads to where its person wanted to go.
#[server(prefix = "/api/fn", endpoint = "confirm_sign_up")]
pub async fn confirm_sign_up(token: String, password: Option<String>) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let (browser, password) = (request.sign_up(), password.unwrap_or_default());
    let proof = server::accounts::Proof { browser, password };
    let (state, client, replaced) = (&request.state, request.client()?, request.own_login());
    let made = server::accounts::confirm(state, &token, proof, &client, replaced).await;
    let (login, callback) = request.answer(made)?;
    request.sign_in(&login);
    request.remember_sign_up(None);
    let callback = callback.as_ref().map(|path| path.as_str());
    crate::api::backend::redirect(&after_sign_in(callback));
    Ok(())
}

/// Emails a link to choose a new password, if there is such an account.
#[server(prefix = "/api/fn", endpoint = "forgot_password")]
pub async fn forgot_password(email: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (kind, client) = (
        domain::account::AccountEmail::ResetPassword,
        request.client()?,
    );
    let asked = server::accounts::ask_for_link(&request.state, kind, &email, &client).await;
    request.answer(asked)?;
    crate::api::backend::redirect(&routes::done(routes::FORGOT, Done::LinkSent));
    Ok(())
}

/// Emails a link to sign in, if there is such an account.
#[server(prefix = "/api/fn", endpoint = "email_sign_in_link")]
pub async fn email_sign_in_link(email: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (kind, client) = (domain::account::AccountEmail::SignIn, request.client()?);
    let asked = server::accounts::ask_for_link(&request.state, kind, &email, &client).await;
    request.answer(asked)?;
    crate::api::backend::redirect(&routes::done(routes::SIGN_IN_LINK, Done::LinkSent));
    Ok(())
}

/// Signs in by a link that was emailed.
#[server(prefix = "/api/fn", endpoint = "sign_in_by_link")]
pub async fn sign_in_by_link(token: String) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let (state, client, replaced) = (&request.state, request.client()?, request.own_login());
    let login = server::accounts::sign_in_by_link(state, &token, &client, replaced).await;
    let login = request.answer(login)?;
    request.sign_in(&login);
    crate::api::backend::redirect(&after_first_half(login.second_factor_due, None));
    Ok(())
}

/// Chooses a new password by a link that was emailed.
#[server(prefix = "/api/fn", endpoint = "reset_password")]
pub async fn reset_password(token: String, new_password: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let reset = server::accounts::reset_by_link(&request.state, &token, &new_password).await;
    request.answer(reset)?;
    request.sign_out();
    crate::api::backend::redirect(&routes::done(routes::SIGN_IN, Done::PasswordReset));
    Ok(())
}

/// Gives an account the address that a link proved.
#[server(prefix = "/api/fn", endpoint = "confirm_address")]
pub async fn confirm_address(token: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::accounts::confirm_address(&request.state, &token).await)?;
    let next = request
        .login
        .as_ref()
        .map_or(routes::SIGN_IN, |_| routes::ACCOUNT);
    crate::api::backend::redirect(&routes::done(next, Done::AddressChanged));
    Ok(())
}

/// Signs in, and leads to `callback` or the dashboard.
#[server(prefix = "/api/fn", endpoint = "sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    callback: Option<String>,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let form = server::accounts::SignIn { email, password };
    let (state, client, replaced) = (&request.state, request.client()?, request.own_login());
    let login = server::accounts::sign_in(state, form, &client, replaced).await;
    let login = request.answer(login)?;
    request.sign_in(&login);
    crate::api::backend::redirect(&after_first_half(
        login.second_factor_due,
        callback.as_deref(),
    ));
    Ok(())
}

/// Leads to another provider to sign in, and later on to `callback` or the dashboard.
#[server(prefix = "/api/fn", endpoint = "start_provider")]
pub async fn start_provider(provider: String, callback: Option<String>) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let callback = callback.and_then(|path| domain::text::ReturnPath::parse(&path));
    let (state, client) = (&request.state, request.client()?);
    let begun = server::accounts::start_provider(state, &provider, callback.as_ref(), &client);
    request.remember_ceremony(Some(&request.answer(begun.await)?));
    crate::api::backend::redirect(crate::routes::PROVIDER);
    Ok(())
}

/// Completes a sign-in with a code of an authenticator app, or a recovery code.
#[server(prefix = "/api/fn", endpoint = "enter_code")]
pub async fn enter_code(code: String, callback: Option<String>) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let (state, client, token) = (&request.state, request.client()?, request.login_token());
    let login = server::accounts::enter_code(state, token.as_deref(), &code, &client).await;
    request.sign_in(&request.answer(login)?);
    crate::api::backend::redirect(&after_sign_in(callback.as_deref()));
    Ok(())
}

/// Signs this browser out. Signing out twice is no error.
#[server(prefix = "/api/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    if let Some(login) = &request.login {
        request.answer(server::accounts::sign_out(&request.state, login).await)?;
    }
    request.sign_out();
    crate::api::backend::redirect(crate::routes::HOME);
    Ok(())
}

/// Where signing in leads: a path of ours, never another site.
pub fn after_sign_in(callback: Option<&str>) -> String {
    callback
        .and_then(domain::text::ReturnPath::parse)
        .map_or_else(
            || crate::routes::DASHBOARD.to_owned(),
            |path| path.as_str().to_owned(),
        )
}

/// Where a password, or a link, leads: to the second factor, where one is due.
pub fn after_first_half(second_factor_due: bool, callback: Option<&str>) -> String {
    let path = callback.and_then(domain::text::ReturnPath::parse);
    match (second_factor_due, path) {
        (false, _) => after_sign_in(callback),
        (true, Some(path)) => crate::routes::with_callback(crate::routes::CODE, &path),
        (true, None) => crate::routes::CODE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::after_sign_in;

    #[test]
    fn signing_in_never_leads_away() {
        assert_eq!(after_sign_in(Some("/meeting/1")), "/meeting/1");
        for evil in [
            None,
            Some(""),
            Some("//evil.example"),
            Some("https://evil.example"),
        ] {
            assert_eq!(after_sign_in(evil), "/dashboard");
        }
    }
}
