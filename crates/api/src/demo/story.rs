//! The story that the demo data tells: who sells what to whom, and how it goes.

use super::dice::{Dice, number};
use super::names::*;
use super::{make, put, texts, yuan};
use domain::activity::Activity;
use domain::contact::Contact;
use domain::customer::{Customer, CustomerStatus};
use domain::lead::{Conversion, Lead};
use domain::opportunity::{Opportunity, OpportunityStatus};
use domain::picklist::Picklist;
use domain::policy::Actor;
use domain::product::Product;
use domain::stage::Stage;
use domain::tag::Tag;
use domain::task::Task;
use domain::team::{Team, TeamPatch};
use domain::user::User;
use domain::{Id, Instant, Record};
use persistence::{Tx, engine, login};
use serde_json::{Value as Json, json};

/// A customer and what is needed to write about it.
pub struct Firm {
    pub customer: Customer,
    short: String,
    domain: String,
    phone: String,
    abroad: bool,
    contacts: Vec<usize>,
}

pub struct Story {
    dice: Dice,
    pub firms: Vec<Firm>,
    pub contacts: Vec<Contact>,
    pub opportunities: Vec<Opportunity>,
    pub leads: Vec<Lead>,
    pub activities: Vec<Activity>,
    pub tasks: Vec<Task>,
}

impl Story {
    pub fn new(now: Instant) -> Self {
        Self {
            dice: Dice::new(now),
            firms: Vec::new(),
            contacts: Vec::new(),
            opportunities: Vec::new(),
            leads: Vec::new(),
            activities: Vec::new(),
            tasks: Vec::new(),
        }
    }

    fn days_since(&self, at: Instant) -> i64 {
        (self.dice.now.micros() - at.micros()) / 86_400_000_000
    }

    pub fn staff(&mut self, tx: &mut Tx, actor: &Actor, hash: &str) -> persistence::Result<Vec<User>> {
        let founded = self.dice.past(500);
        let mut teams = Vec::new();
        for (name, _) in TEAMS {
            teams.push(make::<Team>(self.dice.birth(founded), json!({ "name": name }))?);
        }
        let permit = put(tx, actor, &teams)?;
        let mut staff: Vec<User> = Vec::new();
        for (name, email, title, team, role) in STAFF {
            let birth = self.dice.birth(founded);
            let locale = if name.is_ascii() { "en" } else { "zh-CN" };
            let mut user: User = make(
                birth,
                json!({ "name": name, "email": email, "title": title, "team_id": teams[team].id, "roles": [role], "locale": locale }),
            )?;
            user.password_changed_at = Some(founded);
            engine::insert(tx, &permit, std::slice::from_ref(&user))?;
            login::set(tx, &permit, user.id, email, hash)?;
            self.dice.by.get_or_insert(user.id);
            staff.push(user);
        }
        for (team, (_, lead)) in teams.iter().zip(TEAMS) {
            let patch = TeamPatch {
                manager_id: Some(Some(staff[lead].id)),
                ..Default::default()
            };
            engine::update(tx, &permit, team, &team.apply(patch, founded)?)?;
        }
        Ok(staff)
    }

    pub fn settings(&mut self, tx: &mut Tx, actor: &Actor) -> persistence::Result<Vec<Product>> {
        let founded = self.dice.past(480);
        let options = |values: &[&str]| values.iter().map(|v| json!({ "value": v })).collect::<Json>();
        let lists = [("product_category", "产品类别", options(&CATEGORIES))];
        let mut picklists: Vec<Picklist> = Vec::new();
        for (key, name, options) in lists {
            picklists.push(make(
                self.dice.birth(founded),
                json!({ "key": key, "name": name, "options": options }),
            )?);
        }
        put(tx, actor, &picklists)?;
        let mut tags: Vec<Tag> = Vec::new();
        for (name, color) in TAGS {
            tags.push(make(self.dice.birth(founded), json!({ "name": name, "color": color }))?);
        }
        put(tx, actor, &tags)?;
        let mut products = Vec::new();
        for (name, code, category, unit, price) in PRODUCTS {
            let body = json!({ "name": name, "code": code, "category": category, "unit": unit, "price": yuan(price) });
            products.push(make(self.dice.birth(founded), body)?);
        }
        put(tx, actor, &products)?;
        Ok(products)
    }

