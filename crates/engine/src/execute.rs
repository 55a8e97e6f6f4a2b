//! Executing the files of a render: in Helm's order, on two threads where nobody can tell.
//!
//! A file's text follows from its template, the contexts and the world, so that only two things let one file know of
//! another: a map of the contexts that was written to, and the world that was asked. One thread goes through the files
//! in order; what it makes is right, whatever it does. The other, with contexts of its own, begins at the last file and
//! comes towards it. What that one makes is thrown away as soon as either of the two writes to a map that is older than
//! the file, and a file that fails there, or would ask the world, is left to the first.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use pintle_gotmpl::value::{begin_generation, old_writes};
use pintle_gotmpl::{Entries, Map, Value};

use crate::compile::Compiled;
use crate::context::Contexts;
use crate::memo::Memo;
use crate::origin::{self, Notes};
use crate::render::{Host, Notice, without_no_value};
use crate::world::World;
use crate::{Guards, Profile, TemplateError};

/// How much text the templates have together for which a second thread pays, in bytes: it makes contexts of its own.
const WORTH_A_THREAD: usize = 256 << 10;

/// How many renders of this process are executing. Where there are several, each has its own core, or less.
static EXECUTING: AtomicUsize = AtomicUsize::new(0);

/// The files of one render.
pub(crate) struct Files<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) contexts: Contexts<'a>,
    pub(crate) world: &'a Arc<dyn World>,
}

impl Files<'_> {
    /// Gives the files by path. Notices are added to `notices`, even if a template fails.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] for the first file that fails.
    pub(crate) fn execute(
        &self,
        notices: &mut Vec<Notice>,
    ) -> Result<BTreeMap<String, String>, TemplateError> {
        let turn = Turn::begin();
        let texts = if turn.is_only_one() && self.is_worth_a_thread() {
            self.on_two_threads(notices)
        } else {
            self.in_order(&Share::default(), None, notices)
        };
        let paths =
            self.compiled.entries.iter().map(|entry| entry.path.to_str_lossy().into_owned());
        Ok(paths.zip(texts?).collect())
    }

    /// Executes the files that are wanted, and gives the notes of each to `each`.
    ///
    /// What comes before a file is executed only where templates write to what it reads.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] for values that are too deep. A file that fails has notes as far as it got.
    pub(crate) fn trace(
        &self,
        is_wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(&str, Notes),
    ) -> Result<(), TemplateError> {
        let mut executor = Executor::new(self, Some(Arc::clone(self.world)))?;
        // An include that is answered from memory could not be noted.
        executor.host.memo = Memo::default();
        let needs_others = self.compiled.writes_to_contexts.load(Ordering::Relaxed);
        for (number, entry) in self.compiled.entries.iter().enumerate() {
            let path = entry.path.to_str_lossy();
            if is_wanted(&path) {
                each(&path, executor.trace(number));
            } else if needs_others {
                // Whether it fails is no matter: what it wrote by then, the render saw.
                drop(executor.file(number));
            }
        }
        Ok(())
    }

    fn is_worth_a_thread(&self) -> bool {
        let compiled = self.compiled;
        // Notices have an order.
        self.contexts.guards == Guards::Stop
            && compiled.entries.iter().map(|entry| entry.len).sum::<usize>() >= WORTH_A_THREAD
            && !compiled.writes_to_contexts.load(Ordering::Relaxed)
    }

    fn on_two_threads(&self, notices: &mut Vec<Notice>) -> Result<Vec<String>, TemplateError> {
        let share = Share::of(self.compiled.entries.len());
        thread::scope(|scope| {
            let helper = thread::Builder::new().spawn_scoped(scope, || self.backwards(&share));
            self.in_order(&share, helper.ok(), notices)
        })
    }

    /// Executes the files from the first on, as far as the helper does not, and gives the texts of all in order.
    fn in_order(
        &self,
        share: &Share,
        helper: Option<ScopedJoinHandle<'_, Made>>,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<String>, TemplateError> {
        let executor = Executor::new(self, Some(Arc::clone(self.world)));
        // Whatever way this ends, the helper has no more to do.
        let executor = executor.inspect_err(|_| share.end())?;
        let mut texts = vec![None; self.compiled.entries.len()];
        let done = executor.in_order(share, helper, &mut texts);
        share.end();
        notices.extend(executor.host.into_notices());
        done.map(|()| texts.into_iter().flatten().collect())
    }

    /// Executes files from the last on, until there are no more.
    fn backwards(&self, share: &Share) -> Made {
        let executor = Executor::new(self, None).ok()?;
        let mut made = Vec::new();
        for number in (0..self.compiled.entries.len()).rev() {
            if !share.claim(number) {
                break;
            }
            let n_effects = executor.host.memo.effects();
            let (text, has_written) = executor.file(number);
            if has_written {
                return None;
            }
            if let Ok(text) = text
                && executor.host.memo.effects() == n_effects
            {
                made.push((number, text));
            }
        }
        Some(made)
    }
}

