//! What a file keeps when it is replaced: mode, owner, access control list, attributes, links to it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use sopsmith::repo::ContentHash;
use sopsmith::storage::{Accept, Before, Change, NewFileMode, SaveError, SavedFile, save_all};

use crate::tools;

fn replace(path: &Path, accept: Accept) -> Result<Vec<SavedFile>, SaveError> {
    let before = Before::Content(ContentHash::of(&fs::read(path).unwrap()));
    save_all(&[Change { path, before, bytes: b"new", accept }])
}

fn make(path: &Path, mode: NewFileMode) -> Result<Vec<SavedFile>, SaveError> {
    save_all(&[Change { path, before: Before::New(mode), bytes: b"new", accept: Accept::Nothing }])
}

fn folder_with(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, "old").unwrap();
    (folder, path)
}

fn tool(program: &str, arguments: &[&str], path: &Path) -> String {
    tools::succeed(tools::system(program).args(arguments).arg(path))
}

#[test]
fn mode_and_owner_stay() {
    let (_folder, path) = folder_with("x.yaml");
    for mode in [0o640, 0o600, 0o664, 0o444] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let owner = fs::metadata(&path).unwrap().uid();
        replace(&path, Accept::Nothing).unwrap();
        let kept = fs::metadata(&path).unwrap();
        assert_eq!((kept.mode() & 0o7777, kept.uid()), (mode, owner));
    }
}

#[test]
fn another_owner_and_group_stay_where_that_is_permitted() {
    let (_folder, path) = folder_with("x.yaml");
    std::os::unix::fs::chown(&path, Some(12345), Some(23456)).expect("these tests run as root");
    replace(&path, Accept::Nothing).unwrap();
    let kept = fs::metadata(&path).unwrap();
    assert_eq!((kept.uid(), kept.gid()), (12345, 23456));
}

#[test]
fn access_control_lists_and_attributes_stay() {
    let (_folder, path) = folder_with("x.yaml");
    tool("setfacl", &["-m", "u:12345:rw,g:23456:r"], &path);
    tool("setfattr", &["-n", "user.note", "-v", "kept"], &path);
    let before = tool("getfacl", &["-c", "-n", "-p"], &path);
    assert!(before.contains("user:12345:rw-"), "{before}");
    replace(&path, Accept::Nothing).unwrap();
    assert_eq!(tool("getfacl", &["-c", "-n", "-p"], &path), before);
    assert!(tool("getfattr", &["-d", "--absolute-names"], &path).contains("user.note=\"kept\""));
}

#[test]
fn a_folders_default_list_does_not_open_an_old_file() {
    let (folder, path) = folder_with("x.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let before = tool("getfacl", &["-c", "-n", "-p"], &path);
    tool("setfacl", &["-d", "-m", "u:12345:rw"], folder.path());
    replace(&path, Accept::Nothing).unwrap();
    assert_eq!(tool("getfacl", &["-c", "-n", "-p"], &path), before);
    make(&folder.path().join("new.yaml"), NewFileMode::Shared).unwrap();
    assert!(tool("getfacl", &["-c", "-n", "-p"], &folder.path().join("new.yaml")).contains("user:12345:rw-"));
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let (folder, path) = folder_with("real.yaml");
    let (first, second) = (folder.path().join("first.yaml"), folder.path().join("second.yaml"));
    symlink("real.yaml", &first).unwrap();
    symlink(&first, &second).unwrap();
    replace(&second, Accept::Nothing).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(first.is_symlink() && second.is_symlink());
}

#[test]
fn a_hard_link_is_asked_about_before_it_breaks() {
    let (folder, path) = folder_with("x.yaml");
    let other = folder.path().join("other.yaml");
    fs::hard_link(&path, &other).unwrap();
    let error = replace(&path, Accept::Nothing).unwrap_err();
    assert!(matches!(error, SaveError::WouldLose { .. }));
    assert!(error.to_string().contains("its 1 other names (hard links)"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    replace(&path, Accept::Losses).unwrap();
    assert_eq!((fs::read(&path).unwrap(), fs::read(&other).unwrap()), (b"new".to_vec(), b"old".to_vec()));
}

#[test]
fn new_files_are_shared_as_the_umask_says_or_private() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, mode: NewFileMode, expected: u32| {
        let path = folder.path().join(name);
        make(&path, mode).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, expected);
        assert!(matches!(make(&path, mode), Err(SaveError::Exists(_))));
    };
    // What any program gets here; the umask of whoever runs the tests decides.
    fs::write(folder.path().join("usual"), "").unwrap();
    let usual = fs::metadata(folder.path().join("usual")).unwrap().mode() & 0o777;
    check("shared", NewFileMode::Shared, usual);
    check("private", NewFileMode::Private, 0o600);
}
