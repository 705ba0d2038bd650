//! The door: connected before the click, so that "Join" opens what is there already.

/// How far this browser is with the door, while its person checks the devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Not asked for yet.
    Closed,
    /// A token was asked for, or the connection is being made.
    Opening,
    /// Connected: "Join" needs our server's word only.
    Open,
    /// Let go because nobody looked at the page for long; asked for again when somebody does.
    Resting,
    /// It did not work: "Join" connects, as it does without a door.
    Failed,
}
