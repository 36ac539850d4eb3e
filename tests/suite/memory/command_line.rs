//! The commands, stopped while they wait: values and keys lie in locked pages and nowhere else.

use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::child::limited;
use super::scan::{Needle, scan};
use super::vault::{self, FILE};
use crate::folder::Folder;

const KEYS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

/// How many bytes a pipe of Linux takes before its writer waits.
const PIPE_BYTES: usize = 64 * 1024;

/// A program of this folder that takes its identity from a file.
fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = folder.command(arguments);
    command.env_remove("SOPS_AGE_KEY");
    command
}

/// Waits until a process waits itself, in a system call of that number.
fn wait_for_call(child: &mut Child, number: libc::c_long) {
    let calls = format!("/proc/{}/syscall", child.id());
    while fs::read_to_string(&calls).unwrap().split(' ').next() != Some(&number.to_string()) {
        assert_eq!(child.try_wait().unwrap(), None, "the program has ended");
        std::thread::yield_now();
    }
}

#[track_caller]
fn check(child: &Child, state: &str, folder: &Folder, also: &[Needle]) {
    let needles: Vec<Needle> = KEYS.iter().map(|key| vault::needle(key)).chain(vault::keys(folder)).collect();
    for needles in [needles.as_slice(), also] {
        let scan = scan(child.id(), needles);
        let outside = scan.outside_locked_pages();
        assert!(outside.is_empty(), "{state}: {outside:#?}");
        assert!(scan.bytes_read > 1_000_000);
    }
}

#[test]
fn a_command_that_waits_for_a_value_holds_keys_in_locked_pages_only() {
    let folder = vault::folder(&KEYS);
    let mut child = command(&folder, &["set", FILE, "beta"]).stdin(Stdio::piped()).spawn().unwrap();
    wait_for_call(&mut child, libc::SYS_read);
    check(&child, "unlocked", &folder, &[]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(vault::value("new").as_bytes()).unwrap();
    wait_for_call(&mut child, libc::SYS_read);
    check(&child, "half read", &folder, &[vault::needle("new")]);
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_command_that_prints_a_value_leaves_no_copy_of_it() {
    let folder = vault::folder(&KEYS);
    for arguments in [["get", FILE, "beta"].as_slice(), &["decrypt", FILE]] {
        let (reader, mut full) = std::io::pipe().unwrap();
        full.write_all(&[b'.'; PIPE_BYTES]).unwrap();
        let mut child = command(&folder, arguments).stdout(full).spawn().unwrap();
        wait_for_call(&mut child, libc::SYS_write);
        check(&child, arguments[0], &folder, &[]);
        let printed = std::io::read_to_string(reader).unwrap();
        assert!(printed[PIPE_BYTES..].contains(&vault::value("beta")));
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn an_identity_in_the_environment_is_taken_out_of_it() {
    let folder = vault::folder(&KEYS);
    // The home has no key here: the variable alone opens the file.
    fs::remove_file(folder.file(vault::KEYS)).unwrap();
    let mut child = folder.command(&["set", FILE, "beta"]).stdin(Stdio::piped()).spawn().unwrap();
    wait_for_call(&mut child, libc::SYS_read);
    check(&child, "unlocked", &folder, &[]);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn memory_that_cannot_be_locked_is_told() {
    let folder = vault::folder(&KEYS);
    let output = limited(&command(&folder, &["get", FILE, "beta"]), 0).output().unwrap();
    assert!(output.stdout == vault::value("beta").as_bytes());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("memory is not locked: the limit on locked memory (ulimit -l) is too low"), "{said}");
    let output = command(&folder, &["get", FILE, "beta"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
