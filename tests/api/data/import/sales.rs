//! The pipeline of a firm, file by file, with the traps that real files hold.

use super::*;

const PEOPLE: &str = "sales_agent,manager,regional_office\n\
    Ada Byron,Grace Hill,Central\nBo Chen,Alan May,Central\nCy Young,Grace Hill,Central\nDi Wu,Kay Lee,West\n";
/// Parents stand further down, and one is not in the file at all.
const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n\
    Acme Labs,technology,1996,1100.04,2822,Kenya,Acme Group\n\
    Acme Group,technology,1986,251.41,495,Kenya,\n\
    Beta,medical,2001,10,7,Japan,\n";
const PRODUCTS: &str = "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n";
const DEALS: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    A1,Ada Byron,GTX Basic,Acme Labs,Won,2016-10-20,2017-03-01,500\n\
    A2,Bo Chen,GTXPro,Beta,Won,2016-10-25,2017-03-11,4514\n\
    A3,Ada Byron,GTX Pro,Beta,Lost,2016-11-25,2017-03-07,0\n\
    A4,Di Wu,GTXPro,,Engaging,2016-12-25,,\n\
    A5,Di Wu,GTX Basic,Acme Group,Exploring,,,\n";

fn load(t: &T) {
    assert_eq!(counts(&import(&t.owner, "users", PEOPLE, &[])), [4, 4, 0, 0, 0]);
    assert_eq!(counts(&import(&t.owner, "customers", ACCOUNTS, &[])), [3, 3, 0, 0, 0]);
    assert_eq!(counts(&import(&t.owner, "products", PRODUCTS, &[])), [2, 2, 0, 0, 0]);
}

