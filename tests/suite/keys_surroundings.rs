//! Moving, filtering, looking, locking, leaving, and everything that a key refuses to do, by the keys.

use crate::keys::{check, check_on, ends_in, play, read_only, rows, says, says_on};
use crate::stage::{Identities, PLAIN, Stage};
use sopsmith::session::{Context, Exposed};

#[track_caller]
fn stands_on(script: &str, expected: &str) {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, script);
    let rows = rows(&stage);
    assert!(rows.iter().any(|row| *row == format!("[{expected}]")), "{script}: {rows:?}");
}

#[test]
fn arrows_and_letters_move_alike() {
    stands_on("j j", "● api/openai");
    stands_on("↓ ↓ k ↓", "● api/openai");
    stands_on("G", "✗ ctfd_url");
    stands_on("G g", "api");
    stands_on("End ↑", "○ note_unencrypted");
    stands_on("PgDn PgUp j", "● api/deepseek");
}

#[test]
fn branches_fold_and_open() {
    stands_on("h j", "○ vpn_config");
    stands_on("j j h h j", "○ vpn_config");
    stands_on("← → j", "● api/deepseek");
    stands_on("⏎ j", "○ vpn_config");
    says("G h", "nothing to fold here");
}

#[test]
fn a_filter_narrows_the_rows_and_esc_brings_them_back() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"tls\"");
    assert_eq!(rows(&stage), ["[● tls/cert]", "○ tls/chain/0", "○ tls/chain/1"]);
    play(&mut stage, "⌫ ⌫ ⌫ \"api/o\" ⏎");
    assert_eq!(rows(&stage), ["[● api/openai]"]);
    play(&mut stage, "Esc");
    assert!(rows(&stage).len() > 10 && rows(&stage).contains(&"[● api/openai]".to_owned()));
    says("/ \"ctfd\" ⏎ Esc Esc", "no filter is set; / sets one");
    says("/ \"zzzz\" ⏎ e", "no row is here; a adds a key");
    ends_in(&mut Stage::web(100, 30), "/ \"x\" Esc", Context::Table);
}

#[test]
fn a_filter_finds_owners_and_never_values() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"^mail_password mail$\" ⏎");
    assert_eq!(rows(&stage), ["[● mail_password]"]);
    let mut stage = Stage::web(100, 30);
    play(&mut stage, &format!("/ \"'{PLAIN}\" ⏎"));
    assert!(rows(&stage).is_empty());
}

#[test]
fn one_value_is_shown_until_something_else_happens() {
    let shown = |script: &str| {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, script);
        stage.session.exposed(Exposed::Revealed).is_some()
    };
    assert!(shown("j ␣"));
    for script in ["j ␣ ␣", "j ␣ j", "j ␣ a", "j ␣ Tab", "j ␣ L", "j ␣ ?", "j ␣ / \"vpn\" ⏎"] {
        assert!(!shown(script), "{script}");
    }
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "j ␣");
    stage.wait(29);
    assert!(stage.session.exposed(Exposed::Revealed).is_some());
    stage.wait(2);
    assert!(stage.session.exposed(Exposed::Revealed).is_none());
}

#[test]
fn a_copy_counts_down_and_is_cleared() {
    says("j y", "copied api/deepseek; cleared in 45 s");
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "j y");
    assert_eq!(stage.session.countdown().as_deref(), Some("clipboard cleared in 45 s"));
    stage.wait(44);
    assert_eq!(stage.session.countdown().as_deref(), Some("clipboard cleared in 1 s"));
    stage.wait(1);
    assert_eq!(stage.session.countdown(), None);
    says_on(&mut stage, "", "The clipboard is cleared.");
}

#[test]
fn what_is_no_secret_can_be_copied_for_good() {
    says("j Y ⏎", "copied the reference");
    says("j Y j j j ⏎", "copied the key");
    says("/ \"vpn\" ⏎ Y k k ⏎", "not declared; n declares it");
}

