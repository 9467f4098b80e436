//! Points in time as the protocol writes them.
//!
//! Spec: XEP-0082 v1.1.1, §3.2 (DateTime). The calendar is jiff's.
//! Left out: the Date and Time profiles, and the form of before 2003 (XEP-0091).

use jiff::Timestamp as Instant;
use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z. Whoever needs "now" is given it; nothing here asks a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is not a DateTime of XEP-0082.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time")]
pub struct BadTimestamp;

/// 0000-01-01T00:00:00Z, the first that four digits can say.
const FIRST_MS: i64 = -62_167_219_200_000;
/// 9999-12-30T22:00:00Z, jiff's last; it keeps a day for offsets.
const LAST_MS: i64 = 253_402_207_200_000;

impl Timestamp {
    /// From milliseconds since the epoch.
    pub fn from_millis(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    /// From seconds since the epoch.
    pub fn from_secs(secs: i64) -> Timestamp {
        Timestamp(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// So many milliseconds later, or earlier; it stops at the ends of the type.
    #[must_use]
    pub fn plus_millis(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// So many seconds later, or earlier; it stops at the ends of the type.
    #[must_use]
    pub fn plus_secs(self, secs: i64) -> Timestamp {
        self.plus_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this; negative if it is later.
    pub fn millis_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads `CCYY-MM-DDThh:mm:ss[.sss]TZD`. A fraction finer than a millisecond is cut, a leap
    /// second is the last second of its minute.
    ///
    /// # Errors
    /// [`BadTimestamp`].
    pub fn parse(text: &str) -> Result<Timestamp, BadTimestamp> {
        // jiff reads more than XEP-0082 allows (spaces, lower case, names of zones), so the shape
        // is checked first and the calendar left to jiff.
        if !has_shape(text) {
            return Err(BadTimestamp);
        }
        let instant: Instant = text.parse().map_err(|_| BadTimestamp)?;
        Ok(Timestamp(instant.as_nanosecond().div_euclid(1_000_000).try_into().map_err(|_| BadTimestamp)?))
    }
}

/// In UTC, with a fraction only where there is one. What four digits of a year cannot say is
/// written as the first or last moment that they can.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = Instant::from_millisecond(self.0.clamp(FIRST_MS, LAST_MS))
            .expect("the clamp keeps within what jiff can say");
        fmt::Display::fmt(&instant, f)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Timestamp, BadTimestamp> {
        Timestamp::parse(text)
    }
}

/// `0000-00-00T00:00:00`, then perhaps `.` and up to nine digits, then `Z` or `+00:00` or `-00:00`.
fn has_shape(text: &str) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if end == 0 || end > 9 {
                return false;
            }
            fraction.get(end..).unwrap_or_default()
        }
        None => rest,
    };
    let zone = match rest.strip_prefix(['+', '-']) {
        Some(offset) => fits(offset, "00:00"),
        None => rest == "Z",
    };
    zone && fits(start, "0000-00-00T00:00:00")
}

/// Whether the text has a digit for each `0` of the pattern and is the same elsewhere.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(t, p)| if p == b'0' { t.is_ascii_digit() } else { t == p })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_10_reads_and_writes_utc() {
        let cases: [(&str, Option<i64>, &str); 10] = [
            ("1970-01-01T00:00:00Z", Some(0), "1970-01-01T00:00:00Z"),
            ("1969-07-21T02:56:15Z", Some(-14_159_025_000), "1969-07-21T02:56:15Z"),
            ("1969-07-20T21:56:15-05:00", Some(-14_159_025_000), "1969-07-21T02:56:15Z"),
            ("2017-11-06T02:56:15.25Z", Some(1_509_936_975_250), "2017-11-06T02:56:15.25Z"),
            ("2017-11-06T02:56:15.000Z", Some(1_509_936_975_000), "2017-11-06T02:56:15Z"),
            ("2017-11-06T02:56:15.123456Z", Some(1_509_936_975_123), "2017-11-06T02:56:15.123Z"),
            ("2016-12-31T23:59:60Z", Some(1_483_228_799_000), "2016-12-31T23:59:59Z"),
            ("0000-01-01T00:00:00Z", Some(FIRST_MS), "0000-01-01T00:00:00Z"),
            ("2024-02-29T00:00:00+00:00", Some(1_709_164_800_000), "2024-02-29T00:00:00Z"),
            ("2023-02-29T00:00:00Z", None, ""),
        ];
        for (text, ms, written) in cases {
            assert_eq!(Timestamp::parse(text).ok(), ms.map(Timestamp), "{text}");
            if let Some(ms) = ms {
                assert_eq!(Timestamp(ms).to_string(), written);
            }
        }
    }

    #[test]
    fn refuses_what_the_profile_does_not_allow() {
        for text in [
            "",
            "2017-11-06",
            "2017-11-06T02:56:15",
            "2017-11-06 02:56:15Z",
            "2017-11-06t02:56:15z",
            "2017-11-06T02:56Z",
            "2017-11-06T02:56:15.Z",
            "2017-11-06T02:56:15,5Z",
            "2017-11-06T02:56:15.1234567890Z",
            "2017-11-06T02:56:15Z[UTC]",
            "2017-11-06T02:56:15+0100",
            "2017-13-06T02:56:15Z",
            "2017-11-06T25:56:15Z",
            "20171106T02:56:15Z",
            "+02017-11-06T02:56:15Z",
            "2017-11-06T02:56:1é",
            "２017-11-06T02:56:15Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(BadTimestamp), "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_can_be_written() {
        for ms in [i64::MIN, i64::MAX, FIRST_MS, LAST_MS] {
            let written = Timestamp(ms).to_string();
            assert_eq!(Timestamp::parse(&written), Ok(Timestamp(ms.clamp(FIRST_MS, LAST_MS))), "{written}");
        }
        assert_eq!(Timestamp(i64::MAX).plus_secs(i64::MAX), Timestamp(i64::MAX));
        assert_eq!(Timestamp(-1).as_secs(), -1);
        assert_eq!(Timestamp(5).millis_since(Timestamp(7)), -2);
    }
}
