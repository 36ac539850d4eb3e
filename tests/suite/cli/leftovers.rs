//! What encrypting leaves in the clear: said, counted in git, and put away only when that was asked for.

use crate::folder::{Folder, RECIPIENT, Ran};
use crate::tools;

const PLAIN: &str = "a: plain-left-81c3\n";

/// A git repository with a rule for everything and a plain file, which is committed so many times.
fn repository(commits: usize) -> Folder {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet"]);
    folder.write(".sops.yaml", &format!("creation_rules:\n  - age: {RECIPIENT}\n"));
    for number in 0..commits {
        folder.write("plain.yaml", &format!("{PLAIN}n: {number}\n"));
        git(&folder, &["add", "plain.yaml"]);
        git(&folder, &["commit", "--quiet", "--message", "plain"]);
    }
    folder.write("plain.yaml", PLAIN);
    folder
}

fn git(folder: &Folder, arguments: &[&str]) -> String {
    let names = [("GIT_AUTHOR_NAME", "Ada"), ("GIT_COMMITTER_NAME", "Ada")];
    let mails = [("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_COMMITTER_EMAIL", "ada@example.org")];
    tools::succeed(tools::system("git").args(arguments).current_dir(folder.path()).envs(names).envs(mails))
}

/// Encrypts without a terminal to ask on.
fn encrypt(folder: &Folder, arguments: &[&str]) -> Ran {
    let mut command = tools::system("setsid");
    let inner = folder.command(&[&["encrypt", "plain.yaml"], arguments].concat());
    command.arg("--wait").arg(inner.get_program()).args(inner.get_args()).current_dir(folder.path());
    for (name, value) in inner.get_envs() {
        value.map(|value| command.env(name, value));
    }
    Folder::finish(command.output().unwrap())
}

#[track_caller]
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.stderr.contains(word), "no {word:?} in:\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("plain-left"), "{}", ran.stderr);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn without_a_terminal_nothing_is_removed_and_the_next_step_is_said() {
    let folder = repository(0);
    let ran = encrypt(&folder, &["-o", "sealed.yaml"]);
    says(&ran, &["plain.yaml still holds the plain text", "echo '/plain.yaml' >> .gitignore", "rm plain.yaml"]);
    assert!(!ran.stderr.contains("commit"), "{}", ran.stderr);
    assert_eq!(folder.read("plain.yaml"), PLAIN);
    assert!(!folder.file(".gitignore").exists());
}

#[test]
fn what_was_asked_for_is_put_away_after_the_file_was_opened_again() {
    let folder = repository(0);
    let ran = encrypt(&folder, &["-o", "sealed.yaml", "--remove", "--ignore"]);
    says(&ran, &["sealed.yaml opens, and plain.yaml is removed", "backups", ".gitignore now names /plain.yaml"]);
    assert!(!folder.file("plain.yaml").exists());
    assert_eq!(folder.read(".gitignore"), "/plain.yaml\n");
    assert_eq!(folder.decrypted("3.12.2", "sealed.yaml"), PLAIN);
    folder.write("plain.yaml", PLAIN);
    let again = encrypt(&folder, &["-o", "again.yaml"]);
    assert!(!again.stderr.contains(".gitignore"), "it is ignored already: {}", again.stderr);
}

#[test]
fn what_git_holds_is_said_with_what_that_means() {
    let folder = repository(2);
    let ran = encrypt(&folder, &["-o", "sealed.yaml", "--yes"]);
    says(&ran, &["2 commits of git hold plain.yaml", "change the values where they come from", "git rm --cached"]);
    let folder = repository(1);
    says(&encrypt(&folder, &["-i"]), &["1 commit of git holds plain.yaml", "encrypting does not undo that"]);
    assert_eq!(folder.decrypted("3.13.3", "plain.yaml"), PLAIN);
}

#[test]
fn what_nobody_here_can_open_is_not_taken_for_safe() {
    let folder = repository(0);
    let other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    folder.write(".sops.yaml", &format!("creation_rules:\n  - age: {other}\n"));
    let ran = encrypt(&folder, &["-o", "sealed.yaml", "--remove"]);
    assert_eq!(folder.read("plain.yaml"), PLAIN);
    assert!(folder.file("sealed.yaml").exists());
    ran.failed(128, &["plain.yaml was not removed"]);
}

#[test]
fn other_formats_are_left_to_sops() {
    let folder = repository(0);
    let check = |name: &str, words: &[&str]| {
        folder.write(name, "a=b\n");
        folder.run(&["encrypt", name, "-i"]).failed(2, words);
        assert_eq!(folder.read(name), "a=b\n");
    };
    check("x.env", &["x.env", "dotenv", "sops encrypt"]);
    check("x.ini", &["x.ini", "INI", "sops encrypt"]);
    check("x.json", &["x.json", "JSON", "sops encrypt"]);
    check("key.pem", &["key.pem", "binary", ".yaml"]);
}
