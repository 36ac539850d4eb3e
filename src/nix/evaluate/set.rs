//! Attribute sets: built from literals, merged, asked for an attribute.

use std::rc::Rc;

use super::Evaluator;
use super::text::shared;
use super::value::{Entry, Env, Hidden, Set, Source, Thunk, Val};
use crate::nix::declaration::Condition;
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Static, Unknown};

/// What a set says about an attribute.
pub(in crate::nix) enum Lookup {
    /// It is there.
    Found(Thunk),
    /// It is certainly not there.
    Absent,
    /// It may be there, or be something else than what is written.
    Perhaps(Unknown),
}

impl Evaluator<'_, '_> {
    /// The entries of a literal set.
    pub(super) fn literal_set(&self, set: NodeId, env: &Env) -> Set {
        let mut entries = Vec::new();
        for binding in self.tree.bindings(set) {
            self.spend(1);
            if self.tree.is_inherit(binding) {
                for attribute in self.tree.attributes(binding) {
                    let value = Thunk::Inherited { attribute, env: env.clone() };
                    entries.push(Entry::new(self.attribute_name(attribute, env), Source::Inherit { attribute }, value));
                }
            } else {
                entries.extend(self.entry_below(binding, 0, env));
            }
        }
        Set { entries, hidden: Vec::new() }
    }

    /// The attribute at `depth` of a binding as an entry.
    pub(super) fn entry_below(&self, binding: NodeId, depth: usize, env: &Env) -> Option<Entry> {
        let attribute = self.tree.attribute(binding, depth)?;
        let source = Source::Binding { binding, depth };
        Some(Entry::new(self.attribute_name(attribute, env), source, self.below(binding, depth + 1, env)))
    }

    /// What stands behind the first `depth` attributes of a binding.
    pub(in crate::nix) fn below(&self, binding: NodeId, depth: usize, env: &Env) -> Thunk {
        let is_value = self.tree.attribute(binding, depth).is_none();
        match self.tree.value(binding) {
            Some(value) if is_value => Thunk::Expr(value, env.clone()),
            _ => Thunk::Below { binding, depth, env: env.clone() },
        }
    }

    /// The name of an attribute, computed where it is computed.
    pub(in crate::nix) fn attribute_name(&self, attribute: NodeId, env: &Env) -> Static<Rc<str>> {
        if let Some(name) = self.tree.attribute_name(attribute) {
            return Static::Known(shared(&name));
        }
        let inner = self.tree.child_expression(attribute);
        let val = match inner.filter(|_| self.tree.kind(attribute) == rnix::SyntaxKind::NODE_DYNAMIC) {
            Some(expr) => self.plain(self.eval(expr, env), expr),
            None => self.eval_string(attribute, env),
        };
        match val {
            Val::Text(name) => Static::Known(name),
            Val::Unknown(unknown) => Static::Unknown(unknown),
            _ => Static::Unknown(self.unknown(Reason::WrongKind, attribute)),
        }
    }

    /// What a value is as a set; guards move to its entries.
    ///
    /// # Errors
    /// Why it is not known to be a set.
    pub(super) fn as_set(&self, val: Val, at: NodeId) -> Result<Rc<Set>, Unknown> {
        match val {
            Val::Set(set) => Ok(set),
            Val::Guarded(condition, inner) => {
                let inner = self.as_set(self.force(&inner), at)?;
                Ok(Rc::new(guarded(&inner, &condition)))
            }
            Val::Merge(parts) => {
                let mut whole = Set::default();
                for part in parts.iter() {
                    match self.as_set(self.force(part), at) {
                        Ok(set) => whole.append(&set),
                        Err(unknown) => whole.hidden.push(self.hidden(part, unknown, at)),
                    }
                }
                Ok(Rc::new(whole))
            }
            Val::Unknown(unknown) => Err(unknown),
            Val::Symbol(symbol) => Err(self.unknown(symbol.reason(), at)),
            _ => Err(self.unknown(Reason::WrongKind, at)),
        }
    }

    /// A part of a set that cannot be read.
    pub(super) fn hidden(&self, part: &Thunk, unknown: Unknown, at: NodeId) -> Hidden {
        self.hidden_at(node_of(part).unwrap_or(at), unknown)
    }

    fn hidden_at(&self, at: NodeId, unknown: Unknown) -> Hidden {
        Hidden { range: self.tree.range(at), unknown, conditions: Vec::new() }
    }

