//! Saves that cannot be: each reason has its own words, and the files stay as they were.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use sopsmith::repo::ContentHash;
use sopsmith::storage::{Accept, Before, Change, NewFileMode, SaveError, save_all};

use super::probe::Probe;
use crate::tools;

/// Prepares a folder and saves `x.yaml` in it, which is thought to hold `old`; compares the words.
fn check(prepare: impl FnOnce(&Path), before: Before, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = folder.path().join("x.yaml");
    let error = save_all(&[Change { path: &path, before, bytes: b"new", accept: Accept::Nothing }]).unwrap_err();
    assert_eq!(error.to_string().replace(&format!("{}/", folder.path().display()), ""), expected);
    assert!(error.hint().is_some());
    assert!(
        !fs::read_dir(folder.path())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_str().unwrap().starts_with(".sopsmith-") })
    );
}

fn old() -> Before {
    Before::Content(ContentHash::of(b"old"))
}

#[test]
fn what_another_program_did_is_never_overwritten() {
    check(|folder| fs::write(folder.join("x.yaml"), "other").unwrap(), old(), "x.yaml was changed by another program");
    check(|_| {}, old(), "x.yaml was removed by another program");
    let new = Before::New(NewFileMode::Shared);
    check(|folder| fs::write(folder.join("x.yaml"), "other").unwrap(), new, "x.yaml exists already");
}

#[test]
fn only_regular_files_are_replaced() {
    check(|folder| fs::create_dir(folder.join("x.yaml")).unwrap(), old(), "x.yaml is a folder, not a regular file");
    let device = |folder: &Path| symlink("/dev/null", folder.join("x.yaml")).unwrap();
    check(device, old(), "/dev/null is a device, not a regular file");
    let pipe = |folder: &Path| {
        tools::succeed(tools::system("mkfifo").arg(folder.join("x.yaml")));
    };
    check(pipe, old(), "x.yaml is a named pipe, not a regular file");
    let dangling = |folder: &Path| symlink("absent", folder.join("x.yaml")).unwrap();
    check(dangling, old(), "x.yaml is a link to a file that does not exist");
    check(dangling, Before::New(NewFileMode::Shared), "x.yaml is a link to a file that does not exist");
}

#[test]
fn a_folder_that_is_being_saved_in_is_waited_for_and_then_said_to_be_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.yaml");
    let lock = sopsmith::storage::FolderLock::wait(folder.path()).unwrap();
    let change = Change { path: &path, before: Before::New(NewFileMode::Shared), bytes: b"", accept: Accept::Nothing };
    assert!(matches!(save_all(&[change]), Err(SaveError::NotLocked(_))));
    drop(lock);
    assert!(save_all(&[change]).is_ok());
}

#[test]
fn the_first_file_is_untouched_when_the_second_is_not_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    fs::write(&paths[0], "old").unwrap();
    fs::write(&paths[1], "other").unwrap();
    let changes: Vec<Change> =
        paths.iter().map(|path| Change { path, before: old(), bytes: b"new", accept: Accept::Nothing }).collect();
    assert!(matches!(save_all(&changes), Err(SaveError::Changed(path)) if path == paths[1]));
    assert_eq!(fs::read(&paths[0]).unwrap(), b"old");
}

/// Runs a save of files of 100,000 bytes in mount namespaces of its own, after `script` has prepared `$folder`.
///
/// After it, `script_after` brings what the files hold out of the namespace, into `$outside`.
fn check_mounted(script: &str, expected: &str) {
    let probe = Probe::new(100_000);
    let outside = tempfile::tempdir().unwrap();
    let take_out = "\"$@\"; status=$?; cp secrets.yaml sops.nix \"$outside\"; ls -A > \"$outside/names\"; exit $status";
    let mut unshare = tools::system("unshare");
    unshare
        .args(["--mount", "sh", "-c", &format!("set -e; cd \"$folder\"; {script}\nset +e; {take_out}"), "sh"])
        .args(Probe::program())
        .env("folder", probe.folder.path())
        .env("outside", outside.path());
    let report = probe.run(&mut unshare);
    assert_eq!(report.as_deref(), Some(expected));
    let holds = [0, 1].map(|index| probe.content(&outside.path().join(super::probe::NAMES[index]), index));
    assert_eq!(holds.join(" "), expected.split_once(':').unwrap().0);
    assert_eq!(fs::read_to_string(outside.path().join("names")).unwrap(), "secrets.yaml\nsops.nix\n");
}

#[test]
fn a_full_disk_loses_nothing() {
    check_mounted(
        "mkdir /tmp/.keep.$$; cp * /tmp/.keep.$$; mount -t tmpfs -o size=128k full .; cd \"$folder\"
         cp /tmp/.keep.$$/* .; rm -r /tmp/.keep.$$",
        "old old: sops.nix cannot be saved: the disk is full; make room on the disk, then save again",
    );
}

#[test]
fn a_read_only_file_system_is_named() {
    check_mounted(
        "mount --bind . .; mount -o remount,ro,bind .; cd \"$folder\"",
        "old old: secrets.yaml cannot be saved: the file system is mounted read-only; \
         save from where the repository is writable, or remount it",
    );
}

#[test]
fn a_file_that_something_is_mounted_on_is_named() {
    check_mounted(
        "mount --bind sops.nix sops.nix",
        "new old: secrets.yaml saved, but sops.nix cannot be saved: it is a mount point or in use by the system; \
         unmount what is mounted on the file, then save again",
    );
}

#[test]
fn a_size_limit_is_an_error_and_not_a_death() {
    check_mounted(
        "ulimit -f 10",
        "old old: secrets.yaml cannot be saved: it would be larger than a file may be here; \
         raise the limit (ulimit -f), then save again",
    );
}

#[test]
fn an_immutable_file_is_named_before_the_other_is_touched() {
    let probe = Probe::new(10);
    tools::succeed(tools::system("chattr").arg("+i").arg(probe.path(1)));
    let mut program = std::process::Command::new(&Probe::program()[0]);
    let report = probe.run(program.args(&Probe::program()[1..]));
    tools::succeed(tools::system("chattr").arg("-i").arg(probe.path(1)));
    let words = "old old: sops.nix cannot be saved: it is marked immutable; take the attribute away (chattr -i), then save again";
    assert_eq!(report.as_deref(), Some(words));
    assert_eq!(probe.contents(), ["old", "old"]);
}
