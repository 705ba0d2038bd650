//! The texts of the meeting: plain words, each with the next step.

use super::model::{ConnectFailure, ConnectionQuality, DeviceProblem, InputKind};
use domain::{permissions::Moderation, text::isolated, time::Millis};

/// Sharing the screen did not work.
pub const SHARE_FAILED: &str =
    "Your screen could not be shared. Try again, or share a single window.";
/// The chosen speaker is gone.
pub const SPEAKER_GONE: &str = "Your speaker was unplugged. Sound now plays on the default one.";
/// Longest part of a message shown in a notice, in characters.
const NOTICE_MAX: usize = 80;

/// Somebody joined.
pub fn joined(name: &str) -> String {
    [&isolated(name), " joined."].concat()
}

/// Somebody checks their devices, and is connected already.
pub fn is_at_door(name: &str) -> String {
    [&isolated(name), " is at the door."].concat()
}

/// Somebody left.
pub fn left(name: &str) -> String {
    [&isolated(name), " left."].concat()
}

/// Somebody shares their screen.
pub fn shares_screen(name: &str) -> String {
    [&isolated(name), " is sharing their screen."].concat()
}

/// A message arrived while the chat was closed.
pub fn message_from(name: &str, text: &str) -> String {
    let mut short: String = text.chars().take(NOTICE_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    [&isolated(name), ": ", &short].concat()
}

/// The window closes soon.
pub fn closes_in(minutes: i64) -> String {
    if minutes == 1 {
        "This meeting closes in 1 minute.".to_owned()
    } else {
        ["This meeting closes in ", &minutes.to_string(), " minutes."].concat()
    }
}

/// The mentor extended the meeting.
pub fn extended(by: Millis) -> String {
    let minutes = (by.0 / 60_000).to_string();
    ["The meeting goes on for ", &minutes, " more minutes."].concat()
}

/// The mentor switched the reader's microphone off.
pub fn muted_by(name: &str) -> String {
    [
        &isolated(name),
        " muted your microphone. You can switch it on again.",
    ]
    .concat()
}

/// A moderation was carried out.
pub fn moderated(what: Moderation, name: &str) -> String {
    let name = isolated(name);
    let name = name.as_str();
    match what {
        Moderation::Mute => [name, " is muted."],
        Moderation::AskToUnmute => [name, " was asked to unmute."],
        Moderation::Remove => [
            name,
            " was removed and cannot come back unless you allow it.",
        ],
        Moderation::AllowBack => [name, " may come back in."],
    }
    .concat()
}

/// A device was unplugged and another one took over.
pub fn replaced(kind: InputKind, label: &str) -> String {
    let device = noun(kind);
    if label.is_empty() {
        [
            "Your ",
            device,
            " was unplugged. Another one is in use now.",
        ]
        .concat()
    } else {
        ["Your ", device, " was unplugged. Now using ", label, "."].concat()
    }
}

/// A device was unplugged and there is no other.
pub fn unplugged(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Camera => {
            "Your camera stopped. Plug it in again or choose another one under Devices."
        }
        InputKind::Microphone => {
            "Your microphone stopped. Plug it in again or choose another one under Devices."
        }
    }
}

/// The word for a device.
pub fn noun(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Camera => "camera",
        InputKind::Microphone => "microphone",
    }
}

/// What is wrong with a device, in one sentence.
pub fn problem(kind: InputKind, problem: DeviceProblem) -> &'static str {
    match (kind, problem) {
        (InputKind::Camera, DeviceProblem::Denied) => {
            "Your browser blocks the camera for this site."
        }
        (InputKind::Microphone, DeviceProblem::Denied) => {
            "Your browser blocks the microphone for this site."
        }
        (InputKind::Camera, DeviceProblem::DeniedBySystem) => {
            "Your computer does not let the browser use the camera."
        }
        (InputKind::Microphone, DeviceProblem::DeniedBySystem) => {
            "Your computer does not let the browser use the microphone."
        }
        (InputKind::Camera, DeviceProblem::Missing) => "No camera was found.",
        (InputKind::Microphone, DeviceProblem::Missing) => "No microphone was found.",
        (InputKind::Camera, DeviceProblem::Busy) => "Another program is using the camera.",
        (InputKind::Microphone, DeviceProblem::Busy) => "Another program is using the microphone.",
        (_, DeviceProblem::Insecure) => {
            "Browsers allow camera and microphone only on secure pages."
        }
        (InputKind::Camera, DeviceProblem::Other) => "The camera did not start.",
        (InputKind::Microphone, DeviceProblem::Other) => "The microphone did not start.",
    }
}

/// What to do about it, step by step.
pub fn steps(kind: InputKind, problem: DeviceProblem) -> &'static [&'static str] {
    match (kind, problem) {
        (InputKind::Camera, DeviceProblem::Denied) => &[
            "Select the icon at the left end of the address bar.",
            "Set Camera to Allow.",
            "Press Try again.",
        ],
        (InputKind::Microphone, DeviceProblem::Denied) => &[
            "Select the icon at the left end of the address bar.",
            "Set Microphone to Allow.",
            "Press Try again.",
        ],
        (InputKind::Camera, DeviceProblem::DeniedBySystem) => &[
            "Open your computer's settings for privacy.",
            "Under Camera, allow your browser.",
            "Press Try again. Some computers want the browser restarted.",
        ],
        (InputKind::Microphone, DeviceProblem::DeniedBySystem) => &[
            "Open your computer's settings for privacy.",
            "Under Microphone, allow your browser.",
            "Press Try again. Some computers want the browser restarted.",
        ],
        (_, DeviceProblem::Missing) => &[
            "Plug it in, or switch it on if it has a switch.",
            "Press Try again.",
        ],
        (_, DeviceProblem::Busy) => &[
            "Close other programs and tabs that make calls.",
            "Press Try again.",
        ],
        (_, DeviceProblem::Insecure) => &[
            "Open this page with an address that begins with https.",
            "If there is none, ask the people who run this site.",
        ],
        (_, DeviceProblem::Other) => &[
            "Unplug it and plug it in again, or choose another one.",
            "Press Try again.",
        ],
    }
}

/// Why connecting failed and what to do next.
pub fn failure(failure: &ConnectFailure) -> String {
    match failure {
        ConnectFailure::SdkNotLoaded => {
            "A part of the call did not load. Check your connection and reload the page.".to_owned()
        }
        ConnectFailure::Offline => {
            "This site cannot be reached. Check your internet connection and try again.".to_owned()
        }
        ConnectFailure::Refused(problem) => problem.to_string(),
        ConnectFailure::Unreachable => "The video server cannot be reached from your network. A firewall, a VPN or an ad blocker may be in the way: try without it, or from another network.".to_owned(),
        ConnectFailure::TimedOut => "The video server answered, but no sound or picture came through. A firewall or a VPN may be in the way: try without it, or from another network.".to_owned(),
        ConnectFailure::TokenRefused => {
            "The video server did not let you in. Please try again in a moment.".to_owned()
        }
    }
}

/// The words for a connection's quality.
pub fn quality(quality: ConnectionQuality) -> &'static str {
    match quality {
        ConnectionQuality::Unknown => "",
        ConnectionQuality::Good => "Good connection",
        ConnectionQuality::Poor => "Weak connection",
        ConnectionQuality::Lost => "Connection lost",
    }
}
