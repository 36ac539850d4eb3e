//! What shells read: completions and the manual page, made from the one definition of the arguments.

use std::io;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Args;

/// Writes the completions of a shell.
pub(super) fn completions(shell: Shell, mut out: impl io::Write) -> io::Result<()> {
    // The library panics when its writer fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "sopsmith", &mut script);
    out.write_all(&script)
}

/// Writes the manual page.
pub(super) fn man(mut out: impl io::Write) -> io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    out.write_all(&page)
}
