//! Numbers to text and back, as Go's `strconv` does.

/// Formats a float: Go's `strconv.FormatFloat(x, format, precision, 64)`.
///
/// `format` is one of `b'e' b'E' b'f' b'g' b'G'`; a `precision` of -1 means the fewest digits that read back the same.
pub fn format_float(_x: f64, _format: u8, _precision: i32) -> String {
    unreachable!("being built")
}

/// Quotes bytes as a Go string literal: `strconv.Quote`.
pub fn quote(_bytes: &[u8]) -> String {
    unreachable!("being built")
}

/// Parses an integer: Go's `strconv.ParseInt(text, base, 64)`; base 0 reads prefixes and underscores.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseInt: parsing "x": invalid syntax`.
pub fn parse_int(_text: &str, _base: u32) -> Result<i64, String> {
    unreachable!("being built")
}

/// Parses a float: Go's `strconv.ParseFloat(text, 64)`.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseFloat: parsing "x": invalid syntax`.
pub fn parse_float(_text: &str) -> Result<f64, String> {
    unreachable!("being built")
}
