//! The door: connected before being in, seen by the other, counted by nobody.

use crate::harness::{NOW, Person, TestApp, on_both_engines};
use domain::{
    access::{Access, Entry},
    ids::{LoginId, RoomName, SessionId},
    permissions::Moderation,
    problem::Problem,
    session::{Outcome, Room},
    time::Millis,
    views::LiveState,
};
use macro_rules_attribute::apply;
use server::{
    Error,
    media::{Call, MediaError},
    meetings::{self, attendance, reconcile},
    store,
};
use uuid::Uuid;

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

    /// As a browser does that was given a join token for the door.
    fn knock(&self, app: &TestApp, who: &Person) {
        let login = who.login.login;
        let now = app.state.clock.now();
        let sid = app.media.knock(&self.room(), who.id(), login, now);
        sid.expect("the room is there");
    }

    async fn enter(&self, app: &TestApp, who: &Person) -> Result<(), Problem> {
        problem_of(meetings::enter(&app.state, &who.login, self.id).await)
    }

    async fn token(&self, app: &TestApp, who: &Person, entry: Entry) -> Result<(), Problem> {
        let token = meetings::access_token(&app.state, &who.login, self.id, entry).await;
        problem_of(token.map(drop))
    }

    async fn seen_by(&self, app: &TestApp, who: &Person) -> LiveState {
        let seen = meetings::live_state(&app.state, &who.login, self.id).await;
        seen.expect("readable")
    }

    /// Seconds of mentor and mentee, and together.
    async fn seconds(&self, app: &TestApp) -> (i64, i64, i64) {
        let report = attendance::report(&app.state, &self.mentor.login, self.id).await;
        let report = report.expect("readable");
        let of = |n: usize| report.people[n].total.0 / 1_000;
        (of(0), of(1), report.together.0 / 1_000)
    }

    async fn room_state(&self, app: &TestApp) -> Room {
        let found = store::sessions::find(app.state.db.read(), self.id).await;
        found.expect("readable").expect("there").facts.room
    }
}

fn problem_of(result: Result<(), Error>) -> Result<(), Problem> {
    result.map_err(|error| match error {
        Error::Problem(problem) => problem,
        other => panic!("{other}"),
    })
}

async fn look(app: &TestApp) {
    reconcile::all(&app.state).await.expect("LiveKit answers");
    app.run_jobs().await;
}

fn names(people: &[domain::views::Person]) -> Vec<&str> {
    people.iter().map(|person| person.name.as_str()).collect()
}

#[apply(on_both_engines!)]
async fn whoever_is_at_the_door_is_shown_and_counts_for_nothing_until_let_in(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    meeting.knock(&app, mentor);
    app.clock.advance(Millis::seconds(30));
    look(&app).await;
    let seen = meeting.seen_by(&app, mentee).await;
    assert_eq!(names(&seen.at_door), [mentor.login.me.name.as_str()]);
    assert!(seen.present.is_empty());
    assert_eq!(meeting.room_state(&app).await, Room::Open, "not live");
    assert_eq!(meeting.seconds(&app).await, (0, 0, 0));

    assert_eq!(meeting.enter(&app, mentor).await, Ok(()));
    let let_in = Call::LetIn(meeting.room(), mentor.id().to_string());
    assert!(app.media.calls().contains(&let_in));
    assert_eq!(meeting.room_state(&app).await, Room::Live);
    let seen = meeting.seen_by(&app, mentee).await;
    assert_eq!(names(&seen.present), [mentor.login.me.name.as_str()]);
    assert!(seen.at_door.is_empty());
    app.clock.advance(Millis::seconds(60));
    look(&app).await;
    assert_eq!(meeting.seconds(&app).await, (60, 0, 0), "from the entry on");
    assert_eq!(meeting.enter(&app, mentor).await, Ok(()), "twice is fine");
    assert_eq!(meeting.seconds(&app).await, (60, 0, 0));
}

#[apply(on_both_engines!)]
async fn a_crash_between_the_mark_and_the_record_heals_with_the_exact_moment(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let mentee = &meeting.mentee;
    meeting.knock(&app, mentee);
    app.clock.advance(Millis::seconds(10));
    look(&app).await;
    // LiveKit was told, our own record of it was lost.
    let (room, identity) = (meeting.room(), mentee.id().to_string());
    let marked = server::media::MediaServer::let_in(
        &app.media,
        &room,
        &identity,
        NOW + Millis::seconds(10),
    );
    assert_eq!(marked.await, Ok(true));
    app.clock.advance(Millis::seconds(20));
    look(&app).await;
    assert_eq!(meeting.room_state(&app).await, Room::Live);
    assert_eq!(meeting.seconds(&app).await, (0, 20, 0));
}

