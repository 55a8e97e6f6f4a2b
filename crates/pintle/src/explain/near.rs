//! Words that a mistyped one may mean.

use crate::args::command::distance;

/// The longest words that are compared, in bytes.
const MAX_LEN: usize = 128;

/// The most words that are offered.
const MAX_OFFERED: usize = 3;

/// Gives the words that are near one, the nearest first: with few changes of letters, other case, or one part of the other.
pub(crate) fn of<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
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
