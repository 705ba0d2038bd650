//! Blocking, reporting, suspending, and what mentees are shown of a changed profile.

use crate::harness::{self, HERE, NOW, PASSWORD, Person, TestApp, on_both_engines};
use domain::{
    access::{Access, Entry, SessionFacts},
    audit::AuditAction,
    availability::Interval,
    console::{AdminAction, Tab},
    ids::{RoomName, SessionId, UserId},
    problem::Problem,
    safety::ReportCategory,
    session::{Booking, EndReason, Room},
    time::Millis,
};
use macro_rules_attribute::apply;
use server::{
    Error,
    accounts::{self, SignIn},
    admin, meetings,
    mentors::{self, MentorForm},
    safety::{self, Report},
    sessions::{self, BookRequest, BookingForm, SessionChange},
    store::{self, Part},
};

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

async fn book(
    app: &TestApp,
    who: &Person,
    mentor: &Person,
    hours: i64,
) -> Result<SessionId, Error> {
    let request = BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::hours(hours),
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

async fn free(app: &TestApp, who: &Person, mentor: &Person) -> usize {
    let range = Interval {
        from: NOW,
        to: NOW + Millis::days(3),
    };
    let slots = sessions::slots(&app.state, &who.login, mentor.id(), None, Some(range)).await;
    slots.expect("readable").len()
}

async fn facts(app: &TestApp, id: SessionId) -> SessionFacts {
    let found = store::sessions::find(app.state.db.read(), id).await;
    found.expect("readable").expect("there").facts
}

/// A mentor who confirms each booking by hand.
async fn choosy(app: &TestApp, name: &str) -> Person {
    let mentor = app.mentor(name).await;
    let form = MentorForm {
        headline: "Listens well".to_owned(),
        bio: "Twenty years in the trade.".to_owned(),
        session_minutes: 60,
        questions: String::new(),
        confirms: true,
    };
    mentors::save_profile(&app.state, &mentor.login, form)
        .await
        .expect("saved");
    mentor
}

async fn acts(app: &TestApp) -> Vec<AuditAction> {
    let entries = store::audit::page(app.state.db.read(), None, Part::first(50)).await;
    entries
        .expect("readable")
        .iter()
        .map(|entry| entry.action)
        .collect()
}

#[apply(on_both_engines!)]
async fn to_whoever_is_blocked_every_time_looks_taken_and_nobody_says_why(app: TestApp) {
    let (mentor, leo, noor) = (
        app.mentor("Maya").await,
        app.person("Leo").await,
        app.person("Noor").await,
    );
    let booked = book(&app, &leo, &mentor, 30).await.expect("booked");
    assert!(free(&app, &leo, &mentor).await > 0);
    safety::block(&app.state, &mentor.login, leo.id())
        .await
        .expect("blocked");
    safety::block(&app.state, &mentor.login, leo.id())
        .await
        .expect("twice is fine");
    assert_eq!(free(&app, &leo, &mentor).await, 0);
    assert!(
        free(&app, &noor, &mentor).await > 0,
        "others book as before"
    );
    // The same words as when somebody was faster and nothing is left.
    let refused = refusal(book(&app, &leo, &mentor, 5).await);
    assert_eq!(
        refused,
        Problem::Conflict(
            "That time was just taken, and Maya has no other one in the next two weeks.".to_owned()
        )
    );
    let hold = BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::hours(6),
        minutes: None,
        idempotency_key: None,
    };
    let held = sessions::hold(&app.state, &leo.login, hold).await;
    assert!(matches!(refusal(held), Problem::Conflict(_)));
    // What is booked stays, and cannot be moved, by either.
    assert_eq!(facts(&app, booked).await.booking, Booking::Confirmed);
    for person in [&leo, &mentor] {
        let change = SessionChange::Reschedule {
            starts_at: NOW + Millis::hours(40),
            reason: Some("Better for me.".to_owned()),
        };
        let moved = sessions::change(&app.state, &person.login, booked, change).await;
        assert!(matches!(refusal(moved), Problem::Conflict(_)));
    }
    // Only who did it sees it, and can undo it.
    assert!(
        safety::blocked(&app.state, &leo.login)
            .await
            .expect("readable")
            .is_empty()
    );
    safety::unblock(&app.state, &leo.login, mentor.id())
        .await
        .expect("nothing to do");
    assert_eq!(free(&app, &leo, &mentor).await, 0);
    let listed = safety::blocked(&app.state, &mentor.login)
        .await
        .expect("readable");
    assert_eq!(
        listed.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
        ["Leo"]
    );
    safety::unblock(&app.state, &mentor.login, leo.id())
        .await
        .expect("unblocked");
    book(&app, &leo, &mentor, 5).await.expect("booked again");
    let own = safety::block(&app.state, &leo.login, leo.id()).await;
    assert!(matches!(refusal(own), Problem::Conflict(_)));
    let nobody = safety::block(&app.state, &leo.login, UserId(uuid::Uuid::from_u128(1))).await;
    assert_eq!(refusal(nobody), Problem::NotFound);
}

