//! Mail: invitations and new passwords go to whom they are for, in their language, once, and leave no secret behind.

use super::with_own_server;
use api::config::Mail;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use persistence::DatabaseUrl;
use std::time::{Duration, Instant};
use tests::firm::PASSWORD;
use tests::sign_in::{accept, invited, login, newcomer, signed_in};
use tests::smtp::Smtp;
use tests::*;

const OTHER: &str = "另一匹马 with 4 legs";
const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

fn mail(url: String) -> Mail {
    Mail {
        url,
        from: "关系 <crm@example.com>".into(),
    }
}

fn with_mail(engine: Engine, test: impl Fn(&T, &Smtp)) {
    let smtp = Smtp::start();
    with_own_server(engine, |c| c.mail = Some(mail(smtp.url())), |t| test(t, &smtp));
}

#[derive(QueryableByName, Debug)]
struct Row {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    tries: i64,
}

/// `sent`, `failed` or `waits` of each letter in the outbox, and whether it still has its link.
fn outbox(t: &T) -> Vec<Row> {
    let sql = "SELECT CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN failed_at IS NOT NULL THEN 'failed' ELSE 'waits' END || \
               CASE WHEN facts IS NULL THEN '' ELSE ' with its link' END AS state, tries FROM outbox ORDER BY created_at";
    match &t.running.place.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
            diesel::sql_query(sql).load(&mut conn).expect("reads")
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).expect("connects");
            diesel::sql_query(sql).load(&mut conn).expect("reads")
        }
    }
}

