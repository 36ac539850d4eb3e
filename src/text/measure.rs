//! Measures: how many cells a text takes, and how it is shortened or broken to fit.
//!
//! Cells are counted as the screen buffer counts them (ratatui 0.30), by grapheme, so that what is measured is what is
//! drawn. Texts come here safe to show (see [`sanitize`](super::sanitize)).

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells one grapheme takes.
fn cells_of(grapheme: &str) -> usize {
    // Terminals give the halfwidth sound marks a cell of their own; Unicode counts them as part of the letter before.
    let sound_marks = grapheme.chars().filter(|character| matches!(character, '\u{ff9e}' | '\u{ff9f}')).count();
    grapheme.width() + sound_marks
}

/// The graphemes of `text`, each with the cells it takes. Those that take none are left out, as the buffer does.
pub fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = (&str, usize)> {
    text.graphemes(true)
        .filter(|grapheme| !grapheme.contains(char::is_control))
        .map(|grapheme| (grapheme, cells_of(grapheme)))
        .filter(|(_, cells)| *cells > 0)
}

/// How many cells `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { graphemes(text).map(|(_, cells)| cells).sum() }
}

/// The longest beginning of `text` that fits into `cells`.
#[must_use]
pub fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find_map(|(at, grapheme)| {
        used += width(grapheme);
        (used > cells).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

/// The longest end of `text` that fits into `cells`.
#[must_use]
pub fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let start = text.grapheme_indices(true).rev().find_map(|(at, grapheme)| {
        used += width(grapheme);
        (used > cells).then_some(at + grapheme.len())
    });
    &text[start.unwrap_or(0)..]
}

/// `text` in at most `cells`; what does not fit is left out at the end: `sops.nix in mod…`.
#[must_use]
pub fn cut_end<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    match cells.checked_sub(width(ellipsis)) {
        Some(kept) => Cow::Owned(head(text, kept).trim_end().to_owned() + ellipsis),
        None => Cow::Borrowed(""),
    }
}

/// `text` in at most `cells`; what does not fit is left out in the middle, because keys and paths differ at both
/// ends: `api/very…token`.
#[must_use]
pub fn cut_middle<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(kept) = cells.checked_sub(width(ellipsis)) else {
        return Cow::Borrowed("");
    };
    let end = tail(text, kept / 2);
    let start = head(text, kept - width(end));
    Cow::Owned(format!("{start}{ellipsis}{end}"))
}

/// `text` in at most `cells`; what does not fit is left out at the start, because the end of a place says most:
/// `…mail/default.nix:127`.
#[must_use]
pub fn cut_start<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    match cells.checked_sub(width(ellipsis)) {
        Some(kept) => Cow::Owned(format!("{ellipsis}{}", tail(text, kept))),
        None => Cow::Borrowed(""),
    }
}

/// Breaks a sentence into lines of at most `cells`, between words where that is possible.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= cells {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        break_last(&mut lines, cells);
    }
    lines
}

/// Breaks the last line inside its word when the word alone is too long.
fn break_last(lines: &mut Vec<String>, cells: usize) {
    while let Some(line) = lines.last_mut()
        && width(line) > cells
    {
        let kept = head(line, cells).len();
        // A grapheme wider than the whole line stays as it is: nothing narrower can be made of it.
        let kept = if kept == 0 { line.len() } else { kept };
        let rest = line.split_off(kept);
        if rest.is_empty() {
            break;
        }
        lines.push(rest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_counts_cells_as_people_see_them() {
        for (text, cells) in [("", 0), ("abc", 3), ("äe\u{301}", 2), ("密钥", 4), ("a🙂b", 4)] {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn texts_are_cut_where_they_say_least() {
        let end = |text, cells| cut_end(text, cells, "…").into_owned();
        let middle = |text, cells| cut_middle(text, cells, "…").into_owned();
        assert_eq!(end("sops.nix in modules", 12), "sops.nix in…");
        assert_eq!(end("sops.nix", 8), "sops.nix");
        assert_eq!(end("ab", 1), "…");
        assert_eq!(end("ab", 0), "");
        assert_eq!(middle("api/very_long_token", 14), "api/ver…_token");
        assert_eq!(middle("密钥密钥密钥", 7), "密钥…钥");
        assert_eq!(middle("api", 3), "api");
        assert_eq!(middle("abcdef", 1), "…");
        assert_eq!(cut_start("modules/mail/default.nix:127", 16, "…"), "…default.nix:127");
    }

    #[test]
    fn sentences_break_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("a verylongword b", 6), ["a", "verylo", "ngword", "b"]);
        assert_eq!(wrap("", 6), [""]);
        assert_eq!(wrap("密钥", 1), ["密钥"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "\\PC{0,40}", cells in 0_usize..30) {
            prop_assert!(width(&cut_end(&text, cells, "…")) <= cells);
            prop_assert!(width(&cut_middle(&text, cells, "…")) <= cells);
            prop_assert!(width(&cut_start(&text, cells, "…")) <= cells);
            prop_assert!(width(head(&text, cells)) <= cells && width(tail(&text, cells)) <= cells);
            let all: String = wrap(&text, cells.max(2)).concat();
            prop_assert_eq!(all.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
