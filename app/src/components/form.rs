//! Forms that work with and without JavaScript.

use crate::{PageContext, api::error::ApiError};
use domain::problem::Problem;
use leptos::{prelude::*, server::ServerActionError, server_fn::ServerFn};
use serde::{Deserialize, Serialize};

/// A refused form that was sent without JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Path of the server function.
    pub path: String,
    /// Why it was refused.
    pub problem: Problem,
    /// What had been entered, without anything secret.
    pub values: Vec<(String, String)>,
}

/// One form: its action, and what is left of an earlier attempt.
pub struct Form<S>
where
    S: ServerFn + 'static,
    S::Output: 'static,
{
    /// The action, for `ActionForm`.
    pub action: ServerAction<S>,
    kept: Vec<(String, String)>,
}

impl<S> Form<S>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    /// Sets a form up inside a component.
    #[expect(
        clippy::new_without_default,
        reason = "it reads the context and belongs into a component"
    )]
    pub fn new() -> Self {
        let flash = use_context::<PageContext>().and_then(|page| page.flash);
        let flash = flash.filter(|flash| flash.path == S::PATH);
        // Leptos would show an error found in the address, which could be anybody's words.
        provide_context(ServerActionError::new("", ""));
        let action = ServerAction::new();
        let Some(flash) = flash else {
            return Self {
                action,
                kept: Vec::new(),
            };
        };
        action.value().set(Some(Err(ApiError(flash.problem))));
        Self {
            action,
            kept: flash.values,
        }
    }

    /// What had been entered into `field`, or else `otherwise`.
    pub fn value(&self, field: &str, otherwise: impl Into<String>) -> String {
        let kept = self.kept.iter().find(|(key, _)| key == field);
        kept.map_or_else(|| otherwise.into(), |(_, value)| value.clone())
    }

    /// Why the last attempt was refused.
    pub fn problem(&self) -> Signal<Option<Problem>> {
        let value = self.action.value();
        Signal::derive(move || {
            value
                .get()
                .and_then(|result| result.err().map(|error| error.0))
        })
    }

    /// Whether an attempt is on its way.
    pub fn pending(&self) -> Signal<bool> {
        self.action.pending().into()
    }
}
