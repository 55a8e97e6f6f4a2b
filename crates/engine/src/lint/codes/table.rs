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
    DEFAULT_FAILS_SCHEMA = "default-fails-schema":
        "a default of the chart that its own schema refuses",
        "correct the default, or the schema";
    DUPLICATE_KEY = "duplicate-key":
        "a key stands twice in one map, and only the last one counts",
        "keep one of them";
    LARGE_INTEGER = "large-integer":
        "an integer of a million or more, which a template prints as 1e+06",
        "quote it in values, or print it with `int64` or `toYaml`";
    NULL_DELETES_DEFAULT = "null-deletes-default":
        "a null that takes a default away",
        "give the value that is meant, or leave the key out to keep the default";
    NULL_DROPPED = "null-dropped":
        "a null that is dropped before it has an effect",
        "leave the key out, or give the value that is meant";
    OCTAL_NUMBER = "octal-number":
        "a number with a leading zero is read as octal: 0644 is 420",
        "quote it if it is text, or write the decimal number";
    OPEN_SCHEMA = "open-schema":
        "a `values.schema.json` that takes any values",
        "say what the keys of `values.yaml` may be, or remove the file";
    UNKNOWN_CODE = "unknown-code":
        "a comment or an annotation allows a code that there is not",
        "look at `pintle lint --list-codes` for the right one";
    UNKNOWN_VALUE = "unknown-value":
        "a template reads a key that neither values nor the schema know",
        "name it in `values.yaml`, in a comment if it has no default, or in `values.schema.json`";
    UNUSED_VALUE = "unused-value":
        "a key of values that no template reads",
        "remove it, or correct its name or place";
    YAML_WORD_BOOLEAN = "yaml-word-boolean":
        "a word such as `no`, `on` or `y` is read as a boolean",
        "quote it if it is text, or write `true` or `false`";
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Set by `cargo xtask accept`: the manual is written.
    const ACCEPT: &str = "PINTLE_ACCEPT";

    #[test]
    fn the_manual_has_the_table() {
        const HEAD: &str = "| Code | What it means | What to do |\n|---|---|---|\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("LINT.md");
        let manual = std::fs::read_to_string(&path).unwrap();
        let mut expected = manual.clone();
        let start = expected.find(HEAD).unwrap() + HEAD.len();
        let end = start + expected[start..].find("\n`pintle").unwrap();
        let row =
            |code: &&Code| format!("| `{}` | {} | {} |\n", code.name, code.meaning, code.help);
        expected.replace_range(start..end, &CODES.iter().map(row).collect::<Vec<_>>().concat());
        if std::env::var_os(ACCEPT).is_some() {
            std::fs::write(&path, &expected).unwrap();
        } else {
            assert!(manual == expected, "the table is stale: run `cargo xtask accept`");
        }
    }

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
