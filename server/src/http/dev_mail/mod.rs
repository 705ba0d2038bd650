//! `/dev/mail`: the emails that development puts into a folder instead of sending them, for whoever sits at this machine.

mod mailbox;

use super::{answer::Failure, calendar::CalendarFile, extract::Id, forwarding::is_from_here};
use crate::{AppState, Error, Result, mail::Folder};
use askama::Template;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::{ids::EmailId, problem::Problem};
use mailbox::{Listed, Opened};

/// Emails carry their styles with them, hence `unsafe-inline`; nothing else is let in, and the
/// frame around an email's HTML runs no script.
const POLICY: [(HeaderName, &str); 1] = [(
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)];

/// The mailbox, where there is one; otherwise these addresses are as unknown as any other.
pub(super) fn routes(state: &AppState) -> Router<AppState> {
    match mailbox::folder(state) {
        None => Router::new(),
        Some(_) => Router::new()
            .route("/dev/mail", get(list))
            .route("/dev/mail/{id}", get(show))
            .route("/dev/mail/{id}/session.ics", get(entry))
            .route_layer(middleware::from_fn(from_here_only)),
    }
}

/// A proxy on this machine may bring anybody's requests.
async fn from_here_only(request: Request, next: Next) -> Response {
    match is_from_here(request.headers(), request.extensions()) {
        true => next.run(request).await,
        false => Failure::from(Problem::NotFound).into_response(),
    }
}

#[derive(Template)]
#[template(path = "dev_mail_list.html")]
struct ListPage {
    emails: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "dev_mail_email.html")]
struct LetterPage {
    email: Opened,
}

async fn list(State(state): State<AppState>) -> std::result::Result<Response, Failure> {
    let emails = mailbox::list(&folder(&state)?).await?;
    page(&ListPage { emails })
}

async fn show(
    State(state): State<AppState>,
    Id(id): Id<EmailId>,
) -> std::result::Result<Response, Failure> {
    let email = email(&state, id).await?;
    page(&LetterPage { email })
}

async fn entry(
    State(state): State<AppState>,
    Id(id): Id<EmailId>,
) -> std::result::Result<CalendarFile, Failure> {
    let email = email(&state, id).await?;
    Ok(CalendarFile(email.ics.ok_or(Problem::NotFound)?))
}

fn folder(state: &AppState) -> Result<Folder> {
    Ok(mailbox::folder(state).ok_or(Problem::NotFound)?)
}

async fn email(state: &AppState, id: EmailId) -> Result<Opened> {
    let found = mailbox::open(&folder(state)?, id).await?;
    Ok(found.ok_or(Problem::NotFound)?)
}

fn page(template: &impl Template) -> std::result::Result<Response, Failure> {
    let html = template
        .render()
        .map_err(|e| Error::Other(format!("a page could not be written: {e}")))?;
    Ok((POLICY, Html(html)).into_response())
}
