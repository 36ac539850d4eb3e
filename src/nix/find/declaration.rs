//! Declarations and templates: the parts of one name put together, and their options read.

use std::collections::HashMap;
use std::rc::Rc;

use super::place::Surroundings;
use super::sops::{name_node, origin, why};
use crate::nix::declaration::{Condition, Declaration, Form, OptionName, OptionSetting, Origin};
use crate::nix::evaluate::{Definition, Entry, Evaluator, Source, Thunk, Val, node_of};
use crate::nix::setting::Template;
use crate::nix::tree::{Expr, NodeId};
use crate::nix::value::{Reason, Static, Unknown};

/// One attribute of `sops.secrets` or `sops.templates`.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) entry: Entry,
    /// All conditions over it, outermost first.
    pub(super) conditions: Vec<Condition>,
    pub(super) around: Rc<Surroundings>,
}

/// Parts of one name under the same conditions in one module body.
struct Group {
    parts: Vec<Part>,
}

/// Puts the parts of every secret together, in the order of the file.
pub(super) fn declarations(evaluator: &Evaluator<'_, '_>, parts: Vec<Part>) -> Vec<Declaration> {
    let mut all: Vec<Declaration> = groups(evaluator, parts).iter().map(|group| group.declaration(evaluator)).collect();
    all.sort_by_key(|declaration| declaration.range.start);
    all
}

/// Puts the parts of every template together, in the order of the file.
pub(super) fn templates(evaluator: &Evaluator<'_, '_>, parts: Vec<Part>) -> Vec<Template> {
    let declarations = declarations(evaluator, parts);
    let template = |declaration: Declaration| Template {
        name: declaration.name,
        name_ranges: declaration.name_ranges,
        options: declaration.options,
        bindings: declaration.bindings,
        range: declaration.range,
        place: declaration.place,
        conditions: declaration.conditions,
    };
    declarations.into_iter().map(template).collect()
}

fn groups(evaluator: &Evaluator<'_, '_>, parts: Vec<Part>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for part in parts {
        let name = match &part.entry.name {
            Static::Known(name) => format!("={name}"),
            Static::Unknown(_) => {
                let written = name_node(evaluator, part.entry.source).map(|node| evaluator.tree.slice(node));
                format!("?{}", written.unwrap_or_default())
            }
        };
        let key = format!("{}\0{:?}\0{name}", part.around.key, part.conditions);
        match places.get(&key) {
            Some(index) => groups[*index].parts.push(part),
            None => {
                places.insert(key, groups.len());
                groups.push(Group { parts: vec![part] });
            }
        }
    }
    groups
}

impl Group {
    fn declaration(&self, evaluator: &Evaluator<'_, '_>) -> Declaration {
        evaluator.refuel();
        let tree = evaluator.tree;
        let first = &self.parts[0];
        let definitions: Vec<Definition> =
            self.parts.iter().flat_map(|part| evaluator.definitions(&part.entry.value)).collect();
        let shared = shared_conditions(&definitions);
        let (options, incomplete) = self.options(evaluator, &definitions, shared.len());
        let sources = || self.parts.iter().map(|part| part.entry.source);
        let name_ranges = sources()
            .filter_map(|source| match source {
                Source::Binding { binding, depth } => tree.attribute(binding, depth),
                Source::Inherit { attribute } => Some(attribute),
                Source::Literal { .. } | Source::Computed { .. } => None,
            })
            .map(|attribute| tree.range(attribute));
        let bindings = sources().filter_map(|source| match source {
            Source::Binding { binding, .. } => Some(tree.range(binding)),
            Source::Inherit { attribute } => Some(tree.range(attribute)),
            Source::Literal { .. } | Source::Computed { .. } => None,
        });
        let shown = name_node(evaluator, first.entry.source).map_or(0..0, |node| tree.range(node));
        Declaration {
            name: match &first.entry.name {
                Static::Known(name) => Static::Known(name.to_string()),
                Static::Unknown(unknown) => Static::Unknown(unknown.clone()),
            },
            name_ranges: name_ranges.collect(),
            options,
            bindings: bindings.collect(),
            range: shown,
            form: self.form(evaluator),
            place: first.around.place(),
            conditions: [&first.conditions[..], &shared[..]].concat(),
            origin: self.origin(),
            incomplete,
            parts: sources().collect(),
        }
    }

    fn origin(&self) -> Origin {
        let origins: Vec<Origin> = self.parts.iter().map(|part| origin(&part.entry)).collect();
        if origins.contains(&Origin::Literal) {
            Origin::Literal
        } else if origins.contains(&Origin::Inherited) {
            Origin::Inherited
        } else {
            Origin::Computed
        }
    }

