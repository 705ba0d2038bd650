//! Names inside sentences, kept from turning around what stands beside them.

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// A name or a title for the middle of a sentence of ours. Where something in it is written from
/// right to left it comes between U+2068 and U+2069, which nobody sees; else digits and punctuation
/// of the sentence after it would move to its other side (UAX #9 §2.7). In HTML of its own an
/// element does that: `<bdi>`.
pub fn isolated(name: &str) -> String {
    if name.chars().any(is_right_to_left) {
        format!("{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}")
    } else {
        name.to_owned()
    }
}

/// Whether a character belongs to the blocks that Unicode writes from right to left, also where
/// nothing is assigned yet (the defaults in `DerivedBidiClass.txt`). A table by character would be
/// downloaded with every page.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8FF}'
        | '\u{200F}'
        | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}'
        | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_properties::{CodePointMapData, props::BidiClass};

    #[test]
    fn every_character_that_turns_a_line_around_is_known() {
        let classes = CodePointMapData::<BidiClass>::new();
        for c in char::MIN..=char::MAX {
            let class = classes.get(c);
            let turns = matches!(
                class,
                BidiClass::RightToLeft | BidiClass::ArabicLetter | BidiClass::ArabicNumber
            );
            assert!(!turns || is_right_to_left(c), "{c:?} is {class:?}");
            let stays = class == BidiClass::LeftToRight;
            assert!(!stays || !is_right_to_left(c), "{c:?} is {class:?}");
        }
    }

    #[test]
    fn only_names_that_need_it_are_wrapped() {
        for name in ["Ada Lovelace", "Zoë (she/her)", "李 雷", "1-2-3", ""] {
            assert_eq!(isolated(name), name);
        }
        for name in ["דנה", "محمد ١", "Ada דנה"] {
            assert_eq!(isolated(name), format!("\u{2068}{name}\u{2069}"));
        }
    }

    #[test]
    fn what_was_isolated_is_the_name_again_once_cleaned() {
        assert_eq!(crate::text::one_line(&isolated("דנה 1")), "דנה 1");
    }
}
