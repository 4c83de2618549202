//! Signing in as people do: invitations, passwords, one-time codes.

use crate::client::{Answer, Client, Request};
use crate::firm::PASSWORD;
use serde_json::json;
use totp_rs::{Algorithm, Secret, TOTP};

pub fn login(anonymous: &Client, email: &str, password: &str) -> Request {
    anonymous.post("/auth/login", json!({ "email": email, "password": password }))
}

/// Whom an answer with tokens lets in.
pub fn signed_in(given: &Answer) -> Client {
    Client::new(given.base(), given["access_token"].as_str().map(str::to_owned))
}

/// The token of a link made for a user.
pub fn invited(by: &Client, user: &str) -> String {
    let given = by.act(&format!("/users/{user}/invite")).expect(201);
    let url = given["url"].as_str().expect("a link");
    url.split_once("/welcome?token=").expect("a token").1.to_owned()
}

pub fn accept(anonymous: &Client, token: &str, password: &str) -> Request {
    anonymous.post("/auth/invitation", json!({ "token": token, "password": password }))
}

/// A user with the password of all tests, signed in.
pub fn newcomer(by: &Client, email: &str, role: &str) -> (String, Client) {
    let made = by.create("/users", json!({ "name": email, "email": email, "roles": [role] }));
    let anonymous = Client::new(by.base.clone(), None);
    accept(&anonymous, &invited(by, &made.id()), PASSWORD).expect(200);
    let client = signed_in(&login(&anonymous, email, PASSWORD).expect(200));
    (made.id(), client)
}

/// The code of an authenticator app, some steps of half a minute from now.
pub fn code(secret: &str, steps: i64) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().expect("base32");
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes).expect("a secret");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    totp.generate(now.checked_add_signed(steps * 30).expect("a time"))
}

/// A secret on offer.
pub fn offered(person: &Client) -> String {
    let offered = person.get("/auth/second-factor").expect(200);
    offered["secret"].as_str().expect("a secret").to_owned()
}

/// Waits until the present half minute of codes has some seconds left.
pub fn early_in_a_step() {
    const ENOUGH: i64 = 15;
    let left = 30 - chrono::Utc::now().timestamp() % 30;
    if left < ENOUGH {
        let left = std::time::Duration::from_secs(left.unsigned_abs());
        std::thread::sleep(left);
    }
}

/// Turns the second factor on; returns the secret and the recovery codes. The code of the step before is used up by it.
pub fn turn_on(person: &Client) -> (String, Vec<String>) {
    let secret = offered(person);
    let turned = || {
        let body = json!({ "secret": secret, "code": code(&secret, -1), "password": PASSWORD });
        person.post("/auth/second-factor", body).send()
    };
    // If a half minute ends on the way, the code is of two steps before, which is refused.
    let mut given = turned();
    if given.status == 422 {
        given = turned();
    }
    assert_eq!(given.status, 200, "{}", given.text);
    let codes = given["recovery_codes"].as_array().expect("codes").iter();
    let codes = codes.map(|c| c.as_str().expect("a code").to_owned()).collect();
    (secret, codes)
}

/// Fails until the next try has to wait for longer than requests take: a wait is counted from the beginning of the try before
/// and is a second at first, in which a slow machine may not do with one. Returns the refusal.
pub fn slowed_down(free: usize, failure: u16, wrong: impl Fn() -> Answer) -> Answer {
    for n in 0..free + 20 {
        let answer = wrong();
        if answer.status == failure {
            continue;
        }
        assert!(n >= free, "{n} tries are free: {}", answer.text);
        assert_eq!((answer.status, &answer["code"]), (429, &json!("sign_in_throttled")));
        let wait: u64 = answer.header("retry-after").parse().expect("seconds");
        if wait > 3 {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_secs(wait));
    }
    panic!("the waits do not grow");
}
