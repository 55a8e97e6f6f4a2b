//! URLs in their parts, with Go's words for bad ones.
//!
//! Source: Go's `net/url/url.go`.

use super::ip;
use crate::quote::QuotedBytes as Quoted;

/// A URL in its parts, all without their escapes.
#[derive(Debug, Default)]
pub struct Url {
    /// what stands before the first colon, in lower case
    pub scheme: Vec<u8>,
    /// what follows the scheme, if it does not begin with a slash
    pub opaque: Vec<u8>,
    /// what stands before the `@`
    pub user: Option<User>,
    /// the host, with its port
    pub host: Vec<u8>,
    /// the path
    pub path: Encoded,
    /// what follows the `?`, with its escapes
    pub query: Vec<u8>,
    /// what follows the `#`
    pub fragment: Encoded,
}

/// Text without its escapes, and with them if they are not those that would be chosen.
#[derive(Debug, Default, Clone)]
pub struct Encoded {
    /// the text
    pub decoded: Vec<u8>,
    raw: Vec<u8>,
}

impl Encoded {
    /// Takes a text that has no escapes.
    pub fn of(decoded: &[u8]) -> Self {
        Self { decoded: decoded.to_vec(), raw: Vec::new() }
    }

    fn parse(raw: &[u8], part: Part) -> Result<Self, String> {
        let decoded = unescape(raw, part)?;
        let raw = if escape(&decoded, part) == raw { Vec::new() } else { raw.to_vec() };
        Ok(Self { decoded, raw })
    }
}

/// The user of a URL, and the password.
#[derive(Debug, Clone)]
pub struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl User {
    /// Gives `name:password` with the escapes it needs.
    pub fn encoded(&self) -> Vec<u8> {
        let mut text = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            text.push(b':');
            text.extend(escape(password, Part::User));
        }
        text
    }
}

/// A part of a URL: which characters stand for themselves depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    /// the zone of an IPv6 address
    Zone,
    User,
    Path,
    /// what stands between the slashes of a path
    Segment,
    Fragment,
}

impl Part {
    fn keeps(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            return true;
        }
        let kept: &[u8] = match self {
            Self::Host | Self::Zone => b"!$&'()*+,;=:[]<>\"",
            Self::User => b"$&+,;=",
            Self::Path => b"$&+,/:;=@",
            Self::Segment => b"$&+:=@",
            Self::Fragment => b"!$&()*+,/:;=?@",
        };
        kept.contains(&byte)
    }
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte != b'%' {
            if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !part.keeps(byte) {
                return Err(format!("invalid character {} in host name", Quoted(&[byte])));
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let escape = &text[at..text.len().min(at + 3)];
        let digit = |at: usize| escape.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let invalid = || format!("invalid URL escape {}", Quoted(escape));
        let (Some(high), Some(low)) = (digit(1), digit(2)) else { return Err(invalid()) };
        let value = u8::try_from(high * 16 + low).unwrap_or_default();
        // A host may escape only what is not ASCII; a zone also what a host keeps, and spaces.
        let allowed = match part {
            Part::Host => high >= 8,
            Part::Zone => value == b' ' || Part::Host.keeps(value),
            _ => true,
        };
        if !allowed && escape != b"%25" {
            return Err(invalid());
        }
        out.push(value);
        at += 3;
    }
    Ok(out)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if part.keeps(byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

/// Splits text at the first of a byte, which belongs to neither side.
fn cut(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(byte, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

impl Url {
    /// Reads a URL, which may be relative.
    ///
    /// # Errors
    ///
    /// Go's text, such as `parse "a b://": first path segment in URL cannot contain colon`.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let error = |shown: &[u8], error: String| format!("parse {}: {error}", Quoted(shown));
        let (before, fragment) = cut(text, b'#');
        let mut url = Self::parse_without_fragment(before).map_err(|why| error(before, why))?;
        if let Some(fragment) = fragment {
            url.fragment =
                Encoded::parse(fragment, Part::Fragment).map_err(|why| error(text, why))?;
        }
        Ok(url)
    }

    fn parse_without_fragment(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == b"*" {
            url.path = Encoded::of(b"*");
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or_default().to_vec();
        if !rest.starts_with(b"/") {
            if !scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            // A colon here would make it look like a scheme.
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        if let Some(after) = rest.strip_prefix(b"//")
            && (!scheme.is_empty() || !rest.starts_with(b"///"))
        {
            let slash = memchr::memchr(b'/', after).unwrap_or(after.len());
            let (authority, after) = after.split_at(slash);
            (url.user, url.host) = parse_authority(&url.scheme, authority)?;
            path = after;
        }
        url.path = Encoded::parse(path, Part::Path)?;
        Ok(url)
    }

    /// Gives the host without its port and without the brackets of an IPv6 address.
    pub fn hostname(&self) -> &[u8] {
        let host = &self.host[..];
        let host = match memchr::memrchr(b':', host) {
            Some(colon) if is_optional_port(&host[colon..]) => &host[..colon],
            _ => host,
        };
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }

    /// Gives the path with its escapes, if they are not those that would be chosen.
    pub fn raw_path(&self) -> &[u8] {
        &self.path.raw
    }

    /// Takes the escapes out of a path.
    ///
    /// # Errors
    ///
    /// Go's text: `invalid URL escape "%zz"`.
    pub fn unescape_path(text: &str) -> Result<String, String> {
        unescape(text.as_bytes(), Part::Path)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Puts escapes into each segment of a path.
    pub fn escape_segments(text: &str) -> String {
        let segments = text.split('/').map(|segment| escape(segment.as_bytes(), Part::Segment));
        String::from_utf8_lossy(&segments.collect::<Vec<_>>().join(&b'/')).into_owned()
    }

    /// Gives the URL that `reference` is, seen from this one.
    #[must_use]
    pub fn resolve(&self, reference: &Self) -> Self {
        let given = |part: &[u8], fallback: &[u8]| {
            if part.is_empty() { fallback.to_vec() } else { part.to_vec() }
        };
        let mut url = Self {
            scheme: given(&reference.scheme, &self.scheme),
            query: reference.query.clone(),
            fragment: reference.fragment.clone(),
            ..Self::default()
        };
        let has_authority = !reference.host.is_empty() || reference.user.is_some();
        if !reference.scheme.is_empty() || has_authority {
            url.opaque.clone_from(&reference.opaque);
            url.user.clone_from(&reference.user);
            url.host.clone_from(&reference.host);
            url.path = Encoded::of(&resolve_path(&reference.path.decoded, b""));
            return url;
        }
        if reference.path.decoded.is_empty() && reference.query.is_empty() {
            url.query.clone_from(&self.query);
            if reference.fragment.decoded.is_empty() {
                url.fragment = self.fragment.clone();
            }
        }
        if !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            return url;
        }
        url.user.clone_from(&self.user);
        url.host.clone_from(&self.host);
        url.path = Encoded::of(&resolve_path(&self.path.decoded, &reference.path.decoded));
        url
    }

    /// Puts the parts together.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            let has_authority = !self.host.is_empty() || self.user.is_some();
            if has_authority || !self.scheme.is_empty() && !self.path.decoded.is_empty() {
                out.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                out.extend(user.encoded());
                out.push(b'@');
            }
            out.extend(escape(&self.host, Part::Host));
            let path = if self.path.decoded == b"*" {
                b"*".to_vec()
            } else {
                escape(&self.path.decoded, Part::Path)
            };
            if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
                out.push(b'/');
            }
            // Else the part before the colon would be read as a scheme.
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./");
            }
            out.extend(path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.decoded.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment.decoded, Part::Fragment));
        }
        out
    }
}

