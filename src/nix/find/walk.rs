//! The walk: every module body of a file, and every place in one that defines `sops`.

use std::rc::Rc;

use rnix::SyntaxKind::{NODE_LAMBDA, NODE_PATTERN, TOKEN_ELLIPSIS};

use super::place::Surroundings;
use crate::nix::declaration::Condition;
use crate::nix::evaluate::{Builtin, Evaluator, Thunk};
use crate::nix::tree::{Expr, NodeId};

/// What a walk finds.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Places that define `sops` or something below it, in the order of the file.
    pub(super) definitions: Vec<SopsDefinition>,
    /// Literal sets that are the body of a module.
    pub(super) bodies: Vec<(NodeId, Rc<Surroundings>)>,
}

/// One binding (or name in an `inherit`) that defines `sops`.
#[derive(Debug)]
pub(super) struct SopsDefinition {
    /// The binding; `None` for an `inherit`.
    pub(super) binding: Option<NodeId>,
    /// How many attributes of the binding lead to `sops` and include it.
    pub(super) depth: usize,
    /// The value of `sops`.
    pub(super) value: Thunk,
    pub(super) around: Rc<Surroundings>,
}

/// Walks a file.
pub(super) fn modules(evaluator: &Evaluator<'_, '_>, root: NodeId) -> Modules {
    let mut walk = Walk { evaluator, pending: vec![(root, Rc::default())], found: Modules::default() };
    while let Some((id, around)) = walk.pending.pop() {
        walk.visit(id, &around);
    }
    let tree = evaluator.tree;
    walk.found
        .definitions
        .sort_by_key(|definition| definition.binding.map_or(usize::MAX, |binding| tree.range(binding).start));
    walk.found.bodies.sort_by_key(|(body, _)| tree.range(*body).start);
    walk.found
}

struct Walk<'e, 'a, 't> {
    evaluator: &'e Evaluator<'a, 't>,
    pending: Vec<(NodeId, Rc<Surroundings>)>,
    found: Modules,
}

impl Walk<'_, '_, '_> {
    fn visit(&mut self, id: NodeId, around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        match tree.expr(id) {
            Expr::Paren(inner) | Expr::Lambda { body: inner, .. } | Expr::Assert { body: inner } => {
                self.push(inner, around);
            }
            Expr::With { body, .. } => self.push(body, around),
            Expr::Let { body } => {
                self.visit_let(id, around);
                self.push(body, around);
            }
            Expr::Set => self.visit_set(id, around),
            Expr::List => {
                let items: Vec<NodeId> = tree.expressions(id).collect();
                items.into_iter().for_each(|item| self.push(item, around));
            }
            Expr::Binary { left, right, .. } => {
                self.push(left, around);
                self.push(right, around);
            }
            Expr::If { condition, then, otherwise } => {
                let condition = self.evaluator.condition(condition);
                let negated = Condition { negated: !condition.negated, ..condition.clone() };
                self.push(then, &Rc::new(around.under(condition)));
                self.push(otherwise, &Rc::new(around.under(negated)));
            }
            Expr::Apply { .. } => self.visit_call(id, around),
            Expr::Select { of, .. } => self.push(of, around),
            Expr::HasAttr { .. }
            | Expr::Ident
            | Expr::Literal
            | Expr::Path
            | Expr::Text
            | Expr::Unary { .. }
            | Expr::Broken => {}
        }
    }

    fn push(&mut self, id: NodeId, around: &Rc<Surroundings>) {
        self.pending.push((id, Rc::clone(around)));
    }

    /// What a `let` names is no attribute of a module, but it may hold modules.
    fn visit_let(&mut self, id: NodeId, around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        for binding in tree.bindings(id) {
            let (Some(value), Some(name)) = (tree.value(binding), tree.attribute(binding, 0)) else { continue };
            let mut inner = Surroundings { conditions: Vec::new(), ..(**around).clone() };
            inner.key.push_str(" let ");
            inner.key.push_str(tree.slice(name));
            self.push(value, &Rc::new(inner));
        }
    }

    fn visit_set(&mut self, id: NodeId, around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        if around.is_module() && self.is_body(id) {
            self.found.bodies.push((id, Rc::clone(around)));
        }
        for binding in tree.bindings(id) {
            let attributes: Vec<NodeId> = tree.attributes(binding).collect();
            if tree.is_inherit(binding) {
                self.visit_inherit(&attributes, around);
                continue;
            }
            let is_sops = |attribute: &NodeId| tree.attribute_name(*attribute).is_some_and(|name| name == "sops");
            let sops = (0..attributes.len()).filter(|index| is_sops(&attributes[*index])).find_map(|index| {
                let inner = around.behind(self.evaluator, &attributes[..index]);
                (!inner.is_foreign()).then_some((index, inner))
            });
            match (sops, tree.value(binding)) {
                (Some((index, inner)), _) => self.found.definitions.push(SopsDefinition {
                    binding: Some(binding),
                    depth: index + 1,
                    value: self.evaluator.below(binding, index + 1, &None),
                    around: Rc::new(inner),
                }),
                (None, Some(value)) => {
                    let inner = around.behind(self.evaluator, &attributes);
                    self.push(value, &Rc::new(inner));
                }
                (None, None) => {}
            }
        }
    }

    /// `inherit sops;`
    fn visit_inherit(&mut self, attributes: &[NodeId], around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        for attribute in attributes {
            let is_sops = tree.attribute_name(*attribute).is_some_and(|name| name == "sops");
            if is_sops && around.is_module() && !around.is_foreign() {
                self.found.definitions.push(SopsDefinition {
                    binding: None,
                    depth: 0,
                    value: Thunk::Inherited { attribute: *attribute, env: None },
                    around: Rc::clone(around),
                });
            }
        }
    }

    fn visit_call(&mut self, id: NodeId, around: &Rc<Surroundings>) {
        let (function, arguments) = self.evaluator.tree.call(id);
        match (self.evaluator.known_function(function), arguments.as_slice()) {
            (Some(Builtin::MkIf | Builtin::Optional | Builtin::Optionals), [condition, inner]) => {
                let inside = around.under(self.evaluator.condition(*condition));
                self.push(*inner, &Rc::new(inside));
            }
            (Some(_), arguments) => arguments.iter().for_each(|argument| self.push(*argument, around)),
            (None, arguments) => {
                let inside = Rc::new(Surroundings { is_argument: true, ..(**around).clone() });
                arguments.iter().for_each(|argument| self.push(*argument, &inside));
                self.push(function, around);
            }
        }
    }

    /// Whether a set is a module and not just a part of one: it is what a function `{ … }:` gives, an element of a
    /// list of modules, or the whole file.
    fn is_body(&self, set: NodeId) -> bool {
        let tree = self.evaluator.tree;
        let mut inner = set;
        for outer in tree.ancestors(set) {
            match tree.expr(outer) {
                Expr::Lambda { .. } => return self.takes_module_arguments(outer),
                Expr::List => return true,
                Expr::Paren(_) | Expr::Assert { .. } => {}
                Expr::With { body, .. } | Expr::Let { body } if body == inner => {}
                _ => return tree.root() == Some(inner),
            }
            inner = outer;
        }
        true
    }

    fn takes_module_arguments(&self, lambda: NodeId) -> bool {
        let tree = self.evaluator.tree;
        tree.kind(lambda) == NODE_LAMBDA
            && tree.child(lambda, NODE_PATTERN).is_some_and(|pattern| tree.child(pattern, TOKEN_ELLIPSIS).is_some())
    }
}
