//! The form that renames a key: the new key, what follows it in Nix, and every line that would change.

use crate::repo::{Follow, Plan, RepoPath, Repository, Untouched};
use crate::session::action::{Action, Motion};
use crate::session::context::Context;
use crate::session::editor::Field;
use crate::session::places::{declaration_place, reference_place};
use crate::session::view::{FieldContent, FieldView, FormView, PageLine, Tone, Words};
use crate::session::why_not::WhyNot;
use crate::sops::KeyPath;
use crate::text::{LineIndex, Patch, sanitize};

use super::check::place_for;
use super::secret_form::{Response, Surroundings};

/// What follows a key that gets another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// Declarations and references follow.
    Everything,
    /// The declarations keep their names, and `key` says what they read.
    KeyOption,
    /// Nothing: only the file changes.
    Nothing,
}

/// The form.
pub(crate) struct RenameForm {
    file: RepoPath,
    from: String,
    /// The place in the file; none for a key that is declared only.
    path: Option<KeyPath>,
    to: Field,
    following: Vec<Following>,
    chosen: usize,
    is_choosing: bool,
    plan: Option<Plan>,
    problem: Option<String>,
    preview: Vec<PageLine>,
}

impl RenameForm {
    /// The form for the key `from`; `is_declared` says whether a declaration reads it or something below it.
    pub(crate) fn new(
        file: RepoPath,
        from: &str,
        path: Option<KeyPath>,
        is_declared: bool,
        surroundings: Surroundings<'_>,
    ) -> Self {
        let following = match (is_declared, &path) {
            (false, _) => vec![Following::Nothing],
            (true, Some(_)) => vec![Following::Everything, Following::KeyOption, Following::Nothing],
            (true, None) => vec![Following::Everything, Following::KeyOption],
        };
        let mut form = Self {
            file,
            from: from.to_owned(),
            path,
            to: Field::with_text(from),
            following,
            chosen: 0,
            is_choosing: false,
            plan: None,
            problem: None,
            preview: Vec::new(),
        };
        form.recheck(surroundings);
        form
    }

    /// The key as it is.
    pub(crate) fn from(&self) -> &str {
        &self.from
    }

    /// The key as it is to be.
    pub(crate) fn to(&self) -> &str {
        self.to.text()
    }

    /// The place in the file, if the key is there.
    pub(crate) fn path(&self) -> Option<&KeyPath> {
        self.path.as_ref()
    }

    /// What changes in Nix.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// Where a key press lands.
    pub(crate) fn context(&self) -> Context {
        if self.is_choosing { Context::Choice } else { Context::Field }
    }

    /// Does what a key asks for.
    pub(crate) fn act(&mut self, action: Action, surroundings: Surroundings<'_>) -> Response {
        match action {
            // With one field, Enter is as good as done.
            Action::NextField if self.following.len() == 1 || self.is_choosing => return self.done(),
            Action::NextField => self.is_choosing = true,
            Action::PreviousField => self.is_choosing = self.following.len() > 1 && !self.is_choosing,
            Action::Done => return self.done(),
            Action::Cancel => return Response::Close,
            Action::NextChoice if self.is_choosing => self.chosen = (self.chosen + 1) % self.following.len(),
            Action::PreviousChoice if self.is_choosing => {
                self.chosen = (self.chosen + self.following.len() - 1) % self.following.len();
            }
            Action::Move(motion) if !self.is_choosing => self.to.move_cursor(motion, 1),
            Action::Erase(extent) if !self.is_choosing => drop(self.to.erase(extent)),
            Action::Move(Motion::Left | Motion::Right) => {}
            _ => return Response::Refused(WhyNot::NotHere),
        }
        self.recheck(surroundings);
        Response::Stay
    }

    /// Types text into the new key.
    pub(crate) fn insert(&mut self, text: &str, surroundings: Surroundings<'_>) -> Response {
        if self.is_choosing {
            return Response::Refused(WhyNot::NotHere);
        }
        self.to.insert(text);
        self.recheck(surroundings);
        Response::Stay
    }

    fn done(&self) -> Response {
        match &self.problem {
            None if self.to.text() == self.from => Response::Close,
            None => Response::Done,
            Some(words) => Response::Refused(WhyNot::FieldWrong(words.clone())),
        }
    }

