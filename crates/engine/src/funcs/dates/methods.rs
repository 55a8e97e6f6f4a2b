//! The methods of Go's `time.Time` as templates call them.
//!
//! Methods that change a time are not among them: no template can take a time's address.
//!
//! Source: Go's `time/time.go`, `time/format.go` and `time/format_rfc3339.go`.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_gotmpl::{FuncError, List, Object, Str, Type, UintType, Value};

use super::duration::{DURATION, Duration};
use super::layout;
use super::time::{Location, Named, Time, YEAR_ONE_TO_UNIX, Zone, wrap};
use crate::funcs::arguments::byte_list;

/// The layout of `%v`.
const STRING_LAYOUT: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";

/// The layout of JSON, and of other text that programs read.
const JSON_LAYOUT: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// Gives an argument that was checked to be a time.
fn time_arg(args: &[Value]) -> Result<&Time, FuncError> {
    args.first().and_then(Value::as_object).ok_or_else(|| "no time was given".into())
}

/// Gives an argument that was checked to be a duration.
fn duration_arg(args: &[Value]) -> Duration {
    args.first().and_then(Duration::of).unwrap_or(Duration::new(0))
}

fn int_arg(args: &[Value], at: usize) -> i64 {
    match args.get(at) {
        Some(Value::Int(_, number)) => *number,
        _ => 0,
    }
}

/// Appends to an argument that was checked to be a list of bytes.
fn append(args: &[Value], bytes: &[u8]) -> Value {
    let before = args.first().and_then(Value::as_list).map_or(&[][..], List::items);
    let added = bytes.iter().map(|byte| Value::Uint(UintType::Uint8, (*byte).into()));
    let items: Vec<Value> = before.iter().cloned().chain(added).collect();
    List::of(&Type::Uint(UintType::Uint8), items).into()
}

impl Time {
    /// Shows the time as RFC 3339 has it.
    ///
    /// # Errors
    ///
    /// Go's text for a year or a zone that RFC 3339 cannot show.
    pub(super) fn rfc3339(&self) -> Result<Vec<u8>, &'static str> {
        const SECONDS_A_DAY: u32 = 86_400;
        if !(0..=9_999).contains(&self.civil().year) {
            return Err("year outside of range [0,9999]");
        }
        let (_, offset) = self.zone_name_and_offset();
        if offset.unsigned_abs() >= SECONDS_A_DAY {
            return Err("timezone hour outside of range [0,23]");
        }
        Ok(self.format(JSON_LAYOUT))
    }

    fn text(&self, method: &str) -> Result<Vec<u8>, FuncError> {
        self.rfc3339().map_err(|why| format!("Time.{method}: {why}").into())
    }

    /// Gives the time as `encoding/gob` writes it: a version, seconds since the year 1, nanoseconds, and the zone's offset in
    /// minutes, or −1 for UTC.
    fn binary(&self) -> Result<Vec<u8>, FuncError> {
        let offset = match self.zone() {
            Zone::Utc => None,
            _ => Some(self.zone_name_and_offset().1),
        };
        let seconds = offset.map_or(0, |offset| offset % 60);
        let minutes = match offset.map(|offset| i16::try_from(offset / 60)) {
            None => -1,
            Some(Ok(minutes)) if minutes != -1 => minutes,
            Some(_) => return Err("Time.MarshalBinary: unexpected zone offset".into()),
        };
        let mut bytes = vec![if seconds == 0 { 1 } else { 2 }];
        bytes.extend(self.unix().wrapping_add(YEAR_ONE_TO_UNIX).to_be_bytes());
        bytes.extend(self.nanosecond().to_be_bytes());
        bytes.extend(minutes.to_be_bytes());
        if seconds != 0 {
            bytes.extend(i8::try_from(seconds).unwrap_or_default().to_be_bytes());
        }
        Ok(bytes)
    }

    /// Shows the time as a Go program would write it.
    fn go_text(&self) -> Vec<u8> {
        let civil = self.civil();
        let zone = match self.zone() {
            Zone::Utc => b"time.UTC".to_vec(),
            Zone::Local(_) => b"time.Local".to_vec(),
            zone => [b"time.Location(", layout::quote(&zone.name()).as_bytes(), b")"].concat(),
        };
        let shown = format!(
            "time.Date({}, time.{}, {}, {}, {}, {}, {}, ",
            civil.year,
            layout::month_name(civil.month),
            civil.day,
            civil.hour,
            civil.minute,
            civil.second,
            self.nanosecond()
        );
        [shown.as_bytes(), &zone, b")"].concat()
    }
}

