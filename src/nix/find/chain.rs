//! Chains: the attribute path of the binding that an expression stands in.

use std::borrow::Cow;

use rnix::SyntaxKind::{NODE_ATTR_SET, NODE_ATTRPATH_VALUE, NODE_INHERIT};

use crate::nix::tree::{NodeId, Tree};

/// The attributes of all bindings around a node, outermost first, up to a `let` around it. Names that cannot be read
/// are `*`. For an attribute of a binding the path ends before that attribute.
pub(in crate::nix) fn chain(tree: &Tree<'_>, id: NodeId) -> Vec<String> {
    let mut reversed: Vec<String> = outwards(tree, id).map(Cow::into_owned).collect();
    reversed.reverse();
    reversed
}

/// The attributes of [`chain`], innermost first, each read only when it is asked for.
pub(super) fn outwards<'a>(tree: &'a Tree<'a>, id: NodeId) -> impl Iterator<Item = Cow<'a, str>> {
    let is_binding = move |around: &NodeId| matches!(tree.kind(*around), NODE_ATTRPATH_VALUE | NODE_INHERIT);
    let stands_in_set = move |binding: NodeId| tree.parent(binding).is_some_and(|set| tree.kind(set) == NODE_ATTR_SET);
    let mut is_below_let = false;
    let bindings = tree.ancestors(id).filter(is_binding).take_while(move |binding| {
        let is_reached = !is_below_let;
        is_below_let |= !stands_in_set(*binding);
        is_reached
    });
    bindings.filter(|binding| !tree.is_inherit(*binding)).flat_map(move |binding| {
        let before = tree.attributes(binding).take_while(|attribute| !tree.contains(*attribute, id)).count();
        let name = move |depth| tree.attribute(binding, depth).and_then(|attribute| tree.attribute_name(attribute));
        (0..before).rev().map(move |depth| name(depth).unwrap_or(Cow::Borrowed("*")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rnix::SyntaxKind::NODE_IDENT;

    fn check(text: &str, expected: &[&str]) {
        let tree = Tree::parse(text);
        let at = text.find("HERE").unwrap();
        let id = tree.at(&(at..at + 4), NODE_IDENT).unwrap();
        assert_eq!(chain(&tree, id), expected);
    }

    #[test]
    fn chains_lead_from_the_top_to_the_binding() {
        check("{ services.x = { a = f [ HERE ]; }; }", &["services", "x", "a"]);
        check("{ services.${n}.\"b c\" = if a then HERE else 1; }", &["services", "*", "b c"]);
        check("{ a = let b.c = HERE; in b; }", &["b", "c"]);
        check("{ users.users.HERE.name = 1; }", &["users", "users"]);
    }
}
