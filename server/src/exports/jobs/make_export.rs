//! Makes a person's copy of everything that is kept about them.

use crate::{
    AppState, Result,
    accounts::tell,
    exports::archive::archive,
    jobs::{Job, Lane},
    store::{ScopedFutureExt, StoreError, Txn, data_exports},
};
use domain::{
    account::AccountEmail,
    ids::{DataExportId, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Make a copy, and tell its person. Of two that make the same one, the first one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeExport {
    /// Which copy.
    pub export: DataExportId,
}

impl Job for MakeExport {
    const KIND: &'static str = "make_export";
    const LANE: Lane = Lane::Exports;
    const TITLE: &'static str = "Make a copy of somebody’s data";
    const FAILING: &'static str = "A copy of somebody’s data cannot be made";

    fn session(&self) -> Option<SessionId> {
        None
    }

    fn key(&self) -> String {
        self.export.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let id = self.export;
        let Some(user) = data_exports::waiting(state.db.read(), id).await? else {
            return Ok(());
        };
        let Some(archive) = archive(state, user).await? else {
            return Ok(());
        };
        let now = state.clock.now();
        let finishing = state.db.write(|txn| {
            let archive = &archive;
            async move {
                if data_exports::finish(txn, id, archive, now).await? {
                    tell(txn, user, AccountEmail::DataReady, now).await?;
                }
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        });
        finishing.await?;
        tracing::info!(user.id = %user, bytes = archive.len(), "a copy of {user}'s data is ready");
        Ok(())
    }

    async fn given_up(&self, txn: &Txn, now: Timestamp) -> std::result::Result<(), StoreError> {
        data_exports::fail(txn, self.export, now).await
    }
}
