//! The walk through what changes, one question each.

use std::io::{self, BufRead, Write};
use std::path::Path;

use pintle_manifest::diff::Colour;

use super::case::{Judged, Verdict};
use super::{Found, report};
use crate::print::Failure;
use crate::user_values::go_words;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// store what is new
    Accept,
    /// keep what is stored
    Reject,
    /// decide later
    Skip,
    /// end
    Quit,
}

/// Shows each case that is new or changes, and does what the answer says: `store` writes a snapshot, `delete` deletes one.
///
/// The end of the input ends the walk.
///
/// # Errors
///
/// A snapshot that cannot be written, cases that cannot be judged, or a terminal that is gone.
pub(super) fn walk(
    found: &Found,
    colour: Colour,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    store: &mut dyn FnMut(&Judged) -> Result<(), Failure>,
    delete: &mut dyn FnMut(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let lost = |error: io::Error| Failure(format!("the terminal is gone: {}", go_words(&error)));
    let is_question = |judged: &&Judged| {
        matches!(judged.verdict, Verdict::New | Verdict::Changed(_) | Verdict::Rewritten)
    };
    let questions: Vec<&Judged> = found.judged.iter().filter(is_question).collect();
    let n_questions = questions.len() + found.unreferenced.len();
    let (mut n_accepted, mut n_rejected, mut n_asked) = (0, 0, 0);
    let mut is_ended = false;
    for judged in questions {
        n_asked += 1;
        let mut shown = report::case(judged, "", colour);
        if matches!(judged.verdict, Verdict::New) {
            shown.push_str(&judged.text);
        }
        write!(out, "\n[{n_asked}/{n_questions}] {shown}").map_err(lost)?;
        match ask("store it", input, out).map_err(lost)? {
            Answer::Accept => {
                store(judged)?;
                n_accepted += 1;
            }
            Answer::Reject => n_rejected += 1,
            Answer::Skip => {}
            Answer::Quit => {
                is_ended = true;
                break;
            }
        }
    }
    for path in found.unreferenced.iter().take_while(|_| !is_ended) {
        n_asked += 1;
        let name = path.display();
        write!(out, "\n[{n_asked}/{n_questions}] {name}: a snapshot without a case\n")
            .map_err(lost)?;
        match ask("delete it", input, out).map_err(lost)? {
            Answer::Accept => {
                delete(path)?;
                n_accepted += 1;
            }
            Answer::Reject => n_rejected += 1,
            Answer::Skip => {}
            Answer::Quit => break,
        }
    }
    let n_left = n_questions - n_accepted - n_rejected;
    writeln!(out, "\n{n_accepted} accepted, {n_rejected} rejected, {n_left} left").map_err(lost)?;
    let is_bad = |judged: &&Judged| {
        matches!(judged.verdict, Verdict::Fails(_) | Verdict::Renders | Verdict::Broken(_))
    };
    let bad: Vec<&Judged> = found.judged.iter().filter(is_bad).collect();
    for judged in &bad {
        write!(out, "\n{}", report::case(judged, "", colour)).map_err(lost)?;
    }
    out.flush().map_err(lost)?;
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("{} of the cases cannot be stored", bad.len())))
    }
}

/// Asks until there is an answer.
fn ask(what: &str, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Answer> {
    loop {
        write!(out, "{what}? (a)ccept, (r)eject, (s)kip, (q)uit: ")?;
        out.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            writeln!(out)?;
            return Ok(Answer::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "a" | "accept" | "y" | "yes" => return Ok(Answer::Accept),
            "r" | "reject" | "n" | "no" => return Ok(Answer::Reject),
            "s" | "skip" => return Ok(Answer::Skip),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::case::Case;
    use super::*;

    /// Walks through three new cases and a snapshot without one; gives what was stored, deleted and said.
    fn walked(answers: &str) -> (Vec<String>, usize, String) {
        let judged = ["a", "b", "c"].map(|name| Judged {
            case: Case::for_test(name),
            verdict: Verdict::New,
            text: format!("{name}\n"),
        });
        let found = Found { judged: judged.into(), unreferenced: vec![PathBuf::from("old.yaml")] };
        let (mut stored, mut n_deleted, mut out) = (Vec::new(), 0, Vec::new());
        let mut store = |judged: &Judged| {
            stored.push(judged.case.name.clone());
            Ok(())
        };
        let mut delete = |_: &Path| {
            n_deleted += 1;
            Ok(())
        };
        let mut input = answers.as_bytes();
        walk(&found, Colour::Plain, &mut input, &mut out, &mut store, &mut delete).unwrap();
        (stored, n_deleted, String::from_utf8(out).unwrap())
    }

    #[test]
    fn answers_are_done() {
        let (stored, n_deleted, said) = walked("a\nr\nwhat\ns\na\n");
        assert_eq!((stored.join(""), n_deleted), ("a".to_owned(), 1));
        assert!(said.ends_with("2 accepted, 1 rejected, 1 left\n"), "{said}");
        assert!(said.contains("[4/4] old.yaml: a snapshot without a case"), "{said}");
    }

    #[test]
    fn the_end_of_the_input_ends_the_walk() {
        assert_eq!(walked("a\n").0, ["a"]);
        let (stored, n_deleted, said) = walked("q\n");
        assert_eq!((stored.len(), n_deleted), (0, 0));
        assert!(said.ends_with("0 accepted, 0 rejected, 4 left\n"), "{said}");
    }
}
