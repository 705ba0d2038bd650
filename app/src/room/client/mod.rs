//! The client: commands in, plain events out. It holds every JavaScript object of the call in one
//! registry. No borrow of the registry is held while JavaScript or the event handler runs.
//! Its twin for the server, `server.rs`, does nothing.

mod capture;
mod chat;
mod connection;
mod devices;
mod elements;
mod lifecycle;
mod registry;
mod room_events;
mod screen;
mod screen_lock;
mod sdk;
mod sender;
mod tab_lock;
mod web_audio;

use self::{registry::Registry, tab_lock::TabLock, web_audio::WebAudio};
use crate::room::model::{Command, Event, InputKind};
use domain::ids::SessionId;
use leptos::task::spawn_local;
use std::{cell::RefCell, rc::Rc};

/// A running client. Clones are the same client.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    emit: Rc<dyn Fn(Event)>,
    tab_lock: TabLock,
    level: Box<dyn Fn(u8)>,
    audio: WebAudio,
    registry: RefCell<Registry>,
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
            tab_lock: TabLock::new(session, Rc::clone(&emit)),
            emit,
            level: Box::new(level),
            audio: WebAudio::default(),
            registry: RefCell::default(),
        }))
    }

    /// Carries out a command; what comes of it is reported as events.
    pub fn send(&self, command: Command) {
        self.0.audio.resume();
        match command {
            Command::Start(choices) => {
                self.with(|registry| {
                    registry.camera.target = choices.camera.then_some(choices.camera_id);
                    registry.microphone.target =
                        choices.microphone.then_some(choices.microphone_id);
                });
                self.0.audio.use_speaker(&choices.speaker_id);
                self.start();
            }
            Command::AttachTracks => self.attach_tracks(),
            Command::StartCapture { kind, device } => self.set_target(kind, Some(device)),
            Command::StopCapture(kind) => self.set_target(kind, None),
            Command::UseDevice { kind, id } => self.use_device(kind, id),
            Command::PlayChime(chime) => self.0.audio.play(chime),
            Command::Connect { url, token } => {
                self.0.tab_lock.enter();
                self.connect(url, token);
            }
            Command::Knock { url, token } => self.connect(url, token),
            Command::Transmit(on) => self.transmit(on),
            Command::Enter => self.enter(),
            Command::ShareScreen(true) => self.share(),
            Command::ShareScreen(false) => self.stop_sharing(),
            Command::SendMessage { id, text } => self.send_message(id, text),
            Command::StartAudio => {
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

    fn set_target(&self, kind: InputKind, target: Option<String>) {
        self.with(|registry| registry.capture(kind).target = target);
        self.reconcile(kind);
    }

    fn with<T>(&self, work: impl FnOnce(&mut Registry) -> T) -> T {
        work(&mut self.0.registry.borrow_mut())
    }

    fn emit(&self, event: Event) {
        (self.0.emit)(event);
    }
}
