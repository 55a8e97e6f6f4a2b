//! A machine for patterns that are too large for `regex-automata`.
//!
//! That crate makes bytes of characters first: a thousand times a class of all letters becomes a million states. Here, as in
//! Go, a class is one instruction wherever it is copied to, and all ways through the program are followed at once, those that
//! are preferred first. Time is linear in the text, and in the program.
//!
//! Source: Go's `regexp/exec.go` for how threads are kept in order; `regexp/syntax/compile.go` for the instructions.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// The most instructions of a program. Go allows three times as many.
const MAX_INSTRUCTIONS: usize = 1_000_000;

/// The most places that threads may keep, all together: two for each group of each thread.
const MAX_PLACES: usize = 8_000_000;

/// One instruction; each goes on to the next unless it says otherwise.
#[derive(Debug, Clone, Copy)]
enum Instruction {
    Char(char),
    /// a character of the class of this number
    Class(u32),
    Look(Look),
    /// notes the place for a group's start or end
    Save(u32),
    /// goes to the first, or if that leads nowhere to the second
    Split(u32, u32),
    Jump(u32),
    Match,
    Fail,
}

/// A pattern as a program.
#[derive(Debug)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
    classes: Vec<Box<[(char, char)]>>,
    n_slots: usize,
}

/// The places where groups begin and end, group 0 being the whole match.
pub(super) type Slots = Vec<Option<usize>>;

struct TooLarge;

impl Program {
    /// Compiles a pattern of some groups; `None` if it is too large.
    pub(super) fn new(hir: &Hir, n_groups: usize) -> Option<Self> {
        let n_slots = 2 * (n_groups + 1);
        let mut program = Self { instructions: Vec::new(), classes: Vec::new(), n_slots };
        let compiled = program
            .emit(Instruction::Save(0))
            .and_then(|_| program.compile(hir))
            .and_then(|()| program.emit(Instruction::Save(1)))
            .and_then(|_| program.emit(Instruction::Match));
        let fits = program.instructions.len().saturating_mul(n_slots) <= MAX_PLACES;
        (compiled.is_ok() && fits).then_some(program)
    }

    /// Gives how many bytes the program takes.
    pub(super) fn memory_usage(&self) -> usize {
        let classes = self.classes.iter().map(|class| size_of_val(&**class)).sum::<usize>();
        size_of_val(&*self.instructions) + classes
    }

    fn here(&self) -> u32 {
        // OK because there are fewer than MAX_INSTRUCTIONS.
        u32::try_from(self.instructions.len()).unwrap_or(u32::MAX)
    }

    fn emit(&mut self, instruction: Instruction) -> Result<u32, TooLarge> {
        if self.instructions.len() >= MAX_INSTRUCTIONS {
            return Err(TooLarge);
        }
        let at = self.here();
        self.instructions.push(instruction);
        Ok(at)
    }

    fn set(&mut self, at: u32, instruction: Instruction) {
        self.instructions[at as usize] = instruction;
    }

    /// Emits a split whose one way is what follows and whose other way is set later.
    fn set_split(&mut self, at: u32, greedy: bool, body: u32, out: u32) {
        let split =
            if greedy { Instruction::Split(body, out) } else { Instruction::Split(out, body) };
        self.set(at, split);
    }

    fn compile(&mut self, hir: &Hir) -> Result<(), TooLarge> {
        match hir.kind() {
            HirKind::Empty => Ok(()),
            HirKind::Literal(literal) => {
                // OK because every pattern is made of characters.
                let text = std::str::from_utf8(&literal.0).unwrap_or_default();
                text.chars().try_for_each(|c| self.emit(Instruction::Char(c)).map(drop))
            }
            HirKind::Class(class) => {
                let class = self.class(class);
                self.emit(class).map(drop)
            }
            HirKind::Look(look) => self.emit(Instruction::Look(*look)).map(drop),
            HirKind::Capture(capture) => {
                self.emit(Instruction::Save(2 * capture.index))?;
                self.compile(&capture.sub)?;
                self.emit(Instruction::Save(2 * capture.index + 1)).map(drop)
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.compile(part)),
            HirKind::Alternation(parts) => self.alternation(parts),
            HirKind::Repetition(repetition) => self.repetition(repetition),
        }
    }