both! {
    fn a_file_is_tried_and_then_taken(t) {
        load(t);
        let trial = import(&t.owner, "opportunities", DEALS, &[("dry_run", "true")]);
        assert_eq!(counts(&trial), [5, 3, 0, 0, 2]);
        assert_eq!(causes(&trial), ["product | No product named “GTXPro” was found | 2 | GTX Pro"]);
        assert_eq!(trial["report"]["causes"][0]["first_rows"], json!([3, 5]));
        let new: Vec<&str> = trial["report"]["created_values"].as_array().expect("values").iter().filter_map(|v| v["value"].as_str()).collect();
        assert_eq!(new, ["Exploring"], "a stage of a row in error is not made");
        assert_eq!(t.owner.names("/opportunities"), Vec::<String>::new());
        assert!(!t.owner.names("/stages").contains(&"Engaging".to_owned()));

        // The same file again, for real, with what the trial suggested.
        let body = json!({ "values": { "product": { "GTXPro": "GTX Pro" } } });
        let again = t.owner.post(&format!("/imports/{}/run", trial.id()), body).expect(202);
        assert_eq!(again["dry_run"], false);
        let done = seed::finished(&t.owner, &trial.id());
        assert_eq!(counts(&done), [5, 5, 0, 0, 0], "{}", done.text);

        let deals = t.owner.get("/opportunities?sort=created_at&expand=customer,owner").expect(200);
        let of = |id: &str| deals.rows().iter().find(|d| d["external_id"] == id).expect("a deal");
        assert_eq!(of("A1")["name"], "Acme Labs – GTX Basic");
        assert_eq!((&of("A1")["status"], &of("A1")["amount"]["amount"]), (&json!("won"), &json!("500.00")));
        assert_eq!(of("A1")["closed_at"], "2017-03-01T04:00:00.000000Z", "noon in Shanghai");
        assert_eq!(of("A3")["status"], "lost");
        assert_eq!((&of("A4")["name"], &of("A4")["customer_id"], &of("A4")["status"]), (&json!("GTX Pro"), &Json::Null, &json!("open")));
        assert_eq!(of("A4")["amount"]["amount"], "4821.00", "the list price where the file has no amount");
        assert_eq!(of("A5")["started_on"], Json::Null);
        assert_eq!(of("A5")["owner"]["name"], "Di Wu");
        let rate = t.owner.get("/reports/win-rate").expect(200);
assert_eq!((&rate["won"], &rate["lost"], &rate["rate"]), (&json!(2), &json!(1), &json!(66.67)));

        let second = import(&t.owner, "opportunities", DEALS, &[("values", r#"{"product":{"GTXPro":"GTX Pro"}}"#)]);
        assert_eq!(counts(&second), [5, 0, 0, 5, 0], "{}", second.text);
    }

    fn people_without_an_address_own_records_and_cannot_sign_in(t) {
        load(t);
        let people = t.owner.get("/users?limit=200&expand=team").expect(200);
        let of = |name: &str| people.rows().iter().find(|u| u["name"] == name).expect("a user").clone();
        assert_eq!((&of("Ada Byron")["email"], &of("Ada Byron")["roles"]), (&Json::Null, &json!(["sales"])));
        assert_eq!(of("Grace Hill")["roles"], json!(["manager"]));
        // Two managers in one office: a team for each; one manager: the office is the team.
        assert_eq!(of("Bo Chen")["team"]["name"], "Central – Alan May");
        assert_eq!(of("Di Wu")["team"]["name"], "West");
        let teams = t.owner.get("/teams?limit=200").expect(200);
        let west = teams.rows().iter().find(|x| x["id"] == of("Di Wu")["team_id"]).expect("a team");
        assert_eq!(west["manager_id"], of("Kay Lee")["id"]);
        let second = import(&t.owner, "users", PEOPLE, &[]);
        assert_eq!(counts(&second), [4, 0, 0, 4, 0], "{}", second.text);
    }

    fn a_parent_may_stand_further_down(t) {
        load(t);
        let customers = t.owner.get("/customers?expand=parent").expect(200);
        let labs = customers.rows().iter().find(|c| c["name"] == "Acme Labs").expect("there");
        assert_eq!(labs["parent"]["name"], "Acme Group");
        assert_eq!(labs["annual_revenue"], json!({ "amount": "1100.04", "currency": "CNY" }));
        assert_eq!(labs["industry"], "technology");
        let list = t.owner.get("/picklists?filter[key]=industry").expect(200);
        assert!(list.text.contains("\"technology\"") && list.text.contains("\"medical\""));
        let second = import(&t.owner, "customers", ACCOUNTS, &[]);
        assert_eq!(counts(&second), [3, 0, 0, 3, 0], "{}", second.text);

        let orphan = "name,parent company\nGamma,Omega\n";
        let end = import(&t.owner, "customers", orphan, &[]);
        assert_eq!(causes(&end), ["parent company | No customer named “Omega” was found | 1 | -"]);
    }

    fn a_changed_file_updates_what_changed_and_empty_cells_keep(t) {
        let first = "name,phone,industry\nAcme,021-1234567,Retail\nBeta,,\n";
        assert_eq!(counts(&import(&t.manager, "customers", first, &[])), [2, 2, 0, 0, 0]);
        let next = "name,phone,industry\nACME,,Finance\nBeta,,\nGamma,,\n";
        assert_eq!(counts(&import(&t.manager, "customers", next, &[])), [3, 1, 1, 1, 0]);
        let all = t.manager.get("/customers?sort=name").expect(200);
        assert_eq!((&all.rows()[0]["phone"], &all.rows()[0]["industry"]), (&json!("021-1234567"), &json!("Finance")));
        assert_eq!(all.rows()[0]["name"], "ACME", "a name is the same in any case, and is then as the file writes it");
    }

    fn a_deal_moves_on_with_a_later_file(t) {
        load(t);
        import(&t.owner, "opportunities", DEALS, &[("values", r#"{"product":{"GTXPro":"GTX Pro"}}"#)]);
        let later = "opportunity_id,deal_stage,close_date,close_value\nA5,Won,2018-01-02,600\nA1,Engaging,,\n";
        let end = import(&t.owner, "opportunities", later, &[]);
        assert_eq!(counts(&end), [2, 0, 2, 0, 0], "{}", end.text);
        let deals = t.owner.get("/opportunities").expect(200);
        let of = |id: &str| deals.rows().iter().find(|d| d["external_id"] == id).expect("a deal").clone();
        assert_eq!((&of("A5")["status"], &of("A5")["amount"]["amount"]), (&json!("won"), &json!("600.00")));
        assert_eq!((&of("A1")["status"], &of("A1")["closed_at"]), (&json!("open"), &Json::Null));
    }

    fn a_row_that_ends_before_its_name_is_told_that_it_has_none(t) {
        let end = import(&t.owner, "customers", "phone,note,name\n021-1234567\n021-7654321,x,Acme\n", &[]);
        assert_eq!(counts(&end), [2, 1, 0, 0, 1], "{}", end.text);
        assert_eq!(causes(&end), ["name | “Name” is missing | 1 | -"]);
        let wrong = import(&t.owner, "exchange_rates", "currency,date,rate\nUSD,soon,7\nUSD,2020-01-01,-7\n", &[]);
        let said = causes(&wrong);
        assert!(!said.iter().any(|c| c.contains("missing") || c.contains("is not a number")), "{said:?}");
    }
}
