//! A person's day: add, edit, rename, delete, undo, save. Real sops decrypts what was saved, real Nix evaluates it.

use std::collections::BTreeMap;

use super::driver::{Person, repository};
use crate::folder::{Folder, changed_lines};
use crate::stage::IDENTITY;
use crate::tools;

const FILE: &str = "secrets/web.yaml";

/// What both versions of the real sops decrypt, as JSON.
fn decrypted(folder: &Folder) -> serde_json::Value {
    let read = |version| {
        let mut sops = tools::sops(version);
        sops.args(["decrypt", "--output-type", "json"]).arg(folder.file(FILE)).env("SOPS_AGE_KEY", IDENTITY);
        tools::succeed(&mut sops)
    };
    let [first, second] = tools::SOPS_VERSIONS.map(read);
    assert_eq!(first, second);
    serde_json::from_str(&first).unwrap()
}

/// The declarations of `sops.nix` as real Nix evaluates them: attribute name and what is set.
fn declared(folder: &Folder) -> BTreeMap<String, serde_json::Value> {
    let mut nix = tools::system("nix-instantiate");
    nix.args(["--eval", "--strict", "--json", "--expr", "(import ./sops.nix { config = { }; }).sops.secrets"]);
    serde_json::from_str(&tools::succeed(nix.current_dir(folder.path()))).unwrap()
}

/// Every Nix file can be parsed by real Nix.
fn parses(folder: &Folder) {
    for name in ["sops.nix", "flake.nix", "hosts/web.nix", "modules/ai.nix"] {
        tools::succeed(tools::system("nix-instantiate").args(["--parse", name]).current_dir(folder.path()));
    }
}

fn opened(folder: &Folder) -> Person {
    let mut person = Person::edits(folder, FILE);
    person.sees("mail_password").sees("you: ");
    person
}

/// Moves to the row of a key by filtering for it.
fn go_to<'a>(person: &'a mut Person, key: &str) -> &'a mut Person {
    person.press(&format!("/{key}<Enter>")).sees(key)
}

/// Shows all rows again. Waits for it, because a terminal that sends Esc and another key at once means Alt and that key.
fn no_filter(person: &mut Person) -> &mut Person {
    person.sees("matches").press("<Esc>").sees_no("matches")
}

fn saved(person: &mut Person) {
    person.press("s").sees("Save two files").press("<Enter>").sees("Saved secrets/web.yaml and sops.nix");
}

#[test]
fn a_secret_is_added_with_its_declaration() {
    let folder = repository();
    let (before, nix_before) = (folder.read(FILE), folder.read("sops.nix"));
    let mut person = opened(&folder);
    person.press("a").sees("Add a secret").press("api/ctfd_token<Tab>s3cret: \"'#<C-s>").sees("ctfd_token");
    assert!(!person.has_ever_seen(b"s3cret"), "what is typed into a value is masked");
    saved(&mut person);
    person.press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(decrypted(&folder)["api"]["ctfd_token"], "s3cret: \"'#");
    assert_eq!(decrypted(&folder)["port"], 8080);
    assert!(declared(&folder).contains_key("api/ctfd_token"));
    parses(&folder);
    assert_eq!(changed_lines(&before, &folder.read(FILE)), (2, 3), "one new line, lastmodified and mac");
    assert_eq!(changed_lines(&nix_before, &folder.read("sops.nix")).0, 0, "nothing of sops.nix goes");
}

#[test]
fn one_edited_value_changes_three_lines() {
    let folder = repository();
    let (before, nix_before) = (folder.read(FILE), folder.read("sops.nix"));
    let mut person = opened(&folder);
    go_to(&mut person, "mail_password").press("e").sees("Value").press("<C-u>changed<C-s>").sees("~");
    person.press("s").sees("Save one file").press("<Enter>").sees("Saved secrets/web.yaml").press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(decrypted(&folder)["mail_password"], "changed");
    assert_eq!(changed_lines(&before, &folder.read(FILE)), (3, 3));
    assert_eq!(folder.read("sops.nix"), nix_before);
}

