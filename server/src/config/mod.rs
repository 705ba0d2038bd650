//! Settings, read from the environment or the command line, and validated once at start.

mod legal;
mod mail;
mod providers;
mod proxies;
mod retention;

pub use legal::Legal;
pub use mail::{MailConfig, MailTarget, Security, SmtpConfig};
pub use providers::Provider;
pub use proxies::Proxies;
pub use retention::{Retention, RetentionSettings};

use clap::Args;
use domain::{time::Millis, window::WindowRules};
use http::uri::Authority;
use secrecy::{ExposeSecret, SecretString};
use std::{net::SocketAddr, time::Duration};
use url::{Host, Url};

/// Settings as written by the operator. Every field names its environment variable.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address people use to reach us; `https` turns on `Secure` and `__Host-` cookies.
    #[arg(long, env = "APP_URL", default_value = "http://127.0.0.1:3000")]
    pub app_url: String,
    /// Brand name shown on every page.
    #[arg(long, env = "APP_NAME", default_value = "Young Minds")]
    pub app_name: String,
    /// Address and port to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// `sqlite://file.sqlite` or `postgres://user@host/database`.
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://young-minds.sqlite",
        hide_env_values = true
    )]
    pub database_url: String,
    /// LiveKit's API key.
    #[arg(long, env = "LIVEKIT_API_KEY")]
    pub livekit_api_key: String,
    /// LiveKit's API secret, at least 32 characters.
    #[arg(long, env = "LIVEKIT_API_SECRET", hide_env_values = true)]
    pub livekit_api_secret: SecretString,
    /// LiveKit as this server reaches it (ws, wss, http or https).
    #[arg(long, env = "LIVEKIT_WS_URL", default_value = "ws://127.0.0.1:7880")]
    pub livekit_ws_url: String,
    /// LiveKit as browsers reach it; wss when `APP_URL` is https. Default: `LIVEKIT_WS_URL`.
    #[arg(long, env = "PUBLIC_LIVEKIT_WS_URL")]
    pub public_livekit_ws_url: Option<String>,
    /// Key that LiveKit signs webhooks with, when it is another pair than the API's.
    #[arg(long, env = "LIVEKIT_WEBHOOK_KEY")]
    pub livekit_webhook_key: Option<String>,
    /// Secret of that key.
    #[arg(long, env = "LIVEKIT_WEBHOOK_SECRET", hide_env_values = true)]
    pub livekit_webhook_secret: Option<SecretString>,
    /// `smtp://user:password@host:587` (STARTTLS), `smtps://…`, or `file:<folder>` for development.
    #[arg(
        long,
        env = "MAIL_URL",
        default_value = "file:.run/mail",
        hide_env_values = true
    )]
    pub mail_url: SecretString,
    /// Who emails are from: a name and an address of yours.
    #[arg(
        long,
        env = "MAIL_FROM",
        default_value = "Young Minds <no-reply@localhost>"
    )]
    pub mail_from: String,
    /// Minutes before the scheduled start at which a meeting opens.
    #[arg(long, env = "WINDOW_OPENS_BEFORE_MINUTES", default_value_t = 15, value_parser = clap::value_parser!(i64).range(0..=1_440))]
    pub window_opens_before_minutes: i64,
    /// Minutes after the scheduled start at which a meeting closes.
    #[arg(long, env = "WINDOW_CLOSES_AFTER_MINUTES", default_value_t = 120, value_parser = clap::value_parser!(i64).range(1..=1_440))]
    pub window_closes_after_minutes: i64,
    /// Publish mentor profiles at once instead of waiting for an admin.
    #[arg(long, env = "AUTO_APPROVE_MENTORS", default_value_t = false, action = clap::ArgAction::Set)]
    pub auto_approve_mentors: bool,
    /// Whether administrators need a passkey or an authenticator app. Default: `required`, unless `APP_URL` is this machine.
    #[arg(long, env = "ADMIN_SECOND_FACTOR", value_enum)]
    pub admin_second_factor: Option<SecondFactor>,
    /// A file with other providers where people may sign in (OpenID Connect): a JSON list.
    #[arg(long, env = "OIDC_PROVIDERS")]
    pub oidc_providers: Option<String>,
    /// Failed sign-ins allowed for one account from one address, within 15 minutes.
    #[arg(long, env = "SIGN_IN_FAILURES_PER_ACCOUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub sign_in_failures_per_account: u32,
    /// Failed sign-ins allowed from one address, within 15 minutes.
    #[arg(long, env = "SIGN_IN_FAILURES_PER_ADDRESS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub sign_in_failures_per_address: u32,
    /// Sign-ups, and emails with links to sign in or choose a password, that one address may ask for in an hour.
    #[arg(long, env = "ACCOUNT_REQUESTS_PER_ADDRESS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub account_requests_per_address: u32,
    /// Sessions that one mentee may have ahead, held and requested ones included.
    #[arg(long, env = "OPEN_BOOKINGS_PER_MENTEE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub open_bookings_per_mentee: u32,
    /// Sessions that one mentee may have ahead with one mentor.
    #[arg(long, env = "OPEN_BOOKINGS_PER_PAIR", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..))]
    pub open_bookings_per_pair: u32,
    /// Times that one mentee may book or hold in an hour.
    #[arg(long, env = "BOOKINGS_PER_HOUR", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub bookings_per_hour: u32,
    /// Changes of one session in an hour, by both together; cancelling is always possible.
    #[arg(long, env = "CHANGES_PER_SESSION", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub changes_per_session: u32,
    /// Emails about sessions that one person gets in an hour; more wait, and are dropped once they are overtaken.
    #[arg(long, env = "EMAILS_PER_PERSON", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub emails_per_person: u32,
    /// A Markdown file with what is kept about people, for how long, and who sees it. Default: a text that is true of
    /// this software.
    #[arg(long, env = "PRIVACY_FILE")]
    pub privacy_file: Option<String>,
    /// A Markdown file with what people agree to. Default: a short text.
    #[arg(long, env = "TERMS_FILE")]
    pub terms_file: Option<String>,
    /// Where people reach those who run the site, for these texts: an email address or an https address.
    #[arg(long, env = "CONTACT")]
    pub contact: Option<String>,
    /// Where holes are reported, for `/.well-known/security.txt`: an email address or an https address.
    #[arg(long, env = "SECURITY_CONTACT")]
    pub security_contact: Option<String>,
    /// Passwords hashed at the same time; each takes 19 MiB of memory.
    #[arg(long, env = "PASSWORD_HASHING", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub password_hashing: u32,
    /// Proxies whose `X-Forwarded-For` is believed: addresses, networks like `10.0.0.0/8`, or `private` for all private ones, separated by commas.
    #[arg(
        long,
        env = "TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: Proxies,
    /// Connections at the same time; each open page that listens for changes has one. A single peer that is no proxy gets a quarter of them.
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// Seconds between not being ready any more and stopping, so that load balancers notice. Default: 5, or 0 where `APP_URL` is this machine.
    #[arg(long, env = "SHUTDOWN_GRACE_SECONDS", value_parser = clap::value_parser!(u16).range(0..=300))]
    pub shutdown_grace_seconds: Option<u16>,
    /// How long things are kept.
    #[command(flatten)]
    pub retention: RetentionSettings,
    /// How the log is written.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Folder with the built site (pages' WASM, styles, static files).
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site")]
    pub site_root: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Whether a second factor is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SecondFactor {
    /// It is.
    Required,
    /// Whoever wants one has one.
    Optional,
}

