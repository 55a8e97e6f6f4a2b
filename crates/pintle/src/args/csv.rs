//! One line of comma-separated values, as the values of some flags are.
//!
//! Source: `Reader` in Go's `encoding/csv`, which pflag reads the first record with.

/// Takes a line apart. An empty text has no fields.
///
/// # Errors
///
/// Go's words for a quote where none may be, or one that is not closed.
pub(crate) fn fields(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // Lines that are empty are passed over; only the first of the others counts.
    let start = text.trim_start_matches(['\n', '\r']);
    if start.is_empty() {
        return Err("EOF".to_owned());
    }
    let skipped = &text[..text.len() - start.len()];
    let mut reader = Reader { rest: start, line: 1 + skipped.matches('\n').count(), column: 1 };
    let first_line = reader.line;
    let mut fields = Vec::new();
    loop {
        let is_quoted = reader.rest.starts_with('"');
        let (field, goes_on) =
            if is_quoted { reader.quoted(first_line)? } else { reader.bare()? };
        fields.push(field);
        if !goes_on {
            return Ok(fields);
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    /// the byte of the line that is next, from 1
    column: usize,
}

impl Reader<'_> {
    /// Reads a field without quotes; tells whether another follows.
    fn bare(&mut self) -> Result<(String, bool), String> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let field = &self.rest[..end];
        let separator = self.rest[end..].chars().next();
        let field = match separator {
            Some('\n') => field.strip_suffix('\r').unwrap_or(field),
            _ => field,
        };
        if let Some(quote) = field.find('"') {
            let column = self.column + quote;
            return Err(format!(
                "parse error on line {}, column {column}: bare \" in non-quoted-field",
                self.line
            ));
        }
        let field = field.to_owned();
        self.take(end + usize::from(separator == Some(',')));
        Ok((field, separator == Some(',')))
    }

    /// Reads a field within quotes, in which a quote is written twice; tells whether another follows.
    fn quoted(&mut self, first_line: usize) -> Result<(String, bool), String> {
        self.take(1);
        let mut field = String::new();
        loop {
            let Some(quote) = self.rest.find('"') else {
                let at = self.place_of_end();
                return Err(unclosed(first_line, at));
            };
            let (inside, _) = self.rest.split_at(quote);
            field.push_str(inside);
            self.take(quote + 1);
            match self.rest.chars().next() {
                Some('"') => {
                    field.push('"');
                    self.take(1);
                }
                Some(',') => {
                    self.take(1);
                    return Ok((field, true));
                }
                None | Some('\n') => return Ok((field, false)),
                Some('\r') if matches!(self.rest, "\r") || self.rest.starts_with("\r\n") => {
                    return Ok((field, false));
                }
                Some(_) => {
                    let at = (self.line, self.column - 1);
                    return Err(unclosed(first_line, at));
                }
            }
        }
    }

    /// Gives the line and column behind the last character.
    fn place_of_end(&self) -> (usize, usize) {
        match self.rest.rfind('\n') {
            None => (self.line, self.column + self.rest.len()),
            Some(at) => {
                let line = self.line + self.rest.matches('\n').count();
                (line, self.rest.len() - at)
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        match taken.rfind('\n') {
            None => self.column += taken.len(),
            Some(at) => {
                self.line += taken.matches('\n').count();
                self.column = taken.len() - at;
            }
        }
        self.rest = rest;
    }
}

/// Words a quote that is not closed, or has text behind it.
fn unclosed(first_line: usize, (line, column): (usize, usize)) -> String {
    let words = "extraneous or missing \" in quoted-field";
    if first_line == line {
        format!("parse error on line {line}, column {column}: {words}")
    } else {
        format!("record on line {first_line}; parse error on line {line}, column {column}: {words}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_go() {
        assert_eq!(fields("").unwrap(), Vec::<String>::new());
        assert_eq!(fields("a,,\"b,\"\"c\"").unwrap(), ["a", "", "b,\"c"]);
        assert_eq!(fields("\na\nb").unwrap(), ["a"]);
        assert_eq!(fields("\"a\nb\",c").unwrap(), ["a\nb", "c"]);
    }

    #[test]
    fn errors_are_those_of_go() {
        let says = |text| fields(text).unwrap_err();
        assert_eq!(says("a\"b"), "parse error on line 1, column 2: bare \" in non-quoted-field");
        assert_eq!(
            says("\"a"),
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field"
        );
        assert_eq!(
            says("a=b,\"c=d"),
            "parse error on line 1, column 9: extraneous or missing \" in quoted-field"
        );
        assert_eq!(says("\n"), "EOF");
    }
}
