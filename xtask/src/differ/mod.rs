//! `cargo xtask differ`: random cases to Go, real Helm's packages and us; what we say differently is shrunk and kept.
//!
//! A case is a list of texts, such as data and a template. A domain draws it, writes it as a file of its fixtures, and
//! says what we make of it in the words of its snapshots. What Go makes of it the recorder says, which serves requests in
//! `xtask/oracle`. A kept case is a fixture as any other: `cargo xtask record` records it, and the tests fail until we
//! agree.

#![expect(clippy::format_push_string, reason = "what is drawn reads as it is written")]

mod domain;
mod generate;
mod keep;
mod oracle;
mod ours;
mod random;
mod shrink;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::{Result, root, say};
use domain::{DOMAINS, Domain};
use oracle::{Answer, Oracle};
use random::Random;
use worker::Worker;

/// How many cases are under way at once.
const BATCH: u64 = 64;

/// How often Go is asked again before it is believed: what it says at random is no disagreement.
const REPEATS: usize = 12;

/// How many disagreements that look alike are shrunk.
const MAX_ALIKE: usize = 3;

/// How many bytes of an answer are printed.
const MAX_SHOWN: usize = 1_200;

/// The last word of the command line of a build that is to do the work itself.
const HERE: &str = "--here";

/// What the command line asks for.
struct Plan {
    seed: u64,
    n_cases: u64,
    domains: Vec<&'static Domain>,
    minutes: Option<u64>,
    is_kept: bool,
}

/// Draws cases as the arguments say, and fails if there is a disagreement.
pub(crate) fn run(args: &[&str]) -> Result {
    let Some(args) = args.strip_suffix(&[HERE]) else { return again_optimised(args) };
    let plan = plan(args)?;
    let mut oracle = Oracle::build(&root())?;
    let mut worker = Worker::new();
    let mut table = String::new();
    let mut n_found = 0;
    for domain in &plan.domains {
        let tally = Run::new(domain, &plan, &mut oracle, &mut worker).finish()?;
        n_found += tally.shapes.len();
        writeln!(table, "{}", tally.line(domain)).expect("a string can be written to");
    }
    say("domain          cases  disagree  shapes  unstable  both fail   none  seconds");
    say(table.trim_end());
    if n_found == 0 { Ok(()) } else { Err(format!("{n_found} shapes of disagreement")) }
}

/// Runs the same command in a build with optimisation, but with the checks of a debug build: as tests are built.
fn again_optimised(args: &[&str]) -> Result {
    let mut all = vec!["run", "--quiet", "--profile", "test", "--package", "xtask", "--", "differ"];
    all.extend(args);
    all.push(HERE);
    crate::run("cargo", &all)
}

fn plan(args: &[&str]) -> Result<Plan> {
    let mut plan =
        Plan { seed: 1, n_cases: 2_000, domains: Vec::new(), minutes: None, is_kept: true };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if *word == "--dry-run" {
            plan.is_kept = false;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|error| format!("{word} {value}: {error}"));
        match *word {
            "--seed" => plan.seed = number()?,
            "--cases" => plan.n_cases = number()?,
            "--minutes" => plan.minutes = Some(number()?),
            "--domain" => plan.domains.push(domain::named(value)?),
            _ => return Err(format!("no option {word}")),
        }
    }
    if plan.domains.is_empty() {
        plan.domains = DOMAINS.iter().collect();
    }
    Ok(plan)
}

/// What came of a domain.
#[derive(Default)]
struct Tally {
    n_cases: u64,
    n_disagreements: u64,
    n_unstable: u64,
    n_both_fail: u64,
    n_none: u64,
    seconds: f64,
    shapes: BTreeMap<String, u64>,
}

impl Tally {
    fn line(&self, domain: &Domain) -> String {
        format!(
            "{:<12} {:>8} {:>9} {:>7} {:>9} {:>10} {:>6} {:>8.1}",
            domain.name,
            self.n_cases,
            self.n_disagreements,
            self.shapes.len(),
            self.n_unstable,
            self.n_both_fail,
            self.n_none,
            self.seconds
        )
    }
}

