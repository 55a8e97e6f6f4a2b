//! IP addresses and CIDRs, as Kubernetes reads them.
//!
//! Old fields are read by rules that Go's standard library gave up: octets may have leading zeros. From 1.36 on, what
//! is ambiguous is refused all the same. New fields must be written as Go would write them.
//!
//! Source: `pkg/util/validation/ip.go` of apimachinery; `ParseIPSloppy` and `ParseCIDRSloppy` of `k8s.io/utils/net`;
//! `ValidateEndpointIP` in `pkg/apis/core/validation/validation.go`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::at::{At, quoted};
use super::names::Faults;
use super::types::Minor;

const BAD_IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const BAD_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// The first version that refuses addresses which programs read in different ways.
const STRICT_SINCE: u32 = 36;

fn is_strict(minor: Minor) -> bool {
    minor.number() >= STRICT_SINCE
}

/// Which of the two protocols an address is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// A network: an address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    /// the address as it is written
    address: IpAddr,
    /// how many bits count, of the 32 or 128 that the address is written in
    bits: u32,
}

/// Reads an address, octets with leading zeros included.
pub(crate) fn parse_ip(text: &str) -> Option<IpAddr> {
    match text.bytes().find(|byte| matches!(byte, b'.' | b':'))? {
        b'.' => parse_v4(text).map(IpAddr::V4),
        _ => parse_v6(text).map(IpAddr::V6),
    }
}

/// Reads a network, octets and a length with leading zeros included.
pub(crate) fn parse_cidr(text: &str) -> Option<Cidr> {
    let (address, bits) = text.split_once('/')?;
    let address = match parse_v4(address) {
        Some(address) => IpAddr::V4(address),
        None => IpAddr::V6(parse_v6(address)?),
    };
    let bits = parse_number(bits, 10)?;
    (bits <= width(address)).then_some(Cidr { address, bits })
}

/// Tells which protocol an address is of; one of version 6 that stands for one of version 4 is that.
pub(crate) fn family(address: IpAddr) -> Family {
    if address.to_canonical().is_ipv4() { Family::V4 } else { Family::V6 }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}

/// Reads digits; more than a few are no number, as in Go.
fn parse_number(text: &str, radix: u32) -> Option<u32> {
    const TOO_BIG: u32 = 0xFF_FFFF;
    if text.is_empty() {
        return None;
    }
    let mut number: u32 = 0;
    for c in text.chars() {
        // OK because the number was below 2^24 before.
        number = number * radix + c.to_digit(radix)?;
        if number >= TOO_BIG {
            return None;
        }
    }
    Some(number)
}

fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        *octet = u8::try_from(parse_number(parts.next()?, 10)?).ok()?;
    }
    parts.next().is_none().then_some(Ipv4Addr::from(octets))
}

fn parse_v6(text: &str) -> Option<Ipv6Addr> {
    let mut groups = [0u16; 8];
    let (head, tail) = match text.split_once("::") {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let n_head = parse_groups(head, &mut groups, tail.is_none())?;
    let Some(tail) = tail else {
        return (n_head == groups.len()).then_some(Ipv6Addr::from(groups));
    };
    let mut last = [0u16; 8];
    let n_tail = parse_groups(tail, &mut last, true)?;
    // The two colons stand for one group at least.
    if n_head + n_tail >= groups.len() {
        return None;
    }
    let start = groups.len() - n_tail;
    groups[start..].copy_from_slice(&last[..n_tail]);
    Some(Ipv6Addr::from(groups))
}

/// Reads groups with colons between them; the last two may be an address of version 4. Gives how many there were.
fn parse_groups(text: &str, groups: &mut [u16; 8], is_end: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut n = 0;
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        if part.contains('.') {
            if !is_end || parts.peek().is_some() || n + 2 > groups.len() {
                return None;
            }
            let bits = parse_v4(part)?.to_bits();
            // OK because each is half of 32 bits.
            groups[n] = u16::try_from(bits >> 16).ok()?;
            groups[n + 1] = u16::try_from(bits & 0xFFFF).ok()?;
            return Some(n + 2);
        }
        *groups.get_mut(n)? = u16::try_from(parse_number(part, 16)?).ok()?;
        n += 1;
    }
    Some(n)
}

