//! The media server: what we ask of it, LiveKit as the real one, and a fake for tests.

mod fake;
mod livekit;
mod probe;

pub use fake::{Call, Fake};
pub use livekit::LiveKit;
pub use probe::{server_time, validate_status};

use async_trait::async_trait;
use domain::{
    door::{Arrival, Standing},
    ids::{LoginId, RoomName, UserId},
    notice::Notice,
    session::SeatRole,
    time::{Millis, Timestamp},
};
use secrecy::SecretString;

/// Everything we ask of a media server. Every call may be repeated without harm.
#[async_trait]
pub trait MediaServer: Send + Sync + 'static {
    /// Creates the room, or finds it when it exists.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn create_room(&self, room: &RoomSpec) -> Result<CreatedRoom, MediaError>;

    /// Deletes the room and disconnects everybody; a room that does not exist is fine.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn delete_room(&self, name: &RoomName) -> Result<(), MediaError>;

    /// Who is in the room now; `None` when there is no such room.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn participants(
        &self,
        name: &RoomName,
    ) -> Result<Option<Vec<MediaParticipant>>, MediaError>;

    /// All rooms that exist now, also those of others.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn rooms(&self) -> Result<Vec<LiveRoom>, MediaError>;

    /// Who is in a room now; nobody when there is no such room. One question instead of the two of
    /// [`MediaServer::participants`].
    ///
    /// # Errors
    /// [`MediaError`].
    async fn people(&self, name: &RoomName) -> Result<Vec<MediaParticipant>, MediaError>;

    /// Switches a track of a participant off; one that is gone is fine. Only the participant can
    /// switch it on again.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn mute(&self, name: &RoomName, identity: &str, track: &str) -> Result<(), MediaError>;

    /// Tells people in a room something: those named, or everybody when nobody is. A room that does
    /// not exist is fine.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn tell(
        &self,
        name: &RoomName,
        to: Option<UserId>,
        notice: Notice,
    ) -> Result<(), MediaError>;

    /// Disconnects one participant; one who is not there is fine.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn remove_participant(&self, name: &RoomName, identity: &str) -> Result<(), MediaError>;

    /// Lets somebody in who is at the room's door; `false` when nobody of that identity is there.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn let_in(
        &self,
        name: &RoomName,
        identity: &str,
        at: Timestamp,
    ) -> Result<bool, MediaError>;

    /// Proves by a real call that the server answers and accepts our key.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn check(&self) -> Result<(), MediaError>;

    /// Mints a join token into a room; asks nobody.
    ///
    /// # Errors
    /// [`MediaError::Token`].
    fn access_token(&self, grant: &JoinGrant) -> Result<SecretString, MediaError>;
}

/// Disconnects those in a room whom `is_out` names; how many.
///
/// # Errors
/// [`MediaError`].
pub(crate) async fn remove_where(
    media: &dyn MediaServer,
    room: &RoomName,
    is_out: impl Fn(&MediaParticipant) -> bool + Send + Sync,
) -> Result<u32, MediaError> {
    let mut gone = 0;
    for person in media.people(room).await? {
        if is_out(&person) {
            media.remove_participant(room, &person.identity).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// A room to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSpec {
    pub name: RoomName,
    /// The room goes when nobody joined for this long.
    pub empty_timeout_s: u32,
    /// The room goes this long after the last person left.
    pub departure_timeout_s: u32,
    /// How many participants it takes.
    pub max_participants: u32,
}

/// A room that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedRoom {
    /// LiveKit's id of this incarnation of the room.
    pub sid: String,
}

/// A room that exists, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRoom {
    pub name: String,
}

/// What a join token allows: one person into one room, to publish camera, microphone and screen, to
/// subscribe and to send data. Nothing else can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinGrant {
    pub room: RoomName,
    /// The person; becomes the participant's identity.
    pub user: UserId,
    /// Display name, shown to the other person.
    pub name: String,
    /// Seat, carried as the attribute `role`.
    pub role: SeatRole,
    /// Where the person stands once connected, carried as the attribute `state`.
    pub standing: Standing,
    /// The login that asks, carried as the attribute `login`: the call ends with it.
    pub login: LoginId,
    /// How long the join token admits.
    pub lifetime: Millis,
    /// When the decision to admit was taken. LiveKit judges a join token by its own clock, so the join token
    /// itself carries the machine's time.
    pub now: Timestamp,
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaParticipant {
    /// LiveKit's id of this stay.
    pub sid: String,
    /// Identity; see [`domain::ids::user_of_identity`].
    pub identity: String,
    /// Where they stand now.
    pub standing: Standing,
    /// When they came to the door, and when in.
    pub arrival: Arrival,
    /// Whether media flows; otherwise the participant is still connecting or on the way out.
    pub is_active: bool,
    /// The login that it was joined with, where the participant says so.
    pub login: Option<LoginId>,
    /// Whether this is somebody's client, and not a recorder or another program of the operator's.
    pub is_person: bool,
    /// Ids of the microphone's tracks that are not muted.
    pub microphones: Vec<String>,
}

/// Why the media server did not do what we asked. The text holds no secret and no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// It does not answer, or says that it cannot right now.
    #[error("the media server does not answer: {0}")]
    Unreachable(String),
    /// It does not accept our key.
    #[error("the media server refuses our API key: {0}")]
    Refused(String),
    /// It answered with something that makes no sense here.
    #[error("the media server gave an unusable answer: {0}")]
    Bad(String),
    /// No join token could be minted.
    #[error("no access token could be made: {0}")]
    Token(String),
}
