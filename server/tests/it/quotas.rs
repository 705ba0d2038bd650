//! Nobody takes all of a mentor's times, floods a mailbox, or makes others wait.

use crate::harness::{self, NOW, Person, TestApp, on_both_engines};
use domain::{
    ids::SessionId,
    problem::Problem,
    session::Booking,
    time::{Millis, Timestamp},
};
use futures::future::join_all;
use macro_rules_attribute::apply;
use server::{
    Error,
    config::Limits,
    sessions::{self, BookRequest, BookingForm, SessionChange},
    store::{self, ScopedFutureExt, StoreError, jobs::Kinds},
};

async fn strict(app: TestApp, set: fn(&mut Limits)) -> TestApp {
    let mut config = harness::config(&app.test_db.url);
    set(&mut config.limits);
    TestApp::with(&app.test_db.url, config).await
}

async fn book(
    app: &TestApp,
    who: &Person,
    mentor: &Person,
    at: Timestamp,
) -> Result<SessionId, Error> {
    let request = BookRequest {
        mentor: mentor.id(),
        starts_at: at,
        minutes: None,
        idempotency_key: None,
    };
    let form = BookingForm {
        title: "A talk".to_owned(),
        ..BookingForm::default()
    };
    let booked = sessions::book(&app.state, &who.login, request, form).await;
    booked.map(|booked| booked.session.id)
}

async fn cancel(app: &TestApp, who: &Person, id: SessionId) -> Result<(), Error> {
    let change = SessionChange::Cancel {
        reason: Some("Sorry.".to_owned()),
    };
    sessions::change(&app.state, &who.login, id, change)
        .await
        .map(drop)
}

fn hours(n: i64) -> Timestamp {
    NOW + Millis::hours(24 + n)
}

#[apply(on_both_engines!)]
async fn a_mentee_has_only_so_many_sessions_ahead_also_when_all_are_booked_at_once(app: TestApp) {
    let app = strict(app, |limits| {
        limits.open_bookings_per_mentee = 5;
        limits.open_bookings_per_pair = 3;
    })
    .await;
    let (maya, grace) = (app.mentor("Maya").await, app.mentor("Grace").await);
    let (leo, noor) = (app.person("Leo").await, app.person("Noor").await);
    let at_once = (0..8).map(|n| book(&app, &leo, &maya, hours(2 * n)));
    let made: Vec<_> = join_all(at_once).await;
    assert_eq!(
        made.iter().filter(|result| result.is_ok()).count(),
        3,
        "{made:?}"
    );
    for n in 0..2 {
        book(&app, &leo, &grace, hours(20 + 2 * n))
            .await
            .expect("with another mentor");
    }
    let refused = book(&app, &leo, &grace, hours(30)).await;
    assert!(
        matches!(refused, Err(Error::Problem(Problem::Conflict(why))) if why.contains("ahead of you"))
    );
    book(&app, &noor, &maya, hours(40))
        .await
        .expect("somebody else");
    // One that is cancelled, or over, makes room.
    let first = made.into_iter().find_map(Result::ok).expect("one");
    cancel(&app, &leo, first).await.expect("cancelled");
    book(&app, &leo, &maya, hours(50))
        .await
        .expect("room again");
}

#[apply(on_both_engines!)]
async fn booking_and_cancelling_in_a_loop_floods_no_mailbox(app: TestApp) {
    let app = strict(app, |limits| {
        limits.bookings_per_hour = 20;
        limits.emails_per_person = 12;
    })
    .await;
    let (maya, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let mut booked = 0;
    for n in 0..40 {
        match book(&app, &leo, &maya, hours(n)).await {
            Ok(id) => {
                booked += 1;
                app.run_jobs().await;
                cancel(&app, &leo, id)
                    .await
                    .expect("cancelling is always possible");
                app.run_jobs().await;
            }
            Err(Error::Problem(Problem::TooMany { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(booked, 20);
    let got = |who: &Person| {
        let all = app.mail.emails();
        all.iter()
            .filter(|email| email.to.to_string() == who.email)
            .count()
    };
    assert_eq!((got(&maya), got(&leo)), (12, 12), "of 40 each");
    // What waits is overtaken; the last word on each session arrives.
    app.clock.advance(Millis::minutes(61));
    app.run_jobs().await;
    assert!(got(&maya) <= 24, "{}", got(&maya));
    let undone = "SELECT count(*) FROM jobs WHERE dead_at IS NOT NULL";
    assert_eq!(app.test_db.number(undone).await, 0, "waiting is no failure");
}

#[apply(on_both_engines!)]
async fn a_session_is_changed_only_so_often_and_can_be_cancelled_all_the_same(app: TestApp) {
    let app = strict(app, |limits| limits.changes_per_session = 3).await;
    let (maya, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let id = book(&app, &leo, &maya, hours(1)).await.expect("booked");
    let mut moved = 0;
    for n in 0..6 {
        let change = SessionChange::Reschedule {
            starts_at: hours(3 + n),
            reason: Some("Better.".to_owned()),
        };
        match sessions::change(&app.state, &leo.login, id, change).await {
            Ok(_) => moved += 1,
            Err(Error::Problem(Problem::TooMany { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(moved, 3);
    cancel(&app, &maya, id).await.expect("cancelled");
    let found = store::sessions::find(app.state.db.read(), id).await;
    let booking = found.expect("readable").expect("there").facts.booking;
    assert!(matches!(booking, Booking::Cancelled { .. }));
}

#[apply(on_both_engines!)]
async fn nobodys_email_waits_behind_somebody_elses_thousand(app: TestApp) {
    let (maya, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let (grace, noor) = (app.mentor("Grace").await, app.person("Noor").await);
    let mut flood = Vec::new();
    for n in 0..30 {
        flood.push(book(&app, &leo, &maya, hours(2 * n)).await.expect("booked"));
    }
    let one = book(&app, &noor, &grace, hours(5)).await.expect("booked");
    let claimed = app.state.db.write(|txn| {
        async move {
            let (kinds, now) = (Kinds::Only(vec!["send_email"]), NOW + Millis(1));
            store::jobs::claim(txn, &kinds, "test", now, now + Millis::minutes(1), 4).await
        }
        .scope_boxed()
    });
    let claimed: Result<_, StoreError> = claimed.await;
    let sessions: Vec<_> = claimed
        .expect("claimed")
        .iter()
        .map(|job| job.session())
        .collect();
    assert_eq!(
        sessions.iter().filter(|id| **id == Some(one)).count(),
        2,
        "one each of four people"
    );
}
