//! Typed bindings of livekit-client (the global `LivekitClient` of its UMD file) and of the few
//! browser interfaces that web-sys lacks. No logic; JavaScript objects stay here and in `client`.

mod bindings;
mod errors;
mod gate;
mod load;
mod names;
mod options;

pub use self::{
    bindings::{
        Listener, LocalAudioTrack, LocalVideoTrack, LockManager, NavigatorWithWakeLock,
        Participant, Publication, Room, SinkElement, TextReader, Track, create_local_audio_track,
        create_local_video_track,
    },
    errors::{connect_failure, device_problem, quality, was_aborted, was_dismissed},
    gate::Gate,
    load::{has, is_secure, load, locks},
    names::{CHAT_TOPIC, room_event, source, track_event},
    options::{
        camera_options, connect_options, device, lock_options, microphone_options, publish_options,
        room_options, screen_options, text_options,
    },
};
