//! Silences: one code at one place, with a reason. Beside the line, or in `.sopsmith.toml`.
//!
//! ```text
//!   # sopsmith: ignore missing-key filled in by the installer       the same line, or the next one
//!
//!   [[ignore]]                                                       in .sopsmith.toml
//!   code = "undeclared-leaf"
//!   file = "secrets/web.yaml"
//!   key = "backup"          # optional: the key or the attribute name
//!   reason = "read by hand"
//! ```

use serde::Deserialize;

use super::super::path::RepoPath;
use super::problem::{Level, Problem, Spot};
use super::scene::Scene;
use super::{CHECKS, Check, nothing};
use crate::text::nearest;
use crate::text::{LineIndex, Position};

pub(super) const UNUSED_SILENCE: Check = Check {
    code: "unused-silence",
    level: Level::Note,
    when: None,
    summary: "a silence silences nothing",
    story: "A comment `# sopsmith: ignore CODE reason` or an entry of .sopsmith.toml names a problem that is not \
            there any more, or stands at another place than the problem.\n\nRemove it: a silence that is left behind \
            would hide the next problem of that kind at that place. A comment counts for its own line, or, where it \
            stands alone, for the next line that is no comment.",
    run: nothing,
};

pub(super) const BAD_SILENCE: Check = Check {
    code: "bad-silence",
    level: Level::Warning,
    when: None,
    summary: "a silence cannot be understood",
    story: "A comment `# sopsmith: ignore CODE reason` or an entry of .sopsmith.toml names a code that does not \
            exist, or gives no reason, or .sopsmith.toml itself cannot be read. It silences nothing.\n\nAn entry of \
            .sopsmith.toml begins with [[ignore]] and has four lines: code = \"…\", file = \"…\", reason = \"…\", \
            and, where only one key or declaration is meant, key = \"…\". The codes are those that `sopsmith check` \
            prints; `sopsmith check --explain CODE` tells about each. The reason is for the next person who \
            wonders.",
    run: nothing,
};

/// Where the project's own settings lie.
const SETTINGS: &str = ".sopsmith.toml";

/// What begins a silence in a comment.
const MARK: &str = "sopsmith: ignore";

/// `.sopsmith.toml`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    ignore: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    file: String,
    key: Option<String>,
    #[serde(default)]
    reason: String,
}

/// One silence, and whether it was of use.
struct Silence {
    code: String,
    reason: String,
    file: String,
    scope: Scope,
    spot: Spot,
    is_used: bool,
}

enum Scope {
    /// Problems of that line.
    Line(usize),
    /// Problems of that key or name; of the whole file without one.
    Key(Option<String>),
}

/// Takes out what is silenced, and adds what is wrong with the silences themselves.
pub(super) fn apply(scene: &Scene<'_>, problems: &mut Vec<Problem>) {
    let mut silences = Vec::new();
    if let Some(text) = &scene.outside.settings {
        read_settings(scene, text, &mut silences, problems);
    }
    let nix = scene.repository.nix_files().map(|(path, file)| (path, file.text()));
    let encrypted = scene.repository.encrypted_files().map(|(path, file)| (path, file.text()));
    let rules = scene.repository.rules_files().map(|(path, file)| (path, file.text.as_str()));
    for (path, text) in nix.chain(encrypted).chain(rules).filter(|(_, text)| text.contains(MARK)) {
        read_comments(scene, path, text, &mut silences);
    }
    silences.retain(|silence| match objection(silence) {
        Some(objection) => {
            problems.push(scene.problem(&BAD_SILENCE, Level::Warning, objection).at(silence.spot.clone()));
            false
        }
        None => true,
    });
    problems.retain(|problem| {
        let silence = silences.iter_mut().find(|silence| silence.covers(scene, problem));
        silence.map(|silence| silence.is_used = true).is_none()
    });
    for silence in silences.iter().filter(|silence| !silence.is_used) {
        let sentence = format!("nothing here is {}; the silence can go", silence.code);
        problems.push(scene.problem(&UNUSED_SILENCE, Level::Note, sentence).at(silence.spot.clone()));
    }
}

