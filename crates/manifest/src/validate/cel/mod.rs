//! CEL as Kubernetes uses it: what an expression may name, whether it can be read, and what it comes to.
//!
//! The crate `cel` reads expressions. It is evaluated here and not there, since that has no bound of steps, no
//! functions of Kubernetes' own and no view of an object through its schema. What is not known here gives no verdict:
//! [`Stop::Unknown`].

mod eval;
mod fields;
mod functions;
mod kubernetes;
mod metadata;
pub(crate) mod names;
mod texts;
mod value;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, operators};
use cel::parser::Parser;

pub(crate) use eval::Evaluator;
pub(crate) use fields::undefined_field;
pub(crate) use value::{Stop, Value, of_node};

/// What expressions are for, which decides what they may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Environment {
    /// a rule of a schema: `self`, `oldSelf`
    Rule,
    /// an expression of a webhook or a policy of admission: `object`, `oldObject`, `request`, and what policies add
    Admission,
    /// a selector of devices: `device`
    Device,
}

impl Environment {
    fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Rule => &["self", "oldSelf"],
            Self::Device => &["device"],
            Self::Admission => &[
                "object",
                "oldObject",
                "request",
                "authorizer",
                "params",
                "namespaceObject",
                "variables",
                "Object",
                "JSONPatch",
                "jsonpatch",
            ],
        }
    }
}

/// Why an expression is not compiled.
#[derive(Debug, Clone)]
pub(crate) enum NotCompiled {
    /// an API server refuses it, in its words
    Refused(String),
    /// it is larger than what is read here
    TooLarge,
}

/// How long an expression may be, in bytes.
const MAX_EXPRESSION: usize = 16 << 10;
/// How deep parts of an expression may lie within each other.
const MAX_NESTING: u16 = 200;
/// How many operators, brackets and commas an expression may have.
const MAX_OPERATORS: usize = 2_000;
/// How much stack is there to read an expression, in bytes: the reader recurses for each operator.
const STACK: usize = 64 << 20;

/// An expression that was read.
#[derive(Debug)]
pub(crate) struct Program {
    expression: IdedExpr,
}

impl Program {
    /// Reads an expression.
    pub(crate) fn compile(text: &str, environment: Environment) -> Result<Self, NotCompiled> {
        let is_operator = |byte: &u8| !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace();
        if text.len() > MAX_EXPRESSION || text.bytes().filter(is_operator).count() > MAX_OPERATORS {
            return Err(NotCompiled::TooLarge);
        }
        stacker::grow(STACK, || Self::read(text, environment))
    }

    fn read(text: &str, environment: Environment) -> Result<Self, NotCompiled> {
        let parser = Parser::new()
            .max_recursion_depth(MAX_NESTING)
            .enable_optional_syntax(true)
            .enable_ident_escape_syntax(true);
        let expression = parser.parse(text).map_err(|errors| {
            let words = errors.to_string();
            if words.contains("recursion") {
                return NotCompiled::TooLarge;
            }
            NotCompiled::Refused(words)
        })?;
        if depth(&expression) > usize::from(MAX_NESTING) {
            return Err(NotCompiled::TooLarge);
        }
        let mut checker = Checker { declared: environment.variables(), bound: Vec::new() };
        checker.expression(&expression).map_err(NotCompiled::Refused)?;
        Ok(Self { expression })
    }

    /// Gives what to evaluate.
    pub(crate) fn expression(&self) -> &IdedExpr {
        &self.expression
    }

    /// Tells whether a variable is named.
    pub(crate) fn names(&self, variable: &str) -> bool {
        let mut found = false;
        each(&self.expression, &mut |expression| {
            found |= matches!(&expression.expr, Expr::Ident(name) if name == variable);
        });
        found
    }
}

/// Gives how many parts lie within each other.
fn depth(expression: &IdedExpr) -> usize {
    1 + parts(expression).into_iter().map(depth).max().unwrap_or_default()
}

/// Calls a function with each part of an expression.
fn each(expression: &IdedExpr, found: &mut impl FnMut(&IdedExpr)) {
    found(expression);
    for part in parts(expression) {
        each(part, found);
    }
}

