//! Where the pages are, so that a view and its handler agree.

/// A member's own page: inviting, and the list of invitations. POST makes one.
pub const ME: &str = "/me";
/// Signing in: GET the form, POST it.
pub const SIGN_IN: &str = "/me/sign-in";
/// Signing out: POST only.
pub const SIGN_OUT: &str = "/me/sign-out";
/// Changing the password: GET the form, POST it.
pub const PASSWORD: &str = "/me/password";

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

/// The question before an invitation is taken back, and where its answer is posted.
pub fn revoke(id: &str) -> String {
    format!("/me/invites/{id}/revoke")
}
