//! Reads a template of `kubectl`'s `JSONPath`.
//!
//! Braces hold paths, literals and the words `range` and `end`; what stands between them is text. What is in brackets is read
//! once as a whole and then again for what it holds, which is why a key in quotes may have dots that lead further down.
//!
//! Source: `k8s.io/client-go/util/jsonpath/parser.go`.

use pintle_chart::go::unicode::{is_digit, is_letter};
use pintle_gotmpl::value::number;

/// A part of a template or of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// text outside of braces, or a literal in quotes within
    Text(Vec<u8>),
    /// what one pair of braces holds: each part goes on from what the part before it found
    List(Vec<Node>),
    Field(String),
    Slice(Slice),
    Filter {
        left: Vec<Node>,
        /// what compares both sides; `None` if `left` only has to be there
        operator: Option<(String, Vec<Node>)>,
    },
    /// several indices: `[0,2]`
    Union(Vec<Vec<Node>>),
    Wildcard,
    Recursive,
    Word(String),
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// `[start:end:step]`, each of which may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    /// whether there was no end, and `end` is the one behind `start`
    pub(super) is_index: bool,
    pub(super) step: Option<i64>,
}

/// Reads a template.
///
/// # Errors
///
/// What is wrong, in kubectl's words.
pub(super) fn parse(template: &str) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    let mut rest = template;
    while let Some((text, action)) = rest.split_once('{') {
        push_text(&mut nodes, text);
        let mut parser = Parser { text: action, at: 0 };
        nodes.push(Node::List(parser.action()?));
        rest = parser.rest();
    }
    push_text(&mut nodes, rest);
    Ok(nodes)
}

fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if !text.is_empty() {
        nodes.push(Node::Text(text.as_bytes().to_vec()));
    }
}

/// Reads what could stand in braces.
fn parse_inner(text: &str) -> Result<Vec<Node>, String> {
    // What follows a brace within is read too, for what may be wrong with it.
    match parse(&format!("{{{text}}}"))?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Reads up to the brace that closes.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            if self.eat("}") {
                return Ok(nodes);
            }
            if self.eat("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.rest().starts_with("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err("invalid multiple recursive descent".to_owned());
                }
                self.at += 2;
                nodes.push(Node::Recursive);
                if self.rest().starts_with(is_alphanumeric) {
                    nodes.push(self.field());
                }
                continue;
            }
            let start = self.at;
            match self.next() {
                None | Some('\r' | '\n') => return Err("unclosed action".to_owned()),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.brackets(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(start, quote)?),
                Some('.') => nodes.push(self.field()),
                Some(digit) if matches!(digit, '+' | '-') || is_digit(digit) => {
                    self.at = start;
                    nodes.push(self.number()?);
                }
                Some(letter) if is_alphanumeric(letter) => {
                    self.at = start;
                    nodes.push(self.word());
                }
                Some(other) => {
                    let shown = code_point(other);
                    return Err(format!("unrecognized character in action: {shown}"));
                }
            }
        }
    }

    fn field(&mut self) -> Node {
        let start = self.at;
        while let Some(next) = self.rest().chars().next() {
            if is_terminator(next) {
                break;
            }
            self.at += next.len_utf8();
            if next == '\\' {
                self.next();
            }
        }
        match &self.text[start..self.at] {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn word(&mut self) -> Node {
        let rest = self.rest();
        let word = &rest[..rest.find(is_terminator).unwrap_or(rest.len())];
        self.at += word.len();
        match word {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            _ => Node::Word(word.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Node, String> {
        let rest = self.rest();
        let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let is_part = |c: char| c == '.' || is_digit(c);
        let behind = unsigned.find(|c| !is_part(c)).map_or("", |len| &unsigned[len..]);
        let text = &rest[..rest.len() - behind.len()];
        self.at += text.len();
        if let Ok(int) = text.parse() {
            return Ok(Node::Int(int));
        }
        number::parse_float(text)
            .map(Node::Float)
            .map_err(|_| format!("cannot parse number {text}"))
    }

    /// Reads a literal in quotes that began at `start`.
    fn quoted(&mut self, start: usize, quote: char) -> Result<Node, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == quote && self.text.as_bytes()[self.at - 2] != b'\\' => break,
                Some(_) => {}
            }
        }
        let whole = &self.text[start..self.at];
        unquote(&whole[1..whole.len() - 1], quote)
            .map(Node::Text)
            .ok_or_else(|| format!("unquote string {whole} error invalid syntax"))
    }

    /// Reads what is in brackets: indices, or a key in quotes.
    fn brackets(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        let rest = self.rest();
        let end = rest.find([']', '\n']).filter(|end| rest.as_bytes()[*end] == b']');
        let text = &rest[..end.ok_or("unterminated array")?];
        self.at += text.len() + 1;
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts =
                text.split(',').map(|part| parse_inner(&format!("[{}]", part.trim_matches(' '))));
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(parse_inner(&format!(".{key}"))?);
            return Ok(());
        }
        nodes.push(Node::Slice(slice(text)?));
        Ok(())
    }

    /// Reads a filter up to its `)]`.
    fn filter(&mut self) -> Result<Node, String> {
        let start = self.at;
        let mut quote = None;
        let mut is_closed = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".to_owned()),
                Some(c @ ('"' | '\'')) => match quote {
                    None => quote = Some(c),
                    Some(quote) => {
                        is_closed |= c == quote && self.text.as_bytes()[self.at - 2] != b'\\';
                    }
                },
                // Only the first quotes count.
                Some(')') if quote.is_some() == is_closed => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at - 1];
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        let Some((left, operator, right)) = comparison(text) else {
            return Ok(Node::Filter { left: parse_inner(text)?, operator: None });
        };
        let left = parse_inner(left)?;
        let right = parse_inner(right)?;
        Ok(Node::Filter { left, operator: Some((operator.to_owned(), right)) })
    }
}