/// The texts that a helper has made, by the numbers of their files; nothing if they may be wrong.
type Made = Option<Vec<(usize, String)>>;

/// Which of two threads executes which file.
#[derive(Debug, Default)]
struct Share {
    claimed: Vec<AtomicBool>,
    is_over: AtomicBool,
}

impl Share {
    fn of(n_files: usize) -> Self {
        let claimed = (0..n_files).map(|_| AtomicBool::new(false)).collect();
        Self { claimed, is_over: AtomicBool::new(false) }
    }

    /// Takes a file, unless the other has it or all is over.
    fn claim(&self, number: usize) -> bool {
        !self.is_over.load(Ordering::Relaxed) && !self.claimed[number].swap(true, Ordering::Relaxed)
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// What executes files on one thread.
struct Executor<'a> {
    compiled: &'a Compiled,
    profile: &'a Profile,
    contexts: Vec<Map>,
    host: Host,
}

impl<'a> Executor<'a> {
    fn new(files: &Files<'a>, world: Option<Arc<dyn World>>) -> Result<Self, TemplateError> {
        let Files { compiled, contexts, .. } = files;
        let made = contexts.make().map_err(|error| TemplateError::TooDeep(error.to_string()))?;
        let memo = Memo::new(&made, &compiled.set);
        let host = Host::new(world, contexts.guards == Guards::Notice, memo);
        Ok(Self { compiled, profile: contexts.profile, contexts: made, host })
    }

    /// Executes files from the first on; takes what the helper has made; executes what is left.
    fn in_order(
        &self,
        share: &Share,
        mut helper: Option<ScopedJoinHandle<'_, Made>>,
        texts: &mut [Option<String>],
    ) -> Result<(), TemplateError> {
        for number in 0..texts.len() {
            if texts[number].is_some() {
                continue;
            }
            if helper.is_some() && !share.claim(number) {
                let made = helper.take().map(ScopedJoinHandle::join);
                let made = made.map(|made| made.unwrap_or_else(|panic| resume_unwind(panic)));
                for (number, text) in made.flatten().into_iter().flatten() {
                    texts[number] = Some(text);
                }
                if texts[number].is_some() {
                    continue;
                }
            }
            let (text, has_written) = self.file(number);
            texts[number] = Some(text?);
            if has_written {
                self.compiled.writes_to_contexts.store(true, Ordering::Relaxed);
                share.end();
                helper = None;
                texts[number + 1..].fill(None);
            }
        }
        Ok(())
    }

    /// Executes a file, and tells whether it has written to a map that another file may read.
    fn file(&self, number: usize) -> (Result<String, TemplateError>, bool) {
        let (path, context) = self.begin(number);
        begin_generation();
        let n_before = old_writes();
        let mut out = Vec::new();
        let data = Value::Map(context.clone());
        let done = self.compiled.set.execute(&path, &data, &self.host, &mut out);
        let text = match done {
            Ok(()) => Ok(into_text(without_no_value(out))),
            Err(error) => Err(TemplateError::execute(&path, error, self.profile.errors)),
        };
        (text, old_writes() != n_before)
    }

