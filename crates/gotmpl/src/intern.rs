//! Names of one template text, each kept once: fields, variables, functions and templates.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// The number of a name within its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol(u32);

/// The names of a finished text, by [`Symbol`].
#[derive(Debug)]
pub(crate) struct Names(Vec<Arc<str>>);

impl Names {
    /// Gives the name of a symbol of this text.
    pub(crate) fn get(&self, symbol: Symbol) -> &str {
        &self.0[symbol.0 as usize]
    }
}

/// Names while a text is being parsed.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    by_name: FxHashMap<Arc<str>, Symbol>,
    names: Vec<Arc<str>>,
}

impl Interner {
    /// Gives the symbol of `name`, a new one if it was not seen before.
    pub(crate) fn intern(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.by_name.get(name) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.names.len()).expect("a text is shorter than 4 GiB"));
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.by_name.insert(name, symbol);
        symbol
    }

    /// Gives the name of a symbol.
    pub(crate) fn get(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }

    /// Ends interning.
    pub(crate) fn finish(self) -> Names {
        Names(self.names)
    }
}
