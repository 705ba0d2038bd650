//! Deleting accounts: the days to think again, what nobody can find afterwards, and what stays.

use crate::harness::{
    HERE, NOW, PASSWORD, Person, TestApp, around_the_clock, config, on_both_engines,
};
use domain::{
    access::{Entry, SessionFacts},
    account::AccountEmail,
    audit::AuditAction,
    availability::{Interval, ScheduleDraft},
    console::{AdminAction, Tab},
    deletion::FORMER_MEMBER,
    ids::{RoomName, SessionId},
    problem::Problem,
    safety::ReportCategory,
    session::{Booking, Room},
    time::Millis,
    views::ListPages,
};
use futures::future::join_all;
use macro_rules_attribute::apply;
use mail_parser::MessageParser;
use sea_orm::{ConnectionTrait, Statement};
use secrecy::ExposeSecret;
use server::{
    Error,
    accounts::{self, SignIn, SignUp},
    admin, calendar, deletion, meetings,
    mentors::{self, MentorForm},
    safety::{self, Report},
    sessions::{self, BookRequest, BookingForm, SessionChange},
    store::{self, Engine, Part},
};

const GRACE: Millis = Millis::days(14);

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

fn is_conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(refusal(result), Problem::Conflict(_))
}

async fn facts(app: &TestApp, id: SessionId) -> SessionFacts {
    let found = store::sessions::find(app.state.db.read(), id).await;
    found.expect("readable").expect("there").facts
}

/// Whether a person's browser is signed in still; who they are then.
async fn again(app: &TestApp, person: &Person) -> Option<Person> {
    let login = accounts::current(&app.state, &person.token).await;
    let login = login.expect("the database answers")?;
    Some(Person {
        login,
        ..person.clone()
    })
}

async fn signed_in(app: &TestApp, email: &str) -> Result<Person, Error> {
    let form = SignIn {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let login = accounts::sign_in(&app.state, form, &HERE, None).await?;
    let token = login.token.expose_secret().to_owned();
    let login = accounts::current(&app.state, &token).await?;
    Ok(Person {
        login: login.expect("the login is good"),
        token,
        email: email.to_owned(),
    })
}

fn asks(mentor: &Person, hours: i64) -> BookRequest {
    BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::hours(hours),
        minutes: None,
        idempotency_key: None,
    }
}

fn talk() -> BookingForm {
    BookingForm {
        title: "A talk".to_owned(),
        ..BookingForm::default()
    }
}

async fn book(app: &TestApp, who: &Person, request: BookRequest) -> Result<SessionId, Error> {
    let booked = sessions::book(&app.state, &who.login, request, talk()).await;
    booked.map(|booked| booked.session.id)
}

/// Subject and text of the emails to an address, oldest first.
async fn inbox(app: &TestApp, to: &str) -> Vec<(String, String)> {
    app.run_jobs().await;
    let read = |email: &server::mail::Email| {
        let message = MessageParser::default()
            .parse(&email.bytes)
            .expect("an email");
        let subject = message.subject().expect("a subject").to_owned();
        (subject, message.body_text(0).expect("a text").into_owned())
    };
    let emails = app.mail.emails();
    let theirs = emails.iter().filter(|email| email.to.to_string() == to);
    theirs.map(read).collect()
}

async fn acts(app: &TestApp, of: AuditAction) -> usize {
    let entries = store::audit::page(app.state.db.read(), None, Part::first(500)).await;
    let entries = entries.expect("readable");
    entries.iter().filter(|entry| entry.action == of).count()
}

/// What an admin reads of an account's state, and the labels of what they can do to it.
async fn console_of(app: &TestApp, admin: &Person, name: &str) -> (String, Vec<String>) {
    let users = admin::console(&app.state, &admin.login, Tab::Users, name, 0).await;
    let users = users.expect("readable");
    let entry = users.sections[0].entries.first().expect("found");
    let state = entry.facts.iter().find(|(name, _)| name == "State");
    let labels = entry.actions.iter().map(|action| action.label.clone());
    (state.expect("shown").1.clone(), labels.collect())
}

