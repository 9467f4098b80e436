//! The pages themselves: plain facts in, one HTML document out. No act, no IO, no clock.
//!
//! Handlers fill one of these structs and send what [`Page::html`] gives, with the header of [`super::csp::csp`].
//! Every value is escaped by the templates; every address has passed [`crate::links`].
//! Left out: a picture for preview cards and an operator's own colour.

pub mod admin;
mod dead;
mod devices;
mod fields;
mod home;
mod invitation;
mod landing;
mod me;
mod passwords;
mod problem;
mod register;
mod setup;
pub mod sheet;
mod site;
mod success;
#[cfg(test)]
mod tests;

pub use dead::{Dead, DeadLink};
pub use devices::{Browser, ChatApp, Devices, Here, Leave, Left};
pub use fields::{FormProblem, NameError, PasswordError};
pub use home::Home;
pub use invitation::{Happened, Invitation, Line, Revoke, Unchanged};
pub use landing::{Landing, LandingKind};
pub use me::{
    Allowance, InviteForm, InviteKind, InviteState, KeptNameError, Me, NOTE_MAX, Notice, OwnInvite, REMINDER_MAX,
};
pub use passwords::{ChangePassword, ResetDone, ResetPassword, SignIn};
pub use problem::{Problem, ProblemPage};
pub use register::Register;
pub use setup::Setup;
pub use sheet::{Sheet, Slips};
pub use site::Site;
pub use success::Success;

/// The one stylesheet, part of every page.
pub const STYLE: &str = include_str!("../style.css");
/// The one script, part of every page. Pages work without it.
pub const SCRIPT: &str = include_str!("../script.js");

/// A page that can be written out.
pub trait Page {
    /// The whole document.
    fn html(&self) -> String;
}

impl<T: askama::Template> Page for T {
    fn html(&self) -> String {
        self.render().expect("templates write into a String, and their values' Display never fails")
    }
}

/// What a chat app shows below a link that somebody posted. Everybody in that chat sees it, so it never
/// holds the inviter's hello.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    title: String,
    text: String,
    url: String,
    picture: String,
}

/// The letter inside the circle: the first letter or digit of a name, in upper case.
pub(crate) fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default()
}
