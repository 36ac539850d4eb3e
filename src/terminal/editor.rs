//! The loop: wait, read, ask the session, perform what it asks for, draw.
//!
//! ```text
//!   tty ─ decoder ─┐                                   ┌─ World::perform ─> threads ─ reports ─┐
//!   signals ───────┼─> events ─> session::update ─> effects                                    │
//!   timers ────────┘      ^                            └─ Ask::Suspend, Ask::Quit              │
//!                         └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Everything that can wake it is listed in `wait`. Frames are drawn when nothing more is to be read.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::layout::Position;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::input::{Decoder, Input, Mouse, MouseKind, Waiting};
use super::paint::Painter;
use super::reports::{Report, Reporter};
use super::signals::{self, Signal, Signals};
use super::tty::{self, Tty};
use super::world::{Ask, World};
use super::{Ended, Options, TerminalError};
use crate::keymap::{Chord, Keymap, help_page};
use crate::secret::{Secret, scrub_stack};
use crate::session::{Event, Inputs, Press, Screen, Session, update};
use crate::storage::OsRandom;

/// How long after ESC the rest of a key's sequence may come. Terminals send it at once, SSH keeps it together.
const SEQUENCE_PATIENCE: Duration = Duration::from_millis(50);

/// How long a paste may pause before its end is taken for lost.
const PASTE_PATIENCE: Duration = Duration::from_secs(2);

/// Two clicks at one place within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// The editor at work.
pub(super) struct Editor {
    tty: Tty,
    signals: Signals,
    reports: Receiver<Report>,
    world: World,
    session: Session,
    screen: Screen,
    painter: Painter,
    decoder: Decoder,
    last_read: Instant,
    last_click: Option<(Instant, Mouse)>,
    events: VecDeque<Event>,
    /// Whether the session has changed since the screen was drawn.
    has_changed: bool,
    ended: Option<Ended>,
}

impl Editor {
    /// Takes the terminal and starts a session.
    pub(super) fn start(options: Options) -> Result<Self, TerminalError> {
        let signals = Signals::listen().map_err(TerminalError::System)?;
        let (reporter, reports) = Reporter::new(signals.waker().map_err(TerminalError::System)?);
        let (way, theme) = (options.clipboard_way(), options.theme());
        let mut world = World::new(reporter, way, options.environment).map_err(TerminalError::System)?;
        let tty = Tty::enter()?;
        let screen = tty.screen();
        let (session, effects) = Session::start(options.open, screen, options.timers, help_page, Timestamp::now());
        for effect in effects {
            world.perform(effect).map_err(TerminalError::System)?;
        }
        Ok(Self {
            tty,
            signals,
            reports,
            world,
            session,
            screen,
            painter: Painter::new(theme),
            decoder: Decoder::new(),
            last_read: Instant::now(),
            last_click: None,
            events: options.notice.into_iter().map(Event::Notice).collect(),
            has_changed: true,
            ended: None,
        })
    }

    /// Runs until it ends. The terminal is restored and the clipboard cleared when this returns.
    pub(super) fn run(mut self) -> Result<Ended, TerminalError> {
        let outcome = self.go_on();
        // The clipboard is cleared while the terminal is still ours: it may be the terminal's.
        self.world.give_up_clipboard();
        if self.take_reports().is_err() {
            // The terminal is gone, and nothing it copied can be reached any more.
        }
        outcome
    }

    fn go_on(&mut self) -> Result<Ended, TerminalError> {
        loop {
            if self.has_changed {
                self.paint()?;
            }
            let tty_is_ready = self.wait()?;
            self.take_signals()?;
            self.take_reports()?;
            if tty_is_ready {
                self.read()?;
            }
            self.take_time()?;
            self.work_off()?;
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
        }
    }

