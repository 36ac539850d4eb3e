//! `recipients remove`: out of the rules and the files, with plain words about what that does not undo.

use super::super::args::RemoveRecipientArgs;
use super::super::failure::{Failure, code};
use super::super::note;
use super::super::prompt::is_agreed;
use super::add::not_a_key;
use super::apply::Prepared;
use super::refused;
use super::scene::Scene;
use crate::crypto::age::{HandedInError, SshAs, recipient_from_text};
use crate::repo::OwnAccess;
use crate::sops::is_same_recipient;

/// Removes a recipient from rules and files.
pub(super) fn run(args: &RemoveRecipientArgs) -> Result<(), Failure> {
    let scene = Scene::read(&args.file)?;
    let who = who(&args.who, &scene)?;
    let plan = scene.repository.plan_removing(&who, &scene.named, &scene.folder).map_err(|error| refused(&error))?;
    let mut prepared = Prepared::new(&scene, plan)?;
    if prepared.is_done() {
        note("Nothing was changed.");
        return prepared.outcome();
    }
    let name = prepared.name();
    prepared.show();
    prepared.can_begin()?;
    note(&format!(
        "{name} keeps what it could read: git's history and copies still open with its key. Removing ends its access to \
         what is written from now on{}; change the secrets that matter.",
        if args.rotate { "" } else { ", as long as it has no copy of the data keys (rotate makes new ones)" }
    ));
    let Some((rotate, own)) = agreed(args, &prepared)? else {
        note("Nothing was changed.");
        return Ok(());
    };
    prepared.carry_out("recipients remove", rotate, own)
}

/// Asks what has to be asked: whether to remove, even where it is one's own key, and whether to rotate. None: no.
fn agreed(args: &RemoveRecipientArgs, prepared: &Prepared<'_>) -> Result<Option<(bool, OwnAccess)>, Failure> {
    let name = prepared.name();
    let is_mine = prepared.own_keys.is_mine(&prepared.plan.identity) && !args.even_mine;
    if args.yes && is_mine {
        let said = format!("{name} is your own key: afterwards you could not open {}", prepared.count());
        return Err(Failure::new(code::GENERIC, said).hint("--even-mine removes it even so"));
    }
    // Whoever else is removed, rules that were changed by hand may leave out our own key as well.
    let keep = |own: bool| {
        let changes = prepared.steps.iter().map(|step| (&step.file, step.wanted.as_slice()));
        prepared.own_keys.agreed(changes, args.yes, own)
    };
    if args.yes {
        return Ok(keep(args.even_mine)?.map(|own| (args.rotate, own)));
    }
    let ask = |question: &str| is_agreed(question, "--yes removes without asking, --rotate makes new data keys too");
    if !ask(&format!("Remove {name} from .sops.yaml and {}? [y/N] ", prepared.count()))? {
        return Ok(None);
    }
    if is_mine
        && !ask(&format!("{name} is your own key: you could not open {} any more. Really? [y/N] ", prepared.count()))?
    {
        return Ok(None);
    }
    let Some(own) = keep(is_mine || args.even_mine)? else { return Ok(None) };
    if args.rotate || prepared.steps.is_empty() {
        return Ok(Some((args.rotate, own)));
    }
    ask("Make new data keys as well, so that a copy of the old ones opens nothing new? [y/N] ")
        .map(|rotate| Some((rotate, own)))
}

/// The name or key as files and rules have it: an SSH key may stand there as it is, or converted.
fn who(text: &str, scene: &Scene) -> Result<String, Failure> {
    let forms = [SshAs::Converted, SshAs::Itself].map(|ssh| recipient_from_text(text, ssh));
    if let Err(error @ HandedInError::PrivateKey) = &forms[0] {
        return Err(not_a_key(error));
    }
    let matrix = scene.repository.recipient_matrix(|_| true);
    let is_known = |identity: &str| matrix.rows.iter().any(|row| is_same_recipient(row.identity, identity));
    let mut keys = forms.into_iter().flatten().map(|handed_in| handed_in.recipient.to_string());
    Ok(keys.find(|key| is_known(key)).unwrap_or_else(|| text.to_owned()))
}
