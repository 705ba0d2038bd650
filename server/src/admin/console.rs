//! What the tabs of the console show, as text in the reader's zone.

use crate::{
    AppState, Result, job_list, jobs::Job, login::CurrentLogin,
    meetings::jobs::create_room::CreateRoom, store, zones::Zone,
};
use domain::{
    console::{Action, AdminAction, Console, Entry, Filter, PAGE, Section, Tab},
    deletion::{Asker, Standing},
    ids::{RoomName, UserId},
    problem::Problem,
    seats::Seats,
    session::{Outcome, RoomWord},
    text::isolated,
    time::Timestamp,
};
use store::{
    Part, has_more, jobs::FailedJob, sessions::SessionRecord, users::AccountRow,
    webhook_events::EventState,
};

/// What a tab shows. `filter` is what its list is narrowed to: a state of messages, a text in names
/// and addresses, or a session's id; `page` counts from 0.
///
/// # Errors
/// `Problem::Forbidden` unless the reader is an admin; `Problem::Malformed` for a filter that cannot
/// be read.
pub async fn console(
    state: &AppState,
    login: &CurrentLogin,
    tab: Tab,
    filter: &str,
    page: u32,
) -> Result<Console> {
    login.require_admin()?;
    let zone = Zone::or_utc(&login.me.time_zone);
    let filter = filter.trim();
    match tab {
        Tab::Rooms => rooms(state, &zone).await,
        Tab::Jobs => failed_jobs(state, &zone).await,
        Tab::Webhooks => webhooks(state, &zone, filter).await,
        Tab::Users => users(state, &zone, filter, page).await,
        Tab::Disputes => disputes(state, &zone).await,
        Tab::Reports => reports(state, &zone, page).await,
        Tab::Audit => audit(state, &zone, filter, page).await,
    }
}

