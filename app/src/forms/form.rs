//! Forms that work with and without JavaScript: plain HTML forms sent to a server function, which
//! the browser's half sends itself to show a refusal in place.

use crate::page_context::{Flash, PageContext};
use domain::problem::Problem;
use leptos::{prelude::*, server_fn::ServerFn};

/// Where a form is sent, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Submission {
    /// Path of the server function.
    pub path: &'static str,
    /// Why the last attempt was refused.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether an attempt is on its way.
    pub pending: RwSignal<bool>,
}

/// One form, and what had been entered when it was refused.
pub struct Form {
    /// Where it is sent.
    pub to: Submission,
    flash: Option<Flash>,
}

impl Form {
    /// The form of the server function `S`; to be called inside a component.
    pub fn new<S: ServerFn>() -> Self {
        Self::at(S::PATH)
    }

    fn at(path: &'static str) -> Self {
        let flash = use_context::<PageContext>().and_then(|page| page.flash);
        let flash = flash.filter(|flash| flash.path == path);
        let problem = flash.as_ref().and_then(|flash| flash.problem.clone());
        let (problem, pending) = (RwSignal::new(problem), RwSignal::new(false));
        let to = Submission {
            path,
            problem,
            pending,
        };
        Self { to, flash }
    }

    /// What had been entered into `field`, or else `otherwise`.
    pub fn value(&self, field: &str, otherwise: impl Into<String>) -> String {
        self.flash
            .as_ref()
            .and_then(|flash| flash.entered(field))
            .map_or_else(|| otherwise.into(), ToOwned::to_owned)
    }

    /// Whether `field` was sent with the form that was refused.
    pub fn has(&self, field: &str) -> bool {
        let flash = self.flash.as_ref();
        flash.is_some_and(|flash| flash.values.iter().any(|(key, _)| key == field))
    }

    /// Why the last attempt was refused.
    pub fn problem(&self) -> Signal<Option<Problem>> {
        self.to.problem.into()
    }

    /// Whether an attempt is on its way.
    pub fn pending(&self) -> Signal<bool> {
        self.to.pending.into()
    }
}
