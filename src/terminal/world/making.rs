//! Sealing files that are not encrypted yet. The session gets ciphertext only.

use std::io;

use super::{World, failure, hash};
use crate::session::{Event, Failure, Request};
use crate::storage::{CreationRule, RepoPath, encrypt_file, seal_new_file};
use crate::terminal::reports::Report;

/// A file without keys, as it is before it is sealed.
const NO_KEYS: &str = "{}\n";

/// A file that was encrypted in place, or not.
pub(in crate::terminal) struct Encrypted {
    request: Request,
    outcome: Result<(RepoPath, String), Failure>,
}

impl World {
    pub(super) fn make_file(&self, request: Request, rule: Box<CreationRule>) -> io::Result<()> {
        let prompt = self.prompts.ask_for(request)?;
        self.reporter.in_thread(move |_| {
            let made = seal_new_file(NO_KEYS, &rule, &prompt).map(|document| document.text().to_owned());
            let outcome = made.map_err(|error| failure(&error, Some(error.hint())));
            Report::Event(Event::FileMade { request, outcome })
        })
    }

    pub(super) fn encrypt_file(&mut self, request: Request, path: RepoPath, rule: Box<CreationRule>) -> io::Result<()> {
        let Some(root) = self.root.clone() else { return Ok(()) };
        let prompt = self.prompts.ask_for(request)?;
        self.saves_under_way += 1;
        self.reporter.in_thread(move |_| {
            let encrypted = encrypt_file(&root.absolute(&path), &rule, &prompt);
            crate::secret::scrub_stack();
            let outcome = encrypted.map(|text| (path, text)).map_err(|error| failure(&error, error.hint()));
            Report::Encrypted(Encrypted { request, outcome })
        })
    }

    /// Takes in that a file was encrypted, so that it is not taken for another program's change.
    pub(in crate::terminal) fn adopt_encrypted(&mut self, encrypted: Encrypted) -> Event {
        self.saves_under_way -= 1;
        if let Ok((path, text)) = &encrypted.outcome {
            self.watch.expect(path, hash(text));
        }
        Event::FileEncrypted { request: encrypted.request, outcome: encrypted.outcome }
    }
}
