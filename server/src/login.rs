//! Who asks.

use crate::{Error, Result};
use domain::{
    ids::{LoginId, UserId},
    permissions::Actor,
    problem::Problem,
    time::Timestamp,
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
    /// When they last said who they are: signed in, or gave their password once more.
    pub confirmed_at: Timestamp,
    /// Whether they are an admin who has to set up a second factor before anything else.
    pub lacks_second_factor: bool,
}

impl CurrentLogin {
    /// For what only admins do.
    ///
    /// # Errors
    /// `Problem::Forbidden` unless the person is an admin.
    pub fn require_admin(&self) -> Result<()> {
        match self.actor.is_admin {
            true => self.require_second_factor(),
            false => Err(Problem::Forbidden.into()),
        }
    }

    /// For everything but setting up a second factor.
    ///
    /// # Errors
    /// `Problem::SecondFactorNeeded` for an admin who has none and has to.
    pub fn require_second_factor(&self) -> Result<()> {
        match self.lacks_second_factor {
            true => Err(Problem::SecondFactorNeeded.into()),
            false => Ok(()),
        }
    }

    /// For what somebody does who stays: whoever asked for their account to be deleted takes that back first.
    ///
    /// # Errors
    /// `Problem::Conflict` for somebody who leaves.
    pub fn require_staying(&self) -> Result<()> {
        match self.me.leaves {
            Some(_) => Err(leaving()),
            None => Ok(()),
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
            leaves: None,
        };
        Self {
            login: LoginId(Uuid::nil()),
            actor: Actor {
                user,
                is_admin: false,
            },
            confirmed_at: Timestamp(0),
            lacks_second_factor: false,
            me,
        }
    }
}

/// Refuses what nobody does who asked for their account to be deleted.
pub fn leaving() -> Error {
    let why =
        "Your account is to be deleted. Keep it first: the button is at the top of every page.";
    Problem::Conflict(why.to_owned()).into()
}
