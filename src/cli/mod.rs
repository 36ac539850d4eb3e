//! The command line: arguments, one file a command, and what an outcome means for the shell.
//!
//! Results go to stdout, everything else to stderr. No value is ever taken from the command line, where every process
//! of the machine could read it. Words that SOPS has keep its meaning, and the same failure has the same exit code.

mod args;
mod copy;
mod decrypt;
mod demo;
mod editor;
mod encrypt;
mod failure;
mod get;
mod list;
mod prompt;
mod rename;
mod script;
mod sealed_file;
mod set;
mod unset;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::process::ExitCode;

use clap::Parser as _;

pub use args::{Args, Command, EditorArgs};
use failure::{Failure, code};

/// What the arguments ask for.
#[derive(Debug)]
pub enum Request {
    /// Open the editor.
    Edit(EditorArgs),
    /// Nothing more: a command has run, and this is what the shell learns.
    Done(ExitCode),
}

/// Parses the arguments and runs the command they name, if they name one.
#[must_use]
pub fn run() -> Request {
    let args = match Args::try_parse() {
        Ok(args) => args,
        // Help and version are results, everything else a mistake of the caller; clap knows which stream is whose.
        Err(error) if error.print().is_ok() && !error.use_stderr() => return Request::Done(ExitCode::SUCCESS),
        Err(_) => return Request::Done(ExitCode::from(code::USAGE)),
    };
    let Some(command) = args.command else { return Request::Edit(args.editor) };
    match perform(command) {
        Ok(()) => Request::Done(ExitCode::SUCCESS),
        Err(failure) => {
            note(&failure.to_string());
            Request::Done(failure.exit_code())
        }
    }
}

fn perform(command: Command) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match command {
        Command::List(args) => list::run(&args, &mut out),
        Command::Get(args) => get::run(&args, &mut unbuffered(io::stdout().as_fd())?),
        Command::Set(args) => set::run(&args, &mut unbuffered(io::stdin().as_fd())?),
        Command::Unset(args) => unset::run(&args),
        Command::Rename(args) => rename::run(&args),
        Command::Completions(args) => script::completions(args.shell, &mut out).map_err(|error| unwritten(&error)),
        Command::Man => script::man(&mut out).map_err(|error| unwritten(&error)),
        Command::Copy(args) => copy::run(&args),
        Command::Decrypt(args) => decrypt::run(&args, &mut unbuffered(io::stdout().as_fd())?),
        Command::Encrypt(args) => encrypt::run(&args, &mut out),
        Command::Demo(args) => demo::run(&args, &mut out),
    }
}

/// Standard input or output without the library's buffer, which would keep a copy of a value in ordinary memory.
fn unbuffered(stream: BorrowedFd<'_>) -> Result<File, Failure> {
    stream.try_clone_to_owned().map(File::from).map_err(|error| unwritten(&error))
}

/// Says something that is no result. A closed stderr is no reason to fail.
fn note(words: &str) {
    let mut stderr = io::stderr().lock();
    if writeln!(stderr, "{words}").is_err() {
        // There is nobody left to tell.
    }
}

/// A result that could not be printed, such as into a closed pipe.
fn unwritten(error: &io::Error) -> Failure {
    Failure::new(code::COULD_NOT_WRITE, format!("the result could not be printed: {error}"))
}
