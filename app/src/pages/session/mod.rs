//! One session's record: when, with whom, who was there; and what can be done with it.

mod forms;

use self::forms::{AllowBackIn, AnswerRequest, Cancel, Contest, TellMore};
use super::load::{Load, query};
use crate::{
    api::queries,
    components::{
        history::History,
        late::Late,
        notes::DoneNote,
        session_card::{InTheRoom, SessionFacts, status},
        stays::{WhoWasThere, outcome_text},
        time::LocalTime,
    },
    routes,
};
use domain::{
    access::Access,
    session::{Booking, EndReason, Room, SeatRole},
    text::isolated,
    views::{AttendanceReport, SessionView},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn SessionPage() -> impl IntoView {
    let params = use_params_map();
    let page = query(
        move || queries::Session {
            id: params.read().get("id").unwrap_or_default(),
        },
        |session| view! { <Record session /> }.into_any(),
    );
    view! {
        <div class="narrow-wide">
            <DoneNote />
        </div>
        <Load page not_found="Session not found" live=true />
    }
}

#[component]
fn Record(session: SessionView) -> impl IntoView {
    let (text, class) = status(&session);
    let title = session.heading();
    let meeting = routes::meeting(session.id);
    let may = session.may;
    let history = session.history.clone();
    let people = match session.role {
        Some(SeatRole::Mentor) => format!("You mentor {}.", isolated(&session.mentee.name)),
        Some(SeatRole::Mentee) => format!("With {}, your mentor.", isolated(&session.mentor.name)),
        None => format!(
            "{} mentors {}.",
            isolated(&session.mentor.name),
            isolated(&session.mentee.name)
        ),
    };
    let over = ending_text(&session);
    let reason = (!session.reason.is_empty()).then(|| session.reason.clone());
    let somebody_came =
        |report: &AttendanceReport| report.people.iter().any(|p| !p.stays.is_empty());
    let show_stays = session.attendance.as_ref().is_some_and(somebody_came)
        || matches!(session.access, Access::Ended { .. } | Access::Closed { .. })
        || session.may_dispute;
    let id = session.id;
    view! {
        <Title text=title.clone() />
        <div class="narrow-wide">
            <p class="crumb">
                <a href=routes::DASHBOARD>"Your sessions"</a>
            </p>
            <article class="card">
                <div class="session-head">
                    <h1>{title}</h1>
                    <span class=class>{text}</span>
                </div>
                <p>{people}</p>
                <SessionFacts session=session.clone() />
                {over.map(|text| view! { <p class="note">{text}</p> })}
                {reason.map(|reason| view! { <blockquote class="prose">{reason}</blockquote> })}
                <InTheRoom session=session.clone() />
                <Late session=session.clone() />
                <MeetingLink session=session.clone() meeting />
                <SessionLinks session=session.clone() />
            </article>
            {show_stays.then(|| view! { <Attendance session=session.clone() /> })}
            {(session.mentee_is_removed && session.role == Some(SeatRole::Mentor))
                .then(|| view! { <AllowBackIn id name=session.mentee.name.clone() /> })}
            {may.answer_request.then(|| view! { <AnswerRequest id mentee=session.mentee.name.clone() /> })}
            {may
                .tell_more
                .then(|| view! { <TellMore id question=session.asked.clone().unwrap_or_default() /> })}
            <BookingDetails session=session.clone() />
            {(!history.is_empty())
                .then(|| {
                    view! {
                        <section class="card" aria-labelledby="history-title">
                            <h2 id="history-title">"What happened"</h2>
                            <History history />
                        </section>
                    }
                })}
            {(session.role.is_some())
                .then(|| {
                    view! {
                        <p class="muted">
                            <a href=routes::safety(session.other().id, Some(id))>"Report or block"</a>
                        </p>
                    }
                })}
            {may
                .cancel
                .then(|| {
                    view! {
                        <Cancel id other=session.other().name.clone() reason_needed=may.reason_needed />
                    }
                })}
        </div>
    }
}

/// The link to the meeting, while it is open or will be.
#[component]
fn MeetingLink(session: SessionView, meeting: String) -> impl IntoView {
    match session.access {
        Access::Open { .. } => view! {
            <p class="actions">
                <a class="button button-primary" href=meeting rel="external">
                    "Join"
                </a>
            </p>
        }
        .into_any(),
        Access::TooEarly { opens_at, .. } => view! {
            <p class="muted">
                "The meeting opens " <LocalTime label=session.opens_label at=opens_at /> "."
            </p>
            <p class="actions">
                <a class="button" href=meeting rel="external">
                    "Go to the meeting page"
                </a>
            </p>
        }
        .into_any(),
        Access::Removed { .. } => {
            view! { <p class="note">"The mentor removed you from this meeting."</p> }.into_any()
        }
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. } => ().into_any(),
    }
}

