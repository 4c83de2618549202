//! A field takes another type where all its values fit, and what is taken away is asked about and kept.

use super::{customer, field};
use tests::*;

both! {
    fn a_type_is_changed_where_all_values_fit(t) {
        let size = field(t, "size", "text", json!({}));
        let path = format!("/fields/{}", size.id());
        let first = customer(t, "a", json!({ "size": "-123" }));
        customer(t, "b", json!({ "size": "1,250" }));
        let odd = customer(t, "c", json!({ "size": "viel" }));
        let gone = customer(t, "d", json!({ "size": "wenig" }));
        t.owner.delete(&format!("/customers/{}", gone.id()), 1).expect(204);
        // Tried first: nothing has changed, and the values are counted, those in the bin too.
        let refused = t.admin.patch(&path, 1, json!({ "type": "integer" })).invalid(&["/type values_do_not_fit_such_as"]);
        assert!(refused.text.contains('2') && refused.text.contains("viel") && !refused.text.contains("wenig"), "{}", refused.text);
        assert_eq!(t.owner.get(&format!("/customers/{}", first.id())).expect(200)["custom_fields"]["size"], "-123");
        assert_eq!(t.admin.get(&path).expect(200)["type"], "text");
        t.owner.patch(&format!("/customers/{}", odd.id()), 1, json!({ "custom_fields": { "size": "7" } })).expect(200);
        t.admin.patch(&path, 1, json!({ "type": "integer" })).invalid(&["/type values_do_not_fit"]);
        t.owner.act(&format!("/customers/{}/restore", gone.id())).if_match(2).expect(200);
        t.owner.patch(&format!("/customers/{}", gone.id()), 3, json!({ "custom_fields": { "size": null } })).expect(200);

        assert_eq!(t.admin.patch(&path, 1, json!({ "type": "integer" })).expect(200)["type"], "integer");
        let told = t.owner.get(&format!("/customers/{}", first.id())).expect(200);
        assert_eq!((&told["custom_fields"]["size"], told.version()), (&json!(-123), 2));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.size][is_null]=false&sort=custom_fields.size"), ["a", "c", "b"]);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.size][gt]=100"), ["b"]);
        let history = t.owner.get(&format!("/customers/{}/history", first.id())).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "custom_fields.size": ["-123", -123] }));
        let history = t.admin.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"]["type"], json!(["text", "integer"]));
        t.owner.post("/customers", json!({ "name": "x", "custom_fields": { "size": "viel" } })).invalid(&["/custom_fields/size wrong_type"]);
        // And back; a formula that reads it is computed anew, or holds it back.
        t.admin.patch(&path, 2, json!({ "type": "decimal" })).expect(200);
        field(t, "twice", "formula", json!({ "formula": "size * 2" }));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.twice]=14"), ["c"]);
        t.admin.patch(&path, 3, json!({ "type": "text" })).invalid(&["/type formula_broken"]);
    }

    fn some_types_become_no_others(t) {
        let text = field(t, "words", "text", json!({}));
        let number = field(t, "no", "auto_number", json!({}));
        for to in ["auto_number", "formula", "user"] {
            t.admin.patch(&format!("/fields/{}", text.id()), 1, json!({ "type": to })).refused(422, "invalid");
        }
        t.admin.patch(&format!("/fields/{}", number.id()), 1, json!({ "type": "formula", "formula": "1" })).refused(422, "invalid");
        // A choice is one by what it is called, too.
        customer(t, "x", json!({ "words": "甲级" }));
        let choices = json!([{ "value": "a", "label": { "zh-CN": "甲级" } }]);
        t.admin.patch(&format!("/fields/{}", text.id()), 1, json!({ "type": "choice", "choices": choices })).expect(200);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.words]=a"), ["x"]);
    }

    fn what_goes_with_a_field_or_kind_is_told_before(t) {
        let notes = field(t, "notes", "long_text", json!({}));
        for name in ["a", "b"] {
            customer(t, name, json!({ "notes": "…" }));
        }
        customer(t, "c", json!({}));
        let usage = format!("/fields/{}/usage", notes.id());
        assert_eq!(t.admin.get(&usage).expect(200).body, json!({ "records": 2, "kept_days": 30 }));
        t.sales.get(&usage).refused(403, "forbidden");
        let kind = t.admin.create("/kinds", json!({ "key": "boat", "label": { "en": "Boat" } }));
        t.owner.create("/boats", json!({ "name": "Anna" }));
        assert_eq!(t.admin.get(&format!("/kinds/{}/usage", kind.id())).expect(200).body, json!({ "records": 1, "kept_days": 30 }));

        // As long as something is kept under a name, no other has it: what was one's would be shown as the other's.
        t.admin.delete(&format!("/fields/{}", notes.id()), 1).expect(204);
        let again = json!({ "kind": "customer", "key": "notes", "label": { "en": "Notes" }, "type": "integer" });
        t.admin.post("/fields", again).refused(409, "key_in_bin");
        t.admin.delete(&format!("/kinds/{}", kind.id()), 1).expect(204);
        t.admin.post("/kinds", json!({ "key": "boat", "label": { "en": "Boat" } })).refused(409, "key_in_bin");
        t.admin.act(&format!("/kinds/{}/restore", kind.id())).if_match(2).expect(200);
        assert_eq!(t.owner.names("/boats"), ["Anna"]);
        // Nothing is kept of one that held nothing.
        let empty = field(t, "empty", "text", json!({}));
        t.admin.delete(&format!("/fields/{}", empty.id()), 1).expect(204);
        field(t, "empty", "integer", json!({}));
    }
}
