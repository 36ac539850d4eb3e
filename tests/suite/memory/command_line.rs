//! The commands, stopped while they wait: values and keys lie in locked pages and nowhere else.

use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::child::limited;
use super::scan::Needle;
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
fn check(child: &Child, state: &str, folder: &Folder, also: &[&str]) {
    let values = KEYS.iter().chain(also).map(|key| vault::needle(key));
    let needles: Vec<Needle> = values.chain(vault::keys(folder)).collect();
    vault::check(child.id(), state, &needles);
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
    check(&child, "half read", &folder, &["new"]);
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

/// Large files are opened on two threads, whose stacks outlive them.
#[test]
fn a_large_file_leaves_no_value_behind() {
    let many: Vec<String> = (0..4200).map(|number| format!("filler{number}")).collect();
    let keys: Vec<&str> = KEYS.iter().copied().chain(many.iter().map(String::as_str)).collect();
    let folder = vault::folder(&keys);
    let mut child = command(&folder, &["set", FILE, "beta", "--allow-empty"]).stdin(Stdio::piped()).spawn().unwrap();
    wait_for_call(&mut child, libc::SYS_read);
    check(
        &child,
        "unlocked",
        &folder,
        &["filler0", "filler2043", "filler2044", "filler4091", "filler4092", "filler4199"],
    );
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_identity_in_the_environment_is_taken_out_of_it() {
    let folder = vault::folder(&KEYS);
    // The home has no key here: the variable alone opens the file.
    fs::remove_file(folder.file(vault::KEYS)).unwrap();
    let mut child = folder.command(&["set", FILE, "beta", "--allow-empty"]).stdin(Stdio::piped()).spawn().unwrap();
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

#[test]
fn a_rotation_leaves_no_value_and_neither_data_key_behind() {
    let folder = vault::folder(&KEYS);
    let before = folder.read(FILE);
    let old_keys = vault::keys(&folder);
    // The line that tells of the rotation does not fit any more, and the program waits with it.
    let (reader, mut full) = std::io::pipe().unwrap();
    full.write_all(&[b'.'; PIPE_BYTES]).unwrap();
    let mut child = command(&folder, &["rotate", FILE]).stderr(full).spawn().unwrap();
    while folder.read(FILE) == before {
        assert_eq!(child.try_wait().unwrap(), None, "the program has ended");
        std::thread::yield_now();
    }
    wait_for_call(&mut child, libc::SYS_write);
    check(&child, "rotated", &folder, &[]);
    vault::check(child.id(), "rotated, the old keys", &old_keys);
    let told = std::io::read_to_string(reader).unwrap();
    assert!(told[PIPE_BYTES..].starts_with("secrets.yaml: rotated, 4 values sealed anew"));
    assert!(child.wait().unwrap().success());
}
