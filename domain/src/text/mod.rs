//! Text from people and addresses from browsers, parsed once at the edge.

mod characters;
mod clean;
mod email_address;
mod isolate;
mod names;
mod password;
mod return_path;

pub use clean::{beginning, message, one_line, paragraph, short_label};
pub use email_address::EmailAddress;
pub use isolate::isolated;
pub use names::{DisplayName, Title};
pub use password::{PASSWORD_LENGTH, check_password};
pub use return_path::ReturnPath;

/// Longest display name, in characters. LiveKit takes 256 bytes; 60 characters fit four bytes each.
pub const NAME_MAX: usize = 60;
/// Longest session title, in characters.
pub const TITLE_MAX: usize = 120;

/// Why a text was refused; the message is shown next to the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TextProblem(pub String);

fn refuse<T>(message: impl Into<String>) -> Result<T, TextProblem> {
    Err(TextProblem(message.into()))
}
