//! IP addresses as text, with Go's words for bad ones.
//!
//! Source: Go's `net/netip/netip.go`.

use crate::quote::QuotedBytes as Quoted;

/// Reads an address, IPv4 or IPv6, with a zone or without one: 4 or 16 bytes, and whether there was a zone.
///
/// # Errors
///
/// Go's text, such as `ParseAddr("1.2.3"): IPv4 address too short`.
pub fn parse(text: &[u8]) -> Result<(Vec<u8>, bool), String> {
    let found = match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => parse_v4(text).map(|bytes| (bytes.to_vec(), false)),
        Some(b':') => parse_v6(text).map(|(bytes, zone)| (bytes.to_vec(), zone)),
        Some(_) => Err(Bad { why: "missing IPv6 address", at: b"" }),
        None => Err(Bad { why: "unable to parse IP", at: b"" }),
    };
    found.map_err(|Bad { why, at }| {
        let text = Quoted(text);
        if at.is_empty() {
            format!("ParseAddr({text}): {why}")
        } else {
            format!("ParseAddr({text}): {why} (at {})", Quoted(at))
        }
    })
}

/// What is wrong, and the rest of the text there.
struct Bad<'t> {
    why: &'static str,
    at: &'t [u8],
}

fn parse_v4(text: &[u8]) -> Result<[u8; 4], Bad<'_>> {
    let bad = |why| Bad { why, at: b"" };
    let mut fields = [0; 4];
    let (mut field, mut value, mut n_digits) = (0, 0_u16, 0);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if n_digits == 1 && value == 0 {
                    return Err(bad("IPv4 field has octet with leading zero"));
                }
                value = value * 10 + u16::from(byte - b'0');
                n_digits += 1;
                fields[field] =
                    u8::try_from(value).map_err(|_| bad("IPv4 field has value >255"))?;
            }
            b'.' => {
                if at == 0 || at == text.len() - 1 || text[at - 1] == b'.' {
                    let why = "IPv4 field must have at least one digit";
                    return Err(Bad { why, at: &text[at..] });
                }
                if field == 3 {
                    return Err(bad("IPv4 address too long"));
                }
                field += 1;
                (value, n_digits) = (0, 0);
            }
            _ => return Err(Bad { why: "unexpected character", at: &text[at..] }),
        }
    }
    if field < 3 { Err(bad("IPv4 address too short")) } else { Ok(fields) }
}

fn parse_v6(text: &[u8]) -> Result<([u8; 16], bool), Bad<'_>> {
    let bad = |why| Bad { why, at: b"" };
    let (mut rest, zone) = match memchr::memchr(b'%', text) {
        Some(percent) => (&text[..percent], Some(&text[percent + 1..])),
        None => (text, None),
    };
    if zone.is_some_and(<[u8]>::is_empty) {
        return Err(bad("zone must be a non-empty string"));
    }
    let mut bytes: Vec<u8> = Vec::with_capacity(16);
    let mut gap = None;
    if let Some(after) = rest.strip_prefix(b"::") {
        gap = Some(0);
        rest = after;
    }
    while bytes.len() < 16 && !(rest.is_empty() && gap == Some(bytes.len())) {
        let n_digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if n_digits == 0 {
            let why = "each colon-separated field must have at least one digit";
            return Err(Bad { why, at: rest });
        }
        if n_digits > 4 {
            return Err(Bad { why: "each group must have 4 or less digits", at: rest });
        }
        if rest.get(n_digits) == Some(&b'.') {
            if gap.is_none() && bytes.len() != 12 {
                let why = "embedded IPv4 address must replace the final 2 fields of the address";
                return Err(Bad { why, at: rest });
            }
            if bytes.len() + 4 > 16 {
                let why = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return Err(Bad { why, at: rest });
            }
            bytes.extend(parse_v4(rest)?);
            rest = b"";
            break;
        }
        let value = rest[..n_digits].iter().fold(0_u16, |value, digit| {
            let digit = char::from(*digit).to_digit(16).unwrap_or_default();
            value << 4 | u16::try_from(digit).unwrap_or_default()
        });
        bytes.extend(value.to_be_bytes());
        match &rest[n_digits..] {
            [] => {
                rest = b"";
                break;
            }
            at @ [b':'] => {
                return Err(Bad { why: "colon must be followed by more characters", at });
            }
            [b':', b':', after @ ..] => {
                if gap.is_some() {
                    return Err(Bad { why: "multiple :: in address", at: &rest[n_digits + 1..] });
                }
                gap = Some(bytes.len());
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            [b':', after @ ..] => rest = after,
            at => return Err(Bad { why: "unexpected character, want colon", at }),
        }
    }
    if !rest.is_empty() {
        return Err(Bad { why: "trailing garbage after address", at: rest });
    }
    let missing = 16 - bytes.len();
    match gap {
        None if missing > 0 => Err(bad("address string too short")),
        Some(_) if missing == 0 => Err(bad("the :: must expand to at least one field of zeros")),
        gap => {
            let at = gap.unwrap_or(bytes.len());
            bytes.splice(at..at, std::iter::repeat_n(0, missing));
            let bytes = bytes.try_into().map_err(|_| bad("address string too short"))?;
            Ok((bytes, zone.is_some()))
        }
    }
}
