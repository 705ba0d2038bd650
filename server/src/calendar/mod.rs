//! Calendar entries (RFC 5545, 5546): attached to emails, downloaded, and as private feeds.
//!
//! People's addresses are private to each other, so an entry names one attendee at most, its reader;
//! the organiser is the platform's address under the mentor's name. Published calendars name none
//! (RFC 5546 §3.2.1).
//!
//! `calcard` escapes and folds; what it would escape in ways of its own (CR in a text, quotes and
//! backslashes in a parameter) is taken out before.

use crate::{
    AppState, Result,
    config::Config,
    credentials::{generate_token, token_hash},
    login::CurrentLogin,
    store::{
        appointments::{self, Appointment},
        calendar_feeds,
    },
    zones::ical,
};
use calcard::icalendar::{
    ICalendar, ICalendarComponent as Component, ICalendarComponentType as Kind,
    ICalendarParameter as Parameter, ICalendarProperty as Property, ICalendarValue as Value,
    ICalendarValueType as ValueType, Uri,
};
use domain::{
    availability::Interval,
    ids::{SessionId, UserId},
    permissions::Actor,
    problem::Problem,
    session::{Booking, SeatRole},
    text::{beginning, isolated, one_line, paragraph},
    time::{Millis, Timestamp},
};
use scoped_futures::ScopedFutureExt;

/// How long before the start a calendar program speaks up: 15 minutes.
const ALARM: &str = "-PT900S";
/// How far back a feed reaches.
const FEED_BACK: Millis = Millis::days(60);
/// Most entries in a feed.
const FEED_MAX: u32 = 1_000;
/// How often calendar programs should ask for a feed, as an ISO 8601 length of time.
const REFRESH: &str = "PT1H";
/// Longest texts in an entry, in characters.
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
    /// The word in the object and in the type of an email's part.
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
        let role = about.role_of(reader).unwrap_or(SeatRole::Mentor);
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
            mentor: about.people.mentor.name.clone(),
            other: about.people[role.other()].name.clone(),
            attendee: None,
            stamp: about.updated_at,
        }
    }
}

/// One session as a calendar object.
pub fn event(config: &Config, facts: &EventFacts, method: Method) -> String {
    write(config, calendar(config, method), [facts], method)
}

/// Many sessions as a calendar to subscribe to.
pub fn feed(config: &Config, events: &[EventFacts]) -> String {
    let mut calendar = calendar(config, Method::Publish);
    let name = line(&config.app_name, NAME_MAX);
    let duration = Parameter::value(ValueType::Duration);
    calendar.add_property(Property::Name, name.as_str());
    calendar.add_property(other("X-WR-CALNAME"), name);
    calendar.add_property_with_params(Property::RefreshInterval, [duration], REFRESH);
    calendar.add_property(other("X-PUBLISHED-TTL"), REFRESH);
    write(config, calendar, events, Method::Publish)
}

fn calendar(config: &Config, method: Method) -> Component {
    let mut calendar = Component::new(Kind::VCalendar);
    let product = format!("-//{}//Sessions//EN", line(&config.app_name, NAME_MAX));
    calendar.add_property(Property::Version, "2.0");
    calendar.add_property(Property::Prodid, product);
    calendar.add_property(Property::Calscale, "GREGORIAN");
    calendar.add_property(Property::Method, method.as_str());
    calendar
}

fn other(name: &str) -> Property {
    Property::Other(name.to_owned())
}

fn write<'a>(
    config: &Config,
    calendar: Component,
    events: impl IntoIterator<Item = &'a EventFacts>,
    method: Method,
) -> String {
    let mut components = vec![calendar];
    for facts in events {
        let (event, alarm) = entry(config, facts, method);
        let event = push(&mut components, 0, event);
        if let Some(alarm) = alarm {
            push(&mut components, event, alarm);
        }
    }
    ICalendar { components }.to_string()
}

