//! Hard-coded paths: `/run/secrets/x` written out in a string or as a path; comments do not count.

use std::ops::Range;

use rnix::SyntaxKind::{NODE_INTERPOL, TOKEN_PATH_ABS, TOKEN_STRING_CONTENT};

use super::chain::chain;
use super::condition::conditions;
use super::reference::template;
use crate::nix::evaluate::{Evaluator, shortened};
use crate::nix::reference::{Reference, ReferenceKind};
use crate::nix::tree::{NodeId, Tree};
use crate::nix::value::{Reason, Static, Unknown};

const FOLDER: &str = "/run/secrets";

/// The folders below which names are looked for, the most special one first.
const KINDS: [(&str, ReferenceKind); 3] = [
    ("/run/secrets/rendered/", ReferenceKind::HardCodedTemplate),
    ("/run/secrets-for-users/", ReferenceKind::HardCodedForUsers),
    ("/run/secrets/", ReferenceKind::HardCoded),
];

/// The hard-coded paths of a file, in order.
pub(super) fn references(evaluator: &Evaluator<'_, '_>) -> Vec<Reference> {
    let tree = evaluator.tree;
    let mut found = Vec::new();
    let tokens = tree.ids().filter(|id| matches!(tree.kind(*id), TOKEN_STRING_CONTENT | TOKEN_PATH_ABS));
    for token in tokens {
        let text = tree.slice(token);
        let mut searched = 0;
        while let Some(at) = text[searched..].find(FOLDER) {
            let start = searched + at;
            searched = start + FOLDER.len();
            found.extend(reference(evaluator, token, start));
        }
    }
    found
}

/// The path that begins at `start` of a token's text.
fn reference(evaluator: &Evaluator<'_, '_>, token: NodeId, start: usize) -> Option<Reference> {
    let tree = evaluator.tree;
    let text = tree.slice(token);
    let path = &text[start..];
    let (folder, kind) = KINDS.into_iter().find(|(folder, _)| path.starts_with(folder))?;
    let length = path[folder.len()..].find(|character: char| !is_name(character));
    let name = &path[folder.len()..folder.len() + length.unwrap_or(path.len() - folder.len())];
    let continues = length.is_none() && followed_by_interpolation(tree, token);
    let name = if continues { name } else { name.trim_end_matches(['.', '/']) };
    if name.is_empty() && !continues {
        return None;
    }
    let context = chain(tree, token);
    if is_own_path(&context) {
        return None;
    }
    let begin = tree.range(token).start + start;
    let name_range = begin + folder.len()..begin + folder.len() + name.len();
    Some(Reference {
        kind,
        name: if continues {
            let around = tree.parent(token).map_or("", |around| tree.slice(around));
            Static::Unknown(Unknown { reason: Reason::TooComplex, text: shortened(around) })
        } else {
            Static::Known(name.to_owned())
        },
        range: Range { start: begin, end: name_range.end },
        name_range: (!continues).then_some(name_range),
        attribute: None,
        template: template(&context),
        context,
        conditions: conditions(evaluator, token),
        is_optional: false,
    })
}

/// Characters that paths of secrets are made of; anything else ends the path.
fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '/' | '.' | '-' | '_' | '+' | '@' | '~')
}

fn followed_by_interpolation(tree: &Tree<'_>, token: NodeId) -> bool {
    let end = tree.range(token).end;
    tree.parent(token)
        .and_then(|around| tree.children(around).find(|next| tree.range(*next).start >= end))
        .is_some_and(|next| tree.kind(next) == NODE_INTERPOL)
}

/// The `path` of a secret's own declaration is no use of it.
fn is_own_path(context: &[String]) -> bool {
    context.windows(2).any(|names| names[0] == "sops" && names[1] == "secrets")
}