/// Puts a path behind the folder of another one, without `.` and `..`.
fn resolve_path(base: &[u8], reference: &[u8]) -> Vec<u8> {
    let full = match reference.first() {
        None => base.to_vec(),
        Some(b'/') => reference.to_vec(),
        Some(_) => {
            let folder = memchr::memrchr(b'/', base).map_or(0, |slash| slash + 1);
            [&base[..folder], reference].concat()
        }
    };
    if full.is_empty() {
        return full;
    }
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut last: &[u8] = b"";
    for segment in full.split(|&byte| byte == b'/') {
        last = segment;
        match segment {
            b"." => {}
            b".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let mut path = [b"/", &kept.join(&b'/')[..]].concat();
    if matches!(last, b"." | b"..") {
        path.push(b'/');
    }
    if path.starts_with(b"//") {
        path.remove(0);
    }
    path
}

/// Splits text into its scheme, which may be missing, and the rest.
fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 => return Ok((&text[..at], &text[at + 1..])),
            b':' => return Err("missing protocol scheme".to_owned()),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let Some(at) = memchr::memrchr(b'@', authority) else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let userinfo = &authority[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !userinfo.iter().all(valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(userinfo, b':');
    let name = unescape(name, Part::User)?;
    let password = password.map(|password| unescape(password, Part::User)).transpose()?;
    Ok((Some(User { name, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let check_port = |port: &[u8]| {
        if is_optional_port(port) {
            Ok(())
        } else {
            Err(format!("invalid port {} after host", Quoted(port)))
        }
    };
    match memchr::memrchr(b'[', host) {
        Some(0) => {
            let Some(close) = memchr::memrchr(b']', host) else {
                return Err("missing ']' in host".to_owned());
            };
            let port = &host[close + 1..];
            check_port(port)?;
            let name = &host[1..close];
            let address = match memchr::memmem::find(name, b"%25") {
                Some(zone) => {
                    let mut address = unescape(&name[..zone], Part::Host)?;
                    address.extend(unescape(&name[zone..], Part::Zone)?);
                    address
                }
                None => unescape(name, Part::Host)?,
            };
            check_ipv6(&address)?;
            Ok([b"[", &address[..], b"]", port].concat())
        }
        Some(_) => Err("invalid IP-literal".to_owned()),
        None => {
            if let Some(first) = memchr::memchr(b':', host) {
                // More than one colon is refused only for the web.
                let web = scheme == b"http" || scheme == b"https";
                let colon = if web { first } else { memchr::memrchr(b':', host).unwrap_or(first) };
                check_port(&host[colon..])?;
            }
            unescape(host, Part::Host)
        }
    }
}

/// Checks an address in brackets: IPv6, with a zone or not.
fn check_ipv6(address: &[u8]) -> Result<(), String> {
    let (bytes, _) = ip::parse(address).map_err(|error| format!("invalid host: {error}"))?;
    if bytes.len() == 4 { Err("invalid IP-literal".to_owned()) } else { Ok(()) }
}

fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
