//! The program: harden the process, parse arguments, run, turn the outcome into an exit code.

use std::process::ExitCode;

use sopsmith::cli::{self, Request};
use sopsmith::secret::{ZeroOnFree, harden};

/// What is freed is wiped, in every library below us too.
#[global_allocator]
static HEAP: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    harden();
    match cli::run() {
        Request::Done(code) => code,
        Request::Edit(_) => todo!(),
    }
}
