//! A set of templates that may call each other: add, look up, execute.
//!
//! Source: Go's `text/template/template.go`.

use std::any::Any;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ast::Template;
use crate::error::{ExecError, ParseError};
use crate::exec::{MAX_OUTPUT, MAX_STEPS, State};
use crate::func::FuncMap;
use crate::parser;
use crate::trace::{Trace, Tracer};
use crate::value::{Value, number};

/// What a field of a map gives if the map has no such key: Go's option `missingkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// no value, which prints `<no value>` and whose fields are no values again: Go's own default
    #[default]
    Invalid,
    /// the zero of the map's element type, nil for `interface {}`: what Helm sets
    Zero,
    /// an error: what Helm sets under `--strict`
    Error,
}

/// How much one execution may do before it ends in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// turns and calls, counted as for [`MAX_STEPS`], which is the default
    pub steps: u64,
    /// bytes of output, and of a string it computes; [`MAX_OUTPUT`] by default
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: MAX_STEPS, output: MAX_OUTPUT }
    }
}

/// Parsed templates by name, `Send + Sync`, executed any number of times.
///
/// A clone is cheap and independent: what is parsed into one is not seen by the other.
#[derive(Debug, Clone)]
pub struct TemplateSet {
    name: Arc<str>,
    functions: Arc<FuncMap>,
    missing_key: MissingKey,
    limits: Limits,
    layer: Arc<Layer>,
}

/// A template's name, found by its bytes: a string that names one is not asked first whether it is UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name(Arc<str>);

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

/// Templates by name, on top of those of a parent.
#[derive(Debug, Clone, Default)]
struct Layer {
    parent: Option<Arc<Layer>>,
    /// how many parents there are above
    depth: u32,
    by_name: FxHashMap<Name, Arc<Template>>,
    /// in the order in which they were added
    names: Vec<Arc<str>>,
}

impl Layer {
    /// How many parents a layer may have. More are merged into one, so that neither a lookup nor a drop
    /// depends on how deep `tpl` nests.
    const MAX_DEPTH: u32 = 8;

    fn get(&self, name: &[u8]) -> Option<&Template> {
        let mut layer = self;
        loop {
            if let Some(template) = layer.by_name.get(name) {
                return Some(template);
            }
            layer = layer.parent.as_deref()?;
        }
    }

    fn insert(&mut self, template: Template) {
        let name = Arc::clone(&template.name);
        if self.by_name.insert(Name(Arc::clone(&name)), Arc::new(template)).is_none() {
            self.names.push(name);
        }
    }

    /// Gives this layer and its parents, the outermost parent first.
    fn lineage(&self) -> Vec<&Layer> {
        let mut layers = vec![self];
        while let Some(parent) = layers.last().and_then(|layer| layer.parent.as_deref()) {
            layers.push(parent);
        }
        layers.reverse();
        layers
    }

    /// Makes an empty layer on top of this one.
    fn child(self: &Arc<Self>) -> Self {
        if self.depth < Self::MAX_DEPTH {
            return Self {
                parent: Some(Arc::clone(self)),
                depth: self.depth + 1,
                ..Self::default()
            };
        }
        let mut merged = Self::default();
        for layer in self.lineage() {
            for name in &layer.names {
                if let Some(template) = layer.by_name.get(name.as_bytes()) {
                    if !merged.by_name.contains_key(name.as_bytes()) {
                        merged.names.push(Arc::clone(name));
                    }
                    merged.by_name.insert(Name(Arc::clone(name)), Arc::clone(template));
                }
            }
        }
        merged
    }
}

impl TemplateSet {
    /// Makes an empty set whose templates may call `functions` and Go's builtins.
    pub fn new(functions: Arc<FuncMap>) -> Self {
        Self {
            name: "".into(),
            functions,
            missing_key: MissingKey::default(),
            limits: Limits::default(),
            layer: Arc::default(),
        }
    }

    /// Gives the set the name that errors show for it: Helm's is `gotpl`.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// Sets what a missing key gives.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// Sets how much one execution may do.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Gives the name that errors show for the set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the functions templates of this set may call.
    pub fn functions(&self) -> &Arc<FuncMap> {
        &self.functions
    }

    /// Gives what a missing key gives.
    pub fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// Gives how much one execution may do.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Parses `text` under `name`, and adds it and the templates it defines: Go's `t.New(name).Parse(text)`.
    ///
    /// A later template replaces an earlier one of its name, unless it has no body but space and comments.
    /// The text is bytes, as in Go: outside of actions they need not be UTF-8.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with Go's text; the set is as before.
    pub fn parse(&mut self, name: &str, text: impl AsRef<[u8]>) -> Result<(), ParseError> {
        self.add(&[(name, text.as_ref().into())], None)
    }

