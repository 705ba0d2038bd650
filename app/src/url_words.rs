//! Words in addresses: whoever writes one and whoever reads it take it from here.

use domain::{
    availability::Interval,
    time::{Millis, Timestamp},
};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The parameter with what was just done; see [`Done`].
pub const DONE: &str = "done";
/// The parameter with the session whose meeting was just left.
pub const LEFT: &str = "left";
/// The parameter with the reason why it was left.
pub const WHY: &str = "why";
/// The parameter with the length of a session, in minutes.
pub const MINUTES: &str = "minutes";
/// The parameter with the week whose free times are shown; see [`Week`].
pub const WEEK: &str = "later";
/// The parameter with the time zone of the preview.
pub const ZONE: &str = "zone";
/// The parameter with the path to go to after signing in or up.
pub const CALLBACK: &str = "callbackUrl";
/// A session that a page is also about.
pub const SESSION: &str = "session";
/// The secret of a link that was emailed.
pub const TOKEN: &str = "token";
/// The parameter with the filter of a list of the admin console.
pub const FILTER: &str = "q";
/// The parameter with the page of such a list, from 0.
pub const PAGE: &str = "page";

/// The parameter with the page of the sessions to come, from 0.
pub const UPCOMING_PAGE: &str = "upcoming";
/// The parameter with the page of the sessions that are over, from 0.
pub const PAST_PAGE: &str = "past";

/// What the form that led to this page did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Account or mentor profile are saved.
    Saved,
    /// The first mentor profile is saved.
    ProfileMade,
    ScheduleSaved,
    /// The calendar's secret address is revoked.
    FeedRevoked,
    PasswordChanged,
    /// A new password is chosen by a link; it has to be used now.
    PasswordReset,
    /// A link is on its way, if there is such an account.
    LinkSent,
    /// The link of a sign-up is sent once more, or to a corrected address.
    SentAgain,
    /// A link to a new address is on its way.
    AddressAsked,
    /// The account has another address.
    AddressChanged,
    /// Other browsers are signed out.
    LoginsEnded,
    /// Admins know of a concern.
    Reported,
    /// Somebody is blocked.
    Blocked,
    /// Somebody is not blocked any more.
    Unblocked,
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    /// Codes are asked for from now on.
    CodesOn,
    /// No codes are asked for any more.
    CodesOff,
    /// There are new recovery codes.
    RecoveryCodes,
    /// An account at another provider is linked.
    ProviderLinked,
    /// One is linked no more.
    ProviderUnlinked,
    /// A copy of the reader's data is being made.
    DataAsked,
    /// The account is to be deleted.
    DeletionAsked,
    /// It is not any more.
    AccountKept,
    /// The session is booked.
    Booked,
    /// The session is asked for, and its mentor confirms it.
    Requested,
    /// The session is confirmed.
    Confirmed,
    /// The session is declined.
    Declined,
    /// The mentee is asked for more information.
    Asked,
    /// The mentor is answered.
    Answered,
    /// The session is moved.
    Moved,
    /// The session is cancelled.
    Cancelled,
    /// A removed mentee may come back in.
    AllowedBack,
    /// The outcome is contested.
    Disputed,
    /// A failing job runs again.
    Retried,
    /// A mentor profile is published.
    Published,
    /// An action of the admin console.
    ActionTaken,
}

