//! `MAIL_URL` and `MAIL_FROM`.

use crate::config::{is_loopback, without_brackets};
use lettre::message::Mailbox;
use secrecy::SecretString;
use std::path::PathBuf;
use url::{Host, Url};

/// How emails leave.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Where they go.
    pub target: MailTarget,
    /// Who they are from.
    pub from: Mailbox,
}

/// Where emails go.
#[derive(Debug, Clone)]
pub enum MailTarget {
    /// Files in a folder, for development.
    Folder(PathBuf),
    /// A mail server.
    Smtp(SmtpConfig),
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, which the server must offer.
    StartTls,
    /// Not at all: this machine, or a trusted network.
    None,
}

/// Wanted form of `MAIL_URL`.
const FORM: &str =
    "must look like smtp://user:password@mail.example.org:587, smtps://… or file:<folder>";

impl MailConfig {
    /// Reads both settings.
    ///
    /// # Errors
    /// The setting's name and why it is refused; the text repeats no value.
    pub fn parse(url: &str, from: &str) -> Result<Self, (&'static str, String)> {
        let target = parse_target(url).map_err(|reason| ("MAIL_URL", reason.to_owned()))?;
        let plain = domain::text::one_line(from) == from && from.len() <= 254;
        let from = from.parse().ok().filter(|_| plain).ok_or((
            "MAIL_FROM",
            "must look like Young Minds <no-reply@minds.example.org>".to_owned(),
        ))?;
        Ok(Self { target, from })
    }

    /// The folder, when emails are files.
    pub fn folder(&self) -> Option<&PathBuf> {
        match &self.target {
            MailTarget::Folder(folder) => Some(folder),
            MailTarget::Smtp(_) => None,
        }
    }
}

fn parse_target(url: &str) -> Result<MailTarget, &'static str> {
    if let Some(folder) = url.strip_prefix("file:") {
        let folder = folder.strip_prefix("//").unwrap_or(folder);
        return match folder {
            "" => Err("file: must name a folder, for example file:.run/mail"),
            folder => Ok(MailTarget::Folder(PathBuf::from(folder))),
        };
    }
    let url = Url::parse(url).map_err(|_| FORM)?;
    // The scheme is not one whose hosts `url` looks into.
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(FORM)?;
    let host = Host::parse(host).map_err(|_| FORM)?;
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(FORM);
    }
    let local = is_loopback(&host);
    let (security, port) = match (url.scheme(), url.query()) {
        ("smtps", None) => (Security::Tls, 465),
        ("smtp", None) if local => (Security::None, 25),
        ("smtp", None) => (Security::StartTls, 587),
        ("smtp", Some("tls=none")) => (Security::None, 25),
        ("smtp" | "smtps", Some(_)) => {
            return Err("knows ?tls=none and nothing else, and that with smtp:// only");
        }
        _ => return Err(FORM),
    };
    let credentials = credentials(&url)?;
    if security == Security::None && !local && credentials.is_some() {
        return Err("has a password, which ?tls=none would show to everybody on the way");
    }
    Ok(MailTarget::Smtp(SmtpConfig {
        host: without_brackets(host),
        port: url.port().unwrap_or(port),
        security,
        credentials,
    }))
}

/// User and password, written with `%40` for `@` and so on.
fn credentials(url: &Url) -> Result<Option<(String, SecretString)>, &'static str> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| "has a user or password that is not UTF-8")
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password without a user"),
        (_, None) => Err("has a user without a password"),
        (user, Some(password)) => Ok(Some((decode(user)?, SecretString::from(decode(password)?)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn target(url: &str) -> Result<MailTarget, String> {
        MailConfig::parse(url, "Young Minds <no-reply@localhost>")
            .map(|config| config.target)
            .map_err(|(name, reason)| format!("{name}: {reason}"))
    }

    fn smtp(url: &str) -> SmtpConfig {
        match target(url) {
            Ok(MailTarget::Smtp(config)) => config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mail_server_is_asked_for_tls_unless_it_is_on_this_machine() {
        for (url, security, port) in [
            ("smtp://mail.example.org", Security::StartTls, 587),
            ("smtp://mail.example.org:2525/", Security::StartTls, 2525),
            ("smtps://mail.example.org", Security::Tls, 465),
            ("smtp://127.0.0.1", Security::None, 25),
            ("smtp://[::1]:2525", Security::None, 2525),
            ("smtp://10.0.0.7?tls=none", Security::None, 25),
        ] {
            let config = smtp(url);
            assert_eq!((config.security, config.port), (security, port), "{url}");
        }
    }

    #[test]
    fn the_password_is_read_and_hidden() {
        let config = smtp("smtps://me%40example.org:p%3Ass%20word@mail.example.org");
        assert!(!format!("{config:?}").contains("p:ss word"));
        let (user, password) = config.credentials.expect("there");
        assert_eq!(
            (user.as_str(), password.expose_secret()),
            ("me@example.org", "p:ss word")
        );
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_repeating_it() {
        for url in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "file:",
            "smtp://",
            "smtp://secret@mail.example.org",
            "smtp://mail.example.org/path",
            "smtp://mail.example.org?tls=maybe",
            "smtp://me:secret@mail.example.org?tls=none",
        ] {
            let refused = target(url).expect_err(url);
            assert!(refused.starts_with("MAIL_URL: "), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
        for from in ["", "nobody", "a@b.de\r\nBcc: x@y.z", "a@b.de, c@d.de"] {
            let refused = MailConfig::parse("file:mail", from).expect_err(from);
            assert_eq!(refused.0, "MAIL_FROM");
        }
    }
}
