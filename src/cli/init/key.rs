//! Whose key: the identity that is there, a new one, or an SSH key.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::super::failure::{Failure, code};
use super::super::keygen::{no_folder, read, recipients};
use super::Halt;
use super::answers::Asking;
use crate::crypto::age::{Recipient, RecipientKind};
use crate::storage::{Environment, NewIdentity, OwnKeys, Place, shown};

/// The key of the person.
pub(super) enum OwnKey {
    /// It is there already.
    Found {
        /// Its public key.
        recipient: Recipient,
        /// Where, in words.
        place: String,
        /// The variable that has to name its file, where sops does not look there by itself.
        export: Option<(&'static str, PathBuf)>,
    },
    /// It is made, and written with everything else.
    New {
        /// The identity.
        identity: Box<NewIdentity>,
        /// The file it goes to.
        path: PathBuf,
    },
}

impl OwnKey {
    /// Its public key.
    pub(super) fn recipient(&self) -> &Recipient {
        match self {
            Self::Found { recipient, .. } => recipient,
            Self::New { identity, .. } => identity.recipient(),
        }
    }

    /// The identity that is to be written.
    pub(super) fn new_identity(&self) -> Option<(&Path, &NewIdentity)> {
        match self {
            Self::Found { .. } => None,
            Self::New { identity, path } => Some((path, identity)),
        }
    }

    /// The line for a shell that lets sops and this program find the key, where they would not by themselves.
    pub(super) fn export(&self) -> Option<String> {
        let Self::Found { export: Some((variable, path)), .. } = self else { return None };
        let path = path.to_string_lossy();
        Some(format!("export {variable}={}", shell_words::quote(&path)))
    }

    /// What it is and where.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Found { recipient, place, .. } if is_ssh(recipient) => format!(
                "your SSH key in {place}, used as it is: right for your desk; a host needs its age1… form, \
                 which `recipients add` makes of its key"
            ),
            Self::Found { place, .. } => format!("an age key in {place}"),
            Self::New { path, .. } => format!("a new age key for {}, where sops looks for it", shown(path)),
        }
    }
}

fn is_ssh(recipient: &Recipient) -> bool {
    matches!(recipient.kind(), RecipientKind::SshEd25519 | RecipientKind::SshRsa)
}

/// The key that the arguments name, else the one that is found, else a new one.
pub(super) fn choose(asking: &mut Asking<'_>) -> Result<OwnKey, Halt> {
    let args = asking.args;
    if let Some(text) = &args.recipient {
        return Ok(told(text)?);
    }
    let keys = OwnKeys::find(&Environment::of_process());
    if let Some(path) = args.ssh_key.as_deref().or(args.identity.as_deref()) {
        return Ok(named(path, &keys)?);
    }
    let Some(terminal) = &mut asking.terminal else { return Ok(by_default(&keys)?) };
    let default = match (keys.age(), &keys.hidden[..]) {
        (Some(key), _) => key.place.to_string(),
        (None, [place, ..]) => place.to_string(),
        (None, []) => "new".to_owned(),
    };
    let also = keys.ssh().map(|key| format!(", or {}", key.place)).unwrap_or_default();
    let question = format!("Your key: new, or the file of an age identity or SSH key{also}");
    let answer: Result<OwnKey, Failure> = terminal.ask(&question, &default, |answer| {
        if answer == default && answer != "new" {
            return by_default(&keys).map(Ok).or_else(|failure| Ok(Err(failure)));
        }
        named(Path::new(answer), &keys).map(Ok).map_err(|failure| failure.in_answer())
    })?;
    match answer {
        Ok(key) => Ok(key),
        // Its public key cannot be read, so it is asked for.
        Err(_) => {
            let question = format!("The public key of {default} cannot be read; it is");
            Ok(terminal.ask(&question, "age1…", |text| told(text).map_err(|failure| failure.in_answer()))?)
        }
    }
}

/// A public key as it was typed.
fn told(text: &str) -> Result<OwnKey, Failure> {
    let recipient = Recipient::parse(text).map_err(|error| {
        Failure::new(code::INVALID_VALUE, format!("{}: {error}", crate::text::sanitize(text))).hint(error.hint())
    })?;
    Ok(OwnKey::Found { recipient, place: "the place that you know".to_owned(), export: None })
}

/// `new`, or a file with an identity.
fn named(path: &Path, keys: &OwnKeys) -> Result<OwnKey, Failure> {
    if path.as_os_str() == "new" {
        return new(keys);
    }
    let source = read(path)?;
    let recipient = recipients(source, &shown(path))?.swap_remove(0);
    let export = export(path, &recipient, keys);
    Ok(OwnKey::Found { recipient, place: shown(path), export })
}

/// The variable that has to name this file: none where the key is found already, here or at another place.
fn export(path: &Path, recipient: &Recipient, keys: &OwnKeys) -> Option<(&'static str, PathBuf)> {
    if keys.known.iter().any(|key| key.recipient == *recipient) {
        return None;
    }
    // The public half was named; the private one lies beside it.
    let private = if path.extension().is_some_and(|end| end == "pub") { path.with_extension("") } else { path.into() };
    let private = private.canonicalize().unwrap_or(private);
    let is_looked_at = |place: &Place| matches!(place, Place::File { path, .. } if *path == private);
    if keys.hidden.iter().any(is_looked_at) {
        return None;
    }
    let variable = if is_ssh(recipient) { "SOPS_AGE_SSH_PRIVATE_KEY_FILE" } else { "SOPS_AGE_KEY_FILE" };
    Some((variable, private))
}

fn new(keys: &OwnKeys) -> Result<OwnKey, Failure> {
    let path = keys.default_file.clone().ok_or_else(no_folder)?;
    if path.symlink_metadata().is_ok() {
        let words = format!("{} exists already and is never overwritten", shown(&path));
        return Err(Failure::new(code::COULD_NOT_WRITE, words).hint("use the identity in it: --identity FILE"));
    }
    Ok(OwnKey::New { identity: Box::new(NewIdentity::generate(Timestamp::now())), path })
}

/// What is used where nobody chooses.
fn by_default(keys: &OwnKeys) -> Result<OwnKey, Failure> {
    if let Some(key) = keys.age() {
        return Ok(OwnKey::Found { recipient: key.recipient.clone(), place: key.place.to_string(), export: None });
    }
    if let Some(place) = keys.hidden.first() {
        let words = format!("{place}: its public key cannot be told without a passphrase or its plugin");
        return Err(Failure::new(code::COULD_NOT_READ, words).hint("give the public key: --recipient age1…"));
    }
    let of_default = |path: &Path| {
        keys.refused.iter().find(|tried| matches!(&tried.place, Place::File { path: there, .. } if there == path))
    };
    match &keys.default_file {
        Some(path) if path.symlink_metadata().is_ok() => {
            let why = of_default(path).map_or_else(|| "no key is in it".to_owned(), crate::storage::Tried::outcome);
            let words = format!("{} is there and cannot be used: {why}", shown(path));
            Err(Failure::new(code::COULD_NOT_READ, words).hint("mend it, or name another: --identity FILE"))
        }
        _ => new(keys),
    }
}
