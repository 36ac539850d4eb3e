//! Other programs, run to an answer: fed, read, and ended when they take too long.
//!
//! No shell is involved. A program gets no terminal to ask on, and a process group of its own, so that it is ended
//! together with whatever it started.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// The most bytes of what a program says about its troubles that are kept.
const MAX_COMPLAINT_BYTES: usize = 64 << 10;

/// How long a program may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) patience: Duration,
    pub(super) answer_bytes: usize,
}

/// What a program said.
pub(super) struct Answer {
    /// Whether it ended well.
    pub(super) is_success: bool,
    /// Its standard output.
    pub(super) out: Vec<u8>,
    /// Its standard error, as text.
    pub(super) complaint: String,
}

/// Why a program gave no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// There is no such program.
    NotInstalled,
    /// It did not answer in time, and was ended.
    TooSlow,
    /// It said more than is read, and was ended.
    TooMuch,
    /// The system did not let it run.
    Refused(io::Error),
}

impl From<io::Error> for NoAnswer {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotInstalled,
            _ => Self::Refused(error),
        }
    }
}

/// Runs a program, feeds it `input`, and waits for what it says.
pub(super) fn run(command: &mut Command, input: &[u8], limits: Limits) -> Result<Answer, NoAnswer> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn()?;
    let _running = Running::note(&child);
    let said = match converse(&mut child, input, limits.answer_bytes).recv_timeout(limits.patience) {
        Ok(said) => said.map_err(NoAnswer::Refused)?,
        Err(_) => return end(&mut child).and(Err(NoAnswer::TooSlow)),
    };
    if said.0.len() > limits.answer_bytes {
        return end(&mut child).and(Err(NoAnswer::TooMuch));
    }
    let is_success = child.wait().map_err(NoAnswer::Refused)?.success();
    Ok(Answer { is_success, out: said.0, complaint: String::from_utf8_lossy(&said.1).into_owned() })
}

/// Ends every program that is still running. Called when the answers are not wanted any more.
pub fn end_programs() {
    for group in std::mem::take(&mut *running()) {
        if kill_process_group(group, Signal::KILL).is_err() {
            // It has ended by itself meanwhile.
        }
    }
}

static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program in the list of those that run, until this is dropped.
struct Running(Pid);

impl Running {
    fn note(child: &Child) -> Self {
        let group = Pid::from_child(child);
        running().push(group);
        Self(group)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().retain(|other| *other != self.0);
    }
}

type Said = (Vec<u8>, Vec<u8>);

/// Feeds and reads a child in threads of their own, so that neither side waits for the other with a full pipe.
fn converse(child: &mut Child, input: &[u8], answer_bytes: usize) -> mpsc::Receiver<io::Result<Said>> {
    let (sender, receiver) = mpsc::channel();
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let input = input.to_vec();
    let feed = thread::spawn(move || match stdin.write_all(&input) {
        // A program stops reading when it has failed; its own words then say why.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    });
    let complain = thread::spawn(move || read_up_to(stderr, MAX_COMPLAINT_BYTES));
    thread::spawn(move || {
        let said = read_up_to(stdout, answer_bytes + 1).and_then(|out| {
            let complaint = complain.join().expect("reading does not panic")?;
            feed.join().expect("writing does not panic").map(|()| (out, complaint))
        });
        // Nobody listens any more when the program was too slow; the answer is then not wanted.
        drop(sender.send(said));
    });
    receiver
}

fn read_up_to(mut from: impl Read, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(limit_bytes as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn end(child: &mut Child) -> Result<(), NoAnswer> {
    let group = Pid::from_child(child);
    match kill_process_group(group, Signal::KILL) {
        // It has just ended by itself.
        Ok(()) | Err(rustix::io::Errno::SRCH) => child.wait().map(drop).map_err(NoAnswer::Refused),
        Err(error) => Err(NoAnswer::Refused(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn check(script: &str, input: &[u8], expected: &str) {
        let limits = Limits { patience: Duration::from_millis(500), answer_bytes: 100_000 };
        let said = match run(Command::new("sh").args(["-c", script]), input, limits) {
            Ok(answer) => format!("{} {} {}", answer.is_success, answer.out.len(), answer.complaint.trim_end()),
            Err(no_answer) => format!("{no_answer:?}"),
        };
        assert_eq!(said, expected, "{script}");
    }

    #[test]
    fn a_program_is_fed_and_read_whatever_the_size() {
        check("cat", &[b'x'; 100_000], "true 100000 ");
        check("exec cat >&2", b"trouble", "true 0 trouble");
        check("echo no >&2; exit 3", &[b'x'; 100_000], "false 0 no");
    }

    #[test]
    fn a_program_that_goes_on_for_ever_is_ended_with_its_children() {
        let began = Instant::now();
        check("sleep 60 & wait", b"", "TooSlow");
        check("yes", b"", "TooMuch");
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_is_not_there_is_told_from_one_that_fails() {
        let limits = Limits { patience: Duration::from_secs(1), answer_bytes: 1 };
        assert!(matches!(run(&mut Command::new("no-such-program"), b"", limits), Err(NoAnswer::NotInstalled)));
    }
}
