//! Reads LiveKit's messages (protobuf's JSON form) with tolerance: 64-bit numbers come as texts,
//! defaults are left out, and a newer server may send words and fields that we do not know.

use domain::{ids::RoomName, time::Timestamp};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// LiveKit's id of the event; a message without a usable one is known by its hash.
    pub id: String,
    /// LiveKit's word for what happened, `?` when it has none.
    pub event: String,
    /// The room's name.
    pub room: RoomOf,
    /// What it says.
    pub content: Content,
    /// The message as text, as the database takes it.
    pub text: String,
}

/// Which room a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomOf {
    /// One whose name we may have given.
    Ours(RoomName),
    /// Somebody else's.
    Foreign,
    /// It does not say.
    Unsaid,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Something we act upon.
    Fact(Fact),
    /// Something we know and have no use for.
    Irrelevant,
    /// Something we do not understand, and why.
    Unclear(String),
}

/// Something that happened in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// When, in whole seconds.
    pub at: Timestamp,
    /// LiveKit's id of the room's incarnation.
    pub room_sid: String,
    /// When that incarnation began; 0 when LiveKit does not say.
    pub room_began: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The room began.
    Started,
    /// The room is gone.
    Finished,
    /// Somebody's media flows.
    Joined(Who),
    /// Somebody is gone.
    Left(Who),
    /// Somebody is gone whose media never flowed.
    Aborted(Who),
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// LiveKit's id of the stay.
    pub sid: String,
    /// LiveKit's identity of the person.
    pub identity: String,
    /// When the stay began.
    pub joined_at: Option<Timestamp>,
    /// Why it ended, in lower case.
    pub reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Message {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    event: Option<String>,
    #[serde(deserialize_with = "lenient")]
    created_at: Option<Int>,
    #[serde(deserialize_with = "lenient")]
    room: Option<Room>,
    #[serde(deserialize_with = "lenient")]
    participant: Option<Participant>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Room {
    #[serde(deserialize_with = "lenient")]
    sid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    creation_time: Option<Int>,
    #[serde(deserialize_with = "lenient")]
    creation_time_ms: Option<Int>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Participant {
    #[serde(deserialize_with = "lenient")]
    sid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    identity: Option<String>,
    #[serde(deserialize_with = "lenient")]
    joined_at: Option<Int>,
    #[serde(deserialize_with = "lenient")]
    joined_at_ms: Option<Int>,
    #[serde(deserialize_with = "lenient")]
    disconnect_reason: Option<Word>,
}

/// A 64-bit number, which protobuf writes as a text.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Int {
    Number(i64),
    #[serde(deserialize_with = "number_in_text")]
    Text(i64),
}

impl Int {
    /// `None` for 0, which is what protobuf means by nothing.
    fn get(self) -> Option<i64> {
        let (Self::Number(n) | Self::Text(n)) = self;
        (n > 0).then_some(n)
    }
}

fn number_in_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}

/// An enum's value: its name, or its number where the sender did not know the name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Name(String),
    Number(i64),
}

/// A field of an unexpected kind counts as missing instead of spoiling the whole message.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

impl Incoming {
    /// Reads a message; whatever it is, something comes out.
    pub fn read(body: &[u8]) -> Self {
        // PostgreSQL takes no NUL in a text; JSON has none outside of escapes.
        let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
        let (message, unreadable) = match serde_json::from_slice::<Message>(body) {
            Ok(message) => (message, None),
            Err(error) => (
                Message::default(),
                Some(format!("not the JSON we expect: {error}")),
            ),
        };
        let event = message
            .event
            .as_deref()
            .filter(|event| is_word(event, 64))
            .unwrap_or("?")
            .to_owned();
        let room = match message.room.as_ref().and_then(|room| room.name.as_deref()) {
            None | Some("") => RoomOf::Unsaid,
            Some(name) => {
                RoomName::parse(name).map_or(RoomOf::Foreign, |(name, ..)| RoomOf::Ours(name))
            }
        };
        let id = message
            .id
            .as_deref()
            .filter(|id| is_word(id, 128))
            .map_or_else(
                || format!("sha256:{:x}", Sha256::digest(body)),
                str::to_owned,
            );
        let content = match unreadable {
            Some(why) => Content::Unclear(why),
            None => message.content(),
        };
        Self {
            id,
            event,
            room,
            content,
            text,
        }
    }
}

