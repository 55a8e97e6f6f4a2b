//! Our verdicts beside those of an API server: figures, classes and examples.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ours::Finding;
use super::server::{Refusal, Verdict, without_indexes};

/// The least share of refused objects that are to be refused with the same field path, in percent.
const MIN_SAME_PATH: f64 = 97.0;

/// How many lines of a table are printed.
const MAX_ROWS: usize = 40;

/// How many characters of a text are printed.
const MAX_SHOWN: usize = 400;

/// How our verdict stands beside the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Both accept.
    Accepted,
    /// We refuse what the server accepts.
    FalseAlarm,
    /// Both refuse, and the field that the server names first is among ours.
    SamePath,
    /// Both refuse, for other fields.
    OtherPath,
    /// We accept what the server refuses.
    Missed,
}

impl Outcome {
    /// Compares two verdicts.
    pub(crate) fn of(server: &Verdict, ours: &[Finding]) -> Self {
        match server {
            Verdict::Accepted if ours.is_empty() => Self::Accepted,
            Verdict::Accepted => Self::FalseAlarm,
            Verdict::Refused(_) if ours.is_empty() => Self::Missed,
            Verdict::Refused(text) => {
                let refusal = Refusal::of(text);
                let is_same = ours.iter().any(|finding| refusal.names(&finding.path));
                if is_same { Self::SamePath } else { Self::OtherPath }
            }
        }
    }
}

/// One object that both have judged.
#[derive(Debug)]
pub(crate) struct Case {
    /// Where it comes from, for a person.
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The change that was made, without what it was made with.
    pub(crate) how: String,
    /// The place of the change.
    pub(crate) place: String,
    pub(crate) server: Verdict,
    pub(crate) ours: Vec<Finding>,
    pub(crate) document: String,
}

/// Which examples are printed.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// How many of each outcome.
    pub(crate) n: usize,
    /// Only of this kind.
    pub(crate) kind: Option<String>,
    /// Only of this change.
    pub(crate) how: Option<String>,
    /// Only those in whose texts or place this stands.
    pub(crate) text: Option<String>,
    /// With the whole document.
    pub(crate) is_whole: bool,
}

impl Shown {
    fn takes(&self, case: &Case) -> bool {
        let has = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        let mentions = |part: &String| {
            let server = match &case.server {
                Verdict::Refused(text) => text.as_str(),
                Verdict::Accepted => "",
            };
            case.name == *part
                || case.place.contains(part)
                || server.contains(part)
                || case.ours.iter().any(|finding| finding.message.contains(part))
        };
        has(&self.kind, &case.kind)
            && has(&self.how, &case.how)
            && self.text.as_ref().is_none_or(mentions)
    }
}

/// The comparison of many objects.
#[derive(Debug, Default)]
pub(crate) struct Report {
    n: BTreeMap<Outcome, usize>,
    /// How many texts of the server speak of Kubernetes' fields, not of Go's types.
    n_texts: usize,
    n_same_text: usize,
    classes: BTreeMap<Outcome, BTreeMap<String, usize>>,
    words: BTreeMap<Outcome, BTreeMap<String, usize>>,
    examples: BTreeMap<&'static str, Vec<String>>,
}

