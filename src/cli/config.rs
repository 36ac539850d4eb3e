//! `config`: the reference of all settings, and which file is read. The editor reads its settings here too.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::ConfigArgs;
use super::failure::{Failure, code};
use super::{note, unwritten};
use crate::settings::{Settings, reference};
use crate::storage::{self, Environment, ReadError, shown};

/// Where settings are read from.
enum Source {
    /// A file that was named, which has to be there.
    Named(PathBuf),
    /// The usual place, where a file may be.
    Usual(PathBuf),
    /// There is no folder for settings.
    Nowhere,
}

/// Prints the reference, and says of the settings that are read whether they are understood.
pub(super) fn run(args: &ConfigArgs, out: &mut impl Write) -> Result<(), Failure> {
    if !args.default {
        let source = Source::find(args.config.as_deref());
        let is_there = source.read()?.is_some();
        note(&match &source {
            Source::Named(path) | Source::Usual(path) if is_there => format!("sopsmith: settings: {}", shown(path)),
            Source::Named(path) | Source::Usual(path) => {
                format!("sopsmith: settings: none; {} would be read", shown(path))
            }
            Source::Nowhere => "sopsmith: settings: none; HOME and XDG_CONFIG_HOME name no folder for them".to_owned(),
        });
    }
    out.write_all(reference().as_bytes()).map_err(|error| unwritten(&error))
}

/// The settings of this run; those that cannot be understood are left aside, and what is wrong with them is said.
pub(super) fn settings(named: Option<&Path>) -> (Settings, Option<Failure>) {
    match Source::find(named).read() {
        Ok(settings) => (settings.unwrap_or_default(), None),
        Err(failure) => (Settings::default(), Some(failure)),
    }
}

impl Source {
    fn find(named: Option<&Path>) -> Self {
        let variable = || std::env::var_os("SOPSMITH_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        if let Some(path) = named.map(Path::to_owned).or_else(variable) {
            return Self::Named(path);
        }
        match Environment::of_process().settings_folder() {
            Some(folder) => Self::Usual(folder.join("sopsmith/config.toml")),
            None => Self::Nowhere,
        }
    }

    /// The settings; `None` where there is no file and need not be one.
    fn read(&self) -> Result<Option<Settings>, Failure> {
        let path = match self {
            Self::Named(path) | Self::Usual(path) => path,
            Self::Nowhere => return Ok(None),
        };
        let text = match storage::read_text(path, MAX_SETTINGS_BYTES) {
            Ok(text) => text,
            Err(ReadError::Absent(_)) if matches!(self, Self::Usual(_)) => return Ok(None),
            Err(error @ ReadError::Absent(_)) => {
                let words = Failure::new(code::COULD_NOT_READ, &error);
                return Err(words.hint(format!("to make it: sopsmith config --default > {}", shown(path))));
            }
            Err(error) => return Err(Failure::new(code::COULD_NOT_READ, &error).maybe_hint(error.hint())),
        };
        let refused = |error: crate::settings::SettingsError| {
            Failure::new(code::COULD_NOT_READ, &error).hint(error.hint()).in_file(path)
        };
        Settings::read(&text).map(Some).map_err(refused)
    }
}

/// More than a person writes.
const MAX_SETTINGS_BYTES: u64 = 1 << 20;
