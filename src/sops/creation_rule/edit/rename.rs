//! Gives an anchor another name, and every alias of it.

use super::super::CreationRules;
use super::add::parse;
use super::meant::{Draft, Said};
use super::name::is_legal;
use super::place::Places;
use super::{RulesChange, RulesEditError};

pub(super) fn rename(text: &str, from: &str, to: &str) -> Result<RulesChange, RulesEditError> {
    let rules = CreationRules::parse(text)?;
    let yaml = parse(text);
    let not_there = || RulesEditError::NotThere { name: from.to_owned() };
    let places = Places::of(&yaml)?.ok_or_else(not_there)?;
    if !is_legal(to) {
        return Err(RulesEditError::NotAName { name: to.to_owned() });
    }
    if let Some(taken) = places.nodes().find(|node| yaml.anchor(*node) == Some(to)) {
        return Err(RulesEditError::NameTaken { line: yaml.line(taken), name: to.to_owned() });
    }
    let target = places.nodes().find(|node| yaml.anchor(*node) == Some(from)).ok_or_else(not_there)?;
    let mut draft = Draft::new();
    let unusual = |_| RulesEditError::NotAsMeant { line: yaml.line(target) };
    let start = yaml.full_range(target).start;
    let anchor = text[start..].find(&format!("&{from}")).map(|at| start + at + 1).ok_or_else(not_there)?;
    draft.inside.push(anchor..anchor + from.len(), to).map_err(unusual)?;
    for alias in places.nodes().filter(|node| yaml.alias_target(*node) == Some(target)) {
        let range = yaml.range(alias);
        draft.inside.push(range.start + 1..range.end, to).map_err(unusual)?;
    }
    let said = Said::all(&rules);
    Ok(RulesChange { name: Some(to.to_owned()), ..draft.make(&yaml, &said, &said)? })
}