    fn class(&mut self, class: &Class) -> Instruction {
        let ranges: Box<[(char, char)]> = match class {
            Class::Unicode(class) => {
                class.iter().map(|range| (range.start(), range.end())).collect()
            }
            // Only an empty class of bytes stands for anything in a pattern of characters: for what never matches.
            Class::Bytes(_) => Box::default(),
        };
        if ranges.is_empty() {
            return Instruction::Fail;
        }
        let known = self.classes.iter().position(|class| *class == ranges);
        let number = known.unwrap_or_else(|| {
            self.classes.push(ranges);
            self.classes.len() - 1
        });
        Instruction::Class(u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn alternation(&mut self, parts: &[Hir]) -> Result<(), TooLarge> {
        let Some((last, others)) = parts.split_last() else {
            return self.emit(Instruction::Fail).map(drop);
        };
        let mut jumps = Vec::new();
        for part in others {
            let split = self.emit(Instruction::Fail)?;
            self.compile(part)?;
            jumps.push(self.emit(Instruction::Fail)?);
            let next = self.here();
            self.set(split, Instruction::Split(split + 1, next));
        }
        self.compile(last)?;
        let end = self.here();
        for jump in jumps {
            self.set(jump, Instruction::Jump(end));
        }
        Ok(())
    }

    fn repetition(&mut self, repetition: &Repetition) -> Result<(), TooLarge> {
        let Repetition { min, max, greedy, sub } = repetition;
        // What is emitted once is copied from then on.
        let mut body: Option<(u32, u32)> = None;
        let mut emit_body = |program: &mut Self| {
            if let Some((start, end)) = body {
                return program.copy(start, end);
            }
            let start = program.here();
            program.compile(sub)?;
            body = Some((start, program.here()));
            Ok(())
        };
        let Some(max) = max else {
            // An empty way through the body ends the loop, and counts as one.
            let is_optional = *min == 0;
            let split = if is_optional { Some(self.emit(Instruction::Fail)?) } else { None };
            if is_optional && sub.properties().minimum_len() != Some(0) {
                let split = self.here() - 1;
                emit_body(self)?;
                self.emit(Instruction::Jump(split))?;
                let out = self.here();
                self.set_split(split, *greedy, split + 1, out);
                return Ok(());
            }
            (1..*min).try_for_each(|_| emit_body(self))?;
            let last = self.here();
            emit_body(self)?;
            let again = self.emit(Instruction::Fail)?;
            self.set_split(again, *greedy, last, again + 1);
            if let Some(split) = split {
                let out = self.here();
                self.set_split(split, *greedy, split + 1, out);
            }
            return Ok(());
        };
        (0..*min).try_for_each(|_| emit_body(self))?;
        let mut splits = Vec::new();
        for _ in *min..*max {
            splits.push(self.emit(Instruction::Fail)?);
            emit_body(self)?;
        }
        let out = self.here();
        for split in splits {
            self.set_split(split, *greedy, split + 1, out);
        }
        Ok(())
    }

    /// Copies instructions that go nowhere but among themselves and behind the last.
    fn copy(&mut self, start: u32, end: u32) -> Result<(), TooLarge> {
        let distance = self.here() - start;
        for at in start..end {
            let copy = match self.instructions[at as usize] {
                Instruction::Jump(to) => Instruction::Jump(to + distance),
                Instruction::Split(first, second) => {
                    Instruction::Split(first + distance, second + distance)
                }
                other => other,
            };
            self.emit(copy)?;
        }
        Ok(())
    }

    /// Finds the first match that begins at `from` or behind it, and the first `n_slots` of its places.
    pub(super) fn find(&self, text: &str, from: usize, n_slots: usize) -> Option<Slots> {
        let n_slots = n_slots.min(self.n_slots);
        let n_instructions = self.instructions.len();
        let mut now = Threads::new(n_instructions, n_slots);
        let mut next = Threads::new(n_instructions, n_slots);
        let mut stack = Vec::new();
        let mut found: Option<Slots> = None;
        let mut at = from;
        loop {
            if found.is_none() {
                // The way that begins here is the least preferred of all.
                let mut slots = vec![None; n_slots];
                self.add(&mut now, &mut stack, 0, text, at, &mut slots);
            }
            if now.is_empty() && found.is_some() {
                return found;
            }
            let c = text[at..].chars().next();
            let behind = at + c.map_or(0, char::len_utf8);
            for thread in 0..now.order.len() {
                let instruction = now.order[thread];
                let is_taken = match (self.instructions[instruction as usize], c) {
                    (Instruction::Match, _) => {
                        found = Some(now.slots(thread).to_vec());
                        // Whatever is less preferred is cut off.
                        break;
                    }
                    (Instruction::Char(wanted), Some(c)) => wanted == c,
                    (Instruction::Class(class), Some(c)) => {
                        contains(&self.classes[class as usize], c)
                    }
                    _ => false,
                };
                if is_taken {
                    let mut slots = now.slots(thread).to_vec();
                    self.add(&mut next, &mut stack, instruction + 1, text, behind, &mut slots);
                }
            }
            if c.is_none() {
                return found;
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
            at = behind;
        }
    }

    /// Follows all ways from an instruction that take no character, preferred ones first, and keeps where they wait for one.
    fn add(
        &self,
        threads: &mut Threads,
        stack: &mut Vec<Todo>,
        start: u32,
        text: &str,
        at: usize,
        slots: &mut Slots,
    ) {
        stack.push(Todo::Follow(start));
        while let Some(todo) = stack.pop() {
            let mut instruction = match todo {
                Todo::Follow(instruction) => instruction,
                Todo::Restore(slot, place) => {
                    slots[slot] = place;
                    continue;
                }
            };
            while threads.visit(instruction) {
                match self.instructions[instruction as usize] {
                    Instruction::Jump(to) => instruction = to,
                    Instruction::Split(first, second) => {
                        stack.push(Todo::Follow(second));
                        instruction = first;
                    }
                    Instruction::Save(slot) => {
                        if let Some(place) = slots.get_mut(slot as usize) {
                            stack.push(Todo::Restore(slot as usize, *place));
                            *place = Some(at);
                        }
                        instruction += 1;
                    }
                    Instruction::Look(look) if !holds(look, text, at) => break,
                    Instruction::Look(_) => instruction += 1,
                    Instruction::Fail => break,
                    Instruction::Char(_) | Instruction::Class(_) | Instruction::Match => {
                        threads.keep(instruction, slots);
                        break;
                    }
                }
            }
        }
    }
}

/// What is left to do while ways are followed.
enum Todo {
    Follow(u32),
    Restore(usize, Option<usize>),
}

/// The threads that wait at one place of the text, most preferred first.
struct Threads {
    /// the round in which each instruction was visited last
    visited: Vec<u32>,
    round: u32,
    order: Vec<u32>,
    /// the places of each thread, in the same order
    places: Vec<Option<usize>>,
    n_slots: usize,
}

impl Threads {
    fn new(n_instructions: usize, n_slots: usize) -> Self {
        Self {
            visited: vec![0; n_instructions],
            round: 1,
            order: Vec::new(),
            places: Vec::new(),
            n_slots,
        }
    }

    fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn clear(&mut self) {
        self.order.clear();
        self.places.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.visited.fill(0);
            self.round = 1;
        }
    }

    /// Notes that an instruction was reached, and tells whether for the first time.
    fn visit(&mut self, instruction: u32) -> bool {
        let visited = &mut self.visited[instruction as usize];
        let is_new = *visited != self.round;
        *visited = self.round;
        is_new
    }

    fn keep(&mut self, instruction: u32, slots: &Slots) {
        self.order.push(instruction);
        self.places.extend_from_slice(slots);
    }

    fn slots(&self, thread: usize) -> &[Option<usize>] {
        &self.places[thread * self.n_slots..(thread + 1) * self.n_slots]
    }
}

fn contains(class: &[(char, char)], c: char) -> bool {
    let after = class.partition_point(|(first, _)| *first <= c);
    after > 0 && c <= class[after - 1].1
}

/// Tells whether a place in a text is as a pattern wants it.
fn holds(look: Look, text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(at);
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match look {
        Look::Start => at == 0,
        Look::End => at == bytes.len(),
        Look::StartLF => before.is_none_or(|byte| *byte == b'\n'),
        Look::EndLF => after.is_none_or(|byte| *byte == b'\n'),
        Look::WordAscii => is_word(before) != is_word(after),
        Look::WordAsciiNegate => is_word(before) == is_word(after),
        // Go's syntax has no others.
        _ => false,
    }
}
