//! Short notices.

/// A short notice that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Distinguishes it.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// About a message, hence useless once the chat is open.
    pub(super) is_message: bool,
}
