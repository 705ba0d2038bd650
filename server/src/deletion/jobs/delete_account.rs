//! Deletes an account once its time has come, unless that was taken back.

use crate::{
    AppState, Error, Result,
    deletion::{carry_out::carry_out, held::tell_held},
    jobs::Job,
    store::{ScopedFutureExt, users},
};
use domain::{
    deletion::Standing,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Delete an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteAccount {
    pub user: UserId,
    /// When it is due. Asked for anew, it is another job.
    pub at: Timestamp,
}

impl Job for DeleteAccount {
    const KIND: &'static str = "delete_account";
    const TITLE: &'static str = "Delete an account";
    const FAILING: &'static str = "An account cannot be deleted";

    fn session(&self) -> Option<SessionId> {
        None
    }

    fn key(&self) -> String {
        format!("{} {}", self.user, self.at.0)
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (user, now) = (self.user, state.clock.now());
        let deleting = state.db.write(|txn| {
            let config = &state.config;
            async move {
                let account = users::lock_leaving(txn, user).await?;
                match account.map(|account| account.facts().standing(now)) {
                    Some(Standing::Due) => {
                        carry_out(txn, (user, None), config, now).await?;
                        Ok(true)
                    }
                    Some(Standing::Held { .. }) => {
                        tell_held(txn, now).await?;
                        Ok(false)
                    }
                    Some(Standing::Stays | Standing::Leaves { .. } | Standing::Gone) | None => {
                        Ok::<_, Error>(false)
                    }
                }
            }
            .scope_boxed()
        });
        if deleting.await? {
            tracing::info!(user.id = %user, "account {user} deleted");
        }
        Ok(())
    }
}
