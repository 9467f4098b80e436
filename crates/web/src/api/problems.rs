//! Every word for what can go wrong, with what it means: a problem's `code`, and the end of its `type`.
//!
//! Spec: RFC 9457 §3.1.1 (types that can be looked up).

/// A word that stays, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The word.
    pub code: &'static str,
    /// What it means, and what helps.
    pub meaning: &'static str,
}

const fn kind(code: &'static str, meaning: &'static str) -> Kind {
    Kind { code, meaning }
}

/// All there are, by the alphabet. A word is never given another meaning.
pub const KINDS: &[Kind] = &[
    kind("account-deleted", "The account is deleted. Restore it first."),
    kind("backup-failed", "The backup was not written; the title says why."),
    kind("bad-change", "An invite is changed in one way at a time, and in a way there is."),
    kind("bad-cursor", "The cursor is not one this list gave. Begin at the first page."),
    kind("bad-domain", "That is not a domain."),
    kind("bad-expiry", "That is no span of time, or one that is not taken here."),
    kind("bad-group-name", "A group's name is empty, too long, or has characters it may not have."),
    kind("bad-idempotency-key", "An Idempotency-Key has 1 to 255 visible characters."),
    kind("bad-key", "The key opens nothing here: wrong, withdrawn, run out, or of another host."),
    kind("bad-key-name", "A key's name is empty, too long, or has characters it may not have."),
    kind("bad-kind", "There is no such kind of invite."),
    kind("bad-max-uses", "An invite cannot have so many uses."),
    kind("bad-name", "Nobody can have that name."),
    kind("bad-option", "An option of a host does not have such a value."),
    kind("bad-password", "That password is not taken; the title says why."),
    kind("bad-public-url", "A public_url looks like https://chat.example.org"),
    kind("bad-query", "The query has a field this call does not take, or a value it cannot read."),
    kind("bad-role", "There is no such role, or not for this."),
    kind("bad-scope", "There is no such scope."),
    kind("bad-state", "There is no such state."),
    kind("busy", "The server has too much to do. Again in a moment; see Retry-After."),
    kind("disk-full", "The server's disk is full; nothing was changed."),
    kind("erased", "The account was deleted too long ago to be restored."),
    kind("forbidden", "This is not allowed."),
    kind("gone", "It was here, and is not any more."),
    kind("group-exists", "There is a group of that name."),
    kind("host-configured", "The host stands in the configuration file; change it there."),
    kind("host-exists", "The host is served already."),
    kind("host-not-empty", "The host has accounts. Only one without is removed."),
    kind("https-needed", "Keys and passwords travel by https only."),
    kind("idempotency-key-reused", "The Idempotency-Key came with another request within a day. Take a new one."),
    kind("invite-dead", "The invite is used up, so there is nothing to change about it."),
    kind("key-needed", "Send a key: Authorization: Bearer KEY."),
    kind("last-owner", "The host would be left without an owner."),
    kind("malformed-body", "The body is not what this call takes; the title names the field."),
    kind("malformed-request", "The request was not understood."),
    kind("method-not-allowed", "This address does not know that method; see Allow."),
    kind("name-promised", "An open invite promises that name to somebody."),
    kind("name-taken", "Somebody has that name, or had it."),
    kind("no-backups", "The server keeps nothing on a disk."),
    kind("no-contact", "Say whose contact the invite is for: contact_of."),
    kind("no-such-account", "There is no such account."),
    kind("no-such-group", "There is no such group."),
    kind("no-such-host", "The host is not served here, or the key is not good for it."),
    kind("no-such-invite", "There is no such invite."),
    kind("no-such-key", "There is no such key."),
    kind("not-allowed", "The role that asks may not do this."),
    kind("not-deleted", "The account is not deleted, so there is nothing to restore."),
    kind("not-found", "There is nothing at this address."),
    kind("nothing-to-change", "The request asks for no change."),
    kind("operator-needed", "Only whoever reaches the server's own socket does this."),
    kind("option-locked", "The configuration file sets that option, and wins. Change it there."),
    kind("owned", "The host has an owner, so there is no owner link any more."),
    kind("registration-closed", "The host takes no new accounts."),
    kind("relative-path", "Name the file by its whole path."),
    kind("role-too-high", "Nobody grants a role above their own."),
    kind("scope-needed", "The key is not good for this; the title names the scope."),
    kind("server-fault", "Our fault. The server's log has the request's number."),
    kind("too-large", "The body is too large."),
    kind("too-long", "A text is too long; the title names the field."),
    kind("too-many-groups", "An invite cannot name so many groups."),
    kind("too-many-invites", "So many invites are not changed in one call."),
    kind("too-many-keys", "The host has as many keys as it can."),
    kind("too-many-open", "So many invites are open already."),
    kind("too-many-requests", "Too many tries. Wait as long as Retry-After says."),
    kind("too-many-today", "So many invites were made within a day."),
    kind("too-slow", "The body took too long to arrive."),
    kind("two-passwords", "Send password or new_password, not both."),
    kind("wrong-host", "No host of this server has the name in the Host header."),
    kind("wrong-media-type", "Send the body as application/json."),
];

/// Where a word is explained: the `type` of a problem.
pub(crate) fn address(code: &str) -> String {
    format!("{}#{code}", super::access::PROBLEMS)
}

/// `GET /api/problems`: all of them, for people.
pub(crate) async fn page() -> axum::response::Response {
    use axum::http::header::CONTENT_TYPE;
    use axum::response::IntoResponse as _;
    let text: String = KINDS.iter().map(|kind| format!("{}\n    {}\n", kind.code, kind.meaning)).collect();
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// What a word means, if there is such a word.
pub fn meaning(code: &str) -> Option<&'static str> {
    KINDS.binary_search_by(|kind| kind.code.cmp(code)).ok().map(|at| KINDS[at].meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_once_and_found() {
        assert!(KINDS.is_sorted_by(|a, b| a.code < b.code));
        for kind in KINDS {
            assert_eq!(meaning(kind.code), Some(kind.meaning));
            assert!(kind.meaning.ends_with(['.', 'g']), "{kind:?}");
        }
    }
}