/// Validated settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people reach us.
    pub app_url: AppUrl,
    /// Brand name.
    pub app_name: String,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Database.
    pub database_url: SecretString,
    /// LiveKit.
    pub media: MediaConfig,
    /// How emails leave.
    pub mail: MailConfig,
    /// How far the window reaches.
    pub window: WindowRules,
    /// Limits on use.
    pub limits: Limits,
    /// How long the process goes on after it said that it is not ready any more.
    pub shutdown_grace: Duration,
    /// Publish mentor profiles at once.
    pub auto_approve_mentors: bool,
    /// Administrators need a passkey or an authenticator app.
    pub admin_second_factor: bool,
    /// Other providers where people may sign in.
    pub providers: Vec<Provider>,
    /// What people agree to, what is kept about them, and where holes are reported.
    pub legal: Legal,
    /// For how long somebody can take it back that their account is deleted.
    pub deletion_after: Millis,
    /// How long things are kept.
    pub retention: Retention,
    /// How the log is written.
    pub log_format: LogFormat,
    /// Folder with the built site.
    pub site_root: String,
}

/// The public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    /// Scheme, host and port as browsers write them, for example `https://minds.example`.
    pub origin: String,
    host: String,
    /// Whether it is https.
    pub is_https: bool,
    /// Whether the host is this machine only.
    pub is_loopback: bool,
}

