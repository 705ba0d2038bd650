//! What somebody who was too late reads.

use super::slots::{Asked, free};
use crate::{AppState, Error, Result, login::CurrentLogin, store, zones::Zone};
use domain::{availability::Interval, problem::Problem, text::isolated, time::Millis};

/// The next free time is looked for within this time.
const LOOK_AHEAD: Millis = Millis::days(14);

/// Why the asked time cannot be had, and which one can.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn taken(state: &AppState, login: &CurrentLogin, asked: &Asked) -> Result<Error> {
    let time = Interval {
        from: asked.starts_at,
        to: asked.starts_at + asked.length.millis(),
    };
    let own = store::sessions::busy(state.db.read(), login.me.id, time, asked.moved, asked.now);
    if login.me.id != asked.mentor.card.id && !own.await?.is_empty() {
        return Ok(conflict(
            "You have another session at that time.".to_owned(),
        ));
    }
    let range = Interval {
        from: asked.starts_at.max(asked.now),
        to: asked.starts_at.max(asked.now) + LOOK_AHEAD,
    };
    let next = free(state, asked, range, login.me.id).await?;
    let name = isolated(&asked.mentor.card.name);
    Ok(conflict(match next.first() {
        Some(slot) => {
            let label = Zone::or_utc(&login.me.time_zone).label(slot.from);
            format!(
                "That time was just taken. The next free one with {name} is {}, {}.",
                label.date, label.time
            )
        }
        None => {
            format!("That time was just taken, and {name} has no other one in the next two weeks.")
        }
    }))
}

fn conflict(words: String) -> Error {
    Problem::Conflict(words).into()
}
