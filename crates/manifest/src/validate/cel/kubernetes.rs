//! The functions that Kubernetes adds to CEL: URLs, addresses, quantities, versions and named formats.
//!
//! Source: `pkg/cel/library` of k8s.io/apiserver.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;
use std::rc::Rc;

use super::value::{Result, Stop, Value, no_overload};
use crate::validate::at::quoted;
use crate::validate::custom::formats::Format;
use crate::validate::names as rules_of_names;
use crate::validate::quantity;

/// The functions there are here; for names that nobody declared.
pub(super) const NAMES: &[&str] = &[
    "ip.isCanonical",
    "url",
    "isURL",
    "getScheme",
    "getHost",
    "getHostname",
    "getPort",
    "getEscapedPath",
    "getQuery",
    "ip",
    "isIP",
    "isCanonical",
    "family",
    "isUnspecified",
    "isLoopback",
    "isLinkLocalMulticast",
    "isLinkLocalUnicast",
    "isGlobalUnicast",
    "cidr",
    "isCIDR",
    "containsIP",
    "containsCIDR",
    "masked",
    "prefixLength",
    "quantity",
    "isQuantity",
    "asInteger",
    "isInteger",
    "asApproximateFloat",
    "sign",
    "add",
    "sub",
    "isLessThan",
    "isGreaterThan",
    "compareTo",
    "semver",
    "isSemver",
    "major",
    "minor",
    "patch",
    "validate",
    "find",
    "findAll",
    "authorizer",
    "path",
    "group",
    "serviceAccount",
    "resource",
    "subresource",
    "namespace",
    "name",
    "check",
    "allowed",
    "reason",
    "errored",
    "error",
    "fieldSelector",
    "labelSelector",
];

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: IpAddr,
    bits: u8,
}

/// An amount in units of 10⁻⁹.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(i128);

/// A version of three numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Semver {
    numbers: [u64; 3],
    before: Vec<String>,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Calls a function; nothing for one that is not from here.
pub(super) fn call<'a>(
    name: &str,
    is_member: bool,
    arguments: &[Value<'a>],
) -> Result<Option<Value<'a>>> {
    if is_member {
        return match arguments {
            [Value::Url(url)] => Ok(of_url(name, url)),
            [Value::Ip(ip)] => Ok(of_ip(name, *ip)),
            [Value::Cidr(cidr), rest @ ..] => of_cidr(name, *cidr, rest),
            [Value::Quantity(amount), rest @ ..] => of_quantity(name, *amount, rest),
            [Value::Semver(version), rest @ ..] => Ok(of_semver(name, version, rest)),
            [Value::Format(format), Value::Text(text)] if name == "validate" => {
                validated(format, text).map(Some)
            }
            _ => Ok(None),
        };
    }
    let value = match (name, arguments) {
        ("isURL", [Value::Text(text)]) => Value::Bool(Format::Uri.fits(text)),
        ("url", [Value::Text(text)]) => {
            let url = Some(text).filter(|text| Format::Uri.fits(text)).map(|text| read_url(text));
            let url = url.ok_or_else(|| failed("URL", text))?;
            Value::Url(Rc::new(url))
        }
        ("isIP", [Value::Text(text)]) => Value::Bool(read_ip(text).is_some()),
        ("ip", [Value::Text(text)]) => {
            Value::Ip(read_ip(text).ok_or_else(|| failed("IP Address", text))?)
        }
        ("ip.isCanonical", [Value::Text(text)]) => {
            let ip = read_ip(text).ok_or_else(|| failed("IP Address", text))?;
            Value::Bool(ip.to_string() == text.as_ref())
        }
        ("isCIDR", [Value::Text(text)]) => Value::Bool(read_cidr(text).is_some()),
        ("cidr", [Value::Text(text)]) => {
            Value::Cidr(read_cidr(text).ok_or_else(|| failed("network address", text))?)
        }
        ("isQuantity", [Value::Text(text)]) => Value::Bool(quantity::parse(text).is_ok()),
        ("quantity", [Value::Text(text)]) => Value::Quantity(read_quantity(text)?),
        ("isSemver", [Value::Text(text)]) => Value::Bool(read_semver(text, false).is_some()),
        ("isSemver", [Value::Text(text), Value::Bool(loosely)]) => {
            Value::Bool(read_semver(text, *loosely).is_some())
        }
        ("semver", [Value::Text(text), rest @ ..]) => {
            let loosely = matches!(rest, [Value::Bool(true)]);
            let version = read_semver(text, loosely).ok_or_else(|| failed("semver", text))?;
            Value::Semver(Rc::new(version))
        }
        ("format.named", [Value::Text(text)]) => match FORMATS.iter().find(|known| **known == text)
        {
            Some(known) => Value::Format(known).some(),
            None => Value::Optional(None),
        },
        (_, []) => match name.strip_prefix("format.") {
            Some(name) => match FORMATS.iter().find(|known| **known == name) {
                Some(known) => Value::Format(known),
                None => return Ok(None),
            },
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn failed(what: &str, text: &str) -> Stop {
    Stop::Error(format!("{what} parse error during conversion from string: {}", quoted(text)))
}

/// Takes a URL apart; it was judged to be one.
fn read_url(text: &str) -> Url {
    let (rest, _) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if !rest.is_empty() && !scheme.contains('/') => {
            (scheme.to_ascii_lowercase(), rest)
        }
        _ => (String::new(), rest),
    };
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let at = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(at);
            (authority.rsplit('@').next().unwrap_or_default(), path)
        }
        None => ("", rest),
    };
    Url { scheme, host: host.to_owned(), path: path.to_owned(), query: query.to_owned() }
}

