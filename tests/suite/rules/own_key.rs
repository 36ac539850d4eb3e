//! A change of recipients after which whoever made it could open nothing any more.

use super::commands::{HOST, repository};
use crate::folder::{Folder, RECIPIENT};

/// A throwaway recipient.
const DESK: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

const FILES: [&str; 4] = [".sops.yaml", "secrets/web.yaml", "secrets/mail.yaml", "other.yaml"];

/// The rules name the host only, the files still the laptop, whose key is at hand.
fn left_out_of_the_rules() -> Folder {
    let folder = repository("3.12.2");
    folder.run(&["recipients", "add", "host.pub", "--name", "host_web", "--yes"]).ok();
    let without = "creation_rules:\n  - path_regex: secrets/[^/]+\\.yaml$\n    age: HOST\n".replace("HOST", HOST);
    folder.write(".sops.yaml", &without);
    folder
}

fn texts(folder: &Folder) -> Vec<String> {
    FILES.iter().map(|file| folder.read(file)).collect()
}

#[test]
fn rules_that_leave_out_ones_own_key_lock_nobody_out_without_a_word() {
    let folder = left_out_of_the_rules();
    let before = texts(&folder);
    let refused = |args: &[&str]| folder.run(args).failed(1, &["your own key", "2 files", "--even-mine", "(you)"]);
    refused(&["updatekeys", "--yes"]);
    refused(&["recipients", "add", DESK, "--name", "desk", "--yes"]);
    folder.run(&["updatekeys", "secrets/web.yaml", "--yes"]).failed(1, &["open secrets/web.yaml", RECIPIENT]);
    assert_eq!(texts(&folder), before);
    folder.run(&["updatekeys", "secrets/web.yaml", "--even-mine", "--yes"]).ok();
    folder.run(&["get", "secrets/web.yaml", "port"]).failed(128, &[HOST]);
    folder.run(&["get", "secrets/mail.yaml", "port"]).ok();
}

#[test]
fn another_recipients_removal_does_not_remove_ones_own_key_with_it() {
    let folder = left_out_of_the_rules();
    let rules = folder.read(".sops.yaml").replace(HOST, &format!("{HOST},{DESK}"));
    folder.write(".sops.yaml", &rules);
    let before = texts(&folder);
    folder.run(&["recipients", "remove", HOST, "--yes"]).failed(1, &["your own key", "--even-mine"]);
    assert_eq!(texts(&folder), before);
}

#[test]
fn without_a_key_the_rules_do_not_run_ahead_of_the_files() {
    let folder = repository("3.13.3");
    folder.run(&["recipients", "add", DESK, "--name", "desk", "--yes"]).ok();
    let before = texts(&folder);
    for args in [
        &["recipients", "add", "host.pub", "--name", "host_web", "--yes"][..],
        &["recipients", "remove", "desk", "--yes"],
    ] {
        let output = folder.command(args).env_remove("SOPS_AGE_KEY").output().unwrap();
        let ran = Folder::finish(output);
        assert_eq!(ran.stderr.matches("looked for identities in").count(), 1, "{}", ran.stderr);
        ran.failed(128, &["secrets/"]);
        assert_eq!(texts(&folder), before);
    }
}
