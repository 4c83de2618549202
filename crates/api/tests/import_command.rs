//! `guanxi import` as it is typed: exit codes, what is printed where, and the file of rows in error.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Place {
    dir: tempfile::TempDir,
}

const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    A1,Ada Byron,GTX Pro,Acme,Won,2016-10-20,2017-03-01,1054\n\
    A2,Ada Byron,GTXPro,Acme,Won,2016-10-25,2017-03-11,4514\n\
    A3,Ada Byron,GTXPro,,Lost,2016-10-25,2017-03-07,0\n\
    A4,Ada Byron,GTX Pro,,Engaging,2016-11-25,,\n";

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().expect("a folder"),
        };
        let mut add = place.command(&[
            "user",
            "add",
            "--email",
            "ann@example.com",
            "--name",
            "Ann",
            "--role",
            "owner",
            "--password-stdin",
        ]);
        let mut child = add.stdin(Stdio::piped()).spawn().expect("runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), b"four legs good\n").expect("writes");
        assert!(child.wait().expect("ends").success());
        place
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("DATABASE_URL", "sqlite:test.db")
            .env("LC_ALL", "en_GB.UTF-8")
            .env("GUANXI_LOG", "warn");
        command
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path
    }

    fn import(&self, kind: &str, file: &Path, more: &[&str]) -> Output {
        let file = file.to_str().expect("UTF-8");
        let mut args = vec!["import", "--kind", kind, "--file", file, "--as", "ann@example.com"];
        args.extend(more);
        self.command(&args).output().expect("runs")
    }

    fn taken(&self, kind: &str, text: &str) {
        let file = self.file(&format!("{kind}.csv"), text);
        let output = self.import(kind, &file, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn exit_codes_tell_all_some_or_nothing() {
    let place = Place::new();
    place.taken(
        "users",
        "sales_agent,manager,regional_office\nAda Byron,Grace Hill,East\n",
    );
    place.taken("customers", "account,sector\nAcme,retail\n");
    place.taken("products", "product,series,sales_price\nGTX Pro,GTX,4821\n");
    let file = place.file("pipeline.csv", PIPELINE);

    let trial = place.import("opportunities", &file, &["--dry-run"]);
    assert_eq!(trial.status.code(), Some(3), "{}", said(&trial));
    let text = String::from_utf8_lossy(&trial.stdout);
    assert!(text.contains("4 rows; 2 would be created, 2 in error"), "{text}");
    assert!(
        text.contains("No product named “GTXPro” was found, 2 rows (lines 3, 4); did you mean GTX Pro?"),
        "{text}"
    );
    assert!(!place.dir.path().join("import-errors-pipeline.csv").exists());

    let some = place.import("opportunities", &file, &[]);
    assert_eq!(some.status.code(), Some(3), "{}", said(&some));
    assert!(said(&some).contains("import-errors-pipeline.csv"), "{}", said(&some));
    let errors = std::fs::read_to_string(place.dir.path().join("import-errors-pipeline.csv")).expect("written");
    assert_eq!(errors.lines().count(), 3, "{errors}");

    let rest = place.dir.path().join("import-errors-pipeline.csv");
    let all = place.import("opportunities", &rest, &["--value", "product:GTXPro=GTX Pro"]);
    assert_eq!(all.status.code(), Some(0), "{}", said(&all));
    assert!(said(&all).contains("2 rows; 2 created"), "{}", said(&all));

    let again = place.import(
        "opportunities",
        &file,
        &["--value", "product:GTXPro=GTX Pro", "--lang", "zh"],
    );
    assert!(said(&again).contains("商机：共 4 行；无变化 4"), "{}", said(&again));
}

#[test]
fn a_column_without_a_field_is_a_warning_and_map_adjusts_the_guess() {
    let place = Place::new();
    let file = place.file("c.csv", "name,nickname,sector\nAcme Ltd,Acme,retail\n");
    let plain = place.import("customers", &file, &["--dry-run"]);
    assert_eq!(plain.status.code(), Some(0), "{}", said(&plain));
    assert!(
        String::from_utf8_lossy(&plain.stderr).contains("“nickname”"),
        "{}",
        said(&plain)
    );
    let other = place.import("customers", &file, &["--map", "name=nickname,description=name"]);
    assert_eq!(other.status.code(), Some(0), "{}", said(&other));
    let again = place.import("customers", &file, &["--map", "name=nickname"]);
    assert!(
        said(&again).contains("1 unchanged"),
        "known by the nickname: {}",
        said(&again)
    );
}

#[test]
fn what_cannot_be_done_fails_and_says_why() {
    let place = Place::new();
    let file = place.file("c.csv", "name\nAcme\n");
    for (args, why) in [
        (vec!["--map", "name=title"], "has no column “title”"),
        (vec!["--map", "colour=name"], "“colour” cannot be imported"),
        (vec!["--value", "x:a=b"], "has no column “x”"),
        (vec!["--value", "a=b"], "write column:from=to"),
    ] {
        let output = place.import("customers", &file, &args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(why), "{args:?}: {}", said(&output));
    }
    let missing = place.import("customers", Path::new("nowhere.csv"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        said(&missing).contains("nowhere.csv cannot be read"),
        "{}",
        said(&missing)
    );
    let kind = place.import("stages", &file, &[]);
    assert_eq!(kind.status.code(), Some(2), "{}", said(&kind));
    let mut nobody = place.command(&[
        "import",
        "--kind",
        "customers",
        "--file",
        "c.csv",
        "--as",
        "x@example.com",
    ]);
    let output = nobody.output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("nobody has the e-mail address"),
        "{}",
        said(&output)
    );
}