#[apply(on_both_engines!)]
async fn a_mentee_blocks_a_mentor_too_and_requests_that_wait_end(app: TestApp) {
    let (one, two) = (choosy(&app, "Maya").await, choosy(&app, "Grace").await);
    let leo = app.person("Leo").await;
    let asked_one = book(&app, &leo, &one, 5).await.expect("requested");
    let asked_two = book(&app, &leo, &two, 30).await.expect("requested");
    // The mentor blocks: declined. The mentee blocks: withdrawn. No reason in either.
    safety::block(&app.state, &one.login, leo.id())
        .await
        .expect("blocked");
    safety::block(&app.state, &leo.login, two.id())
        .await
        .expect("blocked");
    assert_eq!(facts(&app, asked_one).await.booking, Booking::Declined);
    assert!(matches!(
        facts(&app, asked_two).await.booking,
        Booking::Cancelled { .. }
    ));
    for (id, person) in [(asked_one, &leo), (asked_two, &two)] {
        let seen = sessions::get(&app.state, &person.login, id)
            .await
            .expect("readable");
        assert_eq!(seen.reason, "");
    }
    for mentor in [&one, &two] {
        assert_eq!(free(&app, &leo, mentor).await, 0);
    }
    let seats = app
        .test_db
        .number("SELECT count(*) FROM session_seats WHERE active")
        .await;
    assert_eq!(seats, 0);
}

#[apply(on_both_engines!)]
async fn a_suspended_person_is_out_everywhere_at_once_and_everybody_concerned_is_told(
    app: TestApp,
) {
    let (mentor, leo) = app.pair().await;
    let administrator = app.admin("Ada").await;
    let running = app.session(&mentor, &leo, NOW).await;
    app.run_jobs().await;
    app.media
        .join(&RoomName::new(running, 1), mentor.id(), NOW)
        .expect("in the room");
    let later = app.session(&mentor, &leo, NOW + Millis::hours(30)).await;
    let over = app.session(&mentor, &leo, NOW - Millis::days(2)).await;
    app.run_jobs().await;
    let before = facts(&app, over).await;
    let suspend = AdminAction::Suspend(mentor.id());
    for nobody in [&leo, &mentor] {
        let refused = admin::perform(&app.state, &nobody.login, suspend).await;
        assert_eq!(refusal(refused), Problem::Forbidden);
    }
    let own = AdminAction::Suspend(administrator.id());
    let own = admin::perform(&app.state, &administrator.login, own).await;
    assert!(matches!(refusal(own), Problem::Conflict(_)));
    admin::perform(&app.state, &administrator.login, suspend)
        .await
        .expect("suspended");

    assert!(
        accounts::current(&app.state, &mentor.token)
            .await
            .expect("readable")
            .is_none()
    );
    let sign_in = async |password: &str| {
        let form = SignIn {
            email: mentor.email.clone(),
            password: password.to_owned(),
        };
        accounts::sign_in(&app.state, form, &HERE, None).await
    };
    assert_eq!(refusal(sign_in(PASSWORD).await), Problem::Suspended);
    assert_eq!(
        refusal(sign_in("a guess").await),
        Problem::WrongCredentials,
        "strangers are not told"
    );
    // Out of the call, and the room is gone.
    assert!(matches!(
        facts(&app, running).await.room,
        Room::Ended {
            reason: EndReason::EndedByAdmin,
            ..
        }
    ));
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty(), "{:?}", app.media.rooms());
    let token = meetings::access_token(&app.state, &mentor.login, running, Entry::Here).await;
    assert!(matches!(
        refusal(token),
        Problem::NoAccess(Access::Ended { .. })
    ));
    // What was to come is cancelled with notice; what is over stays as it was.
    assert!(matches!(
        facts(&app, later).await.booking,
        Booking::Cancelled { .. }
    ));
    assert_eq!(facts(&app, over).await, before);
    let told = app.mail.emails();
    assert!(told.iter().any(|email| email.to.to_string() == leo.email));
    // Nobody sees the profile.
    let list = mentors::list(&app.state, &leo.login)
        .await
        .expect("readable");
    assert!(list.is_empty());
    assert_eq!(
        refusal(book(&app, &leo, &mentor, 50).await),
        Problem::NotFound
    );
    // No link gets them in.
    let kind = domain::account::AccountEmail::SignIn;
    accounts::ask_for_link(&app.state, kind, &mentor.email, &HERE)
        .await
        .expect("the same answer");
    let before = app.mail.emails().len();
    app.run_jobs().await;
    assert_eq!(app.mail.emails().len(), before);

    let again = admin::perform(&app.state, &administrator.login, suspend).await;
    assert!(matches!(refusal(again), Problem::Conflict(_)));
    let reinstate = AdminAction::Reinstate(mentor.id());
    admin::perform(&app.state, &administrator.login, reinstate)
        .await
        .expect("reinstated");
    sign_in(PASSWORD).await.expect("in again");
    assert!(matches!(
        facts(&app, later).await.booking,
        Booking::Cancelled { .. }
    ));
    let acts = acts(&app).await;
    for action in [AuditAction::Suspended, AuditAction::Reinstated] {
        assert_eq!(
            acts.iter().filter(|act| **act == action).count(),
            1,
            "{acts:?}"
        );
    }
}

