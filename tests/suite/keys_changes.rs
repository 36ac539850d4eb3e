//! Renaming, deleting, Nix fields, undo and redo, by the keys.

use crate::keys::{check, check_on, ends_in, play, read_only, rows, says, says_on};
use crate::stage::{Stage, path_of};
use sopsmith::session::Context;

#[test]
fn a_rename_takes_everything_along() {
    check(
        "/ \"deepseek\" ⏎ r Ctrl-u \"api/deep\" Ctrl-s s ⏎",
        &[
            "- sops.templates.\"ai.env\".content = \"KEY=${config.sops.placeholder.\"api/deepseek\"}\";",
            "+ sops.templates.\"ai.env\".content = \"KEY=${config.sops.placeholder.\"api/deep\"}\";",
            "- \"deepseek:${config.sops.secrets.\"api/deepseek\".path}\"",
            "+ \"deepseek:${config.sops.secrets.\"api/deep\".path}\"",
            "– api/deepseek",
            "+ api/deep = plain-deepseek-8c1f",
            "- \"api/deepseek\" = {",
            "+ \"api/deep\" = {",
        ],
    );
}

#[test]
fn a_rename_may_keep_the_names_in_nix() {
    check(
        "/ \"openai\" ⏎ r Ctrl-u \"api/chat\" ⏎ → Ctrl-s s ⏎",
        &[
            "– api/openai",
            "+ api/chat = plain-openai-4e9b",
            "- \"api/openai\" = { };",
            "+ \"api/openai\" = {",
            "+ key = \"api/chat\";",
            "+ };",
        ],
    );
    check("/ \"openai\" ⏎ r Ctrl-u \"chat\" ⏎ → → Ctrl-s s ⏎", &["– api/openai", "+ chat = plain-openai-4e9b"]);
}

#[test]
fn a_branch_is_renamed_with_all_below_it() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "r Ctrl-u \"services\" Ctrl-s s ⏎");
    let nix = &stage.files[&path_of("sops.nix")];
    assert!(nix.contains("\"services/deepseek\"") && nix.contains("\"services/openai\""), "{nix}");
    assert!(!stage.files[&path_of("secrets/web.yaml")].contains("\napi:"));
}

#[test]
fn a_rename_that_cannot_be_is_refused() {
    says("/ \"openai\" ⏎ r Ctrl-u \"port\" Ctrl-s", "port is taken, in line 6");
    says("/ \"openai\" ⏎ r Ctrl-u Ctrl-s", "the key path is empty");
    says("/ \"openai\" ⏎ r Ctrl-u \"port/x\" Ctrl-s", "port is a value; nothing can stand below it");
    says("/ \"openai\" ⏎ r Ctrl-u \"sops/x\" Ctrl-s", "sops at the top is the name of the file's own metadata");
    says("j k r Ctrl-e \"/x\" Ctrl-s", "a key cannot go below itself");
    check("/ \"openai\" ⏎ r Ctrl-s s", &[]);
    check("/ \"openai\" ⏎ r \"x\" Esc s", &[]);
}

#[test]
fn a_key_is_deleted_with_its_declaration_or_without() {
    check("/ \"openai\" ⏎ d ⏎ s ⏎", &["– api/openai", "- \"api/openai\" = { };"]);
    check("/ \"openai\" ⏎ d → ⏎ s ⏎", &["– api/openai"]);
    check("/ \"openai\" ⏎ d → → ⏎ s ⏎", &["- \"api/openai\" = { };"]);
    check("/ \"vpn\" ⏎ d ⏎ s ⏎", &["– vpn_config"]);
    check("G d ⏎ s ⏎", &["- ctfd_url = {", "- owner = \"ctfd\";", "- };"]);
    check("/ \"openai\" ⏎ d Esc s", &[]);
}

#[test]
fn a_branch_is_deleted_with_all_below_it() {
    let mut stage = Stage::web(100, 30);
    check_on(
        &mut stage,
        "d ⏎ s ⏎",
        &[
            "– api/deepseek",
            "– api/openai",
            "- # read by modules/ai.nix",
            "- \"api/deepseek\" = {",
            "- restartUnits = [ \"ai.service\" ];",
            "- };",
            "- \"api/openai\" = { };",
        ],
    );
}

#[test]
fn what_was_removed_stays_in_sight_until_it_is_saved() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ d ⏎ Esc");
    assert!(rows(&stage).contains(&"[– api/openai]".to_owned()), "{:?}", rows(&stage));
    says_on(&mut stage, "e", "the key is removed; u brings it back");
    play(&mut stage, "s ⏎");
    assert!(!rows(&stage).iter().any(|row| row.contains("openai")));
}

