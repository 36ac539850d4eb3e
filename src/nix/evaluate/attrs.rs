//! Functions over attribute sets: `genAttrs`, `listToAttrs`, `mapAttrs` and their kin.

use std::collections::HashMap;
use std::rc::Rc;

use super::Evaluator;
use super::builtin::Builtin;
use super::library::Outcome;
use super::list::{Element, under_all};
use super::set::{Lookup, node_of};
use super::text::shared;
use super::value::{Entry, Set, Source, Thunk, Val};
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Static, Unknown};

impl Evaluator<'_, '_> {
    pub(super) fn gen_attrs(&self, list: &Thunk, function: &Thunk, call: NodeId) -> Outcome {
        let entries = self.each(list, call)?.into_iter().map(|element| {
            let (name, source) = (self.name_of(&element.value, call), self.source_of(&element.value, call));
            let value = Thunk::call(function, vec![element.value], call);
            Entry::new(name, source, value).under(element.conditions)
        });
        Ok(Val::set(entries.collect()))
    }

    pub(super) fn list_to_attrs(&self, list: &Thunk, call: NodeId) -> Outcome {
        let mut whole = Set::default();
        for element in self.each(list, call)? {
            self.pair(&mut whole, element, call);
        }
        Ok(Val::Set(Rc::new(whole)))
    }

    /// `nameValuePair name value`
    pub(super) fn name_value_pair(&self, name: &Thunk, value: &Thunk, call: NodeId) -> Val {
        let entry =
            |key: &str, value: &Thunk| Entry::new(Static::Known(shared(key)), Source::Computed { call }, value.clone());
        Val::set(vec![entry("name", name), entry("value", value)])
    }

    /// One `{ name = …; value = …; }` becomes an attribute.
    fn pair(&self, whole: &mut Set, element: Element, call: NodeId) {
        let at = node_of(&element.value).unwrap_or(call);
        let pair = match self.as_set(self.force(&element.value), at) {
            Ok(pair) => pair,
            Err(unknown) => return whole.hidden.push(self.hidden(&element.value, unknown, call)),
        };
        match (self.lookup(&pair, "name"), self.lookup(&pair, "value")) {
            (Lookup::Found(name), Lookup::Found(value)) => {
                let entry = Entry::new(self.name_of(&name, call), self.source_of(&name, at), value);
                whole.entries.push(entry.under(element.conditions));
            }
            (Lookup::Perhaps(unknown), _) | (_, Lookup::Perhaps(unknown)) => {
                whole.hidden.push(self.hidden(&element.value, unknown, call));
            }
            _ => {
                let unknown = self.unknown(Reason::WrongKind, at);
                whole.hidden.push(self.hidden(&element.value, unknown, call));
            }
        }
    }

    pub(super) fn map_attrs(&self, kind: Builtin, function: &Thunk, set: &Thunk, call: NodeId) -> Outcome {
        let set = self.set_of(set, call)?;
        let mut whole = Set { entries: Vec::new(), hidden: set.hidden.clone() };
        let mut list = Vec::new();
        for entry in self.attributes_of(&set) {
            let name = match &entry.name {
                Static::Known(name) => Val::Text(Rc::clone(name)),
                Static::Unknown(unknown) => Val::Unknown(unknown.clone()),
            };
            let mapped = Thunk::call(function, vec![name.into(), entry.value.clone()], call);
            match kind {
                Builtin::MapAttrs => whole.entries.push(Entry { value: mapped, ..entry }),
                Builtin::MapAttrsToList => list.push(under_all(mapped, &entry.conditions)),
                Builtin::MapAttrsPrime => {
                    self.pair(&mut whole, Element { conditions: entry.conditions, value: mapped }, call);
                }
                _ => match self.as_set(self.force(&under_all(mapped.clone(), &entry.conditions)), call) {
                    Ok(inner) => whole = self.updated(whole, &inner),
                    Err(unknown) => whole.hidden.push(self.hidden(&mapped, unknown, call)),
                },
            }
        }
        match whole.hidden.first() {
            Some(hidden) if kind == Builtin::MapAttrsToList => Err(hidden.unknown.clone()),
            _ if kind == Builtin::MapAttrsToList => Ok(Val::list(list)),
            _ => Ok(Val::Set(Rc::new(whole))),
        }
    }

