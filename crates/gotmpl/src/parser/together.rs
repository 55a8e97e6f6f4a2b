//! Many texts at once, on two threads where that pays.
//!
//! What a text parses to depends on no other text, so nobody can tell who parsed it: templates come in the order of their
//! texts, and the error is that of the first text that has one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::batch::Batch;
use crate::ast::Template;
use crate::error::ParseError;
use crate::func::FuncMap;

/// A text and its name.
pub(crate) type Text<'t> = (&'t str, Arc<[u8]>);

/// How many bytes of text are worth a second thread: parsing them takes several times as long as starting it.
const WORTH_A_THREAD: usize = 128 << 10;

/// A template and the number of its text.
type Numbered = (usize, Template);

/// Parses texts; gives their templates, text by text in the order in which they end.
///
/// # Errors
///
/// The error of the first text that has one.
pub(crate) fn parse_all(
    functions: &FuncMap,
    texts: &[Text<'_>],
) -> Result<impl Iterator<Item = Template> + use<>, ParseError> {
    let queue = Queue { functions, texts, next: AtomicUsize::new(0) };
    let length: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let mut templates = if length < WORTH_A_THREAD {
        queue.parse(0).map_err(|(_, error)| error)?
    } else {
        queue.parse_on_two_threads(length / 2)?
    };
    // The lists of both threads are in order, one behind the other: this only merges them.
    templates.sort_by_key(|(number, _)| *number);
    Ok(templates.into_iter().map(|(_, template)| template))
}

/// Texts of which each is to be parsed once.
#[derive(Debug)]
struct Queue<'t> {
    functions: &'t FuncMap,
    texts: &'t [Text<'t>],
    /// the number of the next text
    next: AtomicUsize,
}

impl Queue<'_> {
    /// Parses texts, about so many bytes, until there are no more, or one is refused: its number and why.
    fn parse(&self, n_bytes: usize) -> Result<Vec<Numbered>, (usize, ParseError)> {
        let mut templates = Vec::new();
        let mut batch = Batch::new(self.functions);
        batch.reserve(n_bytes);
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((name, text)) = self.texts.get(number) else {
                break;
            };
            if !batch.has_room_for(text) {
                templates.extend(batch.finish());
                batch = Batch::new(self.functions);
            }
            if let Err(error) = batch.parse(number, name, Arc::clone(text)) {
                // Nobody need take another: all before this one are done or under way.
                self.next.store(self.texts.len(), Ordering::Relaxed);
                return Err((number, error));
            }
        }
        templates.extend(batch.finish());
        Ok(templates)
    }

    fn parse_on_two_threads(&self, n_bytes_each: usize) -> Result<Vec<Numbered>, ParseError> {
        let (ours, theirs) = thread::scope(|scope| {
            let other = thread::Builder::new().spawn_scoped(scope, || self.parse(n_bytes_each));
            let ours = self.parse(n_bytes_each);
            // Where there are no threads, all the work was done here.
            let theirs = other.map_or(Ok(Vec::new()), |other| {
                other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            (ours, theirs)
        });
        match (ours, theirs) {
            (Ok(mut ours), Ok(theirs)) => {
                ours.extend(theirs);
                Ok(ours)
            }
            (Err((our_number, ours)), Err((their_number, theirs))) => {
                Err(if our_number < their_number { ours } else { theirs })
            }
            (Err((_, error)), Ok(_)) | (Ok(_), Err((_, error))) => Err(error),
        }
    }
}