/// Splits a filter where its operator stands.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let (left, rest) = text.split_at(text.find(is_operator).filter(|start| *start > 0)?);
    let len = match rest.find(|c| !is_operator(c)) {
        Some(len) => len,
        // Something must be left to compare with.
        None => rest.len() - 1,
    };
    (len > 0).then(|| (left, &rest[..len], &rest[len..]))
}

fn slice(text: &str) -> Result<Slice, String> {
    let invalid = || format!("invalid array index {text}");
    let mut parts = text.split(':');
    let mut next = || {
        let Some(part) = parts.next() else { return Ok((false, None)) };
        let digits = part.strip_prefix('-').unwrap_or(part);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        Ok((true, (!part.is_empty()).then_some(part)))
    };
    let ((_, start), (has_end, end), (_, step)) = (next()?, next()?, next()?);
    if parts.next().is_some() {
        return Err(invalid());
    }
    let number = |part: Option<&str>| {
        let number = |part: &str| {
            part.parse::<i64>().map_err(|_| format!("array index {part} is not a number"))
        };
        part.map(number).transpose()
    };
    let start = number(start)?;
    Ok(if has_end {
        Slice { start, end: number(end)?, is_index: false, step: number(step)? }
    } else {
        let end = Some(start.unwrap_or(0).wrapping_add(1));
        Slice { start, end, is_index: true, step: None }
    })
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || is_letter(c) || is_digit(c)
}

/// Shows a character as Go's `%#U` does.
fn code_point(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    if number::is_print(u32::from(c)) { format!("{code} '{c}'") } else { code }
}

/// Resolves the escapes of Go's literals, of which either kind of quotes may be around text.
fn unquote(text: &str, quote: char) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            return None;
        }
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escape = rest.chars().next()?;
        let (digits, radix) = match escape {
            '0'..='7' => (3, 8),
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            _ => (0, 0),
        };
        if radix == 0 {
            out.push(match escape {
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 11,
                '\\' => b'\\',
                '\'' | '"' if escape == quote => u8::try_from(quote).ok()?,
                _ => return None,
            });
            rest = &rest[escape.len_utf8()..];
            continue;
        }
        if radix == 16 {
            rest = &rest[1..];
        }
        let code = rest.get(..digits).filter(|code| !code.starts_with('+'))?;
        let code = u32::from_str_radix(code, radix).ok()?;
        rest = &rest[digits..];
        if digits < 4 {
            out.push(u8::try_from(code).ok()?);
        } else {
            out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(out)
}
