//! Label selectors: `team=a,tier in (web, api),!old`.
//!
//! Source: `k8s.io/apimachinery/pkg/labels/selector.go`.

use std::collections::BTreeMap;

/// What labels are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
    /// signs that mean nothing together
    Bad(String),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Bad(text) => text,
            Self::Sign(text) => text,
            Self::End => "",
        }
    }
}

const SIGNS: [&str; 9] = ["==", "!=", ")", ",", "!", "=", ">", "<", "("];

impl Selector {
    /// Reads a selector; the empty one selects all.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in Kubernetes' words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens { all: tokens(text), at: 0 };
        let mut requirements = Vec::new();
        loop {
            match tokens.peek() {
                Token::Word(_) | Token::Sign("!") => {}
                Token::End => return Ok(Self(requirements)),
                other => {
                    let text = other.text();
                    return Err(format!(
                        "found '{text}', expected: !, identifier, or 'end of string'"
                    ));
                }
            }
            let requirement = tokens.requirement();
            requirements
                .push(requirement.map_err(|why| format!("unable to parse requirement: {why}"))?);
            match tokens.next() {
                Token::End => return Ok(Self(requirements)),
                Token::Sign(",") => {
                    let next = tokens.peek();
                    if !matches!(next, Token::Word(_) | Token::Sign("!")) {
                        let text = next.text();
                        return Err(format!("found '{text}', expected: identifier after ','"));
                    }
                }
                other => {
                    let text = other.text();
                    return Err(format!("found '{text}', expected: ',' or 'end of string'"));
                }
            }
        }
    }

    /// Tells whether it selects labels.
    pub(crate) fn is_match(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|requirement| requirement.is_match(labels))
    }
}

impl Requirement {
    fn is_match(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let compare = |is_it: fn(i64, i64) -> bool| {
            let number = |text: &String| text.parse::<i64>().ok();
            match (value.and_then(number), self.values.first().and_then(number)) {
                (Some(value), Some(bound)) => is_it(value, bound),
                _ => false,
            }
        };
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => compare(|value, bound| value > bound),
            Operator::LessThan => compare(|value, bound| value < bound),
        }
    }
}

struct Tokens {
    all: Vec<Token>,
    at: usize,
}

impl Tokens {
    fn peek(&self) -> Token {
        self.all.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.next();
        let is_not = token == Token::Sign("!");
        if is_not {
            token = self.next();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.text()));
        };
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            let operator = if is_not { Operator::DoesNotExist } else { Operator::Exists };
            return Ok(Requirement { key, operator, values: Vec::new() });
        }
        if is_not {
            return Ok(Requirement { key, operator: Operator::DoesNotExist, values: Vec::new() });
        }
        let token = self.next();
        let operator = match token.text() {
            "in" | "=" | "==" => Operator::In,
            "notin" | "!=" => Operator::NotIn,
            ">" => Operator::GreaterThan,
            "<" => Operator::LessThan,
            text => return Err(format!("found '{text}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let values = match token {
            Token::Word(_) => self.values()?,
            _ => vec![self.value()?],
        };
        let is_order = matches!(operator, Operator::GreaterThan | Operator::LessThan);
        if is_order && values[0].parse::<i64>().is_err() {
            return Err(format!(
                "values[0]: Invalid value: {:?}: for 'Gt', 'Lt' operators, the value must be an integer",
                values[0]
            ));
        }
        Ok(Requirement { key, operator, values })
    }

    fn value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(text) => Ok(text),
            other => Err(format!("found '{}', expected: identifier", other.text())),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.next();
        if open != Token::Sign("(") {
            return Err(format!("found '{}' expected: '('", open.text()));
        }
        match self.peek() {
            Token::Sign(")") => {
                self.next();
                return Ok(vec![String::new()]);
            }
            Token::Word(_) | Token::Sign(",") => {}
            other => {
                let text = other.text();
                return Err(format!("found '{text}', expected: ',', ')' or identifier"));
            }
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Token::Word(text) => {
                    values.push(text);
                    match self.peek() {
                        Token::Sign(",") => {}
                        Token::Sign(")") => break,
                        other => {
                            return Err(format!("found '{}', expected: ',' or ')'", other.text()));
                        }
                    }
                }
                Token::Sign(",") => {
                    if values.is_empty() {
                        values.push(String::new());
                    }
                    match self.peek() {
                        Token::Sign(")") => {
                            values.push(String::new());
                            break;
                        }
                        Token::Sign(",") => values.push(String::new()),
                        _ => {}
                    }
                }
                other => {
                    return Err(format!("found '{}', expected: ',', or identifier", other.text()));
                }
            }
        }
        self.next();
        Ok(values)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let is_special = |c: char| "=!(),><".contains(c);
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while let Some(first) = rest.chars().next() {
        let taken;
        if is_special(first) {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let Some(sign) = sign else {
                tokens.push(Token::Bad(format!("error expected: keyword found '{first}'")));
                break;
            };
            tokens.push(Token::Sign(sign));
            taken = sign.len();
        } else {
            taken =
                rest.find(|c: char| is_special(c) || " \t\r\n".contains(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..taken].to_owned()));
        }
        rest = rest[taken..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_selected() {
        let labels: BTreeMap<String, String> =
            [("team", "a"), ("tier", "web"), ("n", "5"), ("none", "")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
        for yes in [
            "",
            "team",
            "team=a",
            "team==a",
            "team!=b",
            "!old",
            "tier in (web, api)",
            "x notin (y)",
            "n>4,n<6",
            "team = a , tier",
            "none=",
            "none in ()",
            "none in (,x)",
            "in notin (in)",
        ] {
            assert!(Selector::parse(yes).unwrap().is_match(&labels), "{yes}");
        }
        for no in
            ["old", "team=b", "!team", "tier notin (web)", "n>5", "team>1", "x in (y)", "team="]
        {
            assert!(!Selector::parse(no).unwrap().is_match(&labels), "{no}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_kubernetes_words() {
        for (bad, why) in [
            ("=a", "found '=', expected: !, identifier, or 'end of string'"),
            ("a=b,", "found '', expected: identifier after ','"),
            (
                "a b",
                "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
            ),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ] {
            assert_eq!(Selector::parse(bad).unwrap_err(), why, "{bad}");
        }
    }
}
