//! What one recipient more or less comes to: the new rules, and the files that follow them.
//!
//! A plan is made of what stands on disk, so that a second run of a change that was cut short plans what is left of it.

use super::super::path::RepoPath;
use super::super::repository::Repository;
use super::{inside, is_compared};
use crate::sops::{
    Addition, AgeRecipient, CreationRules, Removal, RuleKey, RulesChange, RulesEditError, Which, is_same_recipient,
};

/// Whom to add.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// The recipient.
    pub recipient: &'a AgeRecipient,
    /// What to call it.
    pub name: &'a str,
    /// The key group, from 0; needed where there are several.
    pub group: Option<usize>,
}

/// Rules and files of one change.
#[derive(Debug, Clone)]
pub struct RecipientsPlan {
    /// The `.sops.yaml`, where there is one for what was asked.
    pub rules_path: Option<RepoPath>,
    /// Its change; none where it says so already.
    pub change: Option<RulesChange>,
    /// The files to be wrapped anew, and for whom; those that are so already are left out.
    pub files: Vec<(RepoPath, Wanted)>,
    /// The recipient as the files spell it.
    pub identity: String,
    /// What it is called.
    pub name: Option<String>,
}

/// The recipients a file is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Those of its rule, group by group.
    Rule(Vec<Vec<RuleKey>>),
    /// Its own and one more, in this group from 0: no rule matches it.
    OwnAnd(RuleKey, usize),
    /// Its own without this one: no rule matches it.
    OwnWithout(String),
}

/// What a change may do to the access of whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnAccess {
    /// It is kept: a change after which no key of ours opens the file is refused.
    Kept,
    /// It may end; that was said.
    MayEnd,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientsError {
    /// There is no `.sops.yaml`.
    #[error("there is no .sops.yaml at or above this folder")]
    NoRules,
    /// A named file is not there or not encrypted.
    #[error("{0} is no encrypted file of this repository")]
    NotEncrypted(RepoPath),
    /// Named files belong to several `.sops.yaml`.
    #[error("{0} and {1} follow different .sops.yaml files")]
    SeveralRules(RepoPath, RepoPath),
    /// A file without a rule has several groups.
    #[error("{path} has {groups} key groups, and somebody of each is needed")]
    GroupNeeded {
        /// The file.
        path: RepoPath,
        /// How many there are.
        groups: usize,
    },
    /// A file without a rule has one group, and another was asked for.
    #[error("{path} has one key group, and none is number {group}")]
    NoSuchGroup {
        /// The file.
        path: RepoPath,
        /// What was asked for, from 1.
        group: usize,
    },
    /// Nobody could read the file any more.
    #[error("{0} would be left without recipients")]
    LastRecipient(RepoPath),
    /// No rule and no file has it.
    #[error("{0} is in none of the rules and in none of the files")]
    NotThere(String),
    /// The rules cannot be changed.
    #[error("{path}: {error}")]
    Rules {
        /// The `.sops.yaml`.
        path: RepoPath,
        /// Why.
        error: RulesEditError,
    },
}

impl RecipientsError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRules => "sopsmith init makes one; or name the files with --file",
            Self::NotEncrypted(_) => "sopsmith list FILE says what it is",
            Self::SeveralRules(..) => "name the files of one of them at a time",
            Self::GroupNeeded { .. } => "say which group it belongs to, as in --group 1",
            Self::NoSuchGroup { .. } => "leave --group out: there is one group only",
            Self::LastRecipient(_) => "add another recipient first",
            Self::NotThere(_) => "sopsmith recipients list shows the names and keys that are there",
            Self::Rules { error, .. } => error.hint(),
        }
    }
}

/// What a change is about: the rules and their files, and files without a rule.
struct Scope<'r> {
    rules: Option<(&'r RepoPath, &'r str)>,
    /// The rules by their numbers; none for all.
    which: Option<Vec<usize>>,
    without_rule: Vec<&'r RepoPath>,
}

impl Scope<'_> {
    fn which(&self) -> Which<'_> {
        self.which.as_deref().map_or(Which::Every, Which::These)
    }
}

