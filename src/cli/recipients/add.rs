//! `recipients add`: a key in whatever form it is at hand, made a recipient of rules and files.

use std::io::Read;
use std::path::Path;

use super::super::args::AddRecipientArgs;
use super::super::failure::{Failure, code};
use super::super::note;
use super::super::prompt::is_agreed;
use super::super::set::{note_waiting, read_value};
use super::apply::Prepared;
use super::refused;
use super::scene::Scene;
use crate::crypto::age::{HandedIn, HandedInError, SshAs, recipient_from_text};
use crate::repo::Addressee;
use crate::secret::Secret;
use crate::sops::{CreationRules, legal_name};
use crate::storage::{self, shown};
use crate::text::sanitize;

/// The most bytes that are read for one key; the output of ssh-keyscan is far below.
const MAX_BYTES: u64 = 1 << 20;

/// Adds a recipient to rules and files.
pub(super) fn run(args: &AddRecipientArgs, input: &mut impl Read) -> Result<(), Failure> {
    let ssh = if args.as_ssh { SshAs::Itself } else { SshAs::Converted };
    let handed_in = key_text(&args.key, input).and_then(|text| {
        let text = std::str::from_utf8(text.expose()).map_err(|_| not_a_key(&HandedInError::NoKey { line: 1 }))?;
        recipient_from_text(text, ssh).map_err(|error| not_a_key(&error))
    })?;
    let scene = Scene::read(&args.file)?;
    let name = name(args, &handed_in, &scene)?;
    let group = args.group.map(|group| usize::try_from(group).expect("at most 255") - 1);
    let who = Addressee { recipient: &handed_in.recipient, name: &name, group };
    let plan = scene.repository.plan_adding(&who, &scene.named, &scene.folder).map_err(|error| refused(&error))?;
    let mut prepared = Prepared::new(&scene, plan)?;
    explain(&handed_in, &prepared);
    if prepared.is_done() {
        note(&format!("{} is a recipient of all of them already; nothing was changed.", prepared.name()));
        return prepared.outcome();
    }
    prepared.show();
    prepared.can_begin()?;
    if !args.yes {
        let question = format!("Add {} to .sops.yaml and {}? [y/N] ", prepared.name(), prepared.count());
        if !is_agreed(&question, "--yes adds without asking")? {
            note("Nothing was changed.");
            return Ok(());
        }
    }
    let changes = prepared.steps.iter().map(|step| (&step.file, step.wanted.as_slice()));
    let Some(own) = prepared.own_keys.agreed(changes, args.yes, args.even_mine)? else {
        note("Nothing was changed.");
        return Ok(());
    };
    prepared.carry_out("recipients add", false, own)
}

/// Says what became of the key, and which others were left alone.
fn explain(handed_in: &HandedIn, prepared: &Prepared<'_>) {
    if !handed_in.left_out.is_empty() {
        let left_out = sanitize(&handed_in.left_out.join(", ")).into_owned();
        note(&format!("The ssh-ed25519 key was taken; {left_out} cannot be used and was left alone."));
    }
    if let Some(explanation) = handed_in.explanation() {
        note(&format!("{} is {}: {explanation}", prepared.name(), sanitize(&handed_in.recipient.short())));
    }
}

/// What was asked for, else the anchor it has, else what the key is called where it comes from.
fn name(args: &AddRecipientArgs, handed_in: &HandedIn, scene: &Scene) -> Result<String, Failure> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    let identity = handed_in.recipient.as_str();
    let rules: Vec<&CreationRules> =
        scene.repository.rules_files().filter_map(|(_, file)| file.rules.as_ref().ok()).collect();
    let has = rules.iter().find_map(|rules| rules.name_of(identity)).map(str::to_owned);
    has.or_else(|| handed_in.called.as_deref().map(legal_name)).ok_or_else(|| {
        Failure::new(code::USAGE, "the key does not say whose it is").hint("give it a name: --name host_web")
    })
}

/// The argument itself, the file it names, or stdin. A private key may come by mistake: what is read goes to the arena.
fn key_text(key: &str, input: &mut impl Read) -> Result<Secret, Failure> {
    if key == "-" {
        note_waiting("a public key");
        return read_value(input, false);
    }
    let path = Path::new(key);
    let is_text = key.trim().contains(char::is_whitespace) || key.trim().starts_with("age1");
    if is_text || !path.is_file() {
        return Ok(Secret::from_exposed(key.as_bytes()));
    }
    storage::read_secret(path, MAX_BYTES)
        .map_err(|error| Failure::new(code::COULD_NOT_READ, format!("{}: {error}", shown(path))))
}

pub(super) fn not_a_key(error: &HandedInError) -> Failure {
    let words = match error {
        HandedInError::NoKey { line: 1 } => "this is neither a public key nor a file that is there".to_owned(),
        error => sanitize(&error.to_string()).into_owned(),
    };
    Failure::new(code::INVALID_VALUE, words).hint(error.hint())
}
