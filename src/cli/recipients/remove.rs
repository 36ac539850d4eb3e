//! `recipients remove`: out of the rules and the files, with plain words about what that does not undo.

use std::sync::Arc;

use super::super::args::RemoveRecipientArgs;
use super::super::failure::{Failure, code};
use super::super::note;
use super::super::prompt::ask_yes_no;
use super::add::not_a_key;
use super::apply::Prepared;
use super::refused;
use super::scene::Scene;
use crate::crypto::age::{HandedInError, NoPrompt, Prompt, SshAs, recipient_from_text};
use crate::sops::is_same_recipient;
use crate::storage::{Environment, Keyring};

/// Removes a recipient from rules and files.
pub(super) fn run(args: &RemoveRecipientArgs) -> Result<(), Failure> {
    let scene = Scene::read(&args.file)?;
    let who = who(&args.who, &scene)?;
    let plan = scene.repository.plan_removing(&who, &scene.named, &scene.folder).map_err(|error| refused(&error))?;
    let prepared = Prepared::new(&scene, plan)?;
    if prepared.is_done() {
        note("Nothing was changed.");
        return Ok(());
    }
    let name = prepared.name();
    prepared.show();
    note(&format!(
        "{name} keeps what it could read: git's history and copies still open with its key. Removing ends its access to \
         what is written from now on{}; change the secrets that matter.",
        if args.rotate { "" } else { ", as long as it has no copy of the data keys (rotate makes new ones)" }
    ));
    let Some(rotate) = agreed(args, &prepared)? else {
        note("Nothing was changed.");
        return Ok(());
    };
    prepared.carry_out("recipients remove", rotate)
}

/// Asks what has to be asked: whether to remove, even where it is one's own key, and whether to rotate. None: no.
fn agreed(args: &RemoveRecipientArgs, prepared: &Prepared<'_>) -> Result<Option<bool>, Failure> {
    let name = prepared.name();
    let is_mine = is_mine(&prepared.plan.identity) && !args.even_mine;
    if args.yes && is_mine {
        let said = format!("{name} is your own key: afterwards you could not open {}", prepared.count());
        return Err(Failure::new(code::GENERIC, said).hint("--even-mine removes it even so"));
    }
    if args.yes {
        return Ok(Some(args.rotate));
    }
    let ask = |question: &str| {
        ask_yes_no(question).ok_or_else(|| {
            let said = "nothing was changed: there is no terminal to ask on";
            Failure::new(code::GENERIC, said).hint("--yes removes without asking, --rotate makes new data keys too")
        })
    };
    if !ask(&format!("Remove {name} from .sops.yaml and {}? [y/N] ", prepared.count()))? {
        return Ok(None);
    }
    if is_mine
        && !ask(&format!("{name} is your own key: you could not open {} any more. Really? [y/N] ", prepared.count()))?
    {
        return Ok(None);
    }
    if args.rotate || prepared.steps.is_empty() {
        return Ok(Some(args.rotate));
    }
    ask("Make new data keys as well, so that a copy of the old ones opens nothing new? [y/N] ").map(Some)
}

/// Whether an identity of this machine belongs to the recipient, as far as can be told without asking.
fn is_mine(identity: &str) -> bool {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let keyring = Keyring::find(&Environment::of_process(), &prompt);
    keyring.recipients().any(|recipient| is_same_recipient(recipient.as_str(), identity))
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