#[apply(on_both_engines!)]
async fn whoever_asks_for_it_can_take_it_back_and_everybody_concerned_is_told(app: TestApp) {
    let (mentor, leo) = app.pair().await;
    let other_browser = signed_in(&app, &mentor.email).await.expect("signed in");
    let mentor = again(&app, &mentor).await.expect("signed in");
    let running = app.session(&mentor, &leo, NOW).await;
    let later = app.session(&mentor, &leo, NOW + Millis::hours(30)).await;
    let over = app.session(&mentor, &leo, NOW - Millis::days(2)).await;
    let held = sessions::hold(&app.state, &leo.login, asks(&mentor, 40)).await;
    let held = held.expect("held").session.id;
    calendar::feed_create(&app.state, &mentor.login)
        .await
        .expect("a feed");
    let before = (facts(&app, running).await, facts(&app, over).await);

    // Not without saying who they are.
    app.clock.advance(Millis::minutes(11));
    let refused = refusal(deletion::ask(&app.state, &mentor.login).await);
    assert!(matches!(refused, Problem::Conflict(why) if why.contains("confirm first")));
    accounts::confirm_self(&app.state, &mentor.login, PASSWORD)
        .await
        .expect("it is them");
    let mentor = again(&app, &mentor).await.expect("signed in");
    for _ in 0..2 {
        deletion::ask(&app.state, &mentor.login)
            .await
            .expect("asked; twice is fine");
    }

    // This browser stays signed in, and says until when.
    let mentor = again(&app, &mentor).await.expect("signed in");
    let leaves = mentor.login.me.leaves.clone().expect("a date");
    assert_eq!(leaves.date, "Tue 15 December 2026");
    assert!(again(&app, &other_browser).await.is_none());
    let feed = calendar::feed_since(&app.state, &mentor.login).await;
    assert_eq!(feed.expect("readable"), None);
    // What is to come is off, what has begun goes on, what is over is as it was.
    assert!(matches!(
        facts(&app, later).await.booking,
        Booking::Cancelled { by: Some(by), .. } if by == mentor.id()
    ));
    let after = (facts(&app, running).await, facts(&app, over).await);
    assert_eq!(after, before);
    for person in [&leo, &mentor] {
        let told = inbox(&app, &person.email).await;
        let cancelled = told
            .iter()
            .filter(|(subject, _)| subject.starts_with("Cancelled: "));
        assert_eq!(cancelled.count(), 1, "{told:?}");
    }
    let told = inbox(&app, &mentor.email).await;
    let asked = told
        .iter()
        .filter(|(subject, _)| subject == "Your account at Young Minds will be deleted");
    let asked: Vec<_> = asked.collect();
    assert_eq!(asked.len(), 1, "{told:?}");
    assert!(
        asked[0].1.contains("Tue 15 December 2026"),
        "{}",
        asked[0].1
    );
    assert!(asked[0].1.contains("/auth/signin") && asked[0].1.contains("Keep my account"));

    // Nobody books them, and they book nobody.
    let seen = mentors::list(&app.state, &leo.login).await;
    assert!(seen.expect("readable").is_empty());
    assert_eq!(
        refusal(book(&app, &leo, asks(&mentor, 50)).await),
        Problem::NotFound
    );
    let finish = SessionChange::Finish(talk());
    let finish = sessions::change(&app.state, &leo.login, held, finish).await;
    assert_eq!(refusal(finish), Problem::NotFound);
    let grace = app.mentor("Grace").await;
    assert!(is_conflict(book(&app, &mentor, asks(&grace, 5)).await));
    let hold = sessions::hold(&app.state, &mentor.login, asks(&grace, 5)).await;
    assert!(is_conflict(hold));
    let profile = MentorForm {
        headline: "Not looked at".to_owned(),
        bio: String::new(),
        session_minutes: 60,
        questions: String::new(),
        confirms: false,
    };
    let saved = mentors::save_profile(&app.state, &mentor.login, profile).await;
    assert!(is_conflict(saved));

    // Signing in, they keep it; what was cancelled stays so.
    app.clock.advance(Millis::days(13));
    let back = signed_in(&app, &mentor.email).await.expect("signed in");
    assert!(back.login.me.leaves.is_some());
    for _ in 0..2 {
        deletion::keep(&app.state, &back.login)
            .await
            .expect("kept; twice is fine");
    }
    let back = again(&app, &back).await.expect("signed in");
    assert_eq!(back.login.me.leaves, None);
    let seen = mentors::list(&app.state, &leo.login).await;
    assert_eq!(seen.expect("readable").len(), 2, "the profile is back");
    assert!(matches!(
        facts(&app, later).await.booking,
        Booking::Cancelled { .. }
    ));
    let free = Interval {
        from: app.state.clock.now(),
        to: app.state.clock.now() + Millis::days(3),
    };
    let slots = sessions::slots(&app.state, &leo.login, mentor.id(), None, Some(free)).await;
    assert!(!slots.expect("readable").is_empty());
    app.clock.advance(Millis::days(30));
    app.run_jobs().await;
    signed_in(&app, &mentor.email).await.expect("still there");
    for (act, times) in [
        (AuditAction::DeletionAsked, 1),
        (AuditAction::DeletionKept, 1),
        (AuditAction::AccountDeleted, 0),
    ] {
        assert_eq!(acts(&app, act).await, times, "{act:?}");
    }
}