impl Url {
    /// Gives the host without its port, and the port.
    fn host_and_port(&self) -> (&str, &str) {
        if let Some(inside) = self.host.strip_prefix('[')
            && let Some((host, rest)) = inside.split_once(']')
        {
            return (host, rest.strip_prefix(':').unwrap_or_default());
        }
        self.host.rsplit_once(':').unwrap_or((&self.host, ""))
    }
}

fn of_url<'a>(name: &str, url: &Url) -> Option<Value<'a>> {
    let (host, port) = url.host_and_port();
    Some(match name {
        "getScheme" => Value::text(&url.scheme),
        "getHost" => Value::text(&url.host),
        "getHostname" => Value::text(host),
        "getPort" => Value::text(port),
        "getEscapedPath" => Value::text(&url.path),
        "getQuery" => {
            let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::new();
            for pair in url.query.split('&').filter(|pair| !pair.is_empty()).take(10_000) {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                let (key, value) = (unescaped(key), Value::text(unescaped(value)));
                let known = entries
                    .iter_mut()
                    .find(|(known, _)| matches!(known, Value::Text(text) if *text == key));
                match known {
                    Some((_, Value::List(items))) => Rc::make_mut(items).push(value),
                    _ => entries.push((Value::text(key), Value::list(vec![value]))),
                }
            }
            Value::Map(Rc::new(entries))
        }
        _ => return None,
    })
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = String::from_utf8_lossy(&digits).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'%'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads an address; one of IPv4 within IPv6 is none.
fn read_ip(text: &str) -> Option<IpAddr> {
    let ip: IpAddr = text.parse().ok()?;
    match ip {
        IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some() => None,
        ip => Some(ip),
    }
}

fn of_ip<'a>(name: &str, ip: IpAddr) -> Option<Value<'a>> {
    let first = match ip {
        IpAddr::V4(ip) => u16::from_be_bytes([ip.octets()[0], ip.octets()[1]]),
        IpAddr::V6(ip) => ip.segments()[0],
    };
    let is_local_unicast = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(_) => first & 0xffc0 == 0xfe80,
    };
    let is_local_multicast = match ip {
        IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
        IpAddr::V6(_) => first & 0xff0f == 0xff02,
    };
    Some(match name {
        "family" => Value::Int(if ip.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Value::Bool(ip.is_unspecified()),
        "isLoopback" => Value::Bool(ip.is_loopback()),
        "isLinkLocalMulticast" => Value::Bool(is_local_multicast),
        "isLinkLocalUnicast" => Value::Bool(is_local_unicast),
        "isGlobalUnicast" => {
            let is_broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
            Value::Bool(
                !is_broadcast
                    && !ip.is_unspecified()
                    && !ip.is_loopback()
                    && !ip.is_multicast()
                    && !is_local_unicast,
            )
        }
        _ => return None,
    })
}

fn read_cidr(text: &str) -> Option<Cidr> {
    let (address, bits) = text.split_once('/')?;
    let address = read_ip(address)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    if bits.is_empty() || bits.len() > 1 && bits.starts_with('0') {
        return None;
    }
    let bits =
        bits.bytes().all(|byte| byte.is_ascii_digit()).then(|| bits.parse::<u8>().ok())??;
    (bits <= most).then_some(Cidr { address, bits })
}

impl Cidr {
    fn masked(self) -> Self {
        let address = match self.address {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4((ip.to_bits() & mask).into())
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V6((ip.to_bits() & mask).into())
            }
        };
        Self { address, bits: self.bits }
    }

    fn contains(self, ip: IpAddr) -> bool {
        ip.is_ipv4() == self.address.is_ipv4()
            && Self { address: ip, bits: self.bits }.masked() == self.masked()
    }
}