    pub fn customers(&mut self, staff: &[User]) -> persistence::Result<()> {
        for n in 0..120 {
            let abroad = (n % 7 == 3).then(|| ABROAD.get(n / 7)).flatten();
            let owners: &[usize] = if abroad.is_some() {
                &[3, 7, 8, 7, 8]
            } else {
                &[4, 5, 6, 5, 6, 4, 2]
            };
            let owner = staff[self.dice.pick(owners)].id;
            let created = self.dice.between(20, 460);
            let created = self.dice.past(created);
            let firm = match abroad {
                Some((name, short, domain, address, phone, industry)) => {
                    let body = json!({ "name": name, "industry": industry, "region": "海外", "address": address });
                    (
                        body,
                        (*short).to_owned(),
                        format!("{domain}.example"),
                        (*phone).to_owned(),
                    )
                }
                None => {
                    // Each name and trade comes with others in the second round, so that no firm is there twice.
                    let (brand, spelt) = BRANDS[n % BRANDS.len()];
                    let trade = if self.dice.chance(65) {
                        self.dice.below(12)
                    } else {
                        self.dice.below(TRADES.len())
                    };
                    let (industry, trade, brief, code) = TRADES[(trade + n / BRANDS.len()) % TRADES.len()];
                    let (region, city, area) = self.dice.pick(&CITIES);
                    let form = self
                        .dice
                        .pick(&["有限公司", "有限公司", "有限公司", "有限公司", "股份有限公司"]);
                    let address = format!("{city}市{}{}号", self.dice.pick(&ROADS), self.dice.between(8, 699));
                    let name = format!("{city}{brand}{trade}{form}");
                    let body = json!({ "name": name, "industry": industry, "region": region, "address": address });
                    (
                        body,
                        format!("{brand}{brief}"),
                        format!("{spelt}-{code}.example"),
                        format!("{area}-5550 "),
                    )
                }
            };
            let (mut body, short, domain, phone) = firm;
            let digits = self.dice.below(10_000);
            body["phone"] = number(&phone, digits, abroad.is_some()).into();
            body["website"] = format!("https://www.{domain}").into();
            body["email"] = format!("info@{domain}").into();
            body["owner_id"] = json!(owner);
            body["level"] = self.dice.pick(&["A", "B", "B", "C", "C", "C", "VIP"]).into();
            body["source"] = self.dice.pick(&SOURCES).into();
            body["employees"] = (self.dice.between(3, 160) * 10).into();
            body["annual_revenue"] = yuan(self.dice.between(8, 900) * 1_000_000);
            body["tags"] = json!(self.dice.some_tags());
            body["next_follow_up_at"] = json!(self.dice.follow_up());
            self.firms.push(Firm {
                customer: make(self.dice.birth(created), body)?,
                short,
                domain,
                phone,
                abroad: abroad.is_some(),
                contacts: Vec::new(),
            });
        }
        Ok(())
    }

    pub fn contacts(&mut self) -> persistence::Result<()> {
        for n in 0..200 {
            let firm = if n < self.firms.len() {
                n
            } else {
                self.dice.below(self.firms.len() / 2) * 2
            };
            let (abroad, owner, since) = {
                let of = &self.firms[firm];
                (of.abroad, of.customer.owner_id, of.customer.created_at)
            };
            let (name, spelt) = self.dice.person(abroad);
            let (zh, en, department, role) = self.dice.pick(&JOBS);
            let phone = self.firms[firm].phone.clone();
            let later = self.dice.between(0, 20);
            let at = since.plus_seconds(later * 3600).min(self.dice.now);
            let mut body = json!({ "name": name, "customer_id": self.firms[firm].customer.id, "owner_id": owner,
                "title": if abroad { en } else { zh }, "decision_role": role, "phone": self.dice.mobile(abroad, &phone),
                "email": format!("{spelt}@{}", self.firms[firm].domain), "tags": [] });
            if !abroad {
                body["department"] = department.into();
                if self.dice.chance(60) {
                    body["wechat"] = format!("{}{:02}", spelt.replace('.', "_"), self.dice.below(100)).into();
                }
            }
            if self.dice.chance(15) {
                let (year, month, day) = (
                    self.dice.between(1968, 1999),
                    self.dice.between(1, 13),
                    self.dice.between(1, 29),
                );
                body["birthday"] = format!("{year}-{month:02}-{day:02}").into();
            }
            self.firms[firm].contacts.push(n);
            let contact = make(self.dice.birth(at), body)?;
            self.contacts.push(contact);
        }
        Ok(())
    }

