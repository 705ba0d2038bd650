//! A meeting that runs: extension, moderation, and the record of who was there.

use crate::harness::{self, NOW, Person, TestApp, on_both_engines};
use domain::{
    access::{Access, Entry},
    audit::AuditAction,
    ids::{RoomName, SessionId, UserId},
    notice::Notice,
    permissions::Moderation,
    problem::Problem,
    seats::Seats,
    session::{EndReason, Outcome, Room},
    time::{Millis, Timestamp},
};
use macro_rules_attribute::apply;
use server::store::ScopedFutureExt;
use server::{
    Error, jobs,
    live::{self, Changed, Update},
    media::{Call, MediaError},
    meetings::{self, attendance, extend, jobs::evict::Evict, moderate, reconcile},
    sessions,
    store::{self, Engine},
};
use std::time::Duration;

struct Meeting {
    mentor: Person,
    mentee: Person,
    id: SessionId,
}

impl Meeting {
    async fn open(app: &TestApp) -> Self {
        let (mentor, mentee, id) = app.pair_with_session(NOW).await;
        app.run_jobs().await;
        Self { mentor, mentee, id }
    }

    fn room(&self) -> RoomName {
        RoomName::new(self.id, 1)
    }

    fn enter(&self, app: &TestApp, who: &Person) -> String {
        let sid = app
            .media
            .join(&self.room(), who.id(), app.state.clock.now());
        sid.expect("the room is there")
    }

    async fn record(&self, app: &TestApp) -> store::sessions::SessionRecord {
        let found = store::sessions::find(app.state.db.read(), self.id).await;
        found.expect("readable").expect("there")
    }

    async fn moderate(&self, app: &TestApp, who: &Person, what: Moderation) -> Result<(), Error> {
        moderate(&app.state, &who.login, self.id, what).await
    }

    async fn join_token(&self, app: &TestApp, who: &Person, entry: Entry) -> Result<(), Error> {
        let join_token = meetings::access_token(&app.state, &who.login, self.id, entry).await;
        join_token.map(drop)
    }

    /// Who was there: seconds of the mentor, of the mentee, and of both.
    async fn seconds(&self, app: &TestApp) -> (i64, i64, i64) {
        let report = attendance::report(&app.state, &self.mentor.login, self.id).await;
        let report = report.expect("readable");
        let of = |n: usize| report.people[n].total.0 / 1_000;
        (of(0), of(1), report.together.0 / 1_000)
    }

