//! The tabs of one browser agree on which of them is in the meeting, by a lock that the browser keeps
//! for the session (Web Locks). It goes with its tab, also when that crashes, so nothing is ever left
//! behind; and whoever steals it notifies the former holder at once.
//!
//! The tab inside holds it alone. Tabs at the device check share it while nobody is inside, which is
//! how they notice that somebody enters; otherwise they wait for it, which is how they notice that
//! somebody leaves.
//! Where a browser has no such locks, the server's own answer remains.

use super::sdk::{self, LockManager};
use crate::room::model::Event;
use domain::ids::SessionId;
use js_sys::{Function, Promise};
use leptos::task::spawn_local;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// One tab's part in a session. Clones are the same tab.
#[derive(Clone)]
pub struct TabLock(Rc<Inner>);

struct Inner {
    name: String,
    emit: Rc<dyn Fn(Event)>,
    /// In the meeting, or stopped: no longer interested in other tabs.
    settled: Cell<bool>,
    /// Gives the lock back.
    release: RefCell<Option<Function>>,
}

/// How a tab wants the lock.
#[derive(Clone, Copy)]
enum LockMode {
    /// Only to see whether it is free.
    Probe,
    /// Together with other tabs, once nobody is inside.
    Shared,
    /// Alone, taken from whoever holds it.
    Steal,
}

impl TabLock {
    /// Reports to `emit` whether another tab is inside.
    pub fn new(session: SessionId, emit: Rc<dyn Fn(Event)>) -> Self {
        Self(Rc::new(Inner {
            name: ["young-minds.meeting.", &session.to_string()].concat(),
            emit,
            settled: Cell::new(false),
            release: RefCell::default(),
        }))
    }

    /// Watches the other tabs until this one enters or stops.
    pub fn watch(&self) {
        let (tab, Some(locks)) = (self.clone(), sdk::locks()) else {
            return;
        };
        spawn_local(async move {
            let mut held = tab.request(&locks, LockMode::Probe).await;
            while held.is_ok() && !tab.0.settled.get() {
                held = tab.request(&locks, LockMode::Shared).await;
                if held.as_ref().is_err_and(sdk::was_aborted) {
                    tab.report(Event::OtherTab(true));
                    held = Ok(());
                }
            }
        });
    }

    /// This tab enters; another one that is inside hears of it.
    pub fn enter(&self) {
        let (tab, Some(locks)) = (self.clone(), sdk::locks()) else {
            return;
        };
        if self.0.settled.replace(true) {
            return;
        }
        spawn_local(async move {
            let held = tab.request(&locks, LockMode::Steal).await;
            if held.as_ref().is_err_and(sdk::was_aborted) {
                (tab.0.emit)(Event::TakenOver);
            }
        });
    }

    /// Gives the lock back.
    pub fn stop(&self) {
        self.0.settled.set(true);
        let release = self.0.release.borrow_mut().take();
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    fn report(&self, event: Event) {
        if !self.0.settled.get() {
            (self.0.emit)(event);
        }
    }

    /// Ends when the lock is given back; an error when it was taken away.
    async fn request(&self, locks: &LockManager, mode: LockMode) -> Result<(), JsValue> {
        let tab = self.clone();
        let granted = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
            let keep = match mode {
                LockMode::Probe => {
                    tab.report(Event::OtherTab(lock.is_null()));
                    false
                }
                LockMode::Shared => {
                    tab.report(Event::OtherTab(false));
                    !tab.0.settled.get()
                }
                LockMode::Steal => true,
            };
            if !keep {
                return JsValue::UNDEFINED;
            }
            Promise::new(&mut |resolve, _| {
                tab.0.release.replace(Some(resolve));
            })
            .into()
        });
        let options = match mode {
            LockMode::Probe => sdk::lock_options("shared", "ifAvailable"),
            LockMode::Shared => sdk::lock_options("shared", ""),
            LockMode::Steal => sdk::lock_options("exclusive", "steal"),
        };
        let outcome = locks.request(&self.0.name, &options, granted.as_ref().unchecked_ref());
        outcome.await.map(drop)
    }
}
