//! What policies and roles allow, so that a change of one can be said to allow more or less.
//!
//! A rule allows every pair of a peer and a port it names; a rule that names no peers allows all of them. Rules are taken
//! apart into such pairs (for roles: group, resource, name and verb), and an old and a new set are compared.

use std::collections::BTreeSet;

use crate::document::{Content, Node};

/// What a set of rules allows: parts that must all fit, each a text or [`ANY`].
pub(super) type Allowed = BTreeSet<Vec<String>>;

/// A part that fits everything.
const ANY: &str = "*";

/// The most pairs that are taken apart: of more rules nothing is said.
const MAX_ALLOWED: usize = 20_000;

/// Which traffic a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Egress,
    Ingress,
}

impl Direction {
    pub(super) const BOTH: [Self; 2] = [Self::Egress, Self::Ingress];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Egress => "egress",
            Self::Ingress => "ingress",
        }
    }
}

/// Tells whether `new` allows something that `old` does not.
pub(super) fn is_wider(old: &Allowed, new: &Allowed) -> bool {
    new.iter().any(|parts| !is_covered(parts, old))
}

fn is_covered(parts: &[String], by: &Allowed) -> bool {
    let n_variants = 1_u32 << parts.len().min(8);
    (0..n_variants).any(|mask| {
        let any = |(n, part): (usize, &String)| {
            if mask >> n & 1 == 1 { ANY.to_owned() } else { part.clone() }
        };
        by.contains(&parts.iter().enumerate().map(any).collect::<Vec<_>>())
    })
}

/// Gives what a policy allows in a direction; nothing for one that has no say about it, and for one too large.
pub(super) fn of_policy(object: &Node<'_>, group: &str, direction: Direction) -> Option<Allowed> {
    let mut allowed = Allowed::new();
    if group == "cilium.io" {
        let specs = object.get("spec").into_iter();
        let specs = specs.chain(object.get("specs").map(Node::items).unwrap_or_default());
        let mut has_say = false;
        for rules in
            specs.filter_map(|spec| spec.get(direction.name())).filter(|rules| !rules.is_null())
        {
            has_say = true;
            rules.items().iter().for_each(|rule| add_cilium(rule, direction, &mut allowed));
        }
        return (has_say && allowed.len() <= MAX_ALLOWED).then_some(allowed);
    }
    let spec = object.get("spec")?;
    let rules = spec.get(direction.name()).map(Node::items).unwrap_or_default();
    let types = spec.get("policyTypes").map(Node::items).unwrap_or_default();
    let is_named = types
        .iter()
        .any(|name| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(direction.name())));
    let has_say = if types.is_empty() {
        direction == Direction::Ingress || !rules.is_empty()
    } else {
        is_named
    };
    if !has_say {
        return None;
    }
    let peers = if direction == Direction::Egress { "to" } else { "from" };
    for rule in rules {
        let texts = |key: &str| {
            any_or(rule.get(key).map(Node::items).unwrap_or_default().iter().map(text).collect())
        };
        combine(&[texts(peers), texts("ports")], &mut allowed);
    }
    (allowed.len() <= MAX_ALLOWED).then_some(allowed)
}

fn add_cilium(rule: &Node<'_>, direction: Direction, allowed: &mut Allowed) {
    let prefix = if direction == Direction::Egress { "to" } else { "from" };
    let mut peers = Vec::new();
    // What narrows the peers down: port, name of the server, and what is asked of it.
    let mut narrowed: Vec<[Vec<String>; 3]> = Vec::new();
    let any = || vec![ANY.to_owned()];
    for entry in rule.entries() {
        match entry.key.strip_prefix(prefix) {
            _ if entry.key == "icmps" => {
                narrowed.push([entry.value.items().iter().map(text).collect(), any(), any()]);
            }
            _ if entry.key == "toPorts" => narrowed.extend(entry.value.items().iter().map(ports)),
            Some(kind) => {
                for peer in entry.value.items() {
                    let is_all = kind == "Entities" && peer.as_str() == Some("all");
                    peers.push(if is_all {
                        ANY.to_owned()
                    } else {
                        format!("{kind}={}", text(peer))
                    });
                }
            }
            None => {}
        }
    }
    if narrowed.is_empty() {
        narrowed.push([any(), any(), any()]);
    }
    let peers = any_or(peers);
    for [ports, names, asked] in narrowed {
        combine(&[peers.clone(), ports, names, asked], allowed);
    }
}

/// Gives the ports of a rule of Cilium, and for them the names of servers and what is asked of them.
fn ports(item: &Node<'_>) -> [Vec<String>; 3] {
    let items = |key: &str| item.get(key).map(Node::items).unwrap_or_default().iter().map(text);
    let known = ["ports", "serverNames", "rules"];
    let others = item.entries().iter().filter(|entry| !known.contains(&entry.key.as_ref()));
    let others: Vec<String> =
        others.map(|entry| entry.key.to_string() + &text(&entry.value)).collect();
    let listed = any_or(items("ports").collect()).into_iter().map(|port| port + &others.concat());
    let mut asked = Vec::new();
    for entry in item.get("rules").map(Node::entries).unwrap_or_default() {
        asked
            .extend(entry.value.items().iter().map(|rule| format!("{}={}", entry.key, text(rule))));
    }
    [listed.collect(), any_or(items("serverNames").collect()), any_or(asked)]
}

