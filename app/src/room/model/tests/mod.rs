//! The reducer, event by event: one file for each concern, what they share here.

mod chat;
mod connection;
mod devices;
mod door;
mod moderation;
mod peers;
mod window;

use super::*;
use crate::leave_reason::LeaveReason;
use domain::{
    access::{Access, Entry},
    ids::{SessionId, UserId},
    notice::Notice,
    permissions::Moderation,
    problem::{Dependency, Problem},
    session::EndReason,
    views::{JoinToken, LiveState},
};

const START: Timestamp = Timestamp(1_800_000_000_000);

fn user(n: u8) -> UserId {
    // The domain's ids parse from text; `uuid` itself is no dependency of this crate.
    ["00000000-0000-0000-0000-0000000000", &format!("{n:02x}")]
        .concat()
        .parse()
        .expect("an id")
}

fn session() -> SessionId {
    "00000000-0000-0000-0000-000000000001"
        .parse()
        .expect("an id")
}

fn ada() -> Person {
    Person {
        id: user(2),
        name: "Ada".to_owned(),
    }
}

fn lobby() -> RoomModel {
    RoomModel::new(
        SeatRole::Mentee,
        "Max".to_owned(),
        ada(),
        START + Millis::minutes(45),
        START + Millis::hours(2),
        START,
    )
}

fn peer() -> Peer {
    Peer {
        identity: user(2).to_string(),
        name: "Ada".to_owned(),
        is_in: true,
        camera: true,
        microphone: true,
        ..Peer::default()
    }
}

fn token() -> Event {
    Event::JoinTokenReceived(JoinToken {
        token: "t".to_owned(),
        ws_url: "ws://localhost:7880".to_owned(),
        room_name: format!("session-{}", session()),
        expires_at: START,
    })
}

fn in_room(peers: Vec<Peer>) -> RoomModel {
    let mut model = lobby();
    model.apply(Event::Join);
    model.apply(token());
    model.apply(Event::Connected(peers));
    model
}

fn live(access: Access) -> Event {
    Event::Live(LiveState {
        access,
        now: START,
        present: vec![ada()],
        at_door: Vec::new(),
        late: Vec::new(),
    })
}

fn ended(reason: EndReason) -> Access {
    Access::Ended {
        by: None,
        at: START,
        reason,
    }
}

const OPEN: Access = Access::Open {
    closes_at: Timestamp(START.0 + 7_200_000),
    role: SeatRole::Mentee,
};

fn left(model: &RoomModel) -> Option<LeaveReason> {
    match model.phase {
        Phase::Left(reason) => Some(reason),
        _ => None,
    }
}

fn requests_token(effects: &[Effect]) -> bool {
    effects.contains(&Effect::RequestJoinToken(Entry::Rejoin))
}

/// Runs the wait that `effects` asks for, if any.
fn retry(model: &mut RoomModel, effects: &[Effect]) -> Vec<Effect> {
    let attempt = effects.iter().find_map(|effect| match effect {
        Effect::RetryAfter { attempt, .. } => Some(*attempt),
        _ => None,
    });
    attempt.map_or_else(Vec::new, |attempt| model.apply(Event::RetryDue(attempt)))
}

fn texts(model: &RoomModel) -> Vec<&str> {
    model
        .toasts
        .iter()
        .map(|toast| toast.text.as_str())
        .collect()
}
