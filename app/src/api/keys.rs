//! How the reader signs in: passkeys, codes, and accounts at other providers.

use super::error::ApiError;
use leptos::prelude::*;

/// The reader says once more who they are, and goes on at `back`.
#[server(prefix = "/api/fn", endpoint = "confirm_self")]
pub async fn confirm_self(own_password: String, back: String) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login_without_second_factor()?;
    request.answer(server::accounts::confirm_self(&request.state, login, &own_password).await)?;
    let back = domain::text::ReturnPath::parse(&back);
    crate::api::backend::redirect(back.as_ref().map_or(crate::routes::ACCOUNT, |p| p.as_str()));
    Ok(())
}

/// Begins to add a passkey; what the browser is asked for, as JSON.
#[server(prefix = "/api/fn", endpoint = "start_passkey")]
pub async fn start_passkey() -> Result<String, ApiError> {
    let request = crate::api::backend::request()?;
    let started =
        server::accounts::start_passkey(&request.state, request.login_without_second_factor()?)
            .await;
    let started = request.answer(started)?;
    request.remember_ceremony(Some(&started.ceremony));
    Ok(started.options)
}

/// Adds the passkey that the browser made.
#[server(prefix = "/api/fn", endpoint = "add_passkey")]
pub async fn add_passkey(passkey_name: String, credential: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (state, login, ceremony) = (
        &request.state,
        request.login_without_second_factor()?,
        request.ceremony(),
    );
    let ceremony = ceremony.as_deref();
    let added =
        server::accounts::add_passkey(state, login, ceremony, &passkey_name, &credential).await;
    request.answer(added)?;
    request.remember_ceremony(None);
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::PasskeyAdded));
    Ok(())
}

/// Gives one of the reader's passkeys another name.
#[server(prefix = "/api/fn", endpoint = "rename_passkey")]
pub async fn rename_passkey(
    passkey: domain::ids::PasskeyId,
    passkey_name: String,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (state, login) = (&request.state, request.login_without_second_factor()?);
    let renamed = server::accounts::rename_passkey(state, login, passkey, &passkey_name).await;
    request.answer(renamed)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::PasskeyRenamed));
    Ok(())
}

/// Removes one of the reader's passkeys.
#[server(prefix = "/api/fn", endpoint = "remove_passkey")]
pub async fn remove_passkey(passkey: domain::ids::PasskeyId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login_without_second_factor()?;
    request.answer(server::accounts::remove_passkey(&request.state, login, passkey).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::PasskeyRemoved));
    Ok(())
}

/// Begins a sign-in with a passkey; what the browser is asked for, as JSON.
#[server(prefix = "/api/fn", endpoint = "start_passkey_sign_in")]
pub async fn start_passkey_sign_in() -> Result<String, ApiError> {
    let request = crate::api::backend::request()?;
    let (state, client) = (&request.state, request.client()?);
    let started = server::accounts::start_passkey_sign_in(state, &client).await;
    let started = request.answer(started)?;
    request.remember_ceremony(Some(&started.ceremony));
    Ok(started.options)
}

/// Signs in with a passkey, and leads to `callback` or the dashboard.
#[server(prefix = "/api/fn", endpoint = "sign_in_with_passkey")]
pub async fn sign_in_with_passkey(
    credential: String,
    callback: Option<String>,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let (state, client, replaced) = (&request.state, request.client()?, request.own_login());
    let ceremony = request.ceremony();
    let ceremony = ceremony.as_deref();
    let login =
        server::accounts::sign_in_with_passkey(state, ceremony, &credential, &client, replaced);
    request.sign_in(&request.answer(login.await)?);
    request.remember_ceremony(None);
    crate::api::backend::redirect(&super::auth::after_sign_in(callback.as_deref()));
    Ok(())
}

/// Begins to set an authenticator app up.
#[server(prefix = "/api/fn", endpoint = "start_codes")]
pub async fn start_codes() -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login_without_second_factor()?;
    request.answer(server::accounts::start_codes(&request.state, login).await)?;
    crate::api::backend::redirect(crate::routes::CODES);
    Ok(())
}

/// Asks for codes from now on, and shows the recovery codes once.
#[server(prefix = "/api/fn", endpoint = "turn_codes_on")]
pub async fn turn_codes_on(code: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login_without_second_factor()?;
    let codes = server::accounts::turn_codes_on(&request.state, login, &code).await;
    let codes = request.answer(codes)?.join(" ");
    crate::api::backend::show_once::<NewRecoveryCodes>("codes", codes);
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::CodesOn));
    Ok(())
}

/// Makes new recovery codes, and shows them once.
#[server(prefix = "/api/fn", endpoint = "new_recovery_codes")]
pub async fn new_recovery_codes() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let codes = server::accounts::new_recovery_codes(&request.state, login).await;
    let codes = request.answer(codes)?.join(" ");
    crate::api::backend::show_once::<NewRecoveryCodes>("codes", codes);
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::RecoveryCodes));
    Ok(())
}

/// Asks for no codes any more.
#[server(prefix = "/api/fn", endpoint = "turn_codes_off")]
pub async fn turn_codes_off() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    request.answer(server::accounts::turn_codes_off(&request.state, login).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::CodesOff));
    Ok(())
}

/// Leads to another provider to link the reader's account there.
#[server(prefix = "/api/fn", endpoint = "start_link")]
pub async fn start_link(provider: String) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let begun = server::accounts::start_link(&request.state, login, &provider).await;
    request.remember_ceremony(Some(&request.answer(begun)?));
    crate::api::backend::redirect(crate::routes::PROVIDER);
    Ok(())
}

/// Unlinks the reader's account at another provider.
#[server(prefix = "/api/fn", endpoint = "unlink_provider")]
pub async fn unlink_provider(provider: String) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    request.answer(server::accounts::unlink_provider(&request.state, login, &provider).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::ProviderUnlinked));
    Ok(())
}