/// Gives what the rules of a role allow; nothing for one too large.
pub(super) fn of_role(object: &Node<'_>) -> Option<Allowed> {
    let mut allowed = Allowed::new();
    for rule in object.get("rules").map(Node::items).unwrap_or_default() {
        let texts = |key: &str| -> Vec<String> {
            let items = rule.get(key).map(Node::items).unwrap_or_default();
            items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
        };
        let verbs = texts("verbs");
        combine(
            &[
                texts("apiGroups"),
                texts("resources"),
                any_or(texts("resourceNames")),
                verbs.clone(),
            ],
            &mut allowed,
        );
        combine(
            &[vec!["URL".to_owned()], texts("nonResourceURLs"), vec![ANY.to_owned()], verbs],
            &mut allowed,
        );
    }
    (allowed.len() <= MAX_ALLOWED).then_some(allowed)
}

/// Gives who a binding names.
pub(super) fn of_binding(object: &Node<'_>) -> Allowed {
    let subjects = object.get("subjects").map(Node::items).unwrap_or_default();
    subjects.iter().map(|subject| vec![text(subject)]).collect()
}

fn any_or(texts: Vec<String>) -> Vec<String> {
    if texts.is_empty() { vec![ANY.to_owned()] } else { texts }
}

/// Adds every combination of parts.
fn combine(parts: &[Vec<String>], allowed: &mut Allowed) {
    let n_all = parts.iter().map(Vec::len).product::<usize>();
    for mut n in 0..n_all.min(MAX_ALLOWED + 1) {
        if allowed.len() > MAX_ALLOWED {
            return;
        }
        let mut combined = Vec::with_capacity(parts.len());
        for choices in parts {
            combined.push(choices[n % choices.len()].clone());
            n /= choices.len();
        }
        allowed.insert(combined);
    }
}

/// Writes a value so that two that mean the same have one text.
fn text(node: &Node<'_>) -> String {
    crate::place::with_room(|| match &node.content {
        Content::Null => "null".to_owned(),
        Content::Bool(value) => value.to_string(),
        Content::Int(value) => value.to_string(),
        Content::Float(value) => value.to_string(),
        Content::String(text) => text.to_string(),
        Content::List(items) => {
            let mut texts: Vec<String> = items.iter().map(text).collect();
            texts.sort_unstable();
            format!("[{}]", texts.join(","))
        }
        Content::Map(entries) => {
            let entry = |entry: &crate::document::Entry<'_>| {
                format!("{}:{}", entry.key, text(&entry.value))
            };
            let mut texts: Vec<String> = entries.iter().map(entry).collect();
            texts.sort_unstable();
            format!("{{{}}}", texts.join(","))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn allowed(text: &str, group: &str) -> Option<Allowed> {
        of_policy(&Document::read(text).unwrap().root, group, Direction::Egress)
    }

    fn widens(old: &str, new: &str) -> (bool, bool) {
        let of = |rules: &str| {
            allowed(&format!("spec: {{policyTypes: [Egress], egress: {rules}}}"), "").unwrap()
        };
        (is_wider(&of(old), &of(new)), is_wider(&of(new), &of(old)))
    }

    #[test]
    fn more_peers_are_wider_and_more_ports_for_all_are_narrower() {
        assert_eq!(widens("[{to: [{a: 1}]}]", "[{to: [{a: 1}, {b: 1}]}]"), (true, false));
        assert_eq!(
            widens("[{to: [{a: 1}]}]", "[{to: [{a: 1}], ports: [{port: 1}]}]"),
            (false, true)
        );
        assert_eq!(widens("[]", "[{}]"), (true, false));
        assert_eq!(
            widens("[{to: [{a: 1}, {b: 1}]}]", "[{to: [{b: 1}]}, {to: [{a: 1}]}]"),
            (false, false)
        );
        assert_eq!(widens("[{to: [{a: 1}]}]", "[{to: [{b: 1}]}]"), (true, true));
    }

    #[test]
    fn policies_without_a_say_allow_nothing_and_forbid_nothing() {
        assert_eq!(allowed("spec: {ingress: [{}]}", ""), None);
        assert_eq!(allowed("spec: {endpointSelector: {}}", "cilium.io"), None);
        let cilium = allowed("spec: {egress: [{toEntities: [all]}]}", "cilium.io");
        assert_eq!(cilium, Some(Allowed::from([vec![ANY.to_owned(); 4]])));
        let of = |names: &str| {
            let ports =
                format!("toPorts: [{{ports: [{{port: '53'}}], rules: {{dns: [{names}]}}}}]");
            allowed(&format!("spec: {{egress: [{{{ports}}}]}}"), "cilium.io").unwrap()
        };
        assert!(is_wider(&of("a"), &of("a, b")) && !is_wider(&of("a, b"), &of("a")));
        assert!(is_wider(&of("a"), &of("")) && !is_wider(&of(""), &of("a")));
    }
}
