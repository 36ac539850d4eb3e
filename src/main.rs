//! The program: harden the process, parse arguments, run, turn the outcome into an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use sopsmith::cli::{self, EditorArgs, Request};
use sopsmith::secret::{ZeroOnFree, harden};
use sopsmith::storage::survive_size_limit;
use sopsmith::terminal::{self, Options, hide_panic_messages};

/// What is freed is wiped, in every library below us too.
#[global_allocator]
static HEAP: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    harden();
    hide_panic_messages();
    if let Err(error) = survive_size_limit() {
        say(&format!("sopsmith: a write beyond the size limit will end the program: {error}"));
    }
    match cli::run() {
        Request::Done(code) => code,
        Request::Edit(args) => edit(&args),
    }
}

fn edit(args: &EditorArgs) -> ExitCode {
    let open = match &args.file {
        Some(path) if path.to_str().is_none() => {
            say("sopsmith: that path is not UTF-8; rename the file, since no Nix file could name it either");
            return ExitCode::FAILURE;
        }
        path => path.as_ref().and_then(|path| path.to_str()).map(str::to_owned),
    };
    match terminal::run(Options { open, ascii: args.ascii, osc52: args.osc52, environment: None }) {
        Ok(ended) => ended.exit_code(),
        Err(error) => {
            say(&format!("sopsmith: {error}\n{}", error.hint()));
            ExitCode::FAILURE
        }
    }
}

/// Says something that is no result. A closed stderr is no reason to fail.
fn say(words: &str) {
    if writeln!(std::io::stderr(), "{words}").is_err() {
        // There is nobody left to tell.
    }
}
