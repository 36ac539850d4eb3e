//! `rotate`: files get a new data key, and every value is sealed anew for the recipients that the file has.

use jiff::Timestamp;

use super::args::RotateArgs;
use super::failure::Failure;
use super::files::{Again, Done, Words, each_once, files, work_through};
use super::note;
use crate::repo::OwnAccess;
use crate::storage::FileKeys;

/// Rotates the files, one after the other.
pub(super) fn run(args: &RotateArgs) -> Result<(), Failure> {
    let paths = each_once(&args.files);
    let words = Words { done: "rotated", command: "rotate", again: Again::Repeats };
    let rotated = work_through(
        &paths,
        |path| path,
        &words,
        |path, keyring| {
            let file = FileKeys::read(path)?;
            let outcome = file.rotate(None, OwnAccess::Kept, keyring, Timestamp::now())?;
            let sealed = file.document().entries().filter(|entry| entry.is_sealed()).count();
            let values = if sealed == 1 { "1 value".to_owned() } else { format!("{sealed} values") };
            Ok(Done { outcome, line: format!("rotated, {values} sealed anew under a new data key") })
        },
    )?;
    if paths.len() > 1 {
        note(&format!("{} rotated.", files(rotated)));
    }
    note("Old copies, in git's history too, still open with the old keys: change a secret itself if it may be known.");
    Ok(())
}
