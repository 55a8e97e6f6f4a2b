//! Words that a mistyped one may mean.

/// The longest words that are compared, in bytes.
const MAX_LEN: usize = 128;

/// The most words that are offered.
const MAX_OFFERED: usize = 3;

/// Counts the changes of one letter that make one word of another (Levenshtein's distance).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Gives up to three words that are near one, the nearest first: with few changes of letters, other case, or one part of
/// the other. No word of more than 128 bytes is near any.
pub fn of<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    if word.len() > MAX_LEN {
        return Vec::new();
    }
    let plain = |word: &str| word.to_lowercase().replace(['-', '_'], "");
    let wanted = plain(word);
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .filter(|known| known.len() <= MAX_LEN && *known != word)
        .filter_map(|known| {
            let candidate = plain(known);
            let n_changes = match distance(&wanted, &candidate) {
                2.. if letters(&wanted) == letters(&candidate) => 1,
                n_changes => n_changes,
            };
            let is_part = wanted.len() >= 3
                && candidate.len() >= 3
                && (candidate.starts_with(&wanted) || wanted.starts_with(&candidate));
            (n_changes <= allowed || is_part).then_some((n_changes, known))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(MAX_OFFERED).map(|(_, known)| known).collect()
}

/// Gives the letters of a word in order, which are the same if some of them were swapped.
fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_changes() {
        assert_eq!(distance("templat", "template"), 1);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("lnit", "lint"), 2);
    }

    #[test]
    fn the_nearest_words_come_first() {
        let of =
            |word| super::of(word, ["dnsRecord", "image", "images", "imagePullPolicy"].into_iter());
        assert_eq!(of("dns_record"), ["dnsRecord"]);
        assert_eq!(of("imge"), ["image"]);
        assert_eq!(of("imagePull"), ["image", "imagePullPolicy"]);
        assert_eq!(of("iamge"), ["image"]);
        assert!(of("port").is_empty());
    }
}