#[test]
fn a_locked_editor_shows_names_and_opens_again() {
    says("L", "Locked. Names stay readable; values need the key again: ⏎");
    says("L j e", "locked; ⏎ unlocks");
    says("L a", "locked; ⏎ unlocks");
    says("L L", "locked; ⏎ unlocks");
    check("j L ⏎ e \"new\" Ctrl-s s ⏎", &["~ api/deepseek = new"]);
    check("j e \"new\" Ctrl-s L s", &[]);
    let mut stage = Stage::web(100, 30);
    stage.wait(301);
    says_on(&mut stage, "", "Locked after 5 minutes. Names stay readable; values need the key again: ⏎");
    ends_in(&mut stage, "", Context::Locked);
}

#[test]
fn keys_that_change_something_are_refused_while_locked() {
    let change = "/ \"openai\" ⏎ e \"new\" Ctrl-s Esc ";
    for keys in ["u", "s", "r", "d", "n", "y", "Y", "␣", ": \"rotate\" ⏎"] {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, change);
        says_on(&mut stage, &format!("j L {keys}"), "locked; ⏎ unlocks");
        ends_in(&mut stage, "", Context::Locked);
        check_on(&mut stage, "Esc ⏎ s ⏎", &["~ api/openai = new"]);
    }
    for keys in ["2 x", "3 a", "3 j d", "3 u", "4 a", "4 o", "2 E"] {
        says(&format!("L {keys}"), "locked; ⏎ unlocks among the keys (Esc, 1)");
    }
    says(": \"quit-without-saving\" Esc L : \"quit-without-saving\" ⏎", "locked; ⏎ unlocks");
}

#[test]
fn what_only_reads_works_while_locked() {
    for (keys, expected) in [
        ("/ \"openai\" ⏎ h l Esc", Context::Locked),
        ("j G 3 ⏎", Context::Page),
        ("2 j ⏎", Context::Locked),
        ("?", Context::Page),
        ("5", Context::History),
        ("!", Context::Locked),
    ] {
        ends_in(&mut Stage::web(100, 30), &format!("L {keys}"), expected);
    }
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"new\" Ctrl-s L q");
    assert_eq!(stage.session.context(), Context::QuitQuestion);
    says_on(&mut stage, "s", "locked; ⏎ unlocks among the keys (Esc, 1)");
}

/// After the lock that comes by itself, whatever is open shows nothing and changes nothing.
#[test]
fn what_is_open_while_locked_does_nothing_but_close() {
    let elsewhere = "locked; ⏎ unlocks among the keys (Esc, 1)";
    for (opened, keys) in [
        ("j e \"typed\"", "Ctrl-t"),
        ("j e \"typed\"", "Ctrl-s"),
        ("j e Ctrl-g", "Ctrl-t"),
        ("j e Ctrl-g", "⏎"),
        ("j n ⏎ \"ctfd\"", "Ctrl-s"),
        ("j r \"x\"", "Ctrl-s"),
        ("j d", "⏎"),
        ("3 j d", "⏎"),
        ("j n ⏎ \"ctfd\" Ctrl-s s", "⏎"),
    ] {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, opened);
        let before = stage.files.clone();
        stage.wait(301);
        says_on(&mut stage, keys, elsewhere);
        assert_eq!(stage.files, before, "{opened}");
    }
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "j e Ctrl-u \"typed\"");
    stage.wait(301);
    check_on(&mut stage, "Esc ⏎ e Ctrl-s s ⏎", &["~ api/deepseek = typed"]);
}

#[test]
fn without_an_identity_everything_but_values_works() {
    let refused = "read-only: no identity fits; i shows what was tried";
    for key in ["j e", "a", "j d", "j r", "j ␣", "j y"] {
        says_on(&mut read_only(), key, refused);
    }
    ends_in(&mut read_only(), "i", Context::Page);
    ends_in(&mut read_only(), "n Esc", Context::Table);
}

