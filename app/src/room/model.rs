//! The meeting as plain data: what a person sees and hears follows from [`RoomModel`] alone.
//! Pure: no clock, no browser, no server. Events come in, effects go out.

use super::words;
use domain::{
    access::{Access, Entry},
    notice::Notice,
    permissions::Moderation,
    problem::{Dependency, Problem},
    session::{EndReason, SeatRole},
    text,
    time::{Millis, Timestamp},
    views::{JoinToken, LiveState, Person},
    window::WARNINGS,
};
use serde::{Deserialize, Serialize};

/// Longest chat message in characters.
pub const CHAT_MAX: usize = 2_000;
/// Chat messages kept; older ones are dropped.
const CHAT_KEPT: usize = 500;
/// Waits before the tries to get back into a room, in milliseconds; then the meeting is given up.
const RETURN_DELAYS_MS: [u32; 10] = [0, 400, 800, 1_500, 3_000, 5_000, 5_000, 7_000, 7_000, 7_000];
/// A connection that held this long was a good one: tries are counted from zero again.
const HELD: Millis = Millis::seconds(30);
/// This long before the close the mentor is offered more time.
const OFFER_EXTENSION: Millis = Millis::minutes(10);

/// Why somebody is no longer in the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Pressed Leave.
    Left,
    /// The mentor ended the meeting.
    EndedByMentor,
    /// An admin ended the meeting.
    EndedByAdmin,
    /// The window closed.
    TimeUp,
    /// The session was cancelled.
    Cancelled,
    /// Moved to another time, by either side.
    Rescheduled,
    /// Not allowed in any more.
    Removed,
    /// The same person joined from another device or browser.
    Moved,
    /// The call went on in another tab of this browser.
    OtherTab,
    /// The way to the video server is broken.
    Network,
    /// The video server is down.
    Server,
}

impl Why {
    /// The `why` of the dashboard's address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::EndedByMentor => "ended_by_mentor",
            Self::EndedByAdmin => "ended_by_admin",
            Self::TimeUp => "time_up",
            Self::Cancelled => "cancelled",
            Self::Rescheduled => "rescheduled",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::OtherTab => "other_tab",
            Self::Network => "network",
            Self::Server => "server",
        }
    }

    /// What a decision of the server means to somebody who is inside; `None` when they may stay.
    pub fn of(access: Access) -> Option<Self> {
        match access {
            Access::Open { .. } => None,
            Access::NotFound | Access::NotYours | Access::Removed { .. } => Some(Self::Removed),
            // It was open and confirmed before.
            Access::NotConfirmed { .. } | Access::TooEarly { .. } => Some(Self::Rescheduled),
            Access::Cancelled { .. } => Some(Self::Cancelled),
            Access::Closed { .. } => Some(Self::TimeUp),
            Access::Ended { reason, .. } => Some(match reason {
                EndReason::EndedByMentor => Self::EndedByMentor,
                EndReason::EndedByAdmin => Self::EndedByAdmin,
                EndReason::TimeUp => Self::TimeUp,
                EndReason::Cancelled => Self::Cancelled,
            }),
        }
    }
}

/// What one's own devices capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Picture.
    Camera,
    /// Sound.
    Microphone,
}

/// What a device menu is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// Captures pictures.
    Camera,
    /// Captures sound.
    Microphone,
    /// Plays sound.
    Speaker,
}

impl From<Kind> for DeviceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Camera => Self::Camera,
            Kind::Microphone => Self::Microphone,
        }
    }
}

/// A device that the browser offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What it does.
    pub kind: DeviceKind,
    /// The browser's id for it; empty before the first permission.
    pub id: String,
    /// Its name; empty before the first permission.
    pub label: String,
}

/// Why a camera or microphone does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceProblem {
    /// The browser was told to block it for this site.
    Denied,
    /// The operating system blocks it for the browser.
    DeniedBySystem,
    /// There is none, or the chosen one is gone.
    Missing,
    /// Another program holds it.
    Busy,
    /// The page is neither https nor localhost.
    Insecure,
    /// Something else.
    Other,
}

impl DeviceProblem {
    /// Reads a browser's exception.
    pub fn of(name: &str, message: &str) -> Self {
        match name {
            "NotAllowedError" | "PermissionDeniedError" => {
                if message.contains("system") {
                    Self::DeniedBySystem
                } else {
                    Self::Denied
                }
            }
            "NotFoundError" | "DevicesNotFoundError" | "OverconstrainedError" => Self::Missing,
            "NotReadableError" | "TrackStartError" | "AbortError" => Self::Busy,
            "SecurityError" => Self::Insecure,
            _ => Self::Other,
        }
    }
}

/// What a capture does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// Switched off.
    Off,
    /// The browser was asked.
    Starting,
    /// Runs.
    On,
    /// Does not work.
    Failed(DeviceProblem),
}

/// One's own camera or microphone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Where the switch stands.
    pub wanted: bool,
    /// What happens behind it.
    pub capture: Capture,
    /// Id of the device in use or chosen; empty for the browser's choice.
    pub device: String,
    /// The device was unplugged and another one is being looked for.
    lost: bool,
}

