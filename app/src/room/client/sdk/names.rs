//! Names that livekit-client uses.

/// The chat's topic, shared with every other LiveKit client.
pub const CHAT_TOPIC: &str = "lk.chat";

/// Attribute of a chat message with the id its sender made.
pub const CHAT_ID: &str = "ym.id";

/// Names of livekit-client's `RoomEvent`s.
pub mod room_event {
    pub const SIGNAL_RECONNECTING: &str = "signalReconnecting";
    pub const RECONNECTING: &str = "reconnecting";
    pub const RECONNECTED: &str = "reconnected";
    pub const DISCONNECTED: &str = "disconnected";
    pub const PARTICIPANT_CONNECTED: &str = "participantConnected";
    pub const PARTICIPANT_DISCONNECTED: &str = "participantDisconnected";
    pub const PARTICIPANT_ATTRIBUTES_CHANGED: &str = "participantAttributesChanged";
    pub const PARTICIPANT_ACTIVE: &str = "participantActive";
    pub const TRACK_SUBSCRIBED: &str = "trackSubscribed";
    pub const TRACK_UNSUBSCRIBED: &str = "trackUnsubscribed";
    pub const TRACK_PUBLISHED: &str = "trackPublished";
    pub const TRACK_UNPUBLISHED: &str = "trackUnpublished";
    pub const TRACK_MUTED: &str = "trackMuted";
    pub const TRACK_UNMUTED: &str = "trackUnmuted";
    pub const LOCAL_TRACK_UNPUBLISHED: &str = "localTrackUnpublished";
    pub const ACTIVE_SPEAKERS_CHANGED: &str = "activeSpeakersChanged";
    pub const CONNECTION_QUALITY_CHANGED: &str = "connectionQualityChanged";
    pub const DATA_RECEIVED: &str = "dataReceived";
    pub const AUDIO_PLAYBACK_CHANGED: &str = "audioPlaybackChanged";
}

/// Names of livekit-client's `TrackEvent`s.
pub mod track_event {
    pub const ENDED: &str = "ended";
    pub const RESTARTED: &str = "restarted";
    pub const MUTED: &str = "muted";
}

/// Names of livekit-client's `Track.Source`s.
pub mod source {
    pub const CAMERA: &str = "camera";
    pub const MICROPHONE: &str = "microphone";
    pub const SCREEN: &str = "screen_share";
    pub const SCREEN_SOUND: &str = "screen_share_audio";
}
