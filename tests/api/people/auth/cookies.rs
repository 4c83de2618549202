//! The app's sign-in: the refresh token in a cookie that no script reads and no other site sends.

use tests::firm::PASSWORD;
use tests::*;

fn app(t: &T, path: &str) -> client::Request {
    t.anonymous
        .act(path)
        .header("X-Guanxi-App", "1")
        .header("Sec-Fetch-Site", "same-origin")
}

fn sign_in(t: &T) -> client::Request {
    t.anonymous
        .post("/auth/login", json!({ "email": t.sales.email, "password": PASSWORD }))
        .header("X-Guanxi-App", "1")
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap_or_default().to_owned()
}

both! {
    fn the_app_keeps_its_refresh_token_in_a_cookie(t) {
        let given = sign_in(t).header("Sec-Fetch-Site", "same-origin").expect(200);
        assert_eq!(given["refresh_token"], Json::Null, "not in the body");
        let mut attributes: Vec<String> = given.header("set-cookie").split("; ").skip(1).map(|a| a.split("=3").next().unwrap_or(a).split("=2").next().unwrap_or(a).to_owned()).collect();
        attributes.sort();
        assert_eq!(attributes, ["HttpOnly", "Max-Age", "Path=/api/v1/auth", "SameSite=Strict", "Secure"], "{}", given.header("set-cookie"));
        assert!(cookie(&given).starts_with("__Secure-guanxi_refresh=gx_rt_"), "{}", cookie(&given));
        let planted = cookie(&given).replace("__Secure-", "");
        app(t, "/auth/refresh").header("Cookie", planted).refused(401, "token_invalid");
        let next = app(t, "/auth/refresh").header("Cookie", cookie(&given)).expect(200);
        assert_ne!(cookie(&next), cookie(&given));
        assert_eq!(next["refresh_token"], Json::Null);
        let out = app(t, "/auth/logout").header("Cookie", cookie(&next)).expect(204);
        assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
        app(t, "/auth/refresh").header("Cookie", cookie(&next)).refused(401, "token_invalid");
    }

    fn a_call_from_another_site_is_refused(t) {
        let given = sign_in(t).header("Sec-Fetch-Site", "same-origin").expect(200);
        let call = |path: &str| t.anonymous.act(path).header("Cookie", cookie(&given));
        for path in ["/auth/refresh", "/auth/logout"] {
            for site in ["cross-site", "same-site", "nonsense"] {
                call(path).header("X-Guanxi-App", "1").header("Sec-Fetch-Site", site).refused(403, "cross_site");
            }
            call(path).header("X-Guanxi-App", "1").header("Origin", "https://evil.test").refused(403, "cross_site");
            call(path).header("X-Guanxi-App", "1").header("Origin", "null").refused(403, "cross_site");
            // Without its own header the app is not calling, and the cookie does not count.
            call(path).header("Sec-Fetch-Site", "same-origin").expect(401);
        }
        sign_in(t).header("Sec-Fetch-Site", "cross-site").refused(403, "cross_site");
        call("/auth/refresh").header("X-Guanxi-App", "1").header("Origin", engine::PUBLIC_URL).expect(200);
    }

    fn a_cookie_opens_nothing_but_the_sign_in(t) {
        let given = sign_in(t).header("Sec-Fetch-Site", "same-origin").expect(200);
        t.anonymous.get("/customers").header("Cookie", cookie(&given)).header("X-Guanxi-App", "1").header("Sec-Fetch-Site", "same-origin").expect(401);
    }
}

#[test]
fn without_tls_the_cookie_is_not_secure() {
    super::with_own_servers(
        |c| c.public_url = "http://127.0.0.1:8080".into(),
        |t| {
            let given = sign_in(t).header("Sec-Fetch-Site", "same-origin").expect(200);
            assert!(!given.header("set-cookie").contains("Secure"));
            assert!(cookie(&given).starts_with("guanxi_refresh="));
            assert!(given.header("set-cookie").contains("HttpOnly"));
        },
    );
}
