//! LiveKit, through its own client library.

use super::{
    CreatedRoom, JoinGrant, LiveRoom, MediaError, MediaParticipant, MediaServer, RoomSpec,
};
use crate::{config::MediaConfig, fail};
use async_trait::async_trait;
use domain::{
    door::{Arrival, ENTERED, STANDING, Standing},
    ids::{RoomName, UserId},
    notice::{Notice, TOPIC},
    time::Timestamp,
};
use livekit_api::{
    access_token::{AccessToken, AccessTokenError, VideoGrants},
    services::{
        ServerError, ServerErrorCode, ServiceError,
        room::{CreateRoomOptions, RoomClient, SendDataOptions, UpdateParticipantOptions},
    },
};
use livekit_protocol::{
    ParticipantInfo, TrackSource,
    participant_info::{Kind, State},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// The attribute with the login that a call was joined with.
const LOGIN: &str = "login";

/// An answer that takes longer counts as none.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What a participant may publish.
const SOURCES: [&str; 4] = ["camera", "microphone", "screen_share", "screen_share_audio"];

/// A LiveKit server.
pub struct LiveKit {
    api_key: String,
    api_secret: SecretString,
    rooms: Arc<RoomClient>,
    probe: Probe,
}

impl fmt::Debug for LiveKit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKit")
            .field("api_key", &self.api_key)
            .finish_non_exhaustive()
    }
}

impl LiveKit {
    /// A client of the configured server; connects when first used.
    pub fn new(config: &MediaConfig) -> Self {
        let secret = config.api_secret.expose_secret();
        Self {
            api_key: config.api_key.clone(),
            api_secret: config.api_secret.clone(),
            rooms: Arc::new(
                RoomClient::with_api_key(&config.ws_url, &config.api_key, secret)
                    // Regions exist at LiveKit's own hosting only, and retries are the jobs' business.
                    .with_failover(false)
                    .with_request_timeout(TIMEOUT),
            ),
            probe: Probe::new(config),
        }
    }

    /// What went wrong. `Ok` when LiveKit merely does not know what we asked about.
    async fn explain(&self, error: ServiceError) -> Result<NotFound, MediaError> {
        match error {
            ServiceError::Twirp(ServerError::Twirp(answer)) => match answer.code.as_str() {
                ServerErrorCode::NOT_FOUND => Ok(NotFound),
                ServerErrorCode::UNAUTHENTICATED | ServerErrorCode::PERMISSION_DENIED => {
                    Err(MediaError::Refused(answer.code))
                }
                ServerErrorCode::UNAVAILABLE
                | ServerErrorCode::DEADLINE_EXCEEDED
                | ServerErrorCode::RESOURCE_EXHAUSTED
                | ServerErrorCode::ABORTED
                | ServerErrorCode::CANCELED => Err(MediaError::Unreachable(answer.code)),
                // Other codes name faults of the request or the server; the message explains them.
                _ => Err(MediaError::Bad(plain(&answer.to_string()))),
            },
            ServiceError::Twirp(ServerError::Request(error)) => {
                if error.is_decode() {
                    // The library drops the status of an answer that is not JSON. LiveKit refuses
                    // unknown keys in plain text and proxies answer in HTML, so we look ourselves.
                    return Err(self.probe.explain(&self.list_token()?).await);
                }
                let cause = if error.is_timeout() {
                    format!("no answer within {} seconds", TIMEOUT.as_secs())
                } else {
                    innermost(&error.without_url())
                };
                Err(MediaError::Unreachable(cause))
            }
            ServiceError::Twirp(ServerError::Prost(_)) => Err(MediaError::Bad(
                "not an answer of LiveKit's API; is LIVEKIT_WS_URL right?".to_owned(),
            )),
            ServiceError::Twirp(ServerError::Url(error)) => {
                Err(MediaError::Unreachable(format!("LIVEKIT_WS_URL: {error}")))
            }
            ServiceError::AccessToken(error) => Err(token_error(&error)),
            ServiceError::Env(error) => Err(MediaError::Token(error.to_string())),
        }
    }

