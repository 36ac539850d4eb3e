//! The clipboard: one owner for as long as the program runs, in a thread of its own.
//!
//! A clipboard server may be slow or gone, and on X11 the owner has to be there when somebody pastes. Orders are
//! carried out one after the other; each is answered by an event. At the end what is still ours is cleared first, and
//! only then given up: the other way round X11's clipboard managers would take it over.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

mod hold;
mod osc52;
mod system;

pub use self::hold::hold;
use self::system::System;
use super::reports::{Report, Reporter};
use crate::secret::Secret;
use crate::session::{Cleared, Clip, Event, Failure, Request};

/// How long leaving waits for the clipboard to be cleared.
const PATIENCE: Duration = Duration::from_secs(2);

/// Through what is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClipboardWay {
    /// The clipboard of the graphical session.
    System,
    /// The terminal, by OSC 52.
    Terminal,
    /// Nothing: there is no graphical session, and the terminal was not asked to.
    None {
        /// Whether this is a login from another machine.
        is_remote: bool,
    },
}

/// The clipboard's owner.
pub(super) struct Clipboard {
    orders: Sender<Order>,
    worker: Option<JoinHandle<()>>,
    ended: Receiver<()>,
}

enum Order {
    Copy(Request, Clip),
    Clear(Request),
}

impl ClipboardWay {
    /// Chooses by the environment, unless the person has asked for OSC 52.
    #[must_use]
    pub fn choose(osc52: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match () {
            () if osc52 => Self::Terminal,
            () if cfg!(target_os = "macos") || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY") => Self::System,
            () => Self::None { is_remote: is_set("SSH_CONNECTION") || is_set("SSH_TTY") },
        }
    }

    /// What the person is told it was copied through.
    fn name(self) -> &'static str {
        match self {
            Self::System => "clipboard",
            Self::Terminal => "terminal (OSC 52), which may keep a copy",
            Self::None { .. } => "nothing",
        }
    }
}

impl Clipboard {
    /// Starts the owner. Nothing is connected before the first copy.
    pub(super) fn start(way: ClipboardWay, reporter: Reporter) -> std::io::Result<Self> {
        let (orders, received) = mpsc::channel();
        let (ending, ended) = mpsc::channel::<()>();
        let owner = Owner { way, reporter, system: System::default(), ours: None };
        let worker = std::thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
            owner.work(&received);
            drop(ending);
        })?;
        Ok(Self { orders, worker: Some(worker), ended })
    }

    /// Copies; answered by `Event::Copied`.
    pub(super) fn copy(&self, request: Request, clip: Clip) {
        self.order(Order::Copy(request, clip));
    }

    /// Clears what `request` copied, if it is still there; answered by `Event::ClipboardCleared`.
    pub(super) fn clear(&self, request: Request) {
        self.order(Order::Clear(request));
    }

    /// Clears what is still ours and waits for that, a moment at most. Later orders are not carried out.
    pub(super) fn give_up(&mut self) {
        self.orders = mpsc::channel().0;
        // Nothing is ever sent; the channel closes with the thread.
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected)
            && let Some(worker) = self.worker.take()
        {
            drop(worker.join());
        }
    }

    fn order(&self, order: Order) {
        // Given up, or panicked, which the loop has been told: nothing more is copied.
        drop(self.orders.send(order));
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.give_up();
    }
}

struct Owner {
    way: ClipboardWay,
    reporter: Reporter,
    system: System,
    ours: Option<(Request, Secret)>,
}

impl Owner {
    fn work(mut self, orders: &Receiver<Order>) {
        for order in orders {
            match order {
                Order::Copy(request, clip) => {
                    let outcome = self.copy(request, clip).map(|()| self.way.name().to_owned());
                    self.reporter.report(Report::Event(Event::Copied { request, outcome }));
                }
                Order::Clear(request) => {
                    let outcome = self.clear(request);
                    self.reporter.report(Report::Event(Event::ClipboardCleared { request, outcome }));
                }
            }
        }
        if let Some(request) = self.ours.as_ref().map(|(request, _)| *request) {
            self.clear(request);
        }
    }

    fn copy(&mut self, request: Request, clip: Clip) -> Result<(), Failure> {
        match self.way {
            ClipboardWay::System => match &clip {
                Clip::Secret(value) => self.system.copy_secret(value)?,
                Clip::Text(text) => self.system.copy_text(text)?,
            },
            ClipboardWay::Terminal => {
                let text = match &clip {
                    Clip::Secret(value) => value.expose(),
                    Clip::Text(text) => text.as_bytes(),
                };
                self.reporter.report(Report::ToTerminal(osc52::copying(text).ok_or_else(too_long)?));
            }
            ClipboardWay::None { is_remote } => return Err(nowhere(is_remote)),
        }
        self.ours = match clip {
            Clip::Secret(value) => Some((request, value)),
            Clip::Text(_) => None,
        };
        Ok(())
    }

