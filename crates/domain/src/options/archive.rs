//! What an operator can set about archives of messages, under Prosody's names.
//!
//! Messages stay unless somebody says otherwise: people look for what was said years ago, and space costs little (a line of
//! chat is half a kilobyte). A week, as Prosody has it, would lose what people count on; where the law or a habit wants a
//! limit, one line sets it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Span;
use crate::limits::DAY;

/// What is kept of messages, and for how long (`[archive]`, `[host.archive]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveOptions {
    /// Whose messages are kept where a member has not chosen in an app: `"always"`, `"never"`, or `"roster"` (only what is
    /// exchanged with contacts). Who is signed in goes by the new value after the next look-up, at the latest after the
    /// next start. Default: `"always"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_archive_policy: Option<ArchivePolicy>,
    /// How long messages are kept: at least a day (`"30d"`, `"1y"`), or `"never"` for no end. What still waits for its
    /// receiver's next visit waits on. Default: `"never"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive_expires_after: Option<Retention>,
    /// Messages an app gets in one go; it asks again for more. At most 250. Default: `50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_archive_query_results: Option<u32>,
}

impl ArchiveOptions {
    pub(super) fn over(&self, below: &Self) -> Self {
        Self {
            default_archive_policy: self.default_archive_policy.or(below.default_archive_policy),
            archive_expires_after: self.archive_expires_after.or(below.archive_expires_after),
            max_archive_query_results: self.max_archive_query_results.or(below.max_archive_query_results),
        }
    }
}

/// Whose messages are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArchivePolicy {
    /// Everybody's.
    #[default]
    Always,
    /// Nobody's.
    Never,
    /// Contacts'.
    Roster,
}

impl ArchivePolicy {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Roster => "roster",
        }
    }

    /// Reads a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Always, Self::Never, Self::Roster].into_iter().find(|policy| policy.as_str() == word)
    }
}

impl Serialize for ArchivePolicy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ArchivePolicy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Policy;
        impl Visitor<'_> for Policy {
            type Value = ArchivePolicy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"always\", \"never\" or \"roster\"")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<ArchivePolicy, E> {
                ArchivePolicy::from_word(word).ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
            }

            // COMPAT Prosody: true and false are its words for always and never.
            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<ArchivePolicy, E> {
                Ok(if yes { ArchivePolicy::Always } else { ArchivePolicy::Never })
            }
        }
        from.deserialize_any(Policy)
    }
}

impl JsonSchema for ArchivePolicy {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ArchivePolicy".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Whose messages are kept.", "type": "string", "enum": ["always", "never", "roster"] })
    }
}

/// How long messages are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// As long as their account.
    #[default]
    Forever,
    /// So long, at least a day.
    For(Span),
}

impl Retention {
    /// Reads a span of at least a day, or `never`. `None` for anything else: "1m" is a minute here and a month to some
    /// versions of Prosody, so that what is too short to be meant is not taken.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().eq_ignore_ascii_case("never") {
            return Some(Self::Forever);
        }
        Span::parse(text).filter(|span| span.0 >= DAY).map(Self::For)
    }

    /// In milliseconds; `None`: for ever.
    pub fn millis(self) -> Option<i64> {
        match self {
            Self::Forever => None,
            Self::For(span) => Some(span.0),
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("never"),
            Self::For(span) => span.fmt(f),
        }
    }
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Kept;
        impl Visitor<'_> for Kept {
            type Value = Retention;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a span of at least a day such as \"30d\" or \"1y\", a number of seconds, or \"never\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Retention, E> {
                Retention::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Retention, E> {
                Retention::parse(&seconds.to_string())
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(seconds), &self))
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Retention, E> {
                Retention::parse(&seconds.to_string())
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(seconds), &self))
            }
        }
        from.deserialize_any(Kept)
    }
}

impl JsonSchema for Retention {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Retention".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of at least a day such as \"30d\" or \"1y\", a number of seconds, or \"never\".",
            "type": ["string", "integer"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_as_people_write_it_and_nothing_shorter_than_a_day() {
        for (text, kept) in [
            ("never", Retention::Forever),
            ("Never", Retention::Forever),
            ("1d", Retention::For(Span(DAY))),
            ("1w", Retention::For(Span(7 * DAY))),
            ("365d", Retention::For(Span(365 * DAY))),
            ("2592000", Retention::For(Span(30 * DAY))),
        ] {
            assert_eq!(Retention::parse(text), Some(kept), "{text}");
            assert_eq!(Retention::parse(&kept.to_string()), Some(kept));
        }
        for text in ["", "0", "1m", "23h", "-1", "3600", "always", "0d"] {
            assert_eq!(Retention::parse(text), None, "{text}");
        }
    }

    #[test]
    fn policies_read_back() {
        for policy in [ArchivePolicy::Always, ArchivePolicy::Never, ArchivePolicy::Roster] {
            assert_eq!(ArchivePolicy::from_word(policy.as_str()), Some(policy));
        }
        assert_eq!(ArchivePolicy::from_word("sometimes"), None);
    }
}
