//! Line 10. Signing in and asking for a new password: the same answer and time for known and unknown users, throttled for
//! each account and address, and nobody else is locked out.

use super::PROGRAM;
use crate::auth::with_own_server;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};
use tests::firm::{PASSWORD, Person};
use tests::program::{Program, founded};
use tests::sign_in::{login, slowed_down};
use tests::smtp::Smtp;
use tests::*;

/// How far apart the medians of what a call costs for a known and an unknown address lie, over pairs of calls right after
/// each other, either first as chance has it, so that what else the machine does meets both alike.
fn apart(known: &str, unknown: &str, pairs: usize, cost: impl Fn(&str) -> Duration) -> f64 {
    let chance = RandomState::new();
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        let mut order = [(known, &mut of_known), (unknown, &mut of_unknown)];
        if chance.hash_one(pair) % 2 == 0 {
            order.reverse();
        }
        for (address, costs) in order {
            costs.push(cost(address).as_secs_f64());
        }
    }
    let median = |mut costs: Vec<f64>| {
        costs.sort_by(f64::total_cmp);
        costs[costs.len() / 2]
    };
    (median(of_known) / median(of_unknown) - 1.0).abs()
}

/// Medians within a tenth of each other. A round in which the machine had much else to do tells nothing of the server, so
/// one of three has to; a server that tells apart does so in each.
fn same(known: &str, unknown: &str, pairs: usize, cost: impl Fn(&str) -> Duration) {
    // What is only needed the first time is not measured.
    for address in [known, unknown] {
        cost(address);
    }
    let rounds = (0..3).map(|_| apart(known, unknown, pairs, &cost));
    let apart: Vec<f64> = rounds.take_while(|apart| *apart > 0.10).collect();
    assert!(apart.len() < 3, "known and unknown cost different times: {apart:.3?}");
}

fn with_mail(engine: Engine, limit: u32, test: impl Fn(&T, &Smtp)) {
    let smtp = Smtp::start();
    let mail = api::config::Mail {
        url: smtp.url(),
        from: "Guanxi <crm@example.com>".into(),
    };
    let settings = |c: &mut api::config::Config| {
        c.sign_in_limit = limit;
        c.mail = Some(mail);
    };
    with_own_server(engine, settings, |t| test(t, &smtp));
}

fn forgot(t: &T, email: &str) -> client::Request {
    t.anonymous.post("/auth/forgot", json!({ "email": email }))
}

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Told by the time of the server's own process on a processor, which nearly all goes into hashing: the clock on the wall
/// would tell of the other tests as well.
#[test]
fn a_sign_in_takes_as_long_for_unknown_users() {
    for engine in ENGINES {
        let (place, firm) = founded(engine);
        let process = Program::start(PROGRAM, &place.argument(), |command| {
            command.args(["--workers", "1", "--rate-limit", "0", "--sign-in-limit", "0"]);
            command.env("GUANXI_LOG", "off");
        });
        let at = |person: &Person| process.client(person.client.token.clone());
        // A second factor is looked at behind the password.
        sign_in::turn_on(&at(&firm.sales));
        for known in [&firm.sales, &firm.manager] {
            same(&known.email, "nobody@example.com", 50, |email| {
                let before = process.worked();
                login(&process.client(None), email, "wrong password").refused(401, "invalid_credentials");
                process.worked() - before
            });
        }
    }
}

#[test]
fn asking_for_a_password_takes_as_long_for_unknown_users() {
    for engine in ENGINES {
        with_mail(engine, 0, |t, _| {
            same(&t.sales.email, "nobody@example.com", 200, |email| {
                let start = Instant::now();
                forgot(t, email).expect(202);
                start.elapsed()
            });
        });
    }
}

#[test]
fn asking_for_a_password_answers_all_alike() {
    for engine in ENGINES {
        with_mail(engine, 0, |t, smtp| {
            let said = |email: &str| {
                let answer = forgot(t, email).expect(202);
                let named = |name: &&str| !matches!(*name, "date" | "x-request-id");
                let mut headers: Vec<String> = answer
                    .headers
                    .keys()
                    .map(|k| k.as_str())
                    .filter(named)
                    .map(|n| format!("{n}: {}", answer.header(n)))
                    .collect();
                headers.sort();
                (answer.text, headers)
            };
            let disabled = t.admin.create(
                "/users",
                json!({ "name": "Gone", "email": format!("gone.{}", t.sales.email), "disabled": true }),
            );
            let known = said(&t.sales.email);
            for email in [
                "nobody@example.com",
                "no address at all",
                disabled["email"].as_str().expect("an address"),
                "' OR 1=1 --",
            ] {
                assert_eq!(said(email), known, "{email}");
            }
            forgot(t, "").invalid(&["/email required"]);
            forgot(t, &"x".repeat(255)).invalid(&["/email too_long"]);
            smtp.wait(&t.sales.email, 1);
            said(&t.manager.email);
            smtp.wait(&t.manager.email, 1);
            assert_eq!(smtp.letters().len(), 2, "nobody else was written to");
        });
    }
}

#[test]
fn asking_for_a_password_is_slowed_down_and_floods_no_mailbox() {
    for engine in ENGINES {
        with_mail(engine, 3, |t, _| {
            for email in [&t.sales.email, "nobody@example.com"] {
                for _ in 0..3 {
                    forgot(t, email).expect(202);
                }
                forgot(t, &email.to_uppercase()).refused(429, "sign_in_throttled");
            }
            // It is no failure to sign in, and others may ask.
            login(&t.anonymous, &t.sales.email, PASSWORD).expect(200);
            forgot(t, &t.manager.email).expect(202);
            // From one address, many accounts.
            let asked = (0..60)
                .take_while(|n| forgot(t, &format!("u{n}@example.com")).send().status == 202)
                .count();
            assert!(asked < 40, "{asked}");
        });
        with_mail(engine, 0, |t, smtp| {
            for _ in 0..12 {
                forgot(t, &t.sales.email).expect(202);
            }
            forgot(t, &t.manager.email).expect(202);
            smtp.wait(&t.manager.email, 1);
            assert_eq!(smtp.wait(&t.sales.email, 5).len(), 5, "in an hour");
        });
    }
}

#[test]
fn tries_are_slowed_down_and_nobody_else_is_locked_out() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(
            engine,
            |c| c.sign_in_limit = 3,
            |t| {
                slowed_down(3, 401, || login(&t.anonymous, &t.sales.email, "wrong password").send());
                login(&t.anonymous, &t.sales.email, PASSWORD).refused(429, "sign_in_throttled");
                // Nobody learns that an account is there.
                slowed_down(3, 401, || {
                    login(&t.anonymous, "nobody@example.com", "wrong password").send()
                });
                login(&t.anonymous, "nobody@example.com", PASSWORD).refused(429, "sign_in_throttled");
                // Others come in, and who is in stays in.
                login(&t.anonymous, &t.manager.email, PASSWORD).expect(200);
                t.sales.get("/customers").expect(200);
                // The password is asked for elsewhere too.
                let prove = |password: &str| {
                    t.manager.post(
                        "/auth/password",
                        json!({ "password": password, "new_password": "一匹好马 with 5 legs" }),
                    )
                };
                prove("wrong password").invalid(&["/password wrong_password"]);
                slowed_down(2, 422, || prove("wrong password").send());
                prove(PASSWORD).refused(429, "sign_in_throttled");
            },
        );
    }
}
