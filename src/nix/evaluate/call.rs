//! Calls: functions of the text, and those of nixpkgs that are understood.

use std::rc::Rc;

use super::Evaluator;
use super::builtin;
use super::value::{Env, Frame, Thunk, Val};
use crate::nix::tree::{Expr, NodeId};
use crate::nix::value::Reason;

impl Evaluator<'_, '_> {
    /// `function` applied to `arguments`, one after the other. `call` is the call in the text.
    pub(super) fn apply(&self, function: Val, arguments: &[Thunk], call: NodeId) -> Val {
        let mut val = function;
        for argument in arguments {
            val = self.apply_one(val, argument, call);
        }
        val
    }

    /// The environment inside a function that is applied to `argument`.
    pub(in crate::nix) fn applied(&self, lambda: NodeId, argument: &Thunk, outer: &Env) -> Env {
        Some(Rc::new(Frame { lambda, argument: argument.clone(), outer: outer.clone() }))
    }

    fn apply_one(&self, function: Val, argument: &Thunk, call: NodeId) -> Val {
        match function {
            Val::Lambda(lambda, env) => {
                let Expr::Lambda { body, .. } = self.tree.expr(lambda) else {
                    return Val::Unknown(self.unknown(Reason::WrongKind, lambda));
                };
                self.eval(body, &self.applied(lambda, argument, &env))
            }
            Val::Symbol(symbol) => match symbol.function_name().and_then(builtin::named) {
                Some(function) => self.apply_known(function, &[], argument, call),
                None => Val::Unknown(self.unknown(self.reason_of_call(symbol.reason()), call)),
            },
            Val::Partial(function, held) => self.apply_known(function, &held, argument, call),
            Val::Unknown(unknown) => Val::Unknown(unknown),
            _ => Val::Unknown(self.unknown(Reason::WrongKind, call)),
        }
    }

    fn apply_known(&self, function: builtin::Builtin, held: &[Thunk], argument: &Thunk, call: NodeId) -> Val {
        let mut arguments = held.to_vec();
        arguments.push(argument.clone());
        if arguments.len() < function.arity() {
            return Val::Partial(function, arguments.into());
        }
        self.run(function, &arguments, call)
    }

    /// A function from outside is a function first; whose it is tells less.
    fn reason_of_call(&self, reason: Reason) -> Reason {
        match reason {
            Reason::OutsideRepository | Reason::Configuration => reason,
            _ => Reason::Function,
        }
    }
}
