//! Sizes and durations as Compose writes them.
//!
//! Source: the Compose Specification, chapter *Extensions*; `RAMInBytes` of docker/go-units.

/// Gives a size as a quantity of Kubernetes: `512m` is `512Mi`, a number is bytes. `None` if it is no size.
pub(crate) fn quantity(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let suffix = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => "",
        "k" | "kb" | "kib" => "Ki",
        "m" | "mb" | "mib" => "Mi",
        "g" | "gb" | "gib" => "Gi",
        "t" | "tb" | "tib" => "Ti",
        "p" | "pb" | "pib" => "Pi",
        _ => return None,
    };
    if suffix.is_empty() {
        return Some(whole.to_owned());
    }
    Some(format!("{number}{suffix}"))
}

/// Tells whether a size is nothing.
pub(crate) fn is_zero(quantity: &str) -> bool {
    !quantity.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// Gives a duration such as `1m30s` in whole seconds, rounded up. `None` if it is no duration.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    if let Ok(number) = rest.parse::<u32>() {
        // Compose takes a number without a unit for zero only.
        return (number == 0).then_some(0);
    }
    let mut nanoseconds = 0.0_f64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let behind = &rest[end..];
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        nanoseconds += number
            * match &behind[..end] {
                "ns" => 1.0,
                "us" | "µs" | "μs" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 60e9,
                "h" => 3_600e9,
                "d" => 86_400e9,
                "w" => 604_800e9,
                _ => return None,
            };
        rest = &behind[end..];
    }
    let seconds = (nanoseconds / 1e9).ceil();
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2³¹")]
    (seconds < 2_147_483_648.0).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_become_quantities() {
        for (text, expected) in [
            ("512m", Some("512Mi")),
            ("1.5GB", Some("1.5Gi")),
            ("100", Some("100")),
            ("64b", Some("64")),
            ("2t", Some("2Ti")),
            ("1x", None),
            ("", None),
            ("m", None),
            ("-1m", None),
        ] {
            assert_eq!(quantity(text).as_deref(), expected, "{text}");
        }
        assert!(is_zero("0.0Mi") && !is_zero("10"));
    }

    #[test]
    fn durations_become_seconds() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("1m30s", Some(90)),
            ("1h", Some(3600)),
            ("1.5s", Some(2)),
            ("500ms", Some(1)),
            ("0", Some(0)),
            ("1d", Some(86_400)),
            ("10", None),
            ("s", None),
            ("", None),
            ("99999999h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
