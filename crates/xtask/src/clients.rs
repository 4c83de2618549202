//! The step `clients`: makes clients of the description that a server gives, as integrators do, compiles them strictly and has them
//! work. What is done stands in `tests/clients/run.mjs`.

use crate::{
    run::build_server,
    served::Guanxi,
    setup,
    shell::{self, root},
};
use anyhow::Result;
use std::{fs, path::PathBuf, process::Command};

/// The command that tries them, with the server it asks; none where the generators cannot be had.
pub fn ready() -> Result<Option<(Command, Guanxi)>> {
    let (folder, python) = match installed() {
        Ok(places) => places,
        // No package index within reach is no fault of the code.
        Err(error) => {
            println!("{error:#}");
            return Ok(None);
        }
    };
    let server = build_server(false)?;
    let database = folder.join("demo.db");
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", database.display()));
    }
    let database = format!("sqlite:{}", database.display());
    shell::output(Command::new(&server).args(["demo", "--database", &database]))?;
    let log = fs::File::create(folder.join("server.log"))?;
    let served = Guanxi::start(&server, &database, |command| {
        // The jobs want to be told to wait.
        command.env("GUANXI_RATE_LIMIT", "600").stderr(log);
    })?;
    let mut node = Command::new("node");
    node.current_dir(&folder)
        .arg("run.mjs")
        .env("GUANXI_URL", format!("http://{}", served.address))
        .env("GUANXI_PYTHON", python);
    Ok(Some((node, served)))
}

/// The folder they work in, with what npm brings, and that of Python's programs. It lies with what else is built: what generators
/// write has no place beside our own files.
pub fn installed() -> Result<(PathBuf, PathBuf)> {
    let (from, folder) = (root().join("tests/clients"), shell::target_dir().join("clients"));
    fs::create_dir_all(&folder)?;
    for file in fs::read_dir(&from)? {
        let file = file?;
        let to = folder.join(file.file_name());
        let is_new = fs::read(&to).ok() != Some(fs::read(file.path())?);
        // Whether the libraries are those of the lock file is told by its time.
        if is_new {
            fs::copy(file.path(), to)?;
        }
    }
    setup::node_modules(&folder, "the generated clients")?;
    let python = setup::python("clients", &root().join("tests/clients/python.txt"))?;
    Ok((folder, python))
}
