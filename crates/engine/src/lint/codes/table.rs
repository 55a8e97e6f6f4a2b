//! The table of codes.

/// A kind of warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// the word that names it; it stays what it is
    pub name: &'static str,
    /// what it means: one clause
    pub meaning: &'static str,
    /// what to do about it: one clause
    pub help: &'static str,
}

impl Code {
    /// Finds a code by its name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        CODES.iter().copied().find(|code| code.name == name)
    }
}

/// Declares codes as constants and a table of them.
macro_rules! codes {
    ($($constant:ident = $name:literal: $meaning:literal, $help:literal;)*) => {
        $(pub(super) static $constant: Code = Code { name: $name, meaning: $meaning, help: $help };)*
        /// All codes, by name.
        pub const CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    DUPLICATE_KEY = "duplicate-key":
        "a key stands twice in one map, and only the last one counts",
        "keep one of them";
    LARGE_INTEGER = "large-integer":
        "an integer of a million or more, which a template prints as 1e+06",
        "quote it in values, or print it with `int64` or `toYaml`";
    OCTAL_NUMBER = "octal-number":
        "a number with a leading zero is read as octal: 0644 is 420",
        "quote it if it is text, or write the decimal number";
    UNKNOWN_CODE = "unknown-code":
        "a comment or an annotation allows a code that there is not",
        "look at `pintle lint --list-codes` for the right one";
    YAML_WORD_BOOLEAN = "yaml-word-boolean":
        "a word such as `no`, `on` or `y` is read as a boolean",
        "quote it if it is text, or write `true` or `false`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_in_order() {
        assert!(CODES.is_sorted_by_key(|code| code.name));
        for code in CODES {
            let is_kebab = code
                .name
                .split('-')
                .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
            assert!(is_kebab, "{}", code.name);
            assert_eq!(Code::by_name(code.name), Some(*code));
        }
    }
}