    pub fn opportunities(&mut self, stages: &[Stage], products: &[Product]) -> persistence::Result<()> {
        for n in 0..160 {
            // 72 are open, 54 won, 34 lost.
            let status = match n % 80 {
                0..36 => OpportunityStatus::Open,
                36..63 => OpportunityStatus::Won,
                _ => OpportunityStatus::Lost,
            };
            let firm = self.dice.below(self.firms.len());
            let length = self.dice.between(18, 110);
            let closed = self.dice.between(1, 362);
            let started = if status == OpportunityStatus::Open {
                length
            } else {
                closed + length
            };
            let created = self.dice.past(started);
            let (zh, en, parts) = self.dice.pick(&DEALS);
            let abroad = self.firms[firm].abroad;
            let name = match abroad {
                true => format!("{} – {en}", self.firms[firm].short),
                false if zh.starts_with("MES") => format!("{} {zh}", self.firms[firm].short),
                false => format!("{}{zh}", self.firms[firm].short),
            };
            let next = match abroad {
                true => self.dice.pick(&texts::FOLLOW_UPS_EN),
                false => self.dice.pick(&texts::FOLLOW_UPS),
            };
            let discount = self.dice.pick(&[0, 0, 0, 5, 8, 10]);
            let lines: Vec<Json> = parts
                .iter()
                .map(|part| {
                    let most = match products[*part].unit.as_deref() {
                        Some("只") => 60,
                        Some("人天") => 40,
                        Some("台") => 15,
                        _ => 2,
                    };
                    let quantity = self.dice.between((most + 3) / 4, most + 1);
                    json!({ "product_id": products[*part].id, "quantity": quantity, "price": yuan(PRODUCTS[*part].4), "discount": discount })
                })
                .collect();
            let stage = match status {
                OpportunityStatus::Open => self.dice.pick(&[0, 0, 0, 1, 1, 1, 2, 2, 3, 4]),
                OpportunityStatus::Won => 4,
                OpportunityStatus::Lost => self.dice.below(4),
            };
            let close_on = match status {
                OpportunityStatus::Open => self.dice.between(-9, 95),
                _ => -closed,
            };
            let close_on = self.dice.moment(close_on).utc().date_naive();
            let contact = self.firms[firm].contacts.first().map(|c| self.contacts[*c].id);
            let body = json!({ "name": name, "customer_id": self.firms[firm].customer.id, "contact_id": contact,
                "owner_id": self.firms[firm].customer.owner_id, "pipeline_id": stages[stage].pipeline_id, "stage_id": stages[stage].id,
                "lines": lines, "forecast_category": (["pipeline", "pipeline", "best_case", "best_case", "commit"])[stage],
                "started_on": created.utc().date_naive(), "close_on": close_on, "source": self.dice.pick(&SOURCES),
                "next_step": (status == OpportunityStatus::Open).then_some(next.4),
                "next_follow_up_at": if status == OpportunityStatus::Open { self.dice.follow_up() } else { None },
                "tags": self.dice.some_tags() });
            let mut deal: Opportunity = make(self.dice.birth(created), body)?;
            deal.follow_lines(false);
            let in_stage = self.dice.between(0, length.min(40));
            deal.stage_entered_at = Some(self.dice.past(if status == OpportunityStatus::Open {
                in_stage
            } else {
                closed + 2
            }));
            let at = self.dice.past(closed);
            let customer = &mut self.firms[firm].customer;
            match status {
                OpportunityStatus::Open if customer.status == CustomerStatus::Potential => {
                    customer.status = if stage > 1 {
                        CustomerStatus::Interested
                    } else {
                        CustomerStatus::Following
                    };
                }
                OpportunityStatus::Open => {}
                OpportunityStatus::Won => {
                    customer.status = CustomerStatus::Cooperating;
                    deal = deal.won(at)?;
                }
                OpportunityStatus::Lost => {
                    if customer.status == CustomerStatus::Potential {
                        customer.status = CustomerStatus::Inactive;
                    }
                    let reason =
                        self.dice
                            .pick(&["价格", "价格", "竞争对手", "竞争对手", "没有预算", "需求取消", "无回应"]);
                    deal = deal.lost(reason.to_owned(), at)?;
                }
            }
            self.opportunities.push(deal);
        }
        Ok(())
    }

