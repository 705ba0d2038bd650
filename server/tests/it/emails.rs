//! An email as an independent parser reads it: what it says, and that no name, title, note or
//! address gets beyond its place.

use crate::harness::{self, NOW};
use calcard::icalendar::{ICalendar, ICalendarProperty};
use domain::{
    availability::Interval,
    ids::{EmailId, SessionId, UserId},
    seats::Seats,
    session::Booking,
    time::{Millis, Timestamp},
};
use mail_parser::{Message, MessageParser, MimeHeaders};
use proptest::prelude::*;
use server::{
    Error,
    emails::{self, EmailKind},
    mail::{Email, MailError},
    store::{
        appointments::{Appointment, Party},
        emails::EmailRow,
    },
};
use std::collections::BTreeSet;
use uuid::Uuid;

const MENTOR: UserId = UserId(Uuid::from_u128(1));
const MENTEE: UserId = UserId(Uuid::from_u128(2));

fn appointment() -> Appointment {
    Appointment {
        session: SessionId(Uuid::from_u128(7)),
        version: 2,
        title: "First steps".to_owned(),
        goal: "Finish the parser".to_owned(),
        time: Interval {
            from: NOW,
            to: NOW + Millis::minutes(45),
        },
        booking: Booking::Confirmed,
        is_over: false,
        meeting_url: "http://127.0.0.1:3000/meeting/00000000-0000-0000-0000-000000000007"
            .to_owned(),
        updated_at: NOW,
        people: Seats {
            mentor: Party {
                id: MENTOR,
                name: "Maya Okafor".to_owned(),
                email: Some("maya@example.org".to_owned()),
                time_zone: "Europe/Berlin".to_owned(),
            },
            mentee: Party {
                id: MENTEE,
                name: "Leo Tanaka".to_owned(),
                email: Some("leo@example.org".to_owned()),
                time_zone: "America/New_York".to_owned(),
            },
        },
    }
}

/// What is told besides the appointment.
struct Note {
    by: Option<UserId>,
    note: String,
    previous: Option<Timestamp>,
}

const NONE: Note = Note {
    by: None,
    note: String::new(),
    previous: None,
};

fn compose(kind: EmailKind, about: &Appointment, to: UserId, note: &Note) -> Result<Email, Error> {
    let detail = serde_json::json!({
        "by": note.by, "note": note.note, "previous": note.previous,
        "starts_at": about.time.from, "ends_at": about.time.to,
    });
    let row = EmailRow {
        id: EmailId(Uuid::from_u128(9)),
        session: about.session,
        user: to,
        kind,
        version: about.version,
        detail: detail.to_string(),
        is_settled: false,
    };
    emails::compose(&harness::config(""), &row, about, NOW)
}

fn written(kind: EmailKind, about: &Appointment, to: UserId, note: &Note) -> Email {
    compose(kind, about, to, note).expect("composed")
}

fn parse(email: &Email) -> Message<'_> {
    MessageParser::default()
        .parse(&email.bytes)
        .expect("a message")
}

/// Text, then HTML.
fn bodies(message: &Message<'_>) -> [String; 2] {
    [message.body_text(0), message.body_html(0)].map(|body| body.expect("a body").into_owned())
}

#[test]
fn every_email_names_both_times_and_the_way_to_the_session() {
    for kind in EmailKind::ALL.iter().copied() {
        for (to, yours, theirs) in [
            (
                MENTOR,
                "Tue 1 December 2026, 11:00–11:45 (Europe/Berlin)",
                "05:00–05:45 (America/New_York)",
            ),
            (
                MENTEE,
                "Tue 1 December 2026, 05:00–05:45 (America/New_York)",
                "11:00–11:45 (Europe/Berlin)",
            ),
        ] {
            let email = written(kind, &appointment(), to, &NONE);
            for body in bodies(&parse(&email)) {
                for part in [
                    yours,
                    theirs,
                    "First steps",
                    "/sessions/00000000-0000-0000-0000-000000000007",
                ] {
                    assert!(body.contains(part), "{kind:?}: {part} in {body}");
                }
                assert!(
                    !body.contains("@example.org"),
                    "addresses are private: {body}"
                );
            }
        }
    }
}

#[test]
fn people_of_one_zone_read_one_time() {
    let mut about = appointment();
    about.people.mentee.time_zone = "Europe/Vienna".to_owned();
    let email = written(EmailKind::Booked, &about, MENTEE, &NONE);
    let [text, _] = bodies(&parse(&email));
    assert!(
        text.contains("When: Tue 1 December 2026, 11:00–11:45 (Europe/Vienna)"),
        "{text}"
    );
    assert!(!text.contains("Berlin"), "{text}");
}