#[apply(on_both_engines!)]
async fn a_concern_goes_to_admins_with_its_context_and_to_nobody_else(app: TestApp) {
    let (mentor, leo) = app.pair().await;
    let (administrator, stranger) = (app.admin("Ada").await, app.person("Noor").await);
    let id = app.session(&mentor, &leo, NOW).await;
    let concern = |about: &Person, session: Option<SessionId>, words: &str| Report {
        about: about.id(),
        session,
        category: ReportCategory::Harassment,
        words: words.to_owned(),
    };
    // About somebody one has nothing to do with, in a session of others, about oneself.
    for (from, report) in [
        (&stranger, concern(&leo, None, "")),
        (&stranger, concern(&leo, Some(id), "")),
        (&leo, concern(&stranger, Some(id), "")),
        (&leo, concern(&leo, None, "")),
    ] {
        let refused = safety::report(&app.state, &from.login, report).await;
        assert_eq!(refusal(refused), Problem::NotFound);
    }
    let long = concern(&mentor, Some(id), &"x".repeat(2_001));
    let long = safety::report(&app.state, &leo.login, long).await;
    assert!(matches!(refusal(long), Problem::Invalid(_)));
    let words = "He asked for <my> number.\nTwice.";
    let report = concern(&mentor, Some(id), words);
    safety::report(&app.state, &leo.login, report)
        .await
        .expect("reported");
    // A published mentor can be reported by whoever sees the profile.
    let report = concern(&mentor, None, "");
    safety::report(&app.state, &stranger.login, report)
        .await
        .expect("reported");

    let seen = admin::console(&app.state, &administrator.login, Tab::Reports, "", 0).await;
    let seen = seen.expect("readable");
    let entries = &seen.sections[0].entries;
    assert_eq!(entries.len(), 2);
    let with_words = entries
        .iter()
        .find(|entry| entry.session == Some(id))
        .expect("there");
    let text = format!("{:?}", with_words.facts);
    assert!(
        text.contains("Leo") && text.contains("Maya") && text.contains("Twice."),
        "{text}"
    );
    for nobody in [&leo, &mentor] {
        let refused = admin::console(&app.state, &nobody.login, Tab::Reports, "", 0).await;
        assert_eq!(refusal(refused), Problem::Forbidden);
    }
    app.run_jobs().await;
    let told: Vec<String> = app
        .mail
        .emails()
        .iter()
        .map(|email| email.to.to_string())
        .collect();
    assert_eq!(
        told.iter().filter(|to| **to == administrator.email).count(),
        1,
        "once for all"
    );
    let secret =
        |email: &server::mail::Email| String::from_utf8_lossy(&email.bytes).contains("Twice.");
    assert!(
        !app.mail.emails().iter().any(secret),
        "words stay in the console"
    );

    let open = "SELECT count(*) FROM admin_notifications WHERE resolved_at IS NULL";
    let ids: Vec<String> = entries
        .iter()
        .map(|entry| entry.actions[0].id.clone())
        .collect();
    for (n, report) in ids.iter().enumerate() {
        assert_eq!(app.test_db.number(open).await, 1);
        let close = AdminAction::CloseReport(report.parse().expect("an id"));
        admin::perform(&app.state, &administrator.login, close)
            .await
            .expect("closed");
        let again = admin::perform(&app.state, &administrator.login, close).await;
        assert!(matches!(refusal(again), Problem::Conflict(_)), "{n}");
    }
    assert_eq!(
        app.test_db.number(open).await,
        0,
        "settled with the last one"
    );
    for n in 0..12 {
        let report = concern(&mentor, Some(id), &format!("number {n}"));
        let sent = safety::report(&app.state, &leo.login, report).await;
        assert_eq!(sent.is_ok(), n < 9, "{n}: ten in an hour");
    }
}