    /// Puts a file's `.Template` into its context; gives its path and that.
    fn begin(&self, number: usize) -> (Cow<'_, str>, &Map) {
        let entry = &self.compiled.entries[number];
        let context = &self.contexts[entry.chart];
        let template = Entries::from_iter([
            ("Name", Value::String(entry.path.clone())),
            ("BasePath", Value::String(entry.base_path.clone())),
        ]);
        let template_type = self.profile.values_package.values_type();
        self.host.memo.begin_file(context, Map::watched(template_type, template));
        (entry.path.to_str_lossy(), context)
    }

    /// Executes a file and takes notes.
    fn trace(&self, number: usize) -> Notes {
        let (path, context) = self.begin(number);
        let (tracer, values) = origin::tracer(&self.contexts, context);
        let data = Value::Map(context.clone());
        let mut text = Vec::new();
        let set = &self.compiled.set;
        let (_, trace) = set.trace(&path, &data, &self.host, tracer, &mut text);
        Notes { trace, text, values }
    }
}

/// Manifests are text; bytes that are none become U+FFFD.
fn into_text(out: Vec<u8>) -> String {
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The time in which a render executes.
struct Turn {
    n_others: usize,
}

impl Turn {
    fn begin() -> Self {
        Self { n_others: EXECUTING.fetch_add(1, Ordering::Relaxed) }
    }

    /// Tells whether no other render was executing when this one began.
    fn is_only_one(&self) -> bool {
        self.n_others == 0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        EXECUTING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use pintle_chart::{Chart, File};
    use pintle_yaml::Map as Values;

    use super::*;
    use crate::compile::Cache;
    use crate::world::Still;
    use crate::{Capabilities, Release};

    /// Executes a chart of these templates, each long, on one thread or on two.
    fn executed(templates: &[&str], is_alone: bool) -> Result<Vec<String>, String> {
        // Long loops give the other thread the time to come.
        let slow = "{{ range until 3000 }}{{ $x := . }}{{ end }}";
        let templates = templates.iter().enumerate();
        let mut files: Vec<File> = templates
            .map(|(n, text)| File::new(format!("templates/{n:02}.txt"), format!("{slow}{text}")))
            .collect();
        files.push(File::new("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"));
        let chart = Chart::from_files(files).unwrap();
        let compiled = Cache::default().get(&chart, &Profile::default()).unwrap();
        let (release, capabilities) = (Release::new("r"), Capabilities::default());
        let values: Values = [("a", pintle_yaml::Value::string("before"))].into_iter().collect();
        let contexts = Contexts {
            chart: &chart,
            values: &values,
            profile: &Profile::default(),
            release: &release,
            capabilities: &capabilities,
            guards: Guards::Stop,
        };
        let world: Arc<dyn World> = Arc::new(Still::new(7));
        let files = Files { compiled: &compiled, contexts, world: &world };
        let made = if is_alone {
            files.in_order(&Share::default(), None, &mut Vec::new())
        } else {
            files.on_two_threads(&mut Vec::new())
        };
        made.map_err(|error| error.to_string())
    }

    #[test]
    fn two_threads_make_what_one_makes() {
        let set = r#"{{ $_ := set .Values "a" "after" }}"#;
        let own = r#"{{ $d := dict }}{{ $_ := set $d "a" "own" }}{{ $d.a }}"#;
        let (read, random, fails) =
            ("{{ .Values.a }}", "{{ randAlphaNum 9 }}", "{{ fail \"no\" }}");
        let cases: &[&[&str]] = &[
            &[],
            &[read],
            &[read, read, own, read, own, read],
            // Helm's order begins with the last name.
            &[read, read, read, read, read, set],
            &[set, read, read, read, read, read],
            &[read, read, set, read, read, read],
            &[random, read, random, read, random, read, random],
            &[read, fails, read, read, "{{ fail \"other\" }}", read],
            &[random, set, read, fails, random, read],
            &[own, random, "{{ .Template.Name }}", set, random, own],
        ];
        for case in cases {
            let expected = executed(case, true);
            for _ in 0..5 {
                assert_eq!(executed(case, false), expected, "{case:?}");
            }
        }
    }
}
