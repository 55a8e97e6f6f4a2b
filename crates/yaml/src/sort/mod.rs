//! The order of keys in written YAML: goyaml's natural order.
//!
//! At the first difference letters come after everything else, numbers are compared by value, and the rest by code
//! point. This is no order at all for some keys: to goyaml v2 `1a` is before `2`, `2` before `10`, and `10` before
//! `1a`; Go then writes what its sort happens to leave, which differs from run to run. Hence [`keys`], which gives
//! the same result each time and does not mind.
//!
//! Source: `sorter.go` of goyaml v2 and v3.

mod unicode;

use std::cmp::Ordering;

use self::unicode::{is_digit, is_letter};
use crate::emit::Layout;

/// The longest list sorted by insertion, as in Go's sort.
const MAX_INSERTION: usize = 12;

/// Compares two keys as goyaml v2 does when it writes a map: digits by number, letters after the rest.
///
/// Not every three keys are in order: see the [module](self), and [`keys`] to sort.
pub fn compare(a: &str, b: &str) -> Ordering {
    compare_as(Layout::V2, a, b)
}

/// Compares two keys as goyaml v3 does: as [`compare`], but letters come before the rest after a digit.
pub fn compare_pretty(a: &str, b: &str) -> Ordering {
    compare_as(Layout::Pretty, a, b)
}

/// Sorts items by their key in the order of `layout`: stable, and without a panic where the order is none.
pub fn keys<T>(items: &mut Vec<T>, layout: Layout, key: impl Fn(&T) -> &str) {
    let is_after = |a: &T, b: &T| compare_as(layout, key(a), key(b)) == Ordering::Greater;
    if items.windows(2).all(|pair| !is_after(&pair[0], &pair[1])) {
        return;
    }
    if items.len() <= MAX_INSERTION {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && is_after(&items[at - 1], &items[at]) {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    // Runs of growing length are merged. The standard sort may panic where the order is none.
    let mut runs: Vec<Vec<T>> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| !is_after(last, &item)) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(first) = pairs.next() {
            merged.push(match pairs.next() {
                Some(second) => merge(first, second, &is_after),
                None => first,
            });
        }
        runs = merged;
    }
    *items = runs.pop().unwrap_or_default();
}

fn merge<T>(first: Vec<T>, second: Vec<T>, is_after: &impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let mut first = first.into_iter().peekable();
    let mut second = second.into_iter().peekable();
    while let (Some(a), Some(b)) = (first.peek(), second.peek()) {
        merged.extend(if is_after(a, b) { second.next() } else { first.next() });
    }
    merged.extend(first);
    merged.extend(second);
    merged
}

fn compare_as(layout: Layout, a: &str, b: &str) -> Ordering {
    let n_same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    if n_same == a.len() || n_same == b.len() {
        return a.len().cmp(&b.len());
    }
    // The first bytes that differ may be within a character. Both texts have the same bytes before, so that
    // character begins at the same place in both.
    let at = (0..=n_same).rev().find(|at| a.is_char_boundary(*at)).unwrap_or(0);
    let (a_rest, b_rest) = (&a[at..], &b[at..]);
    let (Some(a_first), Some(b_first)) = (a_rest.chars().next(), b_rest.chars().next()) else {
        return a.len().cmp(&b.len());
    };
    match (is_letter(a_first), is_letter(b_first)) {
        (true, true) => return a_first.cmp(&b_first),
        (false, false) => {}
        (is_a_letter, _) => {
            let is_in_number = layout == Layout::Pretty && a[..at].ends_with(is_digit);
            return if is_a_letter == is_in_number { Ordering::Less } else { Ordering::Greater };
        }
    }
    // A zero within a number counts for its place, unless there were only zeros before.
    let is_after_digits = (a_first == '0' || b_first == '0')
        && a[..at].chars().rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
    let (a_number, a_len) = leading_number(a_rest, is_after_digits);
    let (b_number, b_len) = leading_number(b_rest, is_after_digits);
    a_number.cmp(&b_number).then(a_len.cmp(&b_len)).then(a_first.cmp(&b_first))
}

/// Gives the value of the digits that `text` begins with, and how many they are. Go lets the value overflow.
fn leading_number(text: &str, is_after_digits: bool) -> (i64, usize) {
    let mut number = i64::from(is_after_digits);
    let mut len = 0;
    for c in text.chars().take_while(|c| is_digit(*c)) {
        let digit = i64::from(u32::from(c)) - i64::from(u32::from('0'));
        number = number.wrapping_mul(10).wrapping_add(digit);
        len += 1;
    }
    (number, len)
}
