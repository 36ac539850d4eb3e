//! Silences: one code at one place, with a reason.

use sopsmith::repo::check::Outside;

use super::model::{Model, Style};
use super::repository::{Files, in_words};

/// The model with a declaration whose key is missing, under a comment line and with settings.
fn check(comment: &str, settings: &str, expected: &[&str]) {
    let mut files = Model::correct().secret("ctfd_url", &[]).files(Style::Nested);
    if !comment.is_empty() {
        let text = files.0["sops.nix"].replace("      ctfd_url = { };\n", comment);
        files.set("sops.nix", text);
    }
    assert_eq!(told(&files, settings), expected, "{comment}{settings}");
}

fn told(files: &Files, settings: &str) -> Vec<String> {
    let settings = Some(settings.to_owned()).filter(|text| !text.is_empty());
    let problems = files.problems(&Outside { git: None, settings });
    problems.iter().map(|problem| in_words(problem).split(": ").next().unwrap().to_owned()).collect()
}

const MISSING: &str = "sops.nix:17 error missing-key";

#[test]
fn without_a_silence_the_problem_is_told() {
    check("", "", &[MISSING]);
}

#[test]
fn a_comment_silences_its_line_or_the_next_one() {
    check("      ctfd_url = { }; # sopsmith: ignore missing-key made by the installer\n", "", &[]);
    check("      # sopsmith: ignore missing-key made by the installer\n      ctfd_url = { };\n", "", &[]);
    check("      # sopsmith: ignore missing-key installer\n      # more words\n\n      ctfd_url = { };\n", "", &[]);
}

#[test]
fn a_silence_is_for_one_code_at_one_place() {
    let elsewhere = "      # sopsmith: ignore missing-key reason\n      other = { key = \"db_password\"; };\n      ctfd_url = { };\n";
    check(elsewhere, "", &["sops.nix:17 note unused-silence", "sops.nix:19 error missing-key"]);
    let other_code = "      ctfd_url = { }; # sopsmith: ignore bad-mode reason\n";
    check(other_code, "", &[MISSING, "sops.nix:17 note unused-silence"]);
}

#[test]
fn a_silence_needs_a_reason_and_a_code_that_exists() {
    check("      ctfd_url = { }; # sopsmith: ignore missing-key\n", "", &[MISSING, "sops.nix:17 warning bad-silence"]);
    check("      ctfd_url = { }; # sopsmith: ignore mising-key x\n", "", &[MISSING, "sops.nix:17 warning bad-silence"]);
}

#[test]
fn settings_silence_a_key_or_a_file() {
    let entry = |code: &str, rest: &str| format!("[[ignore]]\ncode = \"{code}\"\nfile = \"sops.nix\"\n{rest}");
    check("", &entry("missing-key", "key = \"ctfd_url\"\nreason = \"installer\"\n"), &[]);
    check("", &entry("missing-key", "reason = \"installer\"\n"), &[]);
    let other = entry("missing-key", "key = \"other\"\nreason = \"installer\"\n");
    check("", &other, &[".sopsmith.toml:1 note unused-silence", MISSING]);
    let two = format!("{}\n{}", entry("missing-key", "reason = \"x\"\n"), entry("bad-mode", "reason = \"x\"\n"));
    check("", &two, &[".sopsmith.toml:6 note unused-silence"]);
    check("", &entry("missing-key", ""), &[".sopsmith.toml:1 warning bad-silence", MISSING]);
    check("", "[[ignored]]\n", &[".sopsmith.toml:1 warning bad-silence", MISSING]);
    check("", "not toml", &[".sopsmith.toml:1 warning bad-silence", MISSING]);
}

#[test]
fn a_comment_in_an_encrypted_file_silences_its_leaf() {
    let mut files = Model::correct().plain("tls_key", "vpn_config: x\ntls_key").files(Style::Nested);
    assert_eq!(told(&files, ""), ["secrets/web.yaml:4 note undeclared-leaf"]);
    files.replace("secrets/web.yaml", "vpn_config:", "# sopsmith: ignore undeclared-leaf read by hand\nvpn_config:");
    assert_eq!(told(&files, ""), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_said_to_be_so() {
    let mut files = Model::correct().files(Style::Nested);
    files.replace("hosts/web.nix", "  users.groups.web", "  sops.secrets = import ./more.nix;\n  users.groups.web");
    assert_eq!(told(&files, ""), ["hosts/web.nix:5 note not-read"]);
}
