//! LiveKit's own account of who is where. Messages get lost, so it is asked again and again, and the
//! record follows: rooms it has lost, people who came or went unnoticed, people who must not be there.

use super::{
    jobs::{decide_outcome::DecideOutcome, delete_room::DeleteRoom, evict::Evict},
    room_state::set_room,
    stays::over,
};
use crate::{
    AppState, Result,
    jobs::enqueue,
    media::MediaParticipant,
    store::{
        self, ScopedFutureExt, StoreError, Txn,
        participants::{self, OpenStay, StayFacts},
        rooms::RoomRecord,
    },
};
use domain::{
    access::SessionFacts,
    door::Standing,
    ids::{RoomId, RoomName, SessionId},
    time::Timestamp,
};
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

/// Rooms LiveKit is asked about at the same time.
const AT_ONCE: usize = 16;

/// What a look at LiveKit found; for the log and tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Rooms that were compared.
    pub rooms: usize,
    /// Rooms whose record had to be mended.
    pub mended: usize,
    /// Rooms LiveKit no longer has.
    pub lost: usize,
    /// Ended rooms that it still has.
    pub leftover: usize,
}

/// Compares every running room with LiveKit, and looks for ended rooms that are still there.
///
/// # Errors
/// When the database or LiveKit does not answer; a single room that fails is left for the next time.
pub async fn all(state: &AppState) -> Result<Found> {
    compare(state, false).await
}

/// As [`all`], for rooms whose mentor removed somebody.
///
/// # Errors
/// As [`all`].
pub async fn with_removals(state: &AppState) -> Result<Found> {
    compare(state, true).await
}

async fn compare(state: &AppState, with_removals: bool) -> Result<Found> {
    let db = state.db.read();
    // What we know comes first: what LiveKit says afterwards is newer.
    let running = store::rooms::running(db, with_removals).await?;
    if with_removals && running.is_empty() {
        return Ok(Found::default());
    }
    let (ids, sessions): (Vec<RoomId>, Vec<SessionId>) =
        running.iter().map(|room| (room.id, room.session)).unzip();
    let mut open: BTreeMap<RoomId, Vec<OpenStay>> = BTreeMap::new();
    for stay in participants::open_in(db, &ids).await? {
        open.entry(stay.room).or_default().push(stay);
    }
    let records = store::sessions::find_all(db, &sessions).await?;
    let records: BTreeMap<SessionId, _> = records.into_iter().map(|r| (r.facts.id, r)).collect();
    let live = state.media.rooms().await?;
    let live: BTreeSet<String> = live.into_iter().map(|room| room.name).collect();

    let mut found = Found {
        rooms: sessions.len(),
        ..Found::default()
    };
    if !with_removals {
        found.leftover = delete_leftovers(state, &live).await?;
    }
    let known: Vec<Known> = running
        .into_iter()
        .filter_map(|room| {
            Some(Known {
                facts: records.get(&room.session)?.facts.clone(),
                open: open.remove(&room.id).unwrap_or_default(),
                exists: live.contains(room.name.as_str()),
                room,
            })
        })
        .collect();
    let compared: Vec<Result<Compared>> = stream::iter(known)
        .map(|known| ask_and_mend(state, known))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut answered = Vec::with_capacity(compared.len());
    for compared in compared {
        match compared {
            Ok(compared) => {
                found.mended += usize::from(compared.mended);
                found.lost += usize::from(compared.lost);
                answered.push(compared.room);
            }
            Err(error) => tracing::warn!(%error, "a room could not be compared with LiveKit"),
        }
    }
    if answered.is_empty() {
        // An idle server writes nothing.
        return Ok(found);
    }
    record_answers(state, &answered).await?;
    Ok(found)
}

/// Writes that LiveKit has just said who is in these rooms.
async fn record_answers(state: &AppState, answered: &[RoomId]) -> Result<()> {
    let now = state.clock.now();
    let writing = state.db.write(|txn| {
        async move { store::rooms::reconciled(txn, answered, now).await }.scope_boxed()
    });
    Ok(writing.await?)
}

/// Asks LiveKit once more about a room that was ended and is about to be deleted: what came of the session may depend
/// on who was there when it ended, and the last regular look may be a minute old.
///
/// # Errors
/// When the database or LiveKit does not answer.
pub(super) async fn before_deletion(state: &AppState, name: &RoomName) -> Result<()> {
    let db = state.db.read();
    let found = store::rooms::by_name(db, name).await?;
    let Some((room, _)) =
        found.filter(|(room, _)| room.is_ended && !room.is_deleted && room.ensured_at.is_some())
    else {
        return Ok(());
    };
    let Some(record) = store::sessions::find(db, room.session).await? else {
        return Ok(());
    };
    let id = room.id;
    let known = Known {
        open: participants::open_in(db, &[id]).await?,
        facts: record.facts,
        exists: true,
        room,
    };
    ask_and_mend(state, known).await?;
    record_answers(state, &[id]).await
}

