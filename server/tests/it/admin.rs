//! The admin console: who may look and act, what each tab lists, and that acts are recorded.

use crate::harness::{NOW, Person, TestApp, on_both_engines};
use domain::{
    audit::AuditAction,
    console::{AdminAction, Console, Tab},
    ids::{JobId, RoomName, SessionId},
    job::MAX_ATTEMPTS,
    problem::Problem,
    session::{EndReason, Outcome, Room},
    time::Millis,
};
use macro_rules_attribute::apply;
use sea_orm::Value;
use server::store::ScopedFutureExt;
use server::{
    Error, accounts, admin,
    media::MediaError,
    meetings,
    store::{
        self,
        audit::AuditEntry,
        webhook_events::{EventState, NewEvent},
    },
};
use uuid::Uuid;

async fn shown(app: &TestApp, who: &Person, tab: Tab, filter: &str) -> Console {
    admin::console(&app.state, &who.login, tab, filter, 0)
        .await
        .expect("shown")
}

fn titles(console: &Console, section: usize) -> Vec<&str> {
    console.sections[section]
        .entries
        .iter()
        .map(|e| e.title.as_str())
        .collect()
}

async fn acts(app: &TestApp) -> Vec<AuditEntry> {
    store::audit::page(app.state.db.read(), None, store::Part::first(100))
        .await
        .expect("readable")
}

async fn contested(app: &TestApp, id: SessionId, by: &Person) {
    let sql =
        "UPDATE sessions SET outcome = 'disputed', disputed_by = $1, dispute = $2 WHERE id = $3";
    let values: [Value; 3] = [by.id().0.into(), "I was there.".into(), id.0.into()];
    assert_eq!(app.test_db.sql(sql, values).await.expect("written"), 1);
}

async fn room_fails(app: &TestApp) {
    app.media.fail_always(Some(MediaError::Unreachable(
        "connection refused".to_owned(),
    )));
    for _ in 0..MAX_ATTEMPTS {
        app.run_jobs().await;
        app.clock.advance(Millis::minutes(7));
    }
    app.media.fail_always(None);
}

#[apply(on_both_engines!)]
async fn only_admins_see_the_console_and_act_in_it(app: TestApp) {
    let (mentor, mentee, id) = app.pair_with_session(NOW).await;
    contested(&app, id, &mentee).await;
    for person in [&mentor, &mentee] {
        for tab in [
            Tab::Rooms,
            Tab::Jobs,
            Tab::Webhooks,
            Tab::Users,
            Tab::Disputes,
            Tab::Audit,
        ] {
            let refused = admin::console(&app.state, &person.login, tab, "", 0).await;
            assert!(
                matches!(refused, Err(Error::Problem(Problem::Forbidden))),
                "{tab:?}"
            );
        }
        for act in [
            AdminAction::EndRoom(id),
            AdminAction::RetryJob(JobId(Uuid::nil())),
            AdminAction::RetryAll,
            AdminAction::Settle(id, Outcome::Completed),
            AdminAction::SignOut(mentee.id()),
        ] {
            let refused = admin::perform(&app.state, &person.login, act).await;
            assert!(
                matches!(refused, Err(Error::Problem(Problem::Forbidden))),
                "{act:?}"
            );
        }
    }
    assert_eq!(acts(&app).await, []);
}

