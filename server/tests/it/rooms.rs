//! Rooms and their jobs: the window, outages, the one way out.

use crate::harness::{NOW, Person, TestApp, on_both_engines};
use domain::{
    access::{Access, Entry},
    ids::{RoomName, SessionId},
    job::{MAX_ATTEMPTS, NOTIFY_AFTER},
    problem::Problem,
    session::{EndReason, Room},
    time::{Millis, Timestamp},
};
use macro_rules_attribute::apply;
use server::store::ScopedFutureExt;
use server::{
    Error, admin,
    media::{Call, MediaError},
    meetings, sessions, store,
};
use std::time::Duration;

async fn room_state(app: &TestApp, id: SessionId) -> Room {
    store::sessions::find(app.state.db.read(), id)
        .await
        .expect("readable")
        .expect("there")
        .facts
        .room
}

fn created(app: &TestApp) -> usize {
    app.media
        .calls()
        .iter()
        .filter(|call| matches!(call, Call::CreateRoom(_)))
        .count()
}

fn down() -> MediaError {
    MediaError::Unreachable("connection refused".to_owned())
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Access {
    match result {
        Err(Error::Problem(Problem::NoAccess(access))) => access,
        other => panic!("{other:?}"),
    }
}

pub fn details(title: &str) -> sessions::BookingForm {
    sessions::BookingForm {
        title: title.to_owned(),
        ..Default::default()
    }
}

pub async fn cancel(
    app: &TestApp,
    who: &Person,
    id: SessionId,
) -> Result<domain::views::SessionView, Error> {
    let change = sessions::SessionChange::Cancel {
        reason: Some("A cold.".to_owned()),
    };
    sessions::change(&app.state, &who.login, id, change).await
}

#[apply(on_both_engines!)]
async fn a_room_is_made_when_its_window_opens_and_lives_past_its_close(app: TestApp) {
    let start = NOW + Millis::days(1);
    let (.., id) = app.pair_with_session(start).await;
    app.run_jobs().await;
    assert_eq!(created(&app), 0, "nothing is due a day ahead");
    app.clock.set(start - Millis::minutes(15));
    app.run_jobs().await;
    let calls = app.media.calls();
    let [Call::CreateRoom(spec)] = calls.as_slice() else {
        panic!("{calls:?}")
    };
    assert_eq!(spec.name, RoomName::new(id, 1));
    assert!(
        i64::from(spec.empty_timeout_s) * 1_000 > Millis::minutes(135).0,
        "{spec:?}"
    );
    assert!(i64::from(spec.departure_timeout_s) * 1_000 > Millis::minutes(135).0);
    assert_eq!(room_state(&app, id).await, Room::Open);
}

#[apply(on_both_engines!)]
async fn a_booking_succeeds_without_livekit_and_the_room_appears_when_it_returns(app: TestApp) {
    app.media.fail_always(Some(down()));
    let (mentor, mentee) = app.pair().await;
    let admin = app.admin("Ada").await;
    let request = sessions::BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::hours(1),
        minutes: None,
        idempotency_key: None,
    };
    let booked = sessions::book(&app.state, &mentee.login, request, details("Outage"))
        .await
        .expect("booked");
    let id = booked.session.id;
    app.clock.set(NOW + Millis::minutes(50));
    for attempt in 1..=NOTIFY_AFTER {
        assert!(
            admin::notifications(&app.state, &admin.login)
                .await
                .expect("list")
                .is_empty(),
            "{attempt}"
        );
        app.run_jobs().await;
        app.clock.advance(Millis::minutes(1));
    }
    let raised = admin::notifications(&app.state, &admin.login)
        .await
        .expect("list");
    assert_eq!(raised.len(), 1);
    assert!(raised[0].cause.contains("connection refused") && raised[0].can_retry);
    app.run_jobs().await;
    let to_admins = || {
        app.mail
            .emails()
            .into_iter()
            .filter(|email| email.to.to_string() == admin.email)
    };
    let told: Vec<_> = to_admins().collect();
    assert_eq!(told.len(), 1, "once, by mail");
    let text = String::from_utf8_lossy(&told[0].bytes).into_owned();
    assert!(
        text.contains("A meeting room cannot be created") && text.contains("/admin/notifications"),
        "{text}"
    );
    app.media.fail_always(None);
    admin::retry(&app.state, &admin.login, raised[0].id)
        .await
        .expect("retried");
    app.run_jobs().await;
    assert_eq!(room_state(&app, id).await, Room::Open);
    let settled = admin::notifications(&app.state, &admin.login)
        .await
        .expect("list");
    assert!(settled[0].resolved.is_some() && !settled[0].can_retry);
    assert!(matches!(
        admin::retry(&app.state, &admin.login, settled[0].id).await,
        Err(Error::Problem(Problem::Conflict(_)))
    ));
    assert!(matches!(
        admin::retry(&app.state, &mentee.login, settled[0].id).await,
        Err(Error::Problem(Problem::Forbidden))
    ));
}

