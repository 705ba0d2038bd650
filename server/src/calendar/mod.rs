//! Calendar entries (RFC 5545, 5546): attached to emails, downloaded, and as private feeds.
//!
//! People's addresses are private to each other, so an entry names one attendee at most, its reader;
//! the organiser is the platform's address under the mentor's name. Published calendars name none
//! (RFC 5546 §3.2.1).
//!
//! The crate `icalendar` leaves holes, which are closed here: it passes a bare CR in texts and quotes
//! in parameters through, writes `NAME` raw, stamps alarms by the machine's clock, and folds some
//! lines at 76 octets.

use crate::{
    AppState, Result,
    accounts::{CurrentLogin, generate_token, token_hash},
    config::Config,
    store::{
        appointments::{self, Appointment},
        calendar_feeds,
    },
    zones::ical,
};
use domain::{
    availability::Interval,
    ids::{SessionId, UserId},
    permissions::Actor,
    problem::Problem,
    session::Booking,
    text::{one_line, paragraph},
    time::{Millis, Timestamp},
};
use icalendar::{Alarm, Calendar, Component, Event, EventLike, Parameter, Property};
use scoped_futures::ScopedFutureExt;

/// Minutes before the start at which a calendar program speaks up.
const ALARM_MINUTES: i64 = 15;
/// How far back a feed reaches.
const FEED_BACK: Millis = Millis::days(60);
/// Most entries in a feed.
const FEED_MAX: u32 = 1_000;
/// How often calendar programs should ask for a feed, as an ISO 8601 length of time.
const REFRESH: &str = "PT1H";
/// Longest texts in an entry, in characters. Folding takes time by the square of the length.
const TITLE_MAX: usize = 200;
const NAME_MAX: usize = 100;
const TEXT_MAX: usize = 2_000;

/// What a calendar object is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Invites, or brings an earlier invitation up to date.
    Request,
    /// Takes an invitation back.
    Cancel,
    /// Just tells.
    Publish,
}

impl Method {
    /// The word in the object and in the type of a mail's part.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

/// Whether a session takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventState {
    /// Not confirmed yet.
    Tentative,
    /// Yes.
    Confirmed,
    /// No.
    Cancelled,
}

impl EventState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A session as its reader's calendar shows it.
#[derive(Debug, Clone)]
pub struct EventFacts {
    /// The session; makes the UID.
    pub session: SessionId,
    /// The session's version: the SEQUENCE.
    pub version: u32,
    /// When.
    pub time: Interval,
    /// Whether it takes place.
    pub state: EventState,
    /// What it is about.
    pub title: String,
    /// What it should lead to; may be empty.
    pub goal: String,
    /// Address of the meeting.
    pub meeting_url: String,
    /// The mentor's name, shown as the organiser's.
    pub mentor: String,
    /// Whom the reader meets.
    pub other: String,
    /// The reader's name and address; left out of published calendars.
    pub attendee: Option<(String, String)>,
    /// When this was written down.
    pub stamp: Timestamp,
}

impl EventFacts {
    /// A session as `reader` sees it, without their address; an admin sees it as the mentor does.
    pub fn of(about: &Appointment, reader: UserId) -> Self {
        let other = if reader == about.mentee.id {
            &about.mentor
        } else {
            &about.mentee
        };
        Self {
            session: about.session,
            version: about.version,
            time: about.time,
            state: match about.booking {
                Booking::Confirmed => EventState::Confirmed,
                Booking::Held | Booking::Requested => EventState::Tentative,
                Booking::Declined | Booking::Cancelled { .. } => EventState::Cancelled,
            },
            title: about.title.clone(),
            goal: about.goal.clone(),
            meeting_url: about.meeting_url.clone(),
            mentor: about.mentor.name.clone(),
            other: other.name.clone(),
            attendee: None,
            stamp: about.updated_at,
        }
    }
}

/// One session as a calendar object.
pub fn event(config: &Config, facts: &EventFacts, method: Method) -> String {
    let mut calendar = calendar(config, method);
    calendar.push(entry(config, facts, method));
    fold(&calendar.to_string())
}

