//! What came of a session is decided from what was seen: nobody escapes it, nobody forges it, and our own downtime is
//! nobody's absence.

use crate::{
    harness::{self, NOW, Person, TestApp, on_both_engines},
    rooms::cancel,
    webhooks,
};
use domain::{
    console::{AdminAction, Tab},
    ids::{RoomName, SessionId},
    permissions::Moderation,
    problem::Problem,
    session::{Outcome, Room},
    time::{Millis, Timestamp},
    window::EXTENSION,
};
use macro_rules_attribute::apply;
use server::{
    Error, admin,
    media::MediaError,
    meetings::{self, attendance, reconcile},
    sessions, store,
};

/// The start of every session here: its room is made, and looked at, from a quarter of an hour before.
const START: Timestamp = Timestamp(NOW.0 + 3_600_000);

struct Meeting {
    mentor: Person,
    mentee: Person,
    id: SessionId,
}

fn minute(n: i64) -> Timestamp {
    START + Millis::minutes(n)
}

impl Meeting {
    /// Open, and looked at until `until`, in minutes from the start.
    async fn at(app: &TestApp, until: i64) -> Self {
        let (mentor, mentee, id) = app.pair_with_session(START).await;
        app.clock.set(minute(-15));
        app.run_jobs().await;
        let meeting = Self { mentor, mentee, id };
        meeting.watch(app, until).await;
        meeting
    }

    /// The clock goes on to a minute after the start, and LiveKit is asked every minute, as the schedule does.
    async fn watch(&self, app: &TestApp, until: i64) {
        loop {
            reconcile::all(&app.state).await.expect("LiveKit answers");
            app.run_jobs().await;
            if app.clock_shows() >= minute(until) {
                return;
            }
            app.clock.advance(Millis::minutes(1));
        }
    }

    fn room(&self) -> RoomName {
        RoomName::new(self.id, 1)
    }

    fn enter(&self, app: &TestApp, who: &Person) {
        let sid = app.media.join(&self.room(), who.id(), app.clock_shows());
        sid.expect("the room is there");
    }

    async fn remove(&self, app: &TestApp) {
        let removing =
            meetings::moderate(&app.state, &self.mentor.login, self.id, Moderation::Remove);
        removing.await.expect("removed");
        app.run_jobs().await;
    }

    async fn end(&self, app: &TestApp) {
        let ending = meetings::end_room(&app.state, &self.mentor.login, self.id);
        ending.await.expect("ended");
        app.run_jobs().await;
        app.clock.advance(Millis::seconds(10));
        app.run_jobs().await;
    }

    async fn record(&self, app: &TestApp) -> store::sessions::SessionRecord {
        let found = store::sessions::find(app.state.db.read(), self.id).await;
        found.expect("readable").expect("there")
    }

    async fn outcome(&self, app: &TestApp) -> Outcome {
        self.record(app).await.outcome
    }

    async fn contest(&self, app: &TestApp, who: &Person) -> Result<(), Error> {
        attendance::dispute(&app.state, &who.login, self.id, "It was otherwise.").await
    }
}

