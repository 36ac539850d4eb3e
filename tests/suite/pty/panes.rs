//! The other panes and ways to point, on the real program.

use super::driver::{Person, repository};

#[test]
fn a_file_is_chosen_and_opened() {
    let folder = repository();
    let mut person = Person::starts(Person::editor(&folder, &[]), 100, 30);
    person.sees("secrets/web.yaml").press("<Enter>").sees("you: ").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn the_history_names_commits_without_a_key() {
    let folder = repository();
    let mut command = Person::editor(&folder, &["secrets/web.yaml"]);
    command.env_remove("SOPS_AGE_KEY");
    let mut person = Person::starts(command, 100, 30);
    person.sees("read-only").press("5").sees("A repository with secrets").sees("Ada").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn outside_git_there_is_no_history_and_that_is_said() {
    let folder = repository();
    std::fs::remove_dir_all(folder.file(".git")).unwrap();
    let mut person = Person::edits(&folder, "secrets/web.yaml");
    person.sees("you: ").press("5").sees("not in git").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn a_click_moves_and_the_wheel_scrolls() {
    let folder = repository();
    let mut person = Person::edits(&folder, "secrets/web.yaml");
    // The eighth line of the screen, counted from one as terminals do.
    person.sees("you: ").sees("─ api ─").press_bytes(b"\x1b[<0;10;8M\x1b[<0;10;8m").sees("─ mail_password ─");
    person.press_bytes(b"\x1b[<65;10;8M").sees_no("─ mail_password ─").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn nix_is_asked_on_demand_and_its_refusal_is_told() {
    let folder = repository();
    folder.write("flake.nix", "{ outputs = _: throw \"not today\"; }\n");
    let mut person = Person::edits(&folder, "secrets/web.yaml");
    person.sees("you: ").press("E").sees("not today").press("q");
    assert_eq!(person.leaves(), 0);
}

#[test]
fn a_second_interrupt_leaves_without_saving() {
    let folder = repository();
    let before = folder.read("secrets/web.yaml");
    let mut person = Person::edits(&folder, "secrets/web.yaml");
    person.sees("you: ").press("/openai<Enter>d").sees("Delete").press("<Enter>").sees("1 change");
    person.press("<C-c>").sees("Esc stay  l leave").press("<C-c>");
    assert_eq!(person.leaves(), 0);
    assert_eq!(folder.read("secrets/web.yaml"), before);
}
