//! Chains: the attribute path of the binding that an expression stands in.

use crate::nix::tree::{NodeId, Tree};
use rnix::SyntaxKind::{NODE_ATTR_SET, NODE_ATTRPATH_VALUE, NODE_INHERIT};

/// The attributes of all bindings around a node, outermost first, up to a `let` around it. Names that cannot be read
/// are `*`. For an attribute of a binding the path ends before that attribute.
pub(in crate::nix) fn chain(tree: &Tree<'_>, id: NodeId) -> Vec<String> {
    let mut reversed = Vec::new();
    for binding in tree.ancestors(id).filter(|around| matches!(tree.kind(*around), NODE_ATTRPATH_VALUE | NODE_INHERIT))
    {
        if !tree.is_inherit(binding) {
            let attributes: Vec<NodeId> =
                tree.attributes(binding).take_while(|attribute| !tree.contains(*attribute, id)).collect();
            let names = attributes.iter().rev().map(|attribute| tree.attribute_name(*attribute));
            reversed.extend(names.map(|name| name.map_or_else(|| "*".to_owned(), |name| name.into_owned())));
        }
        if tree.parent(binding).is_none_or(|set| tree.kind(set) != NODE_ATTR_SET) {
            break;
        }
    }
    reversed.reverse();
    reversed
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