    /// What a newer copy has replaced is not ours any more.
    fn clear(&mut self, request: Request) -> Cleared {
        let Some((_, value)) = self.ours.take_if(|(copied, _)| *copied == request) else { return Cleared::NotOurs };
        match self.way {
            ClipboardWay::System => self.system.clear(&value),
            ClipboardWay::Terminal => {
                self.reporter.report(Report::ToTerminal(osc52::clearing()));
                Cleared::Cleared
            }
            ClipboardWay::None { .. } => Cleared::NotOurs,
        }
    }
}

fn too_long() -> Failure {
    let words = "the value is longer than what terminals copy (OSC 52 takes about 56 KB)".to_owned();
    Failure { words, hint: Some("sopsmith get writes its bytes to a file or a pipe".to_owned()) }
}

fn nowhere(is_remote: bool) -> Failure {
    let words = match is_remote {
        true => "over SSH there is no clipboard here; only your terminal could copy, and it may keep a copy",
        false => "there is no graphical session here (neither WAYLAND_DISPLAY nor DISPLAY is set), so no clipboard",
    };
    let hint = "start sopsmith with --osc52 to let the terminal copy, or reveal the value";
    Failure { words: words.to_owned(), hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(osc52: bool, variables: &[(&str, &str)], expected: ClipboardWay) {
        let found = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(ClipboardWay::choose(osc52, found), expected, "{variables:?}");
    }

    #[test]
    fn the_environment_says_through_what_to_copy() {
        check(false, &[("DISPLAY", ":0")], ClipboardWay::System);
        check(false, &[("WAYLAND_DISPLAY", "wayland-1"), ("SSH_TTY", "/dev/pts/1")], ClipboardWay::System);
        check(false, &[("DISPLAY", ""), ("SSH_CONNECTION", "a b")], ClipboardWay::None { is_remote: true });
        check(false, &[], ClipboardWay::None { is_remote: false });
        check(true, &[("DISPLAY", ":0")], ClipboardWay::Terminal);
    }

    /// Carries out orders through `way` and collects what is reported, in words.
    fn reported(way: ClipboardWay, orders: impl FnOnce(&Clipboard)) -> Vec<String> {
        let (reporter, reports) = Reporter::for_tests();
        let clipboard = Clipboard::start(way, reporter).unwrap();
        orders(&clipboard);
        drop(clipboard);
        let words = |report| match report {
            Report::Event(Event::Copied { outcome: Ok(through), .. }) => format!("copied through {through}"),
            Report::Event(Event::Copied { outcome: Err(failure), .. }) => failure.words,
            Report::Event(Event::ClipboardCleared { outcome, .. }) => format!("{outcome:?}"),
            Report::ToTerminal(bytes) => format!("{}", bytes.expose().escape_ascii()),
            _ => "something else".to_owned(),
        };
        reports.try_iter().map(words).collect()
    }

    #[test]
    fn the_terminal_copies_and_is_cleared_at_the_end() {
        let said = reported(ClipboardWay::Terminal, |clipboard| {
            clipboard.copy(Request(1), Clip::Secret(Secret::from_exposed(b"s3cret")));
        });
        let through = "copied through terminal (OSC 52), which may keep a copy";
        assert_eq!(said, ["\\x1b]52;c;czNjcmV0\\x1b\\\\", through, "\\x1b]52;c;IA==\\x1b\\\\"]);
    }

    #[test]
    fn what_a_newer_copy_replaced_is_not_cleared() {
        let said = reported(ClipboardWay::Terminal, |clipboard| {
            clipboard.copy(Request(1), Clip::Secret(Secret::from_exposed(b"s3cret")));
            clipboard.copy(Request(2), Clip::Text("config.sops".to_owned()));
            clipboard.clear(Request(1));
        });
        assert_eq!(said.last().map(String::as_str), Some("NotOurs"));
    }

    #[test]
    fn without_a_clipboard_it_says_why() {
        let copy = |clipboard: &Clipboard| clipboard.copy(Request(1), Clip::Text("x".to_owned()));
        let here = reported(ClipboardWay::None { is_remote: false }, copy);
        assert!(here[0].contains("neither WAYLAND_DISPLAY nor DISPLAY"), "{here:?}");
        let remote = reported(ClipboardWay::None { is_remote: true }, copy);
        assert!(remote[0].contains("over SSH"), "{remote:?}");
    }
}