#[apply(on_both_engines!)]
async fn a_creation_that_was_given_up_is_tried_again_by_whoever_joins(app: TestApp) {
    let (_, mentee, id) = app.pair_with_session(NOW).await;
    app.media.fail_always(Some(down()));
    for _ in 0..MAX_ATTEMPTS {
        app.run_jobs().await;
        app.clock.advance(Millis::minutes(7));
    }
    assert_eq!(room_state(&app, id).await, Room::Failed);
    let refused = meetings::access_token(&app.state, &mentee.login, id, Entry::Here).await;
    assert!(matches!(refused, Err(Error::Media(_))), "{refused:?}");
    app.media.fail_always(None);
    meetings::access_token(&app.state, &mentee.login, id, Entry::Here)
        .await
        .expect("a join token");
    assert_eq!(room_state(&app, id).await, Room::Open);
}

#[apply(on_both_engines!)]
async fn join_tokens_are_for_seat_holders_inside_the_window_to_the_millisecond(app: TestApp) {
    let start = NOW + Millis::hours(3);
    let (mentor, mentee, id) = app.pair_with_session(start).await;
    let outsider = app.person("Sam").await;
    let admin = app.admin("Ada").await;
    let (opens, closes) = (start - Millis::minutes(15), start + Millis::hours(2));
    for (now, open) in [
        (Timestamp(opens.0 - 1), false),
        (opens, true),
        (closes, true),
        (Timestamp(closes.0 + 1), false),
    ] {
        app.clock.set(now);
        for person in [&mentor, &mentee] {
            let join_token =
                meetings::access_token(&app.state, &person.login, id, Entry::Here).await;
            assert_eq!(join_token.is_ok(), open, "{now:?} {join_token:?}");
            if let Ok(join_token) = join_token {
                assert!(join_token.expires_at <= closes.max(now + Millis::seconds(1)));
            }
        }
        for person in [&outsider, &admin] {
            assert_eq!(
                refused(meetings::access_token(&app.state, &person.login, id, Entry::Here).await),
                Access::NotYours
            );
        }
    }
}

#[apply(on_both_engines!)]
async fn livekit_is_asked_once_a_minute_or_every_five_seconds_on_rejoin(app: TestApp) {
    let (_, mentee, id) = app.pair_with_session(NOW).await;
    let join = async |rejoin| {
        let entry = if rejoin { Entry::Rejoin } else { Entry::Here };
        meetings::access_token(&app.state, &mentee.login, id, entry)
            .await
            .expect("a join token")
    };
    for (pause, rejoin, asked) in [
        (0, false, 1),
        (59, false, 1),
        (1, false, 2),
        (4, true, 2),
        (1, true, 3),
        (1, true, 3),
    ] {
        app.clock.advance(Millis::seconds(pause));
        join(rejoin).await;
        assert_eq!(
            created(&app),
            asked,
            "after {pause} s more, rejoin {rejoin}"
        );
    }
}

#[apply(on_both_engines!)]
async fn an_ended_room_is_deleted_and_refuses_everybody_with_the_first_reason(app: TestApp) {
    let (mentor, mentee, id) = app.pair_with_session(NOW).await;
    let admin = app.admin("Ada").await;
    meetings::access_token(&app.state, &mentee.login, id, Entry::Here)
        .await
        .expect("a join token");
    assert!(matches!(
        meetings::end_room(&app.state, &mentee.login, id).await,
        Err(Error::Problem(Problem::Forbidden))
    ));
    app.media.fail_always(Some(down()));
    meetings::end_room(&app.state, &mentor.login, id)
        .await
        .expect("ended although LiveKit is down");
    meetings::end_room(&app.state, &admin.login, id)
        .await
        .expect("ending twice is fine");
    let access =
        refused(meetings::access_token(&app.state, &mentee.login, id, Entry::Rejoin).await);
    assert!(
        matches!(
            access,
            Access::Ended {
                reason: EndReason::EndedByMentor,
                ..
            }
        ),
        "{access:?}"
    );
    app.run_jobs().await;
    assert_eq!(
        app.media.rooms().len(),
        1,
        "LiveKit is down and keeps its room for now"
    );
    app.media.fail_always(None);
    app.clock.advance(Millis::minutes(1));
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty());
    let free = app
        .session_of(
            mentor.id(),
            mentee.id(),
            app.state.clock.now(),
            Millis::minutes(10),
        )
        .await;
    assert!(free.is_ok(), "the seats are free again: {free:?}");
}

