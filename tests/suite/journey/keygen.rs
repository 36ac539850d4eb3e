//! `keygen` beside the real age-keygen, and files that the real sops takes.

use std::os::unix::fs::PermissionsExt as _;

use super::Newcomer;
use crate::folder::Folder;
use crate::tools;

/// The recipients that the real age-keygen reads from a file.
fn judged(folder: &Folder, file: &str) -> String {
    tools::succeed(tools::age("age-keygen").arg("-y").arg(folder.file(file)))
}

#[test]
fn what_is_printed_is_an_identity_file_of_age() {
    let someone = Newcomer::new(&[]);
    let ran = someone.run(&["keygen"]);
    let public = ran.stderr.trim().strip_prefix("Public key: ").unwrap().to_owned();
    let text = ran.ok();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("# created: 2") && lines[0].ends_with('Z'), "{}", lines[0]);
    assert_eq!(lines[1], format!("# public key: {public}"));
    assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
    someone.repository.write("k.txt", &text);
    assert_eq!(judged(&someone.repository, "k.txt"), format!("{public}\n"));
    assert_eq!(someone.run(&["keygen", "-y", "k.txt"]).ok(), format!("{public}\n"));
}

#[test]
fn a_file_is_private_and_never_overwritten() {
    let someone = Newcomer::new(&[]);
    let ran = someone.run(&["keygen", "-o", "keys/host.txt"]);
    assert!(!ran.stderr.contains("AGE-SECRET"));
    assert_eq!(ran.ok(), "");
    let mode = |name: &str| someone.repository.file(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("keys/host.txt"), mode("keys")), (0o600, 0o700));
    let before = someone.repository.read("keys/host.txt");
    someone.run(&["keygen", "-o", "keys/host.txt"]).failed(3, &["keys/host.txt", "never overwritten"]);
    assert_eq!(someone.repository.read("keys/host.txt"), before);
    assert_eq!(someone.run(&["keygen", "-y", "keys/host.txt"]).ok(), judged(&someone.repository, "keys/host.txt"));
}

#[test]
fn the_recipients_of_ssh_keys_are_told_in_both_forms() {
    let someone = Newcomer::new(&[]);
    let mut keygen = tools::system("ssh-keygen");
    tools::succeed(
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "me@here", "-f"]).arg(someone.repository.file("k")),
    );
    let public = someone.repository.read("k.pub");
    let key: Vec<&str> = public.split_whitespace().take(2).collect();
    for file in ["k", "k.pub"] {
        let ran = someone.run(&["keygen", "-y", file]);
        assert!(ran.stderr.contains("sops-nix decrypts with: age1"), "{}", ran.stderr);
        assert_eq!(ran.ok(), format!("{}\n", key.join(" ")));
    }
}

#[test]
fn a_hosts_ssh_key_opens_what_is_wrapped_for_the_host() {
    let someone = Newcomer::new(&[]);
    let keygen = |name: &str, kind: &str, passphrase: &str| {
        let mut keygen = tools::system("ssh-keygen");
        keygen.args(["-q", "-t", kind, "-N", passphrase, "-f"]).arg(someone.repository.file(name));
        tools::succeed(&mut keygen);
    };
    keygen("host", "ed25519", "");
    assert_eq!(someone.run(&["keygen", "--from-ssh", "host", "-o", "rescue.txt"]).ok(), "");
    let recipient = judged(&someone.repository, "rescue.txt");
    let told = someone.run(&["keygen", "-y", "host"]).stderr;
    assert!(told.contains(recipient.trim()), "{told}");
    someone.repository.write("s.yaml", "a: b\n");
    let mut sops = tools::sops("3.12.2");
    let file = someone.repository.file("s.yaml");
    tools::succeed(sops.args(["encrypt", "--age", recipient.trim(), "--in-place"]).arg(&file));
    let command = format!("{} keygen --from-ssh host", env!("CARGO_BIN_EXE_sopsmith"));
    let mut get = someone.command(&["get", "s.yaml", "a"]);
    assert_eq!(Folder::finish(get.env("SOPS_AGE_KEY_CMD", command).output().unwrap()).ok(), "b");
    let rules = format!("creation_rules:\n  - path_regex: s.yaml$\n    age: {}\n", recipient.trim());
    someone.repository.write(".sops.yaml", &rules);
    assert_eq!(someone.run(&["keygen", "-o", "mine.txt"]).ok(), "");
    let me = judged(&someone.repository, "mine.txt");
    let mut add = someone.command(&["recipients", "add", me.trim(), "--name", "laptop", "--yes"]);
    let command = format!("{} keygen --from-ssh host", env!("CARGO_BIN_EXE_sopsmith"));
    Folder::finish(add.env("SOPS_AGE_KEY_CMD", command).output().unwrap()).ok();
    let mut get = someone.command(&["get", "s.yaml", "a"]);
    let own = someone.repository.file("mine.txt");
    assert_eq!(Folder::finish(get.env("SOPS_AGE_KEY_FILE", own).output().unwrap()).ok(), "b");
    keygen("rsa", "rsa", "");
    someone.run(&["keygen", "--from-ssh", "rsa"]).failed(2, &["rsa", "cannot be converted", "ssh_host_ed25519_key"]);
    keygen("locked", "ed25519", "a passphrase");
    someone.run(&["keygen", "--from-ssh", "locked"]).failed(2, &["locked", "encrypted", "ssh-keygen -p"]);
}

#[test]
fn what_is_no_identity_is_said_to_be_none() {
    let someone = Newcomer::new(&[("empty.txt", "# nothing\n"), ("odd.txt", "# x\nhello\n")]);
    someone.run(&["keygen", "-y", "absent"]).failed(100, &["absent"]);
    someone.run(&["keygen", "-y", "empty.txt"]).failed(2, &["empty.txt", "no identity"]);
    someone.run(&["keygen", "-y", "odd.txt"]).failed(2, &["odd.txt", "line 2"]);
    someone.run(&["keygen", "-y", "-o", "x"]).failed(2, &["cannot be used with"]);
}
