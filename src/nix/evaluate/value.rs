//! Values under evaluation: lazy, each attribute with the place it is written at.
//!
//! `mkIf` and `if` over something unknown give no value but a guarded one, so that what stands under a condition is
//! still found. Whoever needs a plain value turns guards into [`Unknown`].

use std::ops::Range;
use std::rc::Rc;

use super::builtin::Builtin;
use super::symbol::Symbol;
use crate::nix::declaration::Condition;
use crate::nix::tree::NodeId;
use crate::nix::value::{FilePath, Static, Unknown};

/// The arguments that are bound around an expression, innermost first.
pub(in crate::nix) type Env = Option<Rc<Frame>>;

/// One applied function.
#[derive(Debug)]
pub(in crate::nix) struct Frame {
    pub(super) lambda: NodeId,
    pub(super) argument: Thunk,
    pub(super) outer: Env,
}

/// Something that may be evaluated.
#[derive(Debug, Clone)]
pub(in crate::nix) enum Thunk {
    /// An expression of the text.
    Expr(NodeId, Env),
    /// What stands behind the first `depth` attributes of a binding.
    Below { binding: NodeId, depth: usize, env: Env },
    /// An attribute that an `inherit` lists.
    Inherited { attribute: NodeId, env: Env },
    /// A function and its arguments; the node is the call in the text.
    Call(Rc<(Self, Vec<Self>, NodeId)>),
    /// Several bindings of one attribute.
    Merged(Rc<[Self]>),
    /// A value that is there already.
    Value(Val),
}

/// An evaluated value.
#[derive(Debug, Clone)]
pub(in crate::nix) enum Val {
    Text(Rc<str>),
    File(FilePath),
    Integer(i64),
    Float(Rc<str>),
    Boolean(bool),
    Null,
    /// An element may turn out to be guarded: it is there only under that condition.
    List(Rc<[Thunk]>),
    Set(Rc<Set>),
    /// A function written in the text.
    Lambda(NodeId, Env),
    /// A known function with some of its arguments.
    Partial(Builtin, Rc<[Thunk]>),
    /// Something from outside the file, known by its name.
    Symbol(Rc<Symbol>),
    /// There only under a condition.
    Guarded(Condition, Rc<Thunk>),
    /// Several definitions at once: `mkMerge`, or both sides of an `if`.
    Merge(Rc<[Thunk]>),
    Unknown(Unknown),
}

/// An attribute set as far as it is known.
#[derive(Debug, Clone, Default)]
pub(in crate::nix) struct Set {
    pub(in crate::nix) entries: Vec<Entry>,
    pub(in crate::nix) hidden: Vec<Hidden>,
}

/// One attribute of a set. Several entries of one name belong together.
#[derive(Debug, Clone)]
pub(in crate::nix) struct Entry {
    pub(in crate::nix) name: Static<Rc<str>>,
    pub(in crate::nix) source: Source,
    pub(in crate::nix) value: Thunk,
    pub(in crate::nix) conditions: Vec<Condition>,
    /// What may have replaced it: something unreadable to the right of a `//`.
    pub(in crate::nix) replaced_by: Option<Unknown>,
}

/// Where an attribute comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::nix) enum Source {
    /// The attribute at `depth` of a binding's path.
    Binding { binding: NodeId, depth: usize },
    /// A name that an `inherit` lists.
    Inherit { attribute: NodeId },
    /// A string that becomes the name, such as an element of `genAttrs [ "a" ]`.
    Literal { text: NodeId },
    /// A computation; the node is the call.
    Computed { call: NodeId },
}

/// A part of a set that cannot be read.
#[derive(Debug, Clone)]
pub(in crate::nix) struct Hidden {
    pub(in crate::nix) range: Range<usize>,
    pub(in crate::nix) unknown: Unknown,
    pub(in crate::nix) conditions: Vec<Condition>,
}

impl Entry {
    /// An attribute that is there in any case.
    pub(super) fn new(name: Static<Rc<str>>, source: Source, value: Thunk) -> Self {
        Self { name, source, value, conditions: Vec::new(), replaced_by: None }
    }

    /// The attribute under conditions.
    pub(super) fn under(self, conditions: Vec<Condition>) -> Self {
        Self { conditions, ..self }
    }
}

impl Val {
    /// A text value.
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A set of entries, all of them known.
    pub(super) fn set(entries: Vec<Entry>) -> Self {
        Self::Set(Rc::new(Set { entries, hidden: Vec::new() }))
    }

    /// A list.
    pub(super) fn list(elements: Vec<Thunk>) -> Self {
        Self::List(elements.into())
    }
}

impl From<Val> for Thunk {
    fn from(val: Val) -> Self {
        Self::Value(val)
    }
}

impl Thunk {
    /// A call of `function`, made where `call` stands.
    pub(super) fn call(function: &Self, arguments: Vec<Self>, call: NodeId) -> Self {
        Self::Call(Rc::new((function.clone(), arguments, call)))
    }
}
