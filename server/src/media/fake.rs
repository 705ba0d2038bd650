//! A media server in memory for tests: it keeps rooms and people, remembers what it was asked, and
//! fails or dawdles when told to.

use super::{
    CreatedRoom, JoinGrant, LiveRoom, MediaError, MediaParticipant, MediaServer, RoomSpec,
};
use async_trait::async_trait;
use domain::{
    door::{Arrival, Standing},
    ids::{LoginId, RoomName, UserId},
    notice::Notice,
    time::Timestamp,
};
use secrecy::SecretString;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Something the fake was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// [`MediaServer::create_room`].
    CreateRoom(RoomSpec),
    /// [`MediaServer::delete_room`].
    DeleteRoom(RoomName),
    /// [`MediaServer::participants`].
    Participants(RoomName),
    /// [`MediaServer::rooms`].
    Rooms,
    /// [`MediaServer::people`].
    People(RoomName),
    /// [`MediaServer::mute`].
    Mute(RoomName, String, String),
    /// [`MediaServer::tell`].
    Tell(RoomName, Option<UserId>, Notice),
    /// [`MediaServer::remove_participant`].
    RemoveParticipant(RoomName, String),
    /// [`MediaServer::let_in`].
    LetIn(RoomName, String),
    /// [`MediaServer::check`].
    Check,
    /// [`MediaServer::access_token`].
    AccessToken(JoinGrant),
}

#[derive(Debug)]
struct FakeRoom {
    sid: String,
    people: Vec<MediaParticipant>,
}

#[derive(Debug, Default)]
struct Inner {
    rooms: BTreeMap<String, FakeRoom>,
    calls: Vec<Call>,
    fail_next: Vec<MediaError>,
    fail_always: Option<MediaError>,
    delay: Duration,
    last_sid: u32,
}

impl Inner {
    fn next_sid(&mut self, prefix: &str) -> String {
        self.last_sid += 1;
        format!("{prefix}_fake{:04}", self.last_sid)
    }
}

/// A media server in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Fake(Arc<Mutex<Inner>>);

impl Fake {
    /// A server without rooms that works.
    pub fn new() -> Self {
        Self::default()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A test that panicked with the lock held has already failed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next `n` calls over the network fail.
    pub fn fail_next(&self, n: usize, error: MediaError) {
        self.inner().fail_next.extend(std::iter::repeat_n(error, n));
    }

    /// Lets every call over the network fail until told otherwise.
    pub fn fail_always(&self, error: Option<MediaError>) {
        self.inner().fail_always = error;
    }

    /// Lets every call over the network take this long first.
    pub fn delay(&self, delay: Duration) {
        self.inner().delay = delay;
    }

    /// Everything it was asked so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.clone()
    }

    /// Forgets what it was asked.
    pub fn forget_calls(&self) {
        self.inner().calls.clear();
    }

    /// Names of the rooms that exist.
    pub fn rooms(&self) -> Vec<String> {
        self.inner().rooms.keys().cloned().collect()
    }

    /// LiveKit's id of a room that exists.
    pub fn sid_of(&self, name: &RoomName) -> Option<String> {
        self.inner()
            .rooms
            .get(name.as_str())
            .map(|room| room.sid.clone())
    }

    /// Lets a person enter, as their browser would, and returns the id of the stay; `None` when
    /// there is no such room.
    pub fn join(&self, name: &RoomName, user: UserId, now: Timestamp) -> Option<String> {
        self.join_as(name, &user.to_string(), now)
    }

    /// As [`Fake::join`], with a login.
    pub fn join_with(
        &self,
        name: &RoomName,
        user: UserId,
        login: LoginId,
        now: Timestamp,
    ) -> Option<String> {
        let sid = self.join(name, user, now)?;
        let mut inner = self.inner();
        let people = &mut inner.rooms.get_mut(name.as_str())?.people;
        people.iter_mut().find(|p| p.sid == sid)?.login = Some(login);
        Some(sid)
    }

