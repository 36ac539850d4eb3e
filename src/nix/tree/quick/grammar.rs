//! The grammar: recursive descent with one token of lookahead. The limits on tokens bound its depth too.

use std::ops::Range;

use rnix::SyntaxKind::{self, *};

use super::super::Node;
use super::super::limit::MAX_SIZE;
use super::Unclear;
use super::lexer::{Lexer, Stop, Token};
use super::outline::{Mark, Outline};

/// How tightly operators bind, loosest first. `!` stands between `//` and `+`, `-x` above all.
const LOOSEST: u8 = 1;
const EQUALITY: u8 = 4;
const COMPARISON: u8 = 5;
const NOT: u8 = 7;
const HAS_ATTRIBUTE: u8 = 11;

/// To which side an operator groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    Left,
    Right,
    /// `a == b == c` is refused.
    Neither,
}

fn operator(kind: SyntaxKind) -> Option<(u8, Groups)> {
    Some(match kind {
        TOKEN_IMPLICATION => (LOOSEST, Groups::Right),
        TOKEN_OR_OR => (2, Groups::Left),
        TOKEN_AND_AND => (3, Groups::Left),
        TOKEN_EQUAL | TOKEN_NOT_EQUAL => (EQUALITY, Groups::Neither),
        TOKEN_LESS | TOKEN_LESS_OR_EQ | TOKEN_MORE | TOKEN_MORE_OR_EQ => (COMPARISON, Groups::Neither),
        TOKEN_UPDATE => (6, Groups::Right),
        TOKEN_ADD | TOKEN_SUB => (8, Groups::Left),
        TOKEN_MUL | TOKEN_DIV => (9, Groups::Left),
        TOKEN_CONCAT => (10, Groups::Right),
        TOKEN_QUESTION => (HAS_ATTRIBUTE, Groups::Left),
        _ => return None,
    })
}

struct Grammar<'t> {
    lexer: Lexer<'t>,
    outline: Outline,
    /// The token that is looked at; the lexer stands right behind it.
    token: Token,
    /// Where the last token taken ends.
    end: u32,
}

/// Reads a whole text.
pub(super) fn read(text: &str) -> Result<(Vec<Node>, Vec<Range<usize>>), Unclear> {
    if text.len() > MAX_SIZE {
        return Err(Unclear);
    }
    let mut lexer = Lexer::new(text);
    let mut outline = Outline::new(text);
    outline.start(NODE_ROOT, 0);
    let token = lexer.next()?;
    let mut grammar = Grammar { lexer, outline, token, end: 0 };
    grammar.expression()?;
    if grammar.token.kind.is_some() {
        return Err(Unclear);
    }
    grammar.outline.end(text.len() as u32);
    Ok((grammar.outline.into_nodes(), grammar.lexer.comments))
}

