//! `sopsmith check` as a person or a CI job runs it.

use std::process::Command;

use super::model::{Model, Style};
use super::repository::Files;
use crate::folder::Folder;
use crate::tools;

fn write(files: &Files) -> Folder {
    let folder = Folder::new();
    files.0.iter().for_each(|(name, text)| folder.write(name, text));
    folder
}

/// A git repository in which everything is known.
fn with_git(folder: &Folder) {
    for args in [&["init", "--quiet"][..], &["add", "."]] {
        tools::succeed(Command::new("git").args(args).current_dir(folder.path()));
    }
}

fn missing() -> Files {
    Model::correct().secret("ctfd_url", &[]).files(Style::Nested)
}

#[test]
fn a_correct_repository_ends_with_zero() {
    let folder = write(&Model::correct().files(Style::Nested));
    let told = folder.run(&["check"]).ok();
    assert_eq!(told, "no problems in 4 declarations, 3 Nix files, 1 encrypted file\n");
}

#[test]
fn an_error_is_shown_in_its_line_and_ends_with_one() {
    let folder = write(&missing());
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, Some(1));
    let expected = "\
error[missing-key]: ctfd_url is declared, but secrets/web.yaml has no key ctfd_url
  sops.nix:17:7
  17 |       ctfd_url = { };
     |       ^^^^^^^^
  beside: secrets/web.yaml:1:1
  the build would say: secret ctfd_url in secrets/web.yaml is not valid: the key 'ctfd_url' cannot be found
  the editor's x adds ctfd_url to secrets/web.yaml

1 error in 5 declarations, 3 Nix files, 1 encrypted file
";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn what_cannot_be_looked_at_ends_with_two() {
    let folder = Folder::new();
    folder.run(&["check", "nowhere"]).failed(2, &["nowhere", "nothing is there"]);
    folder.run(&["check", "--format", "xml"]).failed(2, &["xml"]);
    folder.run(&["check", "--explain", "mising-key"]).failed(2, &["did you mean missing-key"]);
}

#[test]
fn problems_elsewhere_are_left_out() {
    let folder = write(&missing());
    assert_eq!(folder.run(&["check", "sops.nix"]).code, Some(1));
    assert_eq!(folder.run(&["check", "secrets"]).code, Some(1));
    assert_eq!(folder.run(&["check", "hosts", "flake.nix"]).code, Some(0));
    assert_eq!(folder.run(&["check", "."]).code, Some(1));
}

