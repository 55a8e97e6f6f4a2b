//! What a linter takes for an e-mail address and for a URL.
//!
//! Source: the rules of `github.com/asaskevich/govalidator`, which Helm asks.

use pintle_chart::go::url::Url;

/// The shortest and longest URL, in bytes and in characters; those of just this length are refused.
const URL_LENGTHS: (usize, usize) = (3, 2083);

/// Tells whether a text is a URL with a scheme, as a request would have it.
pub(super) fn is_request_url(text: &str) -> bool {
    Url::parse(text.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

/// Tells whether a text is an address: a local part, and a domain of at least two labels.
pub(super) fn is_email(text: &str) -> bool {
    // A local part within quotes may have an `@`; a domain never has.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local_part(local) && is_domain(domain.strip_suffix('.').unwrap_or(domain))
}

fn is_local_part(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return quoted
            .chars()
            .all(|c| !matches!(c, '"' | '\\' | '\0') && (c.is_ascii() || is_wide(c)));
    }
    let is_atom =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_wide(c);
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_domain(domain: &str) -> bool {
    let Some((labels, last)) = domain.rsplit_once('.') else { return false };
    let is_letter = |c: char| c.is_ascii_alphabetic() || is_wide(c);
    let is_end = |c: char| is_letter(c) || c.is_ascii_digit();
    let is_inner = |c: char| is_end(c) || matches!(c, '-' | '_' | '~');
    let bounded = |text: &str, is_bound: &dyn Fn(char) -> bool| {
        text.chars().next().is_some_and(is_bound) && text.chars().next_back().is_some_and(is_bound)
    };
    bounded(labels, &is_end)
        && labels.chars().all(|c| is_inner(c) || c == '.')
        && bounded(last, &is_letter)
        && last.chars().all(is_inner)
}

/// Tells whether a character beyond ASCII may stand in an address.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

/// Tells whether a text is a URL as people write them, with or without a scheme: a host, a port, a path.
pub(super) fn is_url(text: &str) -> bool {
    let (shortest, longest) = URL_LENGTHS;
    if text.len() <= shortest || text.chars().count() >= longest || text.starts_with('.') {
        return false;
    }
    let has_port_alone = text.contains(':') && !text.contains("://");
    let full = if has_port_alone { format!("http://{text}") } else { text.to_owned() };
    let Ok(url) = Url::parse(full.as_bytes()) else { return false };
    let is_word =
        url.host.is_empty() && !url.path.decoded.is_empty() && !url.path.decoded.contains(&b'.');
    if url.host.starts_with(b".") || is_word {
        return false;
    }
    let rest = match text.split_once("://") {
        Some((scheme, rest)) => {
            if !["ftp", "tcp", "udp", "ws", "wss", "http", "https"].contains(&scheme) {
                return false;
            }
            rest
        }
        None => text,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    !path.contains(char::is_whitespace)
        && !authority.contains(char::is_whitespace)
        && is_host_and_port(host)
}

fn is_host_and_port(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        let Some((address, port)) = inner.split_once(']') else { return false };
        return address.contains(':')
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_end = |c: char| c.is_ascii_alphanumeric() || ('\u{a1}'..='\u{ffff}').contains(&c);
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_name = name.split('.').enumerate().all(|(place, label)| {
        let is_inner = |c: char| is_end(c) || c == '-' || (place == 0 && c == '_');
        label.starts_with(is_end) && label.ends_with(is_end) && label.chars().all(is_inner)
    });
    is_name && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_domain_of_two_labels() {
        for good in
            ["a@b.co", "a.b+c@x-y.example.org", "\"a b\"@example.org", "ü@exämple.de", "a@b.co."]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a..b@c.de", "a@-b.co", "a@b.1", "a b@c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn urls_may_lack_a_scheme() {
        for good in
            ["https://example.org", "example.org/a?b#c", "localhost:8080", "http://u:p@[::1]:80/"]
        {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "a/b",
            "not a url",
            "gopher://example.org",
            "https://",
            ".example.org",
            "a_b.c_d.org",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn urls_of_requests_have_one() {
        assert!(is_request_url("https://example.org") && is_request_url("mailto:a"));
        assert!(!is_request_url("example.org") && !is_request_url("git@example.org:x/y"));
    }
}
