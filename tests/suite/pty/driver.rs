//! A person at a true terminal: the real program on a pseudo-terminal, keys in, the screen out.
//!
//! Nothing here sleeps. What is waited for is a state of the screen, looked at again whenever the program has written.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::folder::Folder;
use crate::stage::{FILES, IDENTITY};
use crate::tools;

/// How long the program may take for what a person waits for. A debug build on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// A repository with throwaway keys and values, on disk, known to git.
pub(crate) fn repository() -> Folder {
    let folder = Folder::new();
    for (path, text) in FILES {
        folder.write(path, text);
    }
    let git = |arguments: &[&str]| {
        let names = [("GIT_AUTHOR_NAME", "Ada"), ("GIT_COMMITTER_NAME", "Ada")];
        let mails = [("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_COMMITTER_EMAIL", "ada@example.org")];
        tools::succeed(tools::system("git").args(arguments).current_dir(folder.path()).envs(names).envs(mails));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "A repository with secrets"]);
    folder
}

/// The program on its terminal.
pub(crate) struct Person {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    terminal: Box<dyn MasterPty + Send>,
    seen: Arc<Seen>,
}

/// The terminal's screen, as the program has made it.
struct Seen {
    screen: Mutex<Screen>,
    changed: Condvar,
}

struct Screen {
    parser: vt100::Parser,
    /// Everything that was ever written.
    written: Vec<u8>,
    is_closed: bool,
}

impl Person {
    /// Opens `file` of a repository in the editor, 100 cells wide and 30 high.
    pub(crate) fn edits(folder: &Folder, file: &str) -> Self {
        Self::starts(Self::editor(folder, &[file]), 100, 30)
    }

    /// The editor in a folder, with the throwaway identity and nothing else of anybody's environment.
    pub(crate) fn editor(folder: &Folder, arguments: &[&str]) -> CommandBuilder {
        let mut command = Self::command(env!("CARGO_BIN_EXE_sopsmith"), folder);
        command.args(arguments);
        command
    }

    /// Any program in a folder.
    pub(crate) fn command(program: impl AsRef<Path>, folder: &Folder) -> CommandBuilder {
        let mut command = CommandBuilder::new(program.as_ref());
        command.env_clear();
        command.cwd(folder.path());
        for (name, value) in
            [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("SOPS_AGE_KEY", IDENTITY)]
        {
            command.env(name, value);
        }
        command.env("HOME", folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    /// Starts a program on a terminal of that size.
    pub(crate) fn starts(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(rows, columns, 0);
        let screen = Mutex::new(Screen { parser, written: Vec::new(), is_closed: false });
        let seen = Arc::new(Seen { screen, changed: Condvar::new() });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let watching = Arc::clone(&seen);
        std::thread::spawn(move || watching.follow(&mut reader));
        Self { child, keys: pair.master.take_writer().unwrap(), terminal: pair.master, seen }
    }

    /// Presses keys: characters as they are, and `<Enter> <Esc> <Tab> <Down> <C-s> <Backspace> …`.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while !rest.is_empty() {
            let named = rest.strip_prefix('<').and_then(|after| after.split_once('>'));
            let (bytes, after) = match named {
                Some((name, after)) => (bytes_of(name), after),
                None => {
                    let len = rest.chars().next().unwrap().len_utf8();
                    (rest.as_bytes()[..len].to_vec(), &rest[len..])
                }
            };
            self.keys.write_all(&bytes).unwrap();
            rest = after;
        }
        self
    }

    /// Sends what a terminal sends for something that is no key.
    pub(crate) fn press_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.keys.write_all(bytes).unwrap();
        self
    }

    /// Pastes text, as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) -> &mut Self {
        self.keys.write_all(format!("\x1b[200~{}\x1b[201~", text.replace('\n', "\r")).as_bytes()).unwrap();
        self
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("{text:?} is shown"), |screen| contents(screen).contains(text))
    }

    /// Waits until the screen does not show `text`.
    #[track_caller]
    pub(crate) fn sees_no(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("{text:?} is not shown"), |screen| !contents(screen).contains(text))
    }

    /// Waits until the screen is as it is expected to be.
    #[track_caller]
    pub(crate) fn waits_until(&mut self, expected: &str, is_so: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        let mut screen = self.seen.screen.lock().unwrap();
        while !is_so(screen.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if screen.is_closed || left.is_zero() {
                let why = if screen.is_closed { "the program has ended" } else { "waited in vain" };
                let shown = contents(screen.parser.screen());
                drop(screen);
                panic!("{expected}: {why}; the screen shows\n{shown}");
            }
            screen = self.seen.changed.wait_timeout(screen, left).unwrap().0;
        }
        drop(screen);
        self
    }

    /// What the screen shows now.
    pub(crate) fn screen(&self) -> String {
        contents(self.seen.screen.lock().unwrap().parser.screen())
    }

    /// Whether those bytes were ever written to the terminal.
    pub(crate) fn has_ever_seen(&self, bytes: &[u8]) -> bool {
        self.seen.screen.lock().unwrap().written.windows(bytes.len()).any(|window| window == bytes)
    }

    /// Makes the window another size.
    pub(crate) fn resizes(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.seen.screen.lock().unwrap().parser.screen_mut().set_size(rows, columns);
        self.terminal.resize(size(columns, rows)).unwrap();
        self
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends the process a signal.
    pub(crate) fn signals(&mut self, signal: rustix::process::Signal) -> &mut Self {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
        self
    }

    /// Waits until the program has ended and everything it wrote has been read. Returns its exit code.
    #[track_caller]
    pub(crate) fn leaves(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        let mut screen = self.seen.screen.lock().unwrap();
        while !screen.is_closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let shown = contents(screen.parser.screen());
                drop(screen);
                panic!("the program goes on; the screen shows\n{shown}");
            }
            screen = self.seen.changed.wait_timeout(screen, left).unwrap().0;
        }
        drop(screen);
        self.child.wait().unwrap().exit_code()
    }

    /// The terminal is as it was before the program: main screen, cursor shown, no mouse, no bracketed paste.
    #[track_caller]
    pub(crate) fn has_terminal_back(&self) {
        let screen = self.seen.screen.lock().unwrap();
        let screen = screen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

impl Seen {
    fn follow(&self, reader: &mut dyn Read) {
        let mut bytes = [0; 4096];
        loop {
            // A terminal whose last program has ended reads as an error on Linux.
            let len = reader.read(&mut bytes).unwrap_or(0);
            let mut screen = self.screen.lock().unwrap();
            screen.parser.process(&bytes[..len]);
            screen.written.extend_from_slice(&bytes[..len]);
            screen.is_closed = len == 0;
            self.changed.notify_all();
            if len == 0 {
                return;
            }
        }
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { cols: columns, rows, pixel_width: 0, pixel_height: 0 }
}

fn contents(screen: &vt100::Screen) -> String {
    screen.contents()
}

fn bytes_of(name: &str) -> Vec<u8> {
    match name {
        "Enter" => b"\r".to_vec(),
        "Esc" => b"\x1b".to_vec(),
        "Tab" => b"\t".to_vec(),
        "S-Tab" => b"\x1b[Z".to_vec(),
        "Backspace" => b"\x7f".to_vec(),
        "Up" => b"\x1b[A".to_vec(),
        "Down" => b"\x1b[B".to_vec(),
        "Right" => b"\x1b[C".to_vec(),
        "Left" => b"\x1b[D".to_vec(),
        _ => match name.strip_prefix("C-").map(str::as_bytes) {
            Some([letter]) => vec![letter & 0x1f],
            _ => panic!("<{name}> is no key of the driver"),
        },
    }
}
