//! Go's `time.Time`, `time.Month`, `time.Weekday` and `time.Location` as templates see them.
//!
//! A time is seconds since 1970 in 64 bits, as Go's: years far beyond those of any calendar crate are valid. Only offsets
//! from UTC are asked of `jiff` and the time zone database it carries.
//!
//! Source: Go's `time/time.go` and `time/zoneinfo.go`.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use pintle_gotmpl::{FuncError, IntType, Kind, Object, Str, Type, Value};

use super::duration::Duration;
use super::layout;

/// Seconds from January 1, year 1, to 1970: where Go's zero time lies.
pub(super) const YEAR_ONE_TO_UNIX: i64 = 62_135_596_800;

/// Seconds from the year −292277022400, where Go's calendar begins, to 1970. Earlier times wrap around there.
const CALENDAR_TO_UNIX: i128 =
    (730_692_556_i128 * 146_097 + 306) * 86_400 + YEAR_ONE_TO_UNIX as i128;

/// After this many seconds the Gregorian calendar repeats, with the days of the week.
const FOUR_CENTURIES: i64 = 146_097 * 86_400;

/// A moment, with the zone in which it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    /// seconds since 1970-01-01T00:00:00Z
    unix: i64,
    /// nanoseconds within the second
    nanosecond: u32,
    zone: Zone,
    /// the zone of the place where the render happens
    local: TimeZone,
    /// whether it came from the clock: Go prints its second clock then
    from_clock: bool,
}

/// A zone: what Go calls a location.
#[derive(Debug, Clone)]
pub(crate) enum Zone {
    /// UTC
    Utc,
    /// where the render happens
    Local(TimeZone),
    /// a zone of the database, with its name there
    Named(Rc<str>, TimeZone),
    /// an offset in seconds east of UTC, with a name that may be empty
    Fixed(Rc<[u8]>, i32),
}

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone {
    /// Makes a zone of one offset.
    pub(super) fn fixed(name: &[u8], offset: i32) -> Self {
        Self::Fixed(name.into(), offset)
    }

    /// Gives the zone of a name: Go's `LoadLocation`. Names tell upper from lower case, as files do.
    pub(super) fn load(name: &[u8], local: TimeZone) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        match name {
            "" | "UTC" => return Some(Self::Utc),
            "Local" => return Some(Self::Local(local)),
            _ => {}
        }
        let zone = ZONES.get(name).ok()?;
        (zone.iana_name() == Some(name)).then(|| Self::Named(name.into(), zone))
    }

    pub(super) fn name(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Utc => Cow::Borrowed(b"UTC"),
            // Go says so if the system has no other zone.
            Self::Local(zone) if *zone == TimeZone::UTC => Cow::Borrowed(b"UTC"),
            Self::Local(_) => Cow::Borrowed(b"Local"),
            Self::Named(name, _) => Cow::Borrowed(name.as_bytes()),
            Self::Fixed(name, _) => Cow::Borrowed(name),
        }
    }

    /// Gives the abbreviation and the offset in seconds that hold at a time.
    pub(super) fn name_and_offset(&self, unix: i64) -> (Cow<'_, [u8]>, i32) {
        match self {
            Self::Utc => (Cow::Borrowed(b"UTC"), 0),
            Self::Fixed(name, offset) => (Cow::Borrowed(name), *offset),
            Self::Local(zone) | Self::Named(_, zone) => {
                let info = zone.to_offset_info(timestamp(unix));
                (Cow::Owned(info.abbreviation().as_bytes().to_vec()), info.offset().seconds())
            }
        }
    }

    fn offset(&self, unix: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(_, offset) => *offset,
            Self::Local(zone) | Self::Named(_, zone) => zone.to_offset(timestamp(unix)).seconds(),
        }
    }

    /// Gives the offset that an abbreviation stands for in this zone, for a clock showing `unix`: the one in force then if
    /// it bears that name, else any that ever did.
    pub(super) fn offset_of_name(&self, name: &[u8], unix: i64) -> Option<i32> {
        let zone = match self {
            Self::Utc => return None,
            Self::Fixed(own, offset) => return (**own == *name).then_some(*offset),
            Self::Local(zone) | Self::Named(_, zone) => zone,
        };
        let mut named: Vec<i32> = Vec::new();
        for transition in zone.preceding(Timestamp::MAX).take(MAX_TRANSITIONS) {
            let offset = transition.offset().seconds();
            if transition.abbreviation().as_bytes() == name && !named.contains(&offset) {
                named.push(offset);
            }
        }
        let first = zone.to_offset_info(Timestamp::MIN);
        if first.abbreviation().as_bytes() == name && !named.contains(&first.offset().seconds()) {
            named.push(first.offset().seconds());
        }
        let in_force =
            |offset: &&i32| *self.name_and_offset(unix.wrapping_sub((**offset).into())).0 == *name;
        named.iter().find(in_force).or(named.last()).copied()
    }

    pub(super) fn is_daylight_saving(&self, unix: i64) -> bool {
        match self {
            Self::Utc | Self::Fixed(..) => false,
            Self::Local(zone) | Self::Named(_, zone) => {
                zone.to_offset_info(timestamp(unix)).dst().is_dst()
            }
        }
    }
}