/// Many sessions as a calendar to subscribe to.
pub fn feed(config: &Config, events: &[EventFacts]) -> String {
    let mut calendar = calendar(config, Method::Publish);
    let name = line(&config.app_name, NAME_MAX);
    // A declared text is escaped, `NAME` alone is not.
    calendar.append_property(
        Property::new("NAME", &name)
            .add_parameter("VALUE", "TEXT")
            .done(),
    );
    calendar.append_property(Property::new("X-WR-CALNAME", &name));
    calendar.append_property(
        Property::new("REFRESH-INTERVAL", REFRESH)
            .add_parameter("VALUE", "DURATION")
            .done(),
    );
    calendar.append_property(Property::new("X-PUBLISHED-TTL", REFRESH));
    calendar.extend(
        events
            .iter()
            .map(|facts| entry(config, facts, Method::Publish)),
    );
    fold(&calendar.to_string())
}

/// Octets of a line at most, without its end (RFC 5545 §3.1).
const LINE_MAX: usize = 75;

/// Folds lines anew. Only folding begins a line with a space: texts have no line ends of their own.
fn fold(ics: &str) -> String {
    let mut folded = String::with_capacity(ics.len() + ics.len() / 32);
    let mut room = LINE_MAX;
    for c in ics.replace("\r\n ", "").chars() {
        match c {
            '\r' | '\n' => room = LINE_MAX,
            c if c.len_utf8() > room => {
                folded.push_str("\r\n ");
                room = LINE_MAX - 1 - c.len_utf8();
            }
            c => room -= c.len_utf8(),
        }
        folded.push(c);
    }
    folded
}

fn calendar(config: &Config, method: Method) -> Calendar {
    let mut calendar = Calendar::empty();
    let product = format!("-//{}//Sessions//EN", line(&config.app_name, NAME_MAX));
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", &product),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method.as_str()),
    ] {
        calendar.append_property((name, value));
    }
    calendar
}

fn entry(config: &Config, facts: &EventFacts, method: Method) -> Event {
    let uid = format!("{}@{}", facts.session, config.app_url.host());
    let url = address(&facts.meeting_url);
    let page = format!("{}/sessions/{}", config.app_url.origin, facts.session);
    let title = format!(
        "{} with {}",
        line(&facts.title, TITLE_MAX),
        line(&facts.other, NAME_MAX)
    );
    let title = title.trim();
    let goal = lines(&facts.goal, TEXT_MAX);
    let gap = if goal.is_empty() { "" } else { "\n\n" };
    let state = match method {
        Method::Cancel => EventState::Cancelled,
        Method::Request | Method::Publish => facts.state,
    };
    let mut event = Event::new();
    event
        .uid(&uid)
        .sequence(facts.version)
        .summary(title)
        .description(&format!("{goal}{gap}Meeting: {url}\nSession: {page}"))
        .location(&url)
        .url(&url)
        .add_property("DTSTAMP", ical(facts.stamp))
        .add_property("DTSTART", ical(facts.time.from))
        .add_property("DTEND", ical(facts.time.to))
        .add_property("STATUS", state.as_str())
        .append_property(organizer(config, &facts.mentor));
    if let (Some((name, email)), Method::Request | Method::Cancel) = (&facts.attendee, method) {
        event.append_multi_property(attendee(name, email));
    }
    match state {
        EventState::Tentative | EventState::Confirmed => {
            event.alarm(alarm(&uid, title, facts.stamp));
        }
        EventState::Cancelled => {}
    }
    event.done()
}

fn organizer(config: &Config, mentor: &str) -> Property {
    let email = address(config.mail.from.email.as_ref());
    Property::new("ORGANIZER", format!("mailto:{email}"))
        .append_parameter(Parameter::new("CN", &quotable(mentor)))
        .done()
}

