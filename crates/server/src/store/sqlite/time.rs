//! Times as SQLite keeps them.

use jiff::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// A time as nanoseconds since 1970-01-01 UTC in an INTEGER, which a claim's lease needs in order to come back exactly.
///
/// Sixty-four bits reach from 1677 to 2262. A time beyond is kept as the nearest end: as far as a job or an order goes,
/// that is the same "never".
pub(super) struct Nanoseconds(pub(super) Timestamp);

impl ToSql for Nanoseconds {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let exact = self.0.as_nanosecond();
        let kept = exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        let column = i64::try_from(kept).expect("clamped to the range of i64");
        Ok(ToSqlOutput::from(column))
    }
}

impl FromSql for Nanoseconds {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Timestamp::from_nanosecond(i128::from(value.as_i64()?))
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored_and_read(time: Timestamp) -> Timestamp {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .query_row("SELECT ?1", [Nanoseconds(time)], |row| {
                row.get::<_, Nanoseconds>(0)
            })
            .unwrap()
            .0
    }

    #[test]
    fn a_time_is_read_back_to_the_nanosecond() {
        for time in ["2026-11-22T10:20:30.123456789Z", "1969-12-31T23:59:59.999999999Z"] {
            let time: Timestamp = time.parse().unwrap();
            assert_eq!(stored_and_read(time), time);
        }
    }

    #[test]
    fn a_time_out_of_reach_is_kept_as_the_nearest_end() {
        assert_eq!(
            stored_and_read(Timestamp::MAX).to_string(),
            "2262-04-11T23:47:16.854775807Z"
        );
        assert_eq!(
            stored_and_read(Timestamp::MIN).to_string(),
            "1677-09-21T00:12:43.145224192Z"
        );
    }
}
