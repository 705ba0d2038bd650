//! Joining, losing the connection, returning, leaving.

use crate::{
    leave_reason::LeaveReason,
    room::{
        model::{
            AlreadyJoined, Command, ConnectFailure, ConnectionState, DisconnectReason, Door,
            Effect, FocusTarget, Peer, Phase, RoomModel,
        },
        text,
    },
};
use domain::{
    access::Entry,
    problem::{Dependency, Problem},
    views::JoinToken,
};

/// Waits before the attempts to rejoin, in milliseconds; after the last one the meeting is given up.
pub(in crate::room::model) const REJOIN_DELAYS_MS: [u32; 10] =
    [0, 400, 800, 1_500, 3_000, 5_000, 5_000, 7_000, 7_000, 7_000];

impl RoomModel {
    pub(super) fn other_tab(&mut self, inside: bool) -> Vec<Effect> {
        match (&self.phase, inside) {
            (Phase::Lobby, true) => self.already_joined = Some(AlreadyJoined::OtherTab),
            // Both tabs pressed Join, and the other one was first.
            (Phase::Joining, true) => return self.offer_to_move(AlreadyJoined::OtherTab),
            (_, false) if self.already_joined == Some(AlreadyJoined::OtherTab) => {
                self.already_joined = None
            }
            (Phase::Lobby | Phase::Joining, false)
            | (Phase::InRoom | Phase::Failed(_) | Phase::Left(_), _) => {}
        }
        Vec::new()
    }

    pub(super) fn offer_to_move(&mut self, place: AlreadyJoined) -> Vec<Effect> {
        self.phase = Phase::Lobby;
        self.already_joined = Some(place);
        vec![Effect::Focus(FocusTarget::MoveHere)]
    }

    pub(super) fn join(&mut self, entry: Entry) -> Vec<Effect> {
        if entry == Entry::IfNotInside && self.already_joined == Some(AlreadyJoined::OtherTab) {
            return vec![Effect::Focus(FocusTarget::MoveHere)];
        }
        if matches!(self.phase, Phase::Lobby | Phase::Failed(_)) {
            self.phase = Phase::Joining;
            self.connection = ConnectionState::Connected;
            self.attempts = 0;
            self.already_joined = None;
            match (self.door, entry) {
                (Door::Open, Entry::IfNotInside) => vec![Effect::EnterRoom],
                // What was begun is used: the answer comes with the door.
                (Door::Opening, Entry::IfNotInside) => Vec::new(),
                (Door::Open | Door::Opening, Entry::Door | Entry::Here | Entry::Rejoin) => {
                    self.door = Door::Failed;
                    self.peers.clear();
                    vec![
                        Effect::Client(Command::Disconnect),
                        Effect::RequestJoinToken(entry),
                    ]
                }
                (Door::Closed | Door::Resting | Door::Failed, _) => {
                    self.door = Door::Failed;
                    vec![Effect::RequestJoinToken(entry)]
                }
            }
        } else {
            Vec::new()
        }
    }

    pub(super) fn is_connecting(&self) -> bool {
        match self.phase {
            Phase::Joining => true,
            Phase::InRoom => self.connection == ConnectionState::Rejoining,
            Phase::Lobby | Phase::Failed(_) | Phase::Left(_) => false,
        }
    }

    pub(super) fn join_token_received(&mut self, join: JoinToken) -> Vec<Effect> {
        if self.is_connecting() {
            vec![Effect::Client(Command::Connect {
                url: join.ws_url,
                token: join.token,
            })]
        } else {
            Vec::new()
        }
    }

