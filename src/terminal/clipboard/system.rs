//! The clipboard of the graphical session.
//!
//! On X11 and Wayland a clipboard's content lives in the program that copied it, outside the arena for as long as it
//! is there: that is what copying means. It is taken back on time, at exit, and only while it is still ours.

use arboard::{Clipboard, Error};

#[cfg(target_os = "macos")]
use arboard::SetExtApple;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::SetExtLinux;

use crate::secret::Secret;
use crate::session::{Cleared, Failure};

/// The clipboard, opened when it is first used.
#[derive(Default)]
pub(super) struct System {
    clipboard: Option<Clipboard>,
}

impl System {
    /// Copies a value, with the hint that clipboard histories shall leave it out.
    pub(super) fn copy_secret(&mut self, value: &Secret) -> Result<(), Failure> {
        let text = std::str::from_utf8(value.expose()).map_err(|_| not_text())?;
        let set = self.open()?.set().exclude_from_history();
        set.text(text).map_err(|error| failure(&error))
    }

    /// Copies text that is no secret.
    pub(super) fn copy_text(&mut self, text: &str) -> Result<(), Failure> {
        self.open()?.set_text(text).map_err(|error| failure(&error))
    }

    /// Empties the clipboard if it still holds `value`.
    pub(super) fn clear(&mut self, value: &Secret) -> Cleared {
        let clear = |clipboard: &mut Clipboard| match clipboard.get_text() {
            Ok(text) if text.as_bytes() == value.expose() => match clipboard.clear() {
                Ok(()) => Cleared::Cleared,
                Err(error) => Cleared::Failed(failure(&error)),
            },
            Ok(_) | Err(Error::ContentNotAvailable) => Cleared::NotOurs,
            Err(error) => Cleared::Failed(failure(&error)),
        };
        self.open().map_or_else(Cleared::Failed, clear)
    }

    fn open(&mut self) -> Result<&mut Clipboard, Failure> {
        if self.clipboard.is_none() {
            self.clipboard = Some(Clipboard::new().map_err(|error| failure(&error))?);
        }
        Ok(self.clipboard.as_mut().expect("it has just been opened"))
    }
}

fn not_text() -> Failure {
    let words = "the value is not text, so it cannot be copied".to_owned();
    Failure { words, hint: Some("sopsmith get writes its bytes to a file or a pipe".to_owned()) }
}

/// The library's errors name things of the system, never the content.
fn failure(error: &Error) -> Failure {
    let words = match error {
        Error::ClipboardOccupied => "another program holds the clipboard".to_owned(),
        Error::ClipboardNotSupported => "the graphical session has no clipboard for programs".to_owned(),
        _ => "the clipboard cannot be reached".to_owned(),
    };
    Failure { words, hint: Some("try again, or reveal the value".to_owned()) }
}