/// One case put to one oracle.
struct Trial {
    oracle: &'static str,
    case: Vec<String>,
}

/// One domain under way.
struct Run<'a> {
    domain: &'static Domain,
    plan: &'a Plan,
    oracle: &'a mut Oracle,
    worker: &'a mut Worker,
    tally: Tally,
    alike: BTreeMap<String, usize>,
    kept: BTreeSet<Vec<String>>,
}

impl<'a> Run<'a> {
    fn new(
        domain: &'static Domain,
        plan: &'a Plan,
        oracle: &'a mut Oracle,
        worker: &'a mut Worker,
    ) -> Self {
        let (tally, alike, kept) = (Tally::default(), BTreeMap::new(), BTreeSet::new());
        Self { domain, plan, oracle, worker, tally, alike, kept }
    }

    fn finish(mut self) -> Result<Tally> {
        let start = Instant::now();
        // The minutes are for all domains together.
        let share = self.plan.minutes.map(|minutes| {
            Duration::from_secs(minutes * 60) / u32::try_from(self.plan.domains.len()).unwrap_or(1)
        });
        let is_over = |n_cases: u64| match share {
            Some(share) => start.elapsed() >= share,
            None => n_cases >= self.plan.n_cases,
        };
        let mut n_drawn = 0;
        while !is_over(n_drawn) {
            let trials = self.draw(n_drawn);
            n_drawn += BATCH;
            let asked = trials.iter().map(|trial| self.request(trial)).collect();
            self.oracle.ask(asked)?;
            let ours = self.worker.answer_all(self.domain, &trials);
            // All answers are taken before the next question.
            let go = trials.iter().map(|_| self.oracle.answer()).collect::<Result<Vec<_>>>()?;
            for ((trial, go), ours) in trials.into_iter().zip(go).zip(ours) {
                self.judge(trial, &go, &ours)?;
            }
        }
        self.tally.seconds = start.elapsed().as_secs_f64();
        Ok(self.tally)
    }

    fn draw(&self, first: u64) -> Vec<Trial> {
        (first..first + BATCH)
            .map(|number| {
                let mut random = Random::of(self.plan.seed, self.domain.name, number);
                let oracles = self.domain.oracles;
                let oracle = oracles[random.below(oracles.len())];
                Trial { oracle, case: (self.domain.generate)(&mut random) }
            })
            .collect()
    }

    fn request(&self, trial: &Trial) -> Option<String> {
        let text = (self.domain.fixture)(&trial.case)?;
        Some(oracle::request(self.domain.recorder, trial.oracle, &text))
    }

    fn judge(&mut self, trial: Trial, go: &Answer, ours: &Answer) -> Result {
        self.tally.n_cases += 1;
        if *go == Answer::None || *ours == Answer::None || is_limited(ours) {
            self.tally.n_none += 1;
            return Ok(());
        }
        if go == ours {
            self.tally.n_both_fail += u64::from(go.is_failure());
            return Ok(());
        }
        self.tally.n_disagreements += 1;
        let alike = self.alike.entry(likeness(go, ours)).or_default();
        *alike += 1;
        if *alike > MAX_ALIKE {
            return Ok(());
        }
        if !self.is_stable(&trial, go)? {
            self.tally.n_unstable += 1;
            self.tally.n_disagreements -= 1;
            return Ok(());
        }
        let trial = self.shrink(trial, &class(go, ours))?;
        let (go, ours) = self.both(&trial)?;
        if !self.is_stable(&trial, &go)? {
            self.tally.n_unstable += 1;
            self.tally.n_disagreements -= 1;
            return Ok(());
        }
        let shape = format!("{} {}", class(&go, &ours), skeleton(&trial.case));
        let n_alike = self.tally.shapes.entry(shape).or_default();
        *n_alike += 1;
        if *n_alike > 1 || !self.kept.insert(trial.case.clone()) {
            return Ok(());
        }
        self.report(&trial, &go, &ours);
        if self.plan.is_kept { keep::keep(&root(), self.domain, &trial.case) } else { Ok(()) }
    }

