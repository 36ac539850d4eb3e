//! No command: the editor.

use std::process::ExitCode;

use super::args::EditorArgs;
use super::failure::{Failure, code};
use crate::storage::{Environment, shown};
use crate::terminal::{self, Options};

/// Opens the editor and stays until it ends. Identities are looked for in `environment`, else in that of the process.
pub(super) fn open(args: &EditorArgs, environment: Option<Environment>) -> Result<ExitCode, Failure> {
    let open = match &args.file {
        Some(path) => Some(path.to_str().map(str::to_owned).ok_or_else(|| {
            Failure::new(code::NO_FILE, format!("{}: the path is not UTF-8", shown(path)))
                .hint("rename the file, since no Nix file could name it either")
        })?),
        None => None,
    };
    let (settings, trouble) = super::config::settings(args.config.as_deref());
    settings.keymap.put_in_force();
    let ended = terminal::run(Options {
        open,
        ascii: args.ascii || settings.ascii,
        colours: settings.colours,
        osc52: args.osc52 || settings.osc52,
        timers: settings.timers,
        notice: trouble.map(|failure| failure.in_one_line()),
        environment,
    });
    ended.map(terminal::Ended::exit_code).map_err(|error| Failure::new(code::GENERIC, &error).hint(error.hint()))
}
