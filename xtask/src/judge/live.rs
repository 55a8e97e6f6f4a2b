//! Questions to a running API server: what it would say if an object were made.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value as Json;

use super::documents::Document;
use super::server::Verdict;
use crate::Result;
use crate::cluster::{Client, NAMESPACE};
use crate::mutate::Fault;

/// How many questions are under way at once.
const WORKERS: usize = 4;

/// An object to be judged.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) document: &'a Document,
    /// What was done to it; nothing for the valid object itself.
    pub(crate) fault: Option<Fault>,
    pub(crate) object: Json,
}

/// What came of a question.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The object was judged.
    Judged(Verdict),
    /// Something else than the object decided, such as what is stored already.
    Otherwise(String),
}

/// Asks all questions, and gives the answers in their order.
///
/// # Errors
///
/// If the server does not answer.
pub(crate) fn ask(client: &Client, questions: &[Question<'_>]) -> Result<Vec<Answer>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Answer)>> {
        let mut answers = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(number) else { return Ok(answers) };
            answers.push((number, ask_one(client, question)?));
        }
    };
    let answers = thread::scope(|scope| -> Result<BTreeMap<usize, Answer>> {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let mut answers = BTreeMap::new();
        for worker in workers {
            answers.extend(worker.join().map_err(|_| "a worker panicked".to_owned())??);
        }
        Ok(answers)
    })?;
    Ok(answers.into_values().collect())
}

fn ask_one(client: &Client, question: &Question<'_>) -> Result<Answer> {
    let document = question.document;
    let Some(resource) = client.resource(document.api_version(), document.kind())? else {
        return Ok(Answer::Otherwise("no such kind".to_owned()));
    };
    let path = format!("{}?dryRun=All&fieldValidation=Strict", resource.path(NAMESPACE));
    // A server breaks the connection off where an object makes it panic, as some do.
    let (status, text) = match client.post(&path, &question.object.to_string()) {
        Ok(answer) => answer,
        Err(error) if client.is_ready() => return Ok(Answer::Otherwise(error)),
        Err(error) => return Err(error),
    };
    if status < 300 {
        return Ok(Answer::Judged(Verdict::Accepted));
    }
    let said: Json = serde_json::from_str(&text).unwrap_or_default();
    let message = said["message"].as_str().unwrap_or(&text);
    // Only these two are about the object alone.
    if !matches!(status, 400 | 422) {
        return Ok(Answer::Otherwise(format!("{status} {message}")));
    }
    Ok(Answer::Judged(Verdict::Refused(format!("{status} {}", without_object(message)))))
}

/// Takes off which object it is, which is known: `Pod "web" is invalid: `.
fn without_object(message: &str) -> &str {
    for mark in [" is invalid: ", " cannot be handled as a "] {
        if let Some((_, rest)) = message.split_once(mark) {
            let rest = if mark.ends_with("a ") {
                rest.split_once(": ").map_or(rest, |it| it.1)
            } else {
                rest
            };
            return rest;
        }
    }
    message
}
