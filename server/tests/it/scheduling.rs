//! Booking, moving and calling off: what people are told, and that no two sessions of one person ever overlap.

use crate::{
    harness::{self, NOW, Person, TestApp, on_both_engines, on_sqlite},
    rooms::{cancel, details},
};
use domain::{
    availability::{DAY_MIN, ScheduleDraft, WeeklyHours},
    booking::{ChangeKind, HOLD},
    ids::SessionId,
    problem::Problem,
    session::{Booking, Room},
    time::{Millis, Timestamp},
    views::{ListPages, SessionView},
};
use macro_rules_attribute::apply;
use rand::{Rng, SeedableRng, rngs::StdRng};
use server::{
    Error,
    mentors::{self, MentorForm},
    sessions::{self, BookRequest, Booked, SessionChange},
};
use tokio::task::JoinSet;

fn at(hours: i64) -> Timestamp {
    NOW + Millis::hours(hours)
}

fn asks(mentor: &Person, starts_at: Timestamp) -> BookRequest {
    BookRequest {
        mentor: mentor.id(),
        starts_at,
        minutes: None,
        idempotency_key: None,
    }
}

async fn hold(
    app: &TestApp,
    who: &Person,
    mentor: &Person,
    starts_at: Timestamp,
) -> Result<Booked, Error> {
    sessions::hold(&app.state, &who.login, asks(mentor, starts_at)).await
}

async fn book(
    app: &TestApp,
    who: &Person,
    mentor: &Person,
    starts_at: Timestamp,
) -> Result<Booked, Error> {
    sessions::book(
        &app.state,
        &who.login,
        asks(mentor, starts_at),
        details("Next steps"),
    )
    .await
}

async fn change(
    app: &TestApp,
    who: &Person,
    id: SessionId,
    change: SessionChange,
) -> Result<SessionView, Error> {
    sessions::change(&app.state, &who.login, id, change).await
}

fn moved(starts_at: Timestamp) -> SessionChange {
    SessionChange::Reschedule {
        starts_at,
        reason: Some("A train.".to_owned()),
    }
}

/// Which free times somebody sees.
async fn free(app: &TestApp, who: &Person, mentor: &Person) -> Vec<Timestamp> {
    let slots = sessions::slots(&app.state, &who.login, mentor.id(), None, None)
        .await
        .expect("slots");
    slots.into_iter().map(|slot| slot.starts_at).collect()
}

async fn schedule(app: &TestApp, mentor: &Person, change: impl FnOnce(&mut ScheduleDraft)) {
    let profile = mentors::profile(&app.state, &mentor.login)
        .await
        .expect("readable");
    let mut draft = profile.expect("a mentor").schedule;
    change(&mut draft);
    mentors::save_schedule(&app.state, &mentor.login, draft)
        .await
        .expect("saved");
}

/// This mentor answers every request by hand and asks one question.
async fn confirms_by_hand(app: &TestApp, mentor: &Person) {
    let form = MentorForm {
        headline: "Listens well".to_owned(),
        bio: String::new(),
        session_minutes: 60,
        questions: "Where do you work?".to_owned(),
        confirms: true,
    };
    mentors::save_profile(&app.state, &mentor.login, form)
        .await
        .expect("saved");
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Problem(Problem::Conflict(words))) => words,
        other => panic!("not a conflict: {other:?}"),
    }
}

#[track_caller]
fn field<T: std::fmt::Debug>(result: Result<T, Error>, name: &str) -> String {
    match &result {
        Err(Error::Problem(problem)) => problem
            .for_field(name)
            .map(ToOwned::to_owned)
            .unwrap_or_else(|| panic!("{problem:?}")),
        other => panic!("not refused: {other:?}"),
    }
}

/// Pairs of one person's active seats that overlap: the rule that must hold whatever happens.
const OVERLAPS: &str = "SELECT count(*) FROM session_seats a JOIN session_seats b ON a.user_id = b.user_id AND a.id <> b.id \
    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.active = TRUE AND b.active = TRUE";
