//! The walk: every module body of a file, and every place in one that defines `sops`.

use std::rc::Rc;

use rnix::SyntaxKind::{NODE_LAMBDA, NODE_PATTERN, TOKEN_ELLIPSIS};

use super::place::{Surroundings, Trail};
use crate::nix::declaration::Condition;
use crate::nix::evaluate::{Builtin, Env, Evaluator, Thunk};
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
    /// Whether it stands in a function that is applied several times.
    pub(super) is_repeated: bool,
    pub(super) around: Rc<Surroundings>,
}

/// Walks a file.
pub(super) fn modules(evaluator: &Evaluator<'_, '_>, root: NodeId) -> Modules {
    let mut walk =
        Walk { evaluator, pending: vec![(root, None)], repeated: Vec::new(), env: None, found: Modules::default() };
    walk.run();
    while let Some((body, env, trail)) = walk.repeated.pop() {
        walk.env = env;
        walk.push(body, trail);
        walk.run();
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
    pending: Vec<(NodeId, Option<Rc<Trail>>)>,
    /// Bodies of functions that are applied to every element of a literal list, with the element.
    repeated: Vec<(NodeId, Env, Option<Rc<Trail>>)>,
    /// The arguments of the functions around.
    env: Env,
    found: Modules,
}

impl Walk<'_, '_, '_> {
    fn run(&mut self) {
        while let Some((id, trail)) = self.pending.pop() {
            self.visit(id, trail.as_ref());
        }
    }

    fn visit(&mut self, id: NodeId, trail: Option<&Rc<Trail>>) {
        let tree = self.evaluator.tree;
        match tree.expr(id) {
            Expr::Paren(inner) | Expr::Lambda { body: inner, .. } | Expr::Assert { body: inner } => {
                self.push(inner, trail.cloned());
            }
            Expr::With { body, .. } => self.push(body, trail.cloned()),
            Expr::Let { body } => {
                self.visit_let(id, trail);
                self.push(body, trail.cloned());
            }
            Expr::Set => self.visit_set(id, trail),
            Expr::List => {
                self.pending.extend(tree.expressions(id).map(|item| (item, trail.cloned())));
            }
            Expr::Binary { left, right, .. } => {
                self.push(left, trail.cloned());
                self.push(right, trail.cloned());
            }
            Expr::If { condition, then, otherwise } => {
                let condition = self.evaluator.condition(condition);
                let negated = Condition { negated: !condition.negated, ..condition.clone() };
                self.push(then, Trail::under(trail, condition));
                self.push(otherwise, Trail::under(trail, negated));
            }
            Expr::Apply { .. } => self.visit_call(id, trail),
            Expr::Select { of, .. } => self.push(of, trail.cloned()),
            Expr::HasAttr { .. }
            | Expr::Ident
            | Expr::Literal
            | Expr::Path
            | Expr::Text
            | Expr::Unary { .. }
            | Expr::Broken => {}
        }
    }

    fn push(&mut self, id: NodeId, trail: Option<Rc<Trail>>) {
        self.pending.push((id, trail));
    }

    /// What a `let` names is no attribute of a module, but it may hold modules.
    fn visit_let(&mut self, id: NodeId, trail: Option<&Rc<Trail>>) {
        let tree = self.evaluator.tree;
        for binding in tree.bindings(id) {
            if let (Some(value), Some(name)) = (tree.value(binding), tree.attribute(binding, 0)) {
                self.push(value, Trail::variable(trail, name));
            }
        }
    }

    fn visit_set(&mut self, id: NodeId, trail: Option<&Rc<Trail>>) {
        let tree = self.evaluator.tree;
        if self.is_body(id) {
            let around = Surroundings::of(self.evaluator, trail);
            if around.is_module() {
                self.found.bodies.push((id, Rc::new(around)));
            }
        }
        for binding in tree.bindings(id) {
            if tree.is_inherit(binding) {
                self.visit_inherit(binding, trail);
            } else if !self.define(binding, trail)
                && let Some(value) = tree.value(binding)
                && may_hold_modules(tree.expr(value))
            {
                self.push(value, Trail::behind(trail, binding, usize::MAX, &self.env));
            }
        }
    }

    /// Notes a binding that defines `sops`; says whether it does.
    fn define(&mut self, binding: NodeId, trail: Option<&Rc<Trail>>) -> bool {
        let tree = self.evaluator.tree;
        let is_sops = |attribute: NodeId| tree.attribute_name(attribute).is_some_and(|name| name == "sops");
        let places = tree.attributes(binding).enumerate().filter(|(_, attribute)| is_sops(*attribute));
        for (index, _) in places {
            let inner = Trail::behind(trail, binding, index, &self.env);
            let around = Surroundings::of(self.evaluator, inner.as_ref());
            if !around.is_foreign() {
                self.found.definitions.push(SopsDefinition {
                    binding: Some(binding),
                    depth: index + 1,
                    value: self.evaluator.below(binding, index + 1, &self.env),
                    is_repeated: self.env.is_some(),
                    around: Rc::new(around),
                });
                return true;
            }
        }
        false
    }

    /// `inherit sops;`
    fn visit_inherit(&mut self, inherit: NodeId, trail: Option<&Rc<Trail>>) {
        let tree = self.evaluator.tree;
        for attribute in tree.attributes(inherit) {
            if tree.attribute_name(attribute).is_none_or(|name| name != "sops") {
                continue;
            }
            let around = Surroundings::of(self.evaluator, trail);
            if around.is_module() && !around.is_foreign() {
                self.found.definitions.push(SopsDefinition {
                    binding: None,
                    depth: 0,
                    value: Thunk::Inherited { attribute, env: self.env.clone() },
                    is_repeated: self.env.is_some(),
                    around: Rc::new(around),
                });
            }
        }
    }

    fn visit_call(&mut self, id: NodeId, trail: Option<&Rc<Trail>>) {
        let (function, arguments) = self.evaluator.tree.call(id);
        match (self.evaluator.known_function(function), arguments.as_slice()) {
            (Some(Builtin::MkIf | Builtin::Optional | Builtin::Optionals), [condition, inner]) => {
                self.push(*inner, Trail::under(trail, self.evaluator.condition(*condition)));
            }
            (Some(Builtin::Map), [function, list]) if self.repeat(*function, *list, trail) => {}
            (Some(Builtin::ForEach), [list, function]) if self.repeat(*function, *list, trail) => {}
            (Some(_), arguments) => arguments.iter().for_each(|argument| self.push(*argument, trail.cloned())),
            (None, arguments) => {
                let inside = Trail::argument(trail);
                arguments.iter().for_each(|argument| self.push(*argument, inside.clone()));
                self.push(function, trail.cloned());
            }
        }
    }

    /// `map (name: { … }) [ "a" "b" ]` holds one module for every element; says whether it is that.
    fn repeat(&mut self, function: NodeId, list: NodeId, trail: Option<&Rc<Trail>>) -> bool {
        const MOST: usize = 64;
        let function = self.evaluator.tree.bare(function);
        let Expr::Lambda { body, .. } = self.evaluator.tree.expr(function) else { return false };
        self.evaluator.refuel();
        match self.evaluator.elements(&Thunk::Expr(list, self.env.clone()), list) {
            Ok(elements) if elements.len() + self.repeated.len() <= MOST => {
                let applied = elements
                    .iter()
                    .rev()
                    .map(|element| (body, self.evaluator.applied(function, element, &self.env), trail.cloned()));
                self.repeated.extend(applied);
                true
            }
            _ => false,
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

/// Whether anything can stand inside an expression.
fn may_hold_modules(expr: Expr) -> bool {
    !matches!(expr, Expr::Ident | Expr::Literal | Expr::Path | Expr::Text | Expr::Broken)
}
