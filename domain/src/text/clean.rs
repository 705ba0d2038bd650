//! What is taken out of text that people write.

use super::{TITLE_MAX, TextProblem, characters::readable, refuse};
use unicode_segmentation::UnicodeSegmentation;

/// One line for people to read: what is not seen dropped, white space folded and trimmed, in normal form C.
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    readable(&spaced)
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A short label: one line, may be empty, at most [`TITLE_MAX`] characters.
///
/// # Errors
/// When it is too long.
pub fn short_label(text: &str) -> Result<String, TextProblem> {
    let label = one_line(text);
    if label.chars().count() > TITLE_MAX {
        return refuse(format!("Use at most {TITLE_MAX} characters."));
    }
    Ok(label)
}

/// Several lines of plain text of at most `max` characters, in normal form C; line breaks stay, what is not seen goes.
///
/// # Errors
/// When it is too long.
pub fn paragraph(text: &str, max: usize) -> Result<String, TextProblem> {
    let clean = readable(&text.replace("\r\n", "\n")).trim().to_owned();
    if clean.chars().count() > max {
        refuse(format!("Use at most {max} characters."))
    } else {
        Ok(clean)
    }
}

/// A chat message's lines, for the browser: controls and what reorders or fills go.
///
/// Unicode's tables would add 36 KB to what a meeting loads, so this knows no scripts: joiners,
/// variants and tags stay unless only ASCII surrounds them, and nothing is normalised.
pub fn message(text: &str) -> String {
    let is_unwanted = |c: char| {
        (c != '\n' && c.is_control())
            || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}')
    };
    let is_joiner = |c: char| matches!(c, '\u{200C}' | '\u{200D}' | '\u{E0000}'..='\u{E0FFF}');
    let mut clean = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        let alone = is_joiner(c) && clean.chars().next_back().is_none_or(|c| c.is_ascii());
        if !is_unwanted(c) && !alone {
            clean.push(c);
        }
    }
    clean.trim().to_owned()
}

