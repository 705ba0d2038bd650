//! What the JSON API says: our views with times in RFC 3339. Stable; new properties may be added.

use crate::{meetings, zones};
use domain::{
    access, booking, session,
    time::Timestamp,
    views::{self, MySessions},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use strum::VariantArray;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};
use uuid::Uuid;

/// A moment in RFC 3339, for example `2026-11-24T14:30:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-24T14:30:00Z")]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&zones::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        zones::parse_rfc3339(&text, "")
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// One of our words, as JSON and its description have it: both follow from the enum's own list.
#[derive(Debug, Clone, Copy)]
pub struct Word<T>(pub T);

/// What the API's description calls the words of an enum.
pub trait Described: Copy + Into<&'static str> + VariantArray {
    /// Name of the schema.
    const NAME: &'static str;
}

impl<T: Described> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.into())
    }
}

impl<T: Described> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        let words = T::VARIANTS.iter().map(|word| (*word).into());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values::<_, &str>(Some(words))
            .into()
    }
}

impl<T: Described> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

/// Names, because the derives below cannot look into a generic type.
macro_rules! described {
    ($($name:ident: $words:ty),+ $(,)?) => {$(
        /// The words of this name.
        pub type $name = Word<$words>;

        impl Described for $words {
            const NAME: &'static str = stringify!($name);
        }
    )+};
}

described!(
    Role: session::SeatRole,
    Booking: session::BookingWord,
    Room: session::RoomWord,
    EndReason: session::EndReason,
    Outcome: session::Outcome,
    Access: access::AccessWord,
);

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    id: Uuid,
    email: String,
    name: String,
    /// IANA zone, for example `Europe/Berlin`.
    time_zone: String,
    is_admin: bool,
    is_mentor: bool,
    /// Whether a mail server refused the address for good.
    email_fails: bool,
}

impl From<views::Me> for Me {
    fn from(me: views::Me) -> Self {
        Self {
            id: me.id.0,
            email: me.email,
            name: me.name,
            time_zone: me.time_zone,
            is_admin: me.is_admin,
            is_mentor: me.is_mentor,
            email_fails: me.email_fails,
        }
    }
}

/// A published mentor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mentor {
    id: Uuid,
    name: String,
    headline: String,
    bio: String,
    /// IANA zone.
    time_zone: String,
    /// Usual length of a session.
    session_minutes: u16,
    /// Lengths to choose from, in minutes.
    lengths: Vec<u16>,
    /// What the mentor asks of everybody who books.
    questions: Vec<String>,
    /// Whether the mentor confirms each booking by hand.
    confirms: bool,
}

impl From<views::MentorCard> for Mentor {
    fn from(card: views::MentorCard) -> Self {
        Self {
            id: card.id.0,
            name: card.name,
            headline: card.headline,
            bio: card.bio,
            time_zone: card.time_zone,
            session_minutes: card.session_minutes,
            lengths: card.lengths,
            questions: card.questions,
            confirms: card.confirms,
        }
    }
}

/// A stretch of time that can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    starts_at: Moment,
    ends_at: Moment,
}

impl From<views::Slot> for Slot {
    fn from(slot: views::Slot) -> Self {
        Self {
            starts_at: Moment(slot.starts_at),
            ends_at: Moment(slot.ends_at),
        }
    }
}

/// A person of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    id: Uuid,
    name: String,
}

impl From<views::Person> for Person {
    fn from(person: views::Person) -> Self {
        Self {
            id: person.id.0,
            name: person.name,
        }
    }
}

/// Who called the session off, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cancellation {
    /// `null` when that account is gone.
    by: Option<Uuid>,
    at: Moment,
}

/// Who ended the room, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomEnd {
    /// `null` for the system.
    by: Option<Uuid>,
    at: Moment,
    reason: EndReason,
}

/// One stay of one person in the room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stay {
    person: Person,
    role: Role,
    /// `null` when unknown.
    joined_at: Option<Moment>,
    /// `null` while still there.
    left_at: Option<Moment>,
    /// Why the stay ended, as the video server puts it.
    left_reason: Option<String>,
    /// Whether the end was inferred, because the video server never reported it.
    estimated: bool,
}

