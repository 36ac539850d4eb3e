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
    /// A literal set that nothing was merged into yet.
    Literal(NodeId),
    /// A set of several bindings.
    Set(Names<'t>),
}

/// Looks through all sets of a tree.
pub(super) fn find(tree: &Tree<'_>) -> Vec<Twice> {
    let mut search = Search { tree, found: Vec::new() };
    let mut first = Vec::new();
    for set in tree.ids().filter(|id| matches!(tree.kind(*id), NODE_ATTR_SET | NODE_LET_IN | NODE_LEGACY_LET)) {
        if repeats_a_name(tree, set, &mut first) {
            search.names(set);
        }
    }
    search.found
}

/// Whether two bindings of a set begin with the same name; most sets are done with this.
fn repeats_a_name<'t>(tree: &Tree<'t>, set: NodeId, first: &mut Vec<&'t str>) -> bool {
    first.clear();
    for binding in tree.bindings(set) {
        let attributes = tree.attributes(binding).take(if tree.is_inherit(binding) { usize::MAX } else { 1 });
        first.extend(attributes.map(|attribute| tree.slice(attribute).trim_matches('"')));
    }
    first.sort_unstable();
    first.windows(2).any(|pair| pair[0] == pair[1])
}

struct Search<'a, 't> {
    tree: &'a Tree<'t>,
    found: Vec<Twice>,
}

impl<'t> Search<'_, 't> {
    /// The attributes of a set. What is there twice in it is noted.
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

    /// The attributes of a set that is merged; it is looked through on its own, so nothing is noted twice.
    fn names_quietly(&mut self, set: NodeId) -> Names<'t> {
        let noted = self.found.len();
        let names = self.names(set);
        self.found.truncate(noted);
        names
    }

    fn add(&mut self, names: &mut Names<'t>, binding: NodeId) {
        let literal = self.tree.value(binding).map(|value| self.tree.bare(value));
        let literal = literal.filter(|value| self.tree.kind(*value) == NODE_ATTR_SET);
        let mut names = names;
        let mut attributes = self.tree.attributes(binding).peekable();
        while let Some(attribute) = attributes.next() {
            // What stands below a computed name is a set of its own.
            let Some(name) = self.tree.attribute_name(attribute) else { return };
            if attributes.peek().is_none() {
                match (names.get_mut(&name), literal) {
                    (None, Some(set)) => drop(names.insert(name, Slot::Literal(set))),
                    (None, None) => drop(names.insert(name, Slot::Closed)),
                    (Some(slot), Some(set)) => {
                        let set = self.names_quietly(set);
                        match self.opened(slot) {
                            Some(into) => self.merge(into, set, attribute, 0),
                            None => self.refuse(attribute),
                        }
                    }
                    (Some(_), None) => self.refuse(attribute),
                }
                return;
            }
            let slot = names.entry(name).or_insert_with(|| Slot::Set(Names::new()));
            match self.opened(slot) {
                Some(below) => names = below,
                None => return self.refuse(attribute),
            }
        }
    }

    /// The attributes of a slot that others can be merged into.
    fn opened<'s>(&mut self, slot: &'s mut Slot<'t>) -> Option<&'s mut Names<'t>> {
        if let Slot::Literal(set) = slot {
            *slot = Slot::Set(self.names_quietly(*set));
        }
        match slot {
            Slot::Set(names) => Some(names),
            Slot::Closed | Slot::Literal(_) => None,
        }
    }

    /// Old versions merge one level only.
    fn merge(&mut self, into: &mut Names<'t>, set: Names<'t>, attribute: NodeId, level: usize) {
        for (name, mut slot) in set {
            match into.get_mut(&name) {
                None => drop(into.insert(name, slot)),
                Some(existing) => match (self.opened(existing), self.opened(&mut slot)) {
                    (Some(below), Some(set)) => {
                        if level == 0 {
                            self.found.push(Twice::RefusedByOldNix);
                        }
                        self.merge(below, std::mem::take(set), attribute, level + 1);
                    }
                    _ => self.refuse(attribute),
                },
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
        check("{ a = ({ x = 1; }); a.y = 2; a = { }; }", 0, 0);
        check("{ a = { b = { x = 1; }; }; a.b.y = 2; }", 0, 0);
        check("{ ${a}.b = 1; ${a}.b = 2; }", 0, 0);
    }

    #[test]
    fn what_no_nix_accepts_is_a_problem() {
        check("{ a = 1; a = 2; }", 1, 0);
        check("{ a = f x; a.b = 2; }", 1, 0);
        check("{ inherit a; a.b = 2; }", 1, 0);
        check("{ a = { b = 1; }; a = { b = 2; }; }", 1, 0);
        check("{ a = { b = 1; b = 2; }; a = { c = 2; }; }", 1, 0);
        check("let a = 1; \"a\" = 2; in a", 1, 0);
    }

    #[test]
    fn what_only_new_nix_accepts_is_counted() {
        check("{ a.b.y = 1; a = { b = { x = 1; }; }; }", 0, 1);
        check("{ a = { b.x = 1; }; a = { b.y = 1; }; }", 0, 1);
    }
}
