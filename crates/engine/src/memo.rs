//! What named templates wrote of a chart's context, kept for the rest of a render.
//!
//! Charts include the same few helpers over and over: names, labels. What a template writes follows from its text, its data and
//! the world. So an include of a whole context is answered from memory if, since it was made, no map was written to, and if making
//! it wrote to no map, asked nothing of the world and left no notice. `.Template` is another one in each file: what read
//! it is only good for the file.
//!
//! A template cannot tell: each include that would not give the same text is made anew.

use std::cell::{Cell, RefCell};

use pintle_gotmpl::value::{watched_reads, writes};
use pintle_gotmpl::{Map, Str, TemplateSet};
use rustc_hash::{FxHashMap, FxHashSet};

/// The longest text that is kept, in bytes.
const MAX_TEXT: usize = 16 << 10;

/// How many texts are kept at once.
const MAX_TEXTS: usize = 4096;

/// A context and its type, by address.
type Context = (usize, usize);

/// The texts kept by one render.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// the contexts of the charts, by address; the render holds them all the while
    contexts: FxHashSet<usize>,
    /// the set in which names mean what they meant when a text was made
    set: usize,
    /// how often the world was asked or a notice left
    effects: Cell<u64>,
    /// how many files have begun
    file: Cell<u64>,
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// how often maps had been written to when the texts were made
    writes: u64,
    /// the texts by the names of their templates
    texts: FxHashMap<Context, FxHashMap<Str, Text>>,
    n_texts: usize,
}

impl Kept {
    fn forget(&mut self) {
        self.texts.clear();
        self.n_texts = 0;
    }
}

#[derive(Debug)]
struct Text {
    text: Str,
    /// the file that it is good for, if it is not good for all
    file: Option<u64>,
}

/// An include that is being made.
#[derive(Debug)]
pub(crate) struct Making {
    context: Context,
    name: Str,
    writes: u64,
    effects: u64,
    watched_reads: u64,
}

impl Memo {
    /// Begins a render of these contexts by this set.
    pub(crate) fn new(contexts: &[Map], set: &TemplateSet) -> Self {
        Self {
            contexts: contexts.iter().map(Map::address).collect(),
            set: std::ptr::from_ref(set).addr(),
            ..Self::default()
        }
    }

    /// Begins a file: puts its `.Template` into its context.
    pub(crate) fn begin_file(&self, context: &Map, template: Map) {
        let before = writes();
        context.insert("Template", template.into());
        self.file.set(self.file.get() + 1);
        let mut kept = self.kept.borrow_mut();
        if kept.writes == before {
            kept.writes = writes();
        }
    }

    /// Notes that something happened that another include would not repeat, or that it might find changed.
    pub(crate) fn note_effect(&self) {
        self.effects.set(self.effects.get() + 1);
    }

    /// Gives how often something happened that another include would not repeat.
    pub(crate) fn effects(&self) -> u64 {
        self.effects.get()
    }

    /// Gives the text of an include if it is kept; otherwise what [`Memo::end`] needs to keep it, if it can be kept.
    pub(crate) fn begin(
        &self,
        set: &TemplateSet,
        name: &Str,
        data: &Map,
    ) -> Result<Str, Option<Making>> {
        if std::ptr::from_ref(set).addr() != self.set || !self.contexts.contains(&data.address()) {
            return Err(None);
        }
        let context = (data.address(), std::ptr::from_ref(data.ty()).addr());
        let mut kept = self.kept.borrow_mut();
        if kept.writes != writes() {
            kept.writes = writes();
            kept.forget();
        }
        match kept.texts.get(&context).and_then(|texts| texts.get(name)) {
            Some(Text { text, file: None }) => return Ok(text.clone()),
            Some(Text { text, file: Some(file) }) if *file == self.file.get() => {
                // What includes this has now read `.Template`, too.
                pintle_gotmpl::value::note_watched_read();
                return Ok(text.clone());
            }
            _ => {}
        }
        Err(Some(Making {
            context,
            name: name.clone(),
            writes: writes(),
            effects: self.effects.get(),
            watched_reads: watched_reads(),
        }))
    }

    /// Keeps the text of an include, if it would be the same another time.
    pub(crate) fn end(&self, making: Making, text: &Str) {
        let is_repeatable = making.writes == writes() && making.effects == self.effects.get();
        let mut kept = self.kept.borrow_mut();
        if !is_repeatable || kept.writes != making.writes || text.len() > MAX_TEXT {
            return;
        }
        if kept.n_texts >= MAX_TEXTS {
            kept.forget();
        }
        let has_read_file = making.watched_reads != watched_reads();
        let file = has_read_file.then(|| self.file.get());
        let text = Text { text: text.clone(), file };
        kept.n_texts += 1;
        kept.texts.entry(making.context).or_default().insert(making.name, text);
    }
}