    fn list_token(&self) -> Result<String, MediaError> {
        AccessToken::with_api_key(&self.api_key, self.api_secret.expose_secret())
            .with_ttl(Duration::from_secs(60))
            .with_grants(VideoGrants {
                room_list: true,
                ..Default::default()
            })
            .to_jwt()
            .map_err(|error| token_error(&error))
    }
}

/// LiveKit does not know the room or participant.
struct NotFound;

#[async_trait]
impl MediaServer for LiveKit {
    async fn create_room(&self, room: &RoomSpec) -> Result<CreatedRoom, MediaError> {
        let options = CreateRoomOptions {
            empty_timeout: room.empty_timeout_s,
            departure_timeout: room.departure_timeout_s,
            max_participants: room.max_participants,
            ..Default::default()
        };
        fail::step("before LiveKit makes a room");
        let answer = self.rooms.create_room(room.name.as_str(), options).await;
        fail::step("after LiveKit made a room");
        match answer {
            // An empty body decodes to an empty room, which is what a wrong server may send.
            Ok(created) if created.name == room.name.as_str() && !created.sid.is_empty() => {
                Ok(CreatedRoom { sid: created.sid })
            }
            Ok(_) => Err(MediaError::Bad(
                "it did not name the room it created".to_owned(),
            )),
            Err(error) => match self.explain(error).await? {
                NotFound => Err(MediaError::Bad("it has no API to create rooms".to_owned())),
            },
        }
    }

    async fn delete_room(&self, name: &RoomName) -> Result<(), MediaError> {
        fail::step("before LiveKit deletes a room");
        let answer = self.rooms.delete_room(name.as_str()).await;
        fail::step("after LiveKit deleted a room");
        match answer {
            Ok(()) => Ok(()),
            Err(error) => self.explain(error).await.map(|NotFound| ()),
        }
    }

    async fn participants(
        &self,
        name: &RoomName,
    ) -> Result<Option<Vec<MediaParticipant>>, MediaError> {
        // LiveKit lists nobody both for an empty and for a missing room.
        let (rooms, people) = tokio::join!(
            self.rooms.list_rooms(vec![name.as_str().to_owned()]),
            self.people(name),
        );
        let rooms = match rooms {
            Ok(rooms) => rooms,
            Err(error) => self.explain(error).await.map(|NotFound| Vec::new())?,
        };
        let people = people?;
        let exists = rooms.iter().any(|room| room.name == name.as_str());
        Ok(exists.then_some(people))
    }

    async fn rooms(&self) -> Result<Vec<LiveRoom>, MediaError> {
        let rooms = match self.rooms.list_rooms(Vec::new()).await {
            Ok(rooms) => rooms,
            Err(error) => match self.explain(error).await? {
                NotFound => return Err(MediaError::Bad("it has no API to list rooms".to_owned())),
            },
        };
        let rooms = rooms.into_iter().map(|room| LiveRoom { name: room.name });
        Ok(rooms.collect())
    }

    async fn people(&self, name: &RoomName) -> Result<Vec<MediaParticipant>, MediaError> {
        let people = match self.rooms.list_participants(name.as_str()).await {
            Ok(people) => people,
            Err(error) => self.explain(error).await.map(|NotFound| Vec::new())?,
        };
        Ok(people.into_iter().map(participant).collect())
    }

