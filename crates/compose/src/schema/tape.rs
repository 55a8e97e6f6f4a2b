//! The Compose schema, taken apart while this crate is compiled: a program that starts finds it ready.
//!
//! JSON as a list of tokens, each with where it ends, and beside the words what they mean: keywords, types, patterns, and
//! where references lead. A keyword that is not known here stops the compiler, so that none is passed over.
//!
//! Numbers are small and without pointers on purpose: tables of pointers are put right each time a program starts.

/// The schema as it is published.
pub(super) const SCHEMA: &str = include_str!("../../../../schemas/compose/compose-spec.json");

const BYTES: &[u8] = SCHEMA.as_bytes();

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Map,
    List,
    Text,
    Number,
    True,
    False,
}

/// A value of the schema, or a key before its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) sort: Sort,
    /// what the schema says by it, see [`link`]
    pub(super) means: u16,
    /// the number of the token behind it and all that is in it
    pub(super) after: u16,
    start: u16,
    end: u16,
}

/// Keywords, as what the keys of a schema mean.
pub(super) mod keyword {
    pub(in crate::schema) const IGNORED: u16 = 0;
    pub(in crate::schema) const TYPE: u16 = 1;
    pub(in crate::schema) const REF: u16 = 2;
    pub(in crate::schema) const PROPERTIES: u16 = 3;
    pub(in crate::schema) const PATTERN_PROPERTIES: u16 = 4;
    pub(in crate::schema) const ADDITIONAL_PROPERTIES: u16 = 5;
    pub(in crate::schema) const REQUIRED: u16 = 6;
    pub(in crate::schema) const ITEMS: u16 = 7;
    pub(in crate::schema) const UNIQUE_ITEMS: u16 = 8;
    pub(in crate::schema) const ONE_OF: u16 = 9;
    pub(in crate::schema) const ENUM: u16 = 10;
    pub(in crate::schema) const MINIMUM: u16 = 11;
    pub(in crate::schema) const MAXIMUM: u16 = 12;
}

/// Types, as what the values of `type` mean; several are added up.
pub(super) mod types {
    pub(in crate::schema) const NULL: u16 = 1;
    pub(in crate::schema) const BOOLEAN: u16 = 2;
    pub(in crate::schema) const INTEGER: u16 = 4;
    pub(in crate::schema) const NUMBER: u16 = 8;
    pub(in crate::schema) const STRING: u16 = 16;
    pub(in crate::schema) const ARRAY: u16 = 32;
    pub(in crate::schema) const OBJECT: u16 = 64;
}

/// Patterns, as what the keys of `patternProperties` mean.
pub(super) mod pattern {
    /// `^x-`
    pub(in crate::schema) const EXTENSION: u16 = 0;
    /// `^[a-zA-Z0-9._-]+$`
    pub(in crate::schema) const NAME: u16 = 1;
    /// `^[a-z]+$`
    pub(in crate::schema) const LETTERS: u16 = 2;
    /// `.+`
    pub(in crate::schema) const ANYTHING: u16 = 3;
    /// `^.+$`
    pub(in crate::schema) const LINE: u16 = 4;
}

/// All tokens; the first is the schema as a whole.
pub(super) static TOKENS: [Token; N_TOKENS] = link(Reader::new().read());

const N_TOKENS: usize = Reader::new().count();

/// The schema of a service's `user`.
pub(super) const USER: usize = find(&TOKENS, &["definitions", "service", "properties", "user"]);

impl Token {
    /// Tells whether a key or a text is this one.
    pub(super) fn is(self, text: &[u8]) -> bool {
        usize::from(self.end - self.start) == text.len()
            && &BYTES[usize::from(self.start)..usize::from(self.end)] == text
    }
}

struct Reader {
    at: usize,
    n_tokens: usize,
}

impl Reader {
    const fn new() -> Self {
        Self { at: 0, n_tokens: 0 }
    }

    const fn count(mut self) -> usize {
        self.value(&mut []);
        self.n_tokens
    }

    const fn read<const N: usize>(mut self) -> [Token; N] {
        let mut tokens = [Token { sort: Sort::Map, means: 0, after: 0, start: 0, end: 0 }; N];
        self.value(&mut tokens);
        tokens
    }

