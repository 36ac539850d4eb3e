//! What another program wrote meanwhile: taken where nothing of ours is touched, merged on request, never overwritten.

use super::text_merge::merge_texts;
use crate::nix::NixFile;
use crate::repo::RepoPath;
use crate::secret::Random;
use crate::session::layer::Layer;
use crate::session::layer::page::Page;
use crate::session::view::{PageLine, Tone};
use crate::session::{Failure, Session};
use crate::sops::{Document, changes, merge};
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
            theirs.verify(cipher).map_err(|error| {
                failed(error.to_string(), "the other program made a new data key, or damaged the file; open it anew")
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

    /// Brings our changes and theirs together, file by file, or changes nothing and says why.
    pub(in crate::session) fn merge_outside(
        &mut self,
        files: Vec<(RepoPath, Option<String>)>,
        random: &mut dyn Random,
    ) {
        let mut merged = Vec::new();
        let mut conflicts = Vec::new();
        for (path, text) in &files {
            match self.merge_one(path, text.as_deref(), random) {
                Ok((text, left)) => {
                    merged.push(text);
                    conflicts.extend(left);
                }
                Err(failure) => {
                    self.report(&failure);
                    return self.ask_about_outside_again(files);
                }
            }
        }
        for ((path, theirs), merged) in files.iter().zip(merged) {
            let theirs = theirs.as_deref().unwrap_or_default();
            self.workspace.mark_on_disk(path, theirs);
            let name = sanitize(path.as_str()).into_owned();
            self.replace_text(format!("merged {name} with what another program wrote"), path, &merged);
        }
        self.workspace.forget_the_way_back();
        if conflicts.is_empty() {
            self.say("Merged. Nothing is written yet; s shows what will be.");
        } else {
            self.complain(
                format!(
                    "Merged, except {}: both changed it, and the other program's value stands now",
                    conflicts.join(", ")
                ),
                Some("set it again to keep yours"),
            );
        }
    }

    fn ask_about_outside_again(&mut self, files: Vec<(RepoPath, Option<String>)>) {
        let message = self.message.take();
        self.ask_about_outside(files);
        self.message = message;
    }

    /// The merged text of one file, and the keys where theirs stands although we changed it too.
    fn merge_one(
        &self,
        path: &RepoPath,
        theirs: Option<&str>,
        random: &mut dyn Random,
    ) -> Result<(String, Vec<String>), Failure> {
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
        let merged = merge(&base, &file.document, theirs, cipher, random);
        let conflicts = merged.conflicts.iter().map(|path| sanitize(&path.to_string()).into_owned()).collect();
        Ok((merged.document.text().to_owned(), conflicts))
    }
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
