//! A small disk of a test's own, which can be filled to its last byte.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Gone when dropped.
pub struct Disk(TempDir);

impl Disk {
    /// None where one may not mount.
    pub fn new(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Takes all the room there is.
    pub fn fill(&self) {
        let mut file = File::create(self.filler()).expect("a file");
        for piece in [1 << 16, 1 << 10] {
            while file.write_all(&vec![1; piece]).is_ok() {}
        }
    }

    pub fn clear(&self) {
        fs::remove_file(self.filler()).expect("removes");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