impl Done {
    const ALL: [Self; 38] = [
        Self::Saved,
        Self::ProfileMade,
        Self::ScheduleSaved,
        Self::FeedRevoked,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::LinkSent,
        Self::SentAgain,
        Self::AddressAsked,
        Self::AddressChanged,
        Self::LoginsEnded,
        Self::Reported,
        Self::Blocked,
        Self::Unblocked,
        Self::PasskeyAdded,
        Self::PasskeyRenamed,
        Self::PasskeyRemoved,
        Self::CodesOn,
        Self::CodesOff,
        Self::RecoveryCodes,
        Self::ProviderLinked,
        Self::ProviderUnlinked,
        Self::DataAsked,
        Self::DeletionAsked,
        Self::AccountKept,
        Self::Booked,
        Self::Requested,
        Self::Confirmed,
        Self::Declined,
        Self::Asked,
        Self::Answered,
        Self::Moved,
        Self::Cancelled,
        Self::AllowedBack,
        Self::Disputed,
        Self::Retried,
        Self::Published,
        Self::ActionTaken,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::ProfileMade => "profile",
            Self::ScheduleSaved => "schedule",
            Self::FeedRevoked => "feed",
            Self::PasswordChanged => "password",
            Self::PasswordReset => "reset",
            Self::LinkSent => "link",
            Self::SentAgain => "again",
            Self::AddressAsked => "address-asked",
            Self::AddressChanged => "address",
            Self::LoginsEnded => "logins",
            Self::Reported => "reported",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::PasskeyAdded => "passkey",
            Self::PasskeyRenamed => "passkey-renamed",
            Self::PasskeyRemoved => "passkey-removed",
            Self::CodesOn => "codes",
            Self::CodesOff => "codes-off",
            Self::RecoveryCodes => "recovery-codes",
            Self::ProviderLinked => "linked",
            Self::ProviderUnlinked => "unlinked",
            Self::DataAsked => "data",
            Self::DeletionAsked => "leaving",
            Self::AccountKept => "kept",
            Self::Booked => "booked",
            Self::Requested => "requested",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
            Self::AllowedBack => "allowed",
            Self::Disputed => "disputed",
            Self::Retried => "retried",
            Self::Published => "published",
            Self::ActionTaken => "acted",
        }
    }

    /// Reads it out of an address.
    pub fn read(query: &ParamsMap) -> Option<Self> {
        let word = query.get_str(DONE)?;
        Self::ALL.into_iter().find(|done| done.as_str() == word)
    }
}

/// A week of free times, counted from now: free times are shown seven days at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Week(u8);

impl Week {
    pub const DAYS: u8 = 7;
    /// The one that begins now.
    pub const FIRST: Self = Self(0);
    /// The last one to ask for: a booking window is at most 365 days.
    const LAST: Self = Self(52);

    /// Reads it out of an address; the first one where there is none.
    pub fn read(query: &ParamsMap) -> Self {
        let number = query.get_str(WEEK).and_then(|number| number.parse().ok());
        number.map_or(Self::FIRST, Self)
    }

    /// The last one that can hold free times.
    pub fn last_of(booking_window_days: u32) -> Self {
        let weeks = booking_window_days.saturating_sub(1) / u32::from(Self::DAYS);
        u8::try_from(weeks).map_or(Self::LAST, Self)
    }

    /// This one, or the last one to ask for.
    pub fn limited(self) -> Self {
        self.min(Self::LAST)
    }

    /// The one before.
    pub fn earlier(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The one after.
    pub fn later(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Its number in an address.
    pub fn number(self) -> u8 {
        self.0
    }

    pub fn interval(self, now: Timestamp) -> Interval {
        let start = |number: u8| now + Millis::days(i64::from(number) * i64::from(Self::DAYS));
        Interval {
            from: start(self.0),
            to: start(self.0.saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(key: &'static str, value: &str) -> ParamsMap {
        let mut query = ParamsMap::new();
        query.insert(key, value.to_owned());
        query
    }

    #[test]
    fn words_read_back() {
        for done in Done::ALL {
            assert_eq!(Done::read(&query(DONE, done.as_str())), Some(done));
        }
        assert_eq!(Done::read(&query(DONE, "won")), None);
        assert_eq!(Done::read(&ParamsMap::new()), None);
    }

    #[test]
    fn weeks_follow_each_other_and_have_an_end() {
        assert_eq!(Week::read(&query(WEEK, "3")), Week(3));
        assert_eq!(Week::read(&query(WEEK, "-1")), Week::FIRST);
        assert_eq!(Week::read(&query(WEEK, "255")).limited(), Week::LAST);
        let now = Timestamp(5);
        assert_eq!(Week(1).interval(now).to, Week(2).interval(now).from);
        assert_eq!(Week::last_of(7), Week::FIRST);
        assert_eq!(Week::last_of(8), Week(1));
        assert_eq!(Week::last_of(365), Week::LAST);
    }
}
