//! What another program wrote meanwhile: taken where nothing of ours is touched, merged on request, never overwritten.

use super::and;
use super::conflicts::{Conflicts, Side};
use super::text_merge::merge_texts;
use crate::nix::NixFile;
use crate::repo::RepoPath;
use crate::secret::Random;
use crate::session::action::Action;
use crate::session::layer::Layer;
use crate::session::layer::page::Page;
use crate::session::view::{PageLine, Tone};
use crate::session::{Failure, Session, WhyNot};
use crate::sops::{Document, KeyPath, Merged, VerifyError, changes, keep_ours, merge};
use crate::text::sanitize;

impl Session {
    /// Another program changed a file.
    pub(in crate::session) fn file_changed(&mut self, path: RepoPath, text: Option<String>) {
        let known = self.workspace.on_disk(&path);
        if self.is_busy() || known == text.as_ref().map(|text| crate::repo::ContentHash::of(text.as_bytes())) {
            return;
        }
        let is_ours = self.workspace.changed().any(|(changed, _)| *changed == path);
        let is_open = self.workspace.file.as_ref().is_some_and(|file| file.path == path);
        match text {
            Some(text) if !is_ours => self.take_outside(&path, text, is_open),
            None if !is_ours && !is_open => {
                self.workspace.repository.update_file(&path, None);
                self.texts_changed(None);
            }
            text => {
                let name = sanitize(path.as_str()).into_owned();
                self.refuse(&crate::session::WhyNot::FieldWrong(format!(
                    "{name} was changed by another program; s shows what can be done, nothing is overwritten"
                )));
                drop(text);
            }
        }
    }

    /// Takes a new text of a file that has no changes of ours.
    fn take_outside(&mut self, path: &RepoPath, text: String, is_open: bool) {
        let name = sanitize(path.as_str()).into_owned();
        if is_open {
            if let Err(failure) = self.check_theirs(path, &text) {
                return self.report(&failure);
            }
            self.workspace.mark_on_disk(path, &text);
            self.replace_text(format!("{name} was changed by another program"), path, &text);
        } else if self.workspace.undo.last_done().is_some() && self.workspace.repository.nix_file(path).is_some() {
            self.workspace.mark_on_disk(path, &text);
            self.replace_text(format!("{name} was changed by another program"), path, &text);
        } else {
            self.workspace.repository.update_file(path, Some(text));
            self.texts_changed(None);
        }
        if self.workspace.changed().next().is_none() {
            self.workspace.undo.mark_saved();
        }
        self.texts_changed(None);
        self.say(format!("{name} was changed by another program, and read again."));
    }

    /// Whether what another program wrote is a file that was sealed with our data key.
    fn check_theirs(&self, path: &RepoPath, text: &str) -> Result<Document, Failure> {
        let name = sanitize(path.as_str());
        let failed =
            |words: String, hint: &str| Failure { words: format!("{name}: {words}"), hint: Some(hint.to_owned()) };
        let theirs = Document::parse(text).map_err(|error| failed(error.to_string(), error.hint()))?;
        if let Some(file) = &self.workspace.file
            && let Ok(cipher) = file.readable()
        {
            theirs.verify(cipher).map_err(|error| match has_new_data_key(&file.document, &theirs, &error) {
                true => Failure { words: format!("{name} {NEW_DATA_KEY}"), hint: Some(NEW_DATA_KEY_HINT.to_owned()) },
                false => failed(error.to_string(), error.hint()),
            })?;
        }
        Ok(theirs)
    }

    /// A save found other contents than were read: says which, and asks.
    pub(super) fn ask_about_outside(&mut self, files: Vec<(RepoPath, Option<String>)>) {
        let mut lines = Vec::new();
        for (path, text) in &files {
            lines.push(PageLine::labelled(
                sanitize(path.as_str()),
                self.their_changes(path, text.as_deref()),
                Tone::Changed,
            ));
        }
        lines.push(PageLine::new("m merges by key · d shows the difference · nothing was overwritten", Tone::Plain));
        let page = Page::small("Changed by another program", lines);
        self.layers.push(Layer::ChangedOutside { page, files });
    }

