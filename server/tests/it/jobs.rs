//! The job runner: what it does with panics, leases that ran out, and kinds that nobody knows.

use crate::harness::{NOW, TestApp, on_both_engines};
use domain::{
    ids::SessionId,
    job::{MAX_ATTEMPTS, NOTIFY_AFTER},
    time::{Millis, Timestamp},
};
use futures::FutureExt;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use server::{
    AppState, Result,
    jobs::{self, Job, Registry},
    store::{self, ScopedFutureExt, StoreError, Txn, jobs::Kinds},
};
use std::sync::LazyLock;

/// A job that always panics.
#[derive(Serialize, Deserialize)]
struct Panics;

impl Job for Panics {
    const KIND: &'static str = "panics";
    const TITLE: &'static str = "Panic";
    const FAILING: &'static str = "Something panics";

    fn session(&self) -> Option<SessionId> {
        None
    }

    fn key(&self) -> String {
        String::new()
    }

    async fn run(&self, _: &AppState) -> Result<()> {
        panic!("on purpose")
    }
}

fn registry() -> &'static Registry {
    static LIST: LazyLock<Registry> =
        LazyLock::new(|| Registry::new(|_, _, _, _| async { Ok(()) }.boxed()).with::<Panics>());
    &LIST
}

async fn enqueue(app: &TestApp, job: &impl Job) {
    let now = app.state.clock.now();
    let writing = app
        .state
        .db
        .write(|txn: &Txn| async move { jobs::enqueue(txn, job, now, now).await }.scope_boxed());
    writing.await.expect("written");
}

#[apply(on_both_engines!)]
async fn a_job_that_panics_is_tried_again_reported_and_given_up_like_any_other(app: TestApp) {
    enqueue(&app, &Panics).await;
    for attempt in 1..=MAX_ATTEMPTS {
        let ran = jobs::run_due(&app.state, registry())
            .await
            .expect("the runner lives");
        assert_eq!(ran, 1, "attempt {attempt}");
        let entries = store::notifications::list(app.state.db.read())
            .await
            .expect("readable");
        assert_eq!(entries.len(), usize::from(attempt >= NOTIFY_AFTER));
        app.clock.advance(Millis::minutes(10));
    }
    let dead = store::jobs::failing(app.state.db.read(), true)
        .await
        .expect("readable");
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].error, "it panicked: on purpose");
    assert_eq!(
        jobs::run_due(&app.state, registry())
            .await
            .expect("nothing is due"),
        0
    );
}

#[apply(on_both_engines!)]
async fn a_kind_that_nobody_knows_is_given_up_at_once(app: TestApp) {
    enqueue(&app, &Panics).await;
    assert_eq!(
        app.run_jobs().await,
        1,
        "by the runner that knows only real kinds"
    );
    let dead = store::jobs::failing(app.state.db.read(), true)
        .await
        .expect("readable");
    assert_eq!(dead[0].error, "unknown kind of job: panics");
}

#[apply(on_both_engines!)]
async fn a_result_counts_only_under_the_lease_it_was_made_under(app: TestApp) {
    enqueue(&app, &Panics).await;
    let claim = async |worker: &str, now: Timestamp| {
        let claiming = app.state.db.write(|txn| {
            async move {
                let lease = now + Millis::minutes(1);
                store::jobs::claim(txn, &Kinds::All, worker, now, lease, 10).await
            }
            .scope_boxed()
        });
        claiming.await.expect("claimed").pop().expect("one job")
    };
    let slow = claim("slow", NOW).await;
    let later = NOW + Millis::minutes(2);
    let quick = claim("quick", later).await;
    let results = async |job: &store::jobs::ClaimedJob| {
        let recording = app.state.db.write(|txn| {
            async move {
                let failed = store::jobs::failed(txn, job, None, "late", None, later).await?;
                Ok::<_, StoreError>((failed, store::jobs::done(txn, job, later).await?))
            }
            .scope_boxed()
        });
        recording.await.expect("answered")
    };
    assert_eq!(results(&slow).await, (false, false), "somebody else has it");
    let dead = store::jobs::failing(app.state.db.read(), true)
        .await
        .expect("readable");
    assert!(dead.is_empty());
    assert!(results(&quick).await.0);
}

#[test]
fn every_kind_of_job_has_words_for_admins() {
    let list = server::job_list();
    for kind in [
        "create_room",
        "delete_room",
        "close_window",
        "warn_closing",
        "evict",
        "decide_outcome",
        "process_webhooks",
        "send_email",
        "notify_admin",
        "make_export",
    ] {
        assert_ne!(list.title(kind), "Unknown job", "{kind}");
    }
    assert_eq!(list.title("advertise"), "Unknown job");
}