fn of_cidr<'a>(name: &str, cidr: Cidr, rest: &[Value<'a>]) -> Result<Option<Value<'a>>> {
    let value = match (name, rest) {
        ("containsIP", [Value::Ip(ip)]) => Value::Bool(cidr.contains(*ip)),
        ("containsIP", [Value::Text(text)]) => {
            let ip = read_ip(text).ok_or_else(|| failed("IP Address", text))?;
            Value::Bool(cidr.contains(ip))
        }
        ("containsCIDR", [Value::Cidr(other)]) => {
            Value::Bool(cidr.contains(other.address) && cidr.bits <= other.bits)
        }
        ("containsCIDR", [Value::Text(text)]) => {
            let other = read_cidr(text).ok_or_else(|| failed("network address", text))?;
            Value::Bool(cidr.contains(other.address) && cidr.bits <= other.bits)
        }
        ("ip", []) => Value::Ip(cidr.address),
        ("masked", []) => Value::Cidr(cidr.masked()),
        ("prefixLength", []) => Value::Int(i64::from(cidr.bits)),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// How many parts a unit has.
const NANO: i128 = 1_000_000_000;

fn read_quantity(text: &str) -> Result<Amount> {
    let read = quantity::parse(text).map_err(|words| Stop::Error(words.to_owned()))?;
    Ok(Amount(read.in_nano()))
}

fn of_quantity<'a>(name: &str, amount: Amount, rest: &[Value<'a>]) -> Result<Option<Value<'a>>> {
    let whole = (amount.0 % NANO == 0).then(|| i64::try_from(amount.0 / NANO).ok()).flatten();
    let value = match (name, rest) {
        ("isInteger", []) => Value::Bool(whole.is_some()),
        ("asInteger", []) => match whole {
            Some(whole) => Value::Int(whole),
            None => return Err(Stop::Error("cannot convert value to integer".to_owned())),
        },
        #[expect(clippy::cast_precision_loss, reason = "an approximate float is asked for")]
        ("asApproximateFloat", []) => Value::Double(amount.0 as f64 / NANO as f64),
        ("sign", []) => Value::Int(i64::try_from(amount.0.signum()).unwrap_or_default()),
        ("add" | "sub", [other]) => {
            let other = match other {
                Value::Quantity(other) => other.0,
                Value::Int(other) => i128::from(*other) * NANO,
                _ => return Err(no_overload()),
            };
            Value::Quantity(Amount(if name == "add" {
                amount.0.saturating_add(other)
            } else {
                amount.0.saturating_sub(other)
            }))
        }
        (_, [Value::Quantity(other)]) => return Ok(compared(name, amount.cmp(other))),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn compared<'a>(name: &str, order: Ordering) -> Option<Value<'a>> {
    Some(match name {
        "isLessThan" => Value::Bool(order.is_lt()),
        "isGreaterThan" => Value::Bool(order.is_gt()),
        "compareTo" => Value::Int(order as i64),
        _ => return None,
    })
}

/// Reads a version; loosely, a `v` may lead, numbers may be missing, and zeroes may lead.
fn read_semver(text: &str, loosely: bool) -> Option<Semver> {
    let text = if loosely { text.strip_prefix('v').unwrap_or(text) } else { text };
    let (rest, build) =
        text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (core, before) =
        rest.split_once('-').map_or((rest, None), |(core, before)| (core, Some(before)));
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if build.is_some_and(|build| !build.split('.').all(is_part)) {
        return None;
    }
    let mut numbers = [0_u64; 3];
    let parts: Vec<&str> = core.split('.').collect();
    if parts.len() > 3 || parts.len() < 3 && !loosely {
        return None;
    }
    for (number, part) in numbers.iter_mut().zip(parts) {
        let has_zero = part.len() > 1 && part.starts_with('0');
        if part.is_empty()
            || has_zero && !loosely
            || !part.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        *number = part.parse().ok()?;
    }
    let before: Vec<String> = match before {
        Some(before) => before.split('.').map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = before
        .iter()
        .all(|part| is_part(part) && !(is_number(part) && part.len() > 1 && part.starts_with('0')));
    fits.then_some(Semver { numbers, before })
}

impl Semver {
    fn order(&self, other: &Self) -> Ordering {
        let of_parts = || {
            for (a, b) in self.before.iter().zip(&other.before) {
                let order = match (a.parse::<u64>(), b.parse::<u64>()) {
                    (Ok(a), Ok(b)) => a.cmp(&b),
                    (Ok(_), Err(_)) => Ordering::Less,
                    (Err(_), Ok(_)) => Ordering::Greater,
                    (Err(_), Err(_)) => a.cmp(b),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            self.before.len().cmp(&other.before.len())
        };
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => of_parts(),
            }
        })
    }
}

fn of_semver<'a>(name: &str, version: &Semver, rest: &[Value<'a>]) -> Option<Value<'a>> {
    let number =
        |index: usize| Value::Int(i64::try_from(version.numbers[index]).unwrap_or(i64::MAX));
    match (name, rest) {
        ("major", []) => Some(number(0)),
        ("minor", []) => Some(number(1)),
        ("patch", []) => Some(number(2)),
        (_, [Value::Semver(other)]) => compared(name, version.order(other)),
        _ => None,
    }
}

