//! Newtypes for ids, so that two kinds of id can never be swapped.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text was not a hyphenated, lower- or upper-case UUID of 36 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_uuid(text).map(Self)
            }
        }
    };
}

/// Accepts the hyphenated form only: one id has one spelling in URLs.
fn parse_uuid(text: &str) -> Result<Uuid, InvalidId> {
    if text.len() != 36 {
        return Err(InvalidId);
    }
    Uuid::try_parse(text).map_err(|_| InvalidId)
}

id!(
    /// A person's account (`users.id`); also LiveKit's participant identity.
    UserId
);
id!(
    /// A booked mentoring session (`sessions.id`).
    SessionId
);
id!(
    /// A signed-in browser (`logins.id`).
    LoginId
);
id!(
    /// A reported concern (`reports.id`).
    ReportId
);
id!(
    /// An account that waits for its address to be proved (`sign_ups.id`).
    SignUpId
);
id!(
    /// A passkey of somebody (`passkeys.id`).
    PasskeyId
);
id!(
    /// A row of the outbox (`jobs.id`).
    JobId
);
id!(
    /// An email to one person (`emails.id`).
    EmailId
);
id!(
    /// A person's copy of what is kept about them (`data_exports.id`).
    DataExportId
);
id!(
    /// A LiveKit room's record (`livekit_rooms.id`).
    RoomId
);
id!(
    /// An entry of the admin's notification list (`admin_notifications.id`).
    NotificationId
);

/// Name of a session's room at LiveKit: `session-<session id>`, and from the second generation
/// on (after a reschedule) `session-<session id>-<generation>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName {
    name: String,
    session: SessionId,
    generation: u32,
}

impl RoomName {
    /// The name of `generation` (1, 2, …) of the room of `session`.
    pub fn new(session: SessionId, generation: u32) -> Self {
        let generation = generation.max(1);
        let name = match generation {
            1 => format!("session-{session}"),
            _ => format!("session-{session}-{generation}"),
        };
        Self {
            name,
            session,
            generation,
        }
    }

    /// Reads a name back; `None` when the room is not one of ours.
    pub fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("session-")?;
        let (id, tail) = rest.split_at_checked(36)?;
        let generation = match tail.strip_prefix('-') {
            Some(number) => number.parse().ok()?,
            None => 1,
        };
        Some(Self::new(id.parse().ok()?, generation)).filter(|room| room.name == name)
    }

    /// The name as LiveKit knows it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whose room it is.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Which one of the session's rooms: 1, 2, …
    pub fn generation(&self) -> u32 {
        self.generation
    }
}

impl From<RoomName> for String {
    fn from(room: RoomName) -> Self {
        room.name
    }
}

impl TryFrom<String> for RoomName {
    type Error = ForeignRoom;

    fn try_from(name: String) -> Result<Self, ForeignRoom> {
        Self::parse(&name).ok_or(ForeignRoom)
    }
}

/// A room's name that we never gave.
#[derive(Debug, thiserror::Error)]
#[error("not the name of a session's room")]
pub struct ForeignRoom;

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The user behind a LiveKit identity. LiveKit lets a client append `#suffix` to its own
/// identity (`GET /rtc?publish=`), so everything from the first `#` is cut.
pub fn user_of_identity(identity: &str) -> Option<UserId> {
    identity.split('#').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_room_name_reads_back_to_its_session_and_generation() {
        let session = SessionId(Uuid::from_u128(7));
        for generation in [1, 2, 3, 40] {
            let name = RoomName::new(session, generation);
            assert_eq!((name.session(), name.generation()), (session, generation));
            assert_eq!(RoomName::parse(name.as_str()), Some(name));
        }
    }

    #[test]
    fn foreign_room_names_are_not_ours() {
        for name in [
            "",
            "session-",
            "session-x",
            "other",
            "session-00000000-0000-0000-0000-000000000007-1",
            "session-00000000-0000-0000-0000-000000000007-02",
            "session-00000000-0000-0000-0000-000000000007-+2",
            "session-00000000-0000-0000-0000-00000000000A",
            "session-00000000-0000-0000-0000-000000000007x",
            "session-00000000-0000-0000-0000-00000000000é",
        ] {
            assert_eq!(RoomName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn an_identity_with_a_suffix_is_the_same_user() {
        let user = UserId(Uuid::from_u128(9));
        assert_eq!(user_of_identity(&user.to_string()), Some(user));
        assert_eq!(user_of_identity(&format!("{user}#screen")), Some(user));
        assert_eq!(user_of_identity("agent-1"), None);
    }

    proptest! {
        #[test]
        fn parsing_an_id_never_panics_and_accepts_one_form(text in "\\PC{0,60}") {
            if let Ok(id) = text.parse::<SessionId>() {
                prop_assert_eq!(id.to_string(), text.to_lowercase());
            }
        }
    }
}