/// Whether `text` is short and printable without spaces, as LiveKit's ids and words are.
fn is_word(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|b| b.is_ascii_graphic())
}

impl Message {
    fn content(self) -> Content {
        let who = |participant: Option<Participant>| participant.and_then(Participant::who);
        let what = match self.event.as_deref() {
            Some("room_started") => Some(What::Started),
            Some("room_finished") => Some(What::Finished),
            Some("participant_joined") => who(self.participant).map(What::Joined),
            Some("participant_left") => who(self.participant).map(What::Left),
            Some("participant_connection_aborted") => who(self.participant).map(What::Aborted),
            Some(
                "track_published" | "track_unpublished" | "egress_started" | "egress_updated"
                | "egress_ended" | "ingress_started" | "ingress_ended" | "agent_job_started"
                | "agent_job_ended",
            ) => return Content::Irrelevant,
            Some(event) => return Content::Unclear(format!("unknown event {:?}", shown(event))),
            None => return Content::Unclear("it names no event".to_owned()),
        };
        let Some(what) = what else {
            return Content::Unclear("it names no participant".to_owned());
        };
        let Some(room) = self.room else {
            return Content::Unclear("it names no room".to_owned());
        };
        let (Some(room_sid), Some(at)) = (
            room.sid.filter(|sid| is_word(sid, 128)),
            seconds(self.created_at),
        ) else {
            return Content::Unclear("it lacks the room's id or its own time".to_owned());
        };
        let room_began =
            milliseconds(room.creation_time_ms, room.creation_time).unwrap_or(Timestamp(0));
        Content::Fact(Fact {
            at,
            room_sid,
            room_began,
            what,
        })
    }
}

impl Participant {
    fn who(self) -> Option<Who> {
        let reason = self.disconnect_reason.and_then(|reason| match reason {
            Word::Name(name) => is_word(&name, 64).then(|| name.to_ascii_lowercase()),
            Word::Number(0) => None,
            Word::Number(number) => Some(format!("reason_{number}")),
        });
        Some(Who {
            sid: self.sid.filter(|sid| is_word(sid, 128))?,
            identity: shown(&self.identity.unwrap_or_default()),
            joined_at: milliseconds(self.joined_at_ms, self.joined_at),
            reason: reason.filter(|reason| reason != "unknown_reason"),
        })
    }
}

fn seconds(value: Option<Int>) -> Option<Timestamp> {
    value
        .and_then(Int::get)
        .map(|s| Timestamp(s.saturating_mul(1_000)))
}

/// The exact time where LiveKit sends it, else the one in whole seconds.
fn milliseconds(exact: Option<Int>, coarse: Option<Int>) -> Option<Timestamp> {
    exact
        .and_then(Int::get)
        .map(Timestamp)
        .or_else(|| seconds(coarse))
}

