//! What the known functions do.

use std::rc::Rc;

use super::Evaluator;
use super::builtin::Builtin;
use super::list::under_all;
use super::set::{Lookup, node_of};
use super::value::{Entry, Set, Thunk, Val};
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Unknown};

/// A value, or why it is not known.
pub(super) type Outcome = Result<Val, Unknown>;

impl Evaluator<'_, '_> {
    /// A function applied to all its arguments.
    pub(super) fn run(&self, function: Builtin, arguments: &[Thunk], call: NodeId) -> Val {
        let outcome = match arguments {
            [only] => self.run_one(function, only, call),
            [first, second] => self.run_two(function, first, second, call),
            [first, second, third] => self.run_three(function, [first, second, third], call),
            _ => Err(self.unknown(Reason::Function, call)),
        };
        outcome.unwrap_or_else(Val::Unknown)
    }

    fn run_one(&self, function: Builtin, of: &Thunk, call: NodeId) -> Outcome {
        Ok(match function {
            Builtin::Id => self.force(of),
            Builtin::MkMerge => Val::Merge(self.elements(of, call)?),
            Builtin::ListToAttrs => self.list_to_attrs(of, call)?,
            Builtin::AttrNames => {
                let mut names = self.known_attributes(of, call)?;
                names.sort_by(|a, b| a.0.cmp(&b.0));
                Val::list(names.into_iter().map(|(name, _)| Val::Text(name).into()).collect())
            }
            Builtin::AttrValues => {
                let mut names = self.known_attributes(of, call)?;
                names.sort_by(|a, b| a.0.cmp(&b.0));
                Val::list(names.into_iter().map(|(_, entry)| under_all(entry.value, &entry.conditions)).collect())
            }
            Builtin::MergeAttrsList => {
                let mut whole = Set::default();
                for element in self.elements(of, call)?.iter() {
                    let at = node_of(element).unwrap_or(call);
                    match self.as_set(self.force(element), at) {
                        Ok(set) => whole = self.updated(whole, &set),
                        Err(unknown) => whole.hidden.push(self.hidden(element, unknown, call)),
                    }
                }
                Val::Set(Rc::new(whole))
            }
            Builtin::ConcatLists => self.concat_lists(&self.each(of, call)?, call)?,
            Builtin::Flatten => Val::list(self.flattened(of, call)?),
            Builtin::ConcatStrings => self.joined("", of, call)?,
            Builtin::ToText => self.to_text(self.plain_of(of, call), call),
            Builtin::ToLower => Val::text(self.text_of(of, call)?.to_lowercase()),
            Builtin::ToUpper => Val::text(self.text_of(of, call)?.to_uppercase()),
            Builtin::Singleton => Val::list(vec![of.clone()]),
            Builtin::Unique => {
                let mut texts: Vec<Rc<str>> = Vec::new();
                for text in self.texts_of(of, call)? {
                    if !texts.contains(&text) {
                        texts.push(text);
                    }
                }
                Val::list(texts.into_iter().map(|text| Val::Text(text).into()).collect())
            }
            Builtin::Head => match self.each(of, call)?.first() {
                Some(element) => self.force(&under_all(element.value.clone(), &element.conditions)),
                None => return Err(self.unknown(Reason::WrongKind, call)),
            },
            Builtin::Import => return Err(self.unknown(Reason::Import, call)),
            _ => return Err(self.unknown(Reason::Function, call)),
        })
    }

