//! Line 7. Access tokens (RFC 8725): only ours, only for this, only now.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use std::time::{SystemTime, UNIX_EPOCH};
use tests::*;

fn part(token: &str, n: usize) -> Json {
    let bytes = BASE64.decode(token.split('.').nth(n).expect("a part")).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs() as i64
}

/// The key that signs, as the server keeps it.
fn secret(t: &T) -> String {
    let keys = t
        .running
        .server
        .store()
        .write_here(persistence::workspace::signing_keys)
        .expect("keys");
    keys[0].secret.clone()
}

fn signed(header: &Header, claims: &Json, secret: &str) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).expect("encodes")
}

fn try_token(t: &T, token: String) -> client::Request {
    Client {
        token: Some(token),
        ..t.anonymous.clone()
    }
    .get("/customers")
}

/// Two nodes; the keys of the first become old before the second comes.
#[test]
fn keys_are_replaced_and_the_old_ones_hold_for_a_while() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        crate::auth::with_own_server(
            engine,
            |_| {},
            |t| {
                let place = &t.running.place;
                let kid = |client: &Client| part(client.token.as_ref().expect("a token"), 0)["kid"].clone();
                let before = |column: &str, days: i64| {
                    place.run(&format!(
                        "UPDATE signing_keys SET {column} = {}",
                        place.before(column, days * 24 * 3600)
                    ));
                };
                before("created_at", 91);
                let second = engine::serve(&place.url, |_| {}).expect("a second node");
                let on = |base: String, client: &Client| Client::new(base, client.token.clone());
                on(second.url(), &t.sales).get("/auth/me").expect(200);
                // What the second signs with is not known to the first, which looks for it.
                let token = second.sign_in(t.workspace, t.sales.id).expect("signs in");
                let newer = Client::new(t.running.server.url(), Some(token));
                assert_ne!(kid(&newer), kid(&t.sales));
                newer.get("/auth/me").expect(200);
                assert_eq!(kid(&t.sign_in(&t.sales)), kid(&newer));
                // Retired for long: nobody takes it any more.
                before("retired_at", 1);
                let third = engine::serve(&place.url, |_| {}).expect("a third node");
                on(third.url(), &t.sales).get("/auth/me").refused(401, "token_invalid");
                on(third.url(), &newer).get("/auth/me").expect(200);
            },
        );
    }
}

both! {
    fn a_token_says_what_it_is_for(t) {
        let token = t.sales.token.clone().expect("a token");
        let (header, claims) = (part(&token, 0), part(&token, 1));
        assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("at+jwt")));
        assert!(header["kid"].is_string());
        assert_eq!((&claims["iss"], &claims["aud"], &claims["sub"]), (&json!("guanxi"), &json!("guanxi-api"), &json!(t.sales.id)));
        let lifetime = claims["exp"].as_i64().expect("an end") - claims["nbf"].as_i64().expect("a beginning");
        assert!((1..=900).contains(&lifetime));
    }

    fn a_changed_claim_or_header_is_refused(t) {
        let token = t.sales.token.clone().expect("a token");
        let (claims, key) = (part(&token, 1), secret(t));
        let mut good = Header::new(Algorithm::HS256);
        good.typ = Some("at+jwt".into());
        good.kid = part(&token, 0)["kid"].as_str().map(str::to_owned);
        // The forger here has the key: all else being right, the token holds.
        try_token(t, signed(&good, &claims, &key)).expect(200);
        for (claim, value) in [
            ("iss", json!("other")), ("aud", json!("other")), ("aud", json!(["guanxi-api-2"])), ("nbf", json!(now() + 60)),
            ("sub", json!("someone")), ("sub", json!(t.owner.id)), ("sid", json!(t.sales.id)), ("ws", json!(t.stranger.id)),
            ("iss", Json::Null), ("aud", Json::Null), ("exp", Json::Null), ("nbf", Json::Null), ("sub", Json::Null), ("exp", json!("9999999999")),
        ] {
            let mut forged = claims.clone();
            match value {
                Json::Null => drop(forged.as_object_mut().expect("claims").remove(claim)),
                value => forged[claim] = value,
            }
            try_token(t, signed(&good, &forged, &key)).refused(401, "token_invalid");
        }
        let mut old = claims.clone();
        old["exp"] = json!(now() - 1);
        try_token(t, signed(&good, &old, &key)).refused(401, "token_expired");
        for typ in [Some("JWT".to_owned()), Some("rt+jwt".to_owned()), None] {
            try_token(t, signed(&Header { typ, ..good.clone() }, &claims, &key)).refused(401, "token_invalid");
        }
        for kid in [Some("other".to_owned()), Some("../../dev/null".to_owned()), None] {
            try_token(t, signed(&Header { kid, ..good.clone() }, &claims, &key)).refused(401, "token_invalid");
        }
        try_token(t, signed(&good, &claims, "another key")).refused(401, "token_invalid");
        for alg in [Algorithm::HS384, Algorithm::HS512] {
            try_token(t, signed(&Header { alg, ..good.clone() }, &claims, &key)).refused(401, "token_invalid");
        }
    }

    fn no_algorithm_and_other_algorithms_are_refused(t) {
        let token = t.sales.token.clone().expect("a token");
        let parts: Vec<&str> = token.split('.').collect();
        for alg in ["none", "None", "nOnE", "RS256", "ES256", "PS256", "EdDSA", "HS256 "] {
            let mut header = part(&token, 0);
            header["alg"] = json!(alg);
            let header = BASE64.encode(header.to_string());
            for signature in ["", parts[2]] {
                try_token(t, format!("{header}.{}.{signature}", parts[1])).refused(401, "token_invalid");
            }
        }
        let mut flipped = token.clone().into_bytes();
        let last = flipped.len() - 5;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        for rubbish in [String::new(), ".".into(), "..".into(), "a.b.c".into(), format!("{token}.x"), parts[..2].join("."), String::from_utf8(flipped).expect("text"), "x".repeat(9000)] {
            let status = try_token(t, rubbish).send().status;
            assert!(matches!(status, 401 | 431 | 400), "{status}");
        }
        for header in ["", "Bearer", "Basic YTpi", "Bearer  ", "Token x"] {
            t.anonymous.get("/customers").header("Authorization", header).expect(401);
        }
    }

    fn a_token_in_the_address_does_not_count(t) {
        let token = t.sales.token.clone().expect("a token");
        t.anonymous.get(&format!("/customers?access_token={token}")).expect(401);
    }
}