    async fn mute(&self, name: &RoomName, identity: &str, track: &str) -> Result<(), MediaError> {
        let (rooms, name) = (Arc::clone(&self.rooms), name.as_str().to_owned());
        let (identity, track) = (identity.to_owned(), track.to_owned());
        // In a task of its own: the library panics when the answer names no track.
        let muting = tokio::spawn(async move {
            let muted = rooms.mute_published_track(&name, &identity, &track, true);
            muted.await.map(drop)
        });
        match muting.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => self.explain(error).await.map(|NotFound| ()),
            Err(_panicked) => Err(MediaError::Bad("it did not name the track".to_owned())),
        }
    }

    async fn tell(
        &self,
        name: &RoomName,
        to: Option<UserId>,
        notice: Notice,
    ) -> Result<(), MediaError> {
        let text = serde_json::to_vec(&notice).map_err(|e| MediaError::Bad(e.to_string()))?;
        let options = SendDataOptions {
            destination_identities: to.iter().map(ToString::to_string).collect(),
            topic: Some(TOPIC.to_owned()),
            ..Default::default()
        };
        match self.rooms.send_data(name.as_str(), text, options).await {
            Ok(()) => Ok(()),
            Err(error) => self.explain(error).await.map(|NotFound| ()),
        }
    }

    async fn remove_participant(&self, name: &RoomName, identity: &str) -> Result<(), MediaError> {
        match self.rooms.remove_participant(name.as_str(), identity).await {
            Ok(()) => Ok(()),
            Err(error) => self.explain(error).await.map(|NotFound| ()),
        }
    }

    async fn let_in(
        &self,
        name: &RoomName,
        identity: &str,
        at: Timestamp,
    ) -> Result<bool, MediaError> {
        let attributes = [
            (STANDING.to_owned(), Standing::In.as_str().to_owned()),
            (ENTERED.to_owned(), at.0.to_string()),
        ];
        let options = UpdateParticipantOptions {
            attributes: attributes.into(),
            ..Default::default()
        };
        let updating = self
            .rooms
            .update_participant(name.as_str(), identity, options);
        match updating.await {
            Ok(_) => Ok(true),
            Err(error) => self.explain(error).await.map(|NotFound| false),
        }
    }

    async fn check(&self) -> Result<(), MediaError> {
        match self.rooms.list_rooms(Vec::new()).await {
            Ok(_) => Ok(()),
            Err(error) => match self.explain(error).await? {
                NotFound => Err(MediaError::Bad("it has no API to list rooms".to_owned())),
            },
        }
    }

    fn access_token(&self, grant: &JoinGrant) -> Result<SecretString, MediaError> {
        let lifetime = Duration::from_millis(u64::try_from(grant.lifetime.0).unwrap_or_default());
        if lifetime.is_zero() {
            return Err(MediaError::Token(
                "its lifetime is over before it begins".to_owned(),
            ));
        }
        AccessToken::with_api_key(&self.api_key, self.api_secret.expose_secret())
            .with_identity(&grant.user.to_string())
            .with_name(&grant.name)
            .with_attributes([
                ("role", grant.role.as_str()),
                (STANDING, grant.standing.as_str()),
                (LOGIN, &grant.login.to_string()),
            ])
            // The library's own lifetime is six hours.
            .with_ttl(lifetime)
            .with_grants(VideoGrants {
                room_join: true,
                room: grant.room.as_str().to_owned(),
                can_publish: Some(true),
                can_subscribe: Some(true),
                can_publish_data: Some(true),
                can_publish_sources: SOURCES.map(str::to_owned).to_vec(),
                // A name or role changed by the participant would be a lie to the other one.
                can_update_own_metadata: Some(false),
                ..Default::default()
            })
            .to_jwt()
            .map(SecretString::from)
            .map_err(|error| token_error(&error))
    }
}

fn participant(p: ParticipantInfo) -> MediaParticipant {
    let attribute = |name| p.attributes.get(name).map(String::as_str);
    let standing = Standing::of_attribute(attribute(STANDING));
    let connected_at = Timestamp(if p.joined_at_ms > 0 {
        p.joined_at_ms
    } else {
        p.joined_at.saturating_mul(1_000)
    });
    MediaParticipant {
        standing,
        arrival: Arrival::of(Some(connected_at), standing, attribute(ENTERED)),
        is_active: p.state == State::Active as i32,
        login: attribute(LOGIN).and_then(|id| id.parse().ok()),
        // `p.kind()` would take a kind that we do not know for a person.
        is_person: p.kind == Kind::Standard as i32,
        microphones: p
            .tracks
            .into_iter()
            .filter(|track| track.source == TrackSource::Microphone as i32 && !track.muted)
            .map(|track| track.sid)
            .collect(),
        sid: p.sid,
        identity: p.identity,
    }
}

