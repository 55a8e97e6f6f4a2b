//! Secrets, as far as keys and texts tell: what our own texts do not print unless they are told to.
//!
//! A key tells by its words: `adminPassword`, `API_KEY`, `auth-token`. What only says where a secret is (`secretName`,
//! `existingSecret`, `tokenPath`) is none. Rather too much is taken for a secret than too little.

use std::fmt::Write as _;

/// What stands in the place of a secret.
pub const MASK: &str = "********";

/// Words that make a key one of a secret, and a map with such a key one of nothing but secrets.
const HOLDING_WORDS: &[&str] = &[
    "password",
    "passwords",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "creds",
    "apikey",
];

/// Other words that make a key one of a secret.
const SECRET_WORDS: &[&str] = &[
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "auth",
    "authorization",
    "key",
    "keys",
    "dsn",
    "salt",
    "cookie",
    "htpasswd",
    "kubeconfig",
    "dockerconfigjson",
    "cert",
    "certificate",
    "pem",
    "jwt",
    "pin",
    "otp",
    "license",
];

/// Last words of a key that only says where a secret is, or something else about it.
const HARMLESS_ENDS: &[&str] = &[
    "name",
    "names",
    "ref",
    "file",
    "path",
    "dir",
    "enabled",
    "enable",
    "disabled",
    "type",
    "class",
    "length",
    "size",
    "ttl",
    "policy",
    "method",
    "mode",
    "mount",
    "url",
    "uri",
    "issuer",
    "expiration",
    "count",
    "annotations",
    "labels",
];

/// First words of a key that names an object that is there already.
const HARMLESS_BEGINS: &[&str] =
    &["existing", "topology", "create", "use", "enable", "disable", "has", "is"];

/// Tells whether a key looks like one of a secret.
///
/// ```
/// use pintle_yaml::secret::is_secret_key;
///
/// assert!(is_secret_key("adminPassword") && is_secret_key("API_KEY") && is_secret_key("dbpassword"));
/// assert!(!is_secret_key("secretName") && !is_secret_key("keyboard") && !is_secret_key("monkey"));
/// ```
pub fn is_secret_key(key: &str) -> bool {
    let words = words(key);
    if words.last().is_some_and(|last| HARMLESS_ENDS.contains(&last.as_str()))
        || words.first().is_some_and(|first| HARMLESS_BEGINS.contains(&first.as_str()))
    {
        return false;
    }
    words.iter().any(|word| {
        let is_joined = ["password", "passwd", "secret", "token", "apikey", "privatekey"];
        HOLDING_WORDS.contains(&word.as_str())
            || SECRET_WORDS.contains(&word.as_str())
            || is_joined.iter().any(|joined| word.ends_with(joined))
    })
}

/// Splits a key at signs and at changes of case, in lower case.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in key.chars() {
        let is_new = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if is_new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Tells whether a key is one of a map whose values are all secrets: `secrets`, `credentials`.
pub fn holds_secrets(key: &str) -> bool {
    let words = words(key);
    is_secret_key(key) && words.last().is_some_and(|last| HOLDING_WORDS.contains(&last.as_str()))
}

/// Tells whether a key says that its value is no secret, whatever holds it: `fileName`.
pub fn is_harmless_key(key: &str) -> bool {
    words(key).last().is_some_and(|last| HARMLESS_ENDS.contains(&last.as_str()))
}

/// Tells whether a text is a secret by itself: a private key, a URL with a password, `NAME=text` with a name of a secret.
pub fn is_secret_text(text: &str) -> bool {
    let has_password = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    };
    text.contains("PRIVATE KEY-----")
        || text.match_indices("://").any(|(at, sign)| has_password(&text[at + sign.len()..]))
        || text.split_once('=').is_some_and(|(name, value)| {
            let name = name.trim_start_matches('-');
            !value.is_empty() && !name.contains(char::is_whitespace) && is_secret_key(name)
        })
}