fn to_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn masked(address: IpAddr, bits: u32) -> IpAddr {
    let unused = width(address) - bits;
    let clear = |value: u128| value.checked_shr(unused).unwrap_or(0).checked_shl(unused);
    let value = clear(to_bits(address)).unwrap_or(0);
    match address {
        // OK because clearing bits makes no number larger.
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(value).unwrap_or_default())),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(value)),
    }
}

impl Cidr {
    /// Tells which protocol the network is of.
    pub(crate) fn family(self) -> Family {
        family(self.network())
    }

    /// Gives the first address of the network.
    fn network(self) -> IpAddr {
        masked(self.address, self.bits)
    }

    /// Tells whether another network lies in this one and is smaller.
    pub(crate) fn is_larger_than(self, other: Self) -> bool {
        let (network, inside) = (self.network().to_canonical(), other.network().to_canonical());
        let cut = width(self.address) - width(network);
        let contains = width(network) == width(inside)
            && masked(inside, self.bits.saturating_sub(cut)) == network;
        contains && self.bits < other.bits
    }

    /// Writes the network as Go does.
    fn canonical(self) -> String {
        let network = self.network().to_canonical();
        let cut = width(self.address) - width(network);
        format!("{network}/{}", self.bits - cut)
    }
}

/// Reports an address that an old field does not take; tells whether it takes it.
pub(crate) fn legacy_ip(at: At<'_>) -> bool {
    legacy_ip_text(at, at.text())
}

/// As [`legacy_ip`], for a text that is a part of the value.
pub(crate) fn legacy_ip_text(at: At<'_>, text: &str) -> bool {
    match ip_fault(text, is_strict(at.minor())) {
        Some(fault) => {
            at.invalid_as(&quoted(text), fault);
            false
        }
        None => true,
    }
}

fn ip_fault(text: &str, is_strict: bool) -> Option<&'static str> {
    let Some(address) = parse_ip(text) else { return Some(BAD_IP) };
    if !is_strict {
        return None;
    }
    if text.parse::<IpAddr>().is_err() {
        return Some("must not have leading 0s");
    }
    is_mapped(address).then_some("must not be an IPv4-mapped IPv6 address")
}

/// `IsValidIP`: an address as Go would write it.
pub(crate) fn canonical_ip(text: &str) -> Faults {
    if let Some(fault) = ip_fault(text, true) {
        return vec![fault.into()];
    }
    match parse_ip(text).map(|address| address.to_string()) {
        Some(canonical) if canonical != text => {
            vec![format!("must be in canonical form ({})", quoted(&canonical)).into()]
        }
        _ => Faults::new(),
    }
}

/// Reports a network that an old field does not take.
pub(crate) fn legacy_cidr(at: At<'_>) {
    legacy_cidr_text(at, at.text());
}

/// As [`legacy_cidr`], for a text that is a part of the value.
pub(crate) fn legacy_cidr_text(at: At<'_>, text: &str) {
    if let Some(fault) = cidr_fault(text, is_strict(at.minor())) {
        at.invalid_as(&quoted(text), fault);
    }
}

fn cidr_fault(text: &str, is_strict: bool) -> Option<&'static str> {
    let Some(cidr) = parse_cidr(text) else { return Some(BAD_CIDR) };
    if !is_strict {
        return None;
    }
    let (address, bits) = text.split_once('/').unwrap_or_default();
    if address.parse::<IpAddr>().is_err() || bits.len() > 1 && bits.starts_with('0') {
        return Some("must not have leading 0s in IP or prefix length");
    }
    if is_mapped(cidr.address) {
        return Some("must not have an IPv4-mapped IPv6 address");
    }
    (cidr.network() != cidr.address).then_some("must not have bits set beyond the prefix length")
}