    /// Reads a value into the tokens, if there is room.
    const fn value(&mut self, tokens: &mut [Token]) {
        let token = self.n_tokens;
        self.n_tokens += 1;
        let start = self.skip_space();
        let sort = match BYTES[start] {
            b'{' => {
                self.at += 1;
                while BYTES[self.skip_space()] != b'}' {
                    self.value(tokens);
                    self.expect(b':');
                    self.value(tokens);
                    self.pass_comma();
                }
                self.at += 1;
                Sort::Map
            }
            b'[' => {
                self.at += 1;
                while BYTES[self.skip_space()] != b']' {
                    self.value(tokens);
                    self.pass_comma();
                }
                self.at += 1;
                Sort::List
            }
            b'"' => {
                self.at += 1;
                while BYTES[self.at] != b'"' {
                    assert!(BYTES[self.at] != b'\\', "no text of the schema has an escape");
                    self.at += 1;
                }
                self.at += 1;
                Sort::Text
            }
            b't' => self.word(4, Sort::True),
            b'f' => self.word(5, Sort::False),
            _ => {
                while matches!(BYTES[self.at], b'0'..=b'9' | b'-') {
                    self.at += 1;
                }
                assert!(self.at > start, "all numbers of the schema are integers");
                Sort::Number
            }
        };
        if token < tokens.len() {
            let quotes = if matches!(sort, Sort::Text) { 1 } else { 0 };
            tokens[token] = Token {
                sort,
                means: 0,
                after: small(self.n_tokens),
                start: small(start + quotes),
                end: small(self.at - quotes),
            };
        }
    }

    const fn word(&mut self, len: usize, sort: Sort) -> Sort {
        self.at += len;
        sort
    }