/// Gives a text of many lines with `replace` in the place of each secret that a line shows; the lines stay.
///
/// `password: x` and `TOKEN=x` are such lines, and so are those of a private key and words with a password in a URL. What
/// follows `password: |` with more blanks before it is the secret as well.
///
/// ```
/// use pintle_yaml::secret::{MASK, without_secrets};
///
/// let text = "user=joe\nDB_PASSWORD=x\nurl: http://joe:x@db/\n";
/// let shown = without_secrets(text, &mut |_| MASK.to_owned());
/// assert_eq!(shown, "user=joe\nDB_PASSWORD=********\nurl: ********\n");
/// ```
pub fn without_secrets(text: &str, replace: &mut dyn FnMut(&str) -> String) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut in_key = false;
    let mut block = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let end = &line[content.len()..];
        let indent = content.len() - content.trim_start().len();
        if block.is_some_and(|above| content.trim().is_empty() || indent > above) {
            if content.trim().is_empty() {
                shown.push_str(line);
            } else {
                let _ = write!(shown, "{}{}{end}", &content[..indent], replace(&content[indent..]));
            }
            continue;
        }
        block = None;
        let ends_key = content.contains("-----END");
        if in_key && !ends_key {
            let _ = write!(shown, "{}{}{end}", &content[..indent], replace(&content[indent..]));
            continue;
        }
        let begins_key = content.contains("PRIVATE KEY-----") && content.contains("-----BEGIN");
        in_key = begins_key && !ends_key;
        if begins_key && (ends_key || !content.trim_end().ends_with("-----")) {
            // A key on one line, its line feeds escaped.
            let _ = write!(shown, "{}{end}", replace(content));
            continue;
        }
        match secret_of_line(content) {
            Some(at) if is_block_header(&content[at..]) => {
                block = Some(indent);
                shown.push_str(line);
            }
            Some(at) => {
                let secret = content[at..].trim_end_matches(',');
                let behind = &content[at + secret.len()..];
                let _ = write!(shown, "{}{}{behind}{end}", &content[..at], replace(secret));
            }
            None if content.contains("://") => {
                for word in content.split_inclusive(char::is_whitespace) {
                    let bare = word.trim_end();
                    if is_secret_text(bare) {
                        let _ = write!(shown, "{}{}", replace(bare), &word[bare.len()..]);
                    } else {
                        shown.push_str(word);
                    }
                }
                shown.push_str(end);
            }
            None => shown.push_str(line),
        }
    }
    shown
}

/// Tells whether what follows a key begins a block of lines in YAML.
fn is_block_header(value: &str) -> bool {
    value.len() <= 3 && value.starts_with(['|', '>'])
}

/// Finds where the value begins on a line that gives one to a key of a secret.
fn secret_of_line(line: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let signs = line.match_indices([':', '=']).map(|(at, _)| at);
    signs.take(MAX_SIGNS).find_map(|at| {
        let before = line[..at].trim_end().trim_end_matches(['"', '\'', '\\']);
        let key = before.rsplit(|c| !is_part(c)).next().unwrap_or_default();
        // `templates/secret.yaml:4` is a place.
        let is_path = before[..before.len() - key.len()].ends_with('/');
        let value = line[at + 1..].trim_start();
        let is_none =
            matches!(value.trim_end_matches(','), "" | "{" | "[" | "null" | "true" | "false");
        let is_sign = value.starts_with("//");
        (is_secret_key(key) && !is_path && !is_none && !is_sign).then_some(line.len() - value.len())
    })
}

/// How many signs of a line are looked at for a key before them.
const MAX_SIGNS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        without_secrets(text, &mut |_| MASK.to_owned())
    }

    #[test]
    fn lines_keep_their_number_and_lose_their_secrets() {
        assert_eq!(shown("a: 1\r\n  token: x\r\n"), "a: 1\r\n  token: ********\r\n");
        assert_eq!(shown("{\"apiKey\": \"x\", \"b\": 1},\n"), "{\"apiKey\": ********,\n");
        assert_eq!(
            shown("password: |\n  x\n\n  y\nz: 1"),
            "password: |\n  ********\n\n  ********\nz: 1"
        );
        let key = "-----BEGIN RSA PRIVATE KEY-----\nab\ncd\n-----END RSA PRIVATE KEY-----\nx\n";
        let masked = "-----BEGIN RSA PRIVATE KEY-----\n********\n********\n-----END RSA PRIVATE KEY-----\nx\n";
        assert_eq!(shown(key), masked);
        assert_eq!(shown("get http://a:b@c/ now"), "get ******** now");
        assert_eq!(shown("at web/secret.yaml:4:2: x"), "at web/secret.yaml:4:2: x");
        assert_eq!(
            shown("secrets:\n  - name: x\ntokenPath: /x\n"),
            "secrets:\n  - name: x\ntokenPath: /x\n"
        );
    }
}
