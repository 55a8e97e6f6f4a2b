//! Times as Go writes them into records: RFC 3339 with nanoseconds and the offset of the writer's clock.

use std::fmt;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, and the offset in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// the moment
    pub timestamp: Timestamp,
    /// the offset from UTC of the clock that told it
    pub offset: Offset,
}

impl Time {
    /// Gives the present, in the zone of this machine.
    pub fn now() -> Self {
        Self::of(&Zoned::now())
    }

    /// Makes a time of a moment in a zone.
    pub fn of(zoned: &Zoned) -> Self {
        Self { timestamp: zoned.timestamp(), offset: zoned.offset() }
    }

    /// Gives the moment in its own offset.
    pub fn zoned(self) -> Zoned {
        self.timestamp.to_zoned(TimeZone::fixed(self.offset))
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
        let offset = match pieces.offset()? {
            jiff::fmt::temporal::PiecesOffset::Numeric(numeric) => numeric.offset(),
            _ => Offset::UTC,
        };
        let timestamp = text.parse().ok()?;
        Some(Self { timestamp, offset })
    }
}

impl fmt::Display for Time {
    /// Writes RFC 3339 as Go's `RFC3339Nano`: no trailing zeros, `Z` for UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.zoned();
        write!(f, "{}", zoned.strftime("%Y-%m-%dT%H:%M:%S%.f"))?;
        if self.offset == Offset::UTC {
            f.write_str("Z")
        } else {
            write!(f, "{}", zoned.strftime("%:z"))
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no time")))
    }
}

/// Reads a time that may be missing, null, empty as Helm 3 once wrote it, or Go's zero.
pub(super) fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(match text.as_deref() {
        None | Some("" | "0001-01-01T00:00:00Z") => None,
        Some(text) => Some(
            Time::parse(text)
                .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no time")))?,
        ),
    })
}
