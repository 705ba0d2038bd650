//! A place for what belongs to this browser's one thread.

use leptos::prelude::{GetValue, LocalStorage, SetValue, StoredValue, UpdateValue};

/// Holds at most one value; a handle that components copy around.
pub struct Slot<T: 'static>(StoredValue<Option<T>, LocalStorage>);

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T> Slot<T> {
    /// An empty slot.
    pub fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    /// Puts a value in; after the page is gone, it is dropped.
    pub fn put(self, value: T) {
        self.0.try_set_value(Some(value));
    }

    /// Takes the value out.
    pub fn take(self) -> Option<T> {
        self.0.try_update_value(Option::take).flatten()
    }
}

impl<T: Clone> Slot<T> {
    /// The value.
    pub fn get(self) -> Option<T> {
        self.0.try_get_value().flatten()
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}
