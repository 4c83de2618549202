//! `xtask migration`: writes the migration of a kind from its declaration, for both engines, up and down.

use crate::{
    run::build_server,
    shell::{self, Args, root},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;
use std::{env, fs, process::Command};

pub fn write(mut args: Args) -> Result<()> {
    let at = args.value("--at")?;
    let words = args.words()?;
    let [kind] = words.as_slice() else {
        bail!("which kind? `cargo xtask migration lead`");
    };
    let guanxi = build_server(false)?;
    let dir = env::temp_dir().join(format!("guanxi-migration-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let url = format!("sqlite:{}", dir.join("draft.db").display());
    let told = shell::output(Command::new(guanxi).args(["migrate", "--draft", kind, "--database", &url]));
    shell::remove_dir(&dir)?;
    let draft: Json = serde_json::from_str(&told?)?;
    let Some(words) = draft["words"].as_str() else {
        println!("the table of {kind} is as the kind declares it");
        return Ok(());
    };
    let at = match at {
        Some(at) => at,
        None => shell::output(Command::new("date").args(["-u", "+%F-%H%M%S"]))?
            .trim()
            .to_owned(),
    };
    for way in draft["ways"].as_array().into_iter().flatten() {
        let part = |i: usize| way[i].as_str().context("an engine, a way up, a way down");
        let folder = root().join(format!("migrations/{}/{at}_{words}", part(0)?));
        ensure!(!folder.exists(), "{} is there already", folder.display());
        fs::create_dir_all(&folder)?;
        for (file, text) in [("up.sql", part(1)?), ("down.sql", part(2)?)] {
            fs::write(folder.join(file), text)?;
        }
        println!("wrote {}", folder.display());
    }
    Ok(())
}
