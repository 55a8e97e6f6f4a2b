//! Medians of pairs, as a table in Markdown.

use std::fmt;

use super::process::Sample;

/// What both programs took for the same, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) ours: Sample,
    pub(super) helm: Sample,
}

impl Pair {
    /// Gives the pair as if there were so many renders of each; memory stays.
    pub(super) fn scaled(self, factor: f64) -> Self {
        let scaled = |sample: Sample| Sample {
            wall: sample.wall * factor,
            cpu: sample.cpu * factor,
            peak: sample.peak,
        };
        Self { ours: scaled(self.ours), helm: scaled(self.helm) }
    }
}

/// A table of rows, and a line that says what was measured where.
pub(super) struct Table {
    machine: String,
    rows: Vec<String>,
}

impl Table {
    pub(super) fn new(machine: String) -> Self {
        Self { machine, rows: Vec::new() }
    }

    /// Adds a row: medians, and medians of the pairs' ratios.
    pub(super) fn push(&mut self, title: &str, pairs: &[Pair]) {
        let of = |sample: fn(&Pair) -> Sample| {
            let wall = duration(median(pairs.iter().map(|pair| sample(pair).wall)));
            let peak = bytes(median(pairs.iter().map(|pair| sample(pair).peak)));
            format!("{wall}, {peak}")
        };
        let ratio = |measure: fn(Sample) -> f64| {
            let ratio =
                median(pairs.iter().map(|pair| measure(pair.helm) / measure(pair.ours).max(1.0)));
            format!("{}×", three_digits(ratio))
        };
        self.rows.push(format!(
            "| {title} | {} | {} | {} | {} | {} |",
            of(|pair| pair.ours),
            of(|pair| pair.helm),
            ratio(|sample| sample.wall),
            ratio(|sample| sample.cpu),
            ratio(|sample| sample.peak),
        ));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Render | pintle | Helm | time | CPU | memory |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for row in &self.rows {
            writeln!(f, "{row}")?;
        }
        writeln!(f, "\n{}.", self.machine)
    }
}

/// Gives the median, or 0 of nothing.
pub(super) fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        n if n % 2 == 1 => numbers[middle],
        _ => f64::midpoint(numbers[middle - 1], numbers[middle]),
    }
}

/// Writes nanoseconds with three digits and a unit.
pub(super) fn duration(nanoseconds: f64) -> String {
    with_unit(nanoseconds, &["ns", "µs", "ms", "s"])
}

/// Writes bytes with three digits and a unit.
pub(super) fn bytes(bytes: f64) -> String {
    with_unit(bytes, &["B", "kB", "MB", "GB"])
}

/// Writes a number in the greatest unit that it has one of, each a thousand of the one before.
fn with_unit(number: f64, units: &[&str]) -> String {
    let mut number = number;
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    while number.abs() >= 999.5 {
        let Some(next) = units.next() else { break };
        number /= 1000.0;
        unit = next;
    }
    format!("{} {unit}", three_digits(number))
}

/// Writes a number with three digits, or all before the point.
pub(super) fn three_digits(number: f64) -> String {
    let n_decimals = match number.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.n_decimals$}")
}

/// Gives a count as a number to reckon with.
pub(super) fn to_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall: f64) -> Sample {
        Sample { wall, cpu: wall * 2.0, peak: 2e6 }
    }

    #[test]
    fn a_row_has_medians_and_the_medians_of_ratios() {
        let mut table = Table::new("here".to_owned());
        let pair = |ours: f64, helm: f64| Pair { ours: sample(ours), helm: sample(helm) };
        table.push("x", &[pair(1e6, 1e7), pair(2e6, 6e7), pair(9e6, 9e7)]);
        let expected =
            "| x | 2.00 ms, 2.00 MB | 60.0 ms, 2.00 MB | 10.0× | 10.0× | 1.00× |\n\nhere.\n";
        assert!(table.to_string().ends_with(expected), "{table}");
    }

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        let shown = [0.0, 12.34, 999.4, 999.6, 5e4, 1.2345e12].map(duration);
        assert_eq!(shown, ["0.00 ns", "12.3 ns", "999 ns", "1.00 µs", "50.0 µs", "1234 s"]);
        assert_eq!(bytes(7.75e6), "7.75 MB");
    }

    #[test]
    fn a_median_of_an_even_number_lies_between() {
        assert_eq!(duration(median([4.0, 1.0, 2.0, 3.0].into_iter())), "2.50 ns");
    }
}
