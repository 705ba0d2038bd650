//! Joining, losing the connection, returning, leaving.

use crate::room::{
    model::{
        Command, Effect, Elsewhere, Ending, Failure, LeaveReason, Link, Peer, Phase, RoomModel,
        Target,
    },
    text,
};
use domain::{
    access::Entry,
    problem::{Dependency, Problem},
    views::JoinTicket,
};

/// Waits before the tries to get back into a room, in milliseconds; then the meeting is given up.
pub(in crate::room::model) const RETURN_DELAYS_MS: [u32; 10] =
    [0, 400, 800, 1_500, 3_000, 5_000, 5_000, 7_000, 7_000, 7_000];

impl RoomModel {
    pub(super) fn other_tab(&mut self, inside: bool) -> Vec<Effect> {
        match (&self.phase, inside) {
            (Phase::Lobby, true) => self.elsewhere = Some(Elsewhere::Tab),
            // Both tabs pressed Join, and the other one was first.
            (Phase::Joining, true) => return self.offer_to_move(Elsewhere::Tab),
            (_, false) if self.elsewhere == Some(Elsewhere::Tab) => self.elsewhere = None,
            (Phase::Lobby | Phase::Joining, false)
            | (Phase::InRoom | Phase::Failed(_) | Phase::Left(_), _) => {}
        }
        Vec::new()
    }

    pub(super) fn offer_to_move(&mut self, elsewhere: Elsewhere) -> Vec<Effect> {
        self.phase = Phase::Lobby;
        self.elsewhere = Some(elsewhere);
        vec![Effect::Focus(Target::MoveHere)]
    }

    pub(super) fn join(&mut self, entry: Entry) -> Vec<Effect> {
        if entry == Entry::IfNotInside && self.elsewhere == Some(Elsewhere::Tab) {
            return vec![Effect::Focus(Target::MoveHere)];
        }
        if matches!(self.phase, Phase::Lobby | Phase::Failed(_)) {
            self.phase = Phase::Joining;
            self.link = Link::Steady;
            self.tries = 0;
            self.elsewhere = None;
            vec![Effect::RequestJoinToken(entry)]
        } else {
            Vec::new()
        }
    }

    pub(super) fn waits_to_return(&self) -> bool {
        match self.phase {
            Phase::Joining => true,
            Phase::InRoom => self.link == Link::Returning,
            Phase::Lobby | Phase::Failed(_) | Phase::Left(_) => false,
        }
    }

