//! Faults injected into every system call of a save: each file holds its old or its new content, never anything else.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::probe::{MARK, Probe};

/// A system call of a save: its name, and how many of that name the process has made when it comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    call: String,
    ordinal: usize,
}

/// Calls that decide nothing about files: memory, threads, signals.
const NOT_ABOUT_FILES: &[&str] = &["brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "futex", "rt_sigprocmask"];

/// Traces one undisturbed save and lists its calls.
fn points() -> Vec<Point> {
    let probe = Probe::new(5000);
    let log = tempfile::NamedTempFile::new().unwrap();
    let report = probe.traced(&["-o", log.path().to_str().unwrap()]);
    assert_eq!(report.as_deref(), Some("new new: saved"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut points = Vec::new();
    let mut marks = 0;
    for line in std::fs::read_to_string(log.path()).unwrap().lines() {
        let Some((call, _)) = line.split_once('(') else { continue };
        let ordinal = counts.entry(call.to_owned()).or_default();
        *ordinal += 1;
        if line.contains(MARK) {
            marks += 1;
        } else if marks == 1 && !NOT_ABOUT_FILES.contains(&call) {
            points.push(Point { call: call.to_owned(), ordinal: *ordinal });
        }
    }
    assert_eq!(marks, 2);
    points
}

/// Saves with a fault injected at one point.
fn save_with(probe: &Probe, fault: &str, point: &Point) -> Option<String> {
    let inject = format!("inject={}:{fault}:when={}", point.call, point.ordinal);
    probe.traced(&["-o", "/dev/null", "-e", &inject])
}

/// Injects `fault` at each of the points, in fresh folders, on all cores.
fn at_every_point(fault: &str, points: &[Point], check: impl Fn(&Probe, &Point, Option<String>) + Sync) {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let probe = Probe::new(5000);
                    let report = save_with(&probe, fault, point);
                    let checked = std::panic::AssertUnwindSafe(|| check(&probe, point, report));
                    if std::panic::catch_unwind(checked).is_err() {
                        failures.lock().unwrap().push(format!("{fault} at {point:?}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn saved_means_durable() {
    let points = points();
    let calls: Vec<&str> = points
        .iter()
        .map(|point| point.call.as_str())
        .filter(|call| call.starts_with("fsync") || call.starts_with("rename"))
        .collect();
    // Both contents are on the disk before the first name changes, and the names before anything is said.
    assert_eq!(calls, ["fsync", "fsync", "renameat", "renameat", "fsync"]);
}

#[test]
fn killed_at_any_call_a_file_holds_its_old_or_its_new_content() {
    let points = points();
    let calls: Vec<&str> = points.iter().map(|point| point.call.as_str()).collect();
    for expected in ["fsync", "flock", "write"] {
        assert!(calls.contains(&expected), "{expected} is not among {calls:?}");
    }
    at_every_point("signal=SIGKILL", &points, |probe, _, _| {
        let contents = probe.contents();
        assert!(contents.iter().all(|content| content == "old" || content == "new"), "{contents:?}");
        // Nix may not be ahead of the encrypted file: they are renamed in the order given.
        assert_ne!(contents, ["old", "new"]);
        for index in [0, 1] {
            let mode = probe.path(index).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o644, "{mode:o}");
        }
    });
}

#[test]
fn a_save_after_a_kill_succeeds_and_clears_away_what_was_left() {
    let rename = points().into_iter().find(|point| point.call.starts_with("rename")).unwrap();
    let probe = Probe::new(5000);
    assert_eq!(save_with(&probe, "signal=SIGKILL", &rename), None);
    assert_eq!(probe.contents(), ["old", "old"]);
    assert_eq!(probe.litter().len(), 2);
    let mut program = std::process::Command::new(&Probe::program()[0]);
    let report = probe.run(program.args(&Probe::program()[1..]));
    assert_eq!(report.as_deref(), Some("new new: saved"));
    assert_eq!(probe.litter(), [""; 0]);
}

#[test]
fn whatever_fails_the_report_says_what_the_files_hold() {
    // Closing does not report anything that the fsync before it has not, and nobody looks at what it says.
    let points: Vec<Point> = points().into_iter().filter(|point| point.call != "close").collect();
    for error in ["ENOSPC", "EIO", "EINTR", "EACCES"] {
        at_every_point(&format!("error={error}"), &points, |probe, point, report| {
            let report = report.unwrap_or_else(|| panic!("no report at {point:?}"));
            assert_eq!(probe.contents().join(" "), report.split_once(':').unwrap().0, "{report}");
            // An error of the call that removes litter leaves litter; the next save removes it.
            assert!(point.call.starts_with("unlink") || probe.litter().is_empty(), "{:?} {report}", probe.litter());
        });
    }
}

/// Injects an error into the last call whose name begins so, and compares the report.
fn check(call: &str, error: &str, expected: &str) {
    let probe = Probe::new(5000);
    let point = points().into_iter().rfind(|point| point.call.starts_with(call)).unwrap();
    assert_eq!(save_with(&probe, &format!("error={error}"), &point).as_deref(), Some(expected));
}

#[test]
fn each_refusal_has_its_own_words() {
    check("fsync", "EIO", "new new: saved, durability unknown");
    let partly = |words: &str| format!("new old: secrets.yaml saved, but sops.nix cannot be saved: {words}");
    let busy = "it is a mount point or in use by the system; unmount what is mounted on the file, then save again";
    check("rename", "EBUSY", &partly(busy));
    check(
        "rename",
        "EPERM",
        &partly("its permissions do not allow it; look at the owner and mode of the file and its folder"),
    );
    check("rename", "EIO", &partly("the disk reports an error; look at the system's log before saving again"));
    let before = |words: &str| format!("old old: sops.nix cannot be saved: {words}");
    check(
        "write",
        "EDQUOT",
        &before("the disk quota is used up; remove files of yours or ask for a larger quota, then save again"),
    );
    check("write", "ENOSPC", &before("the disk is full; make room on the disk, then save again"));
}
