//! What is answered when something else is down.

use super::{Cast, Site, ask, livekit};
use crate::harness::{NOW, TestApp, on_both_engines, on_sqlite};
use axum::http::Method;
use domain::{ids::SessionId, time::Millis};
use macro_rules_attribute::apply;
use server::media::MediaError;
use std::{sync::atomic::Ordering, time::Duration};

#[apply(on_both_engines!)]
async fn a_lost_database_is_said_plainly_and_the_process_is_not_ready(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    site.send(ask(Method::GET, "/readyz", None, None))
        .await
        .data(200);
    app.test_db
        .db
        .read()
        .clone()
        .close()
        .await
        .expect("the pool closes");
    for (path, who) in [("/api/sessions", Some(&person)), ("/readyz", None)] {
        let reply = site.send(ask(Method::GET, path, who, None)).await;
        reply.refused(503, "database_unavailable");
        assert_eq!(reply.header("retry-after"), "5");
    }
    site.send(ask(Method::GET, "/healthz", None, None))
        .await
        .data(200);
}

#[apply(on_sqlite!)]
async fn a_process_whose_task_in_the_background_is_stuck_is_not_ready(app: TestApp) {
    let site = Site::of(&app);
    let ready = || async { site.send(ask(Method::GET, "/readyz", None, None)).await };
    let beat = |seconds| {
        app.state
            .heartbeats
            .beat("test", Duration::from_secs(seconds))
    };
    beat(60);
    ready().await.data(200);
    beat(0);
    while app.state.heartbeats.overdue().is_none() {
        tokio::task::yield_now().await;
    }
    ready().await.refused(503, "busy");
    beat(60);
    ready().await.data(200);
}

#[apply(on_sqlite!)]
async fn a_process_that_stops_or_will_stop_soon_is_not_ready(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let unready = || async {
        site.send(ask(Method::GET, "/readyz", None, None))
            .await
            .refused(503, "busy");
        site.send(ask(Method::GET, "/healthz", None, None))
            .await
            .data(200);
        site.get(&person, "/api/me").await.data(200);
    };
    app.state.leaving.store(true, Ordering::Relaxed);
    unready().await;
    app.stop();
    unready().await;
}

#[apply(on_sqlite!)]
async fn a_dead_video_server_refuses_join_tokens_and_never_bookings(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    app.media.fail_always(Some(MediaError::Unreachable(
        "connection refused".to_owned(),
    )));
    let at = NOW + Millis::hours(1);
    let booked = site.book(&cast.mentee, &cast.mentor, at, None).await;
    let id: SessionId = booked.data(201)["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    app.clock.set(at - Millis::minutes(15));
    app.run_jobs().await;
    let join_token = livekit(id, "access-token");
    let refused = site.get(&cast.mentee, &join_token).await;
    refused.refused(503, "media_unavailable");
    assert_eq!(refused.header("retry-after"), "5");
    assert!(
        !refused.text.contains("connection refused"),
        "causes stay in the log"
    );
    site.post(&cast.mentor, &livekit(id, "create-room"))
        .await
        .refused(503, "media_unavailable");

    app.media.fail_always(None);
    app.clock.advance(Millis::minutes(10));
    app.run_jobs().await;
    assert_eq!(
        app.media.rooms(),
        [format!("session-{id}")],
        "the job made the room"
    );
    site.get(&cast.mentee, &join_token).await.data(200);
}
