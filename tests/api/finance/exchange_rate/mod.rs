//! Amounts in other currencies: which are taken, what they are worth, and when that changes.

use crate::import::{causes, counts, import};
use tests::*;

const LONG_AGO: &str = "2020-01-01";

fn money(amount: &str, currency: &str) -> Json {
    json!({ "amount": amount, "currency": currency })
}

/// The dollar in use, with a rate since long ago. Returns the rate's path.
fn dollars(t: &T, rate: &str) -> String {
    t.owner.create("/currencies", json!({ "code": "usd" }));
    add(t, "USD", LONG_AGO, rate)
}

fn add(t: &T, currency: &str, day: &str, rate: &str) -> String {
    let body = json!({ "currency": currency, "valid_from": day, "rate": rate });
    format!("/exchange-rates/{}", t.owner.create("/exchange-rates", body).id())
}

fn deal(t: &T, name: &str, amount: Json) -> String {
    let made = t
        .sales
        .create("/opportunities", json!({ "name": name, "amount": amount }));
    format!("/opportunities/{}", made.id())
}

/// What the deal is worth in the base currency: all that sorts, filters and sums see.
fn worth(t: &T, least: &str, most: &str) -> Vec<String> {
    t.owner.names(&format!(
        "/opportunities?sort=amount&filter[amount][between]={least},{most}"
    ))
}

fn open_sum(t: &T) -> Json {
    t.owner.get("/reports/pipeline-summary").expect(200)["total"]["sum"].clone()
}