    async fn acts(&self, app: &TestApp) -> Vec<AuditAction> {
        let entries =
            store::audit::page(app.state.db.read(), Some(self.id), store::Part::first(50)).await;
        let mut acts: Vec<_> = entries
            .expect("readable")
            .iter()
            .map(|e| e.action)
            .collect();
        acts.reverse();
        acts
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

fn told(app: &TestApp) -> Vec<Notice> {
    let calls = app.media.calls().into_iter();
    calls
        .filter_map(|call| match call {
            Call::Tell(_, _, notice) => Some(notice),
            _ => None,
        })
        .collect()
}

async fn look(app: &TestApp) -> reconcile::Found {
    reconcile::all(&app.state).await.expect("LiveKit answers")
}

#[apply(on_both_engines!)]
async fn a_clock_that_jumps_loses_nobody_and_reopens_nothing(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    meeting.enter(&app, mentor);
    meeting.enter(&app, mentee);
    look(&app).await;

    // An hour back: before the window. Nobody gets in, nobody inside is lost, nothing ends.
    app.clock.set(NOW - Millis::hours(1));
    let refused = refusal(meeting.join_token(&app, mentee, Entry::Rejoin).await);
    assert!(
        matches!(refused, Problem::NoAccess(Access::TooEarly { .. })),
        "{refused:?}"
    );
    look(&app).await;
    app.run_jobs().await;
    assert_eq!(meeting.record(&app).await.facts.room, Room::Live);
    let (a, b, both) = meeting.seconds(&app).await;
    assert!(a >= 0 && b >= 0 && both >= 0, "{a} {b} {both}");

    // Right again: as if nothing had been.
    app.clock.set(NOW + Millis::minutes(10));
    meeting
        .join_token(&app, mentee, Entry::Rejoin)
        .await
        .expect("open");
    look(&app).await;
    assert_eq!(meeting.seconds(&app).await, (600, 600, 600));

    // Three hours ahead: the window is over, and a jump back does not bring it back.
    app.clock.set(NOW + Millis::hours(3));
    app.run_jobs().await;
    let ended = meeting.record(&app).await.facts.room;
    assert!(
        matches!(
            ended,
            Room::Ended {
                reason: EndReason::TimeUp,
                ..
            }
        ),
        "{ended:?}"
    );
    app.clock.set(NOW + Millis::minutes(20));
    look(&app).await;
    app.run_jobs().await;
    assert_eq!(meeting.record(&app).await.facts.room, ended);
    let refused = refusal(meeting.join_token(&app, mentee, Entry::Rejoin).await);
    assert!(
        matches!(refused, Problem::NoAccess(Access::Ended { .. })),
        "{refused:?}"
    );
    let stays = "SELECT COUNT(*) FROM livekit_participants";
    assert_eq!(app.test_db.number(stays).await, 2, "one stay each");
    let backwards = "SELECT COUNT(*) FROM livekit_participants WHERE left_at < joined_at";
    assert_eq!(app.test_db.number(backwards).await, 0);
}

#[apply(on_both_engines!)]
async fn the_other_person_hears_of_running_late_until_they_come(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    let say = |who: &Person, is_late| {
        let (state, login) = (app.state.clone(), who.login.clone());
        async move { meetings::running_late(&state, &login, meeting.id, is_late).await }
    };
    let late = |who: &Person| {
        let (state, login) = (app.state.clone(), who.login.clone());
        async move {
            let live = meetings::live_state(&state, &login, meeting.id)
                .await
                .expect("readable");
            let page = sessions::get(&state, &login, meeting.id)
                .await
                .expect("readable");
            assert_eq!(live.late, page.late);
            live.late
                .into_iter()
                .map(|person| person.name)
                .collect::<Vec<_>>()
        }
    };
    let mut changes = app.state.events.subscribe();
    say(mentee, true).await.expect("said");
    say(mentee, true).await.expect("twice is fine");
    let told = changes.recv().await.expect("told");
    assert_eq!(told.what().map(|changed| changed.session), Some(meeting.id));
    assert_eq!(late(mentor).await, ["Leo"]);
    say(mentee, false).await.expect("taken back");
    assert!(late(mentor).await.is_empty());

    say(mentee, true).await.expect("said");
    say(mentor, true).await.expect("said");
    assert_eq!(late(mentee).await, ["Maya", "Leo"]);
    meeting
        .join_token(&app, mentee, Entry::IfNotInside)
        .await
        .expect("open");
    assert_eq!(late(mentor).await, ["Maya"], "who joins is late no more");

    // Also with the second seat of an extended meeting.
    let close = meeting
        .record(&app)
        .await
        .facts
        .window(app.state.config.window)
        .closes_at;
    app.clock.set(close);
    extend(&app.state, &mentor.login, meeting.id, close)
        .await
        .expect("extended");
    say(mentee, true).await.expect("said");
    assert_eq!(late(mentor).await, ["Maya", "Leo"]);
    say(mentee, false).await.expect("taken back");
    assert_eq!(late(mentor).await, ["Maya"]);

    app.clock.advance(Millis::hours(3));
    assert!(matches!(
        refusal(say(mentee, true).await),
        Problem::Conflict(_)
    ));
    let stranger = app.person("Eve").await;
    assert_eq!(refusal(say(&stranger, true).await), Problem::NotFound);
}

#[apply(on_both_engines!)]
async fn people_inside_are_warned_ten_five_and_one_minute_before_the_close(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let closes_at = NOW + Millis::hours(2);
    for minutes in [10, 5, 1] {
        app.clock
            .set(closes_at - Millis::minutes(minutes) - Millis(1));
        app.run_jobs().await;
        app.media.forget_calls();
        app.run_jobs().await;
        assert_eq!(told(&app), [], "a millisecond too early for {minutes}");
        app.clock.advance(Millis(1));
        app.run_jobs().await;
        assert_eq!(
            told(&app),
            [Notice::Closing { closes_at }],
            "{minutes} minutes before"
        );
    }
    app.clock.set(closes_at + Millis(1));
    app.run_jobs().await;
    assert!(matches!(
        meeting.record(&app).await.facts.room,
        Room::Ended {
            reason: EndReason::TimeUp,
            ..
        }
    ));
}

#[apply(on_both_engines!)]
async fn a_mentor_extends_by_a_quarter_of_an_hour_and_pressing_twice_extends_once(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (old, new) = (NOW + Millis::hours(2), NOW + Millis::minutes(135));
    assert_eq!(
        refusal(extend(&app.state, &meeting.mentee.login, meeting.id, old).await),
        Problem::Forbidden
    );
    app.clock.set(old);
    for _ in 0..2 {
        let extended = extend(&app.state, &meeting.mentor.login, meeting.id, old).await;
        assert_eq!(extended.expect("free"), new);
    }
    assert_eq!(told(&app).last(), Some(&Notice::Closing { closes_at: new }));
    app.clock.set(old + Millis(1));
    app.run_jobs().await;
    meeting
        .join_token(&app, &meeting.mentee, Entry::Here)
        .await
        .expect("still open");
    app.clock.set(new);
    meeting
        .join_token(&app, &meeting.mentee, Entry::Here)
        .await
        .expect("the last millisecond");
    app.clock.advance(Millis(1));
    app.run_jobs().await;
    assert!(matches!(
        meeting.record(&app).await.facts.room,
        Room::Ended {
            reason: EndReason::TimeUp,
            ..
        }
    ));
    let late = refusal(extend(&app.state, &meeting.mentor.login, meeting.id, new).await);
    assert!(
        matches!(late, Problem::NoAccess(Access::Ended { .. })),
        "{late:?}"
    );
    assert_eq!(meeting.acts(&app).await, [AuditAction::Extended]);
}

#[apply(on_both_engines!)]
async fn a_meeting_is_not_extended_into_the_next_session_of_either(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let other = app.mentor("Grace").await;
    let closes_at = NOW + Millis::hours(2);
    let next = app
        .session(&other, &meeting.mentee, closes_at + Millis::minutes(14))
        .await;
    app.clock.set(closes_at - Millis::minutes(1));
    let refused = refusal(extend(&app.state, &meeting.mentor.login, meeting.id, closes_at).await);
    assert!(matches!(refused, Problem::Conflict(_)), "{refused:?}");
    assert_eq!(meeting.record(&app).await.facts.extended, Millis(0));
    let change = sessions::SessionChange::Cancel { reason: None };
    sessions::change(&app.state, &other.login, next, change)
        .await
        .expect("cancelled");
    extend(&app.state, &meeting.mentor.login, meeting.id, closes_at)
        .await
        .expect("free now");
    let taken = app
        .session_of(
            other.id(),
            meeting.mentee.id(),
            closes_at,
            Millis::minutes(15),
        )
        .await;
    assert!(taken.is_err(), "the added time is taken");
}

#[apply(on_both_engines!)]
async fn a_removed_mentee_is_put_out_and_gets_no_join_token_until_allowed_back(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    meeting.enter(&app, mentor);
    meeting.enter(&app, mentee);
    assert_eq!(
        refusal(meeting.moderate(&app, mentee, Moderation::Remove).await),
        Problem::Forbidden
    );
    meeting
        .moderate(&app, mentor, Moderation::Remove)
        .await
        .expect("removed");
    app.run_jobs().await;
    assert_eq!(
        app.media.identities(&meeting.room()),
        [mentor.id().to_string()]
    );
    for entry in [Entry::Here, Entry::Rejoin, Entry::IfNotInside] {
        let refused = refusal(meeting.join_token(&app, mentee, entry).await);
        assert!(
            matches!(refused, Problem::NoAccess(Access::Removed { .. })),
            "{refused:?}"
        );
    }
    // Back in with an old token, also under a suffix: the next look puts them out again.
    let suffixed = format!("{}#2", mentee.id());
    app.media
        .join(&meeting.room(), mentee.id(), app.state.clock.now())
        .expect("an old token works");
    app.media
        .join_as(&meeting.room(), &suffixed, app.state.clock.now())
        .expect("so does this");
    reconcile::with_removals(&app.state)
        .await
        .expect("LiveKit answers");
    app.run_jobs().await;
    assert_eq!(
        app.media.identities(&meeting.room()),
        [mentor.id().to_string()]
    );
    app.clock.advance(Millis::seconds(1));
    meeting
        .moderate(&app, mentor, Moderation::AllowBack)
        .await
        .expect("allowed");
    meeting
        .join_token(&app, mentee, Entry::Here)
        .await
        .expect("a join token");
    assert_eq!(
        meeting.acts(&app).await,
        [AuditAction::Removed, AuditAction::AllowedBack]
    );
}

#[apply(on_both_engines!)]
async fn muting_switches_the_microphone_off_and_asking_only_asks(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    meeting.enter(&app, mentee);
    meeting
        .moderate(&app, mentor, Moderation::Mute)
        .await
        .expect("muted");
    meeting
        .moderate(&app, mentor, Moderation::Mute)
        .await
        .expect("twice is fine");
    meeting
        .moderate(&app, mentor, Moderation::AskToUnmute)
        .await
        .expect("asked");
    let mutes = app
        .media
        .calls()
        .into_iter()
        .filter(|call| matches!(call, Call::Mute(..)))
        .count();
    assert_eq!(mutes, 1, "the second time there was nothing to mute");
    assert_eq!(
        told(&app),
        [Notice::Muted, Notice::Muted, Notice::UnmuteAsked]
    );
    app.media
        .fail_always(Some(MediaError::Unreachable("down".to_owned())));
    assert!(matches!(
        meeting.moderate(&app, mentor, Moderation::Mute).await,
        Err(Error::Media(_))
    ));
    meeting
        .moderate(&app, mentor, Moderation::Remove)
        .await
        .expect("recorded although LiveKit is down");
}

#[apply(on_both_engines!)]
async fn whoever_is_inside_is_asked_before_the_call_moves(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let mentee = &meeting.mentee;
    meeting
        .join_token(&app, mentee, Entry::IfNotInside)
        .await
        .expect("nobody is inside");
    meeting.enter(&app, mentee);
    assert_eq!(
        refusal(meeting.join_token(&app, mentee, Entry::IfNotInside).await),
        Problem::Elsewhere
    );
    meeting
        .join_token(&app, &meeting.mentor, Entry::IfNotInside)
        .await
        .expect("somebody else's seat");
    meeting
        .join_token(&app, mentee, Entry::Here)
        .await
        .expect("moved");
    app.media.leave(&meeting.room(), mentee.id());
    meeting
        .join_token(&app, mentee, Entry::IfNotInside)
        .await
        .expect("gone again");
}

#[apply(on_both_engines!)]
async fn lost_messages_heal_within_a_minute(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    meeting.enter(&app, mentor);
    app.clock.advance(Millis::seconds(30));
    meeting.enter(&app, mentee);
    app.clock.advance(Millis::seconds(30));
    let found = look(&app).await;
    assert_eq!((found.rooms, found.mended), (1, 1));
    assert_eq!(meeting.seconds(&app).await, (60, 30, 30));
    assert_eq!(meeting.record(&app).await.facts.room, Room::Live);
    app.clock.advance(Millis::seconds(60));
    assert_eq!(look(&app).await.mended, 0, "nothing differs any more");
    // The mentee goes unnoticed: counted until LiveKit was last asked, and said to be an estimate.
    app.clock.advance(Millis::seconds(20));
    app.media.leave(&meeting.room(), mentee.id());
    app.clock.advance(Millis::seconds(40));
    assert_eq!(look(&app).await.mended, 1);
    assert_eq!(meeting.seconds(&app).await, (180, 90, 90));
    let report = attendance::report(&app.state, &mentor.login, meeting.id)
        .await
        .expect("readable");
    assert!(report.people[1].stays[0].is_estimated && !report.people[1].stays[0].goes_on);
}

#[apply(on_both_engines!)]
async fn a_restarted_livekit_ends_the_stays_it_forgot_and_the_room_can_be_made_again(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    meeting.enter(&app, &meeting.mentor);
    app.clock.advance(Millis::seconds(60));
    look(&app).await;
    app.media.restart();
    app.clock.advance(Millis::seconds(60));
    let found = look(&app).await;
    assert_eq!((found.mended, found.lost), (1, 1));
    assert_eq!(meeting.record(&app).await.facts.room, Room::Scheduled);
    assert_eq!(meeting.seconds(&app).await.0, 60);
    meeting
        .join_token(&app, &meeting.mentor, Entry::Here)
        .await
        .expect("a join token");
    meeting.enter(&app, &meeting.mentor);
    app.clock.advance(Millis::seconds(60));
    look(&app).await;
    assert_eq!(meeting.seconds(&app).await.0, 120, "two stays");
}

#[apply(on_both_engines!)]
async fn an_ended_room_that_livekit_still_has_is_deleted_again(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    meetings::end_room(&app.state, &meeting.mentor.login, meeting.id)
        .await
        .expect("ended");
    app.run_jobs().await;
    // As if a token had opened it again.
    let spec = server::media::RoomSpec {
        name: meeting.room(),
        empty_timeout_s: 60,
        departure_timeout_s: 60,
        max_participants: 6,
    };
    server::media::MediaServer::create_room(&app.media, &spec)
        .await
        .expect("made");
    assert_eq!(look(&app).await.leftover, 1);
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty());
    assert!(matches!(
        meeting.record(&app).await.facts.room,
        Room::Ended { .. }
    ));
}

#[apply(on_both_engines!)]
async fn the_outcome_follows_from_who_waited_and_is_decided_once_the_room_ended(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    meeting.enter(&app, &meeting.mentor);
    app.clock.advance(Millis::minutes(1));
    look(&app).await;
    for minute in 2..=20 {
        app.clock.set(NOW + Millis::minutes(minute));
        look(&app).await;
    }
    assert_eq!(meeting.record(&app).await.outcome, Outcome::Pending);
    meetings::end_room(&app.state, &meeting.mentor.login, meeting.id)
        .await
        .expect("ended");
    app.run_jobs().await;
    app.clock.advance(Millis::seconds(10));
    app.run_jobs().await;
    assert_eq!(meeting.record(&app).await.outcome, Outcome::MissedByMentee);
    let again = attendance::dispute(&app.state, &meeting.mentor.login, meeting.id, " ").await;
    assert!(refusal(again).for_field("reason").is_some());
    attendance::dispute(
        &app.state,
        &meeting.mentee.login,
        meeting.id,
        "I was in the wrong room.",
    )
    .await
    .expect("contested");
    assert_eq!(meeting.record(&app).await.outcome, Outcome::Disputed);
    let twice = attendance::dispute(&app.state, &meeting.mentor.login, meeting.id, "Me too.").await;
    assert!(matches!(refusal(twice), Problem::Conflict(_)));
}

#[apply(on_both_engines!)]
async fn a_session_whose_room_never_existed_is_nobodys_fault(app: TestApp) {
    app.media
        .fail_always(Some(MediaError::Unreachable("down".to_owned())));
    let meeting = Meeting::open(&app).await;
    app.clock.set(NOW + Millis::hours(3));
    app.run_jobs().await;
    app.clock.advance(Millis::minutes(1));
    app.run_jobs().await;
    let record = meeting.record(&app).await;
    assert!(matches!(record.facts.room, Room::Ended { .. }));
    assert_eq!(record.outcome, Outcome::Unknown);
}

#[apply(on_both_engines!)]
async fn two_people_who_met_completed_the_session_and_a_cancelled_one_has_no_outcome(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    meeting.enter(&app, &meeting.mentor);
    meeting.enter(&app, &meeting.mentee);
    app.clock.advance(Millis::minutes(2));
    look(&app).await;
    meetings::end_room(&app.state, &meeting.mentor.login, meeting.id)
        .await
        .expect("ended");
    app.clock.advance(Millis::minutes(1));
    app.run_jobs().await;
    assert_eq!(meeting.record(&app).await.outcome, Outcome::Completed);
    let start = NOW + Millis::hours(10);
    let id = app.session(&meeting.mentor, &meeting.mentee, start).await;
    let change = sessions::SessionChange::Cancel { reason: None };
    sessions::change(&app.state, &meeting.mentee.login, id, change)
        .await
        .expect("cancelled");
    app.clock.set(start + Millis::hours(3));
    app.run_jobs().await;
    let cancelled = store::sessions::find(app.state.db.read(), id)
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(cancelled.outcome, Outcome::Pending);
}

#[apply(on_both_engines!)]
async fn what_happens_while_a_job_runs_is_not_swallowed_by_its_key(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (now, room, session) = (app.state.clock.now(), meeting.room(), meeting.id);
    let evict = || Evict {
        room: room.clone(),
        session,
    };
    let enqueue = async || {
        let enqueued = app.state.db.write(|txn| {
            let job = evict();
            async move { jobs::enqueue(txn, &job, now, now).await }.scope_boxed()
        });
        enqueued.await.expect("written");
    };
    enqueue().await;
    enqueue().await;
    let claimed = app.state.db.write(|txn| {
        async move {
            store::jobs::claim(
                txn,
                &store::jobs::Kinds::Only(vec!["evict"]),
                "one",
                now,
                now + Millis::minutes(1),
                10,
            )
            .await
        }
        .scope_boxed()
    });
    let claimed = claimed.await.expect("claimed");
    assert_eq!(claimed.len(), 1, "the same work waits once");
    enqueue().await;
    assert_eq!(
        app.run_jobs().await,
        1,
        "what came meanwhile is work of its own"
    );
    // The first one failed: the same work waits again, so it is done.
    enqueue().await;
    let (job, key) = (&claimed[0], &format!("evict:{room}"));
    let failing = app.state.db.write(|txn| {
        async move { store::jobs::failed(txn, job, Some(key), "down", Some(now), now).await }
            .scope_boxed()
    });
    assert!(failing.await.expect("recorded"), "under its own lease");
    assert_eq!(app.run_jobs().await, 1);
}

#[apply(on_both_engines!)]
async fn only_one_process_keeps_the_schedules_until_its_lease_ends(app: TestApp) {
    let take = async |holder: &'static str, now: Timestamp| {
        let until = now + Millis::seconds(15);
        let taking = app.state.db.write(|txn| {
            async move { store::leases::take(txn, "schedules", holder, now, until).await }
                .scope_boxed()
        });
        taking.await.expect("answers")
    };
    assert!(take("one", NOW).await);
    assert!(
        !take("two", NOW + Millis::seconds(15)).await,
        "the last moment of the lease"
    );
    assert!(take("one", NOW + Millis::seconds(5)).await, "renewed");
    assert!(!take("two", NOW + Millis::seconds(20)).await);
    assert!(take("two", NOW + Millis(20_001)).await);
    assert!(!take("one", NOW + Millis::seconds(21)).await);
}