#[test]
fn nix_fields_are_edited_without_opening_the_value() {
    check(
        "/ \"openai\" ⏎ n ⏎ \"ctfd\" Ctrl-s s ⏎",
        &["- \"api/openai\" = { };", "+ \"api/openai\" = {", "+ owner = \"ctfd\";", "+ };"],
    );
    check("/ \"mail_password\" ⏎ n ⏎ ⏎ ⏎ Ctrl-u \"0400\" Ctrl-s s ⏎", &["- mode = \"0440\";"]);
    check("/ \"vpn\" ⏎ n ↑ ␣ Ctrl-s s", &[]);
    check("/ \"vpn\" ⏎ n Ctrl-s s ⏎", &["+ vpn_config = { };"]);
    let mut stage = read_only();
    check_on(
        &mut stage,
        "/ \"openai\" ⏎ n ⏎ \"ctfd\" Ctrl-s s ⏎",
        &["- \"api/openai\" = { };", "+ \"api/openai\" = {", "+ owner = \"ctfd\";", "+ };"],
    );
}

#[test]
fn fields_complete_and_say_what_is_wrong() {
    check(
        "/ \"openai\" ⏎ n ⏎ \"ctf\" → Ctrl-s s ⏎",
        &["- \"api/openai\" = { };", "+ \"api/openai\" = {", "+ owner = \"ctfd\";", "+ };"],
    );
    check(
        "/ \"openai\" ⏎ n ⏎ Ctrl-n Ctrl-n Ctrl-p Ctrl-s s ⏎",
        &["- \"api/openai\" = { };", "+ \"api/openai\" = {", "+ owner = \"ctfd\";", "+ };"],
    );
    says("/ \"openai\" ⏎ n ⏎ ⏎ ⏎ \"u=r\" Ctrl-s", "a mode is octal digits, such as 0400");
    says("/ \"openai\" ⏎ n ⏎ ⏎ ⏎ ⏎ \"etc/x\" Ctrl-s", "a path begins with /");
    says("a Ctrl-s", "a key needs a name; / separates levels");
    says("a \"api/\" Ctrl-s", "part 2 of the key path is empty");
    says("a \"tls/chain/x\" Ctrl-s", "tls/chain is a list; keys cannot stand below it");
}

#[test]
fn every_change_can_be_taken_back_and_made_again() {
    check("/ \"openai\" ⏎ d ⏎ u s", &[]);
    says("/ \"openai\" ⏎ d ⏎ u", "undid: deleted api/openai");
    says("/ \"openai\" ⏎ d ⏎ u Ctrl-r", "redid: deleted api/openai");
    check("/ \"openai\" ⏎ d ⏎ u Ctrl-r s ⏎", &["– api/openai", "- \"api/openai\" = { };"]);
    check("a \"x\" Tab \"1\" Ctrl-s a \"y\" Tab \"2\" Ctrl-s u s ⏎", &["+ x = 1", "+ x = { };"]);
    check("/ \"deepseek\" ⏎ r Ctrl-u \"z\" Ctrl-s u s", &[]);
    says("u", "nothing to undo");
    says("Ctrl-r", "nothing to redo");
    says("s", "nothing to save");
}

#[test]
fn what_was_saved_can_be_taken_back_too() {
    let mut stage = Stage::web(100, 30);
    let before = stage.files.clone();
    play(&mut stage, "/ \"openai\" ⏎ d ⏎ s ⏎ u s ⏎");
    assert_eq!(stage.files[&path_of("sops.nix")], before[&path_of("sops.nix")]);
    let opened =
        |files: &std::collections::BTreeMap<_, String>| crate::keys::values(&files[&path_of("secrets/web.yaml")]);
    assert_eq!(opened(&stage.files), opened(&before));
}

#[test]
fn the_cursor_goes_where_the_change_was() {
    let check = |script: &str, expected: &str| {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, script);
        let rows = rows(&stage);
        assert!(rows.contains(&format!("[{expected}]")), "{script}: {rows:?}");
    };
    check("a \"api/new\" Tab \"v\" Ctrl-s", "+ api/new");
    check("a \"api/new\" Tab \"v\" Ctrl-s u", "○ vpn_config");
    check("a \"api/new\" Tab \"v\" Ctrl-s G u", "✗ ctfd_url");
    check("/ \"openai\" ⏎ Esc r Ctrl-u \"zz\" Ctrl-s", "+ zz");
    check("/ \"openai\" ⏎ Esc r Ctrl-u \"zz\" Ctrl-s g u", "● api/openai");
    check("/ \"openai\" ⏎ Esc d ⏎ g u", "● api/openai");
}

#[test]
fn what_was_typed_is_kept_when_a_form_is_left() {
    check("a \"api/new\" Tab \"val\" Esc j j a \"ue\" Ctrl-s s ⏎", &["+ api/new = value", "+ \"api/new\" = { };"]);
    says("a \"x\" Esc", "Nothing was changed; what you typed is kept until the next form.");
    says("a Esc", "");
    ends_in(&mut Stage::web(100, 30), "a \"x\" Esc e Esc", Context::Table);
}
