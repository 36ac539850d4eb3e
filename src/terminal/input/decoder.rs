//! The decoder: pending bytes in the arena, taken apart one sequence after the other.

use super::sequence::{Front, Meaning, Mouse, front};
use crate::keymap::Chord;
use crate::secret::{Secret, SecretBuffer};

/// How many bytes one read takes at most.
const CAPACITY_BYTES: usize = 4096;

/// The largest paste that is taken. Values of that size are files, and read as files.
const MAX_PASTE_BYTES: usize = 4 << 20;

const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Something that came from the terminal.
pub(crate) enum Input {
    /// A key that types nothing.
    Key(Chord),
    /// One character that was typed, UTF-8.
    Typed(Secret),
    /// A whole paste: UTF-8, lines ended by `\n`.
    Paste(Secret),
    /// More was pasted than is taken; it was dropped.
    PasteTooLarge,
    /// The mouse.
    Mouse(Mouse),
}

/// What a decoder waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Nothing: everything that came has been taken.
    No,
    /// The rest of a sequence. If it does not come soon, [`Decoder::give_up`] takes what is there for what it is.
    ForSequence,
    /// The end of a paste or of a text for programs, which may take its time.
    ForEnd,
}

/// Bytes become input. Reads go into [`Decoder::room`], then [`Decoder::next`] is called until it has no more.
pub(crate) struct Decoder {
    pending: SecretBuffer,
    filled: usize,
    inside: Inside,
}

enum Inside {
    Nothing,
    Paste(SecretBuffer),
    /// The paste has grown too large; the rest of it is dropped.
    Overflow,
    /// A text for programs, dropped up to its end.
    Text,
}

impl Decoder {
    /// A decoder that has seen nothing.
    pub(crate) fn new() -> Self {
        Self { pending: SecretBuffer::zeros(CAPACITY_BYTES), filled: 0, inside: Inside::Nothing }
    }

