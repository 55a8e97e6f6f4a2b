//! Work on all cores.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a thread, in bytes: as much as the program itself has.
const STACK: usize = 8 << 20;

/// Gives what comes of each item and its number, in the order of the items.
pub(crate) fn map<T: Sync, U: Send>(items: &[T], of: impl Fn(usize, &T) -> U + Sync) -> Vec<U> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return made };
            made.push((at, of(at, item)));
        }
    };
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    let mut made = thread::scope(|scope| {
        let helpers: Vec<_> = (1..n_cores.min(items.len()))
            .map_while(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, some).ok())
            .collect();
        let mut made = some();
        for helper in helpers {
            made.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, of_item)| of_item).collect()
}
