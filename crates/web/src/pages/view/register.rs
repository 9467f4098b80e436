//! Choosing a name and a password: the form behind an invitation, and the owner's.
//!
//! Fields sent: `csrf`, `name`, `password`, `app` where one was chosen, `pick` when one of the suggested names was
//! pressed (then the form comes back with that name and without errors, since nothing else was meant to happen), and
//! `make` when we are asked for a password. A typed password is never sent back.

use super::{FormProblem, NameError, PasswordError, Site, initial};

/// `GET` and failed `POST /i/TOKEN/register`.
#[derive(askama::Template)]
#[template(path = "register.html")]
pub struct Register<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The form becomes the first owner's.
    pub owner: bool,
    /// Where the form is posted: this page's own path.
    pub action: &'a str,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The inviter's display name, if they become a contact.
    pub inviter: Option<&'a str>,
    /// What follows the name in the address: "chat.example.org".
    pub address_host: &'a str,
    /// The name typed before, suggested or reserved; empty if none.
    pub name: &'a str,
    /// The invitation is for `name` alone.
    pub name_fixed: bool,
    /// What is wrong with the name.
    pub name_error: Option<NameError>,
    /// Names that are free, for one that is taken.
    pub suggestions: &'a [String],
    /// What is wrong with the password.
    pub password_error: Option<PasswordError>,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
    /// The app that was chosen before, by its id.
    pub app: Option<&'a str>,
}

impl Register<'_> {
    fn title(&self) -> String {
        match (self.owner, self.name_fixed) {
            (true, _) => self.site.named("owner-title"),
            (false, true) => self.site.t("register-title-fixed"),
            (false, false) => self.site.t("register-title"),
        }
    }

    /// Who waits on the other side: the inviter, else the place.
    fn avatar(&self) -> String {
        self.inviter.map_or_else(|| self.site.initial(), initial)
    }

    /// The place's picture, where nobody in particular waits.
    fn logo(&self) -> Option<String> {
        self.site.logo().filter(|_| self.inviter.is_none())
    }

    /// The line that says what this leads to.
    fn intro(&self) -> String {
        match self.inviter {
            _ if self.owner => self.site.t("owner-intro"),
            Some(inviter) => {
                let args = [("site", self.site.name.into()), ("inviter", inviter.into())];
                self.site.lang.text("register-for-inviter", &args)
            }
            None => self.site.named("register-for"),
        }
    }

    fn submit(&self) -> String {
        self.site.t(if self.owner { "owner-submit" } else { "register-submit" })
    }

    fn has_errors(&self) -> bool {
        self.name_error.is_some() || self.password_error.is_some() || self.problem.is_some()
    }
}
