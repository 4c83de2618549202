//! Line 9. Passwords are kept as argon2id with m ≥ 19 MiB, t ≥ 2 and p = 1, are 8 to 128 characters long and not common, and
//! count to their last character.

use super::PROGRAM;
use crate::auth::{BOSS, login, set_up, unfounded};
use std::io::Write;
use std::process::{Command, Stdio};
use tests::engine::Place;
use tests::firm::PASSWORD;
use tests::sign_in::{self, accept, invited};
use tests::*;

/// The hash stands in the database as RFC 9106 and OWASP want it.
fn strong(place: &Place, email: &str) {
    let stored = place.texts(&format!(
        "SELECT password_hash AS text FROM logins WHERE email = '{email}'"
    ));
    let [hash] = stored.as_slice() else {
        panic!("{email} has one: {stored:?}")
    };
    let parts: Vec<&str> = hash.split('$').collect();
    let ["", "argon2id", "v=19", parameters, salt, key] = parts[..] else {
        panic!("{hash}")
    };
    let number = |name: &str| -> u32 {
        let found = parameters
            .split(',')
            .find_map(|p| p.strip_prefix(name)?.strip_prefix('='));
        found.expect("a parameter").parse().expect("a number")
    };
    assert!(
        number("m") >= 19 * 1024 && number("t") >= 2 && number("p") == 1,
        "{hash}"
    );
    // 16 bytes of salt and 32 of key, in base64.
    assert!(salt.len() >= 22 && key.len() >= 43, "{hash}");
}

fn change(by: &Client, old: &str, new: &str) -> client::Request {
    by.post("/auth/password", json!({ "password": old, "new_password": new }))
}

both! {
    fn whichever_way_it_is_set_the_hash_is_strong(t) {
        let place = &t.running.place;
        let email = format!("invited.{}", t.sales.email);
        let made = t.admin.create("/users", json!({ "name": "x", "email": email, "roles": ["sales"] }));
        accept(&t.anonymous, &invited(&t.admin, &made.id()), PASSWORD).expect(200);
        strong(place, &email);
        let first = place.texts("SELECT password_hash AS text FROM logins");
        let person = sign_in::signed_in(&login(t, &email, PASSWORD).expect(200));
        change(&person, PASSWORD, PASSWORD).expect(204);
        strong(place, &email);
        let second = place.texts("SELECT password_hash AS text FROM logins");
        assert_ne!(first, second, "a salt of its own each time");
        accept(&t.anonymous, &invited(&t.admin, &made.id()), PASSWORD).expect(200);
        strong(place, &email);
    }

    fn its_length_is_8_to_128_characters_and_all_of_them_count(t) {
        let mut now = PASSWORD.to_owned();
        let mut to = |new: &str| {
            change(&t.sales, &now, new).expect(204);
            now = new.to_owned();
        };
        // Characters and not bytes: 128 of these are 384 bytes, beyond what some hashes look at.
        let long = "长".repeat(127) + "a";
        for good in ["12345 78", &long, "  two blanks around  ", "tab\tand\u{1f40e}"] {
            to(good);
            login(t, &t.sales.email, good).expect(200);
        }
        to(&long);
        for near in ["长".repeat(127) + "b", "长".repeat(127), format!("{long}a"), "长".repeat(24), long.to_uppercase()] {
            login(t, &t.sales.email, &near).refused(401, "invalid_credentials");
        }
        let kept = now.clone();
        let refused = |new: &str, code: &str| {
            change(&t.sales, &kept, new).invalid(&[&format!("/new_password {code}")]);
        };
        refused("1234567", "password_too_short");
        refused("长长长长长长长", "password_too_short");
        refused(&"x".repeat(129), "password_too_long");
        for common in ["password", "PassWord1", "12345678", "woaini1314", "qwerty123", "QQ123456"] {
            refused(common, "password_common");
        }
        login(t, &t.sales.email, &long).expect(200);
    }
}

#[test]
fn setting_up_and_the_command_line_keep_to_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (running, anonymous) = unfounded(engine);
        set_up(&anonymous, "one-time", "1234567").invalid(&["/password password_too_short"]);
        set_up(&anonymous, "one-time", &"x".repeat(129)).invalid(&["/password password_too_long"]);
        set_up(&anonymous, "one-time", "Password1").invalid(&["/password password_common"]);
        set_up(&anonymous, "one-time", PASSWORD).expect(201);
        strong(&running.place, BOSS);
        let add = |password: &str| {
            let mut command = Command::new(PROGRAM);
            command.args([
                "user",
                "add",
                "--email",
                "cli@example.com",
                "--name",
                "x",
                "--role",
                "sales",
            ]);
            command.args(["--password-stdin", "--database", &running.place.argument()]);
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let mut child = command.spawn().expect("starts");
            let mut input = child.stdin.take().expect("is piped");
            input.write_all(password.as_bytes()).expect("reads it");
            drop(input);
            child.wait().expect("ends").success()
        };
        assert!(!add("1234567") && !add("password1"));
        assert!(add(PASSWORD));
        strong(&running.place, "cli@example.com");
        sign_in::login(&anonymous, "cli@example.com", PASSWORD).expect(200);
    }
}
