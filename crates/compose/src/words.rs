//! A command as one text, split as a shell would split it; nothing in it is expanded.
//!
//! Source: `shlex` of google/shlex, which Compose splits commands with.

/// Splits a command into words. An error says what is not closed.
pub(crate) fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '#' if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a single quote is not closed"),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        // A shell keeps the backslash before what it does not escape.
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                            Some('\n') => {}
                            Some(c) => word.extend(['\\', c]),
                            None => return Err("a double quote is not closed"),
                        },
                        Some(c) => word.push(c),
                        None => return Err("a double quote is not closed"),
                    }
                }
            }
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("nothing stands behind the last backslash"),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Escapes what the kubelet would expand in commands and variables: `$(NAME)`, and `$$`, which it makes one `$`.
///
/// Source: `Expand` in `third_party/forked/golang/expansion` of Kubernetes.
pub(crate) fn escape(text: String) -> String {
    if !text.contains('$') {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        escaped.push(c);
        if c == '$' && matches!(chars.peek(), Some('$' | '(')) {
            escaped.push('$');
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_as_by_a_shell() {
        for (text, expected) in [
            (r#"sh -c "echo hi""#, &["sh", "-c", "echo hi"][..]),
            (r"a 'b c'd\ e", &["a", "b cd e"]),
            (r#"x "" '' "a\"b\n""#, &["x", "", "", r#"a"b\n"#]),
            ("a # comment\nb", &["a", "b"]),
            ("a#b\\\n c", &["a#b", "c"]),
            ("  ", &[]),
        ] {
            assert_eq!(split(text).unwrap(), expected, "{text}");
        }
        assert!(split("a 'b").is_err() && split("a \"b\\").is_err() && split("a\\").is_err());
    }

    #[test]
    fn what_the_kubelet_expands_is_escaped() {
        assert_eq!(escape("echo $(date) $$ $HOME $".to_owned()), "echo $$(date) $$$ $HOME $");
        assert_eq!(escape("$$(".to_owned()), "$$$$(");
    }
}