    pub(super) fn join_refused(&mut self, problem: Problem) -> Vec<Effect> {
        match problem {
            Problem::NoAccess(access) => match LeaveReason::from_access(access) {
                Some(reason) => self.leave(reason),
                None => self.not_connected(ConnectFailure::Refused(problem)),
            },
            Problem::SignedOut | Problem::Suspended | Problem::Forbidden | Problem::NotFound => {
                self.leave(LeaveReason::Removed)
            }
            Problem::Elsewhere if self.phase == Phase::Joining => {
                self.offer_to_move(AlreadyJoined::OtherDevice)
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
            | Problem::Internal { .. } => self.not_connected(ConnectFailure::Refused(problem)),
        }
    }

    /// An attempt failed: another one later, or no more of them.
    pub(super) fn not_connected(&mut self, failure: ConnectFailure) -> Vec<Effect> {
        if !self.is_connecting() {
            return Vec::new();
        }
        self.last_failure = failure;
        if self.phase == Phase::Joining {
            self.attempts += 1;
            // Again with a fresh look at the room: LiveKit may have lost it unnoticed. Our server
            // looks every five seconds at most, so a room that is missing gets that long.
            let delays: &[u32] = match self.last_failure {
                ConnectFailure::TokenRefused => &[300, 2_500, 3_000],
                ConnectFailure::Unreachable | ConnectFailure::TimedOut => &[300],
                ConnectFailure::SdkNotLoaded
                | ConnectFailure::Offline
                | ConnectFailure::Refused(_) => &[],
            };
            if let Some(after_ms) = delays.get(self.attempts as usize - 1) {
                return vec![Effect::RetryAfter {
                    after_ms: *after_ms,
                    attempt: self.attempts,
                }];
            }
            let failure = self.last_failure.clone();
            return self.fail(failure);
        }
        self.try_to_rejoin()
    }

    /// Begins the next attempt to rejoin, or gives up.
    pub(super) fn try_to_rejoin(&mut self) -> Vec<Effect> {
        let Some(after_ms) = REJOIN_DELAYS_MS.get(self.attempts as usize).copied() else {
            return self.give_up();
        };
        self.attempts += 1;
        if after_ms == 0 {
            vec![Effect::RequestJoinToken(Entry::Rejoin)]
        } else {
            vec![Effect::RetryAfter {
                after_ms,
                attempt: self.attempts,
            }]
        }
    }

    pub(super) fn give_up(&mut self) -> Vec<Effect> {
        match &self.last_failure {
            // The dashboard cannot be loaded either, so stay and say so.
            ConnectFailure::Offline | ConnectFailure::SdkNotLoaded => {
                let failure = self.last_failure.clone();
                self.fail(failure)
            }
            ConnectFailure::Refused(Problem::Unavailable(
                Dependency::MediaServer | Dependency::Database | Dependency::Capacity,
            ))
            | ConnectFailure::Refused(_)
            | ConnectFailure::TokenRefused => self.leave(LeaveReason::Server),
            ConnectFailure::Unreachable | ConnectFailure::TimedOut => {
                self.leave(LeaveReason::Network)
            }
        }
    }

    pub(super) fn fail(&mut self, failure: ConnectFailure) -> Vec<Effect> {
        self.phase = Phase::Failed(failure);
        self.connection = ConnectionState::Connected;
        self.peers.clear();
        vec![
            Effect::Client(Command::Disconnect),
            Effect::Focus(FocusTarget::Failure),
        ]
    }

    pub(super) fn leave(&mut self, reason: LeaveReason) -> Vec<Effect> {
        if let Phase::Left(_) = self.phase {
            return Vec::new();
        }
        self.phase = Phase::Left(reason);
        vec![Effect::Client(Command::Stop), Effect::LeavePage(reason)]
    }

    pub(super) fn connected(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
        if !self.is_connecting() {
            return vec![Effect::Client(Command::Disconnect)];
        }
        let first = self.phase == Phase::Joining;
        self.phase = Phase::InRoom;
        self.connected_at = Some(self.now);
        let mut effects = vec![Effect::Client(Command::Enter)];
        if first {
            self.connection = ConnectionState::Connected;
            self.peers = peers;
            effects.push(Effect::Focus(FocusTarget::Call));
        } else {
            effects.extend(self.reconnected(peers));
        }
        effects
    }

    /// The connection works again: what livekit-client sees now is the truth.
    pub(super) fn reconnected(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
        self.connection = ConnectionState::Connected;
        let before = std::mem::replace(&mut self.peers, peers);
        let is_new_room = std::mem::take(&mut self.is_new_room);
        let mut effects = Vec::new();
        for peer in before.into_iter().filter(|peer| peer.is_in) {
            let is_back = |p: &Peer| p.is_in && p.identity == peer.identity;
            if self.peers.iter().any(is_back) {
                continue;
            }
            if is_new_room {
                self.expected_back.push(peer.identity);
            } else {
                effects.extend(self.toast(text::left(&peer.name)));
            }
        }
        effects.extend(self.send_waiting_messages());
        effects
    }

    pub(super) fn disconnected(&mut self, reason: DisconnectReason) -> Vec<Effect> {
        if self.phase != Phase::InRoom {
            return Vec::new();
        }
        match reason {
            DisconnectReason::DuplicateIdentity => return self.leave(LeaveReason::OtherDevice),
            DisconnectReason::ParticipantRemoved if self.was_removed => {
                return self.leave(LeaveReason::Removed);
            }
            DisconnectReason::ParticipantRemoved => self.was_removed = true,
            // A connection that we replaced ourselves; the new one reports its own events.
            DisconnectReason::ClientInitiated => return Vec::new(),
            DisconnectReason::Unexpected => {}
        }
        if self.connection == ConnectionState::Rejoining {
            return Vec::new();
        }
        self.connection = ConnectionState::Rejoining;
        self.is_new_room = true;
        self.sharing = false;
        self.last_failure = ConnectFailure::Unreachable;
        // Requesting a token also finds out the truth: a refusal says how the meeting ended.
        self.try_to_rejoin()
    }
}