#[test]
fn a_passphrase_is_asked_for_and_may_be_declined() {
    let asked = || Stage::new(Some("secrets/web.yaml"), Identities::AskFirst, 100, 30);
    ends_in(&mut asked(), "", Context::Prompt);
    check_on(&mut asked(), "\"secret\" ⏎ j e \"new\" Ctrl-s s ⏎", &["~ api/deepseek = new"]);
    says_on(&mut asked(), "\"sec\" Esc", "read-only: no identity fits; i shows what was tried");
    let mut stage = asked();
    play(&mut stage, "\"open sesame\"");
    assert!(stage.session.exposed(Exposed::Answer).is_none());
    play(&mut stage, "Ctrl-t");
    assert!(stage.session.exposed(Exposed::Answer).is_some_and(|answer| answer == b"open sesame"));
}

#[test]
fn pasting_into_the_table_presses_no_keys() {
    check("`dddd` Esc s", &[]);
    check("j `pasted` r Ctrl-s s ⏎", &["~ api/deepseek = pasted"]);
    check("`pasted` a \"api/p\" Tab Tab Tab ␣ Ctrl-s s ⏎", &["+ api/p = pasted"]);
    ends_in(&mut Stage::web(100, 30), "`q`", Context::PasteQuestion);
}

#[test]
fn leaving_asks_once_when_something_is_unsaved() {
    let quits = |script: &str| {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, script);
        stage.has_quit
    };
    assert!(quits("q") && quits("Ctrl-c"));
    let change = "/ \"openai\" ⏎ d ⏎";
    assert!(!quits(&format!("{change} q")) && !quits(&format!("{change} q Esc")));
    assert!(quits(&format!("{change} q l")) && quits(&format!("{change} Ctrl-c Ctrl-c")));
    assert!(quits(&format!("{change} u q")) && quits(&format!("{change} s ⏎ q")));
    let form = "the form is not finished: Ctrl-s finishes it, then s saves";
    for typed in ["a \"x\"", "j r \"x\"", "3 a \"foo\""] {
        says(&format!("{typed} Ctrl-c s"), form);
        assert!(!quits(&format!("{typed} Ctrl-c")) && quits(&format!("{typed} Ctrl-c Ctrl-c")), "{typed}");
    }
    assert!(quits("j r Ctrl-c") && quits("3 a Ctrl-c"), "nothing was typed");
    assert!(!quits("a \"x\" Ctrl-c") && quits("a \"x\" Ctrl-c Ctrl-c"));
    check(&format!("{change} q s ⏎"), &["– api/openai", "- \"api/openai\" = { };"]);
    assert!(quits(&format!("{change} q s ⏎")));
}

#[test]
fn every_key_that_does_nothing_says_why() {
    says("z", "z does nothing here; ? shows the keys that work");
    says("F5", "F5 does nothing here; ? shows the keys that work");
    let form = "does nothing here; Ctrl-s finishes the form, Esc leaves it";
    says("j e Ctrl-r", &format!("Ctrl-r {form}"));
    says("j e Ctrl-l Ctrl-r", &format!("Ctrl-r {form}"));
    says("j r Ctrl-r", &format!("Ctrl-r {form}"));
    says("/ Ctrl-g", "Ctrl-g does nothing here; Esc goes back");
    says(": Ctrl-g", "Ctrl-g does nothing here; Esc goes back");
    says("j e Ctrl-o Ctrl-g", "Ctrl-g does nothing here; Esc goes back");
    says("y", "a branch has no value of its own; l unfolds it");
    says("G y", "the key is declared, but not in the file; e adds it");
    says("j x", "nothing can be mended by itself here");
    says("+", "git knows every file");
    says("i", "an identity fitted at once");
    says(": \"accept-mac\" ⏎", "the file matches its MAC");
    says(": \"no such command\" ⏎", "no command has such a name; : lists them");
}