    fn recheck(&mut self, surroundings: Surroundings<'_>) {
        (self.plan, self.problem, self.preview) = (None, None, Vec::new());
        if self.to.text() == self.from {
            return;
        }
        match self.look(surroundings) {
            Ok(plan) => {
                self.preview = preview(&plan, surroundings.repository);
                self.plan = Some(plan);
            }
            Err(words) => self.problem = Some(words),
        }
    }

    fn look(&self, surroundings: Surroundings<'_>) -> Result<Plan, String> {
        let to: KeyPath = self.to.text().parse().map_err(|error: crate::sops::KeyPathError| error.to_string())?;
        let below_itself = self.path.as_ref().is_some_and(|from| to.starts_with(from));
        if below_itself {
            return Err("a key cannot go below itself".to_owned());
        }
        if self.path.is_some() {
            place_for(&to, surroundings.document)?;
        }
        let follow = match self.following[self.chosen] {
            Following::Nothing => return Ok(Plan::default()),
            Following::Everything => Follow::Attribute,
            Following::KeyOption => Follow::KeyOption,
        };
        let to = to.to_slashes().ok_or("sops-nix has no spelling for this key; its declarations cannot follow")?;
        surroundings
            .repository
            .plan_key_rename(&self.file, &self.from, &to, follow)
            .map_err(|error| format!("{error}; {}", error.hint()))
    }

    /// The form as it is drawn.
    pub(crate) fn view(&self) -> FormView<'_> {
        let new_key = FieldView {
            label: "New key",
            content: FieldContent::Text {
                text: self.to.text(),
                cursor: self.to.cursor_column(),
                completion: String::new(),
                placeholder: String::new(),
            },
            beside: String::new(),
            note: self.problem.as_ref().map(|words| Words::toned(words.as_str(), Tone::Error)),
            is_focused: !self.is_choosing,
            starts_group: None,
            shares_line: false,
        };
        let following = match self.following[self.chosen] {
            Following::Everything => "declarations and references follow",
            Following::KeyOption => "declarations keep their names and set key",
            Following::Nothing => "only the file changes",
        };
        let choice = FieldView {
            label: "In Nix",
            content: FieldContent::Choice { value: following.to_owned() },
            beside: String::new(),
            note: None,
            is_focused: self.is_choosing,
            starts_group: None,
            shares_line: false,
        };
        let fields = if self.following.len() > 1 { vec![new_key, choice] } else { vec![new_key] };
        FormView { title: format!("Rename {}", sanitize(&self.from)), fields, preview: self.preview.clone() }
    }
}

/// Every line of Nix that a plan changes, then what it leaves alone and why.
pub(crate) fn preview(plan: &Plan, repository: &Repository) -> Vec<PageLine> {
    let mut lines = Vec::new();
    for (path, patch) in &plan.patches {
        if let Some(file) = repository.nix_file(path) {
            lines.extend(changed_lines(path, file.text(), patch));
        }
    }
    for left in &plan.left_alone {
        let place = match &left.what {
            Untouched::Reference(reference) => reference_place(reference, repository),
            Untouched::Declaration(declaration) => declaration_place(declaration, repository),
        };
        let words = format!("stays: {}", sanitize(&left.reason));
        lines.push(PageLine::labelled(place.unwrap_or_default(), words, Tone::Warning));
    }
    lines
}

fn changed_lines(path: &RepoPath, before: &str, patch: &Patch) -> Vec<PageLine> {
    let after = patch.apply(before);
    let index = LineIndex::new(&after);
    let mut seen = Vec::new();
    let inverse = patch.invert(before);
    for splice in inverse.splices() {
        let last = index.line(splice.range.end.max(splice.range.start + 1) - 1);
        seen.extend(index.line(splice.range.start)..=last);
    }
    seen.dedup();
    let line = |number: usize| {
        let text = after[index.range(&after, number)].trim();
        PageLine::labelled(format!("{}:{number}", sanitize(path.as_str())), sanitize(text), Tone::Changed)
    };
    seen.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_changed_line_is_shown_once_as_it_will_stand() {
        let mut patch = Patch::replace(4..5, "x");
        patch.push(6..7, "y").unwrap();
        patch.push(8..8, "new\n").unwrap();
        let lines = changed_lines(&RepoPath::new("a.nix").unwrap(), "one\na b\ntwo\n", &patch);
        let shown: Vec<String> = lines.iter().map(|line| format!("{} {}", line.label, line.words.text)).collect();
        assert_eq!(shown, ["a.nix:2 x y", "a.nix:3 new"]);
    }
}
