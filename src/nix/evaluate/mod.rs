//! Static evaluation: what an expression means as far as the same file tells, and never further.
//!
//! This is Nix's own lazy evaluation with three differences: what other files, `config` or unknown functions would
//! tell is [`Val::Unknown`] with its reason; an unknown condition gives both sides, each guarded by it; and every
//! attribute keeps the place where it is written, so that an edit finds it.
//! Work is bounded: hostile text gives [`Reason::TooComplex`], never a long wait or an exhausted stack.
//! Its truth: `src/libexpr/eval.cc` of Nix 2.8, and the functions of nixpkgs `lib` that its callers name.

mod attrs;
mod builtin;
mod call;
mod definition;
mod library;
mod list;
mod literal;
mod name;
mod operator;
mod read;
mod scope;
mod set;
mod symbol;
mod text;
mod value;

use std::cell::Cell;
use std::rc::Rc;

use rnix::SyntaxKind::{TOKEN_FLOAT, TOKEN_INTEGER, TOKEN_INVERT, TOKEN_URI};

pub(super) use self::builtin::Builtin;
pub(super) use self::definition::Definition;
use self::scope::Scopes;
pub(super) use self::set::{Lookup, node_of};
pub(super) use self::symbol::{Root, Symbol};
pub(super) use self::text::{path_of, shortened};
pub(super) use self::value::{Entry, Env, Hidden, Source, Thunk, Val};
use super::declaration::Condition;
use super::tree::{Expr, NodeId, Tree};
use super::value::{Reason, Static, Unknown};

/// How many steps one question may take, and how many all questions about a file may take.
const FUEL: usize = 50_000;
const TOTAL_FUEL: usize = 2_000_000;
/// How deep evaluations may nest.
const MAX_DEPTH: u32 = 90;

/// Evaluates expressions of one tree.
pub(super) struct Evaluator<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    scopes: Scopes<'t>,
    fuel: Cell<usize>,
    total: Cell<usize>,
    depth: Cell<u32>,
}

impl<'a, 't> Evaluator<'a, 't> {
    /// Looks at the scopes of a tree; evaluates nothing yet.
    pub(super) fn new(tree: &'a Tree<'t>) -> Self {
        let scopes = Scopes::new(tree);
        Self { tree, scopes, fuel: Cell::new(FUEL), total: Cell::new(TOTAL_FUEL), depth: Cell::new(0) }
    }

    /// Begins another question with a full measure of steps.
    pub(super) fn refuel(&self) {
        let used = FUEL - self.fuel.get();
        self.total.set(self.total.get().saturating_sub(used));
        self.fuel.set(FUEL.min(self.total.get()));
    }

    /// The value of a thunk.
    pub(super) fn force(&self, thunk: &Thunk) -> Val {
        match thunk {
            Thunk::Value(val) => val.clone(),
            Thunk::Expr(id, env) => self.eval(*id, env),
            Thunk::Below { binding, depth, env } => {
                Val::set(self.entry_below(*binding, *depth, env).into_iter().collect())
            }
            Thunk::Inherited { attribute, env } => self.deeper(*attribute, || self.inherited(*attribute, env)),
            Thunk::Call(call) => self.deeper(call.2, || self.apply(self.force(&call.0), &call.1, call.2)),
            Thunk::Merged(parts) => {
                let at = node_of(thunk);
                let whole = Val::Merge(Rc::clone(parts));
                match at.map(|at| self.as_set(whole, at)) {
                    Some(Ok(set)) => Val::Set(set),
                    Some(Err(unknown)) => Val::Unknown(unknown),
                    None => Val::set(Vec::new()),
                }
            }
        }
    }

    /// The value of an expression.
    pub(super) fn eval(&self, id: NodeId, env: &Env) -> Val {
        self.deeper(id, || self.eval_expr(id, env))
    }

    /// Counts one step; says so when there were too many.
    fn deeper(&self, at: NodeId, evaluate: impl FnOnce() -> Val) -> Val {
        self.spend(1);
        if self.fuel.get() == 0 || self.depth.get() >= MAX_DEPTH {
            return Val::Unknown(self.unknown(Reason::TooComplex, at));
        }
        self.depth.set(self.depth.get() + 1);
        let val = evaluate();
        self.depth.set(self.depth.get() - 1);
        val
    }

    fn spend(&self, steps: usize) {
        self.fuel.set(self.fuel.get().saturating_sub(steps));
    }

    fn eval_expr(&self, id: NodeId, env: &Env) -> Val {
        match self.tree.expr(id) {
            Expr::Paren(inner) => self.eval(inner, env),
            Expr::Let { body } | Expr::With { body, .. } | Expr::Assert { body } => self.eval(body, env),
            Expr::Set => Val::Set(Rc::new(self.literal_set(id, env))),
            Expr::List => Val::list(self.tree.expressions(id).map(|item| Thunk::Expr(item, env.clone())).collect()),
            Expr::Text => self.eval_string(id, env),
            Expr::Path => self.eval_path(id, env),
            Expr::Literal => self.eval_literal(id),
            Expr::Ident => self.eval_name(self.tree.slice(id), id, env),
            Expr::Select { of, path, default } => self.eval_select(id, (of, path, default), env),
            Expr::Lambda { .. } => Val::Lambda(id, env.clone()),
            Expr::Apply { .. } => {
                let (function, arguments) = self.tree.call(id);
                let arguments: Vec<Thunk> = arguments.into_iter().map(|id| Thunk::Expr(id, env.clone())).collect();
                self.apply(self.eval(function, env), &arguments, id)
            }
            Expr::If { condition, then, otherwise } => self.eval_if(condition, then, otherwise, env),
            Expr::Binary { operator, left, right } => self.eval_binary(id, operator, (left, right), env),
            Expr::Unary { operator, operand } => self.eval_unary(id, operator, operand, env),
            Expr::HasAttr { of, path } => self.eval_has_attr(id, of, path, env),
            Expr::Broken => Val::Unknown(self.unknown(Reason::WrongKind, id)),
        }
    }

