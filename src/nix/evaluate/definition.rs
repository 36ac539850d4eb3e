//! Definitions: a module option may be defined several times and under conditions; each is told apart here.

use super::Evaluator;
use super::value::{Thunk, Val};
use crate::nix::declaration::Condition;

/// One definition of an option, without the `mkIf` and `mkMerge` around it.
#[derive(Debug, Clone)]
pub(in crate::nix) struct Definition {
    pub(in crate::nix) conditions: Vec<Condition>,
    pub(in crate::nix) val: Val,
    /// Where it comes from.
    pub(in crate::nix) thunk: Thunk,
}

impl Evaluator<'_, '_> {
    /// All definitions that a value holds.
    pub(in crate::nix) fn definitions(&self, thunk: &Thunk) -> Vec<Definition> {
        let mut found = Vec::new();
        let mut pending = vec![(Vec::new(), thunk.clone())];
        while let Some((conditions, thunk)) = pending.pop() {
            self.spend(1);
            if let Thunk::Merged(parts) = &thunk {
                pending.extend(parts.iter().rev().map(|part| (conditions.clone(), part.clone())));
                continue;
            }
            match self.force(&thunk) {
                Val::Guarded(condition, inner) => {
                    let mut conditions = conditions;
                    conditions.push(condition);
                    pending.push((conditions, (*inner).clone()));
                }
                Val::Merge(parts) => {
                    pending.extend(parts.iter().rev().map(|part| (conditions.clone(), part.clone())));
                }
                val => found.push(Definition { conditions, val, thunk }),
            }
        }
        found
    }
}
