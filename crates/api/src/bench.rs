//! A large database for `cargo xtask bench`: the same rows each time, written by the record engine.

mod decide;
mod teams;

pub use decide::decide;

use crate::{password, workspace};
use anyhow::ensure;
use domain::contact::{Contact, ContactPatch};
use domain::customer::{Customer, CustomerPatch, CustomerStatus};
use domain::opportunity::{Opportunity, OpportunityPatch};
use domain::policy::{Action, Actor};
use domain::record::Birth;
use domain::stage::Stage;
use domain::user::{User, UserPatch};
use domain::value::{Email, Phone};
use domain::{Currency, Day, Id, Instant, Locale, Money, Record};
use indicatif::{ProgressBar, ProgressStyle};
use persistence::{Store, Tx, engine, login};
use std::ops::Range;
use std::sync::Arc;

/// What `cargo xtask bench` signs in with.
const PASSWORD: &str = "bench-guanxi-26";
const PEOPLE: usize = 20;
/// Records of one transaction.
const CHUNK: usize = 2_000;

const BRAND: &str = "恒瑞海诺景程博远华茂丰天泽东启众合盛达鼎新宏图润信诚凯利嘉禾祥云百川万邦德安泰明正阳永昌佳源汇通和航星晨曦帆金辉济弘毅长风建洲立科特力双林福临群兆顺业铭日升南方联创卓越广飞跃";
const CITIES: [&str; 12] = [
    "上海", "苏州", "无锡", "杭州", "宁波", "合肥", "深圳", "东莞", "佛山", "广州", "天津", "北京",
];
const TRADES: [&str; 10] = [
    "精密机械",
    "汽车零部件",
    "电子科技",
    "新材料",
    "五金制品",
    "医疗器械",
    "供应链管理",
    "建筑工程",
    "商贸",
    "信息技术",
];
const FAMILIES: &str = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹彭曾萧田董潘袁蔡";
const GIVEN: &str = "建国志强海燕丽娜雪梅晓东文博子轩佳怡思远雨桐栋立新永刚春生慧敏婷俊杰浩然一鸣欣静磊洋涛娟鹏斌勇军艳霞芳玲倩璐宁凯辉超晨";

struct Firm {
    actor: Actor,
    people: Vec<Id>,
    stages: Vec<Stage>,
    start: Instant,
    /// Tells apart the ids of several firms.
    salt: u64,
}

/// Fills an empty database with a firm of 100,000 customers, 200,000 contacts and 50,000 open opportunities, and one of
/// 1,000 teams with 100,000 customers, times `rows`.
pub fn fill(store: &Store, rows: f64) -> anyhow::Result<()> {
    ensure!(!store.read_here(login::anybody)?, "the database is not empty");
    let customers = ((100_000.0 * rows) as usize).max(1000);
    let hash = password::hash(PASSWORD).map_err(anyhow::Error::msg)?;
    let teams_hash = hash.clone();
    let firm = Arc::new(store.write_here(move |tx| found(tx, &hash))?);
    let of_teams = Arc::new(store.write_here(move |tx| teams::found(tx, &teams_hash))?);
    let bar = ProgressBar::new(customers as u64 * 9 / 2);
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} records, {eta} left",
    )?);
    many(store, &firm, customers, &bar, customer)?;
    many(store, &firm, customers * 2, &bar, contact)?;
    many(store, &firm, customers / 2, &bar, move |firm, n| {
        opportunity(firm, n, customers)
    })?;
    many(store, &of_teams, customers, &bar, customer)?;
    bar.finish();
    store.seal_here()?;
    store.analyze_here()?;
    Ok(())
}

fn found(tx: &mut Tx, hash: &str) -> persistence::Result<Firm> {
    let space = workspace::create(tx, "Bench", Locale::Zh)?;
    let actor = Actor::system(space);
    let permit = actor.authorize(Action::Create, User::KIND, None)?;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let (address, role) = match n {
            0 => ("owner@bench.example".to_owned(), "owner"),
            n => (format!("sales{n}@bench.example"), "sales"),
        };
        let patch = UserPatch {
            name: Some(person(n)),
            email: Some(Email::new(&address)),
            roles: Some(vec![role.to_owned()]),
            ..Default::default()
        };
        let person = User::create(patch, Birth::new(None))?;
        engine::insert(tx, &permit, std::slice::from_ref(&person))?;
        login::set(tx, &permit, person.id, &address, hash)?;
        people.push(person.id);
    }
    let in_order = crate::pipeline::everything::<Stage>("position", None)?;
    let stages = engine::list(tx, &actor.scope(Stage::KIND)?, &in_order)?.rows;
    Ok(Firm {
        actor,
        people,
        stages,
        start: start(),
        salt: 0,
    })
}

fn start() -> Instant {
    Instant::now().plus_seconds(-700 * 86_400)
}

