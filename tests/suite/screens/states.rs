//! Every state of the editor that people meet, each reached by real keys on the stage.

use std::collections::BTreeMap;

use sopsmith::secret::Secret;
use sopsmith::session::Event;

use crate::keys_making::plain;
use crate::keys_recipients::scanned;
use crate::keys_setup::without_secrets;
use crate::stage::{CHANGED_ELSEWHERE, CHANGED_SAME_KEY, Identities, Stage, path_of};

/// A state: its name, and how it is reached in a window of that many columns and rows.
pub(crate) type State = (&'static str, fn(u16, u16) -> Stage);

/// The states, in the order in which a person meets them.
pub(crate) const STATES: &[State] = &[
    ("picker", |columns, rows| Stage::new(None, Identities::Fit, columns, rows)),
    ("empty_repository", |columns, rows| Stage::with_files(BTreeMap::new(), None, Identities::Fit, columns, rows)),
    ("unwrapping", |columns, rows| Stage::new(Some("secrets/web.yaml"), Identities::Wait, columns, rows)),
    ("passphrase_prompt", |columns, rows| Stage::new(Some("secrets/web.yaml"), Identities::AskFirst, columns, rows)),
    ("passphrase_typed", |columns, rows| {
        let stage = Stage::new(Some("secrets/web.yaml"), Identities::AskFirst, columns, rows);
        then(stage, |stage| stage.write("plain-passphrase"))
    }),
    ("table", |columns, rows| web(columns, rows, |stage| stage)),
    ("table_folded", |columns, rows| web(columns, rows, |stage| stage.press("h"))),
    ("table_strange_keys", |columns, rows| strange(columns, rows)),
    ("filter_typed", |columns, rows| web(columns, rows, |stage| stage.press("/").write("pi"))),
    ("filter_kept", |columns, rows| web(columns, rows, |stage| stage.press("/").write("mail").press("⏎"))),
    ("filter_without_match", |columns, rows| web(columns, rows, |stage| stage.press("/").write("zzz"))),
    ("revealed", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("␣"))),
    ("revealed_many_lines", |columns, rows| at(columns, rows, "vpn_config", |stage| stage.press("␣"))),
    ("copied", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("y").wait(3))),
    ("copy_menu", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("Y"))),
    ("row_menu", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("m"))),
    ("problem_row", |columns, rows| at(columns, rows, "port", |stage| stage)),
    ("missing_row", |columns, rows| at(columns, rows, "ctfd_url", |stage| stage)),
    ("nothing_to_undo", |columns, rows| web(columns, rows, |stage| stage.press("u"))),
    ("key_without_meaning", |columns, rows| web(columns, rows, |stage| stage.press("Q"))),
    ("add", |columns, rows| web(columns, rows, |stage| stage.press("a"))),
    ("add_typed", |columns, rows| web(columns, rows, typed)),
    ("add_name_taken", |columns, rows| web(columns, rows, |stage| stage.press("a Ctrl-u").write("port").press("Tab"))),
    ("edit", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("e"))),
    ("edit_shown", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("e Ctrl-t"))),
    ("many_lines", |columns, rows| at(columns, rows, "vpn_config", |stage| stage.press("e"))),
    ("many_lines_shown", |columns, rows| at(columns, rows, "vpn_config", |stage| stage.press("e Ctrl-t ↓"))),
    ("generate", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("e Ctrl-g"))),
    ("generate_shown", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("e Ctrl-g Ctrl-t"))),
    ("value_from_file", |columns, rows| {
        at(columns, rows, "mail_password", |stage| stage.press("e Ctrl-o").write("~/key"))
    }),
    ("nix_fields", |columns, rows| at(columns, rows, "mail_password", |stage| stage.press("n"))),
    ("nix_fields_wrong", |columns, rows| {
        at(columns, rows, "mail_password", |stage| stage.press("n Ctrl-u").write("nobody-here").press("⏎"))
    }),
    ("rename", |columns, rows| at(columns, rows, "deepseek", |stage| stage.press("r"))),
    ("rename_typed", |columns, rows| at(columns, rows, "deepseek", |stage| stage.press("r").write("_key"))),
    ("delete_question", |columns, rows| at(columns, rows, "deepseek", |stage| stage.press("d"))),
    ("changed", changed),
    ("review", |columns, rows| then(changed(columns, rows), |stage| stage.press("s"))),
    ("saved", |columns, rows| then(changed(columns, rows), |stage| stage.press("s ⏎"))),
    ("changed_outside", |columns, rows| then(changed(columns, rows), outside)),
    ("difference", |columns, rows| then(changed(columns, rows), |stage| outside(stage).press("d"))),
    ("merged", |columns, rows| then(changed(columns, rows), |stage| outside(stage).press("m"))),
    ("merge_conflict", |columns, rows| {
        let stage = changed(columns, rows);
        then(stage, |stage| stage.changed_outside("secrets/web.yaml", CHANGED_SAME_KEY).press("s ⏎ m"))
    }),
    ("merge_conflict_chosen", |columns, rows| {
        let stage = changed(columns, rows);
        then(stage, |stage| stage.changed_outside("secrets/web.yaml", CHANGED_SAME_KEY).press("s ⏎ m m"))
    }),
    ("pasted_into_table", |columns, rows| web(columns, rows, |stage| stage.send(paste("plain-pasted\n")))),
    ("tampered", tampered),
    ("tampered_read_only", |columns, rows| then(tampered(columns, rows), |stage| stage.press("⏎"))),
    ("locked", |columns, rows| web(columns, rows, |stage| stage.press("L"))),
    ("locked_after_a_while", |columns, rows| web(columns, rows, |stage| stage.wait(3600))),
    ("read_only", |columns, rows| Stage::new(Some("secrets/web.yaml"), Identities::NoneFits, columns, rows)),
    ("read_only_tried", |columns, rows| {
        let stage = Stage::new(Some("secrets/web.yaml"), Identities::NoneFits, columns, rows);
        then(stage, |stage| stage.press("i"))
    }),
    ("setup", |columns, rows| then(without_secrets(columns, rows), |stage| stage.press("i"))),
    ("setup_name_wrong", |columns, rows| {
        then(without_secrets(columns, rows), |stage| stage.press("i ⏎ Ctrl-u").write("a b"))
    }),
    ("setup_plan", |columns, rows| then(without_secrets(columns, rows), |stage| stage.press("i Ctrl-s"))),
    ("setup_done", |columns, rows| then(without_secrets(columns, rows), |stage| stage.press("i Ctrl-s ⏎"))),
    ("add_recipient", |columns, rows| web(columns, rows, |stage| stage.press("3 a"))),
    ("add_recipient_typed", |columns, rows| web(columns, rows, |stage| stage.press("3 a").send(scanned()))),
    ("add_recipient_wrong", |columns, rows| web(columns, rows, |stage| stage.press("3 a").write("web"))),
    ("add_recipient_plan", |columns, rows| {
        web(columns, rows, |stage| stage.press("3 a").send(scanned()).press("⏎ ⏎ ← Ctrl-s"))
    }),
    ("add_recipient_work", |columns, rows| {
        web(columns, rows, |stage| {
            stage.works_slowly = true;
            stage.press("3 a").send(scanned()).press("⏎ ⏎ ← Ctrl-s ⏎").work_on_one()
        })
    }),
    ("add_recipient_done", |columns, rows| {
        web(columns, rows, |stage| stage.press("3 a").send(scanned()).press("⏎ ⏎ ← Ctrl-s ⏎"))
    }),
    ("recipient_details", |columns, rows| web(columns, rows, |stage| stage.press("3 j ⏎"))),
    ("remove_recipient", |columns, rows| web(columns, rows, |stage| stage.press("3 j d"))),
    ("remove_your_own_key", |columns, rows| web(columns, rows, |stage| stage.press("3 g d ⏎"))),
    ("rotate", |columns, rows| web(columns, rows, |stage| stage.press(":").write("rotate").press("⏎"))),
    ("new_file", |columns, rows| Stage::new(Some("new-users.yaml"), Identities::Fit, columns, rows)),
    ("new_file_first_key", |columns, rows| {
        let stage = Stage::new(Some("new-users.yaml"), Identities::Fit, columns, rows);
        then(stage, |stage| stage.press("a").write("api").press("⏎").write("plain-new-2d2d").press("Ctrl-s"))
    }),
    ("new_file_review", |columns, rows| {
        let stage = Stage::new(Some("new-users.yaml"), Identities::Fit, columns, rows);
        then(stage, |stage| stage.press("a").write("api").press("⏎").write("plain-new-2d2d").press("Ctrl-s s"))
    }),
    ("new_file_without_rule", |columns, rows| Stage::new(Some("x/new.yaml"), Identities::Fit, columns, rows)),
    ("new_file_path", |columns, rows| web(columns, rows, |stage| stage.press("4 a").write("secrets/new.yaml"))),
    ("plain_file", |columns, rows| plain("old-users.yaml", "a: plain-3e3e\n", columns, rows)),
    ("plain_file_without_rule", |columns, rows| plain("values.yaml", "a: plain-3e3e\n", columns, rows)),
    ("plain_file_encrypted", |columns, rows| {
        then(plain("old-users.yaml", "a: plain-3e3e\n", columns, rows), |stage| stage.press("e"))
    }),
    ("problems", |columns, rows| web(columns, rows, |stage| stage.press("2"))),
    ("recipients", |columns, rows| web(columns, rows, |stage| stage.press("3"))),
    ("files", |columns, rows| web(columns, rows, |stage| stage.press("4"))),
    ("history", |columns, rows| web(columns, rows, |stage| stage.press("5"))),
    ("evaluated_in_vain", |columns, rows| web(columns, rows, |stage| stage.press("E"))),
    ("help", |columns, rows| web(columns, rows, |stage| stage.press("?"))),
    ("palette", |columns, rows| web(columns, rows, |stage| stage.press(":"))),
    ("palette_typed", |columns, rows| web(columns, rows, |stage| stage.press(":").write("co"))),
    ("quit_question", |columns, rows| then(changed(columns, rows), |stage| stage.press("q"))),
];