/// Every text column of every table that says `mark` somewhere, with how many rows do.
async fn places_of(app: &TestApp, mark: &str) -> Vec<(String, i64)> {
    let columns = match app.test_db.db.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS t, p.name AS c FROM sqlite_schema m, pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND p.type = 'TEXT'"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let db = app.test_db.db.read();
    let statement = Statement::from_string(db.get_database_backend(), columns);
    let columns = db.query_all_raw(statement).await.expect("columns");
    assert!(columns.len() > 50, "{}", columns.len());
    let mut places = Vec::new();
    for row in columns {
        let (table, column): (String, String) = (
            row.try_get("", "t").expect("a table"),
            row.try_get("", "c").expect("a column"),
        );
        let sql = format!("SELECT count(*) FROM {table} WHERE lower({column}) LIKE $1");
        let like = format!("%{}%", mark.to_lowercase());
        let rows = app.test_db.number_of(&sql, [like.into()]).await;
        if rows > 0 {
            places.push((format!("{table}.{column}"), rows));
        }
    }
    places
}

/// A person who has written something wherever people can write; all of it says "zebra".
async fn prolific(app: &TestApp, mentor: &Person) -> Person {
    let zoe = app.person("Zoe Zebra").await;
    let form = MentorForm {
        headline: "Zebra headline".to_owned(),
        bio: "Zebra bio".to_owned(),
        session_minutes: 60,
        questions: "Which zebra?".to_owned(),
        confirms: true,
    };
    mentors::save_profile(&app.state, &zoe.login, form)
        .await
        .expect("saved");
    app.test_db
        .sql(
            "UPDATE mentors SET pending_name = 'Zebra', pending_headline = 'Zebra', pending_bio = 'Zebra' WHERE user_id = $1",
            [zoe.id().into()],
        )
        .await
        .expect("a change waits");
    // As a mentee: title, goal, reason.
    let form = BookingForm {
        title: "Zebra title".to_owned(),
        goal: "Zebra goal".to_owned(),
        answers: Vec::new(),
    };
    let booked = sessions::book(&app.state, &zoe.login, asks(mentor, 30), form).await;
    let id = booked.expect("booked").session.id;
    app.run_jobs().await;
    let cancel = SessionChange::Cancel {
        reason: Some("Zebra reason".to_owned()),
    };
    sessions::change(&app.state, &zoe.login, id, cancel)
        .await
        .expect("cancelled");
    app.run_jobs().await;
    // As a mentor: the questions, one more, and why not.
    let schedule = ScheduleDraft {
        hours: around_the_clock(),
        lengths: vec![60],
        ..ScheduleDraft::default()
    };
    mentors::save_schedule(&app.state, &zoe.login, schedule)
        .await
        .expect("saved");
    for (hours, change) in [
        (
            60,
            SessionChange::Ask {
                question: "Zebra question".to_owned(),
            },
        ),
        (
            80,
            SessionChange::Decline {
                reason: "Zebra decline".to_owned(),
            },
        ),
    ] {
        let form = BookingForm {
            title: "Mine".to_owned(),
            goal: String::new(),
            answers: vec!["The striped one".to_owned()],
        };
        let booked = sessions::book(&app.state, &mentor.login, asks(&zoe, hours), form).await;
        let id = booked.expect("requested").session.id;
        sessions::change(&app.state, &zoe.login, id, change)
            .await
            .expect("answered");
    }
    app.run_jobs().await;
    zoe
}

