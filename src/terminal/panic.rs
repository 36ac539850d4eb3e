//! What a panic may say: where it happened. Its message may quote text that was being worked on, which may be a value.

use std::io::Write;
use std::panic::{self, PanicHookInfo};

use super::tty;

/// Replaces the panic hook: the terminal is restored, the place is named, nothing else is said.
pub fn hide_panic_messages() {
    panic::set_hook(Box::new(|info| {
        tty::restore();
        // Standard error may be closed; there is nobody else to tell.
        drop(std::io::stderr().write_all(words(info).as_bytes()));
    }));
}

fn words(info: &PanicHookInfo) -> String {
    let place = info.location().map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
    format!(
        "sopsmith stopped because of a mistake in its own code{place}. Every file holds what was last saved. \
         What it was doing is not shown, since that may hold a value.\n"
    )
}
