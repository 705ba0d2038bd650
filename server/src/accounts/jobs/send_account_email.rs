//! Sends an email about an account. What it says depends on whether the address has an account, which whoever asked
//! for it is not told; its link's token is made here and stored as a hash only.

use crate::{
    AppState, Result,
    credentials::{generate_token, token_hash},
    emails::{AccountText, Delivery, compose_for_account, deliver_composed},
    jobs::{Alert, Job, Lane},
    store::{
        ScopedFutureExt,
        account_emails::{self, AccountEmailRow, Owner},
        users,
    },
    zones::Zone,
};
use domain::{
    account::AccountEmail,
    deletion::Standing,
    ids::{EmailId, SessionId, UserId},
    job::EMAIL_MAX_ATTEMPTS,
    text::EmailAddress,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Send an email about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendAccountEmail {
    /// Which email.
    pub email: EmailId,
}

impl Job for SendAccountEmail {
    const KIND: &'static str = "send_account_email";
    const LANE: Lane = Lane::Emails;
    const MAX_ATTEMPTS: u32 = EMAIL_MAX_ATTEMPTS;
    const TITLE: &'static str = "Send an email about an account";
    const FAILING: &'static str = "An email about an account cannot be sent";
    const ALERT: Alert = Alert::List;

    fn session(&self) -> Option<SessionId> {
        None
    }

    fn key(&self) -> String {
        self.email.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (id, now) = (self.email, state.clock.now());
        let Some(row) = account_emails::find(state.db.read(), id).await? else {
            return Ok(());
        };
        // Nobody waits for a link any longer than it would have worked.
        let waits_for = row.kind.link_lifetime().unwrap_or(Millis::days(1));
        if now >= row.created_at + waits_for {
            return Ok(());
        }
        let Some(text) = self.text(state, &row).await? else {
            return Ok(());
        };
        let composed = compose_for_account(&state.config, id, &row.email, &text, now);
        match deliver_composed(state, composed).await? {
            Delivery::Taken => {
                tracing::info!(email.id = %id, email.kind = row.kind.as_str(), "email {id} sent");
            }
            // Whoever mistyped an address, or made one up, needs no admin.
            Delivery::BadRecipient(error) => {
                tracing::info!(email.id = %id, %error, "an email about an account was refused");
            }
        }
        match row.kind {
            // The last thing that is known of whoever had the address.
            AccountEmail::Deleted => self.forget(state).await,
            AccountEmail::SignUp
            | AccountEmail::SignIn
            | AccountEmail::ResetPassword
            | AccountEmail::ChangeAddress
            | AccountEmail::PasswordChanged
            | AccountEmail::AddressChanged
            | AccountEmail::PasskeyAdded
            | AccountEmail::PasskeyRemoved
            | AccountEmail::CodesOn
            | AccountEmail::CodesOff
            | AccountEmail::ProviderLinked
            | AccountEmail::ProviderUnlinked
            | AccountEmail::DeletionAsked
            | AccountEmail::DataReady => Ok(()),
        }
    }
}

impl SendAccountEmail {
    /// What it says; `None` when there is nobody to say it to.
    async fn text(&self, state: &AppState, row: &AccountEmailRow) -> Result<Option<AccountText>> {
        let email = EmailAddress::parse(&row.email).ok();
        let known = match &email {
            Some(email) => users::credentials(state.db.read(), email).await?,
            None => None,
        };
        let is_out = known.as_ref().is_some_and(|user| user.is_suspended());
        let leads_in = matches!(
            row.kind,
            AccountEmail::SignIn
                | AccountEmail::ResetPassword
                | AccountEmail::ChangeAddress
                | AccountEmail::DataReady
        );
        if is_out && leads_in {
            return Ok(None);
        }
        let known = known.map(|user| user.id);
        Ok(match (row.kind, known) {
            (AccountEmail::SignUp, Some(_)) => Some(AccountText::HasAccount),
            (AccountEmail::ChangeAddress, Some(_)) => Some(AccountText::IsTaken),
            (AccountEmail::SignUp | AccountEmail::ChangeAddress, None) => {
                Some(self.link(state, row.kind, None).await?)
            }
            (AccountEmail::SignIn | AccountEmail::ResetPassword, Some(user)) => {
                Some(self.link(state, row.kind, Some(user)).await?)
            }
            (AccountEmail::SignIn | AccountEmail::ResetPassword, None) => None,
            (AccountEmail::PasswordChanged, _) => Some(AccountText::PasswordChanged),
            (AccountEmail::AddressChanged, _) => Some(AccountText::AddressChanged),
            (AccountEmail::PasskeyAdded, _) => Some(AccountText::PasskeyAdded),
            (AccountEmail::CodesOn, _) => Some(AccountText::CodesOn),
            (AccountEmail::ProviderLinked, _) => Some(AccountText::ProviderLinked),
            (AccountEmail::ProviderUnlinked, _) => Some(AccountText::ProviderUnlinked),
            (AccountEmail::DataReady, _) => Some(AccountText::DataReady),
            (AccountEmail::CodesOff, _) => Some(AccountText::CodesOff),
            (AccountEmail::PasskeyRemoved, _) => Some(AccountText::PasskeyRemoved),
            (AccountEmail::DeletionAsked, _) => deletion_asked(state, row).await?,
            (AccountEmail::Deleted, _) => Some(AccountText::Deleted),
        })
    }

    async fn forget(&self, state: &AppState) -> Result<()> {
        let id = self.email;
        let forgetting = state
            .db
            .write(|txn| async move { account_emails::delete(txn, id).await }.scope_boxed());
        Ok(forgetting.await?)
    }

    /// The text with a fresh link; one of an earlier attempt stops working.
    async fn link(
        &self,
        state: &AppState,
        kind: AccountEmail,
        user: Option<UserId>,
    ) -> Result<AccountText> {
        let token = generate_token();
        let (id, hash) = (self.email, token_hash(&token));
        let lifetime = kind.link_lifetime().unwrap_or(Millis(0));
        let expires_at = state.clock.now() + lifetime;
        let arming = state.db.write(|txn| {
            let hash = &hash;
            async move { account_emails::arm(txn, id, user, hash, expires_at).await }.scope_boxed()
        });
        arming.await?;
        Ok(AccountText::Link { kind, token })
    }
}

/// When an account is deleted; `None` when that was taken back meanwhile.
async fn deletion_asked(state: &AppState, row: &AccountEmailRow) -> Result<Option<AccountText>> {
    let Owner::User(user) = row.owner else {
        return Ok(None);
    };
    let Some(account) = users::leaving(state.db.read(), user).await? else {
        return Ok(None);
    };
    Ok(match account.facts().standing(state.clock.now()) {
        Standing::Leaves { at } => {
            let label = Zone::or_utc(&account.time_zone).label(at);
            let when = format!("{}, {} ({})", label.date, label.time, label.zone);
            Some(AccountText::DeletionAsked { when })
        }
        Standing::Stays | Standing::Due | Standing::Held { .. } | Standing::Gone => None,
    })
}
