//! The house keeps its shape: arrows between rooms do not turn round, what is dangerous stays in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which room may use which. `secret` and `text` are open to all, and use no one.
const ARROWS: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("text", &[]),
    ("crypto", &[]),
    ("yaml", &[]),
    ("nix", &[]),
    ("generate", &[]),
    ("sops", &["yaml", "crypto"]),
    ("repo", &["sops", "nix"]),
    ("session", &["sops", "nix", "repo", "generate"]),
    ("keymap", &["session"]),
    ("ui", &["session", "keymap"]),
    ("settings", &["session", "keymap", "ui"]),
    ("storage", &["sops", "nix", "repo", "crypto"]),
    ("terminal", &["ui", "keymap", "session", "storage"]),
    ("cli", &["sops", "nix", "repo", "storage", "generate", "crypto", "terminal", "settings"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, as path from the project's root and text.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut pending = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// `src/yaml/parse.rs` lies in `yaml`, `src/text.rs` in `text`.
fn room_of(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap();
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

/// A file's text without its unit tests, which stand at its end.
fn shipped(text: &str) -> &str {
    text.split("\nmod tests {").next().unwrap_or(text)
}

/// The rooms named by `crate::room` in code (not in comments), tests at a file's end left out.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let shipped = shipped(text);
    let mut rooms = BTreeSet::new();
    for line in shipped.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            let grouped = part.strip_prefix('{').map(|names| names.split(','));
            match grouped {
                Some(names) => rooms.extend(names.map(|name| first_name(name.trim()))),
                None => rooms.extend([first_name(part)]),
            }
        }
    }
    rooms
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn no_arrow_between_rooms_turns_round() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in rust_files("src") {
        let room = room_of(&file);
        if matches!(room, "main" | "lib") {
            continue;
        }
        let allowed = arrows.get(room).unwrap_or_else(|| panic!("{file}: the room {room} has no line in ARROWS"));
        for used in rooms_used(&text) {
            let open_to_all = matches!(used.as_str(), "secret" | "text");
            if arrows.contains_key(used.as_str()) && used != room && !open_to_all && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{file} uses crate::{used}; {room} may use {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_arrows_has_no_circle() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut settled = BTreeSet::new();
    while settled.len() < arrows.len() {
        let free: Vec<&str> = arrows
            .iter()
            .filter(|(room, uses)| !settled.contains(*room) && uses.iter().all(|used| settled.contains(used)))
            .map(|(room, _)| *room)
            .collect();
        assert!(!free.is_empty(), "a circle among {:?}", arrows.keys().filter(|room| !settled.contains(*room)));
        settled.extend(free);
    }
}

/// What may be named in certain rooms only, with the reason.
const CONFINED: &[(&str, &[&str], &str)] = &[
    ("crossterm", &["terminal", "ui"], "keys become our own chords at the edge"),
    ("arboard", &["terminal"], "the clipboard is an edge"),
    ("std::fs", &["storage", "terminal", "cli"], "the core sees texts, never paths to open"),
    ("std::process", &["storage", "terminal", "cli", "main", "crypto"], "the core starts nothing"),
    // `secret` removes an identity from the environment as soon as it lies in the arena.
    ("std::env", &["storage", "terminal", "cli", "main", "secret"], "the core is told, it does not look"),
    ("SystemTime::now", &["storage", "terminal", "cli"], "time is handed in"),
    ("Timestamp::now", &["storage", "terminal", "cli"], "time is handed in"),
    ("getrandom::", &["storage", "terminal", "cli"], "randomness is handed in"),
    ("expect(unsafe_code", &["secret", "terminal", "storage", "main"], "unsafe code is confined"),
];

#[test]
fn what_touches_the_world_stays_at_the_edges() {
    let mut wrong = Vec::new();
    for (file, text) in rust_files("src") {
        let shipped = shipped(&text);
        let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for (name, rooms, reason) in CONFINED {
                if line.contains(name) && !rooms.contains(&room_of(&file)) {
                    wrong.push(format!("{file} names {name}, but {reason}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn plaintext_types_derive_nothing() {
    for (file, text) in rust_files("src").into_iter().filter(|(file, _)| room_of(file) == "secret") {
        for line in text.lines().filter(|line| line.starts_with("impl")) {
            let plaintext = line.contains(" for Secret") || line.contains(" for SecretBuffer");
            let leaks = ["Debug", "Display", "Clone", "Serialize", "Deref"].iter().any(|name| line.contains(name));
            assert!(!(plaintext && leaks), "{file}: {line}");
        }
        let mut derived = String::new();
        for line in text.lines() {
            if line.starts_with("#[derive") {
                derived = line.to_owned();
            } else if line.starts_with("pub struct Secret ") || line.starts_with("pub struct SecretBuffer ") {
                assert!(derived.is_empty(), "{file}: {derived} on plaintext");
            } else if !line.starts_with("#[") && !line.starts_with("///") {
                derived.clear();
            }
        }
    }
}

#[test]
fn every_test_file_is_in_the_suite() {
    let suite = root().join("tests/suite");
    let list = fs::read_to_string(suite.join("main.rs")).unwrap();
    for entry in fs::read_dir(&suite).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_module = path.is_file() && path.extension().is_some_and(|extension| extension == "rs");
        if (is_module && stem != "main") || path.join("mod.rs").is_file() {
            assert!(list.contains(&format!("mod {stem};")), "{stem} is not in tests/suite/main.rs: it would never run");
        }
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for (file, text) in rust_files("src").into_iter().chain(rust_files("tests")) {
        assert!(text.starts_with("//! "), "{file} does not start with //!");
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let long: Vec<String> = rust_files("src")
        .into_iter()
        .chain(rust_files("tests"))
        .filter(|(file, text)| text.lines().count() > 500 && Path::new(file).extension().is_some())
        .map(|(file, text)| format!("{file}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "these hold more than one idea: {long:#?}");
}
