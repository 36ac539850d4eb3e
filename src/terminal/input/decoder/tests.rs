//! The decoder, byte sequence by byte sequence.

use proptest::prelude::*;

use super::*;
use crate::terminal::input::MouseKind;

/// Input as it is compared: `a` typed, `<Up>` a key, `[text]` a paste, `click 3,4`, `focus true`.
fn shown(input: &Input) -> String {
    let text = |secret: &Secret| String::from_utf8(secret.expose().to_vec()).unwrap();
    match input {
        Input::Key(chord) => format!("<{chord}>"),
        Input::Typed(secret) => text(secret),
        Input::Paste(secret) => format!("[{}]", text(secret)),
        Input::PasteTooLarge => "too large".to_owned(),
        Input::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseKind::Press => "click",
                MouseKind::ScrollUp => "up",
                MouseKind::ScrollDown => "down",
            };
            format!("{kind} {},{}", mouse.column, mouse.row)
        }
    }
}

/// Feeds chunks and collects what comes out; at the end nothing more comes.
fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = Decoder::new();
    let mut inputs = Vec::new();
    for mut chunk in chunks {
        while !chunk.is_empty() {
            let room = decoder.room();
            let len = room.len().min(chunk.len());
            assert!(len > 0, "a decoder that has nothing more to say has room");
            room[..len].copy_from_slice(&chunk[..len]);
            decoder.received(len);
            chunk = &chunk[len..];
            inputs.extend(std::iter::from_fn(|| decoder.next()).map(|input| shown(&input)));
        }
    }
    while decoder.waiting() != Waiting::No {
        inputs.extend(decoder.give_up().map(|input| shown(&input)));
        inputs.extend(std::iter::from_fn(|| decoder.next()).map(|input| shown(&input)));
    }
    assert!(decoder.pending.expose().iter().all(|byte| *byte == 0), "bytes that were taken are wiped");
    inputs
}

/// The bytes, whole and split at every place, give the same.
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(decode([bytes]).join(" "), expected, "{}", bytes.escape_ascii());
    for at in 1..bytes.len() {
        let split = decode([&bytes[..at], &bytes[at..]]).join(" ");
        assert_eq!(split, expected, "{} split at {at}", bytes.escape_ascii());
    }
}

#[test]
fn characters_are_typed() {
    check("aZ 7ß漢🙂".as_bytes(), "a Z   7 ß 漢 🙂");
    check(b"a\xffb\xc3", "a b");
    check(b"\xe2\x28\xa1x", "( x");
    check("a\u{85}b".as_bytes(), "a b");
}

#[test]
fn control_bytes_have_the_names_of_their_keys() {
    check(b"\r\n\t\x7f\x08", "<⏎> <⏎> <Tab> <⌫> <⌫>");
    check(b"\x01\x12\x13\x1a\x00\x1c", "<Ctrl-a> <Ctrl-r> <Ctrl-s> <Ctrl-z> <Ctrl-␣> <Ctrl-\\>");
}

#[test]
fn a_lone_escape_is_the_key_and_two_are_two() {
    check(b"\x1b", "<Esc>");
    check(b"\x1b\x1b", "<Esc> <Esc>");
    check(b"\x1b\x1b[A", "<Esc> <↑>");
}

#[test]
fn cursor_and_editing_keys_of_all_dialects() {
    check(b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "<↑> <↓> <→> <←> <Home> <End>");
    check(b"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF\x1bOM", "<↑> <↓> <→> <←> <Home> <End> <⏎>");
    check(
        b"\x1b[1~\x1b[7~\x1b[4~\x1b[8~\x1b[2~\x1b[3~\x1b[5~\x1b[6~",
        "<Home> <Home> <End> <End> <Ins> <Del> <PgUp> <PgDn>",
    );
    check(b"\x1bOP\x1b[15~\x1b[24~\x1b[[A\x1b[1;2P", "<F1> <F5> <F12> <F1> <Shift-F1>");
}

