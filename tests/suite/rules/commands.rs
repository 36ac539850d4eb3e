//! `recipients` as a person runs it, with files of both real sops versions, judged by what keys open afterwards.

use std::fs;
use std::process::Stdio;

use sopsmith::crypto::age::identity_from_ssh;
use sopsmith::secret::Secret;

use crate::folder::{Folder, RECIPIENT, changed_lines};
use crate::tools::{self, SOPS_VERSIONS};

const PLAIN: &str = "api:\n    token: s3cret-token\nport: 8080\n";

/// Throwaway host keys; see the README beside them.
const HOST_PUBLIC: &str = include_str!("../keys/ssh_ed25519.pub");
const HOST_PRIVATE: &str = include_str!("../keys/ssh_ed25519");
const HOST_RSA: &str = include_str!("../keys/ssh_rsa.pub");
/// What ssh-to-age makes of `HOST_PUBLIC`.
pub(super) const HOST: &str = "age1h9tc7p6vdfseqa98weyawdm8xffwr0p4sjyc2xa0nhmgw4radcdsgkqkz9";

pub(super) const RULES: &str = "\
# who may read what
keys:
  - &laptop LAPTOP # mine

creation_rules:
  - path_regex: secrets/web\\.yaml$
    key_groups:
      - age:
          - *laptop
  - path_regex: secrets/[^/]+\\.yaml$ # the rest
    key_groups:
      - age: [*laptop]
";

/// A repository with two files that follow rules, and one that follows none.
pub(super) fn repository(version: &str) -> Folder {
    let folder = Folder::new();
    folder.write(".sops.yaml", &RULES.replace("LAPTOP", RECIPIENT));
    for name in ["secrets/web.yaml", "secrets/mail.yaml"] {
        folder.write(name, PLAIN);
        let mut command = tools::sops(version);
        tools::succeed(command.current_dir(folder.path()).args(["encrypt", "--in-place", name]));
    }
    folder.write("other.yaml", PLAIN);
    let mut command = tools::sops(version);
    let config = folder.file("none.yaml");
    fs::write(&config, format!("creation_rules: [{{age: {RECIPIENT}}}]\n")).unwrap();
    tools::succeed(command.arg("--config").arg(&config).args(["encrypt", "--in-place"]).arg(folder.file("other.yaml")));
    fs::remove_file(config).unwrap();
    folder.write("host.pub", HOST_PUBLIC);
    folder
}

/// The identity that sops-nix makes of the host's key.
fn host_identity() -> String {
    let secret = identity_from_ssh(&Secret::from_exposed(HOST_PRIVATE.as_bytes())).ok().unwrap();
    String::from_utf8(secret.expose().to_vec()).unwrap()
}

/// Whether the host's key alone opens a file with the real sops.
fn opens_for_host(version: &str, folder: &Folder, name: &str) -> bool {
    let mut command = tools::sops(version);
    let output = command.arg("decrypt").arg(folder.file(name)).env("SOPS_AGE_KEY", host_identity()).output().unwrap();
    assert!(!output.status.success() || output.stdout == PLAIN.as_bytes());
    output.status.success()
}

#[test]
fn a_host_is_added_by_its_ssh_key_and_its_key_alone_decrypts() {
    for version in SOPS_VERSIONS {
        let folder = repository(version);
        let (rules, web) = (folder.read(".sops.yaml"), folder.read("secrets/web.yaml"));
        let scan = format!("# web:22 SSH-2.0\nweb {}web {}", HOST_RSA, HOST_PUBLIC);
        folder.run_with(&["recipients", "add", "-", "--name", "host_web", "--yes"], scan.as_bytes()).ok();
        let expected = rules
            .replace(" # mine\n", &format!(" # mine\n  - &host_web {HOST}\n"))
            .replace("          - *laptop\n", "          - *laptop\n          - *host_web\n")
            .replace("[*laptop]", "[*laptop, *host_web]");
        assert_eq!(folder.read(".sops.yaml"), expected);
        let (gone, new) = changed_lines(&web, &folder.read("secrets/web.yaml"));
        // What age adds at random to a wrapped key may take lines of its own.
        assert!(gone == 0 && new <= 16, "{gone} lines gone, {new} new");
        for judge in SOPS_VERSIONS {
            assert!(opens_for_host(judge, &folder, "secrets/web.yaml"));
            assert!(opens_for_host(judge, &folder, "secrets/mail.yaml"));
            assert!(!opens_for_host(judge, &folder, "other.yaml"));
            assert_eq!(folder.decrypted(judge, "secrets/web.yaml"), PLAIN);
            // The real sops finds every file in step with the new rules.
            let mut update = tools::sops(judge);
            update.current_dir(folder.path()).args(["updatekeys", "--yes", "secrets/web.yaml"]);
            let said = tools::said(&update.env("SOPS_AGE_KEY", crate::folder::IDENTITY).output().unwrap());
            assert!(said.contains("already up to date"), "{said}");
        }
        let after = (folder.read(".sops.yaml"), folder.read("secrets/web.yaml"));
        folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
        assert_eq!((folder.read(".sops.yaml"), folder.read("secrets/web.yaml")), after, "a second run changes nothing");
    }
}