#[apply(on_both_engines!)]
async fn a_running_room_is_listed_and_ended_with_a_record(app: TestApp) {
    let (.., id) = app.pair_with_session(NOW).await;
    let ada = app.admin("Ada").await;
    app.run_jobs().await;
    assert_eq!(
        titles(&shown(&app, &ada, Tab::Rooms, "").await, 0),
        ["First steps"]
    );
    admin::perform(&app.state, &ada.login, AdminAction::EndRoom(id))
        .await
        .expect("ended");
    admin::perform(&app.state, &ada.login, AdminAction::EndRoom(id))
        .await
        .expect("ending twice is fine");
    assert!(titles(&shown(&app, &ada, Tab::Rooms, "").await, 0).is_empty());
    let found = store::sessions::find(app.state.db.read(), id)
        .await
        .expect("readable")
        .expect("there");
    assert!(matches!(
        found.facts.room,
        Room::Ended {
            reason: EndReason::EndedByAdmin,
            ..
        }
    ));
    let entries = acts(&app).await;
    assert_eq!(entries.len(), 1, "the first end alone is recorded");
    assert_eq!(
        (entries[0].action, entries[0].actor, entries[0].session),
        (AuditAction::EndedRoom, Some(ada.id()), Some(id))
    );
    assert_eq!(
        titles(&shown(&app, &ada, Tab::Audit, &id.to_string()).await, 0),
        ["Ended the room"]
    );
    assert!(
        titles(
            &shown(&app, &ada, Tab::Audit, &Uuid::nil().to_string()).await,
            0
        )
        .is_empty()
    );
}

#[apply(on_both_engines!)]
async fn a_mentor_who_ends_the_room_is_recorded_too(app: TestApp) {
    let (mentor, _, id) = app.pair_with_session(NOW).await;
    meetings::end_room(&app.state, &mentor.login, id)
        .await
        .expect("ended");
    let entries = acts(&app).await;
    assert_eq!(
        (entries.len(), entries[0].actor, entries[0].detail.as_str()),
        (1, Some(mentor.id()), "ended_by_mentor")
    );
}

#[apply(on_both_engines!)]
async fn a_failed_room_and_its_dead_job_are_listed_until_they_are_retried(app: TestApp) {
    let (.., id) = app.pair_with_session(NOW).await;
    let ada = app.admin("Ada").await;
    room_fails(&app).await;
    let listed = shown(&app, &ada, Tab::Rooms, "").await;
    assert_eq!(titles(&listed, 1), ["First steps"]);
    assert!(
        listed.sections[1].entries[0]
            .facts
            .iter()
            .any(|(_, v)| v.contains("connection refused"))
    );
    let listed = shown(&app, &ada, Tab::Jobs, "").await;
    assert_eq!(titles(&listed, 0), ["Create a meeting room"]);
    admin::perform(&app.state, &ada.login, AdminAction::RetryAll)
        .await
        .expect("retried");
    app.run_jobs().await;
    assert!(titles(&shown(&app, &ada, Tab::Jobs, "").await, 0).is_empty());
    assert_eq!(
        titles(&shown(&app, &ada, Tab::Rooms, "").await, 0),
        ["First steps"]
    );
    let entries = acts(&app).await;
    assert_eq!(
        (entries.len(), entries[0].action, entries[0].session),
        (1, AuditAction::RetriedJob, Some(id))
    );
    let again = admin::perform(
        &app.state,
        &ada.login,
        AdminAction::RetryJob(JobId(Uuid::nil())),
    )
    .await;
    assert!(matches!(again, Err(Error::Problem(Problem::Conflict(_)))));
}

#[apply(on_both_engines!)]
async fn messages_are_filtered_by_state(app: TestApp) {
    let ada = app.admin("Ada").await;
    let new = |id: &str, state, error: Option<&str>| NewEvent {
        id: id.to_owned(),
        event: id.to_owned(),
        room: Some(RoomName::new(SessionId(Uuid::nil()), 1)),
        body: "<b>body</b>".to_owned(),
        state,
        error: error.map(ToOwned::to_owned),
        received_at: NOW,
    };
    for event in [
        new("room_started", EventState::Ignored, None),
        new("odd", EventState::Parked, Some("no room")),
    ] {
        app.state
            .db
            .write(|txn| {
                let event = &event;
                async move { store::webhook_events::insert(txn, event).await }.scope_boxed()
            })
            .await
            .expect("stored");
    }
    assert_eq!(
        shown(&app, &ada, Tab::Webhooks, "").await.sections[0]
            .entries
            .len(),
        2
    );
    let parked = shown(&app, &ada, Tab::Webhooks, "parked").await;
    assert_eq!(titles(&parked, 0), ["odd"]);
    assert_eq!(
        parked.sections[0].entries[0].body.as_deref(),
        Some("<b>body</b>")
    );
    assert!(
        shown(&app, &ada, Tab::Rooms, "")
            .await
            .counts
            .contains(&("Parked messages".to_owned(), 1))
    );
}