both! {
    fn an_amount_in_another_currency_needs_the_currency_and_a_rate(t) {
        let body = json!({ "name": "a", "amount": money("100", "USD") });
        let refused = t.sales.post("/opportunities", body.clone()).language("en").invalid(&["/amount/currency currency_not_in_use"]);
        assert!(refused.text.contains("Settings"), "it says what to do: {}", refused.text);
        let dollar = t.owner.create("/currencies", json!({ "code": "usd" }));
        assert_eq!(dollar["code"], "USD");
        t.sales.post("/opportunities", body.clone()).invalid(&["/amount/currency currency_without_rate"]);
        add(t, "USD", "2999-01-01", "9");
        t.sales.post("/opportunities", body.clone()).invalid(&["/amount/currency currency_without_rate"]);
        add(t, "USD", LONG_AGO, "6.5");
        add(t, "USD", "2021-01-01", "7.1234");
        let made = t.sales.create("/opportunities", body.clone());
        assert_eq!(made["amount"], json!({ "amount": "100.00", "currency": "USD", "rate": "7.1234" }), "the last rate that has begun");
        assert_eq!(worth(t, "712.34", "712.34"), ["a"]);
        // The amount goes back as it was answered, and changes nothing.
        let path = format!("/opportunities/{}", made.id());
        let same = t.sales.patch(&path, 1, json!({ "amount": made["amount"] })).expect(200);
        assert_eq!(same.version(), 1);
        // Another number alone keeps the currency.
        let more = t.sales.patch(&path, 1, json!({ "amount": { "amount": "200" } })).expect(200);
        assert_eq!(more["amount"], json!({ "amount": "200.00", "currency": "USD", "rate": "7.1234" }));
        let base = t.sales.patch(&path, 2, json!({ "amount": money("5", "CNY") })).expect(200);
        assert_eq!(base["amount"], seed::cny("5.00"));
        t.owner.patch(&format!("/currencies/{}", dollar.id()), 1, json!({ "disabled": true })).expect(200);
        t.sales.post("/opportunities", body).invalid(&["/amount/currency currency_not_in_use"]);
    }

    fn currencies_and_rates_are_checked(t) {
        dollars(t, "7");
        t.owner.post("/currencies", json!({ "code": "USD" })).refused(409, "duplicate");
        t.owner.post("/currencies", json!({ "code": "ABC" })).invalid(&["/code unknown_currency"]);
        t.owner.post("/currencies", json!({ "code": "CNY" })).invalid(&["/code base_currency"]);
        let rate = |currency: &str, day: &str, rate: Json| t.owner.post("/exchange-rates", json!({ "currency": currency, "valid_from": day, "rate": rate }));
        rate("USD", LONG_AGO, json!("7")).refused(409, "duplicate");
        rate("CNY", LONG_AGO, json!("1")).invalid(&["/currency base_currency"]);
        rate("XYZ", LONG_AGO, json!("1")).invalid(&["/currency unknown_currency"]);
        for wrong in [json!("0"), json!("-1"), json!("1e3"), json!("1.00000000001"), json!("seven")] {
            rate("USD", "2022-01-01", wrong).invalid(&["/rate invalid_rate"]);
        }
        rate("USD", "2022-01-01", json!(7.1)).invalid(&["/rate wrong_type"]);
        rate("JPY", "2022-01-01", json!("0.0000000001")).expect(201);
        assert_eq!(t.sales.column("/exchange-rates?filter[rate][lt]=1", "rate"), ["0.0000000001"]);
        t.sales.post("/exchange-rates/revalue", json!({})).refused(403, "forbidden");
        t.owner.post("/opportunities", json!({ "name": "x", "amount": money("999999999999999.99", "USD") })).invalid(&["/amount/amount worth_out_of_range"]);
    }

    fn open_deals_follow_when_asked_and_closed_ones_keep_their_rate(t) {
        let rate = dollars(t, "7");
        let (open, won, lost) = (deal(t, "open", money("100", "USD")), deal(t, "won", money("10", "USD")), deal(t, "lost", money("1", "USD")));
        deal(t, "base", seed::cny("5"));
        t.sales.act(&format!("{won}/win")).if_match(1).expect(200);
        assert_eq!(open_sum(t), seed::cny("712.00"));
        t.owner.patch(&rate, 1, json!({ "rate": "8" })).expect(200);
        assert_eq!(open_sum(t), seed::cny("712.00"), "amounts keep the rate they were written with");
        // A deal is closed at the rate of that day.
        let closed = t.sales.post(&format!("{lost}/lose"), json!({ "reason": "价格" })).if_match(1).expect(200);
        assert_eq!(closed["amount"]["rate"], "8");
        assert_eq!(open_sum(t), seed::cny("705.00"));
        t.owner.patch(&rate, 2, json!({ "rate": "9" })).expect(200);
        assert_eq!(t.owner.post("/exchange-rates/revalue", json!({})).expect(200)["revalued"], 1);
        assert_eq!(open_sum(t), seed::cny("905.00"));
        let now = |path: &str| t.owner.get(path).expect(200);
        assert_eq!((&now(&open)["amount"]["rate"], now(&open).version()), (&json!("9"), 2));
        assert_eq!((&now(&won)["amount"]["rate"], &now(&lost)["amount"]["rate"]), (&json!("7"), &json!("8")));
        let history = t.owner.get(&format!("{open}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"]["amount"][1]["rate"], "9", "the change is on the record: {}", history.text);
        assert_eq!(t.owner.post("/exchange-rates/revalue", json!({})).expect(200)["revalued"], 0);
        // Opened again it is worth what it is worth today.
        assert_eq!(t.sales.post(&format!("{won}/reopen"), json!({})).if_match(2).expect(200)["amount"]["rate"], "9");
        assert_eq!(open_sum(t), seed::cny("995.00"));
        let board = t.owner.get(&format!("/pipelines/{}/board", seed::pipeline(&t.owner))).expect(200);
        assert_eq!(board["stages"][0]["sum"], seed::cny("995.00"));
        // Without any rate a deal can still be closed, with the one it has.
        t.owner.delete(&rate, 3).expect(204);
        let won = t.sales.act(&format!("{open}/win")).if_match(2).expect(200);
        assert_eq!(won["amount"]["rate"], "9");
        assert_eq!(t.owner.get("/reports/win-rate").expect(200)["won_value"], seed::cny("900.00"));
    }

    fn who_gives_amounts_new_rates_may_change_them_all(t) {
        let role = |grants: Json| {
            let key = format!("rates{}", domain::Id::now_v7().simple());
            t.owner.create("/roles", json!({ "key": key, "name": key, "grants": grants }));
            t.owner.call("PATCH", &format!("/users/{}", t.sales.id)).header("If-Match", "*").json(json!({ "roles": [key] })).expect(200);
        };
        let all = json!({ "view": "all", "edit": "all" });
        let revalue = |by: &Client| by.post("/exchange-rates/revalue", json!({}));
        role(json!({ "*": { "*": "own" }, "exchange_rate": all }));
        revalue(&t.sales).refused(403, "forbidden");
        role(json!({ "exchange_rate": all, "opportunity": all, "product": all, "customer": { "view": "all", "edit": "team" } }));
        revalue(&t.sales).refused(403, "forbidden");
        role(json!({ "exchange_rate": all, "opportunity": all, "product": all, "customer": all }));
        revalue(&t.sales).expect(200);
        let key = |scopes: &[&str]| api_key::program(&t.owner, scopes);
        revalue(&key(&["exchange-rates:write", "opportunities:write", "products:write", "customers:read"])).refused(403, "api_key_scope");
        revalue(&key(&["exchange-rates:write", "opportunities:write", "products:write", "customers:write"])).expect(200);
    }

    fn lines_are_in_the_currency_of_the_deal(t) {
        dollars(t, "7");
        let product = t.owner.create("/products", json!({ "name": "GTX", "price": money("50", "USD") }));
        assert_eq!(product["price"]["rate"], "7");
        let line = |price: Json| json!([{ "product_id": product.id(), "quantity": "2", "price": price }]);
        let path = deal(t, "a", Json::Null);
        let with = t.sales.patch(&path, 1, json!({ "lines": line(product["price"].clone()) })).expect(200);
        assert_eq!(with["amount"], json!({ "amount": "100.00", "currency": "USD", "rate": "7" }));
        assert_eq!(with["lines"][0]["price"], money("50.00", "USD"));
        t.sales.patch(&path, 2, json!({ "amount": seed::cny("700") })).invalid(&["/amount/currency lines_in_other_currency"]);
        t.sales.patch(&path, 2, json!({ "lines": line(seed::cny("350")), "amount": money("90", "USD") })).invalid(&["/amount/currency lines_in_other_currency"]);
        let both = t.sales.patch(&path, 2, json!({ "lines": line(seed::cny("350")) })).expect(200);
        assert_eq!(both["amount"], seed::cny("700.00"));
    }

    fn files_bring_rates_and_amounts_of_their_day(t) {
        t.owner.create("/currencies", json!({ "code": "USD" }));
        let rates = "币种,生效日期,汇率\nUSD,2016-01-01,6.5\nusd,2017-01-01,6.9\nUSD,2020-01-01,7\nEUR,2020-01-01,8\n";
        let taken = import(&t.owner, "exchange_rates", rates, &[]);
        assert_eq!(counts(&taken), [4, 4, 0, 0, 0], "{}", taken.text);
        let again = import(&t.owner, "exchange_rates", "currency,date,rate\nUSD,2020-01-01,7.5\nUSD,2016-01-01,6.5\n", &[]);
        assert_eq!(counts(&again), [2, 0, 1, 1, 0], "{}", again.text);
        let deals = "name,amount,stage,close date\nOld,US$100,Won,2016-06-01\nNew,US$10,Won,2017-06-01\nOpen,US$1,,2017-06-01\nEuro,€1,,\nEarly,US$1,Won,2015-01-01\n";
        let end = import(&t.owner, "opportunities", deals, &[]);
        assert_eq!(counts(&end), [5, 3, 0, 0, 2], "{}", end.text);
        assert_eq!(causes(&end).len(), 2, "{}", end.text);
        let rate = |name: &str| t.owner.get(&format!("/opportunities?filter[name]={name}")).expect(200).rows()[0]["amount"]["rate"].clone();
        assert_eq!((rate("Old"), rate("New"), rate("Open")), (json!("6.5"), json!("6.9"), json!("7.5")));
        let same = import(&t.owner, "opportunities", "name,amount,stage,close date\nOld,US$100,Won,2016-06-01\nOpen,US$1,,2017-06-01\n", &[]);
        assert_eq!(counts(&same), [2, 0, 0, 2, 0], "{}", same.text);
    }

    fn one_amount_past_all_bounds_holds_up_nobody_elses(t) {
        let rate = dollars(t, "7");
        let name = format!("huge {}", t.workspace);
        let huge = deal(t, &name, money("1", "USD"));
        let usual = deal(t, "usual", money("1", "USD"));
        t.running.place.run(&format!("UPDATE opportunities SET amount = {}, wire = NULL WHERE name = '{name}'", i64::MAX));
        t.owner.patch(&rate, 1, json!({ "rate": "8" })).expect(200);
        let done = t.owner.post("/exchange-rates/revalue", json!({})).expect(200);
        assert_eq!((&done["revalued"], &done["left_count"]), (&json!(1), &json!(1)), "{}", done.text);
        assert_eq!(done["left"][0]["title"], name);
        assert_eq!(done["left"][0]["errors"], json!([{ "pointer": "/amount/amount", "code": "worth_out_of_range" }]));
        assert_eq!(t.owner.get(&usual).expect(200)["amount"]["rate"], "8");
        assert_eq!(t.owner.get(&huge).expect(200)["amount"]["rate"], "7");
    }

    fn a_withdrawn_currency_is_not_newly_taken_into_use(t) {
        let refused = t.owner.post("/currencies", json!({ "code": "BGN" })).language("en").invalid(&["/code currency_withdrawn"]);
        assert!(refused.text.contains("EUR"), "it says what took its place: {}", refused.text);
    }
}
