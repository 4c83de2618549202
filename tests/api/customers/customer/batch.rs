//! Several operations in one request.

use tests::*;

fn mixed(t: &T) -> (Vec<Answer>, Json) {
    let old: Vec<Answer> = (0..2).map(|_| seed::plain(&t.sales, "/customers")).collect();
    let operations = json!([
        { "method": "create", "body": { "name": "new" } },
        { "method": "update", "id": old[0].id(), "version": 1, "body": { "name": "changed" } },
        { "method": "delete", "id": old[1].id(), "version": 1 },
    ]);
    (old, operations)
}

both! {
    fn all_operations_happen_together_in_one_change_set(t) {
        let (_, operations) = mixed(t);
        let done = t.sales.post("/customers/batch", json!({ "operations": operations })).expect(200);
        let statuses: Vec<&Json> = done["results"].as_array().expect("results").iter().map(|r| &r["status"]).collect();
        assert_eq!(statuses, [201, 200, 204]);
        assert_eq!(t.sales.names("/customers?sort=name"), ["changed", "new"]);
        let changes = t.owner.get("/changes?limit=200").expect(200);
        let [.., one, two, three] = changes.rows() else { panic!("{}", changes.text) };
        assert_eq!(one["change_set"], two["change_set"]);
        assert_eq!(three["action"], "gone");
    }

    fn one_failure_undoes_an_atomic_batch(t) {
        let (old, mut operations) = mixed(t);
        let before = t.owner.get("/changes?limit=200").expect(200).body;
        for (broken, status, pointer) in [
            (json!({ "method": "create", "body": { "name": "" } }), 422, "/operations/3/body/name required"),
            (json!({ "method": "create", "body": { "colour": "red", "name": "x" } }), 422, "/operations/3/body/colour unknown_field"),
            (json!({ "method": "update", "id": old[0].id(), "version": 9, "body": {} }), 412, ""),
            (json!({ "method": "delete", "id": old[1].id(), "version": 2 }), 404, ""),
            (json!({ "method": "update", "id": old[0].id(), "body": {} }), 422, "/operations/3/version precondition_required"),
            (json!({ "method": "update", "version": 1, "body": {} }), 422, "/operations/3/id required"),
            (json!({ "method": "destroy" }), 422, "/operations/3/method unknown_choice"),
            (json!({ "method": "create", "boby": {} }), 422, "/operations/3/boby unknown_field"),
            (json!(7), 422, "/operations/3 wrong_type"),
        ] {
            operations.as_array_mut().expect("a list").truncate(3);
            operations.as_array_mut().expect("a list").push(broken.clone());
            let refused = t.sales.post("/customers/batch", json!({ "operations": operations })).expect(status);
            if !pointer.is_empty() {
                assert_eq!(refused.issues(), [pointer], "{broken}");
            }
        }
        assert_eq!(t.owner.get("/changes?limit=200").expect(200).body, before, "nothing was written");
        for record in old {
            assert_eq!(t.sales.get(&format!("/customers/{}", record.id())).expect(200).body, record.body);
        }
    }

    fn without_atomic_each_operation_stands_for_itself(t) {
        let (old, mut operations) = mixed(t);
        let list = operations.as_array_mut().expect("a list");
        list.insert(0, json!({ "method": "create", "body": { "name": "dup", "external_id": "E" } }));
        list.insert(1, json!({ "method": "create", "body": { "name": "dup", "external_id": "E" } }));
        list.insert(2, json!({ "method": "create", "body": { "email": "x" } }));
        list.push(json!({ "method": "update", "id": old[0].id(), "version": 1, "body": { "name": "late" } }));
        let done = t.sales.post("/customers/batch", json!({ "operations": operations, "atomic": false })).expect(207);
        let results = done["results"].as_array().expect("results");
        let statuses: Vec<u64> = results.iter().map(|r| r["status"].as_u64().expect("a status")).collect();
        assert_eq!(statuses, [201, 409, 422, 201, 200, 204, 412]);
        assert_eq!(results[1]["body"]["code"], "duplicate");
        assert_eq!(results[2]["body"]["errors"].as_array().map(Vec::len), Some(2));
        assert_eq!(results[6]["body"]["current_version"], 2);
        assert_eq!(t.sales.names("/customers?sort=name"), ["changed", "dup", "new"]);
    }

    fn a_batch_has_one_to_a_hundred_operations(t) {
        let many = |n: usize| json!({ "operations": vec![json!({ "method": "create", "body": { "name": "x" } }); n] });
        t.sales.post("/customers/batch", many(0)).invalid(&["/operations out_of_range"]);
        t.sales.post("/customers/batch", many(101)).invalid(&["/operations out_of_range"]);
        t.sales.post("/customers/batch", json!({})).invalid(&["/operations required"]);
        t.sales.post("/customers/batch", json!({ "operations": [], "mode": 1 })).invalid(&["/mode unknown_field", "/operations out_of_range"]);
        t.sales.post("/customers/batch", many(100)).expect(200);
        assert_eq!(t.sales.names("/customers?limit=200").len(), 100);
    }

    fn rights_hold_inside_a_batch(t) {
        let hidden = seed::plain(&t.other_sales, "/customers");
        let operations = json!([
            { "method": "create", "body": { "name": "mine" } },
            { "method": "update", "id": hidden.id(), "version": 1, "body": { "name": "taken" } },
        ]);
        t.sales.post("/customers/batch", json!({ "operations": operations })).refused(404, "not_found");
        let owned = json!([{ "method": "create", "body": { "name": "his", "owner_id": t.other_sales.id } }]);
        t.sales.post("/customers/batch", json!({ "operations": owned })).refused(403, "forbidden");
        assert!(t.sales.names("/customers").is_empty());
    }
}
