//! Every path of the web pages; links, redirects and route definitions take them from here.

use crate::{
    leave_reason::LeaveReason,
    url_words::{
        CALLBACK, DONE, Done, LEFT, MINUTES, PAST_PAGE, SESSION, UPCOMING_PAGE, WEEK, WHY, Week,
    },
};
use domain::{
    console::Tab,
    ids::{DataExportId, SessionId, UserId},
    text::ReturnPath,
    views::ListPages,
};

/// Landing page.
pub const HOME: &str = "/";
/// Sign-in form.
pub const SIGN_IN: &str = "/auth/signin";
/// Sign-up form.
pub const SIGN_UP: &str = "/auth/signup";
/// What somebody who signed up has to do next.
pub const CHECK_EMAIL: &str = "/auth/check-email";
/// Where the link of a sign-up leads.
pub const CONFIRM: &str = "/auth/confirm";
/// Asks for a link to choose a new password.
pub const FORGOT: &str = "/auth/forgot";
/// Where that link leads.
pub const RESET: &str = "/auth/reset";
/// Asks for a link to sign in, and where it leads.
pub const SIGN_IN_LINK: &str = "/auth/link";
/// Where the link to a new address leads.
pub const CONFIRM_ADDRESS: &str = "/auth/address";
/// Asks for the second factor of a sign-in.
pub const CODE: &str = "/auth/code";
/// Leads on to the other provider where somebody wants to sign in; no page.
pub const PROVIDER: &str = "/auth/with/go";
/// Where other providers send people back to; no page.
pub const FROM_PROVIDER: &str = "/auth/with/{provider}/callback";
/// List of mentors.
pub const MENTORS: &str = "/mentors";
/// The reader's sessions.
pub const DASHBOARD: &str = "/dashboard";
/// Name, time zone, password.
pub const ACCOUNT: &str = "/account";
/// What happens to an account that is deleted, and the button.
pub const DELETE_ACCOUNT: &str = "/account/delete";
/// Sets an authenticator app up.
pub const CODES: &str = "/account/codes";
/// All that an admin without a second factor may see.
pub const SECOND_FACTOR: &str = "/account/second-factor";
/// What is kept about people.
pub const PRIVACY: &str = "/privacy";
/// What people agree to.
pub const TERMS: &str = "/terms";
/// The reader's mentor profile.
pub const MENTOR_PROFILE: &str = "/mentor-profile";
/// The reader's schedule as a mentor.
pub const AVAILABILITY: &str = "/availability";
/// The admin console; its first tab shows rooms.
pub const ADMIN: &str = "/admin";
/// What needs an admin's attention.
pub const ADMIN_NOTIFICATIONS: &str = "/admin/notifications";
/// Mentor profiles waiting to be published.
pub const ADMIN_MENTORS: &str = "/admin/mentors";

/// First segments of paths that only signed-in people may see.
const PRIVATE: [&str; 10] = [
    "dashboard",
    "book",
    "availability",
    "mentors",
    "sessions",
    "account",
    "mentor-profile",
    "admin",
    "meeting",
    "safety",
];

/// Whether a path is for signed-in people only.
pub fn is_private(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    first.is_some_and(|segment| PRIVATE.contains(&segment))
}

/// Whether a path is for admins only.
pub fn is_admin(path: &str) -> bool {
    path.trim_start_matches('/').split('/').next() == Some("admin")
}

/// Whether a page is for admins who have to set up a second factor, too.
pub fn is_without_second_factor(path: &str) -> bool {
    [SECOND_FACTOR, CODES].contains(&path)
}

/// A tab of the admin console.
pub fn admin(tab: Tab) -> String {
    match tab.as_str() {
        "" => ADMIN.to_owned(),
        segment => format!("{ADMIN}/{segment}"),
    }
}

/// `page`, which says what was done.
pub fn done(page: &str, done: Done) -> String {
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}{DONE}={}", done.as_str())
}

/// `page` with the free times of a week.
pub fn in_week(page: &str, week: Week) -> String {
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}{WEEK}={}", week.number())
}

