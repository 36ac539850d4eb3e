//! The README's chapter of the journey, its lines played in order as they stand.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};

use super::Newcomer;
use super::repositories::{CONFIGURATION, FLAKE, HARDWARE};
use crate::folder::Folder;

/// What `ssh-keyscan` prints of a host. Its key is a throwaway, made for the tests only.
const SCANNED: &str = "# web.example.org:22 SSH-2.0-OpenSSH_9.9\n\
    web.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOfYZU5E6dWhyKxh/f4bTiIsZDn6gEH5YqDyiDHPJfJU\n";

/// The indented lines between the marks.
fn lines() -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let (_, chapter) = readme.split_once("<!-- journey").unwrap();
    let (chapter, _) = chapter.split_once("<!-- /journey -->").unwrap();
    chapter.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
}

/// Programs under the names that the chapter uses: ours, and two that would need a network.
fn programs() -> Folder {
    let folder = Folder::new();
    symlink(env!("CARGO_BIN_EXE_sopsmith"), folder.file("sopsmith")).unwrap();
    for (name, printed) in [("ssh-keyscan", SCANNED), ("nixos-rebuild", "rebuilt\n")] {
        folder.write(name, &format!("#!/bin/sh\ncat <<'END'\n{printed}END\n"));
        std::fs::set_permissions(folder.file(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// What the chapter tells between two of its lines: the example becomes a declaration, for a user of the host.
fn declare(someone: &Newcomer) {
    let before = someone.repository.read("sops.nix");
    let after = before.replace("# \"api/deepseek\"", "\"api/deepseek\"").replace("alice", "root");
    assert_ne!(after, before);
    someone.repository.write("sops.nix", &after);
}

#[test]
fn the_chapter_leads_from_nothing_to_a_rebuild_and_a_host_that_goes() {
    let files = [("flake.nix", FLAKE), ("configuration.nix", CONFIGURATION), ("hardware-configuration.nix", HARDWARE)];
    let someone = Newcomer::in_git(&files);
    let programs = programs();
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());
    let play = |line: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", line]).current_dir(someone.repository.path()).stdin(Stdio::null());
        shell.env_clear().env("PATH", &path).env("HOME", someone.home.path());
        let ran = Folder::finish(shell.output().unwrap());
        assert_eq!(ran.code, Some(0), "{line}\n{}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    // After each line that changes who can read the file: the names that the table shows.
    let mut readers = Vec::new();
    for line in lines() {
        // There is nobody to answer its questions.
        let line = if line == "sopsmith init" { "sopsmith init --yes" } else { line.as_str() };
        play(line);
        if line.contains("sopsmith set") {
            declare(&someone);
            play("sopsmith env secrets/secrets.yaml");
        }
        if line == "sopsmith check" {
            assert_eq!(play(line), "no problems in 1 declaration, 4 Nix files, 1 encrypted file\n");
            someone.evaluates("configuration.nix", &["api/deepseek"]);
        }
        if line.contains("sopsmith recipients add") || line.contains("sopsmith recipients remove") {
            let table = play("sopsmith recipients list");
            readers.push(["admin", "web"].map(|name| table.lines().any(|line| line.starts_with(name))));
        }
    }
    assert_eq!(readers, [[true, true], [true, false]]);
    assert_eq!(someone.decrypted("secrets/secrets.yaml")["api"]["deepseek"].as_str().unwrap().len(), 32);
    someone.is_settled();
}