impl Own {
    fn new(wanted: bool, device: String) -> Self {
        Self {
            wanted,
            capture: if wanted {
                Capture::Starting
            } else {
                Capture::Off
            },
            device,
            lost: false,
        }
    }
}

/// How good a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    /// Not measured yet.
    #[default]
    Unknown,
    /// Excellent or good.
    Good,
    /// Noticeable trouble.
    Weak,
    /// Nothing arrives.
    Lost,
}

/// The other person, while in the room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// LiveKit's identity.
    pub identity: String,
    /// Name as LiveKit has it.
    pub name: String,
    /// Whether a picture comes.
    pub camera: bool,
    /// Whether the microphone is on.
    pub microphone: bool,
    /// Whether a screen is shared.
    pub screen: bool,
    /// Whether they speak.
    pub speaking: bool,
    /// Their connection.
    pub quality: Quality,
}

/// How far a message of one's own got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Sent (or received).
    Done,
    /// On its way.
    Sending,
    /// Goes out when the other person is there.
    Waiting,
    /// Could not be sent.
    Failed,
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Made by the sender.
    pub id: String,
    /// Whether it is one's own.
    pub mine: bool,
    /// Sender's name.
    pub from: String,
    /// Plain text.
    pub text: String,
    /// Time of day, for people.
    pub time: String,
    /// How far it got.
    pub delivery: Delivery,
}

/// The chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chat {
    /// Whether it is shown.
    pub open: bool,
    /// Messages that arrived while it was not.
    pub unread: u32,
    /// In order of arrival.
    pub messages: Vec<Message>,
}

impl Chat {
    /// Adds a message; one with a known id only confirms the first. Returns whether it is new.
    fn merge(&mut self, message: Message) -> bool {
        if let Some(known) = self.find(&message.id) {
            known.delivery = Delivery::Done;
            return false;
        }
        if !message.mine && !self.open {
            self.unread += 1;
        }
        if self.messages.len() >= CHAT_KEPT {
            self.messages.remove(0);
        }
        self.messages.push(message);
        true
    }

    fn find(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|known| known.id == id)
    }

    /// Marks all waiting messages as on their way and says which they are.
    fn release(&mut self) -> Vec<Effect> {
        self.messages
            .iter_mut()
            .filter(|message| message.mine && message.delivery == Delivery::Waiting)
            .map(|message| {
                message.delivery = Delivery::Sending;
                Effect::Tell(Command::Say {
                    id: message.id.clone(),
                    text: message.text.clone(),
                })
            })
            .collect()
    }
}

/// A short notice that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Distinguishes it.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// About a message: of no use once the chat is open.
    is_message: bool,
}

/// Where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Checks the devices.
    Lobby,
    /// Pressed Join.
    Joining,
    /// Is in.
    InRoom,
    /// Could not get in or back in; says why.
    Failed(Failure),
    /// On the way out.
    Gone(Why),
}

/// State of the connection while in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Works.
    Steady,
    /// livekit-client repairs it.
    Resuming,
    /// livekit-client gave up; we ask for a new ticket and connect again.
    Returning,
}

/// Why connecting failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// livekit-client did not load.
    Program,
    /// Our own server did not answer.
    Offline,
    /// Our server refused.
    Refused(Problem),
    /// LiveKit cannot be reached from this browser.
    Unreachable,
    /// LiveKit answered, but no media path was found in time.
    TimedOut,
    /// LiveKit did not take the ticket, or has no such room.
    TicketRefused,
}

/// Why LiveKit's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// We closed it.
    Ours,
    /// The same identity joined elsewhere.
    Duplicate,
    /// Our server removed this person.
    Removed,
    /// Anything else: deleted room, restart, network.
    Unexpected,
}

impl Ending {
    /// Reads `DisconnectReason` of LiveKit's protocol.
    pub fn of(reason: Option<u32>) -> Self {
        match reason {
            Some(1) => Self::Ours,
            Some(2) => Self::Duplicate,
            Some(4) => Self::Removed,
            _ => Self::Unexpected,
        }
    }
}

/// What is remembered on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Camera switch.
    pub camera: bool,
    /// Microphone switch.
    pub microphone: bool,
    /// Chosen camera; empty for the browser's choice.
    pub camera_id: String,
    /// Chosen microphone.
    pub microphone_id: String,
    /// Chosen speaker.
    pub speaker_id: String,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            camera: true,
            microphone: true,
            camera_id: String::new(),
            microphone_id: String::new(),
            speaker_id: String::new(),
        }
    }
}

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chime {
    /// Somebody came.
    Joined,
    /// Somebody went.
    Left,
    /// To check the speaker.
    Test,
}

