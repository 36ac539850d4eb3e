//! Writing: names and values as Nix text.
//!
//! Truth: the lexer of Nix 2.8 (`src/libexpr/lexer.l`): escapes of strings, characters of paths.

use crate::nix::declaration::OptionName;
use crate::nix::error::EditError;
use crate::nix::tree::{Expr, Tree, is_indented, plain_name};
use crate::nix::value::OptionValue;

/// An attribute name; quoted where it has to be or should be.
///
/// # Errors
/// For an empty name or one that no Nix string can hold.
pub(super) fn attribute(name: &str, prefer_quotes: bool) -> Result<String, EditError> {
    if name.is_empty() {
        return Err(EditError::Unwritable { what: "an empty name".to_owned() });
    }
    if plain_name(name) && !prefer_quotes {
        return Ok(name.to_owned());
    }
    string(name).ok_or_else(|| EditError::Unwritable { what: "a name with a NUL character".to_owned() })
}

/// An attribute name as one writes it by itself: `x`, `"api/x"`.
///
/// # Errors
/// For an empty name or one that no Nix string can hold.
pub fn attribute_name(name: &str) -> Result<String, EditError> {
    attribute(name, false)
}

/// Text for the inside of a string in `''…''`: quotes and dollars that would end it or begin an expression are escaped.
#[must_use]
pub fn indented_text(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            // Two quotes end the string, and a quote before an escaped dollar would be read as part of the escape.
            ('\'', Some('\'' | '$')) => result.push_str("''\\'"),
            ('$', Some('{')) => result.push_str("''$"),
            (other, _) => result.push(other),
        }
    }
    result
}

/// Whether an attribute that is written as `written` has quotes it does not need.
pub(super) fn quotes_by_choice(written: &str) -> bool {
    written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(plain_name)
}

/// A string in double quotes; `None` for text with NUL.
pub(super) fn string(text: &str) -> Option<String> {
    Some(format!("\"{}\"", escaped(text)?))
}

/// The inside of a string in double quotes; `None` for text with NUL.
pub(super) fn escaped(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\0' => return None,
            '"' | '\\' => result.extend(['\\', character]),
            '$' if characters.peek() == Some(&'{') => result.push_str("\\$"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            other => result.push(other),
        }
    }
    Some(result)
}

/// The value of an option. `replaced` is the text that stood there, whose kind of quotes is kept.
///
/// # Errors
/// When no Nix expression has this value.
pub(super) fn value(option: &OptionName, value: &OptionValue, replaced: Option<&str>) -> Result<String, EditError> {
    let unwritable = || EditError::Unwritable { what: format!("this value of {}", option.as_str()) };
    match value {
        OptionValue::Text(text) if replaced.is_some_and(is_indented) && fits_indented(text) => {
            Ok(format!("''{text}''"))
        }
        OptionValue::Text(text) => string(text).ok_or_else(unwritable),
        OptionValue::Path(path) => self::path(path).ok_or_else(unwritable),
        OptionValue::Integer(number) => Ok(number.to_string()),
        OptionValue::Boolean(on) => Ok(on.to_string()),
        OptionValue::Null => Ok("null".to_owned()),
        OptionValue::Texts(texts) if texts.is_empty() => Ok("[ ]".to_owned()),
        OptionValue::Texts(texts) => {
            let texts: Option<Vec<String>> = texts.iter().map(|text| string(text)).collect();
            Ok(format!("[ {} ]", texts.ok_or_else(unwritable)?.join(" ")))
        }
        OptionValue::Expression(text) => expression(text).ok_or_else(unwritable),
    }
}

/// An expression as the argument of a function.
pub(super) fn as_argument(text: String) -> String {
    let tree = Tree::parse(&text);
    let is_simple = tree.root().is_some_and(|root| {
        matches!(
            tree.expr(root),
            Expr::Ident
                | Expr::List
                | Expr::Literal
                | Expr::Paren(_)
                | Expr::Path
                | Expr::Set
                | Expr::Text
                | Expr::Select { default: None, .. }
        )
    });
    if is_simple { text } else { format!("({text})") }
}

/// Whether `''text''` is this text, without any escape.
fn fits_indented(text: &str) -> bool {
    !text.starts_with(' ') && !text.contains(['\'', '$', '\n', '\r', '\t', '\0'])
}

