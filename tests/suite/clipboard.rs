//! The clipboard of a real graphical session: what is copied, what is cleared, and what is left alone.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::folder::Folder;
use crate::tools;

/// An X server without a screen. It chooses its own number, so that tests do not meet.
struct Server {
    process: Child,
    display: String,
}

impl Server {
    fn start() -> Self {
        let mut server = tools::system("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "64x64x24", "-nolisten", "tcp"]);
        let mut process = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { process, display: format!(":{}", number.trim()) }
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut xclip = tools::system("xclip");
        xclip.args(["-selection", "clipboard"]).args(arguments).env("DISPLAY", &self.display);
        xclip
    }

    /// What somebody who pastes gets.
    fn pasted(&self) -> String {
        let output = self.xclip(&["-out"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The forms in which the content is offered.
    fn targets(&self) -> String {
        tools::succeed(&mut self.xclip(&["-out", "-target", "TARGETS"]))
    }

    /// Somebody else copies something.
    fn copy(&self, text: &str) {
        let mut child = self.xclip(&["-in"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// `sopsmith copy` of the value `s3cret`, which has said through what it copied.
fn copying(folder: &Folder, server: &Server, clear_after: &str) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut command = folder.command(&["copy", "x.yaml", "token", "--clear-after", clear_after]);
    let mut child = command.env("DISPLAY", &server.display).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.starts_with("token is on the clipboard"), "{line}");
    (child, said)
}

fn folder() -> Folder {
    Folder::with_sealed("3.12.2", "x.yaml", "token: s3cret\n")
}

#[test]
fn a_value_is_on_the_clipboard_for_a_time_and_kept_out_of_histories() {
    let (folder, server) = (folder(), Server::start());
    let (mut child, _said) = copying(&folder, &server, "1");
    assert_eq!(server.pasted(), "s3cret");
    assert!(server.targets().contains("x-kde-passwordManagerHint"), "{}", server.targets());
    assert!(child.wait().unwrap().success());
    assert_eq!(server.pasted(), "");
}

#[test]
fn what_somebody_else_copied_meanwhile_is_left() {
    let (folder, server) = (folder(), Server::start());
    let (mut child, mut said) = copying(&folder, &server, "1");
    server.copy("not ours");
    assert!(child.wait().unwrap().success());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "something else was copied meanwhile; it was left\n");
    assert_eq!(server.pasted(), "not ours");
}

#[test]
fn a_signal_clears_at_once() {
    let (folder, server) = (folder(), Server::start());
    let (mut child, _said) = copying(&folder, &server, "3600");
    assert_eq!(server.pasted(), "s3cret");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    child.wait().unwrap();
    assert_eq!(server.pasted(), "");
}

#[test]
fn without_a_graphical_session_it_says_why_and_what_else_there_is() {
    let folder = folder();
    folder.run(&["copy", "x.yaml", "token"]).failed(1, &["neither WAYLAND_DISPLAY nor DISPLAY is set", "--osc52"]);
    let mut remote = folder.command(&["copy", "x.yaml", "token"]);
    Folder::finish(remote.env("SSH_TTY", "/dev/pts/9").output().unwrap())
        .failed(1, &["over SSH there is no clipboard"]);
    let mut dead = folder.command(&["copy", "x.yaml", "token"]);
    Folder::finish(dead.env("DISPLAY", ":4242").output().unwrap()).failed(1, &["the clipboard cannot be reached"]);
}