#[test]
fn commands_menus_and_help_lead_where_they_say() {
    check("j m ⏎ \"new\" Ctrl-s s ⏎", &["~ api/deepseek = new"]);
    check("j m e \"new\" Ctrl-s s ⏎", &["~ api/deepseek = new"]);
    check("j : \"edit\" ⏎ \"new\" Ctrl-s : \"save\" ⏎ ⏎", &["~ api/deepseek = new"]);
    ends_in(&mut Stage::web(100, 30), "?", Context::Page);
    ends_in(&mut Stage::web(100, 30), "? Esc", Context::Table);
    ends_in(&mut Stage::web(100, 30), "Tab", Context::Problems);
    ends_in(&mut Stage::web(100, 30), "Shift-Tab", Context::History);
    ends_in(&mut Stage::web(100, 30), "4 ⏎", Context::Table);
    ends_in(&mut Stage::new(None, Identities::Fit, 100, 30), "", Context::Files);
    ends_in(&mut Stage::new(None, Identities::Fit, 100, 30), "j ⏎", Context::Table);
}

#[test]
fn problems_lead_to_their_keys_and_their_fixes_are_changes() {
    stands_on("!", "! port");
    check("! x s ⏎", &["~ port = 8080"]);
    check("! x u s", &[]);
    check("/ \"vpn\" ⏎ x s ⏎", &["+ vpn_config = { };"]);
}

#[test]
fn files_that_come_and_go_are_noticed_in_passing() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "2");
    let late = crate::stage::path_of("late.nix");
    let told = |stage: &Stage| {
        let sopsmith::session::PaneView::Grid(grid) = stage.session.pane_view() else { panic!("a list is shown") };
        grid.rows.iter().any(|row| row[1].text.starts_with("late.nix"))
    };
    assert!(!told(&stage));
    let text = "{ config, ... }: { x = config.sops.secrets.late.path; }";
    stage.files.insert(late.clone(), text.to_owned());
    stage.send(sopsmith::session::Event::FoldersChanged);
    stage.wait(1);
    assert!(told(&stage));
    stage.files.remove(&late);
    stage.send(sopsmith::session::Event::FoldersChanged);
    stage.wait(1);
    assert!(!told(&stage));
}

#[test]
fn nix_tells_what_the_text_does_not() {
    let mut files = Stage::repository();
    let module = "{ config, ... }:\n{\n  sops.secrets.vpn.key = config.my.names.vpn;\n}\n";
    files.insert(crate::stage::path_of("modules/vpn.nix"), module.to_owned());
    let mut stage = Stage::with_files(files, Some("secrets/web.yaml"), Identities::Fit, 100, 30);
    assert!(rows(&stage).contains(&"○ vpn_config".to_owned()), "{:?}", rows(&stage));
    play(&mut stage, "E");
    assert!(rows(&stage).contains(&"○ vpn_config".to_owned()), "without nix nothing changes");
    let secret = r#"{"key":"vpn_config","format":"yaml","sopsFile":"/nix/store/0000-source/secrets/web.yaml"}"#;
    stage.nix_answer = Some(format!(r#"{{"nixosConfigurations":{{"web":{{"secrets":{{"vpn":{secret}}}}}}}}}"#));
    play(&mut stage, "E");
    assert!(rows(&stage).contains(&"● vpn_config".to_owned()), "{:?}", rows(&stage));
    assert!(stage.session.message().is_some_and(|said| said.text.contains("nix tells of 1 secret")));
}

#[test]
fn what_people_paste_is_copied_as_it_will_stand() {
    let copied = |script: &str| {
        let mut stage = Stage::web(100, 30);
        play(&mut stage, script);
        stage.copied
    };
    assert_eq!(copied("j Y ⏎"), "config.sops.secrets.\"api/deepseek\".path");
    assert_eq!(copied("j Y j ⏎"), "/run/secrets/api/deepseek");
    let block = copied("j Y j j ⏎");
    assert!(block.contains("environment.shellInit = ''\n  if [ -r ${config.sops.secrets.\"api/deepseek\".path} ]"));
    assert!(block.starts_with("# only root can read api/deepseek"), "{block}");
    let branch = copied("Y j ⏎");
    assert!(branch.contains("export DEEPSEEK=") && branch.contains("export OPENAI="), "{branch}");
    let filtered = copied("/ \"mail\" ⏎ Y j j ⏎");
    assert!(filtered.contains("export MAIL_PASSWORD=") && !filtered.contains('#'), "{filtered}");
    says("/ \"vpn\" ⏎ Y ⏎", "copied the key");
}
