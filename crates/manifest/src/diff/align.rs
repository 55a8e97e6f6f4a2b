//! Which items of two lists, or lines of two texts, are the same.
//!
//! Items that occur once on both sides are anchors, as in the patience algorithm; what lies between two of them is
//! compared by Myers' algorithm, unless it is so much that this would take long: then all of it is changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A stretch of two lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
    /// whether both are the same, item by item
    pub(super) is_same: bool,
}

/// The most pairs of items between two anchors that are compared: about 1,000 items with 1,000.
const MAX_PAIRS: usize = 1_000_000;

/// Aligns two lists; the stretches follow each other without gaps, and no two of a kind stand side by side.
pub(super) fn align<T: Copy + Eq + Hash>(old: &[T], new: &[T]) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut at = (0, 0);
    for (i, j) in anchors(old, new) {
        between(old, new, at.0..i, at.1..j, &mut stretches);
        push(&mut stretches, i..i + 1, j..j + 1, true);
        at = (i + 1, j + 1);
    }
    between(old, new, at.0..old.len(), at.1..new.len(), &mut stretches);
    stretches
}

fn push(stretches: &mut Vec<Stretch>, old: Range<usize>, new: Range<usize>, is_same: bool) {
    if old.is_empty() && new.is_empty() {
        return;
    }
    match stretches.last_mut() {
        Some(last) if last.is_same == is_same => (last.old.end, last.new.end) = (old.end, new.end),
        _ => stretches.push(Stretch { old, new, is_same }),
    }
}

/// Gives the longest chain of items that occur once on both sides, in order on both.
fn anchors<T: Copy + Eq + Hash>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    /// Where an item is, and how often, on one side.
    type Seen = (usize, usize);
    let mut seen: HashMap<T, (Seen, Seen)> = HashMap::with_capacity(old.len());
    for (i, item) in old.iter().enumerate() {
        let ((at, count), _) = seen.entry(*item).or_default();
        (*at, *count) = (i, *count + 1);
    }
    for (j, item) in new.iter().enumerate() {
        if let Some((_, (at, count))) = seen.get_mut(item) {
            (*at, *count) = (j, *count + 1);
        }
    }
    let is_anchor = |item: &T| seen.get(item).filter(|((_, a), (_, b))| (*a, *b) == (1, 1));
    let pairs: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter_map(|(i, item)| is_anchor(item).map(|(_, (j, _))| (i, *j)))
        .collect();
    // The longest rising chain: `tails[n]` is the pair with the smallest end of a chain of n + 1.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (n, (_, j)) in pairs.iter().enumerate() {
        let length = tails.partition_point(|tail| pairs[*tail].1 < *j);
        before[n] = length.checked_sub(1).map(|last| tails[last]);
        if length == tails.len() {
            tails.push(n);
        } else {
            tails[length] = n;
        }
    }
    let mut chain = Vec::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(n) = next {
        chain.push(pairs[n]);
        next = before[n];
    }
    chain.reverse();
    chain
}

/// Aligns what lies between two anchors.
fn between<T: Copy + Eq + Hash>(
    old: &[T],
    new: &[T],
    within_old: Range<usize>,
    within_new: Range<usize>,
    stretches: &mut Vec<Stretch>,
) {
    let mut at = (within_old.start, within_new.start);
    let mut put = |n_old: usize, n_new: usize, is_same: bool| {
        push(stretches, at.0..at.0 + n_old, at.1..at.1 + n_new, is_same);
        at = (at.0 + n_old, at.1 + n_new);
    };
    let (old, new) = (&old[within_old], &new[within_new]);
    let n_before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[n_before..], &new[n_before..]);
    let n_behind = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - n_behind], &new[..new.len() - n_behind]);
    put(n_before, n_before, true);
    let is_plain = old.is_empty() || new.is_empty();
    if is_plain || old.len().saturating_mul(new.len()) > MAX_PAIRS {
        put(old.len(), new.len(), false);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, old, new) {
            let is_same = matches!(op, DiffOp::Equal { .. });
            put(op.old_range().len(), op.new_range().len(), is_same);
        }
    }
    put(n_behind, n_behind, true);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says which items stay, go and come.
    fn aligned(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let mut text = String::new();
        let mut at = (0, 0);
        for Stretch { old: a, new: b, is_same } in align(&old, &new) {
            assert_eq!(at, (a.start, b.start));
            at = (a.end, b.end);
            if is_same {
                assert_eq!(old[a.clone()], new[b]);
                text.extend(&old[a]);
            } else {
                text.push('(');
                text.extend(&old[a]);
                text.push('>');
                text.extend(&new[b]);
                text.push(')');
            }
        }
        assert_eq!(at, (old.len(), new.len()));
        text
    }

    #[test]
    fn what_stays_is_found() {
        assert_eq!(aligned("abc", "abc"), "abc");
        assert_eq!(aligned("abc", "axc"), "a(b>x)c");
        assert_eq!(aligned("aaxbb", "aayaabb"), "aa(x>yaa)bb");
        assert_eq!(aligned("", "ab"), "(>ab)");
        assert_eq!(aligned("ab", ""), "(ab>)");
        assert_eq!(aligned("aabbaa", "bbaabb"), "(>bb)aabb(aa>)");
    }

    #[test]
    fn large_lists_without_anchors_end() {
        let old: Vec<u32> = (0..50_000).map(|n| n % 2).collect();
        let new: Vec<u32> = (0..60_000).map(|n| 1 + n % 2).collect();
        assert!(!align(&old, &new).is_empty());
    }
}