#[apply(on_both_engines!)]
async fn afterwards_nobody_finds_who_they_were_and_what_happened_stays(app: TestApp) {
    let (mentor, stranger) = (app.mentor("Maya").await, app.person("Noor").await);
    let ada = app.admin("Ada").await;
    let zoe = prolific(&app, &mentor).await;
    let past = app.session(&mentor, &zoe, NOW - Millis::days(3)).await;
    app.run_jobs().await;
    // Contested, reported, blocked, in the calendar, in LiveKit's messages, half signed up once more.
    meetings::attendance::dispute(&app.state, &zoe.login, past, "Zebra dispute")
        .await
        .expect("contested");
    for words in ["Zebra closed", "Zebra open"] {
        let report = Report {
            about: mentor.id(),
            session: Some(past),
            category: ReportCategory::Other,
            words: words.to_owned(),
        };
        safety::report(&app.state, &zoe.login, report)
            .await
            .expect("reported");
    }
    app.test_db
        .sql(
            "UPDATE reports SET closed_at = 1 WHERE words = 'Zebra closed'",
            [],
        )
        .await
        .expect("closed");
    safety::block(&app.state, &zoe.login, stranger.id())
        .await
        .expect("blocked");
    calendar::feed_create(&app.state, &zoe.login)
        .await
        .expect("a feed");
    let message = "INSERT INTO webhook_events (id, event, room_name, body, state, received_at) \
                   VALUES ('m', 'participant_joined', $1, '{\"name\":\"Zoe Zebra\"}', 'processed', 1)";
    app.test_db
        .sql(message, [RoomName::new(past, 1).to_string().into()])
        .await
        .expect("a message");
    for sql in [
        "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ('https://x.example', 'zebra', $1, 1)",
        "INSERT INTO authenticators (user_id, secret, on_since) VALUES ($1, 'ZEBRA', 1)",
        "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, '0000000000000000000000000000000000000000000000000000000000000000')",
    ] {
        app.test_db
            .sql(sql, [zoe.id().into()])
            .await
            .expect("inserted");
    }
    let passkey = "INSERT INTO passkeys (id, user_id, credential_id, name, passkey, created_at) VALUES ($2, $1, 'c', 'Zebra phone', '{}', 1)";
    app.test_db
        .sql(passkey, [zoe.id().into(), uuid::Uuid::from_u128(5).into()])
        .await
        .expect("inserted");
    let kind = AccountEmail::SignIn;
    accounts::ask_for_link(&app.state, kind, &zoe.email, &HERE)
        .await
        .expect("asked");
    app.run_jobs().await;
    let before = places_of(&app, "zebra").await;
    assert!(before.len() > 20, "written everywhere: {before:?}");
    let (sessions_before, seats) = (
        app.test_db.number("SELECT count(*) FROM sessions").await,
        app.test_db
            .number("SELECT count(*) FROM session_seats")
            .await,
    );
    let audited = acts(&app, AuditAction::Blocked).await;

    deletion::ask(&app.state, &zoe.login).await.expect("asked");
    app.run_jobs().await;
    app.clock.advance(Millis(GRACE.0 - 1));
    app.run_jobs().await;
    assert!(!places_of(&app, "zebra").await.is_empty(), "not yet");
    app.clock.advance(Millis(1));
    app.run_jobs().await;
    app.run_jobs().await;

    // The open concern is somebody else's safety: it stays until an admin has closed it.
    let left = places_of(&app, "zebra").await;
    assert_eq!(left, [("reports.words".to_owned(), 1)], "{left:?}");
    let emails = inbox(&app, &zoe.email).await;
    let (subject, _) = emails.last().expect("an email");
    assert_eq!(subject, "Your account at Young Minds is deleted");
    assert_eq!(
        emails
            .iter()
            .filter(|(subject, _)| subject.ends_with("is deleted"))
            .count(),
        1
    );
    // What happened stays: sessions, seats, the audit log by id, and that an outcome was contested.
    let count = async |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        app.test_db.number(&sql).await
    };
    assert_eq!(count("sessions").await, sessions_before);
    assert_eq!(count("session_seats").await, seats);
    assert_eq!(acts(&app, AuditAction::Blocked).await, audited);
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 1);
    for table in [
        "passkeys",
        "authenticators",
        "recovery_codes",
        "identities",
        "calendar_feeds",
        "blocks",
    ] {
        assert_eq!(count(table).await, 0, "{table}");
    }
    let seen = sessions::get(&app.state, &mentor.login, past)
        .await
        .expect("still in the mentor's record");
    assert_eq!(seen.mentee.name, FORMER_MEMBER);
    let (state, actions) = console_of(&app, &ada, FORMER_MEMBER).await;
    assert_eq!((state.as_str(), actions.len()), ("Deleted", 0));
    let log = admin::console(&app.state, &ada.login, Tab::Audit, "", 0).await;
    let log = format!("{:?}", log.expect("readable"));
    assert!(log.contains(FORMER_MEMBER) && !log.to_lowercase().contains("zebra"));
    // Nothing of the old account works.
    assert!(again(&app, &zoe).await.is_none());
    assert_eq!(
        refusal(signed_in(&app, &zoe.email).await),
        Problem::WrongCredentials
    );
    let before = app.mail.emails().len();
    accounts::ask_for_link(&app.state, kind, &zoe.email, &HERE)
        .await
        .expect("the same answer");
    app.run_jobs().await;
    assert_eq!(app.mail.emails().len(), before);
}

