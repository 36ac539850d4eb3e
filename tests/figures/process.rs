//! Whole processes, timed from start to end, with the most memory they held.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program as it is released.
pub(crate) const SOPSMITH: &str = env!("CARGO_BIN_EXE_sopsmith");

/// A throwaway identity, made for the tests only, and its recipient.
const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
pub(crate) const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

/// What one run took.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) time: Duration,
    pub(crate) peak_bytes: u64,
}

/// A program of the comparison.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    path: PathBuf,
}

impl Program {
    pub(crate) fn sopsmith() -> Self {
        Self { name: "sopsmith", path: PathBuf::from(SOPSMITH) }
    }

    pub(crate) fn sops(name: &'static str, folder: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(folder).join("sops");
        assert!(path.is_file(), "{} is missing; run tests/tools/install", path.display());
        Self { name, path }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.env_clear().env("HOME", "/nonexistent").env("SOPS_AGE_KEY", IDENTITY).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// Runs a command to its end; it has to succeed.
#[expect(unsafe_code, reason = "wait4 tells the memory of one child, and has no safe wrapper")]
#[expect(clippy::zombie_processes, reason = "wait4 waits for the child")]
pub(crate) fn run(command: &mut Command) -> Run {
    let began = Instant::now();
    let child = command.spawn().unwrap();
    let mut status = 0;
    // SAFETY: both structures are plain numbers, valid when zero, and live across the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert!(libc::wait4(child.id() as libc::pid_t, &raw mut status, 0, &raw mut usage) > 0);
        usage
    };
    let time = began.elapsed();
    assert_eq!(status, 0, "{command:?} failed");
    Run { time, peak_bytes: usage.ru_maxrss as u64 * 1024 }
}

/// The quickest of several runs, and the least memory: what disturbs a run only ever adds.
pub(crate) fn best(times: usize, mut make: impl FnMut() -> Run) -> Run {
    let runs: Vec<Run> = (0..times).map(|_| make()).collect();
    let time = runs.iter().map(|run| run.time).min().unwrap();
    Run { time, peak_bytes: runs.iter().map(|run| run.peak_bytes).min().unwrap() }
}
