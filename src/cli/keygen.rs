//! `keygen`: a new age identity, or the recipients of one that is there. As age-keygen, in the arena.

use std::io::{IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::args::KeygenArgs;
use super::failure::{Failure, code};
use super::prompt::TerminalPrompt;
use super::set::{note_waiting, read_value};
use super::{note, unbuffered, unwritten};
use crate::crypto::age::{
    Identity, IdentityError, IdentityKind, LineRule, Prompt, Recipient, RecipientKind, parse_identities,
    parse_ssh_identity, recipient_from_ssh,
};
use crate::secret::Secret;
use crate::storage::{self, Environment, NewIdentity, NewIdentityError, shown};

/// Makes an identity, or tells whose one is.
pub(super) fn run(args: &KeygenArgs, out: &mut impl Write) -> Result<(), Failure> {
    if args.recipients {
        return tell(args.file.as_deref(), out);
    }
    let identity = match &args.from_ssh {
        Some(path) => from_ssh(path)?,
        None => NewIdentity::generate(Timestamp::now()),
    };
    match &args.output {
        Some(path) => save(&identity, path),
        // A terminal keeps what it shows; the identity goes to where sops looks for it.
        None if std::io::stdout().is_terminal() => save_where_sops_looks(&identity),
        None => print(&identity, out),
    }
}

/// The identity of a host, made from its SSH key.
fn from_ssh(path: &Path) -> Result<NewIdentity, Failure> {
    NewIdentity::from_ssh(&read(path)?, Timestamp::now())
        .map_err(|error| Failure::new(code::COULD_NOT_READ, format!("{}: {error}", shown(path))).hint(error.hint()))
}

fn print(identity: &NewIdentity, out: &mut impl Write) -> Result<(), Failure> {
    out.write_all(identity.file_text().expose()).and_then(|()| out.flush()).map_err(|error| unwritten(&error))?;
    note(&format!("Public key: {}", identity.recipient().as_str()));
    Ok(())
}

fn save(identity: &NewIdentity, path: &Path) -> Result<(), Failure> {
    let durability = identity.save(path).map_err(|error| unsaved(&error))?;
    if let storage::Durability::Unknown(reason) = durability {
        note(&format!("sopsmith: whether {} outlives a power cut is unknown: {reason}", shown(path)));
    }
    note(&format!("{} holds the identity; only you may read it. Keep a copy in a safe place.", shown(path)));
    note(&format!("Public key: {}", identity.recipient().as_str()));
    Ok(())
}

fn save_where_sops_looks(identity: &NewIdentity) -> Result<(), Failure> {
    let path = Environment::of_process().default_key_file().ok_or_else(no_folder)?;
    match save(identity, &path) {
        Err(_) if path.symlink_metadata().is_ok() => {
            let words = format!("{} exists already and is never overwritten", shown(&path));
            Err(Failure::new(code::COULD_NOT_WRITE, words)
                .hint("sopsmith keygen -y FILE tells its recipients; sopsmith keygen -o FILE makes another identity"))
        }
        done => done,
    }
}

/// Where no folder is known for identities.
pub(super) fn no_folder() -> Failure {
    Failure::new(code::COULD_NOT_WRITE, "there is no folder for keys: neither HOME nor XDG_CONFIG_HOME is set")
        .hint("name a file: sopsmith keygen -o FILE")
}

/// A new identity that was not written.
pub(super) fn unsaved(error: &NewIdentityError) -> Failure {
    Failure::new(code::COULD_NOT_WRITE, error).maybe_hint(error.hint())
}

/// Prints the recipients of a file, one a line.
fn tell(file: Option<&Path>, out: &mut impl Write) -> Result<(), Failure> {
    let named = file.filter(|path| path.as_os_str() != "-");
    let source = match named {
        Some(path) => read(path)?,
        None => {
            note_waiting("an identity (what is typed is shown)");
            read_value(&mut unbuffered(std::io::stdin().as_fd())?, false)?
        }
    };
    let name = named.map_or_else(|| "stdin".to_owned(), shown);
    for recipient in recipients(source, &name)? {
        writeln!(out, "{}", recipient.as_str()).map_err(|error| unwritten(&error))?;
        if *recipient.kind() == RecipientKind::SshEd25519
            && let Ok(converted) = recipient_from_ssh(recipient.as_str())
        {
            note(&format!("as the key of a host that sops-nix decrypts with: {}", converted.as_str()));
        }
    }
    out.flush().map_err(|error| unwritten(&error))
}

/// Reads a file that may hold an identity.
pub(super) fn read(path: &Path) -> Result<Secret, Failure> {
    storage::read_secret(path, storage::MAX_FILE_BYTES).map_err(|error| match error {
        storage::ReadError::Absent(_) => Failure::new(code::NO_FILE, &error).hint("check the path"),
        error => Failure::new(code::COULD_NOT_READ, &error).maybe_hint(error.hint()),
    })
}

/// The recipients of an identity file, of an SSH private key, or of its public half.
pub(super) fn recipients(source: Secret, name: &str) -> Result<Vec<Recipient>, Failure> {
    let prompt: Arc<dyn Prompt> = Arc::new(TerminalPrompt);
    let refused =
        |error: IdentityError| Failure::new(code::COULD_NOT_READ, format!("{name}: {error}")).hint(error.hint());
    if let Some(public) = std::str::from_utf8(source.expose()).ok().filter(|text| text.starts_with("ssh-")) {
        let line = public.lines().next().unwrap_or_default();
        let recipient = Recipient::parse(line)
            .map_err(|error| Failure::new(code::COULD_NOT_READ, format!("{name}: {error}")).hint(error.hint()))?;
        return Ok(vec![Recipient::parse(recipient.key_text()).unwrap_or(recipient)]);
    }
    let identities = if source.expose().trim_ascii_start().starts_with(b"-----BEGIN ")
        && !source.expose().starts_with(b"-----BEGIN AGE")
    {
        vec![parse_ssh_identity(source, name, &prompt).map_err(refused)?]
    } else {
        parse_identities(source, name, LineRule::OnePerLine, &prompt).map_err(refused)?
    };
    if identities.is_empty() {
        return Err(Failure::new(code::COULD_NOT_READ, format!("{name}: no identity is in it"))
            .hint("an identity begins with AGE-SECRET-KEY-1"));
    }
    identities.iter().map(|identity| known_recipient(identity, name)).collect()
}

fn known_recipient(identity: &Identity, name: &str) -> Result<Recipient, Failure> {
    if let Some(recipient) = identity.recipient() {
        return Ok(Recipient::parse(recipient.key_text()).unwrap_or_else(|_| recipient.clone()));
    }
    let (why, hint) = match identity.kind() {
        IdentityKind::ProtectedFile => {
            ("is protected by a passphrase".to_owned(), "age -d FILE | sopsmith keygen -y tells its recipients")
        }
        IdentityKind::Plugin { name } => {
            (format!("belongs to age-plugin-{}", crate::text::sanitize(&name)), "its plugin tells the recipient")
        }
        _ => ("is of a form that cannot be used yet".to_owned(), "age-keygen -y tells its recipient"),
    };
    Err(Failure::new(code::COULD_NOT_READ, format!("{name}: the identity {why}, so its recipient is not known here"))
        .hint(hint))
}