fn token_error(error: &AccessTokenError) -> MediaError {
    MediaError::Token(error.to_string())
}

/// The cause at the bottom, which says more than "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    plain(&cause.to_string())
}

/// At most 200 printable characters of somebody else's text.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Repeats a harmless call to read the status that the library drops.
struct Probe {
    url: String,
    client: OnceLock<Option<reqwest::Client>>,
}

impl Probe {
    fn new(config: &MediaConfig) -> Self {
        Self {
            url: format!("{}/twirp/livekit.RoomService/ListRooms", config.http_url()),
            client: OnceLock::new(),
        }
    }

    async fn explain(&self, token: &str) -> MediaError {
        let Some(client) = self.client.get_or_init(client) else {
            return MediaError::Bad("not an answer of LiveKit's API".to_owned());
        };
        let request = client
            .post(&self.url)
            .header("content-type", "application/protobuf")
            .bearer_auth(token)
            .timeout(TIMEOUT)
            .send();
        match request.await.map(|answer| answer.status().as_u16()) {
            Ok(status @ (401 | 403)) => MediaError::Refused(format!(
                "HTTP {status}; are LIVEKIT_API_KEY and LIVEKIT_API_SECRET its own?"
            )),
            Ok(status @ (429 | 502..=504)) => MediaError::Unreachable(format!("HTTP {status}")),
            Ok(status) => MediaError::Bad(format!("HTTP {status}, not an answer of LiveKit's API")),
            Err(error) => MediaError::Unreachable(innermost(&error.without_url())),
        }
    }
}