#[test]
fn a_change_says_who_why_and_what_was_before() {
    let note = Note {
        by: Some(MENTOR),
        note: "A train\nis late".to_owned(),
        previous: Some(NOW - Millis::days(1)),
    };
    let email = written(EmailKind::Changed, &appointment(), MENTEE, &note);
    let message = parse(&email);
    assert_eq!(
        message.subject(),
        Some("New time: First steps with Maya Okafor, Tue 1 Dec 05:00")
    );
    for body in bodies(&message) {
        for part in [
            "Maya Okafor moved the session to another time.",
            "A train\nis late",
            "Mon 30 November 2026, 05:00 (America/New_York)",
            "Mon 30 November 2026, 11:00 (Europe/Berlin)",
        ] {
            assert!(
                body.replace("\r\n", "\n").contains(part),
                "{part} in {body}"
            );
        }
    }
    let [text, _] = bodies(&parse(&written(
        EmailKind::Changed,
        &appointment(),
        MENTOR,
        &note,
    )));
    assert!(text.contains("You moved the session"), "{text}");
    let admin = Note {
        by: Some(UserId(Uuid::from_u128(3))),
        ..note
    };
    let email = written(EmailKind::Cancelled, &appointment(), MENTOR, &admin);
    let [text, _] = bodies(&parse(&email));
    assert!(text.contains("An administrator cancelled"), "{text}");
}

#[test]
fn an_email_has_the_entry_for_the_calendar_twice_and_says_that_a_machine_wrote_it() {
    for (kind, method) in [
        (EmailKind::Booked, "REQUEST"),
        (EmailKind::Changed, "REQUEST"),
        (EmailKind::Cancelled, "CANCEL"),
    ] {
        let email = written(kind, &appointment(), MENTEE, &NONE);
        let message = parse(&email);
        let parts: Vec<_> = message
            .parts
            .iter()
            .filter(|p| p.is_content_type("text", "calendar"))
            .collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1].attachment_name(), Some("session.ics"));
        for part in parts {
            let kind = part.content_type().expect("a type");
            assert_eq!(
                (kind.attribute("method"), kind.attribute("charset")),
                (Some(method), Some("utf-8"))
            );
            let ics = part.text_contents().expect("text");
            assert!(
                ics.contains(&format!("METHOD:{method}\r\n")) && ics.contains("SEQUENCE:2\r\n"),
                "{ics}"
            );
            let unfolded = ics.replace("\r\n ", "");
            assert!(
                unfolded.contains("leo@example.org") && !unfolded.contains("maya@example.org"),
                "{ics}"
            );
            ICalendar::parse(ics).expect("calcard reads it");
        }
        assert_eq!(
            message.header_raw("Auto-Submitted").map(str::trim),
            Some("auto-generated")
        );
        assert_eq!(
            message.message_id(),
            Some("00000000-0000-0000-0000-000000000009@127.0.0.1")
        );
        assert_eq!(
            message.date().expect("a date").to_timestamp() * 1_000,
            NOW.0
        );
    }
    let email = written(EmailKind::ReminderOpen, &appointment(), MENTEE, &NONE);
    assert!(
        !parse(&email)
            .parts
            .iter()
            .any(|p| p.is_content_type("text", "calendar"))
    );
}

#[test]
fn a_name_written_from_right_to_left_keeps_to_itself() {
    let mut about = appointment();
    about.people.mentor.name = "דנה 1".to_owned();
    let isolated = "\u{2068}דנה 1\u{2069}";
    let email = written(EmailKind::Booked, &about, MENTEE, &NONE);
    let message = parse(&email);
    assert_eq!(
        message.subject(),
        Some(format!("Booked: First steps with {isolated}, Tue 1 Dec 05:00").as_str())
    );
    for body in bodies(&message) {
        assert!(
            body.contains(&format!("Your session with {isolated} is booked.")),
            "{body}"
        );
    }
    let entry = message
        .parts
        .iter()
        .find(|p| p.is_content_type("text", "calendar"))
        .and_then(|part| part.text_contents())
        .expect("an entry")
        .replace("\r\n ", "");
    assert!(
        entry.contains(&format!("SUMMARY:First steps with {isolated}\r\n")),
        "{entry}"
    );
}

/// Headers of the message itself, in lower case; panics when one is there twice.
#[track_caller]
fn headers(message: &Message<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, _) in message.headers_raw() {
        assert!(
            names.insert(name.to_ascii_lowercase()),
            "{name} is there twice"
        );
    }
    names
}