    pub(super) fn join_token_received(&mut self, join: JoinTicket) -> Vec<Effect> {
        if self.waits_to_return() {
            vec![Effect::Tell(Command::Connect {
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
                None => self.not_connected(Failure::Refused(problem)),
            },
            Problem::SignedOut | Problem::Forbidden | Problem::NotFound => {
                self.leave(LeaveReason::Removed)
            }
            Problem::Elsewhere if self.phase == Phase::Joining => {
                self.offer_to_move(Elsewhere::Device)
            }
            Problem::Malformed(_)
            | Problem::WrongCredentials
            | Problem::Forged
            | Problem::Conflict(_)
            | Problem::Elsewhere
            | Problem::Invalid(_)
            | Problem::TooMany { .. }
            | Problem::Unavailable(_)
            | Problem::Internal { .. } => self.not_connected(Failure::Refused(problem)),
        }
    }

    /// A try failed: another one later, or the end of trying.
    pub(super) fn not_connected(&mut self, failure: Failure) -> Vec<Effect> {
        if !self.waits_to_return() {
            return Vec::new();
        }
        self.trouble = failure;
        if self.phase == Phase::Joining {
            self.tries += 1;
            // Again with a fresh look at the room: LiveKit may have lost it unnoticed. Our server
            // looks every five seconds at most, so a room that is missing gets that long.
            let delays: &[u32] = match self.trouble {
                Failure::TokenRefused => &[300, 2_500, 3_000],
                Failure::Unreachable | Failure::TimedOut => &[300],
                Failure::Program | Failure::Offline | Failure::Refused(_) => &[],
            };
            if let Some(after_ms) = delays.get(self.tries as usize - 1) {
                return vec![Effect::Wake {
                    after_ms: *after_ms,
                    number: self.tries,
                }];
            }
            let failure = self.trouble.clone();
            return self.fail(failure);
        }
        self.try_to_return()
    }

    /// Begins the next try to get back in, or gives up.
    pub(super) fn try_to_return(&mut self) -> Vec<Effect> {
        let Some(after_ms) = RETURN_DELAYS_MS.get(self.tries as usize).copied() else {
            return self.give_up();
        };
        self.tries += 1;
        if after_ms == 0 {
            vec![Effect::RequestJoinToken(Entry::Rejoin)]
        } else {
            vec![Effect::Wake {
                after_ms,
                number: self.tries,
            }]
        }
    }

    pub(super) fn give_up(&mut self) -> Vec<Effect> {
        match &self.trouble {
            // The dashboard cannot be loaded either, so stay and say so.
            Failure::Offline | Failure::Program => {
                let failure = self.trouble.clone();
                self.fail(failure)
            }
            Failure::Refused(Problem::Unavailable(
                Dependency::MediaServer | Dependency::Database | Dependency::Capacity,
            ))
            | Failure::Refused(_)
            | Failure::TokenRefused => self.leave(LeaveReason::Server),
            Failure::Unreachable | Failure::TimedOut => self.leave(LeaveReason::Network),
        }
    }

    pub(super) fn fail(&mut self, failure: Failure) -> Vec<Effect> {
        self.phase = Phase::Failed(failure);
        self.link = Link::Steady;
        self.peers.clear();
        vec![
            Effect::Tell(Command::Disconnect),
            Effect::Focus(Target::Failure),
        ]
    }

    pub(super) fn leave(&mut self, reason: LeaveReason) -> Vec<Effect> {
        if let Phase::Left(_) = self.phase {
            return Vec::new();
        }
        self.phase = Phase::Left(reason);
        vec![Effect::Tell(Command::Stop), Effect::LeavePage(reason)]
    }

    pub(super) fn connected(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
        if !self.waits_to_return() {
            return vec![Effect::Tell(Command::Disconnect)];
        }
        let first = self.phase == Phase::Joining;
        self.phase = Phase::InRoom;
        self.connected_at = Some(self.now);
        let mut effects = vec![Effect::Tell(Command::Enter)];
        if first {
            self.link = Link::Steady;
            self.peers = peers;
            effects.push(Effect::Focus(Target::Call));
        } else {
            effects.extend(self.resumed(peers));
        }
        effects
    }

    /// The connection works again: what livekit-client sees now is the truth.
    pub(super) fn resumed(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
        self.link = Link::Steady;
        let before = std::mem::replace(&mut self.peers, peers);
        let is_new_room = std::mem::take(&mut self.is_new_room);
        let mut effects = Vec::new();
        for peer in before {
            if self.peers.iter().any(|p| p.identity == peer.identity) {
                continue;
            }
            if is_new_room {
                self.expected.push(peer.identity);
            } else {
                effects.extend(self.toast(text::left(&peer.name)));
            }
        }
        effects.extend(self.send_waiting_messages());
        effects
    }

    pub(super) fn disconnected(&mut self, ending: Ending) -> Vec<Effect> {
        if self.phase != Phase::InRoom {
            return Vec::new();
        }
        match ending {
            Ending::Duplicate => return self.leave(LeaveReason::OtherDevice),
            Ending::Removed if self.removed => return self.leave(LeaveReason::Removed),
            Ending::Removed => self.removed = true,
            // Ours: a connection that we replaced; its successor speaks for itself.
            Ending::Ours => return Vec::new(),
            Ending::Unexpected => {}
        }
        if self.link == Link::Returning {
            return Vec::new();
        }
        self.link = Link::Returning;
        self.is_new_room = true;
        self.sharing = false;
        self.trouble = Failure::Unreachable;
        // Requesting a token also finds out the truth: a refusal says how the meeting ended.
        self.try_to_return()
    }
}