fn objection(silence: &Silence) -> Option<String> {
    let codes = || CHECKS.iter().map(|check| check.code);
    if codes().all(|code| code != silence.code) {
        let meant = nearest(&silence.code, codes()).map(|code| format!("; {code} is")).unwrap_or_default();
        return Some(format!("{:?} is no code of a check{meant}", silence.code));
    }
    silence.reason.is_empty().then(|| format!("the silence of {} gives no reason", silence.code))
}

fn read_settings(scene: &Scene<'_>, text: &str, silences: &mut Vec<Silence>, problems: &mut Vec<Problem>) {
    let path = RepoPath::new(SETTINGS).expect("the name is a path inside");
    let settings: Settings = match basic_toml::from_str(text) {
        Ok(settings) => settings,
        Err(error) => {
            let sentence = format!("{SETTINGS} cannot be read: {error}");
            problems.push(scene.problem(&BAD_SILENCE, Level::Warning, sentence).at(spot_in(&path, text, 0)));
            return;
        }
    };
    // The parser gives no places, but tables of an array come in the order of their headers.
    let headers: Vec<usize> = text.match_indices("[[ignore]]").map(|(at, _)| at).collect();
    for (number, entry) in settings.ignore.into_iter().enumerate() {
        silences.push(Silence {
            code: entry.code,
            reason: entry.reason.trim().to_owned(),
            file: entry.file,
            scope: Scope::Key(entry.key),
            spot: spot_in(&path, text, headers.get(number).copied().unwrap_or(0)),
            is_used: false,
        });
    }
}

fn spot_in(path: &RepoPath, text: &str, at: usize) -> Spot {
    Spot { file: path.clone(), position: LineIndex::new(text).position(text, at), range: at..at }
}

fn read_comments(scene: &Scene<'_>, path: &RepoPath, text: &str, silences: &mut Vec<Silence>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let comment = line.find('#').and_then(|at| Some((at, line[at + 1..].trim().strip_prefix(MARK)?)));
        if let Some((column, words)) = comment {
            let (code, reason) = words.trim().split_once(char::is_whitespace).unwrap_or((words.trim(), ""));
            let is_comment = |line: &&str| line.trim_start().starts_with('#') || line.trim().is_empty();
            let own = !line[..column].trim().is_empty();
            let below = lines.iter().skip(number).position(|line| !is_comment(line)).unwrap_or(0);
            silences.push(Silence {
                code: code.to_owned(),
                reason: reason.trim().to_owned(),
                file: path.as_str().to_owned(),
                scope: Scope::Line(number + 1 + if own { 0 } else { below }),
                spot: scene.spot(path, &(start + column..start + line.trim_end().len())),
                is_used: false,
            });
        }
        start += line.len();
    }
}

impl Silence {
    fn covers(&self, scene: &Scene<'_>, problem: &Problem) -> bool {
        let is_at = |spot: &Spot| {
            spot.file.as_str() == self.file
                && match &self.scope {
                    Scope::Line(line) => spot.position.line == *line,
                    Scope::Key(None) => true,
                    Scope::Key(Some(key)) => self.names(scene, problem, key),
                }
        };
        self.code == problem.code && [&problem.nix, &problem.leaf].into_iter().flatten().any(is_at)
    }

    /// Whether the problem is about that key, or about the declaration of that name.
    fn names(&self, scene: &Scene<'_>, problem: &Problem, wanted: &str) -> bool {
        let declaration = problem.declaration.as_ref().and_then(|reference| scene.repository.declaration(reference));
        problem.key.as_ref().is_some_and(|(_, key)| key == wanted)
            || declaration.is_some_and(|declaration| declaration.name.known().is_some_and(|name| name == wanted))
    }
}

/// Sorts problems as people read: by file and place.
pub(super) fn sort(problems: &mut [Problem]) {
    const NOWHERE: Position = Position { line: 0, column: 0 };
    problems.sort_by(|one, other| {
        let key = |problem: &Problem| {
            let spot = problem.spot();
            (
                spot.map(|spot| spot.file.clone()),
                spot.map_or(NOWHERE, |spot| spot.position),
                problem.level,
                problem.code,
            )
        };
        key(one).cmp(&key(other))
    });
}
