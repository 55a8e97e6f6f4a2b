//! Tokens to trees: actions, pipelines, `define`, `block`; names are resolved here.
//!
//! A name that is no function, or a variable that was not declared, is an error of the text, not of a run.
//!
//! Source: Go's `text/template/parse/parse.go`.

mod batch;
mod pipeline;
mod together;

use std::borrow::Cow;

use crate::ast::{Branch, Children, Node, NodeId, NodeKind, line_at};
use crate::error::ParseError;
use crate::exec::on_deep_stack;
use crate::intern::Symbol;
use crate::lexer::Lexer;
use crate::literal;
use crate::token::{Token, TokenKind};
use crate::value::number;

use batch::Batch;
pub(crate) use together::{Text, parse_all};

/// How deep parentheses may nest: Go's own limit.
const MAX_PAREN_DEPTH: u32 = 10_000;

/// How deep `if`, `with` and `range` may nest, each `else if` being one level. Go has no such limit; it runs
/// out of memory.
const MAX_CONTROL_DEPTH: u32 = 20_000;

/// How long one text may be, in bytes: nodes address it with 32 bits.
const MAX_TEXT: usize = u32::MAX as usize;

/// Gives the number that the next thing of a list will have.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a batch is shorter than 4 GiB, and a thing takes a byte of it"
)]
fn number_of<T>(things: &[T]) -> u32 {
    things.len() as u32
}

/// What one step through a list of nodes finds.
enum Step {
    Node(NodeId),
    End,
    /// the `else`, and the control that follows it in the same action
    Else(Option<Control>),
}

impl Step {
    /// Gives the action as Go prints it, if it is none to be kept in a list.
    fn terminator(&self) -> Option<&'static str> {
        match self {
            Self::Node(_) => None,
            Self::End => Some("{{end}}"),
            Self::Else(_) => Some("{{else}}"),
        }
    }
}

/// Which of the three controls is being parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }
}

struct Parser<'s, 'b, 'f> {
    batch: &'b mut Batch<'f>,
    name: &'s str,
    symbol: Symbol,
    text: &'s [u8],
    lexer: Lexer<'s>,
    /// whether the last token was given back
    is_peeked: bool,
    /// why the text was refused, once it was
    failure: Option<ParseError>,
    /// where the variables of the template being parsed begin
    first_variable: usize,
    /// where the action being parsed begins
    action: Option<u32>,
    range_depth: u32,
    paren_depth: u32,
    control_depth: u32,
}

/// The text is refused: [`Parser::failure`] says why. Kept apart, so that results stay small.
#[derive(Debug)]
struct Refused;

type Parsed<T> = Result<T, Refused>;

impl<'s, 'b, 'f> Parser<'s, 'b, 'f> {
    /// Begins a text.
    fn new(batch: &'b mut Batch<'f>, name: &'s str, symbol: Symbol, text: &'s [u8]) -> Self {
        let lexer = Lexer::new(text, batch.keywords);
        batch.variables.clear();
        batch.variables.push(Symbol::DOLLAR);
        batch.pending.clear();
        Self {
            batch,
            name,
            symbol,
            text,
            lexer,
            is_peeked: false,
            failure: None,
            first_variable: 0,
            action: None,
            range_depth: 0,
            paren_depth: 0,
            control_depth: 0,
        }
    }

    /// Parses the text.
    fn parse(mut self) -> Result<(), ParseError> {
        if self.text.len() >= MAX_TEXT {
            let message = format!("template is longer than {MAX_TEXT} bytes");
            let template = self.name.to_owned();
            return Err(ParseError { template, line: 1, message, offset: 0 });
        }
        match self.text_of_file() {
            Ok(()) => Ok(()),
            Err(Refused) => Err(self.failure.expect("who refuses says why")),
        }
    }

    // Tokens.

    fn next(&mut self) -> Token {
        if self.is_peeked {
            self.is_peeked = false;
        } else {
            self.lexer.advance();
        }
        self.lexer.token()
    }

