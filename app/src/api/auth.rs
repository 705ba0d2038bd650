//! Signing up, in and out.

use super::error::ApiError;
use leptos::prelude::*;

/// Makes an account, signs it in, and leads to `callback` or the dashboard.
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
    let login = request.answer(server::accounts::sign_up(&request.state, form).await)?;
    request.sign_in(&login);
    crate::api::backend::redirect(&after_sign_in(callback.as_deref()));
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
    let from = request.client_ip()?;
    let login = request.answer(server::accounts::sign_in(&request.state, form, from).await)?;
    request.sign_in(&login);
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
