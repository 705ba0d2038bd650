//! Whether a new password is hard to guess: an estimate of the guesses that an attacker needs who knows the person.

use domain::text::{EmailAddress, TextProblem, check_password};
use zxcvbn::{Score, zxcvbn};

/// Checks a new password. `known` is what an attacker would try first: the person's name, and ours.
///
/// # Errors
/// When it is too short or too long, or would be guessed (a score below 3 of 4: fewer than 10⁸ guesses).
pub(super) fn check_new(
    password: &str,
    email: &EmailAddress,
    known: &[&str],
) -> Result<(), TextProblem> {
    check_password(password, email)?;
    let mut inputs: Vec<&str> = email.as_str().split(['@', '.', '+', '-', '_']).collect();
    inputs.push(email.as_str());
    inputs.extend(known.iter().flat_map(|words| words.split(' ')));
    if zxcvbn(password, &inputs).score() >= Score::Three && is_more_than(password, &inputs) {
        return Ok(());
    }
    let why = "That password is easy to guess. Try a few unrelated words, without names and dates.";
    Err(TextProblem(why.to_owned()))
}

/// Whether something is left of a password without what is known of the person: zxcvbn counts three known words in a row
/// as a hundred million guesses.
fn is_more_than(password: &str, known: &[&str]) -> bool {
    const LEFT: usize = 8;
    let mut rest = password.to_lowercase();
    for word in known.iter().filter(|word| word.chars().count() >= 3) {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    rest.chars().count() >= LEFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_attacker_tries_first_is_refused_and_a_phrase_is_not() {
        let email = EmailAddress::parse("noor.haddad@mail.example").expect("valid");
        let check = |password: &str| check_new(password, &email, &["Noor Haddad", "Young Minds"]);
        for bad in [
            "short",
            "password1234",
            "Passw0rd1234",
            "qwertyuiopas",
            "123456789012",
            "noorhaddad12",
            "haddad-noor-2020",
            "youngminds2026",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in [
            "correct horse battery staple",
            "a long enough phrase 7",
            "another quite long phrase",
            "tiefe Wälder am Bach",
            "حديقة زرقاء بعيدة جدا",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }
}