/// Gives the parts of an expression.
fn parts(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Call(call) => call.target.iter().map(AsRef::as_ref).chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
        Expr::Struct(made) => made.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
        Expr::Comprehension(made) => {
            vec![&made.iter_range, &made.accu_init, &made.loop_cond, &made.loop_step, &made.result]
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// Looks for names that nobody declared.
struct Checker<'e> {
    /// the variables there are
    declared: &'static [&'static str],
    /// names that are bound where the walk is
    bound: Vec<&'e str>,
}

impl<'e> Checker<'e> {
    fn expression(&mut self, expression: &'e IdedExpr) -> Result<(), String> {
        match &expression.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Select(_)
                if qualified(expression)
                    .is_some_and(|name| functions::type_named(&name).is_some()) =>
            {
                Ok(())
            }
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let target = call.target.as_deref();
                let full = target.and_then(qualified).map(|before| format!("{before}.{name}"));
                let is_global = full.as_deref().is_some_and(|full| {
                    functions::is_global(full) || kubernetes::NAMES.contains(&full)
                });
                let is_known = is_global
                    || name.starts_with('_')
                    || name.starts_with('@')
                    || name.ends_with('_')
                    || name == operators::IN
                    || functions::NAMES.contains(&name)
                    || kubernetes::NAMES.contains(&name);
                if !is_known {
                    return Err(undeclared(name));
                }
                if !is_global && let Some(target) = target {
                    self.expression(target)?;
                }
                self.arguments(call, target.is_some())
            }
            Expr::Comprehension(made) => {
                self.expression(&made.iter_range)?;
                self.expression(&made.accu_init)?;
                let before = self.bound.len();
                self.bound.push(&made.accu_var);
                self.bound.push(&made.iter_var);
                self.bound.extend(made.iter_var2.as_deref());
                let inside = [&made.loop_cond, &made.loop_step, &made.result];
                let found = inside.into_iter().try_for_each(|part| self.expression(part));
                self.bound.truncate(before);
                found
            }
            _ => parts(expression).into_iter().try_for_each(|part| self.expression(part)),
        }
    }

    /// Looks at arguments; the first of some calls are names that they bind.
    fn arguments(
        &mut self,
        call: &'e cel::common::ast::CallExpr,
        is_member: bool,
    ) -> Result<(), String> {
        let n_bound = match (call.func_name.as_str(), call.args.len()) {
            ("optMap" | "optFlatMap" | "sortBy", 2) if is_member => 1,
            ("all" | "exists" | "exists_one" | "existsOne", 3)
            | ("transformList" | "transformMap" | "transformMapEntry", 3 | 4)
                if is_member =>
            {
                2
            }
            _ => 0,
        };
        let before = self.bound.len();
        for argument in &call.args[..n_bound] {
            match &argument.expr {
                Expr::Ident(name) => self.bound.push(name),
                _ => return Err("argument is not an identifier".to_owned()),
            }
        }
        let found = call.args[n_bound..].iter().try_for_each(|argument| self.expression(argument));
        self.bound.truncate(before);
        found
    }

    fn variable(&self, name: &str) -> Result<(), String> {
        let plain = name.trim_start_matches('.');
        let is_known = self.bound.contains(&plain)
            || self.declared.contains(&plain)
            || functions::type_named(plain).is_some();
        if is_known { Ok(()) } else { Err(undeclared(name)) }
    }
}

fn undeclared(name: &str) -> String {
    format!("undeclared reference to '{name}' (in container '')")
}

