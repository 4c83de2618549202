//! Lists of those who see what some of a thousand owners have: how long 50 rows take, and how the database finds them.

use super::cases::Case;
use super::{Client, serve};
use anyhow::Result;
use std::fs::{self, File};
use std::path::Path;

pub const NAME: &str = "of 1,000 owners";

/// Owners whose customers are seen, and who sees them: heads of teams that `guanxi bench-fill` made.
const HEADS: [(usize, &str); 3] = [(1, "team11"), (10, "team10"), (500, "team500")];

const SORTS: [(&str, &str); 2] = [("name", "name"), ("time", "-created_at")];

pub struct Head {
    owners: usize,
    client: Client,
}

pub fn heads(address: &str) -> Result<Vec<Head>> {
    let heads = HEADS.into_iter();
    heads
        .map(|(owners, name)| {
            let client = Client::sign_in(address, &format!("{name}@bench.example"))?;
            Ok(Head { owners, client })
        })
        .collect()
}

fn path(sort: &str) -> String {
    format!("/customers?sort={sort}&limit=50")
}

/// One call at a time: this is about how long one waits.
pub fn cases(heads: &[Head]) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for Head { owners, client } in heads {
        for (by, sort) in SORTS {
            let request = client.request(&path(sort));
            cases.push((format!("{owners} {NAME}, by {by}"), client.reading(&[request], 1)?));
        }
    }
    Ok(cases)
}

/// Prints the plans of those lists, by a server that tells them to its log.
pub fn plans(program: &Path, url: &str) -> Result<()> {
    let log = crate::shell::target_dir().join("bench/plans.log");
    let server = serve(program, url, "warn,sql=trace", File::create(&log)?.into())?;
    println!("plans of lists of customers");
    for Head { owners, client } in heads(&server.address)? {
        for (by, sort) in SORTS {
            client.get(&path(sort))?;
            let before = fs::read_to_string(&log)?.len();
            client.get(&path(sort))?;
            println!("{owners} {NAME}, by {by}");
            for told in fs::read_to_string(&log)?[before..].lines() {
                // The sealer reads beside the request.
                let plan = told
                    .split_once(" plan=")
                    .filter(|(words, _)| words.contains("FROM customers t "));
                let plan: String = serde_json::from_str(plan.map_or("\"\"", |(_, plan)| plan))?;
                plan.lines().for_each(|line| println!("    {line}"));
            }
        }
    }
    drop(server);
    fs::remove_file(log)?;
    Ok(())
}
