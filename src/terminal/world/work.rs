//! Working through many files for the session: rules first, then file after file, each replaced whole. It stops between
//! two files when it is told to, and a second run does what is left.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{World, failure};
use crate::session::{Event, Failure, FileTask, FileWrite, Request};
use crate::storage::{
    Accept, Before, Change, Environment, Keyring, KeysOutcome, NewFileMode, Root, change_keys, save_all,
};
use crate::terminal::reports::{Report, Reporter};

impl World {
    pub(super) fn change_keys(
        &mut self,
        request: Request,
        rules: Option<FileWrite>,
        tasks: Vec<FileTask>,
    ) -> io::Result<()> {
        let Some(root) = self.root.clone() else { return Ok(()) };
        let prompt = self.prompts.ask_for(request)?;
        let environment = self.prompts.environment();
        self.stop = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&self.stop);
        self.saves_under_way += 1;
        self.reporter.in_thread(move |reporter| {
            let outcome = rules.map_or(Ok(()), |rules| save_rules(&root, &rules)).map(|()| {
                let mut keyring = match &environment {
                    Some(environment) => Keyring::find(environment, &prompt),
                    None => Keyring::find(&Environment::of_process(), &prompt),
                };
                work_through(request, &root, &tasks, &mut keyring, &stop, reporter);
            });
            crate::secret::scrub_stack();
            Report::WorkEnded { request, outcome }
        })
    }

    /// Lets the work end after the file that is under way.
    pub(super) fn stop_work(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Takes in that the work has ended.
    pub(in crate::terminal) fn adopt_work(&mut self, request: Request, outcome: Result<(), Failure>) -> Event {
        self.saves_under_way -= 1;
        Event::WorkEnded { request, outcome }
    }
}

fn save_rules(root: &Root, rules: &FileWrite) -> Result<(), Failure> {
    let path = root.absolute(&rules.path);
    let before = rules.expected.map_or(Before::New(NewFileMode::Shared), Before::Content);
    let change = Change { path: &path, before, bytes: rules.text.as_bytes(), accept: Accept::Nothing };
    save_all(&[change]).map(drop).map_err(|error| failure(&error, error.hint()))
}

fn work_through(
    request: Request,
    root: &Root,
    tasks: &[FileTask],
    keyring: &mut Keyring,
    stop: &AtomicBool,
    reporter: &Reporter,
) {
    for task in tasks {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let done = change_keys(&root.absolute(&task.path), task.wanted.as_ref(), task.rotate, task.own, keyring);
        let outcome = done
            .map(|outcome| match outcome {
                KeysOutcome::UpToDate => "was so already",
                KeysOutcome::Updated { .. } => "has its new recipients",
                KeysOutcome::Rotated { .. } => "has a new data key",
            })
            .map_err(|error| failure(&error, error.hint()));
        reporter.report(Report::Event(Event::KeysChanged { request, path: task.path.clone(), outcome }));
    }
}
