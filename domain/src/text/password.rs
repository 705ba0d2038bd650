//! New passwords.

use super::{EmailAddress, TextProblem, refuse};

/// Shortest and longest password, in characters (OWASP ASVS 5.0 §6.2).
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Checks a new password against its length and the person's own address.
///
/// # Errors
/// When it is too short, too long, too uniform, or contains the address's name.
pub fn check_password(password: &str, email: &EmailAddress) -> Result<(), TextProblem> {
    let length = password.chars().count();
    if length < *PASSWORD_LENGTH.start() {
        return refuse(format!(
            "Use at least {} characters.",
            PASSWORD_LENGTH.start()
        ));
    }
    if length > *PASSWORD_LENGTH.end() {
        return refuse(format!("Use at most {} characters.", PASSWORD_LENGTH.end()));
    }
    let mut distinct: Vec<char> = password.to_lowercase().chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let name = email.as_str().split('@').next().unwrap_or_default();
    if distinct.len() < 5 || (name.len() >= 4 && password.to_lowercase().contains(name)) {
        return refuse("That password is easy to guess. Try a few unrelated words.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        let email = EmailAddress::parse("lovelace@example.org").expect("valid");
        for bad in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "my-lovelace-1815",
            &"x1y2z3".repeat(60),
        ] {
            assert!(check_password(bad, &email).is_err(), "{bad}");
        }
        assert_eq!(check_password("correct horse battery", &email), Ok(()));
    }
}
