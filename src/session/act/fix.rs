//! Problems: going to them, and applying their fixes as changes that can be undone.

use crate::repo::RepoPath;
use crate::repo::check::{Fix, Level, Problem, Remedy};
use crate::secret::Random;
use crate::session::effect::Effect;
use crate::session::pane::Pane;
use crate::session::workspace::{ChangeName, Step};
use crate::session::{Session, WhyNot};
use crate::sops::{Edit, KeyPath, NewValue};
use crate::text::sanitize;

use super::change::Refusal;

impl Session {
    /// The problem that the cursor is on: in the problems pane its row, in the table the gravest of its key.
    fn problem_here(&self) -> Option<&Problem> {
        match self.pane {
            Pane::Problems => self.problems.chosen(),
            Pane::Keys => {
                let file = &self.workspace.file.as_ref()?.path;
                let mut problems = self.problems.of_key(file, &self.table.current()?.key);
                problems.find(|problem| problem.fixes.iter().any(can_apply))
            }
            _ => None,
        }
    }

    /// The fix that `x` would apply.
    pub(in crate::session) fn fix_here(&self) -> Option<&Fix> {
        self.problem_here()?.fixes.iter().find(|fix| can_apply(fix))
    }

    /// Goes to the next problem that is more than a note, in the order of the table.
    pub(super) fn go_to_next_problem(&mut self) {
        if self.pane == Pane::Problems {
            return self.act_on_next_row();
        }
        let Some(file) = self.workspace.file.as_ref().map(|file| file.path.clone()) else {
            return self.show(Pane::Problems);
        };
        let current = self.current_key();
        let rows = self.table.rows();
        let at = rows.iter().position(|row| Some(&row.key) == current.as_ref()).map_or(0, |at| at + 1);
        let is_grave = |key: &str| self.problems.of_key(&file, key).any(|problem| problem.level != Level::Note);
        let next = rows[at..].iter().chain(&rows[..at]).find(|row| is_grave(&row.key)).map(|row| row.key.clone());
        match next {
            Some(key) => {
                self.show(Pane::Keys);
                self.table.go_to(&key);
            }
            None if self.problems.grave() > 0 => {
                self.show(Pane::Problems);
                self.say("The other problems are not about a key of this file.");
            }
            None => self.say("No problems in this file; 2 lists the notes."),
        }
    }

    fn act_on_next_row(&mut self) {
        let (page, total) = (self.screen.list_rows(), self.problems.all().len());
        let next = (self.problems.cursor.row + 1) % total.max(1);
        self.problems.cursor.go_to(next, page, total);
    }

    /// Whether the problem is about a key, so that there is a row to go to.
    pub(in crate::session) fn may_go_to_problem(&self) -> Result<(RepoPath, String), WhyNot> {
        let problem = self.problems.chosen().ok_or(WhyNot::NoProblems)?;
        problem.key.clone().ok_or_else(|| {
            let place = problem.spot().map(|spot| spot.file.to_string());
            let words = format!("the problem is in {}; open it in an editor", place.unwrap_or_default());
            WhyNot::FieldWrong(sanitize(&words).into_owned())
        })
    }

    /// From a problem to its key.
    pub(super) fn go_to_problem(&mut self) {
        let (file, key) = match self.may_go_to_problem() {
            Ok(place) => place,
            Err(why_not) => return self.refuse(&why_not),
        };
        if self.workspace.file.as_ref().is_none_or(|open| open.path != file) {
            self.open_file_asking(file.clone());
        }
        if self.workspace.file.as_ref().is_some_and(|open| open.path == file) {
            self.show(Pane::Keys);
            self.table.go_to(&key);
        }
    }

    /// Applies the fix under the cursor.
    pub(super) fn apply_fix(&mut self, random: &mut dyn Random) {
        let Some(fix) = self.fix_here().cloned() else {
            return self.refuse(&WhyNot::NoFix);
        };
        let key = self.problem_here().and_then(|problem| problem.key.clone());
        let in_open_file = |path: &RepoPath| self.workspace.file.as_ref().is_some_and(|file| file.path == *path);
        let (file, edits) = match &fix.remedy {
            Remedy::AddKey { file, key } if in_open_file(file) => {
                self.show(Pane::Keys);
                self.table.go_to(key);
                return self.edit_row();
            }
            Remedy::GitAdd { file } => {
                let request = self.request();
                self.asked.git_add = Some(request);
                return self.ask(Effect::GitAdd { request, paths: vec![file.clone()] });
            }
            Remedy::StoreAsString { file, key } => (Some(file), self.as_string(key)),
            Remedy::RenameKey { file, from, to } => (Some(file), self.renamed(from, to)),
            _ => (None, Ok(Vec::new())),
        };
        if let Some(file) = file.filter(|file| !in_open_file(file)) {
            let words = format!("{} is another file; 4 lists the files, ⏎ opens it", sanitize(file.as_str()));
            return self.refuse(&WhyNot::FieldWrong(words));
        }
        let steps = edits.and_then(|edits| match self.workspace.repository.nix_patches(&fix.remedy) {
            Some(patches) => Ok(patches?.into_iter().map(Step::nix).collect()),
            None => self.steps_of_edits(&edits, random),
        });
        match steps {
            Ok(steps) => {
                let key = key.map(|(_, key)| key);
                let name = match &key {
                    Some(key) => format!("{}: the fix that {}", sanitize(key), sanitize(&fix.label)),
                    None => format!("the fix that {}", sanitize(&fix.label)),
                };
                self.change(ChangeName::of(name, key.clone(), key), steps);
            }
            Err(refusal) => self.explain(refusal),
        }
    }

    /// The edit that stores a value as the text it is.
    fn as_string(&self, key: &str) -> Result<Vec<Edit>, Refusal> {
        let gone = || WhyNot::FieldWrong("the key is no longer in the file".to_owned());
        let path = self.place_of(key).ok_or_else(gone)?;
        let file = self.workspace.file.as_ref().ok_or(WhyNot::NoFile)?;
        let value = file.open_value(&path)?.map_err(|error| WhyNot::FieldWrong(error.to_string()))?;
        Ok(vec![Edit::Set { path, value: NewValue::text(value) }])
    }

    fn renamed(&self, from: &str, to: &str) -> Result<Vec<Edit>, Refusal> {
        let gone = || WhyNot::FieldWrong("the key is no longer in the file".to_owned());
        let from = self.place_of(from).ok_or_else(gone)?;
        let to: KeyPath =
            to.parse().map_err(|error: crate::sops::KeyPathError| WhyNot::FieldWrong(error.to_string()))?;
        Ok(vec![Edit::Move { from, to }])
    }
}

/// Whether the editor can apply a fix; recipients and whole files are the command line's business.
fn can_apply(fix: &Fix) -> bool {
    !matches!(fix.remedy, Remedy::UpdateRecipients { .. } | Remedy::Encrypt { .. })
}
