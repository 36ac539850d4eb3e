//! Bindings and attribute paths: the left-hand sides of sets, `let` and patterns.

use std::borrow::Cow;

use rnix::SyntaxKind::{
    NODE_ATTRPATH, NODE_ATTRPATH_VALUE, NODE_DYNAMIC, NODE_IDENT, NODE_INHERIT, NODE_INHERIT_FROM, NODE_STRING,
};

use super::{NodeId, Tree};

impl Tree<'_> {
    /// The bindings of a set or a `let`: `a.b = c;` and `inherit …;`.
    pub(in crate::nix) fn bindings(&self, set: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(set).filter(|child| matches!(self.kind(*child), NODE_ATTRPATH_VALUE | NODE_INHERIT))
    }

    /// The attributes of an attribute path, of a binding, or those that an `inherit` lists.
    pub(in crate::nix) fn attributes(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let path = if self.kind(id) == NODE_ATTRPATH_VALUE { self.child(id, NODE_ATTRPATH) } else { Some(id) };
        path.into_iter()
            .flat_map(|path| self.children(path))
            .filter(|child| matches!(self.kind(*child), NODE_IDENT | NODE_STRING | NODE_DYNAMIC))
    }

    /// The attribute at that place of a binding's path.
    pub(in crate::nix) fn attribute(&self, binding: NodeId, depth: usize) -> Option<NodeId> {
        self.attributes(binding).nth(depth)
    }

    /// The right-hand side of a binding.
    pub(in crate::nix) fn value(&self, binding: NodeId) -> Option<NodeId> {
        if self.kind(binding) == NODE_ATTRPATH_VALUE { self.child_expression(binding) } else { None }
    }

    /// The expression in `inherit (…) a b;`.
    pub(in crate::nix) fn inherit_source(&self, inherit: NodeId) -> Option<NodeId> {
        self.child(inherit, NODE_INHERIT_FROM).and_then(|from| self.child_expression(from))
    }

    /// Whether a binding is an `inherit`.
    pub(in crate::nix) fn is_inherit(&self, binding: NodeId) -> bool {
        self.kind(binding) == NODE_INHERIT
    }
}

impl<'t> Tree<'t> {
    /// The name of an attribute that needs no evaluation: `a`, `"a"`.
    pub(in crate::nix) fn attribute_name(&self, attribute: NodeId) -> Option<Cow<'t, str>> {
        match self.kind(attribute) {
            NODE_IDENT => Some(Cow::Borrowed(self.slice(attribute))),
            NODE_STRING => self.plain_string(attribute).map(Cow::Owned),
            _ => None,
        }
    }
}
