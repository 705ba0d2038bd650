//! Starting and ending the app and LiveKit on this machine, for `./start`, for the browser tests and for Rust's own tests:
//! free ports, LiveKit's settings, waiting until a server answers, and noticing that one has died. Everything listens on
//! loopback, and nothing is ended that was not started here.

mod app;
mod livekit;
pub mod ports;
mod process;
pub mod secrets;
pub(crate) mod signals;

pub use self::{
    app::{App, from_here},
    livekit::{LiveKit, Plan},
    process::{Output, Process},
};

/// `text` with each of the first halves, which it must hold exactly once, replaced by the second.
///
/// # Errors
/// When one is not there once: whoever changed the file has to look here too.
pub(crate) fn replace_each(
    text: &str,
    changes: &[(impl AsRef<str>, impl AsRef<str>)],
) -> anyhow::Result<String> {
    let mut text = text.to_owned();
    for (from, to) in changes {
        let from = from.as_ref();
        anyhow::ensure!(
            text.matches(from).count() == 1,
            "the file of production does not have this once: {from}"
        );
        text = text.replace(from, to.as_ref());
    }
    Ok(text)
}
