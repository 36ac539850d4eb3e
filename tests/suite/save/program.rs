//! The program itself under faults, and several of it at once: real sops decrypts what is there afterwards.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::folder::{Folder, IDENTITY};
use crate::tools;

const OLD: &str = "token: old\nother: stays\n";
const NEW: &str = "token: new\nother: stays\n";

/// Runs `sopsmith set x.yaml token` with `new` on its standard input, under strace.
fn set_under_strace(folder: &Folder, arguments: &[&str]) -> std::process::Output {
    folder.write("new", "new");
    let mut strace = tools::system("strace");
    strace.args(["-f", "-qq"]).args(arguments).args(["--", env!("CARGO_BIN_EXE_sopsmith"), "set", "x.yaml", "token"]);
    strace.current_dir(folder.path()).env("SOPS_AGE_KEY", IDENTITY).env("HOME", folder.path());
    strace.stdin(std::fs::File::open(folder.file("new")).unwrap()).output().unwrap()
}

/// Every system call of an undisturbed run: name and how many of that name came before it.
fn points() -> Vec<(String, usize)> {
    let folder = Folder::with_sealed("3.12.2", "x.yaml", OLD);
    assert!(set_under_strace(&folder, &["-o", "log"]).status.success());
    assert_eq!(folder.decrypted("3.12.2", "x.yaml"), NEW);
    let log = folder.read("log");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let calls =
        log.lines().filter_map(|line| line.split_once(' ')?.1.trim_start().split_once('(')).map(|(call, _)| call);
    let point = |call| {
        let ordinal = counts.entry(call).or_default();
        *ordinal += 1;
        (call.to_owned(), *ordinal)
    };
    calls.filter(|call| !matches!(*call, "execve" | "mmap" | "brk" | "mprotect" | "exit_group")).map(point).collect()
}

/// Runs `check` for each of the points, on all cores.
fn at_every_point(points: &[(String, usize)], check: impl Fn(&Folder, &str, usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((call, ordinal)) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let folder = Folder::new();
                    // Encrypted once for all of them: sealing anew would take most of the time.
                    folder.write("x.yaml", sealed());
                    check(&folder, call, *ordinal);
                }
            });
        }
    });
}

fn sealed() -> &'static str {
    static SEALED: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    SEALED.get_or_init(|| Folder::with_sealed("3.12.2", "x.yaml", OLD).read("x.yaml"))
}

#[test]
fn killed_at_any_system_call_the_file_decrypts_to_its_old_or_its_new_values() {
    at_every_point(&points(), |folder, call, ordinal| {
        set_under_strace(folder, &["-o", "/dev/null", "-e", &format!("inject={call}:signal=SIGKILL:when={ordinal}")]);
        // The same bytes as before need no judge.
        if folder.read("x.yaml") != sealed() {
            assert_eq!(folder.decrypted("3.12.2", "x.yaml"), NEW, "killed at {call} {ordinal}");
        }
    });
}

#[test]
fn it_succeeds_with_the_new_values_or_fails_with_the_old_bytes() {
    let mut points = points();
    points.retain(|(call, _)| call != "close");
    at_every_point(&points, |folder, call, ordinal| {
        let inject = format!("inject={call}:error=EIO:when={ordinal}");
        let output = set_under_strace(folder, &["-o", "/dev/null", "-e", &inject]);
        if output.status.success() {
            assert_eq!(folder.decrypted("3.12.2", "x.yaml"), NEW, "EIO at {call} {ordinal}");
        } else {
            assert_eq!(folder.read("x.yaml"), sealed(), "EIO at {call} {ordinal}: {}", tools::said(&output));
        }
    });
}

#[test]
fn of_several_at_once_each_saves_all_or_says_that_it_did_not() {
    let folder = Folder::with_sealed("3.12.2", "x.yaml", OLD);
    let start = |number: usize| -> Child {
        folder.write(&format!("value{number}"), &format!("v{number}"));
        let mut command = folder.command(&["set", "x.yaml", &format!("key{number}")]);
        command.stdin(std::fs::File::open(folder.file(&format!("value{number}"))).unwrap());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let runs: Vec<Child> = (0..12).map(start).collect();
    let mut expected = OLD.to_owned();
    let mut saved = Vec::new();
    for (number, run) in runs.into_iter().enumerate() {
        let output = run.wait_with_output().unwrap();
        match output.status.success() {
            true => saved.push(number),
            false => {
                assert!(tools::said(&output).contains("was changed by another program"), "{}", tools::said(&output))
            }
        }
    }
    let decrypted = folder.decrypted("3.12.2", "x.yaml");
    let mut lines: Vec<&str> = decrypted.lines().collect();
    lines.sort_unstable();
    saved.iter().for_each(|number| expected.push_str(&format!("key{number}: v{number}\n")));
    let mut wanted: Vec<&str> = expected.lines().collect();
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
    assert!(!saved.is_empty());
}
