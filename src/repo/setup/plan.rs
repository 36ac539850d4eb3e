//! The plan: every file that changes, whole, with the reason; what a person has to add; what is in place already.

use super::super::path::RepoPath;
use super::answers::Answers;
use super::facts::Facts;
use super::{flake, gitignore, import, module, rules};

/// What a setup does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupPlan {
    /// The files that are made or changed, in the order in which they are shown and written.
    pub changes: Vec<FileChange>,
    /// The encrypted file that is to be made: sealed by whoever has randomness and a clock, by the rules of the plan.
    pub to_seal: Option<RepoPath>,
    /// What is missing and could not be edited.
    pub by_hand: Vec<ByHand>,
    /// What was found to be in place, in words.
    pub in_place: Vec<String>,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: RepoPath,
    /// What it holds; nothing where it is made.
    pub before: Option<String>,
    /// What it is going to hold.
    pub after: String,
    /// Why, in words that follow the path: `says who can decrypt which file`.
    pub reason: &'static str,
}

/// Lines that a person adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// Where and why, in words.
    pub what: String,
    /// The lines, without indentation.
    pub lines: Vec<String>,
}

impl SetupPlan {
    /// Whether everything is in place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.to_seal.is_none()
    }

    /// The text of `.sops.yaml` after the plan, where the plan changes it.
    #[must_use]
    pub fn rules_text(&self) -> Option<&str> {
        self.rules().map(|rules| rules.after.as_str())
    }

    /// The change of `.sops.yaml`.
    #[must_use]
    pub fn rules(&self) -> Option<&FileChange> {
        self.changes.iter().find(|change| change.path.file_name() == rules::NAME)
    }

    pub(super) fn change(&mut self, path: RepoPath, before: Option<&str>, after: String, reason: &'static str) {
        self.changes.push(FileChange { path, before: before.map(str::to_owned), after, reason });
    }

    pub(super) fn by_hand(&mut self, what: impl Into<String>, lines: &[&str]) {
        self.by_hand.push(ByHand { what: what.into(), lines: lines.iter().map(|line| (*line).to_owned()).collect() });
    }

    pub(super) fn in_place(&mut self, words: impl Into<String>) {
        self.in_place.push(words.into());
    }
}

/// Plans what is missing.
#[must_use]
pub fn plan(facts: &Facts<'_>, answers: &Answers) -> SetupPlan {
    let mut plan = SetupPlan::default();
    rules::plan(facts, answers, &mut plan);
    let module = module::plan(facts, answers, &mut plan);
    import::plan(facts, answers, &module, &mut plan);
    flake::plan(facts, answers, &mut plan);
    ignore_plaintext(facts, &mut plan);
    if facts.repository.encrypted_file(&answers.secrets_file).is_some() {
        plan.in_place(format!("{} is there", answers.secrets_file));
    } else if facts.repository.exists(&answers.secrets_file) {
        plan.by_hand(
            format!("{} is there and not encrypted; encrypt it by its rule", answers.secrets_file),
            &[&format!("sopsmith encrypt -i {}", answers.secrets_file)],
        );
    } else {
        plan.to_seal = Some(answers.secrets_file.clone());
    }
    plan
}

fn ignore_plaintext(facts: &Facts<'_>, plan: &mut SetupPlan) {
    let path = facts.at_top(gitignore::NAME);
    match gitignore::with_lines(facts.gitignore, gitignore::PLAINTEXT) {
        Some(text) => plan.change(path, facts.gitignore, text, "keeps decrypted copies and private keys out of git"),
        None => plan.in_place(".gitignore names what must stay out of git"),
    }
}
