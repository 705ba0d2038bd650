//! Ends the process at a chosen step, as a power cut would: for `cargo xtask chaos` only.

use std::{
    process::abort,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Counts steps from the start of the process.
static STEPS: AtomicU32 = AtomicU32::new(0);
/// The step to end at, from 1.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the product: tests alone know it"
)]
static LAST: LazyLock<Option<u32>> =
    LazyLock::new(|| std::env::var("YM_ABORT_AT_STEP").ok()?.parse().ok());

/// A moment at which a crash must do no harm; `what` says which.
pub(crate) fn step(what: &str) {
    let step = STEPS.fetch_add(1, Ordering::SeqCst) + 1;
    if *LAST == Some(step) {
        eprintln!("STEP|{step}|{what}");
        abort();
    }
}