/// The state of that name.
pub(crate) fn reach(name: &str, columns: u16, rows: u16) -> Stage {
    let (_, reach) = STATES.iter().find(|(state, _)| *state == name).unwrap();
    reach(columns, rows)
}

/// Unsaved changes, with the cursor on the row with that label.
pub(crate) fn changed_at(columns: u16, rows: u16, label: &str) -> Stage {
    then(changed(columns, rows), |stage| stage.go_to(label))
}

/// The stage after some play.
fn then(mut stage: Stage, play: impl FnOnce(&mut Stage) -> &mut Stage) -> Stage {
    play(&mut stage);
    stage
}

/// The web host's file after some play.
fn web(columns: u16, rows: u16, play: impl FnOnce(&mut Stage) -> &mut Stage) -> Stage {
    then(Stage::web(columns, rows), play)
}

/// The web host's file with the cursor on the row whose key ends with `label`, after some play.
fn at(columns: u16, rows: u16, label: &str, play: impl FnOnce(&mut Stage) -> &mut Stage) -> Stage {
    web(columns, rows, |stage| play(stage.go_to(label)))
}

/// A key is added with a value and an owner.
fn typed(stage: &mut Stage) -> &mut Stage {
    stage.press("a Ctrl-u").write("api/ctfd_token").press("Tab").write("plain-typed-0b0b").press("Tab")
}

