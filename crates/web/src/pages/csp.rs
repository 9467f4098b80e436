//! What a browser may load and do on our pages: nothing but what stands in them.
//!
//! Spec: Content Security Policy Level 3, §2.3.1 (hash sources). The stylesheet, the console's own, and the one script are
//! part of the pages and named by their hash, so no injected text can run or paint.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::view::{SCRIPT, STYLE, admin, sheet};

/// The value of the `Content-Security-Policy` header of a page whose host has no style of its own.
pub fn csp() -> &'static HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| with(None));
    &POLICY
}

/// The same with a host's own style.
pub fn with(own: Option<&str>) -> HeaderValue {
    let styles = [Some(STYLE), Some(admin::STYLE), Some(sheet::STYLE), own]
        .into_iter()
        .flatten()
        .map(|style| format!(" '{}'", hash(style)));
    let policy = format!(
        "default-src 'none'; style-src{}; script-src '{}'; img-src 'self' data:; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
        styles.collect::<String>(),
        hash(SCRIPT),
    );
    HeaderValue::from_str(&policy).expect("base64 and ASCII words are a header's value")
}

/// The value of the `Referrer-Policy` header of every page: nothing leaves for other sites, and our own forms
/// still get a true `Origin`, which `no-referrer` would turn into `null`.
pub const REFERRER_POLICY: &str = "same-origin";

/// A hash source for a style or script.
pub fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_72_nothing_is_allowed_that_is_not_named() {
        let policy = csp().to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe"));
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        // Of the empty string, a known value: the hash is the one browsers compute.
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
