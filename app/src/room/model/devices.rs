//! One's own camera and microphone, and the devices that the browser offers.

use serde::{Deserialize, Serialize};

/// What one's own devices capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
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

impl From<InputKind> for DeviceKind {
    fn from(kind: InputKind) -> Self {
        match kind {
            InputKind::Camera => Self::Camera,
            InputKind::Microphone => Self::Microphone,
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
    /// The browser blocks it for this site.
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
pub enum CaptureState {
    /// Switched off.
    Off,
    /// Being started.
    Starting,
    /// Runs.
    On,
    /// Does not work.
    Failed(DeviceProblem),
}

/// One's own camera or microphone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDevice {
    /// Where the switch stands.
    pub wanted: bool,
    /// What the capture does.
    pub capture: CaptureState,
    /// Id of the device in use or chosen; empty for the browser's choice.
    pub device: String,
    /// The device was unplugged and another one is being looked for.
    pub(super) lost: bool,
}

impl LocalDevice {
    pub(super) fn new(wanted: bool, device: String) -> Self {
        Self {
            wanted,
            capture: if wanted {
                CaptureState::Starting
            } else {
                CaptureState::Off
            },
            device,
            lost: false,
        }
    }
}

/// What is remembered on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserChoices {
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

impl Default for UserChoices {
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
