//! Small readings of the text around nodes: what the parser's events leave out (dashes, colons, block headers).
//!
//! All functions take byte offsets on character boundaries and look only at ASCII, so they cannot split a character.

use std::ops::Range;

/// Skips blanks, line breaks and comments from `at`; stays within `text`.
pub(super) fn skip_trivia(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = line_end(text, at),
            0xEF if text[at..].starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            _ => break,
        }
    }
    at
}

/// Skips blanks only.
pub(super) fn skip_blanks(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// The first byte of the line that holds `at`; a BOM belongs to no line.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let start = memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |newline| newline + 1);
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// The end of the line that holds `at`, its ending left out.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if end > at && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end }
}

/// The first byte of the line after the one that holds `at`; the text's end if there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// How many bytes stand before `at` on its line. Indentation is blanks, so for tokens at a line's start these are
/// columns.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Whether only blanks stand before `at` on its line.
pub(super) fn is_first_on_line(text: &str, at: usize) -> bool {
    text.as_bytes()[line_start(text, at)..at].iter().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The `|` or `>` of a block scalar whose content comes later: the first one behind `from`, over blanks, line
/// breaks, comments, colons, dashes and question marks.
pub(super) fn block_header(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = skip_trivia(text, at);
        match bytes.get(at)? {
            b':' | b'-' | b'?' => at += 1,
            b'|' | b'>' => break,
            _ => return None,
        }
    }
    let indicators = bytes[at + 1..].iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-')).count();
    Some(at..at + 1 + indicators)
}

/// Position of the last `byte` in `bytes`.
fn memrchr(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().rposition(|other| *other == byte)
}
