//! Base 64, base 32 and checksums.
//!
//! What does not decode gives the text of Go's error, as if it were the result.
//!
//! Source: `strings.go` and `crypto.go` in Sprig; Go's `encoding/base64` and `encoding/base32`.

use std::fmt::Write as _;

use pintle_gotmpl::{Function, Type, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::bytes;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("b64enc", &[Type::String], |_, args| {
        Ok(Value::string(base64_encode(bytes(args, 0))))
    }),
    Function::new("b64dec", &[Type::String], |_, args| {
        Ok(decoded("base64", base64_decode(bytes(args, 0))))
    }),
    Function::new("b32enc", &[Type::String], |_, args| {
        Ok(Value::string(base32_encode(bytes(args, 0))))
    }),
    Function::new("b32dec", &[Type::String], |_, args| {
        Ok(decoded("base32", base32_decode(bytes(args, 0))))
    }),
    Function::new("sha1sum", &[Type::String], |_, args| {
        Ok(Value::string(hex(&Sha1::digest(bytes(args, 0)))))
    }),
    Function::new("sha256sum", &[Type::String], |_, args| {
        Ok(Value::string(hex(&Sha256::digest(bytes(args, 0)))))
    }),
    Function::new("sha512sum", &[Type::String], |_, args| {
        Ok(Value::string(hex(&Sha512::digest(bytes(args, 0)))))
    }),
    Function::new("adler32sum", &[Type::String], |_, args| {
        Ok(Value::string(adler2::adler32_slice(bytes(args, 0)).to_string()))
    }),
];

fn decoded(encoding: &str, result: Result<Vec<u8>, usize>) -> Value {
    match result {
        Ok(data) => Value::string(data),
        Err(at) => Value::string(format!("illegal {encoding} data at input byte {at}")),
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}

/// Encodes in standard base 64 with padding.
pub(crate) fn base64_encode(data: &[u8]) -> String {
    let mut text = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let mut bits = 0_u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap_or(0);
            text.push(if at <= group.len() { char::from(BASE64[digit]) } else { '=' });
        }
    }
    text
}

/// Decodes standard base 64 with padding; line ends are skipped.
///
/// # Errors
///
/// The byte at which Go finds fault.
pub(super) fn base64_decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let is_line_end = |byte: u8| byte == b'\n' || byte == b'\r';
    let mut data = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut bits = 0_u32;
        let mut n_digits = 0;
        while n_digits < 4 {
            let Some(byte) = text.get(at).copied() else {
                return if n_digits == 0 { Ok(data) } else { Err(at - n_digits) };
            };
            at += 1;
            if let Some(digit) = base64_digit(byte) {
                bits = bits << 6 | digit;
                n_digits += 1;
            } else if byte == b'=' {
                break;
            } else if !is_line_end(byte) {
                return Err(at - 1);
            }
        }
        if n_digits == 4 {
            data.extend_from_slice(&bits.to_be_bytes()[1..]);
            continue;
        }
        let skip_line_ends = |mut at: usize| {
            while text.get(at).copied().is_some_and(is_line_end) {
                at += 1;
            }
            at
        };
        // A padding sign was read.
        if n_digits < 2 {
            return Err(at - 1);
        }
        if n_digits == 2 {
            at = skip_line_ends(at);
            match text.get(at) {
                None => return Err(text.len()),
                Some(b'=') => at += 1,
                Some(_) => return Err(at - 1),
            }
        }
        at = skip_line_ends(at);
        if at < text.len() {
            return Err(at);
        }
        bits <<= 6 * (4 - n_digits);
        data.extend_from_slice(&bits.to_be_bytes()[1..n_digits]);
        return Ok(data);
    }
}

fn base64_digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Encodes in standard base 32 with padding.
fn base32_encode(data: &[u8]) -> String {
    let mut text = String::with_capacity(data.len().div_ceil(5) * 8);
    for group in data.chunks(5) {
        let mut bits = 0_u64;
        for at in 0..5 {
            bits = bits << 8 | u64::from(group.get(at).copied().unwrap_or(0));
        }
        let n_digits = (8 * group.len()).div_ceil(5);
        for at in 0..8 {
            let digit = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or(0);
            text.push(if at < n_digits { char::from(BASE32[digit]) } else { '=' });
        }
    }
    text
}

/// Decodes standard base 32 with padding; line ends are skipped and not counted.
///
/// # Errors
///
/// The byte at which Go finds fault.
fn base32_decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let mut data = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    let mut has_ended = false;
    while at < text.len() && !has_ended {
        let mut bits = 0_u64;
        let mut n_digits = 0;
        while n_digits < 8 {
            let Some(byte) = text.get(at).copied() else { return Err(at - n_digits) };
            at += 1;
            let n_left = text.len() - at;
            if byte == b'=' && n_digits >= 2 && n_left < 8 {
                if n_left + n_digits < 7 {
                    return Err(text.len());
                }
                let padding = text[at..].iter().take(7 - n_digits);
                if let Some(wrong) = padding.clone().position(|byte| *byte != b'=') {
                    return Err((at + wrong) - 1);
                }
                if matches!(n_digits, 3 | 6) {
                    return Err(at - 1);
                }
                has_ended = true;
                break;
            }
            bits = bits << 5 | base32_digit(byte).ok_or(at - 1)?;
            n_digits += 1;
        }
        bits <<= 5 * (8 - n_digits);
        data.extend_from_slice(&bits.to_be_bytes()[3..3 + n_digits * 5 / 8]);
    }
    Ok(data)
}

fn base32_digit(byte: u8) -> Option<u64> {
    Some(u64::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    }))
}
