//! An email's text and its message. Names, titles and notes come from people who may mean harm:
//! they reach headers as single lines of bounded length, and HTML escaped.

use super::kind::{Detail, EmailKind};
use crate::{
    Error, Result,
    calendar::{self, EventFacts, EventState, Method},
    config::Config,
    mail::{Email, MailError},
    store::{
        appointments::{Appointment, Party},
        emails::EmailRow,
        notifications::NotificationRow,
    },
    zones::Zone,
};
use askama::Template;
use domain::{
    availability::Interval,
    ids::EmailId,
    session::{Booking, SeatRole},
    text::{EmailAddress, NAME_MAX, TITLE_MAX, beginning, isolated, one_line},
    time::Timestamp,
};
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use std::time::{Duration, SystemTime};
use url::Host;

/// Longest name and title in a subject, so that the time is still seen on a phone.
const SUBJECT_NAME_MAX: usize = 40;
const SUBJECT_TITLE_MAX: usize = 60;
/// Longest note in an email; longer ones were never accepted from anybody.
const NOTE_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a>(&'a Words);

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a>(&'a Words);

/// Everything an email says.
struct Words {
    subject: String,
    reader: String,
    lead: String,
    title: String,
    times: Vec<Labelled>,
    note: Option<Labelled>,
    goal: String,
    is_late: bool,
    meeting_url: Option<String>,
    page_url: String,
    app_name: String,
    origin: String,
    zone: String,
}

/// A line with its name.
struct Labelled {
    label: String,
    text: String,
}

/// Writes an email.
///
/// # Errors
/// [`Error::Mail`] when its reader has no address that can be written to.
pub fn compose(
    config: &Config,
    mail: &EmailRow,
    about: &Appointment,
    now: Timestamp,
) -> Result<Email> {
    let role = about
        .role_of(mail.user)
        .ok_or(MailError::Unwritable("its reader is not in the session"))?;
    let detail: Detail = serde_json::from_str(&mail.detail)
        .map_err(|e| Error::Other(format!("unreadable detail of an email: {e}")))?;
    let to = recipient(&about.people[role])?;
    let words = words(config, mail, about, role, &detail);
    let text = Text(&words).render().map_err(unwritten)?;
    let html = Html(&words).render().map_err(unwritten)?;
    let alternative = MultiPart::alternative()
        .singlepart(SinglePart::plain(text))
        .singlepart(SinglePart::html(html));
    let body = match invitation(config, mail, about, &to, &detail, now) {
        None => alternative,
        Some((method, ics)) => MultiPart::mixed()
            .multipart(alternative.singlepart(calendar_part(method, ics.clone())?))
            .singlepart(calendar_file(method, ics)?),
    };
    finish(config, mail.id, to, &words.subject, now, |head| {
        head.multipart(body)
    })
}

/// Puts the headers that all emails have before a body.
pub(super) fn finish(
    config: &Config,
    id: EmailId,
    to: Mailbox,
    subject: &str,
    now: Timestamp,
    body: impl FnOnce(MessageBuilder) -> std::result::Result<Message, lettre::error::Error>,
) -> Result<Email> {
    let from = config.mail.from.clone();
    let (sender, recipient) = (from.email.clone(), to.email.clone());
    let head = Message::builder()
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(now.0.unsigned_abs()))
        .message_id(Some(format!("<{id}@{}>", id_host(config))))
        .from(from)
        .to(to)
        .subject(header_text(subject))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    Ok(Email {
        id,
        from: sender,
        to: recipient,
        bytes: body(head).map_err(unwritten)?.formatted(),
    })
}

/// Tells an admin what needs attention; plain text, since only admins read it.
///
/// # Errors
/// As [`compose`].
pub(super) fn admin_alert(
    config: &Config,
    id: EmailId,
    admin: (&str, &str),
    entry: &NotificationRow,
    now: Timestamp,
) -> Result<Email> {
    let (email, name) = admin;
    let (app, origin) = (&config.app_name, &config.app_url.origin);
    let session = entry
        .session
        .map(|id| format!("Session: {origin}/sessions/{id}\n"))
        .unwrap_or_default();
    let text = format!(
        "{}\n\nCause: {}\n\n{session}All that needs attention: {origin}/admin/notifications\n\n-- \nYou get \
         this email because you look after {app}, {origin}.\n",
        entry.title,
        note(&entry.cause)
    );
    let subject = format!("{app}: {}", one_line(&entry.title));
    finish(config, id, mailbox(email, name)?, &subject, now, |head| {
        head.singlepart(SinglePart::plain(text))
    })
}

pub(super) fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::Other(format!("an email could not be written: {error}"))
}

