//! Memory read from outside: what the arena promises, and that values and keys are nowhere else.

mod arena;
mod child;
mod command_line;
mod editor;
mod scan;
mod vault;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use scan::{Needle, scan};

/// Forty letters nobody else has; the same ones for the same seed.
fn letters(seed: u32) -> String {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b'a' + (state % 26) as u8)
    };
    (0..40).map(|_| next()).collect()
}

/// The scan itself can fail: each form a value may take is found where it was left, and only then.
#[test]
fn every_form_of_a_value_is_found() {
    const NAME: &str = "memory::every_form_of_a_value_is_found";
    if let Some(part) = child::part() {
        let text = letters(5);
        let left: Vec<u8> = match part.as_str() {
            "whole" => text.bytes().collect(),
            "fragment" => text.bytes().skip(17).take(8).collect(),
            "UTF-16" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-32" => text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect(),
            "base64" => BASE64_STANDARD.encode(format!("x{text}")).into_bytes(),
            "cells" => text.bytes().flat_map(|letter| [&[letter][..], &[1; 47]].concat()).collect(),
            "hex" => text.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
            _ => Vec::new(),
        };
        let mut bytes = text.into_bytes();
        bytes.fill(0);
        std::hint::black_box(&bytes);
        child::stand_still(&part);
        std::hint::black_box(left);
        return;
    }
    for (part, expected) in [
        ("whole", true),
        ("fragment", true),
        ("UTF-16", true),
        ("UTF-32", true),
        ("base64", true),
        ("cells", true),
        ("", false),
    ] {
        let standing = child::Standing::start(child::playing(NAME, part));
        let scan = scan(standing.pid(), &[Needle::text("letters", &letters(5))]);
        assert_eq!(!scan.found.is_empty(), expected, "{part}: {:?}", scan.found);
    }
    let standing = child::Standing::start(child::playing(NAME, "hex"));
    assert!(!scan(standing.pid(), &[Needle::bytes("bytes", letters(5).as_bytes())]).found.is_empty());
}
