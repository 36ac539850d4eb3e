//! `env`: how secrets are used: references, paths, and the lines that export them. Needs no key and opens nothing.

use std::io::Write;

use super::args::EnvArgs;
use super::failure::{Failure, code};
use super::list::{repository_of, row_key};
use super::sealed_file::SealedFile;
use super::{note, unwritten};
use crate::nix::Unknown;
use crate::repo::{
    NotUsable, PathStyle, Repository, Row, RowState, SecretUse, is_variable, name_variables, nix_block, shell_lines,
};
use crate::sops::ReadError;
use crate::text::sanitize;

/// Prints how the chosen secrets are used.
pub(super) fn run(args: &EnvArgs, out: &mut impl Write) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let (repository, rows) = match repository_of(&args.file) {
        Some((repository, inside)) => {
            let rows = repository.rows(&inside, None);
            (repository, rows)
        }
        None => (Repository::default(), Vec::new()),
    };
    let secrets = chosen(args, &file, &repository, &rows)?;
    let text = if args.reference {
        secrets.iter().map(|secret| format!("{}\n", secret.reference)).collect()
    } else if args.path {
        paths(&secrets).map_err(|(key, why)| file.failure(pathless(&key, &why)))?
    } else if args.shell {
        shell_lines(&secrets).map_err(|(key, why)| file.failure(pathless(&key, &why)))?
    } else {
        nix_block(&secrets, if args.plain_path { PathStyle::Plain } else { PathStyle::Reference })
    };
    out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))
}

/// The secrets that were asked for, each once and with a variable of its own.
fn chosen(args: &EnvArgs, file: &SealedFile, repository: &Repository, rows: &[Row]) -> Result<Vec<SecretUse>, Failure> {
    let mut picked: Vec<(&Row, Option<&str>)> = Vec::new();
    for argument in &args.keys {
        for pick in rows_of(argument, file, rows)? {
            if !picked.iter().any(|(row, _)| row.key == pick.0.key) {
                picked.push(pick);
            }
        }
    }
    if args.keys.is_empty() {
        let undeclared = rows.iter().filter(|row| row.state == RowState::Undeclared).count();
        picked.extend(rows.iter().filter(|row| !row.declarations.is_empty()).map(|row| (row, None)));
        if picked.is_empty() {
            return Err(file.failure(Failure::new(code::GENERIC, "no key of this file is declared")).hint(HOW));
        }
        if undeclared > 0 {
            let are = if undeclared == 1 { "key is" } else { "keys are" };
            note(&format!("sopsmith: {undeclared} {are} left out, because no declaration reads them"));
        }
    }
    let refused = |error: &NotUsable| file.failure(Failure::new(code::GENERIC, error)).hint(error.hint());
    let named: Vec<Option<&str>> = picked.iter().map(|(_, name)| *name).collect();
    let secrets = picked.iter().map(|(row, _)| repository.secret_use(&row.key, &row.declarations));
    let mut secrets = secrets.collect::<Result<Vec<SecretUse>, NotUsable>>().map_err(|error| refused(&error))?;
    for (secret, (row, _)) in secrets.iter().zip(&picked) {
        if row.state == RowState::Missing {
            note(&format!("sopsmith: {} is declared, but the file has no such key: the next switch fails", secret.key));
        }
    }
    let keys: Vec<String> = secrets.iter().map(naming_key).collect();
    let variables = name_variables(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    for ((secret, variable), name) in secrets.iter_mut().zip(variables).zip(named) {
        secret.variable = name.map_or(variable, str::to_owned);
    }
    Ok(secrets)
}

/// How a key comes to be declared.
const HOW: &str = "declare it first: n on its row in the editor, or sops.secrets.NAME = { }; in Nix";

/// What names the variable: the key; for a whole file the name of its declaration.
fn naming_key(secret: &SecretUse) -> String {
    if secret.key.is_empty() { secret.variable.clone() } else { secret.key.clone() }
}

/// The rows that an argument means: a key, all declared keys below a branch, or a key under a name of its own.
fn rows_of<'r, 'a>(
    argument: &'a str,
    file: &SealedFile,
    rows: &'r [Row],
) -> Result<Vec<(&'r Row, Option<&'a str>)>, Failure> {
    let found = |key: &str| -> Result<Option<&'r Row>, Failure> {
        let key = row_key(&file.key(key)?);
        Ok(rows.iter().find(|row| row.key == key))
    };
    if let Some(row) = found(argument)? {
        let below = format!("{}/", row.key);
        if !row.is_branch() || !row.declarations.is_empty() {
            return Ok(vec![(row, None)]);
        }
        let declared = rows.iter().filter(|row| row.key.starts_with(&below) && !row.declarations.is_empty());
        let declared: Vec<_> = declared.map(|row| (row, None)).collect();
        let nothing = || Failure::new(code::GENERIC, format!("no key below {} is declared", sanitize(argument)));
        return if declared.is_empty() { Err(file.failure(nothing()).hint(HOW)) } else { Ok(declared) };
    }
    if let Some((name, key)) = argument.split_once('=').filter(|(name, _)| is_variable(name))
        && let Some(row) = found(key)?
    {
        return Ok(vec![(row, Some(name))]);
    }
    let path = file.key(argument)?;
    if file.document.entry(&path).is_some() {
        // There is no repository, so that nothing can be declared.
        let error = NotUsable::Undeclared { key: sanitize(argument).into_owned() };
        return Err(file.failure(Failure::new(code::GENERIC, &error)).hint(error.hint()));
    }
    Err(file.failure(super::sealed_file::unread(&ReadError::NoSuchKey { path })))
}

fn paths(secrets: &[SecretUse]) -> Result<String, (String, Unknown)> {
    let path = |secret: &SecretUse| match &secret.path {
        crate::nix::Static::Known(path) => Ok(format!("{path}\n")),
        crate::nix::Static::Unknown(why) => Err((secret.key.clone(), why.clone())),
    };
    secrets.iter().map(path).collect()
}

fn pathless(key: &str, why: &Unknown) -> Failure {
    Failure::new(code::GENERIC, format!("the path of {} cannot be read from the Nix text: {why}", sanitize(key)))
        .hint("leave out --shell, --path and --plain-path: the reference works however the path is computed")
}
