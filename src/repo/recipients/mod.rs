//! Who can read which file: what the files say beside what their rules say, and the plan of a change to both.
//!
//! ```text
//!                 secrets/web.yaml   secrets/mail.yaml
//!   laptop               ●                  ●            in the file, and in its rule
//!   host_mail            –                  ○            in the rule only: the file is out of step
//!   backup               ●!                 –            in the file only
//! ```
//!
//! Needs no key: recipients stand in the clear. Truth: sops 3.12.2, whose `updatekeys` compares sets of recipients.

mod plan;

pub use plan::{Addressee, OwnAccess, RecipientsError, RecipientsPlan, Wanted};

use super::encrypted::EncryptedFile;
use super::path::RepoPath;
use super::repository::Repository;
use crate::sops::{CreationRule, CreationRules, MasterKeyKind, is_same_recipient};

/// Recipients times files.
#[derive(Debug, Clone)]
pub struct Matrix<'r> {
    /// The columns: every encrypted file, sorted by path.
    pub files: Vec<MatrixFile<'r>>,
    /// The rows, in the order in which files and rules name them.
    pub rows: Vec<MatrixRow<'r>>,
}

/// One encrypted file.
#[derive(Debug, Clone, Copy)]
pub struct MatrixFile<'r> {
    /// The file.
    pub path: &'r RepoPath,
    /// How many key groups it has; somebody of several is needed where it is more than one.
    pub groups: usize,
    /// The rule that matches it.
    pub rule: Option<RuleOf<'r>>,
}

/// A rule, and the file it stands in.
#[derive(Debug, Clone, Copy)]
pub struct RuleOf<'r> {
    /// The `.sops.yaml`.
    pub path: &'r RepoPath,
    /// All of its rules.
    pub rules: &'r CreationRules,
    /// The rule.
    pub rule: &'r CreationRule,
}

/// One recipient over all files.
#[derive(Debug, Clone)]
pub struct MatrixRow<'r> {
    /// The recipient as files and rules spell it.
    pub identity: &'r str,
    /// What people call it; none without an anchor.
    pub name: Option<&'r str>,
    /// What unwraps for it; everything but age needs sops itself.
    pub kind: MasterKeyKind,
    /// One cell a file.
    pub cells: Vec<Cell>,
}

/// One recipient in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The key group in which the file has it, from 0.
    pub group: Option<usize>,
    /// Whether the file's rule names it; none without a rule, and for kinds that rules spell otherwise than files.
    pub in_rule: Option<bool>,
}

/// A recipient in one file, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It can read the file.
    Reads,
    /// It cannot.
    None,
    /// It can, but the rule does not name it any more.
    NotInRule,
    /// The rule names it, but the file is not yet encrypted for it.
    NotInFile,
}

impl Cell {
    /// What it comes to.
    #[must_use]
    pub fn access(self) -> Access {
        match (self.group, self.in_rule) {
            (Some(_), Some(false)) => Access::NotInRule,
            (Some(_), _) => Access::Reads,
            (None, Some(true)) => Access::NotInFile,
            (None, _) => Access::None,
        }
    }
}

impl Matrix<'_> {
    /// Whether a file has other recipients than its rule names.
    #[must_use]
    pub fn is_out_of_step(&self, file: usize) -> bool {
        let differs = |row: &MatrixRow<'_>| matches!(row.cells[file].access(), Access::NotInRule | Access::NotInFile);
        self.rows.iter().any(differs)
    }
}

impl Repository {
    /// Who can read which of the files that `includes` says yes to.
    pub fn recipient_matrix<'r>(&'r self, includes: impl Fn(&RepoPath) -> bool) -> Matrix<'r> {
        let chosen = || self.encrypted_files().filter(|(path, _)| includes(path));
        let mut rows: Vec<MatrixRow<'r>> = Vec::new();
        let mut meet = |identity: &'r str, kind: MasterKeyKind, rule: Option<RuleOf<'r>>| {
            let known = rows.iter_mut().find(|row: &&mut MatrixRow<'_>| is_same_recipient(row.identity, identity));
            let name = self.name_of(identity, rule);
            match known {
                Some(row) => row.name = row.name.or(name),
                None => rows.push(MatrixRow { identity, name, kind, cells: Vec::new() }),
            }
        };
        for (path, file) in chosen() {
            let rule = self.rule_of(path);
            file.recipients().for_each(|recipient| meet(&recipient.name, recipient.kind, rule));
            let wanted = rule.into_iter().flat_map(|found| found.rule.keys()).filter(|key| is_compared(key.kind));
            wanted.for_each(|key| meet(&key.identity, key.kind, rule));
        }
        let mut files = Vec::new();
        for (path, file) in chosen() {
            let rule = self.rule_of(path);
            files.push(MatrixFile { path, groups: file.groups().len(), rule });
            for row in &mut rows {
                row.cells.push(cell(file, rule, row.identity, row.kind));
            }
        }
        Matrix { files, rows }
    }

    /// The rule that matches a file, of the nearest `.sops.yaml`; none where that one cannot be read.
    #[must_use]
    pub fn rule_of(&self, file: &RepoPath) -> Option<RuleOf<'_>> {
        let (path, found) = self.rules_for(file)?;
        let rules = found.rules.as_ref().ok()?;
        Some(RuleOf { path, rules, rule: rules.for_path(inside(path, file))? })
    }

    /// The anchor of a recipient in the rules of its file, else in any.
    fn name_of<'r>(&'r self, identity: &str, rule: Option<RuleOf<'r>>) -> Option<&'r str> {
        let own = rule.and_then(|found| found.rules.name_of(identity));
        let rules = self.rules_files().filter_map(|(_, file)| file.rules.as_ref().ok());
        own.or_else(|| rules.into_iter().find_map(|rules| rules.name_of(identity)))
    }
}

/// The path of a file as a rule sees it: relative to the folder of the `.sops.yaml`.
fn inside<'p>(rules: &RepoPath, file: &'p RepoPath) -> &'p str {
    file.as_str().strip_prefix(rules.folder()).unwrap_or(file.as_str()).trim_start_matches('/')
}

fn cell(file: &EncryptedFile, rule: Option<RuleOf<'_>>, identity: &str, kind: MasterKeyKind) -> Cell {
    let has = |group: &Vec<super::encrypted::Recipient>| {
        group.iter().any(|recipient| is_same_recipient(&recipient.name, identity))
    };
    let names = |found: RuleOf<'_>| found.rule.keys().any(|key| is_same_recipient(&key.identity, identity));
    Cell { group: file.groups().iter().position(has), in_rule: rule.filter(|_| is_compared(kind)).map(names) }
}

/// Kinds whose names are spelled alike in rules and files of every format.
pub(super) fn is_compared(kind: MasterKeyKind) -> bool {
    matches!(kind, MasterKeyKind::Age | MasterKeyKind::Pgp)
}

#[cfg(test)]
mod tests;
