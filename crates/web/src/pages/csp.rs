//! What a browser may load and do on our pages: nothing but what stands in them.
//!
//! Spec: Content Security Policy Level 3, §2.3.1 (hash sources). The stylesheet, the console's own, and the one script are
//! part of the pages and named by their hash, so no injected text can run or paint.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::view::{SCRIPT, STYLE, admin};

/// The value of the `Content-Security-Policy` header of every page.
pub fn csp() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        format!(
            "default-src 'none'; style-src '{}' '{}'; script-src '{}'; img-src 'self' data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'",
            hash(STYLE),
            hash(admin::STYLE),
            hash(SCRIPT),
        )
    });
    &POLICY
}

/// The value of the `Referrer-Policy` header of every page: nothing leaves for other sites, and our own forms
/// still get a true `Origin`, which `no-referrer` would turn into `null`.
pub const REFERRER_POLICY: &str = "same-origin";

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_72_nothing_is_allowed_that_is_not_named() {
        let policy = csp();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe"));
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        // Of the empty string, a known value: the hash is the one browsers compute.
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
