//! The table of languages, and one language's parsed texts.

use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::{Value, WordsError};

/// Every language the house speaks. The first is the fallback and has every text.
pub const LANGUAGES: &[Source] = &[
    Source {
        tag: "en",
        own_name: "English",
        direction: Direction::LeftToRight,
        files: &[
            ("dates.ftl", include_str!("../texts/en/dates.ftl")),
            ("pages.ftl", include_str!("../texts/en/pages.ftl")),
            ("me.ftl", include_str!("../texts/en/me.ftl")),
            ("admin.ftl", include_str!("../texts/en/admin.ftl")),
            ("chat.ftl", include_str!("../texts/en/chat.ftl")),
        ],
    },
    Source {
        tag: "de",
        own_name: "Deutsch",
        direction: Direction::LeftToRight,
        files: &[
            ("dates.ftl", include_str!("../texts/de/dates.ftl")),
            ("pages.ftl", include_str!("../texts/de/pages.ftl")),
            ("me.ftl", include_str!("../texts/de/me.ftl")),
            ("admin.ftl", include_str!("../texts/de/admin.ftl")),
            ("chat.ftl", include_str!("../texts/de/chat.ftl")),
        ],
    },
    Source {
        tag: "fr",
        own_name: "Français",
        direction: Direction::LeftToRight,
        files: &[
            ("dates.ftl", include_str!("../texts/fr/dates.ftl")),
            ("pages.ftl", include_str!("../texts/fr/pages.ftl")),
            ("me.ftl", include_str!("../texts/fr/me.ftl")),
            ("chat.ftl", include_str!("../texts/fr/chat.ftl")),
            ("admin.ftl", include_str!("../texts/fr/admin.ftl")),
        ],
    },
    Source {
        tag: "es",
        own_name: "Español",
        direction: Direction::LeftToRight,
        files: &[
            ("dates.ftl", include_str!("../texts/es/dates.ftl")),
            ("pages.ftl", include_str!("../texts/es/pages.ftl")),
            ("me.ftl", include_str!("../texts/es/me.ftl")),
            ("chat.ftl", include_str!("../texts/es/chat.ftl")),
            ("admin.ftl", include_str!("../texts/es/admin.ftl")),
        ],
    },
    Source {
        tag: "ar",
        own_name: "العربية",
        direction: Direction::RightToLeft,
        files: &[
            ("dates.ftl", include_str!("../texts/ar/dates.ftl")),
            ("pages.ftl", include_str!("../texts/ar/pages.ftl")),
            ("me.ftl", include_str!("../texts/ar/me.ftl")),
            ("chat.ftl", include_str!("../texts/ar/chat.ftl")),
            ("admin.ftl", include_str!("../texts/ar/admin.ftl")),
        ],
    },
];

/// Where a language's texts come from.
#[derive(Debug)]
pub struct Source {
    /// The primary language subtag, lower case.
    pub tag: &'static str,
    /// What its speakers call it.
    pub own_name: &'static str,
    /// Which way it runs.
    pub direction: Direction,
    /// File name and content.
    pub files: &'static [(&'static str, &'static str)],
}

/// Which way a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Latin, Cyrillic and most others.
    LeftToRight,
    /// Arabic, Hebrew.
    RightToLeft,
}

/// One language's texts.
pub(crate) struct Catalogue {
    source: &'static Source,
    isolating: FluentBundle<FluentResource>,
    plain: FluentBundle<FluentResource>,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Catalogue").field(&self.source.tag).finish()
    }
}

impl Catalogue {
    pub(crate) fn parse(source: &'static Source) -> Result<Self, WordsError> {
        Ok(Self { source, isolating: bundle(source, true)?, plain: bundle(source, false)? })
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.source.tag
    }

    pub(crate) fn own_name(&self) -> &'static str {
        self.source.own_name
    }

    pub(crate) fn direction(&self) -> Direction {
        self.source.direction
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.plain.has_message(id)
    }

    /// A hole without a value shows as `{$name}`: visible, and never a reason to fail a page.
    pub(crate) fn text(&self, id: &str, args: &[(&str, Value<'_>)], isolate: bool) -> Option<String> {
        let bundle = if isolate { &self.isolating } else { &self.plain };
        let pattern = bundle.get_message(id)?.value()?;
        let mut holes = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            holes.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, Some(&holes), &mut errors).into_owned())
    }
}

fn bundle(source: &'static Source, isolate: bool) -> Result<FluentBundle<FluentResource>, WordsError> {
    let id: LanguageIdentifier = source.tag.parse().map_err(|_| WordsError::Tag { tag: source.tag })?;
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(isolate);
    for (file, text) in source.files {
        let fault = |reason: String| WordsError::File { tag: source.tag, file, reason };
        let resource =
            FluentResource::try_new((*text).to_owned()).map_err(|(_, errors)| fault(format!("{errors:?}")))?;
        bundle.add_resource(resource).map_err(|errors| fault(format!("{errors:?}")))?;
    }
    Ok(bundle)
}
