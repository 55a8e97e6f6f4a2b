//! `cargo xtask judge-validate`: the verdicts of `pintle validate` beside those of a real API server.
//!
//! Valid objects get one fault each (`mutate`). A running server says what it thinks of them, or a recording of what it
//! said once; false alarms, what we refuse for the same field, and what we miss are counted and shown.

mod against;
mod documents;
mod gaps;
mod live;
mod ours;
mod recorded;
mod report;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::cluster::{Client, DEFAULT_VERSION, Place};
use crate::mutate::{candidates, choose};
use crate::{Result, say};
pub(crate) use documents::json;

use documents::{Document, Set};
use gaps::Gaps;
use live::{Answer, Question};
use recorded::Row;
use report::{Case, Outcome, Report, Shown};
use server::Verdict;

/// How many faults are made in an object, however small it is.
const FEWEST: usize = 30;

/// Of how many possible faults one more is made.
const ONE_OF: usize = 16;

/// How many faults are made in an object, however large it is.
const MOST: usize = 260;

/// How many objects of a kind are taken from renders.
const PER_KIND: usize = 20;

/// What the command line asks for.
struct Plan {
    kube_version: String,
    mode: Mode,
    golden: Option<PathBuf>,
    seed: u64,
    per_kind: usize,
    n_faults: Option<usize>,
    /// Where verdicts are written as `--against` reads them.
    save: Option<PathBuf>,
    /// Whether the list of gaps is written anew.
    are_gaps_written: bool,
    shown: Shown,
}

/// Whose verdicts ours are compared with.
enum Mode {
    /// Those of a running server.
    Live,
    /// Those of a running server, which are kept.
    Record,
    /// Those that were kept.
    Replay,
    /// Those of a file.
    Against(PathBuf),
}

/// Compares as the arguments say, and fails if we are not as good as we have to be.
pub(crate) fn run(args: &[&str]) -> Result {
    let plan = plan(args)?;
    let start = Instant::now();
    let report = match &plan.mode {
        Mode::Against(file) => against::compare(file, &plan.kube_version, &plan.shown)?,
        Mode::Replay => replay(&plan)?,
        Mode::Live | Mode::Record => ask(&plan)?,
    };
    say(report.text().trim_end());
    say(&format!("{:.1} s", start.elapsed().as_secs_f64()));
    if report.is_good() { Ok(()) } else { Err("not as good as it has to be".to_owned()) }
}

/// Compares with what was recorded, of one version or, as the gaps are written, of all.
fn replay(plan: &Plan) -> Result<Report> {
    let mut report = Report::default();
    let versions =
        if plan.are_gaps_written { recorded::versions() } else { vec![plan.kube_version.clone()] };
    for set in Set::ALL {
        let documents = set.read()?;
        let mut gaps = Gaps::read(set)?;
        for version in &versions {
            for row in recorded::read(version, set, &documents)? {
                let case = case(&row, version);
                gaps.add(&row, Outcome::of(&case.server, &case.ours));
                report.add(&case, &plan.shown);
            }
        }
        if plan.are_gaps_written {
            gaps.write()?;
        }
    }
    Ok(report)
}

/// Asks a running server.
fn ask(plan: &Plan) -> Result<Report> {
    let client = Client::of(&Place::of(&plan.kube_version)?)?;
    let documents = match &plan.golden {
        Some(folder) => documents::rendered(folder, plan.per_kind, plan.seed)?,
        None => Set::Manifests.read()?,
    };
    let whole: Vec<Question<'_>> = documents
        .iter()
        .map(|document| Question { document, fault: None, object: document.object.clone() })
        .collect();
    let answers = live::ask(&client, &whole)?;
    let mut rows = Vec::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let mut valid = Vec::new();
    for (question, answer) in whole.into_iter().zip(answers) {
        match answer {
            Answer::Judged(Verdict::Accepted) => {
                valid.push(question.document);
                rows.push(row(question, Verdict::Accepted));
            }
            Answer::Judged(Verdict::Refused(words)) if plan.golden.is_none() => {
                let Document { file, number, .. } = question.document;
                return Err(format!("the server refuses {file} #{number}: {words}"));
            }
            Answer::Judged(verdict) => rows.push(row(question, verdict)),
            Answer::Otherwise(why) => *others.entry(why).or_default() += 1,
        }
    }
    let questions: Vec<Question<'_>> =
        valid.into_iter().flat_map(|document| questions(document, plan)).collect();
    let answers = live::ask(&client, &questions)?;
    for (question, answer) in questions.into_iter().zip(answers) {
        match answer {
            Answer::Judged(verdict) => rows.push(row(question, verdict)),
            Answer::Otherwise(why) => *others.entry(why).or_default() += 1,
        }
    }
    let faulty = if plan.golden.is_none() { Set::Validate.read()? } else { Vec::new() };
    let faulty_rows = as_they_are(&client, &faulty, &mut others)?;
    say(&format!("{} answers were about something else", others.values().sum::<usize>()));
    for why in others.keys().take(plan.shown.n) {
        say(&format!("  {why}"));
    }
    if matches!(plan.mode, Mode::Record) {
        rows.sort_by_key(|row| (row.document.file.clone(), row.document.number));
        recorded::write(&plan.kube_version, Set::Manifests, &rows)?;
        recorded::write(&plan.kube_version, Set::Validate, &faulty_rows)?;
    }
    rows.extend(faulty_rows);
    let mut report = Report::default();
    let mut lines = String::new();
    for row in &rows {
        let case = case(row, &plan.kube_version);
        if plan.save.is_some() {
            lines.push_str(&against::line(&case, &row.object));
        }
        report.add(&case, &plan.shown);
    }
    if let Some(path) = &plan.save {
        fs::write(path, lines).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(report)
}

/// Asks a server of objects as they are.
fn as_they_are<'a>(
    client: &Client,
    documents: &'a [Document],
    others: &mut BTreeMap<String, usize>,
) -> Result<Vec<Row<'a>>> {
    let whole = |document: &'a Document| Question {
        document,
        fault: None,
        object: document.object.clone(),
    };
    let questions: Vec<Question<'_>> = documents.iter().map(whole).collect();
    let answers = live::ask(client, &questions)?;
    let mut rows = Vec::new();
    for (question, answer) in questions.into_iter().zip(answers) {
        match answer {
            Answer::Judged(verdict) => rows.push(row(question, verdict)),
            Answer::Otherwise(why) => *others.entry(why).or_default() += 1,
        }
    }
    Ok(rows)
}

