//! `decrypt` and `set` on encrypted files of growing size.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::process::{Program, RECIPIENT, Run, best, run};

/// Prints a table a command: a row a size, a column a program, the ratios behind them.
pub(crate) fn print(sizes: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let rivals = [Program::sops("sops 3.12.2", "s312"), Program::sops("sops 3.13.3", "s313")];
    let ours = Program::sopsmith();
    for (title, measure) in [("decrypt", decrypt as Measure), ("set one value", set as Measure)] {
        println!("\n{title}\n");
        println!(
            "| keys | {} | {} | sopsmith | times faster | memory: sops | sopsmith | part |",
            rivals[0].name, rivals[1].name
        );
        println!("|---|---|---|---|---|---|---|---|");
        for size in sizes {
            let file = folder.path().join(format!("{size}.yaml"));
            if !file.exists() {
                seal(&rivals[0], &file, *size);
            }
            let times = if *size > 1_000 { 3 } else { 10 };
            let theirs = rivals.clone().map(|rival| best(times, || measure(&rival, &file)));
            let own = best(times, || measure(&ours, &file));
            row(*size, theirs, own);
        }
    }
}

type Measure = fn(&Program, &Path) -> Run;

fn row(size: usize, theirs: [Run; 2], own: Run) {
    let milliseconds = |run: Run| run.time.as_secs_f64() * 1e3;
    let megabytes = |run: Run| run.peak_bytes as f64 / 1e6;
    let ratio = milliseconds(theirs[0]) / milliseconds(own);
    println!(
        "| {size} | {:.1} ms | {:.1} ms | {:.1} ms | {ratio:.1} | {:.0} MB | {:.0} MB | {:.2} |",
        milliseconds(theirs[0]),
        milliseconds(theirs[1]),
        milliseconds(own),
        megabytes(theirs[0]),
        megabytes(own),
        own.peak_bytes as f64 / theirs[0].peak_bytes as f64
    );
}

fn decrypt(program: &Program, file: &Path) -> Run {
    run(program.command().arg("decrypt").arg(file))
}

fn set(program: &Program, file: &Path) -> Run {
    let copy = file.with_extension("copy.yaml");
    fs::copy(file, &copy).unwrap();
    let mut command = program.command();
    if program.name == "sopsmith" {
        let value = file.with_extension("value");
        fs::write(&value, "another value").unwrap();
        command.arg("set").arg(&copy).arg("key_3").stdin(fs::File::open(value).unwrap());
    } else {
        command.arg("set").arg(&copy).args(["[\"key_3\"]", "\"another value\""]);
    }
    run(&mut command)
}

/// A flat file of text values, encrypted by the real sops.
fn seal(sops: &Program, file: &Path, keys: usize) {
    let mut text = String::new();
    for number in 0..keys {
        writeln!(text, "key_{number}: value number {number} of this file").unwrap();
    }
    fs::write(file, text).unwrap();
    run(sops.command().args(["encrypt", "--age", RECIPIENT, "--in-place"]).arg(file));
}
