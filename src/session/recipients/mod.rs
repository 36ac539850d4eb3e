//! Who can read which file, changed: a recipient more or less, files brought in step with their rules, new data keys.
//!
//! ```text
//!   add        the form for a new recipient       question   what would change, before it does
//!   details    all about one recipient            work       file after file, stopped between two of them
//! ```
//!
//! `.sops.yaml` is written first: what is cut short then shows as files out of step, and `u` goes on. Afterwards the
//! repository is read anew, and the history of changes begins anew too: no undo may bring back recipients that were
//! removed, or values sealed with a data key that is gone.

pub(super) mod add;
mod details;
pub(super) mod question;
pub(super) mod work;

use super::Session;
use super::layer::Layer;
use super::layer::page::Page;
use super::view::{PageLine, Tone};
use super::why_not::WhyNot;
use crate::repo::{Access, OwnAccess, RecipientsPlan, RepoPath, Wanted};
use crate::text::sanitize;
use add::AddRecipient;
use question::{KeysQuestion, Variant};

/// One file whose recipients or data key change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTask {
    /// The file.
    pub path: RepoPath,
    /// Whom it is for afterwards; none for those it has.
    pub wanted: Option<Wanted>,
    /// Whether it gets a new data key.
    pub rotate: bool,
    /// Whether the person's own access may end.
    pub own: OwnAccess,
}

impl Session {
    /// Whether recipients and data keys can be changed now: nothing unsaved may be in the way.
    pub(super) fn may_change_keys(&self) -> Result<(), WhyNot> {
        if self.workspace.changed().next().is_some() {
            return Err(WhyNot::FieldWrong("save or undo the changes first: s, u".to_owned()));
        }
        if self.is_busy() { Err(WhyNot::Saving) } else { Ok(()) }
    }

    /// The recipient under the cursor: as the files spell it, and what it is called.
    pub(super) fn chosen_recipient(&self) -> Option<(String, String)> {
        let matrix = self.workspace.repository.recipient_matrix(|_| true);
        let row = matrix.rows.get(self.recipients.cursor.row)?;
        let name = row.name.map_or_else(|| super::pane::recipients::name_of(row.identity, None), str::to_owned);
        Some((row.identity.to_owned(), sanitize(&name).into_owned()))
    }

    /// Opens the form for a new recipient.
    pub(super) fn open_add_recipient(&mut self) {
        let open = self.workspace.file.as_ref().map(|file| &file.path);
        let form = AddRecipient::new(&self.workspace.repository, open);
        self.layers.push(Layer::AddRecipient(Box::new(form)));
    }

    /// The form for a new recipient is complete: shows what it comes to.
    pub(super) fn plan_new_recipient(&mut self) {
        let Some(Layer::AddRecipient(form)) = self.layers.last() else {
            return;
        };
        match form.plan(&self.workspace.repository) {
            Ok(plan) => {
                let name = plan.name.clone().unwrap_or_else(|| plan.identity.clone());
                let title = format!("Add {}", sanitize(&name));
                let mut lines = self.lines_of_plan(&plan);
                if plan.change.is_none() && plan.files.is_empty() {
                    return self.say(format!("{} can read all of that already.", sanitize(&name)));
                }
                lines.push(PageLine::new("Values are not touched: the data keys are wrapped once more.", Tone::Dim));
                let difference = self.rules_difference(&plan);
                let variant = self.variant(&plan, "", false, OwnAccess::Kept);
                self.layers.push(Layer::KeysQuestion(Box::new(KeysQuestion::new(
                    title,
                    lines,
                    vec![variant],
                    difference,
                ))));
            }
            Err(words) => self.refuse(&WhyNot::FieldWrong(words)),
        }
    }

    /// Asks about the removal of the recipient under the cursor.
    pub(super) fn ask_about_removal(&mut self) {
        let Some((identity, name)) = self.chosen_recipient() else {
            return self.refuse(&WhyNot::NoRow);
        };
        let plan = match self.workspace.repository.plan_removing(&identity, &[], "") {
            Ok(plan) => plan,
            Err(error) => return self.complain(sanitize(&error.to_string()), Some(error.hint())),
        };
        let mut lines = self.lines_of_plan(&plan);
        lines.push(PageLine::new(
            format!(
                "{name} may have kept the data keys and the values: earlier commits stay readable for it. New data \
                 keys keep it from what is written from now on; a secret it must not know needs a new value."
            ),
            Tone::Warning,
        ));
        let yours = self.workspace.file.as_ref().and_then(|file| file.recipient.clone());
        // Whose key it is may be known: then another's removal does not end the person's own access.
        let own = match &yours {
            Some(yours) if *yours != identity => OwnAccess::Kept,
            _ => OwnAccess::MayEnd,
        };
        let variants = [("and make new data keys", true), ("keep the data keys", false)]
            .map(|(label, rotate)| self.variant(&plan, label, rotate, own))
            .into();
        let difference = self.rules_difference(&plan);
        let mut question = KeysQuestion::new(format!("Remove {name}"), lines, variants, difference);
        match yours {
            Some(yours) if yours == identity => {
                question.warn("This is your own key: you could not open these files any more. ⏎ again removes it.");
            }
            Some(_) => {}
            None if self.workspace.file.is_some() => question.warn(
                "No identity opened the file, so it is not known which key is yours. If it is this one, you could not \
                 open these files any more. ⏎ again removes it.",
            ),
            None => question.warn(
                "No file is open, so it is not known which key is yours. If it is this one, you could not open these \
                 files any more. ⏎ again removes it.",
            ),
        }
        self.layers.push(Layer::KeysQuestion(Box::new(question)));
    }