    fn eval_literal(&self, id: NodeId) -> Val {
        let text = self.tree.slice(id);
        match self.tree.children(id).next().map(|token| self.tree.kind(token)) {
            Some(TOKEN_INTEGER) => match text.parse() {
                Ok(number) => Val::Integer(number),
                Err(_) => Val::Unknown(self.unknown(Reason::WrongKind, id)),
            },
            Some(TOKEN_FLOAT) => Val::Float(text.into()),
            Some(TOKEN_URI) => Val::text(text),
            _ => Val::Unknown(self.unknown(Reason::WrongKind, id)),
        }
    }

    fn eval_select(&self, id: NodeId, (of, path, default): (NodeId, NodeId, Option<NodeId>), env: &Env) -> Val {
        let mut val = self.eval(of, env);
        for attribute in self.tree.attributes(path) {
            val = match self.attribute_name(attribute, env) {
                Static::Known(name) => self.select(val, &name, default, id, env),
                Static::Unknown(unknown) => match val {
                    Val::Symbol(symbol) => Val::Symbol(Rc::new(symbol.select(None))),
                    _ => Val::Unknown(unknown),
                },
            };
        }
        match (val, default) {
            (Val::Symbol(symbol), Some(_)) => Val::Unknown(self.unknown(symbol.reason(), id)),
            (val, _) => val,
        }
    }

    fn select(&self, val: Val, name: &str, default: Option<NodeId>, at: NodeId, env: &Env) -> Val {
        if let Val::Symbol(symbol) = &val {
            return Val::Symbol(Rc::new(symbol.select(Some(name))));
        }
        match (self.as_set(val, at).map(|set| self.lookup(&set, name)), default) {
            (Ok(Lookup::Found(thunk)), _) => self.force(&thunk),
            (Ok(Lookup::Absent), Some(default)) => self.eval(default, env),
            (Ok(Lookup::Absent), None) => Val::Unknown(self.unknown(Reason::WrongKind, at)),
            (Ok(Lookup::Perhaps(unknown)) | Err(unknown), _) => Val::Unknown(unknown),
        }
    }

    fn eval_if(&self, condition: NodeId, then: NodeId, otherwise: NodeId, env: &Env) -> Val {
        match self.eval(condition, env) {
            Val::Boolean(true) => self.eval(then, env),
            Val::Boolean(false) => self.eval(otherwise, env),
            _ => {
                let condition = self.condition(condition);
                let negated = Condition { negated: !condition.negated, ..condition.clone() };
                let sides = [(condition, then), (negated, otherwise)];
                let sides = sides.map(|(condition, side)| set::guard(Thunk::Expr(side, env.clone()), &condition));
                Val::Merge(Rc::new(sides))
            }
        }
    }

    /// An expression as a condition; `!c` is the negation of `c`.
    pub(super) fn condition(&self, id: NodeId) -> Condition {
        let bare = self.tree.bare(id);
        match self.tree.expr(bare) {
            Expr::Unary { operator: TOKEN_INVERT, operand } => {
                let inner = self.condition(operand);
                Condition { negated: !inner.negated, ..inner }
            }
            _ => Condition { range: self.tree.range(bare), negated: false },
        }
    }

    /// A value without guards; one that is there only under a condition is not known.
    pub(super) fn plain(&self, val: Val, at: NodeId) -> Val {
        match val {
            Val::Guarded(..) => Val::Unknown(self.unknown(Reason::Condition, at)),
            Val::Merge(ref parts) => match self.as_set(val.clone(), at) {
                Ok(set) if set.hidden.is_empty() => Val::Set(set),
                _ if parts.len() == 1 => self.plain(self.force(&parts[0]), at),
                _ => self.same_on_all_sides(parts, at),
            },
            Val::Symbol(symbol) => match symbol.repeated_name() {
                Some(name) => Val::text(name),
                None => Val::Symbol(symbol),
            },
            other => other,
        }
    }

    /// `if c then "a" else "a"` is `"a"`.
    fn same_on_all_sides(&self, parts: &[Thunk], at: NodeId) -> Val {
        let mut texts = parts.iter().map(|part| match self.force(part) {
            Val::Guarded(_, inner) => self.force(&inner),
            other => other,
        });
        let first = texts.next();
        match first {
            Some(Val::Text(first)) if texts.all(|text| matches!(text, Val::Text(text) if text == first)) => {
                Val::Text(first)
            }
            Some(Val::File(first)) if texts.all(|file| matches!(file, Val::File(file) if file == first)) => {
                Val::File(first)
            }
            _ => Val::Unknown(self.unknown(Reason::Condition, at)),
        }
    }

    /// The elements of a list.
    ///
    /// # Errors
    /// Why they are not known.
    pub(in crate::nix) fn elements(&self, list: &Thunk, at: NodeId) -> Result<Rc<[Thunk]>, Unknown> {
        let at = node_of(list).unwrap_or(at);
        match self.plain(self.force(list), at) {
            Val::List(elements) => Ok(elements),
            Val::Unknown(unknown) => Err(unknown),
            Val::Symbol(symbol) => Err(self.unknown(symbol.reason(), at)),
            _ => Err(self.unknown(Reason::WrongKind, at)),
        }
    }
}