// T17: whoever has the name and the address later is somebody else.
#[apply(on_both_engines!)]
async fn t17_whoever_signs_up_with_the_address_again_sees_nothing_of_the_account_before(
    app: TestApp,
) {
    let (mentor, leo, past) = app.pair_with_session(NOW - Millis::days(2)).await;
    let later = app.session(&mentor, &leo, NOW + Millis::days(2)).await;
    let feed = calendar::feed_create(&app.state, &leo.login).await;
    let feed = feed.expect("a feed");
    deletion::delete_by_address(&app.state, &leo.email)
        .await
        .expect("deleted at once");
    app.run_jobs().await;
    let form = SignUp {
        name: "Leo".to_owned(),
        email: leo.email.clone(),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
    };
    let new = accounts::create(&app.state, form, false).await;
    let new = new.expect("the address is free again");
    assert_ne!(new, leo.id());
    let new = signed_in(&app, &leo.email).await.expect("signed in");
    for id in [past, later] {
        let seen = sessions::get(&app.state, &new.login, id).await;
        assert_eq!(refusal(seen), Problem::NotFound);
        let file = calendar::download(&app.state, &new.login, id).await;
        assert_eq!(refusal(file), Problem::NotFound);
    }
    let mine = sessions::mine(&app.state, &new.login, ListPages::default()).await;
    let mine = mine.expect("readable");
    assert!(mine.upcoming.is_empty() && mine.past.is_empty());
    let token = feed
        .rsplit('/')
        .next()
        .and_then(|file| file.strip_suffix(".ics"));
    let old_feed = calendar::feed_by_token(&app.state, token.expect("a token")).await;
    assert_eq!(refusal(old_feed), Problem::NotFound);
    // Once more, and a third time: nothing collides.
    for _ in 0..2 {
        deletion::delete_by_address(&app.state, &leo.email)
            .await
            .expect("deleted");
        let form = SignUp {
            name: "Leo".to_owned(),
            email: leo.email.clone(),
            password: PASSWORD.to_owned(),
            time_zone: "UTC".to_owned(),
        };
        accounts::create(&app.state, form, false)
            .await
            .expect("free again");
    }
}

// T09: every login ends at once, the call with it, and no token is minted any more.
#[apply(on_both_engines!)]
async fn t09_a_deleted_account_is_out_of_every_browser_and_call_at_once(app: TestApp) {
    let (mentor, leo, id) = app.pair_with_session(NOW).await;
    let phone = signed_in(&app, &leo.email).await.expect("signed in");
    // Another process, which has seen both logins a moment ago.
    let other = TestApp::with(&app.test_db.url, config(&app.test_db.url)).await;
    app.run_jobs().await;
    for person in [&leo, &phone] {
        assert!(again(&app, person).await.is_some() && again(&other, person).await.is_some());
    }
    let room = RoomName::new(id, 1);
    app.media.join(&room, leo.id(), NOW).expect("inside");
    deletion::delete_by_address(&app.state, &leo.email)
        .await
        .expect("deleted");
    for person in [&leo, &phone] {
        assert!(again(&app, person).await.is_none());
        // A SQLite file has one process.
        if app.test_db.db.engine() == Engine::Postgres {
            assert!(again(&other, person).await.is_none());
        }
    }
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty(), "{:?}", app.media.rooms());
    assert!(matches!(facts(&app, id).await.room, Room::Ended { .. }));
    for person in [&leo, &mentor] {
        let token = meetings::access_token(&app.state, &person.login, id, Entry::Here).await;
        assert!(matches!(refusal(token), Problem::NoAccess(_)));
    }
}

