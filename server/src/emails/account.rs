//! Emails about accounts: to one address, of which nothing else may be known. They say nothing that somebody else
//! entered, so that nobody can write to a stranger through us.

use super::compose::{finish, mailbox, unwritten};
use crate::{Result, config::Config, mail::Email};
use askama::Template;
use domain::{account::AccountEmail, ids::EmailId, time::Timestamp};
use lettre::message::{MultiPart, SinglePart};

/// What an email about an account says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountText {
    /// A link of this kind.
    Link {
        kind: AccountEmail,
        /// The secret of the link.
        token: String,
    },
    /// Somebody signed up with the address of an account.
    HasAccount,
    /// Somebody wants to change their address to that of an account.
    IsTaken,
    /// The password is another one.
    PasswordChanged,
    /// The account has another address.
    AddressChanged,
    /// The account has another passkey.
    PasskeyAdded,
    /// The account has a passkey less.
    PasskeyRemoved,
    /// Codes of an app are asked for.
    CodesOn,
    /// They are not asked for any more.
    CodesOff,
    /// An account at another provider is linked.
    ProviderLinked,
    /// One is linked no more.
    ProviderUnlinked,
    /// A copy of the person's data can be downloaded.
    DataReady,
    /// The account is deleted at a time, unless that is taken back.
    DeletionAsked {
        /// The time, in the reader's zone.
        when: String,
    },
    /// The account is deleted.
    Deleted,
}

/// Everything such an email says.
struct Says {
    subject: String,
    lead: String,
    /// Label and address of its button.
    button: Option<(&'static str, String)>,
    /// What to do when one did not expect it.
    otherwise: String,
    app_name: String,
    origin: String,
}

#[derive(Template)]
#[template(path = "account.txt")]
struct Text<'a>(&'a Says);

#[derive(Template)]
#[template(path = "account.html")]
struct Html<'a>(&'a Says);

/// Writes an email about an account.
///
/// # Errors
/// [`crate::Error::Mail`] when the address cannot be written to.
pub fn compose_for_account(
    config: &Config,
    id: EmailId,
    to: &str,
    text: &AccountText,
    now: Timestamp,
) -> Result<Email> {
    let says = says(config, text);
    let plain = Text(&says).render().map_err(unwritten)?;
    let html = Html(&says).render().map_err(unwritten)?;
    let body = MultiPart::alternative()
        .singlepart(SinglePart::plain(plain))
        .singlepart(SinglePart::html(html));
    finish(config, id, mailbox(to, "")?, &says.subject, now, |head| {
        head.multipart(body)
    })
}

