//! The real programs that judge the tests, where `tests/tools/install` puts them. A missing one fails the test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Both sops versions that files must agree with.
pub(crate) const SOPS_VERSIONS: [&str; 2] = ["3.12.2", "3.13.3"];

/// A command for `sops` of that version, in an environment that holds no key and no home.
pub(crate) fn sops(version: &str) -> Command {
    let folder = match version {
        "3.12.2" => "s312",
        "3.13.3" => "s313",
        other => panic!("no sops {other} is installed for the tests"),
    };
    hermetic(&built(folder, "sops"))
}

/// A command for `age` or `age-keygen`.
pub(crate) fn age(program: &str) -> Command {
    hermetic(&built("age", program))
}

/// A command for a program of the system, such as `nix-instantiate`.
pub(crate) fn system(program: &str) -> Command {
    let found = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file()));
    hermetic(&found.unwrap_or_else(|| panic!("{program} is missing; run tests/tools/install")))
}

/// Runs a command that has to succeed, and returns what it printed.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?} failed: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What a program wrote to both streams.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn built(folder: &str, program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(folder).join(program);
    assert!(path.is_file(), "{} is missing; run tests/tools/install", path.display());
    path
}

fn hermetic(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", "/nonexistent").env("TZ", "UTC");
    command
}

#[test]
fn every_judge_is_there_at_its_version() {
    for version in SOPS_VERSIONS {
        let said = succeed(sops(version).args(["--version", "--disable-version-check"]));
        assert!(said.contains(version), "{said}");
    }
    assert!(succeed(age("age").arg("--version")).contains("1.3.2"));
    assert!(succeed(system("nix-instantiate").arg("--version")).contains("nix-instantiate"));
}
