//! Requests to operations on one's own sign-in, and on that of others.

use super::Probe;
use tests::description::Operation;
use tests::firm::PASSWORD;
use tests::sign_in::{code, login, newcomer, offered, signed_in, turn_on};
use tests::*;

/// What has to be there for the operation to do something, and the request. None for an operation on records.
pub fn probe(t: &T, client: &Client, operation: &Operation) -> Option<Probe> {
    let plain = Probe {
        path: operation.path.trim_start_matches("/api/v1").to_owned(),
        body: None,
        version: None,
        record: None,
    };
    let me = client.token.as_ref().map(|_| client.get("/auth/me").expect(200));
    let email = me
        .as_ref()
        .and_then(|me| me["user"]["email"].as_str())
        .unwrap_or_default();
    Some(match operation.id.as_str() {
        // A deal whose amount has the rate of before.
        "revalue_amounts" => {
            let listed = t.owner.get("/currencies?filter[code]=EUR").expect(200);
            if listed.rows().is_empty() {
                t.owner.create("/currencies", json!({ "code": "EUR" }));
            }
            let now = t.owner.get("/exchange-rates?filter[currency]=EUR").expect(200);
            let (path, version) = match now.rows().first() {
                Some(rate) => (rate["id"].as_str().map(str::to_owned), rate["version"].as_i64()),
                None => {
                    let body = json!({ "currency": "EUR", "valid_from": "2020-01-01", "rate": "7" });
                    let made = t.owner.create("/exchange-rates", body);
                    (Some(made.id()), Some(1))
                }
            };
            if t.owner.names("/opportunities?filter[name]=Euro").is_empty() {
                let amount = json!({ "amount": "1", "currency": "EUR" });
                let body = json!({ "name": "Euro", "amount": amount, "owner_id": t.sales.id });
                // By who may write amounts, whatever is closed to sales.
                t.owner.create("/opportunities", body);
            }
            let version = version.expect("a version");
            let path = format!("/exchange-rates/{}", path.expect("an id"));
            t.owner
                .patch(&path, version, json!({ "rate": format!("7.{version}") }))
                .expect(200);
            Probe {
                body: Some(json!({})),
                ..plain
            }
        }
        "explain_access" => Probe {
            path: "/access/explain?kind=lead".into(),
            ..plain
        },
        // A record of `sales`, shared with one more before it is shared no more. Jobs are the owner's.
        id if operation.path.ends_with("/members/{user_id}") => {
            let path = super::kind_path(operation);
            let maker = if path == "/jobs" { &t.owner } else { &t.sales };
            let made = format!("{path}/{}", seed::plain(maker, &path).id());
            let to = format!("{made}/members/{}", t.admin.id);
            let ends = id.starts_with("delete_");
            if ends {
                maker.put(&to, json!({ "access": "read" })).expect(201);
            }
            Probe {
                path: to,
                body: (!ends).then(|| json!({ "access": "read" })),
                record: Some(made),
                ..plain
            }
        }
        "preview_number" => Probe {
            path: format!("{}?kind=lead&pattern=L%7B0%7D", plain.path),
            ..plain
        },
        "get_working_time" => Probe {
            path: format!("{}?from=2026-01-01T00:00:00Z&minutes=1", plain.path),
            ..plain
        },
        "update_workspace" => {
            // Not everybody sees it.
            let version = client.get("/workspace").send()["version"].as_i64().unwrap_or(1);
            Probe {
                body: Some(json!({ "name": format!("Renamed {version}") })),
                version: Some(version),
                ..plain
            }
        }
        "change_password" => Probe {
            body: Some(json!({ "password": PASSWORD, "new_password": PASSWORD })),
            ..plain
        },
        "update_me" => {
            let version = me.as_ref().map_or(&Json::Null, |me| &me["user"]["version"]);
            Probe {
                body: Some(json!({ "title": format!("Title {version}") })),
                version: Some(version.as_i64().unwrap_or(1)),
                ..plain
            }
        }
        "remove_avatar" => {
            if me.is_some() {
                client.set_picture(&pictures::another_png()).expect(200);
            }
            plain
        }
        "get_avatar" | "remove_user_avatar" => {
            t.sales.set_picture(&pictures::another_png()).expect(200);
            Probe {
                path: plain.path.replace("{id}", &t.sales.id.to_string()),
                record: Some(format!("/users/{}", t.sales.id)),
                ..plain
            }
        }
        "set_avatar" => plain,
        "start_second_factor" => {
            let secret = me.as_ref().map(|_| {
                client
                    .post("/auth/second-factor/end", json!({ "password": PASSWORD }))
                    .expect(204);
                offered(client)
            });
            let secret = secret.unwrap_or_else(|| "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned());
            Probe {
                body: Some(json!({ "secret": secret, "code": code(&secret, 0), "password": PASSWORD })),
                ..plain
            }
        }
        "end_second_factor" => {
            if me.as_ref().is_some_and(|me| me["user"]["two_factor"] == false) {
                turn_on(client);
            }
            Probe {
                body: Some(json!({ "password": PASSWORD })),
                ..plain
            }
        }
        // One more session, that of the caller: those of others are not seen.
        "end_session" | "end_other_sessions" => {
            let id = me.as_ref().map_or_else(
                || t.owner.id.to_string(),
                |_| {
                    let other = signed_in(&login(&t.anonymous, email, PASSWORD).expect(200));
                    let about = other.get("/auth/me").expect(200);
                    about["session_id"].as_str().expect("an id").to_owned()
                },
            );
            Probe {
                path: plain.path.replace("{id}", &id),
                ..plain
            }
        }
        "invite_user" | "reset_second_factor" => {
            let address = seed::minimal(&t.owner, "/users")["name"]
                .as_str()
                .expect("a name")
                .replace(' ', "");
            let (id, person) = newcomer(&t.owner, &format!("{address}@probe.example"), "sales");
            turn_on(&person);
            Probe {
                path: plain.path.replace("{id}", &id),
                record: Some(format!("/users/{id}")),
                ..plain
            }
        }
        "create_api_key" => Probe {
            body: Some(json!({ "name": "Probe", "scopes": ["leads:read"] })),
            ..plain
        },
        "list_api_keys" => plain,
        // Whoever sees users sees the keys of `sales`, and may revoke them; the rest is for one's own.
        "get_api_key" | "revoke_api_key" | "rename_api_key" | "rotate_api_key" => {
            let others = matches!(operation.id.as_str(), "get_api_key" | "revoke_api_key");
            let here = me
                .as_ref()
                .is_some_and(|me| me["workspace"]["id"] == t.workspace.to_string());
            let maker = if others || !here { &t.sales.client } else { client };
            let made = maker.create("/api-keys", json!({ "name": "Probe", "scopes": ["leads:read"] }));
            let renames = operation.id == "rename_api_key";
            Probe {
                path: plain.path.replace("{id}", &made.id()),
                body: renames.then(|| json!({ "name": "Another" })),
                version: operation.versioned.then_some(1),
                record: Some(format!("/api-keys/{}", made.id())),
            }
        }
        _ => return None,
    })
}
