//! Our side of LiveKit against a real livekit-server, started from the very `deploy/livekit.yaml`
//! that operators use, on this machine's loopback and on free ports.
//!
//! `LIVEKIT_SERVER_BIN` names the binary; `./test` sets it.

mod livekit_server;

use domain::{
    door::Standing,
    ids::{LoginId, RoomName, SessionId, UserId},
    session::SeatRole,
    time::{Millis, Timestamp},
};
use livekit_server::{KEY, LiveKitServer, SECRET};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use server::{
    config::MediaConfig,
    media::{CreatedRoom, JoinGrant, LiveKit, MediaError, MediaServer, RoomSpec},
    webhooks,
};
use std::time::{Duration, Instant};
use uuid::Uuid;

fn client_with(server: &LiveKitServer, key: &str, secret: &str) -> LiveKit {
    LiveKit::new(&MediaConfig {
        api_key: key.to_owned(),
        api_secret: SecretString::from(secret),
        ws_url: server.ws_url(),
        public_ws_url: server.ws_url(),
        webhook_keys: Vec::new(),
    })
}

fn client(server: &LiveKitServer) -> LiveKit {
    client_with(server, KEY, SECRET)
}

fn a_room() -> RoomName {
    RoomName::new(SessionId(Uuid::new_v4()), 1)
}

async fn create(livekit: &LiveKit, name: &RoomName) -> Result<CreatedRoom, MediaError> {
    let spec = RoomSpec {
        name: name.clone(),
        empty_timeout_s: 600,
        departure_timeout_s: 600,
        max_participants: 6,
    };
    livekit.create_room(&spec).await
}

/// LiveKit's answer to a browser that asks whether it may connect.
async fn validate(server: &LiveKitServer, livekit: &LiveKit, room: &RoomName) -> u16 {
    let token = livekit
        .access_token(&JoinGrant {
            room: room.clone(),
            user: UserId(Uuid::new_v4()),
            name: "Ada Lovelace".to_owned(),
            role: SeatRole::Mentor,
            standing: Standing::In,
            login: LoginId(Uuid::nil()),
            lifetime: Millis::minutes(2),
            now: Timestamp(0),
        })
        .expect("a token");
    server
        .get(&format!(
            "/rtc/validate?access_token={}",
            token.expose_secret()
        ))
        .await
        .0
}

#[tokio::test]
async fn the_production_file_starts_as_it_is() {
    let server = LiveKitServer::start();
    client(&server)
        .check()
        .await
        .expect("answers and accepts our key");
    // What the file says and what the tests rely on elsewhere: nobody but the app makes rooms.
    assert_eq!(validate(&server, &client(&server), &a_room()).await, 404);
}

#[tokio::test]
async fn creating_a_room_twice_gives_the_same_room() {
    let server = LiveKitServer::start_silent();
    let (livekit, name) = (client(&server), a_room());
    assert_eq!(
        livekit.participants(&name).await.expect("answers"),
        None,
        "not there yet"
    );
    let first = create(&livekit, &name).await.expect("created");
    let second = create(&livekit, &name).await.expect("found");
    assert!(first.sid.starts_with("RM_"), "{first:?}");
    assert_eq!(first, second);
    assert_eq!(
        livekit.participants(&name).await.expect("answers"),
        Some(Vec::new()),
        "there, and empty"
    );
}

#[tokio::test]
async fn a_join_token_admits_to_its_room_until_the_room_is_deleted() {
    let server = LiveKitServer::start_silent();
    let (livekit, name) = (client(&server), a_room());
    assert_eq!(
        validate(&server, &livekit, &name).await,
        404,
        "no room yet, and a join token makes none"
    );
    create(&livekit, &name).await.expect("created");
    assert_eq!(validate(&server, &livekit, &name).await, 200);
    assert_eq!(
        validate(&server, &livekit, &a_room()).await,
        404,
        "another room"
    );
    livekit.delete_room(&name).await.expect("deleted");
    assert_eq!(
        validate(&server, &livekit, &name).await,
        404,
        "an ended room stays ended"
    );
    assert_eq!(livekit.participants(&name).await.expect("answers"), None);
    livekit
        .delete_room(&name)
        .await
        .expect("deleting twice is fine");
    livekit
        .remove_participant(&name, "nobody")
        .await
        .expect("removing nobody is fine");
}

