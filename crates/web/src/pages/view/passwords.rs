//! Signing in, and the two ways to a new password: from the old one, and from a reset link.

use super::{FormProblem, PasswordError, Site};
use crate::pages::paths;

/// `GET` and failed `POST /me/sign-in`. Fields sent: `csrf`, `name`, `password`, `next`.
#[derive(askama::Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The name typed before.
    pub name: &'a str,
    /// Name and password don't go together; never which.
    pub wrong: bool,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
    /// The path to go to afterwards, if it is not `/me`.
    pub next: Option<&'a str>,
}

impl SignIn<'_> {
    fn action(&self) -> &'static str {
        paths::SIGN_IN
    }
}

/// `GET` and failed `POST /me/password`. Fields sent: `csrf`, `current`, `password`.
#[derive(askama::Template)]
#[template(path = "change_password.html")]
pub struct ChangePassword<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The account's address, for password managers.
    pub address: &'a str,
    /// The current password was not right.
    pub current_wrong: bool,
    /// What is wrong with the new one.
    pub password_error: Option<PasswordError>,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
}

impl ChangePassword<'_> {
    fn action(&self) -> &'static str {
        paths::PASSWORD
    }

    fn me(&self) -> &'static str {
        paths::ME
    }

    fn has_errors(&self) -> bool {
        self.current_wrong || self.password_error.is_some() || self.problem.is_some()
    }
}

/// `GET` and failed `POST /i/TOKEN/reset`. Fields sent: `csrf`, `password`.
#[derive(askama::Template)]
#[template(path = "reset.html")]
pub struct ResetPassword<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// Where the form is posted: this page's own path.
    pub action: &'a str,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The account's address.
    pub address: &'a str,
    /// What is wrong with the new password.
    pub password_error: Option<PasswordError>,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
}

impl ResetPassword<'_> {
    fn has_errors(&self) -> bool {
        self.password_error.is_some() || self.problem.is_some()
    }
}

/// The answer to a reset that went well.
#[derive(askama::Template)]
#[template(path = "reset_done.html")]
pub struct ResetDone<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The account's address.
    pub address: &'a str,
    /// The password, if we made it: shown this once.
    pub password: Option<&'a str>,
}

impl ResetDone<'_> {
    fn file(&self, password: &str) -> String {
        let args = [("site", self.site.name.into()), ("address", self.address.into()), ("password", password.into())];
        super::success::saved(&self.site.lang.plain().text("password-file", &args))
    }

    fn sign_in(&self) -> &'static str {
        paths::SIGN_IN
    }
}