    /// `left // right`
    pub(super) fn update(&self, left: Val, right: Val, nodes: (NodeId, NodeId)) -> Val {
        match (self.as_set(left, nodes.0), self.as_set(right, nodes.1)) {
            (Err(unknown), Err(_)) => Val::Unknown(unknown),
            (left, right) => {
                let readable = |side: Result<Rc<Set>, Unknown>, at| match side {
                    Ok(set) => (*set).clone(),
                    Err(unknown) => Set { entries: Vec::new(), hidden: vec![self.hidden_at(at, unknown)] },
                };
                Val::Set(Rc::new(self.updated(readable(left, nodes.0), &readable(right, nodes.1))))
            }
        }
    }

    /// Entries of the left that the right replaces are dropped; where it replaces them under one condition only, they
    /// stay for when that does not hold.
    pub(super) fn updated(&self, left: Set, right: &Set) -> Set {
        let unreadable = right.hidden.first().map(|hidden| &hidden.unknown);
        let unnamed = right.entries.iter().find_map(|entry| entry.name.unknown());
        let mut whole = Set { entries: Vec::new(), hidden: left.hidden };
        for mut entry in left.entries {
            self.spend(1 + right.entries.len() / 16);
            let mut replacing = right.entries.iter().filter(|other| {
                matches!((&other.name, &entry.name), (Static::Known(theirs), Static::Known(ours)) if theirs == ours)
            });
            match replacing.next() {
                Some(other) if other.conditions.is_empty() => continue,
                Some(Entry { conditions, .. }) => {
                    if let [condition] = conditions.as_slice() {
                        entry.conditions.push(Condition { negated: !condition.negated, ..condition.clone() });
                    }
                }
                None => {}
            }
            entry.replaced_by = entry.replaced_by.or_else(|| unreadable.or(unnamed).cloned());
            whole.entries.push(entry);
        }
        whole.append(right);
        whole
    }

    /// The attribute `name` of a set.
    pub(in crate::nix) fn lookup(&self, set: &Set, name: &str) -> Lookup {
        self.spend(1 + set.entries.len() / 16);
        let named = |entry: &&Entry| entry.name.known().is_some_and(|known| &**known == name);
        let found: Vec<&Entry> = set.entries.iter().filter(named).collect();
        let hidden = set.hidden.first().filter(|_| found.is_empty()).map(|hidden| &hidden.unknown);
        if let Some(unknown) = found.iter().find_map(|entry| entry.replaced_by.as_ref()).or(hidden) {
            return Lookup::Perhaps(unknown.clone());
        }
        match found.as_slice() {
            [] => match set.entries.iter().find_map(|entry| entry.name.unknown()) {
                Some(unknown) => Lookup::Perhaps(unknown.clone()),
                None => Lookup::Absent,
            },
            [only] if only.conditions.is_empty() => Lookup::Found(only.value.clone()),
            several if several.iter().all(|entry| entry.conditions.is_empty()) => {
                Lookup::Found(Thunk::Merged(several.iter().map(|entry| entry.value.clone()).collect()))
            }
            several => {
                let parts = several.iter().map(|entry| entry.conditions.iter().rev().fold(entry.value.clone(), guard));
                Lookup::Found(Thunk::Value(Val::Merge(parts.collect())))
            }
        }
    }
}

impl Set {
    /// Adds the entries of another definition of the same set.
    pub(super) fn append(&mut self, other: &Self) {
        self.entries.extend(other.entries.iter().cloned());
        self.hidden.extend(other.hidden.iter().cloned());
    }
}

/// A thunk under one more condition.
pub(super) fn guard(inner: Thunk, condition: &Condition) -> Thunk {
    Thunk::Value(Val::Guarded(condition.clone(), Rc::new(inner)))
}

/// The expression of the text that a thunk stands for.
pub(in crate::nix) fn node_of(thunk: &Thunk) -> Option<NodeId> {
    match thunk {
        Thunk::Expr(node, _) => Some(*node),
        Thunk::Below { binding, .. } => Some(*binding),
        Thunk::Inherited { attribute, .. } => Some(*attribute),
        Thunk::Call(call) => Some(call.2),
        Thunk::Merged(parts) => parts.first().and_then(node_of),
        Thunk::Value(Val::Guarded(_, inner)) => node_of(inner),
        Thunk::Value(_) => None,
    }
}

fn guarded(set: &Set, condition: &Condition) -> Set {
    let mut result = set.clone();
    for entry in &mut result.entries {
        entry.conditions.insert(0, condition.clone());
    }
    for hidden in &mut result.hidden {
        hidden.conditions.insert(0, condition.clone());
    }
    result
}
