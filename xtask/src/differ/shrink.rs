//! Making a case small: pieces are taken away as long as the disagreement stays.

use std::time::{Duration, Instant};

use crate::Result;

/// How many candidates are tried at once: both sides work in the meantime.
const AT_ONCE: usize = 24;

/// How many candidates one case is worth.
const MAX_TRIES: usize = 6_000;

/// How much time one case is worth.
const PATIENCE: Duration = Duration::from_secs(15);

/// Makes a case smaller until nothing can be taken from it.
///
/// `holds` tells of each of some candidates whether the disagreement is still there.
pub(crate) fn shrink(
    mut case: Vec<String>,
    mut holds: impl FnMut(Vec<Vec<String>>) -> Result<Vec<bool>>,
) -> Result<Vec<String>> {
    let mut n_tries = 0;
    let start = Instant::now();
    let is_over = |n_tries| n_tries >= MAX_TRIES || start.elapsed() > PATIENCE;
    loop {
        let mut is_smaller = false;
        for part in 0..case.len() {
            for level in [Level::Lines, Level::Groups, Level::Words, Level::Chars, Level::Plain] {
                let mut at = 0;
                loop {
                    let candidates = candidates(&case[part], level);
                    let next: Vec<String> = candidates.into_iter().skip(at).take(AT_ONCE).collect();
                    if next.is_empty() || is_over(n_tries) {
                        break;
                    }
                    n_tries += next.len();
                    let whole = |text: &String| {
                        let mut whole = case.clone();
                        whole[part].clone_from(text);
                        whole
                    };
                    let held = holds(next.iter().map(whole).collect())?;
                    match held.iter().position(|held| *held) {
                        Some(found) => {
                            case[part].clone_from(&next[found]);
                            is_smaller = true;
                            // What stands before was tried with the larger text, and is tried again in the next round.
                            at += found;
                        }
                        None => at += next.len(),
                    }
                }
            }
        }
        if !is_smaller || is_over(n_tries) {
            return Ok(case);
        }
    }
}

/// The sizes of what is taken away.
#[derive(Debug, Clone, Copy)]
enum Level {
    Lines,
    Groups,
    Words,
    Chars,
    Plain,
}

/// Gives the texts that are a little smaller, the smallest first.
fn candidates(text: &str, level: Level) -> Vec<String> {
    let mut candidates = match level {
        Level::Lines => without_runs(&text.split_inclusive('\n').collect::<Vec<_>>()),
        Level::Groups => without_groups(text),
        Level::Words => without_runs(&words(text)),
        Level::Chars => {
            let chars: Vec<&str> =
                text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect();
            without_runs(&chars)
        }
        Level::Plain => plainer(text),
    };
    // A group may have been all that can be left of it.
    candidates.retain(|candidate| candidate != text);
    candidates
}

/// Takes every half, quarter and so on of the pieces away.
fn without_runs(pieces: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut len = pieces.len();
    while len > 0 {
        let mut start = 0;
        while start < pieces.len() {
            let end = (start + len).min(pieces.len());
            out.push(pieces[..start].concat() + &pieces[end..].concat());
            start += len;
        }
        len /= 2;
    }
    out
}

/// Cuts a text where kinds of characters change.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        '_' => 0,
        c if c.is_alphanumeric() => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if last.is_some_and(|last| last != kind(c) || last == 2) {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(kind(c));
    }
    words.push(&text[start..]);
    words
}

/// Takes each bracketed group away, its brackets only, or all but what is inside.
fn without_groups(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let bytes = text.as_bytes();
    let mut groups = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open.push((at, *byte)),
            b')' | b']' | b'}' => {
                if let Some((start, _)) = open.pop() {
                    groups.push((start, at + 1));
                }
            }
            _ => {}
        }
    }
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'`') => quote = Some((at, *byte)),
            (Some((start, open)), close) if open == *close => {
                groups.push((start, at + 1));
                quote = None;
            }
            _ => {}
        }
    }
    // The largest groups first.
    groups.sort_by_key(|(start, end)| std::cmp::Reverse(end - start));
    for (start, end) in groups {
        let inner = &text[start + 1..end - 1];
        out.push(format!("{}{}", &text[..start], &text[end..]));
        out.push(format!("{}{inner}{}", &text[..start], &text[end..]));
        out.push(format!("{}1{}", &text[..start], &text[end..]));
        out.push(format!("{}{}{}", &text[..=start], &text[end - 1..end], &text[end..]));
    }
    out
}

/// Puts a plain character in the place of each odd one.
fn plainer(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, c) in text.char_indices() {
        let plain = match c {
            'b'..='z' | 'A'..='Z' | '\u{80}'.. => 'a',
            '2'..='9' => '1',
            '1' => '0',
            _ => continue,
        };
        out.push(format!("{}{plain}{}", &text[..at], &text[at + c.len_utf8()..]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_what_is_left() {
        let case = vec!["one\ntwo (x [y] z) \"seven\"\nten".to_owned(), "2 b".to_owned()];
        let small = shrink(case, |cases| {
            Ok(cases.iter().map(|case| case[0].contains('[') && case[1].contains('b')).collect())
        })
        .unwrap();
        assert_eq!(small, ["[", "b"]);
    }
}