    pub fn leads(&mut self, staff: &[User]) -> persistence::Result<()> {
        for n in 0..90 {
            let became = (n % 8 == 7).then(|| self.opportunities[n].clone());
            let abroad = n % 9 == 4 && became.is_none();
            let days = self.dice.between(0, 75);
            let mut at = self.dice.past(days);
            let (mut name, mut spelt) = self.dice.person(abroad);
            let (zh, en, ..) = self.dice.pick(&JOBS);
            let (region, city, _) = self.dice.pick(&CITIES);
            let (brand, domain) = BRANDS[(n * 7 + 3) % BRANDS.len()];
            let (industry, trade, ..) = self.dice.pick(&TRADES);
            let (mut company, mut domain) = match abroad {
                true => (format!("{} Works", self.dice.pick(&LAST)), "works.example".to_owned()),
                false => (format!("{city}{brand}{trade}有限公司"), format!("{domain}.example")),
            };
            let firm = became
                .as_ref()
                .and_then(|d| self.firms.iter().find(|f| Some(f.customer.id) == d.customer_id));
            let contact = firm.and_then(|f| f.contacts.first()).map(|c| self.contacts[*c].clone());
            if let (Some(deal), Some(firm), Some(contact)) = (&became, firm, &contact) {
                at = deal.created_at.plus_seconds(-86_400 * 6);
                company.clone_from(&firm.customer.name);
                domain.clone_from(&firm.domain);
                name.clone_from(&contact.name);
                spelt = "info".to_owned();
            }
            let owner = match (&became, abroad) {
                (Some(deal), _) => deal.owner_id,
                (None, true) => Some(staff[self.dice.pick(&[7, 8])].id),
                (None, false) => Some(staff[self.dice.pick(&[4, 5, 6, 4, 2])].id),
            };
            let status = if became.is_some() {
                "qualified"
            } else {
                self.dice.pick(&[
                    "new",
                    "new",
                    "new",
                    "contacted",
                    "contacted",
                    "qualified",
                    "disqualified",
                ])
            };
            let phone = self.dice.mobile(abroad, "+44 20 7946 0");
            let follow_up = if status == "disqualified" || became.is_some() {
                None
            } else {
                self.dice.follow_up()
            };
            let mut body = json!({ "name": name, "company": company, "title": if abroad { en } else { zh },
                "phone": phone, "email": format!("{spelt}@{domain}"), "source": self.dice.pick(&SOURCES), "status": status,
                "level": self.dice.pick(&["高", "中", "中", "低"]), "score": self.dice.between(10, 96), "industry": industry,
                "region": if abroad { "海外" } else { region }, "owner_id": owner, "next_follow_up_at": follow_up });
            if status == "disqualified" {
                body["disqualified_reason"] = self.dice.pick(&["联系不上", "没有需求", "预算不足", "重复线索"]).into();
            }
            let mut lead: Lead = make(self.dice.birth(at), body)?;
            if let (Some(deal), Some(customer)) = (&became, became.as_ref().and_then(|d| d.customer_id)) {
                let to = Conversion {
                    customer,
                    contact: contact.map(|c| c.id),
                    opportunity: Some(deal.id),
                    at: deal.created_at,
                };
                lead = lead.converted(to)?;
            }
            self.leads.push(lead);
        }
        Ok(())
    }

    /// Who is talked to at a firm, by name, and the firm's short name.
    fn about(&self, customer: Option<Id>) -> Option<(usize, Option<&Contact>)> {
        let firm = self.firms.iter().position(|f| Some(f.customer.id) == customer)?;
        let contact = self.firms[firm].contacts.first().map(|c| &self.contacts[*c]);
        Some((firm, contact))
    }

