//! Operators: `//`, `++`, `+`, comparisons, logic, pipes and `?`.

use rnix::SyntaxKind::{
    self, TOKEN_ADD, TOKEN_AND_AND, TOKEN_CONCAT, TOKEN_EQUAL, TOKEN_INVERT, TOKEN_NOT_EQUAL, TOKEN_OR_OR,
    TOKEN_PIPE_LEFT, TOKEN_PIPE_RIGHT, TOKEN_SUB, TOKEN_UPDATE,
};

use super::Evaluator;
use super::set::Lookup;
use super::value::{Env, Thunk, Val};
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Static};

impl Evaluator<'_, '_> {
    pub(super) fn eval_binary(
        &self,
        id: NodeId,
        operator: SyntaxKind,
        (left, right): (NodeId, NodeId),
        env: &Env,
    ) -> Val {
        match operator {
            TOKEN_UPDATE => self.update(self.eval(left, env), self.eval(right, env), (left, right)),
            TOKEN_ADD => {
                let (left, right) = (self.piece(left, env), self.piece(right, env));
                match (&left, &right) {
                    (Val::Integer(a), Val::Integer(b)) => a
                        .checked_add(*b)
                        .map_or_else(|| Val::Unknown(self.unknown(Reason::WrongKind, id)), Val::Integer),
                    _ => self.concatenate(left, right, id),
                }
            }
            TOKEN_CONCAT => {
                let (left, right) = (Thunk::Expr(left, env.clone()), Thunk::Expr(right, env.clone()));
                match (self.elements(&left, id), self.elements(&right, id)) {
                    (Ok(left), Ok(right)) => Val::List(left.iter().chain(right.iter()).cloned().collect()),
                    (Err(unknown), _) | (_, Err(unknown)) => Val::Unknown(unknown),
                }
            }
            TOKEN_AND_AND | TOKEN_OR_OR => {
                let decides = operator == TOKEN_OR_OR;
                match (self.operand(left, env), self.operand(right, env)) {
                    (Val::Boolean(side), _) | (_, Val::Boolean(side)) if side == decides => Val::Boolean(decides),
                    (Val::Boolean(_), Val::Boolean(_)) => Val::Boolean(!decides),
                    _ => Val::Unknown(self.unknown(Reason::Condition, id)),
                }
            }
            TOKEN_EQUAL | TOKEN_NOT_EQUAL => self.eval_equal(id, (left, right), operator == TOKEN_EQUAL, env),
            TOKEN_PIPE_RIGHT => self.apply(self.eval(right, env), &[Thunk::Expr(left, env.clone())], id),
            TOKEN_PIPE_LEFT => self.apply(self.eval(left, env), &[Thunk::Expr(right, env.clone())], id),
            _ => Val::Unknown(self.unknown(Reason::Function, id)),
        }
    }

    pub(super) fn operand(&self, id: NodeId, env: &Env) -> Val {
        self.plain(self.eval(id, env), id)
    }

    fn eval_equal(&self, id: NodeId, (left, right): (NodeId, NodeId), when_equal: bool, env: &Env) -> Val {
        let equal = match (self.operand(left, env), self.operand(right, env)) {
            (Val::Text(a), Val::Text(b)) => a == b,
            (Val::Integer(a), Val::Integer(b)) => a == b,
            (Val::Boolean(a), Val::Boolean(b)) => a == b,
            (Val::Null, Val::Null) => true,
            (Val::Null, Val::Text(_) | Val::Set(_) | Val::List(_) | Val::Integer(_) | Val::Boolean(_))
            | (Val::Text(_) | Val::Set(_) | Val::List(_) | Val::Integer(_) | Val::Boolean(_), Val::Null) => false,
            _ => return Val::Unknown(self.unknown(Reason::Condition, id)),
        };
        Val::Boolean(equal == when_equal)
    }

    pub(super) fn eval_unary(&self, id: NodeId, operator: SyntaxKind, operand: NodeId, env: &Env) -> Val {
        match (operator, self.operand(operand, env)) {
            (TOKEN_INVERT, Val::Boolean(on)) => Val::Boolean(!on),
            (TOKEN_SUB, Val::Integer(number)) => Val::Integer(number.wrapping_neg()),
            (_, Val::Unknown(unknown)) => Val::Unknown(unknown),
            _ => Val::Unknown(self.unknown(Reason::WrongKind, id)),
        }
    }

    pub(super) fn eval_has_attr(&self, id: NodeId, of: NodeId, path: NodeId, env: &Env) -> Val {
        let mut val = self.eval(of, env);
        for attribute in self.tree.attributes(path) {
            let name = self.attribute_name(attribute, env);
            let set = self.as_set(val, id);
            val = match (set, name) {
                (Ok(set), Static::Known(name)) => match self.lookup(&set, &name) {
                    Lookup::Found(thunk) => self.force(&thunk),
                    Lookup::Absent => return Val::Boolean(false),
                    Lookup::Perhaps(unknown) => return Val::Unknown(unknown),
                },
                (Err(unknown), _) | (_, Static::Unknown(unknown)) => return Val::Unknown(unknown),
            };
        }
        Val::Boolean(true)
    }
}
