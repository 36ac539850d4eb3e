//! What happens around the editor: windows change, other programs write, identities do not fit or ask.

use super::driver::{Person, repository};
use crate::folder::Folder;
use crate::stage::IDENTITY;
use crate::tools;

const FILE: &str = "secrets/web.yaml";
const VALUE: &str = "plain-mail-77d0";

/// Another program sets a value while the editor is open.
fn sops_sets(folder: &Folder, path: &str, value: &str) {
    let mut sops = tools::sops("3.13.3");
    sops.arg("set").arg(folder.file(FILE)).args([path, &format!("{value:?}")]).env("SOPS_AGE_KEY", IDENTITY);
    tools::succeed(&mut sops);
}

fn value(folder: &Folder, path: &str) -> String {
    let mut sops = tools::sops("3.12.2");
    sops.args(["decrypt", "--extract", path]).arg(folder.file(FILE)).env("SOPS_AGE_KEY", IDENTITY);
    tools::succeed(&mut sops)
}

#[test]
fn a_resized_window_loses_nothing() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").press("a").sees("Add a secret").press("api/typed_before");
    person.resizes(40, 12).sees("typed_before");
    person.resizes(120, 40).waits_until("the wide screen is used", |screen| {
        screen.contents().lines().any(|line| line.chars().count() > 100)
    });
    person.sees("typed_before").press("<Tab>value<C-s>").sees("typed_before").sees("1 change");
    person.press("q").sees("Esc stay  l leave").press("l");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn without_an_identity_that_fits_names_are_shown_and_nothing_can_be_changed() {
    let folder = repository();
    let mut command = Person::editor(&folder, &[FILE]);
    command.env("SOPS_AGE_KEY", crate::folder::IDENTITY);
    let mut person = Person::starts(command, 120, 40);
    person.sees("mail_password").sees("read-only").press("i").sees("SOPS_AGE_KEY").sees("does not fit");
    person.press("<Esc>").sees_no("does not fit").press(" ").sees_no(VALUE).press("q");
    assert_eq!(person.leaves(), 0);
    assert!(!person.has_ever_seen(VALUE.as_bytes()));
}

#[test]
fn an_ssh_key_asks_for_its_passphrase_on_the_screen() {
    let folder = repository();
    let key = folder.file(".ssh/id_ed25519");
    let keys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/keys");
    std::fs::create_dir(folder.file(".ssh")).unwrap();
    std::fs::copy(keys.join("ssh_ed25519_encrypted"), &key).unwrap();
    std::fs::copy(keys.join("ssh_ed25519_encrypted.pub"), key.with_extension("pub")).unwrap();
    let recipient = std::fs::read_to_string(keys.join("ssh_ed25519_encrypted.pub")).unwrap();
    folder.write("ssh.yaml", "token: plain-token\n");
    let mut sops = tools::sops("3.13.3");
    sops.args(["encrypt", "--in-place", "--age", recipient.trim()]).arg(folder.file("ssh.yaml"));
    tools::succeed(&mut sops);
    let mut command = Person::editor(&folder, &["ssh.yaml"]);
    command.env_remove("SOPS_AGE_KEY");
    let mut person = Person::starts(command, 100, 30);
    person.sees("Passphrase of the SSH key").press("wrong<Enter>").sees("That was not it");
    person.press(&format!("{}<Enter>", passphrase())).sees("you: ").press(" ").sees("plain-token").press("q");
    assert_eq!(person.leaves(), 0);
}

/// The passphrase of `keys/ssh_ed25519_encrypted`, a throwaway.
fn passphrase() -> &'static str {
    "open sesame"
}

#[test]
fn a_change_by_another_program_is_told_and_never_overwritten() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").press("/openai<Enter>d").sees("Delete").press("<Enter>").sees("1 change");
    sops_sets(&folder, r#"["mail_password"]"#, "theirs");
    person.sees("changed by another program").press("s").sees("Save two files").press("<Enter>");
    person.sees("m merges by key").press("m").sees_no("m merges by key");
    person.press("s").sees("Save").press("<Enter>").sees("Saved").press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(value(&folder, r#"["mail_password"]"#), "theirs");
    assert!(!folder.read(FILE).contains("openai"));
}

#[test]
fn a_change_just_before_the_save_is_noticed_by_the_save() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").press("/openai<Enter>d").sees("Delete").press("<Enter>").sees("1 change");
    person.press("s").sees("Save");
    sops_sets(&folder, r#"["mail_password"]"#, "theirs");
    let theirs = folder.read(FILE);
    person.press("<Enter>").sees("changed by another program");
    assert_eq!(folder.read(FILE), theirs);
}

#[test]
fn a_file_that_nobody_changed_while_open_is_read_again_quietly() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ");
    sops_sets(&folder, r#"["brand_new"]"#, "theirs");
    person.sees("brand_new").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn a_file_that_is_made_while_the_editor_is_open_is_read_too() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ");
    let text = "{ config, ... }: { x = config.sops.secrets.from-late.path; }\n";
    folder.write("late.nix", text);
    person.sees("late.nix was changed").press("2").sees("from-late").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn a_revealed_value_is_hidden_by_the_same_key_and_leaves_no_trace() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").press("/mail_password<Enter> ").sees(VALUE).press(" ").sees_no(VALUE);
    person.press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn the_terminal_copies_when_it_is_asked_to_and_is_cleared_at_the_end() {
    let folder = repository();
    let mut person = Person::starts(Person::editor(&folder, &["--osc52", FILE]), 100, 30);
    person.sees("you: ").press("/mail_password<Enter>y").sees("OSC 52").press("q");
    assert_eq!(person.leaves(), 0);
    assert!(person.has_ever_seen(b"\x1b]52;c;cGxhaW4tbWFpbC03N2Qw\x1b\\"));
    assert!(person.has_ever_seen(b"\x1b]52;c;IA==\x1b\\"), "a blank is copied over it at the end");
}

#[test]
fn without_a_clipboard_the_editor_says_why() {
    let folder = repository();
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").press("/mail_password<Enter>y").sees("no graphical session").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn without_a_file_there_is_a_choice() {
    let folder = repository();
    let mut person = Person::starts(Person::editor(&folder, &[]), 100, 30);
    person.sees("secrets/mail.yaml").sees("secrets/web.yaml").sees("users.yaml").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn a_path_that_leads_nowhere_is_named() {
    let folder = repository();
    let mut person = Person::starts(Person::editor(&folder, &["nowhere/x.yaml"]), 100, 30);
    person.sees("nowhere/x.yaml").press("q");
    assert_eq!(person.leaves(), 0);
}