    fn form(&self, evaluator: &Evaluator<'_, '_>) -> Form {
        let tree = evaluator.tree;
        let (mut sets, mut dotted) = (0, 0);
        for part in &self.parts {
            match (part.entry.source, &part.entry.value) {
                (Source::Binding { .. }, Thunk::Below { env: None, .. }) => dotted += 1,
                (Source::Binding { .. }, Thunk::Expr(value, None)) if holds_literal(evaluator, tree.bare(*value)) => {
                    sets += 1;
                }
                _ => return Form::Computed,
            }
        }
        match (sets, dotted) {
            (_, 0) => Form::Set,
            (0, _) => Form::Dotted,
            _ => Form::Mixed,
        }
    }

    /// The options of all definitions, and why there may be more.
    fn options(
        &self,
        evaluator: &Evaluator<'_, '_>,
        definitions: &[Definition],
        shared: usize,
    ) -> (Vec<OptionSetting>, Option<Unknown>) {
        let mut options = Vec::new();
        let mut incomplete = None;
        for definition in definitions {
            match &definition.val {
                Val::Set(set) => {
                    let is_conditional = definition.conditions.len() > shared;
                    for entry in &set.entries {
                        match self.option(evaluator, entry, is_conditional) {
                            Ok(option) => options.push(option),
                            Err(unknown) => incomplete = incomplete.or(Some(unknown)),
                        }
                    }
                    incomplete = incomplete.or_else(|| set.hidden.first().map(|hidden| hidden.unknown.clone()));
                }
                val => {
                    if let Some(at) = node_of(&definition.thunk) {
                        incomplete = incomplete.or_else(|| Some(why(evaluator, val.clone(), at)));
                    }
                }
            }
        }
        options.sort_by_key(|option| option.name_range.start);
        (options, incomplete)
    }

    fn option(
        &self,
        evaluator: &Evaluator<'_, '_>,
        entry: &Entry,
        is_conditional: bool,
    ) -> Result<OptionSetting, Unknown> {
        let tree = evaluator.tree;
        let name = match &entry.name {
            Static::Known(name) => name,
            Static::Unknown(unknown) => return Err(unknown.clone()),
        };
        let name_node = name_node(evaluator, entry.source).unwrap_or_else(|| self.anchor());
        let value_node = node_of(&entry.value).unwrap_or(name_node);
        let is_conditional = is_conditional || !entry.conditions.is_empty();
        let value = match &entry.replaced_by {
            Some(unknown) => Static::Unknown(unknown.clone()),
            None if is_conditional => Static::Unknown(evaluator.unknown(Reason::Condition, value_node)),
            None => evaluator.read(&entry.value, value_node),
        };
        let stands_here = self.parts.iter().any(|part| match (part.entry.source, entry.source) {
            (Source::Binding { binding, .. }, Source::Binding { binding: inner, .. }) => tree.contains(binding, inner),
            (Source::Binding { binding, .. }, Source::Inherit { attribute }) => tree.contains(binding, attribute),
            _ => false,
        });
        Ok(OptionSetting {
            option: OptionName::from_name(name),
            value,
            name_range: tree.range(name_node),
            value_range: tree.range(value_node),
            origin: if stands_here && !is_conditional { origin(entry) } else { Origin::Computed },
            priority: evaluator.priority(value_node),
            item_ranges: evaluator.item_ranges(value_node),
            source: entry.source,
        })
    }

    /// A node of the declaration, for what has no place of its own.
    fn anchor(&self) -> NodeId {
        match self.parts[0].entry.source {
            Source::Binding { binding: node, .. }
            | Source::Inherit { attribute: node }
            | Source::Literal { text: node }
            | Source::Computed { call: node } => node,
        }
    }
}

/// Whether a value is a literal set, perhaps under `mkIf`.
fn holds_literal(evaluator: &Evaluator<'_, '_>, value: NodeId) -> bool {
    let tree = evaluator.tree;
    match tree.expr(value) {
        Expr::Set => true,
        Expr::Apply { argument, .. } => {
            let is_known = evaluator.known_function(tree.call(value).0).is_some();
            is_known && holds_literal(evaluator, tree.bare(argument))
        }
        _ => false,
    }
}

/// The conditions that all definitions have in common.
fn shared_conditions(definitions: &[Definition]) -> Vec<Condition> {
    let mut definitions = definitions.iter();
    let Some(first) = definitions.next() else { return Vec::new() };
    definitions.fold(first.conditions.clone(), |shared, definition| {
        let same = shared.iter().zip(&definition.conditions).take_while(|(ours, theirs)| ours == theirs).count();
        shared[..same].to_vec()
    })
}

#[cfg(test)]
mod tests;
