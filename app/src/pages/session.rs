//! One session's record: when, with whom, who was there; and calling it off.

use super::load::{Load, unexpected};
use crate::{
    api::{
        bookings::CancelSession,
        pages::{Answer, Ask},
    },
    components::{
        fields::SubmitButton,
        form::{Form, PostForm},
        notes::{DoneNote, FormError},
        session_card::{SessionFacts, status},
        stays::WhoWasThere,
        time::LocalTime,
    },
    routes,
};
use domain::{
    access::Access,
    session::{Booking, EndReason, Room, SeatRole},
    views::SessionView,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page.
#[component]
pub fn SessionPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let ask = Memo::new(move |_| Ask::Session {
        id: params.read().get("id").unwrap_or_default(),
    });
    let show = Callback::new(|answer| {
        let Answer::Session(session) = answer else {
            return unexpected();
        };
        view! { <Record session=*session /> }.into_any()
    });
    let done = Signal::derive(move || match query.read().get_str("done") {
        Some("booked") => Some("Booked. The time is yours."),
        Some("cancelled") => Some("The session is cancelled."),
        Some(_) | None => None,
    });
    view! {
        <div class="narrow-wide">
            <DoneNote words=done />
        </div>
        <Load ask show not_found="Session not found" />
    }
}

#[component]
fn Record(session: SessionView) -> impl IntoView {
    let (words, class) = status(&session);
    let title = session.title.clone();
    let meeting = routes::meeting(session.id);
    let can_cancel = may_cancel(&session);
    let people = match session.role {
        Some(SeatRole::Mentor) => format!("You mentor {}.", session.mentee.name),
        Some(SeatRole::Mentee) => format!("With {}, your mentor.", session.mentor.name),
        None => format!("{} mentors {}.", session.mentor.name, session.mentee.name),
    };
    let over = over_words(&session);
    let show_stays = !session.stays.is_empty()
        || matches!(session.access, Access::Ended { .. } | Access::Closed { .. });
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
                    <span class=class>{words}</span>
                </div>
                <p>{people}</p>
                <SessionFacts session=session.clone() />
                {over.map(|words| view! { <p class="note">{words}</p> })}
                <Entrance session=session.clone() meeting />
            </article>
            {show_stays
                .then(|| {
                    view! {
                        <section class="card" aria-labelledby="stays-title">
                            <h2 id="stays-title">"Who was there"</h2>
                            <WhoWasThere session=session.clone() />
                        </section>
                    }
                })}
            {can_cancel.then(|| view! { <Cancel id other=session.other().name.clone() /> })}
        </div>
    }
}

/// The way into the meeting, as far as it is open or will be.
#[component]
fn Entrance(session: SessionView, meeting: String) -> impl IntoView {
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
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. } => ().into_any(),
    }
}

/// Why a session is over, in a sentence.
fn over_words(session: &SessionView) -> Option<String> {
    let name = |who| {
        if who == session.mentor.id {
            session.mentor.name.clone()
        } else {
            session.mentee.name.clone()
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

/// Whether calling it off is offered: to its people, until its scheduled end.
fn may_cancel(session: &SessionView) -> bool {
    let open_or_early = match session.access {
        Access::TooEarly { .. } | Access::Open { .. } => true,
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. } => false,
    };
    session.role.is_some() && open_or_early && session.now < session.ends_at
}

/// Calling off, behind a second step that needs no JavaScript.
#[component]
fn Cancel(id: domain::ids::SessionId, other: String) -> impl IntoView {
    let form = Form::new::<CancelSession>();
    let (problem, pending) = (form.problem(), form.pending());
    let is_open = problem.with_untracked(Option::is_some);
    view! {
        <details class="card confirm" open=is_open>
            <summary>"Cancel this session…"</summary>
            <p>
                {format!(
                    "The time becomes free again and the meeting cannot be entered any more, by you or by {other}. This cannot be undone.",
                )}
            </p>
            <PostForm to=form.to>
                <FormError problem />
                <input type="hidden" name="id" value=id.to_string() />
                <p class="actions">
                    <SubmitButton label="Cancel session" pending class="button button-danger" />
                </p>
            </PostForm>
        </details>
    }
}
