//! One sequence at the front of the pending bytes: what it is and how long.
//!
//! Its truth: ECMA-48 for the shape of sequences, xterm's control sequences (patch 390) for keys, mouse (1006)
//! and bracketed paste (2004), the kitty keyboard protocol for `CSI … u`, terminfo of `linux` and `rxvt` for what
//! differs there. Everything that is not understood is swallowed whole, so that its tail is never taken for text.

use crate::keymap::{Chord, Key};

/// The longest control sequence that is waited for; none that a terminal sends by itself is longer.
const MAX_SEQUENCE_BYTES: usize = 64;

/// What stands at the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Front {
    /// A sequence of that many bytes.
    Sequence(usize, Meaning),
    /// The start of a sequence; more bytes decide.
    Unfinished,
    /// As before, but if nothing more comes, it is this.
    UnfinishedOr(usize, Meaning),
}

/// What a sequence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A key that types nothing.
    Key(Chord),
    /// The bytes are one character of text.
    Text,
    /// A paste begins.
    PasteBegins,
    /// A text for programs begins (OSC, DCS, APC, PM, SOS), to be skipped to its end.
    StringBegins,
    /// The mouse.
    Mouse(Mouse),
    /// Nothing that concerns us.
    Nothing,
}

/// A mouse report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mouse {
    /// The cell's column, from 0.
    pub(crate) column: u16,
    /// The cell's row, from 0.
    pub(crate) row: u16,
    /// What happened there.
    pub(crate) kind: MouseKind,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MouseKind {
    /// The left button went down.
    Press,
    /// The wheel, up.
    ScrollUp,
    /// The wheel, down.
    ScrollDown,
}

/// Reads the front of `bytes`, which are not empty.
pub(super) fn front(bytes: &[u8]) -> Front {
    match bytes[0] {
        0x1b => escape(bytes),
        byte if byte < 0x20 || byte == 0x7f => Front::Sequence(1, Meaning::Key(control(byte))),
        _ => character(bytes),
    }
}

/// Control bytes. What old terminals cannot tell apart has the name of the key.
fn control(byte: u8) -> Chord {
    match byte {
        b'\r' | b'\n' => Chord::key(Key::Enter),
        b'\t' => Chord::key(Key::Tab),
        0x7f | 0x08 => Chord::key(Key::Backspace),
        0x1b => Chord::key(Key::Escape),
        0 => Chord::control(' '),
        1..=26 => Chord::control(char::from(b'a' + byte - 1)),
        _ => Chord::control(char::from(byte + 0x40)),
    }
}

/// One character of UTF-8. Bytes that begin none are swallowed one by one.
fn character(bytes: &[u8]) -> Front {
    let wanted = match bytes[0] {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Front::Sequence(1, Meaning::Nothing),
    };
    let there = &bytes[..wanted.min(bytes.len())];
    match std::str::from_utf8(there) {
        // C1 controls are not text, and no terminal in UTF-8 mode sends them for keys.
        Ok(text) if text.starts_with(char::is_control) => Front::Sequence(wanted, Meaning::Nothing),
        Ok(_) => Front::Sequence(wanted, Meaning::Text),
        Err(error) if error.error_len().is_none() => Front::UnfinishedOr(there.len(), Meaning::Nothing),
        Err(error) => Front::Sequence(error.error_len().unwrap_or(1), Meaning::Nothing),
    }
}

fn escape(bytes: &[u8]) -> Front {
    let lone = Meaning::Key(Chord::key(Key::Escape));
    match bytes.get(1) {
        None => Front::UnfinishedOr(1, lone),
        Some(0x1b) => Front::Sequence(1, lone),
        Some(b'[') => control_sequence(bytes),
        Some(b'O') => single_shift(bytes),
        Some(b']' | b'P' | b'X' | b'^' | b'_') if bytes.len() > 2 => Front::Sequence(2, Meaning::StringBegins),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => Front::UnfinishedOr(2, Meaning::Key(alt(bytes[1]))),
        Some(byte) if byte.is_ascii() => Front::Sequence(2, Meaning::Key(alt(*byte))),
        Some(_) => alt_character(bytes),
    }
}

