//! Our side: a thread that answers cases, so that a panic or a case without end is found and not suffered.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::Trial;
use super::domain::Domain;
use super::oracle::Answer;

/// How long we may take for one case.
const PATIENCE: Duration = Duration::from_secs(10);

/// The stack of the thread: that of a main thread.
const STACK_BYTES: usize = 8 << 20;

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

type Job = (&'static Domain, Vec<(&'static str, Vec<String>)>);

/// The thread that answers.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Answer>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn new() -> Self {
        std::panic::set_hook(Box::new(|panic| {
            PANIC.with_borrow_mut(|text| *text = panic.to_string());
        }));
        let (jobs, job_queue) = channel::<Job>();
        let (sender, answers) = channel();
        let work = move || {
            for (domain, cases) in job_queue {
                for (oracle, case) in cases {
                    let answered = catch_unwind(AssertUnwindSafe(|| (domain.ours)(oracle, &case)));
                    let answer = match answered {
                        Ok(Some(text)) => Answer::Text(text),
                        Ok(None) => Answer::None,
                        Err(_) => Answer::Broken(PANIC.with_borrow(Clone::clone)),
                    };
                    if sender.send(answer).is_err() {
                        return;
                    }
                }
            }
        };
        thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(work)
            .expect("a thread more can be started");
        Self { jobs, answers }
    }

    /// Answers each of some cases.
    pub(crate) fn answer_all(&mut self, domain: &'static Domain, trials: &[Trial]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(trials.len());
        while answers.len() < trials.len() {
            let open = &trials[answers.len()..];
            let cases = open.iter().map(|trial| (trial.oracle, trial.case.clone())).collect();
            self.jobs.send((domain, cases)).expect("the thread waits for jobs");
            while answers.len() < trials.len() {
                let Ok(answer) = self.answers.recv_timeout(PATIENCE) else {
                    answers.push(Answer::Broken("no end".to_owned()));
                    // The thread is left to its case; another goes on.
                    *self = Self::new();
                    break;
                };
                answers.push(answer);
            }
        }
        answers
    }
}
