//! A mail server reached by SMTP (RFC 5321). The steps are ours, so that a refused recipient can be
//! told from refused credentials or a refused sender.

use super::{Email, MailError, MailServer};
use crate::config::{AppUrl, Security, SmtpConfig};
use async_trait::async_trait;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::{ClientId, Extension, MailParameter},
};
use secrecy::ExposeSecret;
use std::{sync::OnceLock, time::Duration};

/// An email that was taken is taken, however long closing the connection would take.
const GOODBYE: Duration = Duration::from_secs(1);

/// A mail server. Every email has a connection of its own: they are few, and a connection that
/// idles is one that breaks.
pub struct Smtp {
    config: SmtpConfig,
    hello: ClientId,
    /// Made with the first email: it reads the machine's certificates from disk.
    tls: OnceLock<TlsParameters>,
}

impl Smtp {
    /// The server that `config` names, which we greet as the host of `app_url`.
    pub fn new(config: SmtpConfig, app_url: &AppUrl) -> Self {
        let host = app_url.host();
        let hello = match host.parse::<std::net::IpAddr>() {
            Ok(std::net::IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(std::net::IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) => ClientId::Domain(host.to_owned()),
        };
        let tls = OnceLock::new();
        Self { config, hello, tls }
    }

    fn tls(&self) -> Result<TlsParameters, MailError> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let tls = TlsParameters::new(self.config.host.clone()).map_err(|e| failure("TLS", &e))?;
        Ok(self.tls.get_or_init(|| tls).clone())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, MailError> {
        let SmtpConfig {
            host,
            port,
            security,
            credentials,
        } = &self.config;
        let wrapper = match security {
            Security::Tls => Some(self.tls()?),
            Security::StartTls | Security::None => None,
        };
        let address = (host.as_str(), *port);
        let mut server =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, wrapper, None)
                .await
                .map_err(|e| failure("greeting", &e))?;
        match security {
            Security::StartTls => server
                .starttls(self.tls()?, &self.hello)
                .await
                .map_err(|e| failure("STARTTLS", &e))?,
            Security::Tls | Security::None => {}
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            server
                .auth(DEFAULT_MECHANISMS, &credentials)
                .await
                .map_err(|e| failure("sign-in", &e))?;
        }
        Ok(server)
    }
}

#[async_trait]
impl MailServer for Smtp {
    async fn deliver(&self, email: &Email) -> Result<(), MailError> {
        let mut server = self.open().await?;
        let mut options = Vec::new();
        // The host's part is ASCII already; the rest is nobody's to rewrite.
        if !AsRef::<str>::as_ref(&email.to).is_ascii() {
            if !server
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let what = "it takes no addresses beyond ASCII (SMTPUTF8)";
                return Err(MailError::BadRecipient(what.to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        server
            .command(Mail::new(Some(email.from.clone()), options))
            .await
            .map_err(|e| failure("sender", &e))?;
        server
            .command(Rcpt::new(email.to.clone(), Vec::new()))
            .await
            .map_err(|e| refusal(MailError::BadRecipient, "recipient", &e))?;
        server
            .command(Data)
            .await
            .map_err(|e| failure("email", &e))?;
        server
            .message(&email.bytes)
            .await
            .map_err(|e| refusal(MailError::Refused, "email", &e))?;
        let _taken_anyway = tokio::time::timeout(GOODBYE, server.quit()).await;
        Ok(())
    }

    async fn check(&self) -> Result<(), MailError> {
        let mut server = self.open().await?;
        let _fine_anyway = tokio::time::timeout(GOODBYE, server.quit()).await;
        Ok(())
    }
}

/// A step that says nothing about the recipient went wrong.
fn failure(step: &str, error: &Error) -> MailError {
    match said(error) {
        Some(code) => MailError::TemporaryFailure(format!("{code} at the {step}")),
        None if error.is_client() => {
            MailError::TemporaryFailure(format!("no agreement at the {step} ({error})"))
        }
        // The error itself quotes what the server answered.
        None if error.is_response() => MailError::Unreachable(format!(
            "its answer broke off or made no sense at the {step}"
        )),
        None => MailError::Unreachable(format!("{error} at the {step}")),
    }
}

/// A step about the recipient or the email went wrong: a 5xx is final, unless it is about us:
/// missing or refused credentials (530, 535), the sender (5.1.7, 5.1.8), or rights (5.7.x).
fn refusal(refused: fn(String) -> MailError, step: &str, error: &Error) -> MailError {
    let Some(code) = said(error).filter(|_| error.is_permanent()) else {
        return failure(step, error);
    };
    let about_us = code.starts_with("53")
        || [" 5.7.", " 5.1.7", " 5.1.8"]
            .iter()
            .any(|ours| code.contains(ours));
    if about_us {
        return failure(step, error);
    }
    refused(format!("{code} at the {step}"))
}

/// The codes of an answer, such as `550 5.1.1`: not its text, which may repeat the address.
fn said(error: &Error) -> Option<String> {
    use std::error::Error as _;
    let code = error.status()?;
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let detail = words.split_whitespace().next().filter(|first| {
        first.split('.').count() == 3
            && first.split('.').all(|part| {
                (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            })
    });
    Some(match detail {
        Some(detail) => format!("{code} {detail}"),
        None => code.to_string(),
    })
}
