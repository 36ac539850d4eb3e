//! How far a run through files is: a line of its own on a terminal, wiped at the end; a line a file elsewhere.
//!
//! ```text
//! [#########           ] 92 of 200  secrets/web.yaml
//! ```

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthChar as _;

use crate::cli::note;
use crate::storage::shown;

/// Columns of the bar itself.
const BAR: usize = 20;

/// Columns where the terminal does not say.
const USUAL_WIDTH: usize = 80;

/// What is shown of a run through `total` files.
pub(super) struct Progress {
    total: usize,
    has_bar: bool,
    is_shown: bool,
}

impl Progress {
    /// A bar where stderr is a terminal and there is more than one file.
    pub(super) fn of(total: usize) -> Self {
        Self { total, has_bar: total > 1 && io::stderr().is_terminal(), is_shown: false }
    }

    /// The file that comes next; `done` are behind.
    pub(super) fn show(&mut self, done: usize, path: &Path) {
        if self.has_bar {
            let width = tcgetwinsize(io::stderr()).map_or(USUAL_WIDTH, |size| usize::from(size.ws_col));
            // The last column stays free: some terminals go to the next line when it is filled.
            write(&format!("\r\x1b[2K{}", cut(&line(done, self.total, &shown(path)), width.max(2) - 1)));
            self.is_shown = true;
        }
    }

    /// What became of a file; the bar says enough of those that went well.
    pub(super) fn tell(&mut self, words: &str) {
        if !self.has_bar {
            note(words);
        }
    }

    /// Something that stays on the screen.
    pub(super) fn say(&mut self, words: &str) {
        self.wipe();
        note(words);
    }

    /// Takes the bar away.
    pub(super) fn wipe(&mut self) {
        if self.is_shown {
            clear_line();
            self.is_shown = false;
        }
    }
}

/// Empties the line that a bar may stand on, such as before a question.
pub(super) fn clear_line() {
    if io::stderr().is_terminal() {
        write("\r\x1b[2K");
    }
}

fn write(words: &str) {
    let mut stderr = io::stderr().lock();
    if stderr.write_all(words.as_bytes()).and_then(|()| stderr.flush()).is_err() {
        // There is nobody left to show it to.
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.wipe();
    }
}

fn line(done: usize, total: usize, path: &str) -> String {
    let full = done * BAR / total.max(1);
    format!("[{}{}] {done} of {total}  {path}", "#".repeat(full), " ".repeat(BAR - full))
}

/// The beginning of a line that fits so many columns.
fn cut(line: &str, width: usize) -> String {
    let mut columns = 0;
    let fits = |character: &char| {
        columns += character.width().unwrap_or(0);
        columns <= width
    };
    line.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_up_and_fits_the_terminal() {
        let check = |done: usize, width: usize, expected: &str| {
            assert_eq!(cut(&line(done, 4, "secrets/wëb.yaml"), width), expected);
        };
        check(0, 80, "[                    ] 0 of 4  secrets/wëb.yaml");
        check(3, 80, "[###############     ] 3 of 4  secrets/wëb.yaml");
        check(4, 30, "[####################] 4 of 4 ");
        check(1, 10, "[#####    ");
    }
}