#[apply(on_both_engines!)]
async fn what_a_published_mentor_changes_waits_while_the_old_text_stays_up(app: TestApp) {
    let mut config = harness::config(&app.test_db.url);
    config.auto_approve_mentors = false;
    let app = TestApp::with(&app.test_db.url, config).await;
    let (mentor, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let administrator = app.admin("Ada").await;
    let form = |headline: &str, bio: &str| MentorForm {
        headline: headline.to_owned(),
        bio: bio.to_owned(),
        session_minutes: 60,
        questions: String::new(),
        confirms: false,
    };
    let shown = async || {
        let list = mentors::list(&app.state, &leo.login)
            .await
            .expect("readable");
        list.into_iter()
            .map(|card| (card.name, card.headline, card.bio))
            .collect::<Vec<_>>()
    };
    // Not published yet: nobody sees it, and changes are just made.
    let save = async |headline: &str, bio: &str| {
        let saved = mentors::save_profile(&app.state, &mentor.login, form(headline, bio)).await;
        saved.expect("saved")
    };
    save("First", "Old text").await;
    assert!(shown().await.is_empty());
    mentors::publish(&app.state, &administrator.login, mentor.id())
        .await
        .expect("published");
    let old = [("Maya".to_owned(), "First".to_owned(), "Old text".to_owned())];
    assert_eq!(shown().await, old);

    let saved = save("Second", "Old text").await;
    assert_eq!(
        saved.revision.expect("waits").headline.as_deref(),
        Some("Second")
    );
    accounts::update_account(&app.state, &mentor.login, "Prize at evil.example", "UTC")
        .await
        .expect("saved");
    assert_eq!(shown().await, old, "the old text stays up");
    let waiting = mentors::pending(&app.state, &administrator.login)
        .await
        .expect("readable");
    let revision = waiting[0].revision.clone().expect("waits");
    assert_eq!(revision.name.as_deref(), Some("Prize at evil.example"));
    assert_eq!(
        (revision.headline.as_deref(), revision.bio),
        (Some("Second"), None)
    );
    for nobody in [&leo, &mentor] {
        for decide in [
            mentors::publish(&app.state, &nobody.login, mentor.id()).await,
            mentors::refuse(&app.state, &nobody.login, mentor.id()).await,
            mentors::unpublish(&app.state, &nobody.login, mentor.id()).await,
        ] {
            assert_eq!(refusal(decide), Problem::Forbidden);
        }
    }
    mentors::refuse(&app.state, &administrator.login, mentor.id())
        .await
        .expect("refused");
    assert_eq!(shown().await, old);
    save("Third", "New text").await;
    mentors::publish(&app.state, &administrator.login, mentor.id())
        .await
        .expect("approved");
    assert_eq!(
        shown().await,
        [("Maya".to_owned(), "Third".to_owned(), "New text".to_owned())]
    );
    // Taking a change back leaves nothing to wait for.
    save("Fourth", "New text").await;
    let back = save("Third", "New text").await;
    assert_eq!(back.revision.and_then(|revision| revision.headline), None);

    mentors::unpublish(&app.state, &administrator.login, mentor.id())
        .await
        .expect("hidden");
    assert!(shown().await.is_empty());
    let twice = mentors::unpublish(&app.state, &administrator.login, mentor.id()).await;
    assert_eq!(refusal(twice), Problem::NotFound);
}
