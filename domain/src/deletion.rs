//! Deleting accounts: what state one is in, and what may be done with it then.

use crate::{
    ids::UserId,
    time::{Millis, Timestamp},
};

/// What everybody reads in place of the name of somebody whose account is deleted.
pub const FORMER_MEMBER: &str = "A former member";
/// What stands in place of the title that they gave a session.
pub const FORMER_TITLE: &str = "A session";
/// What stands in place of their words where there has to be something.
pub const FORMER_WORDS: &str = "(deleted)";

/// What stands in place of their address. It is no address, so nobody can sign up with it or write to it, and it is
/// nobody else's.
pub fn former_address(user: UserId) -> String {
    format!("deleted {user}")
}

/// What is known of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFacts {
    /// When it is to be deleted, if that was asked for.
    pub delete_at: Option<Timestamp>,
    /// Whether its person was suspended after that.
    pub is_held: bool,
    /// Whether it is deleted.
    pub is_gone: bool,
}

/// What becomes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody asked for anything.
    Stays,
    /// It is deleted then, unless somebody takes that back.
    Leaves {
        /// When.
        at: Timestamp,
    },
    /// Its time has come.
    Due,
    /// Its person was suspended meanwhile. Nobody gets rid of what is known of them that way: an admin decides.
    Held {
        /// When it was to be deleted.
        at: Timestamp,
    },
    /// It is deleted.
    Gone,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The account's own person.
    Person,
    /// Somebody who looks after people.
    Admin,
}

impl AccountFacts {
    /// What becomes of it.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.delete_at {
            _ if self.is_gone => Standing::Gone,
            None => Standing::Stays,
            Some(at) if self.is_held => Standing::Held { at },
            Some(at) if now < at => Standing::Leaves { at },
            Some(_) => Standing::Due,
        }
    }
}

impl Standing {
    /// Whether it can be asked for that the account is deleted. What was held by a suspension, an admin asks for anew.
    pub fn can_be_asked(self, asker: Asker) -> bool {
        match (self, asker) {
            (Self::Stays, _) | (Self::Held { .. }, Asker::Admin) => true,
            (Self::Held { .. }, Asker::Person)
            | (Self::Leaves { .. } | Self::Due | Self::Gone, _) => false,
        }
    }

    /// Whether that can be taken back: until it is done, also when it is late.
    pub fn can_be_kept(self) -> bool {
        match self {
            Self::Leaves { .. } | Self::Due | Self::Held { .. } => true,
            Self::Stays | Self::Gone => false,
        }
    }
}

/// When an account is deleted that somebody asks for now. Also after a suspension was taken back: its person could not
/// think again meanwhile.
pub fn due_at(now: Timestamp, grace: Millis) -> Timestamp {
    now + grace
}

/// Whether an account may go: somebody has to be left who looks after the others.
pub fn may_go(is_admin: bool, other_admins: u64) -> bool {
    !is_admin || other_admins > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::EmailAddress;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn facts(delete_at: Option<i64>) -> AccountFacts {
        AccountFacts {
            delete_at: delete_at.map(Timestamp),
            is_held: false,
            is_gone: false,
        }
    }

    #[test]
    fn an_account_is_due_at_its_very_moment_and_not_before() {
        let at = |ms: i64| facts(Some(NOW.0 + ms)).standing(NOW);
        assert_eq!(facts(None).standing(NOW), Standing::Stays);
        assert_eq!(
            at(1),
            Standing::Leaves {
                at: Timestamp(NOW.0 + 1)
            }
        );
        assert_eq!(at(0), Standing::Due);
        assert_eq!(at(-1), Standing::Due);
        assert_eq!(
            facts(Some(i64::MAX)).standing(NOW),
            Standing::Leaves {
                at: Timestamp(i64::MAX)
            }
        );
    }

    #[test]
    fn a_suspension_holds_it_up_for_as_long_as_it_takes_and_what_is_gone_is_gone() {
        for ms in [-1, 0, 1] {
            let held = AccountFacts {
                is_held: true,
                ..facts(Some(NOW.0 + ms))
            };
            let at = Timestamp(NOW.0 + ms);
            assert_eq!(held.standing(NOW), Standing::Held { at });
            let gone = AccountFacts {
                is_gone: true,
                ..held
            };
            assert_eq!(gone.standing(NOW), Standing::Gone);
        }
    }

    #[test]
    fn what_may_be_done_follows_from_the_state() {
        use Asker::{Admin, Person};
        let at = NOW;
        for (standing, person, admin, kept) in [
            (Standing::Stays, true, true, false),
            (Standing::Leaves { at }, false, false, true),
            (Standing::Due, false, false, true),
            (Standing::Held { at }, false, true, true),
            (Standing::Gone, false, false, false),
        ] {
            assert_eq!(standing.can_be_asked(Person), person, "{standing:?}");
            assert_eq!(standing.can_be_asked(Admin), admin, "{standing:?}");
            assert_eq!(standing.can_be_kept(), kept, "{standing:?}");
        }
    }

    #[test]
    fn the_last_admin_stays() {
        assert!(!may_go(true, 0) && may_go(true, 1));
        assert!(may_go(false, 0));
    }

    #[test]
    fn there_are_as_many_days_as_are_set() {
        assert_eq!(
            due_at(NOW, Millis::days(14)).since(NOW),
            Millis::hours(14 * 24)
        );
        assert_eq!(due_at(NOW, Millis(0)), NOW);
    }

    #[test]
    fn nobody_can_write_to_a_former_address_or_have_it() {
        let (one, two) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert_ne!(former_address(one), former_address(two));
        assert!(EmailAddress::parse(&former_address(one)).is_err());
    }
}