impl TestApp {
    fn clock_shows(&self) -> Timestamp {
        self.state.clock.now()
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Problem(Problem::Conflict(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[apply(on_both_engines!)]
async fn a_mentor_who_does_not_come_cannot_cancel_out_of_it(app: TestApp) {
    let meeting = Meeting::at(&app, -1).await;
    meeting.enter(&app, &meeting.mentee);
    meeting.watch(&app, 44).await;
    for who in [&meeting.mentor, &meeting.mentee] {
        assert!(conflict(cancel(&app, who, meeting.id).await).contains("has begun"));
        let view = sessions::get(&app.state, &who.login, meeting.id).await;
        assert!(!view.expect("readable").may.cancel);
    }
    let record = meeting.record(&app).await;
    assert_eq!(record.facts.room, Room::Live, "the room goes on");
    app.media.leave(&meeting.room(), meeting.mentee.id());
    meeting.watch(&app, 61).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::MissedByMentor);
}

#[apply(on_both_engines!)]
async fn a_mentee_who_is_removed_before_the_grace_is_over_missed_nothing(app: TestApp) {
    let meeting = Meeting::at(&app, -15).await;
    meeting.enter(&app, &meeting.mentor);
    meeting.remove(&app).await;
    meeting.watch(&app, 1).await;
    let back = meetings::moderate(
        &app.state,
        &meeting.mentor.login,
        meeting.id,
        Moderation::AllowBack,
    );
    back.await.expect("allowed back, and it still counts");
    meeting.watch(&app, 16).await;
    meeting.end(&app).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::Unknown);
}

#[apply(on_both_engines!)]
async fn a_mentor_who_ends_early_makes_no_no_show_of_the_mentee(app: TestApp) {
    let meeting = Meeting::at(&app, 0).await;
    meeting.enter(&app, &meeting.mentee);
    meeting.watch(&app, 10).await;
    meeting.end(&app).await;
    assert_eq!(
        meeting.outcome(&app).await,
        Outcome::MissedByMentor,
        "who ended it from outside while the mentee waited"
    );
}

#[apply(on_both_engines!)]
async fn a_real_no_show_is_found_also_when_the_last_regular_look_is_a_minute_old(app: TestApp) {
    let meeting = Meeting::at(&app, -2).await;
    meeting.enter(&app, &meeting.mentor);
    meeting.watch(&app, 14).await;
    app.clock.set(minute(15) + Millis::seconds(5));
    meeting.end(&app).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::MissedByMentee);
}

#[apply(on_both_engines!)]
async fn whoever_came_without_a_message_is_seen_before_the_room_goes(app: TestApp) {
    let meeting = Meeting::at(&app, -2).await;
    meeting.enter(&app, &meeting.mentor);
    meeting.watch(&app, 14).await;
    app.clock.advance(Millis::seconds(30));
    meeting.enter(&app, &meeting.mentee);
    app.clock.advance(Millis::seconds(35));
    meeting.end(&app).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::Completed);
}

#[apply(on_both_engines!)]
async fn our_downtime_is_unknown_and_a_message_that_comes_late_decides_again(app: TestApp) {
    let meeting = Meeting::at(&app, -5).await;
    // Down from here until after the end; then started anew on the same database.
    app.clock.set(minute(65));
    let again = TestApp::with(&app.test_db.url, harness::config(&app.test_db.url)).await;
    again.clock.set(minute(65));
    again.run_jobs().await;
    assert_eq!(meeting.outcome(&again).await, Outcome::Unknown);

    for (who, from) in [(&meeting.mentor, 0), (&meeting.mentee, 1)] {
        webhooks::stay(&again, &meeting.room(), who, minute(from), minute(40)).await;
    }
    again.run_jobs().await;
    assert_eq!(meeting.outcome(&again).await, Outcome::Completed);
}

#[apply(on_both_engines!)]
async fn livekit_that_does_not_answer_is_nobodys_absence(app: TestApp) {
    let meeting = Meeting::at(&app, -5).await;
    meeting.enter(&app, &meeting.mentor);
    meeting.watch(&app, 5).await;
    app.media
        .fail_always(Some(MediaError::Unreachable("down".to_owned())));
    app.clock.set(minute(8));
    assert!(reconcile::all(&app.state).await.is_err());
    app.media.fail_always(None);
    meeting.watch(&app, 20).await;
    meeting.end(&app).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::Unknown);
    let stretches = "SELECT COUNT(*) FROM livekit_coverage";
    assert_eq!(app.test_db.number(stretches).await, 2, "one pause");
}

#[apply(on_both_engines!)]
async fn a_restart_in_between_is_no_pause_when_it_is_short(app: TestApp) {
    let meeting = Meeting::at(&app, 7).await;
    let mut again = TestApp::with(&app.test_db.url, harness::config(&app.test_db.url)).await;
    // The video server went on.
    again.media = app.media.clone();
    again.state.media = app.state.media.clone();
    again.clock.set(minute(9));
    meeting.watch(&again, 61).await;
    assert_eq!(meeting.outcome(&again).await, Outcome::MissedByBoth);
    let stretches = "SELECT COUNT(*) FROM livekit_coverage";
    assert_eq!(app.test_db.number(stretches).await, 1);
}

