//! The commands that the client carries out.

use super::devices::{DeviceKind, InputKind, UserChoices};

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chime {
    /// Somebody joined.
    Joined,
    Left,
    /// To check the speaker.
    Test,
}

/// The commands that the client carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Load livekit-client, list the devices, start the captures.
    Start(UserChoices),
    /// Video and audio elements appeared or disappeared: attach the tracks.
    AttachTracks,
    /// Capture from now on.
    StartCapture {
        kind: InputKind,
        /// Id of the device; empty for the browser's choice.
        device: String,
    },
    /// Stop capturing.
    StopCapture(InputKind),
    /// Use a device from now on.
    UseDevice {
        kind: DeviceKind,
        /// Its id; empty for the browser's choice.
        id: String,
    },
    /// Play a sound on the chosen speaker.
    PlayChime(Chime),
    /// Open the connection; nothing is sent or shown yet.
    Connect {
        /// LiveKit's address.
        url: String,
        /// Access token.
        token: String,
    },
    /// Open the connection to the room's door: what is sent is black and silent.
    Knock {
        /// LiveKit's address.
        url: String,
        /// Access token.
        token: String,
    },
    /// Show what arrives, and send what is captured as far as [`Command::Transmit`] says.
    Enter,
    /// Send real picture and sound from now on, or black and silence.
    Transmit(bool),
    /// Start or stop sharing the screen.
    ShareScreen(bool),
    /// Send a chat message.
    SendMessage { id: String, text: String },
    /// Start audio after the browser blocked it; needs a click.
    StartAudio,
    /// Close the connection, keep the devices.
    Disconnect,
    /// Close everything.
    Stop,
}