#[tokio::test]
async fn a_wrong_key_or_secret_is_refused_and_said_so() {
    let server = LiveKitServer::start_silent();
    for (key, secret) in [
        ("unknown-key", SECRET),
        (KEY, "ffffffffffffffffffffffffffffffff"),
    ] {
        let livekit = client_with(&server, key, secret);
        let error = livekit.check().await.expect_err("refused");
        assert!(matches!(error, MediaError::Refused(_)), "{key}: {error}");
        assert!(!error.to_string().contains(secret));
        let error = create(&livekit, &a_room()).await.expect_err("refused");
        assert!(matches!(error, MediaError::Refused(_)), "{key}: {error}");
        let name = a_room();
        create(&client(&server), &name).await.expect("created");
        assert_eq!(validate(&server, &livekit, &name).await, 401);
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_unreachable_at_once_and_forgets_rooms_when_it_returns() {
    let mut server = LiveKitServer::start_silent();
    let (livekit, name) = (client(&server), a_room());
    let before = create(&livekit, &name).await.expect("created");
    server.kill();
    let asked = Instant::now();
    for error in [
        livekit.check().await.expect_err("down"),
        create(&livekit, &name).await.expect_err("down"),
        livekit.delete_room(&name).await.expect_err("down"),
        livekit.participants(&name).await.expect_err("down"),
    ] {
        assert!(matches!(error, MediaError::Unreachable(_)), "{error}");
    }
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    server.start_again().expect("it starts again");
    assert_eq!(
        livekit.participants(&name).await.expect("answers"),
        None,
        "rooms live in its memory"
    );
    let after = create(&livekit, &name).await.expect("created anew");
    assert_ne!(before.sid, after.sid);
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_used_again_when_it_goes_on() {
    let server = LiveKitServer::start_silent();
    let livekit = client(&server);
    server.hang().await;
    let asked = Instant::now();
    let error = livekit.check().await.expect_err("hangs");
    assert!(matches!(error, MediaError::Unreachable(_)), "{error}");
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    server.signal("CONT");
    livekit.check().await.expect("answers again");
}

#[tokio::test]
async fn its_webhooks_are_genuine_and_tell_the_life_of_a_room() {
    let (server, mut webhooks) = LiveKitServer::start_with_webhooks().await;
    let keys = [(KEY.to_owned(), SecretString::from(SECRET))];
    let (livekit, name) = (client(&server), a_room());
    let created = create(&livekit, &name).await.expect("created");
    livekit.delete_room(&name).await.expect("deleted");
    for expected in ["room_started", "room_finished"] {
        let webhook = tokio::time::timeout(Duration::from_secs(20), webhooks.recv())
            .await
            .unwrap_or_else(|_| panic!("{expected} came in time"))
            .expect("the listener runs");
        assert!(
            webhooks::is_genuine(&keys, webhook.authorization.as_deref(), &webhook.body),
            "{expected}"
        );
        let mut changed = webhook.body.clone();
        changed.push(b' ');
        assert!(
            !webhooks::is_genuine(&keys, webhook.authorization.as_deref(), &changed),
            "{expected}"
        );
        assert_eq!(
            webhook.content_type.as_deref(),
            Some("application/webhook+json")
        );
        let message: Value = serde_json::from_slice(&webhook.body).expect("JSON");
        assert_eq!(message["event"], expected);
        assert_eq!(message["room"]["name"], name.as_str());
        assert_eq!(message["room"]["sid"], created.sid.as_str());
        assert!(
            message["id"]
                .as_str()
                .is_some_and(|id| id.starts_with("EV_")),
            "{message}"
        );
        assert!(
            message["createdAt"].is_string(),
            "64-bit numbers come as texts: {message}"
        );
    }
}
