//! What the server tells the browser along with a page.

use domain::{problem::Problem, views::Me};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server tells the browser along with the page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PageContext {
    /// Brand name.
    pub app_name: String,
    /// Who is looking.
    pub viewer: Viewer,
    /// What became of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
    /// Other providers where people sign in: word and label.
    pub providers: Vec<(String, String)>,
}

/// Who is looking. Known once per page load: signing in and out always loads a whole page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Viewer {
    /// Unknown, because the database did not answer.
    #[default]
    Unknown,
    /// Nobody is signed in.
    SignedOut,
    /// This person.
    SignedIn(Me),
}

/// Brand name, from the configuration.
pub fn app_name() -> String {
    use_context::<PageContext>().map_or_else(String::new, |page| page.app_name)
}

/// Who is looking.
pub fn viewer() -> Viewer {
    use_context::<PageContext>().map_or(Viewer::Unknown, |page| page.viewer)
}

/// What became of a form, carried over one redirect: why it was refused when it was sent without
/// JavaScript, or something that is shown only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Path of the server function.
    pub path: String,
    /// Why it was refused, if it was.
    pub problem: Option<Problem>,
    /// What had been entered, without anything secret and without what is empty; or what is shown
    /// once.
    pub values: Vec<(String, String)>,
    /// Fields that were too long to carry.
    pub lost: Vec<String>,
}

impl Flash {
    /// What had been entered into `field`, as far as that is known.
    pub fn entered(&self, field: &str) -> Option<&str> {
        match self.values.iter().find(|(key, _)| key == field) {
            Some((_, value)) => Some(value),
            None if self.problem.is_none() || self.lost.iter().any(|lost| lost == field) => None,
            None => Some(""),
        }
    }
}