/// Sessions that take place without a waiting job that makes their room, or with more than one.
const ROOMLESS: &str = "SELECT count(*) FROM sessions s WHERE s.booking = 'confirmed' AND s.room <> 'ended' AND 1 <> (SELECT count(*) \
    FROM jobs j WHERE j.session_id = s.id AND j.kind = 'create_room' AND j.dead_at IS NULL AND j.done_at IS NULL)";
/// Sessions that do not take place and still hold a seat.
const SEATED: &str = "SELECT count(*) FROM session_seats t JOIN sessions s ON s.id = t.session_id \
    WHERE t.active = TRUE AND s.booking IN ('cancelled', 'declined')";
/// Sessions that may take place without both seats.
const UNSEATED: &str = "SELECT count(*) FROM sessions s WHERE s.booking IN ('held', 'requested', 'confirmed') AND s.room <> 'ended' \
    AND 2 <> (SELECT count(*) FROM session_seats t WHERE t.session_id = s.id AND t.active = TRUE)";

async fn assert_sound(app: &TestApp) {
    for rule in [OVERLAPS, ROOMLESS, SEATED, UNSEATED] {
        assert_eq!(app.test_db.number(rule).await, 0, "{rule}");
    }
}

#[apply(on_both_engines!)]
async fn a_held_time_is_nobody_elses_until_it_runs_out(app: TestApp) {
    let (mentor, leo, kim) = (
        app.mentor("Maya").await,
        app.person("Leo").await,
        app.person("Kim").await,
    );
    let held = hold(&app, &leo, &mentor, at(2))
        .await
        .expect("held")
        .session;
    assert_eq!(
        (held.booking, held.held_until),
        (Booking::Held, Some(NOW + HOLD))
    );
    assert!(!free(&app, &kim, &mentor).await.contains(&at(2)));
    let words = conflict(book(&app, &kim, &mentor, at(2)).await);
    assert!(
        words.contains("The next free one with Maya is Tue 1 December 2026, 13:00."),
        "{words}"
    );
    assert!(
        sessions::mine(&app.state, &mentor.login, ListPages::default())
            .await
            .expect("list")
            .upcoming
            .is_empty()
    );

    app.clock.set(NOW + HOLD);
    assert!(
        free(&app, &kim, &mentor).await.contains(&at(2)),
        "free to the millisecond"
    );
    let late = conflict(change(&app, &leo, held.id, SessionChange::Finish(details("Late"))).await);
    assert!(late.contains("free again"), "{late}");
    book(&app, &kim, &mentor, at(2)).await.expect("booked");
    assert!(matches!(
        sessions::get(&app.state, &leo.login, held.id).await,
        Err(Error::Problem(Problem::NotFound))
    ));
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn choosing_another_time_gives_the_first_one_back(app: TestApp) {
    let (mentor, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let first = hold(&app, &leo, &mentor, at(2))
        .await
        .expect("held")
        .session
        .id;
    let second = hold(&app, &leo, &mentor, at(3))
        .await
        .expect("held")
        .session
        .id;
    assert!(
        free(&app, &app.person("Kim").await, &mentor)
            .await
            .contains(&at(2))
    );
    assert!(sessions::get(&app.state, &leo.login, first).await.is_err());
    let booked = change(&app, &leo, second, SessionChange::Finish(details("Go")))
        .await
        .expect("booked");
    assert_eq!(
        (booked.booking, booked.title.as_str(), booked.held_until),
        (Booking::Confirmed, "Go", None)
    );
    change(&app, &leo, second, SessionChange::Finish(details("Go")))
        .await
        .expect("pressing twice is fine");
    sessions::release(&app.state, &leo.login)
        .await
        .expect("nothing to give back");
    app.clock.set(at(3));
    app.run_jobs().await;
    assert_eq!(app.media.rooms().len(), 1);
}

#[apply(on_both_engines!)]
async fn a_request_is_asked_about_and_answered(app: TestApp) {
    let (mentor, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    confirms_by_hand(&app, &mentor).await;
    let form = sessions::BookingForm {
        title: "First".to_owned(),
        goal: "A plan".to_owned(),
        answers: vec!["At home".to_owned()],
    };
    let id = sessions::book(&app.state, &leo.login, asks(&mentor, at(30)), form)
        .await
        .expect("requested")
        .session
        .id;
    assert!(matches!(
        change(&app, &leo, id, SessionChange::Confirm).await,
        Err(Error::Problem(Problem::Forbidden))
    ));
    let question = SessionChange::Ask {
        question: "Which language?".to_owned(),
    };
    assert!(
        change(&app, &mentor, id, question)
            .await
            .expect("asked")
            .asked
            .is_some()
    );
    let empty = SessionChange::Answer {
        answer: " ".to_owned(),
    };
    field(change(&app, &leo, id, empty).await, "answer");
    let told = change(
        &app,
        &leo,
        id,
        SessionChange::Answer {
            answer: "Rust".to_owned(),
        },
    )
    .await
    .expect("told");
    assert_eq!(
        (
            told.asked.as_deref(),
            told.answers.len(),
            told.goal.as_str()
        ),
        (None, 2, "A plan")
    );
    let confirmed = change(&app, &mentor, id, SessionChange::Confirm)
        .await
        .expect("confirmed");
    change(&app, &mentor, id, SessionChange::Confirm)
        .await
        .expect("twice is fine");
    assert_eq!(confirmed.booking, Booking::Confirmed);
    let kinds: Vec<_> = confirmed.history.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            ChangeKind::Requested,
            ChangeKind::Asked,
            ChangeKind::Answered,
            ChangeKind::Confirmed
        ]
    );
    assert_sound(&app).await;

    let other = book(&app, &leo, &mentor, at(32))
        .await
        .expect("requested")
        .session
        .id;
    let no = SessionChange::Decline {
        reason: "On holiday.".to_owned(),
    };
    let declined = change(&app, &mentor, other, no).await.expect("declined");
    assert_eq!(
        (declined.booking, declined.reason.as_str()),
        (Booking::Declined, "On holiday.")
    );
    assert!(free(&app, &leo, &mentor).await.contains(&at(32)));
    conflict(change(&app, &mentor, other, SessionChange::Confirm).await);
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn a_moved_session_keeps_its_id_and_address_and_opens_at_the_new_time(app: TestApp) {
    let (mentor, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    let session = book(&app, &leo, &mentor, at(2))
        .await
        .expect("booked")
        .session;
    let reasonless = SessionChange::Reschedule {
        starts_at: at(5),
        reason: Some(" ".to_owned()),
    };
    field(change(&app, &leo, session.id, reasonless).await, "reason");
    let later = change(&app, &leo, session.id, moved(at(5)))
        .await
        .expect("moved");
    assert_eq!(
        (later.scheduled_at, &later.meeting_url),
        (at(5), &session.meeting_url)
    );
    let happened = later.history.last().expect("a history");
    assert_eq!(
        (happened.kind, happened.note.as_str()),
        (ChangeKind::Rescheduled, "A train.")
    );
    assert_eq!(
        happened.previous.as_ref().map(|label| label.time.as_str()),
        Some("12:00")
    );
    assert!(free(&app, &leo, &mentor).await.contains(&at(2)));
    assert_sound(&app).await;

    // Half an hour later would overlap its own old time, which is no obstacle.
    app.clock.set(at(2));
    app.run_jobs().await;
    assert!(
        app.media.rooms().is_empty(),
        "the old window's jobs are gone"
    );
    app.clock.set(at(5) - Millis::minutes(15));
    app.run_jobs().await;
    assert_eq!(app.media.rooms().len(), 1);

    // The room stands open: whoever is inside is shown out, and the new time has a room of its own.
    let last = change(&app, &mentor, session.id, moved(at(8)))
        .await
        .expect("moved by the mentor");
    assert_eq!(
        (last.booking, last.room),
        (Booking::Confirmed, Room::Scheduled)
    );
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty());
    app.clock.set(at(8));
    app.run_jobs().await;
    let names: Vec<_> = app
        .media
        .rooms()
        .into_iter()
        .map(|name| name.to_string())
        .collect();
    assert_eq!(names, [format!("session-{}-2", session.id)]);
}

#[apply(on_both_engines!)]
async fn a_mentees_move_asks_a_mentor_who_confirms_by_hand_again(app: TestApp) {
    let (mentor, leo) = (app.mentor("Maya").await, app.person("Leo").await);
    confirms_by_hand(&app, &mentor).await;
    let id = book(&app, &leo, &mentor, at(30))
        .await
        .expect("requested")
        .session
        .id;
    change(&app, &mentor, id, SessionChange::Confirm)
        .await
        .expect("confirmed");
    let asked = change(&app, &leo, id, moved(at(31))).await.expect("moved");
    assert_eq!(asked.booking, Booking::Requested);
    assert_eq!(
        app.test_db
            .number("SELECT count(*) FROM jobs WHERE kind = 'create_room'")
            .await,
        0
    );
    change(&app, &mentor, id, SessionChange::Confirm)
        .await
        .expect("confirmed");
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn what_is_offered_decides_what_can_be_booked(app: TestApp) {
    let (mentor, leo, kim) = (
        app.mentor("Maya").await,
        app.person("Leo").await,
        app.person("Kim").await,
    );
    schedule(&app, &mentor, |schedule| {
        schedule.min_notice = 180;
        schedule.booking_window = 2;
        schedule.lengths = vec![30, 60];
        schedule.buffer_after = 15;
        schedule.max_per_day = Some(2);
    })
    .await;
    assert!(field(book(&app, &leo, &mentor, at(2)).await, "startsAt").contains("3 hours' notice"));
    assert!(field(book(&app, &leo, &mentor, at(49)).await, "startsAt").contains("2 days ahead"));
    let short = BookRequest {
        minutes: Some(30),
        ..asks(&mentor, at(4))
    };
    let half = sessions::book(&app.state, &leo.login, short, details("Half"))
        .await
        .expect("booked")
        .session;
    assert_eq!(half.ends_at.since(half.scheduled_at), Millis::minutes(30));
    let odd = BookRequest {
        minutes: Some(45),
        ..asks(&mentor, at(6))
    };
    field(
        sessions::book(&app.state, &leo.login, odd, details("Odd")).await,
        "startsAt",
    );
    // The seat ends at 14:45: half past two is not free any more, three o'clock is.
    let next = BookRequest {
        minutes: Some(30),
        ..asks(&mentor, at(4) + Millis::minutes(30))
    };
    conflict(sessions::book(&app.state, &kim.login, next, details("Close")).await);
    book(&app, &kim, &mentor, at(5)).await.expect("booked");
    assert!(
        field(book(&app, &kim, &mentor, at(7)).await, "startsAt")
            .contains("no more sessions that day")
    );
    schedule(&app, &mentor, |schedule| schedule.paused = true).await;
    assert!(free(&app, &kim, &mentor).await.is_empty());
    field(book(&app, &kim, &mentor, at(20)).await, "startsAt");
    change(&app, &mentor, half.id, moved(at(9)))
        .await
        .expect("mentors move their own sessions all the same");
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn nobody_changes_what_is_not_theirs_or_over(app: TestApp) {
    let (mentor, leo, kim) = (
        app.mentor("Maya").await,
        app.person("Leo").await,
        app.person("Kim").await,
    );
    let id = book(&app, &leo, &mentor, at(2))
        .await
        .expect("booked")
        .session
        .id;
    assert!(matches!(
        change(&app, &kim, id, moved(at(4))).await,
        Err(Error::Problem(Problem::NotFound))
    ));
    assert!(matches!(
        cancel(&app, &kim, id).await,
        Err(Error::Problem(Problem::NotFound))
    ));
    assert!(
        field(
            change(&app, &leo, id, moved(at(2) + Millis::minutes(7))).await,
            "startsAt"
        )
        .contains("does not offer")
    );
    app.clock.set(at(2));
    conflict(change(&app, &leo, id, moved(at(5))).await);
    app.clock.set(at(3));
    assert!(conflict(cancel(&app, &leo, id).await).contains("over"));
}

/// Three servers on one database: their pools and caches are their own.
async fn three_servers(app: &TestApp) -> Vec<TestApp> {
    let url = app.test_db.url.clone();
    let mut servers = vec![app.clone()];
    if url.starts_with("postgres") {
        for _ in 0..2 {
            servers.push(TestApp::with(&url, harness::config(&url)).await);
        }
    }
    servers
}

#[apply(on_both_engines!)]
async fn of_64_who_want_one_time_one_gets_it(app: TestApp) {
    let mentor = app.mentor("Maya").await;
    schedule(&app, &mentor, |schedule| schedule.lengths = vec![30, 60]).await;
    let servers = three_servers(&app).await;
    let mut everybody = Vec::new();
    for n in 0..8 {
        everybody.push(app.person(&format!("Mentee {n}")).await);
    }
    let mut tasks = JoinSet::new();
    for n in 0..64usize {
        let (app, who, mentor) = (
            servers[n % servers.len()].clone(),
            everybody[n % 8].clone(),
            mentor.clone(),
        );
        // The whole hour, or its second half: each overlaps every other.
        let (minutes, late) = if n % 2 == 0 { (60, 0) } else { (30, 30) };
        tasks.spawn(async move {
            let request = BookRequest {
                minutes: Some(minutes),
                ..asks(&mentor, at(5) + Millis::minutes(late))
            };
            sessions::book(&app.state, &who.login, request, details("Mine")).await
        });
    }
    let mut won = 0;
    for result in tasks.join_all().await {
        match result {
            Ok(_) => won += 1,
            Err(error) => {
                conflict(Err::<(), _>(error));
            }
        }
    }
    assert_eq!(won, 1);
    assert_eq!(
        app.test_db
            .number("SELECT count(*) FROM jobs WHERE kind = 'create_room'")
            .await,
        1
    );
    assert_eq!(
        app.test_db
            .number("SELECT count(*) FROM emails WHERE kind = 'booked'")
            .await,
        2
    );
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn a_limit_holds_when_everybody_comes_at_once(app: TestApp) {
    let mentor = app.mentor("Maya").await;
    schedule(&app, &mentor, |schedule| schedule.max_per_week = Some(3)).await;
    let servers = three_servers(&app).await;
    let mut tasks = JoinSet::new();
    for n in 0..12usize {
        let (app, mentor) = (servers[n % servers.len()].clone(), mentor.clone());
        let who = app.person(&format!("Mentee {n}")).await;
        let starts_at = at(2 + i64::try_from(n).expect("small"));
        tasks.spawn(async move { book(&app, &who, &mentor, starts_at).await });
    }
    let won = tasks
        .join_all()
        .await
        .into_iter()
        .filter(Result::is_ok)
        .count();
    assert_eq!(won, 3);
    assert_sound(&app).await;
}

#[apply(on_both_engines!)]
async fn random_histories_never_break_the_rules(app: TestApp) {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let servers = three_servers(&app).await;
    let mentors = [app.mentor("Maya").await, app.mentor("Noor").await];
    confirms_by_hand(&app, &mentors[1]).await;
    // Both mentors are each other's mentees, too: seats are per person, not per role.
    let people = [
        mentors[0].clone(),
        mentors[1].clone(),
        app.person("Leo").await,
        app.person("Kim").await,
    ];
    let mut tasks = JoinSet::new();
    for worker in 0..6u64 {
        let (app, mentors, people) = (
            servers[usize::try_from(worker).expect("small") % servers.len()].clone(),
            mentors.clone(),
            people.clone(),
        );
        tasks.spawn(async move {
            let mut dice = StdRng::seed_from_u64(seed.wrapping_add(worker));
            let mut done = 0;
            for _ in 0..25 {
                done += u32::from(random_step(&app, &mentors, &people, &mut dice).await);
            }
            done
        });
    }
    let done: u32 = tasks.join_all().await.into_iter().sum();
    assert!(done > 10, "seed {seed}: only {done} steps succeeded");
    assert_sound(&app).await;
}

/// One random step; whether it succeeded. A refusal must be one that people can read.
async fn random_step(
    app: &TestApp,
    mentors: &[Person],
    people: &[Person],
    dice: &mut StdRng,
) -> bool {
    let who = &people[dice.random_range(0..people.len())];
    let mentor = &mentors[dice.random_range(0..mentors.len())];
    let starts_at = at(dice.random_range(25..37));
    let mine = sessions::mine(&app.state, &who.login, ListPages::default())
        .await
        .expect("list");
    let known: Vec<_> = mine.upcoming.iter().map(|session| session.id).collect();
    let id = (!known.is_empty()).then(|| known[dice.random_range(0..known.len())]);
    let result = match (dice.random_range(0..8), id) {
        (0 | 1, _) | (_, None) => book(app, who, mentor, starts_at).await.map(drop),
        (2, _) => hold(app, who, mentor, starts_at).await.map(drop),
        (3, Some(id)) => change(app, who, id, SessionChange::Finish(details("Go")))
            .await
            .map(drop),
        (4, Some(id)) => change(app, who, id, SessionChange::Confirm).await.map(drop),
        (5, Some(id)) => cancel(app, who, id).await.map(drop),
        (_, Some(id)) => change(app, who, id, moved(starts_at)).await.map(drop),
    };
    match result {
        Ok(()) => true,
        Err(Error::Problem(problem)) => {
            assert!(
                matches!(problem.status(), 403 | 404 | 409 | 422),
                "{problem:?}"
            );
            false
        }
        Err(error) => panic!("{error:?}"),
    }
}

#[apply(on_sqlite!)]
async fn an_empty_schedule_can_be_saved(app: TestApp) {
    let mentor = app.mentor("Maya").await;
    schedule(&app, &mentor, |schedule| schedule.hours.clear()).await;
    assert!(
        free(&app, &app.person("Leo").await, &mentor)
            .await
            .is_empty()
    );
    schedule(&app, &mentor, |schedule| {
        schedule.hours = vec![WeeklyHours {
            weekday: 2,
            from_min: 0,
            to_min: DAY_MIN,
        }];
    })
    .await;
    assert!(
        !free(&app, &app.person("Kim").await, &mentor)
            .await
            .is_empty()
    );
}

#[apply(on_both_engines!)]
async fn holding_and_booking_do_not_share_keys_and_odd_keys_are_refused(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let request = |key: &str| BookRequest {
        idempotency_key: Some(key.to_owned()),
        ..asks(&mentor, at(48))
    };
    let held = sessions::hold(&app.state, &mentee.login, request("one"))
        .await
        .expect("held");
    let booked = sessions::book(&app.state, &mentee.login, request("one"), details("Go")).await;
    let booked = booked.expect("booked, not the held time of the same key");
    assert_ne!(booked.session.id, held.session.id);
    assert_eq!(booked.session.booking, Booking::Confirmed);
    for key in ["", "a\0b", "line\n", "schön", &"x".repeat(101)] {
        let refused = sessions::hold(&app.state, &mentee.login, request(key)).await;
        let Err(Error::Problem(Problem::Invalid(fields))) = refused else {
            panic!("{key:?}: {refused:?}")
        };
        assert_eq!(fields[0].field, "idempotencyKey");
    }
}

#[apply(on_both_engines!)]
async fn a_held_time_cannot_be_cancelled_and_nobody_hears_of_it(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let held = hold(&app, &mentee, &mentor, at(48)).await.expect("held");
    let cancel = || SessionChange::Cancel { reason: None };
    conflict(change(&app, &mentee, held.session.id, cancel()).await);
    app.run_jobs().await;
    assert!(app.mail.emails().is_empty());
    let mine = sessions::mine(&app.state, &mentor.login, ListPages::default());
    assert!(mine.await.expect("listed").upcoming.is_empty());
}

#[apply(on_both_engines!)]
async fn a_hold_that_is_given_back_is_told_to_open_pages(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let held = hold(&app, &mentee, &mentor, at(48)).await.expect("held");
    let mut updates = app.state.events.subscribe();
    sessions::release(&app.state, &mentee.login)
        .await
        .expect("given back");
    let told = updates
        .recv()
        .await
        .expect("told")
        .what()
        .expect("of one session");
    assert_eq!(told.session, held.session.id);
    assert!(told.people.contains(&mentee.id()) && told.people.contains(&mentor.id()));
}
