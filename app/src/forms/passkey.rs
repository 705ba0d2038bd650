//! Forms that send a passkey's answer.

/// What the browser is asked for before such a form is sent.
#[derive(Debug, Clone, Copy)]
pub struct Passkey {
    /// Path of the server function that begins.
    pub start: &'static str,
    /// What is done with it.
    pub to: PasskeyUse,
}

/// What is done with a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyUse {
    /// A new one is added to the account.
    Add,
    /// It signs in.
    SignIn,
}