/// An HTTP client set up as the library sets up its own; `None` when that is not possible.
pub(super) fn client() -> Option<reqwest::Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .ok()?
    .with_root_certificates(roots)
    .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        ids::{LoginId, SessionId, UserId},
        session::SeatRole,
        time::Millis,
    };
    use livekit_api::access_token::TokenVerifier;
    use serde_json::{Value, json};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use uuid::Uuid;

    const KEY: &str = "test-key";
    const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";

    fn livekit(ws_url: &str) -> LiveKit {
        LiveKit::new(&MediaConfig {
            api_key: KEY.to_owned(),
            api_secret: SecretString::from(SECRET),
            ws_url: ws_url.to_owned(),
            public_ws_url: ws_url.to_owned(),
            webhook_keys: Vec::new(),
        })
    }

    fn room() -> RoomName {
        RoomName::new(SessionId(Uuid::from_u128(1)), 1)
    }

    fn grant(lifetime: Millis) -> JoinGrant {
        JoinGrant {
            room: room(),
            user: UserId(Uuid::from_u128(2)),
            name: "Ada".to_owned(),
            role: SeatRole::Mentee,
            standing: Standing::In,
            login: LoginId(Uuid::from_u128(3)),
            lifetime,
            now: Timestamp(1_800_000_000_000),
        }
    }

    fn payload(token: &SecretString) -> Value {
        use base64::Engine;
        let part = token
            .expose_secret()
            .split('.')
            .nth(1)
            .expect("a payload")
            .to_owned();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(part)
            .expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn a_token_admits_one_person_to_one_room_and_allows_nothing_else() {
        let token = livekit("ws://127.0.0.1:1")
            .access_token(&grant(Millis::minutes(2)))
            .expect("token");
        TokenVerifier::with_api_key(KEY, SECRET)
            .verify(token.expose_secret())
            .expect("signed with our secret");
        let mut claims = payload(&token);
        let (exp, nbf) = (
            claims["exp"].as_i64().expect("exp"),
            claims["nbf"].as_i64().expect("nbf"),
        );
        let claims = claims.as_object_mut().expect("an object");
        claims.retain(|name, _| name != "exp" && name != "nbf");
        // The whole of it: a claim that nobody thought of would show here.
        assert_eq!(
            Value::Object(claims.clone()),
            json!({
                "iss": KEY,
                "sub": "00000000-0000-0000-0000-000000000002",
                "name": "Ada",
                "attributes": {"role": "mentee", "state": "in", "login": "00000000-0000-0000-0000-000000000003"},
                "video": {
                    "roomJoin": true,
                    "room": "session-00000000-0000-0000-0000-000000000001",
                    "canPublish": true,
                    "canSubscribe": true,
                    "canPublishData": true,
                    "canPublishSources": ["camera", "microphone", "screen_share", "screen_share_audio"],
                    "canUpdateOwnMetadata": false,
                },
            })
        );
        assert!(
            (119..=121).contains(&(exp - nbf)),
            "lives from now for its lifetime: {nbf}..{exp}"
        );
    }

    #[test]
    fn a_token_without_a_lifetime_is_not_made() {
        for lifetime in [Millis(0), Millis(-1)] {
            let refused = livekit("ws://127.0.0.1:1").access_token(&grant(lifetime));
            assert!(matches!(refused, Err(MediaError::Token(_))), "{lifetime:?}");
        }
    }

    #[test]
    fn the_secret_is_not_in_debug_output() {
        let shown = format!("{:?}", livekit("ws://127.0.0.1:1"));
        assert!(shown.contains(KEY) && !shown.contains(SECRET));
    }

    /// Answers every request with `answer`, or never when it is `None`.
    async fn server(answer: Option<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4_096];
                let _read = stream.read(&mut buffer).await;
                if let Some(answer) = answer {
                    let _sent = stream.write_all(answer.as_bytes()).await;
                } else {
                    open.push(stream);
                }
            }
        });
        format!("ws://{address}")
    }

    #[tokio::test]
    async fn strange_answers_are_told_apart_and_never_panic() {
        type Expected = fn(&MediaError) -> bool;
        let unreachable: Expected = |e| matches!(e, MediaError::Unreachable(_));
        let bad: Expected = |e| matches!(e, MediaError::Bad(_));
        let refused: Expected = |e| matches!(e, MediaError::Refused(_));
        let cases: [(&str, Expected); 8] = [
            (
                "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n<html>502</html>\r\n",
                unreachable,
            ),
            (
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<html>hi</html>",
                bad,
            ),
            ("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\nno", bad),
            (
                "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\ninvalid API key: x",
                refused,
            ),
            (
                "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n{\"code\":\"unauthenticated\",\"msg\":\"permission\"}",
                refused,
            ),
            (
                "HTTP/1.1 503 Unavailable\r\nconnection: close\r\n\r\n{\"code\":\"unavailable\",\"msg\":\"no node\"}",
                unreachable,
            ),
            (
                "HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n{\"code\":\"internal\",\"msg\":\"broken\"}",
                bad,
            ),
            ("garbage\r\n\r\n", unreachable),
        ];
        for (answer, expected) in cases {
            let livekit = livekit(&server(Some(answer)).await);
            let error = livekit.check().await.expect_err(answer);
            assert!(expected(&error), "{answer}: {error}");
            assert!(!error.to_string().contains(SECRET));
        }
    }

    #[tokio::test]
    async fn an_empty_answer_is_not_a_room() {
        let empty = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let spec = RoomSpec {
            name: room(),
            empty_timeout_s: 1,
            departure_timeout_s: 1,
            max_participants: 2,
        };
        let error = livekit(&server(Some(empty)).await)
            .create_room(&spec)
            .await
            .expect_err("no room");
        assert!(matches!(error, MediaError::Bad(_)), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_given_up_after_three_seconds() {
        let livekit = livekit(&server(None).await);
        let answer = tokio::time::timeout(Duration::from_secs(5), livekit.check())
            .await
            .expect("in time");
        assert!(
            matches!(answer, Err(MediaError::Unreachable(_))),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn a_room_that_livekit_does_not_know_counts_as_deleted() {
        let missing = "HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n{\"code\":\"not_found\",\"msg\":\"no room\"}";
        livekit(&server(Some(missing)).await)
            .delete_room(&room())
            .await
            .expect("gone is gone");
    }
}