/// The reader, who has accepted by booking; nobody waits for an answer by mail.
fn attendee(name: &str, email: &str) -> Property {
    Property::new("ATTENDEE", format!("mailto:{}", address(email)))
        .append_parameter(Parameter::new("CN", &quotable(name)))
        .append_parameter(Parameter::new("PARTSTAT", "ACCEPTED"))
        .append_parameter(Parameter::new("RSVP", "FALSE"))
        .done()
}

fn alarm(uid: &str, title: &str, stamp: Timestamp) -> Alarm {
    let before = -chrono::Duration::minutes(ALARM_MINUTES);
    Alarm::display(title, before)
        // Else the crate writes the machine's time and a random id, and every download differs.
        .add_property("DTSTAMP", ical(stamp))
        .add_property("UID", format!("alarm-{uid}"))
        .done()
}

/// One line of text.
fn line(text: &str, max: usize) -> String {
    one_line(text).chars().take(max).collect()
}

/// Several lines of text.
fn lines(text: &str, max: usize) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    paragraph(&text, usize::MAX)
        .unwrap_or_default()
        .chars()
        .take(max)
        .collect()
}

/// A parameter's value: `"` ends it, and `^` begins an escape (RFC 6868).
fn quotable(name: &str) -> String {
    line(name, NAME_MAX).replace('"', "'").replace('^', "")
}

/// A URL or email address, which is written as it is.
fn address(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect()
}

/// One session as a file, for its people.
///
/// # Errors
/// `Problem::NotFound`, also for outsiders.
pub async fn download(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<String> {
    let about = appointments::find(state.db.read(), id)
        .await?
        .filter(|about| may_see(about, &login.actor))
        .ok_or(Problem::NotFound)?;
    let facts = EventFacts::of(&about, login.me.id);
    Ok(event(&state.config, &facts, Method::Publish))
}

fn may_see(about: &Appointment, actor: &Actor) -> bool {
    actor.is_admin || about.role_of(actor.user).is_some()
}

/// Gives one's calendar a secret address and returns it; the one before stops working. The address
/// is shown this once: only its hash is kept.
///
/// # Errors
/// When the database does not answer.
pub async fn feed_create(state: &AppState, login: &CurrentLogin) -> Result<String> {
    let (user, now) = (login.me.id, state.clock.now());
    let token = generate_token();
    let hash = token_hash(&token);
    state
        .db
        .write(|txn| {
            let hash = &hash;
            async move { calendar_feeds::replace(txn, user, &hash, now).await }.scope_boxed()
        })
        .await?;
    tracing::info!(user.id = %user, "calendar feed of {user} created");
    Ok(format!(
        "{}/calendar/{token}.ics",
        state.config.app_url.origin
    ))
}

/// Takes the address of one's calendar away; having none is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn feed_revoke(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let user = login.me.id;
    let was_there = state
        .db
        .write(|txn| async move { calendar_feeds::delete(txn, user).await }.scope_boxed())
        .await?;
    if was_there {
        tracing::info!(user.id = %user, "calendar feed of {user} revoked");
    }
    Ok(())
}

/// Since when one's calendar has a secret address; `None` when it has none.
///
/// # Errors
/// When the database does not answer.
pub async fn feed_since(state: &AppState, login: &CurrentLogin) -> Result<Option<Timestamp>> {
    Ok(calendar_feeds::since(state.db.read(), login.me.id).await?)
}

/// The calendar behind a secret address: sessions that are confirmed or asked for, from 60 days ago
/// on, and those that were called off within 60 days.
///
/// # Errors
/// `Problem::NotFound` when there is no such address.
pub async fn feed_by_token(state: &AppState, token: &str) -> Result<String> {
    let hash = token_hash(token);
    let user = calendar_feeds::user(state.db.read(), &hash)
        .await?
        .ok_or(Problem::NotFound)?;
    let since = state.clock.now() - FEED_BACK;
    let about = appointments::of_calendar(state.db.read(), user, since, FEED_MAX).await?;
    let events: Vec<EventFacts> = about
        .iter()
        .map(|about| EventFacts::of(about, user))
        .collect();
    Ok(feed(&state.config, &events))
}