impl Grammar<'_> {
    fn is_at(&self, kind: SyntaxKind) -> bool {
        self.token.kind == Some(kind)
    }

    /// Puts a token into the outline.
    fn take(&mut self, kind: SyntaxKind, token: Token) {
        self.outline.token(kind, token.start, token.end);
        self.end = token.end;
    }

    /// Takes the token that is looked at, and looks at the next.
    fn bump(&mut self) -> Result<(), Unclear> {
        let kind = self.token.kind.ok_or(Unclear)?;
        self.take(kind, self.token);
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn expect(&mut self, kind: SyntaxKind) -> Result<(), Unclear> {
        if self.is_at(kind) { self.bump() } else { Err(Unclear) }
    }

    fn start(&mut self, kind: SyntaxKind) -> Mark {
        self.outline.start(kind, self.token.start)
    }

    fn finish(&mut self) {
        self.outline.end(self.end);
    }

    fn expression(&mut self) -> Result<(), Unclear> {
        match self.token.kind {
            Some(TOKEN_LET) => {
                self.start(NODE_LET_IN);
                self.bump()?;
                if self.is_at(TOKEN_L_BRACE) {
                    return Err(Unclear);
                }
                self.bindings(TOKEN_IN)?;
                self.expression()?;
            }
            Some(kind @ (TOKEN_WITH | TOKEN_ASSERT)) => {
                self.start(if kind == TOKEN_WITH { NODE_WITH } else { NODE_ASSERT });
                self.bump()?;
                self.expression()?;
                self.expect(TOKEN_SEMICOLON)?;
                self.expression()?;
            }
            Some(TOKEN_IF) => {
                self.start(NODE_IF_ELSE);
                self.bump()?;
                self.expression()?;
                self.expect(TOKEN_THEN)?;
                self.expression()?;
                self.expect(TOKEN_ELSE)?;
                self.expression()?;
            }
            _ => return self.operation(LOOSEST).map(drop),
        }
        self.finish();
        Ok(())
    }

    /// Operators that bind at least as tightly as `loosest`, and what they work on.
    fn operation(&mut self, loosest: u8) -> Result<Mark, Unclear> {
        let mut left = self.operand(loosest)?;
        while let Some((tightness, groups)) = self.token.kind.and_then(operator).filter(|found| found.0 >= loosest) {
            if tightness == HAS_ATTRIBUTE {
                left = self.outline.around(left, NODE_HAS_ATTR);
                self.bump()?;
                self.attribute_path()?;
                self.finish();
                continue;
            }
            left = self.outline.around(left, NODE_BIN_OP);
            self.bump()?;
            self.operation(if groups == Groups::Right { tightness } else { tightness + 1 })?;
            self.finish();
            let next = self.token.kind.and_then(operator).map(|found| found.0);
            if groups == Groups::Neither && next == Some(tightness) {
                return Err(Unclear);
            }
        }
        Ok(left)
    }

    fn operand(&mut self, loosest: u8) -> Result<Mark, Unclear> {
        match self.token.kind {
            Some(TOKEN_INVERT) if loosest > NOT => Err(Unclear),
            Some(TOKEN_INVERT) => {
                let mark = self.start(NODE_UNARY_OP);
                self.bump()?;
                // A second `!` is its own operand.
                self.operation(NOT)?;
                self.finish();
                Ok(mark)
            }
            Some(TOKEN_SUB) => {
                let mark = self.start(NODE_UNARY_OP);
                self.bump()?;
                if self.is_at(TOKEN_SUB) {
                    self.operand(HAS_ATTRIBUTE)?
                } else {
                    self.application()?
                };
                self.finish();
                Ok(mark)
            }
            _ => self.application(),
        }
    }

    /// `f x y`
    fn application(&mut self) -> Result<Mark, Unclear> {
        let mut mark = self.simple()?;
        while self.token.kind.is_some_and(SyntaxKind::is_fn_arg) {
            mark = self.outline.around(mark, NODE_APPLY);
            self.simple()?;
            self.finish();
        }
        Ok(mark)
    }

    /// What needs no parentheses as an argument, and the attributes that are selected from it.
    fn simple(&mut self) -> Result<Mark, Unclear> {
        let mark = match self.token.kind.ok_or(Unclear)? {
            TOKEN_IDENT => self.name_or_function()?,
            TOKEN_STRING_START => self.string()?,
            TOKEN_L_BRACE if self.lexer.is_at_pattern() => self.function_of_pattern()?,
            TOKEN_L_BRACE | TOKEN_REC => self.set()?,
            TOKEN_L_BRACK => self.list()?,
            TOKEN_L_PAREN => self.parentheses(NODE_PAREN)?,
            kind @ (TOKEN_PATH_ABS | TOKEN_PATH_REL | TOKEN_PATH_SEARCH) => self.path(kind)?,
            TOKEN_INTEGER | TOKEN_FLOAT => {
                let mark = self.start(NODE_LITERAL);
                self.bump()?;
                self.finish();
                mark
            }
            _ => return Err(Unclear),
        };
        match self.token.kind {
            Some(TOKEN_DOT) => self.selection(mark),
            Some(TOKEN_OR) => Err(Unclear),
            _ => Ok(mark),
        }
    }

    fn selection(&mut self, of: Mark) -> Result<Mark, Unclear> {
        let mark = self.outline.around(of, NODE_SELECT);
        self.bump()?;
        self.attribute_path()?;
        if self.is_at(TOKEN_OR) {
            self.bump()?;
            self.simple()?;
        }
        self.finish();
        Ok(mark)
    }

    fn parentheses(&mut self, kind: SyntaxKind) -> Result<Mark, Unclear> {
        let mark = self.start(kind);
        self.bump()?;
        self.expression()?;
        self.expect(TOKEN_R_PAREN)?;
        self.finish();
        Ok(mark)
    }

    fn set(&mut self) -> Result<Mark, Unclear> {
        let mark = self.start(NODE_ATTR_SET);
        if self.is_at(TOKEN_REC) {
            self.bump()?;
        }
        self.expect(TOKEN_L_BRACE)?;
        self.bindings(TOKEN_R_BRACE)?;
        self.finish();
        Ok(mark)
    }

    fn list(&mut self) -> Result<Mark, Unclear> {
        let mark = self.start(NODE_LIST);
        self.bump()?;
        while !self.is_at(TOKEN_R_BRACK) {
            self.simple()?;
        }
        self.bump()?;
        self.finish();
        Ok(mark)
    }

    /// The bindings of a set or `let`, and the token that ends them.
    fn bindings(&mut self, last: SyntaxKind) -> Result<(), Unclear> {
        while !self.is_at(last) {
            if self.is_at(TOKEN_INHERIT) {
                self.inherit()?;
            } else {
                self.start(NODE_ATTRPATH_VALUE);
                self.attribute_path()?;
                self.expect(TOKEN_ASSIGN)?;
                self.expression()?;
                self.expect(TOKEN_SEMICOLON)?;
                self.finish();
            }
        }
        self.bump()
    }

    fn inherit(&mut self) -> Result<(), Unclear> {
        self.start(NODE_INHERIT);
        self.bump()?;
        if self.is_at(TOKEN_L_PAREN) {
            self.parentheses(NODE_INHERIT_FROM)?;
        }
        while !self.is_at(TOKEN_SEMICOLON) {
            self.attribute()?;
        }
        self.bump()?;
        self.finish();
        Ok(())
    }

    fn attribute_path(&mut self) -> Result<(), Unclear> {
        self.start(NODE_ATTRPATH);
        self.attribute()?;
        while self.is_at(TOKEN_DOT) {
            self.bump()?;
            self.attribute()?;
        }
        self.finish();
        Ok(())
    }

    fn attribute(&mut self) -> Result<(), Unclear> {
        match self.token.kind {
            Some(TOKEN_IDENT | TOKEN_OR) => {
                self.token.kind = Some(TOKEN_IDENT);
                self.name().map(drop)
            }
            Some(TOKEN_STRING_START) => self.string().map(drop),
            Some(TOKEN_INTERPOL_START) => {
                self.start(NODE_DYNAMIC);
                self.take(TOKEN_INTERPOL_START, self.token);
                self.interpolated()?;
                self.finish();
                self.token = self.lexer.next()?;
                Ok(())
            }
            _ => Err(Unclear),
        }
    }

    /// The expression of an interpolation and the brace behind it; the lexer is left right behind that.
    fn interpolated(&mut self) -> Result<(), Unclear> {
        self.token = self.lexer.next()?;
        self.expression()?;
        if !self.is_at(TOKEN_R_BRACE) {
            return Err(Unclear);
        }
        self.take(TOKEN_INTERPOL_END, self.token);
        Ok(())
    }

    fn interpolation(&mut self) -> Result<(), Unclear> {
        let token = self.lexer.stop(Stop::Interpolation)?;
        self.outline.start(NODE_INTERPOL, token.start);
        self.take(TOKEN_INTERPOL_START, token);
        self.interpolated()?;
        self.finish();
        Ok(())
    }

    fn string(&mut self) -> Result<Mark, Unclear> {
        let mark = self.start(NODE_STRING);
        let is_indented = self.token.end - self.token.start == 2;
        self.take(TOKEN_STRING_START, self.token);
        loop {
            let (part, stop) = self.lexer.string_part(is_indented)?;
            if let Some(kind) = part.kind {
                self.take(kind, part);
            }
            if stop != Stop::Interpolation {
                let token = self.lexer.stop(stop)?;
                self.take(TOKEN_STRING_END, token);
                break;
            }
            self.interpolation()?;
        }
        self.finish();
        self.token = self.lexer.next()?;
        Ok(mark)
    }

    fn path(&mut self, kind: SyntaxKind) -> Result<Mark, Unclear> {
        let node = match kind {
            TOKEN_PATH_ABS => NODE_PATH_ABS,
            TOKEN_PATH_REL => NODE_PATH_REL,
            _ => NODE_PATH_SEARCH,
        };
        let mark = self.start(node);
        self.take(kind, self.token);
        while self.lexer.is_at_interpolation() {
            self.interpolation()?;
            if let Some(part) = self.lexer.path_part(kind)? {
                self.take(kind, part);
            }
        }
        self.finish();
        self.token = self.lexer.next()?;
        // rnix takes this for a part of the path.
        if self.is_at(TOKEN_INTERPOL_START) { Err(Unclear) } else { Ok(mark) }
    }

    fn name(&mut self) -> Result<Mark, Unclear> {
        if !self.is_at(TOKEN_IDENT) {
            return Err(Unclear);
        }
        let mark = self.start(NODE_IDENT);
        self.bump()?;
        self.finish();
        Ok(mark)
    }

    /// `x`, `x: body`, `x@{ … }: body`
    fn name_or_function(&mut self) -> Result<Mark, Unclear> {
        let name = self.name()?;
        let parameter = match self.token.kind {
            Some(TOKEN_COLON) => {
                let parameter = self.outline.around(name, NODE_IDENT_PARAM);
                self.finish();
                parameter
            }
            Some(TOKEN_AT) => {
                let bind = self.outline.around(name, NODE_PAT_BIND);
                self.bump()?;
                self.finish();
                let pattern = self.outline.around(bind, NODE_PATTERN);
                self.expect(TOKEN_L_BRACE)?;
                self.entries()?;
                self.finish();
                pattern
            }
            _ => return Ok(name),
        };
        self.function(parameter)
    }

    /// `{ a, b ? c, ... }@args: body`
    fn function_of_pattern(&mut self) -> Result<Mark, Unclear> {
        let pattern = self.start(NODE_PATTERN);
        self.bump()?;
        self.entries()?;
        if self.is_at(TOKEN_AT) {
            self.start(NODE_PAT_BIND);
            self.bump()?;
            self.name()?;
            self.finish();
        }
        self.finish();
        self.function(pattern)
    }

    fn function(&mut self, parameter: Mark) -> Result<Mark, Unclear> {
        let function = self.outline.around(parameter, NODE_LAMBDA);
        self.expect(TOKEN_COLON)?;
        self.expression()?;
        self.finish();
        Ok(function)
    }

    /// The entries of a pattern and its closing brace.
    fn entries(&mut self) -> Result<(), Unclear> {
        while self.is_at(TOKEN_IDENT) {
            self.start(NODE_PAT_ENTRY);
            self.name()?;
            if self.is_at(TOKEN_QUESTION) {
                self.bump()?;
                self.expression()?;
            }
            self.finish();
            if !self.is_at(TOKEN_COMMA) {
                return self.expect(TOKEN_R_BRACE);
            }
            self.bump()?;
        }
        if self.is_at(TOKEN_ELLIPSIS) {
            self.bump()?;
        }
        self.expect(TOKEN_R_BRACE)
    }
}
