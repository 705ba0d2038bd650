//! What events do to the model, and what has to be done because of them. One file for each concern;
//! [`RoomModel::apply`] is the way in.

mod chat;
pub(super) mod connection;
mod devices;
mod door;
mod moderation;
mod peers;
mod toasts;
mod window;

use super::{
    Chime, Command, ConnectFailure, ConnectionState, Delivery, Door, Effect, Event, FocusTarget,
    LocalDevice, Phase, RoomModel,
};
use crate::{leave_reason::LeaveReason, room::text};
use domain::access::Entry;

impl RoomModel {
    /// Takes an event into account and says what has to be done.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        let transmitted = self.transmits();
        let mut effects = self.react(event);
        effects.extend(self.knock());
        if self.transmits() != transmitted {
            // Before anything that could be sent.
            effects.insert(0, Effect::Client(Command::Transmit(self.transmits())));
        }
        effects
    }

    fn react(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Capabilities { share, speaker } => {
                self.can_share = share;
                self.can_choose_speaker = speaker;
                Vec::new()
            }
            Event::SdkLoaded => {
                self.sdk_loaded = true;
                Vec::new()
            }
            Event::SdkNotLoaded => self.fail(ConnectFailure::SdkNotLoaded),
            Event::Devices(devices) => self.devices_changed(devices),
            Event::CaptureChanged {
                kind,
                capture,
                device,
            } => self.capture_changed(kind, capture, device),
            Event::DeviceLost(kind) => self.device_lost(kind),
            Event::MutedRemotely(kind) => vec![self.stop_capture(kind)],
            Event::Connected(peers) if self.door == Door::Opening => self.at_door(peers),
            Event::NotConnected(_) if self.door == Door::Opening => self.door_failed(),
            Event::Connected(peers) => self.connected(peers),
            Event::NotConnected(failure) => self.not_connected(failure),
            // Whether the door works shows when somebody goes through it.
            Event::SignalReconnecting | Event::Reconnecting if !self.in_room() => Vec::new(),
            Event::Reconnected(peers) if !self.in_room() => {
                self.peers = peers;
                Vec::new()
            }
            Event::SignalReconnecting => {
                self.connection = ConnectionState::Reconnecting;
                Vec::new()
            }
            Event::Reconnecting => {
                self.connection = ConnectionState::Reconnecting;
                self.is_new_room = true;
                vec![Effect::EnsureRoom]
            }
            Event::Reconnected(peers) => self.reconnected(peers),
            Event::Disconnected(reason) if !self.in_room() => self.door_lost(reason),
            Event::Disconnected(reason) => self.disconnected(reason),
            Event::PeerChanged(peer) => self.peer_changed(peer),
            Event::PeerActive => self.send_waiting_messages(),
            Event::PeerLeft { identity } => self.peer_left(&identity),
            Event::ActiveSpeakers(identities) => {
                for peer in &mut self.peers {
                    peer.speaking = identities.contains(&peer.identity);
                }
                Vec::new()
            }
            Event::ConnectionQuality { identity, quality } => {
                match identity {
                    None => self.quality = quality,
                    Some(identity) => {
                        if let Some(peer) = self.find_peer(&identity) {
                            peer.quality = quality;
                        }
                    }
                }
                Vec::new()
            }
            Event::MessageReceived {
                id,
                identity,
                text,
                time,
            } => self.message_received(id, &identity, &text, time),
            Event::MessageSent { id, sent } => self.message_sent(&id, sent),
            Event::ScreenShareChanged(on) => {
                self.sharing = on;
                Vec::new()
            }
            Event::ScreenShareFailed => {
                self.sharing = false;
                self.toast(text::SHARE_FAILED.to_owned())
            }
            Event::AudioBlocked(blocked) => {
                self.audio_blocked = blocked;
                Vec::new()
            }
            Event::Notice(notice) => self.notice(notice),
            Event::Moderated(what) => self.moderated(what),
            Event::Extended(closes_at) => {
                self.moderating = false;
                self.closes(closes_at)
            }
            Event::RequestFailed(problem) => {
                self.moderating = false;
                self.toast(problem)
            }
            Event::Moderate(what) => {
                self.moderating = true;
                vec![Effect::Moderate(what)]
            }
            Event::Extend => {
                self.moderating = true;
                let closes_at = self.closes_at;
                vec![Effect::Extend { closes_at }]
            }
            Event::DismissUnmuteRequest => {
                self.unmute_requested = false;
                Vec::new()
            }
            Event::DoorTokenReceived(token) => self.door_token_received(token),
            Event::DoorRefused => self.door_failed(),
            Event::Entered => self.entered(),
            Event::EntryRefused(problem) => self.entry_refused(problem),
            Event::JoinTokenReceived(token) => self.join_token_received(token),
            Event::JoinRefused(problem) => self.join_refused(problem),
            Event::NoResponse => {
                self.door = Door::Failed;
                self.not_connected(ConnectFailure::Offline)
            }
            Event::Live(live) => self.live(live),
            Event::RoomEnded => self.leave(LeaveReason::EndedByMentor),
            Event::EndRoomFailed(problem) => {
                self.is_ending = false;
                self.end_problem = Some(problem);
                Vec::new()
            }
            Event::ChoicesLoaded(choices) => {
                self.camera = LocalDevice::new(choices.camera, choices.camera_id.clone());
                self.microphone =
                    LocalDevice::new(choices.microphone, choices.microphone_id.clone());
                self.speaker = choices.speaker_id.clone();
                vec![Effect::Client(Command::Start(choices))]
            }
            Event::Switch { kind, on } => self.switch(kind, on),
            Event::ChooseDevice { kind, id } => self.choose_device(kind, id),
            Event::PlayTestSound => vec![Effect::Client(Command::PlayChime(Chime::Test))],
            Event::ElementsRendered => vec![Effect::Client(Command::AttachTracks)],
            Event::Join => self.join(match self.phase {
                Phase::Lobby => Entry::IfNotInside,
                Phase::Joining | Phase::InRoom | Phase::Failed(_) | Phase::Left(_) => Entry::Rejoin,
            }),
            Event::MoveHere => self.join(Entry::Here),
            Event::OtherTab(inside) => self.other_tab(inside),
            Event::TakenOver => self.leave(LeaveReason::OtherTab),
            Event::Leave => self.leave(LeaveReason::Left),
            Event::EndMeeting => {
                self.is_ending = true;
                self.end_problem = None;
                vec![Effect::EndRoom]
            }
            Event::ShareScreen(on) => vec![Effect::Client(Command::ShareScreen(on))],
            Event::OpenChat(open) => {
                self.chat.open = open;
                if open {
                    self.chat.unread = 0;
                    self.toasts.retain(|toast| !toast.is_message);
                }
                vec![Effect::Focus(if open {
                    FocusTarget::Message
                } else {
                    FocusTarget::ChatButton
                })]
            }
            Event::SendMessage { id, text, time } => self.send_message(id, &text, time),
            Event::ResendMessage { id } => {
                if let Some(message) = self.chat.find(&id) {
                    message.delivery = Delivery::Waiting;
                }
                self.send_waiting_messages()
            }
            Event::StartAudio => vec![Effect::Client(Command::StartAudio)],
            Event::ToastOver(id) => {
                self.toasts.retain(|toast| toast.id != id);
                Vec::new()
            }
            Event::RetryDue(attempt) => {
                if self.is_connecting() && attempt == self.attempts {
                    vec![Effect::RequestJoinToken(Entry::Rejoin)]
                } else {
                    Vec::new()
                }
            }
            Event::Online => {
                if self.connection == ConnectionState::Rejoining && self.is_connecting() {
                    // A new number, so that the wait that was running does not retry as well.
                    self.attempts += 1;
                    vec![Effect::RequestJoinToken(Entry::Rejoin)]
                } else {
                    Vec::new()
                }
            }
            Event::Unwatched => self.rest(),
            Event::Watched => self.wake(),
            Event::Tick(now) => self.tick(now),
        }
    }
}
