//! Directives (`%YAML 1.1`, `%TAG ! tag:`) and tags (`!!str`).

use super::{Scanner, TokenKind};
use crate::error::Fault;

/// The most digits of each half of a version.
const MAX_VERSION_DIGITS: usize = 2;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_directive(&mut self) -> Result<(), Fault> {
        let (start, line) = (self.at, self.line);
        let name_end = self.word_end(start + 1);
        let name = &self.input.text[start + 1..name_end];
        self.at = name_end;
        self.need(self.at, 1)?;
        if name.is_empty() {
            return Err(self.error("could not find expected directive name"));
        }
        if !self.is_blank_or_end(self.at) {
            return Err(self.error("found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.scan_version()?,
            "TAG" => self.scan_tag_directive()?,
            _ => return Err(self.error("found unknown directive name")),
        };
        let end = self.at;
        self.skip_rest_of_line()?;
        self.queue.push_back(super::Token { kind, start, end, line });
        Ok(())
    }

    /// Goes on behind blanks, a comment and the line break.
    pub(super) fn skip_rest_of_line(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        if self.byte(self.at) == b'#' {
            self.pass(self.line_end(self.at));
        }
        self.need(self.at, 1)?;
        match self.break_len(self.at) {
            0 if self.at == self.bytes.len() => Ok(()),
            0 => Err(self.error("did not find expected comment or line break")),
            len => {
                self.need(self.at, 2)?;
                self.pass_break(len);
                Ok(())
            }
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(self.at), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn scan_version(&mut self) -> Result<TokenKind<'a>, Fault> {
        self.skip_blanks();
        let major = self.scan_version_number()?;
        if self.byte(self.at) != b'.' {
            return Err(self.error("did not find expected digit or '.' character"));
        }
        self.at += 1;
        let minor = self.scan_version_number()?;
        Ok(TokenKind::VersionDirective(major, minor))
    }

    fn scan_version_number(&mut self) -> Result<u8, Fault> {
        let start = self.at;
        let mut number = 0;
        while self.byte(self.at).is_ascii_digit() {
            if self.at - start == MAX_VERSION_DIGITS {
                return Err(self.error("found extremely long version number"));
            }
            number = number * 10 + (self.byte(self.at) - b'0');
            self.at += 1;
        }
        self.need(self.at, 1)?;
        if self.at == start {
            return Err(self.error("did not find expected version number"));
        }
        Ok(number)
    }

    fn scan_tag_directive(&mut self) -> Result<TokenKind<'a>, Fault> {
        self.skip_blanks();
        let handle = self.scan_handle()?;
        if handle != "!" && (handle.len() == 1 || !handle.ends_with('!')) {
            return Err(self.error("did not find expected '!'"));
        }
        self.need(self.at, 1)?;
        if !matches!(self.byte(self.at), b' ' | b'\t') {
            return Err(self.error("did not find expected whitespace"));
        }
        self.skip_blanks();
        let mut prefix = Vec::new();
        if !self.scan_uri(&mut prefix)? {
            return Err(self.error("did not find expected tag URI"));
        }
        self.check_tag_end()?;
        Ok(TokenKind::TagDirective(Box::new((handle, lossy(prefix)))))
    }

    pub(super) fn fetch_tag(&mut self) -> Result<(), Fault> {
        self.save_key()?;
        self.is_key_allowed = false;
        let (start, line) = (self.at, self.line);
        self.need(start, 2)?;
        let mut suffix = Vec::new();
        let handle = if self.byte(start + 1) == b'<' {
            self.at += 2;
            if !self.scan_uri(&mut suffix)? {
                return Err(self.error("did not find expected tag URI"));
            }
            if self.byte(self.at) != b'>' {
                return Err(self.error("did not find the expected '>'"));
            }
            self.at += 1;
            ""
        } else {
            let handle = self.scan_handle()?;
            if handle.len() > 1 && handle.ends_with('!') {
                if !self.scan_uri(&mut suffix)? {
                    return Err(self.error("did not find expected tag URI"));
                }
                handle
            } else {
                // It was no handle but the beginning of a tag, `!local`.
                suffix.extend_from_slice(&handle.as_bytes()[1..]);
                self.scan_uri(&mut suffix)?;
                if suffix.is_empty() {
                    suffix.push(b'!');
                    ""
                } else {
                    "!"
                }
            }
        };
        self.check_tag_end()?;
        self.push(TokenKind::Tag(Box::new((handle, lossy(suffix)))), start, line);
        Ok(())
    }

    fn check_tag_end(&self) -> Result<(), Fault> {
        self.need(self.at, 1)?;
        if self.is_blank_or_end(self.at) {
            Ok(())
        } else {
            Err(self.error("did not find expected whitespace or line break"))
        }
    }

    /// Reads `!`, letters, and `!` if it is there.
    fn scan_handle(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        self.need(start, 1)?;
        if self.byte(start) != b'!' {
            return Err(self.error("did not find expected '!'"));
        }
        self.at = self.word_end(start + 1);
        self.need(self.at, 1)?;
        if self.byte(self.at) == b'!' {
            self.at += 1;
        }
        Ok(&self.input.text[start..self.at])
    }

    /// Reads the characters of a URI, its escapes decoded, and tells whether there are any.
    fn scan_uri(&mut self, uri: &mut Vec<u8>) -> Result<bool, Fault> {
        let start = self.at;
        loop {
            self.need(self.at, 1)?;
            match self.byte(self.at) {
                b'%' => self.scan_uri_escapes(uri)?,
                byte @ (b'0'..=b'9'
                | b'A'..=b'Z'
                | b'a'..=b'z'
                | b'_'
                | b'-'
                | b';'
                | b'/'
                | b'?'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']') => {
                    uri.push(byte);
                    self.at += 1;
                }
                _ => return Ok(self.at > start),
            }
        }
    }

    /// Decodes the escapes of one character. goyaml looks at the form of each octet, not at what they make.
    fn scan_uri_escapes(&mut self, uri: &mut Vec<u8>) -> Result<(), Fault> {
        let mut n_left = 0;
        let mut is_first = true;
        while is_first || n_left > 0 {
            self.need(self.at, 3)?;
            let octet = match self.bytes.get(self.at..self.at + 3) {
                Some(&[b'%', high, low]) => {
                    hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low)
                }
                _ => None,
            };
            let Some(octet) = octet else {
                return Err(self.error("did not find URI escaped octet"));
            };
            if is_first {
                n_left = match octet {
                    0..=0x7f => 1,
                    0xc0..=0xdf => 2,
                    0xe0..=0xef => 3,
                    0xf0..=0xf7 => 4,
                    _ => return Err(self.error("found an incorrect leading UTF-8 octet")),
                };
                is_first = false;
            } else if octet & 0xc0 != 0x80 {
                return Err(self.error("found an incorrect trailing UTF-8 octet"));
            }
            uri.push(octet);
            self.at += 3;
            n_left -= 1;
        }
        Ok(())
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