/// Alt and an ASCII key: ESC before what the key sends by itself.
fn alt(byte: u8) -> Chord {
    let chord = match byte {
        0x20..=0x7e => Chord::character(char::from(byte)),
        _ => control(byte),
    };
    Chord { alt: true, ..chord }
}

fn alt_character(bytes: &[u8]) -> Front {
    match character(&bytes[1..]) {
        Front::Sequence(len, Meaning::Text) => {
            let text = std::str::from_utf8(&bytes[1..=len]).unwrap_or_default();
            let chord = text.chars().next().map(|character| Chord { alt: true, ..Chord::character(character) });
            Front::Sequence(len + 1, chord.map_or(Meaning::Nothing, Meaning::Key))
        }
        Front::Sequence(len, meaning) => Front::Sequence(len + 1, meaning),
        Front::UnfinishedOr(len, meaning) => Front::UnfinishedOr(len + 1, meaning),
        Front::Unfinished => Front::Unfinished,
    }
}

/// `ESC O x`: cursor and function keys in application mode.
fn single_shift(bytes: &[u8]) -> Front {
    let Some(last) = bytes.get(2) else { return Front::UnfinishedOr(2, Meaning::Key(alt(b'O'))) };
    let key = match last {
        b'M' => Some(Key::Enter),
        b'I' => Some(Key::Tab),
        b' '..=b'~' => letter_key(*last),
        // Not part of it: what begins here stands for itself.
        _ => return Front::Sequence(2, Meaning::Key(alt(b'O'))),
    };
    Front::Sequence(3, key.map_or(Meaning::Nothing, |key| Meaning::Key(Chord::key(key))))
}

/// `CSI parameters intermediates final`.
fn control_sequence(bytes: &[u8]) -> Front {
    let rest = &bytes[2..];
    match rest.first() {
        None => return Front::UnfinishedOr(2, Meaning::Key(alt(b'['))),
        // The Linux console's function keys: one more bracket, one letter.
        Some(b'[') => return console_function(bytes),
        // A mouse report in the oldest form, three bytes behind it. Never asked for.
        Some(b'M') if rest.len() < 4 => return Front::Unfinished,
        Some(b'M') => return Front::Sequence(6, Meaning::Nothing),
        Some(_) => {}
    }
    let Some(end) = rest.iter().position(|byte| !matches!(byte, 0x20..=0x3f)) else {
        let is_too_long = bytes.len() > MAX_SEQUENCE_BYTES;
        return if is_too_long { Front::Sequence(bytes.len(), Meaning::Nothing) } else { Front::Unfinished };
    };
    match rest[end] {
        last @ 0x40..=0x7e => Front::Sequence(end + 3, meaning(&rest[..end], last)),
        // Broken off by another control: that one stands for itself.
        _ => Front::Sequence(end + 2, Meaning::Nothing),
    }
}

fn console_function(bytes: &[u8]) -> Front {
    match bytes.get(3) {
        None => Front::Unfinished,
        Some(last @ b'A'..=b'E') => Front::Sequence(4, Meaning::Key(Chord::key(Key::Function(last - b'A' + 1)))),
        Some(_) => Front::Sequence(3, Meaning::Nothing),
    }
}

/// What a control sequence with these parameters and this last byte means.
fn meaning(parameters: &[u8], last: u8) -> Meaning {
    if let Some(report) = parameters.strip_prefix(b"<") {
        return mouse(report, last);
    }
    let Some(numbers) = Numbers::read(parameters) else { return Meaning::Nothing };
    let key = match last {
        b'~' if numbers.first() == 200 => return Meaning::PasteBegins,
        b'~' if numbers.first() == 27 => code_key(numbers.get(2)),
        b'~' => tilde_key(numbers.first()),
        b'u' => code_key(numbers.first()),
        b'Z' => return Meaning::Key(Chord { shift: true, ..Chord::key(Key::Tab) }),
        // With another first number it is a report: `CSI 24;80 R` says where the cursor stands.
        _ if numbers.first() <= 1 => letter_key(last),
        _ => None,
    };
    // Key releases, which the kitty protocol can report, are not presses.
    let is_release = numbers.event() == 3;
    match key {
        Some(key) if !is_release => Meaning::Key(with_modifiers(key, numbers.get(1))),
        _ => Meaning::Nothing,
    }
}