#[test]
fn programs_get_json_and_github_gets_annotations() {
    let folder = write(&missing());
    let ran = folder.run(&["check", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let problem = &told[0];
    assert_eq!((problem["code"].as_str(), problem["level"].as_str()), (Some("missing-key"), Some("error")));
    assert_eq!(problem["declaration"]["line"], 17);
    assert_eq!(problem["rebuild"]["when"], "build");
    assert_eq!(problem["fixes"][0]["needs_identity"], true);
    let ran = folder.run(&["check", "--format", "github"]);
    assert!(
        ran.stdout.starts_with("::error title=missing-key,file=sops.nix,line=17,col=7::ctfd_url is"),
        "{}",
        ran.stdout
    );
    assert_eq!((ran.stdout.lines().count(), ran.code), (1, Some(1)));
}

#[test]
fn every_code_tells_its_story() {
    let folder = Folder::new();
    for check in sopsmith::repo::check::CHECKS {
        let told = folder.run(&["check", "--explain", check.code]).ok();
        assert!(told.starts_with(check.code) && told.lines().count() > 4, "{told}");
        assert!(told.lines().skip(1).all(|line| line.chars().count() <= 100), "{told}");
    }
}

#[test]
fn all_codes_are_listed() {
    let told = Folder::new().run(&["check", "--explain"]).ok();
    assert_eq!(told.lines().count(), sopsmith::repo::check::CHECKS.len());
    assert!(told.contains("missing-key                   error    a declared key"), "{told}");
}

#[test]
fn safe_fixes_are_shown_and_written() {
    let model = Model::correct()
        .option("db_password", "mode", "0400")
        .option("tls_key", "path", "\"/run/secrets/tls_key\"")
        .option("api/token", "restartUnits", "\"web.service\"");
    let folder = write(&model.files(Style::Nested));
    let ran = folder.run(&["check", "--fix"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    for line in
        ["--- a/sops.nix", "-      db_password = { mode = 0400; };", "+      db_password = { mode = \"0400\"; };"]
    {
        assert!(ran.stdout.contains(line), "{}", ran.stdout);
    }
    assert!(ran.stdout.ends_with("no problems in 4 declarations, 3 Nix files, 1 encrypted file\n"), "{}", ran.stdout);
    let text = folder.read("sops.nix");
    assert!(text.contains("restartUnits = [ \"web.service\" ];") && !text.contains("path"), "{text}");
    assert!(!folder.run(&["check", "--fix"]).ok().contains("---"), "a second time there is nothing to fix");
}

#[test]
fn a_fix_outside_the_paths_is_not_made() {
    let folder = write(&Model::correct().option("db_password", "mode", "0400").files(Style::Nested));
    let before = folder.read("sops.nix");
    folder.run(&["check", "--fix", "hosts"]).ok();
    assert_eq!(folder.read("sops.nix"), before);
}

#[test]
fn files_that_git_does_not_know_are_added_by_a_fix_and_ignored_ones_are_told() {
    let mut files = Model::correct().secret("more", &[("sopsFile", "./private/more.yaml")]).files(Style::Nested);
    files.set("private/more.yaml", super::repository::sealed("more.yaml", "more: x\n", ""));
    let folder = write(&files);
    folder.write(".gitignore", "private/\n");
    with_git(&folder);
    tools::succeed(
        Command::new("git").args(["rm", "--cached", "--quiet", "secrets/web.yaml"]).current_dir(folder.path()),
    );
    let ran = folder.run(&["check"]);
    assert_eq!(ran.stdout.matches("error[untracked-file]").count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("private/more.yaml, which git ignores"), "{}", ran.stdout);
    let ran = folder.run(&["check", "--fix"]);
    assert_eq!(ran.stdout.matches("error[untracked-file]").count(), 1, "{}", ran.stdout);
    let status = tools::succeed(Command::new("git").args(["status", "--short", "secrets"]).current_dir(folder.path()));
    assert_eq!(status.trim(), "A secrets/web.yaml");
}

#[test]
fn a_silence_beside_the_line_or_in_the_settings_is_heard() {
    let mut files = missing();
    files.replace("sops.nix", "ctfd_url = { };", "ctfd_url = { }; # sopsmith: ignore missing-key from the installer");
    write(&files).run(&["check"]).ok();
    let folder = write(&missing());
    folder.write(".sopsmith.toml", "[[ignore]]\ncode = \"missing-key\"\nfile = \"sops.nix\"\nreason = \"later\"\n");
    folder.run(&["check"]).ok();
}

#[test]
fn without_nix_an_evaluation_is_said_not_to_be_there() {
    let folder = write(&missing());
    let mut command = folder.command(&["check", "--eval"]);
    let output = command.env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the nix program is not there; the check goes by the text alone"), "{said}");
}

#[test]
fn nothing_in_a_hostile_repository_acts_on_the_terminal() {
    let mut files = Model::correct().files(Style::Nested);
    files.replace("sops.nix", "db_password", "\"db\u{1b}[2Jpass\u{202e}word\"");
    let ran = write(&files).run(&["check"]);
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']) && ran.stdout.contains("\\u{1b}"), "{}", ran.stdout);
}

#[test]
fn no_value_and_no_ciphertext_is_printed() {
    let model = Model::correct().plain("db_password", "port: 8080\ndb_password").secret("port", &[]);
    let ran = write(&model.files(Style::Nested)).run(&["check"]);
    assert!(ran.stdout.contains("not-a-string") && !ran.stdout.contains("ENC["), "{}", ran.stdout);
}
