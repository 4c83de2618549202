//! Settings of the workspace: name and language, fiscal year, working hours and holidays.

use crate::import::{counts, import};
use tests::*;

fn change(t: &T, version: i64, body: Json) -> Answer {
    t.admin.patch("/workspace", version, body).expect(200)
}

both! {
    fn clocks_follow_the_newest_rules(t) {
        // British Columbia keeps daylight time since 2026: nine o'clock in December is 16:00 in UTC, not 17:00.
        t.owner.patch("/auth/me", 1, json!({ "time_zone": "America/Vancouver" })).expect(200);
        let file = "Name,Next follow-up\nOne,2026-12-01 09:00\nTwo,2025-12-01 09:00\n";
        assert_eq!(counts(&import(&t.owner, "customers", file, &[])), [2, 2, 0, 0, 0]);
        let at = t.owner.column("/customers?sort=name", "next_follow_up_at");
        assert_eq!(at, ["2026-12-01T16:00:00.000000Z", "2025-12-01T17:00:00.000000Z"]);
        // So a day begins at 07:00.
        for (from, found) in [("2026-12-02T06:59:59Z", 1), ("2026-12-02T07:00:00Z", 0)] {
            let made = t.owner.create("/tasks", json!({ "subject": from, "due_at": from }));
            let day = t.owner.column("/tasks?filter[due_at]=2026-12-01", "subject");
            assert_eq!(day.len(), found, "{from}");
            t.owner.delete(&format!("/tasks/{}", made.id()), 1).expect(204);
        }
        let hours = json!({ "mon": [{ "from": "09:00", "to": "17:00" }] });
        change(t, 1, json!({ "time_zone": "America/Vancouver", "working_hours": hours }));
        let done = t.sales.get("/working-time?from=2026-12-07T15:00:00Z&minutes=60").expect(200);
        assert_eq!(done["to"], "2026-12-07T17:00:00.000000Z");
    }

    fn administrators_change_settings_and_all_read_them(t) {
        let first = t.sales.get("/workspace").expect(200);
        assert_eq!((first.version(), &first["currency"], &first["fiscal_year_start"]), (1, &json!("CNY"), &json!(1)));
        assert_eq!(first.header("etag"), "\"1\"");
        for who in [&t.sales, &t.manager] {
            who.patch("/workspace", 1, json!({ "name": "Mine" })).refused(403, "forbidden");
        }
        let next = change(t, 1, json!({ "name": " Acme ", "locale": "zh-CN", "time_zone": "Europe/Berlin", "fiscal_year_start": 4 }));
        assert_eq!((next.version(), &next["name"], &next["time_zone"]), (2, &json!("Acme"), &json!("Europe/Berlin")));
        assert_eq!(t.sales.get("/auth/me").expect(200)["workspace"]["name"], "Acme", "everybody sees it at once");
        t.admin.patch("/workspace", 1, json!({ "name": "x" })).refused(412, "stale");
        t.admin.call("PATCH", "/workspace").json(json!({ "name": "x" })).refused(428, "precondition_required");
        assert_eq!(change(t, 2, json!({ "name": "Acme" })).version(), 2, "nothing changed, nothing written");
        t.admin.patch("/workspace", 2, json!({ "name": "", "locale": "fr", "fiscal_year_start": 13, "currency": "USD" }))
            .invalid(&["/name required", "/locale unknown_choice", "/fiscal_year_start out_of_range", "/currency unknown_field"]);
        t.admin.patch("/workspace", 2, json!({ "time_zone": "Mars/Olympus" })).invalid(&["/time_zone invalid_time_zone"]);
        let me = t.admin.get("/auth/me").expect(200);
        assert_eq!((&me["workspace"]["configure"], &t.sales.get("/auth/me").expect(200)["workspace"]["configure"]), (&json!(true), &json!(false)));
    }

    fn lists_know_fiscal_quarters_and_years(t) {
        let made = |name: &str, day: &str| t.sales.create("/opportunities", json!({ "name": name, "close_on": day }));
        let today = seed::today();
        // A fiscal year that began with this month: the month before is in the last one.
        let this = today.format("%Y-%m-01").to_string();
        let before = (chrono::NaiveDate::parse_from_str(&this, "%Y-%m-%d").expect("a day") - chrono::Days::new(1)).to_string();
        made("now", &this);
        made("before", &before);
        let month: u32 = today.format("%m").to_string().parse().expect("a month");
        change(t, 1, json!({ "fiscal_year_start": month }));
        let named = |word: &str| t.sales.names(&format!("/opportunities?filter[close_on]={word}"));
        for unit in ["fiscal_year", "fiscal_quarter"] {
            assert_eq!((named(&format!("this_{unit}")), named(&format!("last_{unit}"))), (vec!["now".to_owned()], vec!["before".to_owned()]));
            assert_eq!(named(&format!("next_{unit}")), Vec::<String>::new());
        }
        t.sales.get("/opportunities?filter[close_on]=this_fiscal_month").refused(400, "invalid_operand");
    }

    fn won_value_is_gathered_by_fiscal_quarter(t) {
        let deals = "name,amount,stage,close date\nA,10,Won,2016-03-31\nB,20,Won,2016-04-01\nC,30,Won,2016-06-30\nD,40,Won,2017-01-15\n";
        import(&t.owner, "opportunities", deals, &[]);
        change(t, 1, json!({ "fiscal_year_start": 4 }));
        let by = |group: &str| {
            let report = t.owner.get(&format!("/reports/win-rate?group={group}")).expect(200);
            let periods = report["periods"].as_array().expect("periods").clone();
            periods.iter().map(|p| format!("{} {} {}", p["period"].as_str().expect("a name"), p["won_count"], p["won_value"]["amount"].as_str().expect("a sum"))).collect::<Vec<_>>()
        };
        assert_eq!(by("fiscal_quarter"), ["2015/16-Q4 1 10.00", "2016/17-Q1 2 50.00", "2016/17-Q4 1 40.00"]);
        assert_eq!(by("fiscal_year"), ["2015/16 1 10.00", "2016/17 3 90.00"]);
        assert_eq!(by("quarter"), ["2016-Q1 1 10.00", "2016-Q2 2 50.00", "2017-Q1 1 40.00"]);
        assert_eq!(by("year"), ["2016 3 60.00", "2017 1 40.00"]);
        t.owner.get("/reports/win-rate?group=week").refused(400, "unknown_choice");
        t.owner.get("/reports/win-rate?by=week").refused(400, "unknown_parameter");
        assert_eq!(t.owner.get("/reports/win-rate").expect(200)["periods"], Json::Null);
    }

    fn working_time_knows_hours_holidays_and_make_up_days(t) {
        let holidays = "日期,名称,类型\n2026-10-01,国庆节,放假\n2026-10-02,国庆节,放假\n2026-10-10,国庆节调休,上班\n";
        let taken = import(&t.owner, "holidays", holidays, &[]);
        assert_eq!(counts(&taken), [3, 3, 0, 0, 0], "{}", taken.text);
        assert_eq!(t.sales.column("/holidays?sort=day&filter[day][gte]=2026-01-01", "kind"), ["off", "off", "working"]);
        t.owner.post("/holidays", json!({ "day": "2026-10-01", "name": "twice" })).refused(409, "duplicate");
        t.sales.post("/holidays", json!({ "day": "2026-10-03", "name": "mine" })).refused(403, "forbidden");
        let count = |from: &str, to: &str| t.sales.get(&format!("/working-time?from={}&to={}", encoded(from), encoded(to))).expect(200)["minutes"].clone();
        let add = |from: &str, minutes: u32| t.sales.get(&format!("/working-time?from={}&minutes={minutes}", encoded(from))).expect(200)["to"].clone();
        assert_eq!(count("2026-09-30T17:00:00+08:00", "2026-10-05T10:00:00+08:00"), 120);
        assert_eq!(add("2026-09-30T17:00:00+08:00", 61), "2026-10-05T01:01:00.000000Z");
        assert_eq!(count("2026-10-10T00:00:00+08:00", "2026-10-11T00:00:00+08:00"), 480, "a make-up Saturday");
        let space = change(t, 1, json!({ "working_hours": { "mon": [], "sat": [{ "from": "22:00", "to": "24:00" }] } }));
        assert_eq!((&space["working_hours"]["mon"], &space["working_hours"]["tue"][0]["from"]), (&json!([]), &json!("09:00")));
        assert_eq!(count("2026-11-21T00:00:00+08:00", "2026-11-24T00:00:00+08:00"), 120);
        let nothing = json!({ "working_hours": { "tue": [], "wed": [], "thu": [], "fri": [], "sat": [] } });
        change(t, 2, nothing);
        t.sales.get("/working-time?from=2026-01-01T00:00:00Z&minutes=1").refused(409, "working_time_too_far");
        for (wrong, code) in [
            ("from=2026-01-01T00:00:00Z", "required"), ("minutes=5", "required"), ("from=today&minutes=5", "wrong_type"),
            ("from=2026-01-01T00:00:00Z&minutes=-1", "out_of_range"), ("from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z", "out_of_range"),
            ("from=2026-01-01T00:00:00Z&minutes=1&x=1", "unknown_parameter"),
        ] {
            t.sales.get(&format!("/working-time?{wrong}")).refused(400, code);
        }
        for (hours, pointer) in [
            (json!({ "mon": [{ "from": "12:00", "to": "09:00" }] }), "/working_hours/mon/0 invalid_span"),
            (json!({ "mon": [{ "from": "9:00", "to": "12:00" }] }), "/working_hours/mon/0/from invalid_shape"),
            (json!({ "day": [] }), "/working_hours/day unknown_field"),
            (json!({ "mon": 5 }), "/working_hours/mon wrong_type"),
            (json!(null), "/working_hours null_value"),
        ] {
            t.admin.patch("/workspace", 3, json!({ "working_hours": hours })).invalid(&[pointer]);
        }
    }
}
