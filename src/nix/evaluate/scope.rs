//! Scopes: what a name in the text refers to.
//!
//! Truth: the static scoping of Nix 2.8 (`bindVars` in `src/libexpr/nixexpr.cc`): `let`, `rec` and function arguments
//! win over every `with`, also over outer ones.

use std::borrow::Cow;
use std::collections::HashMap;

use rnix::SyntaxKind::{
    NODE_ATTR_SET, NODE_IDENT, NODE_IDENT_PARAM, NODE_LAMBDA, NODE_LEGACY_LET, NODE_LET_IN, NODE_PAT_BIND,
    NODE_PAT_ENTRY, NODE_PATTERN, NODE_WITH, TOKEN_REC,
};

use crate::nix::tree::{Expr, NodeId, Tree};

/// Something that defines a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Definition {
    /// A binding whose path begins with the name.
    Binding(NodeId),
    /// A name that an `inherit` of a `let` or `rec` lists.
    Inherited(NodeId),
    /// The argument of `x: …`.
    Argument(NodeId),
    /// A field of `{ x, y ? 1 }: …`, with its default.
    Field(NodeId, Option<NodeId>),
    /// `args` of `{ … }@args: …`.
    Whole(NodeId),
}

/// What a name refers to.
pub(super) enum Resolution {
    /// Definitions in one scope; several only for bindings such as `a.b = 1; a.c = 2;`.
    Defined(Vec<Definition>),
    /// Nothing in the file defines it; the namespaces of the `with` around it, innermost first.
    Free(Vec<NodeId>),
}

/// The names that every scope of a tree defines.
#[derive(Debug)]
pub(super) struct Scopes<'t> {
    scopes: HashMap<NodeId, HashMap<Cow<'t, str>, Vec<Definition>>>,
    /// Whether the file has any `with`.
    has_with: bool,
}

impl<'t> Scopes<'t> {
    pub(super) fn new(tree: &Tree<'t>) -> Self {
        let mut scopes = Self { scopes: HashMap::new(), has_with: false };
        for id in tree.ids() {
            match tree.kind(id) {
                NODE_LET_IN | NODE_LEGACY_LET => scopes.bindings(tree, id),
                NODE_ATTR_SET if tree.child(id, TOKEN_REC).is_some() => scopes.bindings(tree, id),
                NODE_LAMBDA => scopes.parameter(tree, id),
                NODE_WITH => scopes.has_with = true,
                _ => {}
            }
        }
        scopes
    }

    /// Whether a name can come from a `with` at all.
    pub(super) fn has_with(&self) -> bool {
        self.has_with
    }

    /// What `name` means at `at`.
    pub(super) fn resolve(&self, tree: &Tree<'_>, name: &str, at: NodeId) -> Resolution {
        let mut namespaces = Vec::new();
        let mut inner = at;
        for around in tree.ancestors(at) {
            match tree.kind(around) {
                NODE_WITH => {
                    if let Expr::With { namespace, body } = tree.expr(around)
                        && body == inner
                    {
                        namespaces.push(namespace);
                    }
                }
                NODE_LET_IN | NODE_LEGACY_LET | NODE_ATTR_SET | NODE_LAMBDA => {
                    let found = self.scopes.get(&around).and_then(|names| names.get(name));
                    // A plain `inherit x;` looks for `x` outside of the set it stands in.
                    let looks_outside = tree.is_inherit(inner) && !is_in_source(tree, inner, at);
                    if let Some(found) = found.filter(|_| !looks_outside) {
                        return Resolution::Defined(found.clone());
                    }
                }
                _ => {}
            }
            inner = around;
        }
        Resolution::Free(namespaces)
    }

    fn bindings(&mut self, tree: &Tree<'t>, scope: NodeId) {
        for binding in tree.bindings(scope) {
            if tree.is_inherit(binding) {
                for attribute in tree.attributes(binding) {
                    self.define(tree, scope, attribute, Definition::Inherited(attribute));
                }
            } else if let Some(attribute) = tree.attribute(binding, 0) {
                self.define(tree, scope, attribute, Definition::Binding(binding));
            }
        }
    }

    fn parameter(&mut self, tree: &Tree<'t>, lambda: NodeId) {
        if let Some(name) = tree.child(lambda, NODE_IDENT_PARAM).and_then(|param| tree.child(param, NODE_IDENT)) {
            self.define(tree, lambda, name, Definition::Argument(lambda));
        }
        let Some(pattern) = tree.child(lambda, NODE_PATTERN) else { return };
        for part in tree.children(pattern) {
            let Some(name) = tree.child(part, NODE_IDENT) else { continue };
            match tree.kind(part) {
                NODE_PAT_ENTRY => {
                    let default = tree.expressions(part).nth(1);
                    self.define(tree, lambda, name, Definition::Field(lambda, default));
                }
                NODE_PAT_BIND => self.define(tree, lambda, name, Definition::Whole(lambda)),
                _ => {}
            }
        }
    }

    fn define(&mut self, tree: &Tree<'t>, scope: NodeId, attribute: NodeId, definition: Definition) {
        if let Some(name) = tree.attribute_name(attribute) {
            self.scopes.entry(scope).or_default().entry(name).or_default().push(definition);
        }
    }
}

/// Whether `at` stands in the `(…)` of an `inherit`.
fn is_in_source(tree: &Tree<'_>, inherit: NodeId, at: NodeId) -> bool {
    tree.inherit_source(inherit).is_some_and(|source| tree.contains(source, at))
}