/// The right side of Message-IDs. An IPv6 address cannot stand there as it is.
fn id_host(config: &Config) -> &str {
    let host = config.app_url.host();
    if host.contains(':') {
        "localhost"
    } else {
        host
    }
}

/// The one recipient. Addresses were checked when they came in; what is in a header is checked again.
fn recipient(party: &Party) -> Result<Mailbox> {
    const BAD: MailError = MailError::Unwritable("its reader's address cannot be written to");
    mailbox(party.email.as_deref().ok_or(BAD)?, &party.name)
}

pub(super) fn mailbox(email: &str, name: &str) -> Result<Mailbox> {
    const BAD: MailError = MailError::Unwritable("its reader's address cannot be written to");
    let email = EmailAddress::parse(email).map_err(|_| BAD)?;
    let (user, host) = email.as_str().split_once('@').ok_or(BAD)?;
    // Mail servers know hosts in ASCII.
    let host = match Host::parse(host) {
        Ok(Host::Domain(host)) => host,
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => return Err(BAD.into()),
    };
    let address = Address::new(user, host).map_err(|_| BAD)?;
    let name = header_text(&clip(name, NAME_MAX));
    Ok(Mailbox::new(Some(name).filter(|n| !n.is_empty()), address))
}

/// One line of at most `max` characters.
fn clip(text: &str, max: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= max {
        return line;
    }
    format!("{}…", beginning(&line, max - 1).trim_end())
}

/// What already looks encoded (RFC 2047) would be decoded by its reader into anything, line ends
/// included; a space ends that.
fn header_text(text: &str) -> String {
    text.replace("=?", "= ?")
}

/// Several lines of at most [`NOTE_MAX`] characters.
fn note(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean = domain::text::paragraph(&text, usize::MAX).unwrap_or_default();
    if clean.chars().count() <= NOTE_MAX {
        return clean;
    }
    format!("{}…", beginning(&clean, NOTE_MAX - 1))
}

fn words(
    config: &Config,
    mail: &EmailRow,
    about: &Appointment,
    role: SeatRole,
    detail: &Detail,
) -> Words {
    let (reader, other) = (&about.people[role], &about.people[role.other()]);
    let (yours, theirs) = (
        Zone::or_utc(&reader.time_zone),
        Zone::or_utc(&other.time_zone),
    );
    let name = isolated(&clip(&other.name, NAME_MAX));
    let origin = config.app_url.origin.clone();
    Words {
        subject: format!(
            "{}: {} with {}, {}",
            headline(mail.kind),
            isolated(&clip(&about.title, SUBJECT_TITLE_MAX)),
            isolated(&clip(&other.name, SUBJECT_NAME_MAX)),
            yours.short(detail.starts_at),
        ),
        lead: lead(mail.kind, role, &name, &actor(detail, reader, other, &name)),
        times: times(detail, &yours, &theirs, &name),
        note: Some(note(&detail.note))
            .filter(|text| !text.is_empty())
            .map(|text| Labelled {
                label: note_label(mail.kind).to_owned(),
                text,
            }),
        goal: if tells_goal(mail.kind) {
            note(&about.goal)
        } else {
            String::new()
        },
        is_late: mail.version != about.version,
        meeting_url: takes_place(mail.kind).then(|| about.meeting_url.clone()),
        page_url: format!("{origin}/sessions/{}", about.session),
        reader: isolated(&clip(&reader.name, NAME_MAX)),
        title: clip(&about.title, TITLE_MAX),
        app_name: config.app_name.clone(),
        zone: yours.name().to_owned(),
        origin,
    }
}

