//! A person's copy of everything that is kept about them.

use crate::{
    ids::DataExportId,
    time::{Millis, Timestamp},
    views::LocalLabel,
};
use serde::{Deserialize, Serialize};

/// A copy can be downloaded for this long after it was made.
pub const KEPT_FOR: Millis = Millis::days(7);
/// Another one can be asked for this long after the one before.
const PAUSE: Millis = Millis::days(1);

/// What has become of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// A job makes it.
    BeingMade,
    /// It can be downloaded.
    Ready {
        /// When it was made.
        at: Timestamp,
    },
    /// It could not be made.
    Failed,
}

/// A copy that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// What has become of it.
    pub state: ExportState,
}

impl Export {
    /// Until when it can be downloaded; `None` for one that is not there.
    pub fn until(self) -> Option<Timestamp> {
        match self.state {
            ExportState::Ready { at } => Some(at + KEPT_FOR),
            ExportState::BeingMade | ExportState::Failed => None,
        }
    }

    /// From when on another one can be asked for; `None` while this one is being made. One that failed is asked for
    /// again at once.
    pub fn next_at(self) -> Option<Timestamp> {
        match self.state {
            ExportState::BeingMade => None,
            ExportState::Ready { .. } => Some(self.asked_at + PAUSE),
            ExportState::Failed => Some(self.asked_at),
        }
    }
}

/// What the account's page says of the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportView {
    /// Whether the reader said who they are a moment ago, so that they may ask for one and download it.
    pub is_confirmed: bool,
    /// What has become of the latest one; `None` when there is none.
    pub latest: Option<LatestExport>,
    /// From when on another one can be asked for; `None` at once.
    pub next: Option<LocalLabel>,
}

/// The latest copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LatestExport {
    /// A job makes it.
    BeingMade {
        /// Since when, in the reader's zone.
        since: LocalLabel,
    },
    /// It can be downloaded.
    Ready {
        /// For the address of the download.
        id: DataExportId,
        /// Size of the file.
        bytes: u64,
        /// Until when it is there, in the reader's zone.
        until: LocalLabel,
    },
    /// It could not be made.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(43_200_000);

    fn asked(state: ExportState) -> Export {
        Export {
            asked_at: NOON,
            state,
        }
    }

    #[test]
    fn one_copy_is_made_at_a_time_and_one_a_day() {
        let ready = ExportState::Ready {
            at: NOON + Millis::minutes(1),
        };
        assert_eq!(asked(ExportState::BeingMade).next_at(), None);
        assert_eq!(asked(ready).next_at(), Some(NOON + Millis::days(1)));
        assert_eq!(asked(ExportState::Failed).next_at(), Some(NOON));
    }

    #[test]
    fn a_copy_is_kept_for_a_week_from_when_it_was_made() {
        let at = NOON + Millis::hours(3);
        assert_eq!(
            asked(ExportState::Ready { at }).until(),
            Some(at + Millis::days(7))
        );
        assert_eq!(asked(ExportState::BeingMade).until(), None);
        assert_eq!(asked(ExportState::Failed).until(), None);
    }
}
