//! Execution: a plain recursive walk over the compiled tree, as Go's `exec.go`.
//!
//! Go tells `reflect.Value`s apart that print alike: no value at all, a nil `interface {}`, a string, and an
//! `interface {}` holding that string. Errors show the difference, so an [`Operand`] keeps it.
//!
//! Source: Go's `text/template/exec.go`.

mod call;
mod control;
mod field;
mod notes;
mod pipeline;
mod traced;

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

use crate::ast::{Arena, NodeId, Source, Template};
use crate::error::{CallError, ExecError, Place};
use crate::func::FuncError;
use crate::intern::Symbol;
use crate::template::TemplateSet;
use crate::trace::{Trace, Tracer};
use crate::value::{Str, Value};
use traced::Begun;

/// How deep `{{template}}` may nest in one execution: Go's limit.
pub const MAX_TEMPLATE_DEPTH: u32 = 100_000;

/// How deep executions may nest that functions start: `include` and `tpl`. Helm counts includes by name and
/// allows 1000 of each.
pub const MAX_NESTED_EXECUTIONS: u32 = 10_000;

/// How many turns all `range` loops, and how many calls of templates, one execution may make together; a call of a function
/// counts one for each 16 items of the lists it is given.
pub const MAX_STEPS: u64 = 100_000_000;

/// How much one execution may write, and how long a string it computes may be, in bytes.
pub const MAX_OUTPUT: usize = 256 << 20;

/// How much room the output has at first, and texts that functions write, in bytes.
const FIRST_OUTPUT: usize = 4 << 10;

/// How many variables, lists of arguments and arguments in one there is room for in what is used again.
const MAX_SPARE: usize = 64;

/// How much room is kept for the texts of later calls, in bytes.
const MAX_KEPT_TEXT: usize = 64 << 10;

/// Runs `body` with room on the native stack, which grows if need be: recursion a text drives goes through here.
pub(crate) fn on_deep_stack<T>(body: impl FnOnce() -> T) -> T {
    const RED_ZONE: usize = 128 << 10;
    const SEGMENT: usize = 2 << 20;
    stacker::maybe_grow(RED_ZONE, SEGMENT, body)
}

/// An error on its way out; boxed, so that results stay small.
pub(crate) type Failure = Box<ExecError>;

/// What an expression gives.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) value: Value,
    /// whether Go has it as an `interface {}`: an element of a map or list of such. A nil that is not is no
    /// value at all.
    pub(crate) is_interface: bool,
}

impl Operand {
    /// No value: Go's zero `reflect.Value`.
    pub(crate) const NONE: Self = Self { value: Value::Nil, is_interface: false };

    /// A value of its own type.
    pub(crate) fn concrete(value: Value) -> Self {
        Self { value, is_interface: false }
    }

    /// What a function gave. Go's result type is not known here; a nil can only have been an interface.
    pub(crate) fn result(value: Value) -> Self {
        let is_interface = value.is_nil();
        Self { value, is_interface }
    }

    /// Tells whether this is no value at all.
    pub(crate) fn is_none(&self) -> bool {
        self.value.is_nil() && !self.is_interface
    }
}

/// Puts a value where nil is. Nothing is there to be dropped, which the compiler does not know.
#[inline]
fn put(place: &mut Value, value: Value) {
    std::mem::forget(std::mem::replace(place, value));
}

/// Takes a value from where it is, and leaves nil.
#[inline]
fn take(place: &mut Value) -> Value {
    std::mem::replace(place, Value::Nil)
}

/// A variable in scope.
#[derive(Debug)]
struct Variable {
    name: Symbol,
    operand: Operand,
}

/// What executions hand on to those that they start.
#[derive(Debug, Default)]
struct Run {
    out: Vec<u8>,
    /// the variables of all templates being executed, innermost last
    variables: Vec<Variable>,
    /// argument lists not in use
    spare_args: Vec<Vec<Value>>,
    /// where functions write what becomes a string, empty between calls
    text: Vec<u8>,
    n_steps: u64,
    /// how deep executions nest that functions started
    n_nested: u32,
    /// how deep templates nest, over all nested executions
    n_templates: u32,
    /// what takes notes of where output comes from, if they are wanted
    tracer: Option<Box<Tracer>>,
}

