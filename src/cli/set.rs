//! `set`: one value, asked for on a terminal, else from stdin, or generated.

use std::io::{IsTerminal as _, Read};

use super::args::{SetArgs, TypeName};
use super::failure::{Failure, code};
use super::note;
use super::prompt::ask_hidden;
use super::sealed_file::SealedFile;
use crate::generate::generate;
use crate::secret::{Secret, SecretBuffer};
use crate::sops::{Edit, KeyPath, LeafType, NewValue, Part, Place};
use crate::storage::{OsRandom, shown};
use crate::text::sanitize;

/// The longest value that is read.
const MAX_VALUE_BYTES: usize = 16 << 20;

/// Sets a key, making it and the levels above it where they are missing.
pub(super) fn run(args: &SetArgs, input: &mut impl Read) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let path = file.key(&args.key)?;
    let cipher = file.unlock()?;
    let entry = file.document.entry(&path);
    let exists = entry.is_some();
    if !exists && !args.in_clear {
        let trial = edit_for(path.clone(), exists, NewValue::text(Secret::from_exposed(b"")));
        file.refuse_in_clear(&path, &trial, &cipher)
            .map_err(|failure| failure.hint("choose another name; --in-clear stores it all the same"))?;
    }
    if entry.is_some_and(|entry| entry.is_leaf() && !entry.falls_under_rule()) {
        note(&format!("sopsmith: the file's rule leaves {path} in the clear, where everybody can read it"));
    }
    let bytes = match &args.generate {
        Some(kind) => generate(kind, &mut OsRandom),
        None if std::io::stdin().is_terminal() => ask(&path, args)?,
        None => read(input, &path, args)?,
    };
    let value = typed(args.value_type, bytes)?;
    let edit = edit_for(path, exists, value);
    if !file.change(&[edit], &cipher)? {
        note("sopsmith: the key has this value already; the file is left as it is");
    }
    Ok(())
}

/// Reads what another program or a file hands in. One that failed hands in nothing, which is no value.
fn read(input: &mut impl Read, path: &KeyPath, args: &SetArgs) -> Result<Secret, Failure> {
    let value = read_value(input, args.trim_newline)?;
    if value.expose().is_empty() && !args.allow_empty {
        let words = format!("nothing was read from standard input, so {path} was not set");
        return Err(Failure::new(code::INVALID_VALUE, words).hint("--allow-empty stores an empty value"));
    }
    Ok(value)
}

/// Asks on the terminal, without showing what is typed.
fn ask(path: &KeyPath, args: &SetArgs) -> Result<Secret, Failure> {
    let file = shown(&args.file);
    let mut question = format!("Value of {} (not shown; Enter ends): ", sanitize(&path.to_string()));
    loop {
        let answer = ask_hidden(&question)
            .ok_or_else(|| Failure::new(code::STOPPED, format!("stopped; {file} was left as it is")))?;
        let value = answer.map_err(|why| {
            let words = format!("{why}, so {path} was not set");
            Failure::new(code::INVALID_VALUE, words).hint("hand in a longer text from a file: sopsmith set … < FILE")
        })?;
        if !value.expose().is_empty() || args.allow_empty {
            return Ok(value);
        }
        question = "Nothing was typed (--allow-empty stores an empty value). Value: ".to_owned();
    }
}

/// Says that a command waits for what is typed, where nothing else would show it.
pub(super) fn note_waiting(what: &str) {
    if std::io::stdin().is_terminal() {
        note(&format!("sopsmith: waiting for {what} on standard input; Ctrl-D at the start of a line ends it"));
    }
}

fn edit_for(path: KeyPath, exists: bool, value: NewValue) -> Edit {
    match (exists, path.last(), path.parent()) {
        (true, ..) => Edit::Set { path, value },
        // As with SOPS, a position behind the last one appends.
        (false, Some(Part::Index(_)), Some(list)) => Edit::InsertItem { list, place: Place::Last, value },
        (false, ..) => Edit::Insert { path, place: Place::Last, value },
    }
}

/// Reads to the end of the input, straight into the arena.
pub(super) fn read_value(input: &mut impl Read, trim_newline: bool) -> Result<Secret, Failure> {
    let mut buffer = SecretBuffer::new();
    let mut end = 0;
    loop {
        buffer.resize(end + 4096);
        match input.read(&mut buffer.expose_mut()[end..]) {
            Ok(0) => break,
            Ok(count) => end += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::new(code::COULD_NOT_READ, format!("stdin cannot be read: {error}"))),
        }
        if end > MAX_VALUE_BYTES {
            return Err(Failure::new(code::INVALID_VALUE, "the value is longer than 16 MiB"));
        }
    }
    buffer.truncate(end);
    if trim_newline {
        let trimmed = buffer.expose().strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest).len());
        buffer.truncate(trimmed.unwrap_or(end));
    }
    Ok(buffer.into_secret())
}

fn typed(type_name: TypeName, bytes: Secret) -> Result<NewValue, Failure> {
    let leaf_type = match type_name {
        TypeName::Str => return Ok(NewValue::text(bytes)),
        TypeName::Int => LeafType::Int,
        TypeName::Float => LeafType::Float,
        TypeName::Bool => LeafType::Bool,
    };
    NewValue::typed(leaf_type, bytes).map_err(|error| Failure::new(code::INVALID_VALUE, error).hint(error.hint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_to_the_byte_and_trimmed_only_when_asked() {
        let check = |input: &str, trim: bool, expected: &str| {
            let value = read_value(&mut input.as_bytes(), trim).ok().unwrap();
            assert!(value.expose() == expected.as_bytes(), "{input:?}");
        };
        check("hello\n", false, "hello\n");
        check("hello\n", true, "hello");
        check("hello\r\n", true, "hello");
        check("hello\n\n", true, "hello\n");
        check("", true, "");
        let long = "x".repeat(100_000);
        check(&long, false, &long);
    }
}