/// One message to one recipient with our headers and no others.
#[track_caller]
fn check(email: &Email, address: &str) {
    assert_eq!(email.to.to_string(), address);
    let message = parse(email);
    let ours = [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
    ];
    assert_eq!(headers(&message), ours.map(str::to_owned).into());
    let to: Vec<_> = message
        .to()
        .expect("a recipient")
        .iter()
        .filter_map(|a| a.address())
        .collect();
    assert_eq!(to, [address]);
    let from: Vec<_> = message
        .from()
        .expect("a sender")
        .iter()
        .filter_map(|a| a.address())
        .collect();
    assert_eq!(from, ["no-reply@minds.example"]);
    let raw = std::str::from_utf8(&email.bytes).expect("UTF-8");
    let (head, _) = raw.split_once("\r\n\r\n").expect("a body");
    for line in head.split("\r\n") {
        assert!(line.len() <= 998 && line.is_ascii(), "{line:?}");
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    assert!(
        !message
            .subject()
            .expect("a subject")
            .contains(|c: char| c.is_control())
    );
}

const HOSTILE: [&str; 9] = [
    "a\r\nBcc: victim@example.com",
    "a\nSubject: other\n\nbody",
    "a\rX: y",
    "\u{202e}gro.elpmaxe@evil\u{2066}\u{200b}",
    "\"quoted\" <evil@example.com>, other@example.com",
    "=?utf-8?q?=0d=0aBcc:_x@y.z?=",
    "👩🏽‍🚒🧑‍🚀 émoji, comma; semi",
    "</title></p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "",
];

#[test]
fn hostile_texts_stay_in_their_place() {
    let long = "1,000 characters… ".repeat(56);
    for text in HOSTILE.into_iter().chain([long.as_str()]) {
        let mut about = appointment();
        about.title = text.to_owned();
        about.goal = text.to_owned();
        about.people.mentor.name = text.to_owned();
        about.people.mentee.name = text.to_owned();
        let note = Note {
            note: text.to_owned(),
            ..NONE
        };
        for kind in EmailKind::ALL.iter().copied() {
            let email = written(kind, &about, MENTEE, &note);
            check(&email, "leo@example.org");
            let [_, html] = bodies(&parse(&email));
            assert!(
                !html.contains("<script") && !html.contains("<img"),
                "{html}"
            );
        }
    }
}

#[test]
fn an_address_that_is_not_exactly_one_gets_no_email() {
    for bad in [
        "leo@example.org, other@example.org",
        "leo@example.org\r\nRCPT TO:<other@example.org>",
        "<leo@example.org>",
        "\"leo\"@example.org",
        "leo",
        "leo@127.0.0.1",
        "leo@exa mple.org",
        "",
    ] {
        let mut about = appointment();
        about.people.mentee.email = Some(bad.to_owned());
        let refused = compose(EmailKind::Booked, &about, MENTEE, &NONE);
        assert!(
            matches!(refused, Err(Error::Mail(MailError::Unwritable(_)))),
            "{bad}: {refused:?}"
        );
    }
}

#[test]
fn a_host_beyond_ascii_is_written_as_mail_servers_know_it() {
    let mut about = appointment();
    about.people.mentee.email = Some("leo@bücher.example".to_owned());
    check(
        &written(EmailKind::Booked, &about, MENTEE, &NONE),
        "leo@xn--bcher-kva.example",
    );
}

#[test]
fn an_email_that_comes_late_says_so() {
    let mut about = appointment();
    let detail = r#"{"by":null,"note":"","previous":null,"starts_at":0,"ends_at":1}"#;
    let row = EmailRow {
        id: EmailId(Uuid::from_u128(9)),
        session: about.session,
        user: MENTEE,
        kind: EmailKind::Booked,
        version: 1,
        detail: detail.to_owned(),
        is_settled: false,
    };
    let late = |about: &Appointment| {
        let email = emails::compose(&harness::config(""), &row, about, NOW).expect("composed");
        bodies(&parse(&email))
            .iter()
            .all(|body| body.contains("Something has changed since"))
    };
    assert!(late(&about));
    about.version = 1;
    assert!(!late(&about));
}

proptest! {
    #[test]
    fn any_text_makes_one_email_to_one_person(name in "(?s).{0,100}", title in "(?s).{0,200}", note in "(?s).{0,300}", which in 0usize..11) {
        let mut about = appointment();
        about.title = title.clone();
        about.goal = note.clone();
        about.people.mentor.name = name.clone();
        about.people.mentee.name = name;
        let note = Note { note, ..NONE };
        let email = written(EmailKind::ALL[which], &about, MENTEE, &note);
        check(&email, "leo@example.org");
        for part in parse(&email).parts.iter().filter(|p| p.is_content_type("text", "calendar")) {
            let ics = ICalendar::parse(part.text_contents().expect("text")).expect("calcard reads it");
            let events: Vec<_> = ics.components.iter().filter(|c| c.component_type.is_event()).collect();
            prop_assert_eq!(events.len(), 1);
            prop_assert!(events[0].has_property(&ICalendarProperty::Uid));
        }
    }
}