/// A path literal: `./x`; where the grammar does not allow a character, `./. + "/x y"`.
fn path(path: &str) -> Option<String> {
    let path =
        if path.contains('/') && path.starts_with(['.', '/', '~']) { path.to_owned() } else { format!("./{path}") };
    let is_path =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '+' | '/');
    let inner = path.strip_prefix('~').unwrap_or(&path);
    if inner.chars().all(is_path) && !inner.contains("//") && !inner.ends_with('/') {
        return Some(path);
    }
    let mut base = String::new();
    let mut rest = path.as_str();
    while let Some(folder) = ["./", "../", "~/"].into_iter().find(|folder| rest.starts_with(folder)) {
        base.push_str(folder);
        rest = &rest[folder.len()..];
    }
    let rest = rest.trim_matches('/');
    match base.as_str() {
        "" | "~/" => None,
        _ if rest.is_empty() => None,
        _ => Some(format!("{base}. + {}", string(&format!("/{rest}"))?)),
    }
}

/// One expression, complete in itself: it parses alone and as the value of a binding.
fn expression(text: &str) -> Option<String> {
    let text = text.trim();
    let alone = Tree::parse(text);
    let bound_text = format!("{{ x = {text}; }}");
    let bound = Tree::parse(&bound_text);
    let is_sound = |tree: &Tree<'_>| tree.problems().is_empty() && tree.comments().is_empty();
    let whole = alone.root().map(|root| alone.range(root))?;
    let set = bound.root()?;
    let mut bindings = bound.bindings(set);
    let value = bound.value(bindings.next()?)?;
    let is_whole = is_sound(&alone)
        && is_sound(&bound)
        && whole == (0..text.len())
        && bindings.next().is_none()
        && bound.slice(value) == text;
    is_whole.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: OptionValue, replaced: Option<&str>, expected: Option<&str>) {
        let written = value(&OptionName::Key, &given, replaced);
        assert_eq!(written.as_deref().ok(), expected);
        if expected.is_none() {
            assert_eq!(written, Err(EditError::Unwritable { what: "this value of key".to_owned() }));
        }
    }

    #[test]
    fn texts_are_escaped() {
        check(OptionValue::Text("a\"b\\c${d}$e\n\t".to_owned()), None, Some(r#""a\"b\\c\${d}$e\n\t""#));
        check(OptionValue::Text("a\0".to_owned()), None, None);
        check(OptionValue::Text("a".to_owned()), Some("''b''"), Some("''a''"));
        check(OptionValue::Text("it's".to_owned()), Some("''b''"), Some("\"it's\""));
        check(OptionValue::Texts(vec!["a".to_owned(), "b c".to_owned()]), None, Some("[ \"a\" \"b c\" ]"));
        check(OptionValue::Texts(vec![]), None, Some("[ ]"));
    }

    #[test]
    fn paths_are_literals_where_the_grammar_allows() {
        for (path, expected) in [
            ("./s/x.yaml", "./s/x.yaml"),
            ("x.yaml", "./x.yaml"),
            ("../x.yaml", "../x.yaml"),
            ("./a b.yaml", "./. + \"/a b.yaml\""),
            ("../../ä/x.yaml", "../../. + \"/ä/x.yaml\""),
            ("s/x.yaml", "./s/x.yaml"),
            ("/etc/x", "/etc/x"),
        ] {
            check(OptionValue::Path(path.to_owned()), None, Some(expected));
        }
        check(OptionValue::Path("./".to_owned()), None, None);
    }

    #[test]
    fn expressions_have_to_be_complete() {
        check(OptionValue::Expression(" config.services.x.user ".to_owned()), None, Some("config.services.x.user"));
        check(OptionValue::Expression("a: b".to_owned()), None, Some("a: b"));
        for broken in ["", "a; b = 1", "a # c", "(", "a }", "\"", "1; }; { x = 2"] {
            check(OptionValue::Expression(broken.to_owned()), None, None);
        }
    }

    #[test]
    fn nothing_ends_an_indented_string_early() {
        let check = |text: &str, expected: &str| assert_eq!(indented_text(text), expected);
        check("it's $HOME", "it's $HOME");
        check("''", "''\\''");
        check("${x}", "''${x}");
        check("'${x}", "''\\'''${x}");
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        for (name, prefer, expected) in
            [("a-b", false, "a-b"), ("a", true, "\"a\""), ("a/b", false, "\"a/b\""), ("in", false, "\"in\"")]
        {
            assert_eq!(attribute(name, prefer).unwrap(), expected);
        }
        assert!(attribute("", false).is_err());
        assert!(quotes_by_choice("\"a\"") && !quotes_by_choice("\"a/b\"") && !quotes_by_choice("a"));
    }
}
