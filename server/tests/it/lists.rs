//! The lists of one's sessions: what is to come, what is over, and their pages.

use crate::harness::{NOW, TestApp, on_both_engines};
use domain::{access::is_upcoming, ids::SessionId, time::Millis, views::ListPages};
use macro_rules_attribute::apply;
use server::{sessions, store};
use std::{cmp::Reverse, collections::BTreeSet};

#[apply(on_both_engines!)]
async fn what_is_to_come_and_what_is_over_is_told_apart_as_the_rule_says(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let rules = app.state.config.window;
    let mut ids = Vec::new();
    for day in 0..10 {
        let id = app.session(&mentor, &mentee, NOW + Millis::days(day)).await;
        ids.push(id);
    }
    for (id, set) in ids.iter().zip([
        "booking = 'requested'",
        "booking = 'declined'",
        "booking = 'cancelled', cancelled_at = 1",
        "room = 'live'",
        "room = 'ended', room_ended_at = 1, room_end_reason = 'time_up'",
        "extended_ms = 900000",
        "ends_at = scheduled_at + 10800000",
        "booking = 'requested', ends_at = scheduled_at + 10800000",
        "room = 'failed'",
        "outcome = 'completed'",
    ]) {
        let sql = format!("UPDATE sessions SET {set} WHERE id = $1");
        let set = app.test_db.sql(&sql, [id.0.into()]).await;
        assert_eq!(set.expect("written"), 1);
    }
    let all = store::sessions::find_all(app.state.db.read(), &ids)
        .await
        .expect("readable");
    let mut moments = Vec::new();
    for record in &all {
        let facts = &record.facts;
        let closes = facts.window(rules).closes_at;
        moments.extend([facts.scheduled_at, facts.ends_at, closes].map(|at| [at, at + Millis(1)]));
    }
    for now in moments.into_iter().flatten() {
        app.clock.set(now);
        let mine = sessions::mine(&app.state, &mentee.login, ListPages::default());
        let mine = mine.await.expect("listed");
        let is_ahead = |id: &SessionId| mine.upcoming.iter().any(|session| session.id == *id);
        for record in &all {
            let expected = is_upcoming(&record.facts, now, rules);
            assert_eq!(
                is_ahead(&record.facts.id),
                expected,
                "{:?} at {now:?}",
                record.facts
            );
        }
        assert_eq!(mine.upcoming.len() + mine.past.len(), ids.len());
        assert!(
            mine.upcoming
                .is_sorted_by_key(|session| session.scheduled_at)
        );
        assert!(
            mine.past
                .is_sorted_by_key(|session| Reverse(session.scheduled_at))
        );
    }
}

#[apply(on_both_engines!)]
async fn todays_session_is_listed_however_many_there_are_and_the_rest_on_other_pages(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    let today = app.session(&mentor, &mentee, NOW + Millis::hours(1)).await;
    for day in 1..=120 {
        app.session(&mentor, &mentee, NOW + Millis::days(day)).await;
        app.session(&mentor, &mentee, NOW - Millis::days(day)).await;
    }
    let mut found = (BTreeSet::new(), BTreeSet::new());
    for page in 0..3 {
        let pages = ListPages {
            upcoming: page,
            past: page,
        };
        let mine = sessions::mine(&app.state, &mentor.login, pages)
            .await
            .expect("listed");
        if page == 0 {
            assert_eq!(mine.upcoming[0].id, today, "the next one comes first");
        }
        assert_eq!((mine.has_later, mine.has_earlier), (page < 2, page < 2));
        found
            .0
            .extend(mine.upcoming.into_iter().map(|session| session.id));
        found
            .1
            .extend(mine.past.into_iter().map(|session| session.id));
    }
    assert_eq!((found.0.len(), found.1.len()), (121, 120));
}