fn time(zone: &Zone, at: Timestamp) -> String {
    format!("{} ({})", zone.short(at), zone.name())
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn action(label: &str, meaning: &str, action: AdminAction) -> Action {
    Action {
        label: label.to_owned(),
        meaning: meaning.to_owned(),
        id: action.id(),
        choices: vec![fact(action.what(), "")],
    }
}

fn section(title: &str, empty: &str, entries: Vec<Entry>) -> Section {
    Section {
        title: title.to_owned(),
        empty: empty.to_owned(),
        entries,
        action: None,
    }
}

fn people(record: &SessionRecord) -> (String, String) {
    let Seats { mentor, mentee } = &record.people;
    fact(
        "People",
        format!(
            "{} mentors {}",
            isolated(&mentor.name),
            isolated(&mentee.name)
        ),
    )
}

async fn rooms(state: &AppState, zone: &Zone) -> Result<Console> {
    let db = state.db.read();
    let running = store::sessions::with_room(db, &[RoomWord::Open, RoomWord::Live]).await?;
    let failed = store::sessions::with_room(db, &[RoomWord::Failed]).await?;
    let mut present = store::participants::present(db).await?;
    present.retain(|(id, ..)| running.iter().any(|r| r.facts.id == *id));
    let (waiting, dead) = store::jobs::count(db).await?;
    let counts = [
        ("Running rooms", running.len() as u64),
        ("People in rooms", present.len() as u64),
        ("Failed rooms", failed.len() as u64),
        ("Jobs waiting", waiting),
        ("Dead jobs", dead),
        ("Parked messages", store::webhook_events::parked(db).await?),
    ];
    let dead = store::jobs::failing(db, true).await?;
    let running = running.into_iter().map(|record| {
        let inside: Vec<String> = present
            .iter()
            .filter(|(id, ..)| *id == record.facts.id)
            .map(|(_, user, since)| {
                let role = user.and_then(|user| record.facts.role_of(user));
                let name = role.map_or_else(
                    || "Somebody else".to_owned(),
                    |role| isolated(&record.people[role].name),
                );
                format!("{name} since {}", time(zone, *since))
            })
            .collect();
        let inside = match inside.is_empty() {
            true => "Nobody".to_owned(),
            false => inside.join(", "),
        };
        let closes = record.facts.window(state.config.window).closes_at;
        Entry {
            facts: vec![
                people(&record),
                fact("In the room now", inside),
                fact("Closes", time(zone, closes)),
            ],
            session: Some(record.facts.id),
            actions: vec![action(
                "End room",
                "The meeting ends for everyone at once. This cannot be undone.",
                AdminAction::EndRoom(record.facts.id),
            )],
            title: record.title,
            body: None,
        }
    });
    let failed = failed.into_iter().map(|record| {
        let job = dead
            .iter()
            .find(|job| job.session == Some(record.facts.id) && job.kind == CreateRoom::KIND);
        let cause = job.map_or("Unknown; joining tries again.", |job| job.error.as_str());
        Entry {
            facts: vec![people(&record), fact("Cause", cause)],
            session: Some(record.facts.id),
            actions: job
                .map(|job| action("Retry", "", AdminAction::RetryJob(job.id)))
                .into_iter()
                .collect(),
            title: record.title,
            body: None,
        }
    });
    Ok(Console {
        title: "Rooms".to_owned(),
        counts: counts.map(|(name, n)| (name.to_owned(), n)).into(),
        sections: vec![
            section("Running", "No room is running.", running.collect()),
            section("Failed", "No room has failed.", failed.collect()),
        ],
        ..Console::default()
    })
}

async fn failed_jobs(state: &AppState, zone: &Zone) -> Result<Console> {
    let db = state.db.read();
    let view = |job: FailedJob| Entry {
        title: job_list().title(&job.kind).to_owned(),
        facts: [
            Some(fact("Attempts", job.attempts.to_string())),
            Some(fact("Last error", job.error)),
            job.dead_at.map(|at| fact("Given up", time(zone, at))),
            job.next.map(|at| fact("Runs again", time(zone, at))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        session: job.session,
        body: None,
        actions: vec![action("Retry", "", AdminAction::RetryJob(job.id))],
    };
    let dead = store::jobs::failing(db, true).await?;
    let waiting = store::jobs::failing(db, false).await?;
    let mut dead = section(
        "Dead",
        "No job was given up.",
        dead.into_iter().map(view).collect(),
    );
    if !dead.entries.is_empty() {
        dead.action = Some(action("Retry all", "", AdminAction::RetryAll));
    }
    let waiting = section(
        "Waiting after a failure",
        "No failed job is waiting.",
        waiting.into_iter().map(view).collect(),
    );
    Ok(Console {
        title: "Jobs".to_owned(),
        sections: vec![dead, waiting],
        ..Console::default()
    })
}

async fn webhooks(state: &AppState, zone: &Zone, filter: &str) -> Result<Console> {
    let chosen = EventState::parse(filter);
    if chosen.is_none() && !filter.is_empty() {
        return Err(Problem::Malformed("There is no such state.".to_owned()).into());
    }
    let rows = store::webhook_events::latest(state.db.read(), chosen).await?;
    let entries = rows.into_iter().map(|row| Entry {
        facts: [
            Some(fact("State", row.state.as_str())),
            Some(fact("Received", time(zone, row.received_at))),
            row.room.as_ref().map(|room| fact("Room", room.as_str())),
            row.error.map(|why| fact("Why parked", why)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        session: row.room.as_ref().map(RoomName::session),
        title: row.event,
        body: Some(row.body),
        actions: Vec::new(),
    });
    let mut choices = vec![fact("", "All")];
    choices.extend(EventState::ALL.iter().map(|s| fact(s.as_str(), s.as_str())));
    Ok(Console {
        title: "Webhooks".to_owned(),
        filter: Some(Filter {
            label: "State".to_owned(),
            value: filter.to_owned(),
            choices,
        }),
        sections: vec![section(
            "Latest messages",
            "No message of this kind has come in.",
            entries.collect(),
        )],
        ..Console::default()
    })
}

async fn users(state: &AppState, zone: &Zone, text: &str, page: u32) -> Result<Console> {
    let mut rows = store::users::search(state.db.read(), text, Part::page(page, PAGE)).await?;
    let has_older = has_more(&mut rows, PAGE);
    let now = state.clock.now();
    let entries = rows.into_iter().map(|row| {
        let role = match (row.is_admin, row.is_mentor()) {
            (true, _) => "Admin",
            (false, true) => "Mentor",
            (false, false) => "Mentee",
        };
        let seen = row.last_seen_at.map(|at| time(zone, at));
        Entry {
            facts: vec![
                fact("Address", row.email.as_str()),
                fact("Role", role),
                fact("Zone", row.time_zone.as_str()),
                fact("Since", time(zone, row.created_at)),
                fact("Sessions", row.sessions.to_string()),
                fact("Last seen", seen.unwrap_or("Not signed in".to_owned())),
                fact("State", state_of(zone, &row, now)),
            ],
            session: None,
            body: None,
            actions: of_account(&row, now),
            title: row.name,
        }
    });
    Ok(Console {
        title: "Users".to_owned(),
        filter: Some(Filter {
            label: "Name or address".to_owned(),
            value: text.to_owned(),
            choices: Vec::new(),
        }),
        sections: vec![section("Accounts", "Nobody was found.", entries.collect())],
        page,
        has_older,
        ..Console::default()
    })
}

/// What an admin reads of an account's state.
fn state_of(zone: &Zone, row: &AccountRow, now: Timestamp) -> String {
    let leaves = match row.facts().standing(now) {
        Standing::Gone => return "Deleted".to_owned(),
        Standing::Stays => String::new(),
        Standing::Leaves { at } => format!(", to be deleted {}", time(zone, at)),
        Standing::Due => ", being deleted".to_owned(),
        Standing::Held { at } => format!(
            ", to be deleted {}, which waits for an admin because of the suspension",
            time(zone, at)
        ),
    };
    let is_in = match row.is_suspended() {
        true => "Suspended",
        false => "Active",
    };
    format!("{is_in}{leaves}")
}

/// What can be done to an account.
fn of_account(row: &AccountRow, now: Timestamp) -> Vec<Action> {
    let standing = row.facts().standing(now);
    if standing == Standing::Gone {
        return Vec::new();
    }
    let delete = standing.can_be_asked(Asker::Admin).then(|| {
        action(
            "Delete",
            "This person is signed out, all their future sessions are cancelled, and mentees no longer see their profile. Until the day that they are told by email they can take it back; then their name, address and words are overwritten for good.",
            AdminAction::DeleteAccount(row.id),
        )
    });
    let keep = standing.can_be_kept().then(|| {
        action(
            "Keep",
            "The account is not deleted. What was cancelled stays cancelled.",
            AdminAction::KeepAccount(row.id),
        )
    });
    let sign_out = action(
        "Sign out everywhere",
        "All browsers of this person are signed out. They can sign in again.",
        AdminAction::SignOut(row.id),
    );
    let unpublish = row.is_published().then(|| {
        action(
            "Unpublish mentor",
            "Mentees no longer see this profile. Sessions that are booked stay.",
            AdminAction::Unpublish(row.id),
        )
    });
    let stop = match row.is_suspended() {
        true => action(
            "Reinstate",
            "This person can sign in again. What was cancelled stays cancelled.",
            AdminAction::Reinstate(row.id),
        ),
        false => suspension(row.id),
    };
    [Some(sign_out), unpublish, Some(stop), delete, keep]
        .into_iter()
        .flatten()
        .collect()
}

fn suspension(user: UserId) -> Action {
    action(
        "Suspend",
        "This person is signed out and out of any call at once, cannot sign in, and all their future sessions are cancelled; the others get an email.",
        AdminAction::Suspend(user),
    )
}

async fn reports(state: &AppState, zone: &Zone, page: u32) -> Result<Console> {
    let mut rows = store::reports::page(state.db.read(), Part::page(page, PAGE)).await?;
    let has_older = has_more(&mut rows, PAGE);
    let entries = rows.into_iter().map(|row| Entry {
        facts: [
            Some(fact("About", row.about_name)),
            Some(fact(
                "Concerns about this person",
                row.about_count.to_string(),
            )),
            Some(fact(
                "From",
                row.reporter_name
                    .unwrap_or("Somebody whose account is gone".to_owned()),
            )),
            Some(fact("When", time(zone, row.created_at))),
            (!row.words.is_empty()).then(|| fact("In their words", row.words)),
            row.suspended_at.map(|at| fact("Suspended", time(zone, at))),
            row.closed_at.map(|at| fact("Closed", time(zone, at))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        session: row.session_id,
        body: None,
        actions: [
            row.closed_at
                .is_none()
                .then(|| action("Close", "", AdminAction::CloseReport(row.id))),
            row.suspended_at.is_none().then(|| suspension(row.about_id)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        title: row.category.text().to_owned(),
    });
    Ok(Console {
        title: "Concerns".to_owned(),
        sections: vec![section(
            "Reported",
            "No concern was reported.",
            entries.collect(),
        )],
        page,
        has_older,
        ..Console::default()
    })
}

async fn disputes(state: &AppState, zone: &Zone) -> Result<Console> {
    let db = state.db.read();
    let disputed = store::sessions::with_outcome(db, Outcome::Disputed).await?;
    let unknown = store::sessions::with_outcome(db, Outcome::Unknown).await?;
    let counts = [
        ("Contested", Outcome::Disputed),
        ("Unknown", Outcome::Unknown),
    ];
    let mut counted = Vec::new();
    for (name, outcome) in counts {
        let count = store::sessions::count_outcome(db, outcome).await?;
        counted.push((name.to_owned(), count));
    }
    let contested = disputed
        .into_iter()
        .map(|(record, by)| undecided(zone, record, Some(by)));
    let unknown = unknown
        .into_iter()
        .map(|(record, _)| undecided(zone, record, None));
    Ok(Console {
        title: "Disputes".to_owned(),
        counts: counted,
        sections: vec![
            section(
                "Contested outcomes",
                "No outcome is contested.",
                contested.collect(),
            ),
            section(
                "Unknown outcomes",
                "Every session that is over has an outcome.",
                unknown.collect(),
            ),
        ],
        ..Console::default()
    })
}

/// A session of which an admin decides what came of it; with who contests that, if somebody does.
fn undecided(zone: &Zone, record: SessionRecord, by: Option<Option<UserId>>) -> Entry {
    let verdicts = [
        (Outcome::Completed, "It took place"),
        (Outcome::MissedByMentor, "The mentor did not come"),
        (Outcome::MissedByMentee, "The mentee did not come"),
        (Outcome::MissedByBoth, "Nobody came"),
    ];
    let who = |by: Option<UserId>| match by.and_then(|by| record.facts.role_of(by)) {
        Some(role) => format!(
            "{}, the {}",
            isolated(&record.people[role].name),
            role.as_str()
        ),
        None => "Somebody whose account is gone".to_owned(),
    };
    let mut facts = vec![
        people(&record),
        fact("When", time(zone, record.facts.scheduled_at)),
    ];
    match by {
        Some(by) => facts.extend([
            fact("Contested by", who(by)),
            fact("In their words", record.dispute.as_deref().unwrap_or_default()),
        ]),
        None => facts.push(fact(
            "Why",
            "We could not see who was there, or the meeting ended or somebody was kept out before the waiting time was over.",
        )),
    }
    let choice = |(outcome, text)| {
        let settle = AdminAction::Settle(record.facts.id, outcome);
        fact(settle.what(), text)
    };
    Entry {
        facts,
        session: Some(record.facts.id),
        body: None,
        actions: vec![Action {
            label: "Decide".to_owned(),
            meaning: "Both people see what you decide.".to_owned(),
            id: record.facts.id.to_string(),
            choices: verdicts.map(choice).into(),
        }],
        title: record.title,
    }
}

async fn audit(state: &AppState, zone: &Zone, filter: &str, page: u32) -> Result<Console> {
    let session = match filter {
        "" => None,
        id => Some(id.parse().map_err(|_| {
            Problem::Malformed("A session's id has 36 characters, as in its address.".to_owned())
        })?),
    };
    let db = state.db.read();
    let mut rows = store::audit::page(db, session, Part::page(page, PAGE)).await?;
    let has_older = has_more(&mut rows, PAGE);
    let mut ids = Vec::new();
    for row in &rows {
        ids.extend([row.actor, row.subject].into_iter().flatten());
    }
    let names = store::users::names(db, &ids).await?;
    let entries = rows.into_iter().map(|row| {
        let name = |id| names.get(&id).cloned().unwrap_or_default();
        Entry {
            title: row.action.words().to_owned(),
            facts: [
                Some(fact("When", time(zone, row.at))),
                (row.times > 1).then(|| fact("Times within the hour", row.times.to_string())),
                Some(fact("Who", row.actor.map_or("The system".to_owned(), name))),
                row.subject.map(|id| fact("Whom", name(id))),
                (!row.detail.is_empty()).then(|| fact("Detail", row.detail.as_str())),
            ]
            .into_iter()
            .flatten()
            .collect(),
            session: row.session,
            body: None,
            actions: Vec::new(),
        }
    });
    Ok(Console {
        title: "Audit log".to_owned(),
        filter: Some(Filter {
            label: "Session id".to_owned(),
            value: filter.to_owned(),
            choices: Vec::new(),
        }),
        sections: vec![section(
            "Entries",
            "Nothing is recorded.",
            entries.collect(),
        )],
        page,
        has_older,
        ..Console::default()
    })
}