#[test]
fn age_opens_with_the_converted_identity_what_was_wrapped() {
    let folder = repository("3.12.2");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    let text = folder.read("secrets/web.yaml");
    let start = text.find(&format!("recipient: {HOST}")).unwrap();
    let armor: Vec<&str> = text[start..]
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .take_while(|line| !line.is_empty() && !line.starts_with("- ") && !line.contains(": "))
        .collect();
    let (identity, wrapped) = (folder.file("identity"), folder.file("wrapped"));
    fs::write(&identity, host_identity()).unwrap();
    fs::write(&wrapped, armor.join("\n") + "\n").unwrap();
    let mut age = tools::age("age");
    let output = age.arg("-d").arg("-i").arg(identity).arg(wrapped).output().unwrap();
    assert_eq!(output.stdout.len(), 32, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn named_files_change_their_rules_only() {
    let folder = repository("3.13.3");
    let mail = folder.read("secrets/mail.yaml");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--file", "secrets/web.yaml", "--yes"]).ok();
    assert!(opens_for_host("3.12.2", &folder, "secrets/web.yaml"));
    assert_eq!(folder.read("secrets/mail.yaml"), mail);
    let rules = folder.read(".sops.yaml");
    folder.run(&["recipients", "add", "host.pub", "--file", "other.yaml", "--yes"]).ok();
    assert!(opens_for_host("3.13.3", &folder, "other.yaml"));
    assert_eq!(folder.read(".sops.yaml"), rules);
}

#[test]
fn removal_and_rotation_end_access() {
    for version in SOPS_VERSIONS {
        let folder = repository(version);
        let rules = folder.read(".sops.yaml");
        folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
        let ran = folder.run(&["recipients", "remove", "host_web", "--rotate", "--yes"]);
        assert!(ran.stderr.contains("git's history"), "{}", ran.stderr);
        ran.ok();
        assert_eq!(folder.read(".sops.yaml"), rules);
        for judge in SOPS_VERSIONS {
            assert!(!opens_for_host(judge, &folder, "secrets/web.yaml"));
            assert!(!opens_for_host(judge, &folder, "secrets/mail.yaml"));
            assert_eq!(folder.decrypted(judge, "secrets/mail.yaml"), PLAIN);
        }
    }
}

#[test]
fn a_run_that_was_cut_short_is_finished_by_the_next_one() {
    let folder = repository("3.12.2");
    let before = folder.read("secrets/web.yaml");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    // As if it had been killed between two files.
    folder.write("secrets/web.yaml", &before);
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    assert!(opens_for_host("3.12.2", &folder, "secrets/web.yaml"));
    let with = folder.read("secrets/web.yaml");
    folder.run(&["recipients", "remove", HOST, "--yes"]).ok();
    folder.write("secrets/web.yaml", &with);
    folder.run(&["recipients", "remove", HOST, "--yes"]).ok();
    assert!(!opens_for_host("3.12.2", &folder, "secrets/web.yaml"));
}

#[test]
fn what_must_not_happen_is_refused_and_changes_nothing() {
    let folder = repository("3.12.2");
    let files = [".sops.yaml", "secrets/web.yaml", "secrets/mail.yaml", "other.yaml"];
    let before: Vec<String> = files.iter().map(|file| folder.read(file)).collect();
    let refused = |args: &[&str], code: i32, words: &[&str]| folder.run(args).failed(code, words);
    refused(&["recipients", "remove", "laptop", "--yes"], 1, &[".sops.yaml", "line 6", "without recipients"]);
    refused(&["recipients", "remove", "nobody", "--yes"], 1, &["nobody", "recipients list"]);
    refused(&["recipients", "add", "host.pub", "--name", "laptop", "--yes"], 1, &["line 3", "another recipient"]);
    refused(&["recipients", "add", "host.pub", "--name", "a b", "--yes"], 1, &["letters"]);
    refused(&["recipients", "add", "host.pub", "--file", "absent.yaml"], 100, &["absent.yaml"]);
    refused(&["recipients", "add", HOST_RSA, "--name", "x"], 7, &["ssh-rsa", "ed25519"]);
    refused(&["recipients", "add", HOST, "--yes"], 2, &["--name"]);
    refused(&["recipients", "add", "host.pub", "--name", "x"], 1, &["--yes"]);
    for secret in [crate::folder::IDENTITY, HOST_PRIVATE] {
        for command in ["add", "remove"] {
            let ran = folder.run(&["recipients", command, secret, "--yes"]);
            assert!(!ran.stderr.contains(&secret[20..40]), "{}", ran.stderr);
            ran.failed(7, &["private key"]);
        }
    }
    assert_eq!(files.map(|file| folder.read(file)).to_vec(), before);
}

#[test]
fn ones_own_key_is_removed_only_when_that_is_said() {
    let folder = repository("3.12.2");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    let file = ["--file", "secrets/web.yaml"];
    let ran = folder.run(&[&["recipients", "remove", "laptop", "--yes"][..], &file].concat());
    ran.failed(1, &["your own key", "--even-mine"]);
    // The file that follows no rule has nobody else.
    folder.run(&["recipients", "remove", "laptop", "--even-mine", "--yes"]).failed(1, &["other.yaml"]);
    folder.run(&[&["recipients", "remove", "laptop", "--even-mine", "--yes"][..], &file].concat()).ok();
    assert!(opens_for_host("3.13.3", &folder, "secrets/web.yaml"));
    folder.run(&["get", "secrets/web.yaml", "port"]).failed(128, &[HOST]);
}

#[test]
fn the_table_needs_no_key_and_tells_files_out_of_step() {
    let folder = repository("3.12.2");
    let rules = folder.read(".sops.yaml");
    folder.write(
        ".sops.yaml",
        &rules
            .replace(" # mine\n", &format!(" # mine\n  - &host_web {HOST}\n"))
            .replace("[*laptop]", "[*laptop, *host_web]"),
    );
    let output = folder.command(&["recipients", "list"]).env_remove("SOPS_AGE_KEY").stdin(Stdio::null()).output();
    let listed = Folder::finish(output.unwrap()).ok();
    let expected = "\
recipients   other.yaml   secrets/mail.yaml   secrets/web.yaml
laptop       ●            ●                   ●
host_web     –            ○ rule says yes     –

other.yaml follows no rule
secrets/mail.yaml is out of step with its rule: sopsmith updatekeys secrets/mail.yaml
";
    assert_eq!(listed, expected);
    let json = folder.run(&["recipients", "list", "secrets/mail.yaml", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["files"][0]["out_of_step"], true);
    assert_eq!(json["recipients"][0]["you"], true);
    assert_eq!(json["recipients"][1]["files"][0]["access"], "not-in-file");
}

#[test]
fn rules_that_sops_does_not_come_to_are_not_edited() {
    let folder = repository("3.12.2");
    let check = |rules: &str, line: &str| {
        folder.write(".sops.yaml", rules);
        let files = [".sops.yaml", "secrets/web.yaml"].map(|file| folder.read(file));
        folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).failed(1, &[line]);
        folder.run(&["recipients", "remove", HOST, "--yes"]).failed(1, &[line]);
        let file = ["--file", "secrets/web.yaml"];
        folder
            .run(&[&["recipients", "add", "host.pub", "--name", "web", "--yes"][..], &file].concat())
            .failed(1, &[line]);
        let listed = folder.run(&["check", "--format", "github"]);
        assert!(listed.stdout.contains("unreadable-rules"), "{}", listed.stdout);
        assert_eq!([".sops.yaml", "secrets/web.yaml"].map(|file| folder.read(file)), files);
    };
    check(&RULES.replace("LAPTOP", RECIPIENT).replace("secrets/web\\.yaml$", "\"[\""), "line 6");
    check("creation_rules: [\n", "line");
}

#[test]
fn a_group_that_is_not_there_is_refused() {
    let folder = repository("3.12.2");
    let before = folder.read(".sops.yaml");
    let add = ["recipients", "add", "host.pub", "--name", "host_web", "--group", "7", "--yes"];
    folder.run(&add).failed(1, &["line 6", "1 key group", "number 7"]);
    folder.run(&[&add[..], &["--file", "other.yaml"]].concat()).failed(1, &["other.yaml", "number 7"]);
    assert_eq!(folder.read(".sops.yaml"), before);
}

#[test]
fn a_reader_that_goes_away_is_told_nothing() {
    let folder = repository("3.12.2");
    for args in [&["list", "secrets/web.yaml"][..], &["get", "secrets/web.yaml", "port"], &["recipients", "list"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = folder.command(args).stdin(Stdio::null()).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(141), ""));
    }
}

#[test]
fn files_that_cannot_be_changed_are_named_and_are_a_failure() {
    let folder = repository("3.12.2");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    let damaged = folder.read("secrets/mail.yaml").replace("lastmodified:", "lastmodifed:");
    folder.write("secrets/mail.yaml", &damaged);
    let said = "1 file could not be";
    folder.run(&["updatekeys", "--yes"]).failed(1, &["secrets/mail.yaml", said]);
    let listed = folder.run(&["recipients", "list"]).ok();
    assert!(listed.contains("mail.yaml is damaged") && !listed.contains("updatekeys secrets/mail.yaml"), "{listed}");
    folder.run(&["recipients", "remove", "host_web", "--rotate", "--yes"]).failed(1, &["secrets/mail.yaml", said]);
    assert!(!opens_for_host("3.12.2", &folder, "secrets/web.yaml"));
    assert_eq!(folder.read("secrets/mail.yaml"), damaged);
}
