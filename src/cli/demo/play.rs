//! The main job without a terminal: the table, then add, rename, delete and save, then the diff of every file.
//!
//! It runs on the functions that the editor runs on: edits sealed at once, plans over all Nix files, one save of all.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use similar::TextDiff;

use super::super::failure::{Failure, code};
use super::super::list;
use super::super::sealed_file::{SealedFile, save};
use super::super::unwritten;
use super::repository::{DemoRepository, SEALED};
use crate::generate::{Kind, generate};
use crate::nix::{OptionName, OptionValue};
use crate::repo::{ContentHash, DeclarationChange, Follow, Plan, RepoPath, Repository};
use crate::sops::{Cipher, Document, Edit, Emptied, KeyPath, NewValue, Place};
use crate::storage::{self, Accept, Before, Change, OsRandom, Root};

/// Both sides as they are and as they become.
struct Play {
    repository: Repository,
    before: BTreeMap<RepoPath, String>,
    document: Document,
    cipher: Cipher,
    sealed: RepoPath,
}

/// Plays the demonstration and prints it.
pub(super) fn play(demo: &DemoRepository, out: &mut impl Write) -> Result<(), Failure> {
    let file = SealedFile::read(&demo.sealed_path())?;
    let cipher = file.unlock_with(&demo.environment())?;
    say(out, &format!("{SEALED} beside the declarations that read it:\n"))?;
    list::print(&file.document, &demo.sealed_path(), out)?;
    let root = Root::find(demo.folder()).map_err(|error| Failure::new(code::GENERIC, error))?;
    let loaded = storage::load(root, &[]);
    let sealed = RepoPath::new(SEALED).expect("the path stays inside");
    let mut play = Play {
        before: loaded.texts.iter().cloned().collect(),
        repository: Repository::new(loaded.texts),
        document: file.document,
        cipher,
        sealed,
    };
    say(out, "\n+ add api/ctfd_token: generated, declared for the user ctfd\n")?;
    play.add()?;
    say(out, "→ rename api/mail_token to mail/token: the key, its declaration, the reference in hosts/web.nix\n")?;
    play.rename()?;
    say(out, "- delete ctfd_url: declared, but not in the file\n")?;
    play.delete()?;
    let files = play.save(demo)?;
    say(out, &format!("saved {}\n", files.join(", ")))?;
    play.print_diff(demo, out).map_err(|error| unwritten(&error))
}

fn say(out: &mut impl Write, words: &str) -> Result<(), Failure> {
    out.write_all(words.as_bytes()).map_err(|error| unwritten(&error))
}

/// A step that the repository made for it refuses is a defect of the program, told like any other failure.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(code::GENERIC, error)
}

impl Play {
    fn edit(&mut self, edit: &Edit) -> Result<(), Failure> {
        self.document = self.document.apply(edit, &self.cipher, &mut OsRandom).map_err(failed)?.document;
        self.repository.update_file(&self.sealed, Some(self.document.text().to_owned()));
        Ok(())
    }

    fn patch(&mut self, plan: &Plan) -> Result<(), Failure> {
        for (path, patch) in &plan.patches {
            let file = self.repository.nix_file(path).ok_or_else(|| failed(format!("{path} is gone")))?;
            let text = patch.apply(file.text());
            self.repository.update_file(path, Some(text));
        }
        Ok(())
    }

    fn add(&mut self) -> Result<(), Failure> {
        let key = "api/ctfd_token";
        let suggestions = self.repository.suggestions(&self.sealed);
        let best = suggestions.first().ok_or_else(|| failed("no Nix file can take a declaration"))?;
        let spec = best
            .spec(key, key)
            .with(OptionName::Owner, OptionValue::Text("ctfd".to_owned()), &best.defaults)
            .with(OptionName::RestartUnits, OptionValue::Texts(vec!["ctfd.service".to_owned()]), &best.defaults);
        let file = self.repository.nix_file(&best.file).ok_or_else(|| failed("the Nix file is gone"))?;
        let text = file.add_declaration(best.site, &spec).map_err(failed)?.apply(file.text());
        let path = best.file.clone();
        self.repository.update_file(&path, Some(text));
        let value = NewValue::text(generate(&Kind::Hex { bytes: 16 }, &mut OsRandom));
        self.edit(&Edit::Insert { path: KeyPath::from_keys(["api", "ctfd_token"]), place: Place::Last, value })
    }