#[apply(on_both_engines!)]
async fn a_door_opens_for_one_place_of_a_person(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentee, room) = (&meeting.mentee, meeting.room());
    let another = LoginId(Uuid::from_u128(77));
    assert_eq!(meeting.token(&app, mentee, Entry::Door).await, Ok(()));
    meeting.knock(&app, mentee);
    // The page was reloaded: its former connection is not somebody else.
    assert_eq!(meeting.token(&app, mentee, Entry::Door).await, Ok(()));
    let now = app.state.clock.now();
    app.media.knock(&room, mentee.id(), another, now).expect("there");
    assert_eq!(
        meeting.token(&app, mentee, Entry::Door).await,
        Err(Problem::Elsewhere)
    );
    assert_eq!(
        meeting.enter(&app, mentee).await,
        Err(Problem::Conflict("You are not at the door of this meeting.".to_owned())),
        "another login's door"
    );
    // Nobody is asked about a page that only waits at the door.
    assert_eq!(meeting.token(&app, mentee, Entry::IfNotInside).await, Ok(()));
    app.media.join(&room, mentee.id(), now).expect("there");
    for entry in [Entry::Door, Entry::IfNotInside] {
        assert_eq!(
            meeting.token(&app, mentee, entry).await,
            Err(Problem::Elsewhere)
        );
    }
    assert_eq!(meeting.token(&app, mentee, Entry::Here).await, Ok(()));
}

#[apply(on_both_engines!)]
async fn nobody_gets_in_from_the_door_who_could_not_join(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let outsider = app.person("Eve").await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    for entry in [Entry::Door, Entry::IfNotInside] {
        assert_eq!(
            meeting.token(&app, &outsider, entry).await,
            Err(Problem::NoAccess(Access::NotYours))
        );
    }
    meeting.knock(&app, &outsider);
    assert_eq!(
        meeting.enter(&app, &outsider).await,
        Err(Problem::NoAccess(Access::NotYours))
    );
    look(&app).await;
    app.run_jobs().await;
    assert!(app.media.identities(&meeting.room()).is_empty(), "put out");

    meeting.knock(&app, mentee);
    let removing = meetings::moderate(&app.state, &mentor.login, meeting.id, Moderation::Remove);
    removing.await.expect("removed");
    assert!(matches!(
        meeting.enter(&app, mentee).await,
        Err(Problem::NoAccess(Access::Removed { .. }))
    ));
    app.run_jobs().await;
    assert!(app.media.identities(&meeting.room()).is_empty(), "put out");
    assert!(matches!(
        meeting.token(&app, mentee, Entry::Door).await,
        Err(Problem::NoAccess(Access::Removed { .. }))
    ));

    meeting.knock(&app, mentor);
    let ending = meetings::end_room(&app.state, &mentor.login, meeting.id);
    ending.await.expect("ended");
    assert!(matches!(
        meeting.enter(&app, mentor).await,
        Err(Problem::NoAccess(Access::Ended { .. }))
    ));
    app.run_jobs().await;
    assert!(app.media.rooms().is_empty(), "the door closes with the room");
    assert_eq!(meeting.seconds(&app).await, (0, 0, 0));
}

#[apply(on_both_engines!)]
async fn an_entry_that_livekit_does_not_carry_out_says_so_and_forges_no_time(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let mentor = &meeting.mentor;
    meeting.knock(&app, mentor);
    app.media.fail_next(1, MediaError::Unreachable("away".to_owned()));
    assert!(meetings::enter(&app.state, &mentor.login, meeting.id).await.is_err());
    assert_eq!(meeting.seconds(&app).await, (0, 0, 0));
    app.media.leave(&meeting.room(), mentor.id());
    assert_eq!(
        meeting.enter(&app, mentor).await,
        Err(Problem::Conflict("You are not at the door of this meeting.".to_owned()))
    );
    assert_eq!(meeting.seconds(&app).await, (0, 0, 0));
}

#[apply(on_both_engines!)]
async fn whoever_only_waited_at_the_door_did_not_come(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    app.media
        .join(&meeting.room(), mentee.id(), NOW)
        .expect("there");
    meeting.knock(&app, mentor);
    for _ in 0..20 {
        look(&app).await;
        app.clock.advance(Millis::minutes(1));
    }
    look(&app).await;
    let ending = meetings::end_room(&app.state, &mentor.login, meeting.id);
    ending.await.expect("ended");
    app.run_jobs().await;
    app.clock.advance(Millis::seconds(10));
    app.run_jobs().await;
    let found = store::sessions::find(app.state.db.read(), meeting.id).await;
    let record = found.expect("readable").expect("there");
    assert_eq!(record.outcome, Outcome::MissedByMentor);
}

#[apply(on_both_engines!)]
async fn who_is_late_is_so_until_they_are_in_and_is_seen_at_the_door(app: TestApp) {
    let meeting = Meeting::open(&app).await;
    let (mentor, mentee) = (&meeting.mentor, &meeting.mentee);
    let saying = meetings::running_late(&app.state, &mentor.login, meeting.id, true);
    saying.await.expect("said");
    assert_eq!(meeting.token(&app, mentor, Entry::Door).await, Ok(()));
    assert_eq!(meeting.seen_by(&app, mentee).await.late.len(), 1);
    meeting.knock(&app, mentor);
    look(&app).await;
    let seen = meeting.seen_by(&app, mentee).await;
    assert_eq!((seen.late.len(), seen.at_door.len()), (0, 1));
    app.media.leave(&meeting.room(), mentor.id());
    app.clock.advance(Millis::minutes(1));
    look(&app).await;
    assert_eq!(meeting.seen_by(&app, mentee).await.late.len(), 1);
    meeting.knock(&app, mentor);
    assert_eq!(meeting.enter(&app, mentor).await, Ok(()));
    app.media.leave(&meeting.room(), mentor.id());
    app.clock.advance(Millis::minutes(1));
    look(&app).await;
    assert_eq!(meeting.seen_by(&app, mentee).await.late.len(), 0, "they came");
}
