//! Pictures of users: what is kept of them, who sees them, and that they are told in the record.

use image::ImageFormat;
use tests::api_key::program;
use tests::pictures::{BLUE, RED, SECRET, another_png, halves, is_about, turned};
use tests::sign_in::newcomer;
use tests::*;

fn of(id: impl std::fmt::Display) -> String {
    format!("/users/{id}/avatar")
}

both! {
    fn a_picture_of_each_format_becomes_a_small_square_jpeg(t) {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            // Called a PNG each time: what it is, the file says itself.
            let me = t.sales.set_picture(&halves(900, 600, format)).expect(200);
            assert_eq!(me["id"], t.sales.id.to_string());
            let kept = t.manager.get(&of(t.sales.id)).expect(200);
            assert_eq!(kept.header("content-type"), "image/jpeg");
            assert_eq!(kept.header("x-content-type-options"), "nosniff");
            assert_eq!(kept.header("cache-control"), "no-store");
            assert!(kept.header("content-disposition").starts_with("inline"));
            assert_eq!(kept.header("etag"), format!("\"{}\"", me["avatar"].as_str().expect("named")));
            let picture = image::load_from_memory_with_format(&kept.bytes, ImageFormat::Jpeg).expect("a JPEG");
            assert_eq!((picture.width(), picture.height()), (256, 256), "{format:?}");
            assert!(is_about(&kept.bytes, (0.1, 0.5), RED) && is_about(&kept.bytes, (0.9, 0.5), BLUE), "{format:?}");
            assert!(kept.bytes.len() < 20_000, "{} bytes", kept.bytes.len());
        }
    }

    fn what_is_small_is_not_blown_up_and_what_is_seen_through_lies_on_white(t) {
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(40, 10).write_to(&mut file, ImageFormat::Png).expect("encodes");
        t.sales.set_picture(file.get_ref()).expect(200);
        let kept = t.sales.get(&of(t.sales.id)).expect(200);
        let picture = image::load_from_memory(&kept.bytes).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (10, 10));
        assert!(is_about(&kept.bytes, (0.5, 0.5), [255, 255, 255]));
    }

    fn a_picture_is_turned_upright_and_loses_what_else_is_in_the_file(t) {
        let lying = halves(600, 400, ImageFormat::Jpeg);
        // 6: what is on the left belongs at the top. 3: upside down.
        for (orientation, red, blue) in [(6, (0.5, 0.1), (0.5, 0.9)), (3, (0.9, 0.5), (0.1, 0.5))] {
            let file = turned(&lying, orientation);
            let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
            assert!(holds(&file, SECRET.as_bytes()));
            t.sales.set_picture(&file).expect(200);
            let kept = t.sales.get(&of(t.sales.id)).expect(200).bytes;
            assert!(is_about(&kept, red, RED) && is_about(&kept, blue, BLUE), "{orientation}");
            assert!(!holds(&kept, SECRET.as_bytes()) && !holds(&kept, b"Exif"));
        }
    }

    fn the_record_tells_which_picture_it_is_and_the_log_that_it_changed(t) {
        let path = format!("/users/{}", t.sales.id);
        let before = t.owner.get(&path).expect(200);
        assert!(before["avatar"].is_null());
        let first = t.sales.set_picture(&halves(20, 20, ImageFormat::Png)).expect(200);
        assert_eq!(first.version(), before.version() + 1);
        // The same once more is no change.
        assert_eq!(t.sales.set_picture(&halves(20, 20, ImageFormat::Png)).expect(200).version(), first.version());
        let second = t.sales.set_picture(&another_png()).expect(200);
        assert_ne!(first["avatar"], second["avatar"]);
        let row = t.owner.get("/users?filter[avatar][is_null]=false&fields=avatar").expect(200);
        assert_eq!(row.rows()[0]["avatar"], second["avatar"]);
        let history = t.owner.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "avatar": [first["avatar"], second["avatar"]] }));
        assert_eq!(history.rows()[0]["actor_id"], t.sales.id.to_string());

        t.sales.call("DELETE", "/auth/me/avatar").expect(204);
        t.sales.call("DELETE", "/auth/me/avatar").expect(204);
        let history = t.owner.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "avatar": [second["avatar"], null] }));
        assert_eq!(history.rows()[0]["version"], second.version() + 1);
        t.sales.get(&of(t.sales.id)).refused(404, "not_found");
        t.owner.patch(&path, second.version() + 1, json!({ "avatar": "x" })).invalid(&["/avatar read_only"]);
        t.sales.patch("/auth/me", second.version() + 1, json!({ "avatar": null })).invalid(&["/avatar read_only"]);
    }

    fn who_has_the_picture_at_hand_is_not_sent_it_again(t) {
        t.sales.set_picture(&another_png()).expect(200);
        let etag = t.manager.get(&of(t.sales.id)).expect(200).header("etag").to_owned();
        let again = t.manager.get(&of(t.sales.id)).header("If-None-Match", &etag).expect(304);
        assert!(again.bytes.is_empty() && again.header("etag") == etag);
        t.sales.set_picture(&another_png()).expect(200);
        let newer = t.manager.get(&of(t.sales.id)).header("If-None-Match", &etag).expect(200);
        assert_ne!(newer.header("etag"), etag);
    }

    fn a_picture_is_seen_by_who_sees_the_user(t) {
        t.sales.set_picture(&another_png()).expect(200);
        t.other_sales.get(&of(t.sales.id)).expect(200);
        t.anonymous.get(&of(t.sales.id)).refused(401, "unauthenticated");
        t.stranger.get(&of(t.sales.id)).refused(404, "not_found");
        t.owner.get(&of(t.other_sales.id)).refused(404, "not_found");
        // Nor by who does not see this field of users.
        let grants = json!({ "user": { "view": "all" } });
        let rights = json!({ "user": { "avatar": "hidden" } });
        t.owner.create("/roles", json!({ "name": "Faceless", "key": "faceless", "grants": grants, "field_rights": rights }));
        let (id, faceless) = newcomer(&t.owner, "faceless@pictures.example", "faceless");
        faceless.get(&of(t.sales.id)).refused(404, "not_found");
        assert!(faceless.get(&format!("/users/{}", t.sales.id)).expect(200)["avatar"].is_null());
        // Their own is their own affair.
        assert!(faceless.set_picture(&another_png()).expect(200)["avatar"].is_string());
        faceless.get(&of(&id)).expect(200);
        t.owner.get(&of(&id)).expect(200);
    }

    fn who_is_disabled_keeps_their_picture_and_sets_no_other(t) {
        let kept = t.other_sales.set_picture(&another_png()).expect(200);
        let path = format!("/users/{}", t.other_sales.id);
        t.owner.patch(&path, kept.version(), json!({ "disabled": true })).expect(200);
        t.other_sales.set_picture(&another_png()).refused(401, "token_invalid");
        t.other_sales.call("DELETE", "/auth/me/avatar").refused(401, "token_invalid");
        assert_eq!(t.owner.get(&of(t.other_sales.id)).expect(200).header("etag"), format!("\"{}\"", kept["avatar"].as_str().expect("named")));
    }

    fn who_is_in_charge_of_a_user_takes_their_picture_off(t) {
        let kept = t.sales.set_picture(&another_png()).expect(200);
        t.manager.call("DELETE", &of(t.sales.id)).refused(403, "forbidden");
        t.sales.call("DELETE", &of(t.sales.id)).refused(403, "forbidden");
        t.stranger.call("DELETE", &of(t.sales.id)).refused(404, "not_found");
        t.admin.call("DELETE", &of(t.sales.id)).expect(204);
        t.admin.call("DELETE", &of(t.sales.id)).expect(204);
        t.manager.get(&of(t.sales.id)).refused(404, "not_found");
        let history = t.owner.get(&format!("/users/{}/history", t.sales.id)).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "avatar": [kept["avatar"], null] }));
        assert_eq!(history.rows()[0]["actor_id"], t.admin.id.to_string());
        assert_eq!(history.rows()[0]["version"], kept.version() + 1);
        // Not of somebody with more rights.
        t.owner.create("/roles", json!({ "name": "Clerk", "key": "clerk", "grants": { "user": { "view": "all", "edit": "all" }, "role": { "view": "all" } } }));
        let (_, clerk) = newcomer(&t.owner, "clerk@pictures.example", "clerk");
        let kept = t.owner.set_picture(&another_png()).expect(200);
        clerk.call("DELETE", &of(t.owner.id)).refused(409, "beyond_own_rights_user");
        assert_eq!(t.admin.get(&of(t.owner.id)).expect(200).header("etag"), format!("\"{}\"", kept["avatar"].as_str().expect("named")));
        // A key has to take in the rights of the user too.
        t.sales.set_picture(&another_png()).expect(200);
        program(&t.owner, &["users:read"]).call("DELETE", &of(t.sales.id)).refused(403, "api_key_scope");
        program(&t.owner, &["users:write", "roles:read"]).call("DELETE", &of(t.sales.id)).refused(409, "beyond_own_rights_user");
        program(&t.owner, &["*:write"]).call("DELETE", &of(t.sales.id)).expect(204);
    }

    fn an_api_key_sees_pictures_and_sets_none(t) {
        t.sales.set_picture(&another_png()).expect(200);
        let key = program(&t.sales, &["users:read"]);
        key.get(&of(t.sales.id)).expect(200);
        key.set_picture(&another_png()).refused(403, "api_key_not_allowed");
        key.call("DELETE", "/auth/me/avatar").refused(403, "api_key_not_allowed");
    }
}