#[apply(on_both_engines!)]
async fn a_room_that_ends_while_livekit_creates_it_is_deleted_again(app: TestApp) {
    let (mentor, mentee, id) = app.pair_with_session(NOW).await;
    app.media.delay(Duration::from_millis(300));
    let join = meetings::access_token(&app.state, &mentee.login, id, Entry::Here);
    let end = async {
        while created(&app) == 0 {
            tokio::task::yield_now().await;
        }
        meetings::end_room(&app.state, &mentor.login, id).await
    };
    let (join_token, ended) = tokio::join!(join, end);
    ended.expect("ended");
    assert!(matches!(refused(join_token), Access::Ended { .. }));
    app.media.delay(Duration::ZERO);
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty(), "{:?}", app.media.rooms());
}

#[apply(on_both_engines!)]
async fn the_window_closes_for_everybody_by_itself(app: TestApp) {
    let (mentor, _, id) = app.pair_with_session(NOW).await;
    meetings::access_token(&app.state, &mentor.login, id, Entry::Here)
        .await
        .expect("a join token");
    app.clock.set(NOW + Millis::hours(2));
    app.run_jobs().await;
    assert_eq!(
        room_state(&app, id).await,
        Room::Open,
        "the last millisecond is inside"
    );
    app.clock.advance(Millis(1));
    app.run_jobs().await;
    assert!(matches!(
        room_state(&app, id).await,
        Room::Ended {
            reason: EndReason::TimeUp,
            by: None,
            ..
        }
    ));
    assert!(app.media.rooms().is_empty());
}

#[apply(on_both_engines!)]
async fn cancelling_frees_the_seats_and_ends_the_room(app: TestApp) {
    let start = NOW + Millis::hours(4);
    let (mentor, mentee, id) = app.pair_with_session(start).await;
    let outsider = app.person("Sam").await;
    assert!(matches!(
        cancel(&app, &outsider, id).await,
        Err(Error::Problem(Problem::NotFound))
    ));
    let view = cancel(&app, &mentee, id).await.expect("cancelled");
    assert!(matches!(
        view.access,
        Access::Cancelled {
            by: Some(domain::session::SeatRole::Mentee)
        }
    ));
    cancel(&app, &mentor, id)
        .await
        .expect("cancelling twice is fine");
    app.session(&mentor, &mentee, start).await;
    app.clock.set(start);
    app.run_jobs().await;
    assert_eq!(
        app.media.rooms().len(),
        1,
        "only the second session has a room"
    );
}

