//! Every row of `fixtures/layout`: how Go's `time` shows and reads times.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::duration::Duration;
use super::layout::parse;
use super::time::{Time, Zone};
use crate::funcs::grids::{bytes, check, shown};

fn zone(name: &Value) -> Zone {
    Zone::load(name.as_str().unwrap_or_default().as_bytes(), TimeZone::UTC).unwrap_or(Zone::Utc)
}

fn rows<'r>(row: &'r Value, key: &str) -> impl Iterator<Item = &'r Value> {
    row[key].as_array().into_iter().flatten()
}

#[test]
fn layouts_show_and_read_times_as_in_go() {
    check("layout", |row| {
        let layout = bytes(&row["layout"]);
        let shown_times = rows(row, "times").map(|time| {
            let unix = time["unix"].as_i64().unwrap();
            let nanosecond = Duration::new(time["nanosecond"].as_i64().unwrap_or_default());
            let time = Time::from_unix(unix, zone(&time["zone"])).plus(nanosecond);
            shown(&time.format(&layout))
        });
        let read_times = rows(row, "texts").map(|text| {
            match parse(&layout, &bytes(text), &zone(&row["zone"])) {
                Err(error) => error.into(),
                Ok(time) => {
                    let (name, offset) = time.zone_name_and_offset();
                    let name = shown(&name);
                    let name = name.as_str().unwrap();
                    format!("{} {} {name} {offset}", time.unix(), time.nanosecond()).into()
                }
            }
        });
        shown_times.chain(read_times).collect()
    });
}
