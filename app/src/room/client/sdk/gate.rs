//! A gate in front of a track's switch `enabled`, which browsers read as "send this or send black and
//! silence". livekit-client switches tracks on whenever it sets, replaces or unmutes them; behind a
//! gate that is shut, none of this lets a single frame out.

use js_sys::{Function, Object, Reflect};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::MediaStreamTrack;

const ENABLED: &str = "enabled";

/// A track's gate, until it is dropped.
pub struct Gate {
    switch: Rc<Switch>,
    _set: Closure<dyn Fn(bool)>,
    _get: Closure<dyn Fn() -> bool>,
}

struct Switch {
    media: MediaStreamTrack,
    /// The browser's own setter of the property.
    set: Function,
    is_open: Cell<bool>,
    /// What was last written to the property.
    is_on: Cell<bool>,
}

impl Gate {
    /// Puts a gate in front of a track.
    ///
    /// # Errors
    /// When the browser's tracks have no such switch.
    pub fn new(media: &MediaStreamTrack, is_open: bool) -> Result<Self, JsValue> {
        let prototype: JsValue = Reflect::get_prototype_of(media)?.into();
        let property = Reflect::get_own_property_descriptor(
            prototype.unchecked_ref::<Object>(),
            &ENABLED.into(),
        )?;
        let set: Function = Reflect::get(&property, &"set".into())?.dyn_into()?;
        let switch = Rc::new(Switch {
            // The same track: its own `clone` would make another one.
            media: Clone::clone(media),
            set,
            is_open: Cell::new(is_open),
            is_on: Cell::new(media.enabled()),
        });
        let (setting, getting) = (Rc::clone(&switch), Rc::clone(&switch));
        let set = Closure::<dyn Fn(bool)>::new(move |on| {
            setting.is_on.set(on);
            setting.apply();
        });
        let get = Closure::<dyn Fn() -> bool>::new(move || getting.is_on.get());
        let property = Object::new();
        Reflect::set(&property, &"set".into(), set.as_ref())?;
        Reflect::set(&property, &"get".into(), get.as_ref())?;
        Reflect::set(&property, &"configurable".into(), &JsValue::TRUE)?;
        Reflect::define_property(media, &ENABLED.into(), &property)?;
        switch.apply();
        Ok(Self {
            switch,
            _set: set,
            _get: get,
        })
    }

    /// Opens or shuts it.
    pub fn open(&self, is_open: bool) {
        self.switch.is_open.set(is_open);
        self.switch.apply();
    }
}

impl Drop for Gate {
    /// livekit-client may keep the track and switch it: it finds the browser's own switch again.
    fn drop(&mut self) {
        let _ = Reflect::delete_property(&self.switch.media, &ENABLED.into());
    }
}

impl Switch {
    fn apply(&self) {
        let on = self.is_open.get() && self.is_on.get();
        // The browser's own setter takes every boolean.
        let _ = self.set.call1(&self.media, &on.into());
    }
}
