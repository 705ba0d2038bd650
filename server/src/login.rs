//! Who asks.

use crate::Result;
use domain::{
    ids::{LoginId, UserId},
    permissions::Actor,
    problem::Problem,
    views::Me,
};
use uuid::Uuid;

/// The login behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentLogin {
    pub login: LoginId,
    pub me: Me,
    /// The same person, for decisions.
    pub actor: Actor,
}

impl CurrentLogin {
    /// For what only admins do.
    ///
    /// # Errors
    /// `Problem::Forbidden` unless the person is an admin.
    pub fn require_admin(&self) -> Result<()> {
        match self.actor.is_admin {
            true => Ok(()),
            false => Err(Problem::Forbidden.into()),
        }
    }

    /// Stands in for a person when a command-line tool acts for them, without a login.
    pub fn of_tool(user: UserId) -> Self {
        let me = Me {
            id: user,
            email: String::new(),
            name: String::new(),
            time_zone: crate::zones::UTC.to_owned(),
            is_admin: false,
            is_mentor: false,
            email_fails: false,
        };
        Self {
            login: LoginId(Uuid::nil()),
            actor: Actor {
                user,
                is_admin: false,
            },
            me,
        }
    }
}
