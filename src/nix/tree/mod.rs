//! The syntax tree of one Nix text in a compact form: nodes in the order of the text, each a kind and a byte range.
//!
//! rnix parses; its green tree is copied into one `Vec`, because a walk over it then costs no allocation and the ids
//! are plain numbers that are the same whenever the same text is parsed. Blanks are left out, comments are kept apart.
//! Sound text of the usual kind is read into that `Vec` directly ([`quick`]), to the same nodes.
//! This module knows the grammar (rnix 0.15, which follows Nix 2.18) and no meaning.

mod attribute;
mod expression;
mod limit;
mod quick;
mod string;
mod twice;

use std::ops::Range;

use rnix::{NixLanguage, ParseError, SyntaxKind};
use rowan::{GreenNodeData, Language, NodeOrToken};

pub(super) use self::expression::Expr;
pub(super) use self::string::{StringPart, is_indented, plain_name};
use self::twice::Twice;
use super::error::SyntaxProblem;

/// A node's place in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    kind: SyntaxKind,
    start: u32,
    end: u32,
    parent: u32,
    /// The first node after this one's subtree.
    next: u32,
}

/// A parsed text.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    comments: Vec<Range<usize>>,
    problems: Vec<SyntaxProblem>,
    old_nix: usize,
}

impl<'t> Tree<'t> {
    /// Parses a text. Damaged text gives a tree and problems; text that is too large or too nested gives problems only.
    pub(super) fn parse(text: &'t str) -> Self {
        let mut tree = match quick::read(text) {
            Some((nodes, comments)) => Self { nodes, comments, ..Self::empty(text) },
            None => Self::by_rnix(text),
        };
        if tree.problems.is_empty() {
            tree.look_for_twins();
        }
        tree
    }

    /// Parses a text of any kind.
    fn by_rnix(text: &'t str) -> Self {
        let mut tree = Self::empty(text);
        if let Some(problem) = limit::exceeded(text) {
            tree.problems.push(problem);
            return tree;
        }
        let parse = rnix::Root::parse(text);
        tree.copy(parse.syntax().green());
        // What follows the first error follows from it; Nix stops there too.
        let first = parse.errors().iter().map(|error| problem(error, text.len())).min_by_key(|error| error.range.start);
        tree.problems.extend(first);
        tree
    }

    fn empty(text: &'t str) -> Self {
        Self { text, nodes: Vec::new(), comments: Vec::new(), problems: Vec::new(), old_nix: 0 }
    }

    /// The text it was parsed from.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// Where the text breaks the grammar.
    pub(super) fn problems(&self) -> &[SyntaxProblem] {
        &self.problems
    }

    /// How many attributes are written in an order that Nix refuses before version 2.25.
    pub(super) fn refused_by_old_nix(&self) -> usize {
        self.old_nix
    }

    /// The comments, in order; a line comment ends before its line ending.
    pub(super) fn comments(&self) -> &[Range<usize>] {
        &self.comments
    }

    /// The file's expression.
    pub(super) fn root(&self) -> Option<NodeId> {
        if self.nodes.is_empty() { None } else { self.child_expression(NodeId(0)) }
    }

    /// All nodes and tokens, in the order of the text.
    pub(super) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// What a node is.
    pub(super) fn kind(&self, id: NodeId) -> SyntaxKind {
        self.node(id).kind
    }

    /// Where a node stands, without blanks around it.
    pub(super) fn range(&self, id: NodeId) -> Range<usize> {
        self.node(id).start as usize..self.node(id).end as usize
    }

    /// The text of a node.
    pub(super) fn slice(&self, id: NodeId) -> &'t str {
        &self.text[self.range(id)]
    }

    /// The node around this one.
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id.0 != 0).then(|| NodeId(self.node(id).parent))
    }

    /// The nodes around this one, innermost first.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// The nodes and tokens directly below this one.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).next;
        let first = (id.0 + 1 < end).then_some(NodeId(id.0 + 1));
        std::iter::successors(first, move |child| {
            let next = self.node(*child).next;
            (next < end).then_some(NodeId(next))
        })
    }

    /// The first child of a kind.
    pub(super) fn child(&self, id: NodeId, kind: SyntaxKind) -> Option<NodeId> {
        self.children(id).find(|child| self.kind(*child) == kind)
    }

    /// The node with exactly this range and kind.
    pub(super) fn at(&self, range: &Range<usize>, kind: SyntaxKind) -> Option<NodeId> {
        let first = self.nodes.partition_point(|node| (node.start as usize) < range.start);
        let same_start = self.nodes[first..].iter().take_while(|node| node.start as usize == range.start);
        let offset = same_start.enumerate().find(|(_, node)| node.kind == kind && node.end as usize == range.end)?.0;
        u32::try_from(first + offset).ok().map(NodeId)
    }

    /// Whether `inner` lies in the subtree of `outer`, or is it.
    pub(super) fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        outer.0 <= inner.0 && inner.0 < self.node(outer).next
    }

    fn look_for_twins(&mut self) {
        for twice in twice::find(self) {
            match twice {
                Twice::Refused(problem) => self.problems.push(problem),
                Twice::RefusedByOldNix => self.old_nix += 1,
            }
        }
        self.problems.sort_by_key(|problem| problem.range.start);
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Copies a green tree without recursion: the stack holds what is open.
    fn copy(&mut self, root: &GreenNodeData) {
        let mut offset = 0;
        let mut open = vec![(self.open(root.kind(), 0, 0), root.children())];
        while let Some((id, children)) = open.last_mut() {
            let id = *id;
            match children.next() {
                Some(NodeOrToken::Node(node)) => {
                    let child = self.open(node.kind(), id, offset);
                    open.push((child, node.children()));
                }
                Some(NodeOrToken::Token(token)) => {
                    let start = offset;
                    offset += u32::from(token.text_len());
                    match NixLanguage::kind_from_raw(token.kind()) {
                        SyntaxKind::TOKEN_WHITESPACE => {}
                        SyntaxKind::TOKEN_COMMENT => {
                            self.comments.push(start as usize..comment_end(token.text(), start))
                        }
                        _ => {
                            let child = self.open(token.kind(), id, start);
                            self.close(child, offset);
                        }
                    }
                }
                None => {
                    open.pop();
                    self.close(id, offset);
                }
            }
        }
    }

    fn open(&mut self, kind: rowan::SyntaxKind, parent: u32, start: u32) -> u32 {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node { kind: NixLanguage::kind_from_raw(kind), start, end: start, parent, next: id + 1 });
        id
    }

    fn close(&mut self, id: u32, end: u32) {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let node = &mut self.nodes[id as usize];
        node.next = next;
        node.end = end;
    }
}

