//! Pictures an operator lays beside the configuration: a place's logo, an app's icon. Read once, small, and of three
//! kinds; an SVG opened by itself runs nothing.
//!
//! Spec: PNG (W3C, §5.2 signature), WebP (RFC 9649 §2.3), SVG 1.1; Content Security Policy Level 3 (sandbox).

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;

const SVG: &str = "image/svg+xml";

/// A picture's bytes and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    kind: &'static str,
    bytes: Bytes,
}

/// Why a file is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Its name leads somewhere else, or says another kind of file.
    #[error("{name:?} is not a picture's name: letters, digits, '-', '_' and '.', ending in .svg, .png or .webp")]
    Name {
        /// As written.
        name: String,
    },
    /// It cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It is too big to be part of a page.
    #[error("{} has more than {most} bytes", path.display())]
    TooBig {
        /// The file.
        path: PathBuf,
        /// How many it may have.
        most: usize,
    },
    /// What is in it is not what its name says.
    #[error("{} is not what its name says", path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
    },
}

/// Whether `name` is a picture's name and nothing else: no folder, no hidden file.
pub fn is_name(name: &str) -> bool {
    kind_of(name).is_some()
}

fn kind_of(name: &str) -> Option<&'static str> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) && !name.starts_with('.');
    let (stem, ending) = name.rsplit_once('.')?;
    if !plain || stem.is_empty() || name.len() > 100 {
        return None;
    }
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Some(SVG),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}

impl Picture {
    /// Reads `name` in `folder`.
    ///
    /// # Errors
    /// [`PictureError`] says what to mend.
    pub fn read(folder: &Path, name: &str, most: usize) -> Result<Self, PictureError> {
        let kind = kind_of(name).ok_or_else(|| PictureError::Name { name: name.to_owned() })?;
        let path = folder.join(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
        match read {
            Err(cause) => Err(PictureError::Unreadable { path, cause }),
            Ok(_) if bytes.len() > most => Err(PictureError::TooBig { path, most }),
            Ok(_) if !is_kind(kind, &bytes) => Err(PictureError::OtherKind { path }),
            Ok(_) => Ok(Self { kind, bytes: bytes.into() }),
        }
    }

    /// One that we drew ourselves.
    pub fn png(bytes: Vec<u8>) -> Self {
        Self { kind: "image/png", bytes: bytes.into() }
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// As an answer that a browser may keep for an hour.
    pub fn answer(&self) -> Response {
        let headers: [(HeaderName, HeaderValue); 2] = [
            (CONTENT_TYPE, HeaderValue::from_static(self.kind)),
            (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        ];
        let mut answer = (headers, self.bytes.clone()).into_response();
        if self.kind == SVG {
            // Opened by itself it is a document: it gets its own paint, and neither scripts nor our origin.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
            answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        answer
    }
}

fn is_kind(kind: &str, bytes: &[u8]) -> bool {
    match kind {
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/webp" => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        // Text with the element in it, after what may stand before: a declaration, a comment.
        _ => std::str::from_utf8(bytes).is_ok_and(|text| {
            let start = text.trim_start_matches('\u{feff}').trim_start();
            ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|s| start.starts_with(s)) && text.contains("<svg")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        for name in ["logo.svg", "choir-2026.PNG", "a.b.webp"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", ".svg", "..svg", "../logo.svg", "/etc/logo.svg", "a/b.png", "a\\b.png", "logo.gif", "logo", "l o.png"]
        {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn only_small_pictures_of_their_kind_are_taken() {
        let folder = std::env::temp_dir().join(format!("parlour-pictures-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("written");
        put("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
        put("b.png", b"\x89PNG\r\n\x1a\n....");
        put("c.webp", b"RIFF....WEBPVP8 ");
        for name in ["a.svg", "b.png", "c.webp"] {
            let answer = Picture::read(&folder, name, 100).expect(name).answer();
            let policy = answer.headers().get(CONTENT_SECURITY_POLICY).map(|p| p.to_str().expect("text"));
            assert_eq!(policy.is_some_and(|p| p.ends_with("; sandbox")), name.ends_with("svg"), "{name}");
            assert!(matches!(Picture::read(&folder, name, 5), Err(PictureError::TooBig { .. })));
        }
        put("d.svg", b"<html><script>alert(1)</script></html>");
        put("e.png", b"<svg/>");
        put("f.webp", b"RIFF");
        for name in ["d.svg", "e.png", "f.webp"] {
            assert!(matches!(Picture::read(&folder, name, 100), Err(PictureError::OtherKind { .. })), "{name}");
        }
        assert!(matches!(Picture::read(&folder, "g.png", 100), Err(PictureError::Unreadable { .. })));
        assert!(matches!(Picture::read(&folder, "../a.svg", 100), Err(PictureError::Name { .. })));
        std::fs::remove_dir_all(&folder).expect("gone");
    }
}