impl Report {
    /// Takes one object in.
    pub(crate) fn add(&mut self, case: &Case, shown: &Shown) {
        let outcome = Outcome::of(&case.server, &case.ours);
        *self.n.entry(outcome).or_default() += 1;
        let mut title = match outcome {
            Outcome::Accepted => return,
            Outcome::FalseAlarm => "FALSE ALARM",
            Outcome::SamePath => "",
            Outcome::OtherPath => "OTHER PATH",
            Outcome::Missed => "MISSED",
        };
        if outcome == Outcome::SamePath {
            match is_same_text(case) {
                None => return,
                Some(is_same) => {
                    self.n_texts += 1;
                    self.n_same_text += usize::from(is_same);
                    if is_same {
                        return;
                    }
                }
            }
            title = "OTHER TEXT";
        }
        let class = format!("{} {}", case.kind, case.how);
        *self.classes.entry(outcome).or_default().entry(class).or_default() += 1;
        *self.words.entry(outcome).or_default().entry(words(case)).or_default() += 1;
        let examples = self.examples.entry(title).or_default();
        if examples.len() < shown.n && shown.takes(case) {
            examples.push(example(case, shown.is_whole));
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.n.get(&outcome).copied().unwrap_or_default()
    }

    fn n_accepted(&self) -> usize {
        self.count(Outcome::Accepted) + self.count(Outcome::FalseAlarm)
    }

    fn n_refused(&self) -> usize {
        [Outcome::SamePath, Outcome::OtherPath, Outcome::Missed]
            .map(|it| self.count(it))
            .iter()
            .sum()
    }

    /// Gives the share of refused objects that we refuse for the same field, in percent.
    pub(crate) fn same_path_percent(&self) -> f64 {
        percent(self.count(Outcome::SamePath), self.n_refused())
    }

    /// Tells whether this is as good as it has to be: no false alarm, and nearly all refused for the same field.
    pub(crate) fn is_good(&self) -> bool {
        self.count(Outcome::FalseAlarm) == 0 && self.same_path_percent() >= MIN_SAME_PATH
    }

    /// Gives the figures alone.
    pub(crate) fn figures(&self) -> String {
        let (n_accepted, n_refused) = (self.n_accepted(), self.n_refused());
        let mut text = format!("{} objects\n", n_accepted + n_refused);
        let mut line = |name: &str, n: usize, of: usize, what: &str| {
            writeln!(text, "{name:<24} {n:>6} of {of:>6} {what} ({:.2} %)", percent(n, of))
                .expect("a string can be written to");
        };
        line("false alarms", self.count(Outcome::FalseAlarm), n_accepted, "accepted");
        line("caught, same path", self.count(Outcome::SamePath), n_refused, "refused");
        line("caught, other path", self.count(Outcome::OtherPath), n_refused, "refused");
        line("missed", self.count(Outcome::Missed), n_refused, "refused");
        line("same text", self.n_same_text, self.n_texts, "where Go's types are not named");
        text
    }

    /// Gives figures, classes and examples.
    pub(crate) fn text(&self) -> String {
        let mut text = self.figures();
        for (outcome, title) in [
            (Outcome::FalseAlarm, "false alarms"),
            (Outcome::OtherPath, "caught with another path"),
            (Outcome::Missed, "missed"),
            (Outcome::SamePath, "other texts for the same path"),
        ] {
            table(&mut text, &format!("{title}, by kind and change"), self.classes.get(&outcome));
            table(&mut text, &format!("{title}, by what is said"), self.words.get(&outcome));
        }
        for (title, examples) in &self.examples {
            for example in examples {
                write!(text, "\n{title} {example}").expect("a string can be written to");
            }
        }
        text
    }
}

fn percent(n: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are no 2^52 objects")]
    if of == 0 { 100.0 } else { n as f64 * 100.0 / of as f64 }
}

fn table(text: &mut String, title: &str, rows: Option<&BTreeMap<String, usize>>) {
    let mut rows: Vec<(&String, &usize)> = rows.into_iter().flatten().collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
    writeln!(text, "\n{title}:").expect("a string can be written to");
    for (name, n) in rows.iter().take(MAX_ROWS) {
        writeln!(text, "{n:>6}  {name}").expect("a string can be written to");
    }
    let n_more: usize = rows.iter().skip(MAX_ROWS).map(|(_, n)| **n).sum();
    if n_more > 0 {
        writeln!(text, "{n_more:>6}  in {} further classes", rows.len() - MAX_ROWS)
            .expect("a string can be written to");
    }
}

/// Tells whether one of our findings has the server's path and words; nothing where those name types of Go.
fn is_same_text(case: &Case) -> Option<bool> {
    let Verdict::Refused(text) = &case.server else { return None };
    let refusal = Refusal::of(text);
    if refusal.is_without_indexes {
        return None;
    }
    let mut named = case.ours.iter().filter(|finding| refusal.names(&finding.path));
    Some(named.any(|finding| refusal.says(&finding.message)))
}

/// Gives what was said of an object without what is accidental: names, numbers and values.
fn words(case: &Case) -> String {
    let text = match &case.server {
        Verdict::Refused(text) => {
            let refusal = Refusal::of(text);
            let path = refusal.path.as_deref().map_or_else(String::new, without_indexes);
            let tail: Vec<&str> = path.rsplit('.').take(2).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            format!("{}: {}", tail.join("."), folded(refusal.detail))
        }
        Verdict::Accepted => case.ours.first().map_or_else(String::new, |finding| {
            format!("{}: {}", without_indexes(&finding.path), folded(&finding.message))
        }),
    };
    text.chars().take(130).collect()
}

/// Makes one digit of all digits in a row, and nothing of what stands in quotes.
fn folded(text: &str) -> String {
    let mut out = String::new();
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                out.push(c);
            }
            _ if is_quoted => {}
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            _ => out.push(c),
        }
    }
    out
}

fn example(case: &Case, is_whole: bool) -> String {
    let mut text = format!("{} {} {} {}\n", case.name, case.kind, case.how, case.place);
    if let Verdict::Refused(words) = &case.server {
        writeln!(text, "  server: {}", clipped(words)).expect("a string can be written to");
    }
    for finding in case.ours.iter().take(4) {
        writeln!(text, "  ours:   {}: {}", finding.path, clipped(&finding.message))
            .expect("a string can be written to");
    }
    if is_whole {
        writeln!(text, "  object: {}", case.document).expect("a string can be written to");
    }
    text
}

fn clipped(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
