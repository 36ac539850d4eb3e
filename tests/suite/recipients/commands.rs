//! `updatekeys` and `rotate`, run as a person or a script runs them.

use super::{decrypted, people};
use crate::folder::{Folder, IDENTITY, RECIPIENT, Ran};
use crate::tools::SOPS_VERSIONS;

const PLAIN: &str = "# top\napi:\n    token: s3cret-token\nnote_unencrypted: plain\n";

/// A folder with one encrypted file, and rules that name the throwaway key and these people.
fn folder_for(numbers: &[usize]) -> Folder {
    let folder = Folder::with_sealed("3.12.2", "secrets/f.yaml", PLAIN);
    write_rules(&folder, numbers);
    folder
}

fn write_rules(folder: &Folder, numbers: &[usize]) {
    let anchors = numbers.iter().map(|number| format!("  - &host{number} {}\n", people()[*number].recipient));
    let aliases = numbers.iter().map(|number| format!("      - *host{number}\n"));
    let rules = format!(
        "keys:\n  - &laptop {RECIPIENT}\n{}creation_rules:\n  - path_regex: ^secrets/\n    key_groups:\n    - age:\n      \
         - *laptop\n{}",
        anchors.collect::<String>(),
        aliases.collect::<String>()
    );
    folder.write(".sops.yaml", &rules);
}