/// The end of a comment; the carriage return of its line ending is not part of it.
fn comment_end(text: &str, start: u32) -> usize {
    let length = if text.starts_with('#') { text.trim_end_matches('\r').len() } else { text.len() };
    start as usize + length
}

fn problem(error: &ParseError, end: usize) -> SyntaxProblem {
    let at = |range: &rnix::TextRange| usize::from(range.start())..usize::from(range.end());
    let (range, message) = match error {
        ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => {
            (at(range), "this does not belong here".to_owned())
        }
        ParseError::UnexpectedWanted(_, range, wanted) => {
            (at(range), format!("this does not belong here; {} would", in_words(wanted)))
        }
        ParseError::UnexpectedDoubleBind(range) => (at(range), "the arguments have two names".to_owned()),
        ParseError::UnexpectedEOFWanted(wanted) => {
            (end..end, format!("the file ends where {} is needed", in_words(wanted)))
        }
        ParseError::DuplicatedArgs(range, name) => (at(range), format!("the argument {name} is there twice")),
        ParseError::RecursionLimitExceeded => (0..0, "the file is nested too deeply to be read".to_owned()),
        _ => (end..end, "the file ends too early".to_owned()),
    };
    SyntaxProblem { range, message }
}

fn in_words(wanted: &[SyntaxKind]) -> String {
    let words: Vec<&str> = wanted
        .iter()
        .map(|kind| match kind {
            SyntaxKind::TOKEN_SEMICOLON => "a semicolon",
            SyntaxKind::TOKEN_ASSIGN => "an equals sign",
            SyntaxKind::TOKEN_R_BRACE => "a closing brace",
            SyntaxKind::TOKEN_R_BRACK => "a closing bracket",
            SyntaxKind::TOKEN_R_PAREN => "a closing parenthesis",
            SyntaxKind::TOKEN_IDENT => "a name",
            SyntaxKind::TOKEN_STRING_END => "the end of a string",
            SyntaxKind::TOKEN_INTERPOL_END => "the end of an interpolation",
            SyntaxKind::TOKEN_COLON => "a colon",
            SyntaxKind::TOKEN_IN => "in",
            SyntaxKind::TOKEN_THEN => "then",
            SyntaxKind::TOKEN_ELSE => "else",
            _ => "an expression",
        })
        .collect();
    let mut distinct: Vec<&str> = Vec::new();
    for word in words {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    distinct.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let tree = Tree::parse(text);
        let problems: Vec<String> = tree
            .problems()
            .iter()
            .map(|problem| format!("{}..{} {}", problem.range.start, problem.range.end, problem.message))
            .collect();
        assert_eq!(problems, expected);
    }

    #[test]
    fn every_node_knows_its_place() {
        let tree = Tree::parse("{ a.b = f [ 1 \"x\" ]; # c\r\n}");
        for id in tree.ids() {
            let children: Vec<NodeId> = tree.children(id).collect();
            assert!(children.iter().all(|child| tree.parent(*child) == Some(id) && tree.contains(id, *child)));
            assert_eq!(tree.at(&tree.range(id), tree.kind(id)), Some(id));
        }
        let comments: Vec<&str> = tree.comments().iter().map(|range| &tree.text()[range.clone()]).collect();
        assert_eq!(comments, ["# c"]);
    }

    #[test]
    fn sound_text_has_no_problems() {
        check("{ config, ... }: { a = [ ./x ]; }", &[]);
    }

    #[test]
    fn damage_is_told_in_words_with_its_place() {
        check("{ a = 1 }", &["8..9 this does not belong here; a semicolon would"]);
        check("{ a = 1;", &["8..8 the file ends too early"]);
        check("{ a = ; }", &["6..7 this does not belong here; an expression or a name would"]);
    }
}