/// Ended rooms that LiveKit still has go again. Rooms that we do not know are somebody else's.
async fn delete_leftovers(state: &AppState, live: &BTreeSet<String>) -> Result<usize> {
    let ours: Vec<RoomName> = live
        .iter()
        .filter_map(|name| RoomName::parse(name))
        .collect();
    let mut leftover = Vec::new();
    // Far below the number of values that a statement takes.
    for some in ours.chunks(1_000) {
        leftover.extend(store::rooms::ended_among(state.db.read(), some).await?);
    }
    let (now, count) = (state.clock.now(), leftover.len());
    if count > 0 {
        let deleting = state.db.write(|txn| {
            let leftover = &leftover;
            async move {
                for room in leftover {
                    enqueue(txn, &DeleteRoom::of(room), now, now).await?;
                }
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        });
        deleting.await?;
    }
    Ok(count)
}

struct Compared {
    room: RoomId,
    mended: bool,
    lost: bool,
}

/// What the record of a room lacks.
#[derive(Debug, Default, PartialEq, Eq)]
struct Difference {
    /// People in the room whose stay we do not know, or think over.
    came: Vec<StayFacts>,
    /// Stays that are over, ended when LiveKit last confirmed them.
    went: Vec<StayFacts>,
    /// Whether somebody is there who must not be.
    unwanted: bool,
}

/// `None` for a room that LiveKit does not have.
fn difference(
    facts: &SessionFacts,
    open: &[OpenStay],
    seen: Option<&[MediaParticipant]>,
    last_seen: Option<Timestamp>,
) -> Difference {
    let there: Vec<&MediaParticipant> = seen
        .unwrap_or_default()
        .iter()
        // Somebody whose media does not flow (yet) is not there (yet).
        .filter(|p| p.is_person && p.is_active)
        .collect();
    let came = there
        .iter()
        .filter(|p| {
            let known = open.iter().find(|stay| stay.sid == p.sid);
            // Somebody may have come in from the door unnoticed.
            known.is_none_or(|stay| stay.joined_at.is_none() && p.standing == Standing::In)
        })
        .map(|p| StayFacts {
            sid: p.sid.clone(),
            identity: p.identity.clone(),
            arrival: p.arrival,
            left: None,
        });
    let went = open
        .iter()
        .filter(|stay| {
            let seen = seen.unwrap_or_default();
            seen.iter().all(|p| p.sid != stay.sid)
        })
        .map(|stay| over(stay, last_seen));
    Difference {
        came: came.collect(),
        went: went.collect(),
        unwanted: seen
            .unwrap_or_default()
            .iter()
            .any(|p| p.is_person && !facts.admits(&p.identity)),
    }
}

/// What we know of a running room.
struct Known {
    room: RoomRecord,
    facts: SessionFacts,
    /// Stays that go on.
    open: Vec<OpenStay>,
    /// Whether LiveKit has it.
    exists: bool,
}

async fn ask_and_mend(state: &AppState, known: Known) -> Result<Compared> {
    let seen = match known.exists {
        true => Some(state.media.people(&known.room.name).await?),
        false => None,
    };
    mend(state, known, seen).await
}

async fn mend(
    state: &AppState,
    known: Known,
    seen: Option<Vec<MediaParticipant>>,
) -> Result<Compared> {
    let Known {
        room, facts, open, ..
    } = known;
    let found = difference(&facts, &open, seen.as_deref(), room.reconciled_at);
    let is_lost = seen.is_none();
    let somebody = found
        .came
        .iter()
        .any(|stay| stay.arrival.joined_at.is_some());
    let differs = is_lost || !found.came.is_empty() || !found.went.is_empty() || found.unwanted;
    if !differs {
        return Ok(Compared {
            room: room.id,
            mended: false,
            lost: false,
        });
    }
    let now = state.clock.now();
    let stays: Vec<StayFacts> = found.came.iter().chain(&found.went).cloned().collect();
    let back: Vec<String> = found.came.iter().map(|stay| stay.sid.clone()).collect();
    let (unwanted, ensured_at) = (found.unwanted, room.ensured_at);
    let lost = state
        .db
        .write(|txn| {
            let (stays, back, room) = (&stays, &back, &room);
            async move {
                merge(txn, &room.name, stays, back).await?;
                if unwanted {
                    let (room, session) = (room.name.clone(), room.session);
                    enqueue(txn, &Evict { room, session }, now, now).await?;
                }
                let lost = match ensured_at.filter(|_| is_lost) {
                    Some(at) => store::rooms::lost_since(txn, room.id, at).await?,
                    None => false,
                };
                // Locked: a webhook may be writing the state at this moment.
                if let Some(record) = store::sessions::lock(txn, room.session).await? {
                    let old = record.facts.room;
                    let new = match (lost, somebody) {
                        (true, _) => old.lost(),
                        (false, true) => old.joined(),
                        (false, false) => old,
                    };
                    set_room(txn, room.session, old, new, now).await?;
                    if !stays.is_empty() {
                        DecideOutcome::again(txn, &record.facts, now).await?;
                    }
                }
                Ok::<_, StoreError>(lost)
            }
            .scope_boxed()
        })
        .await?;
    tracing::info!(
        session.id = %room.session, came = found.came.len(), went = found.went.len(), lost, unwanted,
        "the record of a room was mended after LiveKit's word"
    );
    Ok(Compared {
        room: room.id,
        mended: true,
        lost,
    })
}

/// Writes stays to a room's record; those in `back` go on although their end was estimated.
async fn merge(
    txn: &Txn,
    name: &RoomName,
    stays: &[StayFacts],
    back: &[String],
) -> std::result::Result<(), StoreError> {
    let Some(room) = participants::room_locked(txn, name).await? else {
        return Ok(());
    };
    for stay in stays {
        participants::merge(txn, &room, stay).await?;
    }
    if !back.is_empty() {
        participants::reopen(txn, room.id, back).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        door::Arrival,
        ids::UserId,
        session::{Booking, Room},
        time::Millis,
    };
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn facts() -> SessionFacts {
        SessionFacts {
            id: SessionId(Uuid::from_u128(1)),
            mentor: user(10),
            mentee: user(20),
            scheduled_at: NOW,
            ends_at: NOW + Millis::hours(1),
            booking: Booking::Confirmed,
            room: Room::Live,
            extended: Millis(0),
            mentee_removed_at: None,
        }
    }

    fn open(sid: &str, who: u128, joined: i64) -> OpenStay {
        OpenStay {
            room: RoomId(Uuid::nil()),
            sid: sid.to_owned(),
            identity: user(who).to_string(),
            door_at: None,
            joined_at: Some(NOW + Millis::seconds(joined)),
        }
    }

    fn seen(sid: &str, identity: &str) -> MediaParticipant {
        MediaParticipant {
            login: None,
            sid: sid.to_owned(),
            identity: identity.to_owned(),
            standing: Standing::In,
            arrival: Arrival::of(Some(NOW + Millis::seconds(30)), Standing::In, None),
            is_active: true,
            is_person: true,
            microphones: Vec::new(),
        }
    }

    fn ends(stays: &[StayFacts]) -> Vec<(&str, Option<i64>)> {
        let second = |at: Timestamp| (at.0 - NOW.0) / 1_000;
        stays
            .iter()
            .map(|s| (s.sid.as_str(), s.left.as_ref().map(|end| second(end.at))))
            .collect()
    }

    #[test]
    fn nothing_differs_when_everybody_is_where_the_record_says() {
        let there = [seen("PA_1", &user(10).to_string())];
        let found = difference(&facts(), &[open("PA_1", 10, 0)], Some(&there), None);
        assert_eq!(found, Difference::default());
    }

    #[test]
    fn an_unnoticed_end_is_when_livekit_was_last_asked() {
        let last = Some(NOW + Millis::seconds(60));
        let stays = [open("PA_1", 10, 0), open("PA_2", 20, 70)];
        for seen in [None, Some(&[][..])] {
            let found = difference(&facts(), &stays, seen, last);
            // One who came after that is not given time that nobody saw.
            assert_eq!(ends(&found.went), [("PA_1", Some(60)), ("PA_2", Some(70))]);
            let estimated = |s: &StayFacts| s.left.as_ref().is_some_and(|end| end.is_estimated);
            assert!(found.went.iter().all(estimated));
        }
    }

    #[test]
    fn an_unnoticed_arrival_is_recorded_once_media_flows() {
        let mentor = user(10).to_string();
        let mut connecting = seen("PA_1", &mentor);
        connecting.is_active = false;
        let mut recorder = seen("PA_2", "EG_recorder");
        recorder.is_person = false;
        let there = [connecting, recorder];
        let found = difference(&facts(), &[], Some(&there), None);
        assert_eq!(found, Difference::default());
        let there = [seen("PA_1", &mentor)];
        let found = difference(&facts(), &[], Some(&there), None);
        assert_eq!(ends(&found.came), [("PA_1", None)]);
    }

    #[test]
    fn strangers_removed_people_and_suffixes_are_unwanted() {
        let mentee = user(20).to_string();
        let mut facts = facts();
        let unwanted = |facts: &SessionFacts, identity: &str| {
            difference(facts, &[], Some(&[seen("PA_1", identity)]), None).unwanted
        };
        assert!(!unwanted(&facts, &mentee));
        assert!(unwanted(&facts, &format!("{mentee}#x")));
        assert!(unwanted(&facts, &user(30).to_string()));
        facts.mentee_removed_at = Some(NOW);
        assert!(unwanted(&facts, &mentee));
    }
}
