//! Execution: a plain recursive walk over the compiled tree, as Go's `exec.go`.

use std::any::Any;

use crate::TemplateSet;
use crate::error::ExecError;
use crate::value::{Str, Value};

/// One execution under way.
#[derive(Debug)]
pub(crate) struct State<'a> {
    templates: &'a TemplateSet,
    host: &'a dyn Any,
}

impl<'a> State<'a> {
    pub(crate) fn host(&self) -> &'a dyn Any {
        self.host
    }

    pub(crate) fn templates(&self) -> &'a TemplateSet {
        self.templates
    }

    pub(crate) fn execute_named(&mut self, _name: &str, _data: &Value) -> Result<Str, ExecError> {
        unreachable!("the executor is being built")
    }

    pub(crate) fn execute_in(
        &mut self,
        _set: &TemplateSet,
        _name: &str,
        _data: &Value,
    ) -> Result<Str, ExecError> {
        unreachable!("the executor is being built")
    }
}
