//! Tokens to trees: actions, pipelines, `define`, `block`; names are resolved here.
//!
//! A name that is no function, or a variable that was not declared, is an error of the text, not of a run.
//!
//! Source: Go's `text/template/parse/parse.go`.

mod pipeline;

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use crate::ast::{
    Branch, Children, Idents, Literal, Node, NodeId, NodeKind, Number, Source, Template,
};
use crate::error::ParseError;
use crate::exec::on_deep_stack;
use crate::func::FuncMap;
use crate::intern::{Interner, Symbol};
use crate::lexer::Lexer;
use crate::literal;
use crate::token::{Token, TokenKind};
use crate::value::number;

/// How deep parentheses may nest: Go's own limit.
const MAX_PAREN_DEPTH: u32 = 10_000;

/// How deep `if`, `with` and `range` may nest, each `else if` being one level. Go has no such limit; it runs
/// out of memory.
const MAX_CONTROL_DEPTH: u32 = 20_000;

/// How long one text may be, in bytes: nodes address it with 32 bits.
const MAX_TEXT: usize = u32::MAX as usize;

/// Parses a text into its templates, in the order in which they end; the text's own is the last.
///
/// # Errors
///
/// The first error of the text, in Go's words.
pub(crate) fn parse(
    name: &str,
    text: &[u8],
    functions: &FuncMap,
) -> Result<Vec<Template>, ParseError> {
    if text.len() >= MAX_TEXT {
        return Err(ParseError {
            template: name.to_owned(),
            line: 1,
            message: format!("template is longer than {MAX_TEXT} bytes"),
            offset: 0,
        });
    }
    let mut interner = Interner::default();
    let dollar = interner.intern("$");
    let is_free = |keyword| functions.id(keyword).is_none();
    let mut parser = Parser {
        name,
        text,
        functions,
        lexer: Lexer::new(text, is_free("break"), is_free("continue")),
        nodes: Vec::new(),
        children: Vec::new(),
        idents: Vec::new(),
        numbers: Vec::new(),
        strings: Vec::new(),
        interner,
        dollar,
        pending: Vec::new(),
        roots: Vec::new(),
        control_depth: 0,
        tree: Tree::default(),
    };
    parser.tree.variables.push(parser.dollar);
    parser.text_of_file()?;
    let roots = std::mem::take(&mut parser.roots);
    let source = Arc::new(parser.finish());
    Ok(roots
        .into_iter()
        .map(|root| Template {
            name: root.name.into(),
            source: Arc::clone(&source),
            root: root.list,
            is_empty: root.is_empty,
        })
        .collect())
}

/// A finished template of the text.
struct Root {
    name: String,
    list: NodeId,
    is_empty: bool,
}

/// What Go keeps per template of a text while it is parsed.
#[derive(Debug)]
struct Tree {
    /// the last token read, and those given back
    tokens: [Token; 3],
    n_peeked: usize,
    /// declared at the moment
    variables: Vec<Symbol>,
    /// the line of the action being parsed; 0 outside
    action_line: u32,
    range_depth: u32,
    paren_depth: u32,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            tokens: [Token::NONE; 3],
            n_peeked: 0,
            variables: Vec::new(),
            action_line: 0,
            range_depth: 0,
            paren_depth: 0,
        }
    }
}

/// What one step through a list of nodes finds.
enum Step {
    Node(NodeId),
    End,
    /// the `else`; a following `if` or `with` is still to be read
    Else,
}

impl Step {
    /// Gives the action as Go prints it, if it is none to be kept in a list.
    fn terminator(&self) -> Option<&'static str> {
        match self {
            Self::Node(_) => None,
            Self::End => Some("{{end}}"),
            Self::Else => Some("{{else}}"),
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

struct Parser<'s> {
    name: &'s str,
    text: &'s [u8],
    functions: &'s FuncMap,
    lexer: Lexer<'s>,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    idents: Vec<Symbol>,
    numbers: Vec<Number>,
    strings: Vec<Literal>,
    interner: Interner,
    /// the name `$`
    dollar: Symbol,
    /// nodes whose parent is not finished
    pending: Vec<NodeId>,
    roots: Vec<Root>,
    control_depth: u32,
    tree: Tree,
}

type Parsed<T> = Result<T, ParseError>;

impl<'s> Parser<'s> {
    fn finish(self) -> Source {
        Source {
            parse_name: self.name.into(),
            text: self.text.into(),
            nodes: self.nodes,
            children: self.children,
            hints: self.idents.iter().map(|_| AtomicU8::default()).collect(),
            idents: self.idents,
            numbers: self.numbers,
            strings: self.strings,
            names: self.interner.finish(),
            dollar: self.dollar,
        }
    }

    // Tokens.

    fn next(&mut self) -> Token {
        if self.tree.n_peeked > 0 {
            self.tree.n_peeked -= 1;
        } else {
            self.tree.tokens[0] = self.lexer.next_token();
        }
        self.tree.tokens[self.tree.n_peeked]
    }

