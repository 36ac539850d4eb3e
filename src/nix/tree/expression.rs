//! Expressions: the typed view of a node. A node of damaged text that lacks a part is [`Expr::Broken`].

use rnix::SyntaxKind::{self, *};

use super::{NodeId, Tree};

/// What an expression is, with the parts that matter for reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::nix) enum Expr {
    /// `f x`
    Apply { function: NodeId, argument: NodeId },
    /// `assert c; body`
    Assert { body: NodeId },
    /// `left // right` and every other operator with two sides.
    Binary { operator: SyntaxKind, left: NodeId, right: NodeId },
    /// `x ? a.b`
    HasAttr { of: NodeId, path: NodeId },
    /// A name.
    Ident,
    /// `if c then a else b`
    If { condition: NodeId, then: NodeId, otherwise: NodeId },
    /// `x: body`, `{ a, b ? 1, ... }@x: body`; the parameter is a pattern or a name.
    Lambda { parameter: NodeId, body: NodeId },
    /// `let … in body`
    Let { body: NodeId },
    /// `[ … ]`
    List,
    /// A number or a URI.
    Literal,
    /// `( … )`
    Paren(NodeId),
    /// `./x`, `/x`, `~/x`, `<x>`
    Path,
    /// `x.a.b`, `x.a or default`
    Select { of: NodeId, path: NodeId, default: Option<NodeId> },
    /// `{ … }`, `rec { … }`
    Set,
    /// `"…"`, `''…''`
    Text,
    /// `-x`, `!x`
    Unary { operator: SyntaxKind, operand: NodeId },
    /// `with x; body`
    With { namespace: NodeId, body: NodeId },
    /// Damaged, or a form nobody writes (`let { … }`, `__curPos`).
    Broken,
}

impl Tree<'_> {
    /// The expression at a node.
    pub(in crate::nix) fn expr(&self, id: NodeId) -> Expr {
        self.whole_expr(id).unwrap_or(Expr::Broken)
    }

    fn whole_expr(&self, id: NodeId) -> Option<Expr> {
        let mut parts = self.expressions(id);
        Some(match self.kind(id) {
            NODE_APPLY => Expr::Apply { function: parts.next()?, argument: parts.next()? },
            NODE_ASSERT => Expr::Assert { body: parts.nth(1)? },
            NODE_BIN_OP => Expr::Binary { left: parts.next()?, right: parts.next()?, operator: self.operator(id)? },
            NODE_HAS_ATTR => Expr::HasAttr { of: parts.next()?, path: self.child(id, NODE_ATTRPATH)? },
            NODE_IDENT => Expr::Ident,
            NODE_IF_ELSE => Expr::If { condition: parts.next()?, then: parts.next()?, otherwise: parts.next()? },
            NODE_LAMBDA => {
                let parameter = self.child(id, NODE_PATTERN).or_else(|| self.child(id, NODE_IDENT_PARAM))?;
                Expr::Lambda { parameter, body: parts.next()? }
            }
            NODE_LET_IN => Expr::Let { body: parts.next()? },
            NODE_LIST => Expr::List,
            NODE_LITERAL => Expr::Literal,
            NODE_PAREN => Expr::Paren(parts.next()?),
            NODE_PATH_ABS | NODE_PATH_HOME | NODE_PATH_REL | NODE_PATH_SEARCH => Expr::Path,
            NODE_SELECT => {
                Expr::Select { of: parts.next()?, path: self.child(id, NODE_ATTRPATH)?, default: parts.next() }
            }
            NODE_ATTR_SET => Expr::Set,
            NODE_STRING => Expr::Text,
            NODE_UNARY_OP => Expr::Unary { operand: parts.next()?, operator: self.operator(id)? },
            NODE_WITH => Expr::With { namespace: parts.next()?, body: parts.next()? },
            _ => return None,
        })
    }

    /// The first expression directly below a node.
    pub(in crate::nix) fn child_expression(&self, id: NodeId) -> Option<NodeId> {
        self.expressions(id).next()
    }

    /// The expressions directly below a node, such as the elements of a list.
    pub(in crate::nix) fn expressions(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| is_expression(self.kind(*child)))
    }

    /// The expression without parentheses around it.
    pub(in crate::nix) fn bare(&self, mut id: NodeId) -> NodeId {
        while let Expr::Paren(inner) = self.expr(id) {
            id = inner;
        }
        id
    }

    /// A call `f a b` as its function and its arguments in order; parentheses around the function are left out.
    pub(in crate::nix) fn call(&self, id: NodeId) -> (NodeId, Vec<NodeId>) {
        let mut arguments = Vec::new();
        let mut head = id;
        loop {
            match self.expr(head) {
                Expr::Apply { function, argument } => {
                    arguments.push(argument);
                    head = function;
                }
                Expr::Paren(inner) if !arguments.is_empty() => head = inner,
                _ => break,
            }
        }
        arguments.reverse();
        (head, arguments)
    }

    fn operator(&self, id: NodeId) -> Option<SyntaxKind> {
        self.children(id).map(|child| self.kind(child)).find(|kind| (*kind as u16) < NODE_APPLY as u16)
    }
}

fn is_expression(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        NODE_APPLY
            | NODE_ASSERT
            | NODE_ATTR_SET
            | NODE_BIN_OP
            | NODE_CUR_POS
            | NODE_ERROR
            | NODE_HAS_ATTR
            | NODE_IDENT
            | NODE_IF_ELSE
            | NODE_LAMBDA
            | NODE_LEGACY_LET
            | NODE_LET_IN
            | NODE_LIST
            | NODE_LITERAL
            | NODE_PAREN
            | NODE_PATH_ABS
            | NODE_PATH_HOME
            | NODE_PATH_REL
            | NODE_PATH_SEARCH
            | NODE_SELECT
            | NODE_STRING
            | NODE_UNARY_OP
            | NODE_WITH
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names the expression of a text; parts in the order of the struct.
    fn check(text: &str, expected: &str) {
        let tree = Tree::parse(text);
        let id = tree.root().unwrap();
        let part = |id: NodeId| tree.slice(id);
        let told = match tree.expr(id) {
            Expr::Apply { .. } => {
                let (head, arguments) = tree.call(id);
                format!("{} <- {:?}", part(head), arguments.into_iter().map(part).collect::<Vec<_>>())
            }
            Expr::Binary { operator, left, right } => format!("{} {operator:?} {}", part(left), part(right)),
            Expr::Lambda { parameter, body } => format!("{} => {}", part(parameter), part(body)),
            Expr::Let { body } => format!("let => {}", part(body)),
            Expr::If { condition, then, otherwise } => {
                format!("{} ? {} : {}", part(condition), part(then), part(otherwise))
            }
            Expr::Select { of, path, default } => format!("{} . {} or {:?}", part(of), part(path), default.map(part)),
            Expr::With { namespace, body } => format!("{} ; {}", part(namespace), part(body)),
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn expressions_show_their_parts() {
        check("f (g 1) \"x\"", "f <- [\"(g 1)\", \"\\\"x\\\"\"]");
        check("(f a) b", "f <- [\"a\", \"b\"]");
        check("a // b // c", "a TOKEN_UPDATE b // c");
        check("{ a ? 1, ... }@x: a", "{ a ? 1, ... }@x => a");
        check("x: y", "x => y");
        check("let a = 1; in a", "let => a");
        check("if a then b else c", "a ? b : c");
        check("a.b.\"c\" or 1", "a . b.\"c\" or Some(\"1\")");
        check("with a; b", "a ; b");
        check("let { body = 1; }", "Broken");
    }
}
