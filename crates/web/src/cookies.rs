//! Cookies: read one, write one, forget one.
//!
//! Spec: RFC 6265bis §4.1 and §5.4 (the `__Host-` prefix). A cookie here is always HttpOnly and SameSite=Lax; over
//! https it also is Secure and carries the prefix, so that no other host of the domain can plant or read it. On
//! plain http, which is permitted on this very machine and in `--lan` alone, browsers would refuse the prefix.
//! Left out: other attributes; nothing here needs `Domain`.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// Which of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// A signed-in browser's secret.
    Session,
    /// What a form's hidden field is bound to.
    Form,
    /// The language somebody chose at the foot of a page. Set by that alone.
    Language,
}

impl Cookie {
    /// Its name over https, and over permitted plain http.
    pub fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-session",
            (Self::Session, false) => "session",
            (Self::Form, true) => "__Host-form",
            (Self::Form, false) => "form",
            (Self::Language, true) => "__Host-lang",
            (Self::Language, false) => "lang",
        }
    }

    /// Its value, if it came exactly once: of two, one was planted, and nobody knows which.
    pub fn read(self, headers: &HeaderMap, https: bool) -> Option<&str> {
        let name = self.name(https);
        let mut found = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let value = found.next()?;
        (found.next().is_none() && !value.is_empty()).then_some(value)
    }

    /// Adds it to an answer. `value` holds letters, digits, `-` and `_` only; `seconds` of `None` lasts as long as
    /// the browser runs.
    pub fn set(self, headers: &mut HeaderMap, https: bool, value: &str, seconds: Option<i64>) {
        let secure = if https { "; Secure" } else { "" };
        let age = seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(https));
        if let Ok(mut line) = HeaderValue::from_str(&line) {
            line.set_sensitive(true);
            headers.append(SET_COOKIE, line);
        }
    }

    /// Tells the browser to forget it.
    pub fn forget(self, headers: &mut HeaderMap, https: bool) {
        self.set(headers, https, "", Some(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).expect("a header"))])
    }

    #[test]
    fn reads_the_one_that_is_there_once() {
        assert_eq!(Cookie::Session.read(&sent("a=b; session=xyz; c"), false), Some("xyz"));
        assert_eq!(Cookie::Session.read(&sent("__Host-session=xyz"), true), Some("xyz"));
        // The name without the prefix could have been planted by a neighbour, or over plain http.
        assert_eq!(Cookie::Session.read(&sent("session=xyz"), true), None);
        assert_eq!(Cookie::Session.read(&sent("session=a; session=b"), false), None);
        assert_eq!(Cookie::Session.read(&sent("session="), false), None);
        assert_eq!(Cookie::Session.read(&HeaderMap::new(), false), None);
    }

    #[test]
    fn attack_82_cookies_are_prefixed_secure_and_out_of_reach_of_scripts() {
        let mut headers = HeaderMap::new();
        Cookie::Session.set(&mut headers, true, "abc", Some(60));
        assert_eq!(headers[SET_COOKIE], "__Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
        let mut headers = HeaderMap::new();
        Cookie::Form.forget(&mut headers, false);
        assert_eq!(headers[SET_COOKIE], "form=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(!format!("{headers:?}").contains("form="), "a cookie is not printed");
    }
}
