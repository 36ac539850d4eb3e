//! Saving, and what other programs write meanwhile, by the keys.

use crate::keys::{check_on, ends_in, play, says_on, values};
use crate::stage::{Identities, Stage, path_of};
use sopsmith::repo::RepoPath;
use sopsmith::session::{Context, Event, LayerView};

fn web() -> RepoPath {
    path_of("secrets/web.yaml")
}

/// The file as another editor of the same secrets saves it after this script.
fn written_by_another(script: &str, path: &str) -> String {
    let mut other = Stage::web(100, 30);
    play(&mut other, script);
    other.files[&path_of(path)].clone()
}

const OTHERS: &str = "/ \"vpn\" ⏎ e \"theirs\" Ctrl-s s ⏎";

fn review(script: &str) -> String {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, script);
    let Some(LayerView::Page(page)) = stage.session.layer_view() else {
        panic!("{script}: a page is open");
    };
    let lines = page.lines.iter().map(|line| format!("{:17} {}", line.label, line.words.text).trim_end().to_owned());
    format!("{}\n{}", page.title, lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_review_names_keys_and_never_values() {
    let text = review("/ \"openai\" ⏎ e \"hidden\" Ctrl-s a \"api/new\" Tab \"hidden\" Ctrl-s s");
    assert!(!text.contains("hidden"), "{text}");
    for line in [
        "Save two files",
        "secrets/web.yaml  ~ api/openai",
        "+ api/new",
        "4 lines of 47 change · sealed for laptop, host_web and backup",
        "+       \"api/new\" = { };",
        "the next switch",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_rename_is_one_line_of_the_review() {
    let text = review("/ \"openai\" ⏎ r Ctrl-u \"chat\" Ctrl-s s");
    assert!(text.contains("→ api/openai  is now  chat"), "{text}");
    assert!(!text.contains("+ chat") && !text.contains("– api/openai"), "{text}");
}

#[test]
fn nothing_of_the_review_is_cut_in_a_narrow_window() {
    let mut stage = Stage::web(40, 12);
    play(&mut stage, "a Ctrl-u \"api/one_of_two_keys_with_a_long_name\" Tab \"hidden\" Ctrl-s s");
    let Some(LayerView::Page(page)) = stage.session.layer_view() else { panic!("the review is open") };
    let lines: Vec<&str> = page.lines.iter().map(|line| line.words.text.as_str()).collect();
    let text = lines.concat().replace("… ", "");
    assert!(text.contains("+       \"api/one_of_two_keys_with_a_long_name\" = { };"), "{lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 40), "{lines:?}");
}

#[test]
fn one_edited_value_changes_three_lines() {
    let mut stage = Stage::web(100, 30);
    let before = stage.files[&web()].clone();
    play(&mut stage, "/ \"openai\" ⏎ e \"new\" Ctrl-s s ⏎");
    let differing = before.lines().zip(stage.files[&web()].lines()).filter(|(before, after)| before != after).count();
    assert_eq!(differing, 3);
    assert_eq!(before.lines().count(), stage.files[&web()].lines().count());
}

#[test]
fn what_another_program_wrote_is_merged_by_key() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s");
    stage.changed_outside("secrets/web.yaml", &written_by_another(OTHERS, "secrets/web.yaml"));
    ends_in(&mut stage, "s ⏎", Context::ChangedOutside);
    says_on(&mut stage, "m", "Merged. Nothing is written yet; s shows what will be.");
    check_on(&mut stage, "s ⏎", &["~ api/openai = ours"]);
    assert_eq!(values(&stage.files[&web()])["vpn_config"], "theirs");
}

/// Two keys that we and another program changed, each also one of its own; the question whose changes stand is open.
fn both_changed() -> Stage {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s Esc / \"vpn\" ⏎ e \"ours\" Ctrl-s Esc");
    play(&mut stage, "/ \"deepseek\" ⏎ e \"ours\" Ctrl-s Esc");
    let theirs = "/ \"openai\" ⏎ e \"theirs\" Ctrl-s Esc / \"mail_p\" ⏎ e \"theirs\" Ctrl-s Esc ";
    stage.changed_outside("secrets/web.yaml", &written_by_another(&format!("{theirs}{OTHERS}"), "secrets/web.yaml"));
    ends_in(&mut stage, "s ⏎ m", Context::Conflicts);
    stage
}

/// What the file holds afterwards of the two keys, of our own and of theirs.
#[track_caller]
fn check_sides(script: &str, expected: [&str; 4]) {
    let mut stage = both_changed();
    play(&mut stage, script);
    let values = values(&stage.files[&web()]);
    assert_eq!(["api/openai", "vpn_config", "api/deepseek", "mail_password"].map(|key| values[key].as_str()), expected);
}

#[test]
fn of_keys_that_both_changed_each_is_kept_or_given_up() {
    check_sides("m t ⏎ s ⏎", ["ours", "theirs", "ours", "theirs"]);
    check_sides("t m ⏎ s ⏎", ["theirs", "ours", "ours", "theirs"]);
    check_sides("M ⏎ s ⏎", ["ours", "ours", "ours", "theirs"]);
    check_sides("T ⏎ s ⏎", ["theirs", "theirs", "ours", "theirs"]);
    check_sides("M g t ⏎ s ⏎", ["theirs", "ours", "ours", "theirs"]);
}

#[test]
fn nothing_is_merged_before_every_key_is_chosen() {
    says_on(&mut both_changed(), "⏎", "choose for api/openai first: m mine, t theirs");
    says_on(&mut both_changed(), "m ⏎", "choose for vpn_config first: m mine, t theirs");
    ends_in(&mut both_changed(), "m Esc", Context::ChangedOutside);
    says_on(
        &mut both_changed(),
        "m t ⏎",
        "Merged, with yours of api/openai and theirs of vpn_config. Nothing is written yet; s shows what will be.",
    );
    check_sides("m t Esc Esc", ["theirs", "theirs", "plain-deepseek-8c1f", "theirs"]);
}

#[test]
fn only_theirs_leaves_nothing_to_save() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"vpn\" ⏎ e \"ours\" Ctrl-s");
    stage.changed_outside("secrets/web.yaml", &written_by_another(OTHERS, "secrets/web.yaml"));
    says_on(
        &mut stage,
        "s ⏎ m t ⏎",
        "Merged, with theirs of vpn_config. The file stands as the other program wrote it; nothing is left to save.",
    );
    says_on(&mut stage, "s", "nothing to save");
}

