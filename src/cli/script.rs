//! What shells read: completions and manual pages, made from the one definition of the arguments.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use super::args::{Args, ManArgs};
use super::failure::{Failure, code};
use super::sealed_file::save;
use super::unwritten;
use crate::repo::ContentHash;
use crate::storage::{self, Accept, Before, Change, NewFileMode, shown};
use crate::text::{nearest, sanitize};

/// Writes the completions of a shell.
pub(super) fn completions(shell: Shell, mut out: impl io::Write) -> io::Result<()> {
    // The library panics when its writer fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "sopsmith", &mut script);
    out.write_all(&script)
}

/// Writes the manual page of the program or of one command, or all pages into a folder.
pub(super) fn man(args: &ManArgs, out: &mut impl io::Write) -> Result<(), Failure> {
    // `help` only repeats the pages.
    let mut program = Args::command().disable_help_subcommand(true);
    program = program.mut_subcommands(|command| command.disable_help_subcommand(true));
    program.build();
    if let Some(folder) = &args.dir {
        return write_pages(&program, folder);
    }
    let mut command = &program;
    for name in &args.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let near = nearest(name, names.into_iter()).map(|near| format!("; did you mean {near}?"));
            let words = format!("there is no command {}{}", sanitize(name), near.unwrap_or_default());
            Failure::new(code::USAGE, words).hint("sopsmith --help lists them all")
        })?;
    }
    page(command).and_then(|page| out.write_all(&page)).map_err(|error| unwritten(&error))
}

/// Writes `sopsmith.1`, `sopsmith-get.1`, …; a page that is there already is replaced.
fn write_pages(program: &Command, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::new(code::COULD_NOT_WRITE, format!("{}: the folder cannot be made: {error}", shown(folder)))
    })?;
    let mut pages = Vec::new();
    collect(program, &mut pages).map_err(|error| unwritten(&error))?;
    let files: Vec<(PathBuf, Vec<u8>, Before)> = pages
        .into_iter()
        .map(|(name, page)| {
            let path = folder.join(name);
            let before = match storage::read_bytes(&path, storage::MAX_FILE_BYTES) {
                Ok(bytes) => Before::Content(ContentHash::of(&bytes)),
                Err(_) => Before::New(NewFileMode::Shared),
            };
            (path, page, before)
        })
        .collect();
    let change = |(path, bytes, before): &(PathBuf, Vec<u8>, Before)| {
        save(&[Change { path, before: *before, bytes, accept: Accept::Nothing }])
    };
    files.iter().try_for_each(change)
}

/// The pages of a command and of all below it, by file name.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(command)?));
    command.get_subcommands().try_for_each(|command| collect(command, pages))
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
