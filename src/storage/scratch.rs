//! Folders made by a shell script, for the tests of this room: git and names of files are easiest said that way.

use std::path::Path;
use std::process::Command;

/// A new folder in which `script` has run, in an environment that holds nobody's home and nobody's git settings.
pub(super) fn folder(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), script);
    folder
}

/// Runs `script` in a folder.
pub(super) fn run(folder: &Path, script: &str) {
    let date = "1700000000 +0100";
    let status = Command::new("sh")
        .args(["-euc", script])
        .current_dir(folder)
        .env_clear()
        .envs([("PATH", std::env::var("PATH").unwrap().as_str()), ("HOME", "/nonexistent")])
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)])
        .envs([("GIT_AUTHOR_NAME", "Ada\u{1b}[2J"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .status()
        .unwrap();
    assert!(status.success(), "{script}");
}
