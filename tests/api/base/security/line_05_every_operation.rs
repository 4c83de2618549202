//! Line 5. Every operation is tried without a credential and without any right, and every mutation leaves its entry in the
//! change log.

use crate::auth::{BOSS, set_up, unfounded};
use crate::description::{JOBS, Probe, changes_after, clear, operations};
use std::collections::{BTreeMap, BTreeSet};
use tests::firm::PASSWORD;
use tests::sign_in::{accept, invited, login, newcomer, signed_in};
use tests::*;

/// What somebody without any right may do all the same, and why.
const WITHOUT_RIGHT: [(&str, &str); 23] = [
    ("me", "who I am"),
    ("update_me", "my own name, language and time zone"),
    ("set_avatar", "my own picture"),
    ("remove_avatar", "my own picture"),
    ("change_password", "my own password"),
    ("list_sessions", "my own sign-ins"),
    ("end_session", "my own sign-ins"),
    ("end_other_sessions", "my own sign-ins"),
    ("offer_second_factor", "my own second factor"),
    ("start_second_factor", "my own second factor"),
    ("end_second_factor", "my own second factor"),
    ("list_api_keys", "my own keys, which can do no more than I may"),
    ("create_api_key", "my own keys"),
    ("rename_api_key", "my own keys"),
    ("rotate_api_key", "my own keys"),
    ("list_views", "my own views"),
    ("search_views", "my own views"),
    ("deleted_views", "my own views"),
    ("list_view_marks", "my own marks of views"),
    ("get_schema", "shows the kinds I may see: my own views"),
    ("start", "who I am, and of all else what I may see: nothing"),
    ("search", "finds what I may see: nothing"),
    ("list_changes", "tells that something changed, and nothing of it"),
];

/// What is written and is no change of anything that others see, and why.
const NO_CHANGE: [(&str, &str); 1] = [("mark_view", "which views I open and like, as the use of a key is noted")];

