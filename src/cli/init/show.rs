//! What a person sees of a plan: diffs, lines to add by hand, the next steps.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use similar::TextDiff;

use super::super::failure::Failure;
use super::super::{note, unwritten};
use super::key::OwnKey;
use crate::nix::ModuleKind;
use crate::repo::setup::{Answers, DecryptWith, SetupPlan};
use crate::storage::{Setup, shown};
use crate::text::sanitize;

/// Prints every file as a unified diff, new ones whole.
pub(super) fn diffs(plan: &SetupPlan, out: &mut impl Write) -> Result<(), Failure> {
    let colours = has_colours();
    for change in &plan.changes {
        let before = change.before.as_deref().unwrap_or_default();
        let old = if change.before.is_some() { format!("a/{}", change.path) } else { "/dev/null".to_owned() };
        let diff = TextDiff::from_lines(before, &change.after);
        let text = diff.unified_diff().header(&old, &format!("b/{}", change.path)).to_string();
        // Every line is shown by itself, so that nothing in it acts on the terminal.
        let shown: String = text.lines().map(|line| format!("{}\n", painted(line, colours))).collect();
        writeln!(out, "# {} {}", sanitize(change.path.as_str()), change.reason)
            .and_then(|()| out.write_all(shown.as_bytes()))
            .and_then(|()| writeln!(out))
            .map_err(|error| unwritten(&error))?;
    }
    Ok(())
}

/// Colours help on a terminal that has them, where nobody declined them.
fn has_colours() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

fn painted(line: &str, colours: bool) -> String {
    let line = sanitize(line);
    let colour = match line.as_bytes().first() {
        Some(b'+') => "32",
        Some(b'-') => "31",
        Some(b'@') => "36",
        _ => return line.into_owned(),
    };
    if colours { format!("\x1b[{colour}m{line}\x1b[m") } else { line.into_owned() }
}

/// Says what was found.
pub(super) fn in_place(plan: &SetupPlan) {
    for words in &plan.in_place {
        note(&format!("In place: {}.", sanitize(words)));
    }
}

/// Says what a person has to add.
pub(super) fn by_hand(plan: &SetupPlan) {
    for part in &plan.by_hand {
        let end = if part.lines.is_empty() { "." } else { ":" };
        note(&format!("By hand: {}{end}", sanitize(&part.what)));
        part.lines.iter().for_each(|line| note(&format!("    {}", sanitize(line))));
    }
}

/// Says what comes next.
pub(super) fn next_steps(setup: &Setup, answers: &Answers, key: &OwnKey) {
    let file = from_here(&setup.root().absolute(&answers.secrets_file));
    note("Next:");
    if let Some(line) = key.export() {
        note(&format!("  {}   once in each shell, or in its profile: sops does not look there", sanitize(&line)));
    }
    note(&format!("  sopsmith {file}   adds secrets with their declarations (a adds one)"));
    let module = setup.facts().module_or_new();
    note(&format!(
        "  by hand: sopsmith set {file} api/deepseek, and the line \"api/deepseek\" = {{ }}; below sops.secrets in {}",
        from_here(&setup.root().absolute(&module))
    ));
    let has_flake = setup.facts().has_flake();
    let name = answers.system.clone().or_else(|| setup.facts().only_system()).unwrap_or_else(|| "HOST".to_owned());
    let name = sanitize(&name);
    match (&answers.decrypt_with, &answers.host) {
        (DecryptWith::SshHostKey, None) => {
            note(&format!(
                "  ssh-keyscan -t ed25519 HOST | sopsmith recipients add - --name {name}   lets the host decrypt"
            ));
        }
        (DecryptWith::KeyFile(path), _) => {
            note(&format!("  put an identity among the recipients on the target: {}", sanitize(path)))
        }
        _ => {}
    }
    let kind = setup.facts().kind();
    if kind == ModuleKind::HomeManager {
        note("  home-manager switch   installs them in ~/.config/sops-nix/secrets");
        return;
    }
    let program = if kind == ModuleKind::Darwin { "darwin-rebuild" } else { "nixos-rebuild" };
    let flake = match from_here(&setup.folder()) {
        path if path.is_empty() => ".".to_owned(),
        path if path.starts_with('/') => path,
        path => format!("./{path}"),
    };
    let rebuild =
        if has_flake { format!("{program} switch --flake {flake}#{name}") } else { format!("{program} switch") };
    note(&format!("  {rebuild}   installs them in /run/secrets"));
}

/// A path as one types it here.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    shown(path.strip_prefix(here).unwrap_or(path))
}
