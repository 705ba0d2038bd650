//! Devices come, go and fail.

use crate::room::{
    model::{
        CaptureState, Command, Device, DeviceKind, Effect, InputKind, LocalDevice, RoomModel,
        UserChoices,
    },
    text,
};

impl RoomModel {
    pub(super) fn local_device_mut(&mut self, kind: InputKind) -> &mut LocalDevice {
        match kind {
            InputKind::Camera => &mut self.camera,
            InputKind::Microphone => &mut self.microphone,
        }
    }

    pub(super) fn choices(&self) -> UserChoices {
        UserChoices {
            camera: self.camera.wanted,
            microphone: self.microphone.wanted,
            camera_id: self.camera.device.clone(),
            microphone_id: self.microphone.device.clone(),
            speaker_id: self.speaker.clone(),
        }
    }

    pub(super) fn switch(&mut self, kind: InputKind, on: bool) -> Vec<Effect> {
        if kind == InputKind::Microphone {
            self.unmute_requested = false;
        }
        let effect = if on {
            self.start_capture(kind)
        } else {
            self.stop_capture(kind)
        };
        vec![effect, Effect::SaveChoices(self.choices())]
    }

    fn start_capture(&mut self, kind: InputKind) -> Effect {
        let local = self.local_device_mut(kind);
        local.wanted = true;
        if local.capture != CaptureState::On {
            local.capture = CaptureState::Starting;
        }
        Effect::Client(Command::StartCapture {
            kind,
            device: local.device.clone(),
        })
    }

    pub(super) fn stop_capture(&mut self, kind: InputKind) -> Effect {
        self.local_device_mut(kind).wanted = false;
        Effect::Client(Command::StopCapture(kind))
    }

    pub(super) fn device_lost(&mut self, kind: InputKind) -> Vec<Effect> {
        let local = self.local_device_mut(kind);
        local.lost = true;
        if !local.wanted {
            return Vec::new();
        }
        vec![Effect::Client(Command::StartCapture {
            kind,
            device: String::new(),
        })]
    }

    pub(super) fn choose_device(&mut self, kind: DeviceKind, id: String) -> Vec<Effect> {
        let mut effects = Vec::new();
        let input = match kind {
            DeviceKind::Camera => Some(InputKind::Camera),
            DeviceKind::Microphone => Some(InputKind::Microphone),
            DeviceKind::Speaker => {
                self.speaker.clone_from(&id);
                None
            }
        };
        effects.push(Effect::Client(Command::UseDevice {
            kind,
            id: id.clone(),
        }));
        if let Some(kind) = input {
            let local = self.local_device_mut(kind);
            local.device = id;
            // Another device is the way out of a failure, so it starts at once.
            if matches!(local.capture, CaptureState::Failed(_)) {
                effects.push(self.start_capture(kind));
            }
        }
        effects.push(Effect::SaveChoices(self.choices()));
        effects
    }

    pub(super) fn device_label(&self, kind: DeviceKind, id: &str) -> String {
        self.devices
            .iter()
            .find(|device| device.kind == kind && device.id == id)
            .map(|device| device.label.clone())
            .unwrap_or_default()
    }

    pub(super) fn devices_changed(&mut self, devices: Vec<Device>) -> Vec<Effect> {
        self.devices = devices;
        // A browser plays nothing on a speaker that was unplugged, so fall back to its default.
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
        let mut effects = vec![Effect::Client(Command::UseDevice {
            kind: DeviceKind::Speaker,
            id: String::new(),
        })];
        effects.extend(self.toast(text::SPEAKER_GONE.to_owned()));
        effects
    }

    pub(super) fn capture_changed(
        &mut self,
        kind: InputKind,
        capture: CaptureState,
        device: Option<String>,
    ) -> Vec<Effect> {
        let local = self.local_device_mut(kind);
        let was_on = local.capture == CaptureState::On;
        if capture == CaptureState::Off && matches!(local.capture, CaptureState::Failed(_)) {
            // Switched off because it failed: keep the failure on screen.
            return Vec::new();
        }
        local.capture = capture;
        if let Some(device) = device {
            local.device = device;
        }
        let lost = std::mem::take(&mut local.lost);
        match capture {
            CaptureState::On => {
                if lost {
                    let id = self.local_device(kind).device.clone();
                    let label = self.device_label(kind.into(), &id);
                    return self.toast(text::replaced(kind, &label));
                }
                Vec::new()
            }
            CaptureState::Off if lost => {
                let mut effects = vec![self.stop_capture(kind)];
                effects.extend(self.toast(text::unplugged(kind).to_owned()));
                effects
            }
            CaptureState::Failed(problem) => {
                let mut effects = vec![self.stop_capture(kind)];
                if lost || (was_on && self.in_room()) {
                    effects.extend(self.toast(text::unplugged(kind).to_owned()));
                } else if self.in_room() {
                    effects.extend(self.toast(text::problem(kind, problem).to_owned()));
                }
                effects
            }
            CaptureState::Starting => {
                self.local_device_mut(kind).lost = lost;
                Vec::new()
            }
            CaptureState::Off => Vec::new(),
        }
    }
}