/// The beginning of a text: at most `max` characters, cut between what people see as characters.
/// Where already the first of them is longer, it is cut.
pub fn beginning(text: &str, max: usize) -> &str {
    let Some((limit, _)) = text.char_indices().nth(max) else {
        return text;
    };
    let whole = text
        .grapheme_indices(true)
        .map(|(at, _)| at)
        .take_while(|at| *at <= limit)
        .last()
        .filter(|at| *at > 0);
    &text[..whole.unwrap_or(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::characters::{is_disruptive, is_visible};
    use icu_normalizer::ComposingNormalizerBorrowed;
    use icu_properties::{
        CodePointSetData,
        props::{BidiControl, DefaultIgnorableCodePoint},
    };
    use proptest::prelude::*;

    #[test]
    fn what_scripts_and_emoji_need_comes_back_unchanged() {
        for text in [
            "\u{DC1}\u{DCA}\u{200D}\u{DBB}\u{DD3}",
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{62F}",
            "\u{1F469}\u{200D}\u{1F4BB}",
            "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
            "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "1\u{FE0F}\u{20E3}",
            "\u{2764}\u{FE0F}",
            "\u{9B0}\u{200D}\u{9CD}\u{9AF}",
            "\u{D28}\u{D4D}\u{200D}",
            "\u{845B}\u{E0100}",
            "\u{647}\u{200D}.",
        ] {
            assert_eq!(one_line(text), text, "{text:?}");
            assert_eq!(paragraph(text, 100).as_deref(), Ok(text), "{text:?}");
        }
    }

    #[test]
    fn a_message_keeps_joiners_and_loses_what_reorders() {
        for text in [
            "\u{6CC}\u{200C}\u{62E}",
            "\u{1F469}\u{200D}\u{1F4BB}",
            "a\nb",
        ] {
            assert_eq!(message(text), text);
        }
        assert_eq!(
            message(" a\u{200D}b\u{202E}\u{61C}\u{3164}\0\r\nc\u{E0067} "),
            "ab\nc"
        );
        let bidi = CodePointSetData::new::<BidiControl>();
        for c in (char::MIN..=char::MAX).filter(|c| bidi.contains(*c)) {
            assert_eq!(message(&format!("\u{628}{c}b")), "\u{628}b", "{c:?}");
        }
    }

    #[test]
    fn what_nothing_needs_goes() {
        for (raw, clean) in [
            ("a\u{200D}b", "ab"),
            ("a\u{200C}b\u{200D}", "ab"),
            ("\u{200D}\u{1F4BB}", "\u{1F4BB}"),
            ("\u{628}\u{200D}\u{628}", "\u{628}\u{628}"),
            ("a\u{FE0F}\u{E0100}", "a"),
            ("x\u{E0067}\u{E007F}y", "xy"),
            ("\u{1F3F4}\u{E0067}", "\u{1F3F4}"),
            ("a\u{61C}\u{202E}\u{2066}b", "ab"),
            ("a\u{AD}\u{115F}\u{1160}\u{3164}\u{FFA0}\u{2060}b", "ab"),
            ("e\u{301}", "\u{E9}"),
        ] {
            assert_eq!(one_line(raw), clean, "{raw:?}");
        }
    }

    #[test]
    fn no_character_that_reorders_or_hides_stays_alone_or_between_letters() {
        let bidi = CodePointSetData::new::<BidiControl>();
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        for c in (char::MIN..=char::MAX).filter(|c| bidi.contains(*c) || ignorable.contains(*c)) {
            assert!(is_disruptive(c) && !is_visible(c), "{c:?}");
            assert_eq!(one_line(&c.to_string()), "", "{c:?}");
            assert_eq!(one_line(&format!("a{c}b")), "ab", "{c:?}");
        }
    }

    #[test]
    fn a_cut_leaves_whole_characters() {
        let family = "\u{1F469}\u{200D}\u{1F4BB}";
        assert_eq!(beginning("abc", 3), "abc");
        assert_eq!(beginning("abcd", 3), "abc");
        assert_eq!(beginning(&format!("a{family}b"), 3), "a");
        assert_eq!(beginning(&format!("a{family}b"), 4), format!("a{family}"));
        assert_eq!(beginning(&format!("{family}b"), 1), "\u{1F469}");
    }

    /// Letters, marks and emoji with everything that may stand between them.
    const MIXED: &str = "[\\PC\\n]{0,60}|[a\u{301}\u{628}\u{62F}\u{DC1}\u{DCA}\u{DD9}\u{9B0}\u{9CD}\u{1F469}\u{1F4BB}\u{1F3FD}\u{1F3F4}\u{FE0F}\u{E0062}\u{E007F}\u{200B}-\u{200F}\u{202A}-\u{202E}\u{61C}\u{3164} \n]{0,40}";

    proptest! {
        #[test]
        fn cleaning_is_stable_normal_and_leaves_nothing_that_reorders(raw in MIXED) {
            let bidi = CodePointSetData::new::<BidiControl>();
            let nfc = ComposingNormalizerBorrowed::new_nfc();
            for clean in [one_line(&raw), paragraph(&raw, usize::MAX).unwrap_or_default()] {
                prop_assert!(nfc.is_normalized(&clean));
                prop_assert!(!clean.chars().any(|c| bidi.contains(c)));
                prop_assert!(!clean.chars().any(|c| c != '\n' && c.is_control()));
            }
            prop_assert_eq!(one_line(&one_line(&raw)), one_line(&raw));
            let lines = paragraph(&raw, usize::MAX).unwrap_or_default();
            prop_assert_eq!(paragraph(&lines, usize::MAX), Ok(lines));
        }

        #[test]
        fn a_beginning_is_one_and_not_too_long(raw in MIXED, max in 0_usize..20) {
            let short = beginning(&raw, max);
            prop_assert!(raw.starts_with(short));
            prop_assert!(short.chars().count() <= max);
        }
    }
}