impl Object for Time {
    fn type_name(&self) -> Cow<'static, str> {
        "time.Time".into()
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        let civil = || self.civil();
        let int = |number: i64| Ok(Value::int(number));
        Some(match name {
            "Add" => Ok(self.plus(duration_arg(args)).into()),
            "AddDate" => {
                Ok(self.add_date(int_arg(args, 0), int_arg(args, 1), int_arg(args, 2)).into())
            }
            "After" => time_arg(args).map(|other| self.cmp(other).is_gt().into()),
            "AppendBinary" => self.binary().map(|bytes| append(args, &bytes)),
            "AppendFormat" => {
                let layout = args.get(1).and_then(Value::as_bytes).unwrap_or_default();
                Ok(append(args, &self.format(layout)))
            }
            "AppendText" => self.text(name).map(|bytes| append(args, &bytes)),
            "Before" => time_arg(args).map(|other| self.cmp(other).is_lt().into()),
            "Compare" => time_arg(args).map(|other| Value::int(self.cmp(other) as i64)),
            "Day" => int(civil().day.into()),
            "Equal" => time_arg(args).map(|other| self.cmp(other).is_eq().into()),
            "Format" => {
                let layout = args.first().and_then(Value::as_bytes).unwrap_or_default();
                Ok(Value::string(self.format(layout)))
            }
            "GoString" => Ok(Value::string(self.go_text())),
            "GobEncode" | "MarshalBinary" => self.binary().map(|bytes| byte_list(&bytes)),
            "Hour" => int(civil().hour.into()),
            "In" => match args.first().and_then(Value::as_object::<Location>) {
                Some(location) => Ok(self.in_zone(location.zone.clone()).into()),
                None => Err("time: missing Location in call to Time.In".into()),
            },
            "IsDST" => Ok(self.zone().is_daylight_saving(self.unix()).into()),
            "IsZero" => Ok((self.unix() == -YEAR_ONE_TO_UNIX && self.nanosecond() == 0).into()),
            "Local" => Ok(self.local().into()),
            "Location" => Ok(Value::Object(Rc::new(Location { zone: self.zone().clone() }))),
            "MarshalJSON" => {
                let quoted = |text: Vec<u8>| byte_list(&[b"\"", &text[..], b"\""].concat());
                self.text(name).map(quoted)
            }
            "MarshalText" => self.text(name).map(|text| byte_list(&text)),
            "Minute" => int(civil().minute.into()),
            "Month" => Ok(Value::Object(Rc::new(Named::month(civil().month)))),
            "Nanosecond" => int(self.nanosecond().into()),
            "Round" => Ok(self.round(duration_arg(args)).into()),
            "Second" => int(civil().second.into()),
            "String" => Ok(Value::String(self.display()?)),
            "Sub" => time_arg(args).map(|other| self.since(other).into()),
            "Truncate" => Ok(self.truncate(duration_arg(args)).into()),
            "UTC" => Ok(self.in_zone(Zone::Utc).into()),
            "Unix" => Ok(Value::int64(self.unix())),
            "UnixMicro" => Ok(Value::int64(wrap(self.unix_nanoseconds().div_euclid(1_000)))),
            "UnixMilli" => Ok(Value::int64(wrap(self.unix_nanoseconds().div_euclid(1_000_000)))),
            "UnixNano" => Ok(Value::int64(wrap(self.unix_nanoseconds()))),
            "Weekday" => Ok(Value::Object(Rc::new(Named::weekday(civil().weekday)))),
            "Year" => int(civil().year),
            "YearDay" => int(civil().year_day.into()),
            _ => return None,
        })
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        let types: &[Type] = match method {
            "Add" | "Round" | "Truncate" => &[DURATION],
            "AddDate" => &[Type::INT, Type::INT, Type::INT],
            "After" | "Before" | "Compare" | "Equal" | "Sub" => &[super::TIME],
            "AppendBinary" | "AppendText" => &[Type::BYTES],
            "AppendFormat" => &[Type::BYTES, Type::String],
            "Format" => &[Type::String],
            "In" => &[Type::Named("*time.Location")],
            "Clock" | "Date" | "Day" | "GoString" | "GobEncode" | "Hour" | "ISOWeek" | "IsDST"
            | "IsZero" | "Local" | "Location" | "MarshalBinary" | "MarshalJSON" | "MarshalText"
            | "Minute" | "Month" | "Nanosecond" | "Second" | "String" | "UTC" | "Unix"
            | "UnixMicro" | "UnixMilli" | "UnixNano" | "Weekday" | "Year" | "YearDay" | "Zone"
            | "ZoneBounds" => &[],
            _ => return None,
        };
        Some((types, false))
    }

    fn bad_results(&self, method: &str) -> Option<&'static str> {
        Some(match method {
            "Clock" => "function Clock has 3 return values; should be 1 or 2",
            "Date" => "function Date has 3 return values; should be 1 or 2",
            "ISOWeek" => {
                "invalid function signature for ISOWeek: second return value should be error; is int"
            }
            "Zone" => {
                "invalid function signature for Zone: second return value should be error; is int"
            }
            "ZoneBounds" => {
                "invalid function signature for ZoneBounds: second return value should be error; is time.Time"
            }
            _ => return None,
        })
    }

    fn display(&self) -> Option<Str> {
        let mut text = self.format(STRING_LAYOUT);
        if self.is_from_clock() {
            // The second clock counts from the start of the program: here always its first tick.
            text.extend_from_slice(b" m=+0.000000001");
        }
        Some(text.into())
    }

    fn go_string(&self) -> Option<Str> {
        Some(self.go_text().into())
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::string(self.format(JSON_LAYOUT)))
    }

    fn json_error(&self) -> Option<String> {
        let why = self.rfc3339().err()?;
        Some(format!("json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: {why}"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