both! {
    fn nobody_does_anything_without_a_credential_or_a_right(t) {
        t.owner.create("/roles", json!({ "key": "nothing", "name": "Nothing", "grants": {} }));
        let (me, nobody) = newcomer(&t.owner, &format!("nobody.{}", t.sales.email), "nothing");
        let allowed: BTreeMap<&str, &str> = WITHOUT_RIGHT.iter().copied().collect();
        let (mut position, mut may) = (0, BTreeSet::new());
        for operation in operations(t) {
            let probe = Probe::new(t, &nobody, operation);
            let (answer, _) = probe.tried(t, &t.anonymous, operation, &mut position);
            assert_eq!((answer.status, &answer["code"]), (401, &json!("unauthenticated")), "{}", operation.id);
            let (answer, _) = probe.tried(t, &nobody, operation, &mut position);
            match answer.status {
                403 | 404 => {}
                _ => drop(may.insert(operation.id.as_str())),
            }
            clear(t, operation);
        }
        assert_eq!(may, allowed.keys().copied().collect());
        let kinds = nobody.get("/schema").expect(200)["kinds"].clone();
        let kinds: Vec<&Json> = kinds.as_array().expect("kinds").iter().map(|kind| &kind["kind"]).collect();
        assert_eq!(kinds, ["view"], "what everybody has for themselves");
        assert_eq!(nobody.get("/search?q=a").expect(200)["data"], json!([]));
        let about_me = json!(me);
        let feed = nobody.get("/changes?limit=200").expect(200);
        let told = |change: &&Json| change["action"] != "gone" && change["actor_id"] != about_me && change["record_id"] != about_me;
        assert_eq!(feed.rows().iter().find(told), None);
    }

    fn a_job_that_is_stopped_says_by_whom(t) {
        let busy = seed::long_import(&t.owner).id();
        let leaver = seed::plain(&t.owner, "/users").id();
        let waiting = t.owner.post(&format!("/users/{leaver}/hand-over"), json!({ "to": t.sales.id })).expect(202).id();
        for path in [format!("/jobs/{waiting}"), format!("/imports/{busy}")] {
            let stopped = t.owner.act(&format!("{path}/cancel")).expect(200);
            assert_eq!(stopped["status"], "cancelled");
            let history = t.owner.get(&format!("{path}/history")).expect(200);
            let told = history.rows().iter().any(|entry| entry["fields"]["status"][1] == "cancelled" && entry["actor_id"] == json!(t.owner.id));
            assert!(told, "{}", history.text);
        }
    }

    fn every_mutation_leaves_its_entry(t) {
        let mut position = 0;
        for operation in operations(t) {
            let job = JOBS.contains(&operation.id.as_str());
            let probe = Probe::new(t, &t.owner, operation);
            let (answer, changes) = probe.tried(t, &t.owner, operation, &mut position);
            if job && answer.status == 202 {
                seed::ended(&t.owner, answer.header("location").trim_start_matches("/api/v1"));
            }
            clear(t, operation);
            let sets: BTreeSet<String> = changes.iter().map(|c| c.change_set.to_string()).collect();
            if job {
                // It goes on in change sets of its own; a stopped one had nothing left to stop.
                assert!(answer.status >= 400 || !sets.is_empty(), "{} leaves no entry", operation.id);
                continue;
            }
            // A change of many is tried as a trial here; what it writes is looked at where it is tested.
            let noted = operation.id.starts_with("bulk_") || NO_CHANGE.iter().any(|(id, _)| *id == operation.id);
            let expected = usize::from(operation.mutates() && !noted);
            assert_eq!(sets.len(), expected, "{} leaves {expected} change set: {changes:?}", operation.id);
            let records: BTreeSet<_> = changes.iter().map(|c| c.record_id).collect();
            assert_eq!(records.len(), changes.len(), "{}: one entry for each record", operation.id);
            assert!(changes.iter().all(|c| c.actor_id == Some(t.owner.id)), "{} says who", operation.id);
        }
    }

    fn signing_in_and_out_is_told_and_nothing_else_that_needs_no_credential_changes_anything(t) {
        let mut position = changes_after(t, 0).last().map_or(0, |c| c.position);
        let mut told = || {
            let changes = changes_after(t, position);
            position = changes.last().map_or(position, |c| c.position);
            changes.iter().map(|c| format!("{} {}", c.action.key(), c.kind)).collect::<Vec<_>>().join(", ")
        };
        // The first owner is told of in a database of its own, below.
        let mut seen = BTreeSet::from(["setup"]);
        let mut saw = |operation| seen.insert(operation);
        let given = login(&t.anonymous, &t.sales.email, PASSWORD).expect(200);
        saw("login");
        assert_eq!(told(), "create session");
        // The session goes on under another token: nothing about it that anybody reads has changed.
        let refreshed = t.anonymous.post("/auth/refresh", json!({ "refresh_token": given["refresh_token"] })).expect(200);
        saw("refresh");
        assert_eq!(told(), "");
        t.anonymous.post("/auth/logout", json!({ "refresh_token": refreshed["refresh_token"] })).expect(204);
        saw("logout");
        assert_eq!(told(), "delete session");
        let link = invited(&t.owner, &t.sales.id.to_string());
        told();
        accept(&t.anonymous, &link, PASSWORD).expect(200);
        saw("accept_invitation");
        let changed = told();
        assert!(changed.contains("update user"), "{changed}");
        t.anonymous.get("/auth/options").expect(200);
        saw("sign_in_options");
        login(&t.anonymous, &t.sales.email, "wrong password").expect(401);
        // Only asks; the link that comes of it is told when it is made.
        t.anonymous.post("/auth/forgot", json!({ "email": t.sales.email })).send();
        saw("forgot_password");
        assert_eq!(told(), "");
        let open: BTreeSet<&str> = t.owner.description().operations.iter().filter(|o| o.open).map(|o| o.id.as_str()).collect();
        assert_eq!(seen, open, "each that needs no credential is looked at here");
    }
}

#[test]
fn setting_up_is_told() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (_running, anonymous) = unfounded(engine);
        set_up(&anonymous, "one-time", PASSWORD).expect(201);
        let boss = signed_in(&login(&anonymous, BOSS, PASSWORD).expect(200));
        let log = boss.get("/audit?kind=user").expect(200);
        assert_eq!(
            (log.rows().len(), &log.rows()[0]["action"]),
            (1, &json!("create")),
            "{}",
            log.text
        );
    }
}
