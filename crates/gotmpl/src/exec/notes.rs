//! What a walk notes beside what it does: nothing, or where values come from.
//!
//! The walk is generic over it, so that one which notes nothing pays nothing.

use super::State;
use crate::ast::NodeId;
use crate::intern::Symbol;
use crate::trace::Step;
use crate::value::Value;

/// What a walk notes; what is not said otherwise is not noted.
pub(super) trait Notes {
    /// what a value was made of
    type Sources: Clone + Default;
    /// the sources of arguments
    type Given: Default;
    /// what goes on when a block ends
    type Outer: Default;
    /// a function under way
    type Running: Default;

    /// whether notes are taken at all
    const ARE_TAKEN: bool;

    /// Begins a node of a list.
    fn begin_node(_: &mut State<'_>) {}

    /// Notes what a node wrote since `start`.
    fn wrote(_: &mut State<'_>, _start: usize, _node: NodeId, _: Self::Sources) {}

    /// Enters a block.
    fn enter(_: &mut State<'_>, _node: NodeId, _: &Self::Sources) -> Self::Outer {
        Self::Outer::default()
    }

    /// Enters a `{{template}}` whose data was made of `sources`.
    fn enter_template(_: &mut State<'_>, _node: NodeId, _: Self::Sources) -> Self::Outer {
        Self::Outer::default()
    }

    /// Leaves a block or a `{{template}}`.
    fn leave(_: &mut State<'_>, _: Self::Outer) {}

    /// Gives what `.` was made of.
    fn dot(_: &mut State<'_>) -> Self::Sources {
        Self::Sources::default()
    }

    /// Takes note of another `.`, and gives what the one before was made of.
    fn set_dot(_: &mut State<'_>, _: Self::Sources) -> Self::Sources {
        Self::Sources::default()
    }

    /// Takes note of a variable that is declared next.
    fn declare(_: &mut State<'_>, _: Self::Sources) {}

    /// Takes note of another value of the variable at `place`.
    fn assign(_: &mut State<'_>, _place: usize, _: Self::Sources) {}

    /// Gives what the variable at `place` was made of.
    fn variable(_: &mut State<'_>, _place: usize) -> Self::Sources {
        Self::Sources::default()
    }

    /// Forgets the variables from `mark` on.
    fn end_scope(_: &mut State<'_>, _mark: usize) {}

    /// Gives what a value was made of, if it is known better than by `others`.
    fn of(_: &mut State<'_>, _value: &Value, others: Self::Sources) -> Self::Sources {
        others
    }

    /// Gives what is one step into a value was made of.
    fn step(
        _: &mut State<'_>,
        _value: &Value,
        _: &Self::Sources,
        _step: impl FnOnce() -> Step,
    ) -> Self::Sources {
        Self::Sources::default()
    }

    /// Notes that something was read.
    fn read(_: &mut State<'_>, _: &Self::Sources) {}

    /// Notes that something could not be read: what is at these fields.
    fn not_read(_: &mut State<'_>, _: &Self::Sources, _fields: &[Symbol]) {}

    /// Adds the sources of one more argument.
    fn give(_: &mut Self::Given, _: Self::Sources) {}

    /// Gives what was made of one value and others.
    fn join(_: Self::Sources, _others: &Self::Given) -> Self::Sources {
        Self::Sources::default()
    }

    /// Begins a function.
    fn begin_function(
        _: &mut State<'_>,
        _name: &str,
        _values: &[Value],
        _: Self::Given,
    ) -> Self::Running {
        Self::Running::default()
    }

    /// Ends a function, and gives what its result was made of, if it has one.
    fn end_function(
        _: &mut State<'_>,
        _name: &str,
        _values: &[Value],
        _: Self::Running,
        _result: Option<&Value>,
    ) -> Self::Sources {
        Self::Sources::default()
    }
}

/// No notes.
#[derive(Debug)]
pub(super) struct Nothing;

impl Notes for Nothing {
    type Sources = ();
    type Given = ();
    type Outer = ();
    type Running = ();

    const ARE_TAKEN: bool = false;
}