    fn run_two(&self, function: Builtin, first: &Thunk, second: &Thunk, call: NodeId) -> Outcome {
        Ok(match function {
            Builtin::MkIf => self.under(first, second, call),
            Builtin::MkOverride => self.force(second),
            Builtin::Optional => self.under_list(first, vec![second.clone()], call),
            Builtin::Optionals => self.under_list(first, self.elements(second, call)?.to_vec(), call),
            Builtin::OptionalString => match self.plain_of(first, call) {
                Val::Boolean(true) => self.force(second),
                Val::Boolean(false) => Val::text(""),
                _ => return Err(self.unknown(Reason::Condition, call)),
            },
            Builtin::Map => self.map(first, second, call)?,
            Builtin::ForEach => self.map(second, first, call)?,
            Builtin::ConcatMap => match self.map(first, second, call)? {
                Val::List(lists) => self.concat_lists(&self.each(&Val::List(lists).into(), call)?, call)?,
                other => other,
            },
            Builtin::Filter => self.filter(first, second, call)?,
            Builtin::GenAttrs => self.gen_attrs(first, second, call)?,
            Builtin::GenAttrsPrime => self.list_to_attrs(&self.map(second, first, call)?.into(), call)?,
            Builtin::NameValuePair => self.name_value_pair(first, second, call),
            Builtin::MapAttrs | Builtin::MapAttrsPrime | Builtin::MapAttrsToList | Builtin::ConcatMapAttrs => {
                self.map_attrs(function, first, second, call)?
            }
            Builtin::FilterAttrs => self.filter_attrs(first, second, call)?,
            Builtin::RemoveAttrs => self.remove_attrs(first, second, call)?,
            Builtin::MergeAttrs => {
                let nodes = (node_of(first).unwrap_or(call), node_of(second).unwrap_or(call));
                self.update(self.force(first), self.force(second), nodes)
            }
            Builtin::RecursiveUpdate => self.recursive_update(first, second, call),
            Builtin::SetAttrByPath => self.set_attr_by_path(first, second, call)?,
            Builtin::GetAttr => {
                let (name, set) = (self.text_of(first, call)?, self.set_of(second, call)?);
                match self.lookup(&set, &name) {
                    Lookup::Found(thunk) => self.force(&thunk),
                    Lookup::Absent => return Err(self.unknown(Reason::WrongKind, call)),
                    Lookup::Perhaps(unknown) => return Err(unknown),
                }
            }
            Builtin::HasAttr => {
                let (name, set) = (self.text_of(first, call)?, self.set_of(second, call)?);
                match self.lookup(&set, &name) {
                    Lookup::Found(_) => Val::Boolean(true),
                    Lookup::Absent => Val::Boolean(false),
                    Lookup::Perhaps(unknown) => return Err(unknown),
                }
            }
            Builtin::Elem => {
                let wanted = self.text_of(first, call)?;
                let texts = self.texts_of(second, call)?;
                Val::Boolean(texts.contains(&wanted))
            }
            Builtin::ConcatStringsSep => {
                let separator = self.text_of(first, call)?;
                self.joined(&separator, second, call)?
            }
            Builtin::HasPrefix | Builtin::HasSuffix | Builtin::HasInfix => {
                let (part, text) = (self.text_of(first, call)?, self.text_of(second, call)?);
                Val::Boolean(match function {
                    Builtin::HasPrefix => text.starts_with(&*part),
                    Builtin::HasSuffix => text.ends_with(&*part),
                    _ => text.contains(&*part),
                })
            }
            Builtin::SplitString => {
                let (separator, text) = (self.text_of(first, call)?, self.text_of(second, call)?);
                Val::list(text.split(&*separator).map(|part| Val::text(part).into()).collect())
            }
            Builtin::RemovePrefix => {
                let (prefix, text) = (self.text_of(first, call)?, self.text_of(second, call)?);
                Val::text(text.strip_prefix(&*prefix).unwrap_or(&text))
            }
            Builtin::RemoveSuffix => {
                let (suffix, text) = (self.text_of(first, call)?, self.text_of(second, call)?);
                Val::text(text.strip_suffix(&*suffix).unwrap_or(&text))
            }
            Builtin::Const => self.force(first),
            Builtin::Pipe => {
                let functions = self.elements(second, call)?;
                functions
                    .iter()
                    .fold(self.force(first), |val, function| self.apply(self.force(function), &[val.into()], call))
            }
            Builtin::Range => self.range(first, second, call)?,
            _ => return Err(self.unknown(Reason::Function, call)),
        })
    }

    fn run_three(&self, function: Builtin, [first, second, third]: [&Thunk; 3], call: NodeId) -> Outcome {
        Ok(match function {
            Builtin::Flip => self.apply(self.force(first), &[third.clone(), second.clone()], call),
            Builtin::FoldLeft => {
                let elements = self.elements(third, call)?;
                let step =
                    |whole: Val, element: &Thunk| self.apply(self.force(first), &[whole.into(), element.clone()], call);
                elements.iter().fold(self.force(second), step)
            }
            Builtin::FoldLeftAttrs => {
                let step = |whole: Val, (name, entry): (Rc<str>, Entry)| {
                    let name = Val::Text(name).into();
                    let value = under_all(entry.value, &entry.conditions);
                    self.apply(self.force(first), &[whole.into(), name, value], call)
                };
                self.known_attributes(third, call)?.into_iter().fold(self.force(second), step)
            }
            Builtin::ConcatMapStringsSep => {
                let separator = self.text_of(first, call)?;
                self.joined(&separator, &self.map(second, third, call)?.into(), call)?
            }
            Builtin::FoldRight => {
                let elements = self.elements(third, call)?;
                let step =
                    |whole: Val, element: &Thunk| self.apply(self.force(first), &[element.clone(), whole.into()], call);
                elements.iter().rev().fold(self.force(second), step)
            }
            Builtin::ReplaceStrings => {
                let (from, to) = (self.texts_of(first, call)?, self.texts_of(second, call)?);
                let text = self.text_of(third, call)?;
                match (from.as_slice(), to.as_slice()) {
                    ([from], [to]) if !from.is_empty() => Val::text(text.replace(&**from, to)),
                    _ => return Err(self.unknown(Reason::Function, call)),
                }
            }
            _ => return Err(self.unknown(Reason::Function, call)),
        })
    }

    /// `mkIf c x`. What is switched off by hand stays visible, as something under a condition.
    fn under(&self, condition: &Thunk, inner: &Thunk, call: NodeId) -> Val {
        match self.plain_of(condition, call) {
            Val::Boolean(true) => self.force(inner),
            _ => Val::Guarded(self.condition_of(condition, call), Rc::new(inner.clone())),
        }
    }
}
