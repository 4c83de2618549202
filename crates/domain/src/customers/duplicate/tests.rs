//! Names, numbers and addresses that are one, and those that only look so.

use super::*;
use crate::contact::Contact;
use crate::customer::Customer;
use crate::record::{Birth, Record};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn traits(kind: &'static Kind, fields: Json) -> Traits {
    let map = fields.as_object().cloned().expect("an object");
    Traits::of(
        &AnyRecord::create(kind, map, Birth::new(None)).expect("a record"),
        |_| true,
    )
}

fn firm(name: &str) -> Traits {
    traits(Customer::KIND, json!({ "name": name }))
}

fn score(one: &str, other: &str) -> u8 {
    firm(one).likeness(&firm(other)).score
}

#[test]
fn a_legal_form_is_no_part_of_a_name() {
    for (one, other) in [
        ("贝尔科技有限公司", "贝尔科技"),
        ("贝尔科技股份有限公司", "贝尔科技有限责任公司"),
        ("贝尔科技（集团）有限公司", "貝爾科技"),
        ("上海贝尔科技有限公司", "贝尔科技（上海）有限公司"),
        ("上海市贝尔科技有限公司", "上海贝尔科技"),
        ("江苏省南京市贝尔科技有限公司", "南京贝尔科技"),
        ("ＡＣＭＥ　Ｔｒａｄｉｎｇ", "Acme Trading Co., Ltd."),
        ("Acme Trading Co.,Ltd", "ACME TRADING COMPANY LIMITED"),
        ("Müller GmbH & Co. KG", "Muller GmbH"),
        ("Société Générale S.A.", "Societe Generale"),
        ("株式会社トヨタ自動車", "トヨタ自動車株式会社"),
        ("某某 주식회사", "某某"),
        ("Foo Sdn. Bhd.", "Foo Pte Ltd"),
        ("ООО Ромашка", "ромашка"),
        ("PT Foo Bar Tbk", "Foo Bar Tbk"),
        ("Foo S.à r.l.", "Foo"),
    ] {
        let found = firm(one).likeness(&firm(other));
        assert!(
            found.score >= 80,
            "{one} {other} {found:?} {:?} {:?}",
            Firm::new(one),
            Firm::new(other)
        );
        assert_eq!(found.reasons, [Reason::SameName], "{one} {other}");
    }
}

#[test]
fn a_name_that_is_nothing_but_a_form_stays() {
    for name in [
        "有限公司",
        "Limited",
        "Co., Ltd.",
        "集团",
        "上海",
        "中国",
        "株式会社",
        "科技",
    ] {
        assert!(Firm::new(name).is_some(), "{name}");
    }
    assert_eq!(Firm::new("（）·，"), None);
    assert_eq!(Firm::new(""), None);
}

#[test]
fn china_in_brackets_is_a_place() {
    let found = firm("微软（中国）有限公司").likeness(&firm("微软有限公司"));
    assert!((u8::from(found.score >= ALIKE), found.reasons) == (1, vec![Reason::SimilarName]));
    assert!(score("贝尔科技（北京）有限公司", "贝尔科技（上海）有限公司") < ALIKE);
    assert!(score("北京银行", "上海银行") < ALIKE, "the place is all that names it");
}

#[test]
fn slips_are_alike_and_other_brands_are_not() {
    for (one, other) in [
        ("上海贝尔电子科技有限公司", "上海贝儿电子科技有限公司"),
        ("北京云帆远航科技有限公司", "北京云远帆航科技有限公司"),
        ("北京云帆远航科技有限公司", "北京云帆航科技有限公司"),
        ("Globex Industrial Supplies", "Globex Industrail Supplies"),
        ("上海贝尔科技有限公司", "贝尔"),
    ] {
        let alike = firm(one).likeness(&firm(other));
        assert!(alike.score >= ALIKE, "{one} {other} {alike:?}");
        assert!(alike.score < SURE, "{one} {other} {alike:?}");
        assert!(!alike.reasons.contains(&Reason::SameName));
    }
    for (one, other) in [
        ("上海华东电子有限公司", "上海华南电子有限公司"),
        ("爱城", "爱程"),
        ("北京云帆科技", "北京云帆餐饮"),
        ("阿里云", "阿里山"),
        ("深圳大宇信息技术", "深圳大成信息技术"),
    ] {
        assert!(score(one, other) < ALIKE, "{one} {other} {}", score(one, other));
    }
}