#[test]
fn modifiers_in_the_forms_of_xterm_and_kitty() {
    check(b"\x1b[1;5A\x1b[1;2D\x1b[3;3~\x1b[Z", "<Ctrl-↑> <Shift-←> <Alt-Del> <Shift-Tab>");
    check(b"\x1bx\x1bO\x1b\x7f\x1b\r", "<Alt-x> <Alt-O> <Alt-⌫> <Alt-⏎>");
    check("\x1bä".as_bytes(), "<Alt-ä>");
    check(b"\x1b[115;5u\x1b[97;2u\x1b[27u\x1b[13;2u\x1b[27;5;105~", "<Ctrl-s> <A> <Esc> <Shift-⏎> <Ctrl-i>");
    check(b"\x1b[115;5:3u\x1b[115;5:2u\x1b[57441;2u", "<Ctrl-s>");
}

#[test]
fn a_bracket_after_alt_is_told_from_a_sequence_by_time() {
    assert_eq!(decode([b"\x1b[".as_slice()]).join(" "), "<Alt-[>");
    assert_eq!(decode([b"\x1bO".as_slice()]).join(" "), "<Alt-O>");
    assert_eq!(decode([b"\x1b]".as_slice()]).join(" "), "<Alt-]>");
}

#[test]
fn the_mouse_counts_from_zero() {
    check(b"\x1b[<0;1;1M\x1b[<0;1;1m\x1b[<64;80;24M\x1b[<69;80;24M", "click 0,0 up 79,23 down 79,23");
    check(b"\x1b[<2;5;5M\x1b[<35;5;5Mx\x1b[M !!y", "x y");
}

#[test]
fn a_paste_is_whole_text_and_never_keys() {
    check(b"a\x1b[200~one\rtwo\r\n\x03q\x1b[A\x1b[201~b", "a [one\ntwo\n\x03q\x1b[A] b");
    check(b"\x1b[200~\x1b[201~", "[]");
    check(b"\x1b[200~a\xff\xc3\xa4\x1b[201~", "[a\u{fffd}ä]");
    check(b"\x1b[200~lost end", "[lost end]");
    check(b"\x1b[200~\x1b[20\x1b[201~", "[\x1b[20]");
}

#[test]
fn a_paste_larger_than_the_buffer_is_whole_and_one_beyond_the_limit_is_dropped() {
    let pasted = |len: usize| [b"\x1b[200~".as_slice(), &vec![b'k'; len], b"\x1b[201~!"].concat();
    assert_eq!(decode([pasted(10_000).as_slice()]), [format!("[{}]", "k".repeat(10_000)), "!".to_owned()]);
    assert_eq!(decode([pasted(MAX_PASTE_BYTES + 1).as_slice()]), ["too large", "!"]);
}

#[test]
fn what_terminals_say_to_programs_is_never_taken_for_text() {
    check(b"\x1b]52;c;c2VjcmV0\x07a\x1bP1$r0m\x1b\\b\x1b_x\x1b\\c", "a b c");
    check(b"\x1b[I\x1b[O\x1b[?62;22c\x1b[24;80Ry\x1b[>0;276;0c\x1b[?1u", "y");
    check(b"\x1b]11;rgb:0000/0000/0000\x1b[A", "<↑>");
    let long = [b"\x1b]52;c;".as_slice(), &vec![b'A'; 20_000], b"\x07z"].concat();
    assert_eq!(decode([long.as_slice()]), ["z"]);
}

#[test]
fn a_broken_sequence_does_not_swallow_the_next_key() {
    check(b"\x1b[1;\x1b[A", "<↑>");
    check(b"\x1b[12\rx", "<⏎> x");
    let endless = [b"\x1b[".as_slice(), &[b'1'; 100], b"~q"].concat();
    assert!(decode([endless.as_slice()]).ends_with(&["q".to_owned()]));
}

const PIECES: &[&[u8]] =
    &[b"\x1b", b"[", b"O", b"<0;", b"1;5", b"200~", b"201~", b"M", b"u", b"]52;", b"\x07", b"\\", b"\xe2", b"x"];

proptest! {
    /// Any bytes, split anyhow, end in an empty decoder without a panic; typed text is always valid UTF-8 (`shown`
    /// unwraps it).
    #[test]
    fn garbage_never_panics(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12)) {
        decode(chunks.iter().map(Vec::as_slice));
    }

    #[test]
    fn sequences_cut_and_mixed_never_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        decode(pieces);
    }
}
