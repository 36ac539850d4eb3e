//! The program: parse arguments, run, turn the outcome into an exit code.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
