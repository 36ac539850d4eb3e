//! The figures: sopsmith beside the real sops, in the same run on the same files. Nothing is asserted about time.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark says best by failing where it stands")]
#![allow(clippy::print_stdout, reason = "printing is its purpose")]

mod check;
mod frames;
mod process;
mod sealed;
#[expect(dead_code, reason = "a measurement needs less of the editor's stage than the tests do")]
#[path = "../suite/stage/mod.rs"]
mod stage;

fn main() {
    let large = std::env::args().any(|argument| argument == "--large");
    let sizes: &[usize] = if large { &[10, 1_000, 10_000, 100_000] } else { &[10, 1_000, 10_000] };
    sealed::print(sizes);
    check::print();
    frames::print();
    let size = std::fs::metadata(process::SOPSMITH).unwrap().len();
    println!("\nrelease binary: {:.1} MB", size as f64 / 1e6);
}
