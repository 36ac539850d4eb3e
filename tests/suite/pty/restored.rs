//! However the editor ends or stops, the terminal is given back as it was, and no value stays on it.

use std::process::Stdio;

use rustix::process::Signal;

use super::driver::{Person, repository};
use crate::folder::Folder;
use crate::tools;

/// A value of `secrets/web.yaml`.
const VALUE: &str = "plain-mail-77d0";

/// The editor under a shell that compares the terminal's modes before and after.
fn under_a_shell(folder: &Folder, script: &str) -> Person {
    let mut command = Person::command("/bin/bash", folder);
    command.args(["--norc", "--noprofile", "-c", script]);
    command.env("SOPSMITH", env!("CARGO_BIN_EXE_sopsmith"));
    Person::starts(command, 100, 30)
}

fn reveal(person: &mut Person) {
    person.sees("you: ").press("/mail_password<Enter> ").sees(VALUE);
}

#[test]
fn modes_are_as_before_after_quitting() {
    let folder = repository();
    let script = r#"before=$(stty -g); "$SOPSMITH" secrets/web.yaml; code=$?; [ "$before" = "$(stty -g)" ] && echo "same modes, $code""#;
    let mut person = under_a_shell(&folder, script);
    reveal(&mut person);
    person.press("q").sees("same modes, 0");
    person.has_terminal_back();
    assert!(!person.screen().contains(VALUE));
}

#[test]
fn a_signal_that_ends_the_editor_restores_the_terminal_and_is_told_to_the_shell() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let folder = repository();
        let mut person = Person::edits(&folder, "secrets/web.yaml");
        reveal(&mut person);
        person.signals(signal);
        assert_eq!(person.leaves(), code);
        person.has_terminal_back();
        assert!(!person.screen().contains(VALUE));
        assert!(person.has_ever_seen(b"\x1b[2J\x1b[H\x1b[?1006l"), "the screen is wiped before it is given back");
    }
}

#[test]
fn stopped_and_continued_the_editor_goes_on_where_it_was() {
    let folder = repository();
    let mut command = Person::command("/bin/bash", &folder);
    command.args(["--norc", "--noprofile", "--noediting", "-i"]);
    command.env("PS1", "at the shell> ");
    command.env("SOPSMITH", env!("CARGO_BIN_EXE_sopsmith"));
    let mut person = Person::starts(command, 100, 30);
    person.sees("at the shell>").press("before=$(stty -g); \"$SOPSMITH\" secrets/web.yaml<Enter>");
    reveal(&mut person);
    person.press("<C-z>").sees("Stopped").sees_no(VALUE);
    person.has_terminal_back();
    person.press("clear; echo modes $([ \"$before\" = \"$(stty -g)\" ] && echo same)<Enter>").sees("modes same");
    person.press("fg<Enter>").sees("mail_password").press("q").sees("at the shell>");
    person.has_terminal_back();
}

#[test]
fn without_a_terminal_it_says_so() {
    let folder = repository();
    // A session of its own has no controlling terminal.
    let mut alone = tools::system("setsid");
    alone.args(["--wait", env!("CARGO_BIN_EXE_sopsmith"), "secrets/web.yaml"]).current_dir(folder.path());
    let ran = Folder::finish(alone.stdin(Stdio::null()).output().unwrap());
    ran.failed(1, &["there is no terminal here", "sopsmith --help"]);
}
