//! Layouts of times, durations, and texts to read by them.

use super::quoted;
use crate::differ::random::Random;

const PIECES: &[&str] = &[
    "2006", "06", "01", "1", "Jan", "January", "02", "2", "_2", "002", "__2", "Mon", "Monday", "15", "03", "3", "04",
    "4", "05", "5", "PM", "pm", "MST", "Z0700", "Z07:00", "Z07", "-0700", "-07:00", "-07", "-07:00:00", "Z07:00:00",
    ".000", ".999", ",000", ".000000000", ".9", ".0", " ", "-", "/", ":", "T", ", ", "at ", "é", "_", "__", "20",
    "200", "Jane", "Mond", "1st", "2nd", "GMT", "GMT+3", "_2006", ".00x", "0",
];
const LAYOUTS: &[&str] = &[
    "2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon Jan _2 15:04:05 2006", "Mon, 02 Jan 2006 15:04:05 MST",
    "02 Jan 06 15:04 -0700", "3:04PM", "Jan _2 15:04:05.000", "2006-01-02 15:04:05.999999999 -0700 MST",
    "Monday, 02-Jan-06 15:04:05 MST", "15:04:05,000", "2006-002", "2006-__2",
];
const TEXTS: &[&str] = &[
    "2020", "99", "00", "12", "13", "1", "0", "Feb", "february", "MAY", "29", "30", "31", " 5", "005", "366", "Tue",
    "Wednesday", "23", "24", "11", "59", "60", "AM", "pm", "CET", "EST", "UTC", "GMT+3", "WITA", "ChST", "+0530",
    "-08:00", "Z", "+14", "-00:00:01", ".5", ".123456789", ",25", " ", "-", "/", ":", "T", ", ", "é", "x", "",
];

/// Draws a layout.
pub(super) fn layout(random: &mut Random) -> String {
    if random.chance(35) {
        let layout = random.pick(LAYOUTS);
        return if random.chance(30) { random.mutated(layout, PIECES) } else { layout.to_owned() };
    }
    random.soup(0, 7, PIECES)
}

/// Draws a duration, right or nearly.
pub(super) fn duration(random: &mut Random) -> String {
    if random.chance(25) {
        return random
            .pick(&[
                "", "0", "1", "1x", "-", "+", "1h1", ".s", "1.s", ".5s", "9223372036854775807ns",
                "9223372036854775808ns", "-9223372036854775808ns", "2562047h47m16.854775807s", "2562048h", "1e3s",
                "1d", "1µs", "1μs", "- 1s", " 1s", "1S", "1_0s", "0.1ns", "1.9999999999999999999s",
            ])
            .to_owned();
    }
    let sign = random.pick(&["", "", "", "-", "+"]);
    let parts = random.joined(1, 3, "", |random| {
        let fraction = random.pick(&["", "", ".5", ".25", ".001", ".123456789123"]);
        let unit = random.pick(&["ns", "us", "ms", "s", "m", "h"]);
        format!("{}{fraction}{unit}", random.between(0, 5000))
    });
    format!("{sign}{parts}")
}

fn seconds(random: &mut Random) -> String {
    let n = match random.below(4) {
        0 => random.bits() % 4_000_000_000_000,
        1 => random.bits() % 100_000,
        _ => random.bits() % 4_000_000_000,
    };
    format!("{}{n}", random.pick(&["", "", "-"]))
}

/// Draws a template that shows a time, or reads one.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let layout = layout(random);
    let layout = quoted(random, &layout);
    let zone = random.pick(&[
        "UTC", "", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Etc/GMT+5", "Local",
        "Nowhere/Else", "America/Sao_Paulo", "Asia/Kathmandu",
    ]);
    let out = match random.below(8) {
        0..=2 => {
            format!("{{{{ dateInZone {layout} (int64 {}) \"{zone}\" | quote }}}}", seconds(random))
        }
        3 => format!(
            "{{{{ $s := dateInZone {layout} (int64 {}) \"{zone}\" }}}}{{{{ $s }}}}|{{{{ mustToDate {layout} $s }}}}",
            seconds(random)
        ),
        4..=5 => {
            let text = random.soup(0, 7, TEXTS);
            let text = quoted(random, &text);
            format!("{{{{ mustToDate {layout} {text} }}}}")
        }
        6 => {
            let (a, b) = (duration(random), duration(random));
            let call = random.pick(&[
                "duration $a", "durationRound $a", "mustDateModify $a (toDate \"2006-01-02\" \"2020-02-29\")", "mustToDuration $a", "durationSeconds $a", "durationMilliseconds $a",
                "durationHours $a", "durationDays $a", "durationWeeks $a", "durationMinutes $a", "durationNanoseconds $a", "durationMicroseconds $a",
                "durationRoundTo $a $b", "durationTruncateTo $a $b", "mustDateModify $a (toDate \"2006-01-02T15:04:05Z07:00\" \"9999-12-31T23:59:59+05:30\")",
            ]);
            format!("{{{{ $a := \"{a}\" }}}}{{{{ $b := \"{b}\" }}}}{{{{ {call} }}}}")
        }
        _ => {
            let call = random.pick(&[
                "htmlDate", "unixEpoch (toDate \"2006-01-02\" \"1999-01-01\") | print", "htmlDateInZone",
                "durationRound", "date \"Jan\"",
            ]);
            let more =
                if call == "htmlDateInZone" { format!(" \"{zone}\"") } else { String::new() };
            format!("{{{{ {call} (int64 {}){more} }}}}", seconds(random))
        }
    };
    vec![out]
}