/// How many changes of a zone's offset are looked through for a name. No zone has so many before its rules repeat.
const MAX_TRANSITIONS: usize = 20_000;

/// Gives a time of the zone database with the offsets of a time that may be out of its range: rules repeat as the calendar
/// does, and nothing changed in earliest times.
fn timestamp(unix: i64) -> Timestamp {
    let max = Timestamp::MAX.as_second();
    let unix = if unix > max {
        unix - ((unix - max - 1) / FOUR_CENTURIES + 1) * FOUR_CENTURIES
    } else {
        unix
    };
    Timestamp::from_second(unix).unwrap_or(Timestamp::MIN)
}

/// A time taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// from 1
    pub(super) month: u8,
    /// from 1
    pub(super) day: u8,
    /// from 1
    pub(super) year_day: u16,
    /// from 0, Sunday
    pub(super) weekday: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
}

/// Tells whether a year has 366 days.
pub(super) fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Gives the number of days of a month from 1.
pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    if month == 2 && is_leap_year(year) {
        return 29;
    }
    days_before_month(month + 1) - days_before_month(month)
}

/// Gives the number of days before a month from 1, or 13, in a year that is not a leap year.
pub(super) fn days_before_month(month: i64) -> i64 {
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    usize::try_from(month - 1).ok().and_then(|month| BEFORE.get(month)).copied().unwrap_or(365)
}

/// Gives the days from 1970-01-01 to a date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap_day = i64::from(month > 2 && is_leap_year(year));
    let before_year = before.wrapping_mul(365) + before.div_euclid(4) - before.div_euclid(100)
        + before.div_euclid(400);
    before_year + days_before_month(month) + leap_day + day - 1 - YEAR_ONE_TO_UNIX / 86_400
}

impl Time {
    /// Makes Go's zero time, the first moment of the year 1.
    pub(super) fn zero() -> Self {
        Self::from_unix(-YEAR_ONE_TO_UNIX, Zone::Utc)
    }

    /// Makes the time the world's clock shows.
    pub(super) fn now(world: &dyn crate::world::World) -> Self {
        let zone = Zone::Local(world.local_time_zone());
        Self { local: world.local_time_zone(), from_clock: true, ..Self::of(world.now(), zone) }
    }

    /// Makes the time of a moment.
    pub(super) fn of(moment: Timestamp, zone: Zone) -> Self {
        let nanoseconds = moment.as_nanosecond();
        let unix = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or_default();
        let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or_default();
        Self { nanosecond: rest, ..Self::from_unix(unix, zone) }
    }

    /// Makes the time some seconds after 1970.
    pub(super) fn from_unix(unix: i64, zone: Zone) -> Self {
        Self { unix, nanosecond: 0, zone, local: TimeZone::UTC, from_clock: false }
    }

    /// Gives the same time with the zone of the place where the render happens.
    #[must_use]
    pub(super) fn at_place(self, local: TimeZone) -> Self {
        Self { local, ..self }
    }

