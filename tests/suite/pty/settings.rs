//! A person's settings in the editor: own keys, and a file that cannot be understood.

use super::driver::{Person, repository};

const FILE: &str = "secrets/web.yaml";

#[test]
fn own_keys_are_shown_and_work() {
    let folder = repository();
    let settings =
        "theme = \"none\"\n[keys.table]\nedit = \"E enter\"\n[keys.panes]\nevaluate = \"Ctrl-e\"\nquit = \"Q\"\n";
    folder.write(".config/sopsmith/config.toml", settings);
    let mut person = Person::edits(&folder, FILE);
    person.sees("you: ").sees("E edit").press("E").sees("▸ api").sees("Q quit");
    person.press("?").sees("E ⏎").press("<Esc>").sees_no("E ⏎").press("Q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn settings_that_cannot_be_understood_keep_nobody_out() {
    let folder = repository();
    folder.write("own.toml", "# mine\nthme = \"none\"\n");
    let mut person = Person::starts(Person::editor(&folder, &["--config", "own.toml", FILE]), 140, 30);
    person.sees("own.toml:2: `thme` is no setting; did you mean theme?").sees("mail_password").press("q");
    assert_eq!(person.leaves(), 0);
}
