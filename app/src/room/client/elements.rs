//! Puts tracks into the page's video and audio elements.

use super::{
    super::sdk::{Track, source},
    Client,
    registry::Placed,
};
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlMediaElement;

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

impl Client {
    /// Puts every track into its element, and takes out what does not belong there.
    pub(super) fn place(&self) {
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
}