/// Makes faults in an object.
fn questions<'a>(document: &'a Document, plan: &Plan) -> Vec<Question<'a>> {
    let faults = candidates(&document.object);
    let n = plan.n_faults.unwrap_or_else(|| (FEWEST + faults.len() / ONE_OF).min(MOST));
    let chosen = choose(faults, n, plan.seed).into_iter();
    chosen
        .filter_map(|fault| {
            let object = fault.apply(&document.object)?;
            Some(Question { document, fault: Some(fault), object })
        })
        .collect()
}

fn row(question: Question<'_>, server: Verdict) -> Row<'_> {
    let Question { document, fault, object } = question;
    Row { document, fault, object, server }
}

/// Asks us as well.
fn case(row: &Row<'_>, kube_version: &str) -> Case {
    let Row { document, fault, object, server } = row;
    // A valid object is judged as it is written, a faulty one as JSON.
    let text = if fault.is_some() { object.to_string() } else { document.text.clone() };
    let ours = ours::findings(&text, kube_version);
    let word = fault.as_ref().map_or_else(|| "none".to_owned(), |fault| fault.change.word());
    let how = word.split(':').next().unwrap_or_default().to_owned();
    let place = fault.as_ref().map_or_else(String::new, |fault| format!("{} {word}", fault.place));
    let name = format!("{}#{}", document.file, document.number);
    let (kind, server) = (document.kind().to_owned(), server.clone());
    Case { name, kind, how, place, server, ours, document: text }
}

fn plan(args: &[&str]) -> Result<Plan> {
    let mut plan = Plan {
        kube_version: DEFAULT_VERSION.to_owned(),
        mode: Mode::Live,
        golden: None,
        seed: 1,
        per_kind: PER_KIND,
        n_faults: None,
        save: None,
        are_gaps_written: false,
        shown: Shown::default(),
    };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match *word {
            "--whole" => plan.shown.is_whole = true,
            "--record" => plan.mode = Mode::Record,
            "--gaps" => plan.are_gaps_written = true,
            "--replay" => plan.mode = Mode::Replay,
            _ => {
                let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
                option(&mut plan, word, value)?;
            }
        }
    }
    if plan.golden.is_some() && !matches!(plan.mode, Mode::Live) {
        return Err("objects of others are only compared, never recorded".to_owned());
    }
    Ok(plan)
}

fn option(plan: &mut Plan, word: &str, value: &str) -> Result {
    let number = || value.parse::<usize>().map_err(|error| format!("{word} {value}: {error}"));
    let text = value.to_owned();
    match word {
        "--against" => plan.mode = Mode::Against(PathBuf::from(value)),
        "--golden" => plan.golden = Some(PathBuf::from(value)),
        "--kube-version" => plan.kube_version = text,
        "--save" => plan.save = Some(PathBuf::from(value)),
        "--seed" => plan.seed = number()? as u64,
        "--per-kind" => plan.per_kind = number()?,
        "--faults" => plan.n_faults = Some(number()?),
        "--show" => plan.shown.n = number()?,
        "--kind" => plan.shown.kind = Some(text),
        "--how" => plan.shown.how = Some(text),
        "--text" => plan.shown.text = Some(text),
        _ => return Err(format!("no option {word}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many verdicts are recorded at least, of each version and set.
    const fn min_rows(set: Set) -> usize {
        match set {
            Set::Manifests => 5_000,
            Set::Validate => 2_000,
        }
    }

    #[test]
    fn recorded_faults_can_be_made_again() {
        let versions = recorded::versions();
        assert!(!versions.is_empty());
        for set in Set::ALL {
            let documents = set.read().unwrap();
            for version in &versions {
                let rows = recorded::read(version, set, &documents).unwrap();
                assert!(rows.len() >= min_rows(set), "{version}: {set:?}: {}", rows.len());
                if set == Set::Manifests {
                    let n_whole = rows.iter().filter(|row| row.fault.is_none()).count();
                    assert_eq!(n_whole, documents.len(), "{version}: not every object is recorded");
                }
            }
        }
    }

    #[test]
    fn what_servers_say_we_say_too() {
        for set in Set::ALL {
            let documents = set.read().unwrap();
            let mut gaps = Gaps::read(set).unwrap();
            let mut false_alarms = Vec::new();
            for version in recorded::versions() {
                for row in recorded::read(&version, set, &documents).unwrap() {
                    let case = case(&row, &version);
                    let outcome = Outcome::of(&case.server, &case.ours);
                    gaps.add(&row, outcome);
                    if outcome == Outcome::FalseAlarm {
                        let Case { name, place, ours, .. } = &case;
                        false_alarms.push(format!("{version}: {name} {place}: {ours:?}"));
                    }
                }
            }
            assert!(false_alarms.is_empty(), "{}", false_alarms.join("\n"));
            let complaints = gaps.complaints();
            assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        }
    }
}
