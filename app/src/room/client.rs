//! The client: commands in, plain events out. It holds every JavaScript object of the call in one
//! registry. No borrow of the registry is held while JavaScript or the event handler runs.

use super::{
    sdk::{
        self, Listener, Participant, Publication, Room, TextReader, Track, room_event, source,
        track_event,
    },
    sound::{Meter, Studio, can_choose_speaker},
    tabs::Tabs,
};
use crate::host;
use crate::room::model::{
    Capture, Command, Device, DeviceKind, DeviceProblem, Ending, Event, Kind, Peer,
};
use domain::ids::SessionId;
use js_sys::{Array, Uint8Array};
use leptos::{
    prelude::{document, window},
    task::spawn_local,
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{
    HtmlMediaElement, MediaDeviceInfo, MediaDeviceKind, MediaStreamTrackState, VisibilityState,
};

/// Where tracks are shown and heard: element ids and what belongs there.
const PLACES: [(&str, Place); 6] = [
    ("preview", Place::Mine),
    ("self-view", Place::Mine),
    ("peer-video", Place::Theirs(source::CAMERA)),
    ("peer-screen", Place::Theirs(source::SCREEN)),
    ("peer-audio", Place::Theirs(source::MICROPHONE)),
    ("peer-screen-audio", Place::Theirs(source::SCREEN_SOUND)),
];

#[derive(Clone, Copy)]
enum Place {
    Mine,
    Theirs(&'static str),
}

/// A running client. Clones are the same client.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    emit: Rc<dyn Fn(Event)>,
    tabs: Tabs,
    level: Box<dyn Fn(u8)>,
    studio: Studio,
    registry: RefCell<Registry>,
}

#[derive(Default)]
struct Registry {
    stopped: bool,
    camera: Own,
    microphone: Own,
    speaker: String,
    meter: Option<Meter>,
    connection: Option<Connection>,
    /// Counts connections, so that a late answer of an older one can tell.
    number: u32,
    /// Whether media may be sent and shown.
    entered: bool,
    screen: Vec<Track>,
    theirs: Vec<Theirs>,
    placed: Vec<Placed>,
    page: Vec<PageListener>,
}

/// One's own camera or microphone.
#[derive(Default)]
struct Own {
    wanted: bool,
    device: String,
    /// The chosen device differs from the one in use.
    changed: bool,
    track: Option<Track>,
    listeners: Vec<(&'static str, Listener)>,
    published: bool,
    /// Somebody is already making the track what it should be.
    busy: bool,
}

struct Connection {
    room: Room,
    listeners: Vec<(&'static str, Listener)>,
    /// livekit-client keeps it for the room's lifetime.
    _chat: Closure<dyn FnMut(JsValue, JsValue)>,
    open: bool,
}

struct Theirs {
    identity: String,
    track: Track,
}

struct Placed {
    element: HtmlMediaElement,
    track: Track,
}

struct PageListener {
    target: web_sys::EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut()>,
}

/// What has to be done next to make a track what it should be.
enum Step {
    Create { device: String },
    Publish(Room, Track),
    Unmute(Track),
    Mute(Track),
    Release,
    Change(Track, String),
    Nothing,
}

impl Registry {
    fn own(&mut self, kind: Kind) -> &mut Own {
        match kind {
            Kind::Camera => &mut self.camera,
            Kind::Microphone => &mut self.microphone,
        }
    }

    fn room(&self) -> Option<Room> {
        let connection = self.connection.as_ref()?;
        connection.open.then(|| connection.room.clone())
    }

    fn next_step(&mut self, kind: Kind) -> Step {
        let stopped = self.stopped;
        let room = self.room().filter(|_| self.entered);
        let own = self.own(kind);
        let Some(track) = own.track.clone() else {
            return if own.wanted && !stopped {
                own.changed = false;
                Step::Create {
                    device: own.device.clone(),
                }
            } else {
                Step::Nothing
            };
        };
        if stopped || (!own.wanted && !own.published) {
            return Step::Release;
        }
        if own.changed {
            own.changed = false;
            return Step::Change(track, own.device.clone());
        }
        match (own.wanted, track.is_muted()) {
            (true, true) => Step::Unmute(track),
            (false, false) => Step::Mute(track),
            (true, false) => match room {
                Some(room) if !own.published => Step::Publish(room, track),
                _ => Step::Nothing,
            },
            (false, true) => Step::Nothing,
        }
    }
}

impl Client {
    /// A client for a session that reports to `emit`, and the microphone's level to `level`.
    pub fn new(
        session: SessionId,
        emit: impl Fn(Event) + 'static,
        level: impl Fn(u8) + 'static,
    ) -> Self {
        let emit: Rc<dyn Fn(Event)> = Rc::new(emit);
        Self(Rc::new(Inner {
            tabs: Tabs::new(session, Rc::clone(&emit)),
            emit,
            level: Box::new(level),
            studio: Studio::default(),
            registry: RefCell::default(),
        }))
    }

    /// Carries out a command; what comes of it is reported as events.
    pub fn send(&self, command: Command) {
        self.0.studio.wake();
        match command {
            Command::Start(choices) => {
                self.with(|registry| {
                    registry.camera.wanted = choices.camera;
                    registry.camera.device = choices.camera_id;
                    registry.microphone.wanted = choices.microphone;
                    registry.microphone.device = choices.microphone_id;
                    registry.speaker.clone_from(&choices.speaker_id);
                });
                self.0.studio.use_speaker(&choices.speaker_id);
                self.start();
            }
            Command::Attach => self.place(),
            Command::Switch { kind, on } => {
                self.with(|registry| registry.own(kind).wanted = on);
                self.settle(kind);
            }
            Command::Use { kind, id } => self.use_device(kind, id),
            Command::Play(chime) => self.0.studio.play(chime),
            Command::Connect { url, token } => self.connect(url, token),
            Command::Enter => self.enter(),
            Command::Share(true) => self.share(),
            Command::Share(false) => self.stop_sharing(),
            Command::Say { id, text } => self.say(id, text),
            Command::StartSound => {
                if let Some(room) = self.with(|registry| registry.room()) {
                    spawn_local(async move {
                        // The room reports whether sound plays.
                        let _ = room.start_audio().await;
                    });
                }
            }
            Command::Disconnect => self.disconnect(),
            Command::Stop => self.stop(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Registry) -> T) -> T {
        work(&mut self.0.registry.borrow_mut())
    }

    fn emit(&self, event: Event) {
        (self.0.emit)(event);
    }

    fn captured(&self, kind: Kind, capture: Capture, device: Option<String>) {
        self.emit(Event::Captured {
            kind,
            capture,
            device,
        });
    }

    // Devices.

    fn start(&self) {
        self.emit(Event::Abilities {
            share: can_share(),
            speaker: can_choose_speaker(),
        });
        self.0.tabs.watch();
        self.keep_screen_on_when_visible();
        let client = self.clone();
        self.listen(window().unchecked_into(), "online", move || {
            client.emit(Event::Online);
        });
        if !sdk::is_secure() {
            for kind in [Kind::Camera, Kind::Microphone] {
                self.with(|registry| registry.own(kind).wanted = false);
                self.captured(kind, Capture::Failed(DeviceProblem::Insecure), None);
            }
            return;
        }
        if let Ok(devices) = window().navigator().media_devices() {
            let client = self.clone();
            self.listen(devices.unchecked_into(), "devicechange", move || {
                client.look_at_devices();
            });
        }
        let client = self.clone();
        spawn_local(async move {
            if sdk::load().await.is_err() {
                client.emit(Event::ProgramMissing);
                return;
            }
            client.look_at_devices();
            client.settle(Kind::Camera);
            client.settle(Kind::Microphone);
        });
    }

    fn listen(
        &self,
        target: web_sys::EventTarget,
        event: &'static str,
        then: impl FnMut() + 'static,
    ) {
        let closure = Closure::<dyn FnMut()>::new(then);
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        self.with(|registry| {
            registry.page.push(PageListener {
                target,
                event,
                closure,
            });
        });
    }

    fn look_at_devices(&self) {
        let client = self.clone();
        spawn_local(async move {
            if let Some(devices) = list_devices().await {
                client.emit(Event::Devices(devices));
            }
        });
    }

    fn use_device(&self, kind: DeviceKind, id: String) {
        let kind = match kind {
            DeviceKind::Camera => Kind::Camera,
            DeviceKind::Microphone => Kind::Microphone,
            DeviceKind::Speaker => return self.use_speaker(id),
        };
        self.with(|registry| {
            let own = registry.own(kind);
            own.device = id;
            own.changed = true;
        });
        self.settle(kind);
    }

    fn use_speaker(&self, id: String) {
        self.0.studio.use_speaker(&id);
        let room = self.with(|registry| {
            registry.speaker.clone_from(&id);
            registry.room()
        });
        if let Some(room) = room {
            spawn_local(async move {
                let id = if id.is_empty() { "default" } else { &id };
                // A speaker that is gone: the browser goes on with its own choice.
                let _ = room.switch_active_device("audiooutput", id).await;
            });
        }
    }

    /// Makes a camera or microphone what it should be, one step after the other.
    fn settle(&self, kind: Kind) {
        let busy = self.with(|registry| std::mem::replace(&mut registry.own(kind).busy, true));
        if busy {
            return;
        }
        let client = self.clone();
        spawn_local(async move {
            loop {
                let step = client.with(|registry| {
                    let step = registry.next_step(kind);
                    if matches!(step, Step::Nothing) {
                        registry.own(kind).busy = false;
                    }
                    step
                });
                match step {
                    Step::Nothing => break,
                    step => client.take(kind, step).await,
                }
            }
        });
    }

    async fn take(&self, kind: Kind, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Create { device } => {
                self.captured(kind, Capture::Starting, None);
                let mut made = create(kind, &device).await;
                if !device.is_empty()
                    && let Err(error) = &made
                    && sdk::device_problem(error) == DeviceProblem::Missing
                {
                    // The remembered device is not there today: any other one will do.
                    made = create(kind, "").await;
                }
                match made {
                    Ok(track) => self.created(kind, track),
                    Err(error) => self.capture_failed(kind, &error),
                }
                // Names of devices are known from the first permission on.
                self.look_at_devices();
            }
            Step::Publish(room, track) => {
                self.with(|registry| registry.own(kind).published = true);
                if room
                    .local_participant()
                    .publish_track(&track)
                    .await
                    .is_err()
                {
                    // When the connection broke, the mark stays, so that it is not tried in
                    // circles; losing the connection clears it.
                    let open = self.with(|registry| registry.room().is_some());
                    if open {
                        self.with(|registry| registry.own(kind).wanted = false);
                        self.release(kind);
                        self.captured(kind, Capture::Failed(DeviceProblem::Other), None);
                    }
                }
            }
            Step::Unmute(track) => {
                self.captured(kind, Capture::Starting, None);
                match track.unmute().await {
                    Ok(_) => self.is_on(kind),
                    Err(error) => self.capture_failed(kind, &error),
                }
            }
            Step::Mute(track) => {
                let _ = track.mute().await;
                self.captured(kind, Capture::Off, None);
                self.place();
            }
            Step::Release => {
                self.release(kind);
                self.captured(kind, Capture::Off, None);
            }
            Step::Change(track, device) => {
                let muted = track.is_muted();
                match track.set_device_id(&sdk::device(&device)).await {
                    Ok(_) if muted => {}
                    Ok(_) => self.is_on(kind),
                    Err(error) => self.capture_failed(kind, &error),
                }
            }
        }
    }

    fn created(&self, kind: Kind, track: Track) {
        let mut listeners: Vec<(&'static str, Listener)> = Vec::new();
        for event in [
            track_event::ENDED,
            track_event::RESTARTED,
            track_event::MUTED,
        ] {
            let client = self.clone();
            let listener = Listener::new(move |_, _, _| client.track_changed(kind, event));
            track.on(event, listener.as_ref().unchecked_ref());
            listeners.push((event, listener));
        }
        self.with(|registry| {
            let own = registry.own(kind);
            own.track = Some(track);
            own.listeners = listeners;
            own.published = false;
        });
        self.is_on(kind);
    }

    /// The capture runs: says with which device, shows and measures it.
    fn is_on(&self, kind: Kind) {
        let track = self.with(|registry| registry.own(kind).track.clone());
        let Some(track) = track else { return };
        let media = track.media_stream_track();
        let device = media.get_settings().get_device_id();
        self.with(|registry| {
            let own = registry.own(kind);
            if !own.changed
                && let Some(device) = &device
            {
                own.device.clone_from(device);
            }
        });
        if kind == Kind::Microphone {
            self.measure();
        }
        self.captured(kind, Capture::On, device);
        self.place();
    }

    /// Something happened to a track that nobody here asked for.
    fn track_changed(&self, kind: Kind, event: &str) {
        let (published, busy) = self.with(|registry| {
            let own = registry.own(kind);
            (own.published, own.busy)
        });
        match event {
            track_event::ENDED => {
                self.emit(Event::DeviceLost(kind));
                if !published {
                    self.release(kind);
                    self.with(|registry| registry.own(kind).device.clear());
                    self.settle(kind);
                }
                // For published tracks livekit-client looks for another device.
            }
            track_event::RESTARTED if !busy => self.is_on(kind),
            track_event::MUTED if !busy => {
                self.with(|registry| registry.own(kind).wanted = false);
                self.emit(Event::SwitchedOff(kind));
                self.captured(kind, Capture::Off, None);
                self.place();
            }
            _ => {}
        }
    }

    fn capture_failed(&self, kind: Kind, error: &JsValue) {
        let published = self.with(|registry| {
            let own = registry.own(kind);
            own.wanted = false;
            own.published
        });
        // A published track is muted by the next step.
        if !published {
            self.release(kind);
        }
        self.captured(kind, Capture::Failed(sdk::device_problem(error)), None);
        self.place();
    }

    /// Lets the device go.
    fn release(&self, kind: Kind) {
        let (track, listeners, meter) = self.with(|registry| {
            let meter = match kind {
                Kind::Microphone => registry.meter.take(),
                Kind::Camera => None,
            };
            let own = registry.own(kind);
            own.published = false;
            (own.track.take(), std::mem::take(&mut own.listeners), meter)
        });
        if meter.is_some() {
            (self.0.level)(0);
        }
        drop(meter);
        if let Some(track) = track {
            for (event, listener) in &listeners {
                track.off(event, listener.as_ref().unchecked_ref());
            }
            track.stop();
        }
        drop_later(listeners);
        self.place();
    }

    /// Measures the microphone while in the lobby.
    fn measure(&self) {
        let (track, old, wanted) = self.with(|registry| {
            (
                registry.microphone.track.clone(),
                registry.meter.take(),
                !registry.entered,
            )
        });
        drop(old);
        let Some(track) = track.filter(|_| wanted) else {
            return;
        };
        let client = self.clone();
        let meter = self
            .0
            .studio
            .measure(&track.media_stream_track(), move |level| {
                (client.0.level)(level)
            });
        self.with(|registry| registry.meter = meter);
    }

    // Room.

    fn connect(&self, url: String, token: String) {
        self.0.tabs.enter();
        self.disconnect();
        let number = self.with(|registry| {
            registry.number += 1;
            registry.number
        });
        let client = self.clone();
        spawn_local(async move {
            if sdk::load().await.is_err() {
                client.emit(Event::ProgramMissing);
                return;
            }
            if client.with(|registry| registry.number != number || registry.stopped) {
                return;
            }
            let room = client.prepare_room(number);
            let result = room.connect(&url, &token, &sdk::connect_options()).await;
            let current = client.with(|registry| {
                let current = registry.number == number && !registry.stopped;
                if current
                    && result.is_ok()
                    && let Some(connection) = &mut registry.connection
                {
                    connection.open = true;
                }
                current
            });
            match result {
                Ok(()) if current => client.emit(Event::Connected(peers(&room))),
                Ok(()) => {
                    let _ = room.disconnect(false).await;
                }
                Err(error) if current => {
                    client.emit(Event::NotConnected(sdk::connect_failure(&error)));
                }
                Err(_) => {}
            }
        });
    }

    fn prepare_room(&self, number: u32) -> Room {
        let speaker = self.with(|registry| registry.speaker.clone());
        let room = Room::new(&sdk::room_options(&speaker));
        let mut listeners: Vec<(&'static str, Listener)> = Vec::new();
        for event in [
            room_event::SIGNAL_RECONNECTING,
            room_event::RECONNECTING,
            room_event::RECONNECTED,
            room_event::DISCONNECTED,
            room_event::PARTICIPANT_CONNECTED,
            room_event::PARTICIPANT_DISCONNECTED,
            room_event::PARTICIPANT_ACTIVE,
            room_event::TRACK_SUBSCRIBED,
            room_event::TRACK_UNSUBSCRIBED,
            room_event::TRACK_PUBLISHED,
            room_event::TRACK_UNPUBLISHED,
            room_event::TRACK_MUTED,
            room_event::TRACK_UNMUTED,
            room_event::LOCAL_TRACK_UNPUBLISHED,
            room_event::ACTIVE_SPEAKERS_CHANGED,
            room_event::CONNECTION_QUALITY_CHANGED,
            room_event::AUDIO_PLAYBACK_CHANGED,
            room_event::DATA_RECEIVED,
        ] {
            let client = self.clone();
            let listener = Listener::new(move |first, second, third| {
                client.room_event(number, event, first, second, third);
            });
            room.on(event, listener.as_ref().unchecked_ref());
            listeners.push((event, listener));
        }
        let client = self.clone();
        let chat = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |reader, sender| {
            client.hear(number, reader, &sender);
        });
        room.register_text_stream_handler(sdk::CHAT_TOPIC, chat.as_ref().unchecked_ref());
        self.with(|registry| {
            registry.connection = Some(Connection {
                room: room.clone(),
                listeners,
                _chat: chat,
                open: false,
            });
        });
        room
    }

    fn room_event(
        &self,
        number: u32,
        event: &str,
        first: JsValue,
        second: JsValue,
        third: JsValue,
    ) {
        let (current, room) = self.with(|registry| (registry.number == number, registry.room()));
        // Before the connection is open, the answer of `connect` says what happened.
        let Some(room) = room.filter(|_| current) else {
            if current && event == room_event::TRACK_SUBSCRIBED {
                self.add_track(first, third);
            }
            return;
        };
        match event {
            room_event::SIGNAL_RECONNECTING => self.emit(Event::Resuming),
            room_event::RECONNECTING => self.emit(Event::Restarting),
            room_event::RECONNECTED => self.emit(Event::Resumed(peers(&room))),
            room_event::DISCONNECTED => {
                let reason = first.as_f64().map(|reason| reason as u32);
                self.connection_lost();
                self.emit(Event::Disconnected(Ending::of(reason)));
            }
            room_event::PARTICIPANT_CONNECTED => self.peer(first),
            room_event::PARTICIPANT_ACTIVE => self.emit(Event::PeerReady),
            room_event::PARTICIPANT_DISCONNECTED => {
                let identity = first.unchecked_into::<Participant>().identity();
                self.with(|registry| registry.theirs.retain(|theirs| theirs.identity != identity));
                self.place();
                self.emit(Event::PeerLeft { identity });
            }
            room_event::TRACK_SUBSCRIBED => {
                self.add_track(first, third.clone());
                self.peer(third);
            }
            room_event::TRACK_UNSUBSCRIBED => {
                let track: Track = first.unchecked_into();
                self.with(|registry| registry.theirs.retain(|theirs| theirs.track != track));
                self.place();
                self.peer(third);
            }
            room_event::TRACK_PUBLISHED
            | room_event::TRACK_UNPUBLISHED
            | room_event::TRACK_MUTED
            | room_event::TRACK_UNMUTED => self.peer(second),
            room_event::LOCAL_TRACK_UNPUBLISHED => {
                // Also said of tracks that a reconnect publishes again: only a capture that ended
                // was stopped from the browser's own bar.
                let publication: Publication = first.unchecked_into();
                let screen = self.with(|registry| registry.screen.clone());
                if publication.source() == source::SCREEN && !screen.iter().all(is_live) {
                    self.end_screen(None);
                    self.emit(Event::Sharing(false));
                }
            }
            room_event::ACTIVE_SPEAKERS_CHANGED => {
                let speakers = Array::from(&first)
                    .iter()
                    .map(|speaker| speaker.unchecked_into::<Participant>().identity())
                    .collect();
                self.emit(Event::Speaking(speakers));
            }
            room_event::CONNECTION_QUALITY_CHANGED => {
                let participant: Participant = second.unchecked_into();
                self.emit(Event::Quality {
                    identity: (!participant.is_local()).then(|| participant.identity()),
                    quality: sdk::quality(&first),
                });
            }
            // From our server: whatever a participant sends names the participant.
            room_event::DATA_RECEIVED if second.is_undefined() => {
                let notice = String::from_utf8(Uint8Array::new(&first).to_vec())
                    .ok()
                    .and_then(|json| host::from_json(&json).ok());
                if let Some(notice) = notice {
                    self.emit(Event::Notice(notice));
                }
            }
            room_event::AUDIO_PLAYBACK_CHANGED => {
                self.emit(Event::SoundBlocked(!room.can_playback_audio()));
            }
            _ => {}
        }
    }

    fn add_track(&self, track: JsValue, participant: JsValue) {
        let track: Track = track.unchecked_into();
        let identity = participant.unchecked_into::<Participant>().identity();
        self.with(|registry| {
            registry.theirs.retain(|theirs| {
                theirs.identity != identity || theirs.track.source() != track.source()
            });
            registry.theirs.push(Theirs { identity, track });
        });
        self.place();
    }

    fn peer(&self, participant: JsValue) {
        let participant: Participant = participant.unchecked_into();
        if !participant.is_local() {
            self.emit(Event::Peer(peer(&participant)));
        }
    }

    fn enter(&self) {
        let (room, screen) = self.with(|registry| {
            registry.entered = true;
            (registry.room(), registry.screen.clone())
        });
        let Some(room) = room else { return };
        self.with(|registry| registry.meter.take());
        self.place();
        self.settle(Kind::Camera);
        self.settle(Kind::Microphone);
        keep_screen_on();
        self.emit(Event::SoundBlocked(!room.can_playback_audio()));
        if !screen.is_empty() {
            // Sharing goes on after a reconnect.
            let client = self.clone();
            spawn_local(async move { client.publish_screen(room, screen).await });
        }
    }

    /// The connection ended by itself; devices and the shared screen stay for the next one.
    fn connection_lost(&self) {
        let old = self.with(|registry| {
            registry.entered = false;
            registry.camera.published = false;
            registry.microphone.published = false;
            registry.theirs.clear();
            registry.connection.take()
        });
        if let Some(connection) = old {
            for (event, listener) in &connection.listeners {
                connection
                    .room
                    .off(event, listener.as_ref().unchecked_ref());
            }
            drop_later(connection);
        }
        self.place();
    }

    fn disconnect(&self) {
        let room = self.with(|registry| {
            registry.number += 1;
            registry
                .connection
                .as_ref()
                .map(|connection| connection.room.clone())
        });
        self.connection_lost();
        if let Some(room) = room {
            spawn_local(async move {
                let _ = room.disconnect(false).await;
            });
        }
    }

    fn stop(&self) {
        self.with(|registry| registry.stopped = true);
        self.0.tabs.stop();
        self.end_screen(None);
        self.disconnect();
        for kind in [Kind::Camera, Kind::Microphone] {
            self.release(kind);
        }
        self.0.studio.close();
        let page = self.with(|registry| std::mem::take(&mut registry.page));
        for listener in &page {
            let _ = listener.target.remove_event_listener_with_callback(
                listener.event,
                listener.closure.as_ref().unchecked_ref(),
            );
        }
        drop_later(page);
    }

    // Screen.

    fn share(&self) {
        let Some(room) = self.with(|registry| registry.room()) else {
            return;
        };
        let client = self.clone();
        spawn_local(async move {
            let me = room.local_participant();
            match me.create_screen_tracks(&sdk::screen_options()).await {
                Ok(tracks) => {
                    let tracks: Vec<Track> = Array::from(&tracks)
                        .iter()
                        .map(JsCast::unchecked_into)
                        .collect();
                    client.with(|registry| registry.screen.clone_from(&tracks));
                    client.publish_screen(room, tracks).await;
                }
                Err(error) if sdk::was_dismissed(&error) => client.emit(Event::Sharing(false)),
                Err(_) => client.emit(Event::ShareFailed),
            }
        });
    }

    async fn publish_screen(&self, room: Room, tracks: Vec<Track>) {
        if !tracks.iter().all(is_live) {
            self.stop_sharing();
            return;
        }
        for track in &tracks {
            if room.local_participant().publish_track(track).await.is_err() {
                self.end_screen(None);
                self.emit(Event::ShareFailed);
                return;
            }
        }
        self.emit(Event::Sharing(true));
    }

    fn stop_sharing(&self) {
        self.end_screen(self.with(|registry| registry.room()));
        self.emit(Event::Sharing(false));
    }

    /// Ends the capture of the screen, and its publication in `room`.
    fn end_screen(&self, room: Option<Room>) {
        let tracks = self.with(|registry| std::mem::take(&mut registry.screen));
        for track in tracks {
            track.stop();
            if let Some(room) = room.clone() {
                spawn_local(async move {
                    // Fails when the connection broke, which unpublishes as well.
                    let _ = room.local_participant().unpublish_track(&track, true).await;
                });
            }
        }
    }

    // Chat.

    fn say(&self, id: String, text: String) {
        let room = self.with(|registry| registry.room());
        let client = self.clone();
        spawn_local(async move {
            let sent = match room {
                Some(room) => room
                    .local_participant()
                    .send_text(&text, &sdk::text_options(&id))
                    .await
                    .is_ok(),
                None => false,
            };
            client.emit(Event::Said { id, sent });
        });
    }

    fn hear(&self, number: u32, reader: JsValue, sender: &JsValue) {
        if self.with(|registry| registry.number != number) {
            return;
        }
        let reader: TextReader = reader.unchecked_into();
        let identity = js_sys::Reflect::get(sender, &"identity".into())
            .ok()
            .and_then(|identity| identity.as_string())
            .unwrap_or_default();
        let client = self.clone();
        spawn_local(async move {
            let id = reader.info().sender_id();
            // A text that broke off is dropped; its sender sees that it was not sent.
            if let Some(text) = reader
                .read_all()
                .await
                .ok()
                .and_then(|text| text.as_string())
            {
                client.emit(Event::Heard {
                    id,
                    identity,
                    text,
                    time: super::time_of_day(),
                });
            }
        });
    }

    // Elements.

    /// Puts every track into its element, and takes out what does not belong there.
    fn place(&self) {
        let wanted: Vec<(HtmlMediaElement, Track)> = PLACES
            .iter()
            .filter_map(|(id, place)| {
                let element = document().get_element_by_id(id)?.dyn_into().ok()?;
                Some((element, self.track_for(*place)?))
            })
            .collect();
        let old = self.with(|registry| std::mem::take(&mut registry.placed));
        let (kept, gone): (Vec<Placed>, Vec<Placed>) = old.into_iter().partition(|placed| {
            wanted
                .iter()
                .any(|(element, track)| *element == placed.element && *track == placed.track)
        });
        for placed in &gone {
            placed.track.detach(&placed.element);
        }
        let new: Vec<(HtmlMediaElement, Track)> = wanted
            .into_iter()
            .filter(|(element, track)| {
                kept.iter()
                    .all(|placed| placed.element != *element || placed.track != *track)
            })
            .collect();
        self.with(|registry| {
            registry.placed = kept;
            registry
                .placed
                .extend(new.iter().map(|(element, track)| Placed {
                    element: element.clone(),
                    track: track.clone(),
                }));
        });
        for (element, track) in new {
            track.attach(&element);
        }
    }

    fn track_for(&self, place: Place) -> Option<Track> {
        match place {
            Place::Mine => self
                .with(|registry| registry.camera.track.clone())
                .filter(|track| !track.is_muted()),
            Place::Theirs(source) => {
                let tracks: Vec<Track> = self.with(|registry| {
                    let entered = registry.entered;
                    registry
                        .theirs
                        .iter()
                        .filter(|_| entered)
                        .map(|theirs| theirs.track.clone())
                        .collect()
                });
                tracks
                    .into_iter()
                    .rev()
                    .find(|track| track.source() == source)
            }
        }
    }

    // The rest.

    /// The browser lets go of the screen lock when the tab is hidden.
    fn keep_screen_on_when_visible(&self) {
        let client = self.clone();
        self.listen(document().unchecked_into(), "visibilitychange", move || {
            if document().visibility_state() == VisibilityState::Visible
                && client.with(|registry| registry.entered)
            {
                keep_screen_on();
            }
        });
    }
}

/// Drops what JavaScript may be calling right now, after it returned.
fn drop_later<T: 'static>(value: T) {
    spawn_local(async move { drop(value) });
}

fn is_live(track: &Track) -> bool {
    track.media_stream_track().ready_state() == MediaStreamTrackState::Live
}

async fn create(kind: Kind, device: &str) -> Result<Track, JsValue> {
    let track = match kind {
        Kind::Camera => sdk::create_local_video_track(&sdk::camera_options(device)).await,
        Kind::Microphone => sdk::create_local_audio_track(&sdk::microphone_options(device)).await,
    };
    track.map(JsCast::unchecked_into)
}

async fn list_devices() -> Option<Vec<Device>> {
    let devices = window().navigator().media_devices().ok()?;
    let list = devices.enumerate_devices().ok()?.await.ok()?;
    let devices = Array::from(&list)
        .iter()
        .filter_map(|device| {
            let device: MediaDeviceInfo = device.unchecked_into();
            let kind = match device.kind() {
                MediaDeviceKind::Videoinput => DeviceKind::Camera,
                MediaDeviceKind::Audioinput => DeviceKind::Microphone,
                MediaDeviceKind::Audiooutput => DeviceKind::Speaker,
                _ => return None,
            };
            let id = device.device_id();
            // Windows' second default; it only repeats a device.
            (id != "communications").then(|| Device {
                kind,
                id,
                label: device.label(),
            })
        })
        .collect();
    Some(devices)
}

fn can_share() -> bool {
    window()
        .navigator()
        .media_devices()
        .is_ok_and(|devices| sdk::has(&devices, "getDisplayMedia"))
}

fn keep_screen_on() {
    let navigator: sdk::WakefulNavigator = JsValue::from(window().navigator()).unchecked_into();
    if let Some(lock) = navigator.wake_lock() {
        spawn_local(async move {
            // Refused on low battery; the call goes on.
            let _ = lock.request("screen").await;
        });
    }
}

fn peers(room: &Room) -> Vec<Peer> {
    room.others().iter().map(peer).collect()
}

fn peer(participant: &Participant) -> Peer {
    let sends = |source: &str| {
        participant
            .track_publication(source)
            .is_some_and(|publication| !publication.is_muted())
    };
    let arrives = |source: &str| {
        participant
            .track_publication(source)
            .is_some_and(|publication| !publication.is_muted() && publication.track().is_some())
    };
    let identity = participant.identity();
    Peer {
        name: participant
            .name()
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| identity.clone()),
        camera: arrives(source::CAMERA),
        microphone: sends(source::MICROPHONE),
        screen: arrives(source::SCREEN),
        identity,
        ..Peer::default()
    }
}
