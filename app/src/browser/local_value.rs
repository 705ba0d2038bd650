//! A value that stays on this browser's one thread.

use leptos::prelude::{GetValue, LocalStorage, SetValue, StoredValue, UpdateValue};

/// Holds at most one value; a handle that components copy around.
pub struct LocalValue<T: 'static>(StoredValue<Option<T>, LocalStorage>);

impl<T> Clone for LocalValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LocalValue<T> {}

impl<T> LocalValue<T> {
    /// An empty value.
    pub fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    /// Stores a value; it is dropped with the page.
    pub fn put(self, value: T) {
        self.0.try_set_value(Some(value));
    }

    /// Takes the value out.
    pub fn take(self) -> Option<T> {
        self.0.try_update_value(Option::take).flatten()
    }
}

impl<T: Clone> LocalValue<T> {
    /// The value.
    pub fn get(self) -> Option<T> {
        self.0.try_get_value().flatten()
    }
}

impl<T> Default for LocalValue<T> {
    fn default() -> Self {
        Self::new()
    }
}
