//! The meeting as plain data: what a person sees and hears follows from [`RoomModel`] alone.
//! Pure: no clock, no browser, no server. Events come in, effects go out.
//!
//! The files here hold the data, one concern each; `reducer` holds what events do to it.

mod chat;
mod command;
mod connection;
mod devices;
mod door;
mod effect;
mod event;
mod peers;
mod reducer;
mod toasts;

pub use self::{
    chat::{CHAT_MAX, Chat, Delivery, Message},
    command::{Chime, Command},
    connection::{AlreadyJoined, ConnectFailure, ConnectionState, DisconnectReason, Phase},
    devices::{
        CaptureState, Device, DeviceKind, DeviceProblem, InputKind, LocalDevice, UserChoices,
    },
    door::Door,
    effect::{Effect, FocusTarget},
    event::Event,
    peers::{ConnectionQuality, Peer},
    toasts::Toast,
};

use domain::{
    session::SeatRole,
    time::{Millis, Timestamp},
    views::Person,
    window::EXTEND_FROM,
};

/// This long before the close the mentor is offered more time.
const OFFER_EXTENSION: Millis = Millis::minutes(10);

/// The meeting for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomModel {
    /// Where the person is.
    pub phase: Phase,
    /// The connection while in the room.
    pub connection: ConnectionState,
    /// The person's seat.
    pub role: SeatRole,
    /// The person's own name.
    pub my_name: String,
    /// Whom they meet.
    pub other: Person,
    /// Own camera.
    pub camera: LocalDevice,
    /// Own microphone.
    pub microphone: LocalDevice,
    /// Chosen speaker; empty for the browser's choice.
    pub speaker: String,
    /// All devices.
    pub devices: Vec<Device>,
    /// Whether the screen can be shared.
    pub can_share: bool,
    /// Whether the speaker can be chosen.
    pub can_choose_speaker: bool,
    /// Whether one's own screen is shared.
    pub sharing: bool,
    /// Own connection.
    pub quality: ConnectionQuality,
    /// Who is connected to the room, in or at its door; one person in all but odd moments.
    pub peers: Vec<Peer>,
    /// The door, while the devices are checked.
    pub door: Door,
    pub chat: Chat,
    /// Whether the browser blocks sound.
    pub audio_blocked: bool,
    /// Notices, oldest first.
    pub toasts: Vec<Toast>,
    /// Who the server says is in the room.
    pub present: Vec<Person>,
    /// Who the server says is at its door.
    pub at_door: Vec<Person>,
    /// Who said that they are running late.
    pub late: Vec<Person>,
    /// Whether the room is being ended.
    pub is_ending: bool,
    /// Why the room could not be ended.
    pub end_problem: Option<String>,
    /// In the meeting already, somewhere else.
    pub already_joined: Option<AlreadyJoined>,
    /// The mentor asks for the microphone.
    pub unmute_requested: bool,
    /// The mentee is kept out.
    pub mentee_removed: bool,
    /// Something the mentor wants is being done.
    pub moderating: bool,
    /// Scheduled end.
    pub ends_at: Timestamp,
    /// When the window closes.
    pub closes_at: Timestamp,
    /// The server's time.
    pub now: Timestamp,
    /// livekit-client is there.
    sdk_loaded: bool,
    next_toast: u32,
    /// Attempts to join or rejoin since the connection was last stable.
    attempts: u32,
    /// Removed once already since the connection was last stable.
    was_removed: bool,
    /// Who was there before LiveKit lost the room: they are on their way back, so their absence
    /// and their return are no news.
    expected_back: Vec<String>,
    /// The room itself may be a new one once the connection works again.
    is_new_room: bool,
    /// What went wrong last.
    last_failure: ConnectFailure,
    connected_at: Option<Timestamp>,
}

impl RoomModel {
    /// The lobby before anything happened, the same on the server and in the browser.
    pub fn new(
        role: SeatRole,
        my_name: String,
        other: Person,
        ends_at: Timestamp,
        closes_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            phase: Phase::Lobby,
            connection: ConnectionState::Connected,
            role,
            my_name,
            other,
            camera: LocalDevice::new(true, String::new()),
            microphone: LocalDevice::new(true, String::new()),
            speaker: String::new(),
            devices: Vec::new(),
            can_share: false,
            can_choose_speaker: false,
            sharing: false,
            quality: ConnectionQuality::Unknown,
            peers: Vec::new(),
            door: Door::Closed,
            chat: Chat::default(),
            audio_blocked: false,
            toasts: Vec::new(),
            present: Vec::new(),
            at_door: Vec::new(),
            late: Vec::new(),
            is_ending: false,
            end_problem: None,
            already_joined: None,
            unmute_requested: false,
            mentee_removed: false,
            moderating: false,
            ends_at,
            closes_at,
            now,
            sdk_loaded: false,
            next_toast: 0,
            attempts: 0,
            was_removed: false,
            expected_back: Vec::new(),
            is_new_room: false,
            last_failure: ConnectFailure::Offline,
            connected_at: None,
        }
    }

    /// The other person, while in the room.
    pub fn peer(&self) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.is_in)
    }

    /// Whether picture and sound are sent for real: exactly while this person and somebody else are in.
    pub fn transmits(&self) -> bool {
        self.in_room() && self.peer().is_some()
    }

    /// Whether the other person is there, as far as the server or the connection knows.
    pub fn other_is_present(&self) -> bool {
        self.peer().is_some() || self.present.iter().any(|person| person.id == self.other.id)
    }

    /// Whether the other person is at the door and not in.
    pub fn other_is_at_door(&self) -> bool {
        let is_known = self.at_door.iter().any(|person| person.id == self.other.id);
        !self.other_is_present() && (is_known || !self.peers.is_empty())
    }

    /// Whether the other person said that they are running late.
    pub fn other_is_late(&self) -> bool {
        self.late.iter().any(|person| person.id == self.other.id)
    }

    /// Own camera or microphone.
    pub fn local_device(&self, kind: InputKind) -> &LocalDevice {
        match kind {
            InputKind::Camera => &self.camera,
            InputKind::Microphone => &self.microphone,
        }
    }

    /// Id of the device in use or chosen.
    pub fn device_in_use(&self, kind: DeviceKind) -> &str {
        match kind {
            DeviceKind::Camera => &self.camera.device,
            DeviceKind::Microphone => &self.microphone.device,
            DeviceKind::Speaker => &self.speaker,
        }
    }

    /// Whether the room is shown (joining counts only until it fails).
    pub fn in_room(&self) -> bool {
        self.phase == Phase::InRoom
    }

    /// The time left and what it is left to: the scheduled end, then the close.
    pub fn time_left(&self) -> (Millis, bool) {
        if self.now < self.ends_at {
            (self.ends_at.since(self.now), false)
        } else {
            (self.closes_at.since(self.now), true)
        }
    }

    /// Whether the meeting may be extended by now, unless it was extended often enough.
    pub fn may_extend(&self) -> bool {
        self.closes_at.since(self.now) <= EXTEND_FROM
    }

    /// Whether the mentor should be offered more time.
    pub fn closes_soon(&self) -> bool {
        self.closes_at.since(self.now) <= OFFER_EXTENSION
    }
}

#[cfg(test)]
mod tests;
