//! Which characters may stay in text from people, by the properties that Unicode gives them.
//!
//! Invisible characters go, except where a script or an emoji needs one: joiners (UAX #31 §2.3, and
//! the joiners of Bengali and Kannada before a virama), variation selectors on a character that has
//! variants, and the tags of flags (UTS #51, ED-14a).

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier,
        ExtendedPictographic, GeneralCategory, GeneralCategoryGroup, Ideographic, JoiningType,
    },
};

const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';
/// The only emoji that tags are known to follow.
const BLACK_FLAG: char = '\u{1F3F4}';
const TAG_END: char = '\u{E007F}';

/// Whether a character never stays, wherever it stands: controls, and what annotates lines.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}')
}

fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether a character could disturb its surroundings or is not seen: controls, everything that
/// reorders text, and everything that Unicode lets programs leave out.
pub(super) fn is_disruptive(c: char) -> bool {
    is_control(c) || is_ignorable(c)
}

/// Whether a reader sees something where this character stands alone.
pub(super) fn is_visible(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let shown = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol)
        .contains(category);
    // A Braille pattern without dots and a note without a head are blank, and called symbols.
    shown && !is_disruptive(c) && !matches!(c, '\u{2800}' | '\u{1D159}')
}

/// Text without what is not seen or reorders it, in normal form C. Line ends stay.
pub(super) fn readable(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(|c| may_stay_alone(*c)).collect();
    }
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    let mut text = normalizer.normalize(text).into_owned();
    // What is taken out can bring together what composes, and so change what stands before a joiner.
    loop {
        let kept = normalizer.normalize(&without_invisible(&text)).into_owned();
        if kept == text {
            return kept;
        }
        text = kept;
    }
}

fn may_stay_alone(c: char) -> bool {
    c == '\n' || !is_control(c)
}

fn without_invisible(text: &str) -> String {
    let all: Vec<char> = text.chars().filter(|c| may_stay_alone(*c)).collect();
    let mut kept: Vec<char> = Vec::with_capacity(all.len());
    let mut rest = all.as_slice();
    while let Some((&c, after)) = rest.split_first() {
        let tags = tags(rest);
        if c == BLACK_FLAG && tags > 0 {
            kept.extend(&rest[..=tags]);
            rest = &rest[tags + 1..];
            continue;
        }
        if !is_ignorable(c) || has_use(c, &kept, after) {
            kept.push(c);
        }
        rest = after;
    }
    kept.into_iter().collect()
}

/// How many tags follow the first character, their end included; 0 where they make no flag.
fn tags(flag: &[char]) -> usize {
    let is_tag = |c: &&char| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}');
    let count = flag.iter().skip(1).take_while(is_tag).count();
    if (3..=6).contains(&count) && flag.get(count + 1) == Some(&TAG_END) {
        count + 1
    } else {
        0
    }
}

/// Whether an invisible character does something between what stands before and after it.
fn has_use(c: char, before: &[char], after: &[char]) -> bool {
    match c {
        ZWJ => {
            follows_virama(before)
                || precedes_virama(before, after)
                || shapes_one_side(before, after)
                || joins_emoji(before, after)
        }
        ZWNJ => {
            (follows_virama(before) && after.first().is_some_and(|c| is_letter(*c)))
                || (joins_onward(before) && joins_back(after))
        }
        '\u{FE0E}' | '\u{FE0F}' => before
            .last()
            .is_some_and(|c| CodePointSetData::new::<Emoji>().contains(*c)),
        '\u{FE00}'..='\u{FE0D}' => before.last().is_some_and(|c| has_variants(*c)),
        '\u{E0100}'..='\u{E01EF}' => before.last().is_some_and(|c| is_ideograph(*c)),
        '\u{180B}'..='\u{180F}' => before
            .last()
            .is_some_and(|c| matches!(c, '\u{1820}'..='\u{18AA}')),
        _ => false,
    }
}

fn is_letter(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

fn is_ideograph(c: char) -> bool {
    CodePointSetData::new::<Ideographic>().contains(c)
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// Whether a mark that kills a vowel stands last, on a letter.
fn follows_virama(before: &[char]) -> bool {
    let base = before.iter().rev().find(|c| !is_mark(**c));
    before.last().is_some_and(|c| is_virama(*c)) && base.is_some_and(|c| is_letter(*c))
}

fn precedes_virama(before: &[char], after: &[char]) -> bool {
    before.last().is_some_and(|c| is_letter(*c)) && after.first().is_some_and(|c| is_virama(*c))
}

fn joining(text: impl Iterator<Item = char>) -> Option<JoiningType> {
    let types = CodePointMapData::<JoiningType>::new();
    text.map(|c| types.get(c))
        .find(|joining| *joining != JoiningType::Transparent)
}

fn joins_onward(before: &[char]) -> bool {
    matches!(
        joining(before.iter().rev().copied()),
        Some(JoiningType::DualJoining | JoiningType::LeftJoining)
    )
}

fn joins_back(after: &[char]) -> bool {
    matches!(
        joining(after.iter().copied().filter(|c| !is_disruptive(*c))),
        Some(JoiningType::DualJoining | JoiningType::RightJoining)
    )
}

/// Between two letters that join anyway, or none, a joiner is not seen.
fn shapes_one_side(before: &[char], after: &[char]) -> bool {
    joins_onward(before) != joins_back(after)
}

fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let modifiers = CodePointSetData::new::<EmojiModifier>();
    let is_extension =
        |c: char| c == '\u{FE0F}' || modifiers.contains(c) || matches!(c, '\u{E0030}'..=TAG_END);
    let base = before.iter().rev().find(|c| !is_extension(**c));
    base.is_some_and(|c| is_pictograph(*c)) && after.first().is_some_and(|c| is_pictograph(*c))
}

/// Whether Unicode names variants of such characters: ideographs, mathematical signs, punctuation
/// of East Asia, and letters of Myanmar, Phags-pa and Manichaean.
fn has_variants(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let is_sign = GeneralCategoryGroup::Symbol
        .union(GeneralCategoryGroup::Punctuation)
        .contains(category);
    is_ideograph(c)
        || (is_sign && !c.is_ascii())
        || matches!(c, '0' | '\u{1000}'..='\u{109F}' | '\u{AA60}'..='\u{AA7F}' | '\u{A840}'..='\u{A877}' | '\u{10AC0}'..='\u{10AFF}')
}
