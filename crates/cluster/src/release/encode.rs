//! Records as text: JSON, packed with gzip, in base64.
//!
//! Source: `encodeRelease` and `decodeRelease` in `pkg/storage/driver/util.go`, Helm v4.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::Release;

/// The longest record that is unpacked, in bytes: a megabyte of gzip may hold a gigabyte.
pub const MAX_JSON: usize = 256 << 20;

/// How hard a record is packed; see the figures in [`pack`].
const LEVEL: u32 = 6;

/// What gzip begins with. Records of Helm's first days have none.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Writes a record.
///
/// # Errors
///
/// Why it has no JSON; that of a chart is taken as it is.
pub fn encode(release: &Release) -> Result<String, String> {
    let json = serde_json::to_vec(release).map_err(|error| error.to_string())?;
    Ok(STANDARD.encode(pack(&json)))
}

/// Packs bytes, the same ones always in the same way.
fn pack(json: &[u8]) -> Vec<u8> {
    let buffer = Vec::with_capacity(json.len() / 3 + 64);
    let level = Compression::new(LEVEL);
    let mut writer: GzEncoder<Vec<u8>> = GzBuilder::new().mtime(0).write(buffer, level);
    writer.write_all(json).expect("memory takes all that is written");
    writer.finish().expect("memory takes all that is written")
}

/// Gives a word that differs where records differ: the checksum and the length that gzip ends with.
pub(super) fn fingerprint(text: &str) -> String {
    let tail = &text.as_bytes()[text.len().saturating_sub(16)..];
    let bytes = STANDARD.decode(tail).unwrap_or_else(|_| tail.to_vec());
    let number =
        bytes.iter().rev().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{number:016x}")
}

/// Reads a record.
///
/// # Errors
///
/// Why it is none: what Go says where base64 or gzip are broken.
pub fn decode(text: &[u8]) -> Result<Release, String> {
    let bytes = unbase(text)?;
    if bytes.len() > GZIP.len() && bytes.starts_with(&GZIP) {
        return from_json(&unpack(&bytes)?);
    }
    from_json(&bytes)
}

fn from_json(json: &[u8]) -> Result<Release, String> {
    // A list would be read as the fields of a record in their order.
    if json.trim_ascii_start().starts_with(b"[") {
        return Err("invalid type: list, expected a record".to_owned());
    }
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let limit = u64::try_from(MAX_JSON).expect("it fits") + 1;
    let mut json = Vec::with_capacity(bytes.len().saturating_mul(5));
    let mut reader = MultiGzDecoder::new(bytes).take(limit);
    match reader.read_to_end(&mut json) {
        Ok(_) if json.len() > MAX_JSON => Err(format!("it unpacks to more than {MAX_JSON} bytes")),
        Ok(_) => Ok(json),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err("unexpected EOF".to_owned())
        }
        Err(error) => Err(format!("gzip: {error}")),
    }
}

/// Reads base64 as Go does, which passes over line ends.
pub(super) fn unbase(text: &[u8]) -> Result<Vec<u8>, String> {
    let told = |error: base64::DecodeError| match error {
        base64::DecodeError::InvalidByte(at, _) => {
            format!("illegal base64 data at input byte {at}")
        }
        _ => format!("illegal base64 data at input byte {}", text.len()),
    };
    if text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        let text: Vec<u8> =
            text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        return STANDARD.decode(text).map_err(told);
    }
    STANDARD.decode(text).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(json: &str) -> String {
        STANDARD.encode(pack(json.as_bytes()))
    }

    #[test]
    fn records_come_back_as_they_went() {
        // Helm 3 writes empty texts for no time, and a chart may have fields that nobody here knows.
        let json = r#"{"name":"web","info":{"first_deployed":"2024-03-02T10:00:00.5+02:00","last_deployed":"","deleted":"","description":"<x>","status":"deployed"},"chart":{"metadata":{"name":"web"},"new":[1.50,{"b":1,"a":2}]},"config":{"a":1e3},"manifest":"---\n","hooks":[{"name":"h","last_run":{"started_at":"","completed_at":"","phase":""}}],"version":3,"namespace":"prod","apply_method":"ssa"}"#;
        let release = decode(packed(json).as_bytes()).unwrap();
        assert_eq!(
            release.chart.as_ref().unwrap().get(),
            r#"{"metadata":{"name":"web"},"new":[1.50,{"b":1,"a":2}]}"#
        );
        let first = release.info.first_deployed.unwrap();
        assert_eq!(first.to_string(), "2024-03-02T10:00:00.5+02:00");
        assert_eq!(release.info.last_deployed, None);
        let text = encode(&release).unwrap();
        assert_eq!(text, encode(&release).unwrap(), "the same record is the same text");
        let again = decode(text.as_bytes()).unwrap();
        assert_eq!(
            serde_json::to_string(&again).unwrap(),
            serde_json::to_string(&release).unwrap()
        );
        // Helm's first records were not packed, and base64 may have line ends.
        let plain = STANDARD.encode(json);
        let (first, second) = plain.split_at(100);
        assert_eq!(decode(format!("{first}\r\n{second}\n").as_bytes()).unwrap().version, 3);
    }

    #[test]
    fn what_is_no_record_is_told() {
        let says = |text: &str| decode(text.as_bytes()).unwrap_err();
        assert_eq!(says("ab!d"), "illegal base64 data at input byte 2");
        let whole = packed(r#"{"name":"web"}"#);
        let cut = STANDARD.encode(&STANDARD.decode(&whole).unwrap()[..20]);
        assert_eq!(says(&cut), "unexpected EOF");
        assert!(says("").starts_with("EOF"), "{}", says(""));
        assert!(says(&packed("[]")).contains("invalid"), "{}", says(&packed("[]")));
        let deep = format!(r#"{{"config":{{"a":{}}}}}"#, "[".repeat(100_000));
        assert!(says(&packed(&deep)).contains("recursion"));
    }

    #[test]
    fn a_record_that_never_ends_is_refused() {
        let bomb = packed(&" ".repeat(MAX_JSON + 1));
        assert!(bomb.len() < 1 << 20);
        assert_eq!(
            decode(bomb.as_bytes()).unwrap_err(),
            format!("it unpacks to more than {MAX_JSON} bytes")
        );
    }
}
