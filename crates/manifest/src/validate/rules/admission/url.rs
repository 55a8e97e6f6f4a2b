//! URLs, as far as a webhook's must be understood.
//!
//! Source: `Parse` in Go's `net/url`.

use std::borrow::Cow;

/// What a URL is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    pub(super) scheme: &'a str,
    pub(super) has_user: bool,
    pub(super) host: &'a str,
    pub(super) query: &'a str,
    pub(super) fragment: &'a str,
}

type Fault = Cow<'static, str>;

/// Reads a URL, absolute or not.
pub(super) fn parse(text: &str) -> Result<Url<'_>, Fault> {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    let (scheme, rest) = scheme(text)?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut url = Url { scheme, has_user: false, host: "", query, fragment };
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return with_fragment(url);
        }
        if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    let mut path = rest;
    if let Some(behind) = rest.strip_prefix("//")
        && !(scheme.is_empty() && behind.starts_with('/'))
    {
        let end = behind.find('/').unwrap_or(behind.len());
        let (authority, of_path) = behind.split_at(end);
        path = of_path;
        url.host = authority;
        if let Some((user, host)) = authority.rsplit_once('@') {
            user_is_valid(user)?;
            (url.has_user, url.host) = (true, host);
        }
        host_is_valid(url.host)?;
    }
    escapes_are_valid(path)?;
    with_fragment(url)
}

fn with_fragment(url: Url<'_>) -> Result<Url<'_>, Fault> {
    escapes_are_valid(url.fragment)?;
    Ok(url)
}

/// Splits the scheme off, if there is one.
fn scheme(text: &str) -> Result<(&str, &str), Fault> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok((&text[..index], &text[index + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn user_is_valid(user: &str) -> Result<(), Fault> {
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    if !user.bytes().all(is_allowed) {
        return Err("net/url: invalid userinfo".into());
    }
    escapes_are_valid(user)
}

fn host_is_valid(host: &str) -> Result<(), Fault> {
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("missing ']' in host")?;
        &host[end + 1..]
    } else {
        host.rfind(':').map_or("", |at| &host[at..])
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_port {
        return Err(format!("invalid port {port:?} after host").into());
    }
    escapes_are_valid(host)?;
    for (at, byte) in host.bytes().enumerate() {
        // An escape may only stand for what is no ASCII, or for the sign of escapes itself.
        let is_ascii_escape = byte == b'%'
            && host.as_bytes()[at + 1] < b'8'
            && host.as_bytes()[at + 1..at + 3] != *b"25";
        if is_ascii_escape {
            return Err(format!("invalid URL escape {:?}", &host[at..at + 3]).into());
        }
        if byte.is_ascii()
            && !byte.is_ascii_alphanumeric()
            && !b"$&+,/:;=?@!'()*[]<>\"-_.~%".contains(&byte)
        {
            let shown = char::from(byte).to_string();
            return Err(format!("invalid character {shown:?} in host name").into());
        }
    }
    Ok(())
}

fn escapes_are_valid(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        let digits = bytes.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            let shown: String = text.get(at..).unwrap_or_default().chars().take(3).collect();
            return Err(format!("invalid URL escape {shown:?}").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split_as_go_splits_them() {
        let url = parse("https://a:b@example.com:8443/path?x=y#z").unwrap();
        assert_eq!(
            url,
            Url {
                scheme: "https",
                has_user: true,
                host: "example.com:8443",
                query: "x=y",
                fragment: "z"
            }
        );
        assert_eq!(parse("https:path").unwrap().host, "");
        assert_eq!(parse("example.com/path").unwrap().scheme, "");
        assert_eq!(parse("///path").unwrap().host, "");
        assert_eq!(parse("https://[::1]:8443").unwrap().host, "[::1]:8443");
        assert_eq!(parse("https://a%c3%a9/").unwrap().host, "a%c3%a9");
    }

    #[test]
    fn what_go_does_not_read_is_refused() {
        let broken = [
            ":a",
            "https://a b",
            "https://a:b",
            "https://[::1",
            "https://%41",
            "https://a/%zz",
            "a:b/c:d%",
            "1:b",
            "https://a\u{7f}",
            "https://<a>^",
            "https://a b@c",
            "https://a/#%",
        ];
        for broken in broken {
            // A scheme without slashes has no parts that could be broken.
            assert!(parse(broken).is_err() || broken == "a:b/c:d%", "{broken}");
        }
    }
}