    fn back_up(&mut self) {
        self.is_peeked = true;
    }

    fn peek(&mut self) -> Token {
        let token = self.next();
        self.back_up();
        token
    }

    fn token_text(&self, token: Token) -> &'s [u8] {
        token.span.of(self.text)
    }

    /// Gives the symbol of a name, which the lexer only takes if it is UTF-8; `prefix` is the length of its dot.
    fn token_name(&mut self, token: Token, prefix: usize) -> Symbol {
        let name = &self.token_text(token)[prefix..];
        self.batch.interner.intern_bytes(name)
    }

    // Errors.

    /// Refuses the text at the line of the last token read from it, which is Go's rule.
    fn error(&mut self, message: impl Into<String>) -> Refused {
        self.error_at(self.lexer.token().span.start, message)
    }

    #[cold]
    fn error_at(&mut self, offset: u32, message: impl Into<String>) -> Refused {
        self.failure = Some(ParseError {
            template: self.name.to_owned(),
            line: line_at(self.text, offset),
            message: message.into(),
            offset: offset as usize,
        });
        Refused
    }

    #[cold]
    fn unexpected(&mut self, token: Token, context: &str) -> Refused {
        let shown = token.describe(self.text, self.lexer.error());
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {shown} in {context}"));
        }
        let Some(action) = self.action else {
            return self.error(shown);
        };
        let action_line = line_at(self.text, action);
        if action_line == line_at(self.text, token.span.start) {
            return self.error(shown);
        }
        // Avoids "action in action".
        let link = if shown.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{shown}{link} started at {}:{action_line}", self.name))
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token> {
        let token = self.next();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    // Nodes.

    fn add(&mut self, offset: u32, kind: NodeKind) -> NodeId {
        let nodes = &mut self.batch.nodes;
        let id = NodeId(number_of(nodes));
        nodes.push(Node { offset, kind });
        id
    }

    fn node(&self, id: NodeId) -> Node {
        self.batch.nodes[id.0 as usize]
    }

    /// Makes a run of the nodes that became pending since `mark`.
    fn take_pending(&mut self, mark: usize) -> Children {
        let Batch { children, pending, .. } = &mut *self.batch;
        let start = number_of(children);
        if let [only] = pending[mark..] {
            children.push(only);
        } else {
            children.extend_from_slice(&pending[mark..]);
        }
        pending.truncate(mark);
        Children { start, len: number_of(children) - start }
    }

    /// Adds a finished template.
    fn add_root(&mut self, name: Symbol, list: NodeId) -> Parsed<()> {
        let is_empty = self.is_empty(list);
        if self.batch.add_root(name, list, is_empty) {
            return Ok(());
        }
        let name = number::quote(self.batch.interner.get(name).as_bytes());
        Err(self.error(format!("template: multiple definition of template {name}")))
    }

    /// Tells whether a list holds nothing but space.
    fn is_empty(&self, list: NodeId) -> bool {
        let NodeKind::List(run) = self.node(list).kind else {
            return false;
        };
        let run = &self.batch.children[run.start as usize..(run.start + run.len) as usize];
        run.iter().all(|child| match self.node(*child).kind {
            NodeKind::Text(span) => is_blank(span.of(self.text)),
            _ => false,
        })
    }

    // Lists and actions.

    /// Parses the whole text: as a list, but with `define` in it.
    fn text_of_file(&mut self) -> Parsed<()> {
        let offset = self.list_offset();
        let mark = self.batch.pending.len();
        loop {
            let token = self.next();
            match token.kind {
                TokenKind::Eof => break,
                TokenKind::Define => {
                    self.in_own_tree(Self::definition)?;
                    continue;
                }
                _ => {}
            }
            let step = self.text_or_action(token)?;
            let Step::Node(node) = step else {
                let shown = step.terminator().unwrap_or_default();
                return Err(self.error(format!("unexpected {shown}")));
            };
            self.batch.pending.push(node);
        }
        let children = self.take_pending(mark);
        let root = self.add(offset, NodeKind::List(children));
        self.add_root(self.symbol, root)
    }

    /// Parses with variables and depths of its own, as Go does for each template.
    fn in_own_tree(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let first_variable = self.batch.variables.len();
        let outer_first = std::mem::replace(&mut self.first_variable, first_variable);
        let outer_range_depth = std::mem::take(&mut self.range_depth);
        let outer_paren_depth = std::mem::take(&mut self.paren_depth);
        let outer_action = self.action.take();
        self.batch.variables.push(Symbol::DOLLAR);
        parse(self)?;
        self.batch.variables.truncate(first_variable);
        self.first_variable = outer_first;
        self.range_depth = outer_range_depth;
        self.paren_depth = outer_paren_depth;
        self.action = outer_action;
        Ok(())
    }

    /// Parses the rest of `{{define "name"}} … {{end}}`.
    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        self.body(name, CONTEXT)
    }

    /// Parses a template's body up to its `{{end}}`.
    fn body(&mut self, name: Symbol, context: &str) -> Parsed<()> {
        let (root, terminator) = self.item_list()?;
        if let Step::Else(_) = terminator {
            return Err(self.error(format!("unexpected {{{{else}}}} in {context}")));
        }
        self.add_root(name, root)
    }

    /// Parses up to `{{end}}` or `{{else}}`.
    fn item_list(&mut self) -> Parsed<(NodeId, Step)> {
        let offset = self.list_offset();
        let mark = self.batch.pending.len();
        loop {
            let token = self.next();
            if token.kind == TokenKind::Eof {
                return Err(self.error("unexpected EOF"));
            }
            match self.text_or_action(token)? {
                Step::Node(node) => self.batch.pending.push(node),
                terminator => {
                    let children = self.take_pending(mark);
                    return Ok((self.add(offset, NodeKind::List(children)), terminator));
                }
            }
        }
    }

    /// Gives where the list begins whose first token is the next one.
    fn list_offset(&mut self) -> u32 {
        let first = self.peek();
        self.lexer.action_start().unwrap_or(first.span.start)
    }

    fn text_or_action(&mut self, token: Token) -> Parsed<Step> {
        if token.kind == TokenKind::Text {
            return Ok(Step::Node(self.add(token.span.start, NodeKind::Text(token.span))));
        }
        match self.lexer.action_start() {
            Some(start) => self.action = Some(start),
            None if token.kind == TokenKind::Error => {
                return Err(self.unexpected(token, "input"));
            }
            // An action of nothing but `}}`, which is refused.
            None => {}
        }
        let step = self.action(token)?;
        self.action = None;
        Ok(step)
    }

    /// Parses an action that begins with `token`.
    fn action(&mut self, token: Token) -> Parsed<Step> {
        let node = match token.kind {
            TokenKind::Block => self.block_control()?,
            TokenKind::Break => self.loop_control(token, "break", NodeKind::Break)?,
            TokenKind::Continue => self.loop_control(token, "continue", NodeKind::Continue)?,
            TokenKind::Else => {
                // `{{else if …}}` is `{{else}}{{if …}}`: the `if` is still to be read.
                let chained = match self.peek().kind {
                    TokenKind::If => Some(Control::If),
                    TokenKind::With => Some(Control::With),
                    _ => {
                        self.expect(TokenKind::RightDelim, "else")?;
                        None
                    }
                };
                return Ok(Step::Else(chained));
            }
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Step::End);
            }
            TokenKind::If => self.control(Control::If)?,
            TokenKind::Range => self.control(Control::Range)?,
            TokenKind::With => self.control(Control::With)?,
            TokenKind::Template => self.template_control()?,
            _ => {
                self.back_up();
                let offset = token.span.start;
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                self.add(offset, NodeKind::Action(pipe))
            }
        };
        Ok(Step::Node(node))
    }

    fn loop_control(&mut self, token: Token, word: &str, kind: NodeKind) -> Parsed<NodeId> {
        let next = self.next();
        if next.kind != TokenKind::RightDelim {
            return Err(self.unexpected(next, &format!("{{{{{word}}}}}")));
        }
        if self.range_depth == 0 {
            return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(self.add(token.span.start, kind))
    }

    /// Parses the rest of `{{if …}} … {{end}}`; `with` and `range` have the same form.
    fn control(&mut self, control: Control) -> Parsed<NodeId> {
        if self.control_depth >= MAX_CONTROL_DEPTH {
            return Err(self.error("max control depth exceeded"));
        }
        self.control_depth += 1;
        let parsed = on_deep_stack(|| self.control_body(control));
        self.control_depth -= 1;
        parsed
    }

    fn control_body(&mut self, control: Control) -> Parsed<NodeId> {
        let n_variables = self.batch.variables.len();
        let pipe = self.pipeline(control.name(), TokenKind::RightDelim)?;
        let in_range = u32::from(control == Control::Range);
        self.range_depth += in_range;
        let (list, terminator) = self.item_list()?;
        self.range_depth -= in_range;
        let else_list = match terminator {
            Step::Else(chained) => Some(self.else_list(control, chained)?),
            _ => None,
        };
        self.batch.variables.truncate(n_variables);
        let branch = Branch { pipe, list, else_list };
        let kind = match control {
            Control::If => NodeKind::If(branch),
            Control::With => NodeKind::With(branch),
            Control::Range => NodeKind::Range(branch),
        };
        Ok(self.add(self.node(pipe).offset, kind))
    }

    /// Parses what follows an `else`. After `else if` and `else with`, one `{{end}}` ends both.
    fn else_list(&mut self, control: Control, chained: Option<Control>) -> Parsed<NodeId> {
        if let Some(chained) = chained {
            let token = self.next();
            if chained != control {
                return Err(self.unexpected(token, "input"));
            }
            let inner = self.control(control)?;
            let mark = self.batch.pending.len();
            self.batch.pending.push(inner);
            let children = self.take_pending(mark);
            return Ok(self.add(token.span.start, NodeKind::List(children)));
        }
        let (list, terminator) = self.item_list()?;
        if let Step::Else(_) = terminator {
            return Err(self.error("expected end; found {{else}}"));
        }
        Ok(list)
    }

    /// Parses the rest of `{{block "name" pipeline}} … {{end}}`: a definition and its use.
    fn block_control(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "block clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        if self.control_depth >= MAX_CONTROL_DEPTH {
            return Err(self.error("max control depth exceeded"));
        }
        self.control_depth += 1;
        on_deep_stack(|| self.in_own_tree(|parser| parser.body(name, CONTEXT)))?;
        self.control_depth -= 1;
        Ok(self.add(token.span.start, NodeKind::Template { name, pipe: Some(pipe) }))
    }

    fn template_control(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "template clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = if self.next().kind == TokenKind::RightDelim {
            None
        } else {
            self.back_up();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?)
        };
        Ok(self.add(token.span.start, NodeKind::Template { name, pipe }))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parsed<Symbol> {
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let name = self.unquote(token)?;
        Ok(self.batch.interner.intern(&String::from_utf8_lossy(&name)))
    }

    /// Gives what a string literal stands for.
    fn unquote(&mut self, token: Token) -> Parsed<Cow<'s, [u8]>> {
        let literal = self.token_text(token);
        if token.is_plain {
            return Ok(Cow::Borrowed(&literal[1..literal.len() - 1]));
        }
        literal::unquote(literal).map(Cow::Owned).map_err(|text| self.error(text))
    }
}

/// Tells whether a text is UTF-8 and nothing but space.
fn is_blank(text: &[u8]) -> bool {
    let rest = text.trim_ascii_start();
    rest.is_empty()
        || !rest[0].is_ascii_graphic()
            && std::str::from_utf8(rest).is_ok_and(|rest| rest.trim().is_empty())
}
