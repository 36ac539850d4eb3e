//! Files that are not encrypted yet: one that does not exist is made, one in the clear is encrypted.

use std::collections::BTreeMap;

use sopsmith::session::{Context, PaneView};

use crate::keys::{check_on, play, says_on, values};
use crate::stage::{Identities, Stage, path_of};

/// A file that does not exist; the last rule matches it.
const NEW: &str = "admin-users.yaml";

fn opened(path: &str) -> Stage {
    Stage::new(Some(path), Identities::Fit, 100, 30)
}

/// The repository with a plain file in it, opened.
pub(crate) fn plain(path: &str, text: &str, columns: u16, rows: u16) -> Stage {
    let mut files = Stage::repository();
    files.insert(path_of(path), text.to_owned());
    Stage::with_files(files, Some(path), Identities::Fit, columns, rows)
}

/// What stands in place of the table.
fn page(stage: &Stage) -> String {
    let PaneView::Page(page) = stage.session.pane_view() else { panic!("a page is shown") };
    page.lines.iter().map(|line| format!("{}\n", line.words.text)).collect()
}

#[test]
fn a_file_that_does_not_exist_is_made_by_its_rule() {
    let mut stage = opened(NEW);
    assert_eq!(
        page(&stage),
        "admin-users.yaml does not exist yet.\n\
         It will be made for laptop, host_web, host_mail, backup by the rule at .sops.yaml:14.\n\
         a adds the first key, s saves; leaving before that makes nothing.\n"
    );
    let declared = ["+ \"api/token\" = {", "+ sopsFile = ./admin-users.yaml;", "+ };"];
    let added = ["+ api/token = plain-new-1234"].into_iter().chain(declared).collect::<Vec<_>>();
    check_on(&mut stage, "a \"api/token\" ⏎ \"plain-new-1234\" Ctrl-s s ⏎", &added);
    check_on(&mut stage, "e Ctrl-u \"plain-more-99\" Ctrl-s s ⏎", &["~ api/token = plain-more-99"]);
    let text = &stage.files[&path_of(NEW)];
    assert_eq!(text.matches("recipient: age1").count(), 4);
    assert!(text.starts_with("api:\n    token: ENC["), "nothing is left of how it began: {text}");
}

#[test]
fn leaving_a_new_file_makes_nothing() {
    let before = Stage::repository();
    let mut stage = opened(NEW);
    play(&mut stage, "q");
    assert!(stage.has_quit && stage.files == before);
    let mut stage = opened(NEW);
    play(&mut stage, "a \"x\" ⏎ \"plain-x\" Ctrl-s u");
    says_on(&mut stage, "s", "nothing to save");
    play(&mut stage, "4 G ⏎");
    assert_eq!(stage.session.title().file.map(|path| path.as_str()), Some("users.yaml"));
    play(&mut stage, "4");
    let PaneView::Grid(files) = stage.session.pane_view() else { panic!("files are listed") };
    assert_eq!((files.total, stage.files == before), (3, true));
}

#[test]
fn a_new_file_is_never_written_over_one_that_came_meanwhile() {
    let mut stage = opened(NEW);
    play(&mut stage, "a \"x\" ⏎ \"plain-x\" Ctrl-s");
    stage.changed_outside(NEW, "theirs: 1\n");
    play(&mut stage, "s ⏎");
    assert_eq!(stage.session.context(), Context::ChangedOutside);
    assert_eq!(stage.files[&path_of(NEW)], "theirs: 1\n");
}

#[test]
fn a_new_file_needs_a_rule_and_an_identity() {
    assert_eq!(
        page(&opened("other/new.yaml")),
        "other/new.yaml does not exist yet, and no rule in .sops.yaml matches other/new.yaml\n\
         add a rule whose path_regex matches this path, then open it again\n"
    );
    assert_eq!(
        page(&opened("users.json")),
        "users.json does not exist, and only YAML files can be made here\ngive it a name that ends in .yaml\n"
    );
    let without = Stage::with_files(BTreeMap::new(), Some("x.yaml"), Identities::Fit, 100, 30);
    assert!(page(&without).starts_with("x.yaml does not exist yet, and there is no .sops.yaml at or above"));
    let mut stage = Stage::new(Some(NEW), Identities::NoneFits, 100, 30);
    assert!(page(&stage).contains("None of the identities found here is among them"));
    says_on(&mut stage, "a", "read-only: no identity fits; i shows what was tried");
}