#[test]
fn one_telephone_and_one_mailbox_however_they_are_written() {
    let one = traits(
        Customer::KIND,
        json!({ "name": "a", "phone": "+86 138-0013-8000", "email": "Info@Acme.CN", "website": "https://www.acme.cn/about" }),
    );
    for (field, value, reason) in [
        ("phone", "13800138000", Reason::SamePhone),
        ("phone", "0086 13800138000", Reason::SamePhone),
        ("phone", "（86）138 0013 8000", Reason::SamePhone),
        ("email", "ｉｎｆｏ@acme.cn", Reason::SameEmail),
        ("email", "sales@acme.cn", Reason::SameDomain),
        ("website", "shop.acme.cn", Reason::SameDomain),
    ] {
        let Some(value) = one_of(field, value) else { continue };
        let found = one.likeness(&traits(Customer::KIND, json!({ "name": "b", field: value })));
        assert_eq!(found.reasons, [reason], "{field} {value}");
        assert!(found.score >= ALIKE);
    }
    let mailers = |one: &str| traits(Customer::KIND, json!({ "name": "a", "email": one }));
    assert_eq!(
        mailers("a@qq.com").likeness(&mailers("b@qq.com")).reasons,
        [Reason::SameName]
    );
    assert!(
        traits(Customer::KIND, json!({ "name": "b", "phone": "000000000" }))
            .phones
            .is_empty()
    );
    assert!(
        traits(
            Customer::KIND,
            json!({ "name": "b", "website": "https://shop.taobao.com/1" })
        )
        .hosts
        .is_empty()
    );
    assert_eq!(
        host::of_site("HTTP://WWW.Shop.Example.com.cn:80/x"),
        Some("example.com.cn".to_owned())
    );
}

/// What the field takes; a telephone in full-width brackets is written in others by whoever reads the form.
fn one_of(field: &str, value: &str) -> Option<String> {
    Some(match field {
        "phone" => value.replace('（', "(").replace('）', ")"),
        _ => value.to_owned(),
    })
}

#[test]
fn two_of_one_name_at_one_firm_are_one_person() {
    let id = Some(Id::now_v7());
    let of = |name: &str, customer: Option<Id>| traits(Contact::KIND, json!({ "name": name, "customer_id": customer }));
    assert!(of("张三", id).likeness(&of("張三", id)).score >= SURE);
    let elsewhere = of("Smith, John", id).likeness(&of("john smith", None));
    assert!((ALIKE..SURE).contains(&elsewhere.score), "{elsewhere:?}");
    assert_eq!(of("张三", id).likeness(&of("李四", id)).score, 0);
}

#[test]
fn what_a_reader_does_not_read_tells_nothing() {
    let map = json!({ "name": "贝尔科技", "phone": "13800138000" });
    let record = AnyRecord::create(
        Customer::KIND,
        map.as_object().cloned().expect("an object"),
        Birth::new(None),
    );
    let seen = Traits::of(&record.expect("a record"), |name| name != "phone");
    assert!(seen.phones.is_empty() && !seen.firms.is_empty());
}

fn a_name() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "上海",
        "北京市",
        "贝尔",
        "云帆",
        "远航",
        "华东",
        "科技",
        "电子",
        "贸易",
        "有限公司",
        "股份有限公司",
        "（集团）",
        "(中国)",
        "Acme",
        " ",
        "Trading",
        "Co., Ltd.",
        "GmbH",
        "株式会社",
        "資訊",
        "ＡＢＣ",
        "é",
    ]);
    prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

proptest! {
    /// Whatever is written, a name is like itself, alikeness has no direction, and nothing panics.
    #[test]
    fn likeness_has_no_direction(one in prop_oneof![a_name(), "\\PC*"], other in prop_oneof![a_name(), "\\PC*"]) {
        if let (Some(one), Some(other)) = (Firm::new(&one), Firm::new(&other)) {
            prop_assert_eq!(one.likeness(&other), other.likeness(&one));
            prop_assert_eq!(one.likeness(&one).1, Same::Name);
        }
        let _ = (host::of_site(&one), host::of_mail(&other), person(&one));
    }

    /// What is alike is found: the keys that are looked up for one meet those that the other is stored under.
    #[test]
    fn what_is_alike_is_looked_up(name in a_name(), at in 0usize..12, swap in any::<bool>()) {
        let mut chars: Vec<char> = name.chars().collect();
        let at = at % chars.len();
        match chars.get(at + 1) {
            Some(_) if swap => chars.swap(at, at + 1),
            _ => drop(chars.remove(at)),
        }
        let changed: String = chars.into_iter().collect();
        let (Some(one), Some(other)) = (Firm::new(&name), Firm::new(&changed)) else { return Ok(()) };
        if one.likeness(&other).0 >= ALIKE {
            let stored = other.keys();
            prop_assert!(one.looked_up().iter().any(|key| stored.contains(key)), "{:?} {:?}", one, other);
        }
    }
}