impl Repository {
    /// Plans to add a recipient: to the rules of the named files, or to every rule of the `.sops.yaml` that holds in
    /// `folder`, and to all files that follow these rules.
    ///
    /// # Errors
    /// When there is nothing to add to, or the rules cannot be changed.
    pub fn plan_adding(
        &self,
        who: &Addressee<'_>,
        files: &[RepoPath],
        folder: &str,
    ) -> Result<RecipientsPlan, RecipientsError> {
        let scope = self.scope(files, folder)?;
        let identity = who.recipient.as_str();
        let (mut change, mut planned) = (None, Vec::new());
        if let Some((path, text)) = scope.rules.filter(|_| scope.which.as_deref() != Some(&[])) {
            let addition =
                Addition { recipient: who.recipient, name: who.name, rules: scope.which(), group: who.group };
            let made = CreationRules::add_recipient(text, &addition).map_err(|error| in_rules(path, error))?;
            planned = self.followers(path, &made.rules, &scope, |has, wants| wants(identity) && !has(identity));
            change = Some(made);
        }
        for path in &scope.without_rule {
            let Some(file) = self.encrypted_file(path) else { continue };
            if file.recipients().any(|recipient| is_same_recipient(&recipient.name, identity)) {
                continue;
            }
            let groups = file.groups().len();
            let group = match who.group {
                Some(group) if groups == 1 && group > 0 && change.is_none() => {
                    return Err(RecipientsError::NoSuchGroup { path: (*path).clone(), group: group + 1 });
                }
                _ if groups == 1 => 0,
                Some(group) if group < groups => group,
                _ => return Err(RecipientsError::GroupNeeded { path: (*path).clone(), groups }),
            };
            planned.push(((*path).clone(), Wanted::OwnAnd(RuleKey::age(identity), group)));
        }
        let name = change.as_ref().and_then(|change| change.name.clone());
        Ok(self.finish(&scope, change, planned, identity.to_owned(), name))
    }

    /// Plans to remove a recipient, by its name or key: from the rules of the named files, or from all rules, and from
    /// the files that follow them; without named files also from those that follow no rule.
    ///
    /// # Errors
    /// When it is nowhere, when somebody would be left without recipients, or the rules cannot be changed.
    pub fn plan_removing(
        &self,
        who: &str,
        files: &[RepoPath],
        folder: &str,
    ) -> Result<RecipientsPlan, RecipientsError> {
        let mut scope = self.scope(files, folder)?;
        let identity = self.identity_of(&scope, who);
        let name = self.rules_files().find_map(|(_, file)| file.rules.as_ref().ok()?.name_of(&identity));
        let name = name.map(str::to_owned);
        if files.is_empty() {
            scope.without_rule =
                self.encrypted_files().map(|(path, _)| path).filter(|path| self.rule_of(path).is_none()).collect();
        }
        let (mut change, mut planned) = (None, Vec::new());
        if let Some((path, text)) = scope.rules.filter(|_| scope.which.as_deref() != Some(&[])) {
            let removal = Removal { who: &identity, rules: scope.which() };
            change = match CreationRules::remove_recipient(text, &removal) {
                Ok(made) => Some(made),
                // It is in the files only: a run that was cut short, or rules that were changed by hand.
                Err(RulesEditError::NotThere { .. }) => None,
                Err(error) => return Err(in_rules(path, error)),
            };
            let read = CreationRules::parse(text).map_err(|error| in_rules(path, error.into()))?;
            let rules = change.as_ref().map_or(&read, |change| &change.rules);
            planned = self.followers(path, rules, &scope, |has, wants| has(&identity) && !wants(&identity));
        }
        for path in &scope.without_rule {
            let Some(file) = self.encrypted_file(path) else { continue };
            let is_it = |recipient: &super::super::encrypted::Recipient| is_same_recipient(&recipient.name, &identity);
            if !file.recipients().any(is_it) {
                continue;
            }
            if file.groups().iter().any(|group| group.iter().all(is_it)) {
                return Err(RecipientsError::LastRecipient((*path).clone()));
            }
            planned.push(((*path).clone(), Wanted::OwnWithout(identity.clone())));
        }
        if change.is_none() && planned.is_empty() {
            return Err(RecipientsError::NotThere(who.to_owned()));
        }
        Ok(self.finish(&scope, change, planned, identity, name))
    }

