//! Reads LiveKit's messages (protobuf's JSON form) with tolerance: a newer server may send words and
//! fields that `livekit_protocol` does not know.

use domain::{
    door::{Arrival, ENTERED, STANDING, Standing},
    ids::RoomName,
    time::Timestamp,
};
use livekit_protocol::{DisconnectReason, ParticipantInfo, Room, WebhookEvent};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
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
    /// Where they stood when it happened.
    pub standing: Standing,
    /// When they came to the door, and when in.
    pub arrival: Arrival,
    /// Why it ended, in lower case.
    pub reason: Option<String>,
}

/// A message, and the word or number for why somebody left: `livekit_protocol` takes the reasons
/// it knows only, and we keep every one.
#[derive(Default)]
struct Message {
    event: WebhookEvent,
    reason: Value,
}

impl Message {
    fn read(body: &[u8]) -> serde_json::Result<Self> {
        let mut fields: Map<String, Value> = serde_json::from_slice(body)?;
        let room = fields.remove("room").and_then(lenient);
        let mut participant = fields.remove("participant").unwrap_or_default();
        let reason = participant
            .get_mut("disconnectReason")
            .map(Value::take)
            .unwrap_or_default();
        let event = WebhookEvent {
            room,
            participant: lenient(participant),
            ..lenient(Value::Object(fields)).unwrap_or_default()
        };
        Ok(Self { event, reason })
    }
}

/// Each field that `T` cannot read counts as missing instead of spoiling the whole.
fn lenient<T: DeserializeOwned>(value: Value) -> Option<T> {
    let Value::Object(mut fields) = value else {
        return None;
    };
    fields.retain(|name, value| {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        T::deserialize(Value::Object(alone)).is_ok()
    });
    T::deserialize(Value::Object(fields)).ok()
}

impl Incoming {
    /// Reads a message; whatever it is, something comes out.
    pub fn read(body: &[u8]) -> Self {
        // PostgreSQL takes no NUL in a text; JSON has none outside of escapes.
        let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
        let (message, unreadable) = match Message::read(body) {
            Ok(message) => (message, None),
            Err(error) => (
                Message::default(),
                Some(format!("not the JSON we expect: {error}")),
            ),
        };
        let event = Some(message.event.event.as_str())
            .filter(|event| is_word(event, 64))
            .unwrap_or("?")
            .to_owned();
        let room = match message.event.room.as_ref().map(|room| room.name.as_str()) {
            None | Some("") => RoomOf::Unsaid,
            Some(name) => RoomName::parse(name).map_or(RoomOf::Foreign, RoomOf::Ours),
        };
        let id = Some(message.event.id.as_str())
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
        let Self { event, reason } = self;
        let who = |participant: Option<ParticipantInfo>| who(participant?, &reason);
        let what = match event.event.as_str() {
            "room_started" => Some(What::Started),
            "room_finished" => Some(What::Finished),
            "participant_joined" => who(event.participant).map(What::Joined),
            "participant_left" => who(event.participant).map(What::Left),
            "participant_connection_aborted" => who(event.participant).map(What::Aborted),
            "track_published" | "track_unpublished" | "egress_started" | "egress_updated"
            | "egress_ended" | "ingress_started" | "ingress_ended" | "agent_job_started"
            | "agent_job_ended" => return Content::Irrelevant,
            "" => return Content::Unclear("it names no event".to_owned()),
            event => return Content::Unclear(format!("unknown event {:?}", shown(event))),
        };
        let Some(what) = what else {
            return Content::Unclear("it names no participant".to_owned());
        };
        let Some(Room {
            sid,
            creation_time,
            creation_time_ms,
            ..
        }) = event.room
        else {
            return Content::Unclear("it names no room".to_owned());
        };
        let (true, Some(at)) = (is_word(&sid, 128), moment(0, event.created_at)) else {
            return Content::Unclear("it lacks the room's id or its own time".to_owned());
        };
        Content::Fact(Fact {
            at,
            room_sid: sid,
            room_began: moment(creation_time_ms, creation_time).unwrap_or(Timestamp(0)),
            what,
        })
    }
}

fn who(participant: ParticipantInfo, reason: &Value) -> Option<Who> {
    let attribute = |name| participant.attributes.get(name).map(String::as_str);
    let standing = Standing::of_attribute(attribute(STANDING));
    let connected_at = moment(participant.joined_at_ms, participant.joined_at);
    is_word(&participant.sid, 128).then(|| Who {
        identity: shown(&participant.identity),
        standing,
        arrival: Arrival::of(connected_at, standing, attribute(ENTERED)),
        reason: lower_case(reason).filter(|reason| reason != "unknown_reason"),
        sid: participant.sid,
    })
}

/// The name of a reason, which comes as its number where the sender did not know the name.
fn lower_case(reason: &Value) -> Option<String> {
    if let Some(name) = reason.as_str() {
        return is_word(name, 64).then(|| name.to_ascii_lowercase());
    }
    let number = reason.as_i64()?;
    let known = i32::try_from(number)
        .ok()
        .and_then(|number| DisconnectReason::try_from(number).ok());
    Some(known.map_or_else(
        || format!("reason_{number}"),
        |known| known.as_str_name().to_ascii_lowercase(),
    ))
}

/// The exact time where LiveKit sends it, else the one in whole seconds; 0 is protobuf's nothing.
fn moment(ms: i64, s: i64) -> Option<Timestamp> {
    [ms, s.saturating_mul(1_000)]
        .into_iter()
        .find(|time| *time > 0)
        .map(Timestamp)
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
        assert_eq!(who.arrival.joined_at, Some(Timestamp(1_800_000_004_567)));
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
            (json!(1), Some("client_initiated")),
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