/// All stays of a report, in order of joining.
fn stays(report: Option<views::AttendanceReport>) -> Vec<Stay> {
    let people = report.map_or_else(Vec::new, |report| report.people);
    let of_person = |person: views::Attendance| {
        let (who, role) = (person.person, person.role);
        person.stays.into_iter().map(move |stay| Stay {
            person: who.clone().into(),
            role: Word(role),
            joined_at: Some(Moment(stay.from)),
            left_at: (!stay.goes_on).then_some(Moment(stay.to)),
            left_reason: stay.reason,
            estimated: stay.is_estimated,
        })
    };
    let mut stays: Vec<Stay> = people.into_iter().flat_map(of_person).collect();
    stays.sort_by_key(|stay| stay.joined_at.map(|at| at.0));
    stays
}

/// Who was there, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attendance {
    session_id: Uuid,
    scheduled_at: Moment,
    ends_at: Moment,
    outcome: Outcome,
    /// Seconds in which both were there.
    together_seconds: i64,
    people: Vec<PersonAttendance>,
    /// In order of joining.
    stays: Vec<Stay>,
}

/// When a meeting closes now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewClose {
    /// Last moment to enter.
    pub closes_at: Moment,
}

/// How long one person was there.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonAttendance {
    person: Person,
    role: Role,
    /// Length of the union of the stays.
    seconds: i64,
}

impl From<views::AttendanceReport> for Attendance {
    fn from(report: views::AttendanceReport) -> Self {
        let person = |person: &views::Attendance| PersonAttendance {
            person: person.person.clone().into(),
            role: Word(person.role),
            seconds: person.total.0 / 1_000,
        };
        Self {
            session_id: report.session.0,
            scheduled_at: Moment(report.scheduled_at),
            ends_at: Moment(report.ends_at),
            outcome: Word(report.outcome),
            together_seconds: report.together.0 / 1_000,
            people: report.people.iter().map(person).collect(),
            stays: stays(Some(report)),
        }
    }
}

impl Attendance {
    /// One line per stay, as RFC 4180 has it.
    pub fn csv(&self) -> String {
        let mut lines = vec!["name,role,joined_at,left_at,estimated,left_reason".to_owned()];
        lines.extend(self.stays.iter().map(|stay| {
            let at = |at: Option<Moment>| at.map_or_else(String::new, |at| zones::rfc3339(at.0));
            [
                cell(&stay.person.name),
                stay.role.0.as_str().to_owned(),
                at(stay.joined_at),
                at(stay.left_at),
                stay.estimated.to_string(),
                cell(stay.left_reason.as_deref().unwrap_or_default()),
            ]
            .join(",")
        }));
        lines.push(String::new());
        lines.join("\r\n")
    }
}

/// A quoted cell. Spreadsheets run what begins like a formula, so that gets an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// A session as its reader sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    id: Uuid,
    title: String,
    /// The reader's seat; `null` for an administrator.
    role: Option<Role>,
    mentor: Person,
    mentee: Person,
    scheduled_at: Moment,
    ends_at: Moment,
    /// First moment to enter.
    opens_at: Moment,
    /// Last moment to enter.
    closes_at: Moment,
    booking: Booking,
    /// Only when the booking is `cancelled`.
    cancellation: Option<Cancellation>,
    room: Room,
    /// Only when the room is `ended`.
    room_end: Option<RoomEnd>,
    outcome: Outcome,
    /// Address of the meeting, the same for ever.
    #[schema(format = "uri")]
    meeting_url: String,
    access: Access,
    /// The server's time of this answer.
    now: Moment,
    /// Until when the slot is held; only while the booking is `held`.
    held_until: Option<Moment>,
    /// What the mentee wants to reach.
    goal: String,
    /// The mentor's questions and the mentee's answers.
    answers: Vec<Answered>,
    /// What the mentor wants to know before answering the request.
    asked: Option<String>,
    /// Why it was called off or declined.
    reason: String,
    /// Who said that they are running late and is not in the room.
    late: Vec<Person>,
    /// Who was there, in order of joining; empty in lists.
    stays: Vec<Stay>,
}

