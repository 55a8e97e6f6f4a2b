//! Functions a host gives to its templates: Go signatures, checked by the engine before each call.
//!
//! Source: `addValueFuncs`, `evalCall` and `validateType` in Go's `text/template`.

use std::any::Any;
use std::fmt;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ast::Callee;
use crate::builtins::BUILTINS;
use crate::error::ExecError;
use crate::exec::State;
use crate::value::{Str, Type, Value};

/// What a function's body is: arguments already checked against the [`Function`]'s parameters.
///
/// Go's typed nil arrives so: for a parameter of a pointer or interface type as [`Value::Nil`], of a slice type
/// as [`crate::List::nil`], of a map type as an empty map that [`Env::is_typed_nil`] tells from others.
pub type Native = fn(&mut Env<'_, '_>, &[Value]) -> Result<Value, FuncError>;

/// One function: its name, Go parameter types and body.
#[derive(Clone, Copy)]
pub struct Function {
    /// the name templates call it by
    pub name: &'static str,
    /// the parameter types; if `variadic`, the last one is repeated any number of times, none included
    pub params: &'static [Type],
    /// whether the last parameter is Go's `...T`
    pub variadic: bool,
    /// the body
    pub body: Native,
}

impl Function {
    /// Makes a function with as many arguments as `params` says.
    pub const fn new(name: &'static str, params: &'static [Type], body: Native) -> Self {
        Self { name, params, variadic: false, body }
    }

    /// Makes a function whose last parameter may come any number of times.
    pub const fn variadic(name: &'static str, params: &'static [Type], body: Native) -> Self {
        Self { name, params, variadic: true, body }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Which functions a template may name. Names are resolved when a template is parsed.
#[derive(Debug, Clone, Default)]
pub struct FuncMap {
    functions: Vec<Function>,
    by_name: FxHashMap<&'static str, u32>,
    methods: Vec<(&'static str, Function)>,
    /// the first letters of the methods' names: see [`letter_bit`]
    method_letters: u64,
}

/// Gives one of 64 bits for a first byte, so that most names are no method's at first sight.
fn letter_bit(name: &str) -> u64 {
    name.as_bytes().first().map_or(0, |first| 1 << (first & 63))
}

/// Gives what `name` calls: the host's function, else Go's.
pub(crate) fn resolve(functions: &FuncMap, name: &str) -> Option<Callee> {
    if let Some(id) = functions.id(name) {
        return Some(Callee::Host(id));
    }
    Some(match name {
        "and" => Callee::And,
        "or" => Callee::Or,
        "call" => Callee::Call,
        _ => {
            let index = BUILTINS.iter().position(|builtin| builtin.name == name)?;
            Callee::Builtin(u32::try_from(index).ok()?)
        }
    })
}

impl FuncMap {
    /// Makes an empty map. Go's builtins are always there underneath.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an empty map with room for `n_functions`.
    pub fn with_capacity(n_functions: usize) -> Self {
        let by_name = FxHashMap::with_capacity_and_hasher(n_functions, FxBuildHasher);
        Self { functions: Vec::with_capacity(n_functions), by_name, ..Self::default() }
    }

    /// Adds a function; a later one replaces an earlier one, or a builtin, of the same name.
    pub fn add(&mut self, function: Function) {
        // OK because memory ends long before 32 bits do.
        let id = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.functions.push(function);
        self.by_name.insert(function.name, id);
    }

    /// Adds many functions.
    pub fn extend(&mut self, functions: &[Function]) {
        for function in functions {
            self.add(*function);
        }
    }

    /// Takes a name away; a builtin of that name shows again.
    pub fn remove(&mut self, name: &str) {
        self.by_name.remove(name);
    }

    /// Gives the id by which an AST node calls `name`.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Adds a method to a named map type such as `common.Values`: as in Go, it is found before a key of that
    /// name is. The body gets the map as its first argument; `params` does not count it.
    ///
    /// An [`crate::Object`] brings its own methods.
    pub fn add_method(&mut self, type_name: &'static str, method: Function) {
        self.method_letters |= letter_bit(method.name);
        self.methods.push((type_name, method));
    }

    /// Gives the method of a named type.
    #[inline]
    pub(crate) fn method(&self, type_name: &str, name: &str) -> Option<&Function> {
        if self.method_letters & letter_bit(name) == 0 {
            return None;
        }
        let is_it = |(ty, method): &&(&str, Function)| method.name == name && *ty == type_name;
        self.methods.iter().find(is_it).map(|(_, method)| method)
    }

    /// Gives the function of an id.
    pub fn get(&self, id: u32) -> &Function {
        &self.functions[id as usize]
    }
}

/// What a function body may reach: the host's own state and the templates being executed.
pub struct Env<'s, 'a> {
    pub(crate) state: &'s mut State<'a>,
}

impl fmt::Debug for Env<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}

impl<'a> Env<'_, 'a> {
    /// Gives what the host passed to `execute`.
    pub fn host(&self) -> &'a dyn Any {
        self.state.host()
    }