fn many<T: Record>(
    store: &Store,
    firm: &Arc<Firm>,
    count: usize,
    bar: &ProgressBar,
    make: impl Fn(&Firm, usize) -> Result<T, domain::Error> + Copy + Send + 'static,
) -> anyhow::Result<()> {
    for first in (0..count).step_by(CHUNK) {
        let range: Range<usize> = first..count.min(first + CHUNK);
        let firm = firm.clone();
        let done = range.len() as u64;
        store.write_here(move |tx| {
            let records = range.clone().map(|n| make(&firm, n)).collect::<Result<Vec<T>, _>>()?;
            engine::insert(tx, &firm.actor.authorize(Action::Create, T::KIND, None)?, &records)
        })?;
        bar.inc(done);
    }
    Ok(())
}

/// SplitMix64 of a number: chance that falls the same way each time.
fn chance(n: usize, salt: u64) -> usize {
    let mut z = (n as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as usize
}

fn letter(of: &str, n: usize) -> char {
    of.chars().nth(n % of.chars().count()).unwrap_or('一')
}

fn person(n: usize) -> String {
    let given = [letter(GIVEN, chance(n, 2)), letter(GIVEN, chance(n, 3))];
    std::iter::once(letter(FAMILIES, chance(n, 1))).chain(given).collect()
}

/// Ids rise with the number, as they do with time; each kind has its own.
fn birth(firm: &Firm, kind: u64, n: usize, seconds: i64) -> Birth {
    let at = firm.start.plus_seconds(n as i64 * seconds);
    let mut random = [0u8; 10];
    random[..8].copy_from_slice(&(chance(n, kind + firm.salt) as u64).to_be_bytes());
    Birth {
        id: uuid::Builder::from_unix_timestamp_millis(at.micros().unsigned_abs() / 1000, &random).into_uuid(),
        now: at,
        by: firm.people.first().copied(),
    }
}

fn owner(firm: &Firm, customer: usize) -> Id {
    firm.people[chance(customer, 10) % firm.people.len()]
}

fn customer(firm: &Firm, n: usize) -> Result<Customer, domain::Error> {
    let brand = [letter(BRAND, chance(n, 11)), letter(BRAND, chance(n, 12))];
    let name = format!(
        "{}{}{}{}有限公司",
        CITIES[chance(n, 13) % CITIES.len()],
        brand[0],
        brand[1],
        TRADES[chance(n, 14) % TRADES.len()]
    );
    let pick = |salt: u64, of: &[&str]| Some(Some(of[chance(n, salt) % of.len()].to_owned()));
    let patch = CustomerPatch {
        owner_id: Some(Some(owner(firm, n))),
        external_id: Some(Some(format!("K{n:06}"))),
        name: Some(name),
        status: Some(CustomerStatus::ALL[chance(n, 15) % 5]),
        level: pick(16, &["A", "B", "C"]),
        source: pick(17, &["转介绍", "官网", "展会", "电话"]),
        industry: pick(18, &["制造", "零售", "医疗", "物流", "建筑"]),
        region: pick(19, &["华东", "华南", "华北"]),
        phone: Some(Phone::new(&format!("0512-{:08}", chance(n, 20) % 100_000_000))),
        email: Some(Email::new(&format!("info@k{n:06}.example"))),
        annual_revenue: Some(Some(Money::new(
            (chance(n, 21) % 10_000) as i64 * 1_000_000,
            Currency::CNY,
        ))),
        employees: Some(Some((chance(n, 22) % 2000) as i64)),
        ..Default::default()
    };
    Customer::create(patch, birth(firm, 100, n, 600))
}

fn contact(firm: &Firm, n: usize) -> Result<Contact, domain::Error> {
    let of = n / 2;
    let patch = ContactPatch {
        owner_id: Some(Some(owner(firm, of))),
        name: Some(person(n)),
        customer_id: Some(Some(birth(firm, 100, of, 600).id)),
        title: Some(Some(
            ["总经理", "采购经理", "厂长", "质量经理"][chance(n, 30) % 4].to_owned(),
        )),
        phone: Some(Phone::new(&format!("138{:08}", chance(n, 31) % 100_000_000))),
        email: Some(Email::new(&format!("p{n}@k{of:06}.example"))),
        ..Default::default()
    };
    Contact::create(patch, birth(firm, 101, n, 300))
}

fn opportunity(firm: &Firm, n: usize, customers: usize) -> Result<Opportunity, domain::Error> {
    let of = chance(n, 40) % customers;
    let stage = &firm.stages[chance(n, 41) % firm.stages.len()];
    let birth_of = birth(firm, 102, n, 1200);
    let close_on: Option<Day> = (birth_of.now.utc() + chrono::TimeDelta::days(30 + (chance(n, 42) % 400) as i64))
        .date_naive()
        .into();
    let patch = OpportunityPatch {
        owner_id: Some(Some(owner(firm, of))),
        name: Some(format!(
            "{}{}项目{n}",
            letter(BRAND, chance(of, 11)),
            letter(BRAND, chance(of, 12))
        )),
        customer_id: Some(Some(birth(firm, 100, of, 600).id)),
        pipeline_id: Some(stage.pipeline_id),
        stage_id: Some(stage.id),
        amount: Some(Some(Money::new((chance(n, 43) % 5000) as i64 * 10_000, Currency::CNY))),
        close_on: Some(close_on),
        ..Default::default()
    };
    let mut deal = Opportunity::create(patch, birth_of)?;
    deal.stage_entered_at = Some(deal.created_at);
    Ok(deal)
}
