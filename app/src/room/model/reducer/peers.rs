//! The other person comes, changes and goes.

use crate::room::{
    model::{Chime, Command, ConnectionState, Effect, Peer, RoomModel},
    text,
};

impl RoomModel {
    pub(super) fn find_peer(&mut self, identity: &str) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.identity == identity)
    }

    pub(super) fn peer_changed(&mut self, mut peer: Peer) -> Vec<Effect> {
        let (name, is_in, identity) = (peer.name.clone(), peer.is_in, peer.identity.clone());
        let before = match self.find_peer(&identity) {
            Some(known) => {
                let was = (known.is_in, known.screen);
                peer.speaking = known.speaking;
                peer.quality = known.quality;
                let starts_sharing = peer.screen && !was.1;
                *known = peer;
                if was.0 && is_in {
                    return match starts_sharing {
                        true => self.toast(text::shares_screen(&name)),
                        false => Vec::new(),
                    };
                }
                Some(was.0)
            }
            None => {
                self.peers.push(peer);
                None
            }
        };
        match (before, is_in) {
            (None, true) => self.came_in(&identity, &name),
            (Some(_), true) => {
                let mut effects = self.came_in(&identity, &name);
                // They are connected already.
                effects.extend(self.send_waiting_messages());
                effects
            }
            (None, false) if self.is_settled() => self.toast(text::is_at_door(&name)),
            (None | Some(_), false) => Vec::new(),
        }
    }

    /// Whether who comes and goes is news: in the room, with a connection that works.
    fn is_settled(&self) -> bool {
        self.in_room() && self.connection == ConnectionState::Connected
    }

    fn came_in(&mut self, identity: &str, name: &str) -> Vec<Effect> {
        if !self.is_settled() || self.take_expected_back(identity) {
            return Vec::new();
        }
        let mut effects = vec![Effect::Client(Command::PlayChime(Chime::Joined))];
        effects.extend(self.toast(text::joined(name)));
        effects
    }

    pub(super) fn take_expected_back(&mut self, identity: &str) -> bool {
        let before = self.expected_back.len();
        self.expected_back.retain(|expected| expected != identity);
        self.expected_back.len() < before
    }

    pub(super) fn peer_left(&mut self, identity: &str) -> Vec<Effect> {
        if self.connection != ConnectionState::Connected {
            // Our own connection broke: who really left is known when it works again.
            if let Some(peer) = self.find_peer(identity) {
                peer.camera = false;
                peer.screen = false;
                peer.speaking = false;
            }
            return Vec::new();
        }
        let Some(index) = self.peers.iter().position(|p| p.identity == identity) else {
            return Vec::new();
        };
        let peer = self.peers.remove(index);
        if !peer.is_in || !self.in_room() {
            return Vec::new();
        }
        let mut effects = vec![Effect::Client(Command::PlayChime(Chime::Left))];
        effects.extend(self.toast(text::left(&peer.name)));
        effects
    }
}