    fn rename(&mut self) -> Result<(), Failure> {
        let (from, to) = ("api/mail_token", "mail/token");
        let plan = self.repository.plan_key_rename(&self.sealed, from, to, Follow::Attribute).map_err(failed)?;
        self.patch(&plan)?;
        self.edit(&Edit::Move {
            from: KeyPath::from_keys(["api", "mail_token"]),
            to: KeyPath::from_keys(["mail", "token"]),
        })
    }

    fn delete(&mut self) -> Result<(), Failure> {
        let readers = self.repository.readers(&self.sealed).iter();
        let dead: Vec<_> = readers.filter(|(_, key)| key == "ctfd_url").map(|(place, _)| place.clone()).collect();
        let changes: Vec<_> = dead.into_iter().map(|place| (place, DeclarationChange::Remove)).collect();
        let plan = self.repository.plan(&changes).map_err(failed)?;
        self.patch(&plan)?;
        if self.document.entry(&KeyPath::from_keys(["ctfd_url"])).is_some() {
            self.edit(&Edit::Remove { path: KeyPath::from_keys(["ctfd_url"]), emptied: Emptied::Remove })?;
        }
        Ok(())
    }

    /// Seals, and replaces every file that changed; all are complete beside their targets before the first one is.
    fn save(&mut self, demo: &DemoRepository) -> Result<Vec<String>, Failure> {
        self.document = self.document.seal(Timestamp::now(), &self.cipher, &mut OsRandom).map_err(failed)?;
        self.repository.update_file(&self.sealed.clone(), Some(self.document.text().to_owned()));
        let changed = self.changed();
        let paths: Vec<_> = changed.iter().map(|(path, ..)| demo.folder().join(path.as_str())).collect();
        let writes: Vec<_> = changed
            .iter()
            .zip(&paths)
            .map(|((_, before, after), path)| Change {
                path,
                before: Before::Content(ContentHash::of(before.as_bytes())),
                bytes: after.as_bytes(),
                accept: Accept::Nothing,
            })
            .collect();
        save(&writes)?;
        Ok(changed.iter().map(|(path, ..)| path.to_string()).collect())
    }

    fn changed(&self) -> Vec<(&RepoPath, &str, &str)> {
        let texts = self.before.iter().filter_map(|(path, before)| {
            let after = match *path == self.sealed {
                true => self.document.text(),
                false => self.repository.nix_file(path)?.text(),
            };
            (after != before).then_some((path, before.as_str(), after))
        });
        texts.collect()
    }

    /// What stands on disk now against what stood there before.
    fn print_diff(&self, demo: &DemoRepository, out: &mut impl Write) -> io::Result<()> {
        for (path, before, _) in self.changed() {
            let after = std::fs::read_to_string(demo.folder().join(path.as_str()))?;
            let (before, after) = (shorten(before), shorten(&after));
            let diff = TextDiff::from_lines(&before, &after);
            write!(
                out,
                "\n{}",
                diff.unified_diff().context_radius(1).header(&format!("a/{path}"), &format!("b/{path}"))
            )?;
        }
        Ok(())
    }
}

/// Envelopes are long; where they begin tells that they changed.
fn shorten(text: &str) -> String {
    let line = |line: &str| match line.find("ENC[AES256_GCM,data:") {
        Some(at) if line.len() > at + 44 => format!("{}…]\n", &line[..at + 36]),
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}
