//! Removing a declaration: all its bindings, its comments, and nothing of its neighbours.

use rnix::SyntaxKind::{NODE_ATTR_SET, NODE_ATTRPATH_VALUE, NODE_LIST, NODE_PAREN};

use super::bindings::{Addition, Removal, collision, edit_set, remove_all};
use super::style::Style;
use super::verify::Meant;
use super::{Desk, refuse_broken};
use crate::nix::declaration::DeclarationId;
use crate::nix::error::EditError;
use crate::nix::evaluate::Source;
use crate::nix::file::NixFile;
use crate::nix::tree::{NodeId, Tree};
use crate::text::Patch;

pub(in crate::nix) fn remove_declaration(file: &NixFile, id: DeclarationId) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let declaration = desk.declaration(id)?;
    let mut in_sets: Vec<(NodeId, Vec<Removal>)> = Vec::new();
    let mut items = Vec::new();
    for source in &declaration.parts {
        let removal = match source {
            Source::Binding { binding, .. } => Removal::Binding(*binding),
            Source::Inherit { attribute } => inherited(&tree, *attribute),
            Source::Literal { text } => {
                desk.refuse_shared(declaration, *text)?;
                let element = element(&tree, *text).ok_or_else(|| desk.computed(declaration, "is computed"))?;
                Removal::Item(element)
            }
            Source::Computed { .. } => return Err(desk.computed(declaration, "is computed by a function")),
        };
        match removal {
            Removal::Binding(binding) => {
                let set = tree.parent(binding).ok_or(EditError::Gone)?;
                match in_sets.iter_mut().find(|(other, _)| *other == set) {
                    Some((_, removals)) => removals.push(removal),
                    None => in_sets.push((set, vec![removal])),
                }
            }
            Removal::Item(_) => items.push(removal),
        }
    }
    let style = Style::of(&desk.layout, &[]);
    let mut patch = remove_all(&desk.layout, &items)?;
    for (set, removals) in &in_sets {
        let is_emptied = tree.bindings(*set).count() == removals.len();
        let part = match desk.operator_before(*set).filter(|_| is_emptied) {
            Some(range) => Patch::delete(range),
            None => edit_set(&desk.layout, &style, *set, removals, &Addition::default())?,
        };
        patch.merge(part).map_err(|overlap| collision(&desk.layout, &overlap))?;
    }
    desk.verified(patch, declaration, &Meant::Removed { id })
}

/// A name in an `inherit`, or the whole `inherit` where it lists nothing else.
pub(super) fn inherited(tree: &Tree<'_>, attribute: NodeId) -> Removal {
    match tree.parent(attribute) {
        Some(inherit) if tree.attributes(inherit).count() == 1 => Removal::Binding(inherit),
        _ => Removal::Item(attribute),
    }
}

/// The element of a literal list that a name stands for: the string itself, or `{ name = "…"; value = …; }`.
fn element(tree: &Tree<'_>, text: NodeId) -> Option<NodeId> {
    let parent = tree.parent(text)?;
    if tree.kind(parent) == NODE_LIST {
        return Some(text);
    }
    let set = Some(parent).filter(|it| tree.kind(*it) == NODE_ATTRPATH_VALUE).and_then(|it| tree.parent(it))?;
    let mut element = Some(set).filter(|it| tree.kind(*it) == NODE_ATTR_SET)?;
    let mut around = tree.parent(element)?;
    while tree.kind(around) == NODE_PAREN {
        element = around;
        around = tree.parent(around)?;
    }
    (tree.kind(around) == NODE_LIST).then_some(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes the declaration `x`.
    fn check(before: &str, expected: &str) {
        let file = NixFile::parse(before);
        let (id, _) = file.declarations_of("x").next().unwrap();
        let patch = file.remove_declaration(id).unwrap();
        assert_eq!(file.apply(&patch).text(), expected);
    }

    #[test]
    fn a_declaration_goes_with_its_lines_and_comments() {
        check(
            "{\n  sops.secrets = {\n    a = { };\n\n    # of x\n    x = {\n      mode = \"0400\";\n    }; # too\n\n    b = { };\n  };\n}\n",
            "{\n  sops.secrets = {\n    a = { };\n\n    b = { };\n  };\n}\n",
        );
        check("{\n  sops.secrets.x = { };\n  a = 1;\n}\n", "{\n  a = 1;\n}\n");
        check("{ sops.secrets = { a = { }; x = { }; b = { }; }; }", "{ sops.secrets = { a = { }; b = { }; }; }");
        check("{\n  sops.secrets = { x = { }; };\n}\n", "{\n  sops.secrets = { };\n}\n");
        check(
            "{\n  sops.secrets = {\n    # of x\n    x = { };\n  };\n  a = {};\n  b = {};\n}\n",
            "{\n  sops.secrets = {};\n  a = {};\n  b = {};\n}\n",
        );
        check(
            "{\n  sops.secrets = {\n    x = { };\n\n    # more to come\n  };\n}\n",
            "{\n  sops.secrets = {\n    # more to come\n  };\n}\n",
        );
    }

    #[test]
    fn split_declarations_go_as_a_whole() {
        check(
            "{\n  sops.secrets.x.mode = \"0400\";\n  a = 1;\n  sops.secrets.x.owner = \"o\";\n  b = 2;\n}\n",
            "{\n  a = 1;\n  b = 2;\n}\n",
        );
        check(
            "{\n  a = 1;\n\n  sops.secrets.x.mode = \"0400\";\n\n  sops.secrets.x.owner = \"o\";\n\n  b = 2;\n}\n",
            "{\n  a = 1;\n\n  b = 2;\n}\n",
        );
    }

    #[test]
    fn inherited_and_listed_names_go_too() {
        check(
            "let x = { }; a = { }; in { sops.secrets = { inherit a x; }; }",
            "let x = { }; a = { }; in { sops.secrets = { inherit a; }; }",
        );
        check(
            "let x = { }; in { sops.secrets = { inherit x; b = { }; }; }",
            "let x = { }; in { sops.secrets = { b = { }; }; }",
        );
        check(
            "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"a\" \"x\" ] (_: { }); }",
            "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"a\" ] (_: { }); }",
        );
        check(
            "{ lib, ... }: {\n  sops.secrets = lib.genAttrs [\n    \"x\" # it\n    \"b\"\n  ] (_: { });\n}",
            "{ lib, ... }: {\n  sops.secrets = lib.genAttrs [\n    \"b\"\n  ] (_: { });\n}",
        );
        check(
            "{ sops.secrets = builtins.listToAttrs [ { name = \"x\"; value = { }; } { name = \"b\"; value = { }; } ]; }",
            "{ sops.secrets = builtins.listToAttrs [ { name = \"b\"; value = { }; } ]; }",
        );
    }

    #[test]
    fn computed_declarations_are_refused() {
        let file = NixFile::parse(
            "{ lib, ... }: { sops.secrets = lib.mapAttrs' (n: v: lib.nameValuePair \"p-${n}\" v) { x = { }; }; }",
        );
        let refused = file.remove_declaration(DeclarationId(0)).unwrap_err();
        let why = "is computed by a function".to_owned();
        assert_eq!(refused, EditError::Computed { name: "p-x".to_owned(), line: 1, why });
        let text = "let n = [ \"x\" ]; in { lib, ... }: { sops.secrets = lib.genAttrs n (_: { }); }";
        let refused = NixFile::parse(text).remove_declaration(DeclarationId(0)).unwrap_err();
        let why = "is listed where other things may use the list".to_owned();
        assert_eq!(refused, EditError::Computed { name: "x".to_owned(), line: 1, why });
    }
}
