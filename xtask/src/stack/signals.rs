//! Being asked to end: Ctrl-C, `kill`, a closed terminal.

use anyhow::{Context, Result};
use std::{
    sync::atomic::{AtomicI32, Ordering},
    thread,
};
use tokio::signal::unix::{SignalKind, signal};

/// The number of the signal that came, 0 when none did.
static CAME: AtomicI32 = AtomicI32::new(0);

/// From now on these signals do not end the process but are remembered, for [`came`].
///
/// # Errors
/// When the system refuses.
pub fn heed() -> Result<()> {
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .context("a runtime for signals")?;
        let entered = runtime.enter();
        let mut coming = signal(kind).context("heeding signals")?;
        drop(entered);
        thread::spawn(move || {
            runtime.block_on(coming.recv());
            CAME.store(kind.as_raw_value(), Ordering::Release);
        });
    }
    Ok(())
}

/// The number of the signal that asked this process to end.
pub fn came() -> Option<i32> {
    match CAME.load(Ordering::Acquire) {
        0 => None,
        number => Some(number),
    }
}
