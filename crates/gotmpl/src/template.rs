//! A set of templates that may call each other: add, look up, execute.

use std::any::Any;
use std::sync::Arc;

use crate::error::{ExecError, ParseError};
use crate::func::FuncMap;
use crate::value::Value;

/// Parsed templates by name, `Send + Sync`, executed any number of times.
#[derive(Debug, Clone)]
pub struct TemplateSet {
    functions: Arc<FuncMap>,
}

impl TemplateSet {
    /// Makes an empty set whose templates may call `functions` and Go's builtins.
    pub fn new(functions: Arc<FuncMap>) -> Self {
        Self { functions }
    }

    /// Gives the functions templates of this set may call.
    pub fn functions(&self) -> &Arc<FuncMap> {
        &self.functions
    }

    /// Parses `text` under `name`, and adds it and the templates it defines: Go's `t.New(name).Parse(text)`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with Go's text; the set is as before.
    pub fn parse(&mut self, _name: &str, _text: &str) -> Result<(), ParseError> {
        unreachable!("the parser is being built")
    }

    /// Tells whether a template of that name with a body is in the set.
    pub fn contains(&self, _name: &str) -> bool {
        false
    }

    /// Makes a child set that sees this one's templates; what is parsed into it stays in it: Go's `Clone`, without the copy.
    #[must_use]
    pub fn overlay(self: &Arc<Self>) -> Self {
        unreachable!("the parser is being built")
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
        _name: &str,
        _data: &Value,
        _host: &dyn Any,
        _out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        unreachable!("the executor is being built")
    }
}