#[apply(on_both_engines!)]
async fn many_rooms_are_compared_in_one_go(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    for n in 0..20 {
        let id = app
            .session_of(
                mentor.id(),
                mentee.id(),
                NOW + Millis::minutes(n),
                Millis::minutes(1),
            )
            .await
            .expect("free");
        app.clock.set(NOW + Millis::minutes(n));
        app.run_jobs().await;
        app.media
            .join(&RoomName::new(id, 1), mentor.id(), app.state.clock.now())
            .expect("a room");
    }
    let found = look(&app).await;
    assert_eq!((found.rooms, found.mended), (20, 20));
    let found = look(&app).await;
    assert_eq!((found.rooms, found.mended), (20, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_in_one_process_is_heard_in_the_others_also_after_a_broken_connection() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let other = TestApp::with(&app.test_db.url, harness::config(&app.test_db.url)).await;
        let id = SessionId(uuid::Uuid::from_u128(7));
        let people = Seats::from_fn(|_| UserId(uuid::Uuid::from_u128(8)));
        let changed = Changed {
            session: id,
            people,
        };
        let mut heard = other.state.events.subscribe();
        let tasks = [&app, &other].map(|app| {
            let (state, url) = (&app.state, app.state.config.database_url.clone());
            tokio::spawn(live::share(state.events.clone(), state.db.clone(), url))
        });
        let listeners =
            "pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        let all = async || {
            app.test_db
                .number(&format!("SELECT count(*) FROM {listeners}"))
                .await
        };
        for broken in [false, true] {
            if broken {
                let end = format!("SELECT count(pg_terminate_backend(pid)) FROM {listeners}");
                assert_eq!(app.test_db.number(&end).await, 2);
            }
            while all().await < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // Whoever listens anew looks anew; then changes are named.
            let mut unknown = 0;
            loop {
                app.state.events.changed(id, people);
                let next = tokio::time::timeout(Duration::from_secs(1), heard.recv()).await;
                match next {
                    Ok(Ok(Update::Elsewhere(said))) => {
                        assert_eq!(said, changed);
                        break;
                    }
                    Ok(Ok(Update::Unknown)) => unknown += 1,
                    Ok(Ok(Update::Here(_))) => panic!("nothing changed there"),
                    Ok(Err(error)) => panic!("{error}"),
                    // Not listening yet.
                    Err(_) => {}
                }
            }
            assert!(unknown > 0, "broken {broken}");
            while let Ok(update) = heard.try_recv() {
                assert_eq!(update, Update::Elsewhere(changed));
            }
        }
        for task in tasks {
            task.abort();
        }
    })
    .await;
}
