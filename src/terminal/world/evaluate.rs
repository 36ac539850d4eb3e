//! Asking nix, in a thread: it may take minutes.

use std::io;

use super::{World, failure};
use crate::session::{Event, Request};
use crate::storage::evaluate;
use crate::terminal::reports::Report;

impl World {
    pub(super) fn evaluate(&self, request: Request) -> io::Result<()> {
        let Some(root) = self.root.clone() else { return Ok(()) };
        self.reporter.in_thread(move |_| {
            let outcome = evaluate(&root).map_err(|error| failure(&error, error.hint()));
            Report::Event(Event::Evaluated { request, outcome })
        })
    }
}