#[test]
fn the_files_pane_makes_files() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "4 a \"new-users.yaml\" ⏎");
    assert!(page(&stage).starts_with("new-users.yaml does not exist yet."));
    let mut stage = Stage::web(100, 30);
    let unsaved = "save or undo the changes first: s, u";
    says_on(&mut stage, "a \"x\" ⏎ \"plain-x\" Ctrl-s 4 a \"new-users.yaml\" ⏎", unsaved);
}

#[test]
fn a_plain_file_is_encrypted_in_place() {
    let mut stage = plain("plain-users.yaml", "a: plain-a\nb:\n    c: plain-c\n", 100, 30);
    assert_eq!(stage.session.context(), Context::Plain);
    assert_eq!(
        page(&stage),
        "plain-users.yaml is not encrypted: whoever reads the file reads its values.\n\
         git knows it: encrypting does not take its values out of earlier commits. Give every secret in it a new \
         value where it is used.\n\
         It would be encrypted for laptop, host_web, host_mail, backup by the rule at .sops.yaml:14.\n\
         e encrypts it in place, Esc leaves it as it is.\n"
    );
    says_on(&mut stage, "e", "plain-users.yaml is encrypted. Copies made before, and earlier commits, are not.");
    let sealed = values(&stage.files[&path_of("plain-users.yaml")]);
    assert_eq!(sealed["a"], "plain-a");
    assert_eq!(stage.session.context(), Context::Table);
    check_on(&mut stage, "g e Ctrl-u \"plain-b\" Ctrl-s s ⏎", &["~ a = plain-b"]);
}

#[test]
fn what_cannot_be_opened_is_no_dead_end() {
    for path in ["nowhere/x.txt", "flake.nix"] {
        let mut files = Stage::repository();
        files.insert(path_of("flake.nix"), "{ }\n".to_owned());
        let opened = || Stage::with_files(files.clone(), Some(path), Identities::Fit, 100, 30);
        let mut stage = opened();
        assert_eq!(stage.session.context(), Context::Unopened, "{path}");
        says_on(&mut stage, "e", "the file cannot be opened; o opens another path, 4 lists the encrypted files");
        for (keys, context) in [("o", Context::Path), ("a", Context::Path), ("4", Context::Files)] {
            let mut stage = opened();
            play(&mut stage, keys);
            assert_eq!(stage.session.context(), context, "{path}: {keys}");
        }
    }
    let mut files = Stage::repository();
    files.insert(path_of("flake.nix"), "{ }\n".to_owned());
    let stage = Stage::with_files(files, Some("flake.nix"), Identities::Fit, 100, 30);
    assert!(page(&stage).contains("it belongs in clear text") && !page(&stage).contains("sopsmith encrypt"));
}

#[test]
fn a_plain_file_can_be_left_and_needs_a_rule() {
    let mut stage = plain("plain-users.yaml", "a: plain-a\n", 100, 30);
    says_on(&mut stage, "Esc", "It was left as it is, in the clear.");
    assert_eq!(stage.files[&path_of("plain-users.yaml")], "a: plain-a\n");
    let mut stage = plain("values.yaml", "a: plain-a\n", 100, 30);
    assert!(page(&stage).contains("It cannot be encrypted: no rule in .sops.yaml matches values.yaml."));
    says_on(&mut stage, "e", "no rule in .sops.yaml matches values.yaml");
    let mut stage = plain("list-users.yaml", "- plain-a\n", 100, 30);
    says_on(&mut stage, "e", "line 1: the top level has to be a mapping; write the values as key: value");
    says_on(&mut stage, "Esc e", "e does nothing here; ? shows the keys that work");
}