    /// Waits for the terminal, a signal, a report, or the next point in time. Says whether the terminal has input.
    fn wait(&self) -> Result<bool, TerminalError> {
        let timeout = self.next_deadline().map(|deadline| {
            let wait = deadline.saturating_duration_since(Instant::now());
            Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 })
        });
        let mut sources = [
            PollFd::from_borrowed_fd(self.tty.input().as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.signals.waiting().as_fd(), PollFlags::IN),
        ];
        match poll(&mut sources, timeout.as_ref()) {
            Ok(_) => Ok(!sources[0].revents().is_empty()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(TerminalError::System(error.into())),
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let wake_at = self.session.wake_at().map(|at| {
            let wait = at.duration_since(Timestamp::now());
            Instant::now() + Duration::try_from(wait).unwrap_or(Duration::ZERO)
        });
        [wake_at, self.gives_up_at(), self.world.looks_at()].into_iter().flatten().min()
    }

    /// When the decoder is not to wait any longer.
    fn gives_up_at(&self) -> Option<Instant> {
        match self.decoder.waiting() {
            Waiting::No => None,
            Waiting::ForSequence => Some(self.last_read + SEQUENCE_PATIENCE),
            Waiting::ForEnd => Some(self.last_read + PASTE_PATIENCE),
        }
    }

    fn take_signals(&mut self) -> Result<(), TerminalError> {
        for signal in self.signals.take() {
            match signal {
                Signal::End(number) => self.ended = Some(Ended::BySignal(number)),
                Signal::Stop => self.suspend()?,
                Signal::Continued => self.resume()?,
                Signal::Resized => self.measure(),
            }
        }
        Ok(())
    }

    fn take_reports(&mut self) -> Result<(), TerminalError> {
        while let Ok(report) = self.reports.try_recv() {
            match report {
                Report::Event(event) => self.events.push_back(event),
                Report::Repository(read) => self.events.push_back(self.world.adopt_repository(read)),
                Report::Saved(saved) => self.events.push_back(self.world.adopt_save(saved)),
                Report::Encrypted(encrypted) => self.events.push_back(self.world.adopt_encrypted(encrypted)),
                Report::WorkEnded { request, outcome } => {
                    self.events.push_back(self.world.adopt_work(request, outcome));
                }
                Report::ToTerminal(bytes) => self.tty.write(bytes.expose()).map_err(TerminalError::System)?,
                Report::Died => return Err(TerminalError::Died),
            }
        }
        Ok(())
    }

    /// Reads what has come. A terminal that is gone ends the program as a hang-up would.
    fn read(&mut self) -> Result<(), TerminalError> {
        match self.tty.read(self.decoder.room()) {
            Ok(len @ 1..) => {
                self.decoder.received(len);
                self.last_read = Instant::now();
                while let Some(input) = self.decoder.next() {
                    self.take_input(input)?;
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Ok(_) | Err(_) => self.ended = Some(Ended::BySignal(signal_hook::consts::SIGHUP)),
        }
        Ok(())
    }

    /// What follows from time having passed.
    fn take_time(&mut self) -> Result<(), TerminalError> {
        let now = Instant::now();
        if self.gives_up_at().is_some_and(|at| at <= now) {
            while let Some(input) = self.decoder.give_up().or_else(|| self.decoder.next()) {
                self.take_input(input)?;
            }
        }
        self.events.extend(self.world.look_around(now));
        if self.session.wake_at().is_some_and(|at| at <= Timestamp::now()) {
            self.events.push_back(Event::Tick);
        }
        Ok(())
    }

    /// Turns input into an event. The context decides what a key means, so earlier events go first.
    fn take_input(&mut self, input: Input) -> Result<(), TerminalError> {
        let event = match input {
            Input::Key(chord) => self.key(chord),
            Input::Typed(text) => self.typed(text),
            Input::Paste(text) => Event::Paste(text),
            Input::PasteTooLarge => Event::Notice("That paste was larger than 4 MiB and was not taken.".to_owned()),
            Input::Mouse(mouse) => self.pointed(mouse),
        };
        self.events.push_back(event);
        // What follows a key may depend on what the key has opened.
        self.work_off()
    }

    fn key(&self, chord: Chord) -> Event {
        match Keymap::current().resolve(self.session.context(), chord) {
            Some(action) => Event::Action(action),
            None => Event::Unbound(chord.to_string()),
        }
    }

    /// A character is text where text is typed, and a key everywhere else.
    fn typed(&self, text: Secret) -> Event {
        if self.session.context().takes_text() {
            return Event::Text(text);
        }
        let character = std::str::from_utf8(text.expose()).ok().and_then(|text| text.chars().next());
        character.map_or(Event::Text(text), |character| self.key(Chord::character(character)))
    }

    fn pointed(&mut self, mouse: Mouse) -> Event {
        let now = Instant::now();
        let target = self.painter.exposures().target_at(Position::new(mouse.column, mouse.row));
        let is_second = self.last_click.take().is_some_and(|(at, before)| before == mouse && now - at <= DOUBLE_CLICK);
        let press = match mouse.kind {
            MouseKind::Press if is_second => Press::DoubleClick,
            MouseKind::Press => {
                self.last_click = Some((now, mouse));
                Press::Click
            }
            MouseKind::ScrollUp => Press::ScrollUp,
            MouseKind::ScrollDown => Press::ScrollDown,
        };
        Event::Pointed { target, press }
    }

    /// Hands every event to the session, and performs what it asks for.
    fn work_off(&mut self) -> Result<(), TerminalError> {
        while let Some(event) = self.events.pop_front() {
            self.has_changed = true;
            let mut inputs = Inputs { random: &mut OsRandom, now: Timestamp::now() };
            let effects = update(&mut self.session, event, &mut inputs);
            scrub_stack();
            for effect in effects {
                match self.world.perform(effect).map_err(TerminalError::System)? {
                    Some(Ask::Suspend) => self.suspend()?,
                    Some(Ask::Quit) => self.ended = Some(Ended::ByPerson),
                    None => {}
                }
            }
        }
        Ok(())
    }

    fn suspend(&mut self) -> Result<(), TerminalError> {
        tty::restore();
        signals::stop().map_err(TerminalError::System)?;
        self.resume()
    }

    /// Takes the terminal again, whatever has become of it meanwhile.
    fn resume(&mut self) -> Result<(), TerminalError> {
        self.tty.take().map_err(TerminalError::Modes)?;
        self.painter.spoil();
        self.measure();
        self.events.push_back(Event::Resumed);
        Ok(())
    }

    fn measure(&mut self) {
        let screen = self.tty.screen();
        if screen != self.screen {
            self.screen = screen;
            self.events.push_back(Event::Resized { columns: screen.columns, rows: screen.rows });
        }
    }

    fn paint(&mut self) -> Result<(), TerminalError> {
        self.has_changed = false;
        let tty = &self.tty;
        self.painter.paint(&self.session, self.screen, |frame| tty.write(frame)).map_err(TerminalError::System)
    }
}