    /// What another program changed, counted.
    fn their_changes(&self, path: &RepoPath, text: Option<&str>) -> String {
        let Some(text) = text else {
            return "is gone".to_owned();
        };
        let before = self.base_of(path);
        let documents = Document::parse(before).ok().zip(Document::parse(text).ok());
        let (count, what) = match documents {
            Some((before, after)) => (changes(&before, &after).len(), "key"),
            None => (super::review::changed_lines(before, text), "line"),
        };
        format!("changed {count} {what}{}", if count == 1 { "" } else { "s" })
    }

    /// The text as it was last read or written: what both sides changed.
    fn base_of(&self, path: &RepoPath) -> &str {
        let before = self.workspace.text_before(path).or_else(|| self.workspace.text(path));
        before.unwrap_or_default()
    }

    /// Shows what another program changed: keys of an encrypted file, lines of others.
    pub(in crate::session) fn show_difference(&mut self) {
        let Some(Layer::ChangedOutside { files, .. }) = self.layers.last() else {
            return;
        };
        let mut lines = Vec::new();
        for (path, text) in files {
            let before = self.base_of(path);
            let mut of_file = match text {
                None => vec![PageLine::new("is gone", Tone::Removed)],
                Some(text) => differences(before, text),
            };
            if let Some(first) = of_file.first_mut() {
                first.label = sanitize(path.as_str()).into_owned();
            }
            lines.append(&mut of_file);
        }
        self.layers.push(Layer::Page(Page::whole("What another program changed", lines)));
    }

    /// Brings our changes and theirs together, file by file, or changes nothing and says why. Where both changed the
    /// same keys, it is asked first whose change stands.
    pub(in crate::session) fn merge_outside(
        &mut self,
        files: Vec<(RepoPath, Option<String>)>,
        random: &mut dyn Random,
    ) {
        match self.merge_all(&files, &[], random) {
            Ok((merged, conflicts)) if conflicts.is_empty() => {
                self.take_merged(&files, merged);
                self.say("Merged. Nothing is written yet; s shows what will be.");
            }
            Ok((_, conflicts)) => self.layers.push(Layer::Conflicts(Box::new(Conflicts::new(files, conflicts)))),
            Err(failure) => {
                self.report(&failure);
                self.ask_about_outside_again(files);
            }
        }
    }

    /// Actions while it is asked whose change of a key stands.
    pub(in crate::session) fn act_in_conflicts(&mut self, action: Action, random: &mut dyn Random) {
        let Some(Layer::Conflicts(question)) = self.layers.last_mut() else {
            return;
        };
        match action {
            Action::KeepMine => question.choose_side(Side::Mine),
            Action::TakeTheirs => question.choose_side(Side::Theirs),
            Action::KeepAllMine => question.choose_side_of_all(Side::Mine),
            Action::TakeAllTheirs => question.choose_side_of_all(Side::Theirs),
            Action::Move(motion) => question.move_cursor(motion),
            Action::Confirm => self.merge_as_chosen(random),
            Action::Cancel => {
                if let Some(Layer::Conflicts(question)) = self.layers.pop() {
                    self.ask_about_outside(question.files);
                }
            }
            _ => self.refuse(&WhyNot::NotHere),
        }
    }

    /// Merges with a side chosen for every key that both changed. When it cannot be, the question stays.
    fn merge_as_chosen(&mut self, random: &mut dyn Random) {
        let Some(Layer::Conflicts(question)) = self.layers.pop() else {
            return;
        };
        match self.merge_all(&question.files, &question.places_of_mine(), random) {
            Ok((merged, _)) => {
                self.take_merged(&question.files, merged);
                let part = |side, whose: &str| match question.names_of(side) {
                    names if names.is_empty() => None,
                    names => Some(format!("{whose} {}", and(&names))),
                };
                let parts = [part(Side::Mine, "yours of"), part(Side::Theirs, "theirs of")];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                let next = match self.workspace.changed().next() {
                    Some(_) => "Nothing is written yet; s shows what will be",
                    None => "The file stands as the other program wrote it; nothing is left to save",
                };
                self.say(format!("Merged, with {}. {next}.", parts.join(" and ")));
            }
            Err(failure) => {
                self.report(&failure);
                self.layers.push(Layer::Conflicts(question));
            }
        }
    }