/// Why a session is over, in a sentence.
fn ending_text(session: &SessionView) -> Option<String> {
    let name = |who| {
        if who == session.mentor.id {
            isolated(&session.mentor.name)
        } else {
            isolated(&session.mentee.name)
        }
    };
    match (session.booking, session.room) {
        (Booking::Cancelled { by: Some(by), .. }, _) => {
            Some(format!("{} cancelled this session.", name(by)))
        }
        (Booking::Cancelled { by: None, .. }, _) => {
            Some(EndReason::Cancelled.sentence().to_owned())
        }
        (Booking::Declined, _) => Some("The mentor declined this session.".to_owned()),
        (Booking::Held | Booking::Requested | Booking::Confirmed, Room::Ended { reason, .. }) => {
            Some(reason.sentence().to_owned())
        }
        (
            Booking::Held | Booking::Requested | Booking::Confirmed,
            Room::Scheduled | Room::Open | Room::Live | Room::Failed,
        ) => None,
    }
}

/// Links to the booking form, to another time, and to the calendar file.
#[component]
fn SessionLinks(session: SessionView) -> impl IntoView {
    let id = session.id;
    let in_calendar =
        matches!(session.booking, Booking::Confirmed) && session.now < session.ends_at;
    let (finish, move_it) = (session.may.finish, session.may.reschedule);
    view! {
        <p class="actions">
            {finish
                .then(|| {
                    view! {
                        <a class="button button-primary" href=routes::book(id)>
                            "Finish booking"
                        </a>
                    }
                })}
            {move_it
                .then(|| {
                    view! {
                        <a class="button" href=routes::reschedule(id)>
                            "Move to another time"
                        </a>
                    }
                })}
            {in_calendar
                .then(|| {
                    view! {
                        <a class="button" href=routes::calendar_file(id) rel="external" download="session.ics">
                            "Add to your calendar"
                        </a>
                    }
                })}
        </p>
    }
}

/// Who was there, and what came of it.
#[component]
fn Attendance(session: SessionView) -> impl IntoView {
    let id = session.id;
    let outcome = outcome_text(&session);
    let (dispute, may_dispute) = (session.dispute.clone(), session.may_dispute);
    view! {
        <section class="card" aria-labelledby="stays-title">
            <h2 id="stays-title">"Who was there"</h2>
            {outcome.map(|outcome| view! { <p>{outcome}</p> })}
            <WhoWasThere session />
            <p class="actions">
                <a class="button" href=routes::attendance_table(id) rel="external" download="attendance.csv">
                    "Download as a table"
                </a>
            </p>
            {dispute
                .map(|reason| {
                    view! {
                        <p>"Contested:"</p>
                        <blockquote class="prose">{reason}</blockquote>
                    }
                })}
            {may_dispute.then(|| view! { <Contest id /> })}
        </section>
    }
}

/// What the mentee wrote.
#[component]
fn BookingDetails(session: SessionView) -> impl IntoView {
    let goal = (!session.goal.is_empty()).then_some(session.goal);
    let answers: Vec<_> = session
        .answers
        .into_iter()
        .filter(|answered| !answered.answer.is_empty())
        .map(|answered| {
            view! {
                <dt>{answered.question}</dt>
                <dd class="prose">{answered.answer}</dd>
            }
        })
        .collect();
    let open = session.asked.filter(|_| !session.may.tell_more);
    let anything = goal.is_some() || !answers.is_empty() || open.is_some();
    anything.then(|| {
        view! {
            <section class="card" aria-labelledby="wish-title">
                <h2 id="wish-title">"What it is about"</h2>
                <dl class="wish">
                    {goal
                        .map(|goal| {
                            view! {
                                <dt>"Goal"</dt>
                                <dd class="prose">{goal}</dd>
                            }
                        })} {answers}
                    {open
                        .map(|question| {
                            view! {
                                <dt>{question}</dt>
                                <dd class="muted">"Not answered yet."</dd>
                            }
                        })}
                </dl>
            </section>
        }
    })
}