/// What the client is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Load livekit-client, look at the devices, start what is wanted.
    Start(Choices),
    /// Video and audio elements appeared or went: put the tracks where they belong.
    Attach,
    /// Switch a capture.
    Switch {
        /// Which.
        kind: Kind,
        /// On or off.
        on: bool,
    },
    /// Use a device from now on.
    Use {
        /// Which kind.
        kind: DeviceKind,
        /// Its id; empty for the browser's choice.
        id: String,
    },
    /// Play a sound on the chosen speaker.
    Play(Chime),
    /// Open the connection; nothing is sent or shown yet.
    Connect {
        /// LiveKit's address.
        url: String,
        /// Access token.
        token: String,
    },
    /// Send the preview's tracks and show what arrives.
    Enter,
    /// Start or stop sharing the screen.
    Share(bool),
    /// Send a chat message.
    Say {
        /// Its id.
        id: String,
        /// Its text.
        text: String,
    },
    /// Start sound after the browser blocked it; needs a click.
    StartSound,
    /// Close the connection, keep the devices.
    Disconnect,
    /// Close everything.
    Stop,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    // From the browser and livekit-client.
    /// What this browser can do.
    Abilities {
        /// Can share a screen.
        share: bool,
        /// Can choose the speaker.
        speaker: bool,
    },
    /// livekit-client could not be loaded.
    ProgramMissing,
    /// The devices there are.
    Devices(Vec<Device>),
    /// A capture changed; `device` is the one that really captures.
    Captured {
        /// Which.
        kind: Kind,
        /// Its new state.
        capture: Capture,
        /// The device in use, where known.
        device: Option<String>,
    },
    /// The device in use was unplugged.
    DeviceLost(Kind),
    /// A capture was switched off, and not from here: by the mentor.
    SwitchedOff(Kind),
    /// The connection is open; these people are there.
    Connected(Vec<Peer>),
    /// Connecting failed.
    NotConnected(Failure),
    /// livekit-client noticed trouble and repairs it.
    Resuming,
    /// livekit-client starts from scratch: LiveKit may have lost the room.
    Restarting,
    /// livekit-client repaired the connection.
    Resumed(Vec<Peer>),
    /// The connection is gone.
    Disconnected(Ending),
    /// Somebody came, or what they send changed.
    Peer(Peer),
    /// Somebody can receive messages now.
    PeerReady,
    /// Somebody went.
    PeerLeft {
        /// Who.
        identity: String,
    },
    /// Who speaks now.
    Speaking(Vec<String>),
    /// A connection's quality; `None` is one's own.
    Quality {
        /// Whose.
        identity: Option<String>,
        /// How good.
        quality: Quality,
    },
    /// A message arrived.
    Heard {
        /// Made by the sender.
        id: String,
        /// Sender's identity.
        identity: String,
        /// The text, not yet cleaned.
        text: String,
        /// Time of day, for people.
        time: String,
    },
    /// A message of one's own was sent or not.
    Said {
        /// Which.
        id: String,
        /// Whether LiveKit took it.
        sent: bool,
    },
    /// Own screen sharing started or stopped, from here or from the browser's bar.
    Sharing(bool),
    /// Sharing the screen failed; not used when the person changed their mind.
    ShareFailed,
    /// The browser blocks sound until a click, or no longer.
    SoundBlocked(bool),

    // From the other tabs of this browser.
    /// Whether one of them is in the meeting.
    OtherTab(bool),
    /// One of them took the call over.
    TakenOver,

    // From our server.
    /// Told to everybody inside.
    Notice(Notice),
    /// What the mentor wanted was done.
    Moderated(Moderation),
    /// The meeting closes at another time.
    Extended(Timestamp),
    /// What the mentor wanted could not be done; says why.
    NotDone(String),
    /// A ticket into the room.
    Ticket(JoinToken),
    /// No ticket.
    NoTicket(Problem),
    /// Our server did not answer.
    NoAnswer,
    /// The session's state, pushed.
    Live(LiveState),
    /// The room was ended on request.
    RoomEnded,
    /// It was not.
    RoomNotEnded(String),

    // From the person and the clock.
    /// Choices remembered from the last time.
    Remembered(Choices),
    /// A switch was pressed.
    Switch {
        /// Which.
        kind: Kind,
        /// On or off.
        on: bool,
    },
    /// A device was chosen.
    Choose {
        /// Which kind.
        kind: DeviceKind,
        /// Its id.
        id: String,
    },
    /// Play the test sound.
    TestSound,
    /// Video and audio elements were drawn.
    Drawn,
    /// Join, or try again.
    Join,
    /// Join although in another tab or on another device: the call moves here.
    MoveHere,
    /// Mute, ask, remove or allow back; for mentors.
    Moderate(Moderation),
    /// Put the close off; for mentors.
    Extend,
    /// The wish that the microphone be switched on was read.
    IgnoreUnmute,
    /// Leave.
    Leave,
    /// End for everyone, confirmed.
    End,
    /// Share the screen or stop.
    Share(bool),
    /// Show or hide the chat.
    OpenChat(bool),
    /// Send a message.
    Say {
        /// Made here.
        id: String,
        /// The text.
        text: String,
        /// Time of day, for people.
        time: String,
    },
    /// Try a failed message again.
    SayAgain {
        /// Which.
        id: String,
    },
    /// A click that may start sound.
    StartSound,
    /// A toast has been there long enough.
    ToastOver(u32),
    /// The wait before a try is over; late ones carry an old number.
    Wake(u32),
    /// The browser is online again.
    Online,
    /// A second passed; the server's time.
    Tick(Timestamp),
}