#[apply(on_both_engines!)]
async fn what_an_admin_decided_stays_whatever_comes_late(app: TestApp) {
    let admin_person = app.admin("Root").await;
    let meeting = Meeting::at(&app, -5).await;
    app.clock.set(minute(65));
    app.run_jobs().await;
    assert_eq!(meeting.outcome(&app).await, Outcome::Unknown);

    let console = admin::console(&app.state, &admin_person.login, Tab::Disputes, "", 0).await;
    let console = console.expect("an admin reads it");
    assert_eq!(
        console.counts,
        [("Contested".to_owned(), 0), ("Unknown".to_owned(), 1)]
    );
    assert_eq!(console.sections[1].entries[0].session, Some(meeting.id));
    let settle = |outcome| {
        admin::perform(
            &app.state,
            &admin_person.login,
            AdminAction::Settle(meeting.id, outcome),
        )
    };
    settle(Outcome::MissedByMentor).await.expect("decided");
    assert!(conflict(settle(Outcome::Completed).await).contains("decided already"));

    // Evidence that would say otherwise.
    for who in [&meeting.mentor, &meeting.mentee] {
        meeting.enter(&app, who);
    }
    app.clock.advance(Millis::minutes(5));
    meeting.watch(&app, 75).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::MissedByMentor);

    // The two may still say that it was otherwise, and then the admin decides for good.
    meeting
        .contest(&app, &meeting.mentor)
        .await
        .expect("contested");
    settle(Outcome::Completed).await.expect("decided");
    conflict(meeting.contest(&app, &meeting.mentee).await);
}

#[apply(on_both_engines!)]
async fn a_time_that_is_over_can_be_contested_though_nothing_was_decided(app: TestApp) {
    let meeting = Meeting::at(&app, 0).await;
    meeting.enter(&app, &meeting.mentee);
    meeting.watch(&app, 59).await;
    conflict(meeting.contest(&app, &meeting.mentee).await);
    meeting.watch(&app, 60).await;
    assert_eq!(
        meeting.outcome(&app).await,
        Outcome::Pending,
        "the mentee is still waiting inside"
    );
    let view = sessions::get(&app.state, &meeting.mentee.login, meeting.id).await;
    assert!(view.expect("readable").may_dispute);
    meeting
        .contest(&app, &meeting.mentee)
        .await
        .expect("contested");
    meeting.watch(&app, 130).await;
    assert_eq!(meeting.outcome(&app).await, Outcome::Disputed);
}

#[apply(on_both_engines!)]
async fn a_meeting_is_extended_in_its_last_half_hour_and_by_an_hour_in_all(app: TestApp) {
    let meeting = Meeting::at(&app, 0).await;
    let mut closes_at = START + app.state.config.window.closes_after;
    let extend = |seen| meetings::extend(&app.state, &meeting.mentor.login, meeting.id, seen);
    app.clock.set(closes_at - Millis::minutes(30) - Millis(1));
    assert!(conflict(extend(closes_at).await).contains("30 minutes before it closes"));
    app.clock.advance(Millis(1));
    for _ in 0..4 {
        closes_at = closes_at + EXTENSION;
        assert_eq!(
            extend(closes_at - EXTENSION).await.expect("extended"),
            closes_at
        );
        // Pressed twice: also the last time.
        assert_eq!(
            extend(closes_at - EXTENSION).await.expect("the same"),
            closes_at
        );
        app.clock.set(closes_at - Millis::minutes(1));
    }
    assert!(conflict(extend(closes_at).await).contains("cannot go on for longer"));
    let seats = "SELECT COUNT(*) FROM session_seats WHERE active = TRUE";
    assert_eq!(
        app.test_db.number(seats).await,
        10,
        "two for the session, two for each extension"
    );
}
