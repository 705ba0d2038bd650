//! Checks a deployment from the inside, each with a remedy.

use crate::{
    AppState,
    http::forwarding,
    media::{self, JoinGrant, MediaError, RoomSpec},
    store::webhook_events,
};
use domain::{
    door::Standing,
    ids::{LoginId, RoomName, SessionId, UserId},
    session::SeatRole,
    time::Millis,
};
use secrecy::ExposeSecret;
use std::time::Duration;
use uuid::Uuid;

/// The oldest SQLite without the write-ahead log's reset bug (sqlite.org/wal.html, "walresetbug").
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// Tokens tolerate a minute; more than half of it is worth a warning.
const SKEW_MAX: Millis = Millis::seconds(30);
/// A mail server has this long to greet us and check our password.
const MAIL_WAIT: Duration = Duration::from_secs(10);
/// LiveKit sends a webhook at once; its first retry follows after a second.
const WEBHOOK_WAIT: Duration = Duration::from_secs(10);

/// What came of one check.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// How it went.
    pub verdict: Verdict,
}

/// How a check went.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// As it should be; with a detail.
    Fine(String),
    /// Not as it should be.
    Failed {
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl Finding {
    fn fine(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Fine(detail.into()),
        }
    }

    pub fn failed(check: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            check,
            verdict: Verdict::Failed {
                what: what.into(),
                remedy,
            },
        }
    }
}

/// Runs all checks; what depends on an earlier failure is left out.
pub async fn examine(state: &AppState) -> Vec<Finding> {
    let mut findings = vec![
        database(state).await,
        mail(state).await,
        proxies(state).await,
    ];
    match state.media.check().await {
        Ok(()) => {
            findings.push(Finding::fine("video server", "answers and accepts our key"));
            findings.push(clock(state).await);
            findings.push(auto_create(state).await);
            findings.push(webhook(state).await);
        }
        Err(error) => findings.push(video_server(&error)),
    }
    findings
}

async fn mail(state: &AppState) -> Finding {
    const CHECK: &str = "mail server";
    if let Some(folder) = state.config.mail.folder() {
        let detail = format!(
            "emails are put into {} instead of being sent",
            folder.display()
        );
        return Finding::fine(CHECK, detail);
    }
    match tokio::time::timeout(MAIL_WAIT, state.mail.check()).await {
        Ok(Ok(())) => Finding::fine(CHECK, "answers and lets us in"),
        Ok(Err(error)) => Finding::failed(CHECK, error.to_string(), "Check MAIL_URL"),
        Err(_) => Finding::failed(
            CHECK,
            format!("no answer within {} seconds", MAIL_WAIT.as_secs()),
            "Check MAIL_URL, and whether a firewall is in between",
        ),
    }
}

/// What the running server has seen of proxies, beside what the settings say.
async fn proxies(state: &AppState) -> Finding {
    const CHECK: &str = "proxies";
    const REMEDY: &str = "Name the proxy's address or network in TRUSTED_PROXIES (or `private`, for one in a private network) and restart.";
    if state.config.lacks_proxies() {
        let what = "APP_URL is https and TRUSTED_PROXIES is empty: everybody counts as one client";
        return Finding::failed(CHECK, what, REMEDY);
    }
    match forwarding::was_untrusted(state).await {
        Ok(true) => Finding::failed(
            CHECK,
            "requests came from a proxy that TRUSTED_PROXIES does not name",
            REMEDY,
        ),
        Ok(false) => Finding::fine(CHECK, "none that is not trusted"),
        Err(error) => Finding::failed(CHECK, error.to_string(), "Run: young-minds migrate"),
    }
}

async fn database(state: &AppState) -> Finding {
    const CHECK: &str = "database";
    if let Err(error) = state.db.ping().await {
        return Finding::failed(CHECK, error.to_string(), "Run: young-minds migrate");
    }
    match state.db.sqlite_version().await {
        Err(error) => Finding::failed(
            CHECK,
            error.to_string(),
            "Is the file readable and on a local disk?",
        ),
        Ok(None) => Finding::fine(CHECK, "PostgreSQL answers, migrations are complete"),
        Ok(Some(version)) if is_old(&version) => Finding::failed(
            CHECK,
            format!("SQLite {version}"),
            "Build with a SQLite of at least 3.51.3; older ones can lose data in WAL mode.",
        ),
        Ok(Some(version)) => Finding::fine(
            CHECK,
            format!("SQLite {version}, one server process only, migrations are complete"),
        ),
    }
}

fn is_old(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next()) < SQLITE_MIN
}

