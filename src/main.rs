//! The program: prepare the process, run, give the outcome's exit code.

use std::process::ExitCode;

use sopsmith::secret::{ZeroOnFree, harden, shelter_variable};
use sopsmith::storage::survive_size_limit;
use sopsmith::{cli, terminal};

/// What is freed is wiped, in every library below us too.
#[global_allocator]
static HEAP: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    harden();
    shelter_variable("SOPS_AGE_KEY");
    terminal::hide_panic_messages();
    cli::run(survive_size_limit())
}
