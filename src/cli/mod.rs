//! The command line: arguments, one file a command, and what an outcome means for the shell.
//!
//! Results go to stdout, everything else to stderr. No value is ever taken from the command line, where every process
//! of the machine could read it. Words that SOPS has keep its meaning, and the same failure has the same exit code.

mod args;
mod ask;
mod check;
mod config;
mod copy;
mod decrypt;
mod demo;
mod editor;
mod encrypt;
mod env;
mod failure;
mod files;
mod get;
mod init;
mod keygen;
mod list;
mod own_key;
mod prompt;
mod recipients;
mod rename;
mod rotate;
mod rules;
mod script;
mod sealed_file;
mod set;
mod unset;
mod updatekeys;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::process::ExitCode;

use clap::Parser as _;

pub use args::{Args, Command, EditorArgs};
use failure::{Failure, code};

/// Parses the arguments and does what they ask for; without a command the editor opens.
///
/// `prepared` tells whether a write beyond a size limit will fail instead of ending the program.
#[must_use]
pub fn run(prepared: io::Result<()>) -> ExitCode {
    if let Err(error) = prepared {
        note(&format!("sopsmith: a write beyond the size limit will end the program: {error}"));
    }
    let args = match Args::try_parse_from(args::without_help_of_help(std::env::args_os())) {
        Ok(args) => args,
        // Help and version are results, everything else a mistake of the caller; clap knows which stream is whose.
        Err(error) if error.print().is_ok() && !error.use_stderr() => return ExitCode::SUCCESS,
        Err(_) => return ExitCode::from(code::USAGE),
    };
    let outcome = match args.command {
        Some(command) => perform(command),
        None => editor::open(&args.editor, None),
    };
    outcome.unwrap_or_else(|failure| {
        if !failure.is_silent() {
            note(&failure.to_string());
        }
        failure.exit_code()
    })
}

fn perform(command: Command) -> Result<ExitCode, Failure> {
    let mut out = unbuffered(io::stdout().as_fd())?;
    let done = match command {
        // What it found is its outcome.
        Command::Check(args) => return check::run(&args, &mut out),
        // So is what was missing.
        Command::Init(args) => return init::run(&args, &mut out),
        Command::Keygen(args) => keygen::run(&args, &mut out),
        Command::List(args) => list::run(&args, &mut out),
        Command::Get(args) => get::run(&args, &mut out),
        Command::Set(args) => set::run(&args, &mut unbuffered(io::stdin().as_fd())?),
        Command::Unset(args) => unset::run(&args),
        Command::Rename(args) => rename::run(&args),
        Command::Copy(args) => copy::run(&args),
        Command::Decrypt(args) => decrypt::run(&args, &mut out),
        Command::Encrypt(args) => encrypt::run(&args, &mut out),
        Command::Env(args) => env::run(&args, &mut out),
        Command::Recipients(args) => recipients::run(&args, &mut unbuffered(io::stdin().as_fd())?, &mut out),
        Command::UpdateKeys(args) => updatekeys::run(&args),
        Command::Rotate(args) => rotate::run(&args),
        Command::Demo(args) => demo::run(&args, &mut out),
        Command::Config(args) => config::run(&args, &mut out),
        Command::Completions(args) => script::completions(args.shell, &mut out).map_err(|error| unwritten(&error)),
        Command::Man(args) => script::man(&args, &mut out),
    };
    done.map(|()| ExitCode::SUCCESS)
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

/// A result that could not be printed. Whoever closed a pipe has seen enough, and is told nothing more.
fn unwritten(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::new(code::CLOSED_PIPE, "");
    }
    Failure::new(code::COULD_NOT_WRITE, format!("the result could not be printed: {error}"))
}