    /// Gives the same moment as clocks show it where the render happens.
    pub(super) fn local(&self) -> Self {
        self.in_zone(Zone::Local(self.local.clone()))
    }

    /// Makes the time when clocks of a zone show a date (year, month, day) and `clock` seconds of that day.
    pub(super) fn from_civil(
        (year, month, day): (i64, i64, i64),
        clock: i64,
        nanosecond: u32,
        zone: Zone,
    ) -> Self {
        let shown = days_from_civil(year, month, day).wrapping_mul(86_400).wrapping_add(clock);
        // The offset depends on the time that is looked for: Go guesses once and corrects once.
        let guess = zone.offset(shown);
        let offset = if guess == 0 { 0 } else { zone.offset(shown.wrapping_sub(guess.into())) };
        Self { nanosecond, ..Self::from_unix(shown.wrapping_sub(offset.into()), zone) }
    }

    /// Gives the seconds since 1970.
    pub(crate) fn unix(&self) -> i64 {
        self.unix
    }

    /// Gives the nanoseconds within the second.
    pub(super) fn nanosecond(&self) -> u32 {
        self.nanosecond
    }

    /// Gives the same moment in another zone.
    #[must_use]
    pub(super) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, from_clock: false, ..self.clone() }
    }

    /// Gives the moment some seconds later.
    #[must_use]
    pub(super) fn plus_seconds(&self, seconds: i64) -> Self {
        Self { unix: self.unix.wrapping_add(seconds), ..self.clone() }
    }

    /// Gives the moment some time later: Go's `Add`.
    #[must_use]
    pub(super) fn plus(&self, duration: Duration) -> Self {
        let nanosecond = i64::from(self.nanosecond) + duration.nanoseconds() % 1_000_000_000;
        let seconds = duration.nanoseconds() / 1_000_000_000 + nanosecond.div_euclid(1_000_000_000);
        Self {
            nanosecond: u32::try_from(nanosecond.rem_euclid(1_000_000_000)).unwrap_or_default(),
            ..self.plus_seconds(seconds)
        }
    }

    /// Gives the time since another moment, as long as a duration can be: Go's `Sub`.
    pub(super) fn since(&self, earlier: &Self) -> Duration {
        let nanoseconds = self.unix_nanoseconds() - earlier.unix_nanoseconds();
        Duration::new(i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 {
            i64::MIN
        } else {
            i64::MAX
        }))
    }

    pub(super) fn unix_nanoseconds(&self) -> i128 {
        i128::from(self.unix) * 1_000_000_000 + i128::from(self.nanosecond)
    }

    /// Gives the zone in which the time is shown.
    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Tells whether it came from the clock.
    pub(super) fn is_from_clock(&self) -> bool {
        self.from_clock
    }

    /// Gives the abbreviation of the zone and its offset in seconds.
    pub(super) fn zone_name_and_offset(&self) -> (Cow<'_, [u8]>, i32) {
        self.zone.name_and_offset(self.unix)
    }

    /// Takes the time apart as clocks in its zone show it.
    pub(super) fn civil(&self) -> Civil {
        let shown = i128::from(self.unix) + i128::from(self.zone.offset(self.unix));
        // Go counts in 64 bits from the beginning of its calendar.
        let shown = (shown + CALENDAR_TO_UNIX).rem_euclid(1 << 64) - CALENDAR_TO_UNIX;
        let days = shown.div_euclid(86_400);
        let clock = i64::try_from(shown.rem_euclid(86_400)).unwrap_or_default();
        // Days since March 1, year 0, by eras of four centuries: in years that begin in March, the leap day is the last.
        let march = days + 719_468;
        let era = march.div_euclid(146_097);
        let day_of_era = i64::try_from(march.rem_euclid(146_097)).unwrap_or_default();
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year =
            i64::try_from(era * 400).unwrap_or_default() + year_of_era + i64::from(month <= 2);
        let leap_day = i64::from(month > 2 && is_leap_year(year));
        let year_day = days_before_month(month) + leap_day + day;
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        Civil {
            year,
            month: small(month),
            day: small(day),
            year_day: u16::try_from(year_day).unwrap_or_default(),
            weekday: small(i64::try_from((days + 4).rem_euclid(7)).unwrap_or_default()),
            hour: small(clock / 3_600),
            minute: small(clock / 60 % 60),
            second: small(clock % 60),
        }
    }

    /// Shows the time by a layout.
    pub(super) fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(self, layout)
    }

    /// Gives the time that is left over by whole multiples of a duration since the year 1.
    fn remainder(&self, duration: Duration) -> i64 {
        let since_year_one = self.unix_nanoseconds() + i128::from(YEAR_ONE_TO_UNIX) * 1_000_000_000;
        i64::try_from(since_year_one.rem_euclid(duration.nanoseconds().into())).unwrap_or_default()
    }

    pub(super) fn truncate(&self, duration: Duration) -> Self {
        let time = self.in_zone(self.zone.clone());
        if duration.nanoseconds() <= 0 {
            return time;
        }
        time.plus(Duration::new(-self.remainder(duration)))
    }

    pub(super) fn round(&self, duration: Duration) -> Self {
        let time = self.in_zone(self.zone.clone());
        if duration.nanoseconds() <= 0 {
            return time;
        }
        let remainder = self.remainder(duration);
        let rest = duration.nanoseconds() - remainder;
        time.plus(Duration::new(if remainder < rest { -remainder } else { rest }))
    }

    /// Adds years, months and days to the date; a day too many goes into the next month: Go's `AddDate`.
    pub(super) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let civil = self.civil();
        let month = i128::from(civil.month) - 1 + i128::from(months);
        let year = i128::from(civil.year) + i128::from(years) + month.div_euclid(12);
        // Beyond the calendar Go's result is arbitrary; this keeps the arithmetic within bounds.
        let bound = 1_i128 << 39;
        let year = i64::try_from(year.clamp(-bound, bound)).unwrap_or_default();
        let month = i64::try_from(month.rem_euclid(12)).unwrap_or_default() + 1;
        let bound = 1_i64 << 45;
        let day = i64::from(civil.day) + days.clamp(-bound, bound);
        let clock =
            (i64::from(civil.hour) * 60 + i64::from(civil.minute)) * 60 + i64::from(civil.second);
        Self::from_civil((year, month, day), clock, self.nanosecond, self.zone.clone())
            .at_place(self.local.clone())
    }

    pub(super) fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.unix, self.nanosecond).cmp(&(other.unix, other.nanosecond))
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Object(Rc::new(time))
    }
}