    /// Where the next read puts its bytes; never empty once [`Decoder::next`] has returned `None`.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.pending.expose_mut()[self.filled..]
    }

    /// Says how many bytes a read has put there.
    pub(crate) fn received(&mut self, len_bytes: usize) {
        self.filled += len_bytes;
    }

    /// The next input, if it has come whole.
    pub(crate) fn next(&mut self) -> Option<Input> {
        while self.filled > 0 {
            let decoded = match self.inside {
                Inside::Nothing => match front(self.bytes()) {
                    Front::Sequence(len, meaning) => self.take(len, meaning),
                    Front::Unfinished | Front::UnfinishedOr(..) => return None,
                },
                Inside::Paste(_) | Inside::Overflow => self.next_of_paste()?,
                Inside::Text => self.skip_text()?,
            };
            if decoded.is_some() {
                return decoded;
            }
        }
        None
    }

    /// What the decoder waits for, after [`Decoder::next`] has returned `None`.
    pub(crate) fn waiting(&self) -> Waiting {
        match self.inside {
            Inside::Nothing if self.filled == 0 => Waiting::No,
            Inside::Nothing => match front(self.bytes()) {
                Front::Unfinished => Waiting::ForEnd,
                Front::Sequence(..) | Front::UnfinishedOr(..) => Waiting::ForSequence,
            },
            Inside::Paste(_) | Inside::Overflow | Inside::Text => Waiting::ForEnd,
        }
    }

    /// Takes what is there for what it is: a lone Esc, a paste whose end was lost.
    pub(crate) fn give_up(&mut self) -> Option<Input> {
        match std::mem::replace(&mut self.inside, Inside::Nothing) {
            Inside::Nothing if self.filled == 0 => None,
            Inside::Nothing => match front(self.bytes()) {
                Front::Sequence(len, meaning) | Front::UnfinishedOr(len, meaning) => self.take(len, meaning),
                Front::Unfinished => self.take(self.filled, Meaning::Nothing),
            },
            Inside::Paste(mut pasted) => {
                pasted.push_bytes(self.bytes());
                self.drop_front(self.filled);
                Some(Input::Paste(as_text(pasted)))
            }
            Inside::Overflow => Some(Input::PasteTooLarge),
            Inside::Text => None,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.pending.expose()[..self.filled]
    }

    fn take(&mut self, len: usize, meaning: Meaning) -> Option<Input> {
        let input = match meaning {
            Meaning::Key(chord) => Some(Input::Key(chord)),
            Meaning::Text => Some(Input::Typed(Secret::from_exposed(&self.bytes()[..len]))),
            Meaning::Mouse(mouse) => Some(Input::Mouse(mouse)),
            Meaning::Nothing => None,
            Meaning::PasteBegins => {
                self.inside = Inside::Paste(SecretBuffer::new());
                None
            }
            Meaning::StringBegins => {
                self.inside = Inside::Text;
                None
            }
        };
        self.drop_front(len);
        input
    }

    /// `None`: more must come first. `Some(None)`: something was taken, and the paste goes on.
    #[expect(clippy::option_option, reason = "the outer one says whether to go on, the inner one is what was decoded")]
    fn next_of_paste(&mut self) -> Option<Option<Input>> {
        let end = find(self.bytes(), PASTE_ENDS);
        // Without the end marker, what may be its beginning stays for the next time.
        let len = end.unwrap_or_else(|| self.filled - beginning_of(self.bytes(), PASTE_ENDS));
        if len == 0 && end.is_none() {
            return None;
        }
        let (pending, inside) = (&self.pending.expose()[..len], &mut self.inside);
        if let Inside::Paste(pasted) = inside {
            match pasted.len() + len <= MAX_PASTE_BYTES {
                true => pasted.push_bytes(pending),
                false => *inside = Inside::Overflow,
            }
        }
        self.drop_front(len + end.map_or(0, |_| PASTE_ENDS.len()));
        if end.is_none() {
            return Some(None);
        }
        Some(match std::mem::replace(&mut self.inside, Inside::Nothing) {
            Inside::Paste(pasted) => Some(Input::Paste(as_text(pasted))),
            _ => Some(Input::PasteTooLarge),
        })
    }

    /// Drops a text for programs up to its end: BEL, or ESC \. Another escape ends it, too.
    #[expect(clippy::option_option, reason = "as above")]
    fn skip_text(&mut self) -> Option<Option<Input>> {
        let Some(at) = self.bytes().iter().position(|byte| matches!(byte, 0x07 | 0x1b | 0x18 | 0x1a)) else {
            self.drop_front(self.filled);
            return Some(None);
        };
        let len = match (self.bytes()[at], self.bytes().get(at + 1)) {
            (0x1b, None) => {
                self.drop_front(at);
                return None;
            }
            (0x1b, Some(b'\\')) => at + 2,
            (0x1b, Some(_)) => at,
            _ => at + 1,
        };
        self.drop_front(len);
        self.inside = Inside::Nothing;
        Some(None)
    }

    /// Forgets bytes that were taken, and wipes where they were.
    fn drop_front(&mut self, len: usize) {
        let bytes = self.pending.expose_mut();
        bytes.copy_within(len..self.filled, 0);
        bytes[self.filled - len..self.filled].fill(0);
        self.filled -= len;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// How many bytes at the end of `bytes` begin `wanted`.
fn beginning_of(bytes: &[u8], wanted: &[u8]) -> usize {
    (1..wanted.len()).rev().find(|len| bytes.ends_with(&wanted[..*len])).unwrap_or(0)
}

/// Makes a paste text: terminals send a carriage return for each line's end, and pass on whatever bytes there were.
fn as_text(pasted: SecretBuffer) -> Secret {
    let mut text = SecretBuffer::with_capacity(pasted.len());
    for chunk in pasted.expose().utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find('\r') {
            text.push_bytes(&rest.as_bytes()[..at]);
            text.push_bytes(b"\n");
            rest = rest[at + 1..].strip_prefix('\n').unwrap_or(&rest[at + 1..]);
        }
        text.push_bytes(rest.as_bytes());
        if !chunk.invalid().is_empty() {
            text.push_bytes("\u{fffd}".as_bytes());
        }
    }
    text.into_secret()
}

#[cfg(test)]
mod tests;
