//! The file itself: a zip with everything as JSON, the sessions as a calendar, and a text that explains both.

use crate::{
    AppState, Error, Result,
    calendar::{self, EventFacts},
    config::Config,
    store::{
        Part, Queries, appointments,
        personal_data::{CHAPTERS, Chapter},
        users,
    },
    zones::rfc3339,
};
use domain::{ids::UserId, time::Timestamp};
use serde::Serialize;
use serde_json::json;
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Rows that are read at a time.
const PAGE: u32 = 200;
/// Entries of the calendar; a person with more has the rest in the JSON.
const CALENDAR_MAX: u32 = 10_000;
/// Largest size before it is packed. Nobody comes near; it bounds what one copy can take of our memory.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Everything that is kept about a person, as a zip file; `None` when the account is gone.
///
/// # Errors
/// When the database does not answer, or it would be too large.
pub(super) async fn archive(state: &AppState, user: UserId) -> Result<Option<Vec<u8>>> {
    let (db, now) = (state.db.read(), state.clock.now());
    if users::email(db, user).await?.is_none() {
        return Ok(None);
    }
    let mut file = Archive::new();
    file.begin("README.txt")?;
    file.write(&readme(&state.config, now))?;
    file.begin("data.json")?;
    let made = json!({
        "service": state.config.app_name, "address": state.config.app_url.origin, "made": rfc3339(now),
    });
    file.write("{\n\"about\": ")?;
    file.write_json(&made)?;
    for chapter in CHAPTERS {
        write_chapter(&mut file, db, chapter, user).await?;
    }
    file.write("\n}\n")?;
    file.begin("sessions.ics")?;
    let about = appointments::of_calendar(db, user, Timestamp(0), CALENDAR_MAX).await?;
    let events: Vec<EventFacts> = about.iter().map(|one| EventFacts::of(one, user)).collect();
    file.write(&calendar::feed(&state.config, &events))?;
    file.finish().map(Some)
}

async fn write_chapter(
    file: &mut Archive,
    db: &impl Queries,
    chapter: &Chapter,
    user: UserId,
) -> Result<()> {
    file.write(&format!(",\n\"{}\": ", chapter.name))?;
    if chapter.is_single {
        let rows = chapter.rows(db, user, Part::first(1)).await?;
        return file.write_json(&rows.first());
    }
    let (mut offset, mut separator) = (0, "[\n");
    loop {
        let part = Part {
            offset,
            limit: PAGE,
        };
        let rows = chapter.rows(db, user, part).await?;
        for row in &rows {
            file.write(separator)?;
            file.write_json(row)?;
            separator = ",\n";
        }
        if rows.len() < PAGE as usize {
            break;
        }
        offset += PAGE;
    }
    file.write(if separator == "[\n" { "[]" } else { "\n]" })
}

/// Says what is in the file.
fn readme(config: &Config, now: Timestamp) -> String {
    let chapters: String = CHAPTERS
        .iter()
        .map(|chapter| format!("  {}: {}\n", chapter.name, chapter.about))
        .collect();
    format!(
        "What {app} keeps about you\n\
         Made at {made}, for {origin}\n\n\
         data.json has all of it, for programs and for people with a text editor:\n\n{chapters}\n\
         sessions.ics has your sessions for a calendar program.\n\n\
         Times are in UTC, written like 2026-11-24T14:30:00Z. \"null\" stands for what there is not.\n\n\
         Of other people this file has the name that they show and what they wrote to you. What others told \
         administrators in confidence is not in it. Passwords, keys and codes are not in it either: only a scrambled \
         form of them is kept, and it tells nothing.\n\n\
         Whoever has this file can read it. Keep it in a safe place.\n",
        app = config.app_name,
        made = rfc3339(now),
        origin = config.app_url.origin,
    )
}

/// A zip file that is being written, in memory.
struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    /// Bytes that may still be written.
    left: usize,
}

impl Archive {
    fn new() -> Self {
        Self {
            zip: ZipWriter::new(Cursor::default()),
            left: BYTES_MAX,
        }
    }

    /// What is written next is in a file of this name.
    fn begin(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let begun = self.zip.start_file(name, options);
        begun.map_err(|error| unwritten(&error))
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let left = self.left.checked_sub(text.len());
        self.left =
            left.ok_or_else(|| Error::Other(format!("it has more than {BYTES_MAX} bytes")))?;
        let written = self.zip.write_all(text.as_bytes());
        written.map_err(|error| unwritten(&error))
    }

    fn write_json(&mut self, value: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(value).map_err(|error| unwritten(&error))?;
        self.write(&json)
    }

    fn finish(self) -> Result<Vec<u8>> {
        let finished = self.zip.finish().map_err(|error| unwritten(&error))?;
        Ok(finished.into_inner())
    }
}

fn unwritten(error: &dyn std::error::Error) -> Error {
    Error::Other(format!("a copy could not be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_too_large_is_refused_instead_of_cut() {
        let mut file = Archive::new();
        file.begin("a").expect("begun");
        file.left = 3;
        assert!(file.write("abc").is_ok() && file.write("d").is_err());
    }
}
