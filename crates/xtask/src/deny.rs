//! Holds the libraries to deny.toml (licences, sources, bans) where cargo-deny is not installed, and where it is.
//!
//! Building cargo-deny takes longer than the whole of our own checks; what `cargo metadata` tells suffices for these three.
//! Only advisories need it, since their list is kept elsewhere.

use crate::shell::{self, cargo, root};
use anyhow::{Context, Result, bail, ensure};
use semver::{Version, VersionReq};
use serde_json::Value as Json;
use spdx::{Expression, ParseMode};
use std::fs;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What deny.toml says of what we look at.
struct Rules {
    licences: Vec<String>,
    banned: Vec<Ban>,
}

struct Ban {
    name: String,
    versions: VersionReq,
    reason: String,
}

/// Checks every library that any platform and feature brings in; says how many there are.
pub fn check() -> Result<usize> {
    let rules = Rules::read(&fs::read_to_string(root().join("deny.toml"))?)?;
    let metadata = shell::output(cargo().args(["metadata", "--locked", "--all-features", "--format-version", "1"]))?;
    let metadata: Json = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo tells the packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        wrong.extend(rules.judge(package)?);
    }
    ensure!(wrong.is_empty(), "against deny.toml:\n{}", wrong.join("\n"));
    Ok(packages.len())
}

impl Rules {
    fn read(text: &str) -> Result<Self> {
        let file: toml::Table = text.parse().context("deny.toml")?;
        for source in ["unknown-registry", "unknown-git"] {
            ensure!(
                file["sources"][source].as_str() == Some("deny"),
                "deny.toml allows {source}: then `xtask test deny` must learn which"
            );
        }
        let list = |section: &str, name: &str| {
            let list = file.get(section).and_then(|section| section.get(name));
            list.and_then(toml::Value::as_array)
                .with_context(|| format!("deny.toml has no list {section}.{name}"))
        };
        let licences = list("licenses", "allow")?.iter().filter_map(toml::Value::as_str);
        Ok(Self {
            licences: licences.map(str::to_owned).collect(),
            banned: list("bans", "deny")?.iter().map(Ban::read).collect::<Result<_>>()?,
        })
    }

    /// What is wrong with one package of `cargo metadata`.
    fn judge(&self, package: &Json) -> Result<Vec<String>> {
        let text = |name: &str| package[name].as_str();
        let (name, version) = (text("name").context("a name")?, text("version").context("a version")?);
        let mut wrong = Vec::new();
        match text("license") {
            None => wrong.push("names no licence".into()),
            Some(licence) if !self.allows(licence)? => wrong.push(format!("has the licence {licence}")),
            Some(_) => {}
        }
        // Our own have none: they are here.
        if let Some(source) = text("source")
            && source != CRATES_IO
        {
            wrong.push(format!("comes from {source}"));
        }
        let parsed = Version::parse(version)?;
        let bans = self.banned.iter().filter(|ban| ban.name == name);
        for ban in bans.filter(|ban| ban.versions.matches(&parsed)) {
            wrong.push(format!("is banned: {}", ban.reason));
        }
        if text("source").is_none() {
            let needs = package["dependencies"]
                .as_array()
                .context("cargo tells what it needs")?;
            let any_version = needs.iter().filter(|d| d["req"] == "*" && d["path"].is_null());
            wrong.extend(any_version.map(|d| format!("takes any version of {}", d["name"])));
        }
        Ok(wrong
            .into_iter()
            .map(|what| format!("{name} {version} {what}"))
            .collect())
    }

    /// Is there a choice among the licences offered that consists of allowed ones only?
    fn allows(&self, licence: &str) -> Result<bool> {
        // Older crates write MIT/Apache-2.0.
        let offered = Expression::parse_mode(licence, ParseMode::LAX).map_err(|e| anyhow::anyhow!("{licence}: {e}"))?;
        Ok(offered.evaluate(|one| self.licences.contains(&one.to_string())))
    }
}

impl Ban {
    /// `{ crate = "name:versions", reason = "…" }`, of every version if none is said.
    fn read(entry: &toml::Value) -> Result<Self> {
        let text = |name: &str| entry.get(name).and_then(toml::Value::as_str);
        let Some(what) = text("crate") else {
            bail!("a ban in deny.toml without `crate`");
        };
        let (name, versions) = what.split_once(':').unwrap_or((what, "*"));
        Ok(Self {
            name: name.to_owned(),
            versions: versions.parse().with_context(|| format!("deny.toml: {what}"))?,
            reason: text("reason").unwrap_or("no reason is given").to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DENY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]
        [bans]
        deny = [{ crate = "gone", reason = "GPL" }, { crate = "old:<2.3.10", reason = "advisories" }]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
    "#;

    fn judged(package: Json) -> Vec<String> {
        Rules::read(DENY).expect("rules").judge(&package).expect("is judged")
    }

    fn library(name: &str, version: &str, license: &str) -> Json {
        json!({ "name": name, "version": version, "license": license, "source": CRATES_IO, "dependencies": [] })
    }

    #[test]
    fn a_licence_is_taken_where_some_choice_of_it_is_allowed() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
        ] {
            assert_eq!(judged(library("a", "1.0.0", good)), [""; 0], "{good}");
        }
        for bad in [
            "AGPL-3.0-only",
            "MIT AND LGPL-2.1-only",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ] {
            assert_eq!(
                judged(library("a", "1.0.0", bad)),
                [format!("a 1.0.0 has the licence {bad}")]
            );
        }
        let none = json!({ "name": "a", "version": "1.0.0", "license": null, "source": CRATES_IO, "dependencies": [] });
        assert_eq!(judged(none), ["a 1.0.0 names no licence"]);
    }

    #[test]
    fn what_does_not_come_from_crates_io_is_told() {
        for source in ["git+https://example.com/a#1234", "registry+https://example.com/index"] {
            let mut package = library("a", "1.0.0", "MIT");
            package["source"] = json!(source);
            assert_eq!(judged(package), [format!("a 1.0.0 comes from {source}")]);
        }
    }

    #[test]
    fn bans_hold_for_the_versions_they_name() {
        assert_eq!(judged(library("gone", "0.1.0", "MIT")), ["gone 0.1.0 is banned: GPL"]);
        assert_eq!(
            judged(library("old", "2.3.9", "MIT")),
            ["old 2.3.9 is banned: advisories"]
        );
        assert_eq!(judged(library("old", "2.3.10", "MIT")), [""; 0]);
    }

    #[test]
    fn our_own_say_which_versions_they_take() {
        let ours = json!({
            "name": "ours", "version": "0.1.0", "license": "Apache-2.0", "source": null,
            "dependencies": [{ "name": "a", "req": "*" }, { "name": "domain", "req": "*", "path": "/x" }, { "name": "b", "req": "^1" }],
        });
        assert_eq!(judged(ours), [r#"ours 0.1.0 takes any version of "a""#]);
    }
}