/// A question of the mentor with the mentee's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    question: String,
    answer: String,
}

impl From<booking::Answered> for Answered {
    fn from(answered: booking::Answered) -> Self {
        Self {
            question: answered.question,
            answer: answered.answer,
        }
    }
}

impl From<views::SessionView> for Session {
    fn from(session: views::SessionView) -> Self {
        Self {
            id: session.id.0,
            role: session.role.map(Word),
            scheduled_at: Moment(session.scheduled_at),
            ends_at: Moment(session.ends_at),
            opens_at: Moment(session.opens_at),
            closes_at: Moment(session.closes_at),
            cancellation: cancellation(session.booking),
            booking: Word(session.booking.into()),
            room_end: room_end(session.room),
            room: Word(session.room.into()),
            outcome: Word(session.outcome),
            access: Word(session.access.into()),
            now: Moment(session.now),
            title: session.title,
            mentor: session.mentor.into(),
            mentee: session.mentee.into(),
            meeting_url: session.meeting_url,
            held_until: session.held_until.map(Moment),
            goal: session.goal,
            answers: session.answers.into_iter().map(Answered::from).collect(),
            asked: session.asked,
            reason: session.reason,
            late: session.late.into_iter().map(Person::from).collect(),
            stays: stays(session.attendance),
        }
    }
}

fn cancellation(booking: session::Booking) -> Option<Cancellation> {
    match booking {
        session::Booking::Cancelled { by, at } => Some(Cancellation {
            by: by.map(|user| user.0),
            at: Moment(at),
        }),
        session::Booking::Held
        | session::Booking::Requested
        | session::Booking::Declined
        | session::Booking::Confirmed => None,
    }
}

fn room_end(room: session::Room) -> Option<RoomEnd> {
    match room {
        session::Room::Ended { by, at, reason } => Some(RoomEnd {
            by: by.map(|user| user.0),
            at: Moment(at),
            reason: Word(reason),
        }),
        session::Room::Scheduled
        | session::Room::Open
        | session::Room::Live
        | session::Room::Failed => None,
    }
}

/// The caller's sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sessions {
    /// Not over yet, soonest first.
    upcoming: Vec<Session>,
    /// Over, ended or cancelled, latest first.
    past: Vec<Session>,
    /// Whether another page of `upcoming` follows.
    has_later: bool,
    /// Whether another page of `past` follows.
    has_earlier: bool,
}

impl From<MySessions> for Sessions {
    fn from(sessions: MySessions) -> Self {
        let map = |list: Vec<views::SessionView>| list.into_iter().map(Session::from).collect();
        Self {
            upcoming: map(sessions.upcoming),
            past: map(sessions.past),
            has_later: sessions.has_later,
            has_earlier: sessions.has_earlier,
        }
    }
}

/// A prepared room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomCreated {
    room_id: Uuid,
    /// Name at LiveKit.
    room_name: String,
    /// Where people meet.
    #[schema(format = "uri")]
    meeting_url: String,
}

impl From<meetings::RoomCreated> for RoomCreated {
    fn from(room: meetings::RoomCreated) -> Self {
        Self {
            room_id: room.room_id.0,
            room_name: room.room_name.to_string(),
            meeting_url: room.meeting_url,
        }
    }
}

/// A join token into the room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinToken {
    /// LiveKit access token: a secret of this client.
    token: String,
    /// LiveKit's address.
    #[schema(format = "uri")]
    ws_url: String,
    /// Name at LiveKit.
    room_name: String,
    /// When the token stops being accepted for connecting.
    expires_at: Moment,
}

impl From<views::JoinToken> for JoinToken {
    fn from(join_token: views::JoinToken) -> Self {
        Self {
            token: join_token.token,
            ws_url: join_token.ws_url,
            room_name: join_token.room_name,
            expires_at: Moment(join_token.expires_at),
        }
    }
}

/// It is done; there is nothing to add.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

impl Health {
    /// All is well.
    pub const OK: Self = Self { status: "ok" };
}
