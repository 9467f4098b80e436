//! Dates and spans as a person says them: "Friday 12 June, 18:00 UTC", "in 7 days".
//!
//! No spec. The zone is the host's; it is always named, since a link travels.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Lang, Value};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Lang {
    /// Day and time: "Friday 12 June, 18:00 UTC"; with the year where it is not that of `now`.
    pub fn moment(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let time = {
            let at = at.to_zoned(zone.clone());
            format!("{:02}:{:02}", at.hour(), at.minute())
        };
        let offset = zone.to_offset_info(at).abbreviation().to_owned();
        let date = self.day(at, now, zone);
        // Without marks inside: whoever inserts it fences it as a whole, and then its first word says which way it runs.
        self.plain().text("moment", &[("date", date.into()), ("time", time.into()), ("zone", offset.into())])
    }

    /// The day alone: "Friday 12 June"; with the year where it is not that of `now`.
    pub fn day(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
        let plain = self.plain();
        let weekday = plain.text("weekday", &[("n", at.weekday().to_monday_one_offset().into())]);
        let month = plain.text("month", &[("n", at.month().into())]);
        let args = [
            ("weekday", Value::from(weekday)),
            ("day", Value::from(at.day())),
            ("month", Value::from(month)),
            // A string: a number would be free to get a thousands separator.
            ("year", Value::from(at.year().to_string())),
        ];
        plain.text(if at.year() == now.year() { "day-month" } else { "day-month-year" }, &args)
    }

    /// The distance from `now`, rounded to what matters: "in 7 days", "20 minutes ago", "just now".
    pub fn relative(self, at: Timestamp, now: Timestamp) -> String {
        let seconds = at.as_second().saturating_sub(now.as_second());
        let size = seconds.saturating_abs();
        // Each unit begins where rounding would make two of it, so nobody reads "in 1 day" with 36 hours left.
        let (n, unit) = match size {
            s if s < MINUTE / 2 => return self.text(if seconds > 0 { "relative-soon" } else { "relative-now" }, &[]),
            s if s < 90 * MINUTE => (rounded(s, MINUTE), ["relative-in-minutes", "relative-minutes-ago"]),
            s if s < 2 * DAY - HOUR => (rounded(s, HOUR), ["relative-in-hours", "relative-hours-ago"]),
            s => (rounded(s, DAY), ["relative-in-days", "relative-days-ago"]),
        };
        let [ahead, behind] = unit;
        self.plain().text(if seconds > 0 { ahead } else { behind }, &[("n", n.into())])
    }
}

fn rounded(seconds: i64, unit: i64) -> i64 {
    (seconds.saturating_add(unit / 2) / unit).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Words;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_moment_names_its_zone() {
        let lang = Words::shared().english().plain();
        let now = at("2026-06-05T10:00:00Z");
        let when = at("2026-06-12T18:00:00Z");
        assert_eq!(lang.moment(when, now, &TimeZone::UTC), "Friday 12 June, 18:00 UTC");
        let two = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(lang.moment(when, now, &two), "Friday 12 June, 20:00 +02");
        assert_eq!(lang.moment(at("2027-01-01T09:05:00Z"), now, &TimeZone::UTC), "Friday 1 January 2027, 09:05 UTC");
        assert_eq!(lang.day(when, now, &TimeZone::UTC), "Friday 12 June");
        let page = Words::shared().english();
        assert_eq!(page.moment(when, now, &TimeZone::UTC), lang.moment(when, now, &TimeZone::UTC));
    }

    #[test]
    fn spans_are_rounded_as_people_do() {
        let lang = Words::shared().english();
        let now = at("2026-06-05T10:00:00Z");
        for (seconds, expected) in [
            (0, "just now"),
            (-29, "just now"),
            (29, "in a moment"),
            (31, "in one minute"),
            (29 * MINUTE + 50, "in 30 minutes"),
            (-20 * MINUTE, "20 minutes ago"),
            (24 * HOUR - 1, "in 24 hours"),
            (2 * DAY - 60, "in 2 days"),
            (7 * DAY - 5, "in 7 days"),
            (-9 * DAY, "9 days ago"),
            (-2 * HOUR, "2 hours ago"),
        ] {
            let then = Timestamp::from_second(now.as_second() + seconds).expect("in range");
            assert_eq!(lang.relative(then, now), expected, "{seconds} s");
        }
    }
}