    pub fn activities(&mut self) -> persistence::Result<()> {
        for n in 0..400 {
            let mut body = json!({});
            let mut person = "对方".to_owned();
            // What it is about: its customer if it has one, when that began, and when it was over.
            let (customer, owner, since, until) = match n % 10 {
                0..6 => {
                    let which = self.dice.below(self.opportunities.len());
                    let deal = &self.opportunities[which];
                    body["opportunity_id"] = json!(deal.id);
                    (deal.customer_id, deal.owner_id, deal.created_at, deal.closed_at)
                }
                6..8 => {
                    let which = self.dice.below(self.firms.len());
                    let customer = &self.firms[which].customer;
                    (Some(customer.id), customer.owner_id, customer.created_at, None)
                }
                _ => {
                    let which = self.dice.below(self.leads.len());
                    let lead = &self.leads[which];
                    body["lead_id"] = json!(lead.id);
                    person.clone_from(&lead.name);
                    (None, lead.owner_id, lead.created_at, lead.converted_at)
                }
            };
            let about = self.about(customer);
            let abroad = about.map_or(person.is_ascii(), |(firm, _)| self.firms[firm].abroad);
            if let Some((firm, contact)) = about {
                if let Some(contact) = contact {
                    person.clone_from(&contact.name);
                }
                body["customer_id"] = json!(self.firms[firm].customer.id);
                body["contact_id"] = json!(contact.map(|c| c.id));
            }
            let last = until.map_or(0, |t| self.days_since(t));
            let first = self.days_since(since).max(last + 1);
            // Recent months are the busy ones in the picture.
            let days = self.dice.between(last, first).min(self.dice.between(last, first));
            let happened = self.dice.past(days).max(since);
            let (kind, subject, text, outcome, next) = if abroad {
                self.dice.pick(&texts::FOLLOW_UPS_EN)
            } else {
                self.dice.pick(&texts::FOLLOW_UPS)
            };
            body["kind"] = kind.into();
            body["subject"] = subject.into();
            body["body"] = text.replace("{who}", &person).into();
            body["outcome"] = outcome.into();
            body["next_step"] = next.into();
            body["happened_at"] = json!(happened);
            body["owner_id"] = json!(owner);
            if matches!(kind, "call" | "meeting" | "visit") {
                body["duration_minutes"] = (self.dice.between(1, 19) * 5).into();
            }
            let wrote = happened.plus_seconds(600).min(self.dice.now);
            let activity = make(self.dice.birth(wrote), body)?;
            self.activities.push(activity);
        }
        Ok(())
    }

    pub fn tasks(&mut self, boss: Id) -> persistence::Result<()> {
        let open: Vec<usize> = (0..self.opportunities.len())
            .filter(|i| self.opportunities[*i].status == OpportunityStatus::Open)
            .collect();
        for n in 0..80usize {
            let deal = self.opportunities[self.dice.pick(&open)].clone();
            let about = self.about(deal.customer_id);
            let Some((firm, contact)) = about else { continue };
            let (who, contact) = (
                contact.map_or("对方", |c| c.name.as_str()).to_owned(),
                contact.map(|c| c.id),
            );
            let text = if self.firms[firm].abroad {
                self.dice.pick(&texts::TASKS_EN)
            } else {
                self.dice.pick(&texts::TASKS)
            };
            // Each seventh is for whoever leads the firm, so that the day of the first sign-in is not empty.
            let (text, owner) = match n % 7 {
                2 => (texts::TASKS_BOSS[n / 7 % texts::TASKS_BOSS.len()], Some(boss)),
                _ => (text, deal.owner_id),
            };
            let subject = text.replace("{who}", &who).replace("{firm}", &self.firms[firm].short);
            // 14 overdue, 10 for today, 28 to come, 28 done.
            let due = match n {
                0..14 => self.dice.between(-12, 0),
                14..24 => 0,
                24..52 => self.dice.between(1, 22),
                _ => self.dice.between(-60, 0),
            };
            let due_at = match n {
                14..24 => self.dice.now.plus_seconds(900 * i64::try_from(n - 12).unwrap_or(1)),
                _ => self.dice.moment(due),
            };
            let body = json!({ "subject": subject, "priority": self.dice.pick(&["normal", "normal", "high", "low"]), "due_at": due_at,
                "owner_id": owner, "customer_id": deal.customer_id, "contact_id": contact, "opportunity_id": deal.id });
            let made = self.dice.between(2, 9);
            let at = self.dice.past(made - due.min(0));
            let mut task: Task = make(self.dice.birth(at), body)?;
            if n >= 52 {
                let patch = domain::task::TaskPatch {
                    status: Some(domain::task::TaskStatus::Done),
                    ..Default::default()
                };
                task = task.apply(patch, due_at.min(self.dice.now))?;
            }
            self.tasks.push(task);
        }
        Ok(())
    }
}
