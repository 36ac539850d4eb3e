//! One more element of a literal list, as its neighbours are written.

use rnix::SyntaxKind::TOKEN_CONCAT;

use super::layout::Layout;
use super::style::unit;
use crate::nix::tree::{Expr, NodeId, Tree};
use crate::text::Patch;

/// The literal list that an expression is, or begins with: `[ … ]`, `[ … ] ++ x`, `with y; [ … ]`.
pub(in crate::nix) fn literal_list(tree: &Tree<'_>, value: NodeId) -> Option<NodeId> {
    match tree.expr(value) {
        Expr::List => Some(value),
        Expr::Paren(inner) | Expr::With { body: inner, .. } => literal_list(tree, inner),
        Expr::Binary { operator: TOKEN_CONCAT, left, right } => {
            literal_list(tree, left).or_else(|| literal_list(tree, right))
        }
        _ => None,
    }
}

/// Adds an element at the end of a list.
pub(super) fn append(layout: &Layout<'_, '_>, list: NodeId, element: &str) -> Patch {
    let tree = layout.tree;
    let range = tree.range(list);
    match tree.expressions(list).last() {
        Some(last) => after(layout, &range, tree.range(last), element),
        None => first(layout, &range, element),
    }
}

/// Behind the last element: on its line in a list of one line, else on a line below it.
fn after(layout: &Layout<'_, '_>, list: &std::ops::Range<usize>, last: std::ops::Range<usize>, element: &str) -> Patch {
    if layout.is_one_line(list) {
        return Patch::insert(last.end, format!(" {element}"));
    }
    let text = layout.tree.text();
    let before = &text[layout.line_start(last.start)..last.start];
    // Below an element that does not begin its line, blanks lead to the same column.
    let indentation: String =
        before.chars().map(|character| if character.is_whitespace() { character } else { ' ' }).collect();
    match layout.ends_line(last.end) {
        Some(next) if text[..next].ends_with('\n') => {
            Patch::insert(next, format!("{indentation}{element}{}", layout.ending))
        }
        _ => Patch::insert(last.end, format!("{}{indentation}{element}", layout.ending)),
    }
}

fn first(layout: &Layout<'_, '_>, list: &std::ops::Range<usize>, element: &str) -> Patch {
    let inside = list.start + 1..list.end - 1;
    if !layout.has_comments(&inside) {
        return Patch::replace(inside, format!(" {element} "));
    }
    if layout.begins_line(inside.end) {
        let indentation = format!("{}{}", layout.indentation(inside.end), unit(layout.tree.text()));
        return Patch::insert(layout.line_start(inside.end), format!("{indentation}{element}{}", layout.ending));
    }
    Patch::insert(inside.end, format!("{element} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, expected: &str) {
        let tree = Tree::parse(before);
        let list = literal_list(&tree, tree.root().unwrap()).unwrap();
        let after = append(&Layout::new(&tree), list, "./new.nix").apply(before);
        assert_eq!(after, expected);
        assert!(Tree::parse(&after).problems().is_empty());
    }

    #[test]
    fn a_list_of_one_line_stays_on_it() {
        check("[ ]", "[ ./new.nix ]");
        check("[]", "[ ./new.nix ]");
        check("[ ./a.nix ]", "[ ./a.nix ./new.nix ]");
        check("[./a.nix]", "[./a.nix ./new.nix]");
        check("with x; [ a ]", "with x; [ a ./new.nix ]");
        check("[ a ] ++ f x", "[ a ./new.nix ] ++ f x");
        check("f x ++ [ a ]", "f x ++ [ a ./new.nix ]");
    }

    #[test]
    fn elements_on_lines_of_their_own_get_a_line_below() {
        check("[\n  ./a.nix\n]", "[\n  ./a.nix\n  ./new.nix\n]");
        check("[\n\t./a.nix # a\n\t# the end\n]", "[\n\t./a.nix # a\n\t./new.nix\n\t# the end\n]");
        check("[ # scan\n  ./a.nix\n]", "[ # scan\n  ./a.nix\n  ./new.nix\n]");
        check("[ ./a.nix\n  ./b.nix ]", "[ ./a.nix\n  ./b.nix\n  ./new.nix ]");
        check("[ ./a.nix\n]", "[ ./a.nix\n  ./new.nix\n]");
        check("[\r\n  ./a.nix\r\n]", "[\r\n  ./a.nix\r\n  ./new.nix\r\n]");
        check("[\n  (f {\n    x = 1;\n  })\n]", "[\n  (f {\n    x = 1;\n  })\n  ./new.nix\n]");
    }

    #[test]
    fn comments_in_an_empty_list_stay() {
        check("[\n  # none yet\n]", "[\n  # none yet\n  ./new.nix\n]");
        check("[ /* none */ ]", "[ /* none */ ./new.nix ]");
        check("[\n]", "[ ./new.nix ]");
    }
}
