//! The problems pane: what a rebuild would complain about, the gravest first, each with its fix.

use std::collections::HashMap;

use super::list::ListCursor;
use crate::repo::check::{Level, Outside, Problem, Spot, run};
use crate::repo::{RepoPath, Repository};
use crate::session::view::{Grid, Tone, Words};
use crate::text::sanitize;

/// The problems of the repository as it would be after a save.
#[derive(Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
    /// The numbers of the problems of each key, the gravest first, by encrypted file.
    by_key: HashMap<RepoPath, HashMap<String, Vec<usize>>>,
    /// How many there are that a rebuild fails on, or probably does.
    grave: usize,
    pub(crate) cursor: ListCursor,
}

impl Problems {
    /// Checks the repository again; the cursor stays on its problem if that is still there.
    pub(crate) fn check(&mut self, repository: &Repository, outside: &Outside, page: usize) {
        let before = self.chosen().map(|problem| (problem.code, problem.key.clone(), problem.sentence.clone()));
        self.found = run(repository, outside);
        self.found.sort_by_key(|problem| problem.level);
        self.grave = self.found.partition_point(|problem| problem.level != Level::Note);
        self.by_key.clear();
        for (number, problem) in self.found.iter().enumerate() {
            if let Some((file, key)) = &problem.key {
                self.by_key.entry(file.clone()).or_default().entry(key.clone()).or_default().push(number);
            }
        }
        let again = self.found.iter().position(|problem| {
            before.as_ref().is_some_and(|(code, key, sentence)| {
                *code == problem.code && *key == problem.key && *sentence == problem.sentence
            })
        });
        let row = again.unwrap_or(self.cursor.row);
        self.cursor.go_to(row, page, self.found.len());
    }

    /// All problems, the gravest first.
    pub(crate) fn all(&self) -> &[Problem] {
        &self.found
    }

    /// The problem under the cursor.
    pub(crate) fn chosen(&self) -> Option<&Problem> {
        self.found.get(self.cursor.row)
    }

    /// How many there are that a rebuild fails on, or probably does.
    pub(crate) fn grave(&self) -> usize {
        self.grave
    }

    /// The problems of one key of one file, the gravest first.
    pub(crate) fn of_key(&self, file: &RepoPath, key: &str) -> impl Iterator<Item = &Problem> {
        let numbers = self.by_key.get(file).and_then(|keys| keys.get(key));
        numbers.into_iter().flatten().map(|number| &self.found[*number])
    }

    /// The pane as it is drawn.
    pub(crate) fn view(&self, page: usize) -> Grid {
        let window = self.cursor.window(page, self.found.len());
        let row = |problem: &Problem| {
            let (sign, tone) = sign(problem.level);
            vec![
                Words::toned(format!("{sign} {}", problem.level.as_str()), tone),
                Words::plain(problem.spot().map(place).unwrap_or_default()),
                Words::plain(sanitize(&problem.sentence)),
                Words::toned(
                    problem.fixes.first().map(|fix| format!("x {}", sanitize(&fix.label))).unwrap_or_default(),
                    Tone::Accent,
                ),
            ]
        };
        Grid {
            headings: ["Level", "Place", "Problem", "Fix"].map(str::to_owned).to_vec(),
            first: window.start,
            rows: self.found[window].iter().map(row).collect(),
            total: self.found.len(),
            cursor: Some(self.cursor.row),
            main: 2,
            foot: self.chosen().map(foot).unwrap_or_default(),
        }
    }
}

/// The whole story of a problem, as far as it has room below the list.
fn foot(problem: &Problem) -> Vec<Words> {
    let fix = problem.fixes.first().map(|fix| Words::toned(format!("x {}", sanitize(&fix.label)), Tone::Accent));
    [sentence(problem), rebuild(problem)].into_iter().chain(fix).collect()
}

/// A problem in one line: what is, and what mends it.
pub(crate) fn detail(problem: &Problem) -> Words {
    let mut words = sentence(problem);
    if let Some(fix) = problem.fixes.first() {
        words.text.push_str(&format!(" · x {}", sanitize(&fix.label)));
    }
    words
}

fn sentence(problem: &Problem) -> Words {
    Words::toned(sanitize(&problem.sentence), sign(problem.level).1)
}

/// What the rebuild would say about a problem, or where to read on.
fn rebuild(problem: &Problem) -> Words {
    let words = match &problem.rebuild {
        Some(rebuild) => format!("at {} the rebuild would say: {}", rebuild.when.as_str(), sanitize(&rebuild.says)),
        None => format!("sopsmith check --explain {} says more", problem.code),
    };
    Words::toned(words, Tone::Dim)
}

/// `file:line:column`
fn place(spot: &Spot) -> String {
    format!("{}:{}:{}", sanitize(spot.file.as_str()), spot.position.line, spot.position.column)
}

fn sign(level: Level) -> (char, Tone) {
    match level {
        Level::Error => ('✗', Tone::Error),
        Level::Warning => ('!', Tone::Warning),
        Level::Note => ('○', Tone::Dim),
    }
}
