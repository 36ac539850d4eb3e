//! Strings and paths put together: `"${a}/b"`, `./. + "/x"`, `self + "/x"`.

use std::rc::Rc;

use super::Evaluator;
use super::symbol::Root;
use super::value::{Env, Val};
use crate::nix::tree::{NodeId, StringPart};
use crate::nix::value::{FilePath, Reason, Unknown};

impl Evaluator<'_, '_> {
    /// A string or a path of the text.
    pub(super) fn eval_string(&self, id: NodeId, env: &Env) -> Val {
        let mut whole = Val::text("");
        for part in self.tree.string_parts(id) {
            let part = match part {
                StringPart::Text(text) => Val::text(text),
                StringPart::Interpolation(expr) => self.piece(expr, env),
            };
            whole = self.concatenate(whole, part, id);
        }
        whole
    }

    /// A path of the text: `./x`, `/x`, `~/x`, `<x>`.
    pub(super) fn eval_path(&self, id: NodeId, env: &Env) -> Val {
        if self.tree.slice(id).starts_with('<') {
            return Val::Unknown(self.unknown(Reason::OutsideRepository, id));
        }
        match self.eval_string(id, env) {
            Val::Text(text) => Val::File(path_of(&text)),
            other => other,
        }
    }

    /// `left + right`, or two parts of one string. `at` is where it stands.
    pub(super) fn concatenate(&self, left: Val, right: Val, at: NodeId) -> Val {
        match (self.as_file(left), self.as_file(right)) {
            (Val::Unknown(unknown), _) | (_, Val::Unknown(unknown)) => Val::Unknown(unknown),
            (Val::Text(left), Val::Text(right)) => Val::text(format!("{left}{right}")),
            (Val::Text(left), file @ Val::File(_)) if left.is_empty() => file,
            (Val::File(file), Val::Text(right)) => {
                appended(&file, &right).map_or_else(|| Val::Unknown(self.unknown(Reason::WrongKind, at)), Val::File)
            }
            _ => Val::Unknown(self.unknown(Reason::WrongKind, at)),
        }
    }

    /// `self` where a path is asked for is the root of the repository.
    fn as_file(&self, val: Val) -> Val {
        match val {
            Val::Symbol(symbol) if symbol.root == Root::Flake && symbol.path.is_empty() => {
                Val::File(FilePath::Repository(String::new()))
            }
            other => other,
        }
    }

    /// One side of a concatenation. The flake itself is left as it is: it may become a path.
    pub(super) fn piece(&self, expr: NodeId, env: &Env) -> Val {
        match self.operand(expr, env) {
            Val::Symbol(symbol) if symbol.root != Root::Flake || !symbol.path.is_empty() => {
                Val::Unknown(self.unknown(symbol.reason(), expr))
            }
            other => other,
        }
    }

    /// `toString x`
    pub(super) fn to_text(&self, val: Val, at: NodeId) -> Val {
        match self.as_file(val) {
            text @ (Val::Text(_) | Val::File(_) | Val::Unknown(_)) => text,
            Val::Integer(number) => Val::text(number.to_string()),
            Val::Boolean(on) => Val::text(if on { "1" } else { "" }),
            Val::Null => Val::text(""),
            _ => Val::Unknown(self.unknown(Reason::WrongKind, at)),
        }
    }
}

/// The path that a path literal names, `.` and `..` resolved as Nix resolves them.
pub(in crate::nix) fn path_of(text: &str) -> FilePath {
    if let Some(home) = text.strip_prefix("~/") {
        FilePath::Home(normalized(home))
    } else if text.starts_with('/') {
        FilePath::Absolute(format!("/{}", normalized(text)))
    } else {
        FilePath::Relative(normalized(text))
    }
}

/// `path + text`. `None` where the name of an unknown folder would be continued: `./. + "x"`.
fn appended(file: &FilePath, text: &str) -> Option<FilePath> {
    let joined = |path: &str| {
        let continues_folder = (path.is_empty() || path.ends_with("..")) && !text.starts_with('/') && !text.is_empty();
        (!continues_folder).then(|| normalized(&format!("{path}{text}")))
    };
    Some(match file {
        FilePath::Relative(path) => FilePath::Relative(joined(path)?),
        FilePath::Repository(path) => FilePath::Repository(joined(path)?),
        FilePath::Home(path) => FilePath::Home(joined(path)?),
        FilePath::Absolute(path) => FilePath::Absolute(format!("/{}", joined(path)?)),
    })
}

/// Leaves out `.` and empty parts, and resolves `..` where there is something to leave.
fn normalized(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Evaluator<'_, '_> {
    /// Why something at `at` is not known.
    pub(in crate::nix) fn unknown(&self, reason: Reason, at: NodeId) -> Unknown {
        Unknown { reason, text: shortened(self.tree.slice(at)) }
    }
}

/// Nix text on one line, at most sixty characters long.
pub(in crate::nix) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(LONGEST + 1));
        if line.chars().count() > LONGEST {
            let kept: String = line.chars().take(LONGEST - 1).collect();
            return kept + "…";
        }
    }
    line
}

/// A shared copy of a name.
pub(super) fn shared(text: &str) -> Rc<str> {
    Rc::from(text)
}
