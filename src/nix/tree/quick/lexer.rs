//! Tokens of plain ASCII Nix; text outside ASCII is read in strings and comments.
//!
//! Where a name ends and a path or URI begins follows rnix: a run of path characters is a path when a slash and more
//! follow it, a URI when a colon and more do.

use std::ops::Range;

use rnix::SyntaxKind::{self, *};

use super::super::limit::Gauge;
use super::Unclear;

/// One token; at the text's end there is no kind.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Option<SyntaxKind>,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What ends a part of a string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The quotes that close it, so many bytes.
    Quotes(u32),
    /// `${`
    Interpolation,
}

/// What a run of path characters is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// Names, dots, numbers.
    Plain,
    Path,
}

pub(super) struct Lexer<'t> {
    bytes: &'t [u8],
    /// Behind the last token.
    at: usize,
    pub(super) comments: Vec<Range<usize>>,
    gauge: Gauge,
    /// The end of the run that was looked at last, and what it is.
    run: (usize, Run),
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, comments: Vec::new(), gauge: Gauge::new(), run: (0, Run::Plain) }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token, Unclear> {
        self.skip_blanks()?;
        let start = self.at;
        let Some(first) = self.byte(start) else {
            return Ok(Token { kind: None, start: start as u32, end: start as u32 });
        };
        let kind = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word()?,
            b'0'..=b'9' => self.number()?,
            b'.' => self.dot()?,
            b'/' => self.slash()?,
            b'<' => self.less()?,
            b'+' | b'-' => self.sign()?,
            _ => self.punctuation(first)?,
        };
        self.token(kind, start)
    }

    /// The text of a string up to what stops it; empty where there is none.
    pub(super) fn string_part(&mut self, is_indented: bool) -> Result<(Token, Stop), Unclear> {
        let start = self.at;
        let mut at = start;
        let stop = loop {
            let next = self.byte(at + 1);
            match self.byte(at).ok_or(Unclear)? {
                b'"' if !is_indented => break Stop::Quotes(1),
                b'\\' if !is_indented => at += 2,
                b'$' if next == Some(b'$') => at += 2,
                b'$' if next == Some(b'{') => break Stop::Interpolation,
                b'\'' if is_indented && next == Some(b'\'') => match self.byte(at + 2) {
                    Some(b'\'' | b'$') => at += 3,
                    Some(b'\\') => at += 4,
                    _ => break Stop::Quotes(2),
                },
                _ => at += 1,
            }
        };
        self.at = at;
        let kind = if at == start { None } else { Some(TOKEN_STRING_CONTENT) };
        if let Some(kind) = kind {
            self.measure(kind)?;
        }
        Ok((Token { kind, start: start as u32, end: at as u32 }, stop))
    }

    /// Takes what stopped a part of a string.
    pub(super) fn stop(&mut self, stop: Stop) -> Result<Token, Unclear> {
        let start = self.at;
        let (kind, length) = match stop {
            Stop::Quotes(length) => (TOKEN_STRING_END, length as usize),
            Stop::Interpolation => (TOKEN_INTERPOL_START, 2),
        };
        self.at += length;
        self.token(kind, start)
    }

    /// Whether an interpolation follows without a blank.
    pub(super) fn is_at_interpolation(&self) -> bool {
        self.bytes[self.at..].starts_with(b"${")
    }

    /// The part of a path behind an interpolation.
    pub(super) fn path_part(&mut self, kind: SyntaxKind) -> Result<Option<Token>, Unclear> {
        let start = self.at;
        if !self.byte(start).is_some_and(is_in_path) {
            return Ok(None);
        }
        self.path(start, kind)?;
        self.token(kind, start).map(Some)
    }

    /// Whether what follows `{` is the inside of a pattern: `}:`, `}@`, `... }`, or a name before `,`, `?` or `}`.
    pub(super) fn is_at_pattern(&self) -> bool {
        let at = self.behind_blanks(self.at);
        match self.byte(at) {
            Some(b'}') => matches!(self.byte(self.behind_blanks(at + 1)), Some(b':' | b'@')),
            Some(b'.') if self.bytes[at..].starts_with(b"...") => self.byte(self.behind_blanks(at + 3)) == Some(b'}'),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
                let end = at + count(&self.bytes[at..], is_in_name);
                matches!(self.byte(self.behind_blanks(end)), Some(b',' | b'?' | b'}'))
            }
            _ => false,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn token(&mut self, kind: SyntaxKind, start: usize) -> Result<Token, Unclear> {
        self.measure(kind)?;
        Ok(Token { kind: Some(kind), start: start as u32, end: self.at as u32 })
    }

    fn measure(&mut self, kind: SyntaxKind) -> Result<(), Unclear> {
        self.gauge.step(kind);
        if self.gauge.excess().is_some() { Err(Unclear) } else { Ok(()) }
    }

    /// Goes behind blanks and comments, and keeps the comments.
    fn skip_blanks(&mut self) -> Result<(), Unclear> {
        loop {
            self.at += count(&self.bytes[self.at..], is_blank);
            let Some(end) = comment_end(self.bytes, self.at) else { return Ok(()) };
            if end > self.bytes.len() {
                return Err(Unclear);
            }
            let is_line = self.bytes[self.at] == b'#';
            let ending = self.bytes[self.at..end].iter().rev().take_while(|byte| is_line && **byte == b'\r').count();
            self.comments.push(self.at..end - ending);
            self.at = end;
        }
    }

    fn behind_blanks(&self, mut at: usize) -> usize {
        loop {
            at += count(self.bytes.get(at..).unwrap_or_default(), is_blank);
            match comment_end(self.bytes, at) {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    fn word(&mut self) -> Result<SyntaxKind, Unclear> {
        let start = self.at;
        let end = start + count(&self.bytes[start..], is_in_name);
        if matches!(self.byte(end), Some(b'.' | b'+' | b'/' | b':')) && self.run(start)? == Run::Path {
            return self.path(start, TOKEN_PATH_REL);
        }
        self.at = end;
        Ok(match &self.bytes[start..end] {
            b"assert" => TOKEN_ASSERT,
            b"else" => TOKEN_ELSE,
            b"if" => TOKEN_IF,
            b"in" => TOKEN_IN,
            b"inherit" => TOKEN_INHERIT,
            b"let" => TOKEN_LET,
            b"or" => TOKEN_OR,
            b"rec" => TOKEN_REC,
            b"then" => TOKEN_THEN,
            b"with" => TOKEN_WITH,
            b"__curPos" => return Err(Unclear),
            _ => TOKEN_IDENT,
        })
    }

    /// What the run of path characters is that begins at `start`, or began before it.
    fn run(&mut self, start: usize) -> Result<Run, Unclear> {
        if start >= self.run.0 {
            let end = start + count(&self.bytes[start..], |byte| byte != b'/' && is_in_path(byte));
            let run = match (self.byte(end), self.byte(end + 1)) {
                (Some(b'/'), Some(b'/' | b'*' | b' ' | b'\t' | b'\n' | b'\r') | None) => Run::Plain,
                (Some(b'/'), Some(next)) if next.is_ascii_graphic() => Run::Path,
                (Some(b'/'), Some(_)) => return Err(Unclear),
                (Some(b':'), Some(next)) if is_in_path(next) || b"%?:@&=$,!~*'".contains(&next) => return Err(Unclear),
                _ => Run::Plain,
            };
            self.run = (end, run);
        }
        Ok(self.run.1)
    }

    /// A path up to its end or an interpolation.
    fn path(&mut self, start: usize, kind: SyntaxKind) -> Result<SyntaxKind, Unclear> {
        let length = count(&self.bytes[start..], is_in_path);
        self.at = start + length;
        let path = &self.bytes[start..self.at];
        let is_whole = !path.ends_with(b"/") && !path.windows(2).any(|pair| pair == b"//");
        if is_whole || self.is_at_interpolation() { Ok(kind) } else { Err(Unclear) }
    }

    fn number(&mut self) -> Result<SyntaxKind, Unclear> {
        let start = self.at;
        if self.run(start)? == Run::Path {
            return Err(Unclear);
        }
        let digits = |from: usize| count(&self.bytes[from..], |byte| byte.is_ascii_digit());
        let whole = digits(start);
        let mut end = start + whole;
        let kind = if self.byte(end) == Some(b'.') {
            let fraction = digits(end + 1);
            if fraction == 0 || (whole > 1 && self.bytes[start] == b'0') {
                return Err(Unclear);
            }
            end += 1 + fraction;
            TOKEN_FLOAT
        } else {
            TOKEN_INTEGER
        };
        if self.byte(end).is_some_and(|byte| is_in_name(byte) || byte == b'.') {
            return Err(Unclear);
        }
        self.at = end;
        Ok(kind)
    }

    fn dot(&mut self) -> Result<SyntaxKind, Unclear> {
        let start = self.at;
        if self.bytes[start..].starts_with(b"...") {
            self.at += 3;
            return Ok(TOKEN_ELLIPSIS);
        }
        if self.run(start)? == Run::Path {
            return self.path(start, TOKEN_PATH_REL);
        }
        if self.byte(start + 1).is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(Unclear);
        }
        self.at += 1;
        Ok(TOKEN_DOT)
    }

    fn slash(&mut self) -> Result<SyntaxKind, Unclear> {
        match self.byte(self.at + 1) {
            Some(b'/') => {
                self.at += 2;
                Ok(TOKEN_UPDATE)
            }
            Some(b'$') => Err(Unclear),
            Some(next) if is_in_path(next) => self.path(self.at, TOKEN_PATH_ABS),
            _ => {
                self.at += 1;
                Ok(TOKEN_DIV)
            }
        }
    }

    fn less(&mut self) -> Result<SyntaxKind, Unclear> {
        let start = self.at + 1;
        let name = count(&self.bytes[start..], is_in_path);
        match self.byte(start + name) {
            Some(b'>') if name > 0 => {
                self.at = start + name + 1;
                Ok(TOKEN_PATH_SEARCH)
            }
            Some(b'>' | b'<' | b':' | b'|') => Err(Unclear),
            Some(b'=') if name == 0 => {
                self.at += 2;
                Ok(TOKEN_LESS_OR_EQ)
            }
            _ => {
                self.at += 1;
                Ok(TOKEN_LESS)
            }
        }
    }

    fn sign(&mut self) -> Result<SyntaxKind, Unclear> {
        if self.run(self.at)? == Run::Path {
            return Err(Unclear);
        }
        let (kind, length) = match &self.bytes[self.at..] {
            [b'+', b'+', ..] => (TOKEN_CONCAT, 2),
            [b'-', b'>', ..] => (TOKEN_IMPLICATION, 2),
            [b'+', ..] => (TOKEN_ADD, 1),
            _ => (TOKEN_SUB, 1),
        };
        self.at += length;
        Ok(kind)
    }

    fn punctuation(&mut self, first: u8) -> Result<SyntaxKind, Unclear> {
        let (kind, length) = match (first, self.byte(self.at + 1)) {
            (b'=', Some(b'=')) => (TOKEN_EQUAL, 2),
            (b'!', Some(b'=')) => (TOKEN_NOT_EQUAL, 2),
            (b'>', Some(b'=')) => (TOKEN_MORE_OR_EQ, 2),
            (b'&', Some(b'&')) => (TOKEN_AND_AND, 2),
            (b'|', Some(b'|')) => (TOKEN_OR_OR, 2),
            (b'$', Some(b'{')) => (TOKEN_INTERPOL_START, 2),
            (b'\'', Some(b'\'')) => (TOKEN_STRING_START, 2),
            (b'"', _) => (TOKEN_STRING_START, 1),
            (b'=', _) => (TOKEN_ASSIGN, 1),
            (b'!', _) => (TOKEN_INVERT, 1),
            (b'>', _) => (TOKEN_MORE, 1),
            (b'*', _) => (TOKEN_MUL, 1),
            (b'{', _) => (TOKEN_L_BRACE, 1),
            (b'}', _) => (TOKEN_R_BRACE, 1),
            (b'[', _) => (TOKEN_L_BRACK, 1),
            (b']', _) => (TOKEN_R_BRACK, 1),
            (b'(', _) => (TOKEN_L_PAREN, 1),
            (b')', _) => (TOKEN_R_PAREN, 1),
            (b'@', _) => (TOKEN_AT, 1),
            (b':', _) => (TOKEN_COLON, 1),
            (b',', _) => (TOKEN_COMMA, 1),
            (b'?', _) => (TOKEN_QUESTION, 1),
            (b';', _) => (TOKEN_SEMICOLON, 1),
            _ => return Err(Unclear),
        };
        self.at += length;
        Ok(kind)
    }
}

/// Where the comment ends that begins at `at`; behind the text if it never does. `None` if there is none.
fn comment_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'#', rest @ ..] => Some(at + 1 + count(rest, |byte| byte != b'\n')),
        [b'/', b'*', rest @ ..] => {
            let end = rest.windows(2).position(|pair| pair == b"*/");
            Some(end.map_or(bytes.len() + 1, |end| at + 2 + end + 2))
        }
        _ => None,
    }
}

fn count(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !is_wanted(*byte)).unwrap_or(bytes.len())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\'')
}

fn is_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'+' | b'-')
}
