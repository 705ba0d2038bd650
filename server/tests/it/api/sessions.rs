//! Sessions through the API, from the booking to the end of the meeting.

use super::{Cast, Site, livekit};
use crate::harness::{NOW, TestApp, on_both_engines};
use domain::{ids::SessionId, time::Millis};
use macro_rules_attribute::apply;
use serde_json::json;
use server::zones::rfc3339;
use std::collections::BTreeSet;

#[apply(on_both_engines!)]
async fn a_session_is_booked_met_in_and_ended_through_the_api(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let at = NOW + Millis::hours(1);

    let me = site.get(&cast.mentee, "/api/me").await;
    assert_eq!(me.data(200)["name"], "Max Mentee");
    let mentors = site.get(&cast.mentee, "/api/mentors").await;
    assert_eq!(mentors.data(200)[0]["id"], json!(cast.mentor.id()));
    let to = rfc3339(NOW + Millis::hours(3));
    let slots = site
        .get(
            &cast.mentee,
            &format!("/api/mentors/{}/slots?to={to}", cast.mentor.id()),
        )
        .await;
    assert_eq!(
        slots.data(200)[0],
        json!({"startsAt": rfc3339(at), "endsAt": rfc3339(at + Millis::hours(1))})
    );

    let booked = site.book(&cast.mentee, &cast.mentor, at, None).await;
    let data = booked.data(201);
    assert_eq!(
        (&data["booking"], &data["access"]),
        (&json!("confirmed"), &json!("too_early"))
    );
    assert_eq!(data["scheduledAt"], rfc3339(at));
    let id: SessionId = data["id"].as_str().expect("an id").parse().expect("an id");
    assert_eq!(
        data["meetingUrl"],
        format!("http://127.0.0.1:3000/meeting/{id}")
    );
    site.book(&cast.outsider, &cast.mentor, at, None)
        .await
        .refused(409, "conflict");
    let mine = site.get(&cast.mentor, "/api/sessions").await;
    assert_eq!(mine.data(200)["upcoming"][0]["id"], json!(id));

    let room = site.post(&cast.mentor, &livekit(id, "create-room")).await;
    assert_eq!(room.data(200)["roomName"], format!("session-{id}"));
    let early = site.get(&cast.mentor, &livekit(id, "access-token")).await;
    assert_eq!(
        early.refused(403, "too_early")["opensAt"],
        rfc3339(at - Millis::minutes(15))
    );

    app.clock.set(at);
    for person in [&cast.mentor, &cast.mentee] {
        let join_token = site
            .get(person, &livekit(id, "access-token?rejoin=true"))
            .await;
        let data = join_token.data(200);
        assert_eq!(
            (&data["roomName"], &data["wsUrl"]),
            (
                &json!(format!("session-{id}")),
                &json!("ws://127.0.0.1:7880")
            )
        );
        assert_eq!(data["expiresAt"], rfc3339(at + Millis::minutes(2)));
        assert!(
            data["token"]
                .as_str()
                .is_some_and(|token| !token.is_empty())
        );
    }

    site.post(&cast.mentee, &livekit(id, "end-room"))
        .await
        .refused(403, "forbidden");
    for _ in 0..2 {
        site.post(&cast.mentor, &livekit(id, "end-room"))
            .await
            .data(200);
    }
    for person in [&cast.mentor, &cast.mentee] {
        site.get(person, &livekit(id, "access-token"))
            .await
            .refused(410, "ended");
    }
    let session = site.get(&cast.mentee, &format!("/api/sessions/{id}")).await;
    let end = json!({"by": cast.mentor.id(), "at": rfc3339(at), "reason": "ended_by_mentor"});
    assert_eq!(
        (&session.data(200)["room"], &session.data(200)["roomEnd"]),
        (&json!("ended"), &end)
    );
    app.run_jobs().await;
    assert_eq!(
        app.media.rooms(),
        Vec::<String>::new(),
        "LiveKit's room is gone"
    );
}

#[apply(on_both_engines!)]
async fn the_same_idempotency_key_books_once(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let at = NOW + Millis::hours(2);
    let first = site
        .book(&cast.mentee, &cast.mentor, at, Some("click-1"))
        .await;
    let again = site
        .book(&cast.mentee, &cast.mentor, at, Some("click-1"))
        .await;
    assert_eq!(first.data(201)["id"], again.data(200)["id"]);
    let other = site
        .book(
            &cast.mentee,
            &cast.mentor,
            at + Millis::hours(1),
            Some("click-1"),
        )
        .await;
    other.refused(409, "conflict");
    site.book(
        &cast.outsider,
        &cast.mentor,
        at + Millis::hours(1),
        Some("click-1"),
    )
    .await
    .data(201);
    site.book(&cast.mentee, &cast.mentor, at, Some(""))
        .await
        .refused(422, "invalid");
    let (one, two) = tokio::join!(
        site.book(
            &cast.mentee,
            &cast.mentor,
            at + Millis::hours(3),
            Some("click-2")
        ),
        site.book(
            &cast.mentee,
            &cast.mentor,
            at + Millis::hours(3),
            Some("click-2")
        ),
    );
    let statuses = BTreeSet::from([one.status.as_u16(), two.status.as_u16()]);
    assert_eq!(
        statuses,
        BTreeSet::from([200, 201]),
        "{} {}",
        one.text,
        two.text
    );
    assert_eq!(one.json["data"]["id"], two.json["data"]["id"]);
}

#[apply(on_both_engines!)]
async fn join_tokens_are_given_in_the_window_to_the_millisecond(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let at = NOW + Millis::days(1);
    let id = app.session(&cast.mentor, &cast.mentee, at).await;
    let (opens, closes) = (at - Millis::minutes(15), at + Millis::hours(2));
    let join_token = livekit(id, "access-token");

    app.clock.set(opens - Millis(1));
    let early = site.get(&cast.mentee, &join_token).await;
    let said = early.refused(403, "too_early");
    assert_eq!(
        (&said["opensAt"], &said["closesAt"]),
        (&json!(rfc3339(opens)), &json!(rfc3339(closes)))
    );
    for inside in [opens, at, closes] {
        app.clock.set(inside);
        site.get(&cast.mentee, &join_token).await.data(200);
    }
    app.clock.set(closes + Millis(1));
    let late = site.get(&cast.mentee, &join_token).await;
    let said = late.refused(410, "closed");
    assert_eq!(
        (said.get("opensAt"), &said["closesAt"]),
        (None, &json!(rfc3339(closes)))
    );
}
