//! `.ci/file-times`: what a build folder that outlives its clone is told about the files of the next one.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

fn run(command: &mut Command) {
    let status = command.status().expect("starts");
    assert!(status.success(), "{command:?}");
}

/// A clone with these files, all of them new to cargo, and prepared for the build folder.
fn clone(at: &Path, folder: &Path, files: &[(&str, &str)]) {
    let _ = fs::remove_dir_all(at);
    fs::create_dir_all(at.join(".ci")).expect("a folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.ci/file-times");
    fs::copy(script, at.join(".ci/file-times")).expect("is copied");
    for (name, text) in files {
        fs::write(at.join(name), text).expect("is written");
        // As if this clone were older than what was built meanwhile.
        let old = SystemTime::now() - Duration::from_secs(3600);
        let file = fs::File::options().write(true).open(at.join(name)).expect("opens");
        file.set_modified(old).expect("is older");
    }
    run(Command::new("git").args(["init", "-q"]).current_dir(at));
    run(Command::new(at.join(".ci/file-times")).arg(folder));
}

fn time(file: &Path) -> SystemTime {
    file.metadata().and_then(|file| file.modified()).expect("has a time")
}

#[test]
fn unchanged_files_keep_the_time_of_the_last_build_and_others_are_new() {
    let dir = tempfile::tempdir().expect("a folder");
    let (place, folder) = (dir.path().join("clone"), dir.path().join("build"));
    let of = |name: &str| time(&place.join(name));
    clone(
        &place,
        &folder,
        &[("same", "1"), ("a name with spaces", "1"), ("changed", "1")],
    );
    let built = SystemTime::now();
    let before = [of("same"), of("a name with spaces")];

    clone(
        &place,
        &folder,
        &[
            ("same", "1"),
            ("a name with spaces", "1"),
            ("changed", "2"),
            ("new", "1"),
        ],
    );
    assert_eq!([of("same"), of("a name with spaces")], before);
    assert!(before[0] <= built && of("changed") > built && of("new") > built);

    // What returns to an earlier content is not what was built last.
    let built = SystemTime::now();
    clone(&place, &folder, &[("changed", "1")]);
    assert!(of("changed") > built);
}

#[test]
fn in_another_place_everything_is_new() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("build");
    clone(&dir.path().join("one"), &folder, &[("same", "1")]);
    let built = SystemTime::now();
    clone(&dir.path().join("two"), &folder, &[("same", "1")]);
    assert!(time(&dir.path().join("two/same")) > built);
}