    /// As [`Fake::join`], under any identity.
    pub fn join_as(&self, name: &RoomName, identity: &str, now: Timestamp) -> Option<String> {
        let mut inner = self.inner();
        let sid = inner.next_sid("PA");
        let microphone = inner.next_sid("TR");
        let room = inner.rooms.get_mut(name.as_str())?;
        // A second join with the same identity disconnects the first.
        let identity = identity.to_owned();
        room.people.retain(|p| p.identity != identity);
        room.people.push(MediaParticipant {
            sid: sid.clone(),
            identity,
            standing: Standing::In,
            arrival: Arrival::of(Some(now), Standing::In, None),
            is_active: true,
            login: None,
            is_person: true,
            microphones: vec![microphone],
        });
        Some(sid)
    }

    /// Lets a person come to the door, as their browser would, and returns the id of the stay; `None`
    /// when there is no such room.
    pub fn knock(
        &self,
        name: &RoomName,
        user: UserId,
        login: LoginId,
        now: Timestamp,
    ) -> Option<String> {
        let sid = self.join_with(name, user, login, now)?;
        let mut inner = self.inner();
        let people = &mut inner.rooms.get_mut(name.as_str())?.people;
        let person = people.iter_mut().find(|p| p.sid == sid)?;
        person.standing = Standing::Door;
        person.arrival = Arrival::of(Some(now), Standing::Door, None);
        Some(sid)
    }

    /// Identities of the people in a room.
    pub fn identities(&self, name: &RoomName) -> Vec<String> {
        let inner = self.inner();
        let people = inner.rooms.get(name.as_str()).map(|room| &room.people);
        people.map_or_else(Vec::new, |people| {
            people.iter().map(|p| p.identity.clone()).collect()
        })
    }

    /// Lets a person leave.
    pub fn leave(&self, name: &RoomName, user: UserId) {
        if let Some(room) = self.inner().rooms.get_mut(name.as_str()) {
            let identity = user.to_string();
            room.people.retain(|p| p.identity != identity);
        }
    }

    /// Forgets all rooms, as LiveKit does when it restarts.
    pub fn restart(&self) {
        self.inner().rooms.clear();
    }