/// The same when it is so.
fn outbox_when(t: &T, is: impl Fn(&[Row]) -> bool) -> Vec<Row> {
    let start = Instant::now();
    loop {
        let rows = outbox(t);
        if is(&rows) {
            return rows;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{rows:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Makes every letter that waits due now.
fn hurry(t: &T) {
    let sql = |now: &str| format!("UPDATE outbox SET next_try_at = {now} WHERE sent_at IS NULL AND failed_at IS NULL");
    match &t.running.place.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
            diesel::sql_query("PRAGMA busy_timeout = 5000")
                .execute(&mut conn)
                .expect("waits");
            diesel::sql_query(sql("created_at"))
                .execute(&mut conn)
                .expect("hurries");
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).expect("connects");
            diesel::sql_query(sql("now()")).execute(&mut conn).expect("hurries");
        }
    }
}

fn forgot(t: &T, email: &str) {
    t.anonymous.post("/auth/forgot", json!({ "email": email })).expect(202);
}

#[test]
fn the_address_is_told_to_who_may_see_it() {
    for engine in ENGINES {
        with_mail(engine, |t, _| {
            let grants = json!({ "user": { "*": "all" }, "role": { "view": "all" } });
            let closed = json!({ "user": { "email": "hidden" } });
            let role = json!({ "key": "porter", "name": "Porter", "grants": grants, "field_rights": closed });
            t.owner.create("/roles", role);
            let (_, porter) = newcomer(&t.owner, &format!("porter.{}", t.sales.email), "porter");
            let unseen = json!({ "name": "Jo", "email": format!("jo.{}", t.sales.email) });
            let unseen = t.owner.create("/users", unseen).id();
            let invited = porter.act(&format!("/users/{unseen}/invite")).expect(201);
            assert_eq!(invited["sent_to"], Json::Null);
        });
    }
}

#[test]
fn an_invitation_is_sent_in_the_language_of_whom_it_is_for() {
    for engine in ENGINES {
        with_mail(engine, |t, smtp| {
            let (zh, en) = (format!("zh.{}", t.sales.email), format!("en.{}", t.sales.email));
            let made = t.admin.create(
                "/users",
                json!({ "name": "小<王>", "email": zh, "roles": ["sales"], "locale": "zh-CN" }),
            );
            let given = t.admin.act(&format!("/users/{}/invite", made.id())).expect(201);
            assert_eq!(given["sent_to"], zh);
            let letter = &smtp.wait(&zh, 1)[0];
            assert_eq!(
                (letter.from.as_str(), letter.header("From").as_str()),
                ("crm@example.com", "关系 <crm@example.com>")
            );
            assert!(
                letter.header("Subject").contains("admin邀请您加入“Firm"),
                "{}",
                letter.header("Subject")
            );
            assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
            assert!(letter.header("Message-ID").contains('@') && !letter.header("Date").is_empty());
            assert!(
                letter.plain.starts_with("小<王>，您好：") && letter.plain.contains("7 天内有效"),
                "{}",
                letter.plain
            );
            assert!(letter.html.contains("小&lt;王&gt;") && !letter.html.contains("<王>"));
            assert_eq!(
                given["url"],
                format!("{}/welcome?token={}", engine::PUBLIC_URL, letter.token()),
                "one and the same link"
            );
            accept(&t.anonymous, &letter.token(), OTHER).expect(200);
            signed_in(&login(&t.anonymous, &zh, OTHER).expect(200))
                .get("/auth/me")
                .expect(200);
            // Without a language of their own, that of the workspace. Who has a password is told of a new one.
            let made = t
                .admin
                .create("/users", json!({ "name": "Jo", "email": en, "roles": ["sales"] }));
            t.admin.act(&format!("/users/{}/invite", made.id())).expect(201);
            let letter = &smtp.wait(&en, 1)[0];
            assert!(
                letter.header("Subject").starts_with("admin invited you to join “Firm"),
                "{}",
                letter.header("Subject")
            );
            t.admin.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
            let letter = &smtp.wait(&t.sales.email, 1)[0];
            assert!(
                letter.header("Subject").starts_with("Reset your password for"),
                "{}",
                letter.header("Subject")
            );
            let left = outbox_when(t, |rows| rows.iter().all(|r| r.state.starts_with("sent")));
            assert!(
                left.len() == 3 && left.iter().all(|r| r.state == "sent" && r.tries == 1),
                "no link is kept: {left:?}"
            );
        });
    }
}

#[test]
fn a_forgotten_password_is_set_through_the_mail() {
    for engine in ENGINES {
        with_mail(engine, |t, smtp| {
            assert_eq!(
                t.anonymous.get("/auth/options").expect(200).body,
                json!({ "forgot": true })
            );
            forgot(t, &format!(" {} ", t.sales.email.to_uppercase()));
            let letter = &smtp.wait(&t.sales.email, 1)[0];
            assert!(
                letter.plain.contains("/reset?token=") && letter.plain.contains("1 hour"),
                "{}",
                letter.plain
            );
            // Asking again replaces the link.
            forgot(t, &t.sales.email);
            let newer = &smtp.wait(&t.sales.email, 2)[1];
            accept(&t.anonymous, &letter.token(), OTHER).refused(409, "invalid_link");
            t.sales.get("/auth/me").expect(200);
            accept(&t.anonymous, &newer.token(), OTHER).expect(200);
            accept(&t.anonymous, &newer.token(), OTHER).refused(409, "invalid_link");
            t.sales.get("/auth/me").refused(401, "token_invalid");
            login(&t.anonymous, &t.sales.email, PASSWORD).refused(401, "invalid_credentials");
            login(&t.anonymous, &t.sales.email, OTHER).expect(200);
            // An administrator's link holds beside it, whoever asks for another; one password ends both.
            let given = invited(&t.admin, &t.sales.id.to_string());
            smtp.wait(&t.sales.email, 3);
            forgot(t, &t.sales.email);
            let asked = &smtp.wait(&t.sales.email, 4)[3];
            accept(&t.anonymous, &given, PASSWORD).expect(200);
            accept(&t.anonymous, &asked.token(), OTHER).refused(409, "invalid_link");
            // Somebody invited has no password to forget: the invitation stays what it is.
            let made = t.admin.create(
                "/users",
                json!({ "name": "New", "email": format!("new.{}", t.sales.email), "roles": ["sales"] }),
            );
            let invitation = invited(&t.admin, &made.id());
            forgot(t, made["email"].as_str().expect("an address"));
            let (_, person) = newcomer(&t.admin, &format!("other.{}", t.sales.email), "sales");
            person.get("/auth/me").expect(200);
            accept(&t.anonymous, &invitation, OTHER).expect(200);
        });
    }
}

#[test]
fn a_letter_is_tried_again_and_given_up_when_refused_for_good() {
    for engine in ENGINES {
        with_mail(engine, |t, smtp| {
            smtp.refuse(&["451 come back later", "451 still busy"]);
            t.admin.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
            outbox_when(t, |rows| {
                hurry(t);
                // Asking wakes the one who sends.
                forgot(t, "nobody@example.com");
                rows[0].state == "sent"
            });
            let letter = &smtp.wait(&t.sales.email, 1)[0];
            accept(&t.anonymous, &letter.token(), OTHER).expect(200);
            smtp.refuse(&["550 no such mailbox"]);
            t.admin.act(&format!("/users/{}/invite", t.manager.id)).expect(201);
            let left = outbox_when(t, |rows| rows.iter().all(|r| !r.state.starts_with("waits")));
            let told: Vec<_> = left.iter().map(|r| (r.state.as_str(), r.tries)).collect();
            assert_eq!(told, [("sent", 3), ("failed", 1)]);
            assert_eq!(smtp.letters().len(), 1);
        });
    }
}

#[test]
fn a_mail_server_that_is_away_holds_nobody_up() {
    let nowhere = std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .expect("a port");
    for engine in ENGINES {
        with_own_server(
            engine,
            |c| c.mail = Some(mail(format!("smtp://{nowhere}"))),
            |t| {
                let given = t.admin.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
                let rows = outbox_when(t, |rows| rows[0].tries == 1);
                assert_eq!(rows[0].state, "waits with its link");
                // The administrator has the link all the same.
                let url = given["url"].as_str().expect("a link");
                accept(&t.anonymous, url.split_once("token=").expect("a token").1, OTHER).expect(200);
            },
        );
    }
}

#[test]
fn two_nodes_send_each_letter_once() {
    let smtp = Smtp::start();
    let settings = |c: &mut api::config::Config| c.mail = Some(mail(smtp.url()));
    let running = Running::start(Engine::Postgres, settings).expect("a server");
    let t = T::on(std::sync::Arc::new(running));
    let other = engine::serve(&t.running.place.url, |c| c.mail = Some(mail(smtp.url()))).expect("another server");
    let there = Client::new(other.url(), t.admin.token.clone());
    let addresses: Vec<String> = (0..20).map(|n| format!("n{n}.{}", t.sales.email)).collect();
    for (n, address) in addresses.iter().enumerate() {
        let made = t.admin.create(
            "/users",
            json!({ "name": address, "email": address, "roles": ["sales"] }),
        );
        let by = if n % 2 == 0 { &t.admin.client } else { &there };
        by.act(&format!("/users/{}/invite", made.id())).expect(201);
    }
    for address in &addresses {
        smtp.wait(address, 1);
    }
    let rows = outbox_when(&t, |rows| rows.iter().all(|r| r.state == "sent"));
    assert!(rows.iter().all(|r| r.tries == 1), "{rows:?}");
    assert_eq!(smtp.letters().len(), addresses.len());
}

#[test]
fn a_mail_server_that_wants_a_password_gets_it() {
    let smtp = Smtp::start();
    let url = smtp.url_for("crm%40example.com:p%3A+w");
    with_own_server(
        Engine::Sqlite,
        |c| c.mail = Some(mail(url)),
        |t| {
            t.admin.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
            let letter = &smtp.wait(&t.sales.email, 1)[0];
            assert_eq!(letter.login.as_deref(), Some("crm@example.com p:+w"));
        },
    );
}

#[test]
fn what_is_too_late_is_not_sent() {
    for engine in ENGINES {
        let (place, firm) = program::founded(engine);
        {
            // A server that cannot send takes what is to be sent, and goes.
            let nowhere = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr());
            let url = format!("smtp://{}", nowhere.expect("a port"));
            let server = engine::serve(&place.url, |c| c.mail = Some(mail(url))).expect("a server");
            let admin = Client::new(server.url(), firm.admin.token.clone());
            admin.act(&format!("/users/{}/invite", firm.sales.id)).expect(201);
            admin.act(&format!("/users/{}/invite", firm.manager.id)).expect(201);
        }
        let ago = |column: &str, seconds| format!("{column} = {}", place.before(column, seconds));
        let day = 24 * 3600 + 60;
        place.run(&format!(
            "UPDATE outbox SET {}, {} WHERE address = '{}'; UPDATE outbox SET {}",
            ago("give_up_at", day),
            ago("created_at", day),
            firm.sales.email,
            ago("next_try_at", day),
        ));
        // A question that nobody waits for any more.
        let question =
            persistence::outbox::Letter::new("forgot", &firm.manager.email, domain::Instant::now().plus_seconds(-1));
        let store = persistence::Store::open(&place.url, persistence::Options::default()).expect("opens");
        store
            .write_here(move |tx| persistence::outbox::put(tx, &question))
            .expect("puts");
        drop(store);
        let smtp = Smtp::start();
        let server = engine::serve(&place.url, |c| c.mail = Some(mail(smtp.url()))).expect("a server");
        smtp.wait(&firm.manager.email, 1);
        let states = "SELECT CASE WHEN failed_at IS NOT NULL AND facts IS NULL THEN 'too late' WHEN sent_at IS NOT NULL THEN 'sent' \
                      ELSE 'waits' END AS text FROM outbox ORDER BY 1";
        let start = Instant::now();
        while place.texts(states) != ["sent", "too late"] {
            assert!(start.elapsed() < Duration::from_secs(20), "{:?}", place.texts(states));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(smtp.letters().len(), 1);
        drop(server);
    }
}

both! {
    fn without_a_mail_server_links_are_handed_on(t) {
        assert_eq!(t.anonymous.get("/auth/options").expect(200).body, json!({ "forgot": false }));
        t.anonymous.post("/auth/forgot", json!({ "email": t.sales.email })).refused(409, "no_mail");
        let given = t.admin.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
        assert_eq!(given["sent_to"], Json::Null);
        assert!(outbox(t).is_empty());
    }
}
