//! Line 11. The second factor: asked for at sign-in, each code once, recovery codes hashed, and no way round it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use persistence::DatabaseUrl;
use tests::firm::PASSWORD;
use tests::sign_in::{self, accept, code, early_in_a_step, invited, offered, turn_on};
use tests::*;

fn login(t: &T, password: &str) -> client::Request {
    sign_in::login(&t.anonymous, &t.sales.email, password)
}

fn with_code(t: &T, person: &Person, code: &str) -> client::Request {
    t.anonymous.post(
        "/auth/login",
        json!({ "email": person.email, "password": PASSWORD, "code": code }),
    )
}

/// As if the codes taken so far lay long ago.
fn forget_used_codes(t: &T) {
    let hex = t.sales.id.to_string().replace('-', "");
    let sql = |user: String| format!("UPDATE second_factors SET step = 0 WHERE user_id = {user}");
    let done = match &t.running.place.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
            conn.batch_execute("PRAGMA busy_timeout=5000").expect("waits");
            diesel::sql_query(sql(format!("X'{hex}'"))).execute(&mut conn)
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).expect("connects");
            diesel::sql_query(sql(format!("'{hex}'"))).execute(&mut conn)
        }
    };
    assert_eq!(done.expect("forgets"), 1);
}

both! {
    fn a_sign_in_asks_for_a_code_and_takes_it_once(t) {
        let (secret, _) = turn_on(&t.sales);
        assert_eq!(t.sales.get("/auth/me").expect(200)["user"]["two_factor"], true);
        login(t, PASSWORD).refused(401, "second_factor_required");
        // Who does not know the password does not learn that there is a second factor.
        login(t, "wrong password").refused(401, "invalid_credentials");
        with_code(t, &t.sales, "123 45x").refused(401, "second_factor_invalid");
        with_code(t, &t.sales, &code(&secret, -1)).refused(401, "second_factor_invalid");
        let now = code(&secret, 0);
        with_code(t, &t.sales, &format!(" {} {}", &now[..3], &now[3..])).expect(200);
        with_code(t, &t.sales, &now).refused(401, "second_factor_invalid");
        with_code(t, &t.sales, &code(&secret, 5)).refused(401, "second_factor_invalid");
    }

    fn a_clock_may_be_half_a_minute_off_and_no_more(t) {
        let (secret, _) = turn_on(&t.sales);
        forget_used_codes(t);
        early_in_a_step();
        for steps in [-2, 2] {
            with_code(t, &t.sales, &code(&secret, steps)).refused(401, "second_factor_invalid");
        }
        for steps in [-1, 1] {
            with_code(t, &t.sales, &code(&secret, steps)).expect(200);
        }
    }

    fn recovery_codes_work_once_each(t) {
        let (_, codes) = turn_on(&t.sales);
        assert_eq!(codes.len(), 10);
        with_code(t, &t.sales, &codes[3].to_uppercase()).expect(200);
        with_code(t, &t.sales, &codes[3]).refused(401, "second_factor_invalid");
        with_code(t, &t.sales, &codes[4].replace('-', "")).expect(200);
    }

    fn recovery_codes_are_hashed_as_passwords_are(t) {
        let (_, codes) = turn_on(&t.sales);
        let column = if t.is_sqlite() { "recovery" } else { "array_to_string(recovery, ' ')" };
        let user = t.sales.id.simple().to_string();
        let of_sales = if t.is_sqlite() { format!("lower(hex(user_id)) = '{user}'") } else { format!("user_id = '{}'", t.sales.id) };
        let kept = t.running.place.texts(&format!("SELECT {column} AS text FROM second_factors WHERE {of_sales}")).remove(0);
        assert_eq!(kept.matches("$argon2id$v=19$m=19456,t=2,p=1$").count(), 10, "{kept}");
        for code in codes {
            let plain = code.replace('-', "");
            assert!(!kept.contains(&plain) && !kept.contains(&api::testing::hash_token(&plain)));
        }
    }

    fn one_recovery_code_at_once_lets_in_once(t) {
        let (_, codes) = turn_on(&t.sales);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..4).map(|_| scope.spawn(|| with_code(t, &t.sales, &codes[0]).send().status)).collect();
            tries.into_iter().map(|t| t.join().expect("answers")).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
    }

    fn an_open_screen_is_not_enough_to_take_an_account_over(t) {
        let me = format!("/users/{}", t.admin.id);
        t.admin.act(&format!("{me}/invite")).refused(409, "own_sign_in");
        let secret = offered(&t.admin);
        let body = |password: &str| json!({ "secret": secret, "code": code(&secret, 0), "password": password });
        t.admin.post("/auth/second-factor", json!({ "secret": secret, "code": code(&secret, 0) })).invalid(&["/password required"]);
        t.admin.post("/auth/second-factor", body("wrong password")).invalid(&["/password wrong_password"]);
        t.admin.post("/auth/second-factor", body(PASSWORD)).expect(200);
        t.admin.act(&format!("{me}/reset-second-factor")).refused(409, "own_sign_in");
        // Another address would be a new way in.
        let version = t.admin.get(&me).expect(200).version();
        let email = format!("moved.{}", t.admin.email);
        t.admin.patch(&me, version, json!({ "email": email })).refused(409, "own_email");
        t.admin.patch(&me, version, json!({ "email": null })).refused(409, "own_email");
        let own = |body: Json| t.admin.patch("/auth/me", version, body);
        own(json!({ "email": email })).invalid(&["/password required"]);
        own(json!({ "email": email, "password": "wrong password" })).invalid(&["/password wrong_password"]);
        own(json!({ "email": null, "password": PASSWORD })).invalid(&["/email required"]);
        own(json!({ "email": t.stranger.email, "password": PASSWORD })).refused(409, "email_taken");
        assert_eq!(own(json!({ "email": email, "password": PASSWORD })).expect(200)["email"], email);
        sign_in::login(&t.anonymous, &email, PASSWORD).refused(401, "second_factor_required");
        sign_in::login(&t.anonymous, &t.admin.email, PASSWORD).refused(401, "invalid_credentials");
        // Who manages nobody has their address from who does; others may be changed as before.
        let version = t.sales.get("/auth/me").expect(200)["user"]["version"].as_i64().expect("a version");
        t.sales.patch("/auth/me", version, json!({ "email": email, "password": PASSWORD })).expect(422);
        let theirs = format!("moved.{}", t.sales.email);
        t.admin.patch(&format!("/users/{}", t.sales.id), version, json!({ "email": theirs })).expect(200);
    }

    fn one_code_at_once_lets_in_once(t) {
        let (secret, _) = turn_on(&t.sales);
        let now = code(&secret, 0);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..6).map(|_| scope.spawn(|| with_code(t, &t.sales, &now).send().status)).collect();
            tries.into_iter().map(|t| t.join().expect("answers")).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
    }

    fn a_new_password_does_not_go_round_it(t) {
        turn_on(&t.sales);
        let token = invited(&t.admin, &t.sales.id.to_string());
        accept(&t.anonymous, &token, PASSWORD).expect(200);
        login(t, PASSWORD).refused(401, "second_factor_required");
    }

    fn it_is_turned_off_with_the_password_or_by_an_administrator(t) {
        turn_on(&t.sales);
        t.sales.post("/auth/second-factor/end", json!({ "password": "wrong password" })).invalid(&["/password wrong_password"]);
        t.sales.post("/auth/second-factor/end", json!({ "password": PASSWORD })).expect(204);
        login(t, PASSWORD).expect(200);
        let (secret, _) = turn_on(&t.sales);
        let again = json!({ "secret": secret, "code": code(&secret, 0), "password": PASSWORD });
        t.sales.post("/auth/second-factor", again).refused(409, "second_factor_on");
        let reset = format!("/users/{}/reset-second-factor", t.sales.id);
        t.manager.act(&reset).refused(403, "forbidden");
        t.admin.act(&reset).expect(204);
        t.admin.act(&reset).refused(409, "second_factor_off");
        login(t, PASSWORD).expect(200);
    }

    fn a_secret_without_its_code_or_too_short_is_refused(t) {
        let offer = t.sales.get("/auth/second-factor").expect(200);
        let (secret, url) = (offer["secret"].as_str().expect("a secret"), offer["url"].as_str().expect("an address"));
        assert!(url.starts_with("otpauth://totp/Guanxi%20") && url.contains(&format!("secret={secret}")), "{url}");
        t.sales.post("/auth/second-factor", json!({ "secret": secret, "code": "000000x", "password": PASSWORD })).invalid(&["/code second_factor_invalid"]);
        assert_ne!(offered(&t.sales), secret, "a fresh one each time");
        for secret in ["JBSWY3DP", "not base32!", "1"] {
            t.sales.post("/auth/second-factor", json!({ "secret": secret, "code": "123456", "password": PASSWORD })).invalid(&["/secret second_factor_secret"]);
        }
    }
}

#[test]
fn a_forgotten_password_does_not_go_round_the_second_factor() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let smtp = smtp::Smtp::start();
        let mail = api::config::Mail {
            url: smtp.url(),
            from: "crm@example.com".into(),
        };
        let settings = |c: &mut api::config::Config| c.mail = Some(mail);
        crate::auth::with_own_server(engine, settings, |t| {
            let (secret, _) = turn_on(&t.sales);
            t.anonymous
                .post("/auth/forgot", json!({ "email": t.sales.email }))
                .expect(202);
            let token = smtp.wait(&t.sales.email, 1)[0].token();
            let given = accept(&t.anonymous, &token, "another long phrase").expect(200);
            assert!(!given.text.contains("token"), "it signs nobody in: {}", given.text);
            login(t, "another long phrase").refused(401, "second_factor_required");
            let entry = json!({ "email": t.sales.email, "password": "another long phrase", "code": code(&secret, 0) });
            let answer = t.anonymous.post("/auth/login", entry).expect(200);
            let me = sign_in::signed_in(&answer).get("/auth/me").expect(200);
            assert_eq!(me["user"]["two_factor"], true);
        });
    }
}