/// A mentor's page with free slots.
pub fn mentor(id: UserId) -> String {
    format!("{MENTORS}/{id}")
}

/// A mentor's page with free slots of one length.
pub fn mentor_times(id: UserId, minutes: u16) -> String {
    format!("{MENTORS}/{id}?{MINUTES}={minutes}")
}

/// A session's record.
pub fn session(id: SessionId) -> String {
    format!("/sessions/{id}")
}

/// The form that books a held time.
pub fn book(id: SessionId) -> String {
    format!("/book/{id}")
}

/// Other times for a session.
pub fn reschedule(id: SessionId) -> String {
    format!("/sessions/{id}/reschedule")
}

/// Where somebody is reported or blocked; with the session in which it became necessary, where there is one.
pub fn safety(about: UserId, session: Option<SessionId>) -> String {
    match session {
        Some(session) => format!("/safety/{about}?{SESSION}={session}"),
        None => format!("/safety/{about}"),
    }
}

/// A session as a file for calendar programs; no page.
pub fn calendar_file(id: SessionId) -> String {
    format!("/api/sessions/{id}/calendar.ics")
}

/// Who was there, as a table; no page.
pub fn attendance_table(id: SessionId) -> String {
    format!("/api/sessions/{id}/attendance.csv")
}

/// A copy of the reader's data; no page.
pub fn data_export(id: DataExportId) -> String {
    format!("/account/data/{id}")
}

/// The meeting. Links to it carry `rel="external"`: it is a program of its own.
pub fn meeting(id: SessionId) -> String {
    format!("/meeting/{id}")
}

/// Whether a path is the meeting's: one segment follows, as the route has it.
pub fn is_meeting(path: &str) -> bool {
    path.strip_prefix("/meeting/")
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest))
        .is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// The dashboard with the card of the session that was just left on top.
pub fn left(id: SessionId, reason: LeaveReason) -> String {
    let why = reason.as_str();
    format!("{DASHBOARD}?{LEFT}={id}&{WHY}={why}")
}

/// Some pages of the lists of one's sessions.
pub fn dashboard(pages: ListPages) -> String {
    let ListPages { upcoming, past } = pages;
    format!("{DASHBOARD}?{UPCOMING_PAGE}={upcoming}&{PAST_PAGE}={past}")
}

/// `form` (sign-in or sign-up) that leads to `path` afterwards.
pub fn with_callback(form: &str, path: &ReturnPath) -> String {
    // `ReturnPath` allows no character beyond these that means something inside a query.
    let escaped: String = path
        .as_str()
        .chars()
        .map(|c| match c {
            '%' => "%25".to_owned(),
            '&' => "%26".to_owned(),
            '+' => "%2B".to_owned(),
            '=' => "%3D".to_owned(),
            '?' => "%3F".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("{form}?{CALLBACK}={escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_about_people_is_private() {
        for path in [
            "/dashboard",
            "/mentors",
            "/mentors/1",
            "/sessions/1",
            "/book/1",
            "/availability",
            "/account",
            "/mentor-profile",
            "/admin/mentors",
            "/meeting/x",
        ] {
            assert!(is_private(path), "{path}");
        }
        for path in ["/", "/auth/signin", "/auth/signup", "/mentorship", "/pkg/x"] {
            assert!(!is_private(path), "{path}");
        }
        assert!(is_admin("/admin") && is_admin("/admin/notifications"));
        assert!(!is_admin("/administer"));
    }

    #[test]
    fn only_one_segment_is_a_meeting() {
        assert!(is_meeting("/meeting/x") && is_meeting("/meeting/x/"));
        for path in ["/meeting", "/meeting/", "/meeting/x/y", "/meetings/x", "/"] {
            assert!(!is_meeting(path), "{path}");
        }
    }

    #[test]
    fn a_callback_survives_the_query() {
        let path = ReturnPath::parse("/dashboard?left=1&why=left").expect("own path");
        assert_eq!(
            with_callback(SIGN_IN, &path),
            "/auth/signin?callbackUrl=/dashboard%3Fleft%3D1%26why%3Dleft"
        );
    }
}