#[apply(on_both_engines!)]
async fn other_browsers_lose_their_calls_when_it_is_asked_for(app: TestApp) {
    let (_, leo, id) = app.pair_with_session(NOW).await;
    let phone = signed_in(&app, &leo.email).await.expect("signed in");
    app.run_jobs().await;
    let room = RoomName::new(id, 1);
    app.media
        .join_with(&room, leo.id(), phone.login.login, NOW)
        .expect("inside");
    meetings::reconcile::all(&app.state)
        .await
        .expect("LiveKit answers");
    deletion::ask(&app.state, &leo.login).await.expect("asked");
    app.run_jobs().await;
    assert!(app.media.identities(&room).is_empty());
    // The meeting is not over: they come back with the browser that they have.
    assert!(!matches!(facts(&app, id).await.room, Room::Ended { .. }));
    meetings::access_token(&app.state, &leo.login, id, Entry::Here)
        .await
        .expect("a token");
}

#[apply(on_both_engines!)]
async fn the_last_admin_stays_and_of_two_at_the_same_moment_one_does(app: TestApp) {
    let ada = app.admin("Ada").await;
    assert!(is_conflict(deletion::ask(&app.state, &ada.login).await));
    let alone = deletion::delete_by_address(&app.state, &ada.email).await;
    assert!(is_conflict(alone));
    let grace = app.admin("Grace").await;
    let both = join_all([&ada, &grace].map(|admin| deletion::ask(&app.state, &admin.login))).await;
    assert_eq!(
        both.iter().filter(|asked| asked.is_ok()).count(),
        1,
        "{both:?}"
    );
    app.clock.advance(GRACE);
    app.run_jobs().await;
    let left = "SELECT count(*) FROM users WHERE is_admin AND anonymised_at IS NULL";
    assert_eq!(app.test_db.number(left).await, 1);
}

#[apply(on_both_engines!)]
async fn admins_delete_and_keep_accounts_of_others_and_nobody_else_does(app: TestApp) {
    let (mentor, leo) = app.pair().await;
    let ada = app.admin("Ada").await;
    let later = app.session(&mentor, &leo, NOW + Millis::hours(30)).await;
    let (delete, keep) = (
        AdminAction::DeleteAccount(leo.id()),
        AdminAction::KeepAccount(leo.id()),
    );
    for nobody in [&leo, &mentor] {
        for action in [delete, keep] {
            let refused = admin::perform(&app.state, &nobody.login, action).await;
            assert_eq!(refusal(refused), Problem::Forbidden);
        }
    }
    let own = AdminAction::DeleteAccount(ada.id());
    assert!(is_conflict(
        admin::perform(&app.state, &ada.login, own).await
    ));
    assert!(is_conflict(
        admin::perform(&app.state, &ada.login, keep).await
    ));
    let (_, actions) = console_of(&app, &ada, "Leo").await;
    assert!(actions.contains(&"Delete".to_owned()) && !actions.contains(&"Keep".to_owned()));
    admin::perform(&app.state, &ada.login, delete)
        .await
        .expect("asked");
    assert!(is_conflict(
        admin::perform(&app.state, &ada.login, delete).await
    ));
    assert!(again(&app, &leo).await.is_none());
    assert!(matches!(
        facts(&app, later).await.booking,
        Booking::Cancelled { by: Some(by), .. } if by == ada.id()
    ));
    let (state, actions) = console_of(&app, &ada, "Leo").await;
    assert!(state.contains("to be deleted"), "{state}");
    assert!(actions.contains(&"Keep".to_owned()) && !actions.contains(&"Delete".to_owned()));
    let told = inbox(&app, &leo.email).await;
    assert!(
        told.iter()
            .any(|(subject, _)| subject.ends_with("will be deleted"))
    );
    admin::perform(&app.state, &ada.login, keep)
        .await
        .expect("kept");
    signed_in(&app, &leo.email).await.expect("signed in");
    let nobody = AdminAction::DeleteAccount(domain::ids::UserId(uuid::Uuid::from_u128(9)));
    let nobody = admin::perform(&app.state, &ada.login, nobody).await;
    assert_eq!(refusal(nobody), Problem::NotFound);
    // From the command line, too.
    deletion::ask_by_address(&app.state, &leo.email)
        .await
        .expect("asked");
    let unknown = deletion::ask_by_address(&app.state, "nobody@example.org").await;
    assert_eq!(refusal(unknown), Problem::NotFound);
    app.clock.advance(GRACE);
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 1);
    assert!(is_conflict(
        admin::perform(&app.state, &ada.login, keep).await
    ));
    let gone = admin::perform(&app.state, &ada.login, delete).await;
    assert_eq!(refusal(gone), Problem::NotFound);
}

