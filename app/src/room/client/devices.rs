//! The devices that the browser offers, and choosing one.

use super::Client;
use crate::room::model::{Device, DeviceKind, Event, InputKind};
use js_sys::Array;
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{MediaDeviceInfo, MediaDeviceKind};

impl Client {
    pub(super) fn look_at_devices(&self) {
        let client = self.clone();
        spawn_local(async move {
            if let Some(devices) = list_devices().await {
                client.emit(Event::Devices(devices));
            }
        });
    }

    pub(super) fn use_device(&self, kind: DeviceKind, id: String) {
        let kind = match kind {
            DeviceKind::Camera => InputKind::Camera,
            DeviceKind::Microphone => InputKind::Microphone,
            DeviceKind::Speaker => return self.use_speaker(id),
        };
        self.with(|registry| {
            let capture = registry.capture(kind);
            if let Some(target) = &mut capture.target {
                target.clone_from(&id);
            }
            capture.change = Some(id);
        });
        self.reconcile(kind);
    }

    fn use_speaker(&self, id: String) {
        self.0.audio.use_speaker(&id);
        let room = self.with(|registry| registry.room());
        if let Some(room) = room {
            spawn_local(async move {
                let id = if id.is_empty() { "default" } else { &id };
                // If the speaker is gone, the browser keeps using its default.
                let _ = room.switch_active_device("audiooutput", id).await;
            });
        }
    }
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
