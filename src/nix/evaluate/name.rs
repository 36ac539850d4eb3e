//! Names: what a variable is, by its scope, by a `with`, or because Nix itself knows it.

use std::rc::Rc;

use rnix::SyntaxKind::NODE_IDENT;

use super::scope::{Definition, Resolution};
use super::set::{Lookup, node_of};
use super::symbol::{Root, Symbol};
use super::value::{Env, Thunk, Val};
use super::{Evaluator, builtin};
use crate::nix::tree::{Expr, NodeId};
use crate::nix::value::{Reason, Static};

impl Evaluator<'_, '_> {
    /// What a name means at `at`.
    pub(super) fn eval_name(&self, name: &str, at: NodeId, env: &Env) -> Val {
        match self.scopes.resolve(self.tree, name, at) {
            Resolution::Defined(definitions) => match definitions.as_slice() {
                [only] => self.defined(name, *only, env),
                several => {
                    let parts = several.iter().filter_map(|definition| match definition {
                        Definition::Binding(binding) => Some(self.below(*binding, 1, env)),
                        _ => None,
                    });
                    self.force(&Thunk::Merged(parts.collect()))
                }
            },
            Resolution::Free(namespaces) => self.eval_free(name, &namespaces, at, env),
        }
    }

    fn defined(&self, name: &str, definition: Definition, env: &Env) -> Val {
        match definition {
            Definition::Binding(binding) => self.force(&self.below(binding, 1, env)),
            Definition::Inherited(attribute) => self.inherited(attribute, env),
            Definition::Argument(lambda) => match argument_of(lambda, env) {
                Some(argument) => self.force(argument),
                None => Val::Symbol(Rc::new(symbol_of_argument(name))),
            },
            Definition::Whole(lambda) => match argument_of(lambda, env) {
                Some(argument) => self.force(argument),
                None => Val::Symbol(Rc::new(Symbol::new(Root::Arguments))),
            },
            Definition::Field(lambda, default) => match argument_of(lambda, env) {
                Some(argument) => self.field(name, argument, default, lambda, env),
                None => Val::Symbol(Rc::new(Symbol::of_argument(name))),
            },
        }
    }

    fn field(&self, name: &str, argument: &Thunk, default: Option<NodeId>, lambda: NodeId, env: &Env) -> Val {
        let at = node_of(argument).unwrap_or(lambda);
        match self.as_set(self.force(argument), at) {
            Ok(set) => match (self.lookup(&set, name), default) {
                (Lookup::Found(thunk), _) => self.force(&thunk),
                (Lookup::Absent, Some(default)) => self.eval(default, env),
                (Lookup::Absent, None) => Val::Unknown(self.unknown(Reason::Argument, at)),
                (Lookup::Perhaps(unknown), _) => Val::Unknown(unknown),
            },
            Err(unknown) => Val::Unknown(unknown),
        }
    }

    /// An attribute of `inherit a;` or `inherit (x) a;`.
    pub(super) fn inherited(&self, attribute: NodeId, env: &Env) -> Val {
        let Static::Known(name) = self.attribute_name(attribute, env) else {
            return Val::Unknown(self.unknown(Reason::WrongKind, attribute));
        };
        match self.tree.parent(attribute).and_then(|inherit| self.tree.inherit_source(inherit)) {
            Some(source) => self.select(self.eval(source, env), &name, None, attribute, env),
            None => self.eval_name(&name, attribute, env),
        }
    }

    /// A name that only a `with` or Nix itself can give.
    fn eval_free(&self, name: &str, namespaces: &[NodeId], at: NodeId, env: &Env) -> Val {
        if let Some(val) = builtin::global(name) {
            return val;
        }
        for (index, namespace) in namespaces.iter().enumerate() {
            let is_last = index + 1 == namespaces.len();
            let val = self.plain(self.eval(*namespace, env), *namespace);
            match &val {
                Val::Symbol(symbol) => {
                    let selected = symbol.select(Some(name));
                    let is_function = selected.function_name().is_some_and(|name| builtin::named(name).is_some());
                    if is_last || is_function {
                        return Val::Symbol(Rc::new(selected));
                    }
                    return Val::Unknown(self.unknown(Reason::UnboundName, at));
                }
                Val::Set(set) => match self.lookup(set, name) {
                    Lookup::Found(thunk) => return self.force(&thunk),
                    Lookup::Absent => {}
                    Lookup::Perhaps(unknown) => return Val::Unknown(unknown),
                },
                _ => return Val::Unknown(self.unknown(Reason::UnboundName, at)),
            }
        }
        Val::Unknown(self.unknown(Reason::UnboundName, at))
    }

    /// The path from outside the file that an expression is, followed through aliases and without evaluating more.
    pub(in crate::nix) fn symbol(&self, id: NodeId) -> Option<Symbol> {
        const LONGEST: usize = 32;
        self.symbol_within(id, LONGEST)
    }

