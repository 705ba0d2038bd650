//! What two people do to one meeting at the same moment: whatever comes second decides upon what the first one left.

use crate::harness::{NOW, Person, TestApp, on_both_engines};
use domain::{
    ids::SessionId,
    permissions::Moderation,
    session::{Booking, Room},
    time::Millis,
};
use futures::{FutureExt, future::join};
use macro_rules_attribute::apply;
use server::{
    Error,
    meetings::{end_room, extend, moderate},
    sessions::{self, SessionChange},
    store::{self, ScopedFutureExt, StoreError},
};
use std::time::Duration;
use tokio::sync::Notify;

/// What happens to a meeting that is open.
#[derive(Debug, Clone, Copy)]
enum Deed {
    End,
    Extend,
    Remove,
    Move,
    Cancel,
}

impl Deed {
    async fn happens(self, app: &TestApp, mentor: &Person, id: SessionId) -> Result<(), Error> {
        let (state, login) = (&app.state, &mentor.login);
        let reason = Some("Something came up.".to_owned());
        match self {
            Self::End => end_room(state, login, id).await,
            Self::Extend => {
                let closes_at = NOW + Millis::minutes(125);
                extend(state, login, id, closes_at).await.map(drop)
            }
            Self::Remove => moderate(state, login, id, Moderation::Remove).await,
            Self::Move => {
                let starts_at = NOW + Millis::days(2);
                let change = SessionChange::Reschedule { starts_at, reason };
                sessions::change(state, login, id, change).await.map(drop)
            }
            Self::Cancel => {
                let change = SessionChange::Cancel { reason };
                sessions::change(state, login, id, change).await.map(drop)
            }
        }
    }
}

/// Seats, rooms and jobs are those of what the session's row says.
async fn assert_whole(app: &TestApp, id: SessionId, what: &str) {
    let found = store::sessions::find(app.state.db.read(), id).await;
    let facts = found.expect("readable").expect("there").facts;
    let count = async |from: &str| {
        let of = format!("SELECT count(*) FROM {from} AND session_id = $1");
        app.test_db.number_of(&of, [id.0.into()]).await
    };
    let seats = count("session_seats WHERE active").await;
    let rooms = count("livekit_rooms WHERE ended_at IS NULL").await;
    let undone = "jobs WHERE done_at IS NULL AND dead_at IS NULL AND kind";
    let planned = format!("{undone} IN ('create_room', 'warn_closing', 'close_window')");
    let planned = count(&planned).await;
    let closing = format!("{undone} = 'close_window' AND run_at");
    match (facts.booking, facts.room) {
        // What was planned for an ended meeting finds it ended.
        (_, Room::Ended { .. }) => return assert_eq!((seats, rooms), (0, 0), "{what}: {facts:?}"),
        (Booking::Cancelled { .. }, _) => {
            return assert_eq!((seats, rooms, planned), (0, 0, 0), "{what}: {facts:?}");
        }
        (booking, _) => assert_eq!(booking, Booking::Confirmed, "{what}"),
    }
    let extended = i64::from(facts.extended != Millis(0));
    assert_eq!((seats, rooms), (2 + 2 * extended, 1), "{what}: {facts:?}");
    let closed = facts.window(app.state.config.window).closes_at + Millis(1);
    let all = count(&format!("{closing} > 0")).await;
    let right = count(&format!("{closing} = {}", closed.0)).await;
    assert_eq!((all, right), (1, 1), "{what}: {facts:?}");
}

#[apply(on_both_engines!)]
async fn two_deeds_at_the_same_moment_leave_seats_room_and_jobs_of_one_truth(app: TestApp) {
    use Deed::{Cancel, End, Extend, Move, Remove};
    let pairs = [
        (End, Extend),
        (End, Remove),
        (End, Move),
        (End, Cancel),
        (Extend, Remove),
        (Extend, Move),
        (Extend, Cancel),
        (Remove, Move),
    ];
    let both_orders = pairs.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]);
    for (n, (first, second)) in both_orders.enumerate() {
        let mentor = app.mentor(&format!("Maya {n}")).await;
        let mentee = app.person(&format!("Leo {n}")).await;
        let id = app
            .session(&mentor, &mentee, NOW + Millis::minutes(5))
            .await;
        app.run_jobs().await;
        // Whoever comes has read the session, and waits for its row.
        let (held, let_go) = (&Notify::new(), &Notify::new());
        let holder = app.state.db.write(|txn| {
            async move {
                store::sessions::lock(txn, id).await?;
                held.notify_one();
                let_go.notified().await;
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        });
        let deeds = async {
            held.notified().await;
            let deed = |deed: Deed| deed.happens(&app, &mentor, id);
            let mut both = join(deed(first), deed(second)).boxed();
            let early = tokio::time::timeout(Duration::from_millis(100), &mut both).await;
            assert!(early.is_err(), "{first:?} and {second:?} do not wait");
            let_go.notify_one();
            both.await
        };
        let (nothing, done) = join(holder, deeds).await;
        nothing.expect("nothing was written");
        let what = format!("{first:?} and {second:?}: {done:?}");
        for result in [&done.0, &done.1] {
            assert!(matches!(result, Ok(()) | Err(Error::Problem(_))), "{what}");
        }
        assert!(done.0.is_ok() || done.1.is_ok(), "{what}");
        assert_whole(&app, id, &what).await;
    }
}
