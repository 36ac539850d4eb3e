//! Reads sound Nix several times as fast as the general parser, and leaves every text with anything else to that one.
//!
//! Nothing is read here that could be read in two ways: what is damaged, rare or odd (URIs, pipes, `or` as a name) is
//! handed on as a whole, so every complaint about a text comes from one place. Tests compare both ways node by node.
//!
//! ```text
//!   bytes -> lexer (tokens, comments, limits) -> grammar (recursive descent) -> outline (events) -> nodes
//! ```
//!
//! Truth: rnix 0.15, `tokenizer.rs` and `parser.rs`, whose tree this is.

mod grammar;
mod lexer;
mod outline;

use std::ops::Range;

use super::Node;

/// The text has to be read by the general parser.
#[derive(Debug)]
struct Unclear;

/// The nodes and comments of a text; `None` when it is not plainly sound.
pub(super) fn read(text: &str) -> Option<(Vec<Node>, Vec<Range<usize>>)> {
    grammar::read(text).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{Tree, limit};

    /// What is read here is what rnix reads; whether it was read here.
    fn check(text: &str, expected: bool) {
        assert_eq!(is_read_alike(text), expected, "{text}");
    }

    fn is_read_alike(text: &str) -> bool {
        let Some((nodes, comments)) = super::read(text) else { return false };
        assert!(limit::exceeded(text).is_none(), "{text}");
        let general = Tree::by_rnix(text);
        assert_eq!(general.problems, [], "{text}");
        assert_eq!(nodes, general.nodes, "{text}");
        assert_eq!(comments, general.comments, "{text}");
        true
    }

    #[test]
    fn what_modules_are_made_of_is_read_here() {
        check("{ config, lib ? x.y, ... }@args: let a.\"b c\" = 1; inherit (x) y \"z\"; in with lib; { }", true);
        check("args@{ a, }: { }: x: _: rec { a.b.${c}.d = if a then -1 else [ 1 2.5 (f x) ]; }", true);
        check("{ a = b.c.d or e.f or 1; g = f { } x.y [ ] \"s\" (a: b); or = a.or; }", true);
        check("!a && b || c -> d == e // f // g < h + i - j * k / l ++ m ++ n ? o.p", true);
        check("assert a; \"x${y + \"z${q}\"}\\\" $${a} \\${b}\" + ''\n  a ''${b} ''' ${c} ''\\n $$''", true);
        check("[ ./a ../b/c.nix /d ./e/${f}/g.${h} <nixpkgs> a/b a.b/c -x/y ] ++ [ ]", false);
        check("[ ./a ../b/c.nix /d ./e/${f}/g.${h} <nixpkgs/lib> a/b a.b/c ] ++ [ ]", true);
        check("# one\r\n/* two * ** */{ a = 1; /***/ } # three\n# four", true);
        check("a.b.c.d./x", true);
        check("let a-b' = x'; in a-b'./y", true);
    }

    #[test]
    fn what_is_odd_or_damaged_is_left() {
        for text in [
            "",
            "{ a = 1 }",
            "{ a = 1; ",
            "\"a",
            "''a",
            "/* a",
            "a b or c",
            "a:b",
            "http://x.y",
            "let { body = 1; }",
            "__curPos",
            "a |> b",
            "a <| b",
            "a == b == c",
            "a < b < c",
            "a + !b",
            "(a",
            "[ a",
            "( a ]",
            "ä",
            "1.e",
            "007.5",
            ".5",
            "./a ${b}",
            "/a/",
            "a//",
            "{ a, b",
            "{ a }@b",
            "a@{ b }@c: d",
            "~/x",
            "/${a}",
            "1a",
            "x: ",
            "\u{a0}a",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn what_exceeds_a_limit_is_left() {
        check(&format!("{}a{}", "(".repeat(300), ")".repeat(300)), false);
        check(&format!("a{}", " + a".repeat(2000)), false);
    }

    #[test]
    fn every_fixture_is_read_alike_whole_and_damaged() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/nix/fixtures");
        let (mut whole, mut damaged) = (0, 0);
        let texts = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
        for (seed, text) in texts.enumerate() {
            whole += usize::from(is_read_alike(&text));
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let pieces = [
                " ", "\n", ".", "/", ":", "'", "\"", "''", "${", "}", "{", "(", ")", "[", "]", ";", "=", "?", "@", ",",
                "...", "or ", "let ", " in ", "rec ", "-", "+", "!", "<", ">", "|", "&&", "1", "0.", "a", "_", "#",
                "/*", "\\", "$", "~/",
            ];
            for step in 0..400 {
                let dice = (seed * 400 + step).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
                let at = places[dice % places.len()];
                let end = places[(dice % places.len() + dice / 7 % 4).min(places.len() - 1)];
                let piece = pieces[dice / 31 % pieces.len()];
                damaged += usize::from(is_read_alike(&format!("{}{piece}{}", &text[..at], &text[end..])));
            }
        }
        assert!(whole > 50 && damaged > 4000, "{whole} whole and {damaged} changed texts were read here");
    }
}
