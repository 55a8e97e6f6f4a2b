//! Reports on a terminal or in a log: what is wrong, the lines it stands in, and what there is to say about it.

use std::io::{self, IsTerminal};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use pintle_chart::origin::Text;
use pintle_chart::secret::{MASK, is_secret_key};

use crate::args::{Args, flags};
use crate::environment;

/// The most lines that are shown of one place.
const MAX_LINES: usize = 3;

/// The longest line that is shown whole, in bytes; of a longer one only the part around the place.
const MAX_LINE_BYTES: usize = 400;

/// Something that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// what
    pub(crate) title: String,
    /// where
    pub(crate) places: Vec<Place>,
    /// what the rule is, and what else there is to know
    pub(crate) notes: Vec<String>,
    /// what would be right
    pub(crate) help: Vec<String>,
}

/// Lines of a text with a part of it underlined.
#[derive(Debug)]
pub(crate) struct Place {
    /// the name of the file, or the flag
    name: String,
    line: usize,
    column: usize,
    /// the lines, secrets masked
    source: String,
    span: Range<usize>,
    label: String,
}

impl Place {
    /// Takes the lines of a span out of a text. What `secrets` has is masked; a long span is cut.
    pub(crate) fn new(
        text: &Text,
        span: Range<usize>,
        label: String,
        secrets: &[Range<usize>],
    ) -> Self {
        let start = text.location(span.start);
        let end = text.location(span.end.max(span.start + 1) - 1);
        let last = end.line.min(start.line + MAX_LINES - 1);
        let lines = text.line(start.line).start..text.line(last).end;
        let span = span.start.max(lines.start)..span.end.clamp(lines.start, lines.end);
        let mut place = Self {
            name: start.file,
            line: start.line,
            column: start.column,
            source: String::new(),
            span: 0..0,
            label,
        };
        let mut at = lines.start;
        if lines.len() > MAX_LINE_BYTES {
            let from = span.start.saturating_sub(MAX_LINE_BYTES / 2).max(lines.start);
            at = text.text.floor_char_boundary(from);
        }
        let end = lines.end.min(at + MAX_LINE_BYTES);
        let end = text.text.floor_char_boundary(end).max(at);
        place.copy(&text.text, at..end, &span, secrets);
        place.mask_comments();
        place
    }

    /// Copies a part of a text, with masks in it, and finds where the span got to.
    fn copy(
        &mut self,
        text: &str,
        part: Range<usize>,
        span: &Range<usize>,
        secrets: &[Range<usize>],
    ) {
        let mut within: Vec<Range<usize>> = secrets
            .iter()
            .map(|secret| secret.start.max(part.start)..secret.end.min(part.end))
            .filter(|secret| secret.start < secret.end)
            .collect();
        within.sort_by_key(|secret| (secret.start, secret.end));
        let mut at = part.start;
        let mut shift = Vec::new();
        for secret in within {
            if secret.end <= at {
                continue;
            }
            let begin = secret.start.max(at);
            self.source.push_str(text.get(at..begin).unwrap_or_default());
            let shown_at = self.source.len();
            self.source.push_str(MASK);
            shift.push((begin..secret.end, shown_at..self.source.len()));
            // What a secret spans is not shown, but its lines are counted.
            let n_lines = text.get(begin..secret.end).unwrap_or_default().matches('\n').count();
            self.source.extend(std::iter::repeat_n('\n', n_lines));
            at = secret.end;
        }
        self.source.push_str(text.get(at..part.end).unwrap_or_default());
        let map = |offset: usize, is_end: bool| {
            let mut shown = offset.clamp(part.start, part.end) - part.start;
            for (secret, mask) in &shift {
                let n_lines = text.get(secret.clone()).unwrap_or_default().matches('\n').count();
                if offset >= secret.end && (offset > secret.start || !is_end) {
                    shown = shown + mask.len() + n_lines - secret.len();
                } else if offset > secret.start {
                    return if is_end { mask.end } else { mask.start };
                }
            }
            shown
        };
        let start = map(span.start, false).min(self.source.len());
        let end = map(span.end, true).clamp(start, self.source.len());
        self.span = self.source.floor_char_boundary(start)..self.source.floor_char_boundary(end);
    }

    /// Corrects the column that a drawing names: masks move what is behind them, and lines may be cut.
    fn correct(&self, text: &mut String) {
        let before = &self.source[..self.span.start];
        let shown_line = self.line + before.matches('\n').count();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let shown_column = before[line_start..].chars().count() + 1;
        if (shown_line, shown_column) == (self.line, self.column) {
            return;
        }
        let shown = format!("{}:{shown_line}:{shown_column}", self.name);
        let arrow = text.find("-->").unwrap_or_default();
        if let Some(at) = text[arrow..].find(&shown) {
            let place = format!("{}:{}:{}", self.name, self.line, self.column);
            text.replace_range(arrow + at..arrow + at + shown.len(), &place);
        }
    }

    /// Takes comments away behind the place that talk of secrets.
    fn mask_comments(&mut self) {
        let behind = self.source.get(self.span.end..).unwrap_or_default();
        let Some(at) = behind.find(" #") else { return };
        let at = self.span.end + at;
        let end = self.source[at..].find('\n').map_or(self.source.len(), |len| at + len);
        let words = self.source[at..end].split(|c: char| !c.is_alphanumeric() && c != '_');
        if words.filter(|word| !word.is_empty()).any(is_secret_key) {
            self.source.replace_range(at..end, "");
        }
    }
}

