//! What pages and programs are shown: read models shared by server functions and the JSON API.
//! They hold nothing that their reader may not see.

use crate::{
    access::Access,
    availability::ScheduleDraft,
    booking::{Answered, ChangeKind, Steps},
    ids::{LoginId, NotificationId, PasskeyId, SessionId, UserId},
    session::{Booking, Outcome, Room, SeatRole},
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Account.
    pub id: UserId,
    /// Own address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// IANA zone, for example `Europe/Berlin`.
    pub time_zone: String,
    /// Looks after rooms and people.
    pub is_admin: bool,
    /// Has a mentor profile.
    pub is_mentor: bool,
    /// Whether a mail server refused the address for good: emails do not arrive.
    pub email_fails: bool,
    /// When the account is deleted, if that was asked for.
    pub leaves: Option<LocalLabel>,
}

/// Whom the reader may report or block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyPage {
    /// Who it is.
    pub about: UserId,
    /// Display name.
    pub name: String,
    /// The session they share, with its title, where that is known.
    pub session: Option<(SessionId, String)>,
    /// Whether the reader blocked them.
    pub is_blocked: bool,
}

/// Somebody whom the reader blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedPerson {
    /// For unblocking.
    pub id: UserId,
    /// Display name.
    pub name: String,
}

/// What a link that was emailed is about, before it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// The address it was sent to: whoever holds the link reads its mail.
    pub email: String,
    /// Whether the password of the sign-up is asked for, because this is another browser.
    pub needs_password: bool,
}

/// One of a person's own logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginView {
    /// For ending it.
    pub id: LoginId,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Browser and system in words; may be empty.
    pub browser: String,
    /// `IPv4` or `IPv6`; may be empty.
    pub network: String,
    /// When it began, in the person's zone.
    pub began: LocalLabel,
    /// When it was last used, to the minute, in the person's zone.
    pub last_seen: LocalLabel,
}

/// A passkey, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    /// For removing it.
    pub id: PasskeyId,
    /// What its person calls it.
    pub name: String,
    /// When it was added, in the person's zone.
    pub added: LocalLabel,
    /// When it was last used, in the person's zone.
    pub last_used: Option<LocalLabel>,
}

/// What somebody reads before they ask for their account to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionView {
    /// Whether they said who they are a moment ago.
    pub is_confirmed: bool,
    /// Whether there is a password to ask for.
    pub has_password: bool,
    /// When the account is deleted, if that was asked for.
    pub leaves: Option<LocalLabel>,
    /// When it would be, if that were asked for now.
    pub would_leave: LocalLabel,
}

/// How a person signs in, as they see it themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysView {
    /// Whether they said who they are a moment ago, so that they may change any of this.
    pub is_confirmed: bool,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether passkeys can be had at our address.
    pub has_passkeys: bool,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Codes of an authenticator app.
    pub codes: CodesView,
    /// Other providers, in the operator's order.
    pub providers: Vec<ProviderView>,
}

/// Another provider where people sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    /// Its word in addresses.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Whether the person has an account there that signs them in here.
    pub is_linked: bool,
}

/// Whether somebody is asked for codes of an authenticator app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodesView {
    /// Whether they are.
    pub is_on: bool,
    /// Recovery codes that were not used yet.
    pub recovery_left: u32,
}

/// What an authenticator app is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodesSetup {
    /// A QR code as the address of a picture.
    pub picture: String,
    /// The secret in groups of four, for typing.
    pub secret: String,
}

/// What a sign-in still waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorView {
    /// Whose sign-in it is.
    pub email: String,
    /// Whether a code is accepted.
    pub has_codes: bool,
    /// Whether there is a passkey.
    pub has_passkeys: bool,
}

/// A published mentor in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MentorCard {
    /// The mentor's account id, used in addresses.
    pub id: UserId,
    /// Display name.
    pub name: String,
    /// One line about the mentor.
    pub headline: String,
    /// Several lines about the mentor.
    pub bio: String,
    /// The mentor's IANA zone.
    pub time_zone: String,
    /// Usual length of a session in minutes: one of `lengths`.
    pub session_minutes: u16,
    /// Lengths to choose from, in minutes, shortest first.
    pub lengths: Vec<u16>,
    /// What the mentor wants to know from everybody who books.
    pub questions: Vec<String>,
    /// Whether the mentor confirms each booking by hand.
    pub confirms: bool,
}

