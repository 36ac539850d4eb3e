//! What is handed in: a value that is none, a name that would be stored in the clear, a file that is no secret.

use super::PLAIN;
use crate::folder::{Folder, IDENTITY, RECIPIENT};
use crate::pty::driver::Person;

#[test]
fn a_program_that_failed_replaces_no_value() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let before = folder.read("f.yaml");
    let words = ["nothing was read from standard input, so api/token was not set", "--allow-empty"];
    folder.run(&["set", "f.yaml", "api/token"]).failed(7, &words);
    folder.run_with(&["set", "f.yaml", "api/token", "--trim-newline"], b"\n").failed(7, &words);
    assert_eq!(folder.read("f.yaml"), before);
    folder.run(&["set", "f.yaml", "api/token", "--allow-empty"]).ok();
    assert_eq!(folder.run(&["get", "f.yaml", "api/token"]).ok(), "");
}

#[test]
fn a_name_that_the_rule_leaves_in_the_clear_is_refused() {
    let folder = Folder::with_sealed("3.13.3", "f.yaml", PLAIN);
    let before = folder.read("f.yaml");
    for key in ["token_unencrypted", "deep_unencrypted/token"] {
        let words = [key, "would be stored in the clear", "unencrypted_suffix", "--in-clear"];
        folder.run_with(&["set", "f.yaml", key], b"hidden").failed(7, &words);
    }
    assert_eq!(folder.read("f.yaml"), before);
    folder.run_with(&["set", "f.yaml", "token_unencrypted", "--in-clear"], b"meant").ok();
    assert!(folder.read("f.yaml").contains("token_unencrypted: meant"));
    let ran = folder.run_with(&["set", "f.yaml", "note_unencrypted"], b"other");
    assert!(ran.stderr.contains("leaves note_unencrypted in the clear"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(folder.run(&["get", "f.yaml", "note_unencrypted"]).ok(), "other");
}

#[test]
fn positions_of_what_is_no_list_are_refused_by_their_name() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.run_with(&["set", "f.yaml", "[\"api\"][0]"], b"x").failed(91, &["api holds keys, so it has no positions"]);
    folder.run_with(&["set", "f.yaml", "[\"flag\"][0]"], b"x").failed(91, &["flag holds a value"]);
}

#[test]
fn what_others_read_as_it_stands_is_never_encrypted() {
    let folder = Folder::new();
    let rules = format!("creation_rules:\n  - age: {RECIPIENT}\n");
    for (name, text) in [(".sops.yaml", rules.as_str()), (".sopsmith.toml", "a: 1\n"), ("flake.nix", "{ }\n")] {
        folder.write(name, text);
        folder.run(&["encrypt", "-i", name]).failed(7, &[name, "never encrypted"]);
        folder.write("plain.yaml", PLAIN);
        folder.run(&["encrypt", "plain.yaml", "-o", name]).failed(7, &[name, "never encrypted"]);
        assert_eq!(folder.read(name), text);
    }
    for command in ["list", "get", "set", "rotate"] {
        let args: &[&str] = if matches!(command, "get" | "set") { &[".sops.yaml", "a"] } else { &[".sops.yaml"] };
        let ran = folder.run_with(&[&[command], args].concat(), b"x");
        assert!(ran.stderr.contains("stays in clear text"), "{command}: {}", ran.stderr);
        assert!(!ran.stderr.contains("encrypt -i"), "{command}: {}", ran.stderr);
    }
    folder.run(&["list", "plain.yaml"]).failed(1, &["sopsmith encrypt -i plain.yaml"]);
    folder.run(&["encrypt", "-i", "plain.yaml"]).ok();
}

/// `set` on a terminal.
fn sets(folder: &Folder) -> Person {
    let mut command = Person::editor(folder, &["set", "f.yaml", "api/token"]);
    command.env("SOPS_AGE_KEY", IDENTITY);
    Person::starts(command, 100, 30)
}

#[test]
fn a_terminal_is_asked_and_shows_nothing_of_the_answer() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let mut person = sets(&folder);
    person.sees("Value of api/token (not shown; Enter ends):").press("<Enter>").sees("Nothing was typed");
    person.press("typed-value-5b1<Enter>");
    assert_eq!(person.leaves(), 0);
    assert!(!person.has_ever_seen(b"typed-value"), "{}", person.screen());
    assert_eq!(folder.run(&["get", "f.yaml", "api/token"]).ok(), "typed-value-5b1");
}

#[test]
fn whoever_stops_at_the_question_changes_nothing() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let before = folder.read("f.yaml");
    for key in [b"half\x03".as_slice(), b"\x04"] {
        let mut person = sets(&folder);
        person.sees("Value of api/token").press_bytes(key).sees("f.yaml was left as it is");
        assert_eq!(person.leaves(), 130);
    }
    let mut person = sets(&folder);
    person.sees("Value of api/token").press_bytes(b"first\nsecond\n").sees("more than one line was typed");
    assert_eq!(person.leaves(), 7);
    assert_eq!(folder.read("f.yaml"), before);
}