/// How to talk to LiveKit.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// API key.
    pub api_key: String,
    /// API secret, at least 32 characters.
    pub api_secret: SecretString,
    /// Server side address.
    pub ws_url: String,
    /// Browser side address.
    pub public_ws_url: String,
    /// Pairs that webhooks may be signed with.
    pub webhook_keys: Vec<(String, SecretString)>,
}

/// Limits on use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Failed sign-ins per account and address in 15 minutes.
    pub sign_in_failures_per_account: u32,
    /// Failed sign-ins per address in 15 minutes.
    pub sign_in_failures_per_address: u32,
    /// Sessions a mentee may have ahead.
    pub open_bookings_per_mentee: u32,
    /// Sessions a mentee may have ahead with one mentor.
    pub open_bookings_per_pair: u32,
    /// Bookings and holds of a mentee in an hour.
    pub bookings_per_hour: u32,
    /// Changes of a session in an hour, but for cancelling.
    pub changes_per_session: u32,
    /// Emails about sessions that a person gets in an hour.
    pub emails_per_person: u32,
    /// Sign-ups and emails with links per address in an hour.
    pub account_requests_per_address: u32,
    /// Concurrent password hashes.
    pub password_hashing: u32,
    /// Connections at the same time.
    pub max_connections: u32,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Proxies,
}

/// A setting that cannot be used; the text names it, says why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct ConfigProblem {
    /// The environment variable.
    pub variable: &'static str,
    /// Why it is refused.
    pub reason: String,
}

fn refuse<T>(variable: &'static str, reason: impl Into<String>) -> Result<T, ConfigProblem> {
    Err(ConfigProblem {
        variable,
        reason: reason.into(),
    })
}

/// Shortest secret accepted (HS256 keys shorter than the hash weaken it; RFC 7518 §3.2).
const SECRET_MIN: usize = 32;

/// A load balancer that looks every second has noticed twice by then.
const SHUTDOWN_GRACE: u16 = 5;

impl TryFrom<Settings> for Config {
    type Error = ConfigProblem;

    fn try_from(s: Settings) -> Result<Self, ConfigProblem> {
        let app_url = AppUrl::parse(&s.app_url)?;
        if s.app_name.trim().is_empty()
            || s.app_name.len() > 60
            || s.app_name.chars().any(char::is_control)
        {
            return refuse("APP_NAME", "must be 1 to 60 characters on one line");
        }
        let legal = Legal::read(&s, &app_url.origin)
            .or_else(|(variable, reason)| refuse(variable, reason))?;
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|p| s.database_url.starts_with(p))
        {
            return refuse("DATABASE_URL", "must start with sqlite: or postgres://");
        }
        check_pair(
            "LIVEKIT_API_KEY",
            &s.livekit_api_key,
            "LIVEKIT_API_SECRET",
            &s.livekit_api_secret,
        )?;
        let ws_url = parse_socket_url("LIVEKIT_WS_URL", &s.livekit_ws_url)?;
        let public_ws_url = match &s.public_livekit_ws_url {
            Some(url) => parse_socket_url("PUBLIC_LIVEKIT_WS_URL", url)?,
            None => ws_url.clone(),
        };
        if app_url.is_https && !matches!(public_ws_url.scheme(), "wss" | "https") {
            return refuse(
                "PUBLIC_LIVEKIT_WS_URL",
                "must be wss:// because APP_URL is https (browsers refuse the mix)",
            );
        }
        let mut webhook_keys = vec![(s.livekit_api_key.clone(), s.livekit_api_secret.clone())];
        match (s.livekit_webhook_key, s.livekit_webhook_secret) {
            (None, None) => {}
            (Some(key), Some(secret)) => {
                check_pair(
                    "LIVEKIT_WEBHOOK_KEY",
                    &key,
                    "LIVEKIT_WEBHOOK_SECRET",
                    &secret,
                )?;
                webhook_keys.push((key, secret));
            }
            (Some(_), None) => {
                return refuse(
                    "LIVEKIT_WEBHOOK_SECRET",
                    "is missing although LIVEKIT_WEBHOOK_KEY is set",
                );
            }
            (None, Some(_)) => {
                return refuse(
                    "LIVEKIT_WEBHOOK_KEY",
                    "is missing although LIVEKIT_WEBHOOK_SECRET is set",
                );
            }
        }
        let mail = MailConfig::parse(s.mail_url.expose_secret(), &s.mail_from)
            .or_else(|(variable, reason)| refuse(variable, reason))?;
        let second_factor = match app_url.is_loopback {
            true => SecondFactor::Optional,
            false => SecondFactor::Required,
        };
        let second_factor = s.admin_second_factor.unwrap_or(second_factor);
        let grace = match app_url.is_loopback {
            true => 0,
            false => SHUTDOWN_GRACE,
        };
        let grace = s.shutdown_grace_seconds.unwrap_or(grace);
        let providers = match s.oidc_providers.as_deref() {
            None | Some("") => Vec::new(),
            Some(path) => {
                providers::read(path).or_else(|reason| refuse("OIDC_PROVIDERS", reason))?
            }
        };
        Ok(Self {
            app_url,
            mail,
            providers,
            legal,
            app_name: s.app_name.trim().to_owned(),
            listen: s.listen,
            database_url: SecretString::from(s.database_url),
            media: MediaConfig {
                api_key: s.livekit_api_key,
                api_secret: s.livekit_api_secret,
                ws_url: ws_url.origin().ascii_serialization(),
                public_ws_url: public_ws_url.origin().ascii_serialization(),
                webhook_keys,
            },
            window: WindowRules {
                opens_before: Millis::minutes(s.window_opens_before_minutes),
                closes_after: Millis::minutes(s.window_closes_after_minutes),
            },
            limits: Limits {
                sign_in_failures_per_account: s.sign_in_failures_per_account,
                sign_in_failures_per_address: s.sign_in_failures_per_address,
                open_bookings_per_mentee: s.open_bookings_per_mentee,
                open_bookings_per_pair: s.open_bookings_per_pair,
                bookings_per_hour: s.bookings_per_hour,
                changes_per_session: s.changes_per_session,
                emails_per_person: s.emails_per_person,
                account_requests_per_address: s.account_requests_per_address,
                password_hashing: s.password_hashing,
                max_connections: s.max_connections,
                trusted_proxies: s.trusted_proxies,
            },
            shutdown_grace: Duration::from_secs(grace.into()),
            deletion_after: Millis::days(s.retention.deletion_after_days),
            retention: Retention::from(&s.retention),
            auto_approve_mentors: s.auto_approve_mentors,
            admin_second_factor: second_factor == SecondFactor::Required,
            log_format: s.log_format,
            site_root: s.site_root,
        })
    }
}

