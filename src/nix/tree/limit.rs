//! Limits that keep hostile text from overflowing the stack or taking seconds; checked on tokens, before parsing.
//!
//! rnix 0.15 counts nested expressions but not nested lists, chains of right-associative operators or of prefix
//! operators, and needs quadratic time for long chains of applications. Real files stay far below all limits.

use rnix::SyntaxKind::{
    self, TOKEN_ASSERT, TOKEN_COLON, TOKEN_COMMA, TOKEN_CONCAT, TOKEN_IF, TOKEN_IMPLICATION, TOKEN_IN, TOKEN_INHERIT,
    TOKEN_INTERPOL_END, TOKEN_INTERPOL_START, TOKEN_INVERT, TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN, TOKEN_LET,
    TOKEN_OR, TOKEN_PIPE_LEFT, TOKEN_R_BRACE, TOKEN_R_BRACK, TOKEN_R_PAREN, TOKEN_SEMICOLON, TOKEN_SUB, TOKEN_UPDATE,
    TOKEN_WITH,
};

use super::super::error::SyntaxProblem;

/// The largest file that is read, in bytes.
pub(super) const MAX_SIZE: usize = 4 << 20;
/// How many brackets, prefix and right-associative operators may be open at once.
const MAX_DEPTH: u32 = 256;
/// How many operators and arguments may follow each other in one expression.
const MAX_CHAIN: u32 = 1024;

/// What stands open inside one bracket, or between a `let` and its `in`.
#[derive(Clone, Copy, Default)]
struct Level {
    is_list: bool,
    is_let: bool,
    is_inherit: bool,
    /// Operators of the expression at hand that make the parser descend.
    descents: u32,
    /// Operators and arguments of the expression at hand.
    chain: u32,
    /// `with` and `assert` whose semicolon is still to come.
    awaited: u32,
}

/// The first limit that a text exceeds.
pub(super) fn exceeded(text: &str) -> Option<SyntaxProblem> {
    if text.len() > MAX_SIZE {
        let message = format!("the file has {} bytes; more than {MAX_SIZE} are not read", text.len());
        return Some(SyntaxProblem { range: 0..0, message });
    }
    let mut gauge = Gauge::new();
    let mut offset = 0;
    for (kind, token) in rnix::tokenize(text) {
        gauge.step(kind);
        if let Some(message) = gauge.excess() {
            return Some(SyntaxProblem { range: offset..offset + token.len(), message: message.to_owned() });
        }
        offset += token.len();
    }
    None
}

/// How deep the parser would be after the tokens so far.
pub(super) struct Gauge {
    levels: Vec<Level>,
    depth: u32,
}

impl Gauge {
    pub(super) fn new() -> Self {
        Self { levels: vec![Level::default()], depth: 0 }
    }

    /// Which limit the tokens so far exceed, in words.
    pub(super) fn excess(&self) -> Option<&'static str> {
        if self.depth > MAX_DEPTH {
            return Some("nested too deeply to be read");
        }
        self.levels.last().filter(|level| level.chain > MAX_CHAIN).map(|_| "too long an expression to be read")
    }

    /// Takes the next token.
    pub(super) fn step(&mut self, kind: SyntaxKind) {
        match kind {
            TOKEN_L_BRACE | TOKEN_L_PAREN | TOKEN_L_BRACK | TOKEN_INTERPOL_START => {
                self.operand();
                self.open(Level { is_list: kind == TOKEN_L_BRACK, ..Level::default() });
            }
            TOKEN_R_BRACE | TOKEN_R_PAREN | TOKEN_R_BRACK | TOKEN_INTERPOL_END => {
                while self.level().is_let {
                    self.close();
                }
                self.close();
            }
            TOKEN_LET => self.open(Level { is_let: true, ..Level::default() }),
            // The body of a `let` nests as deep as its bindings did: the level is left, its depth stays.
            TOKEN_IN => {
                if self.level().is_let {
                    self.close();
                }
                self.descend();
            }
            TOKEN_SEMICOLON => self.semicolon(),
            TOKEN_COMMA => self.reset(),
            TOKEN_WITH | TOKEN_ASSERT => {
                self.level().awaited += 1;
                self.descend();
            }
            TOKEN_SUB | TOKEN_INVERT | TOKEN_CONCAT | TOKEN_UPDATE | TOKEN_IMPLICATION | TOKEN_PIPE_LEFT
            | TOKEN_COLON | TOKEN_IF | TOKEN_OR => self.descend(),
            TOKEN_INHERIT => self.level().is_inherit = true,
            kind if kind.is_trivia() => {}
            _ => self.operand(),
        }
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn open(&mut self, level: Level) {
        self.levels.push(level);
        self.depth += 1;
    }

    fn close(&mut self) {
        self.reset();
        if self.levels.len() > 1 {
            self.levels.pop();
            self.depth -= 1;
        }
    }

    fn descend(&mut self) {
        self.level().descents += 1;
        self.depth += 1;
        self.operand();
    }

    fn operand(&mut self) {
        let level = self.level();
        level.chain += u32::from(!level.is_list && !level.is_inherit);
    }

    fn semicolon(&mut self) {
        let level = self.level();
        if level.awaited > 0 && !level.is_inherit {
            level.awaited -= 1;
            level.chain = 0;
        } else {
            self.reset();
        }
    }

    fn reset(&mut self) {
        let level = self.level();
        let left = level.descents;
        level.descents = 0;
        level.chain = 0;
        level.awaited = 0;
        level.is_inherit = false;
        self.depth -= left;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let message = exceeded(text).map(|problem| problem.message);
        assert_eq!(message.as_deref(), expected);
    }

    #[test]
    fn hostile_nesting_and_chains_are_refused() {
        for opener in [
            "[",
            "{a=",
            "(",
            "\"${",
            "-",
            "!",
            "x: ",
            "let a = 1; in ",
            "with a; ",
            "[] ++ ",
            "{} // ",
            "if a then b else ",
        ] {
            assert!(exceeded(&opener.repeat(100_000)).is_some(), "{opener}");
            Tree::parse(&opener.repeat(200));
        }
        check(&"f ".repeat(20_000), Some("too long an expression to be read"));
        check(&"1 + ".repeat(20_000), Some("too long an expression to be read"));
        check(&"a.".repeat(20_000), Some("too long an expression to be read"));
        check(&" ".repeat(MAX_SIZE + 1), Some("the file has 4194305 bytes; more than 4194304 are not read"));
    }

    #[test]
    fn long_lists_inherits_and_files_are_fine() {
        check(&format!("[ {} ]", "a \"b\" ./c ".repeat(20_000)), None);
        check(&format!("{{ inherit {}; }}", "a ".repeat(20_000)), None);
        check(
            &format!(
                "{{ {} }}",
                "a = -1 + (x: [ ] ++ let b = -1; c = -2; in with b; if c then b else c); ".repeat(20_000)
            ),
            None,
        );
        check(&format!("{{ {} }}", "a = { b = [ (f x) ]; }; ".repeat(20_000)), None);
    }
}