fn says(config: &Config, text: &AccountText) -> Says {
    let (app, origin) = (&config.app_name, &config.app_url.origin);
    let nothing =
        "If that was not you, you need not do anything: without the link nothing happens.";
    let (subject, lead, button, otherwise) = match text {
        AccountText::Link { kind, token } => {
            let (subject, lead, label, path) = link(*kind, app);
            let url = format!("{origin}{path}?token={token}");
            (subject, lead, Some((label, url)), nothing.to_owned())
        }
        AccountText::HasAccount => (
            format!("You already have an account at {app}"),
            format!(
                "Somebody, probably you, tried to create an account at {app} with this address. There is one already, so nothing was changed. Sign in instead; there you can also choose a new password."
            ),
            Some(("Sign in", format!("{origin}/auth/signin"))),
            "If that was not you, you need not do anything.".to_owned(),
        ),
        AccountText::IsTaken => (
            format!("This address already has an account at {app}"),
            format!(
                "Somebody, probably you, wanted to use this address for another account at {app}. It has an account already, so nothing was changed."
            ),
            None,
            "If that was not you, you need not do anything.".to_owned(),
        ),
        AccountText::PasswordChanged => (
            format!("Your password at {app} was changed"),
            "Your password was changed, and all browsers were signed out.".to_owned(),
            None,
            format!("If that was not you, choose a new password at once: {origin}/auth/forgot"),
        ),
        AccountText::AddressChanged => (
            format!("Your address at {app} was changed"),
            "Your account has another email address now. This is the last email to this one."
                .to_owned(),
            None,
            format!(
                "If that was not you, write to those who run {app} at once; they can give you back your account."
            ),
        ),
        AccountText::PasskeyAdded => (
            format!("A passkey was added to your account at {app}"),
            "Somebody, probably you, added a passkey to your account. Whoever has it signs in with it, without your password.".to_owned(),
            None,
            not_me(origin),
        ),
        AccountText::CodesOn => (
            format!("Codes are switched on for your account at {app}"),
            "From now on your account asks for a code of your authenticator app when you sign in with your password.".to_owned(),
            None,
            not_me(origin),
        ),
        AccountText::CodesOff => (
            format!("Codes are switched off for your account at {app}"),
            "Your account does not ask for codes of an authenticator app any more.".to_owned(),
            None,
            not_me(origin),
        ),
        AccountText::ProviderLinked => (
            format!("An account elsewhere was linked to your account at {app}"),
            "From now on you can also sign in with your account at another provider.".to_owned(),
            None,
            not_me(origin),
        ),
        AccountText::ProviderUnlinked => (
            format!("An account elsewhere was unlinked from your account at {app}"),
            "Your account at another provider does not sign you in any more.".to_owned(),
            None,
            not_me(origin),
        ),
        AccountText::DataReady => (
            format!("Your data at {app} is ready"),
            "The copy of your data that you asked for is ready. You find it on your account’s page, after signing in, for seven days."
                .to_owned(),
            Some(("Go to your account", format!("{origin}/account#data-title"))),
            not_me(origin),
        ),
        AccountText::DeletionAsked { when } => (
            format!("Your account at {app} will be deleted"),
            format!(
                "You, or an administrator for you, asked for your account to be deleted. That happens on {when}. Until then you can keep it: sign in, and press “Keep my account” at the top of the page. Your sessions to come are cancelled, and your calendar’s secret address no longer works."
            ),
            Some(("Sign in", format!("{origin}/auth/signin"))),
            not_me(origin),
        ),
        AccountText::Deleted => (
            format!("Your account at {app} is deleted"),
            format!(
                "Your account is deleted. Your name, your address, how you signed in, and what you wrote are overwritten; the sessions you had stay in other people’s records as those of a former member. This is the last email from {app}."
            ),
            None,
            "You can sign up again with this address at any time; nothing of the old account comes back.".to_owned(),
        ),
        AccountText::PasskeyRemoved => (
            format!("A passkey was removed from your account at {app}"),
            "Somebody, probably you, removed a passkey from your account. It does not sign in any more.".to_owned(),
            None,
            not_me(origin),
        ),
    };
    Says {
        subject,
        lead,
        button,
        otherwise,
        app_name: app.clone(),
        origin: origin.clone(),
    }
}

/// What to do about a change that one did not make.
fn not_me(origin: &str) -> String {
    format!(
        "If that was not you, choose a new password at once and look at your account: {origin}/auth/forgot"
    )
}

/// Subject, text, button and path of an email with a link.
fn link(kind: AccountEmail, app: &str) -> (String, String, &'static str, &'static str) {
    match kind {
        AccountEmail::SignIn => (
            format!("Sign in to {app}"),
            "With this link you sign in without a password. It works once, for 15 minutes.".to_owned(),
            "Sign in",
            "/auth/link",
        ),
        AccountEmail::ResetPassword => (
            format!("Choose a new password for {app}"),
            "With this link you choose a new password. It works once, for an hour.".to_owned(),
            "Choose a new password",
            "/auth/reset",
        ),
        AccountEmail::ChangeAddress => (
            format!("Confirm your new address for {app}"),
            "Confirm that this is your address; your account has it from then on. The link works once, for a day.".to_owned(),
            "Confirm the address",
            "/auth/address",
        ),
        // The others have no link; whoever adds one is asked for its words by the tests.
        AccountEmail::SignUp
        | AccountEmail::PasswordChanged
        | AccountEmail::AddressChanged
        | AccountEmail::PasskeyAdded
        | AccountEmail::PasskeyRemoved
        | AccountEmail::CodesOn
        | AccountEmail::CodesOff
        | AccountEmail::ProviderLinked
        | AccountEmail::ProviderUnlinked
        | AccountEmail::DataReady
        | AccountEmail::DeletionAsked
        | AccountEmail::Deleted => (
            format!("Confirm your address for {app}"),
            format!("Confirm that this is your address, and your account at {app} is ready. The link works once, for a day."),
            "Confirm the address",
            "/auth/confirm",
        ),
    }
}