#[test]
fn a_third_change_is_asked_about_again() {
    let mut stage = both_changed();
    play(&mut stage, "M ⏎");
    stage.changed_outside("secrets/web.yaml", &written_by_another(OTHERS, "secrets/web.yaml"));
    ends_in(&mut stage, "s ⏎", Context::ChangedOutside);
}

#[test]
fn changes_under_an_old_data_key_are_not_merged() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"vpn\" ⏎ e \"ours\" Ctrl-s");
    let rotated = written_by_another(": \"rotate\" ⏎ ⏎", "secrets/web.yaml");
    stage.changed_outside("secrets/web.yaml", &rotated);
    says_on(
        &mut stage,
        "s ⏎ m",
        "secrets/web.yaml was given a new data key by another program, so your changes, sealed with the old one, cannot \
         be merged; undo them with u, read the file anew with :open, and make them again",
    );
    assert_eq!(stage.files[&web()], rotated);
    play(&mut stage, "Esc u : \"open\" ⏎ \"secrets/web.yaml\" ⏎");
    check_on(&mut stage, "/ \"vpn\" ⏎ e \"ours\" Ctrl-s s ⏎", &["~ vpn_config = ours"]);
}

#[test]
fn nothing_takes_back_what_another_program_wrote() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s");
    stage.changed_outside("secrets/web.yaml", &written_by_another(OTHERS, "secrets/web.yaml"));
    says_on(&mut stage, "s ⏎ m u", "nothing to undo");
    play(&mut stage, "s ⏎");
    assert_eq!(values(&stage.files[&web()])["vpn_config"], "theirs");
}