#[apply(on_both_engines!)]
async fn a_booking_needs_an_offered_free_time(app: TestApp) {
    let (mentor, mentee, _) = app.pair_with_session(NOW + Millis::hours(2)).await;
    let other = app.person("Kim").await;
    let book = async |who: &Person, starts_at, title: &str| {
        let request = sessions::BookRequest {
            mentor: mentor.id(),
            starts_at,
            minutes: None,
            idempotency_key: None,
        };
        sessions::book(&app.state, &who.login, request, details(title)).await
    };
    assert!(matches!(
        book(&other, NOW + Millis::hours(2), "Taken").await,
        Err(Error::Problem(Problem::Conflict(_)))
    ));
    for (starts_at, field) in [
        (NOW + Millis::minutes(90), "startsAt"),
        (NOW - Millis::hours(1), "startsAt"),
        (NOW + Millis::days(90), "startsAt"),
    ] {
        match book(&other, starts_at, "Wrong").await {
            Err(Error::Problem(problem)) => {
                assert!(problem.for_field(field).is_some(), "{problem:?}")
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(
        book(&mentor, NOW + Millis::hours(3), "Myself")
            .await
            .is_err()
    );
    assert!(book(&mentee, NOW + Millis::hours(3), " ").await.is_err());
    book(&mentee, NOW + Millis::hours(3), "Next")
        .await
        .expect("booked");
    let slots = sessions::slots(&app.state, &other.login, mentor.id(), None, None)
        .await
        .expect("slots");
    assert!(slots.iter().all(|s| {
        s.starts_at != NOW + Millis::hours(2) && s.starts_at != NOW + Millis::hours(3)
    }));
    assert_eq!(
        (slots[0].yours.zone.as_str(), &slots[0].theirs),
        ("UTC", &None)
    );
}

#[apply(on_both_engines!)]
async fn a_click_repeated_at_once_books_once(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let request = sessions::BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::hours(2),
        minutes: None,
        idempotency_key: Some("key-1".to_owned()),
    };
    let click = || {
        let (state, login, request) = (app.state.clone(), mentee.login.clone(), request.clone());
        tokio::spawn(async move { sessions::book(&state, &login, request, details("Twice")).await })
    };
    let clicks: Vec<_> = (0..8).map(|_| click()).collect();
    let mut made = Vec::new();
    for click in clicks {
        made.push(click.await.expect("no panic").expect("answered"));
    }
    assert!(made.iter().all(|b| b.session.id == made[0].session.id));
    assert_eq!(made.iter().filter(|b| b.created).count(), 1);
    let waiting = store::jobs::waiting(app.state.db.read(), made[0].session.id)
        .await
        .expect("readable");
    // An email to each, and three reminders for each, of which the first is too late.
    let emails = waiting.iter().filter(|kind| *kind == "send_email").count();
    assert_eq!(
        (emails, &waiting[..2]),
        (
            6,
            &["close_window".to_owned(), "create_room".to_owned()][..]
        )
    );
}

#[apply(on_both_engines!)]
async fn a_job_whose_worker_died_runs_again_after_its_lease(app: TestApp) {
    let (.., id) = app.pair_with_session(NOW).await;
    let now = app.state.clock.now();
    let lease = now + Millis::seconds(60);
    let claimed = app
        .state
        .db
        .write(|txn| {
            async move {
                store::jobs::claim(txn, &store::jobs::Kinds::All, "dead", now, lease, 10).await
            }
            .scope_boxed()
        })
        .await
        .expect("claimed");
    assert_eq!(claimed.len(), 3, "the room and two emails");
    assert_eq!(app.run_jobs().await, 0, "somebody else holds it");
    app.clock.set(lease + Millis(1));
    assert_eq!(app.run_jobs().await, 3);
    assert_eq!(room_state(&app, id).await, Room::Open);
}

#[apply(on_both_engines!)]
async fn a_session_that_is_only_asked_for_has_no_meeting_to_end(app: TestApp) {
    let (mentor, _, id) = app.pair_with_session(NOW).await;
    app.test_db
        .sql("UPDATE sessions SET booking = 'requested'", [])
        .await
        .expect("written");
    let refused = meetings::end_room(&app.state, &mentor.login, id).await;
    assert!(
        matches!(refused, Err(Error::Problem(Problem::Conflict(_)))),
        "{refused:?}"
    );
    assert_eq!(room_state(&app, id).await, Room::Scheduled);
    // It is not stuck: the mentor can still answer.
    let change = sessions::SessionChange::Decline {
        reason: String::new(),
    };
    sessions::change(&app.state, &mentor.login, id, change)
        .await
        .expect("declined");
}

#[apply(on_both_engines!)]
async fn whoever_joins_while_the_session_moves_reads_what_is_true_then(app: TestApp) {
    let (mentor, mentee, id) = app.pair_with_session(NOW + Millis::minutes(10)).await;
    app.media.delay(Duration::from_millis(300));
    let join = meetings::access_token(&app.state, &mentee.login, id, Entry::Here);
    let moving = async {
        // LiveKit is asked for the room at this moment.
        while created(&app) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let change = sessions::SessionChange::Reschedule {
            starts_at: NOW + Millis::days(3),
            reason: Some("A cold.".to_owned()),
        };
        sessions::change(&app.state, &mentor.login, id, change).await
    };
    let (joined, moved) = tokio::join!(join, moving);
    moved.expect("moved");
    assert!(matches!(refused(joined), Access::TooEarly { .. }));
    app.media.delay(Duration::ZERO);
    app.run_jobs().await;
    assert!(
        app.media.rooms().is_empty(),
        "the room of the old time is gone"
    );
}
