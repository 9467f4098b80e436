//! The hidden field that proves a form came from us, to this browser, a short while ago, and for which invite.
//!
//! A signed double submit: the field is a MAC over the browser's form cookie, the session it belongs to, the host, the
//! invite and the time the form was made. Another site can send neither cookie nor field; another session's field
//! does not fit. As the time is signed, it is also the moment at which an invite was presented: its expiry is judged
//! by that, not by how fast a person types.
//!
//! Spec: none; the pattern is OWASP's "signed double-submit cookie".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parlour_domain::{HostName, Millis};
use sha2::Sha256;

/// How long a form is good for: 15 minutes. A name promised by an invite is kept as long past its expiry.
pub const FORM_LIFE: Millis = 15 * 60 * 1000;

/// What a form belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The host whose page it is.
    pub host: &'a HostName,
    /// The browser's form cookie.
    pub cookie: &'a str,
    /// The public label of the session it is shown in; empty for a guest.
    pub session: &'a str,
    /// The public id of the invite it redeems; empty for other forms.
    pub invite: &'a str,
}

/// What a field turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Ours, for this browser, made at that time.
    Good {
        /// When the form was made.
        at: Millis,
    },
    /// Ours, for this browser, but too old.
    Stale,
    /// Ours, for this browser, but of another invite's form.
    OtherInvite,
    /// Nobody's.
    Foreign,
}

/// Makes and checks fields.
#[derive(Clone)]
pub struct Csrf {
    key: [u8; 32],
}

impl std::fmt::Debug for Csrf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Csrf(***)")
    }
}

impl Csrf {
    /// With the server's key for forms, so that an open form survives a restart.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A form cookie's value from random bytes.
    pub fn cookie(random: [u8; 18]) -> String {
        URL_SAFE_NO_PAD.encode(random)
    }

    /// The field's value for a form made at `at`.
    pub fn field(&self, to: Binding<'_>, at: Millis) -> String {
        let mut bytes = at.to_be_bytes().to_vec();
        bytes.extend_from_slice(to.invite.as_bytes());
        bytes.extend_from_slice(&self.mac(to, at).finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a field that came back at `now` is.
    pub fn check(&self, to: Binding<'_>, field: &str, now: Millis) -> Field {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(field) else { return Field::Foreign };
        let Some((at, rest)) = bytes.split_first_chunk::<8>() else { return Field::Foreign };
        let Some((invite, mac)) = rest.split_last_chunk::<32>() else { return Field::Foreign };
        let Ok(invite) = std::str::from_utf8(invite) else { return Field::Foreign };
        let at = Millis::from_be_bytes(*at);
        // In constant time.
        if self.mac(Binding { invite, ..to }, at).verify_slice(mac).is_err() {
            return Field::Foreign;
        }
        if invite != to.invite {
            return Field::OtherInvite;
        }
        match now.saturating_sub(at) {
            0..=FORM_LIFE => Field::Good { at },
            // The clock was set back since: the field is ours and not old.
            i64::MIN..0 => Field::Good { at: now },
            _ => Field::Stale,
        }
    }

    fn mac(&self, to: Binding<'_>, at: Millis) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(LABEL);
        mac.update(&at.to_be_bytes());
        for part in [to.host.as_str(), to.cookie, to.session, to.invite] {
            // Lengths first, so that no border between two parts can be moved.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

const LABEL: &[u8] = b"parlour form field 1\0";

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_780_000_000_000;

    #[test]
    fn vector_71_attack_82_a_field_fits_one_browser_session_host_and_invite() {
        let csrf = Csrf::new([7; 32]);
        let (host, other) =
            (HostName::parse("a.example").expect("a domain"), HostName::parse("b.example").expect("a domain"));
        let to = Binding { host: &host, cookie: "c1", session: "s1", invite: "i1" };
        let field = csrf.field(to, NOW);
        assert_eq!(csrf.check(to, &field, NOW + 1), Field::Good { at: NOW });
        for wrong in [
            Binding { host: &other, ..to },
            Binding { cookie: "c2", ..to },
            Binding { session: "s2", ..to },
            Binding { session: "", ..to },
            Binding { cookie: "c1s", session: "1", ..to },
        ] {
            assert_eq!(csrf.check(wrong, &field, NOW + 1), Field::Foreign, "{wrong:?}");
        }
        assert_eq!(csrf.check(Binding { invite: "i2", ..to }, &field, NOW + 1), Field::OtherInvite);
        assert_eq!(Csrf::new([8; 32]).check(to, &field, NOW), Field::Foreign);
        for broken in ["", "AAAA", "not base64!", &field[1..], &field[..field.len() - 2]] {
            assert_eq!(csrf.check(to, broken, NOW), Field::Foreign, "{broken:?}");
        }
    }

    #[test]
    fn a_form_is_good_for_fifteen_minutes() {
        let csrf = Csrf::new([7; 32]);
        let host = HostName::parse("a.example").expect("a domain");
        let to = Binding { host: &host, cookie: "c", session: "", invite: "" };
        let field = csrf.field(to, NOW);
        assert_eq!(csrf.check(to, &field, NOW + FORM_LIFE), Field::Good { at: NOW });
        assert_eq!(csrf.check(to, &field, NOW + FORM_LIFE + 1), Field::Stale);
        assert_eq!(csrf.check(to, &field, NOW - 5), Field::Good { at: NOW - 5 }, "never later than now");
    }
}