    /// Executes another template of the set by name and gives its output: Helm's `include`.
    ///
    /// # Errors
    ///
    /// As [`crate::TemplateSet::execute`].
    pub fn execute(&mut self, name: impl AsRef<[u8]>, data: &Value) -> Result<Str, ExecError> {
        self.state.execute_named(name.as_ref(), data).map_err(|error| *error)
    }

    /// Executes a template of another set with the same host: Helm's `tpl`.
    ///
    /// # Errors
    ///
    /// As [`crate::TemplateSet::execute`].
    pub fn execute_in(
        &mut self,
        set: &crate::TemplateSet,
        name: &str,
        data: &Value,
    ) -> Result<Str, ExecError> {
        self.state.execute_in(set, name, data).map_err(|error| *error)
    }

    /// Gives what `write` writes as a string. For all calls there is one buffer, so a function should prefer this to a
    /// buffer of its own.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn text<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Str, E> {
        self.state.text(write)
    }

    /// Gives the set whose template is being executed.
    pub fn templates(&self) -> &'a crate::TemplateSet {
        self.state.templates()
    }

    /// Tells apart two nils that arrive alike at argument `index`.
    ///
    /// For a parameter of type [`Type::Reflect`], where both are [`Value::Nil`]: true is a nil `interface {}`,
    /// false no value at all (of Go's builtins only `len` cares). For one of a map type, where both are an
    /// empty map: true is a nil map, which Go panics on writing to.
    pub fn is_typed_nil(&self, index: usize) -> bool {
        self.state.is_interface(index)
    }

    /// Tells whether argument `index`, for a parameter of type [`Type::Reflect`], came out of an
    /// `interface {}`: an element of a map or a list. Go's `slice` refuses such an index, be it a number.
    ///
    /// Ask before executing another template. Of more than 64 arguments only the first 64 are known.
    pub fn is_interface(&self, index: usize) -> bool {
        self.state.is_interface(index)
    }
}

/// Why a function refused: the text Go shows after `error calling NAME: `.
///
/// `Display` is `message`, and after it `: ` and the text of `cause`; either may be missing.
#[derive(Debug, Clone)]
pub struct FuncError {
    /// the function's own text, which for a Go panic is the panic's text; empty if `cause` says it all
    pub message: String,
    /// the failure of a template this function executed, if that is what happened
    pub cause: Option<Box<ExecError>>,
}

impl FuncError {
    /// Makes an error from its text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }

    /// Makes an error that goes on with a template's: Go's `fmt.Errorf("message: %w", cause)`.
    pub fn wrapping(message: impl Into<String>, cause: ExecError) -> Self {
        Self { message: message.into(), cause: Some(Box::new(cause)) }
    }
}

impl From<ExecError> for FuncError {
    fn from(error: ExecError) -> Self {
        Self::wrapping("", error)
    }
}

impl From<&str> for FuncError {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<String> for FuncError {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}
