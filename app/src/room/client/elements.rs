//! Attaches tracks to the page's video and audio elements.

use super::{
    Client,
    registry::Attachment,
    sdk::{Track, source},
};
use crate::room::element_ids;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlMediaElement;

/// Where tracks are shown and heard: element ids and what belongs there.
const ELEMENTS: [(&str, ElementTrack); 6] = [
    (element_ids::PREVIEW, ElementTrack::LocalCamera),
    (element_ids::SELF_VIEW, ElementTrack::LocalCamera),
    (
        element_ids::PEER_VIDEO,
        ElementTrack::Remote(source::CAMERA),
    ),
    (
        element_ids::PEER_SCREEN,
        ElementTrack::Remote(source::SCREEN),
    ),
    (
        element_ids::PEER_AUDIO,
        ElementTrack::Remote(source::MICROPHONE),
    ),
    (
        element_ids::PEER_SCREEN_AUDIO,
        ElementTrack::Remote(source::SCREEN_SOUND),
    ),
];

#[derive(Clone, Copy)]
enum ElementTrack {
    LocalCamera,
    Remote(&'static str),
}

impl Client {
    /// Attaches every track to its element and detaches those that no longer belong there.
    pub(super) fn attach_tracks(&self) {
        let target: Vec<(HtmlMediaElement, Track)> = ELEMENTS
            .iter()
            .filter_map(|(id, shown)| {
                let element = document().get_element_by_id(id)?.dyn_into().ok()?;
                Some((element, self.track_for(*shown)?))
            })
            .collect();
        let old = self.with(|registry| std::mem::take(&mut registry.attached));
        let (kept, gone): (Vec<Attachment>, Vec<Attachment>) =
            old.into_iter().partition(|attachment| {
                target.iter().any(|(element, track)| {
                    *element == attachment.element && *track == attachment.track
                })
            });
        for attachment in &gone {
            attachment.track.detach(&attachment.element);
        }
        let new: Vec<(HtmlMediaElement, Track)> = target
            .into_iter()
            .filter(|(element, track)| {
                kept.iter()
                    .all(|attachment| attachment.element != *element || attachment.track != *track)
            })
            .collect();
        self.with(|registry| {
            registry.attached = kept;
            registry
                .attached
                .extend(new.iter().map(|(element, track)| Attachment {
                    element: element.clone(),
                    track: track.clone(),
                }));
        });
        for (element, track) in new {
            track.attach(&element);
        }
    }

    fn track_for(&self, shown: ElementTrack) -> Option<Track> {
        match shown {
            ElementTrack::LocalCamera => self
                .with(|registry| registry.camera.track.clone())
                .filter(|track| !track.is_muted()),
            ElementTrack::Remote(source) => {
                // At the door as well: what arrives is black and silent then, and the decoder runs.
                let tracks: Vec<Track> = self.with(|registry| {
                    let remote = registry.remote_tracks.iter();
                    remote.map(|remote| remote.track.clone()).collect()
                });
                tracks
                    .into_iter()
                    .rev()
                    .find(|track| track.source() == source)
            }
        }
    }
}
