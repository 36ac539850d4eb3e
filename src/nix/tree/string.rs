//! Strings: what their text means, and which names need quotes.
//!
//! Truth: Nix 2.8, `src/libexpr/lexer.l` (`unescapeStr`, the indented-string states) and `parser.y`
//! (`stripIndentation`).

use rnix::SyntaxKind::{NODE_INTERPOL, TOKEN_PATH_ABS, TOKEN_PATH_HOME, TOKEN_PATH_REL, TOKEN_STRING_CONTENT};

use super::{NodeId, Tree};

/// A part of a string or of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::nix) enum StringPart {
    /// Text, escapes resolved and common indentation taken away.
    Text(String),
    /// The expression in `${…}`.
    Interpolation(NodeId),
}

/// Whether a string's text is `''…''`.
pub(in crate::nix) fn is_indented(text: &str) -> bool {
    text.starts_with("''")
}

/// Whether an attribute may be written without quotes.
pub(in crate::nix) fn plain_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    let keyword = matches!(name, "if" | "then" | "else" | "assert" | "with" | "let" | "in" | "rec" | "inherit");
    starts && !keyword && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'-'))
}

impl Tree<'_> {
    /// The text of a string without interpolations.
    pub(in crate::nix) fn plain_string(&self, id: NodeId) -> Option<String> {
        let mut parts = self.string_parts(id).into_iter();
        match (parts.next(), parts.next()) {
            (None, _) => Some(String::new()),
            (Some(StringPart::Text(text)), None) => Some(text),
            _ => None,
        }
    }

    /// The parts of a string or a path in order. Neighbouring texts are one part.
    pub(in crate::nix) fn string_parts(&self, id: NodeId) -> Vec<StringPart> {
        let indented = is_indented(self.slice(id));
        let mut parts: Vec<StringPart> = self
            .children(id)
            .filter_map(|child| match self.kind(child) {
                TOKEN_STRING_CONTENT if indented => Some(StringPart::Text(self.slice(child).to_owned())),
                TOKEN_STRING_CONTENT => Some(StringPart::Text(unescape(self.slice(child)))),
                TOKEN_PATH_ABS | TOKEN_PATH_HOME | TOKEN_PATH_REL => {
                    Some(StringPart::Text(self.slice(child).to_owned()))
                }
                NODE_INTERPOL => self.child_expression(child).map(StringPart::Interpolation),
                _ => None,
            })
            .collect();
        if indented {
            strip_indentation(&mut parts);
            for part in &mut parts {
                if let StringPart::Text(text) = part {
                    *text = unescape_indented(text);
                }
            }
        }
        parts.retain(|part| !matches!(part, StringPart::Text(text) if text.is_empty()));
        parts
    }
}

/// `\n`, `\r`, `\t`, `\x`; a carriage return with or without a line feed becomes a line feed.
fn unescape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => result.extend(characters.next().map(escaped)),
            '\r' => {
                characters.next_if_eq(&'\n');
                result.push('\n');
            }
            other => result.push(other),
        }
    }
    result
}

/// `'''` is two quotes, `''$` a dollar, `''\x` an escape.
fn unescape_indented(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("''") {
        result.push_str(&rest[..at]);
        let mut characters = rest[at + 2..].chars();
        match characters.next() {
            Some('\'') => result.push_str("''"),
            Some('\\') => result.extend(characters.next().map(escaped)),
            Some(other) => result.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    result.push_str(rest);
    result
}

fn escaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// Takes the smallest indentation of all lines away, an empty first line, and the blanks of the last line.
fn strip_indentation(parts: &mut [StringPart]) {
    let smallest = smallest_indentation(parts);
    let last = parts.len().saturating_sub(1);
    let mut at_line_start = true;
    for (index, part) in parts.iter_mut().enumerate() {
        let StringPart::Text(text) = part else {
            at_line_start = false;
            continue;
        };
        let mut stripped = without_indentation(text, smallest, at_line_start);
        at_line_start = text.rsplit_once('\n').map_or(at_line_start, |_| true) && ends_in_indentation(text);
        if index == 0
            && let Some((first, rest)) = stripped.split_once('\n')
            && first.bytes().all(|byte| byte == b' ')
        {
            stripped = rest.to_owned();
        }
        if index == last
            && let Some(at) = stripped.rfind('\n')
            && stripped[at + 1..].bytes().all(|byte| byte == b' ')
        {
            stripped.truncate(at + 1);
        }
        *text = stripped;
    }
}

fn ends_in_indentation(text: &str) -> bool {
    text.rsplit('\n').next().is_some_and(|line| line.bytes().all(|byte| byte == b' '))
}

fn without_indentation(text: &str, smallest: usize, at_line_start: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            result.push('\n');
        }
        let blanks = if index > 0 || at_line_start { line.bytes().take_while(|byte| *byte == b' ').count() } else { 0 };
        result.push_str(&line[blanks.min(smallest)..]);
    }
    result
}

/// Lines of blanks only do not count, unless something is interpolated in them.
fn smallest_indentation(parts: &[StringPart]) -> usize {
    let mut smallest = usize::MAX;
    let mut indentation = Some(0);
    for part in parts {
        let StringPart::Text(text) = part else {
            smallest = smallest.min(indentation.take().unwrap_or(usize::MAX));
            continue;
        };
        for byte in text.bytes() {
            match (byte, &mut indentation) {
                (b'\n', _) => indentation = Some(0),
                (b' ', Some(count)) => *count += 1,
                (_, Some(count)) => {
                    smallest = smallest.min(*count);
                    indentation = None;
                }
                (_, None) => {}
            }
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let tree = Tree::parse(text);
        assert!(tree.problems().is_empty(), "{text}");
        let told: String = tree
            .string_parts(tree.root().unwrap())
            .into_iter()
            .map(|part| match part {
                StringPart::Text(text) => text,
                StringPart::Interpolation(id) => format!("<{}>", tree.slice(id)),
            })
            .collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn escapes_are_resolved() {
        check(r#""a\n\"\${x}\\ $${y} ${z}""#, "a\n\"${x}\\ $${y} <z>");
        check("\"a\r\nb\"", "a\nb");
        check("''a'''b''${c}''\\nd$${e}''", "a''b${c}\nd$${e}");
    }

    #[test]
    fn indentation_is_taken_away_as_nix_does_it() {
        check("''\n    a\n      b\n\n    c\n  ''", "a\n  b\n\nc\n");
        check("''\n    ${a}\n      b''", "<a>\n  b");
        check("''  a\n    b''", "a\n  b");
        check("''\n  ''", "");
        check("''\n    a ${b} \n    c\n    ''", "a <b> \nc\n");
        check("''\n\ta\n  b''", "\ta\n  b");
    }

    #[test]
    fn paths_have_parts_too() {
        check("./a/${b}/c.yaml", "./a/<b>/c.yaml");
    }

    #[test]
    fn names_that_need_quotes_are_known() {
        for plain in ["a", "_a", "a-b'", "or", "A9"] {
            assert!(plain_name(plain), "{plain}");
        }
        for quoted in ["", "9a", "a/b", "a.b", "ä", "let", "a b", "-a", "'a"] {
            assert!(!plain_name(quoted), "{quoted}");
        }
    }
}
