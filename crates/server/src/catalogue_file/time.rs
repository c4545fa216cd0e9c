//! Dates and times. A date is its midnight in the shop's time zone.

use super::problem::CatalogueProblem;
use super::reading::Reading;
use super::value::Text;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Of the program's own table, so that a file means the same on every machine.
pub(super) fn zone(name: &Text<'_>, reading: &mut Reading) -> Option<TimeZone> {
    let known = TimeZoneDatabase::bundled().get(&name.text).ok();
    known.or_else(|| name.refused(CatalogueProblem::UnknownTimeZone(name.to_owned()), reading))
}

pub(super) fn moment(text: &Text<'_>, reading: &mut Reading) -> Option<Timestamp> {
    let read = parsed(&text.text, &reading.zone);
    read.or_else(|| text.refused(CatalogueProblem::NotATime(text.to_owned()), reading))
}

fn parsed(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let is_date = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_date {
        let midnight = text.parse::<Date>().ok()?.to_zoned(zone.clone()).ok()?;
        return Some(midnight.timestamp());
    }
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let on_the_wall: DateTime = text.parse().ok()?;
    Some(on_the_wall.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_midnight_where_the_shop_is() {
        let zone = TimeZoneDatabase::bundled().get("Europe/Stockholm").unwrap();
        for (text, moment) in [
            ("2026-01-01", "2025-12-31T23:00:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
            ("2026-07-01T12:00:00+05:00", "2026-07-01T07:00:00Z"),
            // The hour that the clock skips in spring.
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
        ] {
            assert_eq!(parsed(text, &zone).unwrap().to_string(), moment, "{text}");
        }
        // Where the clock skips midnight itself, the day begins an hour later.
        let cairo = TimeZoneDatabase::bundled().get("Africa/Cairo").unwrap();
        assert_eq!(
            parsed("2026-04-24", &cairo).unwrap().to_string(),
            "2026-04-23T22:00:00Z"
        );
        for text in [
            "",
            "tomorrow",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "12:00",
            "2026-W01-1",
        ] {
            assert_eq!(parsed(text, &zone), None, "{text}");
        }
    }
}