/// First word of the subject.
fn headline(kind: EmailKind) -> &'static str {
    match kind {
        EmailKind::Booked => "Booked",
        EmailKind::Requested => "Request",
        EmailKind::Confirmed => "Confirmed",
        EmailKind::Declined => "Declined",
        EmailKind::InfoAsked => "Question",
        EmailKind::InfoAnswered => "Answer",
        EmailKind::Changed => "New time",
        EmailKind::Cancelled => "Cancelled",
        EmailKind::ReminderDayBefore => "Reminder",
        EmailKind::ReminderHourBefore => "Soon",
        EmailKind::ReminderOpen => "Open now",
    }
}

/// Who did it, as the reader would say it.
fn actor(detail: &Detail, reader: &Party, other: &Party, name: &str) -> String {
    match detail.by {
        Some(by) if by == reader.id => "You".to_owned(),
        Some(by) if by == other.id => name.to_owned(),
        Some(_) | None => "An administrator".to_owned(),
    }
}

/// What happened.
fn lead(kind: EmailKind, role: SeatRole, other: &str, actor: &str) -> String {
    match (kind, role) {
        (EmailKind::Booked, SeatRole::Mentee) => format!("Your session with {other} is booked."),
        (EmailKind::Booked, SeatRole::Mentor) => format!("{other} booked a session with you."),
        (EmailKind::Requested, SeatRole::Mentee) => format!(
            "You asked {other} for a session. The time is held for you; we will write again when they have answered."
        ),
        (EmailKind::Requested, SeatRole::Mentor) => format!(
            "{other} asks you for a session. Please confirm or decline it on the session's page."
        ),
        (EmailKind::Confirmed, _) => format!("Your session with {other} is confirmed."),
        (EmailKind::Declined, _) => {
            format!("{other} cannot take the session you asked for. The time is free again.")
        }
        (EmailKind::InfoAsked, _) => {
            format!(
                "{other} would like to know something before answering your request. Please answer on the session's page."
            )
        }
        (EmailKind::InfoAnswered, _) => {
            format!(
                "{other} answered your question. Please confirm or decline the request on the session's page."
            )
        }
        (EmailKind::Changed, _) => format!("{actor} moved the session to another time."),
        (EmailKind::Cancelled, _) => format!("{actor} cancelled the session."),
        (EmailKind::ReminderDayBefore, _) => {
            format!("Your session with {other} is coming up.")
        }
        (EmailKind::ReminderHourBefore, _) => {
            format!("Your session with {other} starts soon.")
        }
        (EmailKind::ReminderOpen, _) => format!(
            "Your meeting with {other} is open. You can enter and check camera and microphone now."
        ),
    }
}

fn note_label(kind: EmailKind) -> &'static str {
    match kind {
        EmailKind::Declined | EmailKind::Changed | EmailKind::Cancelled => "Reason",
        EmailKind::InfoAsked => "Question",
        EmailKind::InfoAnswered => "Answer",
        EmailKind::Booked
        | EmailKind::Requested
        | EmailKind::Confirmed
        | EmailKind::ReminderDayBefore
        | EmailKind::ReminderHourBefore
        | EmailKind::ReminderOpen => "Note",
    }
}