#[test]
fn nothing_is_overwritten_without_an_answer() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s");
    stage.changed_outside("secrets/web.yaml", &written_by_another(OTHERS, "secrets/web.yaml"));
    check_on(&mut stage, "s ⏎ d Esc Esc", &[]);
    says_on(&mut stage, "", "Nothing was overwritten; s asks again.");
    ends_in(&mut stage, "s ⏎ d", Context::Page);
}

#[test]
fn nix_files_merge_by_lines_or_say_why_not() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ n ⏎ \"ctfd\" Ctrl-s");
    let theirs = stage.files[&path_of("sops.nix")].replace("mode = \"0440\";", "mode = \"0400\";");
    stage.changed_outside("sops.nix", &theirs);
    play(&mut stage, "s ⏎ m s ⏎");
    let nix = &stage.files[&path_of("sops.nix")];
    assert!(nix.contains("owner = \"ctfd\";\n      };\n      mail_password") && nix.contains("0400"), "{nix}");

    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ n ⏎ \"ctfd\" Ctrl-s");
    let theirs =
        stage.files[&path_of("sops.nix")].replace("\"api/openai\" = { };", "\"api/openai\" = { mode = \"0440\"; };");
    stage.changed_outside("sops.nix", &theirs);
    says_on(
        &mut stage,
        "s ⏎ m",
        "sops.nix was changed in the same lines; undo the change of this file, or make the other one again after saving",
    );
    assert_eq!(stage.files[&path_of("sops.nix")], theirs);
}

#[test]
fn a_file_that_nobody_changed_here_is_read_again() {
    let mut stage = Stage::web(100, 30);
    let theirs = written_by_another(OTHERS, "secrets/web.yaml");
    stage.changed_outside("secrets/web.yaml", &theirs);
    stage.send(Event::FileChanged { path: web(), text: Some(theirs) });
    says_on(&mut stage, "", "secrets/web.yaml was changed by another program, and read again.");
    check_on(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s s ⏎", &["~ api/openai = ours"]);
}

#[test]
fn a_file_with_changes_of_ours_is_never_read_over() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"openai\" ⏎ e \"ours\" Ctrl-s");
    let theirs = written_by_another(OTHERS, "secrets/web.yaml");
    stage.changed_outside("secrets/web.yaml", &theirs);
    stage.send(Event::FileChanged { path: web(), text: Some(theirs) });
    says_on(
        &mut stage,
        "",
        "secrets/web.yaml was changed by another program; s shows what can be done, nothing is overwritten",
    );
    check_on(&mut stage, "s ⏎ m s ⏎", &["~ api/openai = ours"]);
}

#[test]
fn a_file_that_does_not_match_its_mac_is_read_only_until_it_is_accepted() {
    let tampered = || {
        let mut files = Stage::repository();
        let text = files[&web()].replace("note_unencrypted: see the wiki", "note_unencrypted: see nothing");
        files.insert(web(), text);
        Stage::with_files(files, Some("secrets/web.yaml"), Identities::Fit, 100, 30)
    };
    ends_in(&mut tampered(), "", Context::Tampered);
    says_on(&mut tampered(), "⏎ j e", "read-only: the file does not match its MAC; :accept-mac allows changes");
    says_on(&mut tampered(), ": \"accept-mac\" ⏎", "Changes are allowed now; the next save makes a MAC that matches.");
    let mut stage = tampered();
    play(&mut stage, ": \"accept-mac\" ⏎ / \"openai\" ⏎ e \"new\" Ctrl-s s ⏎");
    assert_eq!(values(&stage.files[&web()])["api/openai"], "new");
}