    /// Records the call, waits, and fails when told to.
    async fn called(&self, call: Call) -> Result<(), MediaError> {
        let delay = {
            let mut inner = self.inner();
            inner.calls.push(call);
            inner.delay
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mut inner = self.inner();
        if !inner.fail_next.is_empty() {
            return Err(inner.fail_next.remove(0));
        }
        inner.fail_always.clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl MediaServer for Fake {
    async fn create_room(&self, room: &RoomSpec) -> Result<CreatedRoom, MediaError> {
        self.called(Call::CreateRoom(room.clone())).await?;
        let mut inner = self.inner();
        if let Some(existing) = inner.rooms.get(room.name.as_str()) {
            return Ok(CreatedRoom {
                sid: existing.sid.clone(),
            });
        }
        let sid = inner.next_sid("RM");
        inner.rooms.insert(
            room.name.as_str().to_owned(),
            FakeRoom {
                sid: sid.clone(),
                people: Vec::new(),
            },
        );
        Ok(CreatedRoom { sid })
    }

    async fn delete_room(&self, name: &RoomName) -> Result<(), MediaError> {
        self.called(Call::DeleteRoom(name.clone())).await?;
        self.inner().rooms.remove(name.as_str());
        Ok(())
    }

    async fn participants(
        &self,
        name: &RoomName,
    ) -> Result<Option<Vec<MediaParticipant>>, MediaError> {
        self.called(Call::Participants(name.clone())).await?;
        Ok(self
            .inner()
            .rooms
            .get(name.as_str())
            .map(|room| room.people.clone()))
    }

    async fn rooms(&self) -> Result<Vec<LiveRoom>, MediaError> {
        self.called(Call::Rooms).await?;
        let live = |name: &String| LiveRoom { name: name.clone() };
        Ok(self.inner().rooms.keys().map(live).collect())
    }

    async fn people(&self, name: &RoomName) -> Result<Vec<MediaParticipant>, MediaError> {
        self.called(Call::People(name.clone())).await?;
        let inner = self.inner();
        let people = inner.rooms.get(name.as_str()).map(|room| &room.people);
        Ok(people.cloned().unwrap_or_default())
    }

    async fn mute(&self, name: &RoomName, identity: &str, track: &str) -> Result<(), MediaError> {
        let call = Call::Mute(name.clone(), identity.to_owned(), track.to_owned());
        self.called(call).await?;
        if let Some(room) = self.inner().rooms.get_mut(name.as_str()) {
            for person in &mut room.people {
                person.microphones.retain(|sid| sid != track);
            }
        }
        Ok(())
    }

    async fn tell(
        &self,
        name: &RoomName,
        to: Option<UserId>,
        notice: Notice,
    ) -> Result<(), MediaError> {
        self.called(Call::Tell(name.clone(), to, notice)).await
    }

    async fn remove_participant(&self, name: &RoomName, identity: &str) -> Result<(), MediaError> {
        self.called(Call::RemoveParticipant(name.clone(), identity.to_owned()))
            .await?;
        if let Some(room) = self.inner().rooms.get_mut(name.as_str()) {
            room.people.retain(|p| p.identity != identity);
        }
        Ok(())
    }

    async fn let_in(
        &self,
        name: &RoomName,
        identity: &str,
        at: Timestamp,
    ) -> Result<bool, MediaError> {
        let call = Call::LetIn(name.clone(), identity.to_owned());
        self.called(call).await?;
        let mut inner = self.inner();
        let room = inner.rooms.get_mut(name.as_str());
        let person = room.and_then(|room| room.people.iter_mut().find(|p| p.identity == identity));
        Ok(person.is_some_and(|person| {
            person.standing = Standing::In;
            person.arrival.joined_at = Some(at);
            true
        }))
    }

    async fn check(&self) -> Result<(), MediaError> {
        self.called(Call::Check).await
    }

    fn access_token(&self, grant: &JoinGrant) -> Result<SecretString, MediaError> {
        self.inner().calls.push(Call::AccessToken(grant.clone()));
        Ok(SecretString::from(format!(
            "fake-token.{}.{}",
            grant.room, grant.user
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::SessionId;
    use uuid::Uuid;

    fn spec() -> RoomSpec {
        let name = RoomName::new(SessionId(Uuid::from_u128(1)), 1);
        RoomSpec {
            name,
            empty_timeout_s: 60,
            departure_timeout_s: 60,
            max_participants: 6,
        }
    }

    #[tokio::test]
    async fn it_fails_as_often_as_told_and_then_works() {
        let fake = Fake::new();
        fake.fail_next(2, MediaError::Unreachable("told so".to_owned()));
        assert!(fake.create_room(&spec()).await.is_err());
        assert!(fake.create_room(&spec()).await.is_err());
        let first = fake.create_room(&spec()).await.expect("works again");
        assert_eq!(fake.create_room(&spec()).await.expect("idempotent"), first);
        assert_eq!(fake.calls().len(), 4);
    }

    #[tokio::test]
    async fn rooms_hold_people_until_they_are_deleted() {
        let (fake, name, user) = (Fake::new(), spec().name, UserId(Uuid::from_u128(2)));
        assert_eq!(fake.join(&name, user, Timestamp(1)), None, "no room yet");
        fake.create_room(&spec()).await.expect("created");
        let first = fake.join(&name, user, Timestamp(1)).expect("joined");
        let second = fake.join(&name, user, Timestamp(2)).expect("joined again");
        let people = fake
            .participants(&name)
            .await
            .expect("answers")
            .expect("a room");
        assert_eq!(
            people.into_iter().map(|p| p.sid).collect::<Vec<_>>(),
            [second],
            "{first} went"
        );
        fake.delete_room(&name).await.expect("deleted");
        fake.delete_room(&name).await.expect("twice is fine");
        assert_eq!(fake.participants(&name).await.expect("answers"), None);
    }
}