fn video_server(error: &MediaError) -> Finding {
    let remedy = match error {
        MediaError::Unreachable(_) => {
            "Is LiveKit running, and LIVEKIT_WS_URL its address as this machine reaches it?"
        }
        MediaError::Refused(_) => {
            "LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair in LiveKit's own keys."
        }
        MediaError::Bad(_) => {
            "Something else answers at LIVEKIT_WS_URL; a proxy's error page, for example."
        }
        MediaError::Token(_) => "LIVEKIT_API_KEY and LIVEKIT_API_SECRET cannot sign tokens.",
    };
    Finding::failed("video server", error.to_string(), remedy)
}

async fn clock(state: &AppState) -> Finding {
    const CHECK: &str = "clocks";
    match media::server_time(&state.config.media).await {
        None => Finding::fine(CHECK, "the video server does not tell its time"),
        Some(theirs) => {
            let ours = state.clock.now();
            let apart = Millis((ours.0 - theirs.0).abs());
            if apart > SKEW_MAX {
                let what = format!(
                    "ours and the video server's are {} seconds apart",
                    apart.as_seconds_ceil()
                );
                Finding::failed(
                    CHECK,
                    what,
                    "Run a time service (chrony, systemd-timesyncd) on both machines.",
                )
            } else {
                Finding::fine(CHECK, "ours and the video server's agree")
            }
        }
    }
}

/// A room of nobody's, for probing.
fn probe_room() -> RoomName {
    RoomName::new(SessionId(Uuid::new_v4()), 1)
}

/// Warns in the log when LiveKit makes rooms by itself, so that an old token would bring an ended room
/// back. Asked at the start of the server; a LiveKit that does not answer yet is no finding.
pub async fn warn_of_auto_create(state: &AppState) {
    if state.media.check().await.is_err() {
        return;
    }
    match auto_create(state).await.verdict {
        Verdict::Failed { what, remedy } => {
            tracing::warn!("ended rooms may come back: {what}. {remedy}")
        }
        Verdict::Fine(_) => {}
    }
}

async fn auto_create(state: &AppState) -> Finding {
    const CHECK: &str = "ended rooms stay ended";
    const REMEDY: &str = "Set room.auto_create: false in LiveKit's configuration; otherwise an old token reopens an ended room.";
    let grant = JoinGrant {
        room: probe_room(),
        user: UserId(Uuid::new_v4()),
        name: "doctor".to_owned(),
        login: LoginId(Uuid::new_v4()),
        role: SeatRole::Mentee,
        standing: Standing::In,
        lifetime: Millis::minutes(1),
        now: state.clock.now(),
    };
    let status = match state.media.access_token(&grant) {
        Ok(token) => media::validate_status(&state.config.media, token.expose_secret()).await,
        Err(error) => return video_server(&error),
    };
    match status {
        Some(404) => Finding::fine(CHECK, "LiveKit refuses tokens for rooms that do not exist"),
        Some(200) => Finding::failed(CHECK, "LiveKit makes a room for any token", REMEDY),
        Some(status) => Finding::failed(
            CHECK,
            format!("LiveKit answered {status} to a probe"),
            REMEDY,
        ),
        None => Finding::failed(CHECK, "LiveKit did not answer a probe", REMEDY),
    }
}

/// Makes a room, and waits until LiveKit's message about it has come in at our running server.
async fn webhook(state: &AppState) -> Finding {
    const CHECK: &str = "webhook";
    let name = probe_room();
    let spec = RoomSpec {
        name: name.clone(),
        empty_timeout_s: 30,
        departure_timeout_s: 30,
        max_participants: 1,
    };
    if let Err(error) = state.media.create_room(&spec).await {
        return video_server(&error);
    }
    let arrived = tokio::time::timeout(WEBHOOK_WAIT, arrival(state, &name))
        .await
        .unwrap_or(false);
    if let Err(error) = state.media.delete_room(&name).await {
        tracing::warn!(%error, "the probe's room stays until its time is up");
    }
    if arrived {
        return Finding::fine(CHECK, "LiveKit's messages arrive and verify");
    }
    Finding::failed(
        CHECK,
        format!(
            "no message about a new room arrived within {} seconds",
            WEBHOOK_WAIT.as_secs()
        ),
        "Is young-minds serve running? In LiveKit's configuration, webhook.urls must name <APP_URL>/api/livekit/webhook \
         as LiveKit reaches it, and webhook.api_key one of its keys that we know too.",
    )
}

async fn arrival(state: &AppState, room: &RoomName) -> bool {
    loop {
        if webhook_events::mentions(state.db.read(), room)
            .await
            .unwrap_or(false)
        {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_of_sqlite_are_recognised() {
        for (version, old) in [
            ("3.46.0", true),
            ("3.51.2", true),
            ("3.51.3", false),
            ("3.52.0", false),
            ("4.0.0", false),
        ] {
            assert_eq!(is_old(version), old, "{version}");
        }
    }
}