    /// Asks about bringing files in step with their rules.
    pub(super) fn ask_about_update(&mut self) {
        let repository = &self.workspace.repository;
        let matrix = repository.recipient_matrix(|_| true);
        let (mut lines, mut tasks) = (Vec::new(), Vec::new());
        for (number, file) in matrix.files.iter().enumerate().filter(|(number, _)| matrix.is_out_of_step(*number)) {
            let Some(rule) = file.rule.filter(|found| !found.rule.groups.is_empty()) else { continue };
            let name = |row: &crate::repo::MatrixRow<'_>| {
                row.name.map_or_else(|| super::pane::recipients::name_of(row.identity, None), str::to_owned)
            };
            let mut label = sanitize(file.path.as_str()).into_owned();
            for row in &matrix.rows {
                let (sign, tone) = match row.cells[number].access() {
                    Access::NotInFile => ('+', Tone::New),
                    Access::NotInRule => ('–', Tone::Removed),
                    Access::Reads | Access::None => continue,
                };
                let words = format!("{sign} {}", sanitize(&name(row)));
                lines.push(PageLine::labelled(std::mem::take(&mut label), words, tone));
            }
            let wanted = Some(Wanted::Rule(rule.rule.groups.clone()));
            tasks.push(FileTask { path: file.path.clone(), wanted, rotate: false, own: OwnAccess::Kept });
        }
        drop(matrix);
        if tasks.is_empty() {
            return self.say("Every file has the recipients that its rule names.");
        }
        let open = self.workspace.file.as_ref().map(|file| file.path.clone());
        let only_open: Vec<FileTask> = tasks.iter().filter(|task| Some(&task.path) == open.as_ref()).cloned().collect();
        let title = format!("Update {}", question::files(tasks.len()));
        let is_choice = !only_open.is_empty() && tasks.len() > 1;
        let mut variants = vec![Variant { label: "all of them".to_owned(), rules: None, tasks }];
        if is_choice {
            variants.push(Variant { label: "the open file only".to_owned(), rules: None, tasks: only_open });
        }
        self.layers.push(Layer::KeysQuestion(Box::new(KeysQuestion::new(title, lines, variants, Vec::new()))));
    }

    /// Asks about a new data key of the open file.
    pub(super) fn ask_about_rotation(&mut self) {
        let Some(path) = self.workspace.file.as_ref().map(|file| file.path.clone()) else {
            return self.refuse(&WhyNot::NoFile);
        };
        let name = sanitize(path.as_str()).into_owned();
        let lines = vec![
            PageLine::new(format!("{name} gets a new data key, and every value is sealed anew."), Tone::Plain),
            PageLine::new("Its recipients stay. Every line of a value changes; earlier commits do not.", Tone::Dim),
        ];
        let task = FileTask { path, wanted: None, rotate: true, own: OwnAccess::Kept };
        let variant = Variant { label: String::new(), rules: None, tasks: vec![task] };
        self.layers.push(Layer::KeysQuestion(Box::new(KeysQuestion::new(
            format!("Rotate {name}"),
            lines,
            vec![variant],
            Vec::new(),
        ))));
    }

    fn variant(&self, plan: &RecipientsPlan, label: &str, rotate: bool, own: OwnAccess) -> Variant {
        let rules = plan.rules_path.as_ref().zip(plan.change.as_ref()).map(|(path, change)| super::FileWrite {
            path: path.clone(),
            expected: self.workspace.on_disk(path),
            text: change.text.clone(),
        });
        let task = |(path, wanted): &(RepoPath, Wanted)| FileTask {
            path: path.clone(),
            wanted: Some(wanted.clone()),
            rotate,
            own,
        };
        Variant { label: label.to_owned(), rules, tasks: plan.files.iter().map(task).collect() }
    }

    /// Whom it is about, and the files that follow.
    fn lines_of_plan(&self, plan: &RecipientsPlan) -> Vec<PageLine> {
        let mut lines = vec![PageLine::labelled("key", sanitize(&plan.identity), Tone::Accent)];
        let mut label = "files".to_owned();
        for (path, _) in &plan.files {
            lines.push(PageLine::labelled(std::mem::take(&mut label), sanitize(path.as_str()), Tone::Changed));
        }
        if plan.files.is_empty() {
            lines.push(PageLine::labelled(label, "none is concerned", Tone::Dim));
        }
        lines
    }

    /// The change of `.sops.yaml` as a difference.
    fn rules_difference(&self, plan: &RecipientsPlan) -> Vec<PageLine> {
        let Some((path, change)) = plan.rules_path.as_ref().zip(plan.change.as_ref()) else {
            return Vec::new();
        };
        let mut lines = super::save::text_lines(self.workspace.text(path).unwrap_or_default(), &change.text);
        if let Some(first) = lines.first_mut() {
            first.label = sanitize(path.as_str()).into_owned();
        }
        lines
    }

    /// All about the recipient under the cursor.
    pub(super) fn show_recipient(&mut self) {
        let matrix = self.workspace.repository.recipient_matrix(|_| true);
        let Some(row) = matrix.rows.get(self.recipients.cursor.row) else {
            return self.refuse(&WhyNot::NoRow);
        };
        let page = Page::whole("Recipient", details::lines(row, &matrix, &self.workspace.repository));
        self.layers.push(Layer::Page(page));
    }
}

impl Session {
    /// A file was read that holds the key of a new recipient.
    pub(super) fn take_key(&mut self, text: &crate::secret::Secret) {
        let Some(Layer::AddRecipient(form)) = self.layers.last_mut() else {
            return;
        };
        let text = std::str::from_utf8(text.expose()).unwrap_or_default();
        form.take_key(text, &self.workspace.repository);
    }
}
