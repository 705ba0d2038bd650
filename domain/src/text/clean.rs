//! What is taken out of text that people write.

use super::{TITLE_MAX, TextProblem, refuse};

/// Whether a character could disturb its surroundings: controls, and the characters that reorder
/// or hide text (Unicode bidirectional controls, zero-width characters, line separators).
pub(super) fn is_disruptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// One line for people to read: disruptive characters dropped, white space folded and trimmed.
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_disruptive(*c))
        .collect();
    spaced
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

/// Several lines of plain text of at most `max` characters; line breaks stay, other controls go.
///
/// # Errors
/// When it is too long.
pub fn paragraph(text: &str, max: usize) -> Result<String, TextProblem> {
    let clean: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !is_disruptive(*c))
        .collect();
    let clean = clean.trim().to_owned();
    if clean.chars().count() > max {
        refuse(format!("Use at most {max} characters."))
    } else {
        Ok(clean)
    }
}
