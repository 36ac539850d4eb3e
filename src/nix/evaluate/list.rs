//! Functions over lists, and the small steps all known functions are made of.
//!
//! A list may hold elements that are there only under a condition (`optional c x`); the conditions follow them.

use std::rc::Rc;

use super::Evaluator;
use super::library::Outcome;
use super::set::{guard, node_of};
use super::value::{Set, Thunk, Val};
use crate::nix::declaration::Condition;
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Unknown};

/// One element of a list, with the conditions under which it is there.
pub(super) struct Element {
    pub(super) conditions: Vec<Condition>,
    pub(super) value: Thunk,
}

/// A value under all of these conditions.
pub(super) fn under_all(value: Thunk, conditions: &[Condition]) -> Thunk {
    conditions.iter().rev().fold(value, guard)
}

impl Evaluator<'_, '_> {
    /// The elements of a list with their conditions.
    pub(super) fn each(&self, list: &Thunk, call: NodeId) -> Result<Vec<Element>, Unknown> {
        let elements = self.elements(list, call)?;
        Ok(elements
            .iter()
            .map(|element| {
                self.spend(1);
                let mut conditions = Vec::new();
                let mut value = element.clone();
                while let Thunk::Value(Val::Guarded(condition, inner)) = &value {
                    conditions.push(condition.clone());
                    value = (**inner).clone();
                }
                Element { conditions, value }
            })
            .collect())
    }

    pub(super) fn map(&self, function: &Thunk, list: &Thunk, call: NodeId) -> Outcome {
        let elements = self.each(list, call)?.into_iter().map(|element| {
            let mapped = Thunk::call(function, vec![element.value], call);
            under_all(mapped, &element.conditions)
        });
        Ok(Val::list(elements.collect()))
    }

    pub(super) fn filter(&self, keep: &Thunk, list: &Thunk, call: NodeId) -> Outcome {
        let mut kept = Vec::new();
        for element in self.elements(list, call)?.iter() {
            match self.apply(self.force(keep), std::slice::from_ref(element), call) {
                Val::Boolean(true) => kept.push(element.clone()),
                Val::Boolean(false) => {}
                _ => kept.push(guard(element.clone(), &self.condition_of(keep, call))),
            }
        }
        Ok(Val::list(kept))
    }

    pub(super) fn concat_lists(&self, lists: &[Element], call: NodeId) -> Outcome {
        let mut whole = Vec::new();
        for list in lists {
            let inner = self.elements(&list.value, call)?;
            whole.extend(inner.iter().map(|element| under_all(element.clone(), &list.conditions)));
        }
        Ok(Val::list(whole))
    }

    pub(super) fn flattened(&self, list: &Thunk, call: NodeId) -> Result<Vec<Thunk>, Unknown> {
        let mut whole = Vec::new();
        let mut pending: Vec<Thunk> = self.elements(list, call)?.iter().rev().cloned().collect();
        while let Some(element) = pending.pop() {
            self.spend(1);
            match self.force(&element) {
                Val::List(inner) => pending.extend(inner.iter().rev().cloned()),
                Val::Unknown(unknown) => return Err(unknown),
                _ => whole.push(element),
            }
        }
        Ok(whole)
    }

    /// `optionals c list`
    pub(super) fn under_list(&self, condition: &Thunk, elements: Vec<Thunk>, call: NodeId) -> Val {
        match self.plain_of(condition, call) {
            Val::Boolean(true) => Val::list(elements),
            _ => {
                let condition = self.condition_of(condition, call);
                Val::list(elements.into_iter().map(|element| guard(element, &condition)).collect())
            }
        }
    }

    /// `concatStringsSep separator list`
    pub(super) fn joined(&self, separator: &str, list: &Thunk, call: NodeId) -> Outcome {
        let texts = self.texts_of(list, call)?;
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        Ok(Val::text(texts.join(separator)))
    }

    /// `range first last`
    pub(super) fn range(&self, first: &Thunk, last: &Thunk, call: NodeId) -> Outcome {
        const LONGEST: i64 = 1000;
        match (self.plain_of(first, call), self.plain_of(last, call)) {
            (Val::Integer(first), Val::Integer(last)) if last.saturating_sub(first) < LONGEST => {
                Ok(Val::list((first..=last).map(|number| Val::Integer(number).into()).collect()))
            }
            _ => Err(self.unknown(Reason::Function, call)),
        }
    }

    /// A plain value; guards make it unknown.
    pub(super) fn plain_of(&self, thunk: &Thunk, call: NodeId) -> Val {
        self.plain(self.force(thunk), node_of(thunk).unwrap_or(call))
    }

    /// A text.
    pub(super) fn text_of(&self, thunk: &Thunk, call: NodeId) -> Result<Rc<str>, Unknown> {
        let at = node_of(thunk).unwrap_or(call);
        match self.plain_of(thunk, call) {
            Val::Text(text) => Ok(text),
            Val::Unknown(unknown) => Err(unknown),
            Val::Symbol(symbol) => Err(self.unknown(symbol.reason(), at)),
            _ => Err(self.unknown(Reason::WrongKind, at)),
        }
    }

    /// A list of texts.
    pub(super) fn texts_of(&self, list: &Thunk, call: NodeId) -> Result<Vec<Rc<str>>, Unknown> {
        self.elements(list, call)?.iter().map(|element| self.text_of(element, call)).collect()
    }

    /// A set.
    pub(super) fn set_of(&self, thunk: &Thunk, call: NodeId) -> Result<Rc<Set>, Unknown> {
        self.as_set(self.force(thunk), node_of(thunk).unwrap_or(call))
    }

    /// The condition that a thunk is.
    pub(super) fn condition_of(&self, thunk: &Thunk, call: NodeId) -> Condition {
        self.condition(node_of(thunk).unwrap_or(call))
    }
}