    /// The merged texts of all files, and the keys that both changed and that are not among `mine`.
    fn merge_all(
        &self,
        files: &[(RepoPath, Option<String>)],
        mine: &[KeyPath],
        random: &mut dyn Random,
    ) -> Result<(Vec<String>, Vec<KeyPath>), Failure> {
        let mut merged = Vec::new();
        let mut conflicts = Vec::new();
        for (path, text) in files {
            let (text, left) = self.merge_one(path, text.as_deref(), mine, random)?;
            merged.push(text);
            conflicts.extend(left);
        }
        Ok((merged, conflicts))
    }

    /// Takes merged texts. What the disk holds is what they are compared with from now on, and what a save expects.
    fn take_merged(&mut self, files: &[(RepoPath, Option<String>)], merged: Vec<String>) {
        for ((path, theirs), merged) in files.iter().zip(merged) {
            let theirs = theirs.as_deref().unwrap_or_default();
            self.workspace.mark_on_disk(path, theirs);
            let name = sanitize(path.as_str()).into_owned();
            self.replace_text(format!("merged {name} with what another program wrote"), path, &merged);
        }
        self.workspace.forget_the_way_back();
    }

    fn ask_about_outside_again(&mut self, files: Vec<(RepoPath, Option<String>)>) {
        let message = self.message.take();
        self.ask_about_outside(files);
        self.message = message;
    }

    /// The merged text of one file, with ours of the keys `mine`; and the other keys where theirs stands although we
    /// changed it too.
    fn merge_one(
        &self,
        path: &RepoPath,
        theirs: Option<&str>,
        mine: &[KeyPath],
        random: &mut dyn Random,
    ) -> Result<(String, Vec<KeyPath>), Failure> {
        let name = sanitize(path.as_str()).into_owned();
        let failed =
            |words: &str, hint: &str| Failure { words: format!("{name} {words}"), hint: Some(hint.to_owned()) };
        let Some(theirs) = theirs else {
            return Err(failed("is gone", "restore it, or make it again with: sopsmith encrypt"));
        };
        let Some(file) = self.workspace.file.as_ref().filter(|file| file.path == *path) else {
            let ours = self.workspace.text(path).unwrap_or_default();
            let merged = merge_texts(self.base_of(path), ours, theirs).filter(|merged| is_as_good(merged, theirs));
            let hint = "undo the change of this file, or make the other one again after saving";
            return merged.map(|text| (text, Vec::new())).ok_or_else(|| failed("was changed in the same lines", hint));
        };
        let cipher = file.writable().map_err(|why_not| failed("cannot be merged now", &why_not.to_string()))?;
        let theirs = self.check_theirs(path, theirs)?;
        let base = Document::parse(self.base_of(path))
            .map_err(|error| failed("cannot be compared with what was read", error.hint()))?;
        let Merged { document, mut conflicts, .. } = merge(&base, &file.document, theirs, cipher, random);
        let document = keep_ours(mine, &file.document, document, cipher, random).map_err(|key| {
            let words =
                format!("cannot take your change of {}: it does not fit there any more", sanitize(&key.to_string()));
            failed(&words, "t takes theirs; make yours again after the merge")
        })?;
        conflicts.retain(|key| !mine.contains(key));
        Ok((document.text().to_owned(), conflicts))
    }
}

const NEW_DATA_KEY: &str = "was given a new data key by another program, so your changes, sealed with the old one, \
                            cannot be merged";
const NEW_DATA_KEY_HINT: &str = "undo them with u, read the file anew with :open, and make them again";

/// Whether a file does not open because its data key was replaced: then no wrapped key is the one that was read.
fn has_new_data_key(ours: &Document, theirs: &Document, error: &VerifyError) -> bool {
    let is_known = |enc: &str| ours.metadata().master_keys().any(|key| key.enc == enc);
    let is_sealed_differently = matches!(error, VerifyError::ValuesRejected { .. } | VerifyError::MacRejected { .. });
    is_sealed_differently && !theirs.metadata().master_keys().any(|key| is_known(&key.enc))
}

/// Whether a merged Nix file has no more syntax errors than the other program's.
fn is_as_good(merged: &str, theirs: &str) -> bool {
    NixFile::parse(merged).syntax_problems().len() <= NixFile::parse(theirs).syntax_problems().len()
}

fn differences(before: &str, after: &str) -> Vec<PageLine> {
    match Document::parse(before).ok().zip(Document::parse(after).ok()) {
        Some((before, after)) => super::review::key_lines(&changes(&before, &after)),
        None => super::review::text_lines(before, after),
    }
}