/// At most 256 characters of somebody else's text, without those that no text needs.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const ROOM: &str = "session-00000000-0000-0000-0000-000000000007";

    fn joined() -> Value {
        json!({
            "event": "participant_joined",
            "id": "EV_abc",
            "createdAt": "1800000005",
            "room": {"sid": "RM_1", "name": ROOM, "creationTime": "1800000000", "creationTimeMs": "1800000000123"},
            "participant": {
                "sid": "PA_1", "identity": "00000000-0000-0000-0000-000000000009", "state": "ACTIVE",
                "joinedAt": "1800000004", "joinedAtMs": "1800000004567", "name": "Ada",
                "attributes": {"role": "mentor"}, "permission": {"canPublishSources": ["CAMERA"]},
            },
        })
    }

    fn fact(message: &Value) -> Fact {
        match Incoming::read(message.to_string().as_bytes()).content {
            Content::Fact(fact) => fact,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_are_read_as_texts_and_as_numbers() {
        let mut message = joined();
        let as_texts = fact(&message);
        message["createdAt"] = json!(1_800_000_005);
        message["room"]["creationTimeMs"] = json!(1_800_000_000_123_i64);
        message["participant"]["joinedAtMs"] = json!(1_800_000_004_567_i64);
        assert_eq!(fact(&message), as_texts);
        assert_eq!(as_texts.at, Timestamp(1_800_000_005_000));
        assert_eq!(as_texts.room_began, Timestamp(1_800_000_000_123));
        let What::Joined(who) = as_texts.what else {
            panic!("joined")
        };
        assert_eq!(who.joined_at, Some(Timestamp(1_800_000_004_567)));
    }

    #[test]
    fn unknown_fields_and_words_do_no_harm() {
        let plain = fact(&joined());
        let mut message = joined();
        message["newField"] = json!({"deep": [1, 2]});
        message["participant"]["state"] = json!("HIBERNATING");
        message["participant"]["kind"] = json!(["not", "a", "word"]);
        message["participant"]["disconnectReason"] = json!({});
        assert_eq!(fact(&message), plain);
    }

    #[test]
    fn reasons_are_kept_in_lower_case_also_when_only_their_number_is_known() {
        for (sent, kept) in [
            (json!("CLIENT_INITIATED"), Some("client_initiated")),
            (json!("BRAND_NEW"), Some("brand_new")),
            (json!(17), Some("reason_17")),
            (json!("UNKNOWN_REASON"), None),
            (json!(0), None),
        ] {
            let mut message = joined();
            message["event"] = json!("participant_left");
            message["participant"]["disconnectReason"] = sent.clone();
            let What::Left(who) = fact(&message).what else {
                panic!("left")
            };
            assert_eq!(who.reason.as_deref(), kept, "{sent}");
        }
    }

    #[test]
    fn what_is_not_understood_says_why_and_keeps_its_id() {
        let mut unknown_event = joined();
        unknown_event["event"] = json!("participant_teleported");
        let mut no_participant = joined();
        no_participant["participant"] = json!("PA_1");
        let mut no_time = joined();
        no_time["createdAt"] = json!("soon");
        for message in [unknown_event, no_participant, no_time] {
            let incoming = Incoming::read(message.to_string().as_bytes());
            assert!(matches!(incoming.content, Content::Unclear(_)), "{message}");
            assert_eq!(incoming.id, "EV_abc");
            assert!(matches!(incoming.room, RoomOf::Ours(_)));
        }
    }

    #[test]
    fn a_message_without_a_usable_id_is_known_by_its_hash() {
        for body in [
            &b"{}"[..],
            b"",
            b"[1]",
            b"\xff\xfe\x00",
            br#"{"id":"a\u0000b"}"#,
            br#"{"id":7}"#,
        ] {
            let incoming = Incoming::read(body);
            assert!(
                incoming.id.starts_with("sha256:") && incoming.id.len() == 71,
                "{}",
                incoming.id
            );
            assert_eq!(incoming, Incoming::read(body));
            assert!(!incoming.text.contains('\0'));
        }
        assert_ne!(Incoming::read(b"{}").id, Incoming::read(b"{ }").id);
    }

    #[test]
    fn rooms_of_others_are_told_from_ours() {
        let mut message = joined();
        message["room"]["name"] = json!("daily-standup");
        assert_eq!(
            Incoming::read(message.to_string().as_bytes()).room,
            RoomOf::Foreign
        );
        message["room"] = json!(null);
        assert_eq!(
            Incoming::read(message.to_string().as_bytes()).room,
            RoomOf::Unsaid
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(body: Vec<u8>, text in "[\\[\\]{}\":,a-zA-Z0-9\\\\ ]{0,80}") {
            let _bytes = Incoming::read(&body);
            let _text = Incoming::read(text.as_bytes());
        }
    }
}