#[test]
fn a_rename_takes_declaration_and_references_along() {
    let folder = repository();
    let mut person = opened(&folder);
    go_to(&mut person, "deepseek").press("r").sees("Rename").press("<C-u>api/deep<C-s>").sees("deep ");
    person.press("s").sees("Save").press("<Enter>").sees("Saved").press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(decrypted(&folder)["api"]["deep"], "plain-deepseek-8c1f");
    assert_eq!(decrypted(&folder)["api"].get("deepseek"), None);
    let declared = declared(&folder);
    assert!(declared.contains_key("api/deep") && !declared.contains_key("api/deepseek"), "{declared:?}");
    assert!(folder.read("modules/ai.nix").contains(r#"config.sops.secrets."api/deep".path"#));
    assert!(folder.read("hosts/web.nix").contains(r#"config.sops.placeholder."api/deep""#));
    parses(&folder);
}

#[test]
fn a_deleted_key_goes_with_its_declaration() {
    let folder = repository();
    let mut person = opened(&folder);
    go_to(&mut person, "openai").press("d").sees("Delete").press("<Enter>").sees("–");
    saved(&mut person);
    person.press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(decrypted(&folder)["api"].get("openai"), None);
    assert!(!declared(&folder).contains_key("api/openai"));
    parses(&folder);
}

#[test]
fn what_is_undone_was_never_there() {
    let folder = repository();
    let before: Vec<String> = [FILE, "sops.nix"].map(|name| folder.read(name)).into();
    let mut person = opened(&folder);
    person.press("a").sees("Add a secret").press("new_key<Tab>value<C-s>").sees("new_key").sees("1 change");
    go_to(&mut person, "openai").press("d").sees("Delete").press("<Enter>").sees("2 changes");
    no_filter(&mut person).press("u").sees("1 change").press("u").sees_no("1 change").sees_no("+ new_key");
    person.press("<C-r>").sees("+ new_key").press("u").sees_no("+ new_key").press("q");
    assert_eq!(person.leaves(), 0);
    let after: Vec<String> = [FILE, "sops.nix"].map(|name| folder.read(name)).into();
    assert_eq!(before, after);
}

#[test]
fn a_pasted_block_of_many_lines_arrives_whole() {
    let folder = repository();
    let block = "-----BEGIN TEST BLOCK-----\nbGluZSBvbmU=\nbGluZSB0d28=\n-----END TEST BLOCK-----\n";
    let mut person = opened(&folder);
    person.press("a").sees("Add a secret").press("tls/key<Tab>").paste(block);
    person.press("<C-s>").sees_no("Add a secret");
    person.press("s").sees("Save").press("<Enter>").sees("Saved").press("q");
    assert_eq!(person.leaves(), 0);
    assert_eq!(decrypted(&folder)["tls"]["key"], block);
    assert!(!person.has_ever_seen(b"bGluZSBvbmU"), "a pasted value is masked");
}

#[test]
fn pasting_into_the_table_triggers_no_key() {
    let folder = repository();
    let mut person = opened(&folder);
    person.paste("dqdqs\n").sees("Pasted").press("<Esc>").sees_no("Pasted").sees_no("change").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn leaving_with_unsaved_changes_asks() {
    let folder = repository();
    let before = folder.read(FILE);
    let mut person = opened(&folder);
    go_to(&mut person, "openai").press("d").sees("Delete").press("<Enter>").sees("1 change");
    no_filter(&mut person).press("q").sees("Esc stay  l leave").press("<Esc>").sees_no("Esc stay");
    person.press("q").sees("Esc stay  l leave").press("l");
    assert_eq!(person.leaves(), 0);
    assert_eq!(folder.read(FILE), before);
}
