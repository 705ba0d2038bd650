//! Enums whose values have one word each, the same in tables, in JSON and in the log.
//!
//! The words follow from the variants' names: strum's derives make them as serde does, and a test
//! holds the two together.

/// Names for what enums that derive strum's `EnumString`, `IntoStaticStr` and `VariantArray` can do.
#[macro_export]
macro_rules! words {
    ($($name:ty),+ $(,)?) => {$(
        impl $name {
            /// All values, in the order in which they are declared.
            pub const ALL: &'static [Self] = <Self as ::strum::VariantArray>::VARIANTS;

            /// The word.
            pub fn as_str(self) -> &'static str {
                self.into()
            }

            /// Reads the word back.
            pub fn parse(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        }
    )+};
}

pub use words;

use crate::{
    access::AccessWord,
    account::AccountEmail,
    audit::AuditAction,
    availability::OverrideWord,
    booking::ChangeKind,
    door::Standing,
    email::EmailKind,
    safety::ReportCategory,
    session::{BookingWord, EndReason, Outcome, RoomWord, SeatRole},
};

words!(
    AccessWord,
    AccountEmail,
    AuditAction,
    BookingWord,
    ChangeKind,
    EmailKind,
    EndReason,
    Outcome,
    OverrideWord,
    ReportCategory,
    RoomWord,
    SeatRole,
    Standing,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        availability::OverrideKind,
        session::{Booking, Room},
        time::Timestamp,
    };
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;
    use std::{fmt::Debug, str::FromStr};

    fn check<T>()
    where
        T: strum::VariantArray + Copy + Debug + PartialEq + Into<&'static str> + FromStr,
        T: Serialize + DeserializeOwned,
    {
        assert!(!T::VARIANTS.is_empty());
        for value in T::VARIANTS {
            let word: &str = (*value).into();
            assert_eq!(word.parse().ok(), Some(*value), "{value:?}");
            let json = serde_json::to_value(value).expect("JSON");
            assert_eq!(json, Value::from(word), "{value:?}");
            assert_eq!(serde_json::from_value::<T>(json).ok(), Some(*value));
        }
        assert!("".parse::<T>().is_err() && "Advertising".parse::<T>().is_err());
    }

    #[test]
    fn tables_and_json_use_the_same_words() {
        check::<AccountEmail>();
        check::<AuditAction>();
        check::<ChangeKind>();
        check::<EmailKind>();
        check::<EndReason>();
        check::<Outcome>();
        check::<ReportCategory>();
        check::<SeatRole>();
    }

    /// Of an enum with data: the word, or the only key.
    fn word_in_json(value: impl Serialize) -> String {
        match serde_json::to_value(value).expect("JSON") {
            Value::String(word) => word,
            Value::Object(tagged) => tagged.keys().cloned().collect(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn states_with_data_have_the_same_word_in_tables_and_in_json() {
        let (by, at) = (None, Timestamp(1));
        for word in BookingWord::ALL {
            let booking = Booking::of(*word, by, Some(at)).expect("a state");
            assert_eq!(BookingWord::parse(booking.as_str()), Some(*word));
            assert_eq!(word_in_json(booking), word.as_str());
        }
        assert_eq!(Booking::of(BookingWord::Cancelled, by, None), None);
        for word in RoomWord::ALL {
            let room = Room::of(*word, by, Some(at), Some(EndReason::TimeUp)).expect("a state");
            assert_eq!(RoomWord::parse(room.as_str()), Some(*word));
            assert_eq!(word_in_json(room), word.as_str());
        }
        assert_eq!(Room::of(RoomWord::Ended, by, Some(at), None), None);
        for word in OverrideWord::ALL {
            let kind = OverrideKind::of(*word, Some((0, 60))).expect("a kind");
            assert_eq!(OverrideWord::from(kind), *word);
            assert_eq!(word_in_json(kind), word.as_str());
        }
        assert_eq!(OverrideKind::of(OverrideWord::Extra, None), None);
    }
}
