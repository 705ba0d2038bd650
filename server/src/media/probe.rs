//! Questions to LiveKit that its API has no call for; only `doctor` and the start ask them.

use super::livekit::client;
use crate::config::MediaConfig;
use domain::time::Timestamp;
use std::time::{Duration, UNIX_EPOCH};
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(3);

async fn get(
    config: &MediaConfig,
    path: &str,
    query: &[(&str, &str)],
) -> Option<reqwest::Response> {
    let url = Url::parse_with_params(&format!("{}{path}", config.http_url()), query).ok()?;
    client()?.get(url).timeout(TIMEOUT).send().await.ok()
}

/// LiveKit's clock, from the date of an answer, to the second.
pub async fn server_time(config: &MediaConfig) -> Option<Timestamp> {
    let answer = get(config, "/", &[]).await?;
    http_date(answer.headers().get(http::header::DATE)?.to_str().ok()?)
}

/// What LiveKit says to a browser that asks whether it could join with `token`: 404 where the room
/// does not exist and LiveKit does not create rooms by itself.
pub async fn validate_status(config: &MediaConfig, token: &str) -> Option<u16> {
    let answer = get(config, "/rtc/validate", &[("access_token", token)]).await?;
    Some(answer.status().as_u16())
}

/// Reads the date of an HTTP answer (RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(text).ok()?;
    let since_epoch = at.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(since_epoch.as_millis().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_http_answer_is_read() {
        assert_eq!(
            http_date("Tue, 24 Nov 2026 14:30:00 GMT"),
            Some(Timestamp(1_795_530_600_000))
        );
        assert_eq!(http_date("yesterday"), None);
    }
}