thread_local! {
    /// what an execution on this thread has left to the next one: its empty lists
    static SPARE: Cell<Run> = Cell::default();
}

impl Run {
    /// Leaves the lists to the next execution, unless they have become large.
    fn give_back(self) {
        let Self { mut variables, spare_args, text, .. } = self;
        variables.clear();
        if variables.capacity() <= MAX_SPARE && spare_args.len() <= MAX_SPARE {
            SPARE.set(Self { variables, spare_args, text, ..Self::default() });
        }
    }
}

/// One execution under way.
#[derive(Debug)]
pub(crate) struct State<'a> {
    templates: &'a TemplateSet,
    host: &'a dyn Any,
    /// the template being executed
    template: &'a Template,
    /// what the template is made of
    arena: &'a Arena,
    /// the node that an error now would belong to
    node: NodeId,
    /// where the template's own variables begin
    first_variable: usize,
    /// how deep `{{template}}` nests in this execution
    depth: u32,
    /// one bit for each argument of the call being made: see [`crate::Env::is_interface`]
    interfaces: u64,
    run: Run,
}

impl<'a> State<'a> {
    /// Executes a template of a set.
    pub(crate) fn run(
        templates: &'a TemplateSet,
        name: &str,
        data: &Value,
        host: &'a dyn Any,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let template = templates.get_or_error(name.as_bytes())?;
        let mut run = SPARE.take();
        run.out = std::mem::take(out);
        run.out.reserve(FIRST_OUTPUT);
        let mut state = Self::new(templates, host, template, run);
        let result = state.walk_template_body(&Operand::concrete(data.clone()));
        *out = std::mem::take(&mut state.run.out);
        state.run.give_back();
        result
    }

    /// Executes a template of a set and takes notes of where output comes from.
    pub(crate) fn run_traced(
        templates: &'a TemplateSet,
        name: &str,
        data: &Value,
        host: &'a dyn Any,
        tracer: Tracer,
        out: &mut Vec<u8>,
    ) -> (Result<(), Failure>, Trace) {
        let template = match templates.get_or_error(name.as_bytes()) {
            Ok(template) => template,
            Err(failure) => return (Err(failure), tracer.into_trace()),
        };
        let out_before = std::mem::take(out);
        let run = Run { out: out_before, tracer: Some(Box::new(tracer)), ..Run::default() };
        let mut state = Self::new(templates, host, template, run);
        let result = state.walk_template_body(&Operand::concrete(data.clone()));
        *out = std::mem::take(&mut state.run.out);
        let trace = state.run.tracer.take().map(|tracer| tracer.into_trace());
        (result, trace.unwrap_or_default())
    }

    fn new(
        templates: &'a TemplateSet,
        host: &'a dyn Any,
        template: &'a Template,
        run: Run,
    ) -> Self {
        let first_variable = run.variables.len();
        Self {
            templates,
            host,
            template,
            arena: &template.source.arena,
            node: template.root,
            first_variable,
            depth: 0,
            interfaces: 0,
            run,
        }
    }

