//! Literals behind wrappers: what can be edited where it stands, though `mkIf`, `mkForce` or `//` is around it.

use std::ops::Range;

use rnix::SyntaxKind::TOKEN_UPDATE;

use super::Evaluator;
use super::builtin::Builtin;
use super::scope::{Definition, Resolution};
use super::symbol::Symbol;
use super::value::Val;
use crate::nix::declaration::{Condition, Priority};
use crate::nix::tree::{Expr, NodeId};

impl Evaluator<'_, '_> {
    /// The literal sets whose attributes become those of a value, with the conditions over them. The right side of a
    /// `//` comes first.
    pub(in crate::nix) fn literal_sets(&self, value: NodeId) -> Vec<(NodeId, Vec<Condition>)> {
        let tree = self.tree;
        let mut found = Vec::new();
        let mut pending = vec![(value, Vec::new())];
        while let Some((id, conditions)) = pending.pop() {
            match tree.expr(id) {
                Expr::Set => found.push((id, conditions)),
                Expr::Paren(inner)
                | Expr::Let { body: inner }
                | Expr::With { body: inner, .. }
                | Expr::Assert { body: inner } => pending.push((inner, conditions)),
                Expr::Binary { operator: TOKEN_UPDATE, left, right } => {
                    pending.push((left, conditions.clone()));
                    pending.push((right, conditions));
                }
                Expr::Apply { .. } => {
                    let (function, arguments) = tree.call(id);
                    match (self.known_function(function), arguments.as_slice()) {
                        (Some(Builtin::MkIf), [condition, inner]) => {
                            let condition = self.condition(*condition);
                            pending.push((*inner, [&conditions[..], &[condition]].concat()));
                        }
                        (Some(Builtin::MkMerge), [list]) => {
                            let items: Vec<NodeId> = tree.expressions(tree.bare(*list)).collect();
                            pending.extend(items.into_iter().rev().map(|item| (item, conditions.clone())));
                        }
                        (Some(Builtin::Id | Builtin::MkOverride), [.., inner]) => pending.push((*inner, conditions)),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The value of a variable that a `let` or `rec` binds; `id` is its use, or its name in an `inherit`.
    pub(in crate::nix) fn variable(&self, id: NodeId) -> Option<NodeId> {
        let name = self.tree.attribute_name(id)?;
        match self.scopes.resolve(self.tree, &name, id) {
            Resolution::Defined(definitions) => match definitions.as_slice() {
                [Definition::Binding(binding)] if self.tree.attribute(*binding, 1).is_none() => {
                    self.tree.value(*binding)
                }
                _ => None,
            },
            Resolution::Free(_) => None,
        }
    }

    /// The expression that a variable stands for; everything else as it is.
    pub(in crate::nix) fn followed(&self, value: NodeId) -> NodeId {
        let bare = self.tree.bare(value);
        let is_variable = matches!(self.tree.expr(bare), Expr::Ident);
        self.variable(bare).filter(|_| is_variable).unwrap_or(value)
    }

    /// Whether an expression gives an attribute set for sure, and nothing that only the module system understands.
    pub(in crate::nix) fn gives_plain_set(&self, value: NodeId) -> bool {
        let bare = self.tree.bare(value);
        let by_name = self.known_function(self.tree.call(bare).0).is_some_and(|function| {
            matches!(
                function,
                Builtin::GenAttrs
                    | Builtin::GenAttrsPrime
                    | Builtin::ListToAttrs
                    | Builtin::MapAttrs
                    | Builtin::MapAttrsPrime
                    | Builtin::ConcatMapAttrs
                    | Builtin::FilterAttrs
                    | Builtin::MergeAttrsList
            )
        });
        by_name || matches!(self.eval(value, &None), Val::Set(set) if set.hidden.is_empty())
    }

    /// The elements of a list that is written out, also behind `mkForce` and its like.
    pub(in crate::nix) fn item_ranges(&self, value: NodeId) -> Vec<Range<usize>> {
        let list = self.unwrapped(value);
        match self.tree.expr(list) {
            Expr::List => self.tree.expressions(list).map(|item| self.tree.range(item)).collect(),
            _ => Vec::new(),
        }
    }

    /// How a value fares against other definitions: what the function around it says.
    pub(in crate::nix) fn priority(&self, value: NodeId) -> Priority {
        /// What a definition without any word has (nixpkgs `lib/modules.nix`); a smaller number wins.
        const PLAIN: i64 = 100;
        let (function, arguments) = self.tree.call(self.tree.bare(value));
        let symbol = self.symbol(function).filter(|_| !arguments.is_empty());
        match symbol.as_ref().and_then(Symbol::function_name) {
            Some("mkDefault" | "mkOptionDefault") => Priority::Default,
            Some("mkForce" | "mkVMOverride" | "mkImageMediaOverride") => Priority::Force,
            Some("mkOverride") => match self.tree.slice(arguments[0]).parse::<i64>() {
                Ok(number) if number < PLAIN => Priority::Force,
                Ok(number) if number > PLAIN => Priority::Default,
                _ => Priority::Plain,
            },
            _ => Priority::Plain,
        }
    }

    /// The value in `mkForce x`, `mkOverride 10 x` and parentheses.
    pub(in crate::nix) fn unwrapped(&self, value: NodeId) -> NodeId {
        let mut inner = value;
        loop {
            inner = match self.tree.expr(inner) {
                Expr::Paren(within) => within,
                Expr::Apply { argument, .. } => match self.known_function(self.tree.call(inner).0) {
                    Some(Builtin::Id | Builtin::MkOverride) => argument,
                    _ => return inner,
                },
                _ => return inner,
            }
        }
    }
}