#[apply(on_both_engines!)]
async fn nobody_hides_from_a_suspension_by_asking_to_be_deleted(app: TestApp) {
    let (ada, leo, noor) = (
        app.admin("Ada").await,
        app.person("Leo").await,
        app.person("Noor").await,
    );
    let acts_on = async |action| {
        let done = admin::perform(&app.state, &ada.login, action).await;
        done.expect("done");
    };
    for person in [&leo, &noor] {
        deletion::ask(&app.state, &person.login)
            .await
            .expect("asked");
        acts_on(AdminAction::Suspend(person.id())).await;
    }
    app.clock.advance(GRACE);
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 0, "held");
    let (state, actions) = console_of(&app, &ada, "Leo").await;
    assert!(state.contains("waits for an admin"), "{state}");
    for label in ["Delete", "Keep", "Reinstate"] {
        assert!(actions.contains(&label.to_owned()), "{actions:?}");
    }
    let open = "SELECT count(*) FROM admin_notifications WHERE kind = 'held_deletions' AND resolved_at IS NULL";
    assert_eq!(app.test_db.number(open).await, 1);
    let told = inbox(&app, &ada.email).await;
    assert_eq!(told.len(), 1, "one for both: {told:?}");

    // Reinstated, Leo has the whole time once more; Noor is deleted all the same.
    acts_on(AdminAction::Reinstate(leo.id())).await;
    acts_on(AdminAction::DeleteAccount(noor.id())).await;
    assert_eq!(app.test_db.number(open).await, 0, "decided");
    app.clock.advance(Millis(GRACE.0 - 1));
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 0);
    let back = signed_in(&app, &leo.email).await.expect("signed in");
    deletion::keep(&app.state, &back.login).await.expect("kept");
    app.clock.advance(Millis(1));
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 1);
    assert!(again(&app, &back).await.is_some());
}

#[apply(on_both_engines!)]
async fn asked_for_anew_it_takes_the_whole_time_anew(app: TestApp) {
    let leo = app.person("Leo").await;
    deletion::ask(&app.state, &leo.login).await.expect("asked");
    app.clock.advance(Millis::days(10));
    let leo = signed_in(&app, &leo.email).await.expect("signed in");
    deletion::keep(&app.state, &leo.login).await.expect("kept");
    deletion::ask(&app.state, &leo.login).await.expect("asked");
    // The first job is due, and finds nothing to do.
    app.clock.advance(Millis::days(4));
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 0);
    app.clock.advance(Millis::days(10));
    app.run_jobs().await;
    assert_eq!(acts(&app, AuditAction::AccountDeleted).await, 1);
    let mails = inbox(&app, &leo.email).await;
    let done = mails
        .iter()
        .filter(|(subject, _)| subject.ends_with("is deleted"));
    assert_eq!(done.count(), 1);
}

#[apply(on_both_engines!)]
async fn asking_and_taking_it_back_in_a_loop_ends_after_three(app: TestApp) {
    let leo = app.person("Leo").await;
    let ask = async || deletion::ask(&app.state, &leo.login).await;
    for _ in 0..3 {
        ask().await.expect("asked");
        // Pressed twice: nothing more, and not counted.
        ask().await.expect("asked already");
        deletion::keep(&app.state, &leo.login).await.expect("kept");
    }
    let refused = refusal(ask().await);
    assert!(matches!(refused, Problem::TooMany { .. }), "{refused:?}");
    assert_eq!(acts(&app, AuditAction::DeletionAsked).await, 3);
}