/// What has to be done because of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Tell the client.
    Tell(Command),
    /// Ask our server for a ticket.
    AskTicket(Entry),
    /// Ask our server to carry out what the mentor wants.
    Moderate(Moderation),
    /// Ask our server to put the close off.
    Extend {
        /// The close as it is known here.
        closes_at: Timestamp,
    },
    /// Let our server make sure that the room exists, without using the ticket.
    Nudge,
    /// Ask our server to end the room.
    EndRoom,
    /// Send [`Event::Wake`] later.
    Wake {
        /// Milliseconds from now.
        after_ms: u32,
        /// The number to send.
        number: u32,
    },
    /// Send [`Event::ToastOver`] after some seconds.
    ExpireToast(u32),
    /// Remember the choices on this computer.
    Remember(Choices),
    /// Move the keyboard focus.
    Focus(Target),
    /// Leave the page for the dashboard.
    Go(Why),
}

/// Where somebody is in the meeting already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// In another tab of this browser.
    Tab,
    /// On another device, or in another browser.
    Device,
}

/// Where the keyboard focus goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The call's heading.
    Call,
    /// The message field.
    Message,
    /// The chat's button.
    ChatButton,
    /// The error's heading.
    Failure,
    /// The button that moves the call here.
    MoveHere,
}