    fn finish(
        &self,
        scope: &Scope<'_>,
        change: Option<RulesChange>,
        files: Vec<(RepoPath, Wanted)>,
        identity: String,
        name: Option<String>,
    ) -> RecipientsPlan {
        let change = change.filter(|change| !change.patch.is_empty());
        RecipientsPlan { rules_path: scope.rules.map(|(path, _)| path.clone()), change, files, identity, name }
    }

    /// The recipient that is called so, in the rules in question or in any.
    fn identity_of(&self, scope: &Scope<'_>, who: &str) -> String {
        let own = scope.rules.map(|(path, _)| path);
        let mut rules: Vec<_> = self.rules_files().collect();
        rules.sort_by_key(|(path, _)| Some(*path) != own);
        let mut read = rules.into_iter().filter_map(|(_, file)| file.rules.as_ref().ok());
        read.find_map(|rules| rules.identity_of(who)).unwrap_or(who).to_owned()
    }

    fn scope<'r>(&'r self, files: &[RepoPath], folder: &str) -> Result<Scope<'r>, RecipientsError> {
        if files.is_empty() {
            let here = RepoPath::new(&format!("{folder}/x")).ok_or(RecipientsError::NoRules)?;
            let (path, found) = self.rules_for(&here).ok_or(RecipientsError::NoRules)?;
            return Ok(Scope { rules: Some((path, &found.text)), which: None, without_rule: Vec::new() });
        }
        let mut scope = Scope { rules: None, which: Some(Vec::new()), without_rule: Vec::new() };
        for file in files {
            let found = self.encrypted_files().find(|(path, _)| *path == file);
            let (file, _) = found.ok_or_else(|| RecipientsError::NotEncrypted(file.clone()))?;
            let Some((path, rules)) = self.rules_for(file) else {
                scope.without_rule.push(file);
                continue;
            };
            if let Some((other, _)) = scope.rules.filter(|(other, _)| *other != path) {
                return Err(RecipientsError::SeveralRules(other.clone(), path.clone()));
            }
            scope.rules = Some((path, &rules.text));
            let read = rules.rules.as_ref().map_err(|error| in_rules(path, error.clone().into()))?;
            let matching = read.rules().iter().position(|rule| rule.matches(inside(path, file)));
            match (matching, &mut scope.which) {
                (Some(rule), Some(which)) if !which.contains(&rule) => which.push(rule),
                (Some(_), _) => {}
                (None, _) => scope.without_rule.push(file),
            }
        }
        Ok(scope)
    }

    /// The files that follow one of the rules in question, and that `concerns` says yes to, with what the rule wants.
    fn followers(
        &self,
        rules_path: &RepoPath,
        rules: &CreationRules,
        scope: &Scope<'_>,
        concerns: impl Fn(&dyn Fn(&str) -> bool, &dyn Fn(&str) -> bool) -> bool,
    ) -> Vec<(RepoPath, Wanted)> {
        let mut planned = Vec::new();
        for (path, file) in self.encrypted_files() {
            if self.rules_for(path).is_none_or(|(own, _)| own != rules_path) {
                continue;
            }
            let number = rules.rules().iter().position(|rule| rule.matches(inside(rules_path, path)));
            let in_question = |number: &usize| scope.which.as_ref().is_none_or(|which| which.contains(number));
            let Some(number) = number.filter(in_question) else { continue };
            let rule = &rules.rules()[number];
            let has = |identity: &str| file.recipients().any(|recipient| is_same_recipient(&recipient.name, identity));
            let wants = |identity: &str| {
                rule.keys().any(|key| is_compared(key.kind) && is_same_recipient(&key.identity, identity))
            };
            if concerns(&has, &wants) {
                planned.push((path.clone(), Wanted::Rule(rule.groups.clone())));
            }
        }
        planned
    }
}

fn in_rules(path: &RepoPath, error: RulesEditError) -> RecipientsError {
    RecipientsError::Rules { path: path.clone(), error }
}