    const fn skip_space(&mut self) -> usize {
        while matches!(BYTES[self.at], b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.at
    }

    const fn expect(&mut self, byte: u8) {
        assert!(BYTES[self.skip_space()] == byte, "the schema is JSON");
        self.at += 1;
    }

    const fn pass_comma(&mut self) {
        if BYTES[self.skip_space()] == b',' {
            self.at += 1;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is checked")]
const fn small(n: usize) -> u16 {
    assert!(n <= u16::MAX as usize, "the schema is small");
    n as u16
}

/// Says what tokens mean: the keys of schemas are keywords, and what is below some of them has a meaning of its own.
const fn link<const N: usize>(mut tokens: [Token; N]) -> [Token; N] {
    link_schema(&mut tokens, 0);
    tokens
}

const fn link_schema(tokens: &mut [Token], schema: usize) {
    assert!(matches!(tokens[schema].sort, Sort::Map), "a schema is a map");
    let mut key = schema + 1;
    while key < tokens[schema].after as usize {
        let value = key + 1;
        tokens[key].means = link_keyword(tokens, key, value);
        key = tokens[value].after as usize;
    }
}

/// Links what a keyword has, and gives what the keyword means.
const fn link_keyword(tokens: &mut [Token], key: usize, value: usize) -> u16 {
    let word = tokens[key];
    if is(word, "type") {
        tokens[value].means = types_of(tokens, value);
        keyword::TYPE
    } else if is(word, "$ref") {
        tokens[value].means = target_of(tokens, value);
        keyword::REF
    } else if is(word, "properties") {
        link_entries(tokens, value, false);
        keyword::PROPERTIES
    } else if is(word, "definitions") {
        link_entries(tokens, value, false);
        keyword::IGNORED
    } else if is(word, "patternProperties") {
        link_entries(tokens, value, true);
        keyword::PATTERN_PROPERTIES
    } else if is(word, "additionalProperties") {
        assert!(
            matches!(tokens[value].sort, Sort::False),
            "no others are allowed where it is said"
        );
        keyword::ADDITIONAL_PROPERTIES
    } else if is(word, "required") {
        keyword::REQUIRED
    } else if is(word, "items") {
        link_schema(tokens, value);
        keyword::ITEMS
    } else if is(word, "uniqueItems") {
        keyword::UNIQUE_ITEMS
    } else if is(word, "oneOf") {
        let mut item = value + 1;
        while item < tokens[value].after as usize {
            link_schema(tokens, item);
            item = tokens[item].after as usize;
        }
        keyword::ONE_OF
    } else if is(word, "enum") {
        keyword::ENUM
    } else if is(word, "minimum") {
        tokens[value].means = number_of(tokens[value]);
        keyword::MINIMUM
    } else if is(word, "maximum") {
        tokens[value].means = number_of(tokens[value]);
        keyword::MAXIMUM
    } else {
        assert!(is_ignored(word, tokens[value]), "a keyword of the schema is not known");
        keyword::IGNORED
    }
}

/// Tells whether a keyword asks nothing of a value.
const fn is_ignored(word: Token, value: Token) -> bool {
    // No draft knows the format `expose`, nor the key `service`, which is in a definition that nothing refers to.
    is(word, "$schema")
        || is(word, "id")
        || is(word, "title")
        || is(word, "description")
        || is(word, "deprecated")
        || is(word, "default")
        || is(word, "service")
        || (is(word, "format") && is(value, "expose"))
}

const fn link_entries(tokens: &mut [Token], map: usize, are_patterns: bool) {
    let mut key = map + 1;
    while key < tokens[map].after as usize {
        if are_patterns {
            tokens[key].means = pattern_of(tokens[key]);
        }
        link_schema(tokens, key + 1);
        key = tokens[key + 1].after as usize;
    }
}

const fn types_of(tokens: &[Token], value: usize) -> u16 {
    if matches!(tokens[value].sort, Sort::Text) {
        return type_of(tokens[value]);
    }
    let mut types = 0;
    let mut item = value + 1;
    while item < tokens[value].after as usize {
        types |= type_of(tokens[item]);
        item += 1;
    }
    types
}

const fn type_of(word: Token) -> u16 {
    if is(word, "null") {
        types::NULL
    } else if is(word, "boolean") {
        types::BOOLEAN
    } else if is(word, "integer") {
        types::INTEGER
    } else if is(word, "number") {
        types::NUMBER
    } else if is(word, "string") {
        types::STRING
    } else if is(word, "array") {
        types::ARRAY
    } else {
        assert!(is(word, "object"), "a type of the schema is not known");
        types::OBJECT
    }
}

const fn pattern_of(word: Token) -> u16 {
    if is(word, "^x-") {
        pattern::EXTENSION
    } else if is(word, "^[a-zA-Z0-9._-]+$") {
        pattern::NAME
    } else if is(word, "^[a-z]+$") {
        pattern::LETTERS
    } else if is(word, ".+") {
        pattern::ANYTHING
    } else {
        assert!(is(word, "^.+$"), "a pattern of the schema is not known");
        pattern::LINE
    }
}

/// Gives the token that a reference `#/definitions/NAME` leads to.
const fn target_of(tokens: &[Token], value: usize) -> u16 {
    const BEFORE: &str = "#/definitions/";
    let Token { start, end, .. } = tokens[value];
    assert!(is_text(start as usize, start as usize + BEFORE.len(), BEFORE), "it is a definition");
    let definitions = find(tokens, &["definitions"]);
    let mut key = definitions + 1;
    while key < tokens[definitions].after as usize {
        let name = tokens[key];
        let start = start as usize + BEFORE.len();
        if are_equal(start, end as usize, name.start as usize, name.end as usize) {
            return small(key + 1);
        }
        key = tokens[key + 1].after as usize;
    }
    panic!("each reference leads to a definition");
}

/// Gives a number, as the bits of an `i16`.
const fn number_of(token: Token) -> u16 {
    let is_negative = BYTES[token.start as usize] == b'-';
    let mut n: i16 = 0;
    let mut at = token.start as usize + if is_negative { 1 } else { 0 };
    while at < token.end as usize {
        n = n * 10 + (BYTES[at] - b'0') as i16;
        at += 1;
    }
    (if is_negative { -n } else { n }).cast_unsigned()
}

/// Finds the value that keys lead to from the root.
const fn find(tokens: &[Token], path: &[&str]) -> usize {
    let mut map = 0;
    let mut depth = 0;
    while depth < path.len() {
        let mut key = map + 1;
        while !is(tokens[key], path[depth]) {
            key = tokens[key + 1].after as usize;
            assert!(key < tokens[map].after as usize, "the path leads to a value");
        }
        map = key + 1;
        depth += 1;
    }
    map
}

const fn is(token: Token, text: &str) -> bool {
    is_text(token.start as usize, token.end as usize, text)
}

const fn is_text(start: usize, end: usize, text: &str) -> bool {
    let text = text.as_bytes();
    if end - start != text.len() {
        return false;
    }
    let mut n = 0;
    while n < text.len() {
        if BYTES[start + n] != text[n] {
            return false;
        }
        n += 1;
    }
    true
}

const fn are_equal(start: usize, end: usize, other: usize, other_end: usize) -> bool {
    if end - start != other_end - other {
        return false;
    }
    let mut n = 0;
    while start + n < end {
        if BYTES[start + n] != BYTES[other + n] {
            return false;
        }
        n += 1;
    }
    true
}