/// One key is added, one changed, one removed.
fn changed(columns: u16, rows: u16) -> Stage {
    web(columns, rows, |stage| {
        typed(stage).press("Ctrl-s");
        stage.go_to("mail_password").press("e Ctrl-u").write("plain-changed-1c1c").press("Ctrl-s");
        stage.go_to("note_unencrypted").press("d ⏎");
        stage
    })
}

/// Another program saves the file before we do.
fn outside(stage: &mut Stage) -> &mut Stage {
    stage.changed_outside("secrets/web.yaml", CHANGED_ELSEWHERE).press("s ⏎")
}

/// A clear value was changed by hand.
fn tampered(columns: u16, rows: u16) -> Stage {
    let mut files = Stage::repository();
    let web = files.get_mut(&path_of("secrets/web.yaml")).unwrap();
    *web = web.replace("see the wiki", "see my wiki");
    Stage::with_files(files, Some("secrets/web.yaml"), Identities::Fit, columns, rows)
}

/// Keys that would harm a careless screen.
fn strange(columns: u16, rows: u16) -> Stage {
    let mut files = Stage::repository();
    let web = files.get_mut(&path_of("secrets/web.yaml")).unwrap();
    let sealed = web.lines().find(|line| line.starts_with("mail_password")).unwrap();
    let value = sealed.split_once(": ").unwrap().1;
    let keys = [
        "\"bidi\\u202eevil\"",
        "\"escape\\u001b[2J\"",
        "\"two\\nlines\"",
        "密钥の名前",
        "e\u{301}te\u{301}",
        "שלום",
        "a_very_long_key_that_nobody_should_have_to_read_in_full_but_somebody_wrote_it_anyway_token",
    ];
    let lines: String = keys.iter().map(|key| format!("{key}: {value}\n")).collect();
    *web = lines + web;
    Stage::with_files(files, Some("secrets/web.yaml"), Identities::NoneFits, columns, rows)
}

fn paste(text: &str) -> Event {
    Event::Paste(Secret::from_exposed(text.as_bytes()))
}
