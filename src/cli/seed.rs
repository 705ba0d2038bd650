//! `young-minds seed`: people and sessions for development and tests. Refuses to run where others
//! reach the app, since the demo passwords are known to everybody.

use crate::compose;
use anyhow::{Context, bail};
use clap::Subcommand;
use domain::{
    access::Access,
    availability::{Interval, ScheduleDraft, WeeklyHours},
    ids::{SessionId, UserId},
    session::{Booking, SeatRole},
    text::{EmailAddress, Title},
    time::{Millis, Timestamp},
};
use serde::Serialize;
use server::{
    AppState, Error,
    accounts::{self, CurrentLogin, SignUp},
    config::Settings,
    mentors, sessions,
    store::{self, Part, ScopedFutureExt, sessions::NewSession},
    zones,
};
use std::cmp::Reverse;
use uuid::Uuid;

/// Password of every demo account.
const PASSWORD: &str = "correct horse battery staple";
/// Length of a seeded session.
const LENGTH: Millis = Millis::minutes(45);

/// Arguments of `seed`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make the demo accounts and sessions; run again, it makes only what is missing.
    #[arg(long)]
    demo: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make one session of two people of its own.
    Session {
        /// Start from now, for example `20s`, `15m8s` or `-3h`.
        #[arg(long, allow_hyphen_values = true)]
        starts_in: String,
        /// Length, for example `45m`.
        #[arg(long, default_value = "45m")]
        length: String,
        /// What it is about.
        #[arg(long, default_value = "A session for a test")]
        title: String,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    role: &'static str,
    email: String,
    password: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Demo {
    app_url: String,
    accounts: Vec<Account>,
    mentor_id: UserId,
    session_id: SessionId,
    early_session_id: SessionId,
    past_session_id: SessionId,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OneSession {
    session_id: SessionId,
    accounts: Vec<Account>,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<()> {
    if args.command.is_none() && !args.demo {
        bail!("say what to seed: --demo, or session --starts-in 20s");
    }
    let state = open(args.settings).await?;
    if let Some(Command::Session {
        starts_in,
        length,
        title,
    }) = args.command
    {
        let made = one_session(&state, &starts_in, &length, &title).await?;
        println!("{}", serde_json::to_string(&made)?);
        return Ok(());
    }
    let demo = demo(&state).await?;
    if args.json {
        println!("{}", serde_json::to_string(&demo)?);
    } else {
        print(&demo);
    }
    Ok(())
}

fn print(demo: &Demo) {
    println!("Demo accounts (password: {PASSWORD}):");
    for account in &demo.accounts {
        println!("  {:<9} {}", account.role, account.email);
    }
    println!(
        "A session that is open now: {}/meeting/{}",
        demo.app_url, demo.session_id
    );
}

async fn open(settings: Settings) -> anyhow::Result<AppState> {
    let state = compose::tool_state(settings).await?;
    if !state.config.is_for_this_machine() {
        bail!(
            "demo data has known passwords; it is only for an APP_URL and a LISTEN that nobody but this machine reaches (127.0.0.1)"
        );
    }
    Ok(state)
}

async fn demo(state: &AppState) -> anyhow::Result<Demo> {
    let mentor = person(state, "mentor", "Maya Okafor", "Europe/Berlin", false).await?;
    let mentee = person(state, "mentee", "Leo Tanaka", "America/New_York", false).await?;
    person(state, "outsider", "Sam Outsider", "UTC", false).await?;
    person(state, "admin", "Ada Admin", "UTC", true).await?;
    profile(state, mentor).await?;
    let now = state.clock.now();
    Ok(Demo {
        app_url: state.config.app_url.origin.clone(),
        accounts: ["mentor", "mentee", "outsider", "admin"]
            .into_iter()
            .map(|role| account(role, role))
            .collect(),
        mentor_id: mentor,
        session_id: session(state, (mentor, mentee), "First steps in Rust", now, is_open).await?,
        early_session_id: session(
            state,
            (mentor, mentee),
            "Planning the spring project",
            tomorrow(now),
            is_early,
        )
        .await?,
        past_session_id: session(
            state,
            (mentor, mentee),
            "Getting to know each other",
            now - Millis::days(7),
            is_past,
        )
        .await?,
    })
}

/// A day ahead, on a full hour.
fn tomorrow(now: Timestamp) -> Timestamp {
    let hour = Millis::hours(1).0;
    Timestamp((now.0 / hour + 25) * hour)
}

fn is_open(access: Access) -> bool {
    matches!(access, Access::Open { .. })
}
fn is_early(access: Access) -> bool {
    matches!(access, Access::TooEarly { .. })
}
fn is_past(access: Access) -> bool {
    matches!(access, Access::Closed { .. } | Access::Ended { .. })
}

fn account(role: &'static str, name: &str) -> Account {
    Account {
        role,
        email: format!("{name}@example.org"),
        password: PASSWORD,
    }
}

async fn person(
    state: &AppState,
    local: &str,
    name: &str,
    zone: &str,
    is_admin: bool,
) -> anyhow::Result<UserId> {
    let email = EmailAddress::parse(&format!("{local}@example.org"))?;
    if let Some(found) = store::users::credentials(state.db.read(), &email).await? {
        return Ok(found.id);
    }
    let form = SignUp {
        name: name.to_owned(),
        email: email.as_str().to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: zone.to_owned(),
    };
    accounts::create(state, form, is_admin)
        .await
        .with_context(|| format!("making the account of the {local}"))
}

async fn profile(state: &AppState, mentor: UserId) -> anyhow::Result<()> {
    if store::mentors::find(state.db.read(), mentor)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let form = mentors::MentorForm {
        headline: "Systems engineer who likes first questions best".to_owned(),
        bio: "I have written software for twenty years and still look things up every day.\n\
              Bring whatever you are stuck on: code, a career question, or a half-finished idea."
            .to_owned(),
        session_minutes: 45,
        questions: "What have you tried so far?".to_owned(),
        confirms: false,
    };
    let schedule = ScheduleDraft {
        hours: (0..7)
            .map(|weekday| WeeklyHours {
                weekday,
                from_min: 8 * 60,
                to_min: 20 * 60,
            })
            .collect(),
        lengths: vec![25, 45],
        ..ScheduleDraft::default()
    };
    let login = CurrentLogin::of_tool(mentor);
    mentors::save_profile(state, &login, form).await?;
    mentors::save_schedule(state, &login, schedule).await?;
    let published = state
        .db
        .write(|txn| async move { store::mentors::publish(txn, mentor).await }.scope_boxed())
        .await?;
    anyhow::ensure!(published, "the demo mentor's profile is gone");
    Ok(())
}

/// The newest session with this title for which the mentee's join decision fits; else a new one.
async fn session(
    state: &AppState,
    (mentor, mentee): (UserId, UserId),
    title: &str,
    starts_at: Timestamp,
    fits: fn(Access) -> bool,
) -> anyhow::Result<SessionId> {
    let now = state.clock.now();
    let decision = |s: &store::sessions::SessionRecord| {
        domain::access::access(Some(&s.facts), mentee, now, state.config.window)
    };
    let (db, rules) = (state.db.read(), state.config.window);
    let part = Part::first(200);
    let mut known = store::sessions::upcoming(db, mentee, now, rules, part).await?;
    known.extend(store::sessions::past(db, mentee, now, rules, part).await?);
    known.sort_unstable_by_key(|s| Reverse(s.facts.scheduled_at));
    let fitting = |s: &&store::sessions::SessionRecord| {
        s.title == title
            && s.facts.booking == Booking::Confirmed
            && fits(decision(s))
            && s.facts.role_of(mentor) == Some(SeatRole::Mentor)
    };
    if let Some(found) = known.iter().find(fitting) {
        return Ok(found.facts.id);
    }
    insert(state, mentor, mentee, title, starts_at, LENGTH).await
}

async fn insert(
    state: &AppState,
    mentor: UserId,
    mentee: UserId,
    title: &str,
    starts_at: Timestamp,
    length: Millis,
) -> anyhow::Result<SessionId> {
    let id = SessionId(Uuid::new_v4());
    let time = Interval {
        from: starts_at,
        to: starts_at + length,
    };
    let new = NewSession::confirmed(
        id,
        (mentor, mentee),
        Title::parse(title)?,
        time,
        sessions::meeting_url(state, id),
        state.clock.now(),
    );
    sessions::insert(state, &new)
        .await
        .map_err(Error::from)
        .context("making a session")?;
    Ok(id)
}

async fn one_session(
    state: &AppState,
    starts_in: &str,
    length: &str,
    title: &str,
) -> anyhow::Result<OneSession> {
    let offset = zones::parse_duration(starts_in)?;
    let length = zones::parse_duration(length)?;
    let tag = Uuid::new_v4().simple().to_string();
    let names = [
        format!("mentor-{}", &tag[..8]),
        format!("mentee-{}", &tag[..8]),
    ];
    let mentor = person(state, &names[0], "Maya Okafor", "Europe/Berlin", false).await?;
    let mentee = person(state, &names[1], "Leo Tanaka", "America/New_York", false).await?;
    let starts_at = Timestamp(state.clock.now().0 + offset.0);
    let session_id = insert(state, mentor, mentee, title, starts_at, length).await?;
    Ok(OneSession {
        session_id,
        accounts: vec![account("mentor", &names[0]), account("mentee", &names[1])],
    })
}