/// Gives the dotted name that an expression spells.
fn qualified(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", qualified(&select.operand)?, select.field))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(text: &str) -> String {
        let program = match Program::compile(text, Environment::Rule) {
            Ok(program) => program,
            Err(error) => return format!("{error:?}"),
        };
        match Evaluator::new(Vec::new()).value(program.expression()) {
            Ok(Value::Bool(value)) => value.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn expressions_come_to_what_cel_says() {
        for text in [
            "1 + 2 * 3 == 7 && 7 % 4 == 3 && -7 / 2 == -3",
            "1 == 1.0 && 1 < 1.5 && 2u > 1",
            "'a' + 'b' == 'ab' && 'abc'.contains('b') && size('äö') == 2",
            "[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2, 2].exists_one(x, x == 1)",
            "[1, 2, 3].map(x, x * 2) == [2, 4, 6] && [1, 2, 3].filter(x, x > 1) == [2, 3]",
            "{'a': 1}.all(k, k == 'a') && 'a' in {'a': 1} && {'a': 1}['a'] == 1 && {'a': 1}.a == 1",
            "has({'a': 1}.a) && !has({'a': 1}.b)",
            "true || 1 / 0 == 1",
            "1 / 0 == 1 || true",
            "[0, 1].exists(x, 1 / x == 1)",
            "type(1) == int && type('a') == string && type([]) == list && type(null) == null_type",
            "int('12') == 12 && string(1.5) == '1.5' && double(2) == 2.0 && bool('true')",
            "'a,b,c'.split(',') == ['a', 'b', 'c'] && ['a', 'b'].join('-') == 'a-b'",
            "'abc'.substring(1) == 'bc' && 'abc'.indexOf('c') == 2 && 'aXb'.lowerAscii() == 'axb'",
            "'%s is %d'.format(['x', 3]) == 'x is 3' && ' a '.trim() == 'a'",
            "'foo123'.matches('^[a-z]+[0-9]+$') && 'a1b2'.findAll('[0-9]') == ['1', '2'] && 'a1'.find('[0-9]') == '1'",
            "duration('1h') > duration('59m') && duration('90s').getMinutes() == 1",
            "timestamp('2024-01-02T03:04:05Z').getFullYear() == 2024",
            "timestamp('2024-01-02T03:04:05Z') - timestamp('2024-01-01T03:04:05Z') == duration('24h')",
            "sets.contains([1, 2], [1]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])",
            "[3, 1, 2].max() == 3 && [1, 2].sum() == 3 && [1, 2].isSorted() && [1, 2, 1].lastIndexOf(1) == 2",
            "isIP('10.0.0.1') && ip('10.0.0.1').family() == 4 && !isIP('::ffff:1.2.3.4')",
            "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
            "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('::/0').prefixLength() == 0",
            "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('500m')).asInteger() == 1",
            "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).major() == 1",
            "url('https://a.b:80/c?x=1').getHostname() == 'a.b' && url('https://a.b:80/c').getPort() == '80'",
            "isURL('https://a.b') && url('https://a/b?x=1&x=2').getQuery()['x'] == ['1', '2']",
            "!format.dns1123Label().validate('ok').hasValue() && format.named('uuid').hasValue()",
            "optional.of(1).optMap(x, x + 1).value() == 2 && optional.none().orValue(3) == 3",
            "{'a': 1}[?'b'].orValue(2) == 2 && {'a': {'b': 1}}.?a.b.hasValue()",
            "[1, 2].all(i, v, i + 1 == v) && [1, 2].transformList(i, v, i * v) == [0, 2]",
            "[3, 1, 2].sort() == [1, 2, 3] && [1, 1, 2].distinct() == [1, 2] && lists.range(3) == [0, 1, 2]",
            "[[1], [2]].flatten() == [1, 2] && [1, 2, 3].slice(1, 3) == [2, 3]",
        ] {
            assert_eq!(evaluate(text), "true", "{text}");
        }
    }

    fn compile(text: &str, environment: Environment) -> Result<Program, NotCompiled> {
        Program::compile(text, environment)
    }

    #[test]
    fn what_is_wrong_is_told() {
        for text in ["1 +", "foo == 1", "self.nope(1)", "has(1)", "self.all(1, true)"] {
            assert!(compile(text, Environment::Rule).is_err(), "{text}");
        }
        assert!(compile("object.metadata.name == 'a'", Environment::Admission).is_ok());
        assert!(compile("self.x", Environment::Admission).is_err());
    }

    #[test]
    fn loops_end_and_deep_expressions_are_not_read() {
        let numbers = format!("[{}]", vec!["1"; 100].join(","));
        let mut text = "true".to_owned();
        for n in 0..6 {
            text = format!("{numbers}.all(x{n}, {text})");
        }
        assert!(evaluate(&text).contains("Budget"));
        let doubled =
            "'aaaaaaaaaaaaaaaa'".to_owned() + &".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(40);
        assert!(evaluate(&doubled).contains("Budget"));
        for bracket in ["(", "[", "{", "!", "-", "a ? ", "a.", "a || ", "1 + ", "!(-"] {
            let text = bracket.repeat(5_000);
            assert!(Program::compile(&text, Environment::Rule).is_err());
        }
    }
}