/// The meeting for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomModel {
    /// Where the person is.
    pub phase: Phase,
    /// The connection while in the room.
    pub link: Link,
    /// The person's seat.
    pub role: SeatRole,
    /// The person's own name.
    pub my_name: String,
    /// Whom they meet.
    pub other: Person,
    /// Own camera.
    pub camera: Own,
    /// Own microphone.
    pub microphone: Own,
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
    pub quality: Quality,
    /// People in the room; one in all but odd moments.
    pub peers: Vec<Peer>,
    /// The chat.
    pub chat: Chat,
    /// Whether the browser blocks sound.
    pub sound_blocked: bool,
    /// Notices, oldest first.
    pub toasts: Vec<Toast>,
    /// Who the server says is in the room.
    pub present: Vec<Person>,
    /// Who said that they are running late.
    pub late: Vec<Person>,
    /// Whether the room is being ended.
    pub ending: bool,
    /// Why the room could not be ended.
    pub end_problem: Option<String>,
    /// In the meeting already, somewhere else.
    pub elsewhere: Option<Elsewhere>,
    /// The mentor asks for the microphone.
    pub unmute_asked: bool,
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
    next_toast: u32,
    /// Tries to get in or back in begun since the connection last held.
    tries: u32,
    /// Removed once already since the connection last held.
    removed: bool,
    /// Who was there before LiveKit lost the room: they are on their way back, so their absence
    /// and their return are no news.
    expected: Vec<String>,
    /// The room itself may be a new one once the connection works again.
    is_new_room: bool,
    /// What went wrong last.
    trouble: Failure,
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
            link: Link::Steady,
            role,
            my_name,
            other,
            camera: Own::new(true, String::new()),
            microphone: Own::new(true, String::new()),
            speaker: String::new(),
            devices: Vec::new(),
            can_share: false,
            can_choose_speaker: false,
            sharing: false,
            quality: Quality::Unknown,
            peers: Vec::new(),
            chat: Chat::default(),
            sound_blocked: false,
            toasts: Vec::new(),
            present: Vec::new(),
            late: Vec::new(),
            ending: false,
            end_problem: None,
            elsewhere: None,
            unmute_asked: false,
            mentee_removed: false,
            moderating: false,
            ends_at,
            closes_at,
            now,
            next_toast: 0,
            tries: 0,
            removed: false,
            expected: Vec::new(),
            is_new_room: false,
            trouble: Failure::Offline,
            connected_at: None,
        }
    }

    /// The other person, while in the room.
    pub fn peer(&self) -> Option<&Peer> {
        self.peers.first()
    }

    /// Whether the other person is there, as far as the server knows.
    pub fn other_is_present(&self) -> bool {
        self.present.iter().any(|person| person.id == self.other.id)
    }

    /// Whether the other person said that they are running late.
    pub fn other_is_late(&self) -> bool {
        self.late.iter().any(|person| person.id == self.other.id)
    }

    /// Own camera or microphone.
    pub fn own(&self, kind: Kind) -> &Own {
        match kind {
            Kind::Camera => &self.camera,
            Kind::Microphone => &self.microphone,
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

    /// Takes an event into account and says what has to be done.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Abilities { share, speaker } => {
                self.can_share = share;
                self.can_choose_speaker = speaker;
                Vec::new()
            }
            Event::ProgramMissing => self.fail(Failure::Program),
            Event::Devices(devices) => self.devices_changed(devices),
            Event::Captured {
                kind,
                capture,
                device,
            } => self.captured(kind, capture, device),
            Event::DeviceLost(kind) => {
                self.own_mut(kind).lost = true;
                Vec::new()
            }
            Event::SwitchedOff(kind) => {
                self.own_mut(kind).wanted = false;
                Vec::new()
            }
            Event::Connected(peers) => self.connected(peers),
            Event::NotConnected(failure) => self.not_connected(failure),
            Event::Resuming => {
                self.link = Link::Resuming;
                Vec::new()
            }
            Event::Restarting => {
                self.link = Link::Resuming;
                self.is_new_room = true;
                vec![Effect::Nudge]
            }
            Event::Resumed(peers) => self.resumed(peers),
            Event::Disconnected(ending) => self.disconnected(ending),
            Event::Peer(peer) => self.peer_changed(peer),
            Event::PeerReady => self.chat.release(),
            Event::PeerLeft { identity } => self.peer_left(&identity),
            Event::Speaking(identities) => {
                for peer in &mut self.peers {
                    peer.speaking = identities.contains(&peer.identity);
                }
                Vec::new()
            }
            Event::Quality { identity, quality } => {
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
            Event::Heard {
                id,
                identity,
                text,
                time,
            } => self.heard(id, &identity, &text, time),
            Event::Said { id, sent } => self.said(&id, sent),
            Event::Sharing(on) => {
                self.sharing = on;
                Vec::new()
            }
            Event::ShareFailed => {
                self.sharing = false;
                self.toast(words::SHARE_FAILED.to_owned())
            }
            Event::SoundBlocked(blocked) => {
                self.sound_blocked = blocked;
                Vec::new()
            }
            Event::Notice(notice) => self.notice(notice),
            Event::Moderated(what) => self.moderated(what),
            Event::Extended(closes_at) => {
                self.moderating = false;
                self.closes(closes_at)
            }
            Event::NotDone(why) => {
                self.moderating = false;
                self.toast(why)
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
            Event::IgnoreUnmute => {
                self.unmute_asked = false;
                Vec::new()
            }
            Event::Ticket(ticket) => self.ticket(ticket),
            Event::NoTicket(problem) => self.no_ticket(problem),
            Event::NoAnswer => self.not_connected(Failure::Offline),
            Event::Live(live) => self.live(live),
            Event::RoomEnded => self.go(Why::EndedByMentor),
            Event::RoomNotEnded(problem) => {
                self.ending = false;
                self.end_problem = Some(problem);
                Vec::new()
            }
            Event::Remembered(choices) => {
                self.camera = Own::new(choices.camera, choices.camera_id.clone());
                self.microphone = Own::new(choices.microphone, choices.microphone_id.clone());
                self.speaker = choices.speaker_id.clone();
                vec![Effect::Tell(Command::Start(choices))]
            }
            Event::Switch { kind, on } => {
                let own = self.own_mut(kind);
                own.wanted = on;
                if on && own.capture != Capture::On {
                    own.capture = Capture::Starting;
                }
                if kind == Kind::Microphone {
                    self.unmute_asked = false;
                }
                vec![
                    Effect::Tell(Command::Switch { kind, on }),
                    Effect::Remember(self.choices()),
                ]
            }
            Event::Choose { kind, id } => self.choose(kind, id),
            Event::TestSound => vec![Effect::Tell(Command::Play(Chime::Test))],
            Event::Drawn => vec![Effect::Tell(Command::Attach)],
            Event::Join => self.join(match self.phase {
                Phase::Lobby => Entry::IfNotInside,
                Phase::Joining | Phase::InRoom | Phase::Failed(_) | Phase::Gone(_) => Entry::Rejoin,
            }),
            Event::MoveHere => self.join(Entry::Here),
            Event::OtherTab(inside) => self.other_tab(inside),
            Event::TakenOver => self.go(Why::OtherTab),
            Event::Leave => self.go(Why::Left),
            Event::End => {
                self.ending = true;
                self.end_problem = None;
                vec![Effect::EndRoom]
            }
            Event::Share(on) => vec![Effect::Tell(Command::Share(on))],
            Event::OpenChat(open) => {
                self.chat.open = open;
                if open {
                    self.chat.unread = 0;
                    self.toasts.retain(|toast| !toast.is_message);
                }
                vec![Effect::Focus(if open {
                    Target::Message
                } else {
                    Target::ChatButton
                })]
            }
            Event::Say { id, text, time } => self.say(id, &text, time),
            Event::SayAgain { id } => {
                if let Some(message) = self.chat.find(&id) {
                    message.delivery = Delivery::Waiting;
                }
                self.release_if_heard()
            }
            Event::StartSound => vec![Effect::Tell(Command::StartSound)],
            Event::ToastOver(id) => {
                self.toasts.retain(|toast| toast.id != id);
                Vec::new()
            }
            Event::Wake(number) => {
                if self.waits_to_return() && number == self.tries {
                    vec![Effect::AskTicket(Entry::Rejoin)]
                } else {
                    Vec::new()
                }
            }
            Event::Online => {
                if self.link == Link::Returning && self.waits_to_return() {
                    // A new number, so that the wait that was running does not ask again.
                    self.tries += 1;
                    vec![Effect::AskTicket(Entry::Rejoin)]
                } else {
                    Vec::new()
                }
            }
            Event::Tick(now) => self.tick(now),
        }
    }

    fn own_mut(&mut self, kind: Kind) -> &mut Own {
        match kind {
            Kind::Camera => &mut self.camera,
            Kind::Microphone => &mut self.microphone,
        }
    }

    fn find_peer(&mut self, identity: &str) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.identity == identity)
    }

    fn choices(&self) -> Choices {
        Choices {
            camera: self.camera.wanted,
            microphone: self.microphone.wanted,
            camera_id: self.camera.device.clone(),
            microphone_id: self.microphone.device.clone(),
            speaker_id: self.speaker.clone(),
        }
    }

    fn choose(&mut self, kind: DeviceKind, id: String) -> Vec<Effect> {
        let mut effects = Vec::new();
        let kind_of_own = match kind {
            DeviceKind::Camera => Some(Kind::Camera),
            DeviceKind::Microphone => Some(Kind::Microphone),
            DeviceKind::Speaker => {
                self.speaker.clone_from(&id);
                None
            }
        };
        effects.push(Effect::Tell(Command::Use {
            kind,
            id: id.clone(),
        }));
        if let Some(kind) = kind_of_own {
            let own = self.own_mut(kind);
            own.device = id;
            // Another device is the way out of a failure, so it starts at once.
            if matches!(own.capture, Capture::Failed(_)) {
                own.wanted = true;
                own.capture = Capture::Starting;
                effects.push(Effect::Tell(Command::Switch { kind, on: true }));
            }
        }
        effects.push(Effect::Remember(self.choices()));
        effects
    }

    fn toast(&mut self, text: String) -> Vec<Effect> {
        self.toast_about(text, false)
    }

    fn toast_about(&mut self, text: String, is_message: bool) -> Vec<Effect> {
        let id = self.next_toast;
        self.next_toast += 1;
        self.toasts.push(Toast {
            id,
            text,
            is_message,
        });
        vec![Effect::ExpireToast(id)]
    }

    fn device_label(&self, kind: DeviceKind, id: &str) -> String {
        self.devices
            .iter()
            .find(|device| device.kind == kind && device.id == id)
            .map(|device| device.label.clone())
            .unwrap_or_default()
    }

    fn devices_changed(&mut self, devices: Vec<Device>) -> Vec<Effect> {
        self.devices = devices;
        // A browser plays nothing on a speaker that was unplugged, so go back to its own choice.
        let speakers = || {
            self.devices
                .iter()
                .filter(|device| device.kind == DeviceKind::Speaker)
        };
        let gone = !self.speaker.is_empty()
            && speakers().next().is_some()
            && speakers().all(|device| device.id != self.speaker);
        if !gone {
            return Vec::new();
        }
        self.speaker.clear();
        let mut effects = vec![Effect::Tell(Command::Use {
            kind: DeviceKind::Speaker,
            id: String::new(),
        })];
        effects.extend(self.toast(words::SPEAKER_GONE.to_owned()));
        effects
    }

    fn captured(&mut self, kind: Kind, capture: Capture, device: Option<String>) -> Vec<Effect> {
        let own = self.own_mut(kind);
        let was_on = own.capture == Capture::On;
        if capture == Capture::Off && matches!(own.capture, Capture::Failed(_)) {
            // Switched off because it failed: why it failed is what matters.
            return Vec::new();
        }
        own.capture = capture;
        if let Some(device) = device {
            own.device = device;
        }
        let lost = std::mem::take(&mut own.lost);
        match capture {
            Capture::On => {
                if lost {
                    let id = self.own(kind).device.clone();
                    let label = self.device_label(kind.into(), &id);
                    return self.toast(words::replaced(kind, &label));
                }
                Vec::new()
            }
            Capture::Off if lost => {
                self.own_mut(kind).wanted = false;
                self.toast(words::unplugged(kind).to_owned())
            }
            Capture::Failed(problem) => {
                self.own_mut(kind).wanted = false;
                if lost || (was_on && self.in_room()) {
                    self.toast(words::unplugged(kind).to_owned())
                } else if self.in_room() {
                    self.toast(words::problem(kind, problem).to_owned())
                } else {
                    Vec::new()
                }
            }
            Capture::Starting => {
                self.own_mut(kind).lost = lost;
                Vec::new()
            }
            Capture::Off => Vec::new(),
        }
    }

    fn other_tab(&mut self, inside: bool) -> Vec<Effect> {
        match (&self.phase, inside) {
            (Phase::Lobby, true) => self.elsewhere = Some(Elsewhere::Tab),
            // Both tabs pressed Join, and the other one was first.
            (Phase::Joining, true) => return self.offer_to_move(Elsewhere::Tab),
            (_, false) if self.elsewhere == Some(Elsewhere::Tab) => self.elsewhere = None,
            (Phase::Lobby | Phase::Joining, false)
            | (Phase::InRoom | Phase::Failed(_) | Phase::Gone(_), _) => {}
        }
        Vec::new()
    }

    fn offer_to_move(&mut self, elsewhere: Elsewhere) -> Vec<Effect> {
        self.phase = Phase::Lobby;
        self.elsewhere = Some(elsewhere);
        vec![Effect::Focus(Target::MoveHere)]
    }

    fn join(&mut self, entry: Entry) -> Vec<Effect> {
        if entry == Entry::IfNotInside && self.elsewhere == Some(Elsewhere::Tab) {
            return vec![Effect::Focus(Target::MoveHere)];
        }
        if matches!(self.phase, Phase::Lobby | Phase::Failed(_)) {
            self.phase = Phase::Joining;
            self.link = Link::Steady;
            self.tries = 0;
            self.elsewhere = None;
            vec![Effect::AskTicket(entry)]
        } else {
            Vec::new()
        }
    }

    fn waits_to_return(&self) -> bool {
        match self.phase {
            Phase::Joining => true,
            Phase::InRoom => self.link == Link::Returning,
            Phase::Lobby | Phase::Failed(_) | Phase::Gone(_) => false,
        }
    }

    fn ticket(&mut self, ticket: JoinToken) -> Vec<Effect> {
        if self.waits_to_return() {
            vec![Effect::Tell(Command::Connect {
                url: ticket.ws_url,
                token: ticket.token,
            })]
        } else {
            Vec::new()
        }
    }

    fn no_ticket(&mut self, problem: Problem) -> Vec<Effect> {
        match problem {
            Problem::NoAccess(access) => match Why::of(access) {
                Some(why) => self.go(why),
                None => self.not_connected(Failure::Refused(problem)),
            },
            Problem::SignedOut | Problem::Forbidden | Problem::NotFound => self.go(Why::Removed),
            Problem::Elsewhere if self.phase == Phase::Joining => {
                self.offer_to_move(Elsewhere::Device)
            }
            Problem::Malformed(_)
            | Problem::WrongCredentials
            | Problem::InvalidSignature
            | Problem::Conflict(_)
            | Problem::Elsewhere
            | Problem::Invalid(_)
            | Problem::TooMany { .. }
            | Problem::Unavailable(_)
            | Problem::Internal { .. } => self.not_connected(Failure::Refused(problem)),
        }
    }

    /// A try failed: another one later, or the end of trying.
    fn not_connected(&mut self, failure: Failure) -> Vec<Effect> {
        if !self.waits_to_return() {
            return Vec::new();
        }
        self.trouble = failure;
        if self.phase == Phase::Joining {
            self.tries += 1;
            // Again with a fresh look at the room: LiveKit may have lost it unnoticed. Our server
            // looks every five seconds at most, so a room that is missing gets that long.
            let delays: &[u32] = match self.trouble {
                Failure::TicketRefused => &[300, 2_500, 3_000],
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
    fn try_to_return(&mut self) -> Vec<Effect> {
        let Some(after_ms) = RETURN_DELAYS_MS.get(self.tries as usize).copied() else {
            return self.give_up();
        };
        self.tries += 1;
        if after_ms == 0 {
            vec![Effect::AskTicket(Entry::Rejoin)]
        } else {
            vec![Effect::Wake {
                after_ms,
                number: self.tries,
            }]
        }
    }

    fn give_up(&mut self) -> Vec<Effect> {
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
            | Failure::TicketRefused => self.go(Why::Server),
            Failure::Unreachable | Failure::TimedOut => self.go(Why::Network),
        }
    }

    fn fail(&mut self, failure: Failure) -> Vec<Effect> {
        self.phase = Phase::Failed(failure);
        self.link = Link::Steady;
        self.peers.clear();
        vec![
            Effect::Tell(Command::Disconnect),
            Effect::Focus(Target::Failure),
        ]
    }

    fn go(&mut self, why: Why) -> Vec<Effect> {
        if let Phase::Gone(_) = self.phase {
            return Vec::new();
        }
        self.phase = Phase::Gone(why);
        vec![Effect::Tell(Command::Stop), Effect::Go(why)]
    }

    fn connected(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
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
    fn resumed(&mut self, peers: Vec<Peer>) -> Vec<Effect> {
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
                effects.extend(self.toast(words::left(&peer.name)));
            }
        }
        effects.extend(self.release_if_heard());
        effects
    }

    fn disconnected(&mut self, ending: Ending) -> Vec<Effect> {
        if self.phase != Phase::InRoom {
            return Vec::new();
        }
        match ending {
            Ending::Duplicate => return self.go(Why::Moved),
            Ending::Removed if self.removed => return self.go(Why::Removed),
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
        // Asking for a ticket asks for the truth as well: a refusal says how the meeting ended.
        self.try_to_return()
    }

    fn peer_changed(&mut self, mut peer: Peer) -> Vec<Effect> {
        if let Some(known) = self.find_peer(&peer.identity) {
            let starts_sharing = peer.screen && !known.screen;
            peer.speaking = known.speaking;
            peer.quality = known.quality;
            let name = peer.name.clone();
            *known = peer;
            return if starts_sharing {
                self.toast(words::shares(&name))
            } else {
                Vec::new()
            };
        }
        let name = peer.name.clone();
        let identity = peer.identity.clone();
        self.peers.push(peer);
        if self.link != Link::Steady || self.take_expected(&identity) {
            return Vec::new();
        }
        let mut effects = vec![Effect::Tell(Command::Play(Chime::Joined))];
        effects.extend(self.toast(words::joined(&name)));
        effects
    }

    fn take_expected(&mut self, identity: &str) -> bool {
        let before = self.expected.len();
        self.expected.retain(|expected| expected != identity);
        self.expected.len() < before
    }

    fn peer_left(&mut self, identity: &str) -> Vec<Effect> {
        if self.link != Link::Steady {
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
        let mut effects = vec![Effect::Tell(Command::Play(Chime::Left))];
        effects.extend(self.toast(words::left(&peer.name)));
        effects
    }

    fn heard(&mut self, id: String, identity: &str, text: &str, time: String) -> Vec<Effect> {
        let Some(text) = clean(text) else {
            return Vec::new();
        };
        let from = self
            .peers
            .iter()
            .find(|peer| peer.identity == identity)
            .map_or_else(|| self.other.name.clone(), |peer| peer.name.clone());
        let notice = words::message_from(&from, &text);
        let new = self.chat.merge(Message {
            id,
            mine: false,
            from,
            text,
            time,
            delivery: Delivery::Done,
        });
        if new && !self.chat.open {
            self.toast_about(notice, true)
        } else {
            Vec::new()
        }
    }

    fn say(&mut self, id: String, text: &str, time: String) -> Vec<Effect> {
        let Some(text) = clean(text) else {
            return Vec::new();
        };
        let from = self.my_name.clone();
        self.chat.merge(Message {
            id,
            mine: true,
            from,
            text,
            time,
            delivery: Delivery::Waiting,
        });
        self.release_if_heard()
    }

    fn release_if_heard(&mut self) -> Vec<Effect> {
        if self.link == Link::Steady && self.in_room() && !self.peers.is_empty() {
            self.chat.release()
        } else {
            Vec::new()
        }
    }

    fn said(&mut self, id: &str, sent: bool) -> Vec<Effect> {
        let unsteady = self.link != Link::Steady;
        if let Some(message) = self.chat.find(id) {
            message.delivery = match (sent, unsteady) {
                (true, _) => Delivery::Done,
                (false, true) => Delivery::Waiting,
                (false, false) => Delivery::Failed,
            };
        }
        Vec::new()
    }

    fn live(&mut self, live: LiveState) -> Vec<Effect> {
        self.present = live.present;
        self.late = live.late;
        if let (Phase::Joining | Phase::InRoom, Some(why)) = (&self.phase, Why::of(live.access)) {
            return self.go(why);
        }
        match live.access {
            Access::Open { closes_at, .. } => self.closes(closes_at),
            Access::NotFound
            | Access::NotYours
            | Access::Cancelled { .. }
            | Access::NotConfirmed { .. }
            | Access::Ended { .. }
            | Access::Closed { .. }
            | Access::Removed { .. }
            | Access::TooEarly { .. } => Vec::new(),
        }
    }

    /// The window closes at `at`; whoever is inside is told when that is later than before.
    fn closes(&mut self, at: Timestamp) -> Vec<Effect> {
        let added = at.since(self.closes_at);
        self.closes_at = at;
        if added > Millis(0) && self.in_room() {
            self.toast(words::extended(added))
        } else {
            Vec::new()
        }
    }

    fn notice(&mut self, notice: Notice) -> Vec<Effect> {
        match notice {
            Notice::Closing { closes_at } => self.closes(closes_at),
            Notice::Muted => self.toast(words::muted_by(&self.other.name)),
            Notice::UnmuteAsked => {
                self.unmute_asked = self.microphone.capture != Capture::On;
                Vec::new()
            }
        }
    }

    fn moderated(&mut self, what: Moderation) -> Vec<Effect> {
        self.moderating = false;
        match what {
            Moderation::Mute => return Vec::new(),
            Moderation::AskToUnmute => {}
            Moderation::Remove => self.mentee_removed = true,
            Moderation::AllowBack => self.mentee_removed = false,
        }
        self.toast(words::moderated(what, &self.other.name))
    }

    /// Whether the mentor should be offered more time.
    pub fn closes_soon(&self) -> bool {
        self.closes_at.since(self.now) <= OFFER_EXTENSION
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let before = self.closes_at.since(self.now);
        self.now = now;
        let left = self.closes_at.since(now);
        if !self.in_room() {
            return Vec::new();
        }
        let held =
            self.link == Link::Steady && self.connected_at.is_some_and(|at| now.since(at) >= HELD);
        if held {
            self.tries = 0;
            self.removed = false;
            self.expected.clear();
        }
        for minutes in WARNINGS {
            let limit = Millis::minutes(minutes);
            if before > limit && left <= limit {
                return self.toast(words::closes_in(minutes));
            }
        }
        Vec::new()
    }
}

/// A chat text that can be shown: no disruptive characters, not empty, bounded.
fn clean(raw: &str) -> Option<String> {
    let short: String = raw.chars().take(CHAT_MAX).collect();
    text::paragraph(&short, CHAT_MAX)
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
