//! A test that is two processes: one plays a part and stands still, the other looks at it from outside.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::tools;

const PART: &str = "SOPSMITH_TEST_PART";

/// The part this process is to play, if it was started as a child.
pub(crate) fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// A command that runs one test of this binary again, in a part.
pub(crate) fn playing(test: &str, part: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(PART, part);
    command
}

/// The same command under a limit on locked memory, without root's right to exceed it.
pub(crate) fn limited(command: &Command, limit_kib: u32) -> Command {
    let drop_right = if rustix::process::geteuid().is_root() { "setpriv --bounding-set -ipc_lock" } else { "" };
    let mut limited = tools::system("sh");
    limited.args(["-c", &format!("ulimit -l {limit_kib}; exec {drop_right} \"$0\" \"$@\"")]);
    limited.arg(command.get_program()).args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited
}

/// Says a line to the process that looks on, and stands still until it lets go.
pub(crate) fn stand_still(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "standing: {line}").unwrap();
    out.flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// A child that stands still.
pub(crate) struct Standing {
    child: Child,
    said: BufReader<ChildStdout>,
    /// What it said.
    pub(crate) line: String,
}

impl Standing {
    /// Starts a child and waits until it stands still.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("standing: ") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the child ended with {:?}", child.wait());
        }
        let line = line.trim_end().split_once("standing: ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        Self { child, said, line }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        std::io::copy(&mut self.said, &mut std::io::sink()).unwrap();
        assert!(self.child.wait().unwrap().success() || std::thread::panicking());
    }
}
