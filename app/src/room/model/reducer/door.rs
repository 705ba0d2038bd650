//! Coming to the door, and in from it. Whatever goes wrong here is joined around without a word.

use crate::room::model::{
    CaptureState, Command, ConnectionState, DisconnectReason, Door, Effect, FocusTarget, Peer,
    Phase, RoomModel,
};
use domain::{access::Entry, problem::Problem, views::JoinToken};

impl RoomModel {
    /// Asks for the door once preview and buttons are ready, unless the person is in already, elsewhere.
    pub(super) fn knock(&mut self) -> Vec<Effect> {
        let starts = |capture| capture == CaptureState::Starting;
        let is_ready = self.sdk_loaded
            && !starts(self.camera.capture)
            && !starts(self.microphone.capture)
            && self.already_joined.is_none();
        if self.phase != Phase::Lobby || self.door != Door::Closed || !is_ready {
            return Vec::new();
        }
        self.door = Door::Opening;
        vec![Effect::RequestDoor]
    }

    pub(super) fn door_token_received(&mut self, join: JoinToken) -> Vec<Effect> {
        if self.door != Door::Opening {
            return Vec::new();
        }
        vec![Effect::Client(Command::Knock {
            url: join.ws_url,
            token: join.token,
        })]
    }

    /// Connected to the room, at its door.
    pub(super) fn at_door(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
        self.door = Door::Open;
        self.connection = ConnectionState::Connected;
        self.peers = peers;
        match self.phase {
            Phase::Joining => vec![Effect::EnterRoom],
            Phase::Lobby | Phase::InRoom | Phase::Failed(_) | Phase::Left(_) => Vec::new(),
        }
    }

    /// There is no door (any more): whoever pressed "Join" meanwhile joins without it.
    pub(super) fn door_failed(&mut self) -> Vec<Effect> {
        if !matches!(self.door, Door::Opening | Door::Open) {
            return Vec::new();
        }
        // Who was at the door was nowhere else: nobody has to be asked.
        let entry = match self.door {
            Door::Open => Entry::Rejoin,
            Door::Closed | Door::Opening | Door::Resting | Door::Failed => Entry::IfNotInside,
        };
        self.door = Door::Failed;
        self.peers.clear();
        let mut effects = vec![Effect::Client(Command::Disconnect)];
        if self.phase == Phase::Joining {
            effects.push(Effect::RequestJoinToken(entry));
        }
        effects
    }

    /// The door's connection ended.
    pub(super) fn door_lost(&mut self, reason: DisconnectReason) -> Vec<Effect> {
        match reason {
            // A connection that we replaced ourselves.
            DisconnectReason::ClientInitiated => Vec::new(),
            DisconnectReason::DuplicateIdentity
            | DisconnectReason::ParticipantRemoved
            | DisconnectReason::Unexpected => self.door_failed(),
        }
    }

    /// Our server let the person in.
    pub(super) fn entered(&mut self) -> Vec<Effect> {
        if self.phase != Phase::Joining || self.door != Door::Open {
            return Vec::new();
        }
        self.door = Door::Closed;
        self.phase = Phase::InRoom;
        self.connected_at = Some(self.now);
        vec![
            Effect::Client(Command::Enter),
            Effect::Focus(FocusTarget::Call),
        ]
    }

    pub(super) fn entry_refused(&mut self, problem: Problem) -> Vec<Effect> {
        if self.phase != Phase::Joining || self.door != Door::Open {
            return Vec::new();
        }
        match problem {
            Problem::NoAccess(_)
            | Problem::SignedOut
            | Problem::Suspended
            | Problem::Forbidden
            | Problem::NotFound => {
                self.door = Door::Failed;
                self.join_refused(problem)
            }
            Problem::Malformed(_)
            | Problem::WrongCredentials
            | Problem::InvalidSignature
            | Problem::SecondFactorNeeded
            | Problem::Conflict(_)
            | Problem::Elsewhere
            | Problem::Invalid(_)
            | Problem::TooMany { .. }
            | Problem::Unavailable(_)
            | Problem::Internal { .. } => self.door_failed(),
        }
    }

    /// Nobody has looked at the page for long.
    pub(super) fn rest(&mut self) -> Vec<Effect> {
        if self.phase != Phase::Lobby || self.door != Door::Open {
            return Vec::new();
        }
        self.door = Door::Resting;
        self.peers.clear();
        vec![Effect::Client(Command::Disconnect)]
    }

    /// Somebody looks at the page again.
    pub(super) fn wake(&mut self) -> Vec<Effect> {
        if self.door == Door::Resting {
            self.door = Door::Closed;
        }
        Vec::new()
    }
}
