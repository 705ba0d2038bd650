//! What `/dev/mail` shows: the emails in the folder, read as a mail program would read them.

use crate::{
    AppState, Result,
    mail::Folder,
    zones::{self, Zone},
};
use domain::{ids::EmailId, time::Timestamp};
use mail_parser::{Message, MessageParser, MimeHeaders};

/// Emails in the list.
const LIST_MAX: usize = 200;

/// An email in the list.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) id: EmailId,
    /// When it was written, UTC.
    pub(super) at: String,
    /// Recipient.
    pub(super) to: String,
    pub(super) subject: String,
}

/// An email.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    /// As in the list.
    pub(super) listed: Listed,
    /// Sender.
    pub(super) from: String,
    pub(super) text: String,
    /// The same as HTML.
    pub(super) html: String,
    /// The calendar entry.
    pub(super) ics: Option<String>,
}

/// The folder, where everybody may look into it: emails are files and the app is for this machine, by its address and by
/// where it listens.
pub(super) fn folder(state: &AppState) -> Option<Folder> {
    let config = &state.config;
    let folder = config.mail.folder()?;
    config.is_for_this_machine().then(|| Folder::at(folder))
}

/// The emails, latest first.
///
/// # Errors
/// When the folder cannot be read.
pub(super) async fn list(folder: &Folder) -> Result<Vec<Listed>> {
    let emails = folder
        .off_thread(|folder| {
            let read = |id| Ok(folder.read(id)?.map(|bytes| (id, bytes)));
            folder
                .list(LIST_MAX)?
                .into_iter()
                .filter_map(|id| read(id).transpose())
                .collect()
        })
        .await?;
    let emails: Vec<(EmailId, Vec<u8>)> = emails;
    let listed = |(id, bytes): &(EmailId, Vec<u8>)| Some(listed(*id, &parse(bytes)?));
    Ok(emails.iter().filter_map(listed).collect())
}

/// One email; `None` when it is not there or is none.
///
/// # Errors
/// When the file cannot be read.
pub(super) async fn open(folder: &Folder, id: EmailId) -> Result<Option<Opened>> {
    let bytes = folder.off_thread(move |folder| folder.read(id)).await?;
    Ok(bytes.and_then(|bytes| Some(opened(id, &parse(&bytes)?))))
}

fn parse(bytes: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse(bytes)
}

fn opened(id: EmailId, message: &Message<'_>) -> Opened {
    let ics = message
        .parts
        .iter()
        .find(|part| part.is_content_type("text", "calendar"))
        .and_then(|part| part.text_contents());
    Opened {
        listed: listed(id, message),
        from: people(message.from()),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        ics: ics.map(str::to_owned),
    }
}

fn listed(id: EmailId, message: &Message<'_>) -> Listed {
    let at = message.date().map(|date| {
        let at = Timestamp(date.to_timestamp().saturating_mul(1_000));
        let label = Zone::or_utc(zones::UTC).label(at);
        format!("{}, {} {}", label.date, label.time, label.zone)
    });
    Listed {
        id,
        at: at.unwrap_or_default(),
        to: people(message.to()),
        subject: message.subject().unwrap_or("(no subject)").to_owned(),
    }
}

fn people(addresses: Option<&mail_parser::Address<'_>>) -> String {
    let one = |person: &mail_parser::Addr<'_>| {
        let address = person.address().unwrap_or_default();
        match person.name() {
            Some(name) => format!("{name} <{address}>"),
            None => address.to_owned(),
        }
    };
    let all: Vec<String> = addresses
        .map(|a| a.iter().map(one).collect())
        .unwrap_or_default();
    all.join(", ")
}