#[apply(on_both_engines!)]
async fn users_are_found_by_name_or_address_and_signed_out_with_a_record(app: TestApp) {
    let (leo, ada) = (app.person("Leo").await, app.admin("Ada").await);
    app.person("Percy").await;
    assert_eq!(
        titles(&shown(&app, &ada, Tab::Users, "LEO@example").await, 0),
        ["Leo"]
    );
    assert!(
        titles(&shown(&app, &ada, Tab::Users, "%").await, 0).is_empty(),
        "a sign, not a wildcard"
    );
    admin::perform(&app.state, &ada.login, AdminAction::SignOut(leo.id()))
        .await
        .expect("signed out");
    assert!(
        accounts::current(&app.state, &leo.token)
            .await
            .expect("answer")
            .is_none()
    );
    assert!(
        accounts::current(&app.state, &ada.token)
            .await
            .expect("answer")
            .is_some()
    );
    let entries = acts(&app).await;
    assert_eq!(
        (entries.len(), entries[0].action, entries[0].subject),
        (1, AuditAction::SignedOutEverywhere, Some(leo.id()))
    );
}

#[apply(on_both_engines!)]
async fn a_dispute_is_settled_once_with_a_record(app: TestApp) {
    let (_, mentee, id) = app.pair_with_session(NOW).await;
    let ada = app.admin("Ada").await;
    let act = AdminAction::Settle(id, Outcome::MissedByMentor);
    let early = admin::perform(&app.state, &ada.login, act).await;
    assert!(
        matches!(early, Err(Error::Problem(Problem::Conflict(_)))),
        "nobody contests it"
    );
    contested(&app, id, &mentee).await;
    let listed = shown(&app, &ada, Tab::Disputes, "").await;
    let facts = &listed.sections[0].entries[0].facts;
    assert!(
        facts.iter().any(|(_, v)| v == "I was there.")
            && facts.iter().any(|(_, v)| v == "Leo, the mentee")
    );
    admin::perform(&app.state, &ada.login, act)
        .await
        .expect("settled");
    assert!(
        admin::perform(&app.state, &ada.login, act).await.is_err(),
        "once"
    );
    let found = store::sessions::find(app.state.db.read(), id)
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(found.outcome, Outcome::MissedByMentor);
    let entries = acts(&app).await;
    assert_eq!(
        (entries.len(), entries[0].action, entries[0].detail.as_str()),
        (1, AuditAction::DecidedOutcome, "missed_by_mentor")
    );
}

#[apply(on_both_engines!)]
async fn people_are_found_in_any_case_of_any_alphabet(app: TestApp) {
    let admin = app.admin("Ada").await;
    let ozil = app.person("Mesut Özil").await;
    app.person("Łukasz Żak 2").await;
    app.person("Ёлка Иванова 3").await;
    let found = async |text: &str| {
        let console = shown(&app, &admin, Tab::Users, text).await;
        titles(&console, 0)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for (text, name) in [
        ("özil", "Mesut Özil"),
        ("ÖZIL", "Mesut Özil"),
        ("ŁUKASZ", "Łukasz Żak 2"),
        ("ёлка ИВ", "Ёлка Иванова 3"),
        ("MESUTZIL@example", "Mesut Özil"),
    ] {
        assert_eq!(found(text).await, [name], "{text}");
    }
    accounts::update_account(&app.state, &ozil.login, "Ümit", "UTC")
        .await
        .expect("renamed");
    assert_eq!(found("ümit").await, ["Ümit"]);
    assert!(found("özil").await.is_empty());
}