/// Keeps the low 64 bits, as Go's arithmetic does.
pub(super) fn wrap(number: i128) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "Go's integers wrap around")]
    let wrapped = number as i64;
    wrapped
}

/// A number that prints as a name: `time.Month`, from 1, and `time.Weekday`, from 0, Sunday.
#[derive(Debug)]
pub(super) struct Named {
    type_name: &'static str,
    number: u8,
    name: &'static str,
}

impl Named {
    pub(super) fn month(number: u8) -> Self {
        Self { type_name: "time.Month", number, name: layout::month_name(number) }
    }

    pub(super) fn weekday(number: u8) -> Self {
        Self { type_name: "time.Weekday", number, name: layout::weekday_name(number) }
    }
}

/// `*time.Location`.
#[derive(Debug)]
pub(super) struct Location {
    pub(super) zone: Zone,
}

impl Object for Named {
    fn type_name(&self) -> Cow<'static, str> {
        self.type_name.into()
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntType::Int)
    }

    fn call(&self, name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        (name == "String").then(|| Ok(Value::string(self.name)))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        (method == "String").then_some((&[], false))
    }

    fn display(&self) -> Option<Str> {
        Some(self.name.into())
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.number.into()))
    }

    fn to_json(&self) -> Option<Value> {
        self.underlying()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Location {
    fn type_name(&self) -> Cow<'static, str> {
        "*time.Location".into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn call(&self, name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        (name == "String").then(|| Ok(Value::string(self.zone.name().into_owned())))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        (method == "String").then_some((&[], false))
    }

    fn display(&self) -> Option<Str> {
        Some(self.zone.name().into_owned().into())
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::map::<&str>([]))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