/// The formats that have a name in expressions.
const FORMATS: &[&str] = &[
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

/// Gives what is wrong with a text of a format: none for nothing.
fn validated<'a>(format: &str, text: &str) -> Result<Value<'a>> {
    use rules_of_names::NameRule;
    let plain = |format: Format, words: &'static str| {
        if format.fits(text) { Vec::new() } else { vec![words.into()] }
    };
    let faults = match format {
        "dns1123Label" => NameRule::Label.faults(text, false),
        "dns1123Subdomain" => NameRule::Subdomain.faults(text, false),
        "dns1035Label" => NameRule::Label1035.faults(text, false),
        "qualifiedName" => rules_of_names::qualified_name(text),
        "dns1123LabelPrefix" => NameRule::Label.faults(text, true),
        "dns1123SubdomainPrefix" => NameRule::Subdomain.faults(text, true),
        "dns1035LabelPrefix" => NameRule::Label1035.faults(text, true),
        "labelValue" => rules_of_names::label_value(text),
        "uri" => plain(Format::Uri, "invalid URI for request"),
        "uuid" => plain(Format::Uuid, "does not match the UUID format"),
        "byte" => plain(Format::Byte, "invalid base64"),
        "date" => plain(Format::Date, "invalid date"),
        "datetime" => plain(Format::DateTime, "invalid datetime"),
        _ => return Err(Stop::Unknown(format!("the format {format}"))),
    };
    if faults.is_empty() {
        return Ok(Value::Optional(None));
    }
    Ok(Value::list(faults.into_iter().map(|fault| Value::text(fault.into_owned())).collect())
        .some())
}