/// The reader's mentor profile, for editing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MentorProfile {
    /// What others see.
    pub card: MentorCard,
    /// Whether mentees see it.
    pub published: bool,
    /// What waits to be shown instead.
    pub revision: Option<Revision>,
    /// What is offered, in the mentor's zone.
    pub schedule: ScheduleDraft,
}

/// A bookable stretch of time as text in both zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Start in the reader's zone.
    pub yours: LocalLabel,
    /// Start in the mentor's zone, where it differs from the reader's.
    pub theirs: Option<LocalLabel>,
}

/// A moment as text, in one zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalLabel {
    /// For example `Tue 24 November 2026`.
    pub date: String,
    /// For example `14:30`.
    pub time: String,
    /// IANA zone, for example `Europe/Berlin`.
    pub zone: String,
}

/// The other person of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Account.
    pub id: UserId,
    /// Display name.
    pub name: String,
}

/// One stay, with both ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// From.
    pub from: Timestamp,
    /// Until; the moment of the answer while it goes on.
    pub to: Timestamp,
    /// Whether the person is still there.
    pub goes_on: bool,
    /// Whether the end was inferred instead of reported by LiveKit.
    pub is_estimated: bool,
    /// LiveKit's reason for the end, in lower case.
    pub reason: Option<String>,
    /// `from` in the reader's zone.
    pub from_label: LocalLabel,
    /// `to` in the reader's zone.
    pub to_label: LocalLabel,
}

/// How long one person was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attendance {
    /// Who.
    pub person: Person,
    /// As what.
    pub role: SeatRole,
    /// Length of the union of the stays.
    pub total: Millis,
    /// In order of joining.
    pub stays: Vec<Presence>,
}

/// Who was there and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttendanceReport {
    /// The session.
    pub session: SessionId,
    /// Scheduled start.
    pub scheduled_at: Timestamp,
    /// Scheduled end.
    pub ends_at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// How long both were there at the same time.
    pub together: Millis,
    /// The mentor, then the mentee.
    pub people: Vec<Attendance>,
}

/// A session as one of its people (or an admin) sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// What it is about.
    pub title: String,
    /// The reader's seat; `None` for an admin.
    pub role: Option<SeatRole>,
    /// The mentor.
    pub mentor: Person,
    /// The mentee.
    pub mentee: Person,
    /// Scheduled start.
    pub scheduled_at: Timestamp,
    /// Scheduled end.
    pub ends_at: Timestamp,
    /// First moment to enter.
    pub opens_at: Timestamp,
    /// Last moment to enter.
    pub closes_at: Timestamp,
    /// State of the booking.
    pub booking: Booking,
    /// State of the room.
    pub room: Room,
    /// What came of it.
    pub outcome: Outcome,
    /// Address of the meeting, the same for ever.
    pub meeting_url: String,
    /// The join decision for the reader at `now`.
    pub access: Access,
    /// The server's time of this answer.
    pub now: Timestamp,
    /// Start in the reader's zone.
    pub starts_label: LocalLabel,
    /// Opening in the reader's zone.
    pub opens_label: LocalLabel,
    /// Start in the other person's zone, where it differs.
    pub starts_theirs: Option<LocalLabel>,
    /// What the reader may do now.
    pub may: Steps,
    /// Until when the time is held, while the booking is not finished.
    pub held_until: Option<Timestamp>,
    /// `held_until` in the reader's zone.
    pub held_label: Option<LocalLabel>,
    /// Whether the mentor answers first. Known for one unfinished booking, `false` elsewhere.
    pub mentor_confirms: bool,
    /// What the mentee wants to reach; may be empty.
    pub goal: String,
    /// The mentor's questions and the mentee's answers.
    pub answers: Vec<Answered>,
    /// What the mentor wants to know before answering the request.
    pub asked: Option<String>,
    /// Why it was called off or declined; may be empty.
    pub reason: String,
    /// Whether the reader may contest what came of it.
    pub may_dispute: bool,
    /// Why somebody contests what came of it.
    pub dispute: Option<String>,
    /// Whether the mentor keeps the mentee out.
    pub mentee_is_removed: bool,
    /// Who is in the room now; empty unless the meeting is open.
    pub present: Vec<Person>,
    /// Who is at its door: connected, not in. Empty unless the meeting is open.
    pub at_door: Vec<Person>,
    /// Who said that they are running late and is neither in the room nor at its door.
    pub late: Vec<Person>,
    /// Whether the reader can say now that they are running late, or take it back.
    pub may_say_late: bool,
    /// Who was there. Filled for one session, `None` in lists.
    pub attendance: Option<AttendanceReport>,
    /// What happened to it, oldest first. Filled for one session, empty in lists.
    pub history: Vec<HistoryEntry>,
}