    pub(super) fn filter_attrs(&self, keep: &Thunk, set: &Thunk, call: NodeId) -> Outcome {
        let set = self.set_of(set, call)?;
        let mut whole = Set { entries: Vec::new(), hidden: set.hidden.clone() };
        for mut entry in self.attributes_of(&set) {
            let name = entry.name.known().map(|name| Val::Text(Rc::clone(name)));
            let verdict = name.map(|name| self.apply(self.force(keep), &[name.into(), entry.value.clone()], call));
            match verdict {
                Some(Val::Boolean(true)) => {}
                Some(Val::Boolean(false)) => continue,
                _ => entry.conditions.push(self.condition_of(keep, call)),
            }
            whole.entries.push(entry);
        }
        Ok(Val::Set(Rc::new(whole)))
    }

    pub(super) fn remove_attrs(&self, set: &Thunk, names: &Thunk, call: NodeId) -> Outcome {
        let names = self.texts_of(names, call)?;
        let mut whole = (*self.set_of(set, call)?).clone();
        whole.entries.retain(|entry| entry.name.known().is_none_or(|name| !names.contains(name)));
        Ok(Val::Set(Rc::new(whole)))
    }

    /// Sets are merged attribute by attribute, everything else is replaced.
    pub(super) fn recursive_update(&self, left: &Thunk, right: &Thunk, call: NodeId) -> Val {
        let (left, right_val) = (self.set_of(left, call), self.force(right));
        let right_set = self.as_set(right_val.clone(), node_of(right).unwrap_or(call));
        let (Ok(left), Ok(right)) = (left, right_set) else { return right_val };
        let mut whole = Set::default();
        let replacing = self.attributes_of(&right);
        for entry in self.attributes_of(&left) {
            let same = replacing.iter().find(|other| other.name.known().is_some() && other.name == entry.name);
            if let Some(other) = same {
                let update = Val::Partial(Builtin::RecursiveUpdate, Rc::new([]));
                let value = Thunk::call(&update.into(), vec![entry.value, other.value.clone()], call);
                whole.entries.push(Entry { value, ..other.clone() });
            } else {
                whole.entries.push(entry);
            }
        }
        let known = |entry: &Entry| whole.entries.iter().any(|ours| ours.name == entry.name);
        let added: Vec<Entry> = replacing.iter().filter(|entry| !known(entry)).cloned().collect();
        whole.entries.extend(added);
        whole.hidden.extend(left.hidden.iter().chain(&right.hidden).cloned());
        Val::Set(Rc::new(whole))
    }

    /// `setAttrByPath [ "a" "b" ] x`
    pub(super) fn set_attr_by_path(&self, path: &Thunk, value: &Thunk, call: NodeId) -> Outcome {
        let names = self.texts_of(path, call)?;
        let nested = names.into_iter().rev().fold(value.clone(), |value, name| {
            Val::set(vec![Entry::new(Static::Known(name), Source::Computed { call }, value)]).into()
        });
        Ok(self.force(&nested))
    }

    /// The attributes of a set that must be known completely.
    pub(super) fn known_attributes(&self, set: &Thunk, call: NodeId) -> Result<Vec<(Rc<str>, Entry)>, Unknown> {
        let set = self.set_of(set, call)?;
        if let Some(hidden) = set.hidden.first() {
            return Err(hidden.unknown.clone());
        }
        self.attributes_of(&set)
            .into_iter()
            .map(|entry| match &entry.name {
                Static::Known(name) => Ok((Rc::clone(name), entry.clone())),
                Static::Unknown(unknown) => Err(unknown.clone()),
            })
            .collect()
    }

    /// The entries of a set, those of one name and no condition put together.
    pub(in crate::nix) fn attributes_of(&self, set: &Set) -> Vec<Entry> {
        let mut whole: Vec<Entry> = Vec::with_capacity(set.entries.len());
        let mut places = HashMap::new();
        for entry in &set.entries {
            self.spend(1);
            let name = entry.name.known().filter(|_| entry.conditions.is_empty());
            let earlier = name.and_then(|name| places.get(name).copied());
            match (earlier, name) {
                (Some(index), _) => {
                    let earlier: &mut Entry = &mut whole[index];
                    let parts = [earlier.value.clone(), entry.value.clone()];
                    earlier.value = Thunk::Merged(Rc::new(parts));
                }
                (None, name) => {
                    places.extend(name.map(|name| (Rc::clone(name), whole.len())));
                    whole.push(entry.clone());
                }
            }
        }
        whole
    }

    fn name_of(&self, thunk: &Thunk, call: NodeId) -> Static<Rc<str>> {
        match self.text_of(thunk, call) {
            Ok(name) => Static::Known(name),
            Err(unknown) => Static::Unknown(unknown),
        }
    }

    fn source_of(&self, name: &Thunk, call: NodeId) -> Source {
        self.literal_of(name).map_or(Source::Computed { call }, |text| Source::Literal { text })
    }
}