    pub(crate) fn host(&self) -> &'a dyn Any {
        self.host
    }

    pub(crate) fn templates(&self) -> &'a TemplateSet {
        self.templates
    }

    pub(crate) fn is_interface(&self, index: usize) -> bool {
        index < 64 && self.interfaces >> index & 1 == 1
    }

    /// Gives what `write` writes as a string, in one buffer for all calls: most strings are short, and one that is made
    /// in a buffer of its own is moved once more.
    pub(crate) fn text<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Str, E> {
        let mut text = std::mem::take(&mut self.run.text);
        if text.capacity() == 0 {
            text.reserve(FIRST_OUTPUT);
        }
        write(&mut text)?;
        if text.len() > FIRST_OUTPUT {
            return Ok(text.into());
        }
        let written = Str::from(text.as_slice());
        if text.capacity() <= MAX_KEPT_TEXT {
            text.clear();
            self.run.text = text;
        }
        Ok(written)
    }

    /// Executes another template of the set and gives what it wrote.
    pub(crate) fn execute_named(&mut self, name: &[u8], data: &Value) -> Result<Str, Failure> {
        let template = self.templates.get_or_error(name)?;
        self.check_nesting()?;
        let outer = (self.template, self.node, self.first_variable, self.depth, self.interfaces);
        let start = self.run.out.len();
        let begun = self.begin_call();
        self.begin(template);
        self.first_variable = self.run.variables.len();
        self.depth = 0;
        self.run.n_nested += 1;
        let result = on_deep_stack(|| self.walk_template_body(&Operand::concrete(data.clone())));
        self.run.n_nested -= 1;
        self.begin(outer.0);
        (_, self.node, self.first_variable, self.depth, self.interfaces) = outer;
        self.take_output(start, begun, result)
    }

    /// Takes back what was written since `start`.
    fn take_output(
        &mut self,
        start: usize,
        begun: Option<Begun>,
        result: Result<(), Failure>,
    ) -> Result<Str, Failure> {
        let written = result.map(|()| Str::from(&self.run.out[start..]));
        self.run.out.truncate(start);
        if let Some(begun) = begun {
            self.end_call(begun, start, written.as_ref().ok());
        }
        written
    }

    fn check_nesting(&self) -> Result<(), Failure> {
        if self.run.n_nested >= MAX_NESTED_EXECUTIONS {
            return self.fail(format!(
                "exceeded maximum depth of nested executions ({MAX_NESTED_EXECUTIONS})"
            ));
        }
        Ok(())
    }

    /// Executes a template of any set and gives what it wrote, which does not stay in the output.
    pub(crate) fn execute_in(
        &mut self,
        templates: &TemplateSet,
        name: &str,
        data: &Value,
    ) -> Result<Str, Failure> {
        let template = templates.get_or_error(name.as_bytes())?;
        self.check_nesting()?;
        let start = self.run.out.len();
        let begun = self.begin_call();
        let mut inner = State::new(templates, self.host, template, std::mem::take(&mut self.run));
        inner.run.n_nested += 1;
        let result = on_deep_stack(|| inner.walk_template_body(&Operand::concrete(data.clone())));
        self.run = inner.run;
        self.run.n_nested -= 1;
        self.take_output(start, begun, result)
    }

    /// Begins a template, or goes on with one.
    fn begin(&mut self, template: &'a Template) {
        self.template = template;
        self.arena = &template.source.arena;
        self.node = template.root;
    }

    fn source(&self) -> &'a Source {
        &self.template.source
    }

    /// Fails at the current node.
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Failure> {
        Err(Box::new(self.error(message)))
    }

    /// Makes an error at the current node.
    fn error(&self, message: impl Into<String>) -> ExecError {
        let source = self.source();
        let offset = source.node(self.node).offset;
        let (line, column) = source.line_and_column(offset);
        ExecError {
            parse_name: Arc::clone(&source.parse_name),
            name: Arc::clone(&self.template.name),
            place: Some(Place {
                line,
                column,
                node: source.print(self.node),
                offset: offset as usize,
            }),
            message: message.into(),
            cause: None,
        }
    }

    /// Fails because a function did.
    fn fail_calling<T>(&self, function: &str, error: FuncError) -> Result<T, Failure> {
        let mut failure = self.error(format!("error calling {function}"));
        failure.cause = Some(Arc::new(CallError { function: function.to_owned(), error }));
        Err(Box::new(failure))
    }

    /// Counts a turn of a loop or a call of a template.
    fn step(&mut self) -> Result<(), Failure> {
        self.run.n_steps += 1;
        let maximum = self.templates.limits().steps;
        if self.run.n_steps > maximum {
            return self.fail(format!("exceeded maximum number of iterations ({maximum})"));
        }
        Ok(())
    }

    /// Checks that what was written is not too much.
    #[inline]
    fn check_output(&self) -> Result<(), Failure> {
        let maximum = self.templates.limits().output;
        if self.run.out.len() > maximum {
            return self.too_much_output(maximum);
        }
        Ok(())
    }

    #[cold]
    fn too_much_output(&self, maximum: usize) -> Result<(), Failure> {
        self.fail(format!("exceeded maximum output size ({maximum} bytes)"))
    }
}
