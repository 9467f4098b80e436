//! Where the pages are, so that a view and its handler agree.

use crate::links::encoded;

/// A member's own page: inviting, and the list of invitations. POST makes one.
pub const ME: &str = "/me";
/// Signing in: GET the form, POST it.
pub const SIGN_IN: &str = "/me/sign-in";
/// Signing out: POST only.
pub const SIGN_OUT: &str = "/me/sign-out";
/// Changing the password: GET the form, POST it.
pub const PASSWORD: &str = "/me/password";

/// Where a member is signed in.
pub const DEVICES: &str = "/me/devices";
/// Signing one of them out: POST only.
pub const END_DEVICE: &str = "/me/devices/end";
/// Signing all others out: POST only.
pub const END_OTHERS: &str = "/me/devices/end-others";
/// Leaving for good: GET the question, POST it.
pub const LEAVE: &str = "/me/leave";

/// The console's overview.
pub const ADMIN: &str = "/admin";
/// Typing the password again before something that matters.
pub const AGAIN: &str = "/admin/again";
/// The console's invitations.
pub const INVITES: &str = "/admin/invites";
/// Making an invitation in the console.
pub const NEW_INVITE: &str = "/admin/invites/new";
/// Links for a list of people.
pub const IMPORT: &str = "/admin/invites/import";
/// Doing the same to several invitations.
pub const SEVERAL: &str = "/admin/invites/several";
/// The links of several invitations.
pub const BATCH: &str = "/admin/invites/batch";
/// The same as a file.
pub const BATCH_FILE: &str = "/admin/invites/batch.csv";
/// The same to be printed.
pub const SHEET: &str = "/admin/invites/sheet";
/// Everybody with an account.
pub const PEOPLE: &str = "/admin/people";
/// The groups.
pub const GROUPS: &str = "/admin/groups";
/// How the place is set up.
pub const SETTINGS: &str = "/admin/settings";

/// Keys for programs.
pub const KEYS: &str = "/admin/keys";
/// Making one.
pub const NEW_KEY: &str = "/admin/keys/new";

/// One invitation in the console, or with `act` one thing to be done with it.
pub fn console_invitation(id: &str, act: &str) -> String {
    format!("/admin/invites/{id}{act}")
}

/// One person's page in the console, or with `act` one thing to be done there. The name travels in the query, since a
/// name may hold what a path may not.
pub fn person(act: &str, name: &str) -> String {
    format!("/admin/person{act}?name={}", encoded(name))
}

/// One group's page in the console, as [`person`].
pub fn group(act: &str, name: &str) -> String {
    format!("/admin/group{act}?name={}", encoded(name))
}

/// A path with the pairs that hold something as its query.
pub fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(name);
        out.push('=');
        out.push_str(&encoded(value));
    }
    out
}

/// The page of a place for whoever comes without an invitation.
pub const HOME: &str = "/";
/// Making an account without an invitation, where that is allowed.
pub const JOIN: &str = "/register";
/// The place's picture.
pub const LOGO: &str = "/logo";
/// The picture of the preview card.
pub const CARD: &str = "/card.png";

/// How to set up an app for an invitation.
pub fn app(token: &str, app: &str) -> String {
    format!("/i/{token}/app/{app}")
}

/// An app's picture.
pub fn app_picture(app: &str) -> String {
    format!("/app/{app}/picture")
}

/// An invitation's landing page.
pub fn landing(token: &str) -> String {
    format!("/i/{token}")
}

/// The form that makes an account from an invitation.
pub fn register(token: &str) -> String {
    format!("/i/{token}/register")
}

/// The form that sets a new password from a reset link.
pub fn reset(token: &str) -> String {
    format!("/i/{token}/reset")
}

/// One of the signed-in member's invitations, shown with its link.
pub fn invitation(id: &str) -> String {
    format!("/me/invites/{id}")
}

/// One of the signed-in member's invitations, to be printed.
pub fn print(id: &str) -> String {
    format!("/me/invites/{id}/print")
}

/// The question before an invitation is taken back, and where its answer is posted.
pub fn revoke(id: &str) -> String {
    format!("/me/invites/{id}/revoke")
}

/// Where the wish for a longer life is posted.
pub fn extend(id: &str) -> String {
    format!("/me/invites/{id}/extend")
}

/// Where the wish for a new link in an older one's place is posted.
pub fn renew(id: &str) -> String {
    format!("/me/invites/{id}/renew")
}