    fn symbol_within(&self, id: NodeId, steps: usize) -> Option<Symbol> {
        let steps = steps.checked_sub(1)?;
        match self.tree.expr(id) {
            Expr::Paren(inner) | Expr::Let { body: inner } | Expr::With { body: inner, .. } => {
                self.symbol_within(inner, steps)
            }
            Expr::Select { of, path, default: None } => {
                let mut symbol = self.symbol_within(of, steps)?;
                for attribute in self.tree.attributes(path) {
                    symbol = symbol.select(self.attribute_name(attribute, &None).known().map(|name| &**name));
                }
                Some(symbol)
            }
            Expr::Ident => self.symbol_named(self.tree.slice(id), id, steps),
            _ => None,
        }
    }

    fn symbol_named(&self, name: &str, at: NodeId, steps: usize) -> Option<Symbol> {
        match self.scopes.resolve(self.tree, name, at) {
            Resolution::Defined(definitions) => match definitions.as_slice() {
                [Definition::Binding(binding)] if self.tree.attribute(*binding, 1).is_none() => {
                    self.symbol_within(self.tree.value(*binding)?, steps)
                }
                [Definition::Inherited(attribute)] => {
                    let steps = steps.checked_sub(1)?;
                    let inherit = self.tree.parent(*attribute)?;
                    match self.tree.inherit_source(inherit) {
                        Some(source) => Some(self.symbol_within(source, steps)?.select(Some(name))),
                        None => self.symbol_named(name, *attribute, steps),
                    }
                }
                [Definition::Argument(_)] => Some(symbol_of_argument(name)),
                [Definition::Field(..)] => Some(Symbol::of_argument(name)),
                [Definition::Whole(_)] => Some(Symbol::new(Root::Arguments)),
                _ => None,
            },
            Resolution::Free(namespaces) => match builtin::global(name) {
                Some(Val::Symbol(symbol)) => Some((*symbol).clone()),
                Some(Val::Partial(..)) => Some(Symbol::new(Root::Builtins).select(Some(name))),
                Some(_) => None,
                None => self.symbol_in(name, &namespaces, steps),
            },
        }
    }

    /// A name that one of several `with` gives: a known function where one of them is `lib`, else what the innermost
    /// one has, unless that is `lib` too.
    fn symbol_in(&self, name: &str, namespaces: &[NodeId], steps: usize) -> Option<Symbol> {
        let is_lib = |namespace: &NodeId| self.symbol_within(*namespace, steps).is_some_and(|it| it.root == Root::Lib);
        let in_lib = namespaces.iter().any(is_lib);
        if in_lib && builtin::named(name).is_some() {
            return Some(Symbol::new(Root::Lib).select(Some(name)));
        }
        let innermost = self.symbol_within(*namespaces.first()?, steps)?;
        (innermost.root != Root::Lib || namespaces.len() == 1).then(|| innermost.select(Some(name)))
    }

    /// How many `with` may give a name that nothing in the file defines; 0 for everything else.
    pub(in crate::nix) fn namespaces(&self, id: NodeId) -> usize {
        let name = self.tree.slice(id);
        if !self.scopes.has_with() || self.tree.kind(id) != NODE_IDENT || builtin::global(name).is_some() {
            return 0;
        }
        match self.scopes.resolve(self.tree, name, id) {
            Resolution::Free(namespaces) => namespaces.len(),
            Resolution::Defined(_) => 0,
        }
    }

    /// The known function that an expression is.
    pub(in crate::nix) fn known_function(&self, id: NodeId) -> Option<builtin::Builtin> {
        builtin::named(self.symbol(id)?.function_name()?)
    }

    /// The string literal that a thunk is, directly or as the argument of a function around it.
    pub(super) fn literal_of(&self, thunk: &Thunk) -> Option<NodeId> {
        let (id, env) = match thunk {
            Thunk::Expr(id, env) => (self.tree.bare(*id), env),
            Thunk::Inherited { attribute, env } => {
                let inherit = self.tree.parent(*attribute)?;
                let is_plain = self.tree.inherit_source(inherit).is_none();
                return is_plain.then(|| self.argument_literal(*attribute, env))?;
            }
            _ => return None,
        };
        match self.tree.expr(id) {
            Expr::Text => self.tree.plain_string(id).map(|_| id),
            Expr::Ident => self.argument_literal(id, env),
            _ => None,
        }
    }

    fn argument_literal(&self, name: NodeId, env: &Env) -> Option<NodeId> {
        match self.scopes.resolve(self.tree, self.tree.slice(name), name) {
            Resolution::Defined(definitions) => match definitions.as_slice() {
                [Definition::Argument(lambda)] => self.literal_of(argument_of(*lambda, env)?),
                _ => None,
            },
            Resolution::Free(_) => None,
        }
    }
}

/// What the argument of `config: …` is; `self: super: …` is an overlay's, and no flake.
fn symbol_of_argument(name: &str) -> Symbol {
    match name {
        "config" | "lib" | "inputs" => Symbol::of_argument(name),
        _ => Symbol::new(Root::Argument),
    }
}

/// What a function was applied to, in this environment.
fn argument_of(lambda: NodeId, env: &Env) -> Option<&Thunk> {
    let mut frame = env.as_deref();
    while let Some(inner) = frame {
        if inner.lambda == lambda {
            return Some(&inner.argument);
        }
        frame = inner.outer.as_deref();
    }
    None
}
