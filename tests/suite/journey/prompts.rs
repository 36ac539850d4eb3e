//! The questions, at a true terminal: answers, defaults, and Ctrl-C at each of them.

use super::Newcomer;
use super::repositories::{CONFIGURATION, FLAKE};
use crate::identities::passphrases::home_with_protected_file;
use crate::pty::driver::Person;

fn someone() -> Newcomer {
    Newcomer::in_git(&[("flake.nix", FLAKE), ("configuration.nix", CONFIGURATION)])
}

fn starts(someone: &Newcomer) -> Person {
    runs(someone, "init")
}

fn runs(someone: &Newcomer, command_name: &str) -> Person {
    let mut command = Person::command(env!("CARGO_BIN_EXE_sopsmith"), &someone.repository);
    command.arg(command_name);
    command.env_remove("SOPS_AGE_KEY");
    command.env("HOME", someone.home.path());
    Person::starts(command, 100, 80)
}

/// The questions in order, each by a part of its words.
const QUESTIONS: [&str; 5] = [
    "[new]",
    "Your name in .sops.yaml [admin]",
    "[secrets/secrets.yaml]",
    "[ssh-host-key]",
    "Write these 6 files? [yes]",
];

#[test]
fn defaults_are_taken_by_enter() {
    let someone = someone();
    let mut person = starts(&someone);
    for question in QUESTIONS {
        person.sees(question).press("<Enter>");
    }
    assert_eq!(person.leaves(), 0, "{}", person.screen());
    assert!(person.has_ever_seen(b"\x1b[32m+"), "additions are green");
    assert_eq!(someone.decrypted("secrets/secrets.yaml"), serde_json::json!({}));
    someone.is_settled();
}

#[test]
fn answers_are_used_and_wrong_ones_asked_again() {
    let someone = someone();
    let mut person = starts(&someone);
    person.sees("[new]").press("<Enter>");
    person.sees("Your name").press("no good<Enter>").sees("letters, digits").press("ann<Enter>");
    person.sees("The encrypted file").press("secrets/web.yaml<Enter>");
    person.sees("decrypts with").press("key-file<Enter>").sees("The key file").press("/k.txt<Enter>");
    person.sees("Write these 6 files?").press("maybe<Enter>").sees("yes or no").press("y<Enter>");
    assert_eq!(person.leaves(), 0, "{}", person.screen());
    assert!(someone.repository.read(".sops.yaml").contains("&ann"));
    assert!(someone.repository.read("sops.nix").contains("age.keyFile = \"/k.txt\";"));
    assert_eq!(someone.decrypted("secrets/web.yaml"), serde_json::json!({}));
}

#[test]
fn on_a_terminal_a_new_identity_goes_where_sops_looks_and_is_not_shown() {
    let someone = Newcomer::new(&[]);
    let mut person = runs(&someone, "keygen");
    assert_eq!(person.leaves(), 0);
    assert!(person.screen().contains("Public key: age1") && !person.has_ever_seen(b"AGE-SECRET-KEY"));
    let keys = someone.home.read(".config/sops/age/keys.txt");
    assert!(keys.lines().count() == 3 && keys.contains("AGE-SECRET-KEY-1"));
    let mut person = runs(&someone, "keygen");
    assert_eq!(person.leaves(), 3);
    assert!(person.screen().contains("never overwritten"), "{}", person.screen());
    assert_eq!(someone.home.read(".config/sops/age/keys.txt"), keys);
}

#[test]
fn the_public_key_of_an_identity_that_cannot_be_read_is_asked_for() {
    let someone = someone();
    let keys = ".config/sops/age/keys.txt";
    let protected = std::fs::read(home_with_protected_file(crate::folder::IDENTITY).path().join(keys)).unwrap();
    someone.home.write(keys, "");
    std::fs::write(someone.home.file(keys), &protected).unwrap();
    someone.run(&["init", "--yes"]).failed(2, &["keys.txt", "passphrase", "--recipient"]);
    let mut person = starts(&someone);
    person.sees("keys.txt]").press("<Enter>").sees("cannot be read").press("age1x<Enter>").sees("age1x");
    person.press(crate::folder::RECIPIENT).press("<Enter>").sees("Your name");
    for question in &QUESTIONS[1..] {
        person.sees(question).press("<Enter>");
    }
    assert_eq!(person.leaves(), 0, "{}", person.screen());
    assert!(someone.repository.read(".sops.yaml").contains(crate::folder::RECIPIENT));
    assert_eq!(std::fs::read(someone.home.file(keys)).unwrap(), protected);
}

#[test]
fn no_writes_nothing() {
    let someone = someone();
    let before = someone.tree();
    let mut person = starts(&someone);
    for question in &QUESTIONS[..4] {
        person.sees(question).press("<Enter>");
    }
    person.sees(QUESTIONS[4]).press("n<Enter>");
    assert_eq!(person.leaves(), 1);
    assert_eq!(someone.tree(), before);
    assert!(!someone.home.file(".config").exists());
}

#[test]
fn ctrl_c_and_the_end_of_input_leave_nothing_behind_at_any_question() {
    let someone = someone();
    let before = someone.tree();
    for (at, _) in QUESTIONS.iter().enumerate() {
        for key in ["<C-c>", "<C-d>"] {
            let mut person = starts(&someone);
            for question in &QUESTIONS[..at] {
                person.sees(question).press("<Enter>");
            }
            person.sees(QUESTIONS[at]).press(key);
            assert_eq!(person.leaves(), 130, "{}", person.screen());
            assert!(person.screen().contains("nothing was written"), "{}", person.screen());
            assert_eq!(someone.tree(), before);
            assert!(!someone.home.file(".config").exists());
        }
    }
}
