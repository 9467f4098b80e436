//! Every sentence a person reads (pages, command line, what XMPP sends), in that person's language.
//!
//! Texts are Fluent files under `texts/<tag>/`, compiled in and parsed once. English is complete and is what
//! any gap in another language falls back to; a test lists the gaps. To add a language: a folder, and one line
//! in [`catalogue::LANGUAGES`].
//!
//! Left out: region variants (`pt-BR` is answered with `pt`), numbers in other digits.

mod accept;
pub mod catalogue;
mod dates;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use catalogue::{Catalogue, Direction};
pub use fluent_bundle::FluentValue as Value;

/// All languages, parsed.
#[derive(Debug)]
pub struct Words {
    /// The first one is English, the fallback.
    languages: Vec<Catalogue>,
}

/// Why the compiled-in texts could not be loaded. Only a programming mistake causes one.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// A tag in the language table is no language tag.
    #[error("language tag {tag:?} is malformed")]
    Tag {
        /// The tag as written in the table.
        tag: &'static str,
    },
    /// A file has a syntax error, or defines a text twice.
    #[error("texts/{tag}/{file}: {reason}")]
    File {
        /// The language the file belongs to.
        tag: &'static str,
        /// The file's name.
        file: &'static str,
        /// What the Fluent parser said.
        reason: String,
    },
}

impl Words {
    /// The one copy that the process shares, parsed on first use.
    ///
    /// # Panics
    /// When a compiled-in text is malformed, which a test of this crate rules out.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Words> =
            LazyLock::new(|| Words::load().expect("the compiled-in texts parse: a test says so"));
        &SHARED
    }

    /// Parses the compiled-in texts.
    ///
    /// # Errors
    /// [`WordsError`] names the file that is malformed.
    pub fn load() -> Result<Self, WordsError> {
        let languages = catalogue::LANGUAGES.iter().map(Catalogue::parse).collect::<Result<_, _>>()?;
        Ok(Self { languages })
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); English where nothing fits.
    pub fn for_languages(&'static self, accept_language: &str) -> Lang {
        accept::ranges(accept_language).find_map(|range| self.language(range)).unwrap_or_else(|| self.english())
    }

    /// The best language for an `Accept-Language` header among those `offered`; `None` where none fits.
    pub fn preferred(&'static self, accept_language: &str, offered: impl Fn(Lang) -> bool) -> Option<Lang> {
        accept::ranges(accept_language).filter_map(|range| self.language(range)).find(|lang| offered(*lang))
    }

    /// The language with this tag, compared without case and without its region: `de-AT` finds `de`.
    pub fn language(&'static self, tag: &str) -> Option<Lang> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let catalogue = self.languages.iter().find(|c| c.tag().eq_ignore_ascii_case(primary))?;
        Some(self.lang(catalogue))
    }

    /// English, which has every text.
    pub fn english(&'static self) -> Lang {
        self.lang(&self.languages[0])
    }

    /// Each language there is, English first, for a page's language picker.
    pub fn all(&'static self) -> impl Iterator<Item = Lang> {
        self.languages.iter().map(|catalogue| self.lang(catalogue))
    }

    fn lang(&'static self, catalogue: &'static Catalogue) -> Lang {
        Lang { words: self, catalogue, isolate: true }
    }
}

/// One language, as cheap to copy as a reference.
#[derive(Clone, Copy)]
pub struct Lang {
    words: &'static Words,
    catalogue: &'static Catalogue,
    isolate: bool,
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lang").field("tag", &self.tag()).field("isolate", &self.isolate).finish()
    }
}

impl Lang {
    /// The same language without bidi isolation marks around what is inserted: for the command line, for XMPP
    /// and wherever text is copied or compared. Pages keep the marks, so that an Arabic name inside an English
    /// sentence does not turn the sentence round.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { isolate: false, ..self }
    }

    /// The language tag (BCP 47), as an HTML `lang` or an `xml:lang` wants it.
    pub fn tag(self) -> &'static str {
        self.catalogue.tag()
    }

    /// `ltr` or `rtl`, as an HTML `dir` wants it.
    pub fn dir(self) -> &'static str {
        match self.catalogue.direction() {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }

    /// What speakers call the language: "Deutsch".
    pub fn own_name(self) -> &'static str {
        self.catalogue.own_name()
    }

    /// The text `id` with its holes filled. A text missing in this language comes in English; a text that
    /// English lacks too shows its id, which the tests of the crates that use it rule out.
    pub fn text(self, id: &str, args: &[(&str, Value<'_>)]) -> String {
        self.catalogue
            .text(id, args, self.isolate)
            .or_else(|| self.words.languages[0].text(id, args, self.isolate))
            .unwrap_or_else(|| id.to_owned())
    }

    /// Whether `id` exists, here or in English.
    pub fn has(self, id: &str) -> bool {
        self.catalogue.has(id) || self.words.languages[0].has(id)
    }
}