/// Finds what may be a secret on a line of a text that is no YAML: all that follows a key of one.
fn guessed_secrets(line: &str) -> Option<usize> {
    let colons = line.match_indices(':').map(|(at, _)| at);
    let mut starts = colons.filter(|at| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
        let key = &line[..*at];
        let start = key.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        is_secret_key(key.get(start..).unwrap_or_default())
    });
    starts.next().map(|at| at + 1)
}

impl Report {
    /// Reports where a text stops being YAML.
    pub(crate) fn broken(text: &Text, offset: usize, shows_secrets: bool) -> Self {
        // What ends too soon is shown where it ends.
        let offset = offset.min(text.text.trim_end().len());
        let place = text.location(offset);
        let line = text.line(place.line);
        let shown = text.text.get(line.clone()).unwrap_or_default();
        let secret = guessed_secrets(shown).filter(|_| !shows_secrets);
        let secrets: Vec<Range<usize>> =
            secret.map(|at| line.start + at..line.end).into_iter().collect();
        let start = offset.min(line.end);
        let len = text.text[start..line.end].chars().next().map_or(0, char::len_utf8);
        let place = Place::new(text, start..start + len, "up to here".to_owned(), &secrets);
        Self { title: "this is not YAML".to_owned(), places: vec![place], ..Self::default() }
    }

    /// Gives the place that the report is sorted by.
    pub(crate) fn key(&self) -> (String, usize, usize, String) {
        match self.places.first() {
            Some(place) => (place.name.clone(), place.line, place.column, self.title.clone()),
            None => (String::new(), 0, 0, self.title.clone()),
        }
    }

    /// Draws the report.
    pub(crate) fn draw(&self, renderer: &Renderer) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(plain(&self.title)));
        for (n, place) in self.places.iter().enumerate() {
            let kind = if n == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            if place.source.trim().is_empty() {
                let origin = Origin::path(place.name.as_str());
                group = group.element(origin.line(place.line).char_column(place.column));
                continue;
            }
            let label = Some(plain(&place.label)).filter(|label| !label.is_empty());
            group = group.element(
                Snippet::source(printable(&place.source))
                    .path(place.name.as_str())
                    .line_start(place.line)
                    .annotation(kind.span(place.span.clone()).label(label)),
            );
        }
        for note in &self.notes {
            group = group.element(Level::NOTE.message(plain(note)));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(plain(help)));
        }
        let mut text = renderer.render(&[group]);
        for place in &self.places {
            place.correct(&mut text);
        }
        text
    }
}

/// Takes out of a text what would do more to a terminal than be shown; line feeds stay.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Does the same for lines of a source, and keeps their lengths, which spans count.
fn printable(source: &str) -> String {
    let keep = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    source.chars().map(|c| if keep(c) || c.len_utf8() > 1 { c } else { '?' }).collect()
}

/// Tells whether reports are wanted: with `--explain`, and on a terminal.
pub(crate) fn are_wanted(args: &Args, is_ours: bool) -> bool {
    if args.is_given(&flags::EXPLAIN) {
        return args.is_on(&flags::EXPLAIN);
    }
    is_ours && io::stderr().is_terminal()
}

/// Gives what draws, with colours only where they are wanted.
pub(crate) fn renderer(args: &Args) -> Renderer {
    let has_colour = environment::has_colour(args, io::stderr().is_terminal());
    if has_colour { Renderer::styled() } else { Renderer::plain() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, span: Range<usize>, secrets: &[Range<usize>]) -> (String, String) {
        let place = Place::new(&Text::new("v", source), span, String::new(), secrets);
        (place.source[place.span.clone()].to_owned(), place.source)
    }

    #[test]
    fn secrets_are_masked_and_places_follow() {
        let source = "a: {p: hunter2, q: 1, t: abc} # the old password was x\n";
        let masked = "a: {p: ********, q: 1, t: ********}";
        let secrets = [7..14, 25..28];
        assert_eq!(shown(source, 19..20, &secrets), ("1".to_owned(), masked.to_owned()));
        assert_eq!(shown(source, 7..14, &secrets), (MASK.to_owned(), masked.to_owned()));
        assert_eq!(shown(source, 25..28, &secrets), (MASK.to_owned(), masked.to_owned()));
        let whole = "{p: ********, q: 1, t: ********}".to_owned();
        assert_eq!(shown(source, 3..29, &secrets), (whole, masked.to_owned()));
    }

    #[test]
    fn secrets_are_guessed_where_nothing_else_is_known() {
        assert_eq!(guessed_secrets("a: 1, \"adminPassword\": x"), Some(22));
        assert_eq!(guessed_secrets("name: x: y"), None);
        let report = Report::broken(&Text::new("v", "a: 1\npassword: [x\n"), 8, false);
        assert_eq!(report.places[0].source, format!("password:{MASK}"));
    }

    #[test]
    fn spans_end_where_the_shown_lines_do() {
        let (part, lines) = shown("a:\n  b: 1\n  c: 2\n  d: 3\n  e: 4\n", 5..31, &[]);
        assert_eq!(
            (part.as_str(), lines.as_str()),
            ("b: 1\n  c: 2\n  d: 3", "  b: 1\n  c: 2\n  d: 3")
        );
        assert_eq!(shown("", 0..0, &[]), (String::new(), String::new()));
        let long = "x".repeat(1_000) + "ü" + &"y".repeat(1_000);
        assert_eq!(shown(&long, 1_000..1_002, &[]).0, "ü");
    }
}