/// `IsValidCIDR`: a network as Go would write it.
pub(crate) fn canonical_cidr(text: &str) -> Faults {
    if let Some(fault) = cidr_fault(text, true) {
        return vec![fault.into()];
    }
    match parse_cidr(text).map(Cidr::canonical) {
        Some(canonical) if canonical != text => {
            vec![format!("must be in canonical form ({})", quoted(&canonical)).into()]
        }
        _ => Faults::new(),
    }
}

/// Reports an address that nothing outside its machine can be reached by.
pub(crate) fn endpoint_ip(at: At<'_>) {
    let text = at.text();
    let Some(address) = parse_ip(text) else {
        at.invalid_as(&quoted(text), "must be a valid IP address");
        return;
    };
    let address = address.to_canonical();
    let invalid = |detail: &str| at.invalid_as(&quoted(text), detail);
    if address.is_unspecified() {
        invalid(&format!("may not be unspecified ({text})"));
    }
    if address.is_loopback() {
        invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (is_link_local, is_link_local_multicast) = match address {
        IpAddr::V4(address) => (address.is_link_local(), address.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(address) => {
            (address.is_unicast_link_local(), address.segments()[0] & 0xff0f == 0xff02)
        }
    };
    if is_link_local {
        invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if is_link_local_multicast {
        invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_leading_zeros_and_in_all_forms_of_version_6() {
        let text = |text: &str| parse_ip(text).map(|address| address.to_string());
        assert_eq!(text("010.002.003.004").as_deref(), Some("10.2.3.4"));
        assert_eq!(text("FE80:0:0:0:0:0:0:0abc").as_deref(), Some("fe80::abc"));
        assert_eq!(text("::").as_deref(), Some("::"));
        assert_eq!(text("1::").as_deref(), Some("1::"));
        assert_eq!(text("::ffff:1.2.3.4").as_deref(), Some("::ffff:1.2.3.4"));
        assert_eq!(text("1:2:3:4:5:6:7::").as_deref(), Some("1:2:3:4:5:6:7:0"));
        let broken = [
            "",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "1..3.4",
            ":1",
            "1:",
            "1:::2",
            "1::2::3",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8::",
            "::1%eth0",
            "12345::",
            "1.2.3.4::",
            "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4",
            " 1.2.3.4",
            "+1.2.3.4",
        ];
        for broken in broken {
            assert_eq!(text(broken), None, "{broken}");
        }
    }

    #[test]
    fn networks_are_compared_as_go_compares_them() {
        let cidr = |text| parse_cidr(text).unwrap();
        assert!(cidr("10.0.0.0/8").is_larger_than(cidr("10.1.0.0/16")));
        assert!(cidr("0.0.0.0/0").is_larger_than(cidr("10.1.2.3/32")));
        assert!(!cidr("10.0.0.0/8").is_larger_than(cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/8").is_larger_than(cidr("11.0.0.0/16")));
        assert!(!cidr("0.0.0.0/0").is_larger_than(cidr("2001:db8::/64")));
        assert!(cidr("::/0").is_larger_than(cidr("2001:db8::/64")));
        for broken in ["10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "/8", "a/8"]
        {
            assert_eq!(parse_cidr(broken), None, "{broken}");
        }
    }

    #[test]
    fn new_fields_take_only_what_go_writes() {
        assert!(canonical_ip("10.0.0.1").is_empty());
        assert!(canonical_ip("2001:db8::1").is_empty());
        for other in ["010.0.0.1", "::ffff:1.2.3.4", "2001:DB8::1", "2001:db8:0::1"] {
            assert_eq!(canonical_ip(other).len(), 1, "{other}");
        }
        assert!(canonical_cidr("10.0.0.0/24").is_empty());
        for other in ["10.0.0.1/24", "10.0.0.0/024", "2001:db8:0::/64", "::ffff:1.2.3.0/120"] {
            assert_eq!(canonical_cidr(other).len(), 1, "{other}");
        }
    }
}
