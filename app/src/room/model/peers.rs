//! The other person, and how good a connection is.

/// How good a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectionQuality {
    /// Not measured yet.
    #[default]
    Unknown,
    /// Excellent or good.
    Good,
    /// Noticeable trouble.
    Poor,
    /// Nothing arrives.
    Lost,
}

/// The other person, connected to the room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// LiveKit's identity.
    pub identity: String,
    /// Name as LiveKit has it.
    pub name: String,
    /// Whether they are in, and not only at the door.
    pub is_in: bool,
    /// Whether a picture comes.
    pub camera: bool,
    /// Whether the microphone is on.
    pub microphone: bool,
    /// Whether a screen is shared.
    pub screen: bool,
    /// Whether they speak.
    pub speaking: bool,
    /// Their connection.
    pub quality: ConnectionQuality,
}