#[apply(on_both_engines!)]
async fn a_booking_at_the_same_moment_does_not_outlive_the_request(app: TestApp) {
    let mentor = app.mentor("Maya").await;
    let mut mentees = Vec::new();
    for name in ["Leo", "Noor", "Rosa", "Theo"] {
        mentees.push(app.person(name).await);
    }
    let bookings = mentees.iter().enumerate().map(|(n, mentee)| {
        let request = asks(&mentor, 5 + i64::try_from(n).expect("small"));
        book(&app, mentee, request)
    });
    let (booked, asked) =
        futures::future::join(join_all(bookings), deletion::ask(&app.state, &mentor.login)).await;
    asked.expect("asked");
    for refused in booked.into_iter().filter_map(Result::err) {
        assert!(
            matches!(
                refused,
                Error::Problem(Problem::Conflict(_) | Problem::NotFound)
            ),
            "{refused:?}"
        );
    }
    let ahead = "SELECT count(*) FROM sessions WHERE booking IN ('held', 'requested', 'confirmed')";
    assert_eq!(app.test_db.number(ahead).await, 0);
    let seats = "SELECT count(*) FROM session_seats WHERE active";
    assert_eq!(app.test_db.number(seats).await, 0);
}

#[apply(on_both_engines!)]
async fn what_happens_to_accounts_is_in_the_log_and_a_loop_does_not_fill_it(app: TestApp) {
    let (leo, ada) = (app.person("Leo").await, app.admin("Ada").await);
    let sign_in = async |email: &str, password: &str| {
        let form = SignIn {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        accounts::sign_in(&app.state, form, &HERE, None).await
    };
    for _ in 0..3 {
        let refused = sign_in(&leo.email, "a wrong password").await;
        assert_eq!(refusal(refused), Problem::WrongCredentials);
        let refused = sign_in("nobody@example.org", "a wrong password").await;
        assert_eq!(refusal(refused), Problem::WrongCredentials);
        sign_in(&leo.email, PASSWORD).await.expect("signed in");
    }
    app.clock.advance(Millis::hours(1));
    let refused = sign_in(&leo.email, "a wrong password").await;
    assert_eq!(refusal(refused), Problem::WrongCredentials);
    let entries = store::audit::page(app.state.db.read(), None, Part::first(50)).await;
    let mut entries: Vec<_> = entries
        .expect("readable")
        .into_iter()
        .map(|entry| (entry.action, entry.detail, entry.subject, entry.times))
        .collect();
    entries.sort_by_key(|(action, detail, _, times)| (action.as_str(), detail.clone(), *times));
    let (id, refused) = (Some(leo.id()), AuditAction::SignInRefused);
    let wrong = |times| (refused, "wrong password".to_owned(), id, times);
    assert_eq!(
        entries,
        [
            (refused, "unknown address".to_owned(), None, 3),
            wrong(1),
            wrong(3),
            (AuditAction::SignedIn, "with a password".to_owned(), id, 3),
        ]
    );
    let log = admin::console(&app.state, &ada.login, Tab::Audit, "", 0).await;
    let log = format!("{:?}", log.expect("readable"));
    assert!(log.contains("Times within the hour") && !log.contains("example.org"));
    // Suspended, and signed out.
    accounts::sign_out(&app.state, &leo.login)
        .await
        .expect("out");
    let suspend = AdminAction::Suspend(leo.id());
    admin::perform(&app.state, &ada.login, suspend)
        .await
        .expect("suspended");
    assert_eq!(
        refusal(sign_in(&leo.email, PASSWORD).await),
        Problem::Suspended
    );
    let entries = store::audit::page(app.state.db.read(), None, Part::first(50)).await;
    let entries = entries.expect("readable");
    for (action, detail) in [
        (AuditAction::EndedLogins, "signed out"),
        (AuditAction::SignInRefused, "suspended"),
        (AuditAction::Suspended, ""),
    ] {
        let is_it = |entry: &&store::audit::AuditEntry| {
            entry.action == action && entry.detail == detail && entry.subject == id
        };
        assert_eq!(entries.iter().filter(is_it).count(), 1, "{action:?}");
    }
}
