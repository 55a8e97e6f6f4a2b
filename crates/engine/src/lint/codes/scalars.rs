//! `yaml-word-boolean`, `octal-number`, `large-integer`: plain scalars that are not what they look like.

use pintle_chart::secret::is_secret_key;
use pintle_yaml::{Node, NodeKind, Resolved, Style};

use super::desk::{Desk, PaperId};
use super::keys::{item_path, key_name, path_of, shown};
use super::table::{LARGE_INTEGER, OCTAL_NUMBER, YAML_WORD_BOOLEAN};
use crate::lint::reads::{Reads, Spots};

/// The smallest integer that Go prints with an exponent where it is a float.
const SMALLEST_LARGE: f64 = 1e6;

/// Looks through the files of YAML.
pub(super) fn check(desk: &mut Desk<'_>, reads: Option<&Reads>) {
    for paper in desk.yaml_papers() {
        for &(start, ref tree) in desk.documents(paper).iter() {
            let Some(root) = tree.root() else { continue };
            let mut open = vec![(root, None)];
            while let Some((node, key)) = open.pop() {
                open.extend(node.items().map(|item| (item, key)));
                for (key, value) in node.entries() {
                    check_key(desk, paper, start, key);
                    open.push((value, Some(key)));
                }
                check_value(desk, paper, start, node, key);
            }
        }
    }
    for paper in desk.values_papers() {
        for &(start, ref tree) in desk.documents(paper).iter() {
            if let Some(root) = tree.root() {
                large_integers(root, reads, |offset, path| {
                    let message =
                        format!("`{path}` is a float to templates, which print it as 1e+06");
                    desk.note(&LARGE_INTEGER, paper, start + offset, message);
                });
            }
        }
    }
}

/// Finds large integers that a template prints as they are; any, if it is not known what templates do.
fn large_integers(root: Node<'_, '_>, reads: Option<&Reads>, mut found: impl FnMut(usize, &str)) {
    let spots = reads.map(|reads| Spots::root(&reads.places));
    let mut open = vec![(root, spots, String::new(), false)];
    while let Some((node, spots, path, is_list_printed)) = open.pop() {
        // Nothing reads what is here, or hands it on but whole.
        if spots.as_ref().is_some_and(Spots::is_unread) && !is_list_printed {
            continue;
        }
        let is_printed = spots.as_ref().is_none_or(Spots::is_printed);
        if plain(node).is_some_and(is_large) && (is_printed || is_list_printed) {
            found(node.span().start, &path);
        }
        for item in node.items() {
            let inner = spots.as_ref().map(Spots::item);
            open.push((item, inner, item_path(&path), is_printed));
        }
        for (key, value) in node.entries() {
            let Some(name) = key_name(key) else { continue };
            let inner = spots.as_ref().map(|spots| spots.key(&name));
            open.push((value, inner, path_of(&path, &name), false));
        }
    }
}

fn is_large(text: &str) -> bool {
    match Resolved::of_plain(text) {
        #[expect(clippy::cast_precision_loss, reason = "so does Helm")]
        Resolved::Int(n) => n.unsigned_abs() as f64 >= SMALLEST_LARGE,
        Resolved::Uint(_) => true,
        _ => false,
    }
}

/// Gives a scalar's text if it is plain, and neither tagged nor anchored.
fn plain<'t>(node: Node<'t, '_>) -> Option<&'t str> {
    let NodeKind::Scalar(text, Style::Plain) = node.kind() else { return None };
    // A tag or an anchor is part of the span.
    (node.span().len() == text.len()).then_some(text)
}

fn check_key(desk: &mut Desk<'_>, paper: PaperId, start: usize, key: Node<'_, '_>) {
    let Some(text) = plain(key) else { return };
    let offset = start + key.span().start;
    match Resolved::of_plain(text) {
        Resolved::Bool(b) if is_word(text) => {
            let message = format!("the key `{text}` is read as `{b}`");
            desk.note(&YAML_WORD_BOOLEAN, paper, offset, message);
        }
        Resolved::Int(n) if is_octal(text) => {
            let message = format!("the key `{}` is read as octal, and becomes `{n}`", shown(text));
            desk.note(&OCTAL_NUMBER, paper, offset, message);
        }
        _ => {}
    }
}

fn check_value(
    desk: &mut Desk<'_>,
    paper: PaperId,
    start: usize,
    node: Node<'_, '_>,
    key: Option<Node<'_, '_>>,
) {
    let Some(text) = plain(node) else { return };
    let offset = start + node.span().start;
    match Resolved::of_plain(text) {
        Resolved::Bool(b) if is_word(text) => {
            let name = key.and_then(key_name);
            let message = if name.is_some_and(|name| is_secret_key(&name)) {
                "this word is read as a boolean".to_owned()
            } else {
                format!("`{text}` is read as the boolean {b}")
            };
            desk.note(&YAML_WORD_BOOLEAN, paper, offset, message);
        }
        Resolved::Int(_) if is_octal(text) && !is_mode(key) => {
            desk.note(
                &OCTAL_NUMBER,
                paper,
                offset,
                "a number with a leading zero is read as octal",
            );
        }
        _ => {}
    }
}

/// Tells a word from what YAML 1.2 has for a boolean.
fn is_word(text: &str) -> bool {
    !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false")
}

fn is_octal(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let Some(digits) = digits.strip_prefix('0') else { return false };
    let digits = digits.strip_prefix(['o', 'O']).unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7' | b'_'))
}

/// Tells whether a key asks for the mode of a file, which people write in octal and Kubernetes takes in decimal.
fn is_mode(key: Option<Node<'_, '_>>) -> bool {
    let Some(NodeKind::Scalar(name, _)) = key.map(Node::kind) else { return false };
    let name = name.to_ascii_lowercase();
    ["mode", "umask", "permissions"].iter().any(|ending| name.ends_with(ending))
}