impl Config {
    /// Whether nobody else can reach us: people by our address, or programs by where we listen.
    pub fn is_for_this_machine(&self) -> bool {
        self.app_url.is_loopback && self.listen.ip().is_loopback()
    }

    /// What works but is hardly meant, as text for the operator.
    pub fn warnings(&self) -> Vec<&'static str> {
        if self.app_url.is_loopback {
            return Vec::new();
        }
        let mail = match self.mail.target {
            MailTarget::Folder(_) => Some(
                "MAIL_URL names a folder: emails are written there and reach nobody; name a mail server",
            ),
            MailTarget::Smtp(_) if self.mail.from.email.domain() == "localhost" => Some(
                "MAIL_FROM is an address at localhost, which most mail servers refuse; name one of yours",
            ),
            MailTarget::Smtp(_) => None,
        };
        let proxies = self.lacks_proxies().then_some(
            "APP_URL is https and TRUSTED_PROXIES is empty: everybody behind the proxy counts as one client; name it",
        );
        mail.into_iter().chain(proxies).collect()
    }

    /// TLS is a proxy's business, and no proxy is trusted.
    pub(crate) fn lacks_proxies(&self) -> bool {
        self.app_url.is_https && self.limits.trusted_proxies.is_empty()
    }
}

impl AppUrl {
    /// Reads `APP_URL`.
    ///
    /// # Errors
    /// When it is more or less than scheme, host and port, or http beyond this machine.
    pub fn parse(text: &str) -> Result<Self, ConfigProblem> {
        let url = parse_origin(text, &["http", "https"]);
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host()?))) else {
            return refuse(
                "APP_URL",
                "must look like https://minds.example.org, without a path",
            );
        };
        let (is_https, is_loopback) = (url.scheme() == "https", is_loopback(&host));
        if !is_https && !is_loopback {
            return refuse(
                "APP_URL",
                "must be https unless it is localhost: browsers give no camera to plain http pages",
            );
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            host: without_brackets(host),
            is_https,
            is_loopback,
        })
    }

    /// Whether a request that says this host, with a port or without one, is for us. This machine has several names.
    pub fn is_for(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else {
            return false;
        };
        match Host::parse(authority.host()) {
            Ok(host) if self.is_loopback => is_loopback(&host),
            Ok(host) => without_brackets(host) == self.host,
            Err(_) => false,
        }
    }

    /// The host without scheme and port, IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl MediaConfig {
    /// Server side address for HTTP, without a slash at its end.
    pub fn http_url(&self) -> String {
        match self.ws_url.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => self.ws_url.clone(),
        }
    }
}

