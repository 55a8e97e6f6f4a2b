//! DER, the encoding of keys and certificates: as much of it as they need.
//!
//! Source: ITU-T X.690.

/// `BOOLEAN`
const BOOLEAN: u8 = 0x01;
/// `INTEGER`
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub(super) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub(super) const OCTET_STRING: u8 = 0x04;
/// `NULL`
pub(super) const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `UTF8String`
pub(super) const UTF8_STRING: u8 = 0x0c;
/// `PrintableString`
pub(super) const PRINTABLE_STRING: u8 = 0x13;
/// `UTCTime`
pub(super) const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`
pub(super) const GENERALIZED_TIME: u8 = 0x18;
/// `SEQUENCE`
pub(super) const SEQUENCE: u8 = 0x30;
/// `SET`
pub(super) const SET: u8 = 0x31;

/// Gives the tag of a simple value in a context, such as `[1]`.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// Gives the tag of a constructed value in a context, such as `[0] EXPLICIT`.
pub(super) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// Writes one value: its tag, its length, its contents.
pub(super) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if let Ok(short @ 0..=0x7f) = u8::try_from(contents.len()) {
        out.push(short);
    } else {
        let len = contents.len().to_be_bytes();
        let n_zeros = len.iter().take_while(|byte| **byte == 0).count();
        let len = &len[n_zeros..];
        out.push(0x80 | u8::try_from(len.len()).expect("a length has eight bytes at most"));
        out.extend_from_slice(len);
    }
    out.extend_from_slice(contents);
    out
}

/// Writes a `SEQUENCE` of values already written.
pub(super) fn sequence(values: &[&[u8]]) -> Vec<u8> {
    value(SEQUENCE, &values.concat())
}

/// Writes a positive `INTEGER` of big-endian bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[n_zeros..];
    // A first bit would make it negative, and zero has one byte too.
    if bytes.first().is_none_or(|first| first & 0x80 != 0) {
        value(INTEGER, &[&[0], bytes].concat())
    } else {
        value(INTEGER, bytes)
    }
}

/// Writes a `BIT STRING` of whole bytes.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    value(BIT_STRING, &[&[0], bytes].concat())
}

/// Writes `BOOLEAN TRUE`.
pub(super) fn yes() -> Vec<u8> {
    value(BOOLEAN, &[0xff])
}

/// Values written one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    /// Begins to read.
    pub(super) fn new(bytes: &'d [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Tells whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a value of a tag and gives it whole, with tag and length.
    pub(super) fn element(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (&first, after_tag) = self.rest.split_first()?;
        if first != tag {
            return None;
        }
        let (&short, after_len) = after_tag.split_first()?;
        let (len, header) = if short < 0x80 {
            (usize::from(short), 2)
        } else {
            let n_bytes = usize::from(short & 0x7f);
            let bytes = after_len.get(..n_bytes).filter(|_| (1..=4).contains(&n_bytes))?;
            let len = bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
            // DER has one way to write a length: the shortest.
            if bytes[0] == 0 || len < 0x80 {
                return None;
            }
            (len, 2 + n_bytes)
        };
        let element = self.rest.get(..header.checked_add(len)?)?;
        self.rest = &self.rest[element.len()..];
        Some(element)
    }

    /// Reads a value of a tag and gives its contents.
    pub(super) fn contents(&mut self, tag: u8) -> Option<&'d [u8]> {
        let element = self.element(tag)?;
        let header = match element[1] {
            short @ 0..0x80 => element.len() - usize::from(short),
            long => 2 + usize::from(long & 0x7f),
        };
        Some(&element[header..])
    }

    /// Reads a value of a tag and goes on with its contents.
    pub(super) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.contents(tag).map(Self::new)
    }

    /// Reads a value if it has the tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'d [u8]> {
        if self.rest.first() == Some(&tag) { self.contents(tag) } else { None }
    }

    /// Reads an `INTEGER` that is not negative, as big-endian bytes.
    pub(super) fn unsigned(&mut self) -> Option<&'d [u8]> {
        match self.contents(INTEGER)? {
            [] => None,
            [0, second, ..] if second & 0x80 == 0 => None,
            [first, ..] if first & 0x80 != 0 => None,
            bytes => Some(bytes),
        }
    }

    /// Reads a `BIT STRING` of whole bytes.
    pub(super) fn bits(&mut self) -> Option<&'d [u8]> {
        self.contents(BIT_STRING)?.strip_prefix(&[0])
    }

    /// Reads a small `INTEGER`.
    pub(super) fn small(&mut self) -> Option<u64> {
        let bytes = self.unsigned()?;
        let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = &bytes[n_zeros..];
        (bytes.len() <= 8)
            .then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for len in [0, 1, 127, 128, 255, 256, 70_000] {
            let contents = vec![7; len];
            let written = value(OCTET_STRING, &contents);
            let mut reader = Reader::new(&written);
            assert_eq!(reader.contents(OCTET_STRING), Some(&contents[..]));
            assert!(reader.is_empty());
        }
        assert_eq!(integer(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
    }

    #[test]
    fn only_the_shortest_lengths_are_read() {
        for bytes in [&[4, 0x81, 1, 0][..], &[4, 0x82, 0, 0x80], &[4, 0x80], &[4, 0x85], &[4, 2, 0]]
        {
            assert_eq!(Reader::new(bytes).element(OCTET_STRING), None, "{bytes:?}");
        }
    }
}