fn letter_key(last: u8) -> Option<Key> {
    Some(match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'P'..=b'S' => Key::Function(last - b'P' + 1),
        _ => return None,
    })
}

fn tilde_key(number: u32) -> Option<Key> {
    Some(match number {
        1 | 7 => Key::Home,
        2 => Key::Insert,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        // The gaps are where the VT220's keyboard had gaps.
        11..=15 => Key::Function(u8::try_from(number - 10).ok()?),
        17..=21 => Key::Function(u8::try_from(number - 11).ok()?),
        23..=24 => Key::Function(u8::try_from(number - 12).ok()?),
        _ => return None,
    })
}

/// A key by its Unicode number: kitty's `CSI u` and xterm's `modifyOtherKeys`.
fn code_key(number: u32) -> Option<Key> {
    Some(match number {
        13 | 57414 => Key::Enter,
        27 => Key::Escape,
        9 => Key::Tab,
        127 | 8 => Key::Backspace,
        57417 => Key::Left,
        57418 => Key::Right,
        57419 => Key::Up,
        57420 => Key::Down,
        57421 => Key::PageUp,
        57422 => Key::PageDown,
        57423 => Key::Home,
        57424 => Key::End,
        57425 => Key::Insert,
        57426 => Key::Delete,
        // The private area holds keys that have no character: modifiers, media.
        57344..=63743 => return None,
        _ => Key::Character(char::from_u32(number).filter(|character| !character.is_control())?),
    })
}

/// Adds modifiers: one more than the sum of shift 1, alt 2, ctrl 4.
fn with_modifiers(key: Key, parameter: u32) -> Chord {
    let held = parameter.saturating_sub(1);
    let (shift, alt, control) = (held & 1 != 0, held & 2 != 0, held & 4 != 0);
    match key {
        Key::Character(character) if control => Chord { alt, ..Chord::control(character) },
        Key::Character(character) if shift && character.is_ascii_lowercase() => {
            Chord { alt, ..Chord::character(character.to_ascii_uppercase()) }
        }
        Key::Character(_) => Chord { alt, ..Chord::key(key) },
        _ => Chord { key, control, alt, shift },
    }
}

/// `CSI < button ; column ; row M`, or `m` when it was let go.
fn mouse(report: &[u8], last: u8) -> Meaning {
    const MODIFIERS: u32 = 4 | 8 | 16;
    let Some(numbers) = Numbers::read(report) else { return Meaning::Nothing };
    let kind = match (numbers.first() & !MODIFIERS, last) {
        (0, b'M') => MouseKind::Press,
        (64, b'M') => MouseKind::ScrollUp,
        (65, b'M') => MouseKind::ScrollDown,
        _ => return Meaning::Nothing,
    };
    let cell = |number: u32| u16::try_from(number.saturating_sub(1)).unwrap_or(u16::MAX);
    Meaning::Mouse(Mouse { column: cell(numbers.get(1)), row: cell(numbers.get(2)), kind })
}

/// The numeric parameters of a sequence; `;` parts them, `:` parts what belongs to one of them.
struct Numbers {
    values: [u32; 4],
    event: u32,
}

impl Numbers {
    /// `None` when there is something else than digits, or a number that no sequence has.
    fn read(parameters: &[u8]) -> Option<Self> {
        let mut numbers = Self { values: [0; 4], event: 1 };
        for (at, parameter) in parameters.split(|byte| *byte == b';').enumerate() {
            for (part_at, part) in parameter.split(|byte| *byte == b':').enumerate() {
                let text = std::str::from_utf8(part).ok()?;
                let value = if text.is_empty() { 0 } else { text.parse().ok()? };
                match (at, part_at) {
                    (0..4, 0) => numbers.values[at] = value,
                    (1, 1) => numbers.event = value,
                    _ => {}
                }
            }
        }
        Some(numbers)
    }

    fn first(&self) -> u32 {
        self.values[0]
    }

    fn get(&self, at: usize) -> u32 {
        self.values[at]
    }

    /// 1 pressed, 2 repeated, 3 released.
    fn event(&self) -> u32 {
        self.event
    }
}