/// Whether a host is this machine only.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// A host as text, IPv6 without brackets.
pub(crate) fn without_brackets<S: Into<String>>(host: Host<S>) -> String {
    match host {
        Host::Domain(name) => name.into(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    }
}

fn check_pair(
    key_name: &'static str,
    key: &str,
    secret_name: &'static str,
    secret: &SecretString,
) -> Result<(), ConfigProblem> {
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
        return refuse(key_name, "must be set, without spaces");
    }
    let secret = secret.expose_secret();
    if secret.len() < SECRET_MIN {
        return refuse(
            secret_name,
            format!(
                "must have at least {SECRET_MIN} characters; make one with: openssl rand -hex 32"
            ),
        );
    }
    let mut distinct: Vec<char> = secret.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 8 {
        return refuse(
            secret_name,
            "repeats itself too much to be secret; make one with: openssl rand -hex 32",
        );
    }
    Ok(())
}

fn parse_socket_url(variable: &'static str, text: &str) -> Result<Url, ConfigProblem> {
    parse_origin(text, &["ws", "wss", "http", "https"]).map_or_else(
        || {
            refuse(
                variable,
                "must look like ws://127.0.0.1:7880 or wss://livekit.example.org",
            )
        },
        Ok,
    )
}

/// An address of scheme, host and port and nothing else.
fn parse_origin(text: &str, schemes: &[&str]) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare =
        url.as_str().strip_suffix('/') == Some(url.origin().ascii_serialization().as_str());
    (is_bare && schemes.contains(&url.scheme())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    const GOOD: &[&str] = &[
        "test",
        "--livekit-api-key",
        "key",
        "--livekit-api-secret",
        "0123456789abcdef0123456789abcdef",
    ];

    fn config(extra: &[&str]) -> Result<Config, String> {
        let args = GOOD.iter().chain(extra);
        let cli = Cli::try_parse_from(args).map_err(|e| e.to_string())?;
        Config::try_from(cli.settings).map_err(|e| e.to_string())
    }

    #[test]
    fn a_small_development_configuration_is_accepted() {
        let config = config(&[]).expect("valid");
        assert!(config.app_url.is_loopback && !config.app_url.is_https);
        assert_eq!(config.media.public_ws_url, "ws://127.0.0.1:7880");
        assert!(
            !format!("{config:?}").contains("0123456789abcdef"),
            "secrets stay out of debug output"
        );
    }

    #[test]
    fn a_public_address_without_a_mail_server_or_a_known_proxy_is_worth_a_warning() {
        let public = [
            "--app-url",
            "https://minds.example",
            "--public-livekit-ws-url",
            "wss://livekit.example",
        ];
        let warnings = |extra: &[&str]| {
            let config = config(&[&public[..], extra].concat()).expect("valid");
            assert!(!format!("{config:?}").contains("pass-word"), "hidden");
            config.warnings().len()
        };
        let proxies = ["--trusted-proxies", "private"];
        let proxied = |extra: &[&str]| warnings(&[extra, &proxies].concat());
        assert_eq!(proxied(&[]), 1);
        let server = "smtps://me:pass-word@mail.example";
        assert_eq!(proxied(&["--mail-url", server]), 1);
        let from = "Minds <no-reply@minds.example>";
        let good = ["--mail-url", server, "--mail-from", from];
        assert_eq!((proxied(&good), warnings(&good)), (0, 1));
        assert!(config(&[]).expect("valid").warnings().is_empty());
    }

    #[test]
    fn admins_need_a_second_factor_beyond_this_machine() {
        let public = [
            "--app-url",
            "https://minds.example",
            "--public-livekit-ws-url",
            "wss://livekit.example",
        ];
        let choose = |choice: &'static str| ["--admin-second-factor", choice];
        for (address, choice, needed) in [
            (&public[..], None, true),
            (&public[..], Some("optional"), false),
            (&[], None, false),
            (&[], Some("required"), true),
        ] {
            let choice = choice.map(choose);
            let args = [address, choice.as_ref().map_or(&[], |choice| &choice[..])].concat();
            let config = config(&args).expect("valid");
            assert_eq!(config.admin_second_factor, needed, "{args:?}");
        }
    }

    #[test]
    fn the_host_of_an_address_has_no_port() {
        for (url, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1"),
            ("http://[::1]:3000", "::1"),
            ("http://localhost", "localhost"),
        ] {
            assert_eq!(
                config(&["--app-url", url]).expect("valid").app_url.host(),
                host
            );
        }
    }

    #[test]
    fn a_site_answers_to_its_own_name_and_this_machine_to_all_of_its_names() {
        for (url, ours, foreign) in [
            (
                "https://minds.example",
                &[
                    "minds.example",
                    "MINDS.example",
                    "minds.example:443",
                    "minds.example:8080",
                ][..],
                &[
                    "evil.example",
                    "minds.example.evil.example",
                    "localhost",
                    "127.0.0.1",
                    "",
                    "a b",
                    "minds.example@evil.example",
                ][..],
            ),
            (
                "https://[2001:db8::1]",
                &["[2001:db8::1]", "[2001:DB8:0::1]:443"],
                &["[2001:db8::2]", "2001:db8::1", "[::1]"],
            ),
            (
                "http://127.0.0.1:3000",
                &[
                    "127.0.0.1:3000",
                    "127.0.0.1",
                    "localhost:3000",
                    "LOCALHOST",
                    "[::1]:8080",
                    "127.0.0.2",
                ],
                &[
                    "minds.example",
                    "localhost.evil.example",
                    "192.0.2.1",
                    "0.0.0.0",
                    "[::2]",
                ],
            ),
        ] {
            let app_url = AppUrl::parse(url).expect("valid");
            for host in ours {
                assert!(app_url.is_for(host), "{url} {host}");
            }
            for host in foreign {
                assert!(!app_url.is_for(host), "{url} {host}");
            }
        }
    }

    #[test]
    fn the_origin_is_written_as_browsers_write_it() {
        for (url, origin) in [
            ("https://minds.example:443", "https://minds.example"),
            ("https://MINDS.example/", "https://minds.example"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            assert_eq!(AppUrl::parse(url).expect("valid").origin, origin);
        }
    }

    #[test]
    fn unsafe_values_are_refused_with_the_name_of_the_setting() {
        for (extra, name) in [
            (&["--app-url", "http://minds.example"][..], "APP_URL"),
            (&["--app-url", "https://minds.example/path"], "APP_URL"),
            (&["--app-url", "https://minds.example?a=b"], "APP_URL"),
            (&["--app-url", "https://me:secret@minds.example"], "APP_URL"),
            (
                &["--app-url", "https://minds.example"],
                "PUBLIC_LIVEKIT_WS_URL",
            ),
            (&["--app-url", "javascript:alert(1)"], "APP_URL"),
            (&["--livekit-ws-url", "127.0.0.1:7880"], "LIVEKIT_WS_URL"),
            (&["--database-url", "mysql://x"], "DATABASE_URL"),
            (&["--app-name", " "], "APP_NAME"),
            (&["--mail-url", "mail.example.org"], "MAIL_URL"),
            (&["--mail-from", "nobody"], "MAIL_FROM"),
            (&["--livekit-webhook-key", "k"], "LIVEKIT_WEBHOOK_SECRET"),
            (&["--privacy-file", "/nowhere/privacy.md"], "PRIVACY_FILE"),
            (&["--terms-file", "/"], "TERMS_FILE"),
            (&["--contact", "somebody"], "CONTACT"),
            (&["--contact", "javascript:alert(1)"], "CONTACT"),
            (
                &["--security-contact", "http://minds.example"],
                "SECURITY_CONTACT",
            ),
            (
                &["--security-contact", "a@b.example\nExpires: x"],
                "SECURITY_CONTACT",
            ),
        ] {
            let error = config(extra).expect_err("refused");
            assert!(error.starts_with(name), "{extra:?}: {error}");
        }
    }

    #[test]
    fn empty_short_and_repeating_secrets_are_refused() {
        for secret in ["", "short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            let cli = Cli::try_parse_from([
                "test",
                "--livekit-api-key",
                "key",
                "--livekit-api-secret",
                secret,
            ])
            .expect("parses");
            let error = Config::try_from(cli.settings).expect_err("refused");
            assert_eq!(error.variable, "LIVEKIT_API_SECRET");
        }
    }
}
