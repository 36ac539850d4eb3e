//! `demo`: a throwaway repository with a key of its own, in the editor, or played without a terminal.

mod play;
mod repository;

use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::args::{DemoArgs, EditorArgs};
use super::failure::{Failure, code};
use super::note;
use crate::storage::shown;
use repository::DemoRepository;

/// Where the repository lies, and whether it stays.
enum Place {
    /// Removed when dropped.
    Temporary(tempfile::TempDir),
    /// The person's own folder.
    Kept(PathBuf),
}

impl Place {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }
}

/// Makes the repository, and opens it; without a terminal the main job is played and printed.
pub(super) fn run(args: &DemoArgs, out: &mut impl Write) -> Result<(), Failure> {
    let place = place(args)?;
    let repository = DemoRepository::make(place.path())?;
    if args.script || !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        play::play(&repository, out)?;
    } else {
        super::editor::open(&EditorArgs::of_file(repository.sealed_path()), Some(repository.environment()))?;
    }
    if let Place::Kept(folder) = &place {
        let key = shown(&repository.key_path());
        note(&format!("{} is kept; its key: export SOPS_AGE_KEY_FILE={key}", shown(folder)));
    }
    Ok(())
}

fn place(args: &DemoArgs) -> Result<Place, Failure> {
    let Some(folder) = &args.keep else {
        let made = tempfile::Builder::new().prefix("sopsmith-demo-").tempdir();
        return made.map(Place::Temporary).map_err(|error| refused("a temporary folder", &error));
    };
    let is_taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        let words = format!("{} holds files already", shown(folder));
        return Err(Failure::new(code::COULD_NOT_WRITE, words).hint("name an empty folder, or one that does not exist"));
    }
    std::fs::create_dir_all(folder).map_err(|error| refused(&shown(folder), &error))?;
    let absolute = folder.canonicalize().map_err(|error| refused(&shown(folder), &error))?;
    Ok(Place::Kept(absolute))
}

fn refused(what: &str, error: &std::io::Error) -> Failure {
    Failure::new(code::COULD_NOT_WRITE, format!("{what} cannot be made: {error}"))
}
