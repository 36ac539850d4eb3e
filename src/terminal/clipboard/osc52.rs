//! Copying through the terminal: OSC 52, which crosses SSH. Never without being asked for.
//!
//! Its truth: xterm's control sequences, "Manipulate Selection Data". Terminals drop what is too long for them without a
//! word, and may keep a copy of their own; nobody can ask them whether the text is still there. A clipboard is cleared by
//! copying one blank, because tmux ignores an empty text and others ignore what is no base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::{Secret, SecretBuffer};

/// The longest text in base64 that the common terminals take (the limit of hterm and of older xterms).
const MAX_BASE64_BYTES: usize = 74_994;

const BEGIN: &[u8] = b"\x1b]52;c;";
const END: &[u8] = b"\x1b\\";

/// The bytes that copy a text; `None` when it is too long to arrive.
pub(super) fn copying(text: &[u8]) -> Option<Secret> {
    let len = base64::encoded_len(text.len(), true).filter(|len| *len <= MAX_BASE64_BYTES)?;
    let mut bytes = SecretBuffer::zeros(BEGIN.len() + len + END.len());
    let (begin, rest) = bytes.expose_mut().split_at_mut(BEGIN.len());
    let (encoded, end) = rest.split_at_mut(len);
    begin.copy_from_slice(BEGIN);
    STANDARD.encode_slice(text, encoded).expect("the room was measured");
    end.copy_from_slice(END);
    Some(bytes.into_secret())
}

/// The bytes that put a blank where the text was.
pub(super) fn clearing() -> Secret {
    copying(b" ").expect("a blank is short")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_sent_in_base64() {
        assert_eq!(copying(b"s3cret").unwrap().expose(), b"\x1b]52;c;czNjcmV0\x1b\\");
        assert_eq!(clearing().expose(), b"\x1b]52;c;IA==\x1b\\");
    }

    #[test]
    fn what_terminals_would_drop_is_refused() {
        assert!(copying(&vec![b'x'; MAX_BASE64_BYTES / 4 * 3]).is_some());
        assert!(copying(&vec![b'x'; MAX_BASE64_BYTES]).is_none());
    }
}
