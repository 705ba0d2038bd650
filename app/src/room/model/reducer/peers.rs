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
        if let Some(known) = self.find_peer(&peer.identity) {
            let starts_sharing = peer.screen && !known.screen;
            peer.speaking = known.speaking;
            peer.quality = known.quality;
            let name = peer.name.clone();
            *known = peer;
            return if starts_sharing {
                self.toast(text::shares_screen(&name))
            } else {
                Vec::new()
            };
        }
        let name = peer.name.clone();
        let identity = peer.identity.clone();
        self.peers.push(peer);
        if self.connection != ConnectionState::Connected || self.take_expected_back(&identity) {
            return Vec::new();
        }
        let mut effects = vec![Effect::Client(Command::PlayChime(Chime::Joined))];
        effects.extend(self.toast(text::joined(&name)));
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
        let mut effects = vec![Effect::Client(Command::PlayChime(Chime::Left))];
        effects.extend(self.toast(text::left(&peer.name)));
        effects
    }
}