    /// As [`TemplateSet::parse`], but the text's own template takes the name even if it has no body.
    ///
    /// This is what Go executes after `t.New(name).Parse(text)`, whatever else has that name: Helm's `tpl`.
    ///
    /// # Errors
    ///
    /// As [`TemplateSet::parse`].
    pub fn parse_main(&mut self, name: &str, text: impl AsRef<[u8]>) -> Result<(), ParseError> {
        self.add(&[(name, text.as_ref().into())], Some(name))
    }

    /// Parses texts as [`TemplateSet::parse`] does one after the other, but faster, and shares them.
    ///
    /// Many texts are parsed on two threads, which nothing shows.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with Go's text for the first that does not parse; the set is as before.
    pub fn parse_all(&mut self, texts: &[(&str, Arc<[u8]>)]) -> Result<(), ParseError> {
        self.add(texts, None)
    }

    fn add(&mut self, texts: &[parser::Text<'_>], main: Option<&str>) -> Result<(), ParseError> {
        let templates = parser::parse_all(&self.functions, texts)?;
        let layer = Arc::make_mut(&mut self.layer);
        for template in templates {
            let is_forced = main == Some(&*template.name);
            if is_forced || !template.is_empty || layer.get(template.name.as_bytes()).is_none() {
                layer.insert(template);
            }
        }
        Ok(())
    }

    /// Tells whether a template of that name is in the set.
    pub fn contains(&self, name: &str) -> bool {
        self.layer.get(name.as_bytes()).is_some()
    }

    /// Gives the names of the templates, in the order in which they were first added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let layers = self.layer.lineage();
        let mut names: Vec<&str> = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let is_new = |name: &&Arc<str>| {
                !layers[..depth].iter().any(|above| above.by_name.contains_key(name.as_bytes()))
            };
            names.extend(layer.names.iter().filter(is_new).map(|name| &**name));
        }
        names.into_iter()
    }

    /// Gives the name of the text that a template was parsed in.
    pub fn parse_name(&self, name: &str) -> Option<&str> {
        Some(&self.layer.get(name.as_bytes())?.source.parse_name)
    }

    /// Gives a template as Go prints it: not its source, but a normal form with single spaces and without comments.
    ///
    /// Templates that it defines are not in it.
    pub fn normal_form(&self, name: &str) -> Option<Vec<u8>> {
        let template = self.layer.get(name.as_bytes())?;
        Some(template.source.print_bytes(template.root))
    }

    /// Makes a child set that sees this one's templates; what is parsed into it stays in it: Go's `Clone`, without the copy.
    #[must_use]
    pub fn overlay(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            functions: Arc::clone(&self.functions),
            missing_key: self.missing_key,
            limits: self.limits,
            layer: Arc::new(self.layer.child()),
        }
    }

    /// Gives a template.
    pub(crate) fn get(&self, name: &str) -> Option<&Template> {
        self.layer.get(name.as_bytes())
    }

    /// As [`TemplateSet::get`]; not finding it is Go's error.
    pub(crate) fn get_or_error(&self, name: &[u8]) -> Result<&Template, Box<ExecError>> {
        self.layer.get(name).ok_or_else(|| Box::new(self.no_template(name)))
    }

    /// Gives Go's error over a name that no template has. A name may be any bytes, that of a template is text.
    pub fn no_template(&self, name: &[u8]) -> ExecError {
        let name = number::quote(name);
        let set = number::quote(self.name.as_bytes());
        ExecError::bare(format!("template: no template {name} associated with template {set}"))
    }

    /// Executes a template with `data` as its dot, and appends its output to `out`.
    ///
    /// `host` is handed to functions through [`crate::Env::host`].
    ///
    /// # Errors
    ///
    /// [`ExecError`] with Go's text; `out` then holds what was written before the failure.
    pub fn execute(
        &self,
        name: &str,
        data: &Value,
        host: &dyn Any,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        State::run(self, name, data, host, out).map_err(|error| *error)
    }

    /// As [`TemplateSet::execute`], and takes notes of what wrote each piece of the output.
    ///
    /// The notes reach as far as the execution did. This takes several times as long.
    pub fn trace(
        &self,
        name: &str,
        data: &Value,
        host: &dyn Any,
        tracer: Tracer,
        out: &mut Vec<u8>,
    ) -> (Result<(), ExecError>, Trace) {
        let (result, trace) = State::run_traced(self, name, data, host, tracer, out);
        (result.map_err(|error| *error), trace)
    }
}