/// Whether the goal belongs in the email: where the session is new to somebody or begins soon.
fn tells_goal(kind: EmailKind) -> bool {
    match kind {
        EmailKind::Booked
        | EmailKind::Requested
        | EmailKind::Confirmed
        | EmailKind::ReminderDayBefore
        | EmailKind::ReminderHourBefore
        | EmailKind::ReminderOpen => true,
        EmailKind::Declined
        | EmailKind::InfoAsked
        | EmailKind::InfoAnswered
        | EmailKind::Changed
        | EmailKind::Cancelled => false,
    }
}

/// Whether there will be a meeting as far as the email knows.
fn takes_place(kind: EmailKind) -> bool {
    match kind {
        EmailKind::Booked
        | EmailKind::Confirmed
        | EmailKind::Changed
        | EmailKind::ReminderDayBefore
        | EmailKind::ReminderHourBefore
        | EmailKind::ReminderOpen => true,
        EmailKind::Requested
        | EmailKind::Declined
        | EmailKind::InfoAsked
        | EmailKind::InfoAnswered
        | EmailKind::Cancelled => false,
    }
}

/// The time, and the one before, on the reader's clock and, where it differs, the other person's.
fn times(detail: &Detail, yours: &Zone, theirs: &Zone, other: &str) -> Vec<Labelled> {
    let mut times = Vec::with_capacity(4);
    let now = |zone: &Zone| {
        let label = zone.label(detail.starts_at);
        let end = zone.label(detail.ends_at).time;
        format!("{}, {}–{end} ({})", label.date, label.time, label.zone)
    };
    let before = |zone: &Zone, at| {
        let label = zone.label(at);
        format!("{}, {} ({})", label.date, label.time, label.zone)
    };
    let mut add = |label: String, text| times.push(Labelled { label, text });
    add("When".to_owned(), now(yours));
    if !yours.agrees_with(theirs, detail.starts_at) {
        add(format!("For {other}"), now(theirs));
    }
    if let Some(at) = detail.previous {
        add("Before".to_owned(), before(yours, at));
        if !yours.agrees_with(theirs, at) {
            add(format!("Before, for {other}"), before(theirs, at));
        }
    }
    times
}

/// The calendar entry that comes with an email.
fn invitation(
    config: &Config,
    mail: &EmailRow,
    about: &Appointment,
    to: &Mailbox,
    detail: &Detail,
    now: Timestamp,
) -> Option<(Method, String)> {
    let (method, state) = match mail.kind {
        EmailKind::Booked | EmailKind::Confirmed => (Method::Request, EventState::Confirmed),
        EmailKind::Changed if about.booking == Booking::Requested => {
            (Method::Request, EventState::Tentative)
        }
        EmailKind::Changed => (Method::Request, EventState::Confirmed),
        EmailKind::Cancelled => (Method::Cancel, EventState::Cancelled),
        EmailKind::Requested
        | EmailKind::Declined
        | EmailKind::InfoAsked
        | EmailKind::InfoAnswered
        | EmailKind::ReminderDayBefore
        | EmailKind::ReminderHourBefore
        | EmailKind::ReminderOpen => {
            return None;
        }
    };
    let facts = EventFacts {
        version: mail.version,
        time: Interval {
            from: detail.starts_at,
            to: detail.ends_at,
        },
        state,
        attendee: Some((to.name.clone().unwrap_or_default(), to.email.to_string())),
        stamp: now,
        ..EventFacts::of(about, mail.user)
    };
    Some((method, calendar::event(config, &facts, method)))
}

/// What mail programs look at to offer the entry.
fn calendar_part(method: Method, ics: String) -> Result<SinglePart> {
    Ok(SinglePart::builder()
        .header(calendar_type(method)?)
        .body(ics))
}

/// The same as a file, for those that do not.
fn calendar_file(method: Method, ics: String) -> Result<SinglePart> {
    Ok(Attachment::new("session.ics".to_owned()).body(ics, calendar_type(method)?))
}

fn calendar_type(method: Method) -> Result<ContentType> {
    let text = format!("text/calendar; charset=utf-8; method={}", method.as_str());
    ContentType::parse(&text).map_err(unwritten)
}
