//! Attributes that are written twice: what Nix's parser merges, and what it refuses.
//!
//! Truth: `addAttr` in `src/libexpr/parser.y`, Nix 2.8, and its recursive form since Nix 2.25. rnix accepts all of it.

use std::borrow::Cow;
use std::collections::HashMap;

use rnix::SyntaxKind::{NODE_ATTR_SET, NODE_LEGACY_LET, NODE_LET_IN};

use super::{NodeId, Tree};
use crate::nix::error::SyntaxProblem;

/// An attribute that is there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::nix) enum Twice {
    /// No version of Nix accepts it.
    Refused(SyntaxProblem),
    /// Nix before 2.25 refuses it, as in `a.b.y = 1; a = { b = { }; };`
    RefusedByOldNix,
}

/// The attributes of one literal set, by name.
type Names<'t> = HashMap<Cow<'t, str>, Slot<'t>>;

enum Slot<'t> {
    /// An expression that nothing can be merged into.
    Closed,
    /// A literal set.
    Set(Names<'t>),
}

/// Looks through all sets of a tree, inner ones first.
pub(super) fn find(tree: &Tree<'_>) -> Vec<Twice> {
    let mut search = Search { tree, sets: HashMap::new(), found: Vec::new() };
    let sets: Vec<NodeId> =
        tree.ids().filter(|id| matches!(tree.kind(*id), NODE_ATTR_SET | NODE_LET_IN | NODE_LEGACY_LET)).collect();
    for set in sets.into_iter().rev() {
        let names = search.names(set);
        let is_merged =
            tree.kind(set) == NODE_ATTR_SET && tree.parent(set).is_some_and(|up| tree.value(up) == Some(set));
        if is_merged {
            search.sets.insert(set, names);
        }
    }
    search.found
}

struct Search<'a, 't> {
    tree: &'a Tree<'t>,
    /// Sets that are the whole value of a binding, until that binding is read.
    sets: HashMap<NodeId, Names<'t>>,
    found: Vec<Twice>,
}

impl<'t> Search<'_, 't> {
    fn names(&mut self, set: NodeId) -> Names<'t> {
        let mut names = Names::new();
        for binding in self.tree.bindings(set) {
            if self.tree.is_inherit(binding) {
                for attribute in self.tree.attributes(binding) {
                    if let Some(name) = self.tree.attribute_name(attribute)
                        && names.insert(name, Slot::Closed).is_some()
                    {
                        self.refuse(attribute);
                    }
                }
            } else {
                self.add(&mut names, binding);
            }
        }
        names
    }

    fn add(&mut self, names: &mut Names<'t>, binding: NodeId) {
        let value = self.tree.value(binding).and_then(|value| self.sets.remove(&value));
        let mut names = names;
        let mut attributes = self.tree.attributes(binding).peekable();
        while let Some(attribute) = attributes.next() {
            // What stands below a computed name is a set of its own.
            let Some(name) = self.tree.attribute_name(attribute) else { return };
            if attributes.peek().is_some() {
                match names.entry(name).or_insert_with(|| Slot::Set(Names::new())) {
                    Slot::Set(below) => names = below,
                    Slot::Closed => return self.refuse(attribute),
                }
                continue;
            }
            match (names.get_mut(&name), value) {
                (None, Some(set)) => drop(names.insert(name, Slot::Set(set))),
                (None, None) => drop(names.insert(name, Slot::Closed)),
                (Some(Slot::Set(into)), Some(set)) => self.merge(into, set, attribute, 0),
                (Some(_), _) => self.refuse(attribute),
            }
            return;
        }
    }

    /// Old versions merge one level only.
    fn merge(&mut self, into: &mut Names<'t>, set: Names<'t>, attribute: NodeId, level: usize) {
        for (name, slot) in set {
            match (into.get_mut(&name), slot) {
                (None, slot) => drop(into.insert(name, slot)),
                (Some(Slot::Set(below)), Slot::Set(set)) => {
                    if level == 0 {
                        self.found.push(Twice::RefusedByOldNix);
                    }
                    self.merge(below, set, attribute, level + 1);
                }
                (Some(_), _) => self.refuse(attribute),
            }
        }
    }

    fn refuse(&mut self, attribute: NodeId) {
        let message = format!("the attribute {} is there twice", self.tree.slice(attribute));
        self.found.push(Twice::Refused(SyntaxProblem { range: self.tree.range(attribute), message }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, refused: usize, refused_by_old_nix: usize) {
        let tree = Tree::parse(text);
        assert_eq!((tree.problems().len(), tree.refused_by_old_nix()), (refused, refused_by_old_nix), "{text}");
    }

    #[test]
    fn bindings_of_literal_sets_are_merged() {
        check("{ a.b.x = 1; a.b.y = 2; }", 0, 0);
        check("{ a.b = { x = 1; }; a.b = { y = 2; }; }", 0, 0);
        check("{ a = { b = { x = 1; }; }; a.b.y = 2; }", 0, 0);
        check("{ ${a}.b = 1; ${a}.b = 2; }", 0, 0);
    }

    #[test]
    fn what_no_nix_accepts_is_a_problem() {
        check("{ a = 1; a = 2; }", 1, 0);
        check("{ a = f x; a.b = 2; }", 1, 0);
        check("{ inherit a; a.b = 2; }", 1, 0);
        check("{ a = { b = 1; }; a = { b = 2; }; }", 1, 0);
        check("let a = 1; \"a\" = 2; in a", 1, 0);
    }

    #[test]
    fn what_only_new_nix_accepts_is_counted() {
        check("{ a.b.y = 1; a = { b = { x = 1; }; }; }", 0, 1);
        check("{ a = { b.x = 1; }; a = { b.y = 1; }; }", 0, 1);
    }
}