/// Puts `child` into the component at `parent`, and tells where it is.
fn push(components: &mut Vec<Component>, parent: usize, child: Component) -> usize {
    let id = components.len();
    components[parent].component_ids.extend(u32::try_from(id));
    components.push(child);
    id
}

/// A session, and its alarm unless there is nothing to wake up for.
fn entry(config: &Config, facts: &EventFacts, method: Method) -> (Component, Option<Component>) {
    let url = address(&facts.meeting_url);
    let page = format!("{}/sessions/{}", config.app_url.origin, facts.session);
    let title = format!(
        "{} with {}",
        isolated(&line(&facts.title, TITLE_MAX)),
        isolated(&line(&facts.other, NAME_MAX))
    );
    let title = title.trim();
    let goal = lines(&facts.goal, TEXT_MAX);
    let gap = if goal.is_empty() { "" } else { "\n\n" };
    let state = match method {
        Method::Cancel => EventState::Cancelled,
        Method::Request | Method::Publish => facts.state,
    };
    let mut event = Component::new(Kind::VEvent);
    event.add_uid(&format!("{}@{}", facts.session, config.app_url.host()));
    event.add_sequence(facts.version.into());
    event.add_property(Property::Summary, title);
    event.add_property(
        Property::Description,
        format!("{goal}{gap}Meeting: {url}\nSession: {page}"),
    );
    event.add_property(Property::Location, url.as_str());
    event.add_property(Property::Url, Uri::Location(url));
    event.add_property(Property::Dtstamp, ical(facts.stamp));
    event.add_property(Property::Dtstart, ical(facts.time.from));
    event.add_property(Property::Dtend, ical(facts.time.to));
    event.add_property(Property::Status, state.as_str());
    event.add_property_with_params(
        Property::Organizer,
        [Parameter::cn(quotable(&facts.mentor))],
        mail_address(config.mail.from.email.as_ref()),
    );
    if let (Some((name, email)), Method::Request | Method::Cancel) = (&facts.attendee, method) {
        // The reader, who has accepted by booking; nobody waits for an answer by email.
        let accepted = [
            Parameter::cn(quotable(name)),
            Parameter::partstat("ACCEPTED".to_owned()),
            Parameter::rsvp(false),
        ];
        event.add_property_with_params(Property::Attendee, accepted, mail_address(email));
    }
    let alarm = match state {
        EventState::Tentative | EventState::Confirmed => Some(alarm(title)),
        EventState::Cancelled => None,
    };
    (event, alarm)
}

fn alarm(title: &str) -> Component {
    let mut alarm = Component::new(Kind::VAlarm);
    alarm.add_property(Property::Action, "DISPLAY");
    alarm.add_property(Property::Description, title);
    alarm.add_property(Property::Trigger, ALARM);
    alarm
}

fn mail_address(email: &str) -> Value {
    Uri::Location(format!("mailto:{}", address(email))).into()
}

/// One line of text.
fn line(text: &str, max: usize) -> String {
    beginning(&one_line(text), max).to_owned()
}

/// Several lines of text.
fn lines(text: &str, max: usize) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean = paragraph(&text, usize::MAX).unwrap_or_default();
    beginning(&clean, max).to_owned()
}

/// A parameter's value, which cannot hold `"`; `^` begins an escape (RFC 6868), and `\` is none, but
/// would be doubled.
fn quotable(name: &str) -> String {
    line(name, NAME_MAX)
        .replace('"', "'")
        .replace(['^', '\\'], "")
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

/// Gives the reader's calendar a secret address and returns it; the one before stops working. The address
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
            async move { calendar_feeds::replace(txn, user, hash, now).await }.scope_boxed()
        })
        .await?;
    tracing::info!(user.id = %user, "calendar feed of {user} created");
    Ok(format!(
        "{}/calendar/{token}.ics",
        state.config.app_url.origin
    ))
}

/// Takes the address of the reader's calendar away; having none is fine.
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

/// Since when the reader's calendar has a secret address; `None` when it has none.
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