#[track_caller]
fn said(ran: Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    for word in words {
        assert!(ran.stderr.contains(word), "no {word:?} in:\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains(IDENTITY));
}

#[test]
fn a_host_is_added_and_removed_and_keeps_reading_until_the_file_is_rotated() {
    let folder = folder_for(&[0]);
    let file = folder.file("secrets/f.yaml");
    let added = format!("+ host0 ({})", people()[0].recipient);
    said(folder.run(&["updatekeys", "secrets/f.yaml", "-y"]), &["secrets/f.yaml", &added, "updated, 1 added"]);
    for version in SOPS_VERSIONS {
        assert_eq!(decrypted(version, &[&people()[0]], &file).as_deref(), Some(PLAIN));
    }
    said(folder.run(&["updatekeys", "secrets/f.yaml"]), &["secrets/f.yaml: up to date"]);
    write_rules(&folder, &[]);
    let left = "can still read what is in git's history, and with a copy of the old data key what is written until the \
                file is rotated: sopsmith rotate secrets/f.yaml";
    said(folder.run(&["updatekeys", "--yes"]), &[&format!("- {}", people()[0].recipient), left]);
    assert_eq!(decrypted("3.13.3", &[&people()[0]], &file), None);
    said(folder.run(&["rotate", "secrets/f.yaml"]), &["secrets/f.yaml: rotated, 1 value sealed anew"]);
    for version in SOPS_VERSIONS {
        assert_eq!(folder.decrypted(version, "secrets/f.yaml"), PLAIN);
    }
}

#[test]
fn without_a_terminal_and_without_yes_nothing_changes() {
    let folder = folder_for(&[0]);
    let before = folder.read("secrets/f.yaml");
    let mut command = std::process::Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_sopsmith"), "updatekeys"]).current_dir(folder.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder.path()).env("SOPS_AGE_KEY", IDENTITY);
    Folder::finish(command.output().unwrap()).failed(1, &["+ host0", "there is no terminal to ask on", "--yes"]);
    assert_eq!(folder.read("secrets/f.yaml"), before);
}

#[test]
fn all_files_of_the_repository_that_are_out_of_step_are_found() {
    let folder = folder_for(&[0]);
    folder.seal("3.13.3", "secrets/deep/g.yaml", PLAIN, &[]);
    folder.seal("3.13.3", "elsewhere.yaml", PLAIN, &[]);
    folder.seal("3.13.3", "secrets/h.json", "{\"a\": \"b\"}", &[]);
    let (elsewhere, json) = (folder.read("elsewhere.yaml"), folder.read("secrets/h.json"));
    said(
        folder.run(&["updatekeys", "-y"]),
        &[
            "secrets/f.yaml: updated",
            "secrets/deep/g.yaml: updated",
            "2 files updated.",
            "sops updatekeys secrets/h.json",
        ],
    );
    assert_eq!((folder.read("elsewhere.yaml"), folder.read("secrets/h.json")), (elsewhere, json));
    said(folder.run(&["updatekeys"]), &["2 files up to date"]);
}

#[test]
fn what_cannot_be_done_is_said_with_the_codes_of_sops() {
    let folder = folder_for(&[0]);
    folder.write("plain.yaml", "a: b\n");
    folder.write("broken.yaml", "a: [b\n");
    folder.seal("3.12.2", "other.yaml", PLAIN, &[]);
    folder.seal("3.12.2", "secrets/h.json", "{\"a\": \"b\"}", &[]);
    folder.run(&["updatekeys", "-y", "absent.yaml"]).failed(100, &["absent.yaml does not exist"]);
    folder.run(&["updatekeys", "-y", "plain.yaml"]).failed(1, &["plain.yaml", "no sops metadata"]);
    folder.run(&["updatekeys", "-y", "other.yaml"]).failed(1, &["no creation rule", "other.yaml"]);
    folder.run(&["updatekeys", "-y", "secrets/h.json"]).failed(1, &["JSON", "sops updatekeys secrets/h.json"]);
    folder.run(&["rotate", "broken.yaml"]).failed(2, &["broken.yaml"]);
    folder.run(&["rotate"]).failed(2, &["FILE"]);
    let sealed = folder.read("other.yaml");
    folder.write("other.yaml", &sealed.replace("note_unencrypted: plain", "note_unencrypted: other"));
    folder.run(&["rotate", "other.yaml"]).failed(51, &["other.yaml", "MAC"]);
    for arguments in [["rotate", "secrets/f.yaml"].as_slice(), &["updatekeys", "-y", "secrets/f.yaml"]] {
        let output = folder.command(arguments).env_remove("SOPS_AGE_KEY").output().unwrap();
        Folder::finish(output).failed(128, &["secrets/f.yaml", RECIPIENT, "SOPS_AGE_KEY"]);
    }
}

#[test]
fn kinds_that_only_sops_wraps_for_are_named() {
    let folder = folder_for(&[]);
    let rules = format!("creation_rules:\n  - age: {RECIPIENT}\n    pgp: ABCDEF0123456789ABCDEF0123456789ABCDEF01\n");
    folder.write(".sops.yaml", &rules);
    let before = folder.read("secrets/f.yaml");
    let words = ["+ PGP ABCDEF", "need sops itself", "sops updatekeys secrets/f.yaml"];
    folder.run(&["updatekeys", "-y", "secrets/f.yaml"]).failed(128, &words);
    let with_pgp = "    pgp:\n        - created_at: \"2026-01-31T12:00:00Z\"\n          enc: none\n          fp: ABCD\n    version";
    folder.write("secrets/f.yaml", &before.replace("    version", with_pgp));
    folder.run(&["rotate", "secrets/f.yaml"]).failed(128, &["PGP", "ABCD", "sops rotate -i secrets/f.yaml"]);
    folder.write("secrets/f.yaml", &before);
}

#[test]
fn one_file_that_fails_does_not_keep_the_others() {
    let folder = folder_for(&[]);
    folder.write("plain.yaml", "a: b\n");
    let before = folder.read("secrets/f.yaml");
    let words =
        ["plain.yaml: the file has no sops metadata", "secrets/f.yaml: rotated", "1 of 2 files are not rotated"];
    folder.run(&["rotate", "plain.yaml", "secrets/f.yaml"]).failed(1, &words);
    assert_ne!(folder.read("secrets/f.yaml"), before);
    assert_eq!(folder.decrypted("3.12.2", "secrets/f.yaml"), PLAIN);
}
