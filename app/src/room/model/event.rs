//! What happened.

use super::{
    connection::{ConnectFailure, DisconnectReason},
    devices::{CaptureState, Device, DeviceKind, InputKind, UserChoices},
    peers::{ConnectionQuality, Peer},
};
use domain::{
    notice::Notice,
    permissions::Moderation,
    problem::Problem,
    time::Timestamp,
    views::{JoinToken, LiveState},
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    // From the browser and livekit-client.
    /// What this browser can do.
    Capabilities {
        /// Can share a screen.
        share: bool,
        /// Can choose the speaker.
        speaker: bool,
    },
    /// livekit-client is there.
    SdkLoaded,
    /// livekit-client could not be loaded.
    SdkNotLoaded,
    /// The devices there are.
    Devices(Vec<Device>),
    /// A capture changed; `device` is the one that really captures.
    CaptureChanged {
        kind: InputKind,
        /// Its new state.
        capture: CaptureState,
        /// The device in use, where known.
        device: Option<String>,
    },
    /// The device in use was unplugged.
    DeviceLost(InputKind),
    /// A capture was switched off, not from here but by the mentor.
    MutedRemotely(InputKind),
    /// The connection is open; these people are there.
    Connected(Vec<Peer>),
    /// Connecting failed.
    NotConnected(ConnectFailure),
    /// livekit-client noticed trouble and is repairing the connection.
    SignalReconnecting,
    /// livekit-client starts from scratch: LiveKit may have lost the room.
    Reconnecting,
    /// livekit-client repaired the connection.
    Reconnected(Vec<Peer>),
    /// The connection is gone.
    Disconnected(DisconnectReason),
    /// Somebody joined, or what they send changed.
    PeerChanged(Peer),
    /// Somebody can receive messages now.
    PeerActive,
    PeerLeft {
        identity: String,
    },
    /// Who speaks now.
    ActiveSpeakers(Vec<String>),
    /// A connection's quality; `None` is one's own.
    ConnectionQuality {
        identity: Option<String>,
        /// How good.
        quality: ConnectionQuality,
    },
    /// A message arrived.
    MessageReceived {
        /// Given by the sender.
        id: String,
        /// Sender's identity.
        identity: String,
        /// The text, not yet cleaned.
        text: String,
        /// Time of day, for people.
        time: String,
    },
    /// A message of one's own was sent or not.
    MessageSent {
        id: String,
        /// Whether LiveKit accepted it.
        sent: bool,
    },
    /// Own screen sharing started or stopped, from here or from the browser's bar.
    ScreenShareChanged(bool),
    /// Sharing the screen failed; not used when the person changed their mind.
    ScreenShareFailed,
    /// The browser blocks sound until a click, or no longer.
    AudioBlocked(bool),

    // From the other tabs of this browser.
    /// Whether one of them is in the meeting.
    OtherTab(bool),
    /// One of them took over the call.
    TakenOver,

    // From our server.
    /// A notice to everybody in the room.
    Notice(Notice),
    /// A moderation was carried out.
    Moderated(Moderation),
    /// The meeting closes at another time.
    Extended(Timestamp),
    /// A moderation or extension failed; says why.
    RequestFailed(String),
    /// A token for the room.
    JoinTokenReceived(JoinToken),
    /// A token for the room's door.
    DoorTokenReceived(JoinToken),
    /// There is no token for the door.
    DoorRefused,
    /// Our server let the person in from the door.
    Entered,
    /// Our server did not let the person in from the door.
    EntryRefused(Problem),
    /// Our server refused to give a join token.
    JoinRefused(Problem),
    /// Our server did not answer.
    NoResponse,
    /// The session's state, as pushed by our server.
    Live(LiveState),
    /// The room was ended on request.
    RoomEnded,
    /// The room could not be ended; says why.
    EndRoomFailed(String),

    // From the person and the clock.
    /// Choices remembered from the last time.
    ChoicesLoaded(UserChoices),
    /// A switch was pressed.
    Switch {
        kind: InputKind,
        /// On or off.
        on: bool,
    },
    /// A device was chosen.
    ChooseDevice {
        kind: DeviceKind,
        id: String,
    },
    PlayTestSound,
    /// Video and audio elements were drawn.
    ElementsRendered,
    /// Join, or try again.
    Join,
    /// Join although in another tab or on another device: the call moves here.
    MoveHere,
    /// Mute, ask, remove or allow back; for mentors.
    Moderate(Moderation),
    /// Extend the meeting; for mentors.
    Extend,
    DismissUnmuteRequest,
    Leave,
    /// End for everyone, confirmed.
    EndMeeting,
    /// Share the screen or stop.
    ShareScreen(bool),
    /// Show or hide the chat.
    OpenChat(bool),
    SendMessage {
        /// Generated here.
        id: String,
        text: String,
        /// Time of day, for people.
        time: String,
    },
    /// Try a failed message again.
    ResendMessage {
        id: String,
    },
    /// A click that may start sound.
    StartAudio,
    /// A toast has been there long enough.
    ToastOver(u32),
    /// The wait before an attempt is over; late ones carry an old number.
    RetryDue(u32),
    /// The browser is online again.
    Online,
    /// Nobody has looked at the page for long.
    Unwatched,
    /// Somebody looks at the page again.
    Watched,
    /// A second passed; the server's time.
    Tick(Timestamp),
}