    fn back_up(&mut self) {
        self.tree.n_peeked += 1;
    }

    /// Gives back the last token and, before it, `first`.
    fn back_up_2(&mut self, first: Token) {
        self.tree.tokens[1] = first;
        self.tree.n_peeked = 2;
    }

    /// Gives back the last token and, before it, `first` and `second`.
    fn back_up_3(&mut self, first: Token, second: Token) {
        self.tree.tokens[1] = second;
        self.tree.tokens[2] = first;
        self.tree.n_peeked = 3;
    }

    fn peek(&mut self) -> Token {
        if self.tree.n_peeked > 0 {
            return self.tree.tokens[self.tree.n_peeked - 1];
        }
        self.tree.n_peeked = 1;
        self.tree.tokens[0] = self.lexer.next_token();
        self.tree.tokens[0]
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.back_up();
        token
    }

    fn token_text(&self, token: Token) -> &'s [u8] {
        token.span.of(self.text)
    }

    /// Gives the text of a name, which the lexer only takes if it is UTF-8.
    fn token_name(&self, token: Token) -> &'s str {
        std::str::from_utf8(self.token_text(token)).unwrap_or_default()
    }

    // Errors.

    /// Makes an error at the line of the last token read from the text, which is Go's rule.
    fn error(&self, message: impl Into<String>) -> ParseError {
        let token = self.tree.tokens[0];
        ParseError {
            template: self.name.to_owned(),
            line: token.line as usize,
            message: message.into(),
            offset: token.span.start as usize,
        }
    }

    fn unexpected(&self, token: Token, context: &str) -> ParseError {
        let shown = token.describe(self.text, self.lexer.error());
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {shown} in {context}"));
        }
        let action_line = self.tree.action_line;
        if action_line == 0 || action_line == token.line {
            return self.error(shown);
        }
        // Avoids "action in action".
        let link = if shown.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{shown}{link} started at {}:{action_line}", self.name))
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    // Nodes.

    fn add(&mut self, offset: u32, kind: NodeKind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a node has a byte of text"));
        self.nodes.push(Node { offset, kind });
        id
    }

    /// Makes a run of the nodes that became pending since `mark`.
    fn take_pending(&mut self, mark: usize) -> Children {
        let start = u32::try_from(self.children.len()).expect("a node has a byte of text");
        let len = u32::try_from(self.pending.len() - mark).expect("a node has a byte of text");
        self.children.extend(self.pending.drain(mark..));
        Children { start, len }
    }

    /// Makes a run of names.
    fn add_idents(&mut self, names: &[Symbol]) -> Idents {
        let start = u32::try_from(self.idents.len()).expect("a name has a byte of text");
        let len = u32::try_from(names.len()).expect("a name has a byte of text");
        self.idents.extend_from_slice(names);
        Idents { start, len }
    }

    /// Adds a finished template. One with a body cannot be defined twice in a text.
    fn add_root(&mut self, name: String, list: NodeId) -> Parsed<()> {
        let is_empty = self.is_empty(list);
        let Some(old) = self.roots.iter().position(|old| old.name == name) else {
            self.roots.push(Root { name, list, is_empty });
            return Ok(());
        };
        if self.roots[old].is_empty {
            self.roots[old] = Root { name, list, is_empty };
        } else if !is_empty {
            let name = number::quote(name.as_bytes());
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    /// Tells whether a list holds nothing but space.
    fn is_empty(&self, list: NodeId) -> bool {
        let NodeKind::List(run) = self.nodes[list.0 as usize].kind else {
            return false;
        };
        let run = &self.children[run.start as usize..(run.start + run.len) as usize];
        run.iter().all(|child| match self.nodes[child.0 as usize].kind {
            NodeKind::Text(span) => {
                std::str::from_utf8(span.of(self.text)).is_ok_and(|text| text.trim().is_empty())
            }
            _ => false,
        })
    }

    // Lists and actions.

    /// Parses the whole text: as a list, but with `define` in it.
    fn text_of_file(&mut self) -> Parsed<()> {
        let offset = self.peek().span.start;
        let mark = self.pending.len();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == TokenKind::Define {
                    self.in_own_tree(Self::definition)?;
                    continue;
                }
                self.back_up_2(delim);
            }
            let step = self.text_or_action()?;
            match step {
                Step::Node(node) => self.pending.push(node),
                Step::End | Step::Else => {
                    let shown = step.terminator().unwrap_or_default();
                    return Err(self.error(format!("unexpected {shown}")));
                }
            }
        }
        let children = self.take_pending(mark);
        let root = self.add(offset, NodeKind::List(children));
        self.add_root(self.name.to_owned(), root)
    }

    /// Parses with variables, look-ahead and range depth of its own, as Go does for each template.
    fn in_own_tree<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let tree = Tree { variables: vec![self.dollar], ..Tree::default() };
        let outer = std::mem::replace(&mut self.tree, tree);
        let parsed = parse(self)?;
        self.tree = outer;
        Ok(parsed)
    }

    /// Parses the rest of `{{define "name"}} … {{end}}`.
    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        self.body(name, CONTEXT)
    }

    /// Parses a template's body up to its `{{end}}`.
    fn body(&mut self, name: String, context: &str) -> Parsed<()> {
        let (root, terminator) = self.item_list()?;
        if let Step::Else = terminator {
            return Err(self.error(format!("unexpected {{{{else}}}} in {context}")));
        }
        self.add_root(name, root)
    }

    /// Parses up to `{{end}}` or `{{else}}`.
    fn item_list(&mut self) -> Parsed<(NodeId, Step)> {
        let offset = self.peek_non_space().span.start;
        let mark = self.pending.len();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Step::Node(node) => self.pending.push(node),
                terminator => {
                    let children = self.take_pending(mark);
                    return Ok((self.add(offset, NodeKind::List(children)), terminator));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Parsed<Step> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => {
                Ok(Step::Node(self.add(token.span.start, NodeKind::Text(token.span))))
            }
            TokenKind::LeftDelim => {
                self.tree.action_line = token.line;
                let step = self.action()?;
                self.tree.action_line = 0;
                Ok(step)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Parsed<Step> {
        let token = self.next_non_space();
        let node = match token.kind {
            TokenKind::Block => self.block_control()?,
            TokenKind::Break => self.loop_control(token, "break", NodeKind::Break)?,
            TokenKind::Continue => self.loop_control(token, "continue", NodeKind::Continue)?,
            TokenKind::Else => {
                // `{{else if …}}` is `{{else}}{{if …}}`: the caller finds the `if` still to be read.
                if !matches!(self.peek_non_space().kind, TokenKind::If | TokenKind::With) {
                    self.expect(TokenKind::RightDelim, "else")?;
                }
                return Ok(Step::Else);
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
                let offset = self.peek().span.start;
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                self.add(offset, NodeKind::Action(pipe))
            }
        };
        Ok(Step::Node(node))
    }

    fn loop_control(&mut self, token: Token, word: &str, kind: NodeKind) -> Parsed<NodeId> {
        let next = self.next_non_space();
        if next.kind != TokenKind::RightDelim {
            return Err(self.unexpected(next, &format!("{{{{{word}}}}}")));
        }
        if self.tree.range_depth == 0 {
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
        let n_variables = self.tree.variables.len();
        let pipe = self.pipeline(control.name(), TokenKind::RightDelim)?;
        let in_range = u32::from(control == Control::Range);
        self.tree.range_depth += in_range;
        let (list, terminator) = self.item_list()?;
        self.tree.range_depth -= in_range;
        let else_list = match terminator {
            Step::Else => Some(self.else_list(control)?),
            _ => None,
        };
        self.tree.variables.truncate(n_variables);
        let branch = Branch { pipe, list, else_list };
        let kind = match control {
            Control::If => NodeKind::If(branch),
            Control::With => NodeKind::With(branch),
            Control::Range => NodeKind::Range(branch),
        };
        Ok(self.add(self.nodes[pipe.0 as usize].offset, kind))
    }

    /// Parses what follows an `else`. After `else if` and `else with`, one `{{end}}` ends both.
    fn else_list(&mut self, control: Control) -> Parsed<NodeId> {
        let token = self.peek();
        let is_chained = match control {
            Control::If => token.kind == TokenKind::If,
            Control::With => token.kind == TokenKind::With,
            Control::Range => false,
        };
        if is_chained {
            self.next();
            let inner = self.control(control)?;
            let mark = self.pending.len();
            self.pending.push(inner);
            let children = self.take_pending(mark);
            return Ok(self.add(token.span.start, NodeKind::List(children)));
        }
        let (list, terminator) = self.item_list()?;
        if let Step::Else = terminator {
            return Err(self.error("expected end; found {{else}}"));
        }
        Ok(list)
    }

    /// Parses the rest of `{{block "name" pipeline}} … {{end}}`: a definition and its use.
    fn block_control(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        let symbol = self.interner.intern(&name);
        if self.control_depth >= MAX_CONTROL_DEPTH {
            return Err(self.error("max control depth exceeded"));
        }
        self.control_depth += 1;
        on_deep_stack(|| self.in_own_tree(|parser| parser.body(name, CONTEXT)))?;
        self.control_depth -= 1;
        Ok(self.add(token.span.start, NodeKind::Template { name: symbol, pipe: Some(pipe) }))
    }

    fn template_control(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let name = self.interner.intern(&name);
        let pipe = if self.next_non_space().kind == TokenKind::RightDelim {
            None
        } else {
            self.back_up();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?)
        };
        Ok(self.add(token.span.start, NodeKind::Template { name, pipe }))
    }

    fn template_name(&self, token: Token, context: &str) -> Parsed<String> {
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let name = literal::unquote(self.token_text(token)).map_err(|text| self.error(text))?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }
}