    /// Asks Go again, whether it always says the same.
    fn is_stable(&mut self, trial: &Trial, go: &Answer) -> Result<bool> {
        let request = self.request(trial);
        self.oracle.ask(vec![request; REPEATS])?;
        let mut is_stable = true;
        for _ in 0..REPEATS {
            is_stable &= self.oracle.answer()? == *go;
        }
        Ok(is_stable)
    }

    /// Gives what Go says and what we say.
    fn both(&mut self, trial: &Trial) -> Result<(Answer, Answer)> {
        self.oracle.ask(vec![self.request(trial)])?;
        let ours = self.worker.answer_all(self.domain, std::slice::from_ref(trial)).remove(0);
        Ok((self.oracle.answer()?, ours))
    }

    /// Makes a case as small as it can be while the disagreement stays of its class.
    fn shrink(&mut self, trial: Trial, class: &str) -> Result<Trial> {
        let Trial { oracle, case } = trial;
        let case = shrink::shrink(case, |cases| {
            let trials: Vec<Trial> = cases.into_iter().map(|case| Trial { oracle, case }).collect();
            let asked = trials.iter().map(|trial| self.request(trial)).collect();
            self.oracle.ask(asked)?;
            let ours = self.worker.answer_all(self.domain, &trials);
            let mut holds = Vec::new();
            for ours in &ours {
                let go = self.oracle.answer()?;
                let differ =
                    go != *ours && go != Answer::None && *ours != Answer::None && !is_limited(ours);
                holds.push(differ && self::class(&go, ours) == class);
            }
            Ok(holds)
        })?;
        Ok(Trial { oracle, case })
    }

    fn report(&self, trial: &Trial, go: &Answer, ours: &Answer) {
        let mut text = format!("--- {} {}\n", self.domain.name, trial.oracle);
        for part in &trial.case {
            writeln!(text, "  | {}", clipped(part)).expect("a string can be written to");
        }
        let (go, ours) = (go.shown(), ours.shown());
        let same = go.bytes().zip(ours.bytes()).take_while(|(a, b)| a == b).count();
        let start = go.floor_char_boundary(same.saturating_sub(MAX_SHOWN / 2));
        let (go, ours) = (clipped(&go[start..]), clipped(&ours[start..]));
        write!(text, "  Go:   {go}\n  ours: {ours}").expect("a string can be written to");
        say(&text);
    }
}

fn clipped(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace('\n', "\n    ")
}

/// Tells who failed, and how.
fn class(go: &Answer, ours: &Answer) -> String {
    format!("{}/{}", go.class(), ours.class())
}

/// Tells whether a limit of ours was met, or something is refused by decision: that is no disagreement.
fn is_limited(ours: &Answer) -> bool {
    let refusals =
        ["limit of ", "schemas are read from the chart only", "not from files or the network"];
    matches!(ours, Answer::Text(text) if refusals.iter().any(|refusal| text.contains(refusal)))
}

/// Gives what two disagreements have in common before they are shrunk: who failed, in which words.
fn likeness(go: &Answer, ours: &Answer) -> String {
    if !go.is_failure() && !ours.is_failure() {
        // Outputs say nothing of the reason.
        return format!("{go:?}{ours:?}");
    }
    let words = |answer: &Answer| {
        if answer.is_failure() { folded(&answer.shown(), true) } else { String::new() }
    };
    format!("{} {} | {}", class(go, ours), words(go), words(ours))
}

/// Gives a case without what is accidental.
fn skeleton(case: &[String]) -> String {
    let parts: Vec<String> = case.iter().map(|part| folded(part, false)).collect();
    parts.join(" | ")
}

/// Makes one digit of all digits in a row; and nothing of what stands in quotes or brackets, if so told.
fn folded(text: &str, drops_quoted: bool) -> String {
    let mut out = String::new();
    let mut closing = None;
    for c in text.chars() {
        if let Some(close) = closing {
            if c == close {
                closing = None;
            }
            continue;
        }
        match c {
            '"' if drops_quoted => closing = Some('"'),
            '<' if drops_quoted => closing = Some('>'),
            '0'..='9' => {
                if !out.ends_with('0') {
                    out.push('0');
                }
            }
            _ => out.push(c),
        }
    }
    out
}
