//! How a session comes about and changes.
//!
//! [`after`] is asked inside the transaction that writes the answer, on what that transaction read.

mod notes;
mod steps;

pub use notes::{Answered, BookingDetails, NOTE_MAX, QUESTION_MAX, QUESTIONS_MAX, note, questions};
pub use steps::{
    ChangeKind, HOLD, LATE, Next, Step, Steps, after, belongs_to, reason, reason_needed, steps,
};
