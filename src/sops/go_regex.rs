//! Go's regular expressions with Rust's engine: the same language, read with Go's meaning.
//!
//! Both are RE2's children and run in linear time. They differ where this file translates: `\d \w \s \b` are ASCII in
//! Go, brackets inside a class are plain characters there, and Rust knows escapes, flags and set operators that Go
//! refuses. Truth: Go 1.24, `regexp/syntax/parse.go`.

use regex::Regex;

/// Compiles a Go pattern; `None` where Go refuses it.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let translated = Translation { rest: pattern, out: String::with_capacity(pattern.len() + 16) }.run()?;
    Regex::new(&translated).ok()
}

/// The ASCII meaning of Go's one-letter classes. Nested brackets are a union inside a Rust class.
fn letter_class(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => "[\\t\\n\\f\\r ]",
        'S' => "[^\\t\\n\\f\\r ]",
        _ => return None,
    })
}

struct Translation<'p> {
    rest: &'p str,
    out: String,
}

impl Translation<'_> {
    fn run(mut self) -> Option<String> {
        while let Some(character) = self.next() {
            match character {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '{' if !self.starts_repetition() => self.out.push_str("\\{"),
                '}' if !self.closes_repetition() => self.out.push_str("\\}"),
                '*' | '+' | '?' => self.repetition(character)?,
                other => self.out.push(other),
            }
        }
        Some(self.out)
    }

    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    /// A `\` has been read.
    fn escape(&mut self, in_class: bool) -> Option<()> {
        let escaped = self.next()?;
        if let Some(class) = letter_class(escaped) {
            self.out.push_str(class);
            return Some(());
        }
        match escaped {
            'b' | 'B' if !in_class => self.out.push_str(if escaped == 'b' { "(?-u:\\b)" } else { "(?-u:\\B)" }),
            'A' | 'z' if !in_class => self.push_escape(escaped),
            'Q' if !in_class => self.quotation(),
            'p' | 'P' | 'x' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => self.push_escape(escaped),
            '0'..='7' => self.octal(escaped)?,
            // In Go a backslash before punctuation is always the punctuation itself; Rust reads `\<` as a boundary.
            _ if escaped.is_ascii() && !escaped.is_ascii_alphanumeric() => {
                self.out.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4])));
            }
            _ => return None,
        }
        Some(())
    }

    fn push_escape(&mut self, escaped: char) {
        self.out.push('\\');
        self.out.push(escaped);
    }

    /// `\123` or `\0`: up to three octal digits; `\1` to `\7` alone would refer back, which Go refuses.
    fn octal(&mut self, first: char) -> Option<()> {
        let more = self.rest.bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        if first != '0' && more == 0 {
            return None;
        }
        let digits = format!("{first}{}", &self.rest[..more]);
        self.rest = &self.rest[more..];
        let code = u32::from_str_radix(&digits, 8).expect("only octal digits were taken");
        self.out.push_str(&format!("\\x{{{code:x}}}"));
        Some(())
    }

    /// `\Q` has been read: everything up to `\E` stands for itself.
    fn quotation(&mut self) {
        let end = self.rest.find("\\E");
        let literal = &self.rest[..end.unwrap_or(self.rest.len())];
        self.out.push_str(&regex::escape(literal));
        self.rest = &self.rest[end.map_or(self.rest.len(), |end| end + 2)..];
    }

    /// A `[` has been read.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.rest.starts_with('^') {
            self.next();
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let character = self.next()?;
            match character {
                ']' if !is_first => break,
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    let end = self.rest.find(":]").expect("just seen") + 2;
                    self.out.push('[');
                    self.out.push_str(&self.rest[..end]);
                    self.rest = &self.rest[end..];
                }
                '[' | ']' | '&' | '~' => self.push_escape(character),
                '\\' => self.escape(true)?,
                // A bare `-` is a character at either end and makes a range in between; `--` is Rust's difference.
                '-' if is_first || self.rest.starts_with(']') => self.push_escape('-'),
                other => self.out.push(other),
            }
            is_first = false;
        }
        self.out.push(']');
        Some(())
    }

    /// A `(` has been read: flags that only Rust has are refused.
    fn group(&mut self) -> Option<()> {
        self.out.push('(');
        let Some(after) = self.rest.strip_prefix('?') else { return Some(()) };
        if after.starts_with("P<") || after.starts_with('<') {
            return Some(());
        }
        let flags = after.split([')', ':']).next()?;
        flags.chars().all(|flag| "imsU-".contains(flag)).then_some(())?;
        self.out.push('?');
        self.out.push_str(flags);
        self.rest = &after[flags.len()..];
        Some(())
    }

    /// `*`, `+` or `?` has been read: Go refuses `a**`, which Rust takes.
    fn repetition(&mut self, operator: char) -> Option<()> {
        self.out.push(operator);
        if self.rest.starts_with('?') {
            self.next();
            self.out.push('?');
        }
        (!self.rest.starts_with(['*', '+', '?'])).then_some(())
    }

    /// Whether what follows a `{` makes it a repetition; otherwise Go takes it as a plain character.
    fn starts_repetition(&self) -> bool {
        let Some((inside, _)) = self.rest.split_once('}') else { return false };
        let (least, most) = inside.split_once(',').unwrap_or((inside, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        !least.is_empty() && digits(least) && digits(most)
    }

    /// Whether a `}` just read ends a repetition that was copied.
    fn closes_repetition(&self) -> bool {
        let inside = self.out.rfind('{').map(|at| (at, &self.out[at + 1..]));
        inside.is_some_and(|(at, inside)| {
            !self.out[..at].ends_with('\\')
                && !inside.is_empty()
                && inside.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: Option<bool>) {
        assert_eq!(compile(pattern).map(|regex| regex.is_match(text)), expected, "{pattern} on {text}");
    }

    #[test]
    fn one_letter_classes_are_ascii() {
        check(r"^\d$", "٣", Some(false));
        check(r"^\w+$", "ä", Some(false));
        check(r"^\W$", "ä", Some(true));
        check(r"^[\d_]+$", "1_", Some(true));
        check(r"^[^\d]$", "ä", Some(true));
        check(r"\s", "\u{b}", Some(false));
        check(r"ä\b", "ä", Some(false));
        check(r"^.$", "ä", Some(true));
    }

    #[test]
    fn brackets_in_a_class_are_characters() {
        check(r"^[[]$", "[", Some(true));
        check(r"^[]]$", "]", Some(true));
        check(r"^[a&&b]+$", "a&", Some(true));
        check(r"^[a~~b]+$", "~", Some(true));
        check(r"^[a-]$", "-", Some(true));
        check(r"^[-a]$", "-", Some(true));
        check(r"^[\-\]\^\[]+$", "-]^[", Some(true));
        check(r"^[[:alpha:]_]+$", "a_", Some(true));
        check(r"[a", "a", None);
    }

    #[test]
    fn braces_that_repeat_nothing_are_characters() {
        check(r"^a{2}$", "aa", Some(true));
        check(r"^a{2,}$", "aaa", Some(true));
        check(r"^a{,2}$", "a{,2}", Some(true));
        check(r"^{x}$", "{x}", Some(true));
        check(r"^a{2,1}$", "aa", None);
    }

    #[test]
    fn what_only_one_of_them_knows() {
        check(r"^\Qa.b\E.$", "a.bc", Some(true));
        check(r"^\Qa.b", "a.b", Some(true));
        check(r"^\101$", "A", Some(true));
        check(r"\<a", "<a", Some(true));
        check(r"(?x) a", "a", None);
        check(r"a**", "a", None);
        check(r"(?=a)", "a", None);
        check(r"\u0041", "A", None);
        check(r"\1", "1", None);
        check(r"(?i)^AB$", "ab", Some(true));
        check(r"(?P<n>a)", "a", Some(true));
        check(r"(", "(", None);
    }
}