/// Something that happened to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// What.
    pub kind: ChangeKind,
    /// Who did it; `None` when that person is gone.
    pub by: Option<Person>,
    /// When, in the reader's zone.
    pub at: LocalLabel,
    /// The session's start afterwards, in the reader's zone.
    pub starts: LocalLabel,
    /// The start before, when it was moved.
    pub previous: Option<LocalLabel>,
    /// What they wrote; may be empty.
    pub note: String,
}

impl SessionView {
    /// The title, or what stands for it until the booking is finished.
    pub fn heading(&self) -> String {
        if self.title.is_empty() {
            "A time you hold".to_owned()
        } else {
            self.title.clone()
        }
    }

    /// Whether the person whom the reader meets is in the room now.
    pub fn other_is_present(&self) -> bool {
        self.role.is_some() && self.present.contains(self.other())
    }

    /// Whether the person whom the reader meets is at the door.
    pub fn other_is_at_door(&self) -> bool {
        self.role.is_some() && self.at_door.contains(self.other())
    }

    /// Whether the person whom the reader meets is running late.
    pub fn other_is_late(&self) -> bool {
        self.role.is_some() && self.late.contains(self.other())
    }

    /// Whether the reader is running late.
    pub fn reader_is_late(&self) -> bool {
        self.role.is_some() && self.late.iter().any(|person| person != self.other())
    }

    /// The person whom the reader meets; the mentor for an admin.
    pub fn other(&self) -> &Person {
        match self.role {
            Some(SeatRole::Mentor) => &self.mentee,
            Some(SeatRole::Mentee) | None => &self.mentor,
        }
    }
}

/// Which pages of the reader's lists are shown, each from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPages {
    /// Of what is to come.
    pub upcoming: u32,
    /// Of what is over.
    pub past: u32,
}

/// A page of the reader's sessions: those to come soonest first, past ones latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MySessions {
    /// Not over yet.
    pub upcoming: Vec<SessionView>,
    /// Over, ended or cancelled.
    pub past: Vec<SessionView>,
    /// Which pages these are.
    pub pages: ListPages,
    /// Whether there are more to come after these.
    pub has_later: bool,
    /// Whether there were more before these.
    pub has_earlier: bool,
}

/// What the meeting page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingPage {
    /// The join decision.
    pub access: Access,
    /// The server's time of this answer; the browser's clock decides nothing.
    pub now: Timestamp,
    /// The session; `None` when it is unknown or not the reader's.
    pub session: Option<SessionView>,
    /// The reader.
    pub me: Me,
}

/// A join token into the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinToken {
    /// LiveKit access token (a secret of this browser).
    pub token: String,
    /// LiveKit's address for browsers.
    pub ws_url: String,
    /// Name of the room.
    pub room_name: String,
    /// When the token stops being accepted for connecting.
    pub expires_at: Timestamp,
}

/// What a server-sent event says: the full state of a session for its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveState {
    /// The join decision now.
    pub access: Access,
    /// The server's time.
    pub now: Timestamp,
    /// Who is in the room now.
    pub present: Vec<Person>,
    /// Who is at its door: connected, not in.
    pub at_door: Vec<Person>,
    /// Who said that they are running late and is neither in the room nor at its door.
    pub late: Vec<Person>,
}

/// What a server-sent event about all of the reader's sessions says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MyChanges {
    /// The server's time.
    pub now: Timestamp,
    /// Sessions that changed or may have; empty in a stream's first event.
    pub sessions: Vec<SessionId>,
}

/// An entry of the admin's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationView {
    /// The entry.
    pub id: NotificationId,
    /// The session concerned.
    pub session: Option<SessionId>,
    /// What happened.
    pub title: String,
    /// The cause, as far as known.
    pub cause: String,
    /// When it was raised, in the reader's zone.
    pub raised: LocalLabel,
    /// When it was settled, in the reader's zone.
    pub resolved: Option<LocalLabel>,
    /// Whether Retry would do something.
    pub can_retry: bool,
}

/// A mentor profile, or a change of one, that waits for an admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingMentor {
    /// What mentees would see, or see so far.
    pub card: MentorCard,
    /// Whether they see it.
    pub published: bool,
    /// What they would see instead.
    pub revision: Option<Revision>,
}

/// What a published mentor wants to be shown instead; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Display name.
    pub name: Option<String>,
    /// One line.
    pub headline: Option<String>,
    /// Several lines.
    pub bio: Option<String>,
}
