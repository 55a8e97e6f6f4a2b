//! Archives of charts: bytes as they are, a tar whose checksums are put right, or files that are packed first.
//!
//! A chart that loads is packed, loaded and packed again, and both archives are the same.

use flate2::Crc;
use pintle_chart::load::{ApiVersions, Documents, MAX_FILE_SIZE};
use pintle_chart::package::{Times, package};
use pintle_chart::{Chart, Error, File, LoadRules};

use super::bytes::Bytes;

const BLOCK: usize = 512;
const NAME_LEN: usize = 100;
const SIZE: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;
const TYPE: usize = 156;

/// Types of entries: files, links, folders, headers for the next entry.
const TYPES: &[u8; 16] = b"000\x000000125xgLKS";

/// Checks what is loaded from an archive made from the input.
///
/// # Panics
///
/// If the loader is at fault.
pub fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let choice = bytes.byte();
    let rules = rules(choice >> 4 & 1 == 1);
    let chart = match choice % 4 {
        0 => rules.from_archive(bytes.0),
        1 => rules.from_archive(&gzip(&with_checksums(bytes.0))),
        2 => rules.from_archive(&gzip(&packed(&mut bytes))),
        _ => from_files(rules, &mut bytes),
    };
    match chart {
        // Compressing takes longer than all else.
        Ok(chart) if choice >> 5 == 7 => check_packed_again(rules, &chart),
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    }
}

/// Gives the rules of Helm 4, or of Helm 3.
fn rules(is_old: bool) -> LoadRules {
    if !is_old {
        return LoadRules::default();
    }
    LoadRules {
        documents: Documents::First,
        api_versions: ApiVersions::Any,
        max_file_size: Some(MAX_FILE_SIZE),
        go_package: "chart",
        ..LoadRules::default()
    }
}

/// Loads files that are packed first, and checks that they are the same chart as they are.
fn from_files(rules: LoadRules, bytes: &mut Bytes<'_>) -> Result<Chart, Error> {
    let mut files = Vec::new();
    let mut tar = Vec::new();
    while !bytes.0.is_empty() {
        let name = String::from_utf8_lossy(bytes.part());
        let name: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-/".contains(*c)).collect();
        let data = bytes.part();
        let is_plain = name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        if is_plain && name.len() < NAME_LEN - 2 {
            entry(&mut tar, format!("x/{name}").as_bytes(), b'0', data);
            let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
            files.push(File::new(name, data).modified(Some(0)));
        }
    }
    let archive = gzip(&tar);
    let from_archive = rules.from_archive(&archive);
    if files.is_empty() {
        assert!(from_archive.is_err(), "a chart of nothing");
        return from_archive;
    }
    let from_files = rules.from_files(files);
    match (&from_archive, &from_files) {
        (Ok(archived), Ok(plain)) => assert_eq!(archived, plain, "archive and files"),
        // What `Chart.yaml` says, and whether there is one, is asked of archives first.
        (
            Err(Error::UnsupportedApiVersion | Error::InvalidApiVersion | Error::NoChartYaml),
            Ok(_),
        )
        | (Err(_), Err(_)) => {}
        (archived, plain) => panic!("archive: {archived:?}; files: {plain:?}"),
    }
    from_archive
}

/// Checks that a chart that was packed and loaded packs to the same archive.
fn check_packed_again(rules: LoadRules, chart: &Chart) {
    if comes_back_changed(chart) {
        return;
    }
    let times = Times::All(0);
    let Ok(archive) = package(chart, times) else { return };
    let again = match rules.from_archive(&archive) {
        Ok(again) => again,
        // A `requirements.yaml` may have said another one than the file that is asked.
        Err(Error::UnsupportedApiVersion | Error::InvalidApiVersion) => return,
        Err(error) => panic!("what was packed does not load: {error}: {chart:?}"),
    };
    let archive_again = package(&again, times);
    assert!(archive_again.is_ok_and(|again| again == archive), "packed twice: {chart:?}");
}

/// Tells whether a chart is another one once it was packed: of two byte order marks, loading takes one away each time,
/// a backslash in a path is taken for what parts folders, a folder whose name begins with a dot or an underscore is
/// no chart, and one named `Chart.yaml` is taken for a file.
fn comes_back_changed(chart: &Chart) -> bool {
    chart.name().contains('\\')
        || chart.name() == "Chart.yaml"
        || chart
            .raw
            .iter()
            .any(|file| file.name.contains('\\') || file.data.starts_with(b"\xef\xbb\xbf"))
        || chart
            .dependencies
            .iter()
            .any(|carried| carried.name().starts_with(['.', '_']) || comes_back_changed(carried))
}

/// Packs entries: a byte for the type, a name up to a byte of zero, data up to another.
fn packed(bytes: &mut Bytes<'_>) -> Vec<u8> {
    let mut tar = Vec::new();
    while !bytes.0.is_empty() {
        let kind = TYPES[usize::from(bytes.byte() % 16)];
        let name = bytes.part();
        let data = bytes.part();
        entry(&mut tar, &name[..name.len().min(NAME_LEN)], kind, data);
    }
    tar
}

/// Adds an entry to a tar.
fn entry(tar: &mut Vec<u8>, name: &[u8], kind: u8, data: &[u8]) {
    let mut header = [0; BLOCK];
    header[..name.len()].copy_from_slice(name);
    header[NAME_LEN..NAME_LEN + 8].copy_from_slice(b"0000644\0");
    header[SIZE].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[TYPE] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    set_checksum(&mut header);
    tar.extend_from_slice(&header);
    tar.extend_from_slice(data);
    tar.resize(tar.len().next_multiple_of(BLOCK), 0);
}

fn set_checksum(header: &mut [u8]) {
    header[CHECKSUM].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Puts the checksum of each entry right, so that what follows it is looked at.
fn with_checksums(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + BLOCK) {
        if header.iter().any(|byte| *byte != 0) {
            set_checksum(header);
        }
        let digits = std::str::from_utf8(&header[SIZE]).unwrap_or_default();
        let size = u64::from_str_radix(digits.trim_matches(['\0', ' ']), 8).unwrap_or_default();
        let size = usize::try_from(size).unwrap_or_default().min(tar.len());
        at += BLOCK + size.next_multiple_of(BLOCK);
    }
    tar
}

/// Wraps bytes in gzip without compressing them.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let mut chunks = data.chunks(usize::from(u16::MAX)).peekable();
    if data.is_empty() {
        out.extend_from_slice(b"\x01\0\0\xff\xff");
    }
    while let Some(chunk) = chunks.next() {
        out.push(u8::from(chunks.peek().is_none()));
        let length = u16::try_from(chunk.len()).expect("a chunk is as long at most");
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let mut crc = Crc::new();
    crc.update(data);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}
